//! The names of what is compared field by field.

use super::ResourceInstance;
use super::connector::last_segment;
use super::facts::{Place, Reader, required};
use crate::model::{
    Collection, Fact, NameContext, NetworkName, Origin, ResourceId, ResourceKind as Kind, ResourceName, SubnetworkName,
};

/// The name of a resource.
pub(super) fn id(reader: &Reader<'_>, instance: &ResourceInstance, kind: Kind, place: &Place) -> Fact<ResourceId> {
    let name = || required(reader.string("name"));
    let of = |collection: Collection, region: bool| {
        let place = if region { place.clone() } else { place.without_region() };
        let parse: fn(&str, &NameContext) -> Result<ResourceName, _> = match collection {
            Collection::Firewalls => |text, context| ResourceName::parse(text, Collection::Firewalls, context),
            Collection::Routers => |text, context| ResourceName::parse(text, Collection::Routers, context),
            Collection::SqlInstances => |text, context| ResourceName::parse(text, Collection::SqlInstances, context),
            Collection::RedisInstances => {
                |text, context| ResourceName::parse(text, Collection::RedisInstances, context)
            }
            _ => |text, context| ResourceName::parse(text, Collection::Addresses, context),
        };
        let name = place.name(name(), parse);
        // A region that is not known does not make a regional resource a global one.
        if region && place.region.known().is_none() {
            return Fact::Unknown(place.region.whys().to_vec());
        }
        name.map(|own| ResourceId { full: own.to_string(), project: own.project, region: own.region, short: own.name })
    };
    match kind {
        Kind::Network => place.name(name(), NetworkName::parse).map(network),
        Kind::Subnetwork => place.name(name(), SubnetworkName::parse).map(|own| ResourceId {
            full: own.to_string(),
            project: own.project,
            region: Some(own.region),
            short: own.name,
        }),
        Kind::Firewall => of(Collection::Firewalls, false),
        Kind::Router => of(Collection::Routers, true),
        Kind::Address => of(Collection::Addresses, &*instance.resource.kind == "google_compute_address"),
        Kind::Database => of(Collection::SqlInstances, false),
        Kind::Cache => of(Collection::RedisInstances, true),
        Kind::Nat => nat(reader, place),
        Kind::Peering => peering(reader, place),
    }
}

fn network(own: NetworkName) -> ResourceId {
    ResourceId { full: own.to_string(), project: own.project, region: None, short: own.name }
}

/// A NAT gateway is a part of its router.
fn nat(reader: &Reader<'_>, place: &Place) -> Fact<ResourceId> {
    let name = required(reader.string("name"));
    let router = required(reader.string("router")).map(last_segment);
    match (name, router, &place.project, &place.region) {
        (Fact::Known(name, origin), Fact::Known(router, _), Fact::Known(project, _), Fact::Known(region, _)) => {
            let project = place.project_id(project);
            let full = format!("projects/{project}/regions/{region}/routers/{router}/nats/{name}");
            let id = ResourceId { project, region: Some(region.clone()), short: name, full };
            Fact::Known(id, place.labelled(origin))
        }
        (name, router, project, region) => {
            Fact::Unknown([name.whys(), router.whys(), project.whys(), region.whys()].concat())
        }
    }
}

/// A private connection is known by its network and the producer.
fn peering(reader: &Reader<'_>, place: &Place) -> Fact<ResourceId> {
    let network_name = place.name(required(reader.string("network")), NetworkName::parse);
    match (network_name, required(reader.string("service"))) {
        (Fact::Known(own, origin), Fact::Known(service, _)) => {
            let full = format!("{own}/connections/{}", last_segment(service));
            let origin: Origin = origin;
            Fact::Known(ResourceId { full, ..network(own) }, origin)
        }
        (network, service) => Fact::Unknown([network.whys(), service.whys()].concat()),
    }
}
