//! An annotation of the VPC access stands where the API refuses it or does not look.

use super::{Check, Scene, config_problems};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::{ConfigProblem, ProblemKind};

/// The rule.
pub static RULE: Rule = Rule::new(
    "annotation-misplaced",
    Part::Vpc,
    Severity::High,
    "an annotation of the VPC access stands where it is refused",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let mut verdicts = config_problems::judge(scene, &RULE, ProblemKind::AnnotationMisplaced);
    let deploy = &scene.evidence.deploy;
    let found = deploy.problems.iter().filter(|problem| problem.kind == ProblemKind::AnnotationMisplaced);
    let found: Vec<Verdict> = found.map(|problem| of_manifest(problem).into()).collect();
    if !found.is_empty() {
        verdicts.retain(|verdict| matches!(verdict, Verdict::Finding(_)));
        verdicts.extend(found);
    }
    verdicts
}

/// A finding about a manifest.
fn of_manifest(problem: &ConfigProblem) -> Finding {
    let title = format!("{}: {}", problem.address, problem.text);
    let mut builder = Finding::builder(&RULE, Subject::local("manifest", &*problem.address), title)
        .baseline(Baseline::Deploy)
        .why("Cloud Run does not take the setting from there: it refuses the deploy, or goes on without it");
    if let Some(field) = &problem.field {
        builder = builder.field(&**field);
    }
    for written in &problem.places {
        builder = match &written.value {
            Some(value) => builder.declared(Some(value.clone()), &*problem.address, written.origin.clone()),
            None => builder.place(written.origin.clone()),
        };
    }
    match problem.places.first() {
        Some(first) => builder.edit(&*problem.edit, first.origin.clone()).build(),
        None => builder.build(),
    }
}
