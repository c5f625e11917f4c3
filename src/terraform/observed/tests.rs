//! States and plans: recorded ones of the real Terraform, and hand-written ones in the shape of the Google provider.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::{Document, Kind, Place, Sources, Wanted, file, wanted};
use crate::config::TerraformConfig;
use crate::model::{Excerpts, Fact};
use crate::terraform::{Evaluated, Loaded, Options, load};

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terraform/observed").join(name)
}

fn document(kind: Kind, name: &str, content: Result<Json, String>) -> Document {
    Document { root: ".".into(), kind, name: name.into(), content }
}

fn read(case_name: &str, kind: Kind, name: &str) -> Document {
    document(kind, name, file(&case(case_name).join(name)))
}

fn load_with(case_name: &str, documents: &[Document]) -> Loaded {
    let config = TerraformConfig { roots: vec![".".into()], ..TerraformConfig::default() };
    load_config(&case(case_name), &config, documents)
}

fn load_config(dir: &Path, config: &TerraformConfig, documents: &[Document]) -> Loaded {
    let numbers = BTreeMap::new();
    let options = Options {
        config,
        project: None,
        project_numbers: &numbers,
        environment: &BTreeMap::new(),
        observed: documents,
    };
    load(dir, &options, &Excerpts::default())
}

#[track_caller]
fn value(loaded: &Loaded, expression: &str) -> Json {
    match loaded.evaluate(None, expression) {
        Evaluated::Value(value) => value,
        other => panic!("{expression}: {other:?}"),
    }
}

#[track_caller]
fn unknown(loaded: &Loaded, expression: &str) -> String {
    match loaded.evaluate(None, expression) {
        Evaluated::Unknown(reasons) => reasons.join("; "),
        other => panic!("{expression}: {other:?}"),
    }
}

fn shown<'a>(document: &'a Json, address: &str) -> &'a Json {
    let resources = document["resources"].as_array().unwrap();
    resources.iter().find(|resource| resource["address"] == address).unwrap_or_else(|| panic!("{address}"))
}

#[test]
fn without_documents_nothing_is_filled() {
    let loaded = load_with("google", &[]);
    assert!(unknown(&loaded, "local.numeric_id").contains("is read by the data source when Terraform runs"));
    assert_eq!(shown(&loaded.show(), "google_vpc_access_connector.main")["observed"], json!({}));
    assert!(loaded.declarations().observed.is_empty());
}

#[test]
fn a_state_of_the_real_terraform_fills_ids_by_address() {
    for name in ["terraform.tfstate", "shown.json"] {
        let state = read("terraform_data", Kind::State, name);
        let recorded = state.content.clone().unwrap();
        let loaded = load_with("terraform_data", &[state]);
        let text = recorded.to_string();
        for expression in [
            "terraform_data.network.id",
            "terraform_data.network.output == \"staging-vpc\" ? terraform_data.network.id : \"\"",
            "terraform_data.service[\"backend one\"].id",
            "terraform_data.service[\"q\\\"x$${y}\"].id",
            "module.pool[\"eu\"].ids[1]",
            "module.pool[\"us\"].ids[0]",
        ] {
            let id = value(&loaded, expression);
            assert!(text.contains(id.as_str().unwrap()), "{name}: {expression}: {id}");
        }
        let [a, b] = ["eu", "us"].map(|key| value(&loaded, &format!("module.pool[\"{key}\"].ids[0]")));
        assert_ne!(a, b);
        // The configuration decides, also where the state says something else.
        assert_eq!(value(&loaded, "terraform_data.network.input"), json!("staging-vpc"));
        // A variable that nobody sets stays unknown: what was applied last is not what is declared.
        assert!(unknown(&loaded, "terraform_data.service[\"backend one\"].input").contains("var.egress"));
        assert_eq!(value(&loaded, "terraform_data.service[\"backend one\"].output"), json!("eu-all"));
    }
}

