//! A revision that serves has other VPC access than the service's template: what is configured is not what runs.

use super::expected::settled;
use super::{Check, Scene, gcloud_command, unseen_region};
use crate::finding::{Finding, Part, Rule, Severity, Verdict};
use crate::model::{Api, LiveWorkload, Origin, VpcAccess, Why, WhyKind, WorkloadKind};
use crate::reconcile::equivalence::compare_vpc_access;
use crate::reconcile::{Comparison, ServingRevision, WorkloadPair};

/// The rule.
pub static RULE: Rule = Rule::new(
    "traffic-on-stale-revision",
    Part::Vpc,
    Severity::High,
    "traffic goes to a revision whose VPC access differs from the template",
);
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&RULE], |_, pair| vec![one(pair)]).and_of_scene(unseen);

fn unseen(scene: &Scene<'_>) -> Vec<Verdict> {
    unseen_region::not_checked(scene, &RULE, Api::RunServices)
}

fn one(pair: &WorkloadPair<'_>) -> Verdict {
    let not_checked = |why| Verdict::not_checked(&RULE, pair.subject(), Some("traffic"), why);
    let live = match settled(pair) {
        Ok(live) => live,
        // Declared or not: whatever is live serves through some revision.
        Err(Some(why)) if pair.kind != WorkloadKind::Job => return not_checked(why),
        Err(_) => return Verdict::NotApplicable,
    };
    if live.name.kind == WorkloadKind::Job {
        return Verdict::NotApplicable;
    }
    if pair.serving.is_empty() {
        let text = format!("the API names no revision of {} that serves", live.name.name);
        let place = Origin::live(live.name.to_string(), "trafficStatuses");
        return not_checked(Why::at(WhyKind::Malformed, text, place));
    }
    let mut stale: Vec<(&ServingRevision<'_>, &VpcAccess)> = Vec::new();
    let mut doubt = None;
    for revision in &pair.serving {
        match &revision.vpc {
            Err(why) => doubt = doubt.or_else(|| Some(why.clone())),
            Ok(vpc) => match compare_vpc_access(vpc, &live.workload.vpc) {
                Comparison::Same => {}
                Comparison::Different => stale.push((revision, vpc)),
                Comparison::Undecidable(why) => doubt = doubt.or(Some(why.into())),
            },
        }
    }
    // The revision with most traffic leads.
    stale.sort_by_key(|(revision, _)| std::cmp::Reverse(revision.serving.percent));
    match (stale.first(), doubt) {
        (Some((worst, vpc)), _) => finding(pair, live, worst, vpc, &stale),
        (None, Some(why)) => not_checked(*why),
        (None, None) => Verdict::Clean,
    }
}

fn finding(
    pair: &WorkloadPair<'_>,
    live: &LiveWorkload,
    worst: &ServingRevision<'_>,
    vpc: &VpcAccess,
    stale: &[(&ServingRevision<'_>, &VpcAccess)],
) -> Verdict {
    let name = &live.name;
    let revision = worst.serving.revision.as_deref().unwrap_or("?");
    let only_tags = stale.iter().all(|(revision, _)| revision.serving.percent == 0);
    let share = match (&worst.serving.tag, worst.serving.percent) {
        (Some(tag), 0) => format!("tag {tag}"),
        (_, percent) if name.kind == WorkloadKind::WorkerPool => format!("{percent} % of the instances"),
        (_, percent) => format!("{percent} % of the traffic"),
    };
    let title = format!("{share} of {} goes to revision {revision}, which {}", name.name, described(vpc));
    let others: Vec<&str> = stale.iter().skip(1).filter_map(|(other, _)| other.serving.revision.as_deref()).collect();
    let note = if others.is_empty() { String::new() } else { format!("also on {}", others.join(", ")) };
    let field = if name.kind == WorkloadKind::WorkerPool { "instanceSplitStatuses" } else { "trafficStatuses" };
    let mut builder = Finding::builder(&RULE, pair.subject(), title)
        .field("traffic")
        .live(Some(format!("revision {revision}, {share}, {}", described(vpc))), name.to_string(), field)
        .live_note(note)
        .why(format!("the template {}: what is configured does not serve", described(&live.workload.vpc)));
    if only_tags {
        builder = builder.severity(Severity::Low);
    }
    for declared in &pair.terraform {
        builder = builder.declared_fact(&declared.value.vpc.connector, declared.source.to_string());
    }
    if name.kind == WorkloadKind::WorkerPool {
        return builder.edit("give all instances of the worker pool to its latest revision", None).build().into();
    }
    builder
        .command(
            gcloud_command::update_traffic(name, "--to-latest"),
            gcloud_command::describe_workload(name),
            gcloud_command::update_traffic(
                name,
                &format!("--to-revisions {}={}", gcloud_command::quoted(revision), worst.serving.percent),
            ),
        )
        .build()
        .into()
}

fn described(vpc: &VpcAccess) -> String {
    let egress = vpc.egress.known().map(|egress| format!(" with egress {}", egress.flag())).unwrap_or_default();
    match vpc.connector.known() {
        Some(connector) => format!("uses connector {}{egress}", connector.name),
        None if vpc.is_detached() => "has no VPC access".to_owned(),
        None if vpc.interfaces.known().is_some() => format!("uses direct VPC egress{egress}"),
        None => "has VPC access that cannot be told".to_owned(),
    }
}
