//! A workload is attached to the VPC of another environment: staging talks to the databases of production.

use super::expected::settled;
use super::workload_connector_changed::changed_by;
use super::{Check, Scene, gcloud_command};
use crate::finding::{Finding, Part, Rule, Severity, Verdict};
use crate::model::VpcAccess;
use crate::reconcile::WorkloadPair;
use crate::reconcile::fields::CONNECTOR;

/// The rule.
pub static RULE: Rule = Rule::new(
    "workload-connector-foreign",
    Part::Vpc,
    Severity::Critical,
    "a workload is attached to the VPC of another environment",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    // Which projects belong together is said by the configuration only.
    if scene.environments.is_empty() {
        return vec![Verdict::NotApplicable];
    }
    scene.reconciled.workloads.iter().map(|pair| one(scene, pair)).collect()
}

/// What leads into another environment.
struct Foreign {
    /// The connector or network, in full.
    target: String,
    /// Its project.
    project: String,
    /// The environments of its project.
    environments: Vec<String>,
}

fn one(scene: &Scene<'_>, pair: &WorkloadPair<'_>) -> Verdict {
    let Some(name) = &pair.name else { return Verdict::NotApplicable };
    let own = environments(scene, &name.project);
    if own.is_empty() {
        return Verdict::NotApplicable;
    }
    let foreign = |vpc: &VpcAccess| {
        let connector = vpc.connector.known().map(|own| (own.to_string(), own.project.clone()));
        let interfaces = vpc.interfaces.known().into_iter().flatten().filter_map(|interface| {
            let network = interface.network.known().map(|own| (own.to_string(), own.project.clone()));
            network.or_else(|| interface.subnetwork.known().map(|own| (own.to_string(), own.project.clone())))
        });
        connector.into_iter().chain(interfaces).find_map(|(target, project)| {
            let environments = environments(scene, &project);
            let apart = !environments.is_empty() && !environments.iter().any(|other| own.contains(other));
            apart.then_some(Foreign { target, project, environments })
        })
    };
    let live = pair.live.present().and_then(|live| foreign(&live.workload.vpc));
    let declared: Vec<_> =
        pair.terraform.iter().filter_map(|declared| Some((foreign(&declared.value.vpc)?, declared))).collect();
    let Some(worst) = live.as_ref().or(declared.first().map(|(foreign, _)| foreign)) else {
        return match settled(pair) {
            Err(Some(why)) => Verdict::not_checked(&RULE, pair.subject(), Some(CONNECTOR.name), why),
            Ok(live) => match open(&live.workload.vpc) {
                Some(why) => Verdict::not_checked(&RULE, pair.subject(), Some(CONNECTOR.name), why),
                None => Verdict::Clean,
            },
            Err(None) => Verdict::Clean,
        };
    };
    let title = format!(
        "{} of {} is attached to {} of {}, project {}",
        name.name,
        own.join(" and "),
        short(&worst.target),
        worst.environments.join(" and "),
        worst.project
    );
    let mut builder = Finding::builder(&RULE, pair.subject(), title)
        .field(CONNECTOR.name)
        .why("its requests reach the databases and services of the other environment, and what it writes stays there");
    for (foreign, declared) in &declared {
        let origin = declared.value.vpc.connector.origin().unwrap_or(&declared.origin).clone();
        builder = builder.declared(Some(foreign.target.clone()), declared.source.to_string(), origin);
    }
    if let (Some(foreign), Some(present)) = (&live, pair.live.present()) {
        builder = builder
            .live(Some(foreign.target.clone()), name.to_string(), "template.vpcAccess")
            .live_note(changed_by(present));
    }
    builder
        .edit(
            "attach it to a connector or network of its own environment",
            declared.first().map(|(_, own)| own.origin.clone()),
        )
        .command(gcloud_command::describe_workload(name), "", "")
        .build()
        .into()
}

/// Why it cannot be told where a workload is attached.
fn open(vpc: &VpcAccess) -> Option<crate::model::Why> {
    let interfaces = vpc.interfaces.known().into_iter().flatten();
    let names = interfaces.flat_map(|own| [own.network.whys(), own.subnetwork.whys()]).flatten();
    let facts = [vpc.connector.whys(), vpc.interfaces.whys()].into_iter().flatten();
    facts.chain(names).next().cloned()
}

fn environments(scene: &Scene<'_>, project: &str) -> Vec<String> {
    let holds = |projects: &Vec<String>| projects.iter().any(|own| own == project);
    scene.environments.iter().filter(|(_, projects)| holds(projects)).map(|(name, _)| name.clone()).collect()
}

/// The kind and short name of a full name.
fn short(target: &str) -> String {
    let mut parts = target.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(name), Some(collection)) => format!("{} {name}", collection.trim_end_matches('s')),
        _ => target.to_owned(),
    }
}
