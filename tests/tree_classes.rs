//! Required classes and syntax: for every rule trees in which it is the only finding, and its nearest look-alikes.
//!
//! `tests/classes/RULE/` holds trees as text: `=== path`, then the file. The name of a tree says what is expected:
//! `finding-…` is this finding and nothing else but what `BESIDE` names, `look-alike-…` nothing at all, `unknown-…`
//! something that is not checked and no finding.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::common::{Repository, list};

const CONFIG: &str = "[[tests.required_classes]]
name = \"TestHealth\"
category = \"smoke\"
marker = \"smoke\"
files = [\"tests/smoke/*.py\"]
";
const PYTEST: &str =
    "[pytest]\npythonpath = .\nmarkers =\n    smoke: quick\n    slow: not quick\n    smoke_later: other\n";

/// Trees in which discovery rightly says something of the same file.
const BESIDE: [(&str, &str); 4] = [
    ("smoke-class-missing/finding-in-function", "test-file-without-tests"),
    ("smoke-class-not-collectable/finding-file-name", "test-file-unmatched"),
    ("smoke-class-not-collectable/finding-opted-out", "test-file-without-tests"),
    ("smoke-class-without-tests/finding-helpers", "test-file-without-tests"),
];

fn repository(tree: &str) -> Repository {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", CONFIG);
    repository.write("pytest.ini", PYTEST);
    repository.write("requirements.txt", "pytest\n");
    for part in tree.split("=== ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        repository.write(path.trim(), text);
    }
    repository
}

#[test]
fn every_rule_of_classes_has_its_only_finding_and_its_look_alikes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/classes");
    let mut seen: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for rule in fs::read_dir(folder).unwrap() {
        let rule = rule.unwrap();
        let name = rule.file_name().into_string().unwrap();
        for case in fs::read_dir(rule.path()).unwrap() {
            let path = case.unwrap().path();
            let kind = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let outcome =
                repository(&fs::read_to_string(&path).unwrap()).run(&["check", "--only", "tests", "--format", "json"]);
            let report = outcome.json();
            let rules = |key: &str| -> Vec<String> {
                list(&report, key).iter().map(|own| own["rule"].as_str().unwrap().to_owned()).collect()
            };
            let (findings, not_checked) = (rules("findings"), rules("not_checked"));
            let shown = format!("{name}/{kind}: {findings:?}, not checked {not_checked:?}\n{}", outcome.stdout);
            let counts = seen.entry(name.clone()).or_default();
            if kind.starts_with("finding") {
                let beside = BESIDE.iter().find(|(tree, _)| *tree == format!("{name}/{kind}"));
                let expected: BTreeSet<&str> = beside.map(|(_, rule)| *rule).into_iter().chain([&*name]).collect();
                assert_eq!(findings.len(), expected.len(), "{shown}");
                assert_eq!(findings.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected, "{shown}");
                assert!(not_checked.is_empty(), "{shown}");
                assert_eq!(outcome.code, 2, "{shown}");
                // Every rule needs a tree in which it is the only one.
                counts.0 += usize::from(beside.is_none());
            } else if kind.starts_with("unknown") {
                assert!(findings.is_empty() && !not_checked.is_empty(), "{shown}");
                assert_eq!(outcome.code, 3, "{shown}");
            } else {
                assert!(kind.starts_with("look-alike") && findings.is_empty() && not_checked.is_empty(), "{shown}");
                assert_eq!(outcome.code, 0, "{shown}");
                counts.1 += 1;
            }
        }
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
    assert!(seen.values().all(|(findings, look_alikes)| *findings > 0 && *look_alikes > 0), "{seen:?}");
}

#[test]
fn show_tests_says_of_a_class_what_is_known() {
    let shown = |tree: &str| repository(tree).run(&["show", "tests"]).expect_code(0).json();
    let marked =
        "import pytest\n\n\n@pytest.mark.smoke\nclass TestHealth:\n    def test_a(self):\n        assert probe()\n";
    let backup = shown(&format!("=== tests/smoke/test_health.py.bak\n{marked}=== a.txt\n"));
    let class = &list(&backup, "classes")[0];
    assert_eq!((class["verdict"].as_str(), class["candidates"][0]["line"].as_u64()), (Some("only-in-backup"), Some(5)));
    assert!(class["candidates"][0]["why_not"].is_null(), "{class}");
    assert_eq!(list(&backup, "backups")[0]["of"], "tests/smoke/test_health.py");

    let renamed = shown(&format!(
        "=== tests/smoke/test_health.py.bak\n{marked}\n    def test_b(self):\n        assert probe()\n=== tests/smoke/test_health.py\n{}\n    def test_b(self):\n        assert probe()\n",
        marked.replace("TestHealth", "TestHealthNow")
    ));
    let why_not = list(&renamed, "classes")[0]["candidates"][0]["why_not"].as_str().unwrap().to_owned();
    assert!(why_not.contains("`TestHealthNow` in tests/smoke/test_health.py:5"), "{why_not}");

    let unknown = shown("=== tests/smoke/test_health.py\nTestHealth = make()\n");
    let class = &list(&unknown, "classes")[0];
    assert_eq!(class["verdict"], "not-checked");
    assert!(class["whys"][0].as_str().unwrap().contains("is assigned"), "{class}");
}
