//! A resource lacks a required argument, or all of a group of which one is required.

use super::{Check, Scene, config_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::ProblemKind;

/// The rule.
pub static RULE: Rule =
    Rule::new("argument-missing", Part::Vpc, Severity::High, "a resource lacks an argument that it needs");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    config_problems::judge(scene, &RULE, ProblemKind::ArgumentMissing)
}
