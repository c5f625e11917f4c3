//! How traffic is split: `traffic` of services, `instance_splits` of worker pools.
//!
//! Schemas: `google_cloud_run_v2_service`, `google_cloud_run_v2_worker_pool`, `google_cloud_run_service`.

use super::super::module::{BlockInstance, nested_blocks};
use super::super::observed::Cursor;
use super::ResourceInstance;
use super::connector::last_segment;
use super::facts::Reader;
use crate::model::{Fact, Share, Why, WhyKind, WorkloadKind};

/// What a v2 workload declares.
pub(super) fn shares(reader: &Reader<'_>, resource: &ResourceInstance, kind: WorkloadKind) -> Fact<Vec<Share>> {
    match kind {
        WorkloadKind::Service => list(reader, resource, "traffic", share),
        WorkloadKind::WorkerPool => list(reader, resource, "instance_splits", share),
        WorkloadKind::Job => Fact::Absent(resource.origin(reader.world)),
    }
}

/// What a v1 service declares.
pub(super) fn shares_v1(reader: &Reader<'_>, resource: &ResourceInstance) -> Fact<Vec<Share>> {
    list(reader, resource, "traffic", share_v1)
}

fn list(
    reader: &Reader<'_>,
    resource: &ResourceInstance,
    kind: &str,
    one: fn(&Reader<'_>) -> Share,
) -> Fact<Vec<Share>> {
    let world = reader.world;
    let blocks = nested_blocks(world, &resource.scope, &resource.block.body, kind);
    let Some(first) = blocks.first() else { return Fact::Absent(resource.origin(world)) };
    let maybe: Vec<Why> = blocks.iter().flat_map(|block| block.maybe.to_vec()).collect();
    if !maybe.is_empty() {
        return Fact::Unknown(maybe);
    }
    let read = |(index, block): (usize, &BlockInstance)| {
        let observed: Cursor = reader.observed.block(kind, index);
        one(&Reader::at(world, block, observed))
    };
    Fact::Known(blocks.iter().enumerate().map(read).collect(), world.origin(first.scope.module, first.header))
}

/// `type` is a word that ends in `_LATEST` or `_REVISION`; where it is left out, a revision that is named is meant.
fn share(reader: &Reader<'_>) -> Share {
    let revision = reader.string("revision").map(last_segment);
    let revision = match reader.string("type") {
        Fact::Known(word, origin) if word.ends_with("_LATEST") => Fact::Absent(origin),
        Fact::Known(word, origin) if word.ends_with("_REVISION") => named(revision, origin),
        Fact::Known(word, origin) => {
            Fact::unknown(Why::at(WhyKind::Invalid, format!("`{word}` is no kind of a traffic target"), origin))
        }
        Fact::Absent(_) => revision,
        Fact::Unknown(whys) => Fact::Unknown(whys),
    };
    Share { revision, percent: reader.int("percent"), tag: reader.string("tag") }
}

fn share_v1(reader: &Reader<'_>) -> Share {
    let revision = match reader.bool("latest_revision") {
        Fact::Known(true, origin) => Fact::Absent(origin),
        Fact::Known(false, _) | Fact::Absent(_) => reader.string("revision_name"),
        Fact::Unknown(whys) => Fact::Unknown(whys),
    };
    Share { revision, percent: reader.int("percent"), tag: reader.string("tag") }
}

/// A target of a revision has to name it.
fn named(revision: Fact<String>, origin: crate::model::Origin) -> Fact<String> {
    match revision {
        Fact::Absent(_) => Fact::unknown(Why::at(WhyKind::Invalid, "the traffic target names no revision", origin)),
        named => named,
    }
}
