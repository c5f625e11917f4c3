//! A declared database, cache or private connection is there and does not serve.

use super::{Check, Scene, gcloud_command};
use crate::finding::{Finding, Part, Rule, Severity, Verdict};
use crate::model::{Fact, ResourceId, ResourceKind, Why, WhyKind};
use crate::reconcile::resources::Health;
use crate::reconcile::{LiveSide, ResourcePair};

static DATABASE: Rule =
    Rule::new("database-not-ready", Part::Vpc, Severity::Critical, "a declared database does not serve");
static PEERING: Rule =
    Rule::new("peering-not-active", Part::Vpc, Severity::Critical, "a declared private connection does not work");

/// The check. The states in which a cache does not serve are all transient: they are not checked.
pub static CHECK: Check = Check::of_scene(&[&DATABASE, &PEERING], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    scene.reconciled.resources.iter().filter(|pair| !pair.declared.is_empty()).map(one).collect()
}

fn one(pair: &ResourcePair<'_>) -> Verdict {
    let rule = match pair.kind {
        ResourceKind::Database => &DATABASE,
        ResourceKind::Peering => &PEERING,
        _ => return Verdict::NotApplicable,
    };
    let not_checked = |why| Verdict::not_checked(rule, pair.subject(), Some("state"), why);
    let (live, id) = match (&pair.live, pair.id()) {
        (LiveSide::Unknown(why), _) => return not_checked(why.clone()),
        (LiveSide::Present(live), Some(id)) => (live, id),
        _ => return Verdict::NotApplicable,
    };
    if let Some(why) = &live.settling {
        return not_checked(why.clone());
    }
    // The state of a peering stands in the network, which may not have been read.
    let Some(health) = &live.health else { return Verdict::NotApplicable };
    match (health.serves, &health.state) {
        (Some(true), _) => Verdict::Clean,
        (Some(false), _) => finding(pair, rule, id, health),
        (None, Fact::Unknown(whys)) => whys.first().cloned().map_or(Verdict::NotApplicable, not_checked),
        (None, state) => {
            let word = state.known().map_or("not told", String::as_str);
            let text = format!("the state of the {} is {word}, which this version does not know", pair.kind.noun());
            not_checked(Why::new(WhyKind::Malformed, text))
        }
    }
}

fn finding(pair: &ResourcePair<'_>, rule: &Rule, id: &ResourceId, health: &Health) -> Verdict {
    let state = health.state.known().cloned().unwrap_or_default();
    let title = format!("{} {} is in the state {state}", pair.kind.noun(), pair.subject().name);
    let said = match health.text.trim_end_matches('.') {
        "" => String::new(),
        text => format!("; the API says: {text}"),
    };
    let why = match pair.kind {
        ResourceKind::Peering => "databases and caches with a private address cannot be reached through it",
        _ => "every workload that uses it fails",
    };
    let mut builder = Finding::builder(rule, pair.subject(), title)
        .field("state")
        .live(Some(state), id.full.clone(), health.field)
        .why(format!("{why}{said}"));
    for declared in &pair.declared {
        builder = builder.place(declared.origin.clone());
    }
    let edit = match pair.kind {
        ResourceKind::Peering => "connect the network to the producer again: gcloud services vpc-peerings update",
        _ => "see the operations of the instance for what stopped it; a suspended one waits for its bill",
    };
    builder.edit(edit, None).command(gcloud_command::describe_resource(pair.kind, id), "", "").build().into()
}
