//! Who uses a connector.

use crate::model::{ConditionState, ConnectorName, LiveRevision, LiveWorkload};

use super::scene::Scene;

/// The live workloads whose template names the connector.
pub fn workloads<'a>(scene: &Scene<'a>, name: &ConnectorName) -> Vec<&'a LiveWorkload> {
    let all = scene.inventory().workloads.iter();
    all.filter(|live| live.workload.vpc.connector.known() == Some(name)).collect()
}

/// The revisions that name the connector, as far as they were read.
pub fn revisions<'a>(scene: &Scene<'a>, name: &ConnectorName) -> Vec<&'a LiveRevision> {
    let all = scene.inventory().revisions.iter();
    all.filter(|revision| revision.vpc.connector.known() == Some(name)).collect()
}

/// True for a revision that became ready, so that what it names was there then.
pub fn became_ready(revision: &LiveRevision) -> bool {
    revision.ready().is_some_and(|condition| condition.state == ConditionState::Succeeded)
}

/// The users in words, with a verb: `a and b use`.
pub fn name(users: &[&LiveWorkload]) -> String {
    let names: Vec<&str> = users.iter().map(|live| &*live.name.name).collect();
    match names.as_slice() {
        [] => "no template uses".to_owned(),
        [one] => format!("{one} uses"),
        many => format!("{} use", many.join(", ")),
    }
}
