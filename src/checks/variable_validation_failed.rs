//! A validation of an input variable is not fulfilled.

use super::{Check, Scene, variable_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::VariableProblemKind;

/// The rule.
pub static RULE: Rule = Rule::new(
    "variable-validation-failed",
    Part::Vpc,
    Severity::High,
    "a value does not fulfil a validation of its variable",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    variable_problems::judge(
        scene,
        &RULE,
        |own| matches!(own.kind, VariableProblemKind::ValidationFailed),
        |builder, own| {
            builder
                .why("Terraform refuses to plan with this value: nothing of this root module can be applied")
                .edit("give a value that the validation allows", own.origin.clone())
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
        assert_eq!(ids, ["variable-validation-failed:variable/var.c"]);
        assert!(findings(&told).iter().all(|own| !own.why.is_empty() && !own.fix.is_empty()));
        assert!(matches!(*verdicts(&CHECK, Vec::new()), [Verdict::Clean]));
    }
}
