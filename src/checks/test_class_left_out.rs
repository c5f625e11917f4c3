//! A class of tests that pytest passes over with no more than a warning.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::origin::Place;

/// The rule.
pub static RULE: Rule = Rule::new(
    "test-class-left-out",
    Part::Discovery,
    Severity::Medium,
    "pytest does not collect a class that has tests",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    if tests.discovered.left_out.is_empty() {
        return vec![Verdict::Clean];
    }
    tests.discovered.left_out.iter().map(one).collect()
}

fn one(class: &crate::model::discovered::LeftOutClass) -> Verdict {
    let subject = Subject::local("class", format!("{}::{}", class.path, class.name));
    let title = format!("pytest does not collect {}: {}", class.name, class.why.text);
    let builder = Finding::builder(&RULE, subject, title).why("its tests never run; pytest says so in a warning only");
    match &class.why.place {
        Some(Place::Origin(origin)) => builder
            .place(origin.clone())
            .edit("move what the constructor does into a fixture or `setup_method`", origin.clone())
            .build()
            .into(),
        _ => builder.build().into(),
    }
}
