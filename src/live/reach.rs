//! What workloads and connectors lead to: what else decides whether their packets arrive.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Request, answers, inventory};
use crate::model::{ConnectorName, ConnectorState, Endpoint, Fact, Inventory, NetworkName, SubnetworkName, VpcAccess};

/// What is worth asking about, from what was answered first.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// Connectors that are used and lie where connectors were not asked for.
    pub connectors: BTreeSet<ConnectorName>,
    /// Project and region of connectors in the state `ERROR`.
    pub broken_connectors: BTreeSet<(String, String)>,
    /// The networks that something is attached to.
    pub networks: BTreeSet<NetworkName>,
    /// Their projects.
    pub network_projects: BTreeSet<String>,
    /// The subnetworks of other projects that something is attached to.
    pub shared_subnetworks: BTreeSet<SubnetworkName>,
    /// The projects in which a role of another project's service agent decides.
    pub granting_projects: BTreeSet<String>,
    /// The projects whose databases may be used.
    pub database_projects: BTreeSet<String>,
    /// Every project that plays a part.
    pub projects: BTreeSet<String>,
}

/// Follows every attachment.
pub(super) fn reached(inventory: &Inventory, request: &Request) -> Reached {
    let mut all = Reached::default();
    let asked: BTreeSet<(String, String)> = inventory
        .coverage
        .entries
        .iter()
        .filter_map(|entry| Some((entry.project.clone(), entry.region.clone()?)))
        .collect();
    all.projects = answers::projects(request).into_iter().filter(|project| answers::is_segment(project)).collect();
    all.database_projects = all.projects.clone();
    for workload in &inventory.workloads {
        all.attachment(&workload.name.project, &workload.workload.vpc, &asked);
    }
    for revision in &inventory.revisions {
        all.attachment(&revision.service.project, &revision.vpc, &asked);
    }
    for connector in &inventory.connectors {
        let Some(name) = connector.name.known() else { continue };
        if matches!(connector.state, Fact::Known(ConnectorState::Error, _)) {
            all.broken_connectors.insert((name.project.clone(), name.region.clone()));
            all.granting_projects.insert(name.project.clone());
        }
        if let Some(subnet) = connector.subnet.known() {
            all.subnetwork(&name.project, subnet);
            // The API answers with the bare name of the network, which lies where the subnetwork lies.
            if let Some(network) = connector.network.known() {
                all.network(NetworkName { project: subnet.project.clone(), ..network.clone() });
            }
        } else if let Some(network) = connector.network.known() {
            all.network(network.clone());
        }
    }
    all.network_projects.extend(request.needs.networks.iter().filter(|project| answers::is_segment(project)).cloned());
    all.database_projects.extend(all.network_projects.iter().cloned());
    let of_workloads = inventory.workloads.iter().flat_map(|own| &own.variables);
    let variables = of_workloads.chain(inventory.revisions.iter().flat_map(|own| &own.variables));
    for variable in variables {
        if let Some(Endpoint::CloudSql { instance, .. }) = variable.endpoint.known()
            && answers::is_segment(&instance.project)
        {
            all.database_projects.insert(instance.project.clone());
        }
    }
    all.projects.extend(all.network_projects.iter().cloned());
    all.projects.extend(all.connectors.iter().map(|name| name.project.clone()));
    all
}

impl Reached {
    fn attachment(&mut self, project: &str, vpc: &VpcAccess, asked: &BTreeSet<(String, String)>) {
        if let Some(connector) = vpc.connector.known() {
            let place = (connector.project.clone(), connector.region.clone());
            if !asked.contains(&place) && answers::is_segment(&place.0) && answers::is_segment(&place.1) {
                self.connectors.insert(connector.clone());
            }
            if connector.project != project {
                self.granting_projects.insert(connector.project.clone());
            }
        }
        for interface in vpc.interfaces.known().into_iter().flatten() {
            if let Some(network) = interface.network.known() {
                self.network(network.clone());
            }
            if let Some(subnetwork) = interface.subnetwork.known() {
                self.subnetwork(project, subnetwork);
            }
        }
    }

