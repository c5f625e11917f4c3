//! Snapshots in files: what an earlier version wrote is still read, what cannot be trusted is refused, and secrets are
//! hashed with a key.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::common::{Repository, binary, list};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(data(name)).unwrap()
}

/// A repository that declares what `tests/snapshots/v1.json` holds, with a copy of it.
fn repository() -> Repository {
    let repository = Repository::empty();
    repository.write("main.tf", &text("gcloud_json/repository.tf"));
    repository.write(
        "gcp-drift.toml",
        "project = \"shop-staging\"\nregions = [\"europe-west1\", \"europe-west4\"]\n\n[live]\nsource = \"snapshot:state.json\"\n",
    );
    repository.write("state.json", &text("snapshots/v1.json"));
    repository
}

/// What a report says, a line each.
fn said(report: &Value) -> Vec<String> {
    let word =
        |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or("global").to_owned();
    let finding = |item: &Value| format!("finding {}", word(item, "/id"));
    let open = |item: &Value| {
        let (rule, name, kind) = (word(item, "/rule"), word(item, "/subject/name"), word(item, "/reason/kind"));
        format!("not checked {rule} {name}: {kind}")
    };
    let covered = |item: &Value| {
        let place = format!("{} {}", word(item, "/project"), word(item, "/region"));
        format!("coverage {place} {}: {}", word(item, "/api"), word(item, "/status"))
    };
    let findings = list(report, "findings").iter().map(finding);
    let open = list(report, "not_checked").iter().map(open);
    findings.chain(open).chain(list(report, "coverage").iter().map(covered)).collect()
}

#[test]
fn a_snapshot_of_version_1_says_what_it_said_when_it_was_committed() {
    let repository = repository();
    let report = repository.run(&["check", "--only", "vpc", "--format", "json"]).expect_code(2).json();
    let said = said(&report);
    // Rules that came later may say more; nothing may be lost.
    for line in text("snapshots/v1.txt").lines() {
        assert!(said.contains(&line.to_owned()), "`{line}` is gone from\n{}", said.join("\n"));
    }
    // It is written again as it was read: nothing of it is dropped, and no hash changes.
    repository.run(&["snapshot", "--to", "again.json"]).expect_code(3);
    let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let (again, first) = (parse(&repository.read("again.json")), parse(&text("snapshots/v1.json")));
    assert_eq!(again["redaction_key"], first["redaction_key"]);
    for answer in list(&first, "answers") {
        assert!(list(&again, "answers").contains(answer), "{answer}");
    }
}

