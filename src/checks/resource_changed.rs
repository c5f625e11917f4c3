//! A declared field of a network, firewall rule, NAT gateway, private connection, database or cache differs from what is
//! live: one rule a kind.

use super::applying::{self, Change};
use super::edits::{self, Literal};
use super::{Check, Scene, gcloud_command, put_back};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{Declared, DeclaredSource, Resource, ResourceId, ResourceKind, Setting, Why};
use crate::reconcile::equivalence::settings::Absent;
use crate::reconcile::resources::{Compared, compare_fields};
use crate::reconcile::{Comparison, LiveSide, ResourcePair, certain};

const fn changed(id: &'static str, title: &'static str) -> Rule {
    Rule::new(id, Part::Vpc, Severity::High, title)
}

static NETWORK: Rule = changed("network-changed", "a live network differs from its declaration");
static SUBNETWORK: Rule = changed("subnetwork-changed", "a live subnetwork differs from its declaration");
static FIREWALL: Rule = changed("firewall-changed", "a live firewall rule differs from its declaration");
static ROUTER: Rule = changed("router-changed", "a live router differs from its declaration");
static NAT: Rule = changed("nat-changed", "a live NAT gateway differs from its declaration");
static ADDRESS: Rule = changed("address-changed", "a live address or range differs from its declaration");
static PEERING: Rule = changed("peering-changed", "a live private connection differs from its declaration");
static DATABASE: Rule = changed("database-changed", "a live database differs from its declaration");
static CACHE: Rule = changed("cache-changed", "a live cache differs from its declaration");

/// The check.
pub static CHECK: Check =
    Check::of_scene(&[&NETWORK, &SUBNETWORK, &FIREWALL, &ROUTER, &NAT, &ADDRESS, &PEERING, &DATABASE, &CACHE], judge);

/// The rule of a kind.
fn rule(kind: ResourceKind) -> &'static Rule {
    match kind {
        ResourceKind::Network => &NETWORK,
        ResourceKind::Subnetwork => &SUBNETWORK,
        ResourceKind::Firewall => &FIREWALL,
        ResourceKind::Router => &ROUTER,
        ResourceKind::Nat => &NAT,
        ResourceKind::Address => &ADDRESS,
        ResourceKind::Peering => &PEERING,
        ResourceKind::Database => &DATABASE,
        ResourceKind::Cache => &CACHE,
    }
}

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    scene
        .reconciled
        .resources
        .iter()
        .filter(|pair| !pair.declared.is_empty())
        .flat_map(|pair| one(scene, pair))
        .collect()
}

fn one(scene: &Scene<'_>, pair: &ResourcePair<'_>) -> Vec<Verdict> {
    let rule = rule(pair.kind);
    let not_checked = |why: &Why| vec![Verdict::not_checked(rule, pair.subject(), None, why.clone())];
    let (live, id) = match (&pair.live, pair.id()) {
        (LiveSide::Unknown(why), _) => return not_checked(why),
        (LiveSide::Present(live), Some(id)) => (live, id),
        _ => return vec![Verdict::NotApplicable],
    };
    if let Some(why) = &live.settling {
        return not_checked(why);
    }
    let mut verdicts = Vec::new();
    for declared in &pair.declared {
        if let Err(why) = certain(&declared.presence) {
            verdicts.extend(not_checked(&why));
            continue;
        }
        for compared in compare_fields(id, &declared.value, &live.resource) {
            verdicts.push(match &compared.outcome {
                Comparison::Same => Verdict::Clean,
                Comparison::Undecidable(why) => {
                    Verdict::not_checked(rule, pair.subject(), Some(compared.attribute.path), why.clone())
                }
                Comparison::Different => finding(scene, pair, rule, id, declared, &compared),
            });
        }
    }
    verdicts
}

