//! Every fault of the staging fixture, taken away from it in turn and planted alone into the clean one.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use super::common::{Repository, fixture, list};

struct Fault {
    name: String,
    patch: PathBuf,
    findings: Vec<Expected>,
}

struct Expected {
    id: String,
    declared: Vec<String>,
    live: Option<String>,
}

/// Reads `faults.toml`.
fn faults() -> Vec<Fault> {
    let folder = fixture("staging");
    let text = std::fs::read_to_string(folder.join("faults.toml")).unwrap();
    let mut document = toml_span::parse(&text).unwrap();
    let value = to_json(document.take());
    list(&value, "fault")
        .iter()
        .map(|fault| Fault {
            name: fault["name"].as_str().unwrap().to_owned(),
            patch: folder.join(fault["patch"].as_str().unwrap()),
            findings: list(fault, "findings").iter().map(expected).collect(),
        })
        .collect()
}

fn to_json(value: toml_span::value::ValueInner<'_>) -> Value {
    use toml_span::value::ValueInner;
    match value {
        ValueInner::String(text) => Value::String(text.into_owned()),
        ValueInner::Integer(number) => number.into(),
        ValueInner::Float(number) => number.into(),
        ValueInner::Boolean(flag) => flag.into(),
        ValueInner::Array(items) => items.into_iter().map(|mut item| to_json(item.take())).collect(),
        ValueInner::Table(table) => {
            table.into_iter().map(|(key, mut item)| (key.name.into_owned(), to_json(item.take()))).collect()
        }
    }
}

fn expected(value: &Value) -> Expected {
    let subject = &value["subject"];
    let mut id = format!("{}:{}", value["rule"].as_str().unwrap(), subject["kind"].as_str().unwrap());
    for key in ["project", "region", "name"] {
        if let Some(text) = subject[key].as_str() {
            id.push('/');
            id.push_str(text);
        }
    }
    if let Some(field) = value["field"].as_str() {
        id.push(':');
        id.push_str(field);
    }
    let declared = value["declared"].as_array().map(Vec::as_slice).unwrap_or_default();
    Expected {
        id,
        declared: declared.iter().map(|place| place.as_str().unwrap().to_owned()).collect(),
        live: value["live"].as_str().map(str::to_owned),
    }
}

fn check(repository: &Repository) -> (BTreeSet<String>, Value) {
    let outcome = repository.run(&["check", "--format", "json"]);
    let ids = outcome.finding_ids();
    let set: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(ids.len(), set.len(), "two findings share an id");
    (set, outcome.json())
}

#[test]
fn staging_has_exactly_the_listed_findings_at_the_listed_places() {
    let repository = Repository::copy_of("staging");
    let (found, report) = check(&repository);
    let faults = faults();
    assert!(faults.len() >= 10, "only {} faults", faults.len());
    let wanted: BTreeSet<String> =
        faults.iter().flat_map(|fault| fault.findings.iter().map(|finding| finding.id.clone())).collect();
    assert_eq!(found, wanted);
    assert_eq!(list(&report, "not_checked"), &Vec::<Value>::new());

    for expected in faults.iter().flat_map(|fault| &fault.findings) {
        let finding = list(&report, "findings").iter().find(|finding| finding["id"] == *expected.id).unwrap();
        let places: BTreeSet<String> = list(finding, "places")
            .iter()
            .map(|place| format!("{}:{}", place["file"].as_str().unwrap_or("live"), place["line"]))
            .collect();
        for place in &expected.declared {
            assert!(places.contains(place), "{}: {place} is not among {places:?}", expected.id);
        }
        if let Some(resource) = &expected.live {
            assert_eq!(finding["live"]["resource"].as_str(), Some(resource.as_str()), "{}", expected.id);
        }
    }
}

#[test]
fn a_fault_that_is_taken_away_takes_exactly_its_findings_along() {
    let (all, _) = check(&Repository::copy_of("staging"));
    for fault in faults() {
        let repository = Repository::copy_of("staging");
        repository.apply(&fault.patch, false);
        let (found, _) = check(&repository);
        let gone: BTreeSet<String> = fault.findings.iter().map(|finding| finding.id.clone()).collect();
        let left: BTreeSet<String> = all.difference(&gone).cloned().collect();
        assert_eq!(found, left, "without {}", fault.name);
    }
}

#[test]
fn a_fault_that_is_planted_alone_gives_exactly_its_findings() {
    for fault in faults() {
        let repository = Repository::copy_of("clean");
        repository.apply(&fault.patch, true);
        let (found, report) = check(&repository);
        let wanted: BTreeSet<String> = fault.findings.iter().map(|finding| finding.id.clone()).collect();
        assert_eq!(found, wanted, "with {}", fault.name);
        assert_eq!(list(&report, "not_checked"), &Vec::<Value>::new(), "with {}", fault.name);
    }
}

#[test]
fn clean_has_nothing_to_report() {
    let outcome = Repository::copy_of("clean").run(&["check", "--format", "json"]).expect_code(0);
    assert_eq!(outcome.finding_ids(), Vec::<String>::new());
    let report = outcome.json();
    assert_eq!(list(&report, "not_checked"), &Vec::<Value>::new());
    // Clean because it was looked at, not because nothing was.
    for part in ["vpc", "policies", "imports", "discovery", "classes"] {
        let found = list(&report, "parts").iter().find(|found| found["part"] == part).unwrap();
        assert_eq!(found["verdict"], "clean", "{part}");
    }
    assert!(list(&report, "coverage").len() >= 6);
    for entry in list(&report, "coverage") {
        assert_eq!(entry["status"], "answered", "{entry}");
    }
}

#[test]
fn staging_with_every_patch_is_clean_byte_for_byte() {
    let repository = Repository::copy_of("staging");
    for fault in faults() {
        repository.apply(&fault.patch, false);
    }
    std::fs::remove_dir_all(repository.join("faults")).unwrap();
    std::fs::remove_file(repository.join("faults.toml")).unwrap();
    let clean = Repository::copy_of("clean");
    assert_eq!(tree(&repository), tree(&clean));
}

fn tree(repository: &Repository) -> Vec<(String, Vec<u8>)> {
    fn walk(folder: &std::path::Path, root: &std::path::Path, into: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, into);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                into.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    walk(repository.path(), repository.path(), &mut files);
    files.sort();
    files
}
