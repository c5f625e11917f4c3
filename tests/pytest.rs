//! What is read of small pytest projects is what the real pytest 8 and 9 collect from them.
//!
//! Each folder of tests/pytest has a project, what the two pytests printed of it (`truth8.txt`, `truth9.txt`, written by
//! record.py), the folder in which they were started where it is not the project (`root.txt`), and, where it cannot be
//! told what is collected, the ids of that with the places that say why (`unsure.txt`).

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use gcp_drift::config::TestsConfig;
use gcp_drift::model::origin::Place;
use gcp_drift::model::{Excerpts, Why};
use gcp_drift::testinfra;

use super::common::copy;

mod collection;

const GENERATIONS: [u8; 2] = [8, 9];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pytest")
}

/// Prints a line also where the test passes.
pub fn said(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// The projects, in order.
fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.join("project").is_dir()).collect();
    cases.sort();
    cases
}

/// The folder in which pytest is started, inside of the project.
fn root(case: &Path) -> String {
    fs::read_to_string(case.join("root.txt")).map_or_else(|_| ".".to_owned(), |text| text.trim().to_owned())
}

/// What is collected: whether pytest starts, lines as record.py prints them, and what cannot be told.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answer {
    refused: bool,
    lines: BTreeSet<String>,
}

/// An answer as it was recorded.
fn recorded(text: &str) -> Answer {
    let mut lines = text.lines();
    let code = lines.next().unwrap().strip_prefix("exit ").unwrap();
    // 0, 2 and 5 are those of a session that took place; where it did not, what it had seen does not matter.
    let refused = !matches!(code, "0" | "2" | "5");
    Answer { refused, lines: if refused { BTreeSet::new() } else { lines.map(str::to_owned).collect() } }
}

fn place(why: &Why) -> String {
    let span = match &why.place {
        Some(Place::Origin(origin)) => origin.source(),
        _ => None,
    };
    span.map_or_else(|| "nowhere".to_owned(), |span| format!("{}:{}", span.file, span.start.line))
}

/// The answer that is read, with what cannot be told: an id and a place a line.
fn read(case: &Path, generation: u8) -> (Answer, Vec<String>) {
    let config = TestsConfig {
        root: root(case),
        python_version: Some("3.11".to_owned()),
        pytest_version: Some(generation),
        ..TestsConfig::default()
    };
    let copied = tempfile::tempdir().unwrap();
    copy(&case.join("project"), copied.path());
    let collected = testinfra::index(copied.path(), &config, &Excerpts::default()).collected;
    let mut answer = Answer { refused: !collected.refusals.is_empty(), lines: BTreeSet::new() };
    let mut unsure: Vec<String> = collected.unsure.iter().map(|(id, why)| format!("{id} {}", place(why))).collect();
    answer.lines.extend(collected.errors.keys().map(|id| format!("error {id}")));
    let below = |id: &str, inner: &str| if inner.is_empty() { id.to_owned() } else { format!("{id}::{inner}") };
    for file in &collected.files {
        answer.lines.extend(file.tests.iter().map(|test| below(&file.id, test)));
        answer.lines.extend(file.errors.iter().map(|(inner, _)| format!("error {}", below(&file.id, inner))));
        unsure.extend(file.unsure.iter().map(|(inner, why)| format!("{} {}", below(&file.id, inner), place(why))));
    }
    unsure.sort();
    unsure.dedup();
    (answer, unsure)
}

/// Drops what lies under an id that cannot be told.
fn told(lines: &BTreeSet<String>, unsure: &[String]) -> BTreeSet<String> {
    let under = |line: &str, id: &str| {
        let line = line.strip_prefix("error ").unwrap_or(line);
        id.is_empty() || line.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    };
    let in_doubt = |line: &&String| unsure.iter().any(|entry| under(line, entry.rsplit_once(' ').unwrap().0));
    lines.iter().filter(|line| !in_doubt(line)).cloned().collect()
}

#[test]
fn what_is_read_is_what_pytest_8_and_9_collect() {
    let mut wrong = Vec::new();
    let (mut equal, mut all, mut open) = (0, 0, 0);
    for case in cases() {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let listed = fs::read_to_string(case.join("unsure.txt")).unwrap_or_default();
        for generation in GENERATIONS {
            all += 1;
            let truth = recorded(&fs::read_to_string(case.join(format!("truth{generation}.txt"))).unwrap());
            let (answer, unsure) = read(&case, generation);
            let expected: Vec<&str> = listed.lines().collect();
            open += usize::from(!unsure.is_empty());
            let everything = unsure.iter().any(|entry| entry.starts_with(' '));
            let same = (truth.refused == answer.refused || everything)
                && told(&truth.lines, &unsure) == told(&answer.lines, &unsure);
            if same && unsure == expected {
                equal += 1;
                continue;
            }
            let missing: Vec<_> = truth.lines.difference(&answer.lines).collect();
            let surplus: Vec<_> = answer.lines.difference(&truth.lines).collect();
            wrong.push(format!(
                "{name}, pytest {generation}: refused {} (read: {}), not read {missing:?}, read alone {surplus:?}, \
                 not told {unsure:?}, expected {expected:?}",
                truth.refused, answer.refused
            ));
        }
    }
    said(&format!("equal {equal}/{all}, of which {open} with a part that cannot be told"));
    assert!(wrong.is_empty(), "equal {equal}/{all}\n{}", wrong.join("\n"));
    assert!(all >= 2 * 80, "only {all} answers were compared");
}

/// Re-records the truth with the real pytests, where `make pytests` has installed them.
#[cfg(unix)]
#[test]
fn the_recorded_truth_is_what_the_installed_pytests_collect() {
    for generation in GENERATIONS {
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/pytest{generation}/bin/python"));
        if !python.exists() {
            said("SKIPPED: make pytests has not been run");
            return;
        }
        let copied = tempfile::tempdir().unwrap();
        let folders: Vec<PathBuf> = cases()
            .iter()
            .map(|case| {
                let target = copied.path().join(case.file_name().unwrap());
                fs::create_dir(&target).unwrap();
                copy(&case.join("project"), &target);
                target.join(root(case))
            })
            .collect();
        let output = Command::new(&python).arg(folder().join("record.py")).args(&folders).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let printed = String::from_utf8(output.stdout).unwrap();
        let answers: Vec<&str> = printed.split("== ").skip(1).collect();
        assert_eq!(answers.len(), folders.len());
        let mut wrong = Vec::new();
        for (case, answer) in cases().iter().zip(answers) {
            let (_, now) = answer.split_once('\n').unwrap();
            let path = case.join(format!("truth{generation}.txt"));
            if std::env::var_os("UPDATE_PYTEST_TRUTH").is_some() {
                fs::write(&path, now).unwrap();
            }
            if fs::read_to_string(&path).unwrap_or_default() != now {
                wrong.push(format!("{}: {now}", path.display()));
            }
        }
        assert!(wrong.is_empty(), "UPDATE_PYTEST_TRUTH=1 writes it anew\n{}", wrong.join("\n"));
    }
}
