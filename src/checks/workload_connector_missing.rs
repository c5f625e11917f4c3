//! A live workload uses a connector that is not there, and that nothing declares: a declared one is told by
//! `connector-missing`, with the workloads that use it.

use super::expected::settled;
use super::workload_connector_changed::changed_by;
use super::{Check, Scene, gcloud_command};
use crate::finding::{Finding, Part, Rule, Severity, Verdict};
use crate::model::{Api, ConnectorName, LiveWorkload, Why};
use crate::reconcile::WorkloadPair;
use crate::reconcile::fields::CONNECTOR;

/// The rule.
pub static RULE: Rule = Rule::new(
    "workload-connector-missing",
    Part::Vpc,
    Severity::Critical,
    "a live workload uses a connector that does not exist",
);
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&RULE], |scene, pair| vec![one(scene, pair)]);

fn one(scene: &Scene<'_>, pair: &WorkloadPair<'_>) -> Verdict {
    let Ok(live) = settled(pair) else { return Verdict::NotApplicable };
    let Some(connector) = live.workload.vpc.connector.known() else { return Verdict::NotApplicable };
    match scene.reconciled.connector(connector) {
        Some(own) if !own.declared.is_empty() => return Verdict::NotApplicable,
        Some(own) if own.live.present().is_some() => return Verdict::Clean,
        _ => {}
    }
    match looked_for(scene, connector) {
        Ok(()) => finding(pair, live, connector),
        Err(why) => Verdict::not_checked(&RULE, pair.subject(), Some(CONNECTOR.name), why),
    }
}

/// `Ok` where the connector was asked for, by its region or by its name.
fn looked_for(scene: &Scene<'_>, name: &ConnectorName) -> Result<(), Why> {
    let coverage = &scene.evidence.inventory.coverage;
    let by_name = coverage.answered_of(Api::VpcAccessConnectors, &name.project, &name.to_string());
    by_name.or_else(|_| coverage.answered(Api::VpcAccessConnectors, &name.project, &name.region))
}

fn finding(pair: &WorkloadPair<'_>, live: &LiveWorkload, connector: &ConnectorName) -> Verdict {
    let ConnectorName { project, region, name } = connector;
    let title = format!("{} uses connector {name}, which does not exist in {project}/{region}", live.name.name);
    let mut builder = Finding::builder(&RULE, pair.subject(), title)
        .field(CONNECTOR.name)
        .live(Some(connector.to_string()), live.name.to_string(), CONNECTOR.api)
        .live_note(changed_by(live))
        .why("its requests into the VPC cannot leave, and its next revision will be refused");
    for declared in &pair.terraform {
        builder = builder.place(declared.origin.clone());
    }
    for command in &pair.deploy {
        builder = builder.place(command.origin.clone());
    }
    builder
        .edit("make a connector of this name again, or attach the workload to one that exists", None)
        .command(gcloud_command::connectors(project, region), "", "")
        .build()
        .into()
}
