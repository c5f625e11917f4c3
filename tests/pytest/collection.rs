//! Each finding of discovery alone, and beside it the nearest look-alike, which gives none; and the run of pytest.

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

fn found(files: &str) -> Vec<String> {
    ids(&repository(files).run(&["check", "--only", "discovery", "--format", "json"]))
}

#[test]
fn each_finding_is_alone_and_its_look_alike_gives_none() {
    let test = "def test_one(): assert f()\n";
    let cases = [
        (
            "test-module-duplicate:file/b/test_same.py",
            format!("=== a/test_same.py\n{test}=== b/test_same.py\n{test}"),
            format!("=== a/test_same.py\n{test}=== b/__init__.py\n=== b/test_same.py\n{test}"),
        ),
        (
            "test-file-without-tests:file/tests/test_none.py",
            format!("=== tests/test_a.py\n{test}=== tests/test_none.py\ndef helper(): pass\n"),
            format!(
                "=== tests/test_a.py\nfrom test_none import helper\n{test}=== tests/test_none.py\ndef helper(): pass\n"
            ),
        ),
        (
            "test-file-unmatched:file/tests/api_checks.py",
            format!("=== tests/test_a.py\n{test}=== tests/api_checks.py\n{test}"),
            format!(
                "=== tests/test_a.py\n{test}=== app/checks.py\ndef test_connection(): return 1\n=== tests/base.py\nclass Base:\n    def test_shared(self): pass\n"
            ),
        ),
        (
            "test-class-left-out:class/tests/test_a.py::TestA",
            format!(
                "=== tests/test_a.py\n{test}class TestA:\n    def __init__(self): pass\n    def test_a(self): pass\n"
            ),
            format!(
                "=== tests/test_a.py\n{test}class TestConfig:\n    def __init__(self): pass\n    def value(self): pass\n"
            ),
        ),
        (
            "collection-error:collector/tests/test_b.py",
            format!("=== tests/test_a.py\n{test}=== tests/test_b.py\ndef test_b():\n    yield 1\n"),
            format!(
                "=== tests/test_a.py\n{test}=== tests/test_b.py\ndef test_b():\n    def inner():\n        yield 1\n    assert inner()\n"
            ),
        ),
        (
            "pytest-does-not-start:file/conftest.py",
            format!("=== helpers.py\n=== conftest.py\nfrom helpers import gone\n=== tests/test_a.py\n{test}"),
            format!(
                "=== helpers.py\n=== conftest.py\ntry:\n    from helpers import gone\nexcept ImportError:\n    gone = None\n=== tests/test_a.py\n{test}"
            ),
        ),
        (
            "exclusion-unused:pattern/*/legcy/*",
            format!(
                "=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests]\nexclude = [\"*/legcy/*\"]\n=== tests/test_a.py\n{test}"
            ),
            format!(
                "=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests]\nexclude = [\"*/legacy/*\"]\n=== tests/test_a.py\n{test}=== legacy/test_b.py\n{test}"
            ),
        ),
        (
            "discovery-cap-exceeded:tree/tests",
            format!(
                "=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests]\ncap = 1\n=== tests/test_a.py\n{test}=== tests/test_b.py\n{test}"
            ),
            format!("=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests]\ncap = 1\n=== tests/test_a.py\n{test}"),
        ),
        (
            "category-empty:category/smoke",
            format!(
                "=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests.categories]\nsmoke = [\"smoke/*.py\"]\n=== tests/test_a.py\n{test}"
            ),
            format!(
                "=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests.categories]\nsmoke = [\"smoke/*.py\"]\n=== smoke/test_a.py\n{test}"
            ),
        ),
    ];
    for (expected, files, innocent) in cases {
        assert_eq!(found(&files), [expected], "{files}");
        assert_eq!(found(&innocent), Vec::<String>::new(), "{innocent}");
    }
}

#[test]
fn a_mark_that_nobody_registers_is_named_beside_what_it_breaks() {
    let with = |mark: &str| {
        format!(
            "=== pytest.ini\n[pytest]\naddopts = --strict-markers\nmarkers =\n    smoke: fast\n=== test_b.py\n\
             import pytest\n@pytest.mark.{mark}\ndef test_b(): assert f()\n"
        )
    };
    assert_eq!(found(&with("smok")), ["collection-error:collector/test_b.py", "marker-unregistered:mark/smok"]);
    assert_eq!(found(&with("smoke")), Vec::<String>::new());
}

#[test]
fn what_keeps_pytest_from_starting_is_said_of_its_configuration() {
    let test = "=== test_a.py\ndef test_a(): assert f()\n";
    let lock =
        |major: u8| format!("=== uv.lock\nversion = 1\n\n[[package]]\nname = \"pytest\"\nversion = \"{major}.0.0\"\n");
    let both =
        "=== pyproject.toml\n[tool.pytest]\ntestpaths = [\".\"]\n[tool.pytest.ini_options]\ntestpaths = [\".\"]\n";
    for (wrong, words) in [
        (format!("{both}{}", lock(9)), "pytest 9 does not start"),
        ("=== pytest.ini\n[pytest]\naddopts = -q\naddopts = -v\n".to_owned(), "stands twice"),
        ("=== pytest.ini\ntestpaths = tests\n".to_owned(), "before the first section"),
        ("=== setup.cfg\n[pytest]\naddopts = -q\n".to_owned(), "[tool:pytest]"),
        ("=== pyproject.toml\n[tool.pytest.ini_options\n".to_owned(), "not valid TOML"),
        (format!("=== pytest.ini\n[pytest]\nminversion = 9.0\n{}", lock(8)), "`minversion` is 9.0"),
        ("=== pytest.toml\n[pytest]\npython_files = \"test_*.py\"\n".to_owned(), "list of texts"),
        (
            "=== pytest.ini\n[pytest]\naddopts = --strict-config\npyton_files = test_*.py\n".to_owned(),
            "`python_files` is",
        ),
    ] {
        let outcome = repository(&format!("{wrong}{test}")).run(&["check", "--only", "discovery", "--format", "json"]);
        let report = outcome.json();
        let findings = list(&report, "findings");
        assert_eq!(findings.len(), 1, "{wrong}\n{findings:?}");
        assert_eq!((findings[0]["rule"].as_str(), outcome.code), (Some("pytest-config-invalid"), 2), "{wrong}");
        assert!(findings[0]["title"].as_str().unwrap().contains(words), "{wrong}\n{findings:?}");
    }
    for right in [
        format!("=== pyproject.toml\n[tool.pytest]\ntestpaths = [\".\"]\n{}", lock(9)),
        format!("=== pytest.ini\n[pytest]\nminversion = 8.0\naddopts = -q\n{}", lock(8)),
        "=== setup.cfg\n[tool:pytest]\naddopts = -q\n".to_owned(),
    ] {
        assert_eq!(found(&format!("{right}{test}")), Vec::<String>::new(), "{right}");
    }
}

#[test]
fn a_category_that_a_hook_decides_is_not_checked() {
    let files = "=== gcp-drift.toml\n[live]\nsource = \"none\"\n[tests.categories]\nsmoke = [\"smoke/*.py\"]\n=== smoke/test_a.py\nfor number in range(int(input())):\n    globals()[f\"test_{number}\"] = lambda: None\n";
    let outcome = repository(files).run(&["check", "--only", "discovery", "--format", "json"]);
    let report = outcome.json();
    assert_eq!(outcome.code, 3, "{report}");
    assert_eq!(list(&report, "not_checked")[0]["rule"], "category-empty");
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
