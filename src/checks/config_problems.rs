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
        // A value that may not be shown is not one that is left out.
        builder = match (&written.value, problem.kind) {
            (None, ProblemKind::ArgumentMissing) | (Some(_), _) => {
                builder.declared(written.value.clone(), &*problem.address, written.origin.clone())
            }
            (None, _) => builder.place(written.origin.clone()),
        };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::{Limits, argument_invalid, argument_unsupported};
    use crate::finding::Part;
    use crate::model::{Declared, DeclaredSource, Fact, Network, Origin, Presence};
    use crate::model::{Evidence, Excerpts, NetworkName, RepoPath, SourceFile, Written};
    use crate::reconcile::Reconciled;

    fn origin() -> Origin {
        SourceFile::new(RepoPath::new("main.tf"), "name = 1", &Excerpts::default()).origin(0..4)
    }

    fn problem(kind: ProblemKind, refused_by: RefusedBy, value: Option<&str>) -> ConfigProblem {
        ConfigProblem {
            kind,
            address: "google_compute_network.n".to_owned(),
            field: Some("name".to_owned()),
            text: "name is wrong".to_owned(),
            refused_by,
            edit: "correct name".to_owned(),
            places: vec![Written { value: value.map(str::to_owned), origin: origin() }],
        }
    }

    fn evidence(problems: Vec<ConfigProblem>) -> Evidence {
        let mut evidence = Evidence::default();
        let name = NetworkName { project: "p".to_owned(), name: "n".to_owned() };
        evidence.terraform.judged = true;
        evidence.terraform.roots = vec![".".to_owned()];
        evidence.terraform.networks = vec![Declared {
            source: DeclaredSource::Terraform { address: "google_compute_network.n".to_owned(), root: ".".to_owned() },
            presence: Presence::Certain,
            origin: origin(),
            value: Network { name: Fact::Known(name, origin()), auto_create_subnetworks: Fact::Absent(origin()) },
        }];
        evidence.terraform.problems = problems;
        evidence
    }

    fn judged(evidence: &Evidence, rule: &Rule, kind: ProblemKind) -> Vec<Verdict> {
        let limits = Limits { max_files: 10, max_seconds: 1.0 };
        judge(
            &Scene {
                evidence,
                reconciled: &Reconciled::default(),
                limits,
                environments: &std::collections::BTreeMap::new(),
            },
            rule,
            kind,
        )
    }

    #[test]
    fn each_rule_reports_the_problems_of_its_kind() {
        let all = evidence(vec![problem(ProblemKind::ArgumentInvalid, RefusedBy::Api, Some("1"))]);
        let verdicts = judged(&all, &argument_invalid::RULE, ProblemKind::ArgumentInvalid);
        let [Verdict::Finding(finding)] = verdicts.as_slice() else { panic!("{verdicts:?}") };
        assert_eq!(finding.id, "argument-invalid:resource/google_compute_network.n:name");
        assert_eq!((finding.part, finding.severity), (Part::Vpc, Severity::High));
        assert_eq!(finding.declared[0].value.as_deref(), Some("1"));
        assert!(finding.why.contains("the API refuses it"), "{}", finding.why);
        let others = judged(&all, &argument_unsupported::RULE, ProblemKind::ArgumentUnsupported);
        assert_eq!(others, [Verdict::Clean]);
    }

    #[test]
    fn what_a_newer_provider_may_take_is_less_bad() {
        let all = evidence(vec![problem(ProblemKind::ArgumentUnsupported, RefusedBy::Perhaps, None)]);
        let verdicts = judged(&all, &argument_unsupported::RULE, ProblemKind::ArgumentUnsupported);
        let [Verdict::Finding(finding)] = verdicts.as_slice() else { panic!("{verdicts:?}") };
        assert_eq!(finding.severity, Severity::Medium);
        assert!(finding.declared.is_empty() && finding.places.len() == 1, "it is written, whatever its value");
    }

    #[test]
    fn what_was_never_judged_is_not_clean() {
        let mut all = evidence(Vec::new());
        all.terraform.judged = false;
        let verdicts = judged(&all, &argument_invalid::RULE, ProblemKind::ArgumentInvalid);
        assert_eq!(verdicts, [Verdict::NotApplicable]);
    }
}
