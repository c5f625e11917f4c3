//! `google_vpc_access_connector`.

use ipnet::IpNet;

use super::super::module::{World, nested_blocks};
use super::ResourceInstance;
use super::facts::{Place, Reader, required};
use crate::model::{Connector, ConnectorName, Fact, NameContext, NetworkName, SubnetworkName};

/// What a connector's block declares.
pub(super) fn connector(world: &World, resource: &ResourceInstance) -> Connector {
    let reader = Reader::of(world, resource);
    let place = Place::of(&reader, resource, "region");
    let name = required(reader.string("name"));
    Connector {
        name: place.name(name.clone(), ConnectorName::parse),
        short_name: name.map(last_segment),
        // The provider sends the last segment only: the network is one of the connector's own project.
        network: place.name(reader.string("network").map(last_segment), NetworkName::parse),
        ip_cidr_range: reader.string("ip_cidr_range").try_map(|text| cidr(&text)),
        subnet: subnet(world, resource, &reader, &place),
        machine_type: reader.string("machine_type"),
        min_instances: reader.int("min_instances"),
        max_instances: reader.int("max_instances"),
        min_throughput: reader.int("min_throughput"),
        max_throughput: reader.int("max_throughput"),
        state: Fact::Absent(resource.origin(world)),
    }
}

pub(super) fn last_segment(text: String) -> String {
    text.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// A range in canonical form.
pub(super) fn cidr(text: &str) -> Result<IpNet, String> {
    text.trim().parse::<IpNet>().map(|net| net.trunc()).map_err(|_| format!("`{text}` is no CIDR range"))
}

/// The `subnet` block: a name, and the project that holds it where that is another one.
fn subnet(world: &World, resource: &ResourceInstance, outer: &Reader<'_>, place: &Place) -> Fact<SubnetworkName> {
    let blocks = nested_blocks(world, &resource.scope, &resource.block.body, "subnet");
    let Some(block) = blocks.first() else {
        return Fact::Absent(world.origin(resource.scope.module, outer.header));
    };
    if !block.maybe.is_empty() {
        return Fact::Unknown(block.maybe.to_vec());
    }
    let reader = Reader::at(world, block, outer.observed.block("subnet", 0));
    let mut place = place.clone();
    match reader.string("project_id") {
        Fact::Absent(_) => {}
        own => place.project = own,
    }
    let parse = |text: &str, context: &NameContext| SubnetworkName::parse(text, context);
    place.name(reader.string("name"), parse)
}