#[test]
fn a_plan_fills_what_its_variables_decide_and_keeps_what_it_does_not_know() {
    let plan = read("terraform_data", Kind::Plan, "plan.json");
    let state = read("terraform_data", Kind::State, "terraform.tfstate");
    let loaded = load_with("terraform_data", &[state, plan.clone()]);
    assert_eq!(value(&loaded, "terraform_data.service[\"backend one\"].input"), json!("eu-private"));
    let alone = load_with("terraform_data", std::slice::from_ref(&plan));
    let reason = unknown(&alone, "terraform_data.service[\"backend one\"].id");
    assert!(reason.contains("is known after apply, as plan.json says"), "{reason}");
    let document = loaded.show();
    let service = shown(&document, "terraform_data.service[\"backend one\"]");
    assert_eq!(service["values"]["input"], "eu-private");
    assert_eq!(service["observed"]["input"], json!({"value": "eu-private", "source": "plan plan.json"}));
    let serial = file(&case("terraform_data/terraform.tfstate")).unwrap()["serial"].as_u64().unwrap();
    let label = format!("state file terraform.tfstate, serial {serial}");
    assert_eq!(service["observed"]["id"]["source"], json!(label));
    let listed = json!([
        {"root": ".", "source": "plan plan.json", "problem": null},
        {"root": ".", "source": label, "problem": null},
    ]);
    assert_eq!(document["observed"], listed);
}

#[test]
fn secrets_are_not_kept_however_they_are_marked() {
    let documents = [
        read("terraform_data", Kind::Plan, "plan.json"),
        read("terraform_data", Kind::State, "terraform.tfstate"),
        read("terraform_data", Kind::State, "shown.json"),
        read("google", Kind::State, "state.json"),
    ];
    for document in &documents {
        assert!(document.content.as_ref().unwrap().to_string().contains("hunter2"), "{}", document.name);
        let sources = Sources::new(std::slice::from_ref(document));
        let kept = format!("{sources:?}");
        assert!(!kept.contains("hunter2"), "{}", document.name);
        assert!(sources.iter().all(|source| source.problem.is_none() && !source.resources.is_empty()));
    }
    let loaded = load_with("google", &documents[3..]);
    let reason = unknown(&loaded, "local.secret");
    assert!(reason.contains("may be a secret and is not kept"), "{reason}");
    assert!(!loaded.show().to_string().contains("hunter2"));
    // `output` repeats a sensitive `input` without a mark of its own.
    let loaded = load_with("terraform_data", &documents[1..2]);
    assert_eq!(value(&loaded, "terraform_data.credentials.output.user"), json!("app"));
    assert!(unknown(&loaded, "terraform_data.credentials.output.password").contains("is not kept"));
    assert!(unknown(&loaded, "terraform_data.credentials.output.arguments[1]").contains("is not kept"));
}

#[test]
fn what_a_schema_calls_sensitive_is_not_kept_though_nothing_marks_it() {
    let resource = |kind: &str, attributes: Json| json!({"mode": "managed", "type": kind, "name": "x", "instances": [{"attributes": attributes}]});
    let state = json!({"version": 4, "resources": [
        resource("random_password", json!({"result": "hunter2-generated", "length": 16})),
        resource("google_redis_instance", json!({"auth_string": "hunter2-redis", "host": "10.0.0.4"})),
        resource("google_sql_user", json!({"name": "app", "etag": "x-hunter2-generated"})),
    ]});
    let kept = format!("{:?}", Sources::new(&[document(Kind::State, "s", Ok(state))]));
    assert!(!kept.contains("hunter2") && kept.contains("10.0.0.4"), "{kept}");
}

