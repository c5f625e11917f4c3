//! Broken and hostile input: exactly what depends on it becomes unknown, and nothing panics.

use serde_json::json;

use super::{error, load_dir, load_files, unknown, value, write};
use crate::config::TerraformConfig;
use crate::model::declared::DiagnosticLevel;
use crate::model::{Evidence, WhyKind};

#[test]
fn a_file_that_does_not_parse_makes_unknown_what_may_be_in_it() {
    let loaded = load_files(&[
        (
            "main.tf",
            "provider \"google\" { project = \"p\" }\nlocals {\n  here = 1\n  there = local.elsewhere\n}\nresource \"google_compute_network\" \"n\" { name = \"n\" }",
        ),
        ("broken.tf", "locals {\n  elsewhere = [1,\n}\n"),
    ]);
    let declared = loaded.declarations();
    assert_eq!(declared.networks.len(), 1);
    assert_eq!(declared.networks[0].value.name.known().unwrap().to_string(), "projects/p/global/networks/n");
    assert_eq!(declared.incomplete.len(), 1);
    assert_eq!(declared.incomplete[0].kind, WhyKind::ParseFailed);
    assert!(declared.incomplete[0].to_string().contains("broken.tf could not be parsed"), "{}", declared.incomplete[0]);
    assert!(declared.incomplete[0].to_string().contains("(broken.tf:3:1)"), "{}", declared.incomplete[0]);
    assert_eq!(declared.diagnostics.len(), 1);
    assert_eq!(value(&loaded, "local.here"), json!(1));
    for expression in ["local.there", "var.x", "module.m.x", "google_compute_subnetwork.s.id", "try(local.gone, 1)"] {
        assert!(unknown(&loaded, expression).contains("broken.tf could not be parsed"), "{expression}");
    }
}

#[test]
fn a_provider_may_stand_in_a_file_that_does_not_parse() {
    let loaded = load_files(&[
        ("main.tf", "resource \"google_compute_network\" \"n\" { name = \"n\" }"),
        ("providers.tf", "provider \"google\" { project = "),
    ]);
    let declared = loaded.declarations();
    assert_eq!(declared.networks[0].value.name.whys()[0].kind, WhyKind::ParseFailed);
}

#[test]
fn an_error_in_one_expression_leaves_the_rest() {
    let loaded = load_files(&[(
        "main.tf",
        "locals {\n  bad = upper([])\n  worse = nofunc(1)\n  good = 1\n  dependent = \"x-${local.bad}\"\n}",
    )]);
    assert_eq!(value(&loaded, "local.good"), json!(1));
    assert!(unknown(&loaded, "local.dependent").contains("argument 1 of upper: a string is required (main.tf:2:"));
    assert!(unknown(&loaded, "local.worse").contains("there is no function `nofunc`"));
    assert!(unknown(&loaded, "try(local.bad, 1)").contains("argument 1 of upper"), "try sees a local as it is");
    let shown = loaded.show();
    assert_eq!(shown["diagnostics"].as_array().unwrap().len(), 2);
}

#[test]
fn cycles_end() {
    let loaded = load_files(&[(
        "main.tf",
        "locals {\n  a = local.b\n  b = [local.c]\n  c = { x = local.a }\n  self = local.self\n  fine = 1\n}\nresource \"t\" \"r\" {\n  count = length(t.r)\n  name  = t.r[0].name\n}",
    )]);
    for expression in ["local.a", "local.b", "local.c", "local.self"] {
        assert!(unknown(&loaded, expression).contains("depends on itself"), "{expression}");
    }
    assert!(unknown(&loaded, "t.r[0].name").contains("depends on itself"));
    assert_eq!(value(&loaded, "local.fine"), json!(1));
}

#[test]
fn files_that_are_not_evaluated_are_counted() {
    let loaded = load_files(&[
        ("main.tf", "provider \"google\" {}"),
        ("more.tofu", "locals { a = 1 }"),
        ("live/terragrunt.hcl", "include {}"),
    ]);
    let incomplete: Vec<String> = loaded.declarations().incomplete.iter().map(ToString::to_string).collect();
    assert_eq!(
        incomplete,
        [
            "live/terragrunt.hcl is not evaluated (live/terragrunt.hcl:1:1)",
            "more.tofu is not evaluated (more.tofu:1:1)"
        ]
    );
    assert!(unknown(&loaded, "local.a").contains("more.tofu is not evaluated"));
}

