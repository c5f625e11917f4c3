//! Cloud Run workloads and their VPC access, as both sides describe them.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::fact::{Fact, Why, WhyKind};
use super::names::{ConnectorName, NetworkName, SubnetworkName, WorkloadKind, WorkloadName};
use super::redact;

/// A Cloud Run service, job or worker pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// What it is.
    pub kind: WorkloadKind,
    /// Kind, project id, region and short name.
    pub name: Fact<WorkloadName>,
    /// The short name alone, which can be known where project or region are not.
    pub short_name: Fact<String>,
    /// How its template reaches the VPC.
    pub vpc: VpcAccess,
    /// How a service's traffic, or a worker pool's instances, are to be split; absent means that all follow the latest
    /// ready revision. Absent for jobs.
    #[serde(default = "not_recorded")]
    pub traffic: Fact<Vec<Share>>,
    /// What of a declaration `terraform plan` accepts as it is live.
    #[serde(default)]
    pub hidden: Hidden,
}

/// What of a workload's VPC access the provider takes over from the API where the configuration leaves it out, so that
/// `terraform plan` shows no difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// Nothing: a v1 service with annotations, whose map is authoritative; what is live.
    #[default]
    Nothing,
    /// The egress setting: `vpc_access.egress` of the v2 resources is optional and computed.
    Egress,
    /// All of it: a v1 service without annotations, whose map is optional and computed.
    Everything,
}

/// A share of a service's traffic or of a worker pool's instances, as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Short name of the revision; absent means the latest ready one, whichever that is.
    pub revision: Fact<String>,
    /// Percent; absent means none.
    pub percent: Fact<i64>,
    /// A tag under which it can be reached whatever its percentage.
    pub tag: Fact<String>,
}

fn not_recorded() -> Fact<Vec<Share>> {
    Fact::unknown(Why::new(WhyKind::NotAsked, "the recording was made by a version that does not read it"))
}

/// How a workload reaches a VPC. A block that is absent is three absent facts; one that cannot be evaluated is three
/// unknown facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcAccess {
    /// The Serverless VPC Access connector.
    pub connector: Fact<ConnectorName>,
    /// Which traffic goes through the VPC; absent means [`Egress::PrivateRangesOnly`].
    pub egress: Fact<Egress>,
    /// Direct VPC egress. The API supports one interface.
    pub interfaces: Fact<Vec<NetworkInterface>>,
}

impl VpcAccess {
    /// True where neither a connector nor an interface is there, certainly.
    pub fn is_detached(&self) -> bool {
        self.connector.is_absent() && self.interfaces.is_absent()
    }
}

/// Which traffic of a workload goes through the VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Egress {
    /// Everything.
    AllTraffic,
    /// Private ranges only: the API's default.
    PrivateRangesOnly,
}

impl Egress {
    /// Reads any dialect: the v2 enum, gcloud's words, the v1 annotation. `Ok(None)` is "unspecified".
    ///
    /// # Errors
    /// A text that is no egress word of any dialect.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        match text.trim() {
            "ALL_TRAFFIC" | "all-traffic" | "all" => Ok(Some(Self::AllTraffic)),
            "PRIVATE_RANGES_ONLY" | "private-ranges-only" => Ok(Some(Self::PrivateRangesOnly)),
            "" | "VPC_EGRESS_UNSPECIFIED" => Ok(None),
            other => Err(format!("`{}` is no VPC egress setting", redact::identifier(other))),
        }
    }

    /// gcloud's word for `--vpc-egress`.
    pub fn flag(self) -> &'static str {
        match self {
            Self::AllTraffic => "all-traffic",
            Self::PrivateRangesOnly => "private-ranges-only",
        }
    }
}

impl fmt::Display for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllTraffic => "ALL_TRAFFIC",
            Self::PrivateRangesOnly => "PRIVATE_RANGES_ONLY",
        })
    }
}

/// A direct VPC interface. At least one of network and subnetwork is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkInterface {
    /// The network; absent means the subnetwork's network.
    pub network: Fact<NetworkName>,
    /// The subnetwork; absent means the one that is named like the network.
    pub subnetwork: Fact<SubnetworkName>,
    /// Network tags; the order has no meaning.
    pub tags: Fact<BTreeSet<String>>,
}
