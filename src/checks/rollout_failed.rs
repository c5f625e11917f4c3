//! The newest change of a workload failed: an older revision serves, or nothing does.

use super::expected::settled;
use super::workload_connector_changed::changed_by;
use super::{Check, Scene, gcloud_command, unseen_region};
use crate::finding::{Finding, Part, Rule, Severity, Verdict};
use crate::model::{Api, ConditionState, LiveWorkload, WorkloadKind};
use crate::reconcile::WorkloadPair;

/// The rule.
pub static RULE: Rule =
    Rule::new("rollout-failed", Part::Vpc, Severity::High, "the newest change of a workload did not become ready");
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&RULE], judge).and_of_scene(unseen);

/// The field, in Terraform's spelling.
pub const FIELD: &str = "latest_ready_revision";

fn unseen(scene: &Scene<'_>) -> Vec<Verdict> {
    unseen_region::not_checked(scene, &RULE, Api::RunServices)
}

fn judge(_: &Scene<'_>, pair: &WorkloadPair<'_>) -> Vec<Verdict> {
    if pair.name.is_some() { vec![one(pair)] } else { Vec::new() }
}

fn one(pair: &WorkloadPair<'_>) -> Verdict {
    let live = match settled(pair) {
        Ok(live) => live,
        Err(Some(why)) => return Verdict::not_checked(&RULE, pair.subject(), Some(FIELD), why),
        Err(None) => return Verdict::NotApplicable,
    };
    let failed = live.terminal_condition.as_ref().is_some_and(|own| own.state == ConditionState::Failed);
    if failed || live.newest_revision_is_ready() == Some(false) { finding(pair, live) } else { Verdict::Clean }
}

fn finding(pair: &WorkloadPair<'_>, live: &LiveWorkload) -> Verdict {
    let name = &live.name;
    let newest = live.latest_created_revision.as_deref();
    let stale = live.newest_revision_is_ready() == Some(false);
    let title = match newest {
        Some(newest) if stale => format!("revision {newest} of {} did not become ready", name.name),
        _ => format!("the newest change of {} failed", name.name),
    };
    let serves = match (&live.latest_ready_revision, name.kind) {
        (Some(ready), _) if stale => {
            format!("{ready} is the latest revision that is ready, and what was changed since does not serve")
        }
        (None, WorkloadKind::Service) => "no revision is ready: requests are refused".to_owned(),
        (None, WorkloadKind::WorkerPool) => "no revision is ready: nothing runs".to_owned(),
        (None, WorkloadKind::Job) => "its next execution will most likely fail as well".to_owned(),
        (Some(_), _) => "what was changed is not in force in full".to_owned(),
    };
    let condition = live.terminal_condition.as_ref().filter(|own| own.state == ConditionState::Failed);
    let said = match condition {
        None => "the API gives no reason".to_owned(),
        Some(own) => {
            let reason = own.reason.as_deref().map(|reason| format!(" {reason}")).unwrap_or_default();
            let message = own.message.trim_end_matches('.');
            let message = if message.is_empty() { String::new() } else { format!(": {message}") };
            if reason.is_empty() && message.is_empty() {
                "the API gives no reason".to_owned()
            } else {
                format!("the API says{reason}{message}")
            }
        }
    };
    let shown = newest.map(|newest| format!("{newest} is not ready")).filter(|_| stale);
    let state = live.terminal_condition.as_ref().map(|own| own.state.to_string());
    let (value, field) = match shown {
        Some(shown) => (Some(shown), "latestReadyRevision"),
        None => (state, "terminalCondition.state"),
    };
    let mut builder = Finding::builder(&RULE, pair.subject(), title)
        .field(FIELD)
        .live(value, name.to_string(), field)
        .live_note(changed_by(live))
        .why(format!("{serves}; {said}"));
    for declared in &pair.terraform {
        builder = builder.place(declared.origin.clone());
    }
    for command in &pair.deploy {
        builder = builder.place(command.origin.clone());
    }
    let describe = newest.filter(|_| stale).map_or_else(
        || gcloud_command::describe_workload(name),
        |revision| gcloud_command::describe_revision(name, revision),
    );
    builder
        .command(describe, "", "")
        .edit("mend what the API names, and deploy again: a new revision takes over once it is ready", None)
        .build()
        .into()
}
