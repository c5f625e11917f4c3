//! A connector is declared for certain, its region was listed in full, and it is not there.

use super::{Check, Scene, gcloud_command};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{ConnectorName, DeclaredSource};
use crate::reconcile::{ConnectorPair, LiveSide, certain};

/// The rule.
pub static RULE: Rule =
    Rule::new("connector-missing", Part::Vpc, Severity::Critical, "a declared connector is not live");
/// The check.
pub static CHECK: Check = Check { rules: &[&RULE], judge };

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    scene.reconciled.connectors.iter().filter(|pair| !pair.declared.is_empty()).map(|pair| one(scene, pair)).collect()
}

fn one(scene: &Scene<'_>, pair: &ConnectorPair) -> Verdict {
    let not_checked = |why| Verdict::not_checked(&RULE, pair.subject.clone(), None, why);
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

fn finding(scene: &Scene<'_>, pair: &ConnectorPair, name: &ConnectorName) -> Verdict {
    let title = format!("connector {} is declared but not live in {}/{}", name.name, name.project, name.region);
    let mut builder = Finding::builder(&RULE, pair.subject.clone(), title).baseline(Baseline::Terraform);
    for declared in &pair.declared {
        builder = builder.declared(Some(name.to_string()), declared.source.to_string(), declared.origin.clone());
    }
    builder = builder.live(None, name.to_string(), "");
    let users = users(scene, name);
    let why = if users.is_empty() {
        "no live workload uses it yet; the next revision that names it will fail to deploy".to_owned()
    } else {
        format!(
            "{} {} it: their requests into the VPC cannot leave",
            users.join(", "),
            if users.len() == 1 { "uses" } else { "use" }
        )
    };
    builder = builder.why(why);
    if let Some(DeclaredSource::Terraform { address, root }) = pair.declared.first().map(|declared| &declared.source) {
        let verify = gcloud_command::connector("describe", name, "");
        let undo = gcloud_command::connector("delete", name, "");
        builder = builder.command(gcloud_command::apply(root, address), verify, undo);
    }
    builder.build().into()
}

/// Short names of the live workloads whose template names the connector.
pub fn users(scene: &Scene<'_>, name: &ConnectorName) -> Vec<String> {
    let uses = |pair: &&crate::reconcile::WorkloadPair| {
        pair.live.present().is_some_and(|live| live.workload.vpc.connector.known() == Some(name))
    };
    scene.reconciled.workloads.iter().filter(uses).map(|pair| pair.subject.name.clone()).collect()
}
