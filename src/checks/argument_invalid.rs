//! An argument has a value that the provider or the API does not accept. A value that is not known is none of its business: the comparison with what is live judges it.

use super::{Check, Scene, config_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::ProblemKind;

/// The rule.
pub static RULE: Rule =
    Rule::new("argument-invalid", Part::Vpc, Severity::High, "an argument has a value that is not accepted");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    config_problems::judge(scene, &RULE, ProblemKind::ArgumentInvalid)
}
