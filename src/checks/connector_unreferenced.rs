//! A connector is declared, and nothing in the repository uses it.
//!
//! It is a hint: what is deployed from elsewhere is not seen. So where anything that could use it is not known, it says
//! nothing at all, rather than something that is not checked.

use super::{Check, Scene, connector_missing};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::problem::without_keys;
use crate::model::{Change, Connector, ConnectorName, Declared, DeclaredSource, Fact};

/// The rule.
pub static RULE: Rule =
    Rule::new("connector-unreferenced", Part::Vpc, Severity::Low, "nothing uses a declared connector");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

/// Whether somebody uses a connector.
enum Use {
    Yes,
    No,
    Unknown,
}

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let (terraform, deploy) = (&scene.evidence.terraform, &scene.evidence.deploy);
    // What could not be read is counted by `declaration-unreadable`. Without any workload, they come from elsewhere.
    let is_partial = !terraform.incomplete.is_empty() || !deploy.incomplete.is_empty();
    if !terraform.judged || is_partial || (terraform.workloads.is_empty() && deploy.commands.is_empty()) {
        return vec![Verdict::NotApplicable];
    }
    terraform.connectors.iter().map(|declared| one(scene, declared)).collect()
}

fn one(scene: &Scene<'_>, declared: &Declared<Connector>) -> Verdict {
    let DeclaredSource::Terraform { address, root } = &declared.source else { return Verdict::NotApplicable };
    if scene.evidence.terraform.referenced.contains(&(root.clone(), without_keys(address))) {
        return Verdict::Clean;
    }
    let Fact::Known(name, origin) = &declared.value.name else { return Verdict::NotApplicable };
    if !declared.presence.is_certain() {
        return Verdict::NotApplicable;
    }
    match used(scene, name) {
        Use::Yes => return Verdict::Clean,
        Use::Unknown => return Verdict::NotApplicable,
        Use::No => {}
    }
    let subject = Subject::cloud("connector", &name.name, &name.project, Some(&name.region));
    let title = format!("connector {} is declared, and nothing in this repository uses it", name.name);
    let builder = Finding::builder(&RULE, subject, title)
        .baseline(Baseline::Terraform)
        .declared(Some(name.to_string()), &**address, origin.clone())
        .why("it costs money and keeps its range, and a service that should use it may have lost it")
        .edit("name it in the service that should use it, or take it out", declared.origin.clone());
    builder.build().into()
}

fn used(scene: &Scene<'_>, name: &ConnectorName) -> Use {
    if !connector_missing::users(scene, name).names.is_empty() {
        return Use::Yes;
    }
    let mut is_open = false;
    for workload in &scene.evidence.terraform.workloads {
        match &workload.value.vpc.connector {
            Fact::Known(own, _) if own == name => return Use::Yes,
            Fact::Unknown(_) => is_open = true,
            _ => {}
        }
    }
    for command in &scene.evidence.deploy.commands {
        match &command.connector {
            Change::Set(Fact::Known(own, _)) => match &own.canonical {
                Ok(own) if own == name => return Use::Yes,
                Ok(_) => {}
                Err(_) => is_open = true,
            },
            Change::Set(Fact::Unknown(_)) => is_open = true,
            _ => {}
        }
    }
    if is_open { Use::Unknown } else { Use::No }
}
