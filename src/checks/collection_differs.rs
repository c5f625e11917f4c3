//! What the project's own pytest collected, against what was read: two rules over one run.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::discovered::{Collection, CollectionEnd, Difference};
use crate::model::{Why, WhyKind};

/// pytest and the reading see different tests.
pub static DIFFERS: Rule = Rule::new(
    "collection-differs",
    Part::Discovery,
    Severity::Medium,
    "pytest collects other tests from a file than were read",
);
/// pytest did not end in time.
pub static TIMEOUT: Rule =
    Rule::new("collection-timeout", Part::Discovery, Severity::High, "pytest does not collect within the time limit");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&DIFFERS, &TIMEOUT], judge);

/// How many tests a title names.
const MAX_NAMED: usize = 3;

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let tests = scene.evidence.tests.as_ref();
    let Some(collection) = tests.and_then(|tests| tests.collection.as_ref()) else {
        return vec![Verdict::NotApplicable];
    };
    let subject = || Subject::local("command", collection.command.clone());
    match &collection.end {
        CollectionEnd::Failed(words) => {
            let text = format!("`{}` did not collect: {words}", collection.command);
            vec![Verdict::not_checked(&DIFFERS, subject(), None, Why::new(WhyKind::Environment, text))]
        }
        CollectionEnd::TimedOut => {
            let title = format!("pytest did not collect within {} s", collection.timeout);
            let finding = Finding::builder(&TIMEOUT, subject(), title)
                .why("it was killed; collection imports every test file and all conftest files before the first test runs")
                .command(
                    "python -X importtime -m pytest --collect-only -q 2> import-times.txt",
                    "the slowest imports stand at the end of import-times.txt",
                    "",
                )
                .edit("make the slow imports lazy, or raise [tests.collect] timeout", None);
            let unread = Why::new(WhyKind::Limit, format!("pytest was killed after {} s", collection.timeout));
            vec![finding.build().into(), Verdict::not_checked(&DIFFERS, subject(), None, unread)]
        }
        CollectionEnd::Collected if collection.differences.is_empty() => vec![Verdict::Clean],
        CollectionEnd::Collected => {
            let listed = collection.differences.iter().map(|difference| one(collection, difference));
            listed.chain(unlisted(collection, subject())).collect()
        }
    }
}

/// The differences of the files that are not listed one by one.
fn unlisted(collection: &Collection, subject: Subject) -> Option<Verdict> {
    let more = collection.more_differences;
    if more == 0 {
        return None;
    }
    let title = match more {
        1 => "pytest and the reading differ in 1 more file".to_owned(),
        more => format!("pytest and the reading differ in {more} more files"),
    };
    let listed = collection.differences.len();
    let finding = Finding::builder(&DIFFERS, subject, title)
        .why(format!("only the first {listed} of them are listed; so many have one cause more often than many"))
        .command(collection.command.clone(), "", "");
    Some(finding.build().into())
}

fn one(collection: &Collection, difference: &Difference) -> Verdict {
    let id = &difference.id;
    let mut parts = Vec::new();
    if let Some(error) = &difference.error {
        let words = if error.is_empty() { String::new() } else { format!(" ({error})") };
        parts.push(format!("pytest cannot collect it{words}"));
    }
    if !difference.only_pytest.is_empty() {
        parts.push(format!("pytest alone collects {}", named(&difference.only_pytest, difference.more.0)));
    }
    if !difference.only_read.is_empty() && difference.error.is_none() {
        parts.push(format!("pytest does not collect {}", named(&difference.only_read, difference.more.1)));
    }
    Finding::builder(&DIFFERS, Subject::local("file", id.clone()), format!("{id}: {}", parts.join("; ")))
        .why("what is judged of this file from its text is not what runs; the environment or a plugin decides")
        .command(collection.command.clone(), "", "")
        .build()
        .into()
}

/// The first of some tests, of which so many more are not listed.
fn named(tests: &[String], unlisted: usize) -> String {
    let shown: Vec<&str> = tests.iter().take(MAX_NAMED).map(String::as_str).collect();
    match tests.len().saturating_sub(MAX_NAMED) + unlisted {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
