//! A firewall rule, router, NAT gateway, address, private connection, database or cache is declared for certain, the list
//! in which it would stand was read in full, and it is not there.

use super::{Check, Scene, applying, gcloud_command};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{DeclaredSource, ResourceId, ResourceKind};
use crate::reconcile::{LiveSide, ResourcePair, certain};

const fn missing(id: &'static str, severity: Severity, title: &'static str) -> Rule {
    Rule::new(id, Part::Vpc, severity, title)
}

static FIREWALL: Rule = missing("firewall-missing", Severity::High, "a declared firewall rule is not live");
static ROUTER: Rule = missing("router-missing", Severity::High, "a declared router is not live");
static NAT: Rule = missing("nat-missing", Severity::High, "a declared NAT gateway is not live");
static ADDRESS: Rule = missing("address-missing", Severity::High, "a declared address or range is not live");
static PEERING: Rule = missing("peering-missing", Severity::Critical, "a declared private connection is not live");
static DATABASE: Rule = missing("database-missing", Severity::Critical, "a declared database is not live");
static CACHE: Rule = missing("cache-missing", Severity::Critical, "a declared cache is not live");

/// The check.
pub static CHECK: Check = Check::of_scene(&[&FIREWALL, &ROUTER, &NAT, &ADDRESS, &PEERING, &DATABASE, &CACHE], judge);

/// The rule of a kind, and what its absence brings about; networks and subnetworks have a check of their own.
fn rule(kind: ResourceKind) -> Option<(&'static Rule, &'static str)> {
    Some(match kind {
        ResourceKind::Network | ResourceKind::Subnetwork => return None,
        ResourceKind::Firewall => (&FIREWALL, "what it lets through is refused, or what it refuses gets through"),
        ResourceKind::Router => (&ROUTER, "its NAT gateways are gone with it: calls to public addresses time out"),
        ResourceKind::Nat => (&NAT, "workloads that send all traffic through the VPC do not reach public addresses"),
        ResourceKind::Address => (&ADDRESS, "what is to have an address from it cannot be made"),
        ResourceKind::Peering => (&PEERING, "databases and caches with a private address cannot be reached"),
        ResourceKind::Database => (&DATABASE, "every workload that uses it fails; its data may be gone"),
        ResourceKind::Cache => (&CACHE, "every workload that uses it fails or slows down"),
    })
}

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    scene.reconciled.resources.iter().filter(|pair| !pair.declared.is_empty()).map(one).collect()
}

fn one(pair: &ResourcePair<'_>) -> Verdict {
    let Some((rule, why)) = rule(pair.kind) else { return Verdict::NotApplicable };
    let not_checked = |why| Verdict::not_checked(rule, pair.subject(), None, why);
    match (&pair.live, pair.id()) {
        (LiveSide::NotAsked, _) | (LiveSide::Absent, None) => Verdict::NotApplicable,
        (LiveSide::Present(_), _) => Verdict::Clean,
        (LiveSide::Unknown(why), _) => not_checked(why.clone()),
        (LiveSide::Absent, Some(id)) => {
            let mut doubt = None;
            for declared in &pair.declared {
                match certain(&declared.presence) {
                    Ok(()) => return finding(pair, rule, id, why),
                    Err(why) => doubt = Some(why),
                }
            }
            doubt.map_or(Verdict::NotApplicable, not_checked)
        }
    }
}

fn finding(pair: &ResourcePair<'_>, rule: &Rule, id: &ResourceId, why: &str) -> Verdict {
    let place = match &id.region {
        Some(region) => format!("{}/{region}", id.project),
        None => id.project.clone(),
    };
    let title = format!("{} {} is declared but not live in {place}", pair.kind.noun(), pair.subject().name);
    let mut builder = Finding::builder(rule, pair.subject(), title).baseline(Baseline::Terraform).why(why).live(
        None,
        id.full.clone(),
        "",
    );
    builder = builder.apply(pair.declared.first().and_then(|own| applying::creation(&own.source)));
    for declared in &pair.declared {
        builder = builder.declared(Some(id.full.clone()), declared.source.to_string(), declared.origin.clone());
    }
    if let Some(DeclaredSource::Terraform { address, root }) = pair.declared.first().map(|own| &own.source) {
        let describe = gcloud_command::describe_resource(pair.kind, id);
        builder = builder.command(gcloud_command::apply(root, address), describe, "");
    }
    builder.build().into()
}
