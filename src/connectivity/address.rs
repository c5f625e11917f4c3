//! Classes of addresses, and which of them go through the VPC.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::model::{Egress, Why, WhyKind};

/// What an address is to Cloud Run's egress setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// RFC 1918.
    Private,
    /// RFC 6598.
    Shared,
    /// The addresses behind which Google's APIs answer privately: `private.googleapis.com` and
    /// `restricted.googleapis.com`.
    GoogleApis,
    /// Not public, and of no class that is documented to go through the VPC.
    Special,
    /// Everything else.
    Public,
}

/// Ranges by class. "RFC 1918 and RFC 6598" (Cloud Run, VPC connectors); 199.36.153.4/30 and .8/30 (Cloud Run
/// networking best practices). The special ones are those of RFC 6890 that are not forwarded globally.
const RANGES: [(&str, Class); 16] = [
    ("10.0.0.0/8", Class::Private),
    ("172.16.0.0/12", Class::Private),
    ("192.168.0.0/16", Class::Private),
    ("100.64.0.0/10", Class::Shared),
    ("199.36.153.4/30", Class::GoogleApis),
    ("199.36.153.8/30", Class::GoogleApis),
    ("0.0.0.0/8", Class::Special),
    ("127.0.0.0/8", Class::Special),
    ("169.254.0.0/16", Class::Special),
    ("192.0.0.0/24", Class::Special),
    ("192.0.2.0/24", Class::Special),
    ("198.18.0.0/15", Class::Special),
    ("198.51.100.0/24", Class::Special),
    ("203.0.113.0/24", Class::Special),
    ("240.0.0.0/4", Class::Special),
    ("fc00::/7", Class::Special),
];

/// The class of an address.
pub fn class(address: IpAddr) -> Class {
    let holds = |range: &str| range.parse::<IpNet>().is_ok_and(|range| range.contains(&address));
    RANGES.iter().find(|(range, _)| holds(range)).map_or(Class::Public, |(_, class)| *class)
}

/// Where packets are to go, as far as the target tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// An address.
    Address(IpAddr),
    /// A name of Google's APIs.
    GoogleApi(String),
    /// A name that is internal by its form.
    InternalName(String),
    /// Any other name: public, unless a private zone says otherwise.
    Name(String),
}

impl Destination {
    /// Reads a host as a target has it.
    pub fn of(host: &str) -> Self {
        if let Ok(address) = host.parse() {
            return Self::Address(address);
        }
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let internal = !name.contains('.')
            || ["internal", "local", "private", "corp", "lan", "home.arpa"]
                .iter()
                .any(|end| name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')));
        match () {
            () if name.ends_with(".googleapis.com") => Self::GoogleApi(name),
            () if internal => Self::InternalName(name),
            () => Self::Name(name),
        }
    }

    /// The address, where it is one.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(*address),
            _ => None,
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::GoogleApi(name) | Self::InternalName(name) | Self::Name(name) => f.write_str(name),
        }
    }
}

/// Which way packets leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Through the VPC.
    Vpc,
    /// Straight to the internet.
    Internet,
}

/// Which way packets of an attached workload leave.
///
/// # Errors
/// Where neither the setting nor the class of the destination decides.
pub fn way(egress: Egress, destination: &Destination) -> Result<Way, Why> {
    let open = |text: String| Err(Why::new(WhyKind::Dynamic, text));
    match (egress, destination) {
        (Egress::AllTraffic, _) => Ok(Way::Vpc),
        (Egress::PrivateRangesOnly, Destination::Address(address)) => match class(*address) {
            Class::Private | Class::Shared | Class::GoogleApis => Ok(Way::Vpc),
            Class::Public => Ok(Way::Internet),
            Class::Special => open(format!("{address} is of no range that is documented to go through the VPC")),
        },
        (Egress::PrivateRangesOnly, Destination::InternalName(_)) => Ok(Way::Vpc),
        // What such a name resolves to by itself is public.
        (Egress::PrivateRangesOnly, Destination::GoogleApi(_) | Destination::Name(_)) => Ok(Way::Internet),
    }
}

/// True for a destination that only a VPC leads to.
pub fn is_private(destination: &Destination) -> bool {
    match destination {
        Destination::Address(address) => class(*address) != Class::Public,
        Destination::InternalName(_) => true,
        Destination::GoogleApi(_) | Destination::Name(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_egress_setting_and_the_class_decide_the_way() {
        use Egress::{AllTraffic, PrivateRangesOnly};
        for (host, private, all) in [
            ("10.1.2.3", Some(Way::Vpc), Way::Vpc),
            ("172.31.0.1", Some(Way::Vpc), Way::Vpc),
            ("172.32.0.1", Some(Way::Internet), Way::Vpc),
            ("100.64.0.1", Some(Way::Vpc), Way::Vpc),
            ("199.36.153.10", Some(Way::Vpc), Way::Vpc),
            ("199.36.153.12", Some(Way::Internet), Way::Vpc),
            ("8.8.8.8", Some(Way::Internet), Way::Vpc),
            ("198.18.0.1", None, Way::Vpc),
            ("redis.internal", Some(Way::Vpc), Way::Vpc),
            ("storage.googleapis.com", Some(Way::Internet), Way::Vpc),
            ("api.example.com", Some(Way::Internet), Way::Vpc),
        ] {
            let destination = Destination::of(host);
            assert_eq!(way(PrivateRangesOnly, &destination).ok(), private, "{host}");
            assert_eq!(way(AllTraffic, &destination), Ok(all), "{host}");
        }
    }
}
