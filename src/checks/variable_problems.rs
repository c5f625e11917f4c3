//! What the checks of input variables share: one finding for each problem of a kind.

use super::Scene;
use crate::finding::{Finding, FindingBuilder, Rule, Subject, Verdict};
use crate::model::{VariableProblem, VariableProblemKind};

/// The verdicts of a rule on the problems that `pick` takes; `tell` says what is the rule's own.
pub fn judge(
    scene: &Scene<'_>,
    rule: &Rule,
    pick: impl Fn(&VariableProblem) -> bool,
    tell: impl Fn(FindingBuilder, &VariableProblem) -> FindingBuilder,
) -> Vec<Verdict> {
    let terraform = &scene.evidence.terraform;
    if terraform.roots.is_empty() {
        return vec![Verdict::NotApplicable];
    }
    let one = |problem: &VariableProblem| {
        let builder = Finding::builder(rule, subject(problem), problem.text.clone());
        let builder = match &problem.origin {
            Some(origin) => builder.place(origin.clone()),
            None => builder,
        };
        tell(builder, problem).build().into()
    };
    let found: Vec<Verdict> = terraform.variable_problems.iter().filter(|own| pick(own)).map(one).collect();
    if found.is_empty() { vec![Verdict::Clean] } else { found }
}

/// The file, or the variable with its root module where that is not the repository itself.
fn subject(problem: &VariableProblem) -> Subject {
    if problem.kind == VariableProblemKind::FileUnused {
        return Subject::local("file", problem.variable.clone());
    }
    match &*problem.root {
        "" | "." => Subject::local("variable", problem.variable.clone()),
        root => Subject::local("variable", format!("{root}: {}", problem.variable)),
    }
}

#[cfg(test)]
pub(in crate::checks) mod tests {
    use crate::checks::{Check, Limits, Scene};
    use crate::finding::{Finding, Verdict};
    use crate::model::{Evidence, TerraformDeclarations, VariableProblem, VariableProblemKind};
    use crate::reconcile::Reconciled;

    /// A problem of a kind.
    pub fn problem(kind: VariableProblemKind, root: &str, variable: &str) -> VariableProblem {
        let text = format!("something about {variable}");
        VariableProblem { kind, variable: variable.to_owned(), root: root.to_owned(), text, origin: None }
    }

    /// What a check says of problems in one root module.
    pub fn verdicts(check: &Check, problems: Vec<VariableProblem>) -> Vec<Verdict> {
        let roots = vec!["terraform".to_owned()];
        let terraform =
            TerraformDeclarations { variable_problems: problems, roots, ..TerraformDeclarations::default() };
        let evidence = Evidence { terraform, ..Evidence::default() };
        let limits = Limits { max_files: 1, max_seconds: 1.0 };
        (check.judge)(&Scene {
            evidence: &evidence,
            reconciled: &Reconciled::default(),
            limits,
            environments: &std::collections::BTreeMap::new(),
        })
    }

    /// The findings among verdicts.
    pub fn findings(verdicts: &[Verdict]) -> Vec<&Finding> {
        let one = |verdict: &'_ Verdict| matches!(verdict, Verdict::Finding(_));
        let found = verdicts.iter().filter(|verdict| one(verdict));
        found.filter_map(|verdict| if let Verdict::Finding(own) = verdict { Some(&**own) } else { None }).collect()
    }

    /// Every kind of problem.
    pub fn one_of_each() -> Vec<VariableProblem> {
        vec![
            problem(VariableProblemKind::Undeclared, "terraform", "var.a"),
            problem(VariableProblemKind::AttributeDropped { path: "x.y".into() }, "terraform", "module.m.var.b"),
            problem(VariableProblemKind::ValidationFailed, ".", "var.c"),
            problem(VariableProblemKind::FileUnused, "", "terraform/prod.tfvars"),
        ]
    }
}
