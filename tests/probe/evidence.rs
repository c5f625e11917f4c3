//! What a probe found, as evidence of `check`.

use serde_json::Value;

use super::super::common::{Repository, list};
use super::servers::free_port;
use super::stand_ins;

/// A repository with a fresh probe of a cache that is there, and of a database that is not.
fn probed() -> Repository {
    let repository = Repository::copy_of("clean");
    let cache = format!("redis://127.0.0.1:{}", stand_ins::answers(b"+PONG\r\n"));
    let config = repository.read("gcp-drift.toml");
    let targets = format!(
        "\n[[targets]]\nname = \"cache\"\nurl = \"{cache}\"\n[[targets]]\nname = \"db\"\n\
         url = \"postgres://app@127.0.0.1:{}\"\npassword_env = \"DB_PASSWORD\"\n",
        free_port()
    );
    repository.write("gcp-drift.toml", &(config + &targets));
    repository.run(&["probe", "--output", "json=probe.json"]).expect_code(2);
    repository
}

/// The findings and the not-checked items of the rule.
fn of_rule(report: &Value) -> (Vec<Value>, Vec<Value>) {
    let of = |key: &str| {
        list(report, key).iter().filter(|item| item["rule"] == "target-unreachable").cloned().collect::<Vec<_>>()
    };
    (of("findings"), of("not_checked"))
}

#[test]
fn a_target_that_does_not_answer_is_a_finding_of_check() {
    let repository = probed();
    let clean = repository.run(&["check", "--format", "json"]).expect_code(0).json();
    assert_eq!(of_rule(&clean), (Vec::new(), Vec::new()));
    let outcome = repository.run(&["check", "--format", "json", "--probe", "probe.json", "--record", "run.json"]);
    let report = outcome.expect_code(2).json();
    let (findings, not_checked) = of_rule(&report);
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(not_checked, Vec::<Value>::new());
    assert_eq!(finding["id"], "target-unreachable:target/db");
    assert!(finding["title"].as_str().unwrap().contains("cannot be reached: nothing listens"), "{finding}");
    assert_eq!(finding["places"][0]["file"], "probe.json");
    // A recording keeps what the probe found.
    std::fs::remove_file(repository.join("probe.json")).unwrap();
    let again = repository.run(&["check", "--format", "json", "--replay", "run.json"]).expect_code(2).json();
    assert_eq!(of_rule(&again).0, findings);
    let shown = repository.run(&["check", "--replay", "run.json"]).stdout;
    assert!(shown.contains("error[target-unreachable]: db at 127.0.0.1:"), "{shown}");
}

#[test]
fn a_probe_that_is_old_or_damaged_is_not_checked() {
    let repository = probed();
    let text = repository.read("probe.json");
    let mut old: Value = serde_json::from_str(&text).unwrap();
    old["run"]["started"] = "2026-01-01T00:00:00Z".into();
    let mut later: Value = serde_json::from_str(&text).unwrap();
    later["schema_version"] = 2.into();
    for (file, text, expected) in [
        ("old.json", old.to_string(), "hours old"),
        ("later.json", later.to_string(), "this program reads version 1"),
        ("half.json", text[..text.len() / 2].to_owned(), "it is not JSON of `probe`"),
        ("empty.json", String::new(), "it is not JSON of `probe`"),
    ] {
        repository.write(file, &text);
        let report = repository.run(&["check", "--format", "json", "--probe", file]).expect_code(3).json();
        let (findings, not_checked) = of_rule(&report);
        let [item] = not_checked.as_slice() else { panic!("{file}: {report}") };
        assert!(findings.is_empty() && item["reason"]["text"].as_str().unwrap().contains(expected), "{file}: {item}");
        assert_eq!(item["subject"]["name"], file);
    }
    let report = repository.run(&["check", "--format", "json", "--probe", "absent.json"]).expect_code(3).json();
    assert_eq!(of_rule(&report).1[0]["reason"]["kind"], "file-unreadable");
    let outcome = repository.run(&["check", "--only", "tests", "--probe", "probe.json"]).expect_code(64);
    assert!(outcome.stderr.contains("--probe is judged in the part vpc"), "{}", outcome.stderr);
}
