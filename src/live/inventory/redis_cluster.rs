//! Memorystore for Redis clusters.

use serde::Deserialize;
use serde_json::Value;

use super::redis::redis_name;
use super::resource::{Int, Resource, told};
use crate::model::{Collection, DiscoveryEndpoint, Fact, NameContext, PscConnection, RedisCluster};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiCluster {
    name: Option<String>,
    state: Option<String>,
    psc_configs: Option<Vec<ApiPscConfig>>,
    discovery_endpoints: Option<Vec<ApiEndpoint>>,
    psc_connections: Option<Vec<ApiPscConnection>>,
    cluster_endpoints: Option<Vec<ApiClusterEndpoint>>,
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
struct ApiClusterEndpoint {
    connections: Option<Vec<ApiConnectionDetail>>,
}

/// One of these is set.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiConnectionDetail {
    psc_auto_connection: Option<ApiPscConnection>,
    psc_connection: Option<ApiPscConnection>,
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
    Ok(Some(RedisCluster {
        state: told(resource.word(api.state, "state")),
        psc_networks: resource.parts(api.psc_configs, "pscConfigs", |api: ApiPscConfig, at| {
            resource.network(api.network, &format!("{at}.network"))
        }),
        discovery_endpoints: resource
            .parts(api.discovery_endpoints, "discoveryEndpoints", |api, at| endpoint(api, at, &resource)),
        psc_connections: connections(api.psc_connections, "pscConnections", &resource),
        endpoint_connections: registered(api.cluster_endpoints, &resource),
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

fn connections(api: Option<Vec<ApiPscConnection>>, field: &str, resource: &Resource<'_>) -> Fact<Vec<PscConnection>> {
    resource.parts(api, field, |api, at| psc(api, at, resource)).map(sorted)
}

/// The connections of all endpoints, those that Google made and those that others made.
fn registered(api: Option<Vec<ApiClusterEndpoint>>, resource: &Resource<'_>) -> Fact<Vec<PscConnection>> {
    let endpoints = resource.parts(api, "clusterEndpoints", |api: ApiClusterEndpoint, at| {
        let details = resource.parts(api.connections, &format!("{at}.connections"), |api: ApiConnectionDetail, at| {
            let made = [(api.psc_auto_connection, "pscAutoConnection"), (api.psc_connection, "pscConnection")];
            let read =
                |(api, field): (Option<ApiPscConnection>, &str)| Some(psc(api?, &format!("{at}.{field}"), resource));
            made.into_iter().filter_map(read).collect::<Vec<_>>()
        });
        details.known().map(|details| details.concat()).unwrap_or_default()
    });
    endpoints.map(|endpoints| sorted(endpoints.concat()))
}

fn sorted(mut connections: Vec<PscConnection>) -> Vec<PscConnection> {
    connections.sort_by(|a, b| a.address.known().cmp(&b.address.known()));
    connections
}

fn psc(api: ApiPscConnection, at: &str, resource: &Resource<'_>) -> PscConnection {
    PscConnection {
        address: resource.address(api.address, &format!("{at}.address")),
        network: resource.network(api.network, &format!("{at}.network")),
        project: resource.text(api.project_id, &format!("{at}.projectId")),
        status: resource.word(api.psc_connection_status, &format!("{at}.pscConnectionStatus")),
    }
}
