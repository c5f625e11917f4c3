//! Firewall rules of networks.

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Identity, Int, Resource, compute_name, told};
use crate::model::{
    Collection, Fact, FirewallRule, Layer4, NameContext, PortRange, Protocol, ResourceName, Why, WhyKind,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiFirewall {
    network: Option<String>,
    direction: Option<String>,
    priority: Option<Int>,
    disabled: Option<bool>,
    allowed: Option<Vec<ApiLayer4>>,
    denied: Option<Vec<ApiLayer4>>,
    source_ranges: Option<Vec<String>>,
    destination_ranges: Option<Vec<String>>,
    source_tags: Option<Vec<String>>,
    target_tags: Option<Vec<String>>,
    source_service_accounts: Option<Vec<String>>,
    target_service_accounts: Option<Vec<String>>,
}

/// A protocol with its ports; rules of networks and rules of policies spell the first key differently.
#[derive(Deserialize)]
pub(super) struct ApiLayer4 {
    #[serde(alias = "IPProtocol", alias = "ipProtocol")]
    protocol: Option<String>,
    ports: Option<Vec<String>>,
}

/// Reads a rule.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn rule(item: &Value, context: &NameContext) -> Result<Option<FirewallRule>, String> {
    let identity = Identity::deserialize(item).map_err(|error| error.to_string())?;
    let parse = |text: &str, context: &NameContext| ResourceName::parse(text, Collection::Firewalls, context);
    let name = compute_name(&identity, false, context, parse)?;
    let api = ApiFirewall::deserialize(item).map_err(|error| error.to_string())?;
    let resource = Resource::compute(&name, context);
    let (allowed, denied) =
        effect(layers(api.allowed, "allowed", &resource), layers(api.denied, "denied", &resource), &resource);
    Ok(Some(FirewallRule {
        network: told(resource.network(api.network, "network")),
        direction: resource.word(api.direction, "direction"),
        priority: resource.number(api.priority, "priority"),
        disabled: resource.value(api.disabled, "disabled"),
        allowed,
        denied,
        source_ranges: resource.ranges(api.source_ranges, "sourceRanges"),
        destination_ranges: resource.ranges(api.destination_ranges, "destinationRanges"),
        source_tags: resource.set(api.source_tags, "sourceTags"),
        target_tags: resource.set(api.target_tags, "targetTags"),
        source_service_accounts: resource.set(api.source_service_accounts, "sourceServiceAccounts"),
        target_service_accounts: resource.set(api.target_service_accounts, "targetServiceAccounts"),
        name,
    }))
}

type Layers = Fact<Vec<Layer4>>;

/// A rule allows or denies. One that does neither, or both, tells nothing.
fn effect(allowed: Layers, denied: Layers, resource: &Resource<'_>) -> (Layers, Layers) {
    if allowed.is_absent() != denied.is_absent() {
        return (allowed, denied);
    }
    let text = if allowed.is_absent() { "the rule neither allows nor denies" } else { "the rule allows and denies" };
    let why = Why::at(WhyKind::Malformed, text, resource.at(""));
    (Fact::unknown(why.clone()), Fact::unknown(why))
}

/// Protocols and ports, sorted. One that cannot be read makes the list unknown.
pub(super) fn layers(api: Option<Vec<ApiLayer4>>, field: &str, resource: &Resource<'_>) -> Layers {
    resource.filled(api, field).try_map(|layers| {
        let mut layers = layers.into_iter().map(layer).collect::<Result<Vec<Layer4>, String>>()?;
        layers.sort();
        Ok(layers)
    })
}

fn layer(api: ApiLayer4) -> Result<Layer4, String> {
    let protocol = api.protocol.filter(|protocol| !protocol.is_empty()).ok_or("a protocol is missing")?;
    let ports = api.ports.unwrap_or_default();
    let mut ports = ports.iter().map(|text| PortRange::parse(text)).collect::<Result<Vec<PortRange>, String>>()?;
    ports.sort();
    Ok(Layer4 { protocol: Protocol::from(&*protocol), ports })
}
