//! Networks, firewall rules, NAT, private connections, databases and caches: one row a field.

use super::{Equivalence, Row};
use crate::model::{Fact, ResourceId, ResourceKind as Kind, Setting};
use crate::reconcile::compare::{Comparison, compare, compare_with_default};

/// Compares a declared and a live setting, where absence on either side means the default, if there is one.
pub type Settings = Equivalence<fn(&Fact<Setting>, &Fact<Setting>, Option<&Setting>) -> Comparison>;

/// Words, numbers and flags.
pub static WORD: Settings = Equivalence {
    row: Row {
        id: "word",
        applies: &[],
        equal: "the same word, number or flag; left out and the default",
        source: "provider defaults, and defaults of the API's discovery documents",
    },
    compare: plain,
};
/// Names and ranges.
pub static NAME: Settings = Equivalence {
    row: Row {
        id: "name",
        applies: &[],
        equal: "every spelling of a name (see network-name), a leading slash, host bits of a range",
        source: "provider CompareSelfLinkRelativePaths, CompareSelfLinkOrResourceName, ProjectNumberDiffSuppress (the number is resolved, not ignored); terraform-provider-google#10107",
    },
    compare: plain,
};
/// Lists whose order has no meaning.
pub static SET: Settings = Equivalence {
    row: Row {
        id: "set",
        applies: &[],
        equal: "the same members in any order, each once; left out and an empty list; addresses by name and by link",
        source: "provider stringListDiffSuppress, computeRouterNatIPsHash, computeRouterNatSubnetworkHash",
    },
    compare: plain,
};
/// What a subnetwork is for.
pub static PURPOSE: Settings = Equivalence {
    row: Row {
        id: "purpose",
        applies: &["google_compute_subnetwork.purpose"],
        equal: "left out, `PRIVATE` and the older `PRIVATE_RFC_1918`",
        source: "Compute Engine API v1, Subnetwork.purpose",
    },
    compare: |declared, live, default| {
        let today = |fact: &Fact<Setting>| {
            let older = Setting::from("PRIVATE_RFC_1918");
            fact.clone().map(|word| if word == older { Setting::from("PRIVATE") } else { word })
        };
        plain(&today(declared), &today(live), default)
    },
};

fn plain(declared: &Fact<Setting>, live: &Fact<Setting>, default: Option<&Setting>) -> Comparison {
    match default {
        Some(default) => compare_with_default(declared, live, default),
        None => compare(declared, live),
    }
}

/// A field that is compared.
pub struct Attribute {
    /// Whose field.
    pub kind: Kind,
    /// Its path in Terraform.
    pub path: &'static str,
    /// Its path in the API.
    pub api: &'static str,
    /// The rule by which it is compared.
    pub by: &'static Settings,
    /// What it means where the configuration leaves it out.
    pub absent: Absent,
    /// What applying a change of it does.
    pub applied: Applied,
}

/// What a field that is left out means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// That there is no such value.
    Nothing,
    /// The provider's default, which it sends: `terraform plan` shows a difference.
    Provider(Documented),
    /// The API's default. The provider accepts whatever is live: `terraform plan` shows nothing.
    Api(Documented),
    /// The API chooses: there is nothing to compare with.
    Chosen,
}

/// A documented default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Documented {
    /// A word.
    Text(&'static str),
    /// A number.
    Number(i64),
    /// A flag.
    Flag(bool),
    /// A list of one member.
    Only(&'static str),
    /// The network `default` of the resource's own project.
    OwnNetwork,
}

impl Documented {
    /// The default of a resource.
    pub fn of(self, id: &ResourceId) -> Setting {
        match self {
            Self::Text(text) => Setting::from(text),
            Self::Number(number) => Setting::Number(number),
            Self::Flag(flag) => Setting::Flag(flag),
            Self::Only(text) => Setting::Set([text.to_owned()].into()),
            Self::OwnNetwork => Setting::Text(format!("projects/{}/global/networks/default", id.project)),
        }
    }

    fn words(self) -> String {
        match self {
            Self::Text(text) | Self::Only(text) => format!("`{text}`"),
            Self::Number(number) => format!("`{number}`"),
            Self::Flag(flag) => format!("`{flag}`"),
            Self::OwnNetwork => "the network `default` of its project".to_owned(),
        }
    }
}

impl Absent {
    /// In words, for the reference.
    pub fn words(self) -> String {
        match self {
            Self::Nothing => "no such value".to_owned(),
            Self::Provider(default) => default.words(),
            Self::Api(default) => format!("{}; plan is silent", default.words()),
            Self::Chosen => "not compared: the API chooses".to_owned(),
        }
    }

    /// The default, where there is one.
    pub fn default_of(self, id: &ResourceId) -> Option<Setting> {
        match self {
            Self::Provider(default) | Self::Api(default) => Some(default.of(id)),
            Self::Nothing | Self::Chosen => None,
        }
    }
}

/// What `terraform apply` does to bring a field back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It updates the resource.
    InPlace,
    /// It destroys the resource and makes it anew.
    Replaces,
}

impl Applied {
    /// In words, for the reference.
    pub fn words(self) -> &'static str {
        match self {
            Self::InPlace => "in place",
            Self::Replaces => "replaces",
        }
    }
}

macro_rules! attributes {
    ($($kind:ident $path:literal $api:literal $by:ident $absent:expr, $applied:ident;)+) => {
        &[$(Attribute {
            kind: Kind::$kind, path: $path, api: $api, by: &$by, absent: $absent, applied: Applied::$applied,
        }),+]
    };
}

use Absent::{Api, Chosen, Nothing, Provider};
use Documented::{Flag, Number, Only, OwnNetwork, Text};

