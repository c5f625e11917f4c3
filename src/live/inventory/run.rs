//! What services, jobs, worker pools and revisions of Cloud Run have in common.

use std::collections::BTreeSet;

use google_cloud_run_v2::model::condition::Reasons;
use google_cloud_run_v2::model::{Condition as ApiCondition, Container, Volume};

use super::resource::{OwnName, Resource, word};
use crate::model::{
    Condition, ConditionState, Endpoint, Fact, LiveVariable, NameContext, SqlConnectionName, Why, WhyKind,
    WorkloadKind, WorkloadName, endpoint,
};

pub(super) fn workload_name(kind: WorkloadKind, own: OwnName) -> WorkloadName {
    WorkloadName { kind, project: own.project, region: own.region, name: own.short }
}

/// A workload, or a revision of it by its full name.
pub(super) fn resource<'a>(full: &str, name: &WorkloadName, context: &'a NameContext) -> Resource<'a> {
    Resource::new(full, &name.project, Some(&name.region), context)
}

/// What tells whether a workload is still changing.
pub(super) struct Progress<'a> {
    pub(super) reconciling: bool,
    pub(super) generation: i64,
    pub(super) observed: i64,
    pub(super) condition: Option<&'a Condition>,
}

/// While the API reconciles, or has not seen the newest generation, traffic and latest revision are transient.
pub(super) fn settling(kind: WorkloadKind, progress: &Progress<'_>, resource: &Resource<'_>) -> Option<Why> {
    let why = |text: String, field: &str| Some(Why::at(WhyKind::Settling, text, resource.at(field)));
    let Progress { reconciling, generation, observed, condition } = progress;
    if *reconciling {
        return why(format!("an operation on the {} is under way", noun(kind)), "reconciling");
    }
    if observed != generation {
        let text = format!("generation {observed} is observed, {generation} is wanted");
        return why(text, "observedGeneration");
    }
    let condition = condition.filter(|condition| condition.state.is_settling())?;
    why(format!("the {} is {}", noun(kind), condition.state), "terminalCondition.state")
}

fn noun(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::Service => "service",
        WorkloadKind::Job => "job",
        WorkloadKind::WorkerPool => "worker pool",
    }
}

pub(super) fn condition(api: &ApiCondition) -> Condition {
    let reason = api.reasons.as_ref().and_then(|reasons| match reasons {
        Reasons::Reason(reason) => Some(word(reason.name(), reason.value())),
        Reasons::RevisionReason(reason) => Some(word(reason.name(), reason.value())),
        Reasons::ExecutionReason(reason) => Some(word(reason.name(), reason.value())),
        _ => None,
    });
    Condition {
        kind: api.r#type.clone(),
        state: ConditionState::from(&*word(api.state.name(), api.state.value())),
        reason,
        message: api.message.clone(),
    }
}

/// The names of all environment variables; their values are of no concern here.
pub(super) fn environment(containers: &[Container]) -> BTreeSet<String> {
    containers.iter().flat_map(|container| &container.env).map(|variable| variable.name.clone()).collect()
}

/// Where environment variables lead whose values were allowed to be read, and why that of the others cannot be told.
/// A port stands beside its host in the same container.
pub(super) fn variables(containers: &[Container], field: &str, resource: &Resource<'_>) -> Vec<LiveVariable> {
    let mut all = Vec::new();
    for (index, container) in containers.iter().enumerate() {
        let value = |name: &str| container.env.iter().find(|own| own.name == name).and_then(|own| own.value());
        let port = |name: &str| endpoint::port_of(name, value(name)?);
        for variable in container.env.iter().filter(|own| !endpoint::is_port_name(&own.name)) {
            let name = &variable.name;
            let origin = resource.at(&format!("{field}[{index}].env[{name}]"));
            let unknown = |kind, text: &str| Fact::unknown(Why::at(kind, text, origin.clone()));
            let endpoint = match (variable.value(), variable.value_source()) {
                (Some(value), _) => match Endpoint::of_variable(name, value) {
                    Ok(endpoint) => {
                        let beside = endpoint::port_beside(name).and_then(|name| port(&name));
                        Fact::Known(endpoint.with_port(beside), origin)
                    }
                    // What did not lead anywhere was taken out before it was kept, as was what was not allowed then.
                    Err(_) if value.starts_with(REDACTED_START) => unknown(
                        WhyKind::Unsupported,
                        "its value holds no address that is read, or was recorded without leave to keep it",
                    ),
                    Err(text) => unknown(WhyKind::Unsupported, text),
                },
                (None, Some(_)) => {
                    unknown(WhyKind::Environment, "its value comes from Secret Manager, which is never read")
                }
                (None, None) => continue,
            };
            all.push(LiveVariable { name: name.clone(), endpoint });
        }
    }
    all
}

/// How the mark begins that stands in place of a value.
const REDACTED_START: &str = "[redacted";

/// The Cloud SQL instances of all volumes, sorted.
pub(super) fn sql_instances(volumes: &[Volume], field: &str, resource: &Resource<'_>) -> Vec<Fact<SqlConnectionName>> {
    let mut names = Vec::new();
    for (index, volume) in volumes.iter().enumerate() {
        let Some(mounted) = volume.cloud_sql_instance() else { continue };
        let field = format!("{field}[{index}].cloudSqlInstance.instances");
        let read = |name: &String| resource.parsed(Some(name.clone()), &field, SqlConnectionName::parse);
        names.extend(mounted.instances.iter().map(read));
    }
    names.sort_by(|a, b| a.known().cmp(&b.known()));
    names
}

/// A text that the API leaves out where it is empty.
pub(super) fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The tool that changed a workload last.
pub(super) fn client(name: &str, version: &str) -> Option<String> {
    match (name, version) {
        ("", _) => None,
        (name, "") => Some(name.to_owned()),
        (name, version) => Some(format!("{name} {version}")),
    }
}