#[test]
fn valid_configuration_that_the_parser_rejects_is_repaired() {
    let text = "\u{feff}locals {\n  # note\n  first = { x = 1, \"y\" = 2, x = 3 }\n  long = { for k, v in { a = 1 } : k =>\n    v // why\n    > 0\n    ? \"yes\"\n    : \"no\"\n  }\n  empty = <<EOT\nEOT\n  after = <<EOT\nx\nEOT\n}\n";
    let loaded = load_files(&[("main.tf", text)]);
    assert_eq!(loaded.declarations().diagnostics, []);
    assert_eq!(
        value(&loaded, "[local.first, local.long, local.empty, local.after]"),
        json!([{"x": 3, "y": 2}, {"a": "yes"}, "", "x\n"])
    );
}

#[test]
fn hostile_text_gives_a_diagnostic_or_a_limit() {
    let deep = format!("locals {{ a = {}1{} }}", "[".repeat(20_000), "]".repeat(20_000));
    let chain: String = (0..3_000).map(|at| format!("  l{at} = local.l{}\n", at + 1)).collect();
    let wide = format!("locals {{\n{chain}  l3000 = 1\n}}");
    for text in [
        deep.as_str(),
        "locals { a = ",
        "\u{0}\u{1}",
        "a = <<",
        "\"${",
        "locals { a = \"${\" }",
        "}}}",
        "resource \"x\" {}",
    ] {
        let loaded = load_files(&[("main.tf", text)]);
        let _ = loaded.show();
    }
    let loaded = load_files(&[("main.tf", &wide)]);
    assert!(unknown(&loaded, "local.l0").contains("nested too deeply"));
    assert_eq!(value(&loaded, "local.l2900"), json!(1));
    let loaded = load_files(&[(
        "main.tf",
        "provider \"google\" {}\nresource \"google_compute_network\" \"n\" {\n  count = 100000000\n  name = \"n\"\n}",
    )]);
    assert_eq!(loaded.declarations().networks.len(), 1);
    assert!(error(&loaded, "range(100000000)").contains("1024"));
    assert!(error(&loaded, "[for x in range(1024) : format(\"%9999d\", x)][0] == \"\" ? 1 : nope").contains("nope"));
}

#[test]
fn a_configuration_that_explodes_stops() {
    let doubling: String = (0..40).map(|at| format!("  d{at} = [local.d{}, local.d{}]\n", at + 1, at + 1)).collect();
    let text = format!("locals {{\n{doubling}  d40 = 1\n}}");
    let loaded = load_files(&[("main.tf", &text)]);
    assert!(unknown(&loaded, "local.d0").contains("the value is too large"));
    assert_eq!(value(&loaded, "local.d38"), json!([[1, 1], [1, 1]]));
    let modules: Vec<(String, String)> = (0..20)
        .map(|at| {
            (format!("m{at}/main.tf"), format!("module \"a\" {{\n  source = \"../m{}\"\n  count = 3\n}}", at + 1))
        })
        .collect();
    let mut files: Vec<(&str, &str)> = modules.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("m20/main.tf", ""));
    let declared = load_files(&files).declarations();
    assert!(declared.incomplete.iter().any(|why| why.kind == WhyKind::Limit), "{:?}", declared.incomplete);
}

