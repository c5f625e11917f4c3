//! A resource type is almost one of the provider's, and none itself.

use super::{Check, Scene, config_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::ProblemKind;

/// The rule.
pub static RULE: Rule =
    Rule::new("resource-type-unknown", Part::Vpc, Severity::High, "a resource type is almost one of the provider's");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    config_problems::judge(scene, &RULE, ProblemKind::ResourceTypeUnknown)
}
