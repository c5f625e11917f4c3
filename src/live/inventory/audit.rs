//! Entries of Cloud Audit Logs.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Int, Moment, Resource};
use super::{is_short_name, project_id};
use crate::model::{
    AuditEntry, AuditStatus, AuditStep, AuditSubject, ConnectorName, NameContext, WorkloadKind, WorkloadName,
};

/// `LogEntry` with a `google.cloud.audit.AuditLog`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiEntry {
    log_name: Option<String>,
    insert_id: Option<String>,
    timestamp: Option<Moment>,
    proto_payload: Option<ApiPayload>,
    resource: Option<ApiResource>,
    operation: Option<ApiOperation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiPayload {
    authentication_info: Option<ApiWho>,
    method_name: Option<String>,
    resource_name: Option<String>,
    status: Option<ApiStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiWho {
    principal_email: Option<String>,
    principal_subject: Option<String>,
}

#[derive(Default, Deserialize)]
struct ApiStatus {
    code: Option<Int>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct ApiResource {
    labels: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct ApiOperation {
    first: Option<bool>,
    last: Option<bool>,
}

/// Reads an entry.
///
/// # Errors
/// What is wrong with the item; an entry that has no time, or is of no audit log.
pub(super) fn entry(item: &Value, context: &NameContext) -> Result<Option<AuditEntry>, String> {
    let api = ApiEntry::deserialize(item).map_err(|error| error.to_string())?;
    let project = context.project.clone().unwrap_or_default();
    let log = api.log_name.unwrap_or_default();
    if log_project(&log).is_some_and(|of| project_id(of, &context.project_numbers) != project) {
        return Err("it is of another project than the one that was asked".to_owned());
    }
    let Moment(time) = api.timestamp.ok_or("it has no time")?;
    let payload = api.proto_payload.ok_or("it is no entry of an audit log")?;
    let id = api.insert_id.unwrap_or_default();
    let resource = Resource::new(&format!("{log}/{id}"), &project, None, context);
    let who = payload.authentication_info.and_then(|who| {
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        given(who.principal_email).or_else(|| given(who.principal_subject))
    });
    let location = api.resource.and_then(|resource| resource.labels?.remove("location"));
    let subject = payload.resource_name.as_deref().and_then(|name| subject(name, location.as_deref(), context));
    let status = payload.status.unwrap_or_default();
    Ok(Some(AuditEntry {
        who: resource.text(who, "protoPayload.authenticationInfo.principalEmail"),
        method: resource.text(payload.method_name, "protoPayload.methodName"),
        resource: resource.text(payload.resource_name, "protoPayload.resourceName"),
        subject,
        status: AuditStatus { code: status.code.map(|Int(code)| code), message: status.message },
        step: step(api.operation.as_ref()),
        project,
        id,
        time,
    }))
}

/// Newest first. Two entries are one where time and identity are the same.
pub(super) fn compare(a: &AuditEntry, b: &AuditEntry) -> Ordering {
    let key = |entry: &AuditEntry| (entry.method.known().cloned(), entry.resource.known().cloned());
    let same = (Reverse(a.time), &a.project, &a.id).cmp(&(Reverse(b.time), &b.project, &b.id));
    // Without an identity only equal content makes two entries one.
    same.then_with(|| if a.id.is_empty() { key(a).cmp(&key(b)) } else { Ordering::Equal })
}

fn log_project(log: &str) -> Option<&str> {
    log.strip_prefix("projects/")?.split('/').next()
}

fn step(operation: Option<&ApiOperation>) -> AuditStep {
    let Some(operation) = operation else { return AuditStep::Only };
    match (operation.first.unwrap_or_default(), operation.last.unwrap_or_default()) {
        (true, true) => AuditStep::Only,
        (true, false) => AuditStep::First,
        (false, true) => AuditStep::Last,
        (false, false) => AuditStep::Middle,
    }
}

/// What the entry is about, where that is a workload or a connector. The older API of Cloud Run leaves the region out
/// of the name: the monitored resource has it.
fn subject(name: &str, location: Option<&str>, context: &NameContext) -> Option<AuditSubject> {
    let parts: Vec<&str> = name.split('/').collect();
    let (project, region, collection, short) = match parts.as_slice() {
        ["namespaces", project, collection, short] => (*project, location?, *collection, *short),
        ["projects", project, "locations", region, collection, short] => (*project, *region, *collection, *short),
        _ => return None,
    };
    let kind = match collection {
        "services" => WorkloadKind::Service,
        "jobs" => WorkloadKind::Job,
        "workerPools" | "workerpools" => WorkloadKind::WorkerPool,
        "connectors" => return ConnectorName::parse(name, context).ok().map(AuditSubject::Connector),
        _ => return None,
    };
    if !is_short_name(short) || !is_short_name(region) || !is_short_name(project) {
        return None;
    }
    let project = project_id(project, &context.project_numbers);
    // A number that stands for no known project names nothing that could be compared.
    if super::is_number(project) {
        return None;
    }
    let workload =
        WorkloadName { kind, project: project.to_owned(), region: region.to_owned(), name: short.to_owned() };
    Some(AuditSubject::Workload(workload))
}
