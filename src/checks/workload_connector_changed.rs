//! A live workload's template uses another connector than declared, or none.

use super::expected::{self, Expected, effect, settled, shown, with_edit};
use super::{Check, Scene, gcloud_command};
use crate::finding::{Finding, Part, Rule, Severity, Verdict};
use crate::model::{ConnectorName, LiveWorkload};
use crate::reconcile::fields::CONNECTOR;
use crate::reconcile::{Comparison, WorkloadPair, certain};

/// The rule.
pub static RULE: Rule = Rule::new(
    "workload-connector-changed",
    Part::Vpc,
    Severity::Critical,
    "a live workload uses another connector than declared",
);
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&RULE], one);

/// The field, in Terraform's spelling.
pub const FIELD: &str = CONNECTOR.name;

fn one(scene: &Scene<'_>, pair: &WorkloadPair<'_>) -> Vec<Verdict> {
    let expected = expected::connectors(pair);
    let not_checked = |why| Verdict::not_checked(&RULE, pair.subject(), Some(FIELD), why);
    let live = match settled(pair) {
        Ok(live) => live,
        Err(why) => return expected.first().and(why).map(not_checked).into_iter().collect(),
    };
    let judge_one = |expected: &Expected<'_, ConnectorName>| {
        if let Err(why) = certain(&expected.presence) {
            return not_checked(why);
        }
        match (CONNECTOR.compare)(&expected.fact, &live.workload.vpc.connector) {
            Comparison::Same => Verdict::Clean,
            Comparison::Undecidable(why) => not_checked(why),
            Comparison::Different => finding(scene, pair, expected, live),
        }
    };
    expected.iter().map(judge_one).collect()
}

fn finding(
    scene: &Scene<'_>,
    pair: &WorkloadPair<'_>,
    expected: &Expected<'_, ConnectorName>,
    live: &LiveWorkload,
) -> Verdict {
    let name = &live.name;
    let vpc = &live.workload.vpc;
    let title = match (expected.fact.known(), vpc.connector.known()) {
        (Some(wanted), None) if vpc.interfaces.known().is_some() => {
            format!("{} uses direct VPC egress; connector {} was declared", name.name, wanted.name)
        }
        (Some(wanted), None) => format!("{} is not attached to connector {}", name.name, wanted.name),
        (Some(wanted), Some(other)) if wanted.project != other.project => {
            format!("{} uses connector {} of project {}", name.name, other.name, other.project)
        }
        (Some(wanted), Some(other)) => {
            format!("{} uses connector {}; {} was declared", name.name, other.name, wanted.name)
        }
        (None, Some(other)) => format!("{} uses connector {}; none was declared", name.name, other.name),
        (None, None) => format!("{} reaches the VPC in another way than declared", name.name),
    };
    let why = match vpc.connector.known() {
        None if vpc.is_detached() => {
            "it cannot reach private addresses: databases and caches in the VPC time out".to_owned()
        }
        _ => "its requests enter another network path than the one that was reviewed".to_owned(),
    };
    let why = if expected.is_hidden {
        format!("{why}; terraform plan does not show this, because the annotations are not set")
    } else {
        why
    };
    let mut builder = Finding::builder(&RULE, pair.subject(), title)
        .field(FIELD)
        .baseline(expected.baseline)
        .declared_fact(&expected.fact, expected.source())
        .live(shown(&vpc.connector), name.to_string(), "template.vpcAccess.connector")
        .live_note(changed_by(live))
        .why(why)
        .apply(effect(scene, expected, FIELD, shown(&expected.fact).as_deref(), shown(&vpc.connector).as_deref()));
    let back = match vpc.connector.known() {
        Some(connector) => gcloud_command::update_workload(name, &format!("--vpc-connector {connector}")),
        None => gcloud_command::update_workload(name, "--clear-vpc-connector"),
    };
    builder = match expected.fact.known() {
        Some(wanted) => builder.command(
            gcloud_command::update_workload(name, &format!("--vpc-connector {wanted}")),
            gcloud_command::describe_workload(name),
            back,
        ),
        None => builder.command(
            gcloud_command::update_workload(name, "--clear-vpc-connector"),
            gcloud_command::describe_workload(name),
            back,
        ),
    };
    let value = vpc.connector.known().map(ToString::to_string);
    let value = value.as_deref().map(|value| (value, value));
    let builder = with_edit(builder, scene, expected, FIELD, value);
    // Where none is declared an interface may be, and the two exclude each other: that takes more than a line.
    if expected.fact.is_absent() { builder.diff(None).build().into() } else { builder.build().into() }
}

/// Who changed the workload last, when and with what, as far as the API says.
pub fn changed_by(live: &LiveWorkload) -> String {
    let mut text = String::new();
    if let Some(who) = &live.last_modifier {
        text.push_str("last changed by ");
        text.push_str(who);
    }
    if let Some(when) = &live.update_time {
        text.push_str(if text.is_empty() { "last changed " } else { " " });
        text.push_str("at ");
        text.push_str(when);
    }
    if let Some(client) = &live.client {
        text.push_str(" with ");
        text.push_str(client);
    }
    text.trim().to_owned()
}
