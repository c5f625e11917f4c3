//! What workloads depend on beside connectors: networks, firewall rules, NAT, databases. Both sides are described in
//! one form, field by field, so that one comparison serves all kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::live::Api;

/// The kinds of resources that are compared field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// `google_compute_network`
    Network,
    /// `google_compute_subnetwork`
    Subnetwork,
    /// `google_compute_firewall`
    Firewall,
    /// `google_compute_router`
    Router,
    /// `google_compute_router_nat`
    Nat,
    /// `google_compute_address` and `google_compute_global_address`
    Address,
    /// `google_service_networking_connection`
    Peering,
    /// `google_sql_database_instance`
    Database,
    /// `google_redis_instance`
    Cache,
}

impl ResourceKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Network,
        Self::Subnetwork,
        Self::Firewall,
        Self::Router,
        Self::Nat,
        Self::Address,
        Self::Peering,
        Self::Database,
        Self::Cache,
    ];

    /// The word in reports and JSON, which is also the kind of a finding's subject.
    pub fn word(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Subnetwork => "subnetwork",
            Self::Firewall => "firewall",
            Self::Router => "router",
            Self::Nat => "nat",
            Self::Address => "address",
            Self::Peering => "peering",
            Self::Database => "database",
            Self::Cache => "cache",
        }
    }

    /// What it is called in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Firewall => "firewall rule",
            Self::Nat => "NAT gateway",
            Self::Peering => "private connection",
            other => other.word(),
        }
    }

    /// The collection that lists it.
    pub fn api(self, is_global: bool) -> Api {
        match self {
            Self::Network => Api::ComputeNetworks,
            Self::Subnetwork => Api::ComputeSubnetworks,
            Self::Firewall => Api::ComputeFirewalls,
            Self::Router | Self::Nat => Api::ComputeRouters,
            Self::Address if is_global => Api::ComputeGlobalAddresses,
            Self::Address => Api::ComputeAddresses,
            Self::Peering => Api::ServiceNetworkingConnections,
            Self::Database => Api::SqlInstances,
            Self::Cache => Api::RedisInstances,
        }
    }
}

/// Which resource it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ResourceId {
    /// Project id.
    pub project: String,
    /// Region, where its name has one.
    pub region: Option<String>,
    /// Short name; of a private connection that of its network.
    pub short: String,
    /// The name from `projects/` on; a NAT gateway's is below that of its router, and a private connection's below that
    /// of its network.
    pub full: String,
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full)
    }
}

/// A resource as one side describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Its name.
    pub id: Fact<ResourceId>,
    /// Its fields, by their path in Terraform. A field that the side leaves to the other one to choose, such as one of a
    /// block that is not written, is not in the map.
    pub settings: BTreeMap<String, Fact<Setting>>,
}

/// The value of a field, in canonical form: names in full, ranges without host bits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// A word, name or range.
    Text(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Flag(bool),
    /// Texts whose order has no meaning.
    Set(BTreeSet<String>),
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Set(texts) if texts.is_empty() => f.write_str("none"),
            Self::Set(texts) => f.write_str(&texts.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
        }
    }
}

impl From<&str> for Setting {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
