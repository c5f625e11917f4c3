//! What `terraform apply` would do about a finding: the provider's schema, what the declaration says of changes, and who
//! hangs on a connector that is replaced.

use std::collections::BTreeMap;

use super::{Scene, connector_missing};
use crate::finding::{ApplyAction, ApplyEffect, CutOff, Subject};
use crate::model::{ConnectorName, DeclaredSource, Lifecycle};
use crate::reconcile::equivalence::applied::{self, Applied};

/// More workloads than this are counted, not named.
const MAX_NAMED: usize = 4;

/// A difference of one field.
pub struct Change<'a> {
    /// Where the resource is declared.
    pub source: &'a DeclaredSource,
    /// The field, as the finding names it.
    pub attribute: &'a str,
    /// The declared value in canonical spelling; `None` where it is left out.
    pub declared: Option<&'a str>,
    /// The live value.
    pub live: Option<&'a str>,
    /// True where the field is left out and the provider takes over what is live.
    pub taken_over: bool,
}

/// What is known of a field: what a change of it does, what that depends on, and who says so.
type Schema = (Applied, &'static str, &'static str);

/// What applying does about a difference of a connector; `name` is the live one.
pub fn connector(scene: &Scene<'_>, change: &Change<'_>, name: &ConnectorName) -> Option<ApplyEffect> {
    let mut effect = of_table(scene, change)?;
    if effect.action == ApplyAction::Replace {
        cut_off(&mut effect, scene, name, "meanwhile");
    }
    Some(effect)
}

/// What applying does about a difference that the table of connectors and workloads has.
pub fn of_table(scene: &Scene<'_>, change: &Change<'_>) -> Option<ApplyEffect> {
    let DeclaredSource::Terraform { address, .. } = change.source else { return None };
    let row = applied::of(applied::type_of(address)?, change.attribute)?;
    difference(scene, change, (row.applied, row.note, row.source))
}

/// What applying does about a difference.
pub fn difference(scene: &Scene<'_>, change: &Change<'_>, schema: Schema) -> Option<ApplyEffect> {
    let DeclaredSource::Terraform { address, root } = change.source else { return None };
    let (applied, note, source) = schema;
    let lifecycle = scene.evidence.terraform.lifecycles.iter().find(|own| own.root == *root && own.address == *address);
    let field = change.attribute;
    let (action, text) = if is_ignored(lifecycle, address, field) {
        (ApplyAction::Unseen, format!("does not notice it: ignore_changes of {address} leaves {field} as it is live"))
    } else if change.taken_over {
        (
            ApplyAction::Unseen,
            format!("does not notice it: {field} is not set, so the provider takes over what is live"),
        )
    } else if !applied.replaces(change.declared, change.live) {
        let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
        (ApplyAction::Update, format!("changes {address} in place{note}"))
    } else if let Some(kept_by) = lifecycle.and_then(|own| own.kept_by.as_ref()) {
        let text =
            format!("is refused: {field} {}, and {kept_by} keeps {address} from being replaced", applied.because());
        (ApplyAction::Refused, text)
    } else {
        let text = format!("destroys {address} and makes it anew, because {field} {}", applied.because());
        (ApplyAction::Replace, text)
    };
    Some(effect(action, change.source, text, source))
}

/// What applying does about a resource that is not there.
pub fn creation(source: &DeclaredSource) -> Option<ApplyEffect> {
    let DeclaredSource::Terraform { address, .. } = source else { return None };
    let text = format!("makes {address} anew");
    Some(effect(ApplyAction::Create, source, text, "Terraform refreshes its state before it plans"))
}

/// What applying does about a connector that is not there.
pub fn connector_creation(scene: &Scene<'_>, source: &DeclaredSource, name: &ConnectorName) -> Option<ApplyEffect> {
    let mut effect = creation(source)?;
    cut_off(&mut effect, scene, name, "until then");
    Some(effect)
}

/// What applying does about a resource that no configuration declares.
pub fn nothing() -> ApplyEffect {
    ApplyEffect {
        action: ApplyAction::Unseen,
        address: String::new(),
        root: String::new(),
        text: "does not notice it: no configuration declares it".to_owned(),
        cut_off: Vec::new(),
        unseen: None,
        source: "Terraform plans what its configuration and state hold".to_owned(),
    }
}

fn effect(action: ApplyAction, source: &DeclaredSource, text: String, says: &str) -> ApplyEffect {
    let (address, root) = match source {
        DeclaredSource::Terraform { address, root } => (address.clone(), root.clone()),
        DeclaredSource::Deploy { .. } => (String::new(), String::new()),
    };
    ApplyEffect { action, address, root, text, cut_off: Vec::new(), unseen: None, source: says.to_owned() }
}

fn is_ignored(lifecycle: Option<&Lifecycle>, address: &str, field: &str) -> bool {
    let Some(lifecycle) = lifecycle else { return false };
    let path = match (applied::type_of(address), field) {
        (Some("google_cloud_run_v2_job"), _) if field.starts_with("vpc_access") => format!("template.template.{field}"),
        (Some("google_cloud_run_service"), _) if field.starts_with("vpc_access") => annotation_of(field).to_owned(),
        (_, _) if field.starts_with("vpc_access") => format!("template.{field}"),
        _ => field.to_owned(),
    };
    lifecycle.ignores(&path)
}

/// Where a v1 service has the field.
fn annotation_of(field: &str) -> &'static str {
    match field {
        "vpc_access.connector" => "template.metadata.annotations.run.googleapis.com/vpc-access-connector",
        "vpc_access.egress" => "template.metadata.annotations.run.googleapis.com/vpc-access-egress",
        _ => "template.metadata.annotations.run.googleapis.com/network-interfaces",
    }
}

/// Names who has no connector while it is not there.
fn cut_off(effect: &mut ApplyEffect, scene: &Scene<'_>, name: &ConnectorName, when: &str) {
    let users = connector_missing::users(scene, name);
    effect.cut_off = attached(scene, name);
    effect.unseen = users.unseen.as_ref().map(|why| why.text.clone());
    let names: Vec<&str> = effect.cut_off.iter().map(|own| &*own.workload.name).collect();
    let more = names.len().saturating_sub(MAX_NAMED);
    let mut named = names.iter().take(MAX_NAMED).copied().collect::<Vec<_>>().join(", ");
    if more > 0 {
        named.push_str(&format!(" and {more} more"));
    }
    effect.text.push_str("; ");
    match (names.len(), &users.unseen) {
        (0, _) => effect.text.push_str(&users.none()),
        (count, unseen) => {
            let have = if count == 1 { "has" } else { "have" };
            effect.text.push_str(&format!("{named} {have} no connector {when}"));
            if unseen.is_some() {
                effect.text.push_str(", and perhaps others that could not be seen");
            }
        }
    }
}

/// The workloads whose live template or declaration names the connector, the live ones first.
fn attached(scene: &Scene<'_>, name: &ConnectorName) -> Vec<CutOff> {
    let reconciled = scene.reconciled;
    let mut all: BTreeMap<Subject, (bool, bool)> = BTreeMap::new();
    for own in reconciled.attached.naming(name) {
        if let Some(pair) = reconciled.workloads.get(own.pair) {
            let entry = all.entry(pair.subject()).or_default();
            entry.0 |= own.live;
            entry.1 |= own.declared;
        }
    }
    let one = |(workload, (live, declared))| CutOff { workload, live, declared };
    let mut all: Vec<CutOff> = all.into_iter().map(one).collect();
    all.sort_by_key(|own| !own.live);
    all
}
