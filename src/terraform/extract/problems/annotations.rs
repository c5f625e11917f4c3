//! Annotations of the VPC access where they have no effect or are refused.
//!
//! Sources: `ObjectMeta.annotations` of `run.googleapis.com/v1` (the keys belong to revisions and executions), and
//! `Service.annotations` of v2 (which takes none of the system's own annotations).

use super::super::super::module::{BlockInstance, nested_blocks};
use super::super::super::observed::Cursor;
use super::super::super::value::Whys;
use super::super::ResourceInstance;
use super::super::annotations::Annotations;
use super::{Place, Problems};
use crate::model::annotations::{KEYS, meant};
use crate::model::{ConfigProblem, ProblemKind, RefusedBy, Written};

pub(super) fn judge(at: &Place<'_>, resource: &ResourceInstance, problems: &mut Problems) {
    match &*resource.resource.kind {
        "google_cloud_run_service" => {
            let edit = "move it to template.metadata.annotations";
            under(at, resource, &["metadata"], edit, "is one of the template, and stands on the service", problems);
            misspelt(at, resource, problems);
        }
        "google_cloud_run_v2_service" | "google_cloud_run_v2_worker_pool" => {
            v2(at, resource, &[&[], &["template"]], "template.vpc_access", problems);
        }
        "google_cloud_run_v2_job" => {
            v2(at, resource, &[&[], &["template"]], "template.template.vpc_access", problems);
        }
        _ => {}
    }
}

fn v2(at: &Place<'_>, resource: &ResourceInstance, levels: &[&[&str]], block: &str, problems: &mut Problems) {
    for path in levels {
        let wrong = format!("is not taken by v2 of the API: {block} says it");
        under(at, resource, path, &format!("write it in {block}"), &wrong, problems);
    }
}

/// Keys of the template that mean nothing, where another one is meant.
fn misspelt(at: &Place<'_>, resource: &ResourceInstance, problems: &mut Problems) {
    for block in blocks(at, resource, &["template", "metadata"]) {
        let annotations = Annotations::of(at.world, &block, Cursor::default());
        for key in annotations.keys() {
            let (Some(known), Some(origin)) = (meant(&key), annotations.mentions(&key)) else { continue };
            problems.add(ConfigProblem {
                kind: ProblemKind::AnnotationMisplaced,
                address: at.address(),
                field: Some(format!("template.metadata.annotations.{key}")),
                text: format!("the annotation {key} means nothing to Cloud Run: {known} does"),
                refused_by: RefusedBy::Api,
                edit: format!("write {known}"),
                places: vec![Written { value: None, origin }],
            });
        }
    }
}

/// The blocks that a path leads to.
fn blocks(at: &Place<'_>, resource: &ResourceInstance, path: &[&str]) -> Vec<BlockInstance> {
    let own = BlockInstance {
        block: resource.block.clone(),
        header: resource.block.header,
        scope: resource.scope.clone(),
        maybe: Whys::default(),
    };
    let step = |blocks: Vec<BlockInstance>, kind: &&str| {
        blocks.iter().flat_map(|block| nested_blocks(at.world, &block.scope, &block.block.body, kind)).collect()
    };
    path.iter().fold(vec![own], step)
}

/// Looks at the annotations of the blocks that a path leads to.
fn under(at: &Place<'_>, resource: &ResourceInstance, path: &[&str], edit: &str, wrong: &str, problems: &mut Problems) {
    for block in &blocks(at, resource, path) {
        let annotations = Annotations::of(at.world, block, Cursor::default());
        for key in KEYS {
            let Some(origin) = annotations.mentions(key) else { continue };
            let prefix: String = path.iter().map(|kind| format!("{kind}.")).collect();
            problems.add(ConfigProblem {
                kind: ProblemKind::AnnotationMisplaced,
                address: at.address(),
                field: Some(format!("{prefix}annotations.{key}")),
                text: format!("the annotation {key} {wrong}"),
                refused_by: RefusedBy::Api,
                edit: edit.to_owned(),
                places: vec![Written { value: None, origin }],
            });
        }
    }
}
