//! VPC Access connectors, as both sides describe them.

use std::fmt;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::fact::Fact;
use super::names::{ConnectorName, NetworkName, SubnetworkName};

/// A Serverless VPC Access connector (`vpcaccess.googleapis.com/Connector`, `google_vpc_access_connector`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// Project id, region and short name.
    pub name: Fact<ConnectorName>,
    /// The short name alone, which can be known where project or region are not.
    pub short_name: Fact<String>,
    /// The network it attaches to. The API answers with it even where the connector was made from a subnet.
    pub network: Fact<NetworkName>,
    /// The /28 that its machines use. Absent where the connector was made from a subnet.
    pub ip_cidr_range: Fact<IpNet>,
    /// The subnetwork that it was made from.
    pub subnet: Fact<SubnetworkName>,
    /// Machine type; the provider's default is `e2-micro`.
    pub machine_type: Fact<String>,
    /// Smallest number of instances (2 to 9).
    pub min_instances: Fact<i64>,
    /// Largest number of instances (3 to 10).
    pub max_instances: Fact<i64>,
    /// Mbps, a multiple of 100 from 200 to 900; another view of `min_instances` (100 Mbps an instance).
    pub min_throughput: Fact<i64>,
    /// Mbps, a multiple of 100 from 300 to 1000; another view of `max_instances`.
    pub max_throughput: Fact<i64>,
    /// What the API says of its health; absent in a declaration.
    pub state: Fact<ConnectorState>,
}

/// `Connector.State` of the VPC Access API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConnectorState {
    /// Deployed and ready to receive traffic.
    Ready,
    /// Being created.
    Creating,
    /// Being deleted.
    Deleting,
    /// In a bad state; Google recommends to delete it by hand.
    Error,
    /// Being updated.
    Updating,
    /// A word that this version does not know.
    #[serde(untagged)]
    Other(String),
}

impl ConnectorState {
    /// Reads the API's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "READY" => Self::Ready,
            "CREATING" => Self::Creating,
            "DELETING" => Self::Deleting,
            "ERROR" => Self::Error,
            "UPDATING" => Self::Updating,
            other => Self::Other(other.to_owned()),
        }
    }

    /// True while an operation is under way, so that no field can be relied on.
    pub fn is_settling(&self) -> bool {
        matches!(self, Self::Creating | Self::Deleting | Self::Updating)
    }
}

impl fmt::Display for ConnectorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready => "READY",
            Self::Creating => "CREATING",
            Self::Deleting => "DELETING",
            Self::Error => "ERROR",
            Self::Updating => "UPDATING",
            Self::Other(word) => word,
        })
    }
}
