//! `google_cloud_run_service`: the v1 service, whose VPC access stands in annotations of its template.
//!
//! Keys and values: `spec.template.metadata.annotations` of `run.googleapis.com/v1`.

use serde_json::Value as Json;

use super::super::module::World;
use super::ResourceInstance;
use super::annotations::Annotations;
use super::facts::{Place, Reader, required};
use super::workload::{absent, name, the_block, unknown};
use crate::model::{
    ConnectorName, Egress, Fact, NetworkInterface, NetworkName, Origin, SubnetworkName, VpcAccess, Why, WhyKind,
    Workload, WorkloadKind,
};

/// The annotation that names the connector.
pub(super) const CONNECTOR: &str = "run.googleapis.com/vpc-access-connector";
/// The annotation with the egress setting.
pub(super) const EGRESS: &str = "run.googleapis.com/vpc-access-egress";
/// The annotation with the direct VPC interfaces, as JSON.
pub(super) const INTERFACES: &str = "run.googleapis.com/network-interfaces";

/// What a service's block declares.
pub(super) fn service(world: &World, resource: &ResourceInstance) -> Workload {
    let reader = Reader::of(world, resource);
    let place = Place::of(&reader, resource, "location");
    let short_name = required(reader.string("name"));
    let kind = WorkloadKind::Service;
    Workload { kind, name: name(kind, &place, &short_name), short_name, vpc: vpc(&reader, resource, &place) }
}

fn vpc(reader: &Reader<'_>, resource: &ResourceInstance, place: &Place) -> VpcAccess {
    let world = reader.world;
    let (scope, body, header) = (&resource.scope, &resource.block.body, resource.block.header);
    let template = match the_block(world, scope, body, header, "template") {
        Ok(Some(template)) => template,
        Ok(None) => return absent(world, scope, header),
        Err(whys) => return unknown(whys),
    };
    let metadata = match the_block(world, &template.scope, &template.block.body, template.header, "metadata") {
        Ok(Some(metadata)) => metadata,
        Ok(None) => return absent(world, &template.scope, template.header),
        Err(whys) => return unknown(whys),
    };
    let annotations = Annotations::of(world, &metadata, reader.observed.block("template", 0).block("metadata", 0));
    let egress = match annotations.get(EGRESS).try_map(|word| Egress::parse(&word)) {
        Fact::Known(Some(egress), origin) => Fact::Known(egress, origin),
        Fact::Known(None, origin) | Fact::Absent(origin) => Fact::Absent(origin),
        Fact::Unknown(whys) => Fact::Unknown(whys),
    };
    VpcAccess {
        connector: place.name(annotations.get(CONNECTOR), ConnectorName::parse),
        egress,
        interfaces: match annotations.get(INTERFACES) {
            Fact::Known(text, origin) => interfaces(&text, &origin, place),
            Fact::Absent(origin) => Fact::Absent(origin),
            Fact::Unknown(whys) => Fact::Unknown(whys),
        },
    }
}

fn interfaces(text: &str, origin: &Origin, place: &Place) -> Fact<Vec<NetworkInterface>> {
    let invalid = || {
        let text = format!("the annotation {INTERFACES} is no JSON list of interfaces");
        Fact::unknown(Why::at(WhyKind::Invalid, text, origin.clone()))
    };
    let Ok(Json::Array(items)) = serde_json::from_str::<Json>(text) else { return invalid() };
    let known = |item: &Json, key: &str| match item.get(key).and_then(Json::as_str) {
        Some(text) if !text.is_empty() => Fact::Known(text.to_owned(), origin.clone()),
        _ => Fact::Absent(origin.clone()),
    };
    let tags = |item: &Json| match item.get("tags").and_then(Json::as_array) {
        Some(tags) => Fact::Known(tags.iter().filter_map(Json::as_str).map(str::to_owned).collect(), origin.clone()),
        None => Fact::Absent(origin.clone()),
    };
    if !items.iter().all(Json::is_object) {
        return invalid();
    }
    if items.is_empty() {
        return Fact::Absent(origin.clone());
    }
    let one = |item: &Json| NetworkInterface {
        network: place.name(known(item, "network"), NetworkName::parse),
        subnetwork: place.name(known(item, "subnetwork"), SubnetworkName::parse),
        tags: tags(item),
    };
    Fact::Known(items.iter().map(one).collect(), origin.clone())
}
