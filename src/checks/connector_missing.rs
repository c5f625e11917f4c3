//! A connector is declared for certain, its region was listed in full, and it is not there.

use super::{Check, Scene, applying, gcloud_command};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{ConnectorName, DeclaredSource, Why, WorkloadKind};
use crate::reconcile::{ConnectorPair, LiveSide, certain};

/// The rule.
pub static RULE: Rule =
    Rule::new("connector-missing", Part::Vpc, Severity::Critical, "a declared connector is not live");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    scene.reconciled.connectors.iter().filter(|pair| !pair.declared.is_empty()).map(|pair| one(scene, pair)).collect()
}

fn one(scene: &Scene<'_>, pair: &ConnectorPair<'_>) -> Verdict {
    let not_checked = |why| Verdict::not_checked(&RULE, pair.subject(), None, why);
    match (&pair.live, &pair.name) {
        (LiveSide::NotAsked, _) => Verdict::NotApplicable,
        (LiveSide::Present(_), _) => Verdict::Clean,
        (LiveSide::Unknown(why), _) => not_checked(why.clone()),
        (LiveSide::Absent, None) => Verdict::NotApplicable,
        (LiveSide::Absent, Some(name)) => {
            let mut doubt = None;
            for declared in &pair.declared {
                match certain(&declared.presence) {
                    Ok(()) => return finding(scene, pair, name),
                    Err(why) => doubt = Some(why),
                }
            }
            doubt.map_or(Verdict::NotApplicable, not_checked)
        }
    }
}

fn finding(scene: &Scene<'_>, pair: &ConnectorPair<'_>, name: &ConnectorName) -> Verdict {
    let title = format!("connector {} is declared but not live in {}/{}", name.name, name.project, name.region);
    let mut builder = Finding::builder(&RULE, pair.subject(), title).baseline(Baseline::Terraform);
    for declared in &pair.declared {
        builder = builder.declared(Some(name.to_string()), declared.source.to_string(), declared.origin.clone());
    }
    builder = builder.live(None, name.to_string(), "");
    let users = users(scene, name);
    let why = match (users.names, &users.unseen) {
        ([], None) => "no live workload uses it yet; the next revision that names it will fail to deploy".to_owned(),
        ([], Some(_)) => format!("{}; the next revision that names it will fail to deploy", users.none()),
        ([one], _) => format!("{one} uses it: its requests into the VPC cannot leave"),
        (many, _) => format!("{} use it: their requests into the VPC cannot leave", many.join(", ")),
    };
    builder = builder.why(why);
    if let Some(DeclaredSource::Terraform { address, root }) = pair.declared.first().map(|declared| &declared.source) {
        let verify = gcloud_command::connector("describe", name, "");
        let undo = gcloud_command::connector("delete", name, "");
        builder = builder.command(gcloud_command::apply(root, address), verify, undo);
    }
    if let Some(declared) = pair.declared.first() {
        builder = builder.apply(applying::connector_creation(scene, &declared.source, name));
    }
    builder.build().into()
}

/// The live workloads that hang on a connector.
pub struct Users<'e> {
    /// Short names of those whose template names the connector.
    pub names: &'e [&'e str],
    /// Why there may be more: the workloads of its project and region were not listed, or one names a connector that
    /// cannot be told.
    pub unseen: Option<Why>,
}

impl Users<'_> {
    /// What may be said where no user was found.
    pub fn none(&self) -> String {
        match &self.unseen {
            None => "no service, job or worker pool of its project uses it".to_owned(),
            Some(why) => format!("what uses it could not be seen, because {}", why.text),
        }
    }
}

/// The live workloads whose template names the connector, as far as they were seen.
pub fn users<'e>(scene: &Scene<'e>, name: &ConnectorName) -> Users<'e> {
    let coverage = &scene.evidence.inventory.coverage;
    let unlisted =
        WorkloadKind::ALL.iter().find_map(|kind| coverage.answered(kind.api(), &name.project, &name.region).err());
    let attached = &scene.reconciled.attached;
    Users { names: attached.to(name), unseen: unlisted.or_else(|| attached.unclear_in(&name.region).cloned()) }
}
