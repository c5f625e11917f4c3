//! What keeps pytest from starting, its configuration file aside.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::origin::Place;

/// The rule.
pub static RULE: Rule =
    Rule::new("pytest-does-not-start", Part::Discovery, Severity::Critical, "pytest does not start");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    if tests.discovered.refusals.is_empty() {
        return vec![Verdict::Clean];
    }
    tests.discovered.refusals.iter().map(one).collect()
}

fn one(why: &crate::model::Why) -> Verdict {
    let origin = match &why.place {
        Some(Place::Origin(origin)) => Some(origin.clone()),
        _ => None,
    };
    let file = origin.as_ref().and_then(|origin| origin.source()).map(|span| span.file.to_string());
    let subject = Subject::local("file", file.unwrap_or_else(|| "pytest configuration".to_owned()));
    let builder = Finding::builder(&RULE, subject, why.text.clone()).why("not one test runs");
    match origin {
        Some(origin) => builder.place(origin.clone()).edit("correct it", origin).build().into(),
        None => builder.build().into(),
    }
}
