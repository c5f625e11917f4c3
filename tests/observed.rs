//! States and plans: asked for by a flag or the configuration, read from a file or a bucket, and said so.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::common::{Outcome, Repository, list};

const LABEL: &str = "state file gs://shop-tfstate/staging/network/default.tfstate, serial 81";
const EMULATED: &str = "emulator:live.json";

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terraform/observed").join(name)
}

/// The case `google`, with a live state whose emulator also serves the Terraform state.
fn repository() -> Repository {
    let repository = Repository::empty();
    for path in ["main.tf", "modules/service/main.tf"] {
        repository.write(path, &fs::read_to_string(case("google").join(path)).unwrap());
    }
    repository.write("gcp-drift.toml", "project = \"shop-staging\"\nregions = [\"europe-west1\"]\n");
    let state: Value = serde_json::from_str(&state()).unwrap();
    let connector = json!({
        "name": "projects/shop-staging/locations/europe-west1/connectors/shop-a1b2", "network": "shop-vpc",
        "ipCidrRange": "10.9.0.0/28", "minInstances": 2, "maxInstances": 3, "machineType": "e2-micro", "state": "READY",
    });
    let answer = |api: &str, items: Value| json!({"api": api, "project": "shop-staging", "region": "europe-west1", "items": items});
    let live = json!({
        "format": "gcp-drift/live-state", "version": 1,
        "answers": [answer("run.services", json!([])), answer("run.revisions", json!([])),
            answer("vpcaccess.connectors", json!([connector]))],
        "storage": [{"bucket": "shop-tfstate", "name": "staging/network/default.tfstate", "content": state}],
    });
    repository.write("live.json", &live.to_string());
    repository
}

fn state() -> String {
    fs::read_to_string(case("google").join("state.json")).unwrap()
}

fn change_live(repository: &Repository, change: impl FnOnce(&mut Value)) {
    let mut live: Value = serde_json::from_str(&repository.read("live.json")).unwrap();
    change(&mut live);
    repository.write("live.json", &live.to_string());
}

fn check(repository: &Repository, more: &[&str]) -> Outcome {
    let mut arguments = vec!["check", "--only", "vpc", "--format", "json"];
    if !more.contains(&"--live") {
        arguments.extend(["--live", EMULATED]);
    }
    arguments.extend(more);
    repository.run(&arguments)
}

fn eval(repository: &Repository, expression: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["eval"];
    arguments.extend(more);
    arguments.push(expression);
    repository.run(&arguments).expect_code(0).json()
}

#[test]
fn a_state_is_read_only_where_it_is_asked_for() {
    let repository = repository();
    repository.write("terraform.tfstate", &state());
    assert!(eval(&repository, "local.numeric_id", &[])["unknown"].is_array());
    let report = check(&repository, &[]).json();
    assert!(!report.to_string().contains("serial 81"));
    let id = json!({"value": 4_829_133_771_057_163_432_u64});
    assert_eq!(eval(&repository, "local.numeric_id", &["--state", "terraform.tfstate"]), id);
    repository.write("gcp-drift.toml", "[terraform]\nstate = \"terraform.tfstate\"\n");
    let shown = repository.run(&["show", "terraform"]).expect_code(0).json();
    assert_eq!(list(&shown, "observed")[0]["source"], "state file terraform.tfstate, serial 81");
}

