//! Root modules with what they are given: variable files, workspaces, the environment, other roots' outputs.

use serde_json::{Value as Json, json};

use super::{load_dir, load_files, load_with, unknown, value, write};
use crate::config::{DeploymentConfig, RemoteStateConfig, TerraformConfig, VariableArgument};
use crate::model::declared::{DiagnosticLevel, VariableProblemKind};

const ROOT: &str = "variable \"env\" {}\nvariable \"size\" {\n  type    = number\n  default = 1\n}\nprovider \"google\" { project = \"p\" }\nresource \"google_compute_network\" \"n\" { name = \"${var.env}-${terraform.workspace}-${var.size}\" }\noutput \"name\" { value = google_compute_network.n.name }\n";

fn names(list: &Json, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|own| own[field].as_str().unwrap_or("null").to_owned()).collect()
}

#[test]
fn each_root_with_each_set_of_files_and_workspace_is_a_deployment() {
    let dir = write(&[
        ("tf/main.tf", ROOT),
        ("tf/envs/staging.tfvars", "env = \"staging\"\nstray = 1\n"),
        ("tf/envs/prod.tfvars", "env = \"prod\"\nstray = 1\n"),
        ("tf/envs/old.tfvars", "env = \"old\"\n"),
        ("other/main.tf", "provider \"google\" {}\noutput \"name\" { value = \"other\" }"),
    ]);
    let one = |name: &str| DeploymentConfig {
        root: "tf".into(),
        var_files: vec![format!("tf/envs/{name}.tfvars")],
        vars: [("size".to_owned(), "3".to_owned())].into(),
        workspace: Some(name.into()),
    };
    let config = TerraformConfig { deployments: vec![one("staging"), one("prod")], ..TerraformConfig::default() };
    let loaded = load_dir(dir.path(), &config);
    let shown = loaded.show();
    let expected =
        ["other", "tf (tf/envs/staging.tfvars, workspace staging)", "tf (tf/envs/prod.tfvars, workspace prod)"];
    assert_eq!(names(&shown["deployments"], "name"), expected);
    assert_eq!(shown["deployments"][1]["var_files"], json!(["tf/envs/staging.tfvars"]));
    assert_eq!(names(&shown["deployments"], "workspace"), ["null", "staging", "prod"]);
    assert_eq!(names(&shown["resources"], "deployment"), expected[1..]);
    assert_eq!(shown["outputs"][expected[1]]["name"], json!({"value": "staging-staging-3"}));
    assert_eq!(shown["outputs"][expected[2]]["name"], json!({"value": "prod-prod-3"}));
    let declared = loaded.declarations();
    let network = |at: usize| declared.networks[at].value.name.known().unwrap().name.clone();
    assert_eq!([network(0), network(1)], ["staging-staging-3", "prod-prod-3"]);
    // The file that no deployment names is told, each stray name once a file.
    let told: Vec<(&VariableProblemKind, &str)> =
        declared.variable_problems.iter().map(|own| (&own.kind, own.variable.as_str())).collect();
    assert_eq!(
        told,
        [
            (&VariableProblemKind::Undeclared, "var.stray"),
            (&VariableProblemKind::Undeclared, "var.stray"),
            (&VariableProblemKind::FileUnused, "tf/envs/old.tfvars")
        ]
    );
    assert_eq!(declared.diagnostics.len(), 3, "{:?}", declared.diagnostics);
}

#[test]
fn a_deployment_may_name_a_root_that_is_not_found_by_looking() {
    let dir = write(&[
        ("a/main.tf", "provider \"google\" {}\nmodule \"m\" {\n  source = \"../m\"\n}"),
        ("m/main.tf", "output \"o\" { value = 1 }"),
    ]);
    let deployments = vec![DeploymentConfig { root: "./m/".into(), ..DeploymentConfig::default() }];
    let config = TerraformConfig { deployments, ..TerraformConfig::default() };
    assert_eq!(load_dir(dir.path(), &config).declarations().roots, ["a", "m"]);
}

