//! Manifests beside pipelines: who declares what, and where two of them disagree.

use super::common::{Repository, list};

const MANIFEST: &str = "apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: orders
  namespace: shop-staging
  labels:
    cloud.googleapis.com/location: us-central1
spec:
  template:
    metadata:
      annotations:
        run.googleapis.com/vpc-access-connector: main
        run.googleapis.com/vpc-access-egress: private-ranges-only
    spec:
      containers:
        - image: orders
";

const WORKFLOW: &str = "on: push
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: gcloud run deploy orders --project shop-staging --region us-central1 --vpc-connector main --vpc-egress EGRESS
";

fn repository(egress: &str) -> Repository {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", "project = \"shop-staging\"\nregions = [\"us-central1\"]\n");
    repository.write("deploy/orders.yaml", MANIFEST);
    repository.write(".github/workflows/deploy.yml", &WORKFLOW.replace("EGRESS", egress));
    repository
}

#[test]
fn a_workflow_and_a_manifest_that_disagree_are_a_conflict_with_both_places() {
    let report =
        repository("all-traffic").run(&["check", "--live", "none", "--only", "vpc", "--format", "json"]).json();
    let findings = list(&report, "findings");
    let conflict = findings.iter().find(|finding| finding["rule"] == "declared-conflict").expect("a conflict");
    assert_eq!((&conflict["subject"]["name"], &conflict["field"]), (&"orders".into(), &"vpc_access.egress".into()));
    let mut places: Vec<String> = list(conflict, "declared")
        .iter()
        .map(|said| format!("{}:{}", said["origin"]["file"].as_str().unwrap(), said["origin"]["line"]))
        .collect();
    places.sort();
    assert_eq!(places, [".github/workflows/deploy.yml:6", "deploy/orders.yaml:13"]);
}

#[test]
fn a_workflow_and_a_manifest_that_agree_are_none() {
    let report =
        repository("private-ranges-only").run(&["check", "--live", "none", "--only", "vpc", "--format", "json"]).json();
    assert!(list(&report, "findings").iter().all(|finding| finding["rule"] != "declared-conflict"), "{report}");
}

#[test]
fn a_manifest_that_a_workflow_applies_is_declared_once() {
    let repository = repository("all-traffic");
    let apply = "gcloud run services replace deploy/orders.yaml --region us-central1";
    let text = format!("on: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {apply}\n");
    repository.write(".github/workflows/deploy.yml", &text);
    let report = repository.run(&["show", "deploy"]).json();
    let commands = list(&report, "commands");
    let [command] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!((&command["tool"], &command["action"]), (&"gcloud".into(), &"run services replace".into()));
    assert_eq!(command["connector"]["origin"]["file"], "deploy/orders.yaml");
    assert_eq!(command["origin"]["file"], ".github/workflows/deploy.yml");
    assert_eq!(command["clears"], serde_json::json!(["network"]), "what the manifest does not mention is cleared");
}

/// A repository whose script applies a manifest with this share of the latest revision, beside 60 % of another one.
fn with_traffic(percent: u32) -> Repository {
    let repository = repository("private-ranges-only");
    let traffic = format!(
        "  traffic:\n    - revisionName: orders-00001-abc\n      percent: 60\n    - latestRevision: true\n      percent: {percent}\n"
    );
    repository.write("deploy/orders.yaml", &format!("{MANIFEST}{traffic}"));
    let script = "#!/bin/bash\ngcloud run services replace deploy/orders.yaml --project shop-staging\n";
    repository.write("deploy/deploy.sh", script);
    repository
}

#[test]
fn a_manifest_with_traffic_that_the_api_refuses_is_a_finding_at_its_place() {
    let report = with_traffic(50).run(&["check", "--live", "none", "--only", "vpc", "--format", "json"]).json();
    let findings = list(&report, "findings");
    let refused = findings.iter().find(|finding| finding["rule"] == "deploy-refused").expect("a refused deploy");
    assert_eq!(refused["field"], "run services replace");
    assert!(refused["title"].as_str().unwrap().contains("add up to 110"), "{refused}");
    let places = list(refused, "places");
    assert_eq!((&places[0]["file"], &places[0]["line"]), (&"deploy/orders.yaml".into(), &17.into()));
}

#[test]
fn a_manifest_with_traffic_that_adds_up_is_none() {
    let report = with_traffic(40).run(&["check", "--live", "none", "--only", "vpc", "--format", "json"]).json();
    assert!(list(&report, "findings").iter().all(|finding| finding["rule"] != "deploy-refused"), "{report}");
}
