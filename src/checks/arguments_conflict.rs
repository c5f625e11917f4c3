//! Arguments of one resource exclude each other, or one is of no use without another.

use super::{Check, Scene, config_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::ProblemKind;

/// The rule.
pub static RULE: Rule =
    Rule::new("arguments-conflict", Part::Vpc, Severity::High, "arguments of one resource exclude each other");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    config_problems::judge(scene, &RULE, ProblemKind::ArgumentsConflict)
}