#[test]
fn a_state_fills_what_data_sources_and_the_provider_tell() {
    let loaded = load_with("google", &[read("google", Kind::State, "state.json")]);
    for (expression, expected) in [
        ("local.numeric_id", json!(4_829_133_771_057_163_432_u64)),
        ("length(local.subnets)", json!(1)),
        ("google_vpc_access_connector.main.name", json!("shop-a1b2")),
        (
            "google_vpc_access_connector.main.id",
            json!("projects/shop-staging/locations/europe-west1/connectors/shop-a1b2"),
        ),
        ("local.connected", json!(["shop-staging"])),
        // An argument that is left out, and one that the configuration decides against the state.
        ("google_vpc_access_connector.main.max_throughput", json!(300)),
        ("local.cidr", json!("10.8.0.0/28")),
        ("local.uris.worker", json!("https://worker-abc123-ew.a.run.app")),
        ("local.environment[0].value", json!("staging")),
        ("module.service[\"api\"].uri", json!("https://api-abc123-ew.a.run.app")),
    ] {
        assert_eq!(value(&loaded, expression), expected, "{expression}");
    }
    let reason = unknown(&loaded, "local.renamed");
    assert!(reason.contains("state file state.json, serial 81 has another name"), "{reason}");
}

#[test]
fn outputs_of_another_root_module_are_filled_without_their_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let text = "data \"terraform_remote_state\" \"net\" {\n  backend = \"gcs\"\n  config  = { bucket = \"b\", prefix = \"net\" }\n}\nprovider \"google\" {}\n";
    std::fs::write(folder.path().join("main.tf"), text).unwrap();
    let instance = json!({"attributes": {"backend": "gcs",
        "config": {"value": {"bucket": "b", "prefix": "net"}, "type": ["object", {"bucket": "string", "prefix": "string"}]},
        "outputs": {"value": {"connector": "c-1", "db_password": "hunter2"},
            "type": ["object", {"connector": "string", "db_password": "string"}]}}});
    let state = json!({"version": 4, "resources": [
        {"mode": "data", "type": "terraform_remote_state", "name": "net", "instances": [instance]}]});
    let state = document(Kind::State, "s", Ok(state));
    let loaded = load_config(folder.path(), &TerraformConfig::default(), &[state]);
    assert_eq!(value(&loaded, "data.terraform_remote_state.net.outputs.connector"), json!("c-1"));
    assert!(unknown(&loaded, "data.terraform_remote_state.net.outputs.db_password").contains("is not kept"));
}

#[test]
fn facts_say_where_their_values_come_from() {
    let label = Some("state file state.json, serial 81");
    let declared = load_with("google", &[read("google", Kind::State, "state.json")]).declarations();
    let main = &declared.connectors[0].value;
    let Fact::Known(name, origin) = &main.name else { panic!("{:?}", main.name) };
    assert_eq!((name.name.as_str(), origin.observed()), ("shop-a1b2", label));
    assert_eq!(main.ip_cidr_range.origin().unwrap().observed(), None);
    let vpc = &declared.workloads[0].value.vpc;
    assert_eq!(vpc.connector.known().unwrap().name, "shop-a1b2");
    assert_eq!(vpc.connector.origin().unwrap().observed(), label);
    assert!(vpc.egress.is_unknown(), "the state says what was applied, not what is declared: {:?}", vpc.egress);
    assert_eq!(declared.observed.len(), 1);
}

#[test]
fn a_plan_fills_blocks_and_is_named_as_their_source() {
    let after = |egress: &str| {
        json!({"name": "api", "location": "europe-west1", "project": "shop-staging",
            "template": [{"vpc_access": [{"egress": egress}]}]})
    };
    let change = |key: &str, egress: &str| {
        json!({"module_address": format!("module.service[\"{key}\"]"), "mode": "managed", "name": "this",
            "type": "google_cloud_run_v2_service", "change": {"actions": ["update"], "after": after(egress),
            "after_unknown": {"template": [{"vpc_access": [{"connector": true}]}]}, "after_sensitive": {}}})
    };
    let plan = json!({"format_version": "1.2", "resource_changes": [
        change("api", "ALL_TRAFFIC"), change("worker", "PRIVATE_RANGES_ONLY")]});
    let loaded = load_with("google", &[document(Kind::Plan, "plan.json", Ok(plan))]);
    let declared = loaded.declarations();
    let egress = &declared.workloads[0].value.vpc.egress;
    assert_eq!(egress.origin().unwrap().observed(), Some("plan plan.json"), "{egress:?}");
    assert!(declared.workloads[0].value.vpc.connector.is_unknown());
    // The plan is of another worker: its name differs.
    assert!(declared.workloads[1].value.vpc.egress.is_unknown());
}