#[test]
fn a_state_in_a_bucket_makes_a_connector_known_and_the_report_names_it() {
    let repository = repository();
    let without = check(&repository, &[]).expect_code(2).json();
    assert!(list(&without, "not_checked").iter().any(|item| item.to_string().contains("random_id.suffix.hex")));

    let outcome = check(&repository, &["--state", "auto"]);
    let report = outcome.json();
    assert!(!outcome.stderr.contains("was not read"), "{}", outcome.stderr);
    let findings = list(&report, "findings");
    let changed = findings.iter().find(|finding| finding["rule"] == "connector-changed");
    let changed = changed.unwrap_or_else(|| panic!("{report:#}"));
    assert_eq!(changed["subject"]["name"], "shop-a1b2");
    let parts = list(&report, "parts").iter().find(|part| part["part"] == "vpc").unwrap();
    assert_eq!(parts["metrics"]["terraform_observed"], json!([LABEL]));

    // A value that a state supplied says so where it is cited.
    change_live(&repository, |live| live["answers"][2]["items"] = json!([]));
    let missing = check(&repository, &["--state", "auto"]).json();
    let found = list(&missing, "findings").iter().find(|finding| finding["title"].to_string().contains("shop-a1b2"));
    let found = found.unwrap_or_else(|| panic!("{missing:#}"));
    assert!(found.to_string().contains(LABEL), "{found:#}");
    let text = repository.run(&["check", "--only", "vpc", "--live", EMULATED, "--state", "auto"]).stdout;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&format!("with what {LABEL} says")), "{text}");
}

#[test]
fn a_state_that_cannot_be_had_is_told_and_fails_nothing() {
    type Change = fn(&mut Value);
    let cases: [(Change, &[&str]); 4] = [
        (
            |live| live["storage"][0]["status"] = json!("denied"),
            &["denied: HTTP 403 PERMISSION_DENIED", "needs storage.objects.get (roles/storage.objectViewer)"],
        ),
        (
            |live| live["storage"] = json!([]),
            &["there is no such object, or none that may be seen (HTTP 404", "storage.objects.get"],
        ),
        (|live| live["storage"][0]["status"] = json!("malformed"), &["malformed: the answer is no JSON"]),
        (|live| live["storage"][0]["content"] = json!({"version": 3}), &["it has version 3"]),
    ];
    for (change, said) in cases {
        let repository = repository();
        change_live(&repository, change);
        let outcome = check(&repository, &["--state", "auto"]).expect_code(2);
        let report = outcome.json();
        let told = "state gs://shop-tfstate/staging/network/default.tfstate was not read: ";
        for text in [&outcome.stderr, &report["not_checked"].to_string()] {
            assert!(text.contains(told) && said.iter().all(|said| text.contains(said)), "{said:?} in {text}");
        }
        let shown = repository.run(&["show", "terraform", "--state", "auto", "--live", EMULATED]).expect_code(0).json();
        assert!(shown["diagnostics"].to_string().contains(told));
    }
}

#[test]
fn where_google_cloud_is_not_asked_a_state_in_a_bucket_is_not_either() {
    let repository = repository();
    for (live, said) in [
        ("none", "not asked: nothing is asked of Google Cloud (--live none)"),
        ("snapshot:live.json", "not asked: a snapshot is read in place of Google Cloud"),
    ] {
        let outcome = check(&repository, &["--state", "auto", "--live", live]);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        assert!(![1, 64].contains(&outcome.code));
    }
    // What a snapshot holds of buckets is not recorded either.
    check(&repository, &["--live", "snapshot:live.json", "--record", "run.json"]);
    assert!(!repository.read("run.json").contains("lineage"));
}

#[test]
fn a_run_with_a_state_is_replayed_byte_for_byte() {
    let repository = repository();
    for change in [|_: &mut Value| {}, |live: &mut Value| live["storage"] = json!([])] {
        change_live(&repository, change);
        let fresh = check(&repository, &["--state", "auto", "--record", "run.json"]);
        let replayed = repository.run(&["check", "--format", "json", "--replay", "run.json"]);
        assert_eq!(replayed.stdout, fresh.stdout);
        assert_eq!((replayed.code, replayed.stderr), (fresh.code, fresh.stderr));
    }
    let usage = repository.run(&["check", "--replay", "run.json", "--state", "auto"]);
    assert_eq!(usage.code, 64);
}

