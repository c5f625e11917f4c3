//! Traffic of a service, or instances of a worker pool, do not go where they are declared to go.
//!
//! Where nothing is declared, all of it follows the latest ready revision: the API's default. `terraform plan` does not
//! compare a split that is left out. Where deploy commands split the traffic, they are the declaration, and what they
//! leave behind is not known: nothing is said.

use std::borrow::Cow;

use super::applying::{self, Change};
use super::expected::{Expected, settled};
use super::workload_connector_changed::changed_by;
use super::{Check, Scene, gcloud_command};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{Fact, LiveWorkload, Serving, Share, TrafficChangeKind, WorkloadKind};
use crate::reconcile::equivalence::{TRAFFIC, follows_latest};
use crate::reconcile::{Comparison, WorkloadPair, certain};

/// The rule for traffic that stays where it is, whatever is deployed.
pub static PINNED: Rule = Rule::new(
    "traffic-pinned",
    Part::Vpc,
    Severity::High,
    "traffic stays on a revision although it is to follow the latest one",
);
/// The rule for another split than the declared one.
pub static CHANGED: Rule =
    Rule::new("traffic-changed", Part::Vpc, Severity::High, "traffic is split otherwise than declared");
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&PINNED, &CHANGED], one);

/// The field, in Terraform's spelling.
fn field(kind: WorkloadKind) -> &'static str {
    if kind == WorkloadKind::WorkerPool { "instance_splits" } else { "traffic" }
}

type Declared<'e> = Expected<'e, Vec<Share>>;

fn one(scene: &Scene<'_>, pair: &WorkloadPair<'_>) -> Vec<Verdict> {
    let splits = |kind| kind != TrafficChangeKind::ToLatest;
    if pair.deploy.iter().flat_map(|command| &command.traffic).any(|change| splits(change.kind)) {
        return vec![Verdict::NotApplicable];
    }
    let declared = declared(pair);
    if declared.is_empty() || pair.kind == WorkloadKind::Job {
        return Vec::new();
    }
    let kind = pair.kind;
    let not_checked = |why| Verdict::not_checked(&PINNED, pair.subject(), Some(field(kind)), why);
    match settled(pair) {
        Err(None) => Vec::new(),
        Err(Some(why)) => vec![not_checked(why)],
        // That the API names nobody who serves is said of the revisions.
        Ok(live) if live.serving.is_empty() => Vec::new(),
        Ok(live) => {
            let judge_one =
                |own: &Declared<'_>| match (certain(&own.presence), (TRAFFIC.compare)(&own.fact, &live.serving)) {
                    (Err(why), _) | (_, Comparison::Undecidable(why)) => not_checked(why),
                    (_, Comparison::Same) => Verdict::Clean,
                    (_, Comparison::Different) => finding(scene, pair, own, live),
                };
            declared.iter().map(judge_one).collect()
        }
    }
}

/// Terraform where it declares the workload; else a deploy, which leaves the default where it says nothing.
fn declared<'e>(pair: &WorkloadPair<'e>) -> Vec<Declared<'e>> {
    if !pair.terraform.is_empty() {
        let of_terraform = |own: &&'e crate::model::Declared<crate::model::Workload>| {
            let is_hidden = own.value.traffic.is_absent();
            Expected {
                fact: Cow::Borrowed(&own.value.traffic),
                deploy: None,
                terraform: Some(&own.source),
                baseline: if is_hidden { Baseline::ApiDefault } else { Baseline::Terraform },
                is_hidden,
                presence: Cow::Borrowed(&own.presence),
            }
        };
        return pair.terraform.iter().map(of_terraform).collect();
    }
    let first = pair.deploy.iter().find(|command| command.presence().is_certain()).or(pair.deploy.first());
    let of_deploy = |command: &&'e crate::model::DeployCommand| Expected {
        fact: Cow::Owned(Fact::Absent(command.origin.clone())),
        deploy: Some(command),
        terraform: None,
        baseline: Baseline::ApiDefault,
        is_hidden: false,
        presence: Cow::Owned(command.presence()),
    };
    first.map(of_deploy).into_iter().collect()
}

