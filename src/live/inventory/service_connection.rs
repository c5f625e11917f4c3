//! Private connections of networks to service producers.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::firewall_policy::asked_network;
use super::resource::Resource;
use super::short;
use crate::model::{Collection, NameContext, NetworkName, ResourceName, ServiceConnection};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiConnection {
    network: Option<String>,
    service: Option<String>,
    peering: Option<String>,
    reserved_peering_ranges: Option<Vec<String>>,
}

/// Reads a connection of the network `of`.
///
/// # Errors
/// What is wrong with the item, or with the name of the network.
pub(super) fn connection(
    item: &Value,
    of: Option<&str>,
    context: &NameContext,
) -> Result<Option<ServiceConnection>, String> {
    let network = asked_network(of, context)?;
    let api = ApiConnection::deserialize(item).map_err(|error| error.to_string())?;
    if let Some(told) = api.network.filter(|told| !told.is_empty()) {
        agree(&told, &network, context)?;
    }
    let resource = Resource::compute(&network, context);
    let service = api.service.map(|service| service.trim_start_matches("services/").to_owned());
    let ranges = resource.filled(api.reserved_peering_ranges, "reservedPeeringRanges").try_map(|names| {
        let parse = |name: &String| ResourceName::parse(name, Collection::Addresses, &resource.context(name));
        names.iter().map(parse).collect::<Result<BTreeSet<ResourceName>, _>>().map_err(|error| error.to_string())
    });
    Ok(Some(ServiceConnection {
        service: resource.text(service, "service"),
        peering: resource.text(api.peering, "peering"),
        reserved_ranges: ranges,
        network,
    }))
}

/// The API names the network by the project's number, which nobody may know: then the short name must do.
fn agree(told: &str, asked: &NetworkName, context: &NameContext) -> Result<(), String> {
    let same = match NetworkName::parse(told, context) {
        Ok(name) => name == *asked,
        Err(_) => short(told).as_deref() == Some(&*asked.name),
    };
    if same { Ok(()) } else { Err("it is of another network than the one that was asked about".to_owned()) }
}
