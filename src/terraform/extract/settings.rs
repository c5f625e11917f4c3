//! What is compared field by field: one table of fields, and one reader a shape.

use std::collections::{BTreeMap, BTreeSet};

use super::super::module::{BlockInstance, nested_blocks};
use super::ResourceInstance;
use super::connector::{cidr, last_segment};
use super::facts::{Place, Reader};
use super::settings_blocks as blocks;
use super::workload::the_block;
use crate::model::{
    Collection, Fact, NameContext, NameError, NetworkName, Resource, ResourceKind, ResourceName, Setting,
    SubnetworkName,
};

/// How the value of an argument is read.
#[derive(Clone, Copy)]
enum Read {
    Text,
    Number,
    Flag,
    /// A list or set of texts.
    Set,
    /// A range, without host bits.
    Range,
    /// Ranges, or addresses that stand for themselves.
    Ranges,
    /// The name of a network, in full.
    Network,
    /// Names of addresses, in full.
    Addresses,
    /// Short names.
    ShortNames,
    /// Blocks, each as one text.
    Blocks(fn(&Reader<'_>, &Place) -> Fact<String>),
}

use ResourceKind as Kind;

/// Kind, path and shape of every field. The last segment of a path is an argument or a repeated block, those before it
/// are blocks of which there is one.
const FIELDS: &[(Kind, &str, Read)] = &[
    (Kind::Network, "auto_create_subnetworks", Read::Flag),
    (Kind::Network, "routing_mode", Read::Text),
    (Kind::Network, "mtu", Read::Number),
    (Kind::Network, "network_firewall_policy_enforcement_order", Read::Text),
    (Kind::Subnetwork, "network", Read::Network),
    (Kind::Subnetwork, "ip_cidr_range", Read::Range),
    (Kind::Subnetwork, "private_ip_google_access", Read::Flag),
    (Kind::Subnetwork, "purpose", Read::Text),
    (Kind::Subnetwork, "secondary_ip_range", Read::Blocks(blocks::secondary_range)),
    (Kind::Firewall, "network", Read::Network),
    (Kind::Firewall, "direction", Read::Text),
    (Kind::Firewall, "priority", Read::Number),
    (Kind::Firewall, "disabled", Read::Flag),
    (Kind::Firewall, "allow", Read::Blocks(blocks::layer4)),
    (Kind::Firewall, "deny", Read::Blocks(blocks::layer4)),
    (Kind::Firewall, "source_ranges", Read::Ranges),
    (Kind::Firewall, "destination_ranges", Read::Ranges),
    (Kind::Firewall, "source_tags", Read::Set),
    (Kind::Firewall, "target_tags", Read::Set),
    (Kind::Firewall, "source_service_accounts", Read::Set),
    (Kind::Firewall, "target_service_accounts", Read::Set),
    (Kind::Router, "network", Read::Network),
    (Kind::Nat, "source_subnetwork_ip_ranges_to_nat", Read::Text),
    (Kind::Nat, "subnetwork", Read::Blocks(blocks::nat_subnetwork)),
    (Kind::Nat, "nat_ip_allocate_option", Read::Text),
    (Kind::Nat, "nat_ips", Read::Addresses),
    (Kind::Nat, "drain_nat_ips", Read::Addresses),
    (Kind::Nat, "min_ports_per_vm", Read::Number),
    (Kind::Nat, "type", Read::Text),
    (Kind::Nat, "endpoint_types", Read::Set),
    (Kind::Nat, "udp_idle_timeout_sec", Read::Number),
    (Kind::Nat, "icmp_idle_timeout_sec", Read::Number),
    (Kind::Nat, "tcp_established_idle_timeout_sec", Read::Number),
    (Kind::Nat, "tcp_transitory_idle_timeout_sec", Read::Number),
    (Kind::Nat, "tcp_time_wait_timeout_sec", Read::Number),
    (Kind::Address, "address", Read::Text),
    (Kind::Address, "prefix_length", Read::Number),
    (Kind::Address, "address_type", Read::Text),
    (Kind::Address, "purpose", Read::Text),
    (Kind::Address, "network", Read::Network),
    (Kind::Peering, "reserved_peering_ranges", Read::ShortNames),
    (Kind::Database, "region", Read::Text),
    (Kind::Database, "database_version", Read::Text),
    (Kind::Database, "settings.activation_policy", Read::Text),
    (Kind::Database, "settings.ip_configuration.ipv4_enabled", Read::Flag),
    (Kind::Database, "settings.ip_configuration.private_network", Read::Network),
    (Kind::Database, "settings.ip_configuration.allocated_ip_range", Read::Text),
    (Kind::Database, "settings.ip_configuration.ssl_mode", Read::Text),
    (Kind::Database, "settings.ip_configuration.authorized_networks", Read::Blocks(blocks::authorized)),
    (Kind::Cache, "authorized_network", Read::Network),
    (Kind::Cache, "connect_mode", Read::Text),
    (Kind::Cache, "reserved_ip_range", Read::Text),
    (Kind::Cache, "auth_enabled", Read::Flag),
    (Kind::Cache, "transit_encryption_mode", Read::Text),
];

/// What a resource of the kind declares.
pub(super) fn resource(reader: &Reader<'_>, instance: &ResourceInstance, kind: Kind) -> Resource {
    let place = Place::of(reader, instance, "region");
    let mut settings = BTreeMap::new();
    for (_, path, read) in FIELDS.iter().filter(|(own, ..)| *own == kind) {
        let segments: Vec<&str> = path.split('.').collect();
        if let Some(fact) = at_path(reader, &segments, *read, &place) {
            settings.insert((*path).to_owned(), fact);
        }
    }
    Resource { kind, id: super::settings_names::id(reader, instance, kind, &place), settings }
}

/// The field at a path; `None` where a block on the way is not written, so that the provider leaves it to the API.
fn at_path(reader: &Reader<'_>, path: &[&str], read: Read, place: &Place) -> Option<Fact<Setting>> {
    match path {
        [] => None,
        [last] => Some(field(reader, last, read, place)),
        [first, rest @ ..] => {
            let found = the_block(reader.world, reader.scope, reader.body, reader.header, first);
            match found {
                Ok(Some(block)) => {
                    let inner = Reader::at(reader.world, &block, reader.observed.block(first, 0));
                    at_path(&inner, rest, read, place)
                }
                Ok(None) => None,
                Err(whys) => Some(Fact::Unknown(whys)),
            }
        }
    }
}

fn field(reader: &Reader<'_>, name: &str, read: Read, place: &Place) -> Fact<Setting> {
    let text = |fact: Fact<String>| fact.map(Setting::Text);
    let set = |fact: Fact<Vec<String>>| filled(fact.map(|texts| texts.into_iter().collect()));
    match read {
        Read::Text => text(reader.string(name)),
        Read::Number => reader.int(name).map(Setting::Number),
        Read::Flag => reader.bool(name).map(Setting::Flag),
        Read::Set => set(reader.strings(name)),
        Read::Range => text(reader.string(name).try_map(|text| cidr(&text).map(|range| range.to_string()))),
        Read::Ranges => {
            set(reader.strings(name).try_map(|texts| texts.iter().map(|text| blocks::range(text)).collect()))
        }
        Read::Network => text(full(place.name(reader.string(name), NetworkName::parse))),
        Read::Addresses => set(reader.strings(name).try_map(|texts| addresses(&texts, place))),
        Read::ShortNames => set(reader.strings(name).map(|texts| texts.into_iter().map(last_segment).collect())),
        Read::Blocks(one) => {
            let found = nested_blocks(reader.world, reader.scope, reader.body, name);
            let Some(first) = found.first() else {
                return Fact::Absent(reader.world.origin(reader.scope.module, reader.header));
            };
            let origin = reader.world.origin(first.scope.module, first.header);
            let mut texts = BTreeSet::new();
            for (index, block) in found.iter().enumerate() {
                if !block.maybe.is_empty() {
                    return Fact::Unknown(block.maybe.to_vec());
                }
                match one(&inner(reader, block, name, index), place) {
                    Fact::Known(text, _) => texts.insert(text),
                    Fact::Absent(_) => false,
                    Fact::Unknown(whys) => return Fact::Unknown(whys),
                };
            }
            filled(Fact::Known(texts, origin))
        }
    }
}

fn inner<'a>(reader: &Reader<'a>, block: &'a BlockInstance, name: &str, index: usize) -> Reader<'a> {
    Reader::at(reader.world, block, reader.observed.block(name, index))
}

/// A list; an empty one is as good as none.
fn filled(fact: Fact<BTreeSet<String>>) -> Fact<Setting> {
    match fact {
        Fact::Known(texts, origin) if texts.is_empty() => Fact::Absent(origin),
        other => other.map(Setting::Set),
    }
}

fn full<T: ToString>(fact: Fact<T>) -> Fact<String> {
    fact.map(|name| name.to_string())
}

fn addresses(texts: &[String], place: &Place) -> Result<Vec<String>, String> {
    let parse = |text: &str, context: &NameContext| ResourceName::parse(text, Collection::Addresses, context);
    let one = |text: &String| place.parsed(text, parse).map(|name| name.to_string());
    texts.iter().map(one).collect()
}

/// The name of a subnetwork, in full.
pub(super) fn subnetwork(place: &Place, fact: Fact<String>) -> Fact<String> {
    let parse: fn(&str, &NameContext) -> Result<SubnetworkName, NameError> = SubnetworkName::parse;
    full(place.name(fact, parse))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::reconcile::equivalence::settings::ATTRIBUTES;

    #[test]
    fn what_is_read_is_what_is_compared() {
        let read: BTreeSet<(Kind, &str)> = FIELDS.iter().map(|(kind, path, _)| (*kind, *path)).collect();
        let compared: BTreeSet<(Kind, &str)> = ATTRIBUTES.iter().map(|own| (own.kind, own.path)).collect();
        assert_eq!(read, compared);
        assert_eq!((read.len(), compared.len()), (FIELDS.len(), ATTRIBUTES.len()), "a field stands there twice");
    }
}
