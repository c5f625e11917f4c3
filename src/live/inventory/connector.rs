//! VPC Access connectors.

use google_cloud_vpcaccess_v1::model::Connector as ApiConnector;
use google_cloud_vpcaccess_v1::model::connector::State as ApiState;
use serde::Deserialize;
use serde_json::Value;

use super::own_name;
use super::vpc::text;
use crate::model::{
    Connector, ConnectorName, ConnectorState, Fact, NameContext, NetworkName, Origin, SubnetworkName, Why, WhyKind,
};

/// Reads a connector. The API keeps no deleted ones, so there always is one.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn connector(item: &Value, context: &NameContext) -> Result<Option<Connector>, String> {
    let api = ApiConnector::deserialize(item).map_err(|error| error.to_string())?;
    let (own, _) = own_name(&api.name, &["connectors"], context)?;
    let name = ConnectorName { project: own.project, region: own.region, name: own.short };
    let resource = name.to_string();
    let origin = |field: &str| Origin::live(&*resource, field);
    let context = NameContext {
        project: Some(name.project.clone()),
        region: Some(name.region.clone()),
        project_numbers: context.project_numbers.clone(),
    };
    let number = |value: i32, field: &str| match value {
        0 => Fact::Absent(origin(field)),
        value => Fact::Known(i64::from(value), origin(field)),
    };
    Ok(Some(Connector {
        short_name: Fact::Known(name.name.clone(), origin("name")),
        // The API answers with a bare name, which belongs to the connector's own project.
        network: text(&api.network, origin("network"))
            .try_map(|network| NetworkName::parse(&network, &context).map_err(|error| error.to_string())),
        ip_cidr_range: text(&api.ip_cidr_range, origin("ipCidrRange"))
            .try_map(|range| range.parse().map_err(|_| format!("`{range}` is no address range"))),
        subnet: subnet(&api, origin("subnet"), &context),
        machine_type: text(&api.machine_type, origin("machineType")),
        min_instances: number(api.min_instances, "minInstances"),
        max_instances: number(api.max_instances, "maxInstances"),
        min_throughput: number(api.min_throughput, "minThroughput"),
        max_throughput: number(api.max_throughput, "maxThroughput"),
        state: state(&api.state, origin("state")),
        name: Fact::Known(name.clone(), origin("name")),
    }))
}

/// The subnet's own project may be a Shared VPC host; left out, it is the connector's.
fn subnet(api: &ApiConnector, origin: Origin, context: &NameContext) -> Fact<SubnetworkName> {
    let Some(subnet) = api.subnet.as_ref().filter(|subnet| !subnet.name.is_empty()) else {
        return Fact::Absent(origin);
    };
    let project = Some(subnet.project_id.clone()).filter(|id| !id.is_empty()).or_else(|| context.project.clone());
    let context = NameContext { project, ..context.clone() };
    Fact::Known(subnet.name.clone(), origin)
        .try_map(|name| SubnetworkName::parse(&name, &context).map_err(|error| error.to_string()))
}

/// Every connector has a state, so one that is left out tells nothing about health.
fn state(api: &ApiState, origin: Origin) -> Fact<ConnectorState> {
    match (api, api.name(), api.value()) {
        (ApiState::Unspecified, ..) => {
            Fact::unknown(Why::at(WhyKind::Malformed, "the answer gives no state of the connector", origin))
        }
        (_, Some(word), _) => Fact::Known(ConnectorState::parse(word), origin),
        (_, None, value) => Fact::Known(ConnectorState::Other(value.unwrap_or_default().to_string()), origin),
    }
}
