//! Cloud Routers with their NAT.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Identity, Int, Resource, compute_name, told};
use crate::model::{Collection, Fact, NameContext, Nat, NatSubnetwork, ResourceName, Router};

#[derive(Deserialize)]
struct ApiRouter {
    network: Option<String>,
    nats: Option<Vec<ApiNat>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiNat {
    name: Option<String>,
    r#type: Option<String>,
    source_subnetwork_ip_ranges_to_nat: Option<String>,
    subnetworks: Option<Vec<ApiNatSubnetwork>>,
    nat_ip_allocate_option: Option<String>,
    nat_ips: Option<Vec<String>>,
    drain_nat_ips: Option<Vec<String>>,
    min_ports_per_vm: Option<Int>,
    udp_idle_timeout_sec: Option<Int>,
    icmp_idle_timeout_sec: Option<Int>,
    tcp_established_idle_timeout_sec: Option<Int>,
    tcp_transitory_idle_timeout_sec: Option<Int>,
    tcp_time_wait_timeout_sec: Option<Int>,
    endpoint_types: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiNatSubnetwork {
    name: Option<String>,
    source_ip_ranges_to_nat: Option<Vec<String>>,
    secondary_ip_range_names: Option<Vec<String>>,
}

/// Reads a router.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn router(item: &Value, context: &NameContext) -> Result<Option<Router>, String> {
    let identity = Identity::deserialize(item).map_err(|error| error.to_string())?;
    let parse = |text: &str, context: &NameContext| ResourceName::parse(text, Collection::Routers, context);
    let name = compute_name(&identity, true, context, parse)?;
    let api = ApiRouter::deserialize(item).map_err(|error| error.to_string())?;
    let resource = Resource::compute(&name, context);
    let nats = resource.parts(api.nats, "nats", |api, at| nat(api, at, &resource));
    Ok(Some(Router {
        network: told(resource.network(api.network, "network")),
        nats: nats.map(|mut nats| {
            nats.sort_by(|a, b| a.name.known().cmp(&b.name.known()));
            nats
        }),
        name,
    }))
}

fn nat(api: ApiNat, at: &str, resource: &Resource<'_>) -> Nat {
    let path = |field: &str| format!("{at}.{field}");
    let sources = api.source_subnetwork_ip_ranges_to_nat;
    let timeouts = [
        ("udpIdleTimeoutSec", api.udp_idle_timeout_sec),
        ("icmpIdleTimeoutSec", api.icmp_idle_timeout_sec),
        ("tcpEstablishedIdleTimeoutSec", api.tcp_established_idle_timeout_sec),
        ("tcpTransitoryIdleTimeoutSec", api.tcp_transitory_idle_timeout_sec),
        ("tcpTimeWaitTimeoutSec", api.tcp_time_wait_timeout_sec),
    ];
    Nat {
        timeouts: timeouts.into_iter().map(|(field, value)| (field, resource.number(value, &path(field)))).collect(),
        name: resource.text(api.name, &path("name")),
        kind: resource.word(api.r#type, &path("type")),
        sources: told(resource.word(sources, &path("sourceSubnetworkIpRangesToNat"))),
        subnetworks: resource.parts(api.subnetworks, &path("subnetworks"), |api, at| subnetwork(api, at, resource)),
        allocation: resource.word(api.nat_ip_allocate_option, &path("natIpAllocateOption")),
        ips: addresses(api.nat_ips, &path("natIps"), resource),
        drained_ips: addresses(api.drain_nat_ips, &path("drainNatIps"), resource),
        min_ports_per_vm: resource.number(api.min_ports_per_vm, &path("minPortsPerVm")),
        endpoint_types: resource.set(api.endpoint_types, &path("endpointTypes")),
    }
}

fn subnetwork(api: ApiNatSubnetwork, at: &str, resource: &Resource<'_>) -> NatSubnetwork {
    let path = |field: &str| format!("{at}.{field}");
    NatSubnetwork {
        name: resource.subnetwork(api.name, &path("name")),
        ranges: resource.set(api.source_ip_ranges_to_nat, &path("sourceIpRangesToNat")),
        secondary_ranges: resource.set(api.secondary_ip_range_names, &path("secondaryIpRangeNames")),
    }
}

fn addresses(texts: Option<Vec<String>>, field: &str, resource: &Resource<'_>) -> Fact<BTreeSet<ResourceName>> {
    let parse = |text: &String| {
        ResourceName::parse(text, Collection::Addresses, &resource.context(text)).map_err(|error| error.to_string())
    };
    resource.filled(texts, field).try_map(|texts| texts.iter().map(parse).collect())
}
