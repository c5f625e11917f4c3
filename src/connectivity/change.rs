//! The change behind a cause: who and when, as far as an API or the audit log tells.

use super::scene::Scene;
use super::step::Judgement;
use crate::model::diagnosis::{Behind, Change};
use crate::model::{Api, AuditEntry, LiveWorkload};

/// The change behind a cause; `findings` are those that say the same. A change of a workload counts only where the
/// cause, or a finding with it, is about the workload: a deploy is on record for every one.
pub fn behind(scene: &Scene<'_>, cause: &Judgement, findings: &[String], workloads: &[&LiveWorkload]) -> Behind {
    let of_workload = |resource: &str| workloads.iter().find(|live| live.name.to_string() == resource);
    let blames_workload = findings.iter().any(|id| id.starts_with("workload-"));
    let resources = [&*cause.subject].into_iter().chain(cause.evidence.iter().map(|proof| &*proof.resource));
    let mut resources: Vec<&str> = resources.filter(|resource| resource.starts_with("projects/")).collect();
    resources.retain(|resource| *resource == cause.subject || blames_workload || of_workload(resource).is_none());
    resources.dedup();
    for resource in resources {
        if let Some(entry) = newest(scene, resource) {
            return Behind::Change(from_entry(entry));
        }
        if let Some(change) = of_workload(resource).and_then(|live| from_workload(live)) {
            return Behind::Change(change);
        }
    }
    let project = cause.subject.split('/').nth(1).filter(|_| cause.subject.starts_with("projects/"));
    Behind::Unknown(match project.map(|project| scene.coverage().answered_in_project(Api::LoggingEntries, project)) {
        Some(Ok(())) => "the audit log of the time that was asked for holds no change of it".to_owned(),
        Some(Err(why)) => why.text,
        None => "it is no resource that an audit log tells of".to_owned(),
    })
}

/// The newest change of a resource that was taken.
fn newest<'a>(scene: &Scene<'a>, resource: &str) -> Option<&'a AuditEntry> {
    let of = |entry: &&AuditEntry| {
        entry.status.is_ok()
            && (entry.subject.as_ref().is_some_and(|subject| subject.to_string() == resource)
                || entry.resource.known().is_some_and(|own| relative(own) == resource))
    };
    scene.inventory().audit_entries.iter().find(of)
}

/// The name from `projects/` on: Compute Engine logs it so, others with a host before it.
fn relative(name: &str) -> &str {
    name.find("projects/").and_then(|at| name.get(at..)).unwrap_or(name)
}

fn from_entry(entry: &AuditEntry) -> Change {
    Change {
        who: entry.who.known().cloned(),
        when: Some(entry.time.to_string()),
        how: entry.method.known().cloned(),
        source: format!("audit log of {}", entry.project),
    }
}

fn from_workload(live: &LiveWorkload) -> Option<Change> {
    if live.last_modifier.is_none() && live.update_time.is_none() {
        return None;
    }
    Some(Change {
        who: live.last_modifier.clone(),
        when: live.update_time.clone(),
        how: live.client.clone(),
        source: format!("{} (lastModifier, updateTime, client)", live.name),
    })
}
