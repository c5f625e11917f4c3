//! Files, classes and folders that pytest cannot collect, for other reasons than an import or the syntax.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::origin::Place;

/// The rule.
pub static RULE: Rule =
    Rule::new("collection-error", Part::Discovery, Severity::High, "pytest cannot collect a file, class or folder");
/// The check.
pub static CHECK: Check = Check { rules: &[&RULE], judge };

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    if tests.discovered.errors.is_empty() {
        return vec![Verdict::Clean];
    }
    tests.discovered.errors.iter().map(one).collect()
}

fn one(error: &crate::model::discovered::CollectionError) -> Verdict {
    let title = format!("pytest cannot collect {}: {}", error.id, error.why.text);
    let builder = Finding::builder(&RULE, Subject::local("collector", error.id.clone()), title)
        .why("none of its tests runs, and the session fails");
    match &error.why.place {
        Some(Place::Origin(origin)) => builder.place(origin.clone()).edit("correct it", origin.clone()).build().into(),
        _ => builder.build().into(),
    }
}
