//! `google_cloud_run_v2_service`, `google_cloud_run_v2_job` and `google_cloud_run_v2_worker_pool`.

use super::super::evaluate::Scope;
use super::super::module::{BlockInstance, World, nested_blocks};
use super::super::observed::Cursor;
use super::super::syntax::{Body, Span};
use super::ResourceInstance;
use super::facts::{Place, Reader, required};
use super::traffic;
use crate::model::{
    ConnectorName, Egress, Fact, Hidden, NetworkInterface, NetworkName, SubnetworkName, VpcAccess, Why, WhyKind,
    Workload, WorkloadKind, WorkloadName,
};

/// What a workload's block declares.
pub(super) fn workload(world: &World, resource: &ResourceInstance, kind: WorkloadKind) -> Workload {
    let reader = Reader::of(world, resource);
    let place = Place::of(&reader, resource, "location");
    let short_name = required(reader.string("name")).map(|name| name.rsplit('/').next().unwrap_or_default().to_owned());
    Workload {
        kind,
        name: name(kind, &place, &short_name),
        short_name,
        vpc: vpc(&reader, resource, kind, &place),
        traffic: traffic::shares(&reader, resource, kind),
        hidden: Hidden::Egress,
    }
}

pub(super) fn name(kind: WorkloadKind, place: &Place, short_name: &Fact<String>) -> Fact<WorkloadName> {
    match (short_name, &place.project, &place.region) {
        (Fact::Known(name, origin), Fact::Known(project, _), Fact::Known(region, _)) => {
            let name = WorkloadName { kind, project: project.clone(), region: region.clone(), name: name.clone() };
            Fact::Known(name, place.labelled(origin.clone()))
        }
        _ => {
            let whys = [short_name.whys(), place.project.whys(), place.region.whys()].concat();
            Fact::Unknown(whys)
        }
    }
}

/// The block that holds `vpc_access`: `template`, for jobs `template.template`.
fn vpc(reader: &Reader<'_>, resource: &ResourceInstance, kind: WorkloadKind, place: &Place) -> VpcAccess {
    let world = reader.world;
    let mut observed = reader.observed.clone();
    let depth = if kind == WorkloadKind::Job { 2 } else { 1 };
    let mut scope = resource.scope.clone();
    let mut body: &Body = &resource.block.body;
    let mut header = resource.block.header;
    let mut holder: BlockInstance;
    for _ in 0..depth {
        match the_block(world, &scope, body, header, "template") {
            Ok(Some(found)) => {
                holder = found;
                scope = holder.scope.clone();
                header = holder.header;
                body = &holder.block.body;
                observed = observed.block("template", 0);
            }
            Ok(None) => return absent(world, &scope, header),
            Err(whys) => return unknown(whys),
        }
    }
    match the_block(world, &scope, body, header, "vpc_access") {
        Ok(Some(block)) => access(world, &block, place, observed.block("vpc_access", 0)),
        Ok(None) => absent(world, &scope, header),
        Err(whys) => unknown(whys),
    }
}

/// The one block of a kind, which occurs at most once.
pub(super) fn the_block(
    world: &World,
    scope: &Scope,
    body: &Body,
    header: Span,
    kind: &str,
) -> Result<Option<BlockInstance>, Vec<Why>> {
    let mut blocks = nested_blocks(world, scope, body, kind);
    if let Some(open) = blocks.iter().find(|block| !block.maybe.is_empty()) {
        return Err(open.maybe.to_vec());
    }
    if blocks.len() > 1 {
        let text = format!("there are {} {kind} blocks where one is allowed", blocks.len());
        return Err(vec![Why::at(WhyKind::Invalid, text, world.origin(scope.module, header))]);
    }
    Ok(blocks.pop())
}

pub(super) fn absent(world: &World, scope: &Scope, header: Span) -> VpcAccess {
    let origin = world.origin(scope.module, header);
    VpcAccess {
        connector: Fact::Absent(origin.clone()),
        egress: Fact::Absent(origin.clone()),
        interfaces: Fact::Absent(origin),
    }
}

pub(super) fn unknown(whys: Vec<Why>) -> VpcAccess {
    VpcAccess {
        connector: Fact::Unknown(whys.clone()),
        egress: Fact::Unknown(whys.clone()),
        interfaces: Fact::Unknown(whys),
    }
}

fn access(world: &World, block: &BlockInstance, place: &Place, observed: Cursor) -> VpcAccess {
    let reader = Reader::at(world, block, observed);
    let egress = match reader.string("egress").try_map(|word| Egress::parse(&word)) {
        Fact::Known(Some(egress), origin) => Fact::Known(egress, origin),
        Fact::Known(None, origin) | Fact::Absent(origin) => Fact::Absent(origin),
        Fact::Unknown(whys) => Fact::Unknown(whys),
    };
    VpcAccess {
        connector: place.name(reader.string("connector"), ConnectorName::parse),
        egress,
        interfaces: interfaces(world, block, place, &reader.observed),
    }
}

fn interfaces(world: &World, block: &BlockInstance, place: &Place, observed: &Cursor) -> Fact<Vec<NetworkInterface>> {
    let blocks = nested_blocks(world, &block.scope, &block.block.body, "network_interfaces");
    let Some(first) = blocks.first() else {
        return Fact::Absent(world.origin(block.scope.module, block.header));
    };
    let maybe: Vec<Why> = blocks.iter().flat_map(|block| block.maybe.to_vec()).collect();
    if !maybe.is_empty() {
        return Fact::Unknown(maybe);
    }
    let one = |(index, block): (usize, &BlockInstance)| {
        let reader = Reader::at(world, block, observed.block("network_interfaces", index));
        NetworkInterface {
            network: place.name(reader.string("network"), NetworkName::parse),
            subnetwork: place.name(reader.string("subnetwork"), SubnetworkName::parse),
            tags: reader.strings("tags").map(|tags| tags.into_iter().collect()),
        }
    };
    Fact::Known(blocks.iter().enumerate().map(one).collect(), world.origin(first.scope.module, first.header))
}
