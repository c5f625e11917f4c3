//! What environment variables lead to, where `gcp-drift.toml` lets them be read.

use serde_json::{Value, json};

use super::super::common::leaks::{SECRET, assert_none, assert_none_in_files};
use super::super::common::{Repository, list};
use super::cases::{apply, base, modes, outcomes};

/// The base without declared targets, with variables that may be read, and those of a workload.
fn with(allowed: &[&str], variables: &Value) -> Repository {
    let repository = base();
    let config = repository.read("gcp-drift.toml");
    let config = config.split("[[targets]]").next().unwrap();
    repository.write("gcp-drift.toml", &format!("{config}[connectivity]\nenvironment = {}\n", json!(allowed)));
    set(&repository, "run.services", "services/api", "/template/containers/0/env", variables);
    set(&repository, "run.revisions", "api-00007-kux", "/containers/0/env", variables);
    repository
}

fn set(repository: &Repository, api: &str, item: &str, path: &str, value: &Value) {
    let mut state: Value = serde_json::from_str(&repository.read("state.json")).unwrap();
    let answer = format!("{api} shop-staging");
    apply(&mut state, &json!({"in": answer, "item": item, "op": "add", "path": path, "value": value}));
    repository.write("state.json", &state.to_string());
}

fn database() -> Value {
    json!([{"name": "DATABASE_URL", "value": format!("postgresql://app:{SECRET}@10.30.0.3:5432/{SECRET}?x={SECRET}")}])
}

fn diagnosis(repository: &Repository) -> Value {
    repository.run(&["diagnose", "api", "--format", "json"]).json()
}

/// Name, host, port, kind and resource of every target, and where it is known from.
fn targets(diagnosis: &Value) -> Vec<String> {
    let word = |value: &Value| match value {
        Value::String(text) => text.rsplit('/').next().unwrap().to_owned(),
        other => other.to_string(),
    };
    let shown = |target: &Value| {
        let words = ["name", "host", "port", "kind", "resource"].map(|key| word(&target[key]));
        format!("{} <- {}", words.join(" "), target["known_from"].as_str().unwrap())
    };
    list(diagnosis, "paths").iter().map(|path| shown(&path["target"])).collect()
}

