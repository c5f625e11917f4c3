//! Cloud SQL and Redis.

use super::*;
use crate::model::{
    ClusterState, ConnectMode, RedisCluster, RedisInstance, RedisState, ReservedRange, SqlActivation, SqlAddressKind,
    SqlInstance, SqlState,
};

fn sql(fields: Value) -> SqlInstance {
    let item = with(json!({"name": "i", "project": "p", "region": "r"}), fields);
    understood(Api::SqlInstances, None, vec![item]).sql_instances.remove(0)
}

fn sql_ip(configuration: Value) -> SqlInstance {
    sql(json!({"settings": {"ipConfiguration": configuration}}))
}

fn redis(fields: Value) -> RedisInstance {
    let item = with(json!({"name": "projects/p/locations/west/instances/i"}), fields);
    understood(Api::RedisInstances, None, vec![item]).redis_instances.remove(0)
}

fn cluster(fields: Value) -> RedisCluster {
    let item = with(json!({"name": "projects/p/locations/west/clusters/c"}), fields);
    understood(Api::RedisClusters, None, vec![item]).redis_clusters.remove(0)
}

#[test]
fn a_private_network_is_one_name_in_every_spelling() {
    for text in [
        "projects/host/global/networks/n",
        "/projects/host/global/networks/n",
        "projects/77/global/networks/n",
        "https://www.googleapis.com/compute/v1/projects/host/global/networks/n",
    ] {
        let found = sql_ip(json!({"privateNetwork": text, "allocatedIpRange": "range"}));
        assert_eq!(found.private_network.known().unwrap().to_string(), "projects/host/global/networks/n", "{text}");
        // The range lies in the project of the network.
        assert_eq!(found.allocated_ip_range.known().unwrap().to_string(), "projects/host/global/addresses/range");
    }
    let unknown = sql_ip(json!({"privateNetwork": "projects/78/global/networks/n", "allocatedIpRange": "range"}));
    assert!(unknown.private_network.is_unknown() && unknown.allocated_ip_range.is_unknown());
    assert!(sql_ip(json!({})).private_network.is_absent());
    // A configuration that is not told is not one without a private address.
    for nothing in [json!({}), json!({"settings": {}}), json!({"settings": {"ipConfiguration": null}})] {
        let found = sql(nothing);
        assert!(found.private_network.is_unknown() && found.ipv4_enabled.is_unknown());
    }
}

#[test]
fn an_instance_tells_whether_and_where_it_serves() {
    let found = sql(json!({
        "connectionName": "p:r:i", "state": "RUNNABLE", "databaseVersion": "POSTGRES_16",
        "ipAddresses": [{"type": "PRIVATE", "ipAddress": "10.0.0.3"}, {"type": "PRIMARY", "ipAddress": "34.0.0.1"}],
        "settings": {"activationPolicy": "NEVER"},
    }));
    assert_eq!(found.name.to_string(), "projects/p/instances/i");
    assert_eq!(found.connection_name.known().unwrap().to_string(), "p:r:i");
    assert_eq!(
        (found.state.known(), found.activation_policy.known()),
        (Some(&SqlState::Runnable), Some(&SqlActivation::Never))
    );
    let addresses = found.addresses.known().unwrap();
    assert_eq!(addresses[0].kind.known(), Some(&SqlAddressKind::Primary));
    assert_eq!(addresses[1].address.known().unwrap().to_string(), "10.0.0.3");
    let bare = sql(json!({"state": "SQL_INSTANCE_STATE_UNSPECIFIED"}));
    assert!(bare.state.is_unknown() && bare.connection_name.is_unknown() && bare.activation_policy.is_unknown());
    assert_eq!(sql(json!({"state": "ASLEEP"})).state.known(), Some(&SqlState::Other("ASLEEP".into())));
    let odd = sql(json!({"ipAddresses": [{"type": "NEW", "ipAddress": "x"}], "connectionName": "i"}));
    assert!(odd.addresses.known().unwrap()[0].address.is_unknown() && odd.connection_name.is_unknown());
}

#[test]
fn who_may_connect_to_an_instance_is_told() {
    let found = sql_ip(json!({
        "ipv4Enabled": true, "requireSsl": false, "sslMode": "ENCRYPTED_ONLY",
        "authorizedNetworks": [{"value": "203.0.113.0/24"}, {"value": "198.51.100.7"}],
        "pscConfig": {"pscEnabled": true, "allowedConsumerProjects": ["q", "p"]},
    }));
    let networks: Vec<String> = found.authorized_networks.known().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["198.51.100.7/32", "203.0.113.0/24"]);
    assert_eq!(found.ssl_mode.known().unwrap().to_string(), "ENCRYPTED_ONLY");
    assert_eq!((found.require_ssl.known(), found.psc_enabled.known()), (Some(&false), Some(&true)));
    assert_eq!(found.psc_consumers.known().unwrap().iter().collect::<Vec<_>>(), ["p", "q"]);
    // A range that was taken out, or is missing, may be any.
    assert!(sql_ip(json!({"authorizedNetworks": [{"value": "[redacted]"}]})).authorized_networks.is_unknown());
    assert!(sql_ip(json!({"authorizedNetworks": [{}]})).authorized_networks.is_unknown());
}

