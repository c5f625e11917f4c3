//! VPC networks, what they are connected to, and their subnetworks and addresses, as they are live.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::fact::Fact;
use super::names::{NetworkName, SubnetworkName};
use super::resource_name::ResourceName;
use super::words::api_words;

/// A network (`compute.googleapis.com/Network`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveNetwork {
    /// Project id and short name.
    pub name: NetworkName,
    /// Bytes; absent or 0 means 1460.
    pub mtu: Fact<i64>,
    /// Whether a subnetwork is made in every region; absent in a legacy network, which has no subnetworks.
    pub auto_create_subnetworks: Fact<bool>,
    /// How far dynamic routes reach.
    pub routing_mode: Fact<RoutingMode>,
    /// Whether network firewall policies go before or after the network's own rules.
    pub firewall_policy_order: Fact<FirewallPolicyOrder>,
    /// Peerings, sorted by name.
    pub peerings: Fact<Vec<Peering>>,
}

/// A connection of a network to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peering {
    /// Short name; `servicenetworking-googleapis-com` for Google's managed services.
    pub name: Fact<String>,
    /// The other network.
    pub network: Fact<NetworkName>,
    /// Whether it works.
    pub state: Fact<PeeringState>,
    /// The API's sentence on the state.
    pub state_details: Fact<String>,
    /// Whether this network's custom routes are told to the other one; absent means no.
    pub export_custom_routes: Fact<bool>,
    /// Whether the other network's custom routes are taken; absent means no.
    pub import_custom_routes: Fact<bool>,
    /// Whether subnetwork routes with public addresses are told to the other one.
    pub export_public_subnet_routes: Fact<bool>,
    /// Whether the other network's subnetwork routes with public addresses are taken.
    pub import_public_subnet_routes: Fact<bool>,
}

/// A subnetwork (`compute.googleapis.com/Subnetwork`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSubnetwork {
    /// Project id, region and short name.
    pub name: SubnetworkName,
    /// The network that it belongs to.
    pub network: Fact<NetworkName>,
    /// Primary range.
    pub ip_cidr_range: Fact<IpNet>,
    /// Secondary ranges, sorted by name.
    pub secondary_ranges: Fact<Vec<SecondaryRange>>,
    /// What it is for; absent means `PRIVATE`.
    pub purpose: Fact<SubnetworkPurpose>,
    /// Whether machines without a public address reach Google APIs; absent means no.
    pub private_ip_google_access: Fact<bool>,
}

/// A named range beside a subnetwork's primary one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondaryRange {
    /// Its name.
    pub name: Fact<String>,
    /// The range.
    pub ip_cidr_range: Fact<IpNet>,
}

/// A reserved address or range (`compute.googleapis.com/Address`), regional or global.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Project id, region (none for a global one) and short name.
    pub name: ResourceName,
    /// The address, or the first one of the range.
    pub address: Fact<IpAddr>,
    /// Length of the range's prefix; absent or 0 for a single address.
    pub prefix_length: Fact<i64>,
    /// Inside or outside.
    pub address_type: Fact<AddressType>,
    /// What it is for.
    pub purpose: Fact<AddressPurpose>,
    /// The network of an internal range.
    pub network: Fact<NetworkName>,
    /// The subnetwork of an internal address.
    pub subnetwork: Fact<SubnetworkName>,
    /// Whether it is in use.
    pub status: Fact<AddressStatus>,
    /// What uses it: self links, as the API gives them.
    pub users: Fact<BTreeSet<String>>,
}

impl Address {
    /// The whole range, where address and length are known.
    pub fn range(&self) -> Option<IpNet> {
        let address = *self.address.known()?;
        let single = if address.is_ipv4() { 32 } else { 128 };
        let length = match &self.prefix_length {
            Fact::Known(0, _) | Fact::Absent(_) => single,
            Fact::Known(length, _) => u8::try_from(*length).ok()?,
            Fact::Unknown(_) => return None,
        };
        IpNet::new(address, length).ok()
    }
}

/// A private connection of a network to a service producer (`servicenetworking.googleapis.com` `Connection`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceConnection {
    /// The network.
    pub network: NetworkName,
    /// The producer, such as `servicenetworking.googleapis.com`.
    pub service: Fact<String>,
    /// The peering that carries it, by its short name in the network.
    pub peering: Fact<String>,
    /// The ranges that are reserved for the producer: global addresses of the network's project.
    pub reserved_ranges: Fact<BTreeSet<ResourceName>>,
}

api_words! {
    /// `NetworkRoutingConfig.routingMode`.
    RoutingMode {
        /// Routes are told to the router's own region.
        Regional = "REGIONAL",
        /// Routes are told to all regions.
        Global = "GLOBAL",
    }

    /// `Network.networkFirewallPolicyEnforcementOrder`.
    FirewallPolicyOrder {
        /// Policies go first.
        BeforeRules = "BEFORE_CLASSIC_FIREWALL",
        /// The network's own rules go first.
        AfterRules = "AFTER_CLASSIC_FIREWALL",
    }

    /// `NetworkPeering.state`.
    PeeringState {
        /// Both sides agree; traffic flows.
        Active = "ACTIVE",
        /// One side is missing.
        Inactive = "INACTIVE",
    }

    /// `Subnetwork.purpose`.
    SubnetworkPurpose {
        /// For machines.
        Private = "PRIVATE",
        /// For proxies of regional load balancers.
        RegionalManagedProxy = "REGIONAL_MANAGED_PROXY",
        /// For proxies of global load balancers.
        GlobalManagedProxy = "GLOBAL_MANAGED_PROXY",
        /// For proxies of internal HTTP load balancers, the older word.
        InternalLoadBalancer = "INTERNAL_HTTPS_LOAD_BALANCER",
        /// For producers that publish by Private Service Connect.
        PrivateServiceConnect = "PRIVATE_SERVICE_CONNECT",
        /// For private NAT.
        PrivateNat = "PRIVATE_NAT",
    }

    /// `Address.addressType`.
    AddressType {
        /// Inside a network.
        Internal = "INTERNAL",
        /// Public.
        External = "EXTERNAL",
    }

    /// `Address.purpose`.
    AddressPurpose {
        /// For machines and load balancers.
        GceEndpoint = "GCE_ENDPOINT",
        /// A range for service producers that are peered with the network.
        VpcPeering = "VPC_PEERING",
        /// For NAT, given out by Google.
        NatAuto = "NAT_AUTO",
        /// For an endpoint of Private Service Connect.
        PrivateServiceConnect = "PRIVATE_SERVICE_CONNECT",
        /// Shared by internal load balancers.
        SharedLoadBalancer = "SHARED_LOADBALANCER_VIP",
        /// For encrypted Interconnect.
        IpsecInterconnect = "IPSEC_INTERCONNECT",
        /// For a resolver of Cloud DNS.
        DnsResolver = "DNS_RESOLVER",
    }

    /// `Address.status`.
    AddressStatus {
        /// Being reserved.
        Reserving = "RESERVING",
        /// Reserved and not in use.
        Reserved = "RESERVED",
        /// In use.
        InUse = "IN_USE",
    }
}
