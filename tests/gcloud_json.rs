//! What gcloud printed, in place of Google Cloud. The files in tests/gcloud_json are gcloud's own output (528, JSON and
//! YAML), of invented projects.

use std::path::Path;

use serde_json::{Value, json};

use super::common::{Outcome, Repository, list};

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gcloud_json").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// A repository that declares what the printed files describe, with these files in `live/`.
fn repository(files: &[&str]) -> Repository {
    let repository = Repository::empty();
    repository.write("main.tf", &data("repository.tf"));
    repository.write("gcp-drift.toml", "project = \"shop-staging\"\n\n[live]\nsource = \"gcloud:live\"\n");
    for file in files {
        let name = file.rsplit('/').next().unwrap();
        repository.write(&format!("live/{name}"), &data(file));
    }
    repository
}

const ALL: [&str; 9] = [
    "printed/services.json",
    "printed/revisions.json",
    "printed/jobs.json",
    "printed/connectors.json",
    "printed/networks.json",
    "printed/subnets.json",
    "printed/sql.json",
    "printed/redis.json",
    "printed/project.json",
];

fn check(repository: &Repository) -> Outcome {
    repository.run(&["check", "--only", "vpc", "--format", "json"])
}

/// Rules and names of the findings at or above medium.
fn found(outcome: &Outcome) -> Vec<String> {
    let report = outcome.json();
    let serious = |finding: &&Value| ["critical", "high", "medium"].contains(&finding["severity"].as_str().unwrap());
    let mut found: Vec<String> = list(&report, "findings")
        .iter()
        .filter(serious)
        .map(|finding| {
            format!("{} {}", finding["rule"].as_str().unwrap(), finding["subject"]["name"].as_str().unwrap())
        })
        .collect();
    found.sort();
    found
}

fn coverage(report: &Value, api: &str, region: &str) -> (String, String) {
    let entries = list(report, "coverage");
    let entry = entries.iter().find(|entry| {
        entry["api"] == api && entry["project"] == "shop-staging" && entry["region"].as_str().unwrap_or("") == region
    });
    let entry = entry.unwrap_or_else(|| panic!("no entry of {api} in {region}: {}", report["coverage"]));
    (entry["status"].as_str().unwrap().to_owned(), entry["detail"].as_str().unwrap().to_owned())
}

#[test]
fn lists_of_gcloud_give_the_findings_of_a_live_run() {
    let outcome = check(&repository(&ALL)).expect_code(2);
    assert_eq!(
        found(&outcome),
        [
            "connector-missing lost-connector",
            "traffic-on-stale-revision catalog",
            "traffic-pinned catalog",
            "workload-egress-changed catalog",
            "workload-unmanaged migrate",
        ]
    );
    let report = outcome.json();
    let source = report["run"]["live_source"].as_str().unwrap();
    assert!(source.starts_with("what gcloud printed, in live: connectors.json, jobs.json, "), "{source}");
    for (api, region, status) in [
        ("run.services", "europe-west1", "answered"),
        ("run.services", "europe-west4", "answered"),
        ("run.jobs", "europe-west1", "answered"),
        ("vpcaccess.connectors", "europe-west1", "answered"),
        ("compute.networks", "", "answered"),
        ("sqladmin.instances", "", "answered"),
        // A list of one service, network or region looks the same.
        ("run.revisions", "europe-west1", "not-asked"),
        ("compute.subnetworks", "", "not-asked"),
        ("redis.instances", "", "not-asked"),
        // No file holds it.
        ("vpcaccess.connectors", "europe-west4", "not-asked"),
    ] {
        assert_eq!(coverage(&report, api, region).0, status, "{api} {region}");
    }
}

#[test]
fn a_newer_audit_log_entry_goes_before_the_list() {
    let files: Vec<&str> = ALL.into_iter().chain(["printed/log.json"]).collect();
    let outcome = check(&repository(&files)).expect_code(2);
    assert!(found(&outcome).contains(&"workload-egress-changed checkout".to_owned()), "{:?}", found(&outcome));
    let source = outcome.json()["run"]["live_source"].to_string();
    assert!(source.contains("log.json"), "{source}");
}

#[test]
fn descriptions_never_say_that_something_is_missing() {
    let files = ["single/checkout.json", "single/connector.json", "single/revision.json", "printed/project.json"];
    let repository = repository(&files);
    let outcome = check(&repository).expect_code(3);
    assert_eq!(found(&outcome), Vec::<String>::new());
    let report = outcome.json();
    let open: Vec<&str> = list(&report, "not_checked").iter().map(|item| item["rule"].as_str().unwrap()).collect();
    for rule in ["connector-missing", "workload-missing"] {
        assert!(open.contains(&rule), "{rule}: {open:?}");
    }
    let (status, detail) = coverage(&report, "run.services", "europe-west1");
    assert_eq!(status, "not-asked");
    assert_eq!(detail, "only what gcloud printed is known (checkout.json): there is no list of them");
    // What is described is judged all the same.
    let mut service: Value = serde_json::from_str(&repository.read("live/checkout.json")).unwrap();
    service["spec"]["template"]["metadata"]["annotations"]["run.googleapis.com/vpc-access-egress"] =
        json!("all-traffic");
    repository.write("live/checkout.json", &service.to_string());
    assert_eq!(found(&check(&repository).expect_code(2)), ["workload-egress-changed checkout"]);
}

