//! Cloud Run services.

use google_cloud_run_v2::model::{
    IngressTraffic, RevisionTemplate, Service as ApiService, TrafficTarget, TrafficTargetAllocationType,
    TrafficTargetStatus,
};
use serde::Deserialize;
use serde_json::Value;

use super::resource::{Resource, own_name, word};
use super::run::{self, Progress, some};
use super::{short, vpc};
use crate::model::{Fact, Hidden, Ingress, LiveWorkload, NameContext, Serving, Share, Workload, WorkloadKind};

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
    let name = run::workload_name(WorkloadKind::Service, own);
    let resource = run::resource(&name.to_string(), &name, context);
    let nothing = RevisionTemplate::default();
    let template = api.template.as_ref().unwrap_or(&nothing);
    let workload = Workload {
        kind: name.kind,
        name: Fact::Known(name.clone(), resource.at("name")),
        short_name: Fact::Known(name.name.clone(), resource.at("name")),
        vpc: vpc::access(template.vpc_access.as_ref(), "template.vpcAccess", &resource),
        traffic: resource.parts(Some(api.traffic), "traffic", |target, at| share(target, at, &resource)),
        hidden: Hidden::Nothing,
    };
    let terminal_condition = api.terminal_condition.as_ref().map(run::condition);
    let progress = Progress {
        reconciling: api.reconciling,
        generation: api.generation,
        observed: api.observed_generation,
        condition: terminal_condition.as_ref(),
    };
    let latest_ready_revision = short(&api.latest_ready_revision);
    Ok(Some(LiveWorkload {
        serving: api
            .traffic_statuses
            .iter()
            .filter_map(|target| serving(target, latest_ready_revision.as_deref()))
            .collect(),
        settling: run::settling(name.kind, &progress, &resource),
        terminal_condition,
        latest_ready_revision,
        latest_created_revision: short(&api.latest_created_revision),
        ingress: ingress(&api.ingress, &resource),
        service_account: resource.text(Some(template.service_account.clone()), "template.serviceAccount"),
        environment: run::environment(&template.containers),
        variables: run::variables(&template.containers, "template.containers", &resource),
        sql_instances: run::sql_instances(&template.volumes, "template.volumes", &resource),
        labels: api.labels.into_iter().collect(),
        latest_execution: None,
        creator: some(api.creator),
        last_modifier: some(api.last_modifier),
        update_time: api.update_time.map(String::from),
        client: run::client(&api.client, &api.client_version),
        name,
        workload,
    }))
}

fn ingress(api: &IngressTraffic, resource: &Resource<'_>) -> Fact<Ingress> {
    let given = *api != IngressTraffic::Unspecified;
    resource.word(given.then(|| word(api.name(), api.value())), "ingress")
}

/// What is asked for; what serves is in the statuses.
fn share(target: TrafficTarget, at: &str, resource: &Resource<'_>) -> Share {
    let latest = target.r#type == TrafficTargetAllocationType::Latest;
    let revision = short(&target.revision).filter(|_| !latest);
    Share {
        revision: resource.text(revision, &format!("{at}.revision")),
        percent: resource.value(Some(i64::from(target.percent)), &format!("{at}.percent")),
        tag: resource.text(some(target.tag), &format!("{at}.tag")),
    }
}

/// Who serves: a target with traffic, or with a tag (a tag is reachable at 0 %). "Latest" is the newest revision that
/// became ready, not the newest that was made.
fn serving(target: &TrafficTargetStatus, latest_ready: Option<&str>) -> Option<Serving> {
    let tag = some(target.tag.clone());
    if target.percent <= 0 && tag.is_none() {
        return None;
    }
    let latest = target.r#type == TrafficTargetAllocationType::Latest;
    let revision = if latest { latest_ready.map(str::to_owned) } else { short(&target.revision) };
    Some(Serving { revision, percent: i64::from(target.percent), tag, latest })
}
