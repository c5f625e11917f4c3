//! Databases and caches.

use super::{Shown, objects, texts};
use crate::model::{
    ClusterState, ConnectMode, DiscoveryEndpoint, PscConnection, PscStatus, RedisCluster, RedisInstance, RedisState,
    ReservedRange, SqlActivation, SqlAddress, SqlAddressKind, SqlInstance, SqlState, SslMode, TransitEncryption,
};
use serde_json::Value;

texts!(
    ClusterState,
    ConnectMode,
    PscStatus,
    RedisState,
    ReservedRange,
    SqlActivation,
    SqlAddressKind,
    SqlState,
    SslMode,
    TransitEncryption,
);

objects! {
    SqlInstance {
        name, connection_name, region, database_version, state, activation_policy, private_network, addresses,
        ipv4_enabled, authorized_networks, require_ssl, ssl_mode, allocated_ip_range, psc_enabled, psc_consumers,
        psc_attachment,
    }
    SqlAddress { kind, address }
    RedisInstance {
        name, host, port, state, status_message, connect_mode, authorized_network, reserved_ip_range, auth_enabled,
        transit_encryption, read_endpoint, read_endpoint_port,
    }
    RedisCluster {
        name, state, psc_networks, discovery_endpoints, psc_connections, endpoint_connections, authorization,
        transit_encryption,
    }
    DiscoveryEndpoint { address, port, network }
    PscConnection { address, network, project, status }
}
