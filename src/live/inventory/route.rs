//! Routes.

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Identity, Int, Resource, compute_name, told};
use crate::model::names::relative;
use crate::model::{Collection, Fact, NameContext, NetworkName, NextHop, ResourceName, Route, Why, WhyKind, redact};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiRoute {
    network: Option<String>,
    dest_range: Option<String>,
    priority: Option<Int>,
    tags: Option<Vec<String>>,
    route_status: Option<String>,
    #[serde(flatten)]
    next_hop: ApiNextHop,
}

/// One of these is set.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiNextHop {
    next_hop_gateway: Option<String>,
    next_hop_instance: Option<String>,
    next_hop_ilb: Option<String>,
    next_hop_vpn_tunnel: Option<String>,
    next_hop_interconnect_attachment: Option<String>,
    next_hop_peering: Option<String>,
    next_hop_hub: Option<String>,
    next_hop_ip: Option<String>,
    next_hop_network: Option<String>,
}

/// Reads a route.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn route(item: &Value, context: &NameContext) -> Result<Option<Route>, String> {
    let identity = Identity::deserialize(item).map_err(|error| error.to_string())?;
    let parse = |text: &str, context: &NameContext| ResourceName::parse(text, Collection::Routes, context);
    let name = compute_name(&identity, false, context, parse)?;
    let api = ApiRoute::deserialize(item).map_err(|error| error.to_string())?;
    let resource = Resource::compute(&name, context);
    Ok(Some(Route {
        network: told(resource.network(api.network, "network")),
        destination: told(resource.range(api.dest_range, "destRange")),
        priority: resource.number(api.priority, "priority"),
        next_hop: next_hop(api.next_hop, &resource),
        tags: resource.set(api.tags, "tags"),
        status: resource.word(api.route_status, "routeStatus"),
        name,
    }))
}

/// What is most particular goes first: a peering's route may name the network as well.
fn next_hop(api: ApiNextHop, resource: &Resource<'_>) -> Fact<NextHop> {
    let named: [(Option<String>, &str, fn(String) -> NextHop); 7] = [
        (api.next_hop_peering, "nextHopPeering", NextHop::Peering),
        (api.next_hop_gateway, "nextHopGateway", gateway),
        (api.next_hop_instance, "nextHopInstance", NextHop::Instance),
        (api.next_hop_ilb, "nextHopIlb", NextHop::LoadBalancer),
        (api.next_hop_vpn_tunnel, "nextHopVpnTunnel", NextHop::VpnTunnel),
        (api.next_hop_interconnect_attachment, "nextHopInterconnectAttachment", NextHop::InterconnectAttachment),
        (api.next_hop_hub, "nextHopHub", NextHop::Hub),
    ];
    for (text, field, hop) in named {
        let text = resource.text(text, field);
        if !text.is_absent() {
            return text.map(|text| hop(relative(&text).to_owned()));
        }
    }
    let address = resource.parsed(api.next_hop_ip, "nextHopIp", |text, _| {
        text.parse().map(NextHop::Ip).map_err(|_| format!("`{}` is no address", redact::identifier(text)))
    });
    if !address.is_absent() {
        return address;
    }
    let network = resource.parsed(api.next_hop_network, "nextHopNetwork", NetworkName::parse);
    if network.is_absent() {
        return Fact::unknown(Why::at(WhyKind::Malformed, "the route names no next hop", resource.at("")));
    }
    network.map(NextHop::Network)
}

fn gateway(name: String) -> NextHop {
    let default = name.rsplit('/').next() == Some("default-internet-gateway");
    if default { NextHop::InternetGateway } else { NextHop::Gateway(name) }
}