#[test]
fn the_instances_of_a_resource_can_depend_on_a_state() {
    let folder = tempfile::tempdir().unwrap();
    let text = "data \"x_zones\" \"all\" {}\nresource \"google_vpc_access_connector\" \"each\" {\n  for_each = toset(data.x_zones.all.names)\n  name     = \"c-${each.key}\"\n  project  = \"p\"\n  region   = \"r\"\n}\n";
    std::fs::write(folder.path().join("main.tf"), text).unwrap();
    let instance = json!({"attributes": {"names": ["a", "b"]}});
    let state = json!({"version": 4, "serial": 2, "resources": [
        {"mode": "data", "type": "x_zones", "name": "all", "instances": [instance]}]});
    let state = document(Kind::State, "s", Ok(state));
    let declared = load_config(folder.path(), &TerraformConfig::default(), &[state]).declarations();
    let names: Vec<&str> = declared.connectors.iter().map(|own| &*own.value.name.known().unwrap().name).collect();
    assert_eq!(names, ["c-a", "c-b"]);
    let origin = declared.connectors[0].value.name.origin().unwrap();
    assert_eq!(origin.observed(), Some("state file s, serial 2"));
}

#[test]
fn a_place_that_the_provider_takes_from_its_environment_is_filled_unless_it_is_null() {
    let folder = tempfile::tempdir().unwrap();
    let text = "resource \"google_vpc_access_connector\" \"main\" {\n  name = \"c\"\n}\n";
    std::fs::write(folder.path().join("main.tf"), text).unwrap();
    for (region, expected) in [(json!("r"), true), (json!(null), false), (json!({"a": 1}), false)] {
        let instance = json!({"attributes": {"name": "c", "project": "p", "region": region}});
        let state = json!({"version": 4, "resources": [{"mode": "managed", "type": "google_vpc_access_connector",
            "name": "main", "instances": [instance]}]});
        let state = document(Kind::State, "s", Ok(state));
        let declared = load_config(folder.path(), &TerraformConfig::default(), &[state]).declarations();
        let name = &declared.connectors[0].value.name;
        assert_eq!(name.known().is_some(), expected, "{name:?}");
        match name {
            Fact::Known(_, origin) => assert_eq!(origin.observed(), Some("state file s")),
            other => assert!(!other.whys().is_empty()),
        }
    }
}

#[test]
fn what_is_no_state_or_plan_is_refused_with_advice_and_makes_nothing_known() {
    for (kind, content, problem) in [
        (Kind::State, json!([]), "it is no JSON object"),
        (Kind::State, json!({}), "neither a state file nor what `terraform show -json` prints"),
        (Kind::State, json!({"version": 3, "modules": []}), "version 3, of Terraform before 0.12"),
        (Kind::State, json!({"version": 5}), "it has version 5; version 4 is read"),
        (Kind::State, json!({"version": "4"}), "its version is no whole number"),
        (Kind::State, json!({"version": 4, "resources": {}}), "its resources are no list"),
        (Kind::State, json!({"format_version": "0.1", "values": {}}), "versions 1.x are read"),
        (Kind::State, json!({"format_version": "1.2", "resource_changes": []}), "give it with --plan"),
        (Kind::State, json!({"encryption_version": "v0", "encrypted_data": "x"}), "it is encrypted by OpenTofu"),
        (Kind::Plan, json!({"encryption_version": "v0", "encrypted_data": "x"}), "prints of the plan"),
        (Kind::Plan, json!({"version": 4, "terraform_version": "1.11.4"}), "give it with --state"),
        (Kind::Plan, json!({"format_version": "2.0", "resource_changes": []}), "its format version is 2.0"),
        (Kind::Plan, json!({"resource_changes": []}), "it has no format version"),
        (Kind::Plan, json!({"format_version": "1.2", "resource_changes": 7}), "resource_changes are no list"),
        (Kind::Plan, json!({"format_version": "1.2", "resource_changes": [], "errored": true}), "planning failed"),
        (Kind::Plan, json!({"a": 1}), "not what `terraform show -json PLANFILE` prints"),
    ] {
        let loaded = load_with("google", &[document(kind, "odd\u{1b}[31m", Ok(content))]);
        let declared = loaded.declarations();
        let told = declared.observed[0].problem.clone().unwrap();
        assert!(told.contains(problem), "{told}");
        let text = format!("{kind} odd\u{fffd}[31m was not read: {told}");
        assert!(declared.diagnostics.iter().any(|diagnostic| diagnostic.text == text), "{text}");
        let reason = unknown(&loaded, "local.numeric_id");
        assert!(reason.contains("when Terraform runs") && reason.contains("was not read"), "{reason}");
    }
}

