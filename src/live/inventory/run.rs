//! Cloud Run services and revisions.

use google_cloud_run_v2::model::{
    Revision as ApiRevision, Service as ApiService, TrafficTargetAllocationType, TrafficTargetStatus,
};
use serde::Deserialize;
use serde_json::Value;

use super::{OwnName, own_name, short, vpc};
use crate::model::{
    Fact, LiveRevision, LiveWorkload, NameContext, Origin, Serving, Why, WhyKind, Workload, WorkloadKind, WorkloadName,
};

/// Reads a service; `None` for one that is deleted and only kept for a while.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn service(item: &Value, context: &NameContext) -> Result<Option<LiveWorkload>, String> {
    let api = ApiService::deserialize(item).map_err(|error| error.to_string())?;
    let (own, _) = own_name(&api.name, &["services"], context)?;
    if api.delete_time.is_some() {
        return Ok(None);
    }
    let name = workload_name(own);
    let resource = name.to_string();
    let context = resource_context(&name, context);
    let template = api.template.as_ref().and_then(|template| template.vpc_access.as_ref());
    let workload = Workload {
        kind: name.kind,
        name: Fact::Known(name.clone(), Origin::live(&*resource, "name")),
        short_name: Fact::Known(name.name.clone(), Origin::live(&*resource, "name")),
        vpc: vpc::access(template, &resource, "template.vpcAccess", &context),
    };
    let latest_ready_revision = short(&api.latest_ready_revision);
    Ok(Some(LiveWorkload {
        serving: api
            .traffic_statuses
            .iter()
            .filter_map(|target| serving(target, latest_ready_revision.as_deref()))
            .collect(),
        settling: settling(&api, &resource),
        latest_ready_revision,
        latest_created_revision: short(&api.latest_created_revision),
        last_modifier: Some(api.last_modifier).filter(|text| !text.is_empty()),
        update_time: api.update_time.map(String::from),
        client: client(&api.client, &api.client_version),
        name,
        workload,
    }))
}

/// Reads a revision; `None` for one that is deleted and only kept for a while.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn revision(item: &Value, context: &NameContext) -> Result<Option<LiveRevision>, String> {
    let api = ApiRevision::deserialize(item).map_err(|error| error.to_string())?;
    let (own, shorts) = own_name(&api.name, &["services", "revisions"], context)?;
    if api.delete_time.is_some() {
        return Ok(None);
    }
    let service = workload_name(own);
    let name = shorts.get(1).cloned().unwrap_or_default();
    let resource = format!("{service}/revisions/{name}");
    let context = resource_context(&service, context);
    let vpc = vpc::access(api.vpc_access.as_ref(), &resource, "vpcAccess", &context);
    Ok(Some(LiveRevision { service, name, vpc, create_time: api.create_time.map(String::from) }))
}

fn workload_name(own: OwnName) -> WorkloadName {
    WorkloadName { kind: WorkloadKind::Service, project: own.project, region: own.region, name: own.short }
}

/// Short names in a resource are relative to the resource itself.
fn resource_context(name: &WorkloadName, context: &NameContext) -> NameContext {
    NameContext {
        project: Some(name.project.clone()),
        region: Some(name.region.clone()),
        project_numbers: context.project_numbers.clone(),
    }
}

/// Who serves: a target with traffic, or with a tag (a tag is reachable at 0 %). "Latest" is the newest revision that
/// became ready, not the newest that was made.
fn serving(target: &TrafficTargetStatus, latest_ready: Option<&str>) -> Option<Serving> {
    let tag = Some(target.tag.clone()).filter(|tag| !tag.is_empty());
    if target.percent <= 0 && tag.is_none() {
        return None;
    }
    let latest = target.r#type == TrafficTargetAllocationType::Latest;
    let revision = if latest { latest_ready.map(str::to_owned) } else { short(&target.revision) };
    Some(Serving { revision, percent: i64::from(target.percent), tag, latest })
}

/// While the API reconciles, or has not seen the newest generation, traffic and latest revision are transient.
fn settling(api: &ApiService, resource: &str) -> Option<Why> {
    if api.reconciling {
        let origin = Origin::live(resource, "reconciling");
        return Some(Why::at(WhyKind::Settling, "an operation on the service is under way", origin));
    }
    if api.observed_generation != api.generation {
        let text = format!("generation {} is observed, {} is wanted", api.observed_generation, api.generation);
        return Some(Why::at(WhyKind::Settling, text, Origin::live(resource, "observedGeneration")));
    }
    None
}

fn client(name: &str, version: &str) -> Option<String> {
    match (name, version) {
        ("", _) => None,
        (name, "") => Some(name.to_owned()),
        (name, version) => Some(format!("{name} {version}")),
    }
}
