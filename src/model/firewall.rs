//! Firewall rules of networks, and the policies that are in force beside them, as they are live.

use std::collections::BTreeSet;
use std::fmt;

use ipnet::IpNet;

use super::fact::Fact;
use super::names::NetworkName;
use super::resource_name::ResourceName;
use super::words::api_words;

/// A firewall rule of a network (`compute.googleapis.com/Firewall`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirewallRule {
    /// Project id and short name.
    pub name: ResourceName,
    /// The network.
    pub network: Fact<NetworkName>,
    /// Which way the traffic goes; absent means `INGRESS`.
    pub direction: Fact<Direction>,
    /// 0 to 65535, the lowest first; absent means 1000.
    pub priority: Fact<i64>,
    /// Whether it is switched off; absent means that it is in force.
    pub disabled: Fact<bool>,
    /// What it allows. Exactly one of this and `denied` is there.
    pub allowed: Fact<Vec<Layer4>>,
    /// What it denies.
    pub denied: Fact<Vec<Layer4>>,
    /// Sources of an ingress rule.
    pub source_ranges: Fact<Vec<IpNet>>,
    /// Destinations.
    pub destination_ranges: Fact<Vec<IpNet>>,
    /// Network tags of sources; a source needs to match these or the ranges, not both.
    pub source_tags: Fact<BTreeSet<String>>,
    /// Network tags of the machines that it applies to; absent, together with the accounts, means all.
    pub target_tags: Fact<BTreeSet<String>>,
    /// Service accounts of sources.
    pub source_service_accounts: Fact<BTreeSet<String>>,
    /// Service accounts of the machines that it applies to.
    pub target_service_accounts: Fact<BTreeSet<String>>,
}

/// What filters the traffic of one network (`networks.getEffectiveFirewalls`). Regional network firewall policies are
/// not part of that answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveFirewalls {
    /// The network.
    pub network: NetworkName,
    /// The network's own rules, sorted by name.
    pub rules: Fact<Vec<FirewallRule>>,
    /// Policies, in the order in which the API lists them. Hierarchical ones go before all else; whether those of the
    /// network go before or after its own rules is [`LiveNetwork::firewall_policy_order`].
    ///
    /// [`LiveNetwork::firewall_policy_order`]: super::live_network::LiveNetwork::firewall_policy_order
    pub policies: Fact<Vec<FirewallPolicy>>,
}

/// A firewall policy that is in force on a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirewallPolicy {
    /// What it is called: the short or display name where there is one, else the name.
    pub name: Fact<String>,
    /// Where it comes from.
    pub kind: Fact<FirewallPolicyKind>,
    /// Place among the policies of its kind; absent for hierarchical ones.
    pub priority: Fact<i64>,
    /// Its rules, by priority, the first first.
    pub rules: Fact<Vec<FirewallPolicyRule>>,
}

/// A rule of a firewall policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirewallPolicyRule {
    /// The lowest first.
    pub priority: Fact<i64>,
    /// What happens to traffic that matches.
    pub action: Fact<FirewallAction>,
    /// Which way the traffic goes.
    pub direction: Fact<Direction>,
    /// Whether it is switched off; absent means that it is in force.
    pub disabled: Fact<bool>,
    /// Sources.
    pub source_ranges: Fact<Vec<IpNet>>,
    /// Destinations.
    pub destination_ranges: Fact<Vec<IpNet>>,
    /// Protocols and ports.
    pub layer4: Fact<Vec<Layer4>>,
    /// Conditions of other kinds (domain names, regions, secure tags, …), by the API's field names. Where there is
    /// one, ranges and ports alone do not decide whether the rule matches.
    pub other_conditions: BTreeSet<String>,
    /// The networks that it is limited to; absent means all that the policy is attached to.
    pub target_networks: Fact<BTreeSet<NetworkName>>,
    /// The service accounts that it is limited to; absent means all.
    pub target_service_accounts: Fact<BTreeSet<String>>,
    /// The secure tags that it is limited to, by their names; absent means all.
    pub target_secure_tags: Fact<BTreeSet<String>>,
}

/// A protocol, with ports where it has some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Layer4 {
    /// The protocol.
    pub protocol: Protocol,
    /// The ports, sorted; empty means all.
    pub ports: Vec<PortRange>,
}

impl fmt::Display for Layer4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports: Vec<String> = self.ports.iter().map(ToString::to_string).collect();
        match ports.as_slice() {
            [] => self.protocol.fmt(f),
            ports => write!(f, "{}:{}", self.protocol, ports.join(",")),
        }
    }
}

/// A range of ports, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortRange {
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
}

impl PortRange {
    /// Reads `80` or `8000-9000`.
    ///
    /// # Errors
    /// A text that is neither, or whose ends are the wrong way round.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.trim().parse(), last.trim().parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(format!("`{}` is no port range", super::redact::identifier(text))),
        }
    }

    /// True where the port lies in the range.
    pub fn holds(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { self.first.fmt(f) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}

/// An IP protocol as firewall rules name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// Every protocol.
    All,
    /// TCP, number 6.
    Tcp,
    /// UDP, number 17.
    Udp,
    /// ICMP, number 1.
    Icmp,
    /// Another one, by name or number in lower case.
    Other(String),
}

impl From<&str> for Protocol {
    fn from(text: &str) -> Self {
        match &*text.to_ascii_lowercase() {
            "all" => Self::All,
            "tcp" | "6" => Self::Tcp,
            "udp" | "17" => Self::Udp,
            "icmp" | "1" => Self::Icmp,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
            Self::Other(word) => word,
        })
    }
}

api_words! {
    /// Which way traffic goes.
    Direction {
        /// To the machines.
        Ingress = "INGRESS",
        /// From the machines.
        Egress = "EGRESS",
    }

    /// `EffectiveFirewallPolicy.type`.
    FirewallPolicyKind {
        /// Of the organization or a folder.
        Hierarchy = "HIERARCHY",
        /// Of the network.
        Network = "NETWORK",
        /// Of the network in one region.
        NetworkRegional = "NETWORK_REGIONAL",
        /// Of Google itself, for all.
        SystemGlobal = "SYSTEM_GLOBAL",
        /// Of Google itself, for a region.
        SystemRegional = "SYSTEM_REGIONAL",
    }

    /// `FirewallPolicyRule.action`.
    FirewallAction {
        /// Traffic passes.
        Allow = "allow",
        /// Traffic is dropped.
        Deny = "deny",
        /// The next policy or the network's own rules decide.
        GoToNext = "goto_next",
        /// A security profile decides.
        ApplySecurityProfileGroup = "apply_security_profile_group",
    }
}