#[test]
fn sensitive_and_secret_values_are_not_shown() {
    let loaded = load_files(&[(
        "main.tf",
        "variable \"hidden\" {\n  sensitive = true\n  default = \"hunter2\"\n}\nresource \"google_sql_user\" \"u\" {\n  name = \"app\"\n  password = \"hunter2\"\n  url = \"postgres://app:hunter2@10.0.0.3/db\"\n  note = \"x-${var.hidden}\"\n  list = [var.hidden]\n  env {\n    name  = \"DB_PASSWORD\"\n    value = \"hunter2\"\n  }\n}\noutput \"o\" { value = \"a${var.hidden}\" }\noutput \"p\" {\n  value = \"hunter2\"\n  sensitive = true\n}",
    )]);
    let shown = loaded.show().to_string();
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(value(&loaded, "var.hidden"), json!("[redacted]"));
    assert_eq!(error(&loaded, "parseint(var.hidden, 10)"), "parseint fails on a sensitive value");
    assert_eq!(value(&loaded, "\"password: x\""), json!("password: x"), "what was typed is no secret");
    assert_eq!(value(&loaded, "issensitive(\"${var.hidden}\")"), json!(true));
}

#[test]
fn what_is_asked_for_by_name_is_told_unless_it_is_marked() {
    let loaded = load_files(&[(
        "main.tf",
        "locals { x = { secrets = [\"a\"], token_ttl = \"5m\", note = \"token: short\" } }\nresource \"google_cloud_run_v2_service\" \"s\" {\n  template {\n    containers {\n      env {\n        name  = \"DB_PASSWORD\"\n        value = \"hunter2\"\n      }\n      env {\n        name  = \"LEVEL\"\n        value = \"debug\"\n      }\n    }\n  }\n}",
    )]);
    assert_eq!(value(&loaded, "local.x"), json!({"secrets": ["a"], "token_ttl": "5m", "note": "token: short"}));
    let env = "google_cloud_run_v2_service.s.template[0].containers[0].env";
    assert_eq!(value(&loaded, &format!("{env}[*].value")), json!(["[redacted]", "debug"]));
    assert_eq!(value(&loaded, &format!("[for own in {env} : \"x-${{own.value}}\"]")), json!(["[redacted]", "x-debug"]));
    assert_eq!(value(&loaded, "{ name = \"API_TOKEN\", value = local.x.note }.value"), json!("token: short"));
}

#[test]
fn a_value_for_a_variable_that_is_not_declared_is_a_warning() {
    let loaded = load_files(&[
        ("main.tf", "variable \"known\" {}\nprovider \"google\" {}"),
        ("terraform.tfvars", "known = 1\nmisspelt = 2\n"),
    ]);
    let told = loaded.declarations().diagnostics;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (told[0].level, told[0].text.as_str()),
        (DiagnosticLevel::Warning, "var.misspelt is given a value and not declared")
    );
    assert_eq!(told[0].origin.as_ref().map(ToString::to_string).as_deref(), Some("terraform.tfvars:2:12"));
}

#[test]
fn show_has_values_and_unknowns_in_the_shape_of_a_plan() {
    let loaded = load_files(&[(
        "main.tf",
        "variable \"u\" {}\nresource \"google_cloud_run_v2_service\" \"s\" {\n  name = \"s\"\n  template {\n    vpc_access {\n      egress = var.u\n      connector = \"c\"\n    }\n  }\n  dynamic \"traffic\" {\n    for_each = [1, 2]\n    content { percent = traffic.value }\n  }\n}",
    )]);
    let shown = loaded.show();
    let resource = &shown["resources"][0];
    assert_eq!(shown["schema_version"], json!(1));
    assert_eq!(resource["address"], json!("google_cloud_run_v2_service.s"));
    assert_eq!(
        resource["values"],
        json!({"name": "s", "template": [{"vpc_access": [{"connector": "c"}]}], "traffic": [{"percent": 1}, {"percent": 2}]})
    );
    let reason = "var.u has no default and no value in the files that are read (main.tf:1:1)";
    assert_eq!(resource["unknown"], json!({"template": [{"vpc_access": [{"egress": [reason]}]}]}));
    assert_eq!(shown["variables"]["."]["u"], json!({"unknown": [reason]}));
}

