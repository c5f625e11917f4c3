//! Repeated blocks as texts that do not depend on the order in which they are written.

use std::net::IpAddr;

use ipnet::IpNet;

use super::facts::{Place, Reader};
use super::settings::subnetwork;
use crate::model::{Fact, Layer4, PortRange, Protocol};

/// A range without host bits; an address stands for itself.
pub(super) fn range(text: &str) -> Result<String, String> {
    let text = text.trim();
    let alone = || text.parse::<IpAddr>().map(IpNet::from);
    let range = text.parse::<IpNet>().or_else(|_| alone()).map_err(|_| format!("`{text}` is no range"))?;
    Ok(range.trunc().to_string())
}

/// `allow` and `deny` of a firewall rule: a protocol with its ports.
pub(super) fn layer4(reader: &Reader<'_>, _: &Place) -> Fact<String> {
    let ports = match reader.strings("ports") {
        Fact::Known(ports, _) => ports,
        Fact::Absent(_) => Vec::new(),
        Fact::Unknown(whys) => return Fact::Unknown(whys),
    };
    reader.string("protocol").try_map(|protocol| {
        let mut ports = ports.iter().map(|port| PortRange::parse(port)).collect::<Result<Vec<_>, _>>()?;
        ports.sort();
        Ok(Layer4 { protocol: Protocol::from(&*protocol), ports }.to_string())
    })
}

/// `secondary_ip_range` of a subnetwork: a named range.
pub(super) fn secondary_range(reader: &Reader<'_>, _: &Place) -> Fact<String> {
    pair(reader.string("range_name"), reader.string("ip_cidr_range").try_map(|text| range(&text)))
}

/// `authorized_networks` of a database: the range; its name and expiry are of no concern.
pub(super) fn authorized(reader: &Reader<'_>, _: &Place) -> Fact<String> {
    reader.string("value").try_map(|text| range(&text))
}

/// `subnetwork` of a NAT gateway: its name, the ranges that are served, and the secondary ones by name.
pub(super) fn nat_subnetwork(reader: &Reader<'_>, place: &Place) -> Fact<String> {
    let sorted = |fact: Fact<Vec<String>>| match fact {
        Fact::Absent(origin) => Fact::Known(String::new(), origin),
        other => other.map(|mut texts| {
            texts.sort();
            texts.join("+")
        }),
    };
    let ranges = pair(subnetwork(place, reader.string("name")), sorted(reader.strings("source_ip_ranges_to_nat")));
    let secondary = sorted(reader.strings("secondary_ip_range_names"));
    match (ranges, secondary) {
        (Fact::Known(text, origin), Fact::Known(secondary, _)) if secondary.is_empty() => Fact::Known(text, origin),
        (ranges, secondary) => pair(ranges, secondary),
    }
}

/// Two texts as one.
fn pair(left: Fact<String>, right: Fact<String>) -> Fact<String> {
    match (left, right) {
        (Fact::Known(left, origin), Fact::Known(right, _)) => Fact::Known(format!("{left} {right}"), origin),
        (Fact::Unknown(whys), _) | (_, Fact::Unknown(whys)) => Fact::Unknown(whys),
        (Fact::Absent(origin), _) | (_, Fact::Absent(origin)) => Fact::Absent(origin),
    }
}
