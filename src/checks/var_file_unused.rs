//! A file of variables lies in the repository and nothing reads it.

use super::{Check, Scene, variable_problems};
use crate::finding::{Part, Rule, Severity, Verdict};
use crate::model::VariableProblemKind;

/// The rule.
pub static RULE: Rule =
    Rule::new("var-file-unused", Part::Vpc, Severity::Info, "a file of variables is applied by no deployment");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    variable_problems::judge(
        scene,
        &RULE,
        |own| matches!(own.kind, VariableProblemKind::FileUnused),
        |builder, own| {
            builder
                .why("what it would declare was not looked at: Terraform reads it only where `-var-file` names it")
                .edit(format!("name {} under [[terraform.deployments]] in gcp-drift.toml", own.variable), None)
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
        assert_eq!(ids, ["var-file-unused:file/terraform/prod.tfvars"]);
        assert!(findings(&told).iter().all(|own| !own.why.is_empty() && !own.fix.is_empty()));
        assert!(matches!(*verdicts(&CHECK, Vec::new()), [Verdict::Clean]));
    }
}
