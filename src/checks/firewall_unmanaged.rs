//! A firewall rule is live on a declared network, and nothing declares it.

use super::{Check, Scene, adopt, applying, gcloud_command};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{Direction, Fact, FirewallRule, NetworkName, Resource, ResourceId, ResourceKind, Why, WhyKind};
use crate::reconcile::{LiveSide, ResourcePair, unknown};

/// The rule.
pub static RULE: Rule =
    Rule::new("firewall-unmanaged", Part::Vpc, Severity::Medium, "a live firewall rule is declared nowhere");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

/// How the names begin of rules that Google makes itself: for connectors, for GKE, for health checks of load balancers.
const GOOGLES_OWN: [&str; 3] = ["aet-", "gke-", "k8s-"];
/// Rules of this priority and above are overruled by those that connectors bring along (VPC documentation on
/// Serverless VPC Access).
const IMPLIED: i64 = 1000;

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    // Only where rules are declared at all, and the network is: else they come from elsewhere.
    let declares = |pair: &&ResourcePair<'_>| pair.kind == ResourceKind::Firewall && !pair.declared.is_empty();
    if !scene.reconciled.resources.iter().any(|pair| declares(&pair)) {
        return vec![Verdict::NotApplicable];
    }
    let networks: Vec<&NetworkName> =
        scene.evidence.terraform.networks.iter().filter_map(|own| own.value.name.known()).collect();
    let rules = scene.reconciled.resources.iter().filter(|pair| pair.kind == ResourceKind::Firewall);
    rules.filter_map(|pair| one(scene, pair, &networks)).collect()
}

fn one(scene: &Scene<'_>, pair: &ResourcePair<'_>, networks: &[&NetworkName]) -> Option<Verdict> {
    let (LiveSide::Present(live), Some(id)) = (&pair.live, pair.id()) else { return None };
    if !pair.declared.is_empty() {
        return Some(Verdict::Clean);
    }
    let mut rules = scene.evidence.inventory.firewall_rules.iter();
    let rule = rules.find(|own| own.name.name == id.short && own.name.project == id.project)?;
    let ours = rule.network.known().is_some_and(|network| networks.contains(&network));
    if !ours || GOOGLES_OWN.iter().any(|prefix| id.short.starts_with(prefix)) {
        return None;
    }
    Some(match may_be_declared(scene) {
        Some(why) => Verdict::not_checked(&RULE, pair.subject(), None, why),
        None => finding(scene, pair, id, rule, &live.resource),
    })
}

/// Why it may be declared after all.
fn may_be_declared(scene: &Scene<'_>) -> Option<Why> {
    if let Some(why) = scene.evidence.terraform.incomplete.first() {
        return Some(why.clone());
    }
    let rules = scene.reconciled.resources.iter().filter(|pair| pair.kind == ResourceKind::Firewall);
    let nameless = rules.filter(|pair| pair.id().is_none()).flat_map(|pair| &pair.declared).next()?;
    let otherwise =
        || Why::at(WhyKind::Invalid, "a declaration does not name its firewall rule", nameless.origin.clone());
    Some(unknown(&nameless.value.id).unwrap_or_else(otherwise))
}

fn finding(
    scene: &Scene<'_>,
    pair: &ResourcePair<'_>,
    id: &ResourceId,
    rule: &FirewallRule,
    live: &Resource,
) -> Verdict {
    let disabled = rule.disabled.known() == Some(&true);
    let priority = rule.priority.known().copied().unwrap_or(IMPLIED);
    let direction = rule.direction.known().cloned().unwrap_or(Direction::Ingress);
    let layers = |fact: &Fact<Vec<crate::model::Layer4>>| {
        fact.known().map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    let (denies, what) = match (layers(&rule.denied), layers(&rule.allowed)) {
        (Some(what), _) => (true, what),
        (None, Some(what)) => (false, what),
        (None, None) => (false, "what cannot be told".to_owned()),
    };
    let verb = if denies { "denies" } else { "allows" };
    let way = if direction == Direction::Egress { "outgoing" } else { "incoming" };
    let title = format!("firewall rule {} {verb} {way} {what}, and nothing declares it", id.short);
    let beats = denies && !disabled && priority < IMPLIED;
    let why = match (disabled, beats, denies) {
        (true, ..) => "it is switched off; whoever switches it on changes what is let through, unreviewed",
        (_, true, _) => "it goes before the rules that let connectors through, which have the priority 1000",
        (_, _, true) => "it refuses connections that nobody reviewed the end of",
        _ => "it lets through connections that nobody reviewed",
    };
    let mut builder = Finding::builder(&RULE, pair.subject(), title)
        .baseline(Baseline::Terraform)
        .live(Some(format!("{verb} {way} {what}, priority {priority}")), id.full.clone(), "")
        .why(why)
        .apply(applying::nothing());
    builder = match adopt::firewall(scene, id, live) {
        Some(own) => builder.edit(format!("keep it: adopt it in {}", own.path), None).diff(Some(own.diff)),
        None => builder.edit("keep it: declare it beside the others and import it", None),
    };
    builder = builder.command(gcloud_command::describe_resource(ResourceKind::Firewall, id), "", "");
    if beats {
        builder = builder.severity(Severity::High);
    }
    builder.build().into()
}
