//! Databases and caches that workloads talk to, as they are live.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::fact::Fact;
use super::names::NetworkName;
use super::resource_name::{ResourceName, SqlConnectionName};
use super::words::api_words;

/// A Cloud SQL instance (`sqladmin.googleapis.com/Instance`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlInstance {
    /// Project id and short name.
    pub name: ResourceName,
    /// `project:region:instance`, by which clients and mounts name it.
    pub connection_name: Fact<SqlConnectionName>,
    /// Region.
    pub region: Fact<String>,
    /// Engine and version, such as `POSTGRES_16`.
    pub database_version: Fact<String>,
    /// Whether it serves.
    pub state: Fact<SqlState>,
    /// Whether it is meant to run.
    pub activation_policy: Fact<SqlActivation>,
    /// The network of its private address; absent means that it has none.
    pub private_network: Fact<NetworkName>,
    /// Its addresses, sorted.
    pub addresses: Fact<Vec<SqlAddress>>,
    /// Whether it has a public address.
    pub ipv4_enabled: Fact<bool>,
    /// Public ranges that may connect to the public address.
    pub authorized_networks: Fact<Vec<IpNet>>,
    /// The older word on encryption.
    pub require_ssl: Fact<bool>,
    /// Which connections are taken; goes before `require_ssl`.
    pub ssl_mode: Fact<SslMode>,
    /// The name of the range that its private address comes from; absent means any range of the connection.
    pub allocated_ip_range: Fact<ResourceName>,
    /// Whether Private Service Connect is on.
    pub psc_enabled: Fact<bool>,
    /// Projects that may connect by Private Service Connect, by id or number as written.
    pub psc_consumers: Fact<BTreeSet<String>>,
    /// The service attachment of Private Service Connect.
    pub psc_attachment: Fact<String>,
}

/// An address of a Cloud SQL instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlAddress {
    /// What it is for.
    pub kind: Fact<SqlAddressKind>,
    /// The address.
    pub address: Fact<IpAddr>,
}

/// A Memorystore for Redis instance (`redis.googleapis.com/Instance`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisInstance {
    /// Project id, region and short name.
    pub name: ResourceName,
    /// Address or name under which it serves; absent while it is made.
    pub host: Fact<String>,
    /// Port under which it serves.
    pub port: Fact<i64>,
    /// Whether it serves.
    pub state: Fact<RedisState>,
    /// The API's sentence on the state.
    pub status_message: Fact<String>,
    /// How it is attached to the network; absent means `DIRECT_PEERING`.
    pub connect_mode: Fact<ConnectMode>,
    /// The network that reaches it; absent means `default` of its project.
    pub authorized_network: Fact<NetworkName>,
    /// Where its addresses come from.
    pub reserved_ip_range: Fact<ReservedRange>,
    /// Whether clients need a password; absent means no.
    pub auth_enabled: Fact<bool>,
    /// Whether connections are encrypted; absent means `DISABLED`.
    pub transit_encryption: Fact<TransitEncryption>,
    /// Address of its read replicas.
    pub read_endpoint: Fact<String>,
    /// Port of its read replicas.
    pub read_endpoint_port: Fact<i64>,
}

/// Where a Redis instance's addresses come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReservedRange {
    /// A range of its own (direct peering).
    Range(IpNet),
    /// A named range of the network's service connection (private service access).
    Named(String),
}

impl From<&str> for ReservedRange {
    fn from(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Named(text.to_owned()), Self::Range)
    }
}

impl std::fmt::Display for ReservedRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Range(range) => range.fmt(f),
            Self::Named(name) => f.write_str(name),
        }
    }
}

/// A Memorystore for Redis cluster (`redis.googleapis.com/Cluster`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedisCluster {
    /// Project id, region and short name.
    pub name: ResourceName,
    /// Whether it serves.
    pub state: Fact<ClusterState>,
    /// The networks that were asked to be attached by Private Service Connect.
    pub psc_networks: Fact<Vec<Fact<NetworkName>>>,
    /// Where clients begin.
    pub discovery_endpoints: Fact<Vec<DiscoveryEndpoint>>,
    /// The endpoints of Private Service Connect that are there, sorted by address.
    pub psc_connections: Fact<Vec<PscConnection>>,
    /// How clients sign in, by the API's word; absent means not at all.
    pub authorization: Fact<String>,
    /// Whether connections are encrypted, by the API's word; absent means no.
    pub transit_encryption: Fact<String>,
}

