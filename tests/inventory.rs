//! `show live` prints every collection of a state.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::common::{Repository, list};

fn case(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inventory").join(file)
}

/// A repository that declares nothing, with the state that holds every collection.
fn repository() -> Repository {
    let repository = Repository::empty();
    repository.write("live/state.json", &fs::read_to_string(case("state.json")).unwrap());
    repository
}

const SHOW: [&str; 4] = ["show", "live", "--live", "snapshot:live/state.json"];

/// The entries of coverage that are not answered, as `api region status`.
fn uncovered(shown: &Value) -> Vec<String> {
    let entries = list(shown, "coverage").iter().filter(|entry| entry["status"] != "answered");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    entries
        .map(|entry| format!("{} {} {}", text(&entry["api"]), text(&entry["region"]), text(&entry["status"])))
        .collect()
}

/// The first item of a collection in the state.
fn item<'a>(state: &'a mut Value, api: &str) -> &'a mut Value {
    let answers = state["answers"].as_array_mut().unwrap();
    let answer = answers.iter_mut().find(|answer| answer["api"] == api).unwrap();
    &mut answer["items"][0]
}

#[test]
fn a_whole_state_is_shown_as_it_is_written_down() {
    // Two regions of one list are unreachable: not everything was looked at.
    let shown = repository().run(&SHOW).expect_code(3).json();
    if std::env::var_os("UPDATE_INVENTORY").is_some() {
        let text = serde_json::to_string_pretty(&shown).unwrap();
        fs::write(case("shown.json"), format!("{text}\n")).unwrap();
    }
    let expected: Value = serde_json::from_str(&fs::read_to_string(case("shown.json")).unwrap()).unwrap();
    for (key, value) in expected.as_object().unwrap() {
        let found = &shown[key];
        assert_eq!(found, value, "{key} is shown otherwise; UPDATE_INVENTORY=1 writes tests/inventory/shown.json anew");
    }
    assert_eq!(shown.as_object().unwrap().len(), expected.as_object().unwrap().len());
    assert_eq!(
        uncovered(&shown),
        ["compute.subnetworks us-east1 unreachable", "compute.subnetworks us-west1 unreachable"]
    );
}

#[test]
fn the_order_of_a_state_changes_nothing_that_is_shown() {
    let repository = repository();
    let before = repository.run(&SHOW).expect_code(3).stdout;
    repository.change_state(|state| {
        let answers = state["answers"].as_array_mut().unwrap();
        answers.reverse();
        answers.iter_mut().for_each(|answer| answer["items"].as_array_mut().unwrap().reverse());
    });
    assert_eq!(repository.run(&SHOW).expect_code(3).stdout, before);
}

#[test]
fn a_broken_item_uncovers_its_collection_and_nothing_else() {
    let repository = repository();
    let before = repository.run(&SHOW).expect_code(3).json();
    for (api, key, path, odd) in [
        ("run.jobs", "workloads", "/generation", json!({"a": 1})),
        ("run.workerPools", "workloads", "/template", json!([])),
        ("compute.networks", "networks", "/mtu", json!("large")),
        ("compute.subnetworks", "subnetworks", "/privateIpGoogleAccess", json!("yes")),
        ("compute.firewalls", "firewall_rules", "/sourceTags", json!("db")),
        ("compute.effectiveFirewalls", "effective_firewalls", "/firewallPolicys/0/rules", json!(7)),
        ("compute.routes", "routes", "/destRange", json!(10)),
        ("compute.routers", "routers", "/nats/0/natIps", json!({})),
        ("compute.addresses", "addresses", "/prefixLength", json!("x")),
        ("compute.globalAddresses", "addresses", "/selfLink", json!("projects/other/global/addresses/x")),
        ("compute.subnetworkIamPolicy", "iam_policies", "/bindings/0/role", json!(null)),
        ("sqladmin.instances", "sql_instances", "/settings/ipConfiguration/ipv4Enabled", json!("no")),
        ("redis.instances", "redis_instances", "/port", json!("six")),
        ("redis.clusters", "redis_clusters", "/name", json!("catalog")),
        ("servicenetworking.connections", "service_connections", "/network", json!("projects/1/global/networks/x")),
        ("serviceusage.services", "apis", "/name", json!("run.googleapis.com")),
        ("cloudresourcemanager.iamPolicy", "iam_policies", "/bindings", json!("none")),
        ("logging.entries", "audit_entries", "/timestamp", json!("yesterday")),
        ("monitoring.timeSeries", "connector_load", "/resource/labels", json!({})),
    ] {
        let text = repository.read("live/state.json");
        repository.change_state(|state| *item(state, api).pointer_mut(path).unwrap_or(&mut json!(null)) = odd.clone());
        // A field that was not there is added.
        repository.change_state(|state| {
            let item = item(state, api);
            if item.pointer(path).is_none() {
                item[path.trim_start_matches('/')] = odd.clone();
            }
        });
        let shown = repository.run(&SHOW).expect_code(3).json();
        let failed = uncovered(&shown);
        assert_eq!(failed.len(), 3, "{api}: {failed:?}");
        assert!(failed.iter().any(|entry| entry.starts_with(api) && entry.ends_with(" malformed")), "{failed:?}");
        assert_eq!(list(&shown, key).len() + 1, list(&before, key).len(), "{api}");
        let others = before.as_object().unwrap().iter().filter(|(other, _)| *other != key && *other != "coverage");
        for (other, value) in others {
            assert_eq!(&shown[other], value, "{api} changed {other}");
        }
        repository.write("live/state.json", &text);
    }
}

#[test]
fn no_value_of_an_environment_variable_is_shown() {
    let shown = repository().run(&SHOW).expect_code(3);
    for name in ["POSTGRES_PASSWORD", "DATABASE_URL"] {
        assert!(shown.stdout.contains(name), "{name} is not shown");
    }
    for value in ["postgres://", "postgres-password", "otlp"] {
        assert!(!shown.stdout.contains(value), "{value} is shown");
    }
}