#[test]
fn no_secret_of_a_state_or_plan_is_written_anywhere() {
    let repository = repository();
    repository.write("state.json", &state());
    let plan = fs::read_to_string(case("terraform_data").join("plan.json")).unwrap();
    let other = fs::read_to_string(case("terraform_data").join("main.tf")).unwrap();
    repository.write("other/main.tf", &other);
    repository.write("other/modules/pool/main.tf", "variable \"region\" {}\noutput \"ids\" {\n  value = []\n}\n");
    for name in ["terraform.tfstate", "shown.json"] {
        repository.write(&format!("other/{name}"), &fs::read_to_string(case("terraform_data").join(name)).unwrap());
    }
    repository.write("other/plan.json", &plan);
    assert!(plan.contains("hunter2") && state().contains("hunter2"));
    let secret = ["local.secret", "local.environment", "google_vpc_access_connector.main", "module.service"];
    for arguments in [
        &["check", "--live", EMULATED, "--state", "auto", "--record", "run.json"][..],
        &["check", "--live", EMULATED, "--state", "auto", "--format", "json"],
        &["check", "--live", "none", "--state", "state.json", "--record", "run-file.json"],
        &["check", "--replay", "run.json", "--format", "json"],
        &["show", "terraform", "--live", EMULATED, "--state", "auto"],
        &["show", "terraform", "other", "--state", "other/terraform.tfstate", "--plan", "other/plan.json"],
        &["show", "terraform", "other", "--state", "other/shown.json"],
        &["show", "terraform", "other", "--state", "other/plan.json", "--plan", "other/terraform.tfstate"],
        &[&["eval", "--state", "state.json"][..], &secret].concat(),
        &["eval", "--dir", "other", "--plan", "other/plan.json", "terraform_data.credentials", "var.password"],
        &["eval", "--dir", "other", "--state", "other/terraform.tfstate", "terraform_data.credentials.output"],
        &["snapshot", "--live", EMULATED, "--to", "snapshot.json"],
    ] {
        let outcome = repository.run(arguments);
        assert!([0, 2, 3].contains(&outcome.code), "{arguments:?}: {}", outcome.stderr);
        for text in [&outcome.stdout, &outcome.stderr] {
            let leak = text.lines().find(|line| line.to_lowercase().contains("hunter2"));
            assert_eq!(leak, None, "{arguments:?}");
        }
    }
    for file in ["run.json", "run-file.json", "snapshot.json"] {
        assert!(!repository.read(file).contains("hunter2"), "{file}");
    }
}

#[test]
fn files_that_are_no_state_are_told_and_fail_nothing() {
    let repository = repository();
    let deep = "[".repeat(100_000);
    for (text, said) in [
        ("", "it ends in the middle"),
        ("PK\u{3}\u{4}", "it is a binary plan"),
        ("{\"version\": 4, \"resources\": 7}", "its resources are no list"),
        (&deep, "it is no JSON"),
    ] {
        repository.write("broken", text);
        for flag in ["--state", "--plan"] {
            let outcome = check(&repository, &[flag, "broken"]).expect_code(2);
            assert!(outcome.stderr.contains("broken was not read: "), "{}", outcome.stderr);
            assert!(flag == "--plan" || outcome.stderr.contains(said), "{}", outcome.stderr);
        }
    }
    let outcome = check(&repository, &["--state", "missing.tfstate"]).expect_code(2);
    assert!(outcome.stderr.contains("missing.tfstate was not read: there is no such file"), "{}", outcome.stderr);
}

#[test]
fn the_configuration_names_files_of_the_repository_only() {
    let repository = repository();
    for (text, said) in [
        ("state = \"../x\"", "leads out of the repository"),
        ("plan = \"/x\"", "terraform.plan"),
        ("plan = \".\"", "is a folder"),
    ] {
        repository.write("gcp-drift.toml", &format!("[terraform]\n{text}\n"));
        let outcome = check(&repository, &[]).expect_code(64);
        assert!(outcome.stderr.contains("gcp-drift.toml:2"), "{said}: {}", outcome.stderr);
    }
}
