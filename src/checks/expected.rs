//! Which declaration a live workload is measured against: Terraform where it declares the workload, else deploy config.

use crate::finding::Baseline;
use crate::model::{
    Change, ConnectorName, Declared, DeployCommand, Egress, Fact, LiveWorkload, Presence, Spelled, Why, WhyKind,
    Workload,
};
use crate::reconcile::{LiveSide, WorkloadPair};

/// What one declaration says that a field should be.
pub struct Expected<T> {
    /// The value; absent means the API's default.
    pub fact: Fact<T>,
    /// Resource address or command.
    pub source: String,
    /// Which baseline it is.
    pub baseline: Baseline,
    /// Whether the declaration holds at all.
    pub presence: Presence,
}

/// The connectors that a workload is expected to have, one a declaration.
pub fn connectors(pair: &WorkloadPair) -> Vec<Expected<ConnectorName>> {
    expected(pair, |workload| workload.vpc.connector.clone(), |command| &command.connector)
}

/// The egress settings that a workload is expected to have, one a declaration.
pub fn egresses(pair: &WorkloadPair) -> Vec<Expected<Egress>> {
    expected(pair, |workload| workload.vpc.egress.clone(), |command| &command.egress)
}

fn expected<T: Clone>(
    pair: &WorkloadPair,
    declared: impl Fn(&Workload) -> Fact<T>,
    changed: impl Fn(&DeployCommand) -> &Change<Spelled<T>>,
) -> Vec<Expected<T>> {
    if !pair.terraform.is_empty() {
        let from_terraform = |one: &Declared<Workload>| Expected {
            fact: declared(&one.value),
            source: one.source.to_string(),
            baseline: Baseline::Terraform,
            presence: one.presence.clone(),
        };
        return pair.terraform.iter().map(from_terraform).collect();
    }
    pair.deploy
        .iter()
        .filter_map(|command| {
            Some(Expected {
                fact: after(changed(command))?,
                source: source_of(command),
                baseline: Baseline::Deploy,
                presence: command.presence(),
            })
        })
        .collect()
}

/// What a change leaves behind; `None` where it leaves what is live.
pub fn after<T: Clone>(change: &Change<Spelled<T>>) -> Option<Fact<T>> {
    match change {
        Change::Set(fact) => Some(fact.clone().try_map(|spelled| spelled.canonical)),
        Change::Clear(origin) => Some(Fact::Absent(origin.clone())),
        Change::Leave => None,
    }
}

/// How a deploy command is named in findings.
pub fn source_of(command: &DeployCommand) -> String {
    let tool = if command.tool == "gcloud" { "gcloud " } else { "" };
    format!("{tool}{}", command.action)
}

/// The live workload where it can be judged.
///
/// # Errors
/// `Some` reason where it cannot be told, `None` where there is nothing to judge (not asked, or not there).
pub fn settled(pair: &WorkloadPair) -> Result<&LiveWorkload, Option<Why>> {
    match &pair.live {
        LiveSide::NotAsked | LiveSide::Absent => Err(None),
        LiveSide::Unknown(why) => Err(Some(why.clone())),
        LiveSide::Present(live) => match &live.settling {
            Some(why) => Err(Some(why.clone())),
            None => Ok(live),
        },
    }
}

/// A fact as a report shows it; `None` for what is absent.
pub fn shown<T: ToString>(fact: &Fact<T>) -> Option<String> {
    fact.known().map(ToString::to_string)
}

/// A reason for a fact that is unexpectedly without one.
pub fn first_why<T>(fact: &Fact<T>) -> Why {
    fact.whys().first().cloned().unwrap_or_else(|| Why::new(WhyKind::Dynamic, "the value cannot be told"))
}