/// Where a client of a cluster begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoveryEndpoint {
    /// The address.
    pub address: Fact<IpAddr>,
    /// The port.
    pub port: Fact<i64>,
    /// The network that reaches it.
    pub network: Fact<NetworkName>,
}

/// An endpoint of Private Service Connect in a consumer's network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PscConnection {
    /// The address in the network.
    pub address: Fact<IpAddr>,
    /// The network.
    pub network: Fact<NetworkName>,
    /// The consumer's project.
    pub project: Fact<String>,
    /// Whether it works.
    pub status: Fact<PscStatus>,
}

api_words! {
    /// `DatabaseInstance.state` of the Cloud SQL API.
    SqlState {
        /// Runs, or could: see [`SqlInstance::activation_policy`].
        Runnable = "RUNNABLE",
        /// Suspended by Google, for example over unpaid bills.
        Suspended = "SUSPENDED",
        /// Being deleted.
        PendingDelete = "PENDING_DELETE",
        /// Being made.
        PendingCreate = "PENDING_CREATE",
        /// Down for maintenance.
        Maintenance = "MAINTENANCE",
        /// Under maintenance while it serves.
        OnlineMaintenance = "ONLINE_MAINTENANCE",
        /// Being repaired.
        Repairing = "REPAIRING",
        /// Its creation failed, or a fatal error stopped it.
        Failed = "FAILED",
    }

    /// `Settings.activationPolicy` of the Cloud SQL API.
    SqlActivation {
        /// Runs always.
        Always = "ALWAYS",
        /// Is stopped.
        Never = "NEVER",
        /// Runs while it is used (first generation only).
        OnDemand = "ON_DEMAND",
    }

    /// `IpMapping.type` of the Cloud SQL API.
    SqlAddressKind {
        /// Public, for connections to the instance.
        Primary = "PRIMARY",
        /// Private, in the network.
        Private = "PRIVATE",
        /// Public, for connections from the instance.
        Outgoing = "OUTGOING",
        /// Of a first-generation instance that was migrated.
        Migrated = "MIGRATED_1ST_GEN",
    }

    /// `IpConfiguration.sslMode` of the Cloud SQL API.
    SslMode {
        /// Encrypted or not.
        Any = "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
        /// Encrypted only.
        EncryptedOnly = "ENCRYPTED_ONLY",
        /// Encrypted, with a client certificate or through Google's connectors.
        ClientCertificate = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
    }

    /// `Instance.State` of the Memorystore API.
    RedisState {
        /// Being made.
        Creating = "CREATING",
        /// Serves.
        Ready = "READY",
        /// Being updated.
        Updating = "UPDATING",
        /// Being deleted.
        Deleting = "DELETING",
        /// Being repaired; may be unusable.
        Repairing = "REPAIRING",
        /// Under maintenance; may be unusable for a while.
        Maintenance = "MAINTENANCE",
        /// Data is being imported; may be unusable.
        Importing = "IMPORTING",
        /// Failing over; may be unusable for a while.
        FailingOver = "FAILING_OVER",
    }

    /// `Instance.ConnectMode` of the Memorystore API.
    ConnectMode {
        /// A peering of its own with the network.
        DirectPeering = "DIRECT_PEERING",
        /// Through the network's service connection.
        PrivateServiceAccess = "PRIVATE_SERVICE_ACCESS",
    }

    /// `Instance.TransitEncryptionMode` of the Memorystore API.
    TransitEncryption {
        /// With TLS: clients need the server's certificate.
        ServerAuthentication = "SERVER_AUTHENTICATION",
        /// Without.
        Disabled = "DISABLED",
    }

    /// `Cluster.State` of the Memorystore API.
    ClusterState {
        /// Being made.
        Creating = "CREATING",
        /// Serves.
        Active = "ACTIVE",
        /// Being updated.
        Updating = "UPDATING",
        /// Being deleted.
        Deleting = "DELETING",
    }

    /// `PscConnectionStatus` of the Memorystore API.
    PscStatus {
        /// Works.
        Active = "PSC_CONNECTION_STATUS_ACTIVE",
        /// Is gone.
        NotFound = "PSC_CONNECTION_STATUS_NOT_FOUND",
    }
}
