//! What the rules about a configuration in itself share: each judges the problems of one kind.

use super::Scene;
use crate::finding::{Baseline, Finding, Rule, Severity, Subject, Verdict};
use crate::model::{ConfigProblem, ProblemKind, RefusedBy};

/// The verdicts of a rule that reports the problems of one kind.
pub fn judge(scene: &Scene<'_>, rule: &Rule, kind: ProblemKind) -> Vec<Verdict> {
    let terraform = &scene.evidence.terraform;
    // A recording of an earlier version was never judged.
    if !terraform.judged || terraform.roots.is_empty() {
        return vec![Verdict::NotApplicable];
    }
    let found: Vec<Verdict> =
        terraform.problems.iter().filter(|own| own.kind == kind).map(|own| finding(rule, own).into()).collect();
    if !found.is_empty() {
        return found;
    }
    let is_there = !(terraform.connectors.is_empty()
        && terraform.workloads.is_empty()
        && terraform.networks.is_empty()
        && terraform.subnetworks.is_empty());
    vec![if is_there { Verdict::Clean } else { Verdict::NotApplicable }]
}

fn finding(rule: &Rule, problem: &ConfigProblem) -> Finding {
    let kind = if problem.kind == ProblemKind::ReferenceUndeclared { "reference" } else { "resource" };
    let subject = Subject::local(kind, &*problem.address);
    let mut builder = Finding::builder(rule, subject, format!("{}: {}", problem.address, problem.text))
        .baseline(Baseline::Terraform)
        .why(why(problem.refused_by));
    if problem.refused_by == RefusedBy::Perhaps {
        builder = builder.severity(rule.severity.min(Severity::Medium));
    }
    if let Some(field) = &problem.field {
        builder = builder.field(&**field);
    }
    for written in &problem.places {
        builder = builder.declared(written.value.clone(), &*problem.address, written.origin.clone());
    }
    match problem.places.first() {
        Some(first) if !problem.edit.is_empty() => builder.edit(&*problem.edit, first.origin.clone()).build(),
        _ => builder.build(),
    }
}

fn why(refused_by: RefusedBy) -> &'static str {
    match refused_by {
        RefusedBy::Plan => "terraform plan fails on it, so that nothing of this root can be applied",
        RefusedBy::Api => "terraform plan does not see it, and the API refuses it while it is applied",
        RefusedBy::Perhaps => "terraform plan fails on it, unless a newer provider than this version knows takes it",
    }
}
