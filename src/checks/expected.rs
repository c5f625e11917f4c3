//! Which declaration a live workload is measured against: Terraform where it declares the workload, else deploy config.

use std::borrow::Cow;

use super::Scene;
use super::applying::{self, Change};
use super::edits::{self, Literal};
use crate::finding::{ApplyEffect, Baseline, FindingBuilder};
use crate::model::{
    ConnectorName, Declared, DeclaredSource, DeployCommand, Egress, Fact, LiveWorkload, NetworkInterface, Presence,
    Why, Workload,
};
use crate::reconcile::equivalence::applied;
use crate::reconcile::fields::{CONNECTOR, EGRESS, Field, INTERFACES, interfaces_after, value_after};
use crate::reconcile::{Comparison, LiveSide, WorkloadPair, compare};

/// What one declaration says that a field should be.
pub struct Expected<'e, T: Clone> {
    /// The value; absent means the API's default.
    pub fact: Cow<'e, Fact<T>>,
    /// The deploy command, where it is one that says so.
    pub deploy: Option<&'e DeployCommand>,
    /// The Terraform resource, where one declares the workload.
    pub terraform: Option<&'e DeclaredSource>,
    /// Which baseline it is: the API's default where the field is left out, and the provider takes over what is live.
    pub baseline: Baseline,
    /// True where `terraform plan` shows no difference, because the field is left out.
    pub is_hidden: bool,
    /// Whether the declaration holds at all.
    pub presence: Cow<'e, Presence>,
}

impl<T: Clone> Expected<'_, T> {
    /// Resource address or command.
    pub fn source(&self) -> String {
        let terraform = || self.terraform.map(ToString::to_string).unwrap_or_default();
        self.deploy.map_or_else(terraform, source_of)
    }
}

/// The connectors that a workload is expected to have, one a declaration.
pub fn connectors<'e>(pair: &WorkloadPair<'e>) -> Vec<Expected<'e, ConnectorName>> {
    expected(&pair.terraform, &pair.deploy, &CONNECTOR)
}

/// The egress settings that a workload is expected to have, one a declaration that attaches it to a VPC: without that
/// the setting means nothing.
pub fn egresses<'e>(pair: &WorkloadPair<'e>) -> Vec<Expected<'e, Egress>> {
    let attached: Vec<_> = pair.terraform.iter().copied().filter(|own| !own.value.vpc.is_detached()).collect();
    if attached.is_empty() && !pair.terraform.is_empty() {
        return Vec::new();
    }
    expected(&attached, &pair.deploy, &EGRESS)
}

/// The direct interfaces that a workload is expected to have, one a declaration. A declaration whose connector is not
/// the live one is left out: that the workload reaches the VPC in another way is said once.
pub fn interfaces<'e>(pair: &WorkloadPair<'e>, live: &LiveWorkload) -> Vec<Expected<'e, Vec<NetworkInterface>>> {
    let same =
        |connector: &Fact<ConnectorName>| compare(connector, &live.workload.vpc.connector) != Comparison::Different;
    let terraform: Vec<_> = pair.terraform.iter().copied().filter(|own| same(&own.value.vpc.connector)).collect();
    if terraform.is_empty() && !pair.terraform.is_empty() {
        return Vec::new();
    }
    let after = |command: &&DeployCommand| value_after(&command.connector).is_none_or(|connector| same(&connector));
    let deploy: Vec<_> = pair.deploy.iter().copied().filter(after).collect();
    expected(&terraform, &deploy, &INTERFACES)
}

/// Whether a declaration names direct interfaces, or may.
pub fn may_have_interfaces(pair: &WorkloadPair<'_>) -> bool {
    let terraform = pair.terraform.iter().any(|declared| !declared.value.vpc.interfaces.is_absent());
    terraform || pair.terraform.is_empty() && pair.deploy.iter().any(|one| interfaces_after(one).is_some())
}