fn finding(scene: &Scene<'_>, pair: &WorkloadPair<'_>, declared: &Declared<'_>, live: &LiveWorkload) -> Verdict {
    let name = &live.name;
    let is_pool = name.kind == WorkloadKind::WorkerPool;
    let what = if is_pool { "instances" } else { "traffic" };
    let held = live.serving.iter().filter(|serving| !serving.latest && serving.percent > 0);
    let worst = held.max_by_key(|serving| serving.percent);
    let rule = if follows_latest(&declared.fact) && worst.is_some() { &PINNED } else { &CHANGED };
    let title = match worst {
        Some(worst) if rule.id == PINNED.id => {
            let revision = worst.revision.as_deref().unwrap_or("a revision");
            format!("{} % of the {what} of {} stays on revision {revision}", worst.percent, name.name)
        }
        _ => format!(
            "the {what} of {} {} split otherwise than declared: {}",
            name.name,
            if is_pool { "are" } else { "is" },
            split(&live.serving)
        ),
    };
    let made = worst.and_then(|worst| pair.serving.iter().find(|own| own.serving == worst));
    let made = made.and_then(|own| own.create_time).map(|time| format!(", made {time}")).unwrap_or_default();
    let mut why = if rule.id == PINNED.id {
        "what is deployed or applied makes a new revision that gets nothing of it".to_owned()
    } else {
        "another revision serves than the one that was chosen".to_owned()
    };
    if declared.is_hidden {
        why = format!("{why}; terraform plan does not show this, because {} is not set", field(name.kind));
    }
    let api = if is_pool { "instanceSplitStatuses" } else { "trafficStatuses" };
    let mut builder = Finding::builder(rule, pair.subject(), title)
        .field(field(name.kind))
        .baseline(declared.baseline)
        .live(Some(format!("{}{made}", split(&live.serving))), name.to_string(), api)
        .live_note(changed_by(live))
        .why(why)
        .apply(declared.terraform.and_then(|source| {
            let (attribute, shares) = (field(name.kind), declared.fact.known().map(|shares| shares_text(shares)));
            let live = split(&live.serving);
            let change = Change {
                source,
                attribute,
                declared: shares.as_deref(),
                live: Some(&live),
                taken_over: declared.fact.is_absent(),
            };
            applying::of_table(scene, &change)
        }));
    if let Some(origin) = declared.fact.origin() {
        let shown = declared.fact.known().map(|shares| shares_text(shares));
        builder = builder.declared(shown, declared.source(), origin.clone());
    }
    let undo = format!("--to-revisions {}", flags(&live.serving));
    if rule.id == PINNED.id && !is_pool {
        builder = builder.command(
            gcloud_command::update_traffic(name, "--to-latest"),
            gcloud_command::describe_workload(name),
            gcloud_command::update_traffic(name, &undo),
        );
    } else {
        let edit = format!("give the {what} to the revisions that are declared, or declare the live split");
        builder = builder.edit(edit, declared.fact.origin().cloned());
    }
    builder.build().into()
}

/// Who serves, in words.
fn split(serving: &[Serving]) -> String {
    let one = |own: &Serving| {
        let revision = own.revision.as_deref().unwrap_or("?");
        let target = if own.latest { format!("the latest ({revision})") } else { revision.to_owned() };
        format!("{} % {target}", own.percent)
    };
    serving.iter().filter(|own| own.percent > 0).map(one).collect::<Vec<_>>().join(", ")
}

fn flags(serving: &[Serving]) -> String {
    let one = |own: &Serving| {
        let target = if own.latest { "LATEST" } else { own.revision.as_deref().unwrap_or("?") };
        format!("{}={}", gcloud_command::quoted(target), own.percent)
    };
    serving.iter().filter(|own| own.percent > 0).map(one).collect::<Vec<_>>().join(",")
}

fn shares_text(shares: &[Share]) -> String {
    let one = |share: &Share| {
        let percent = share.percent.known().copied().unwrap_or_default();
        match &share.revision {
            Fact::Known(revision, _) => format!("{percent} % {revision}"),
            Fact::Absent(_) => format!("{percent} % the latest"),
            Fact::Unknown(_) => format!("{percent} % of a revision that is not known"),
        }
    };
    shares.iter().map(one).collect::<Vec<_>>().join(", ")
}