#[test]
fn yaml_and_documents_one_after_another_are_read() {
    let both = format!("{}\n{}", data("single/checkout.json"), data("printed/project.json"));
    let repository = repository(&["single/service.yaml"]);
    repository.write("live/both.txt", &both);
    let shown = repository.run(&["show", "live"]).expect_code(3).json();
    let names: Vec<&str> = list(&shown, "workloads").iter().map(|live| live["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "projects/shop-staging/locations/europe-west1/services/checkout",
            "projects/shop-staging/locations/europe-west4/services/search",
        ]
    );
    let interfaces = &shown["workloads"][1]["vpc_access"]["network_interfaces"];
    assert!(
        interfaces.to_string().contains("projects/shop-staging/regions/europe-west4/subnetworks/shop-run"),
        "{interfaces}"
    );
}

#[test]
fn broken_files_are_told_and_the_others_count() {
    let repository = repository(&ALL);
    let whole = data("printed/connectors.json");
    repository.write("live/connectors.json", &whole[..whole.len() / 2]);
    repository.write("live/notes.md", "what we saw at 3 a.m.");
    let outcome = check(&repository).expect_code(2);
    assert_eq!(
        found(&outcome),
        [
            "traffic-on-stale-revision catalog",
            "traffic-pinned catalog",
            "workload-egress-changed catalog",
            "workload-unmanaged migrate",
        ]
    );
    let report = outcome.json();
    let source = report["run"]["live_source"].as_str().unwrap();
    assert!(source.contains("connectors.json is no JSON: EOF while parsing"), "{source}");
    assert!(source.contains("notes.md is neither JSON nor YAML"), "{source}");
    let (status, detail) = coverage(&report, "vpcaccess.connectors", "europe-west1");
    assert_eq!(status, "not-asked");
    assert!(detail.contains("no file holds what gcloud prints of it (connectors.json is no JSON"), "{detail}");

    // gcloud prints an empty list where it fails, and where there is nothing.
    repository.write("live/connectors.json", "[]\n");
    let outcome = check(&repository).expect_code(2);
    assert!(!found(&outcome).iter().any(|id| id.starts_with("connector-missing")));
    let (_, detail) = coverage(&outcome.json(), "vpcaccess.connectors", "europe-west1");
    assert!(detail.contains("connectors.json is an empty list, which does not tell of what"), "{detail}");
}

#[test]
fn a_path_that_holds_nothing_is_a_failure_with_its_reason() {
    let repository = repository(&[]);
    repository.write("broken.json", "[{\"apiVersion\":");
    repository.write("empty/.hidden", "{}");
    for (live, reason) in [
        ("gcloud:none.json", "none.json cannot be read: "),
        ("gcloud:broken.json", "broken.json holds nothing that can be read: broken.json is no JSON: EOF while parsing"),
        ("gcloud:empty", "empty holds no file"),
    ] {
        let outcome = repository.run(&["check", "--live", live]).expect_code(1);
        assert!(outcome.stderr.contains(reason), "{live}: {}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    }
    let outcome = repository.run(&["check", "--live", "gcloud"]).expect_code(64);
    assert!(outcome.stderr.contains("`gcloud` needs a file or folder: `gcloud:PATH`"), "{}", outcome.stderr);
}

#[test]
fn a_project_number_that_nobody_knows_decides_nothing() {
    let files: Vec<&str> = ALL.into_iter().filter(|file| !file.ends_with("project.json")).collect();
    let repository = repository(&files);
    let outcome = check(&repository);
    // What is declared is compared with nothing; that a service serves an old revision is seen all the same.
    assert_eq!(found(&outcome).iter().find(|id| id.starts_with("workload")), None);
    let (status, detail) = coverage(&outcome.json(), "run.services", "europe-west1");
    assert_eq!(status, "not-asked");
    assert!(detail.contains("nothing says which project has the number 482913377105"), "{detail}");

    let known = "project = \"shop-staging\"\n\n[project_numbers]\nshop-staging = \"482913377105\"\n";
    repository.write("gcp-drift.toml", known);
    let arguments = ["check", "--only", "vpc", "--format", "json", "--live", "gcloud:live"];
    let outcome = repository.run(&arguments).expect_code(2);
    assert!(found(&outcome).contains(&"traffic-on-stale-revision catalog".to_owned()));
}

#[test]
fn a_snapshot_and_a_recording_of_it_say_the_same() {
    let repository = repository(&ALL);
    let printed = check(&repository).json();
    repository.run(&["snapshot", "--to", "snapshot.json"]).expect_code(3);
    assert!(!repository.read("snapshot.json").contains("hunter2"));
    let snapshot = ["check", "--only", "vpc", "--format", "json", "--live", "snapshot:snapshot.json"];
    let snapshot = repository.run(&snapshot).expect_code(2).json();
    repository.run(&["check", "--only", "vpc", "--record", "run.json"]).expect_code(2);
    let replayed = repository.run(&["check", "--replay", "run.json", "--format", "json"]).expect_code(2).json();
    for key in ["findings", "not_checked", "coverage"] {
        assert_eq!(printed[key].to_string(), snapshot[key].to_string(), "{key}");
        assert_eq!(printed[key].to_string(), replayed[key].to_string(), "{key}");
    }
    assert!(!repository.read("run.json").contains("hunter2"));
}

#[test]
fn a_folder_is_not_followed_out_of_itself() {
    let repository = repository(&ALL);
    let secret = Repository::empty();
    secret.write("elsewhere.json", &data("single/checkout.json"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(secret.path(), repository.join("live/more")).unwrap();
        let source = check(&repository).json()["run"]["live_source"].to_string();
        assert!(source.contains("more is no regular file") && !source.contains("elsewhere"), "{source}");
    }
}
