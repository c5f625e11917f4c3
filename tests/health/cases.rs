//! Changes of a healthy repository: for each rule one in which it alone speaks, and the nearest in which it is silent.

use serde_json::{Value, json};

use super::{BASELINE, CONFIG, SMOKE, report};
use crate::common::Repository;

/// The same report, with a file that pytest could not collect.
fn with_uncollected(report: &str, name: &str) -> String {
    let case = format!(
        "<testcase classname=\"\" name=\"{name}\" time=\"0\"><error message=\"collection failure\">E</error></testcase>"
    );
    report.replace("</testsuite>", &format!("{case}</testsuite>"))
}

fn change_baseline(repository: &Repository, change: impl FnOnce(&mut Value)) {
    let mut baseline: Value = serde_json::from_str(&repository.read(BASELINE)).unwrap();
    change(&mut baseline);
    repository.write(BASELINE, &serde_json::to_string(&baseline).unwrap());
}

fn days_ago(days: i64) -> String {
    let then = jiff::Timestamp::now().as_second() - days * 86_400;
    jiff::Timestamp::from_second(then).unwrap().to_string()
}

/// A change of a healthy repository, and the findings that it brings.
pub struct Case {
    pub name: &'static str,
    pub change: fn(&Repository),
    /// Their ids and severities.
    pub findings: &'static [(&'static str, &'static str)],
    /// The rule that might speak of such a change, and does not.
    pub look_alike_of: Option<&'static str>,
}