#[test]
fn the_environment_is_read_where_it_is_given() {
    let files = [("main.tf", ROOT), ("terraform.tfvars", "size = 2")];
    let dir = write(&files);
    let environment = [("TF_VAR_env", "exported"), ("TF_VAR_size", "7"), ("TF_WORKSPACE", "w"), ("TF_VAR_other", "x")];
    let loaded = load_with(dir.path(), &TerraformConfig::default(), &environment);
    assert_eq!(value(&loaded, "google_compute_network.n.name"), json!("exported-w-2"));
    let shown = loaded.show();
    assert_eq!(shown["variables"]["."]["env"], json!({"value": "exported", "source": "TF_VAR_env of the environment"}));
    assert_eq!(shown["variables"]["."]["size"], json!({"value": 2, "source": "terraform.tfvars"}));
    assert_eq!(shown["deployments"][0]["workspace"], json!("w"));
    assert_eq!(loaded.declarations().variable_problems, [], "the environment may hold any name");
    let bad =
        load_with(dir.path(), &TerraformConfig::default(), &[("TF_VAR_env", "e"), ("TF_CLI_ARGS_plan", "-var size=9")]);
    assert!(unknown(&bad, "var.size").contains("TF_CLI_ARGS_plan of the environment gives values of variables"));
    let config = TerraformConfig { workspace: Some("said".into()), ..TerraformConfig::default() };
    let loaded = load_with(dir.path(), &config, &environment);
    assert_eq!(value(&loaded, "terraform.workspace"), json!("said"));
}

#[test]
fn a_value_that_does_not_fit_says_where_it_comes_from() {
    let dir = write(&[("main.tf", "variable \"n\" { type = number }\nvariable \"l\" { type = list(string) }\n")]);
    let loaded = load_with(dir.path(), &TerraformConfig::default(), &[("TF_VAR_n", "many"), ("TF_VAR_l", "a,b")]);
    let text = "the value of var.n from TF_VAR_n of the environment does not fit its type";
    assert!(unknown(&loaded, "var.n").contains(text), "{}", unknown(&loaded, "var.n"));
    assert!(unknown(&loaded, "var.l").contains("var.l from TF_VAR_l of the environment"));
    let arguments = vec![VariableArgument::Value("n".into(), "x".into())];
    let config = TerraformConfig { arguments, ..TerraformConfig::default() };
    assert!(unknown(&load_dir(dir.path(), &config), "var.n").contains("from the command line does not fit"));
}

#[test]
fn the_workspace_that_was_selected_is_the_workspace() {
    let loaded = load_files(&[("main.tf", "locals { w = terraform.workspace }"), (".terraform/environment", "prod\n")]);
    assert_eq!(value(&loaded, "local.w"), json!("prod"));
}

#[test]
fn arguments_count_in_their_order() {
    let dir = write(&[("main.tf", "variable \"a\" {}"), ("x.tfvars", "a = \"file\"")]);
    let file = VariableArgument::File("x.tfvars".into());
    let text = VariableArgument::Value("a".into(), "text".into());
    for (arguments, expected) in [(vec![file.clone(), text.clone()], "text"), (vec![text, file], "file")] {
        let config = TerraformConfig { arguments, ..TerraformConfig::default() };
        assert_eq!(value(&load_dir(dir.path(), &config), "var.a"), json!(expected));
    }
}

fn reading(workspace: &str) -> String {
    format!(
        "data \"terraform_remote_state\" \"network\" {{\n  backend = \"gcs\"\n{workspace}  config = {{ bucket = \"b\" }}\n  defaults = {{ extra = \"default\", id = \"never\" }}\n}}\nprovider \"google\" {{ project = \"services\" }}\nlocals {{ outputs = data.terraform_remote_state.network.outputs }}\noutput \"back\" {{ value = local.outputs.back }}\n"
    )
}

