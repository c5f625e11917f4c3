//! VPC networks.

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Identity, Int, Resource, compute_name, told};
use crate::model::{LiveNetwork, NameContext, NetworkName, Peering};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiNetwork {
    mtu: Option<Int>,
    auto_create_subnetworks: Option<bool>,
    routing_config: Option<ApiRouting>,
    network_firewall_policy_enforcement_order: Option<String>,
    peerings: Option<Vec<ApiPeering>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiRouting {
    routing_mode: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiPeering {
    name: Option<String>,
    network: Option<String>,
    state: Option<String>,
    state_details: Option<String>,
    export_custom_routes: Option<bool>,
    import_custom_routes: Option<bool>,
    export_subnet_routes_with_public_ip: Option<bool>,
    import_subnet_routes_with_public_ip: Option<bool>,
}

/// Reads a network.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn network(item: &Value, context: &NameContext) -> Result<Option<LiveNetwork>, String> {
    let identity = Identity::deserialize(item).map_err(|error| error.to_string())?;
    let name = compute_name(&identity, false, context, NetworkName::parse)?;
    let api = ApiNetwork::deserialize(item).map_err(|error| error.to_string())?;
    let resource = Resource::compute(&name, context);
    let routing_mode = api.routing_config.and_then(|routing| routing.routing_mode);
    let order = api.network_firewall_policy_enforcement_order;
    let peerings = resource.parts(api.peerings, "peerings", |api, at| peering(api, at, &resource));
    Ok(Some(LiveNetwork {
        mtu: resource.number(api.mtu, "mtu"),
        auto_create_subnetworks: resource.value(api.auto_create_subnetworks, "autoCreateSubnetworks"),
        routing_mode: resource.word(routing_mode, "routingConfig.routingMode"),
        firewall_policy_order: resource.word(order, "networkFirewallPolicyEnforcementOrder"),
        peerings: peerings.map(|mut peerings| {
            peerings.sort_by(|a, b| a.name.known().cmp(&b.name.known()));
            peerings
        }),
        name,
    }))
}

fn peering(api: ApiPeering, at: &str, resource: &Resource<'_>) -> Peering {
    let path = |field: &str| format!("{at}.{field}");
    let public = [api.export_subnet_routes_with_public_ip, api.import_subnet_routes_with_public_ip];
    let [export_public, import_public] = public;
    Peering {
        name: resource.text(api.name, &path("name")),
        network: resource.network(api.network, &path("network")),
        state: told(resource.word(api.state, &path("state"))),
        state_details: resource.text(api.state_details, &path("stateDetails")),
        export_custom_routes: resource.value(api.export_custom_routes, &path("exportCustomRoutes")),
        import_custom_routes: resource.value(api.import_custom_routes, &path("importCustomRoutes")),
        export_public_subnet_routes: resource.value(export_public, &path("exportSubnetRoutesWithPublicIp")),
        import_public_subnet_routes: resource.value(import_public, &path("importSubnetRoutesWithPublicIp")),
    }
}
