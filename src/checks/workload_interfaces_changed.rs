//! A live workload's template has another direct VPC interface than declared, or one where none was.

use super::expected::{self, Expected, effect, settled};
use super::workload_connector_changed::changed_by;
use super::{Check, Scene, gcloud_command};
use crate::finding::{Finding, Part, Rule, Severity, Verdict};
use crate::model::{Fact, LiveWorkload, NetworkInterface};
use crate::reconcile::equivalence;
use crate::reconcile::fields::{INTERFACES, interfaces_text};
use crate::reconcile::{Comparison, WorkloadPair, certain};

/// The rule.
pub static RULE: Rule = Rule::new(
    "workload-interfaces-changed",
    Part::Vpc,
    Severity::High,
    "a live workload uses another direct VPC interface than declared",
);
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&RULE], one);

/// The field, in Terraform's spelling.
pub const FIELD: &str = INTERFACES.name;

fn one(scene: &Scene<'_>, pair: &WorkloadPair<'_>) -> Vec<Verdict> {
    let not_checked = |why| Verdict::not_checked(&RULE, pair.subject(), Some(FIELD), why);
    let live = match settled(pair) {
        Ok(live) => live,
        // Whoever declares an interface, or may, wants to know; where there is none, the connector's rule says it.
        Err(Some(why)) if expected::may_have_interfaces(pair) => return vec![not_checked(why)],
        Err(_) => return Vec::new(),
    };
    let judge_one = |expected: &Expected<'_, Vec<NetworkInterface>>| {
        if let Err(why) = certain(&expected.presence) {
            return not_checked(why);
        }
        match (equivalence::INTERFACES.compare)(&with_networks(scene, &expected.fact), &live.workload.vpc.interfaces) {
            Comparison::Same => Verdict::Clean,
            Comparison::Undecidable(why) => not_checked(why),
            Comparison::Different => finding(scene, pair, expected, live),
        }
    };
    expected::interfaces(pair, live).iter().map(judge_one).collect()
}

/// The interfaces with the networks that are left out, where the live subnetwork tells them: the API looks them up so.
fn with_networks(scene: &Scene<'_>, declared: &Fact<Vec<NetworkInterface>>) -> Fact<Vec<NetworkInterface>> {
    let subnetworks = &scene.evidence.inventory.subnetworks;
    declared.clone().map(|mut interfaces| {
        for interface in interfaces.iter_mut().filter(|own| own.network.is_absent()) {
            let named = interface.subnetwork.known();
            let at = named.and_then(|name| subnetworks.binary_search_by(|own| own.name.cmp(name)).ok());
            let found = at.and_then(|at| subnetworks.get(at));
            if let Some(found) = found.filter(|own| !own.network.is_unknown()) {
                interface.network = found.network.clone();
            }
        }
        interfaces
    })
}

fn finding(
    scene: &Scene<'_>,
    pair: &WorkloadPair<'_>,
    expected: &Expected<'_, Vec<NetworkInterface>>,
    live: &LiveWorkload,
) -> Verdict {
    let name = &live.name;
    let wanted = expected.fact.known().map(Vec::as_slice).unwrap_or_default();
    let actual = live.workload.vpc.interfaces.known().map(Vec::as_slice).unwrap_or_default();
    let (title, why) = match (wanted, actual) {
        (_, []) => (
            format!("{} has no direct VPC interface; {} was declared", name.name, interfaces_text(wanted)),
            "it cannot reach private addresses of that network: databases and caches there time out",
        ),
        ([], _) => (
            format!("{} uses direct VPC egress over {}; none was declared", name.name, interfaces_text(actual)),
            "its requests enter a network that nobody reviewed",
        ),
        _ => (
            format!(
                "{} uses direct VPC egress over {}; {} was declared",
                name.name,
                interfaces_text(actual),
                interfaces_text(wanted)
            ),
            "its requests enter another network path, or match other firewall rules, than those that were reviewed",
        ),
    };
    let why = if expected.is_hidden {
        format!("{why}; terraform plan does not show this, because the annotations are not set")
    } else {
        why.to_owned()
    };
    let text = |list: &[NetworkInterface]| (!list.is_empty()).then(|| interfaces_text(list));
    let mut builder = Finding::builder(&RULE, pair.subject(), title)
        .field(FIELD)
        .baseline(expected.baseline)
        .live(text(actual), name.to_string(), "template.vpcAccess.networkInterfaces")
        .live_note(changed_by(live))
        .why(why)
        .apply(effect(scene, expected, FIELD, text(wanted).as_deref(), text(actual).as_deref()));
    if let Some(origin) = expected.fact.origin() {
        builder = builder.declared(text(wanted), expected.source(), origin.clone());
    }
    builder
        .command(
            gcloud_command::update_workload(name, &flags(wanted)),
            gcloud_command::describe_workload(name),
            gcloud_command::update_workload(name, &flags(actual)),
        )
        .build()
        .into()
}

/// The flags of `gcloud run … update` that give a workload these interfaces; the API has one.
fn flags(interfaces: &[NetworkInterface]) -> String {
    let Some(interface) = interfaces.first() else { return "--clear-network".to_owned() };
    let mut words = Vec::new();
    if let Some(network) = interface.network.known() {
        words.push(format!("--network {network}"));
    }
    if let Some(subnetwork) = interface.subnetwork.known() {
        words.push(format!("--subnet {subnetwork}"));
    }
    match interface.tags.known() {
        Some(tags) if !tags.is_empty() => {
            let tags = tags.iter().map(String::as_str).collect::<Vec<_>>().join(",");
            words.push(format!("--network-tags {}", gcloud_command::quoted(&tags)));
        }
        _ => words.push("--clear-network-tags".to_owned()),
    }
    words.join(" ")
}
