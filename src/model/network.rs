//! Networks and subnetworks, as a declaration describes them.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::names::{NetworkName, SubnetworkName};

/// A VPC network (`google_compute_network`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Project id and short name.
    pub name: Fact<NetworkName>,
    /// Whether a subnetwork is made in every region; the provider's default is true.
    pub auto_create_subnetworks: Fact<bool>,
}

/// A subnetwork (`google_compute_subnetwork`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnetwork {
    /// Project id, region and short name.
    pub name: Fact<SubnetworkName>,
    /// The network that it belongs to.
    pub network: Fact<NetworkName>,
    /// Primary range.
    pub ip_cidr_range: Fact<IpNet>,
    /// Whether machines without a public address reach Google APIs.
    pub private_ip_google_access: Fact<bool>,
}
