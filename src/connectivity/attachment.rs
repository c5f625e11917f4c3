//! Where the packets of a workload enter a network.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::firewall::{End, Flow};
use crate::model::{ConnectorName, Direction, NetworkName, Protocol, SubnetworkName, Why, WhyKind};

/// Where packets enter a network.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The network.
    pub network: Result<NetworkName, Why>,
    /// The region.
    pub region: String,
    /// The range that they start from, where it is known.
    pub range: Option<IpNet>,
    /// The subnetwork that they start from; `None` where Google keeps a hidden one.
    pub subnetwork: Option<SubnetworkName>,
    /// True for a connector with a range of its own: "hidden and cannot be used in firewall rules and NAT
    /// configurations" (Cloud Run, VPC connectors).
    pub hidden: bool,
    /// The network tags of the machines that send them.
    pub tags: BTreeSet<String>,
    /// How it is attached.
    pub by: By,
}

/// How a workload is attached to a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Through a connector.
    Connector(ConnectorName),
    /// Through an interface of its own.
    Interface,
}

impl Attachment {
    /// True where the connector lies in a service project and its subnetwork in the host project.
    pub fn is_on_shared_vpc(&self) -> bool {
        match (&self.by, &self.subnetwork) {
            (By::Connector(name), Some(subnetwork)) => name.project != subnetwork.project,
            _ => false,
        }
    }

    /// The traffic that leaves it.
    pub fn outgoing(&self, destination: End, port: Option<u16>) -> Flow {
        Flow {
            direction: Direction::Egress,
            source: self.start(),
            source_tags: self.tags.clone(),
            destination,
            tags: Some(self.tags.clone()),
            protocol: Protocol::Tcp,
            port,
        }
    }

    /// The range that packets start from, as rules see it.
    pub fn start(&self) -> End {
        match self.range {
            Some(range) => End::Range(range),
            None => End::Unknown(Why::new(WhyKind::NotAsked, "the range that the packets start from is not known")),
        }
    }

    /// What it is called in a sentence.
    pub fn name(&self) -> String {
        match (&self.by, &self.subnetwork) {
            (By::Connector(name), _) => format!("connector {}", name.name),
            (By::Interface, Some(subnetwork)) => format!("the interface on {}", subnetwork.name),
            (By::Interface, None) => "the interface".to_owned(),
        }
    }
}