#[test]
fn declarations_are_the_same_for_the_same_files() {
    let dir = write(&[
        (
            "main.tf",
            "provider \"google\" {}\nvariable \"a\" {}\nlocals { x = upper([]) }\nresource \"google_compute_network\" \"n\" { name = \"${var.a}${local.x}\" }",
        ),
        ("b.tf", "oops"),
    ]);
    let once = load_dir(dir.path(), &TerraformConfig::default()).declarations();
    let again = load_dir(dir.path(), &TerraformConfig::default()).declarations();
    assert_eq!(once, again);
    let evidence = Evidence { terraform: once.clone(), ..Evidence::default() };
    let text = serde_json::to_string(&evidence).unwrap();
    assert_eq!(serde_json::from_str::<Evidence>(&text).unwrap().terraform, once);
}

/// The expressions of one list that are known, each with what a broken file beside it leaves unknown.
fn known_and_not(loaded: &super::Loaded, known: &[&str], not: &[&str]) {
    for expression in known {
        assert!(matches!(loaded.evaluate(None, expression), super::Evaluated::Value(_)), "{expression} is known");
    }
    for expression in not {
        let why = unknown(loaded, expression);
        assert!(why.contains("could not be parsed"), "{expression}: {why}");
    }
}

const SOUND: &str = "locals {\n  own = 1\n  uses = local.broken_local\n}\nvariable \"own\" { default = 2 }\nprovider \"google\" { project = \"p\" }\nresource \"google_compute_network\" \"own\" { name = \"n\" }\nresource \"google_compute_network\" \"uses\" { name = var.broken_variable }\nmodule \"m\" { source = \"./m\" }\nmodule \"given\" {\n  source = \"./given\"\n  value  = local.broken_local\n  other  = 3\n}\n";

#[test]
fn a_broken_file_in_a_root_leaves_what_does_not_need_it() {
    let loaded = load_files(&[
        ("main.tf", SOUND),
        ("broken.tf", "locals { broken_local = "),
        (
            "m/main.tf",
            "output \"o\" { value = \"sound\" }\nresource \"google_compute_network\" \"n\" { name = \"m\" }\n",
        ),
        (
            "given/main.tf",
            "variable \"value\" {}\nvariable \"other\" {}\noutput \"value\" { value = var.value }\noutput \"other\" { value = var.other }\n",
        ),
    ]);
    known_and_not(
        &loaded,
        &["local.own", "var.own", "google_compute_network.own.id", "module.m.o", "module.given.other"],
        &[
            "local.uses",
            "local.broken_local",
            "var.broken",
            "google_compute_network.uses.name",
            "module.given.value",
            "module.gone.x",
            "google_x.gone.y",
        ],
    );
    let declared = loaded.declarations();
    assert_eq!(declared.incomplete.len(), 1);
    assert_eq!(declared.networks.iter().filter(|own| own.value.name.known().is_some()).count(), 2);
    assert_eq!(declared.diagnostics.len(), 1, "{:?}", declared.diagnostics);
}

#[test]
fn a_broken_file_in_a_module_leaves_what_does_not_need_it() {
    let loaded = load_files(&[
        (
            "main.tf",
            "provider \"google\" { project = \"p\" }\nlocals { own = 1 }\nmodule \"m\" {\n  source   = \"./m\"\n  for_each = toset([\"a\", \"b\"])\n  name     = each.key\n}\nmodule \"sound\" { source = \"./sound\" }\n",
        ),
        (
            "m/main.tf",
            "variable \"name\" {}\nlocals {\n  own  = \"m-${var.name}\"\n  uses = local.broken\n}\nresource \"google_compute_network\" \"n\" {\n  name    = local.own\n  project = \"own\"\n}\nresource \"google_compute_network\" \"inherits\" { name = local.own }\noutput \"own\" { value = local.own }\noutput \"uses\" { value = local.uses }\noutput \"id\" { value = google_compute_network.n.id }\noutput \"inherited\" { value = google_compute_network.inherits.project }\n",
        ),
        ("m/broken.tf", "locals { broken = "),
        ("sound/main.tf", "output \"o\" { value = 1 }"),
    ]);
    known_and_not(
        &loaded,
        &[
            "local.own",
            "module.sound.o",
            "module.m[\"a\"].own",
            "module.m[\"b\"].id",
            "[for key, own in module.m : key]",
        ],
        // A provider configuration may stand in the broken file, and so may outputs.
        &["module.m[\"a\"].uses", "module.m[\"a\"].inherited", "module.m[\"a\"].gone", "module.m[\"a\"]"],
    );
    assert_eq!(loaded.declarations().networks.len(), 4);
}