#[test]
fn files_that_are_none_are_refused_without_quoting_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    let deep = "[".repeat(100_000);
    for (bytes, problem) in [
        (&b""[..], "it ends in the middle (line 1, column 0)"),
        (b"{\"version\": 4,\n \"hunter2\" 7}", "it is no JSON (line 2, column 12)"),
        (b"PK\x03\x04tfplan", "it is a binary plan; give what `terraform show -json PLANFILE` prints"),
        (b"\xff\xfe{\x00", "it is UTF-16"),
        (b"{\"a\": \"\xff\"}", "it is no JSON"),
        (deep.as_bytes(), "it is no JSON (line 1, column 128)"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let told = file(&path).unwrap_err();
        assert!(told.contains(problem) && !told.contains("hunter2"), "{told}");
    }
    std::fs::write(&path, b"\xef\xbb\xbf{}").unwrap();
    assert_eq!(file(&path), Ok(json!({})));
    assert_eq!(file(folder.path()), Err("it is no file".to_owned()));
    assert_eq!(file(&folder.path().join("none")), Err("there is no such file".to_owned()));
    std::fs::File::create(&path).unwrap().set_len((64 << 20) + 1).unwrap();
    assert_eq!(file(&path), Err("it is larger than 64 MiB".to_owned()));
}

/// Every part of a document replaced by values of every other type.
fn mutants(json: &Json) -> Vec<Json> {
    fn pointers(json: &Json, at: String, all: &mut Vec<String>) {
        match json {
            Json::Object(fields) => fields.iter().for_each(|(name, own)| pointers(own, format!("{at}/{name}"), all)),
            Json::Array(items) => items.iter().enumerate().for_each(|(i, own)| pointers(own, format!("{at}/{i}"), all)),
            _ => {}
        }
        all.push(at);
    }
    let mut all = Vec::new();
    pointers(json, String::new(), &mut all);
    let odd = [json!(null), json!(-1e300), json!("x"), json!([7]), json!({"value": [], "type": 1})];
    let mutant = |pointer: &String, odd: &Json| {
        let mut json = json.clone();
        *json.pointer_mut(pointer)? = odd.clone();
        Some(json)
    };
    all.iter().flat_map(|pointer| odd.iter().filter_map(move |odd| mutant(pointer, odd))).collect()
}

#[test]
fn no_shape_of_a_document_ends_in_a_panic() {
    for (name, kind, path) in [
        ("google", Kind::State, "state.json"),
        ("terraform_data", Kind::State, "shown.json"),
        ("terraform_data", Kind::State, "terraform.tfstate"),
        ("terraform_data", Kind::Plan, "plan.json"),
    ] {
        let whole = read(name, kind, path).content.unwrap();
        let mutants = mutants(&whole);
        assert!(mutants.len() > 500);
        for mutant in mutants {
            Sources::new(&[document(kind, path, Ok(mutant))]);
        }
    }
}

