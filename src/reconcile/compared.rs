//! How much of what is declared was really compared.

use super::compare::{Comparison, certain};
use super::equivalence::{
    EGRESS, End, MACHINE_TYPE, NETWORK_NAME, RANGE, SCALING, SUBNETWORK_NAME, TRAFFIC, declared_scaling,
};
use super::fields::{CONNECTOR, INTERFACES};
use super::resources::{compare_fields, declared_fields};
use super::{ConnectorPair, Reconciled, ResourcePair, WorkloadPair};
use crate::model::{Connector, DeployCommand, LiveWorkload, Presence, Workload, WorkloadKind};

/// Declared fields, and those of them that were found to be the same or different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// What is declared, by itself or by leaving it to a documented default.
    pub declared: usize,
    /// What was compared.
    pub compared: usize,
}

impl Counts {
    /// Takes the outcomes of a declaration; an outcome is `None` where there is nothing live to compare with.
    fn add(&mut self, presence: &Presence, outcomes: impl IntoIterator<Item = Option<Comparison>>) {
        for outcome in outcomes {
            self.declared += 1;
            let decided = matches!(outcome, Some(Comparison::Same | Comparison::Different));
            self.compared += usize::from(decided && certain(presence).is_ok());
        }
    }
}

/// Counts over everything that was paired.
pub fn counts(reconciled: &Reconciled<'_>) -> Counts {
    let mut counts = Counts::default();
    reconciled.connectors.iter().for_each(|pair| connector(pair, &mut counts));
    reconciled.workloads.iter().for_each(|pair| workload(pair, &mut counts));
    reconciled.resources.iter().for_each(|pair| resource(pair, &mut counts));
    counts
}

fn connector(pair: &ConnectorPair<'_>, counts: &mut Counts) {
    let settled = |live: &&Connector| !live.state.known().is_some_and(|state| state.is_settling());
    let live = pair.live.present().filter(settled);
    for declared in &pair.declared {
        let wanted = &declared.value;
        let mut outcomes = vec![live.map(|live| (MACHINE_TYPE.compare)(&wanted.machine_type, &live.machine_type))];
        if !wanted.network.is_absent() {
            outcomes.push(live.map(|live| (NETWORK_NAME.compare)(&wanted.network, &live.network)));
        }
        if !wanted.ip_cidr_range.is_absent() {
            outcomes.push(live.map(|live| (RANGE.compare)(&wanted.ip_cidr_range, &live.ip_cidr_range)));
        }
        if !wanted.subnet.is_absent() {
            outcomes.push(live.map(|live| (SUBNETWORK_NAME.compare)(&wanted.subnet, &live.subnet)));
        }
        for end in [End::Min, End::Max] {
            if !declared_scaling(wanted, end).1.is_absent() {
                outcomes.push(live.map(|live| (SCALING.compare)(wanted, live, end)));
            }
        }
        counts.add(&declared.presence, outcomes);
    }
}

fn workload(pair: &WorkloadPair<'_>, counts: &mut Counts) {
    let live = pair.live.present().filter(|live| live.settling.is_none());
    for declared in &pair.terraform {
        counts.add(&declared.presence, of_terraform(&declared.value, live));
    }
    if pair.terraform.is_empty() {
        for command in &pair.deploy {
            counts.add(&command.presence(), of_deploy(command, live));
        }
    }
}

fn of_terraform(declared: &Workload, live: Option<&LiveWorkload>) -> Vec<Option<Comparison>> {
    let vpc = live.map(|live| &live.workload.vpc);
    let mut outcomes = vec![vpc.map(|vpc| (CONNECTOR.compare)(&declared.vpc.connector, &vpc.connector))];
    if !declared.vpc.is_detached() {
        outcomes.push(vpc.map(|vpc| (EGRESS.compare)(&declared.vpc.egress, vpc)));
    }
    if !declared.vpc.interfaces.is_absent() {
        outcomes.push(vpc.map(|vpc| (INTERFACES.compare)(&declared.vpc.interfaces, &vpc.interfaces)));
    }
    if declared.kind != WorkloadKind::Job {
        outcomes.push(live.map(|live| (TRAFFIC.compare)(&declared.traffic, &live.serving)));
    }
    outcomes
}

fn of_deploy(command: &DeployCommand, live: Option<&LiveWorkload>) -> Vec<Option<Comparison>> {
    let vpc = live.map(|live| &live.workload.vpc);
    let mut outcomes = Vec::new();
    outcomes
        .extend((CONNECTOR.after)(command).map(|wanted| vpc.map(|vpc| (CONNECTOR.compare)(&wanted, &vpc.connector))));
    let egress = super::fields::value_after(&command.egress);
    outcomes.extend(egress.map(|wanted| vpc.map(|vpc| (EGRESS.compare)(&wanted, vpc))));
    let interfaces = (INTERFACES.after)(command);
    outcomes.extend(interfaces.map(|wanted| vpc.map(|vpc| (INTERFACES.compare)(&wanted, &vpc.interfaces))));
    outcomes
}

fn resource(pair: &ResourcePair<'_>, counts: &mut Counts) {
    let live = pair.live.present().filter(|live| live.settling.is_none());
    for declared in &pair.declared {
        let outcomes: Vec<Option<Comparison>> = match (live, pair.id()) {
            (Some(live), Some(id)) => {
                let compared = compare_fields(id, &declared.value, &live.resource);
                compared.into_iter().map(|one| Some(one.outcome)).collect()
            }
            _ => vec![None; declared_fields(&declared.value)],
        };
        counts.add(&declared.presence, outcomes);
    }
}
