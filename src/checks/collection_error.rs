//! Files, classes and folders that pytest cannot collect, for other reasons than an import or the syntax.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::discovered::CollectionError;
use crate::model::origin::Place;
use crate::model::{Origin, TestIndex};

/// The rule.
pub static RULE: Rule =
    Rule::new("collection-error", Part::Discovery, Severity::High, "pytest cannot collect a file, class or folder");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    let errors = tests.discovered.errors.iter().filter(|error| !is_of_a_mark(tests, error));
    let found: Vec<Verdict> = errors.map(one).collect();
    if found.is_empty() { vec![Verdict::Clean] } else { found }
}

/// True for a file that is refused for a mark: the rule on marks says it once for all files.
fn is_of_a_mark(tests: &TestIndex, error: &CollectionError) -> bool {
    let Some(Place::Origin(place)) = &error.why.place else { return false };
    let start = |origin: &Origin| origin.source().map(|span| (span.file.clone(), span.start));
    tests.marks.iter().flat_map(|mark| &mark.places).any(|mark| start(mark) == start(place))
}

fn one(error: &CollectionError) -> Verdict {
    let title = format!("pytest cannot collect {}: {}", error.id, error.why.text);
    let builder = Finding::builder(&RULE, Subject::local("collector", error.id.clone()), title)
        .why("none of its tests runs, and the session fails");
    match &error.why.place {
        Some(Place::Origin(origin)) => builder.place(origin.clone()).edit("correct it", origin.clone()).build().into(),
        _ => builder.build().into(),
    }
}
