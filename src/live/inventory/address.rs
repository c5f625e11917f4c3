//! Reserved addresses and ranges, regional and global.

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Identity, Int, Resource, compute_name};
use crate::model::{Address, Collection, NameContext, ResourceName};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiAddress {
    address: Option<String>,
    prefix_length: Option<Int>,
    address_type: Option<String>,
    purpose: Option<String>,
    network: Option<String>,
    subnetwork: Option<String>,
    status: Option<String>,
    users: Option<Vec<String>>,
}

/// Reads a regional address.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn regional(item: &Value, context: &NameContext) -> Result<Option<Address>, String> {
    address(item, true, context)
}

/// Reads a global address.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn global(item: &Value, context: &NameContext) -> Result<Option<Address>, String> {
    address(item, false, context)
}

fn address(item: &Value, regional: bool, context: &NameContext) -> Result<Option<Address>, String> {
    let identity = Identity::deserialize(item).map_err(|error| error.to_string())?;
    let parse = |text: &str, context: &NameContext| ResourceName::parse(text, Collection::Addresses, context);
    let name = compute_name(&identity, regional, context, parse)?;
    let api = ApiAddress::deserialize(item).map_err(|error| error.to_string())?;
    let resource = Resource::compute(&name, context);
    Ok(Some(Address {
        address: resource.address(api.address, "address"),
        prefix_length: resource.number(api.prefix_length, "prefixLength"),
        address_type: resource.word(api.address_type, "addressType"),
        purpose: resource.word(api.purpose, "purpose"),
        network: resource.network(api.network, "network"),
        subnetwork: resource.subnetwork(api.subnetwork, "subnetwork"),
        status: resource.word(api.status, "status"),
        users: resource.set(api.users, "users"),
        name,
    }))
}
