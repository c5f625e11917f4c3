//! What was not looked at is never "in sync" and never "missing": it is not checked, with its reason.

use serde_json::{Value, json};

use super::common::{Outcome, Repository, list};

/// The answer for an API in a region.
fn answer<'a>(state: &'a mut Value, api: &str, region: &str) -> &'a mut Value {
    let answers = state["answers"].as_array_mut().unwrap();
    answers.iter_mut().find(|answer| answer["api"] == api && answer["region"] == region).unwrap()
}

fn check(repository: &Repository) -> Outcome {
    repository.run(&["check", "--format", "json"])
}

/// Asserts exit code 3, no finding at all, and that every one of these rules says "not checked" with this kind of
/// reason and some text in it.
#[track_caller]
fn expect_not_checked(outcome: &Outcome, rules: &[&str], kind: &str, text: &str) {
    assert_eq!(outcome.code, 3, "{}\n{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.finding_ids(), Vec::<String>::new());
    let report = outcome.json();
    for rule in rules {
        let items: Vec<&Value> = list(&report, "not_checked").iter().filter(|item| item["rule"] == *rule).collect();
        assert!(!items.is_empty(), "{rule} is not among the not-checked items: {}", report["not_checked"]);
        let right = items.iter().any(|item| {
            item["reason"]["kind"] == kind && item["reason"]["text"].as_str().is_some_and(|said| said.contains(text))
        });
        assert!(right, "{rule}: {items:#?}");
    }
}

#[test]
fn a_region_that_does_not_answer_is_not_checked() {
    let repository = Repository::copy_of("clean");
    repository.change_state(|state| {
        let answers = state["answers"].as_array_mut().unwrap();
        answers.retain(|answer| answer["region"] != "us-east1");
    });
    let outcome = check(&repository);
    let rules = ["connector-missing", "connector-changed", "connector-not-ready", "workload-missing"];
    expect_not_checked(&outcome, &rules, "unreachable", "us-east1");
    // The other region is still judged.
    let report = outcome.json();
    let vpc = list(&report, "parts").iter().find(|part| part["part"] == "vpc").unwrap().clone();
    assert!(list(&report, "not_checked").iter().all(|item| item["subject"]["region"] != "us-central1"), "{vpc}");
}

#[test]
fn an_answer_that_names_its_region_unreachable_is_not_checked() {
    let repository = Repository::copy_of("clean");
    repository.change_state(|state| {
        let answer = answer(state, "run.services", "us-central1");
        answer["items"] = json!([]);
        answer["unreachable"] = json!(["projects/netra-staging/locations/us-central1"]);
    });
    expect_not_checked(&check(&repository), &["workload-missing"], "unreachable", "us-central1");
}

#[test]
fn connectors_that_are_denied_are_not_checked() {
    let repository = Repository::copy_of("clean");
    repository.change_state(|state| {
        for region in ["us-central1", "us-east1"] {
            let answer = answer(state, "vpcaccess.connectors", region);
            answer["items"] = json!([]);
            answer["status"] = json!("denied");
            answer["detail"] = json!("Permission 'vpcaccess.connectors.list' denied");
        }
    });
    let outcome = check(&repository);
    expect_not_checked(&outcome, &["connector-missing", "connector-changed"], "denied", "vpcaccess.connectors");
    let report = outcome.json();
    let denied = list(&report, "coverage").iter().filter(|entry| entry["status"] == "denied").count();
    assert_eq!(denied, 2);
    // --allow-unchecked accepts exactly this.
    repository.run(&["check", "--allow-unchecked"]).expect_code(0);
}

#[test]
fn an_api_that_is_switched_off_is_not_checked() {
    let repository = Repository::copy_of("clean");
    repository.change_state(|state| {
        for region in ["us-central1", "us-east1"] {
            let answer = answer(state, "vpcaccess.connectors", region);
            answer["items"] = json!([]);
            answer["status"] = json!("disabled");
        }
    });
    expect_not_checked(&check(&repository), &["connector-missing"], "api-disabled", "netra-staging");
}

#[test]
fn revisions_that_are_denied_leave_the_traffic_not_checked() {
    let repository = Repository::copy_of("clean");
    repository.change_state(|state| {
        for region in ["us-central1", "us-east1"] {
            let answer = answer(state, "run.revisions", region);
            answer["items"] = json!([]);
            answer["status"] = json!("denied");
        }
    });
    expect_not_checked(&check(&repository), &["traffic-on-stale-revision"], "denied", "run.revisions");
}

#[test]
fn a_broken_terraform_file_makes_what_depends_on_it_not_checked() {
    for file in ["terraform/connector.tf", "terraform/cloud_run.tf", "terraform/network.tf", "terraform/locals.tf"] {
        let repository = Repository::copy_of("clean");
        let text = repository.read(file);
        repository.write(file, &format!("{text}\nresource \"broken\" {{\n"));
        let outcome = check(&repository);
        expect_not_checked(&outcome, &["declaration-unreadable"], "parse-failed", "");
        let report = outcome.json();
        let item = list(&report, "not_checked").iter().find(|item| item["rule"] == "declaration-unreadable").unwrap();
        assert_eq!(item["reason"]["origin"]["file"], file, "{item}");
    }
}

#[test]
fn a_broken_terraform_file_hides_no_drift_elsewhere_and_invents_none() {
    // The connectors' file is gone: they are live and perhaps declared, so "unmanaged" may not be said of them.
    let repository = Repository::copy_of("staging");
    let before = check(&repository).finding_ids();
    repository.write("terraform/connector.tf", "resource \"google_vpc_access_connector\" {{{\n");
    let outcome = check(&repository).expect_code(2);
    let after = outcome.finding_ids();
    let invented: Vec<&String> = after.iter().filter(|id| !before.contains(id)).collect();
    assert_eq!(invented, Vec::<&String>::new());
    assert!(after.iter().any(|id| id.starts_with("workload-egress-changed:")), "{after:?}");
    assert!(!after.iter().any(|id| id.starts_with("connector-unmanaged:")), "{after:?}");
}

#[test]
fn a_deploy_script_that_does_not_parse_is_a_finding_and_not_checked() {
    let repository = Repository::copy_of("clean");
    let text = repository.read("scripts/deploy_to_gcp.py");
    repository.write("scripts/deploy_to_gcp.py", &format!("{text}\ndef broken(:\n"));
    let outcome = repository.run(&["check", "--format", "json", "--only", "vpc,policies"]).expect_code(2);
    assert_eq!(outcome.finding_ids(), ["deploy-config-broken:file/scripts/deploy_to_gcp.py"]);
    let report = outcome.json();
    let unread = list(&report, "not_checked").iter().any(|item| item["rule"] == "declaration-unreadable");
    assert!(unread, "what the file deploys is not known: {}", report["not_checked"]);
}

#[test]
fn no_credentials_are_not_checked_and_no_failure() {
    let repository = Repository::copy_of("clean");
    let empty = Repository::empty();
    let output = super::common::binary()
        .args(["check", "--live", "gcp", "--format", "json", "--only", "vpc"])
        .current_dir(repository.path())
        // Without a home, a key file and gcloud there is no credential, and no request leaves the machine.
        .env("HOME", empty.path())
        .env("PATH", "")
        .env_remove("GOOGLE_APPLICATION_CREDENTIALS")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(list(&report, "findings"), &Vec::<Value>::new());
    assert!(list(&report, "coverage").iter().all(|entry| entry["status"] != "answered"));
    assert!(report["not_checked"].to_string().contains("credentials"), "{}", report["not_checked"]);
}

#[test]
fn live_none_asks_nothing_and_does_not_count() {
    let repository = Repository::copy_of("clean");
    let outcome = repository.run(&["check", "--live", "none", "--format", "json"]).expect_code(0);
    assert_eq!(list(&outcome.json(), "not_checked"), &Vec::<Value>::new());
    // What needs no live state is still judged.
    let repository = Repository::copy_of("staging");
    let ids = repository.run(&["check", "--live", "none", "--format", "json"]).expect_code(2).finding_ids();
    assert!(ids.iter().any(|id| id.starts_with("declared-conflict:")), "{ids:?}");
    assert!(!ids.iter().any(|id| id.starts_with("connector-")), "{ids:?}");
}

#[test]
fn a_folder_that_holds_nothing_is_not_clean() {
    let repository = Repository::empty();
    repository.write("README.md", "nothing to see\n");
    let outcome = repository.run(&["check", "--live", "none"]).expect_code(3);
    assert!(outcome.stderr.contains("nothing was checked"), "{}", outcome.stderr);
    repository.run(&["check", "--live", "none", "--allow-unchecked"]).expect_code(0);
}

#[test]
fn a_region_where_nothing_is_declared_is_not_checked_all_the_same() {
    const OF_SERVICES: &[&str] = &["traffic-on-stale-revision", "rollout-failed", "workload-unmanaged"];
    for (api, rules) in [("vpcaccess.connectors", &["connector-unmanaged"][..]), ("run.services", OF_SERVICES)] {
        let repository = Repository::copy_of("clean");
        repository.replace("gcp-drift.toml", "\"us-east1\"]", "\"us-east1\", \"europe-west1\"]");
        repository.change_state(|state| {
            for other in ["run.services", "run.revisions", "run.jobs", "run.workerPools", "vpcaccess.connectors"] {
                let status = if other == api { "denied" } else { "answered" };
                let answer =
                    json!({ "api": other, "project": "netra-staging", "region": "europe-west1", "status": status });
                state["answers"].as_array_mut().unwrap().push(answer);
            }
        });
        let outcome = check(&repository);
        expect_not_checked(&outcome, rules, "denied", "europe-west1");
        assert_eq!(list(&outcome.json(), "not_checked").len(), rules.len());
    }
}

#[test]
fn a_service_that_nobody_declares_and_that_is_rolled_out_is_not_checked() {
    let repository = Repository::copy_of("clean");
    repository.change_state(|state| {
        let items = answer(state, "run.services", "us-central1")["items"].as_array_mut().unwrap();
        let mut shadow = items[0].clone();
        shadow["name"] = json!("projects/netra-staging/locations/us-central1/services/netra-shadow");
        shadow["reconciling"] = json!(true);
        items.push(shadow);
    });
    let outcome = check(&repository);
    expect_not_checked(&outcome, &["traffic-on-stale-revision", "workload-unmanaged"], "settling", "");
    let report = outcome.json();
    let items = list(&report, "not_checked");
    assert!(items.iter().all(|item| item["subject"]["name"] == "netra-shadow"), "{items:#?}");
}