fn finding(
    scene: &Scene<'_>,
    pair: &ResourcePair<'_>,
    rule: &Rule,
    id: &ResourceId,
    declared: &Declared<Resource>,
    compared: &Compared<'_>,
) -> Verdict {
    let attribute = compared.attribute;
    let shown = |setting: Option<&Setting>| setting.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let wanted = compared.declared.known();
    let was = match (wanted, &compared.default) {
        (Some(wanted), _) => format!("{wanted} was declared"),
        (None, Some(default)) => format!("it is left out, which means {default}"),
        (None, None) => "nothing was declared".to_owned(),
    };
    let short = &pair.subject().name;
    // A difference from the default by absence is told by its value.
    let actual = compared.live.known().or(compared.default.as_ref());
    let title = format!("{} {short} has {} {} live; {was}", pair.kind.noun(), attribute.path, shown(actual));
    let blind = wanted.is_none() && matches!(attribute.absent, Absent::Api(_));
    let mut why = consequence(pair.kind, attribute.path).to_owned();
    if blind {
        why.push_str("; terraform plan does not show this, because it is not set");
    }
    let text = |setting: Option<&Setting>| setting.map(ToString::to_string);
    let (declared_text, live_text) = (text(wanted), text(compared.live.known()));
    let change = Change {
        source: &declared.source,
        attribute: attribute.path,
        declared: declared_text.as_deref(),
        live: live_text.as_deref(),
        taken_over: blind,
    };
    let schema = (attribute.applied, "", "schemas of the provider as of 7.46");
    let mut builder = Finding::builder(rule, pair.subject(), title)
        .field(attribute.path)
        .baseline(if blind { Baseline::ApiDefault } else { Baseline::Terraform })
        .declared_fact(compared.declared, declared.source.to_string())
        .live(compared.live.known().map(ToString::to_string), id.full.clone(), attribute.api)
        .why(why)
        .apply(applying::difference(scene, &change, schema));
    let describe = gcloud_command::describe_resource(pair.kind, id);
    let to =
        |value: Option<&Setting>| put_back::command(pair.kind, id, attribute.path, value.or(compared.default.as_ref()));
    let back = to(wanted).map(|command| (command, to(compared.live.known()).unwrap_or_default()));
    if let (DeclaredSource::Terraform { address, root }, false) = (&declared.source, blind) {
        builder = builder.command(gcloud_command::apply(root, address), describe.clone(), "");
    } else {
        let edit = format!(
            "set {} to {}, so that terraform apply brings it back",
            attribute.path,
            shown(compared.default.as_ref())
        );
        let value = compared.default.as_ref().map(Literal::from);
        let diff = compared.declared.origin().zip(value).and_then(|(origin, value)| {
            let place = edits::Place { source: &declared.source, origin, path: attribute.path };
            edits::set(scene, &place, Some(&value))
        });
        builder = builder.edit(edit, compared.declared.origin().cloned()).diff(diff);
    }
    if let Some((command, undo)) = back {
        builder = builder.command(command, describe, undo);
    }
    if let Some(origin) = compared.declared.origin() {
        let place = edits::Place { source: &declared.source, origin, path: attribute.path };
        let live = compared.live.known();
        let edit = match live {
            Some(live) => format!("if the live value is the right one, set {} to {live}", attribute.path),
            None => format!("if the live side is right, take {} away", attribute.path),
        };
        // Blocks are more than a literal.
        let is_like = |own: &Setting| match wanted.or(compared.default.as_ref()) {
            Some(other) => std::mem::discriminant(own) == std::mem::discriminant(other),
            None => true,
        };
        let value = live.filter(|own| !BLOCKS.contains(&attribute.path) && is_like(own)).map(Literal::from);
        let diff = if live.is_some() && value.is_none() { None } else { edits::set(scene, &place, value.as_ref()) };
        builder = builder.edit(edit, origin.clone()).diff(diff);
    }
    builder.build().into()
}

/// The fields that are blocks in Terraform.
const BLOCKS: [&str; 5] =
    ["allow", "deny", "subnetwork", "secondary_ip_range", "settings.ip_configuration.authorized_networks"];

/// What such a difference brings about.
fn consequence(kind: ResourceKind, path: &str) -> &'static str {
    match (kind, path.rsplit('.').next().unwrap_or(path)) {
        (ResourceKind::Network, "mtu") => "packets that are larger than the smallest MTU on the way are lost",
        (ResourceKind::Network, _) => "routes, subnetworks or firewall policies apply in another way than was reviewed",
        (ResourceKind::Subnetwork, "private_ip_google_access") => {
            "what has no public address there reaches Google's APIs, or does not, otherwise than was reviewed"
        }
        (ResourceKind::Subnetwork, _) => {
            "what is attached to it has other addresses than firewall rules and NAT expect"
        }
        (ResourceKind::Firewall, _) => "other connections are let through than were reviewed",
        (ResourceKind::Router, _) => "its NAT and routes serve another network",
        (ResourceKind::Nat, "nat_ips" | "nat_ip_allocate_option" | "drain_nat_ips") => {
            "partners that allow only the declared addresses refuse what comes from others"
        }
        (ResourceKind::Nat, _) => "calls to public addresses of what it no longer serves time out",
        (ResourceKind::Address, _) => "what is given addresses from it, or is known by it, is found elsewhere",
        (ResourceKind::Peering, _) => "databases and caches have no addresses in the ranges that were taken away",
        (ResourceKind::Database, "private_network" | "ipv4_enabled" | "activation_policy") => {
            "workloads that use the declared address cannot connect"
        }
        (ResourceKind::Database, _) => "other connections are taken than were reviewed",
        (ResourceKind::Cache, _) => "workloads on the declared network, or without the password or TLS, cannot connect",
    }
}