/// Every field that is compared. Sources: the provider's schemas as of 7.46 and the discovery documents of the APIs; a
/// field of which neither documents a default is `Chosen`.
pub static ATTRIBUTES: &[Attribute] = attributes![
    Network "auto_create_subnetworks" "autoCreateSubnetworks" WORD Provider(Flag(true)), Replaces;
    Network "routing_mode" "routingConfig.routingMode" WORD Chosen, InPlace;
    Network "mtu" "mtu" WORD Api(Number(1460)), InPlace;
    Network "network_firewall_policy_enforcement_order" "networkFirewallPolicyEnforcementOrder" WORD Provider(Text("AFTER_CLASSIC_FIREWALL")), InPlace;
    Subnetwork "network" "network" NAME Nothing, Replaces;
    Subnetwork "ip_cidr_range" "ipCidrRange" NAME Chosen, Replaces;
    Subnetwork "private_ip_google_access" "privateIpGoogleAccess" WORD Api(Flag(false)), InPlace;
    Subnetwork "purpose" "purpose" PURPOSE Api(Text("PRIVATE")), Replaces;
    Subnetwork "secondary_ip_range" "secondaryIpRanges" SET Chosen, InPlace;
    Firewall "network" "network" NAME Nothing, Replaces;
    Firewall "direction" "direction" WORD Api(Text("INGRESS")), Replaces;
    Firewall "priority" "priority" WORD Provider(Number(1000)), InPlace;
    Firewall "disabled" "disabled" WORD Provider(Flag(false)), InPlace;
    Firewall "allow" "allowed" SET Nothing, InPlace;
    Firewall "deny" "denied" SET Nothing, InPlace;
    Firewall "source_ranges" "sourceRanges" SET Chosen, InPlace;
    Firewall "destination_ranges" "destinationRanges" SET Chosen, InPlace;
    Firewall "source_tags" "sourceTags" SET Nothing, InPlace;
    Firewall "target_tags" "targetTags" SET Nothing, InPlace;
    Firewall "source_service_accounts" "sourceServiceAccounts" SET Nothing, InPlace;
    Firewall "target_service_accounts" "targetServiceAccounts" SET Nothing, InPlace;
    Router "network" "network" NAME Nothing, Replaces;
    Nat "source_subnetwork_ip_ranges_to_nat" "nats[].sourceSubnetworkIpRangesToNat" WORD Nothing, InPlace;
    Nat "subnetwork" "nats[].subnetworks" SET Chosen, InPlace;
    Nat "nat_ip_allocate_option" "nats[].natIpAllocateOption" WORD Chosen, InPlace;
    Nat "nat_ips" "nats[].natIps" SET Chosen, InPlace;
    Nat "drain_nat_ips" "nats[].drainNatIps" SET Chosen, InPlace;
    Nat "min_ports_per_vm" "nats[].minPortsPerVm" WORD Chosen, InPlace;
    Nat "type" "nats[].type" WORD Provider(Text("PUBLIC")), Replaces;
    Nat "endpoint_types" "nats[].endpointTypes" SET Api(Only("ENDPOINT_TYPE_VM")), InPlace;
    Nat "udp_idle_timeout_sec" "nats[].udpIdleTimeoutSec" WORD Provider(Number(30)), InPlace;
    Nat "icmp_idle_timeout_sec" "nats[].icmpIdleTimeoutSec" WORD Provider(Number(30)), InPlace;
    Nat "tcp_established_idle_timeout_sec" "nats[].tcpEstablishedIdleTimeoutSec" WORD Provider(Number(1200)), InPlace;
    Nat "tcp_transitory_idle_timeout_sec" "nats[].tcpTransitoryIdleTimeoutSec" WORD Provider(Number(30)), InPlace;
    Nat "tcp_time_wait_timeout_sec" "nats[].tcpTimeWaitTimeoutSec" WORD Provider(Number(120)), InPlace;
    Address "address" "address" WORD Chosen, Replaces;
    Address "prefix_length" "prefixLength" WORD Chosen, Replaces;
    Address "address_type" "addressType" WORD Provider(Text("EXTERNAL")), Replaces;
    Address "purpose" "purpose" WORD Chosen, Replaces;
    Address "network" "network" NAME Chosen, Replaces;
    Peering "reserved_peering_ranges" "reservedPeeringRanges" SET Nothing, InPlace;
    Database "region" "region" WORD Chosen, Replaces;
    Database "database_version" "databaseVersion" WORD Nothing, InPlace;
    Database "settings.activation_policy" "settings.activationPolicy" WORD Provider(Text("ALWAYS")), InPlace;
    Database "settings.ip_configuration.ipv4_enabled" "settings.ipConfiguration.ipv4Enabled" WORD Provider(Flag(true)), InPlace;
    Database "settings.ip_configuration.private_network" "settings.ipConfiguration.privateNetwork" NAME Nothing, InPlace;
    Database "settings.ip_configuration.allocated_ip_range" "settings.ipConfiguration.allocatedIpRange" WORD Nothing, Replaces;
    Database "settings.ip_configuration.ssl_mode" "settings.ipConfiguration.sslMode" WORD Chosen, InPlace;
    Database "settings.ip_configuration.authorized_networks" "settings.ipConfiguration.authorizedNetworks" SET Nothing, InPlace;
    Cache "authorized_network" "authorizedNetwork" NAME Api(OwnNetwork), Replaces;
    Cache "connect_mode" "connectMode" WORD Provider(Text("DIRECT_PEERING")), Replaces;
    Cache "reserved_ip_range" "reservedIpRange" WORD Chosen, Replaces;
    Cache "auth_enabled" "authEnabled" WORD Provider(Flag(false)), InPlace;
    Cache "transit_encryption_mode" "transitEncryptionMode" WORD Provider(Text("DISABLED")), Replaces;
];