const NETWORK: &str = "provider \"google\" { project = \"net\" }\nvariable \"u\" {}\nresource \"google_compute_network\" \"n\" { name = \"n\" }\noutput \"id\" { value = google_compute_network.n.id }\noutput \"open\" { value = var.u }\noutput \"nothing\" { value = null }\n";

fn mapped() -> TerraformConfig {
    TerraformConfig {
        remote_state: vec![RemoteStateConfig { data: "network".into(), root: "network".into() }],
        ..TerraformConfig::default()
    }
}

#[test]
fn a_remote_state_is_another_root_where_that_is_configured() {
    let dir = write(&[("network/main.tf", NETWORK), ("services/main.tf", &reading(""))]);
    let plain = load_dir(dir.path(), &TerraformConfig::default());
    let evaluate = |loaded: &super::Loaded, expression: &str| loaded.evaluate(Some("services"), expression);
    assert!(matches!(evaluate(&plain, "local.outputs.id"), super::Evaluated::Unknown(_)));
    let loaded = load_dir(dir.path(), &mapped());
    let known = |text: &str| super::Evaluated::Value(json!(text));
    assert_eq!(evaluate(&loaded, "local.outputs.id"), known("projects/net/global/networks/n"));
    assert_eq!(evaluate(&loaded, "local.outputs.extra"), known("default"));
    assert!(matches!(evaluate(&loaded, "local.outputs.open"), super::Evaluated::Unknown(_)));
    assert!(matches!(evaluate(&loaded, "local.outputs.nothing"), super::Evaluated::Error(_)), "a state holds no null");
    // The root that is read need not be looked at itself.
    let config = TerraformConfig { roots: vec!["services".into()], ..mapped() };
    let loaded = load_dir(dir.path(), &config);
    assert_eq!(loaded.declarations().roots, ["services"]);
    assert_eq!(value(&loaded, "local.outputs.id"), json!("projects/net/global/networks/n"));
}

#[test]
fn a_remote_state_of_one_of_several_deployments_is_the_one_of_its_workspace() {
    let dir = write(&[("network/main.tf", NETWORK), ("services/main.tf", &reading("  workspace = \"prod\"\n"))]);
    let deployments = |workspaces: &[&str]| {
        let one = |name: &&str| DeploymentConfig {
            root: "network".into(),
            workspace: Some((*name).to_owned()),
            ..DeploymentConfig::default()
        };
        TerraformConfig { deployments: workspaces.iter().map(one).collect(), ..mapped() }
    };
    let asked = |config: &TerraformConfig| load_dir(dir.path(), config).evaluate(Some("services"), "local.outputs.id");
    assert!(matches!(asked(&deployments(&["prod", "staging"])), super::Evaluated::Value(_)));
    let super::Evaluated::Unknown(reasons) = asked(&deployments(&["one", "two"])) else { panic!() };
    assert!(
        reasons[0].starts_with("which deployment of network data.terraform_remote_state.network reads"),
        "{reasons:?}"
    );
    assert!(matches!(asked(&deployments(&["staging"])), super::Evaluated::Unknown(_)), "another workspace's state");
}

#[test]
fn roots_that_read_each_other_end() {
    let dir = write(&[
        ("network/main.tf", &reading("").replace("network\"", "services\"").replace("te.network", "te.services")),
        ("services/main.tf", &reading("")),
    ]);
    let both = [("network", "network"), ("services", "services")];
    let remote_state = both.map(|(data, root)| RemoteStateConfig { data: data.into(), root: root.into() }).to_vec();
    let loaded = load_dir(dir.path(), &TerraformConfig { remote_state, ..TerraformConfig::default() });
    let super::Evaluated::Unknown(reasons) = loaded.evaluate(Some("services"), "local.outputs.back") else { panic!() };
    assert!(reasons.join(" ").contains("depends on itself"), "{reasons:?}");
}

