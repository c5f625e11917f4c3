//! A file of tests whose name matches no pattern, so that pytest never opens it.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};

/// The rule.
pub static RULE: Rule = Rule::new(
    "test-file-unmatched",
    Part::Discovery,
    Severity::Medium,
    "tests are in a file that no pattern of python_files matches",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    if tests.discovered.unmatched.is_empty() {
        return vec![Verdict::Clean];
    }
    tests.discovered.unmatched.iter().map(one).collect()
}

fn one(file: &crate::model::discovered::UnmatchedFile) -> Verdict {
    let path = file.path.to_string();
    let count = file.tests;
    let noun = if count == 1 { "test" } else { "tests" };
    Finding::builder(
        &RULE,
        Subject::local("file", path.clone()),
        format!("{path} has {count} {noun} that pytest never collects"),
    )
    .place(file.origin.clone())
    .why("its name matches no pattern of `python_files`, and no collected file imports it")
    .edit("rename it to `test_….py`, or add its name to `python_files`", file.origin.clone())
    .build()
    .into()
}