fn located(files: &[(&str, &str)], config: &TerraformConfig) -> Vec<(String, String, Place)> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let numbers = BTreeMap::new();
    let options =
        Options { config, project: None, project_numbers: &numbers, environment: &BTreeMap::new(), observed: &[] };
    let short = |wanted: Wanted| (wanted.root, wanted.name, wanted.place);
    wanted(folder.path(), &options).into_iter().map(short).collect()
}

#[test]
fn a_backend_tells_where_the_state_is() {
    let auto = TerraformConfig { state: Some("auto".into()), ..TerraformConfig::default() };
    let staging = TerraformConfig { workspace: Some("staging".into()), ..auto.clone() };
    let gcs = |arguments: &str| format!("terraform {{\n  backend \"gcs\" {{\n{arguments}\n  }}\n}}\n");
    for (text, config, name) in [
        (gcs("bucket = \"b\""), &auto, "gs://b/default.tfstate"),
        (gcs("bucket = \"b\"\nprefix = \"/a//b/\""), &auto, "gs://b/a/b/default.tfstate"),
        (gcs("bucket = \"b\"\nprefix = \"a\""), &staging, "gs://b/a/staging.tfstate"),
        ("provider \"google\" {}".to_owned(), &auto, "terraform.tfstate"),
        ("provider \"google\" {}".to_owned(), &staging, "terraform.tfstate.d/staging/terraform.tfstate"),
        ("terraform {\n  backend \"local\" {\n    path = \"x/s\"\n  }\n}".to_owned(), &auto, "x/s"),
    ] {
        let found = located(&[("main.tf", &text)], config);
        assert_eq!((&*found[0].0, &*found[0].1), (".", name), "{text}");
        assert!(!matches!(found[0].2, Place::Nowhere(_)), "{text}");
    }
    for (text, problem) in [
        (gcs(""), "names no bucket: it is configured when Terraform is initialised"),
        (gcs("bucket = var.bucket"), "`bucket` of its backend is not written as a literal"),
        (gcs("bucket = \"b\"\nprefix = \"../..\""), "leads nowhere"),
        ("terraform {\n  backend \"s3\" {}\n}".to_owned(), "it is kept by `s3`"),
        ("terraform {\n  cloud {}\n}".to_owned(), "it is kept by `cloud`"),
        ("terraform {\n  backend \"local\" {\n    path = \"../s\"\n  }\n}".to_owned(), "outside the repository"),
        ("provider \"google\" {\n".to_owned(), "its backend may stand in one of them"),
    ] {
        let found = located(&[("main.tf", &text)], &auto);
        assert!(matches!(&found[0].2, Place::Nowhere(text) if text.contains(problem)), "{:?}", found[0]);
    }
    let override_file = ("b_override.tf", "terraform {\n  backend \"gcs\" {\n    bucket = \"other\"\n  }\n}");
    let found = located(&[("main.tf", &gcs("bucket = \"b\"")), override_file], &auto);
    assert_eq!(found[0].1, "gs://other/default.tfstate");
}

#[test]
fn a_named_file_belongs_to_the_root_module_in_whose_folder_it_lies() {
    let named = |path: &str| TerraformConfig { state: Some(path.into()), ..TerraformConfig::default() };
    let files =
        [("a/main.tf", "provider \"x\" {}"), ("b/main.tf", "provider \"x\" {}"), ("b/s.json", "{}"), ("s.json", "{}")];
    assert_eq!(located(&files, &named("b/s.json"))[0].0, "b");
    let found = located(&files, &named("s.json"));
    assert!(matches!(&found[0].2, Place::Nowhere(text) if text.contains("which root module")), "{found:?}");
    assert_eq!(located(&files[1..], &named("s.json"))[0].0, "b");
    assert_eq!(located(&files, &TerraformConfig::default()), []);
}
