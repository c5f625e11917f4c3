//! A reference leads to a variable, local, module, output, resource or data source that nothing declares.

use super::{Check, Scene, config_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::ProblemKind;

/// The rule.
pub static RULE: Rule = Rule::new(
    "reference-undeclared",
    Part::Vpc,
    Severity::High,
    "a reference leads to something that nothing declares",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    config_problems::judge(scene, &RULE, ProblemKind::ReferenceUndeclared)
}
