//! An annotation of the VPC access stands where the API refuses it or does not look.

use super::{Check, Scene, config_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::ProblemKind;

/// The rule.
pub static RULE: Rule = Rule::new(
    "annotation-misplaced",
    Part::Vpc,
    Severity::High,
    "an annotation of the VPC access stands where it is refused",
);
/// The check.
pub static CHECK: Check = Check { rules: &[&RULE], judge };

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    config_problems::judge(scene, &RULE, ProblemKind::AnnotationMisplaced)
}
