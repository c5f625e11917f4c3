//! The run of the project's own pytest.

use std::path::Path;

use super::said;
use crate::common::{Outcome, Repository, list};

/// A repository of files given as one text, each after a line `=== path`.
fn repository(files: &str) -> Repository {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", "[live]\nsource = \"none\"\n");
    for part in files.split("=== ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        repository.write(path, text);
    }
    repository
}

fn ids(outcome: &Outcome) -> Vec<String> {
    outcome.finding_ids()
}

/// A stand-in for Python that prints what it is told.
#[cfg(unix)]
fn with_program(files: &str, script: &str) -> Repository {
    use std::os::unix::fs::PermissionsExt;
    let repository = repository(&format!(
        "=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests.collect]\ninterpreter = \"./python\"\ntimeout = 2\n{files}"
    ));
    repository.write("python", &format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(repository.join("python"), std::fs::Permissions::from_mode(0o755)).unwrap();
    repository
}

#[cfg(unix)]
fn collect(repository: &Repository) -> Outcome {
    repository.run(&["check", "--collect", "--only", "discovery", "--format", "json"])
}

#[cfg(unix)]
#[test]
fn pytest_is_run_where_it_is_asked_for_and_compared() {
    let files = "=== test_a.py\ndef test_one(): assert f()\ndef test_two(): assert f()\n";
    let same = with_program(files, "echo 'test_a.py::test_one[a]'; echo test_a.py::test_two; echo");
    assert_eq!(ids(&collect(&same).expect_code(0)), Vec::<String>::new());
    let other = with_program(files, "echo test_a.py::test_one; echo test_b.py::test_new; echo");
    let outcome = collect(&other);
    assert_eq!(ids(&outcome), ["collection-differs:file/test_a.py", "collection-differs:file/test_b.py"]);
    // Without the flag nothing is run.
    let marked = with_program(files, "touch was_run");
    marked.run(&["check", "--only", "discovery"]).expect_code(0);
    assert!(!marked.join("was_run").exists());
    // A replay says the same, and runs nothing.
    other.run(&["check", "--collect", "--only", "discovery", "--record", "run.json"]);
    std::fs::remove_file(other.join("python")).unwrap();
    let replayed = other.run(&["check", "--replay", "run.json", "--format", "json"]);
    assert_eq!(replayed.json()["findings"], outcome.json()["findings"]);
    assert_eq!(other.run(&["check", "--collect", "--only", "vpc"]).code, 64);
}

#[cfg(unix)]
#[test]
fn a_run_that_takes_too_long_or_breaks_off_is_said_so() {
    let files = "=== test_a.py\ndef test_one(): assert f()\n";
    let outcome = collect(&with_program(files, "sleep 60"));
    assert!(ids(&outcome)[0].starts_with("collection-timeout:"), "{}", outcome.stdout);
    for script in ["echo 'No module named pytest' >&2; exit 1", "echo 'ERROR: usage: No module named pytest'; exit 4"] {
        let report = collect(&with_program(files, script)).expect_code(3).json();
        let reason = list(&report, "not_checked")[0]["reason"]["text"].as_str().unwrap().to_owned();
        assert!(reason.contains("No module named pytest"), "{reason}");
    }
    let absent = repository(&format!(
        "=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests.collect]\ninterpreter = \"no/python\"\n{files}"
    ));
    assert!(collect(&absent).expect_code(3).stdout.contains("could not be started"));
}

#[cfg(unix)]
#[test]
fn the_real_pytest_collects_what_is_read() {
    for version in ["8", "9"] {
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/pytest{version}/bin/python"));
        if !python.exists() {
            said("SKIPPED: make pytests has not been run");
            return;
        }
        let files = format!(
            "=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests.collect]\ninterpreter = \"{}\"\n=== test_a.py\nimport pytest\n@pytest.mark.parametrize('a', [1, 2])\ndef test_one(a): assert f()\nclass TestA:\n    def test_two(self): assert f()\n=== test_b.py\nimport os\nif os.environ['HOME']:\n    raise RuntimeError('not here')\ndef test_b(): assert f()\n",
            python.display()
        );
        let repository = repository(&files);
        let outcome = collect(&repository);
        assert_eq!(ids(&outcome), ["collection-differs:file/test_b.py"], "{}", outcome.stdout);
        assert!(outcome.stdout.contains("RuntimeError: not here"), "{}", outcome.stdout);
        let part = outcome.json()["parts"].as_array().unwrap().iter().find(|part| part["part"] == "discovery").cloned();
        assert_eq!(part.unwrap()["metrics"]["pytest_tests"], 2);
        assert!(!repository.join(".pytest_cache").exists() && !repository.join("__pycache__").exists());
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_listed_of_the_differences_is_counted() {
    let script = "for n in $(seq 203); do echo new/test_$n.py::test_new; done
for n in $(seq 60); do echo new/test_1.py::test_more_$n; done; echo test_a.py::test_one";
    let outcome = collect(&with_program("=== test_a.py\ndef test_one(): assert f()\n", script));
    let report = outcome.json();
    let titles: Vec<&str> =
        list(&report, "findings").iter().map(|finding| finding["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 201, "{titles:?}");
    assert!(titles.contains(&"pytest and the reading differ in 3 more files"), "{titles:?}");
    let first = titles.iter().find(|title| title.starts_with("new/test_1.py:")).unwrap();
    assert!(first.ends_with("test_more_1, test_more_10, test_more_11 and 58 more"), "{first}");
}
