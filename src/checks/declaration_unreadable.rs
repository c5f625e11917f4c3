//! A file that may hold declarations could not be read in full. It is never a finding: it says what was not looked at.

use super::{Check, Scene};
use crate::finding::{Part, Rule, Severity, Subject, Verdict};
use crate::model::{Place, Why};

/// The rule.
pub static RULE: Rule = Rule::new(
    "declaration-unreadable",
    Part::Vpc,
    Severity::Medium,
    "a file that may hold declarations could not be read in full",
);
/// The same for the tests' tree.
pub static TESTS_RULE: Rule = Rule::new(
    "test-file-unreadable",
    Part::Discovery,
    Severity::Medium,
    "a file of the tests' tree could not be read in full",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE, &TESTS_RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let evidence = scene.evidence;
    let declarations = evidence.terraform.incomplete.iter().chain(&evidence.deploy.incomplete);
    let tests = evidence.tests.iter().flat_map(|tests| &tests.incomplete);
    declarations.map(|why| one(&RULE, why)).chain(tests.map(|why| one(&TESTS_RULE, why))).collect()
}

fn one(rule: &Rule, why: &Why) -> Verdict {
    let file = match &why.place {
        Some(Place::Origin(origin)) => origin.source().map(|span| span.file.to_string()),
        _ => None,
    };
    Verdict::not_checked(
        rule,
        Subject::local("file", file.unwrap_or_else(|| "repository".to_owned())),
        None,
        why.clone(),
    )
}
