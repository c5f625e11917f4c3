//! Cloud Run worker pools.

use google_cloud_run_v2::model::{
    InstanceSplit, InstanceSplitAllocationType, InstanceSplitStatus, WorkerPool as ApiWorkerPool,
    WorkerPoolRevisionTemplate,
};
use serde::Deserialize;
use serde_json::Value;

use super::resource::{Resource, own_name};
use super::run::{self, Progress, some};
use super::{short, vpc};
use crate::model::{Fact, Hidden, LiveWorkload, NameContext, Serving, Share, Workload, WorkloadKind};

/// Reads a worker pool; `None` for one that is deleted and only kept for a while.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn worker_pool(item: &Value, context: &NameContext) -> Result<Option<LiveWorkload>, String> {
    let api = ApiWorkerPool::deserialize(item).map_err(|error| error.to_string())?;
    let (own, _) = own_name(&api.name, &["workerPools"], context)?;
    if api.delete_time.is_some() {
        return Ok(None);
    }
    let name = run::workload_name(WorkloadKind::WorkerPool, own);
    let resource = run::resource(&name.to_string(), &name, context);
    let nothing = WorkerPoolRevisionTemplate::default();
    let template = api.template.as_ref().unwrap_or(&nothing);
    let workload = Workload {
        kind: name.kind,
        name: Fact::Known(name.clone(), resource.at("name")),
        short_name: Fact::Known(name.name.clone(), resource.at("name")),
        vpc: vpc::access(template.vpc_access.as_ref(), "template.vpcAccess", &resource),
        traffic: resource.parts(Some(api.instance_splits), "instanceSplits", |split, at| share(split, at, &resource)),
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
            .instance_split_statuses
            .iter()
            .filter_map(|split| serving(split, latest_ready_revision.as_deref()))
            .collect(),
        settling: run::settling(name.kind, &progress, &resource),
        terminal_condition,
        latest_ready_revision,
        latest_created_revision: short(&api.latest_created_revision),
        ingress: resource.value(None, "ingress"),
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

/// What is asked for; who has instances is in the statuses.
fn share(split: InstanceSplit, at: &str, resource: &Resource<'_>) -> Share {
    let latest = split.r#type == InstanceSplitAllocationType::Latest;
    let revision = short(&split.revision).filter(|_| !latest);
    Share {
        revision: resource.text(revision, &format!("{at}.revision")),
        percent: resource.value(Some(i64::from(split.percent)), &format!("{at}.percent")),
        tag: resource.value(None, at),
    }
}

/// Who has instances. "Latest" is the newest revision that became ready.
fn serving(split: &InstanceSplitStatus, latest_ready: Option<&str>) -> Option<Serving> {
    if split.percent <= 0 {
        return None;
    }
    let latest = split.r#type == InstanceSplitAllocationType::Latest;
    let revision = if latest { latest_ready.map(str::to_owned) } else { short(&split.revision) };
    Some(Serving { revision, percent: i64::from(split.percent), tag: None, latest })
}
