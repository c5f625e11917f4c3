//! VPC Access connectors.

use std::collections::BTreeSet;

use google_cloud_vpcaccess_v1::model::Connector as ApiConnector;
use google_cloud_vpcaccess_v1::model::connector::State as ApiState;
use serde::Deserialize;
use serde_json::Value;

use super::project_id;
use super::resource::{Resource, own_name, word};
use crate::model::{
    Api, Connector, ConnectorHealth, ConnectorName, ConnectorState, Coverage, Fact, FailedOperation, NameContext,
    Origin, SubnetworkName, Why, WhyKind,
};

/// A connector with what its declaration cannot hold.
pub(super) struct Listed {
    pub(super) name: ConnectorName,
    pub(super) connector: Connector,
    connected_projects: Fact<BTreeSet<String>>,
}

/// Reads a connector. The API keeps no deleted ones, so there always is one.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn connector(item: &Value, context: &NameContext) -> Result<Option<Listed>, String> {
    let api = ApiConnector::deserialize(item).map_err(|error| error.to_string())?;
    let (own, _) = own_name(&api.name, &["connectors"], context)?;
    let name = ConnectorName { project: own.project, region: own.region, name: own.short };
    let resource = Resource::new(&name.to_string(), &name.project, Some(&name.region), context);
    let number = |value: i32, field: &str| resource.value(Some(i64::from(value)).filter(|value| *value != 0), field);
    let connector = Connector {
        short_name: Fact::Known(name.name.clone(), resource.at("name")),
        // The API answers with a bare name, which belongs to the connector's own project.
        network: resource.network(Some(api.network.clone()), "network"),
        ip_cidr_range: resource
            .text(Some(api.ip_cidr_range.clone()), "ipCidrRange")
            .try_map(|range| range.parse().map_err(|_| format!("`{range}` is no address range"))),
        subnet: subnet(&api, &resource),
        machine_type: resource.text(Some(api.machine_type.clone()), "machineType"),
        min_instances: number(api.min_instances, "minInstances"),
        max_instances: number(api.max_instances, "maxInstances"),
        min_throughput: number(api.min_throughput, "minThroughput"),
        max_throughput: number(api.max_throughput, "maxThroughput"),
        state: state(&api.state, resource.at("state")),
        name: Fact::Known(name.clone(), resource.at("name")),
    };
    let connected_projects = resource.set(Some(api.connected_projects), "connectedProjects").map(|projects| {
        projects.iter().map(|project| project_id(project, &context.project_numbers).to_owned()).collect()
    });
    Ok(Some(Listed { name, connector, connected_projects }))
}

/// The subnet's own project may be a Shared VPC host; left out, it is the connector's.
fn subnet(api: &ApiConnector, resource: &Resource<'_>) -> Fact<SubnetworkName> {
    let name = api.subnet.as_ref().map(|subnet| subnet.name.clone());
    let host = api.subnet.as_ref().map(|subnet| subnet.project_id.clone()).filter(|id| !id.is_empty());
    resource.parsed(name, "subnet", |name, context| {
        let project = host.or_else(|| context.project.clone());
        SubnetworkName::parse(name, &NameContext { project, ..context.clone() })
    })
}

/// Every connector has a state, so one that is left out tells nothing about health.
fn state(api: &ApiState, origin: Origin) -> Fact<ConnectorState> {
    if *api == ApiState::Unspecified {
        return Fact::unknown(Why::at(WhyKind::Malformed, "the answer gives no state of the connector", origin));
    }
    Fact::Known(ConnectorState::parse(&word(api.name(), api.value())), origin)
}

/// What only the live side knows of a connector.
pub(super) fn health(listed: &Listed, failures: &[FailedOperation], coverage: &Coverage) -> ConnectorHealth {
    let settling = match &listed.connector.state {
        Fact::Known(state, origin) if state.is_settling() => {
            Some(Why::at(WhyKind::Settling, format!("the connector is {state}"), origin.clone()))
        }
        _ => None,
    };
    ConnectorHealth {
        connector: listed.name.clone(),
        connected_projects: listed.connected_projects.clone(),
        settling,
        failure: failure(listed, failures, coverage),
    }
}

fn failure(listed: &Listed, failures: &[FailedOperation], coverage: &Coverage) -> Fact<FailedOperation> {
    let origin = match &listed.connector.state {
        Fact::Known(ConnectorState::Error, origin) => origin.clone(),
        Fact::Known(_, origin) | Fact::Absent(origin) => return Fact::Absent(origin.clone()),
        Fact::Unknown(whys) => return Fact::Unknown(whys.clone()),
    };
    let own = failures.iter().filter(|failed| failed.connector == listed.name);
    if let Some(newest) = own.max_by(|a, b| (a.time, &a.name).cmp(&(b.time, &b.name))) {
        let origin = Origin::live(&*newest.name, "error.message");
        return Fact::Known(newest.clone(), origin);
    }
    match coverage.answered(Api::VpcAccessOperations, &listed.name.project, &listed.name.region) {
        Ok(()) => Fact::Absent(origin),
        Err(why) => Fact::unknown(why),
    }
}
