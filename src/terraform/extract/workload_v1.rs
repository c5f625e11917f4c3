//! `google_cloud_run_service`: the v1 service, whose VPC access stands in annotations of its template.
//!
//! Keys and values: `spec.template.metadata.annotations` of `run.googleapis.com/v1`.

use super::super::module::World;
use super::ResourceInstance;
use super::annotations::Annotations;
use super::facts::{Place, Reader, required};
use super::traffic;
use super::workload::{absent, name, the_block, unknown};
use crate::model::annotations::{self, CONNECTOR, EGRESS, INTERFACES, WrittenInterface};
use crate::model::{
    ConnectorName, Egress, Fact, Hidden, NetworkInterface, NetworkName, Origin, SubnetworkName, VpcAccess, Why,
    WhyKind, Workload, WorkloadKind,
};

/// What a service's block declares.
pub(super) fn service(world: &World, resource: &ResourceInstance) -> Workload {
    let reader = Reader::of(world, resource);
    let place = Place::of(&reader, resource, "location");
    let short_name = required(reader.string("name"));
    let kind = WorkloadKind::Service;
    let (vpc, hidden) = vpc(&reader, resource, &place);
    Workload {
        kind,
        name: name(kind, &place, &short_name),
        short_name,
        vpc,
        hidden,
        traffic: traffic::shares_v1(&reader, resource),
    }
}

/// The VPC access, and what of it the provider takes over from the API: the map of annotations is computed as a whole.
fn vpc(reader: &Reader<'_>, resource: &ResourceInstance, place: &Place) -> (VpcAccess, Hidden) {
    let everything = |vpc| (vpc, Hidden::Everything);
    let world = reader.world;
    let (scope, body, header) = (&resource.scope, &resource.block.body, resource.block.header);
    let template = match the_block(world, scope, body, header, "template") {
        Ok(Some(template)) => template,
        Ok(None) => return everything(absent(world, scope, header)),
        Err(whys) => return (unknown(whys), Hidden::Nothing),
    };
    let metadata = match the_block(world, &template.scope, &template.block.body, template.header, "metadata") {
        Ok(Some(metadata)) => metadata,
        Ok(None) => return everything(absent(world, &template.scope, template.header)),
        Err(whys) => return (unknown(whys), Hidden::Nothing),
    };
    let annotations = Annotations::of(world, &metadata, reader.observed.block("template", 0).block("metadata", 0));
    let egress = match annotations.get(EGRESS).try_map(|word| Egress::parse(&word)) {
        Fact::Known(Some(egress), origin) => Fact::Known(egress, origin),
        Fact::Known(None, origin) | Fact::Absent(origin) => Fact::Absent(origin),
        Fact::Unknown(whys) => Fact::Unknown(whys),
    };
    let hidden = if annotations.is_left_out() { Hidden::Everything } else { Hidden::Nothing };
    let vpc = VpcAccess {
        connector: place.name(annotations.get(CONNECTOR), ConnectorName::parse),
        egress,
        interfaces: match annotations.get(INTERFACES) {
            Fact::Known(text, origin) => interfaces(&text, &origin, place),
            Fact::Absent(origin) => Fact::Absent(origin),
            Fact::Unknown(whys) => Fact::Unknown(whys),
        },
    };
    (vpc, hidden)
}

fn interfaces(text: &str, origin: &Origin, place: &Place) -> Fact<Vec<NetworkInterface>> {
    let invalid = || {
        let text = format!("the annotation {INTERFACES} is no JSON list of interfaces");
        Fact::unknown(Why::at(WhyKind::Invalid, text, origin.clone()))
    };
    let Some(written) = annotations::interfaces(text) else { return invalid() };
    if written.is_empty() {
        return Fact::Absent(origin.clone());
    }
    let known = |text: Option<String>| match text {
        Some(text) => Fact::Known(text, origin.clone()),
        None => Fact::Absent(origin.clone()),
    };
    let one = |written: WrittenInterface| NetworkInterface {
        network: place.name(known(written.network), NetworkName::parse),
        subnetwork: place.name(known(written.subnetwork), SubnetworkName::parse),
        tags: match written.tags {
            Some(tags) => Fact::Known(tags.into_iter().collect(), origin.clone()),
            None => Fact::Absent(origin.clone()),
        },
    };
    Fact::Known(written.into_iter().map(one).collect(), origin.clone())
}