pub const CASES: &[Case] = &[
    Case { name: "nothing changed", change: |_| {}, findings: &[], look_alike_of: None },
    Case {
        name: "copies double the files",
        change: |repository| {
            repository.write("backups/test_old_a.py", "");
            repository.write("backups/test_old_b.py", "");
        },
        findings: &[("health-files-grew:tree/tests", "medium")],
        look_alike_of: None,
    },
    Case {
        name: "one file more is within the threshold",
        change: |repository| repository.write("backups/test_old_a.py", ""),
        findings: &[],
        look_alike_of: Some("health-files-grew"),
    },
    Case {
        name: "discovery takes longer than a fraction of a nanosecond",
        change: |repository| {
            repository.write("gcp-drift.toml", &format!("{CONFIG}min_discovery_seconds = 0\n"));
            change_baseline(repository, |baseline| baseline["state"]["discovery"]["seconds"] = json!(1e-9));
        },
        findings: &[("health-discovery-slower:tree/tests", "medium")],
        look_alike_of: None,
    },
    Case {
        name: "the same below the floor",
        change: |repository| {
            change_baseline(repository, |baseline| baseline["state"]["discovery"]["seconds"] = json!(1e-9));
        },
        findings: &[],
        look_alike_of: Some("health-discovery-slower"),
    },
    Case {
        name: "a critical import broke",
        change: |repository| repository.write("helpers/base.py", "import helpers.gone\n"),
        findings: &[("health-critical-import-broke:module/helpers.base", "critical")],
        look_alike_of: None,
    },
    Case {
        name: "a critical module imports something broken where it is called",
        change: |repository| {
            repository.write("helpers/base.py", "VALUE = 1\n\n\ndef late():\n    import helpers.gone\n");
        },
        findings: &[],
        look_alike_of: Some("health-critical-import-broke"),
    },
    Case {
        name: "it was broken before",
        change: |repository| {
            repository.write("helpers/base.py", "import helpers.gone\n");
            repository.run(&["health", "--save-baseline"]).expect_code(0);
        },
        findings: &[],
        look_alike_of: Some("health-critical-import-broke"),
    },
    Case {
        name: "a test is gone",
        change: |repository| repository.replace("tests/smoke/test_a.py", "def test_three", "def check_three"),
        findings: &[("health-category-shrank:category/smoke", "high")],
        look_alike_of: None,
    },
    Case {
        name: "a test moved to another file",
        change: |repository| {
            repository.replace("tests/smoke/test_a.py", "def test_three", "def check_three");
            repository.write("tests/smoke/test_b.py", "def test_three():\n    assert 3\n");
        },
        findings: &[],
        look_alike_of: Some("health-category-shrank"),
    },
    Case {
        name: "a test has another name: the count is the same, the identity is not",
        change: |repository| repository.replace("tests/smoke/test_a.py", "def test_three", "def test_drei"),
        findings: &[("health-category-shrank:category/smoke", "medium")],
        look_alike_of: None,
    },
    Case {
        name: "a test without a category is gone",
        change: |repository| repository.write("tests/unit/test_u.py", "VALUE = 1\n"),
        findings: &[("health-category-shrank:category/(none)", "high")],
        look_alike_of: None,
    },
    Case {
        name: "tests came, and none went",
        change: |repository| repository.write("tests/smoke/test_b.py", "def test_four():\n    assert 4\n"),
        findings: &[],
        look_alike_of: Some("health-category-shrank"),
    },
    Case {
        name: "a required class became a stub",
        change: |repository| {
            repository.write(
                "tests/smoke/test_a.py",
                &SMOKE.replace("assert answer(1)", "pass").replace("assert answer(2)", "pass"),
            );
        },
        findings: &[("health-required-class-lost:class/smoke/TestService", "high")],
        look_alike_of: None,
    },
    Case {
        name: "a required class moved to another file of its category",
        change: |repository| {
            repository.write(
                "tests/smoke/test_a.py",
                "from helpers.base import VALUE\n\n\ndef test_three():\n    assert VALUE\n",
            );
            repository.write("tests/smoke/test_c.py", &SMOKE.replace("def test_three", "def check_three"));
        },
        findings: &[],
        look_alike_of: Some("health-required-class-lost"),
    },
    Case {
        name: "a required class was rewritten",
        change: |repository| repository.write("tests/smoke/test_a.py", &SMOKE.replace("answer(1)", "answer(5)")),
        findings: &[],
        look_alike_of: Some("health-required-class-lost"),
    },
    Case {
        name: "more tests fail",
        change: |repository| repository.write("reports/junit.xml", &report(97, 3)),
        findings: &[("health-rate-rose:rate/failure", "high")],
        look_alike_of: None,
    },
    Case {
        name: "one percentage point is within the threshold",
        change: |repository| repository.write("reports/junit.xml", &report(98, 2)),
        findings: &[],
        look_alike_of: Some("health-rate-rose"),
    },
    Case {
        name: "tests are stopped",
        change: |repository| {
            let stopped = report(99, 1).replace("assert 0", "Failed: Timeout (&gt;1.0s) from pytest-timeout.");
            let stopped =
                stopped.replace("pass_1\" time=\"0.5\"/>", "pass_1\"><error type=\"test timeout\"/></testcase>");
            repository.write("reports/junit.xml", &stopped);
        },
        findings: &[("health-rate-rose:rate/timeout", "high")],
        look_alike_of: None,
    },
    Case {
        name: "a file could not be collected in the run",
        change: |repository| repository.write("reports/junit.xml", &with_uncollected(&report(99, 1), "t_new")),
        findings: &[("health-collection-broke:run/collection", "high")],
        look_alike_of: None,
    },
    Case {
        name: "it could not be before either",
        change: |repository| {
            repository.write("reports/junit.xml", &with_uncollected(&report(99, 1), "t_new"));
            repository.run(&["health", "--save-baseline"]).expect_code(0);
        },
        findings: &[],
        look_alike_of: Some("health-collection-broke"),
    },
    Case {
        name: "a file skips itself when it is collected",
        change: |repository| {
            let skips = with_uncollected(&report(99, 1), "t_new")
                .replace("error message=\"collection failure\"", "skipped message=\"collection skipped\"");
            repository.write("reports/junit.xml", &skips.replace("</error>", "</skipped>"));
        },
        findings: &[],
        look_alike_of: Some("health-collection-broke"),
    },
    Case {
        name: "half of the tests ran, and they ended as before",
        change: |repository| repository.write("reports/junit.xml", &report(50, 0)),
        findings: &[],
        look_alike_of: Some("health-rate-rose"),
    },
    Case {
        name: "the baseline is old",
        change: |repository| change_baseline(repository, |baseline| baseline["saved"] = json!(days_ago(92))),
        findings: &[("health-baseline-stale:baseline/.gcp-drift/health-baseline.json", "low")],
        look_alike_of: None,
    },
    Case {
        name: "the baseline is not so old",
        change: |repository| change_baseline(repository, |baseline| baseline["saved"] = json!(days_ago(89))),
        findings: &[],
        look_alike_of: Some("health-baseline-stale"),
    },
];
