//! `gcp-drift emulate` as a program: its log, its faults, and what it refuses.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Program, items, state, state_path};
use crate::common::{Repository, run_in};

fn client() -> reqwest::Client {
    gcp_drift::live::google::auth::install_tls_provider();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

#[tokio::test]
async fn the_log_has_a_line_a_request_with_the_body_of_writes_and_no_token() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let program = Program::start(&["--log", log.to_str().unwrap()]);
    let client = client();
    let url = |target: &str| format!("{}{target}", program.base_url);
    let list = "/v2/projects/shop-staging/locations/europe-west1/services";
    let read = client.get(url(&format!("{list}?pageSize=1&access_token=ya29.planted")));
    read.header("Authorization", "Bearer ya29.planted").send().await.unwrap();
    let body = json!({"name": "x", "token": "ya29.planted-too"}).to_string();
    let write = client.patch(url(&format!("{list}/checkout"))).body(body).send().await.unwrap();
    assert_eq!(write.status(), 405);
    client.delete(url(list)).body("x".repeat(100_000)).send().await.unwrap();
    let test = client.post(url("/v1/projects/shop-staging:testIamPermissions"));
    test.body(json!({"permissions": ["a"]}).to_string()).send().await.unwrap();

    let text = fs::read_to_string(log).unwrap();
    assert!(!text.contains("planted"), "{text}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |at: usize, key: &str| lines[at][key].clone();
    assert_eq!(lines.len(), 4);
    assert_eq!(of(0, "target"), format!("{list}?pageSize=1&access_token=[redacted]"));
    assert_eq!((of(0, "method"), of(0, "status"), of(0, "authorized")), (json!("GET"), json!(200), json!(true)));
    assert_eq!(of(0, "body"), Value::Null);
    assert_eq!((of(1, "method"), of(1, "status"), of(1, "authorized")), (json!("PATCH"), json!(405), json!(false)));
    assert_eq!(of(1, "body"), r#"{"name":"x","token":"[redacted]"}"#);
    assert!(of(2, "body").as_str().unwrap().len() < 70_000);
    assert_eq!((of(3, "status"), of(3, "body")), (json!(200), Value::Null));
    let times: Vec<f64> = lines.iter().map(|line| line["time_ms"].as_f64().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] <= pair[1]) && times[3] < 60_000.0, "{times:?}");
}

#[tokio::test]
async fn faults_come_from_a_file_and_pages_have_the_size_that_is_wanted() {
    let folder = TempDir::new().unwrap();
    let faults = folder.path().join("faults.yaml");
    fs::write(&faults, "- {path: /connectors$, times: 1, kind: unavailable}\n").unwrap();
    let program = Program::start(&["--faults", faults.to_str().unwrap(), "--page-size", "100"]);
    let client = client();
    let get = |rest: &str| {
        let url = format!("{}/v1/projects/shop-staging/locations/europe-west1/{rest}", program.base_url);
        client.get(url).send()
    };
    assert_eq!(get("connectors").await.unwrap().status(), 503);
    assert_eq!(get("connectors").await.unwrap().status(), 200);
    let url = format!("{}/v2/projects/shop-staging/locations/europe-west1/services", program.base_url);
    let text = client.get(url).send().await.unwrap().text().await.unwrap();
    let list: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((list["services"].as_array().unwrap().len(), list.get("nextPageToken")), (4, None));
}

/// A state in YAML is a snapshot too, and what is only for an emulator is not recorded from it.
#[test]
fn what_only_an_emulator_needs_is_not_recorded() {
    let repository = Repository::empty();
    let mut state = state();
    state["permissions"] = json!({"shop-staging": ["run.services.list"]});
    state["faults"] = json!([{"path": "/nothing", "kind": "reset"}]);
    repository.write("state.json", &state.to_string());
    fs::copy(state_path(), repository.join("state.yaml")).unwrap();
    let config = "project = \"shop-staging\"\nregions = [\"europe-west1\"]\n";
    repository.write("gcp-drift.toml", config);
    let mut recorded = Vec::new();
    for source in ["snapshot:state.json", "snapshot:state.yaml", "emulator:state.json", "emulator:state.yaml"] {
        let outcome = repository.run(&["snapshot", "--to", "to.json", "--live", source]);
        assert!([0, 3].contains(&outcome.code), "{source}: {}", outcome.stderr);
        let snapshot: Value = serde_json::from_str(&repository.read("to.json")).unwrap();
        let keys: Vec<&String> = snapshot.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["answers", "format", "project_numbers", "redaction_key", "version"], "{source}");
        recorded.push(items(&snapshot, "vpcaccess.connectors"));
    }
    assert_eq!(recorded, vec![items(&state, "vpcaccess.connectors"); 4]);
}

#[test]
fn a_run_meets_the_faults_of_its_state() {
    let repository = Repository::copy_of("staging");
    repository.change_state(|state| {
        state["faults"] = json!([{"path": "/us-central1/connectors", "kind": "permission-denied"}]);
    });
    let outcome = repository.run(&["check", "--format", "json"]);
    let report = outcome.json();
    let coverage = report["coverage"].as_array().unwrap();
    let of = |region: &str| {
        let own = |entry: &&Value| entry["api"] == "vpcaccess.connectors" && entry["region"] == region;
        coverage.iter().find(own).unwrap()["status"].clone()
    };
    assert_eq!((of("us-central1"), of("us-east1")), (json!("denied"), json!("answered")));
}

#[test]
fn what_cannot_be_served_is_told() {
    let folder = TempDir::new().unwrap();
    let state = state_path();
    let state = state.to_str().unwrap();
    for (name, text, said) in [
        ("a.yaml", "- {path: '(', kind: reset}", "the path `(` of a fault is no regular expression"),
        ("b.yaml", "- {path: x, kind: explode}", "unknown variant `explode`"),
        ("c.yaml", "- {path: x, kind: reset, often: true}", "unknown field `often`"),
        ("d.yaml", "- {path: x, kind: {latency: {}}}", "missing field `ms`"),
        ("e.json", "[{", "is no YAML"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        let outcome = run_in(folder.path(), &["emulate", "--from", state, "--faults", name]).expect_code(1);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    for (name, text, said) in [
        ("s.yaml", "format: gcp-drift/live-state\nversion: 1\nanswer: []\n", "unknown field `answer`"),
        ("t.yml", "format: [", "is no YAML"),
        ("u.yaml", "format: gcp-drift/live-state\nversion: 9\n", "use a newer gcp-drift"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        let outcome = run_in(folder.path(), &["emulate", "--from", name]).expect_code(1);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    let outcome = run_in(folder.path(), &["emulate", "--from", state, "--log", "no/such/folder"]).expect_code(1);
    assert!(outcome.stderr.contains("cannot be written"), "{}", outcome.stderr);
}
