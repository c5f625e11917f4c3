//! A value is given under a name that no variable has.

use super::{Check, Scene, variable_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::VariableProblemKind;

/// The rule.
pub static RULE: Rule = Rule::new(
    "variable-undeclared",
    Part::Vpc,
    Severity::Medium,
    "a value is given for a variable that is not declared",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    variable_problems::judge(
        scene,
        &RULE,
        |own| matches!(own.kind, VariableProblemKind::Undeclared),
        |builder, own| {
            builder
                .why(
                    "Terraform ignores it: a name that is misspelt leaves the variable that was meant at another value",
                )
                .edit("spell the name of a declared variable, declare it, or take the value away", own.origin.clone())
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
        assert_eq!(ids, ["variable-undeclared:variable/terraform: var.a"]);
        assert!(findings(&told).iter().all(|own| !own.why.is_empty() && !own.fix.is_empty()));
        assert!(matches!(*verdicts(&CHECK, Vec::new()), [Verdict::Clean]));
    }
}
