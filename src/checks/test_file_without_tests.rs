//! A test file from which nothing is collected.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};

/// The rule.
pub static RULE: Rule = Rule::new("test-file-without-tests", Part::Discovery, Severity::Low, "a test file has no test");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    if tests.discovered.without_tests.is_empty() {
        return vec![Verdict::Clean];
    }
    tests.discovered.without_tests.iter().map(one).collect()
}

fn one(origin: &crate::model::Origin) -> Verdict {
    let path = origin.source().map_or_else(|| "?".to_owned(), |span| span.file.to_string());
    Finding::builder(&RULE, Subject::local("file", path.clone()), format!("{path} has no test"))
        .place(origin.clone())
        .why("it matches `python_files`, so pytest imports it, and it counts as a test file that tests nothing")
        .edit("give it tests, rename it if it is a helper, or delete it", origin.clone())
        .build()
        .into()
}
