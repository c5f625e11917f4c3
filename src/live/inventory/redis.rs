//! Memorystore for Redis instances.

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Int, Resource, own_name, told};
use crate::model::{Collection, NameContext, RedisInstance, ResourceName};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiInstance {
    name: Option<String>,
    host: Option<String>,
    port: Option<Int>,
    state: Option<String>,
    status_message: Option<String>,
    connect_mode: Option<String>,
    authorized_network: Option<String>,
    reserved_ip_range: Option<String>,
    auth_enabled: Option<bool>,
    transit_encryption_mode: Option<String>,
    read_endpoint: Option<String>,
    read_endpoint_port: Option<Int>,
}

/// Reads an instance.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn instance(item: &Value, context: &NameContext) -> Result<Option<RedisInstance>, String> {
    let api = ApiInstance::deserialize(item).map_err(|error| error.to_string())?;
    let name = redis_name(&api.name.unwrap_or_default(), Collection::RedisInstances, context)?;
    let resource = Resource::new(&name.to_string(), &name.project, name.region.as_deref(), context);
    Ok(Some(RedisInstance {
        host: resource.text(api.host, "host"),
        port: resource.number(api.port, "port"),
        state: told(resource.word(api.state, "state")),
        status_message: resource.text(api.status_message, "statusMessage"),
        connect_mode: resource.word(api.connect_mode, "connectMode"),
        authorized_network: resource.network(api.authorized_network, "authorizedNetwork"),
        reserved_ip_range: resource.word(api.reserved_ip_range, "reservedIpRange"),
        auth_enabled: resource.value(api.auth_enabled, "authEnabled"),
        transit_encryption: resource.word(api.transit_encryption_mode, "transitEncryptionMode"),
        read_endpoint: resource.text(api.read_endpoint, "readEndpoint"),
        read_endpoint_port: resource.number(api.read_endpoint_port, "readEndpointPort"),
        name,
    }))
}

/// The full name of a listed item.
///
/// # Errors
/// Where it is missing, or of another kind, project or region.
pub(super) fn redis_name(name: &str, collection: Collection, context: &NameContext) -> Result<ResourceName, String> {
    let (own, _) = own_name(name, &[collection.word()], context)?;
    Ok(ResourceName { collection, project: own.project, region: Some(own.region), name: own.short })
}
