//! `google_compute_network` and `google_compute_subnetwork`.

use super::super::module::World;
use super::ResourceInstance;
use super::connector::cidr;
use super::facts::{Place, Reader, required};
use crate::model::{Network, NetworkName, Subnetwork, SubnetworkName};

/// What a network's block declares.
pub(super) fn network(world: &World, resource: &ResourceInstance) -> Network {
    let reader = Reader::of(world, resource);
    let place = Place::of(&reader, resource, "region");
    Network {
        name: place.name(required(reader.string("name")), NetworkName::parse),
        auto_create_subnetworks: reader.bool("auto_create_subnetworks"),
    }
}

/// What a subnetwork's block declares.
pub(super) fn subnetwork(world: &World, resource: &ResourceInstance) -> Subnetwork {
    let reader = Reader::of(world, resource);
    let place = Place::of(&reader, resource, "region");
    Subnetwork {
        name: place.name(required(reader.string("name")), SubnetworkName::parse),
        network: place.name(reader.string("network"), NetworkName::parse),
        ip_cidr_range: reader.string("ip_cidr_range").try_map(|text| cidr(&text)),
        private_ip_google_access: reader.bool("private_ip_google_access"),
    }
}