#[test]
fn a_broken_override_file_may_change_everything_in_its_module_and_nothing_else() {
    let loaded = load_files(&[
        ("main.tf", "provider \"google\" { project = \"p\" }\nlocals { own = 1 }\nmodule \"m\" { source = \"./m\" }\n"),
        ("m/main.tf", "locals { x = 1 }\noutput \"x\" { value = local.x }\noutput \"fixed\" { value = 1 }\n"),
        ("m/override.tf", "locals { x = "),
    ]);
    known_and_not(&loaded, &["local.own"], &["module.m.x", "module.m.fixed"]);
}

#[test]
fn terragrunt_inputs_make_unknown_what_they_may_set() {
    let loaded = load_files(&[
        ("main.tf", "variable \"a\" { default = 1 }\nvariable \"b\" { default = 1 }\nlocals { own = 1 }\n"),
        ("terragrunt.hcl", "inputs = { a = 2 }"),
        ("x.auto.tfvars", "b = 2"),
    ]);
    assert!(unknown(&loaded, "var.a").contains("terragrunt.hcl is not evaluated"));
    assert_eq!(value(&loaded, "[var.b, local.own]"), json!([2, 1]));
}

#[test]
fn what_turns_back_on_itself_ends() {
    let calls = "variable \"keys\" { type = set(string) }\nmodule \"again\" {\n  source   = \"./\"\n  for_each = var.keys\n  keys     = setunion(var.keys, toset([for key in var.keys : \"${key}x\"]))\n}\n";
    let loaded = load_files(&[
        ("main.tf", "provider \"google\" {}\nmodule \"m\" {\n  source = \"./m\"\n  keys   = [\"a\", \"b\"]\n}\n"),
        ("m/main.tf", calls),
    ]);
    let incomplete = loaded.declarations().incomplete;
    assert_eq!(incomplete.iter().map(|why| why.kind).collect::<Vec<_>>(), [WhyKind::Cycle]);

    // Outputs of two modules that need each other.
    let loaded = load_files(&[
        (
            "main.tf",
            "module \"a\" {\n  source = \"./m\"\n  in = module.b.out\n}\nmodule \"b\" {\n  source = \"./m\"\n  in = module.a.out\n}\nlocals { fine = module.a.fixed }\n",
        ),
        ("m/main.tf", "variable \"in\" {}\noutput \"out\" { value = var.in }\noutput \"fixed\" { value = 1 }\n"),
    ]);
    assert!(unknown(&loaded, "module.a.out").contains("depends on itself"));
    assert_eq!(value(&loaded, "local.fine"), json!(1));
}

/// A link to a folder above gives a module endlessly many names.
#[cfg(unix)]
#[test]
fn links_that_lead_back_end() {
    let dir = write(&[
        ("tf/main.tf", "provider \"google\" {}\nmodule \"m\" {\n  source = \"./m\"\n  names  = [\"a\", \"b\"]\n}\n"),
        (
            "tf/m/main.tf",
            "variable \"names\" { type = set(string) }\nmodule \"down\" {\n  source   = \"./loop\"\n  for_each = var.names\n  names    = var.names\n}\nlocals { files = fileset(path.module, \"**/*.tf\") }\noutput \"files\" { value = local.files }\n",
        ),
    ]);
    std::os::unix::fs::symlink(".", dir.path().join("tf/m/loop")).unwrap();
    std::os::unix::fs::symlink("../..", dir.path().join("tf/up")).unwrap();
    std::os::unix::fs::symlink("itself", dir.path().join("tf/itself")).unwrap();
    let loaded = load_dir(dir.path(), &TerraformConfig::default());
    let declared = loaded.declarations();
    assert_eq!(declared.roots, ["tf"]);
    assert_eq!(declared.incomplete.iter().map(|why| why.kind).collect::<Vec<_>>(), [WhyKind::Cycle]);
    let _ = loaded.evaluate(None, "module.m.files");
}
