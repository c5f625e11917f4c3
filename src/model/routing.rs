//! Routes, and routers with their NAT, as they are live.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use super::fact::Fact;
use super::names::{NetworkName, SubnetworkName};
use super::resource_name::ResourceName;
use super::words::api_words;

/// A route (`compute.googleapis.com/Route`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Project id and short name.
    pub name: ResourceName,
    /// The network.
    pub network: Fact<NetworkName>,
    /// Where packets go to that it applies to.
    pub destination: Fact<IpNet>,
    /// 0 to 65535, the lowest first among routes of one destination; absent means 1000.
    pub priority: Fact<i64>,
    /// Where it sends packets.
    pub next_hop: Fact<NextHop>,
    /// Network tags of the machines that it applies to; absent means all.
    pub tags: Fact<BTreeSet<String>>,
    /// Whether it is in force; the API gives it for dynamic routes only.
    pub status: Fact<RouteStatus>,
}

/// Where a route sends packets: the field of the API that is set, and what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextHop {
    /// The default gateway to the internet.
    InternetGateway,
    /// Another gateway, as the API names it.
    Gateway(String),
    /// An instance, as the API names it.
    Instance(String),
    /// An address.
    Ip(IpAddr),
    /// An internal load balancer: its forwarding rule or address.
    LoadBalancer(String),
    /// A VPN tunnel.
    VpnTunnel(String),
    /// An Interconnect attachment.
    InterconnectAttachment(String),
    /// A peering, by its short name.
    Peering(String),
    /// A hub of Network Connectivity Center.
    Hub(String),
    /// The network itself: a subnetwork's own route.
    Network(NetworkName),
}

impl NextHop {
    /// The word in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::InternetGateway => "internet-gateway",
            Self::Gateway(_) => "gateway",
            Self::Instance(_) => "instance",
            Self::Ip(_) => "ip",
            Self::LoadBalancer(_) => "load-balancer",
            Self::VpnTunnel(_) => "vpn-tunnel",
            Self::InterconnectAttachment(_) => "interconnect-attachment",
            Self::Peering(_) => "peering",
            Self::Hub(_) => "hub",
            Self::Network(_) => "network",
        }
    }
}

impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InternetGateway => f.write_str("default-internet-gateway"),
            Self::Ip(address) => address.fmt(f),
            Self::Network(network) => network.fmt(f),
            Self::Gateway(text)
            | Self::Instance(text)
            | Self::LoadBalancer(text)
            | Self::VpnTunnel(text)
            | Self::InterconnectAttachment(text)
            | Self::Peering(text)
            | Self::Hub(text) => f.write_str(text),
        }
    }
}

/// A Cloud Router (`compute.googleapis.com/Router`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    /// Project id, region and short name.
    pub name: ResourceName,
    /// The network.
    pub network: Fact<NetworkName>,
    /// Its NAT gateways, sorted by name.
    pub nats: Fact<Vec<Nat>>,
}

/// A NAT gateway of a router, for the router's network and region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nat {
    /// Short name.
    pub name: Fact<String>,
    /// To the internet or between networks; absent means `PUBLIC`.
    pub kind: Fact<NatKind>,
    /// Which ranges of the network's subnetworks it serves.
    pub sources: Fact<NatSources>,
    /// The subnetworks that are served, where they are listed.
    pub subnetworks: Fact<Vec<NatSubnetwork>>,
    /// Who gives the public addresses.
    pub allocation: Fact<NatAllocation>,
    /// Public addresses that were given by hand.
    pub ips: Fact<BTreeSet<ResourceName>>,
    /// Public addresses that take no new connections.
    pub drained_ips: Fact<BTreeSet<ResourceName>>,
    /// Ports that each machine has at least.
    pub min_ports_per_vm: Fact<i64>,
    /// Seconds after which idle connections are dropped, by the API's field.
    pub timeouts: BTreeMap<&'static str, Fact<i64>>,
    /// What may use it, by the API's words; absent means machines (`ENDPOINT_TYPE_VM`).
    pub endpoint_types: Fact<BTreeSet<String>>,
}

/// A subnetwork that a NAT gateway lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatSubnetwork {
    /// The subnetwork.
    pub name: Fact<SubnetworkName>,
    /// Which of its ranges are served, by the API's words.
    pub ranges: Fact<BTreeSet<String>>,
    /// The secondary ranges that are served, where they are listed.
    pub secondary_ranges: Fact<BTreeSet<String>>,
}

api_words! {
    /// `Route.routeStatus`.
    RouteStatus {
        /// In force.
        Active = "ACTIVE",
        /// Dropped, because a limit was reached.
        Dropped = "DROPPED",
        /// Not in force, because another one is better or its next hop is down.
        Inactive = "INACTIVE",
        /// On its way.
        Pending = "PENDING",
    }

    /// `RouterNat.type`.
    NatKind {
        /// To the internet.
        Public = "PUBLIC",
        /// To other networks.
        Private = "PRIVATE",
    }

    /// `RouterNat.sourceSubnetworkIpRangesToNat`.
    NatSources {
        /// All ranges of all subnetworks of the region.
        AllRanges = "ALL_SUBNETWORKS_ALL_IP_RANGES",
        /// The primary ranges of all subnetworks of the region.
        AllPrimaryRanges = "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
        /// Only what [`Nat::subnetworks`] lists.
        Listed = "LIST_OF_SUBNETWORKS",
    }

    /// `RouterNat.natIpAllocateOption`.
    NatAllocation {
        /// Google.
        Auto = "AUTO_ONLY",
        /// Whoever configured it: only [`Nat::ips`] are used.
        Manual = "MANUAL_ONLY",
    }
}
