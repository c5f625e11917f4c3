//! Revisions of Cloud Run services and worker pools.

use std::sync::Arc;

use google_cloud_run_v2::model::Revision as ApiRevision;
use serde::Deserialize;
use serde_json::Value;

use super::resource::own_name;
use super::{run, vpc};
use crate::model::{LiveRevision, NameContext, WorkloadKind};

/// Reads a revision; `None` for one that is deleted and only kept for a while.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn revision(item: &Value, context: &NameContext) -> Result<Option<LiveRevision>, String> {
    let api = ApiRevision::deserialize(item).map_err(|error| error.to_string())?;
    let of_pool = api.name.contains("/workerPools/");
    let kind = if of_pool { WorkloadKind::WorkerPool } else { WorkloadKind::Service };
    let (own, shorts) = own_name(&api.name, &[kind.collection(), "revisions"], context)?;
    if api.delete_time.is_some() {
        return Ok(None);
    }
    let service = run::workload_name(kind, own);
    let name = shorts.get(1).cloned().unwrap_or_default();
    let resource = run::resource(&format!("{service}/revisions/{name}"), &service, context);
    Ok(Some(LiveRevision {
        vpc: vpc::access(api.vpc_access.as_ref(), "vpcAccess", &resource),
        service_account: resource.text(Some(api.service_account), "serviceAccount"),
        variables: run::variables(&api.containers, "containers", &resource),
        sql_instances: run::sql_instances(&api.volumes, "volumes", &resource),
        conditions: api.conditions.iter().map(run::condition).collect(),
        create_time: api.create_time.map(String::from),
        service: Arc::new(service),
        name,
    }))
}