#[test]
fn what_cannot_be_trusted_is_refused_with_its_reason() {
    let whole = text("snapshots/v1.json");
    let line = |of: &str| whole.lines().position(|line| line.contains(of)).unwrap() + 1;
    let twice = {
        let mut state: Value = serde_json::from_str(&whole).unwrap();
        let answers = state["answers"].as_array_mut().unwrap();
        let firewalls = answers.iter().find(|answer| answer["api"] == "compute.effectiveFirewalls").unwrap().clone();
        answers.push(firewalls);
        state.to_string()
    };
    let region = line("\"region\": \"europe-north1\"");
    for (damaged, reason) in [
        (
            whole.replacen("\"version\": 1,", "\"version\": 2,", 1),
            "has version 2; this program reads version 1: use a newer",
        ),
        (whole[..whole.len() / 2].to_owned(), "is no JSON: EOF while parsing"),
        (whole.replacen("\"compute.networks\"", "\"compute.newThings\"", 1), "unknown variant `compute.newThings`"),
        (whole.replacen("\"compute.networks\"", "\"compute.newThings\"", 1), "at line 10 column"),
        (whole.replacen("\"status\": \"answered\"", "\"status\": \"fine\"", 1), "unknown variant `fine`"),
        (
            whole.replacen("\"region\": \"europe-north1\"", "\"region\": 7", 1),
            &format!("invalid type: integer `7`, expected a string at line {region} column"),
        ),
        (whole.replacen("\"answers\": [", "\"answer\": [", 1), "unknown field `answer`"),
        (twice, "holds two answers of compute.effectiveFirewalls of projects/shop-staging/global/networks/"),
        (whole.replacen("gcp-drift/live-state", "gcp-drift/recording", 1), "its format is `gcp-drift/recording`"),
        (format!("{whole}{whole}"), "trailing characters at line"),
        (String::new(), "is no JSON: EOF"),
    ] {
        let repository = repository();
        repository.write("state.json", &damaged);
        for arguments in [&["check"][..], &["show", "live"], &["snapshot", "--to", "out.json"]] {
            let outcome = repository.run(arguments).expect_code(1);
            assert!(outcome.stderr.contains(reason), "{reason}: {}", outcome.stderr);
            assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        }
        assert!(!repository.join("out.json").exists());
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_before_it_is_read() {
    let repository = repository();
    let file = std::fs::File::create(repository.join("state.json")).unwrap();
    // A sparse file: it takes no room on the disk.
    file.set_len((256 << 20) + 1).unwrap();
    let outcome = repository.run(&["show", "live"]).expect_code(1);
    assert!(outcome.stderr.contains("state.json is larger than 268435456 bytes"), "{}", outcome.stderr);
}

#[test]
fn a_snapshot_that_cannot_be_written_leaves_the_old_one() {
    let repository = repository();
    repository.write("old/keep/state.json", "old");
    let outcome = repository.run(&["snapshot", "--to", "old/keep"]).expect_code(1);
    assert!(outcome.stderr.contains("old/keep cannot be written"), "{}", outcome.stderr);
    assert_eq!(repository.read("old/keep/state.json"), "old");
    let outcome = repository.run(&["snapshot", "--to", "none/state.json"]).expect_code(1);
    assert!(outcome.stderr.contains("none/state.json cannot be written"), "{}", outcome.stderr);
    assert_eq!(std::fs::read_dir(repository.join("old")).unwrap().count(), 1, "no temporary file stays");
}

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// Takes a snapshot of a state whose service has this password, with a key.
fn taken(repository: &Repository, password: &str, key: Option<&str>) -> Value {
    repository.change_state(|state| {
        let answers = state["answers"].as_array_mut().unwrap();
        let services = answers.iter_mut().find(|answer| answer["api"] == "run.services").unwrap();
        services["items"][0]["template"]["containers"][0]["env"] =
            serde_json::json!([{"name": "DB_PASSWORD", "value": password}, {"name": "COPY", "value": password}]);
    });
    let mut command = binary();
    command.args(["snapshot", "--to", "taken.json"]).current_dir(repository.path());
    set(&mut command, key);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = repository.read("taken.json");
    assert!(!text.contains(password) && !text.contains(KEY), "{text}");
    serde_json::from_str(&text).unwrap()
}

fn set(command: &mut Command, key: Option<&str>) {
    match key {
        Some(key) => command.env("GCP_DRIFT_REDACTION_KEY", key),
        None => command.env_remove("GCP_DRIFT_REDACTION_KEY"),
    };
}

fn marks(snapshot: &Value) -> [String; 2] {
    let answers = list(snapshot, "answers");
    let services = answers.iter().filter(|answer| answer["api"] == "run.services");
    let env = services.filter_map(|answer| answer.pointer("/items/0/template/containers/0/env")).next().unwrap();
    [0, 1].map(|at| env[at]["value"].as_str().unwrap().to_owned())
}

#[test]
fn a_change_of_a_secret_is_seen_between_snapshots_of_one_key() {
    let repository = Repository::copy_of("staging");
    let first = taken(&repository, "hunter2", Some(KEY));
    let same = taken(&repository, "hunter2", Some(KEY));
    let changed = taken(&repository, "hunter3", Some(KEY));
    assert_eq!(first, same);
    assert_eq!(first["redaction_key"], changed["redaction_key"]);
    assert_ne!(marks(&first)[0], marks(&changed)[0]);
    assert_ne!(marks(&first)[0], marks(&first)[1], "equal values of two names do not look equal");

    let random = [taken(&repository, "hunter2", None), taken(&repository, "hunter2", None)];
    let keys = [&first, &random[0], &random[1]].map(|snapshot| snapshot["redaction_key"].as_str().unwrap().to_owned());
    let different: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(different.len(), 3, "{keys:?}");
    let values = [&first, &random[0], &random[1]].map(|snapshot| marks(snapshot)[0].clone());
    assert_eq!(values.iter().collect::<std::collections::BTreeSet<_>>().len(), 3, "{values:?}");
}

#[test]
fn a_key_that_can_be_guessed_is_refused_and_not_repeated() {
    for arguments in [&["snapshot", "--to", "taken.json"][..], &["check"], &["show", "live"]] {
        let repository = Repository::copy_of("staging");
        let mut command = binary();
        command.args(arguments).current_dir(repository.path());
        set(&mut command, Some("hunter2"));
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("GCP_DRIFT_REDACTION_KEY has 7 bytes") && !stderr.contains("hunter2"), "{stderr}");
        assert!(!repository.join("taken.json").exists());
    }
}

#[test]
fn what_another_key_hashed_is_not_served_as_hashed_with_this_one() {
    let repository = repository();
    let live = ["snapshot", "--to", "served.json", "--live", "emulator:state.json"];
    repository.run(&live);
    let served = repository.read("served.json");
    assert!(served.contains("\"redaction_key\"") && !served.contains("dd9f36f4"), "{served}");
    assert!(served.contains("\"[redacted]\"") && !served.contains("[redacted:"), "{served}");
}
