//! A value carries an attribute that the type of its variable drops.

use super::{Check, Scene, variable_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::VariableProblemKind;

/// The rule.
pub static RULE: Rule = Rule::new(
    "attribute-dropped",
    Part::Vpc,
    Severity::Medium,
    "an attribute is given that the type of its variable does not have",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    variable_problems::judge(
        scene,
        &RULE,
        |own| matches!(own.kind, VariableProblemKind::AttributeDropped { .. }),
        |builder, own| {
            let builder = match &own.kind {
                VariableProblemKind::AttributeDropped { path } => builder.field(path.clone()),
                _ => builder,
            };
            builder
                .why("Terraform drops it without a word when it converts the value to the type of the variable")
                .edit("spell an attribute that the type has, or add it to the type", own.origin.clone())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::variable_problems::tests::{findings, one_of_each, verdicts};
    use super::*;

    #[test]
    fn only_its_own_problem_is_told() {
        let told = verdicts(&CHECK, one_of_each());
        let ids: Vec<&str> = findings(&told).iter().map(|own| own.id.as_str()).collect();
        assert_eq!(ids, ["attribute-dropped:variable/terraform: module.m.var.b:x.y"]);
        assert!(findings(&told).iter().all(|own| !own.why.is_empty() && !own.fix.is_empty()));
        assert!(matches!(*verdicts(&CHECK, Vec::new()), [Verdict::Clean]));
    }
}