fn unknown(diagnosis: &Value) -> String {
    list(diagnosis, "unknown_targets").iter().map(|text| text.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_variable_that_may_be_read_is_followed_to_what_has_its_address() {
    let mut variables = database();
    let more = [("REDIS_HOST", "10.30.1.4"), ("REDIS_PORT", "6379"), ("REDIS_CA", SECRET)];
    let more = more.map(|(name, value)| json!({"name": name, "value": value}));
    variables.as_array_mut().unwrap().extend(more);
    let repository = with(&["DATABASE_URL", "REDIS_*"], &variables);
    let diagnosis = repository.run(&["diagnose", "api", "--format", "json"]).expect_code(0).json();
    assert_eq!(
        targets(&diagnosis),
        [
            "DATABASE_URL 10.30.0.3 5432 postgres orders <- environment variable DATABASE_URL",
            "REDIS_HOST 10.30.1.4 6379 redis sessions <- environment variable REDIS_HOST",
        ]
    );
    assert_eq!(outcomes(&diagnosis), ["reaches", "reaches"]);
    let hops = list(&diagnosis["paths"][0], "hops");
    let evidence = hops.last().unwrap()["evidence"].to_string();
    let field = r#""field":"containers[0].env[DATABASE_URL]""#;
    assert!(evidence.contains(field) && evidence.contains("postgresql://10.30.0.3:5432"), "{evidence}");
    // The name and the instance are names of the target as well.
    for target in ["DATABASE_URL", "orders", "postgres", "10.30.0.3:5432"] {
        repository.run(&["diagnose", "api", "--target", target]).expect_code(0);
    }
    let users = repository.run(&["diagnose", "--target", "orders", "--format", "json"]).expect_code(0).json();
    assert_eq!(list(&users, "workloads").len(), 1);
}

#[test]
fn a_variable_that_is_not_named_leads_nowhere() {
    for allowed in [&[][..], &["DATABASE"], &["OTHER_URL"]] {
        let repository = with(allowed, &database());
        let outcome = repository.run(&["diagnose", "api", "--format", "json"]).expect_code(3);
        let diagnosis = outcome.json();
        assert_eq!(targets(&diagnosis), Vec::<String>::new(), "{allowed:?}");
        assert!(unknown(&diagnosis).contains("DATABASE_URL of api: not allowed to be read"), "{diagnosis}");
        assert!(!outcome.stdout.contains("10.30.0.3"), "{}", outcome.stdout);
    }
}

#[test]
fn every_source_and_a_recording_say_the_same_and_hold_no_more_than_scheme_host_and_port() {
    let repository = with(&["*"], &database());
    let expected = targets(&diagnosis(&repository));
    assert_eq!(expected.len(), 1);
    repository.run(&["snapshot", "--to", "taken.json"]);
    for live in ["emulator:state.json", "snapshot:state.json", "snapshot:taken.json", "emulator:taken.json"] {
        for format in ["text", "json", "mermaid", "dot"] {
            let arguments = ["diagnose", "api", "--format", format, "--live", live, "--record", "run.json"];
            let outcome = repository.run(&arguments).expect_code(0);
            assert_none(live, &outcome.stdout);
            assert_none(live, &outcome.stderr);
        }
        let replay = repository.run(&["diagnose", "api", "--format", "json", "--replay", "run.json"]).expect_code(0);
        assert_eq!(targets(&replay.json()), expected, "{live}");
        assert_none_in_files(&repository, &["run.json", "taken.json"]);
        assert!(repository.read("run.json").contains("postgresql://10.30.0.3:5432"), "{live}");
    }
    // What was kept goes where the next run does not allow it.
    repository.replace("gcp-drift.toml", r#"["*"]"#, "[]");
    repository.run(&["snapshot", "--to", "later.json", "--live", "snapshot:taken.json"]);
    assert!(repository.read("taken.json").contains("postgresql://10.30.0.3"));
    assert!(!repository.read("later.json").contains("postgresql://10.30.0.3"));
    let diagnosis = repository.run(&["diagnose", "api", "--format", "json", "--live", "snapshot:taken.json"]);
    assert_eq!(targets(&diagnosis.json()), Vec::<String>::new());
}

#[test]
fn an_address_that_nothing_has_is_a_cause_and_the_variable_is_to_be_corrected() {
    let variables = json!([{"name": "REDIS_URL", "value": format!("redis://:{SECRET}@10.30.1.9:6379/0")}]);
    let diagnosis = diagnosis(&with(&["REDIS_URL"], &variables));
    assert_eq!(modes(&diagnosis, "causes"), ["11"], "{diagnosis:#}");
    let cause = &diagnosis["causes"][0];
    assert!(cause["title"].as_str().unwrap().contains("REDIS_URL still uses 10.30.1.9"), "{cause}");
    assert!(cause["fix"].to_string().contains("correct it in the environment variable REDIS_URL"), "{cause}");
    // The same address where it is right.
    let variables = json!([{"name": "REDIS_URL", "value": "redis://10.30.1.4:6379/0"}]);
    assert_eq!(modes(&self::diagnosis(&with(&["REDIS_URL"], &variables)), "causes"), Vec::<String>::new());
}

#[test]
fn what_cannot_be_told_is_said_and_is_no_target() {
    let mut variables = json!([
        {"name": "DATABASE_URL", "valueSource": {"secretKeyRef": {"secret": "db-url", "version": "latest"}}},
        {"name": "CACHE_URL", "value": SECRET},
        {"name": "LOG_LEVEL", "value": "debug"},
        {"name": "PROXY_HOST", "value": "127.0.0.1"},
        {"name": "SOCKET", "value": "/cloudsql/shop-staging:europe-west1:orders"},
    ]);
    let repository = with(&["*"], &variables);
    let told = diagnosis(&repository);
    assert_eq!(targets(&told), Vec::<String>::new());
    let text = unknown(&told);
    for part in [
        "DATABASE_URL of api: its value comes from Secret Manager",
        "CACHE_URL of api: its value holds no address that is read",
        "PROXY_HOST of api: 127.0.0.1 is the instance itself",
        "SOCKET of api: it names the socket of shop-staging:europe-west1:orders, which is not mounted",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_none("unknown targets", &text);
    assert!(!text.contains("LOG_LEVEL"), "a glob matches it, and it looks like no address: {text}");
    assert!(unknown(&diagnosis(&with(&["LOG_LEVEL"], &variables))).contains("LOG_LEVEL of api: its value holds no"));
    // By its name alone, a client library finds the only address that the instance has.
    variables[4]["value"] = json!("shop-staging:europe-west1:orders");
    let found = diagnosis(&with(&["SOCKET"], &variables));
    assert_eq!(targets(&found), ["SOCKET 10.30.0.3 3307 postgres orders <- environment variable SOCKET"]);
    let gone = json!([{"name": "SOCKET", "value": "shop-staging:europe-west1:gone"}]);
    let missing = diagnosis(&with(&["SOCKET"], &gone));
    assert_eq!(modes(&missing, "causes"), ["9"]);
    let title = missing["causes"][0]["title"].as_str().unwrap();
    assert_eq!(title, "Cloud SQL instance gone is named in the environment variable SOCKET, and is not there");
}

#[test]
fn a_variable_is_named_at_the_target_that_is_declared_or_mounted() {
    let mut variables = database();
    let twice = json!({"name": "DATABASE_HOST", "value": "10.30.0.3"});
    variables.as_array_mut().unwrap().insert(0, twice);
    let repository = with(&["DATABASE_*"], &variables);
    let merged =
        ["DATABASE_HOST 10.30.0.3 5432 postgres orders <- environment variables DATABASE_HOST and DATABASE_URL"];
    assert_eq!(targets(&diagnosis(&repository)), merged);
    let config = repository.read("gcp-drift.toml");
    let target = "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.30.0.3\"\nworkloads = [\"api\"]\n";
    repository.write("gcp-drift.toml", &format!("{config}{target}"));
    let declared = targets(&diagnosis(&repository));
    assert_eq!(declared.len(), 1);
    assert!(
        declared[0].ends_with("declared in gcp-drift.toml, and environment variables DATABASE_HOST and DATABASE_URL")
    );
    let variables = json!([{"name": "INSTANCE", "value": "/cloudsql/shop-net:europe-west1:ledger"}]);
    let repository = with(&["INSTANCE"], &variables);
    set(&repository, "run.revisions", "direct-00004-wib", "/containers/0/env", &variables);
    let direct = repository.run(&["diagnose", "direct", "--format", "json"]).json();
    assert_eq!(targets(&direct).len(), 1);
    assert!(targets(&direct)[0].ends_with("mounted by the workload, and environment variable INSTANCE"), "{direct}");
}

#[test]
fn what_serves_decides_and_not_the_template() {
    let repository = with(&["DATABASE_URL"], &database());
    let moved = json!([{"name": "DATABASE_URL", "value": "postgres://10.30.0.77/x"}]);
    set(&repository, "run.services", "services/api", "/template/containers/0/env", &moved);
    assert!(targets(&diagnosis(&repository))[0].starts_with("DATABASE_URL 10.30.0.3 "));
    set(&repository, "run.revisions", "api-00007-kux", "/containers/0/env", &moved);
    assert!(targets(&diagnosis(&repository))[0].starts_with("DATABASE_URL 10.30.0.77 "));
}

#[test]
fn an_instance_is_reached_at_the_address_that_the_variable_leads_to() {
    let at = |variable: &str, addresses: &Value, network: &Value| {
        let value = json!([{"name": "DATABASE", "value": variable}]);
        let repository = with(&["DATABASE"], &value);
        let settings = json!({"ipv4Enabled": true, "privateNetwork": network});
        let path = "/settings/ipConfiguration";
        set(&repository, "sqladmin.instances", "orders", path, &settings);
        set(&repository, "sqladmin.instances", "orders", "/ipAddresses", addresses);
        let found = diagnosis(&repository);
        assert_eq!(modes(&found, "causes"), Vec::<String>::new(), "{variable}: {found:#}");
        found
    };
    let private = json!({"type": "PRIVATE", "ipAddress": "10.30.0.3"});
    let public = json!({"type": "PRIMARY", "ipAddress": "34.89.1.2"});
    let network = json!("projects/shop-staging/global/networks/staging-vpc");
    let name = "shop-staging:europe-west1:orders";
    let found = at(name, &json!([public]), &Value::Null);
    assert_eq!(targets(&found), ["DATABASE 34.89.1.2 3307 postgres orders <- environment variable DATABASE"]);
    assert_eq!(outcomes(&found), ["reaches"]);
    let found = at(name, &json!([private, public]), &network);
    assert_eq!(targets(&found), Vec::<String>::new());
    assert!(unknown(&found).contains("has a private and a public address"), "{found}");
    // Whom the instance lets in at its public address is not known.
    let found = at("postgres://34.89.1.2/x", &json!([private, public]), &network);
    assert_eq!(targets(&found), ["DATABASE 34.89.1.2 5432 postgres orders <- environment variable DATABASE"]);
    assert_eq!(outcomes(&found).len(), 1);
    assert_ne!(outcomes(&found), ["reaches"]);
    let found = at("postgres://10.30.0.3/x", &json!([private, public]), &network);
    assert_eq!(outcomes(&found), ["reaches"]);
}
