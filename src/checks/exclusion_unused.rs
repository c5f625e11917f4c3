//! An exclusion pattern that somebody wrote, and that drops nothing.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};

/// The rule.
pub static RULE: Rule =
    Rule::new("exclusion-unused", Part::Discovery, Severity::Low, "a configured exclusion pattern drops no test file");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    if tests.discovered.unused_exclusions.is_empty() {
        return vec![Verdict::Clean];
    }
    tests.discovered.unused_exclusions.iter().map(one).collect()
}

fn one(pattern: &String) -> Verdict {
    Finding::builder(
        &RULE,
        Subject::local("pattern", pattern.clone()),
        format!("the pattern {pattern} drops no test file"),
    )
    .why("either what it was meant for is gone, or it is misspelt and what it was meant for is still discovered")
    .edit("take it out of [tests] exclude, or correct it", None)
    .build()
    .into()
}