#[test]
fn sql_instances_of_the_wrong_shape_uncover_their_collection() {
    let api = Api::SqlInstances;
    assert!(refused(api, None, json!({"name": "i", "project": "q"})).contains("of another project"));
    assert!(refused(api, None, json!({"name": "projects/q/instances/i"})).contains("of another project"));
    assert!(refused(api, None, json!({"project": "p"})).contains("no name of the collection"));
    assert!(
        refused(api, None, json!({"name": "i", "settings": {"ipConfiguration": {"ipv4Enabled": "yes"}}}))
            .contains("expected a boolean")
    );
    assert!(
        refused(api, None, json!({"name": "i", "ipAddresses": {"type": "PRIVATE"}})).contains("expected a sequence")
    );
}

#[test]
fn a_redis_instance_tells_where_it_is_and_who_reaches_it() {
    let found = redis(json!({
        "host": "10.0.0.3", "port": "6379", "state": "READY", "connectMode": "DIRECT_PEERING",
        "authorizedNetwork": "projects/77/global/networks/n", "reservedIpRange": "10.62.0.0/29", "authEnabled": true,
        "transitEncryptionMode": "SERVER_AUTHENTICATION",
    }));
    assert_eq!(found.name.to_string(), "projects/p/locations/west/instances/i");
    assert_eq!((found.port.known(), found.state.known()), (Some(&6379), Some(&RedisState::Ready)));
    assert_eq!(found.connect_mode.known(), Some(&ConnectMode::DirectPeering));
    assert_eq!(found.authorized_network.known().unwrap().to_string(), "projects/host/global/networks/n");
    assert_eq!(found.reserved_ip_range.known(), Some(&ReservedRange::Range("10.62.0.0/29".parse().unwrap())));
    let named = redis(json!({"reservedIpRange": "range", "authorizedNetwork": "default"}));
    assert_eq!(named.reserved_ip_range.known(), Some(&ReservedRange::Named("range".into())));
    assert_eq!(named.authorized_network.known().unwrap().to_string(), "projects/p/global/networks/default");
    // No state is no health; a mode that is not told is the API's default.
    assert!(named.state.is_unknown() && named.connect_mode.is_absent() && named.host.is_absent());
    assert!(redis(json!({"connectMode": "CONNECT_MODE_UNSPECIFIED"})).connect_mode.is_absent());
    for odd in [json!({"port": "six"}), json!({"authEnabled": 1}), json!({"name": "i"})] {
        refused(Api::RedisInstances, None, with(json!({"name": "projects/p/locations/west/instances/i"}), odd));
    }
}

#[test]
fn a_redis_cluster_is_reached_by_private_service_connect() {
    let network = "projects/77/global/networks/n";
    let found = cluster(json!({
        "state": "ACTIVE", "pscConfigs": [{"network": network}],
        "discoveryEndpoints": [{"address": "10.0.0.9", "port": 6379, "pscConfig": {"network": network}}],
        "pscConnections": [
            {"address": "10.0.0.10", "network": network, "pscConnectionStatus": "PSC_CONNECTION_STATUS_NOT_FOUND"},
            {"address": "10.0.0.9", "network": network, "pscConnectionStatus": "PSC_CONNECTION_STATUS_ACTIVE"},
        ],
    }));
    assert_eq!(found.state.known(), Some(&ClusterState::Active));
    let endpoint = &found.discovery_endpoints.known().unwrap()[0];
    assert_eq!((endpoint.port.known(), endpoint.network.known().unwrap().project.as_str()), (Some(&6379), "host"));
    let addresses: Vec<String> = found
        .psc_connections
        .known()
        .unwrap()
        .iter()
        .map(|connection| connection.address.known().unwrap().to_string())
        .collect();
    assert_eq!(addresses, ["10.0.0.9", "10.0.0.10"]);
    assert_eq!(found.psc_networks.known().unwrap()[0].known().unwrap().project, "host");
    let bare = cluster(json!({}));
    assert!(bare.state.is_unknown() && bare.psc_connections.is_absent());
}