#[test]
fn what_is_given_to_a_variable_is_judged() {
    let dir = write(&[
        (
            "main.tf",
            "variable \"o\" {\n  type = object({ a = number, b = optional(map(object({ c = string }))) })\n}\nvariable \"v\" {\n  default = 5\n  validation {\n    condition     = var.v < local.most\n    error_message = \"At most ${local.most}.\"\n  }\n  validation {\n    condition     = var.v > 1\n    error_message = \"More than 1.\"\n  }\n  validation {\n    condition     = var.v != var.unset\n    error_message = \"Never known.\"\n  }\n}\nvariable \"unset\" {}\nlocals { most = 3 }\nmodule \"m\" {\n  for_each = toset([\"a\", \"b\"])\n  source   = \"./m\"\n  settings = [{ size = 1, sise = 2 }]\n  passed   = local.whole\n  given    = { x = each.key }\n}\nlocals { whole = { kept = 1, more = 2 } }\nprovider \"google\" {}\n",
        ),
        ("terraform.tfvars", "o = {\n  a = 1\n  b = { k = { c = \"x\", d = \"y\" } }\n  e = 1\n}\n"),
        (
            "m/main.tf",
            "variable \"settings\" { type = list(object({ size = optional(number) })) }\nvariable \"passed\" { type = object({ kept = number }) }\nvariable \"given\" {\n  type = object({ x = string })\n  validation {\n    condition     = var.given.x != \"b\"\n    error_message = \"Not b.\"\n  }\n}\n",
        ),
    ]);
    let loaded = load_dir(dir.path(), &TerraformConfig::default());
    let declared = loaded.declarations();
    let told: Vec<String> = declared
        .variable_problems
        .iter()
        .map(|own| format!("{} | {}", own.text, own.origin.as_ref().map(ToString::to_string).unwrap_or_default()))
        .collect();
    assert_eq!(
        told,
        [
            "the type of module.m.var.settings has no attribute [0].sise: the value given for it is dropped | main.tf:24:27",
            "the type of var.o has no attribute b.k.d: the value given for it is dropped | terraform.tfvars:3:24",
            "the type of var.o has no attribute e: the value given for it is dropped | terraform.tfvars:4:3",
            "a validation of module.m.var.given fails: Not b. | m/main.tf:6:21",
            "a validation of var.v fails: At most 3. | main.tf:7:21",
        ]
    );
    let errors = declared.diagnostics.iter().filter(|own| own.level == DiagnosticLevel::Error).count();
    assert_eq!((errors, declared.diagnostics.len()), (2, 5));
    assert_eq!(value(&loaded, "var.v"), json!(5), "it is what would be applied all the same");
}

#[test]
fn what_an_absent_module_is_given_is_shown() {
    let loaded = load_files(&[(
        "main.tf",
        "variable \"u\" {}\nprovider \"google\" {}\nmodule \"net\" {\n  source   = \"terraform-google-modules/network/google\"\n  version  = \"9.0.0\"\n  for_each = { a = 1, b = 2 }\n  name     = \"n-${each.key}\"\n  subnets  = [{ range = var.u, size = each.value }]\n}\n",
    )]);
    let shown = loaded.show();
    let modules = shown["modules"].as_array().unwrap();
    assert_eq!(names(&shown["modules"], "address"), ["", "module.net[\"a\"]", "module.net[\"b\"]"]);
    assert_eq!(modules[1]["source"], json!("terraform-google-modules/network/google"));
    assert_eq!(modules[1]["dir"], Json::Null);
    assert_eq!(modules[2]["inputs"]["name"], json!({"value": "n-b"}));
    assert_eq!(modules[1]["inputs"]["subnets"]["value"], json!([{"size": 1}]));
    assert!(
        modules[1]["inputs"]["subnets"]["unknown"][0]["range"][0].as_str().unwrap().contains("var.u has no default")
    );
    assert!(modules[1]["unavailable"].as_str().unwrap().contains("is not in the repository"));
}
