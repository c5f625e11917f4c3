//! A resource has an argument or block that the provider does not take.

use super::{Check, Scene, config_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::ProblemKind;

/// The rule.
pub static RULE: Rule = Rule::new(
    "argument-unsupported",
    Part::Vpc,
    Severity::High,
    "a resource has an argument or block that the provider does not take",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    config_problems::judge(scene, &RULE, ProblemKind::ArgumentUnsupported)
}