fn expected<'e, T: Clone>(
    terraform: &[&'e Declared<Workload>],
    deploy: &[&'e DeployCommand],
    field: &Field<T>,
) -> Vec<Expected<'e, T>> {
    if !terraform.is_empty() {
        let from_terraform = |one: &&'e Declared<Workload>| {
            let fact = (field.of)(&one.value.vpc);
            let is_hidden = fact.is_absent() && (field.is_hidden)(one.value.hidden);
            Expected {
                fact: Cow::Borrowed(fact),
                deploy: None,
                terraform: Some(&one.source),
                baseline: if is_hidden { Baseline::ApiDefault } else { Baseline::Terraform },
                is_hidden,
                presence: Cow::Borrowed(&one.presence),
            }
        };
        let from_terraform: Vec<Expected<'e, T>> = terraform.iter().map(from_terraform).collect();
        // What Terraform takes over as it is live, a deploy may set, to something else than the default.
        let is_other =
            |fact: &Fact<T>| from_terraform.iter().any(|one| (field.compare)(&one.fact, fact) != Comparison::Same);
        let is_set = deploy.iter().filter_map(|command| (field.after)(command)).any(|fact| is_other(&fact));
        if !is_set || !from_terraform.iter().all(|one| one.is_hidden) {
            return from_terraform;
        }
    }
    deploy
        .iter()
        .filter_map(|command| {
            Some(Expected {
                fact: Cow::Owned((field.after)(command)?),
                deploy: Some(command),
                // Only one that takes the field over as it is live gets here.
                terraform: terraform.first().map(|own| &own.source),
                baseline: Baseline::Deploy,
                is_hidden: false,
                presence: Cow::Owned(command.presence()),
            })
        })
        .collect()
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
pub fn settled<'e>(pair: &WorkloadPair<'e>) -> Result<&'e LiveWorkload, Option<Why>> {
    match &pair.live {
        LiveSide::NotAsked | LiveSide::Absent => Err(None),
        LiveSide::Unknown(why) => Err(Some(why.clone())),
        LiveSide::Present(live) => match &live.settling {
            Some(why) => Err(Some(why.clone())),
            None => Ok(live),
        },
    }
}

/// What applying does about a field that differs.
pub fn effect<T: Clone>(
    scene: &Scene<'_>,
    expected: &Expected<'_, T>,
    field: &str,
    declared: Option<&str>,
    live: Option<&str>,
) -> Option<ApplyEffect> {
    // Where a deploy is the declaration, Terraform takes the field over as it is live.
    let taken_over = expected.is_hidden || expected.baseline == Baseline::Deploy;
    let source = expected.terraform?;
    applying::of_table(scene, &Change { source, attribute: field, declared, live, taken_over })
}

/// Adds the edit after which the declaration says what is live: `value` in the words of the v2 resources, and
/// `annotation` in those of the v1 form; `None` where nothing is live.
pub fn with_edit<T: Clone>(
    builder: FindingBuilder,
    scene: &Scene<'_>,
    expected: &Expected<'_, T>,
    field: &str,
    value: Option<(&str, &str)>,
) -> FindingBuilder {
    let Some(origin) = expected.fact.origin() else { return builder };
    let text = match value {
        Some((value, _)) => format!("if the live value is the right one, set {field} to {value}"),
        None => format!("if the live side is right, take {field} away"),
    };
    let of_terraform = expected.terraform.filter(|_| expected.baseline != Baseline::Deploy);
    let diff = value.zip(of_terraform).and_then(|((value, annotation), source)| {
        let DeclaredSource::Terraform { address, .. } = source else { return None };
        let is_v1 = applied::type_of(address) == Some("google_cloud_run_service");
        // An annotation is a key of a map, not an argument that could be added.
        let path = if is_v1 { "template.metadata.annotations" } else { field };
        let literal = Literal::Text(if is_v1 { annotation } else { value }.to_owned());
        edits::set(scene, &edits::Place { source, origin, path }, Some(&literal))
    });
    builder.edit(text, origin.clone()).diff(diff)
}

/// A fact as a report shows it; `None` for what is absent.
pub fn shown<T: ToString>(fact: &Fact<T>) -> Option<String> {
    fact.known().map(ToString::to_string)
}
