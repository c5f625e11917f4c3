//! Memorystore for Redis clusters.

use serde::Deserialize;
use serde_json::Value;

use super::redis::redis_name;
use super::resource::{Int, Resource, told};
use crate::model::{Collection, DiscoveryEndpoint, NameContext, PscConnection, RedisCluster};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiCluster {
    name: Option<String>,
    state: Option<String>,
    psc_configs: Option<Vec<ApiPscConfig>>,
    discovery_endpoints: Option<Vec<ApiEndpoint>>,
    psc_connections: Option<Vec<ApiPscConnection>>,
    authorization_mode: Option<String>,
    transit_encryption_mode: Option<String>,
}

#[derive(Deserialize)]
struct ApiPscConfig {
    network: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiEndpoint {
    address: Option<String>,
    port: Option<Int>,
    psc_config: Option<ApiPscConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiPscConnection {
    address: Option<String>,
    network: Option<String>,
    project_id: Option<String>,
    psc_connection_status: Option<String>,
}

/// Reads a cluster.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn cluster(item: &Value, context: &NameContext) -> Result<Option<RedisCluster>, String> {
    let api = ApiCluster::deserialize(item).map_err(|error| error.to_string())?;
    let name = redis_name(&api.name.unwrap_or_default(), Collection::RedisClusters, context)?;
    let resource = Resource::new(&name.to_string(), &name.project, name.region.as_deref(), context);
    let connections = resource.parts(api.psc_connections, "pscConnections", |api, at| psc(api, at, &resource));
    Ok(Some(RedisCluster {
        state: told(resource.word(api.state, "state")),
        psc_networks: resource.parts(api.psc_configs, "pscConfigs", |api: ApiPscConfig, at| {
            resource.network(api.network, &format!("{at}.network"))
        }),
        discovery_endpoints: resource
            .parts(api.discovery_endpoints, "discoveryEndpoints", |api, at| endpoint(api, at, &resource)),
        psc_connections: connections.map(|mut connections| {
            connections.sort_by(|a, b| a.address.known().cmp(&b.address.known()));
            connections
        }),
        authorization: resource.text(api.authorization_mode, "authorizationMode"),
        transit_encryption: resource.text(api.transit_encryption_mode, "transitEncryptionMode"),
        name,
    }))
}

fn endpoint(api: ApiEndpoint, at: &str, resource: &Resource<'_>) -> DiscoveryEndpoint {
    let network = api.psc_config.and_then(|config| config.network);
    DiscoveryEndpoint {
        address: resource.address(api.address, &format!("{at}.address")),
        port: resource.number(api.port, &format!("{at}.port")),
        network: resource.network(network, &format!("{at}.pscConfig.network")),
    }
}

fn psc(api: ApiPscConnection, at: &str, resource: &Resource<'_>) -> PscConnection {
    PscConnection {
        address: resource.address(api.address, &format!("{at}.address")),
        network: resource.network(api.network, &format!("{at}.network")),
        project: resource.text(api.project_id, &format!("{at}.projectId")),
        status: resource.word(api.psc_connection_status, &format!("{at}.pscConnectionStatus")),
    }
}
