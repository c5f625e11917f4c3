//! Cloud Run jobs.

use google_cloud_run_v2::model::{ExecutionReference, Job as ApiJob, TaskTemplate};
use serde::Deserialize;
use serde_json::Value;

use super::resource::{own_name, word};
use super::run::{self, Progress, some};
use super::{short, vpc};
use crate::model::{Execution, ExecutionStatus, Fact, Hidden, LiveWorkload, NameContext, Workload, WorkloadKind};

/// Reads a job; `None` for one that is deleted and only kept for a while.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn job(item: &Value, context: &NameContext) -> Result<Option<LiveWorkload>, String> {
    let api = ApiJob::deserialize(item).map_err(|error| error.to_string())?;
    let (own, _) = own_name(&api.name, &["jobs"], context)?;
    if api.delete_time.is_some() {
        return Ok(None);
    }
    let name = run::workload_name(WorkloadKind::Job, own);
    let resource = run::resource(&name.to_string(), &name, context);
    let nothing = TaskTemplate::default();
    let template = api.template.as_ref().and_then(|execution| execution.template.as_ref()).unwrap_or(&nothing);
    let workload = Workload {
        kind: name.kind,
        name: Fact::Known(name.clone(), resource.at("name")),
        short_name: Fact::Known(name.name.clone(), resource.at("name")),
        vpc: vpc::access(template.vpc_access.as_ref(), "template.template.vpcAccess", &resource),
        traffic: resource.value(None, "traffic"),
        hidden: Hidden::Nothing,
    };
    let terminal_condition = api.terminal_condition.as_ref().map(run::condition);
    let progress = Progress {
        reconciling: api.reconciling,
        generation: api.generation,
        observed: api.observed_generation,
        condition: terminal_condition.as_ref(),
    };
    Ok(Some(LiveWorkload {
        // A job serves nobody: its next execution uses the template.
        serving: Vec::new(),
        latest_ready_revision: None,
        latest_created_revision: None,
        settling: run::settling(name.kind, &progress, &resource),
        terminal_condition,
        ingress: resource.value(None, "ingress"),
        service_account: resource.text(Some(template.service_account.clone()), "template.template.serviceAccount"),
        environment: run::environment(&template.containers),
        variables: run::variables(&template.containers, "template.template.containers", &resource),
        sql_instances: run::sql_instances(&template.volumes, "template.template.volumes", &resource),
        labels: api.labels.into_iter().collect(),
        latest_execution: api.latest_created_execution.and_then(execution),
        creator: some(api.creator),
        last_modifier: some(api.last_modifier),
        update_time: api.update_time.map(String::from),
        client: run::client(&api.client, &api.client_version),
        name,
        workload,
    }))
}

/// The newest execution; `None` where the job never ran, or the execution is deleted.
fn execution(api: ExecutionReference) -> Option<Execution> {
    if api.delete_time.is_some() {
        return None;
    }
    let status = word(api.completion_status.name(), api.completion_status.value());
    Some(Execution {
        name: short(&api.name)?,
        create_time: api.create_time.map(String::from),
        completion_time: api.completion_time.map(String::from),
        status: ExecutionStatus::from(&*status),
    })
}
