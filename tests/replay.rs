//! The same evidence gives the same report.

use super::common::{Repository, list};

#[test]
fn a_replay_prints_the_same_report_byte_for_byte_without_the_repository() {
    for fixture in ["staging", "clean"] {
        let repository = Repository::copy_of(fixture);
        let recording = repository.join("run.json");
        let recording = recording.to_str().unwrap();
        let fresh = repository.run(&["check", "--format", "json", "--record", recording]);
        let elsewhere = Repository::empty();
        let replayed = elsewhere.run(&["check", "--format", "json", "--replay", recording]);
        assert_eq!(replayed.stdout, fresh.stdout);
        assert_eq!(replayed.code, fresh.code);
        assert_eq!(replayed.stderr, fresh.stderr);
        let text = |arguments: &[&str]| elsewhere.run(arguments).stdout;
        assert_eq!(text(&["check", "--replay", recording]), text(&["check", "--replay", recording]));
    }
}

#[test]
fn a_recorded_snapshot_gives_the_same_findings_as_the_live_run() {
    let repository = Repository::copy_of("staging");
    repository.run(&["snapshot", "--to", "recorded.json"]).expect_code(0);
    let judged = |live: &[&str]| {
        let mut report = repository.run(&[&["check", "--format", "json"], live].concat()).json();
        // The two runs were at two times.
        for entry in report["coverage"].as_array_mut().unwrap() {
            assert!(entry.as_object_mut().unwrap().remove("time").is_some(), "{entry}");
        }
        report
    };
    let (live, snapshot) = (judged(&[]), judged(&["--live", "snapshot:recorded.json"]));
    for key in ["findings", "not_checked", "coverage"] {
        assert_eq!(live[key].to_string(), snapshot[key].to_string(), "{key}");
    }
    assert!(!list(&live, "findings").is_empty());
}

#[test]
fn recordings_and_snapshots_hold_no_secret() {
    let repository = Repository::copy_of("staging");
    repository.change_state(|state| {
        for answer in state["answers"].as_array_mut().unwrap() {
            for item in answer["items"].as_array_mut().into_iter().flatten() {
                if let Some(container) = item.pointer_mut("/template/containers/0") {
                    container["env"] = serde_json::json!([{ "name": "DB_URL", "value": "hunter2-in-the-clear" }]);
                }
            }
        }
    });
    repository.replace(
        "scripts/deploy_to_gcp.py",
        "VPC_CONNECTOR = \"netra-vpc-connector\"",
        "DB_PASSWORD = \"hunter2-in-the-clear\"; VPC_CONNECTOR = \"netra-vpc-connector\"",
    );
    let run = repository.run(&["check", "--record", "run.json"]);
    repository.run(&["snapshot", "--to", "recorded.json"]).expect_code(0);
    for text in [repository.read("run.json"), repository.read("recorded.json"), run.stdout, run.stderr] {
        assert!(!text.contains("hunter2"));
    }
}

#[test]
fn a_damaged_or_newer_recording_is_refused() {
    let repository = Repository::copy_of("clean");
    repository.run(&["check", "--record", "run.json"]).expect_code(0);
    let text = repository.read("run.json");
    for (damaged, said) in [
        (text[..text.len() / 2].to_owned(), "it is not JSON"),
        (text.replacen("\"version\": 1", "\"version\": 99", 1), "this program reads version 1"),
        (text.replacen("gcp-drift/recording", "something-else", 1), "its format is not"),
        ("[]".to_owned(), "it is not JSON"),
    ] {
        repository.write("damaged.json", &damaged);
        let outcome = repository.run(&["check", "--replay", "damaged.json"]).expect_code(1);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    repository.write("damaged.json", "{\"format\": \"gcp-drift/live-state\", \"version\": 99, \"answers\": []}");
    let outcome = repository.run(&["check", "--live", "snapshot:damaged.json"]).expect_code(1);
    assert!(outcome.stderr.contains("99"), "{}", outcome.stderr);
}

#[test]
fn a_replay_says_nothing_of_parts_that_were_not_gathered() {
    let repository = Repository::copy_of("clean");
    repository.run(&["check", "--only", "discovery,classes", "--record", "run.json"]).expect_code(0);
    let report = repository.run(&["check", "--replay", "run.json", "--format", "json"]).expect_code(0).json();
    for part in list(&report, "parts") {
        let gathered = ["discovery", "classes"].contains(&part["part"].as_str().unwrap());
        assert_eq!(part["verdict"], if gathered { "clean" } else { "not-asked" }, "{part}");
    }
    repository.run(&["check", "--replay", "run.json", "--only", "classes"]).expect_code(0);
    let outcome = repository.run(&["check", "--replay", "run.json", "--only", "vpc"]).expect_code(64);
    assert!(outcome.stderr.contains("the recording holds discovery and classes only"), "{}", outcome.stderr);
}
