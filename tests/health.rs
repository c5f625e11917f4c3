//! The health of the tests over time: reports of test runs, the saved baseline, and the comparison with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::common::{Outcome, Repository, binary, list};
pub use cases::CASES;

mod cases;

const BASELINE: &str = ".gcp-drift/health-baseline.json";

const CONFIG: &str = "[live]\nsource = \"none\"\n
[tests]\npython_version = \"3.11\"\ncritical_imports = [\"helpers.base\"]\n
[tests.categories]\nsmoke = [\"tests/smoke/*.py\"]\n
[[tests.required_classes]]\nname = \"TestService\"\ncategory = \"smoke\"\nfiles = [\"tests/smoke/*.py\"]\n
[health]\nbaseline = \".gcp-drift/health-baseline.json\"\nreports = [\"reports/*.xml\"]\n";

const SMOKE: &str =
    "def answer(number):\n    return number\n\n
class TestService:\n    def test_one(self):\n        assert answer(1)\n\n    def test_two(self):\n        assert answer(2)\n
\ndef test_three():\n    assert answer(3)\n";

/// A report in which so many tests pass and fail.
fn report(passed: usize, failed: usize) -> String {
    let pass = (0..passed).map(|at| format!("<testcase classname=\"t\" name=\"pass_{at}\" time=\"0.5\"/>"));
    let fail = (0..failed).map(|at| {
        format!("<testcase classname=\"t\" name=\"fail_{at}\" time=\"1\"><failure message=\"assert 0\"/></testcase>")
    });
    let cases: String = pass.chain(fail).collect();
    format!("<testsuites><testsuite name=\"pytest\">{cases}</testsuite></testsuites>")
}

/// A small healthy repository.
fn healthy() -> Repository {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", CONFIG);
    repository.write("pytest.ini", "[pytest]\n");
    repository.write("helpers/__init__.py", "");
    repository.write("helpers/base.py", "VALUE = 1\n");
    repository.write("tests/smoke/test_a.py", SMOKE);
    repository.write("tests/unit/test_u.py", "def test_u():\n    assert 1\n");
    repository.write("reports/junit.xml", &report(99, 1));
    repository
}

/// The same, where nobody says that there should be a baseline.
fn without_baseline() -> Repository {
    let repository = healthy();
    repository.replace("gcp-drift.toml", "baseline = \".gcp-drift/health-baseline.json\"\n", "");
    repository
}

/// The same, with a baseline.
fn saved() -> Repository {
    let repository = healthy();
    repository.run(&["health", "--save-baseline"]).expect_code(0);
    repository
}

fn check(repository: &Repository) -> Outcome {
    repository.run(&["check", "--only", "health", "--format", "json"])
}

#[test]
fn every_rule_has_a_case_in_which_it_alone_speaks_and_a_look_alike_in_which_it_is_silent() {
    for case in CASES {
        let repository = saved();
        (case.change)(&repository);
        let outcome = check(&repository);
        let report = outcome.json();
        let found: Vec<(&str, &str)> = list(&report, "findings")
            .iter()
            .map(|finding| (finding["id"].as_str().unwrap(), finding["severity"].as_str().unwrap()))
            .collect();
        assert_eq!(found, case.findings, "{}", case.name);
        assert_eq!(list(&report, "not_checked").len(), 0, "{}: {}", case.name, report["not_checked"]);
        let fails = case.findings.iter().any(|(_, severity)| matches!(*severity, "high" | "critical"));
        assert_eq!(outcome.code, if fails { 2 } else { 0 }, "{}", case.name);
        // The command says the same, in one word.
        let health = repository.run(&["health", "--format", "json"]);
        let degraded = case.findings.iter().any(|(id, _)| !id.starts_with("health-baseline-stale"));
        assert_eq!(health.json()["status"], if degraded { "degraded" } else { "healthy" }, "{}", case.name);
        assert_eq!(health.code, outcome.code, "{}", case.name);
    }
}

#[test]
fn a_loss_is_named_with_its_tests() {
    let repository = saved();
    repository.write("tests/smoke/test_a.py", &format!("import helpers.gone\n{SMOKE}"));
    let report = check(&repository).expect_code(2).json();
    let shrank = list(&report, "findings").iter().find(|one| one["rule"] == "health-category-shrank").unwrap();
    let why = shrank["why"].as_str().unwrap();
    for part in ["tests/smoke/test_a.py::TestService::test_one", "3 of them stand in files that cannot be imported"] {
        assert!(why.contains(part), "{why}");
    }
    assert_eq!(shrank["places"][0]["file"], "tests/smoke/test_a.py");
    let part = list(&report, "parts").iter().find(|part| part["part"] == "health").unwrap();
    assert_eq!((&part["metrics"]["tests_smoke"], &part["metrics"]["baseline"]["tests_smoke"]), (&json!(0), &json!(3)));
    let text = repository.run(&["health"]).expect_code(2).stdout;
    assert!(
        text.contains("health of the tests: degraded") && text.contains("tests/smoke/test_a.py::test_three"),
        "{text}"
    );
}

/// The rules and reasons of what was not checked.
fn unchecked(repository: &Repository) -> Vec<(String, String)> {
    let report = check(repository).expect_code(3).json();
    let items = list(&report, "not_checked").iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items.map(|item| (text(&item["rule"]), text(&item["reason"]["text"]))).collect()
}

#[test]
fn what_should_be_there_and_is_not_is_not_checked() {
    let repository = saved();
    repository.write("reports/junit.xml", &report(99, 1)[..2000]);
    let items = unchecked(&repository);
    assert_eq!(items.len(), 1, "{items:?}");
    assert!(items[0].0 == "health-rate-rose" && items[0].1.contains("is no whole report"), "{items:?}");
    // A broken report never becomes a baseline.
    let before = repository.read(BASELINE);
    let outcome = repository.run(&["health", "--save-baseline"]).expect_code(3);
    assert!(outcome.stderr.contains("the baseline was not saved"), "{}", outcome.stderr);
    assert_eq!(repository.read(BASELINE), before);

    repository.write("reports/junit.xml", &report(49, 0));
    let items = unchecked(&repository);
    assert!(items.len() == 1 && items[0].1.contains("tell of 49 tests, the baseline of "), "{items:?}");

    fs::remove_file(repository.join("reports/junit.xml")).unwrap();
    assert!(unchecked(&repository)[0].1.contains("no report is there for `reports/*.xml`"));

    let repository = healthy();
    assert!(unchecked(&repository)[0].1.contains("there is no baseline to compare with"));
    for (text, expected) in [("{", "damaged"), ("{\"format\":\"gcp-drift/health-baseline\",\"schema_version\":9}", "9")]
    {
        repository.write(BASELINE, text);
        assert!(unchecked(&repository)[0].1.contains(expected));
        let outcome = repository.run(&["health", "--save-baseline"]).expect_code(1);
        assert!(outcome.stderr.contains("is not overwritten"), "{}", outcome.stderr);
        assert_eq!(repository.read(BASELINE), text);
    }

    // A baseline that was saved without a run has no rates to compare with.
    let repository = healthy();
    repository.write("gcp-drift.toml", &CONFIG.replace("reports = [\"reports/*.xml\"]\n", ""));
    repository.run(&["health", "--save-baseline"]).expect_code(0);
    check(&repository).expect_code(0);
    repository.write("gcp-drift.toml", CONFIG);
    assert!(unchecked(&repository)[0].1.contains("was saved without the report of a test run"));
}

#[test]
fn health_is_only_looked_at_where_it_is_configured() {
    let repository = healthy();
    repository.write("gcp-drift.toml", CONFIG.split("[health]").next().unwrap());
    let report = repository.run(&["check", "--format", "json"]).json();
    let part = list(&report, "parts").iter().find(|part| part["part"] == "health").unwrap();
    assert_eq!(part["verdict"], "not-asked");
    let outcome = check(&repository).expect_code(64);
    assert!(outcome.stderr.contains("[health]"), "{}", outcome.stderr);
    // The command measures without it, and does not call that healthy.
    let outcome = repository.run(&["health", "--format", "json"]).expect_code(0);
    assert_eq!(outcome.json()["status"], "no-baseline");
    assert_eq!(outcome.json()["metrics"]["failure_rate"]["now"], Value::Null);
    assert_eq!(outcome.json()["metrics"]["failure_rate"]["not_measured"], "no report of a test run is named");
}

#[test]
fn a_baseline_is_created_compared_with_and_replaced() {
    let repository = healthy();
    let outcome = repository.run(&["health", "--save-baseline", "--format", "json"]).expect_code(0);
    assert_eq!(outcome.json()["status"], "baseline-created");
    let baseline: Value = serde_json::from_str(&repository.read(BASELINE)).unwrap();
    assert_eq!(baseline["schema_version"], 1);
    let smoke = &baseline["state"]["categories"]["smoke"];
    let ids = ["TestService::test_one", "TestService::test_two", "test_three"];
    assert_eq!(smoke["tests"], json!(ids.map(|id| format!("tests/smoke/test_a.py::{id}"))));
    assert_eq!(baseline["state"]["imports"]["critical"], json!({ "helpers.base": "ok" }));
    assert_eq!(baseline["state"]["classes"], json!({ "smoke/TestService": "ok" }));

    let metrics = repository.run(&["health", "--format", "json"]).expect_code(0).json()["metrics"].clone();
    assert_eq!(metrics["tests_run"], json!({ "now": 100, "baseline": 100 }));
    assert_eq!(metrics["failure_rate"], json!({ "now": 0.01, "baseline": 0.01 }));
    assert_eq!(metrics["test_seconds_average"]["now"], json!(0.505));
    assert_eq!(metrics["tests"]["now"], json!(4));

    repository.replace("tests/smoke/test_a.py", "def test_three", "def check_three");
    repository.run(&["health"]).expect_code(2);
    repository.run(&["health", "--fail-on", "critical"]).expect_code(0);
    let outcome = repository.run(&["health", "--save-baseline"]).expect_code(0);
    assert!(outcome.stdout.starts_with("health of the tests: baseline replaced\n"), "{}", outcome.stdout);
    repository.run(&["health"]).expect_code(0);

    // Another file, named on the command line.
    repository.run(&["health", "--baseline", "other.json"]).expect_code(3);
    repository.run(&["health", "--baseline", "other.json", "--save-baseline"]).expect_code(0);
    repository.run(&["health", "--baseline", "other.json"]).expect_code(0);
}

#[test]
fn a_secret_in_the_name_of_a_test_is_not_printed() {
    let repository = without_baseline();
    let token = concat!("gh", "p_0123456789abcdefghijABCDEFGHIJ012345");
    let report = report(0, 1).replace("fail_0", &format!("test_login[{token}]"));
    repository.write("reports/junit.xml", &report);
    let outcome = repository.run(&["health", "--format", "json"]);
    assert!(outcome.stdout.contains("t::test_login["), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains(token), "{}", outcome.stdout);
    let recorded = repository.run(&["check", "--only", "health", "--record", "run.json"]);
    assert!(!recorded.stdout.contains(token) && !repository.read("run.json").contains(token));
}

#[test]
fn eight_processes_that_save_at_once_leave_a_whole_baseline() {
    let repository = healthy();
    let children: Vec<_> = (0..8)
        .map(|_| {
            let mut command = binary();
            command.args(["health", "--save-baseline"]).current_dir(repository.path());
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(repository.run(&["health", "--format", "json"]).expect_code(0).json()["status"], "healthy");
    let left = fs::read_dir(repository.join(".gcp-drift")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(left, ["health-baseline.json"], "no lock and no half of a file is left");
}

#[test]
fn a_replay_judges_the_same() {
    let repository = saved();
    repository.write("reports/junit.xml", &report(90, 10));
    let fresh = repository.run(&["check", "--only", "health", "--format", "json", "--record", "run.json"]);
    let recording = repository.join("run.json");
    let elsewhere = Repository::empty();
    let replayed = elsewhere.run(&["check", "--format", "json", "--replay", recording.to_str().unwrap()]);
    assert_eq!(replayed.stdout, fresh.stdout);
    assert_eq!((replayed.code, fresh.code), (2, 2));
}

#[test]
fn reports_are_named_by_file_and_pattern_and_merged_in_order() {
    let repository = without_baseline();
    let retry = "<testsuite name=\"pytest\"><testcase classname=\"t\" name=\"fail_0\"/></testsuite>";
    repository.write("out/shard-2.xml", &report(0, 1));
    repository.write("out/shard-10.xml", retry);
    repository.write("out/other.xml", &report(3, 0));
    let unwell = |arguments: &[&str]| {
        let outcome = repository.run(&[&["health", "--format", "json"], arguments].concat()).expect_code(0);
        (outcome.json()["unwell"].clone(), outcome.json()["metrics"]["tests_run"]["now"].clone())
    };
    assert_eq!(unwell(&["--junit", "out/*.xml"]), (json!({ "t::fail_0": "flaky" }), json!(4)));
    // Against their numbers: what failed last has failed.
    let named = ["--junit", "out/shard-10.xml", "--junit", "out/shard-2.xml"];
    assert_eq!(unwell(&named), (json!({ "t::fail_0": "failed" }), json!(1)));
    let absolute = repository.join("out/other.xml");
    assert_eq!(unwell(&["--junit", absolute.to_str().unwrap()]), (json!({}), json!(3)));
    let outcome = repository.run(&["health", "--junit", "gone/*.xml"]).expect_code(3);
    assert!(outcome.stdout.contains("not measured: no report is there for `gone/*.xml`"), "{}", outcome.stdout);
}

#[cfg(unix)]
#[test]
fn nothing_is_read_or_written_outside_the_repository() {
    let outside = Repository::empty();
    outside.write("junit.xml", &report(1, 0));
    let repository = saved();
    fs::remove_file(repository.join("reports/junit.xml")).unwrap();
    std::os::unix::fs::symlink(outside.join("junit.xml"), repository.join("reports/junit.xml")).unwrap();
    assert!(unchecked(&repository)[0].1.contains("a link leads out of the repository"));
    let repository = healthy();
    std::os::unix::fs::symlink(outside.path(), repository.join(".gcp-drift")).unwrap();
    repository.run(&["health", "--save-baseline"]).expect_code(1);
    assert!(!outside.join("health-baseline.json").exists());
}

#[test]
fn hostile_reports_are_refused_in_little_time() {
    let repository = saved();
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><testsuite name=\"&b;\"/>";
    let deep = "<testsuite>".repeat(200_000);
    let binary_noise: String = (0..50_000_u32).filter_map(|at| char::from_u32(at * 7 % 0x800)).collect();
    for text in [laughs, &deep, &binary_noise, "<testsuites", ""] {
        repository.write("reports/junit.xml", text);
        assert_eq!(unchecked(&repository)[0].0, "health-rate-rose");
    }
    let large = fs::File::create(repository.join("reports/junit.xml")).unwrap();
    large.set_len(600 << 20).unwrap();
    assert!(unchecked(&repository)[0].1.contains("larger than 512 MiB"));
    fs::remove_file(repository.join("reports/junit.xml")).unwrap();
    fs::create_dir(repository.join("reports/junit.xml")).unwrap();
    assert_eq!(unchecked(&repository)[0].0, "health-rate-rose");
}

/// What is to be read of the tests in health/pytest/project; those that are not here passed or were skipped.
fn pytest_truth() -> Value {
    json!({
        "test_outcomes::test_fails": "failed",
        "test_outcomes::test_meets_a_timeout_of_its_own": "failed",
        "test_outcomes::test_quotes_the_text_of_a_timeout": "failed",
        "test_outcomes::test_is_stopped": "timed-out",
        "test_outcomes::test_setup_breaks": "error",
        "test_outcomes::test_teardown_breaks": "error",
        "test_outcomes::test_fails_and_teardown_breaks": "error",
        "test_outcomes::test_setup_is_stopped": "timed-out",
        "test_outcomes::test_passes_and_must_not": "failed",
        "test_outcomes.Case::test_fails_in_a_part": "failed",
        "test_outcomes::test_passes_when_repeated": "flaky",
        "test_outcomes::test_fails_when_repeated": "failed",
        "test_outcomes::test_is_stopped_once": "flaky",
    })
}

#[track_caller]
fn expect_pytest_truth(report: &Path) {
    let repository = without_baseline();
    let outcome = repository.run(&["health", "--format", "json", "--junit", report.to_str().unwrap()]).expect_code(0);
    let health = outcome.json();
    assert_eq!(health["unwell"], pytest_truth(), "{}", report.display());
    assert_eq!(health["uncollected"], json!(["test_broken"]));
    let metrics = &health["metrics"];
    // Passed: one plain, one unexpectedly, four parameters, one method, one nested. Skipped: a mark, an expected
    // failure, a module.
    assert_eq!((&metrics["run_passed"]["now"], &metrics["run_skipped"]["now"]), (&json!(8), &json!(3)));
    assert_eq!(metrics["tests_run"]["now"], json!(21));
    assert!(metrics["test_seconds_total"]["now"].as_f64().unwrap() > 0.5);
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/health/pytest")
}

#[test]
fn recorded_reports_of_pytest_are_read_as_its_tests_ended() {
    for family in ["xunit1.xml", "xunit2.xml"] {
        expect_pytest_truth(&folder().join(family));
    }
}

/// Says that a test is skipped; see .ci/allowed-skips.
fn skip(what: &str) {
    use std::io::Write;
    // Past the capture of the test harness, so that it is always seen.
    let mut stderr = std::io::stderr();
    writeln!(stderr, "SKIPPED: {what}").unwrap();
}

#[test]
fn reports_of_the_real_pytest_are_read_as_its_tests_ended() {
    let work = tempfile::tempdir().unwrap();
    let venv = work.path().join("venv");
    let Ok(made) = Command::new("python3").args(["-m", "venv"]).arg(&venv).output() else {
        return skip("python3 is not on PATH");
    };
    let bin = venv.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let install = |requirements: &Path| {
        let mut pip = Command::new(bin.join("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(requirements);
        pip.output().is_ok_and(|output| output.status.success())
    };
    if !made.status.success() || !install(&folder().join("requirements.txt")) {
        return skip("pytest cannot be installed into a virtual environment");
    }
    let project = work.path().join("project");
    fs::create_dir(&project).unwrap();
    for entry in fs::read_dir(folder().join("project")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), project.join(entry.file_name())).unwrap();
        }
    }
    for family in ["xunit1", "xunit2"] {
        let report = work.path().join(format!("{family}.xml"));
        let mut pytest = Command::new(bin.join("python"));
        pytest.args(["-m", "pytest", "-q", "-o", &format!("junit_family={family}")]);
        pytest.arg(format!("--junitxml={}", report.display())).current_dir(&project);
        let output = pytest.output().unwrap();
        assert!(report.exists(), "{}", String::from_utf8_lossy(&output.stdout));
        expect_pytest_truth(&report);
    }
}