    fn network(&mut self, network: NetworkName) {
        self.network_projects.insert(network.project.clone());
        self.networks.insert(network);
    }

    fn subnetwork(&mut self, user: &str, subnetwork: &SubnetworkName) {
        self.network_projects.insert(subnetwork.project.clone());
        if subnetwork.project != user {
            self.granting_projects.insert(subnetwork.project.clone());
            self.shared_subnetworks.insert(subnetwork.clone());
        }
    }
}

/// Project and region of everything that is being changed.
pub(super) fn settling(inventory: &Inventory) -> BTreeSet<(String, String)> {
    let workloads = inventory.workloads.iter().filter(|workload| workload.settling.is_some());
    let workloads = workloads.map(|workload| (workload.name.project.clone(), workload.name.region.clone()));
    let moving = |state: &Fact<ConnectorState>| state.known().is_some_and(ConnectorState::is_settling);
    let connectors = inventory.connectors.iter().filter(|connector| moving(&connector.state));
    let connectors = connectors.filter_map(|connector| connector.name.known());
    workloads.chain(connectors.map(|name| (name.project.clone(), name.region.clone()))).collect()
}

/// The short names of workload and revision of every revision of a service or worker pool that has a share or a tag. "Latest" is the
/// newest revision that became ready.
pub(super) fn serving_revisions(workload: &Value) -> Vec<(String, String)> {
    let short = |value: Option<&Value>| {
        let text = value.and_then(Value::as_str)?.rsplit('/').next()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    let Some(name) = short(workload.get("name")) else { return Vec::new() };
    let latest = short(workload.get("latestReadyRevision"));
    let shares = ["trafficStatuses", "instanceSplitStatuses"].into_iter().filter_map(|key| workload.get(key));
    let targets = shares.filter_map(Value::as_array).flatten();
    let serves = |target: &&Value| {
        let percent = target.get("percent").and_then(Value::as_i64).unwrap_or_default();
        percent > 0 || short(target.get("tag")).is_some()
    };
    let revisions =
        targets.filter(serves).filter_map(|target| short(target.get("revision")).or_else(|| latest.clone()));
    // What is no name is told where the service is read; it is no path to ask for.
    let revisions = revisions.filter(|revision| answers::is_segment(&name) && answers::is_segment(revision));
    let mut all: Vec<(String, String)> = revisions.map(|revision| (name.clone(), revision)).collect();
    all.sort();
    all.dedup();
    all
}

/// The project numbers in names of VPC resources, in any spelling of a name, and of a connector's subnet.
pub(super) fn numbers_in(item: &Value, numbers: &mut BTreeSet<String>) {
    let places = ["/template/vpcAccess", "/template/template/vpcAccess", "/vpcAccess"];
    let names = ["/network", "/settings/ipConfiguration/privateNetwork", "/authorizedNetwork"];
    for access in places.into_iter().filter_map(|path| item.pointer(path)) {
        let interfaces = access.get("networkInterfaces").and_then(Value::as_array).into_iter().flatten();
        let names = interfaces.flat_map(|interface| [interface.get("network"), interface.get("subnetwork")]);
        let names = names.chain([access.get("connector")]).flatten().filter_map(Value::as_str);
        numbers.extend(names.filter_map(project_number));
    }
    let names = names.into_iter().filter_map(|path| item.pointer(path)).filter_map(Value::as_str);
    numbers.extend(names.filter_map(project_number));
    let subnet = item.pointer("/subnet/projectId").and_then(Value::as_str);
    numbers.extend(subnet.filter(|project| inventory::is_number(project)).map(str::to_owned));
}

/// The project of a name, where it is given by number.
fn project_number(name: &str) -> Option<String> {
    let project = name.split("projects/").nth(1)?.split('/').next()?;
    inventory::is_number(project).then(|| project.to_owned())
}
