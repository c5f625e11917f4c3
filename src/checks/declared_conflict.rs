//! Two declarations of one workload or connector disagree: whoever runs last wins.
//!
//! Terraform is held against every deploy command, and against Terraform of another root; deploy commands are held
//! against each other where Terraform does not declare the workload.

mod connectors;

use super::expected::source_of;
use super::{Check, Scene};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{Declared, DeclaredSource, DeployCommand, Fact, Presence, Why, WhyKind, Workload};
use crate::reconcile::fields::{CONNECTOR, EGRESS, Field, INTERFACES};
use crate::reconcile::{Comparison, WorkloadPair, certain, conditions, unknown};

/// The rule.
pub static RULE: Rule =
    Rule::new("declared-conflict", Part::Vpc, Severity::High, "two declarations of one workload or connector disagree");
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&RULE], of_workload).and_of_scene(of_connectors);

fn of_connectors(scene: &Scene<'_>) -> Vec<Verdict> {
    scene.reconciled.connectors.iter().flat_map(connectors::judge).collect()
}

fn of_workload(scene: &Scene<'_>, pair: &WorkloadPair<'_>) -> Vec<Verdict> {
    if pair.name.is_none() {
        return nameless(&scene.reconciled.workloads, pair).into_iter().collect();
    }
    // One declaration contradicts nothing.
    if pair.terraform.len() + pair.deploy.len() < 2 {
        return Vec::new();
    }
    [CONNECTOR.judge(pair), EGRESS.judge(pair), INTERFACES.judge(pair)].into_iter().flatten().collect()
}

/// What one declaration says of a field.
struct Statement<'a, T> {
    fact: Fact<T>,
    /// Resource address or command.
    source: String,
    /// The declaration in a title, with its verb.
    says: String,
    /// What an edit changes.
    edits: &'static str,
    presence: &'a Presence,
    baseline: Baseline,
}

impl<T: Clone + PartialEq> Field<T> {
    fn judge(&self, pair: &WorkloadPair<'_>) -> Vec<Verdict> {
        let presences: Vec<Presence> = pair.deploy.iter().map(|command| command.presence()).collect();
        let terraform: Vec<_> = pair.terraform.iter().filter_map(|declared| self.terraform(pair, declared)).collect();
        let commands = pair.deploy.iter().zip(&presences);
        let deploy: Vec<_> = commands.filter_map(|(command, presence)| self.deploy(pair, command, presence)).collect();
        let mut verdicts = Vec::new();
        for left in &terraform {
            verdicts.extend(deploy.iter().map(|right| self.compared(pair, left, right)));
        }
        let rivals = if pair.terraform.is_empty() { &deploy } else { &terraform };
        for (at, left) in rivals.iter().enumerate() {
            // Branches of one condition exclude each other: only what certainly holds can contradict.
            let later = rivals.iter().skip(at + 1).filter(|right| right.presence.is_certain());
            if left.presence.is_certain() {
                verdicts.extend(later.map(|right| self.compared(pair, left, right)));
            }
        }
        verdicts
    }

    fn terraform<'a>(&self, pair: &WorkloadPair<'_>, declared: &'a Declared<Workload>) -> Option<Statement<'a, T>> {
        let fact = (self.of)(&declared.value.vpc);
        if (self.is_hidden)(declared.value.hidden) && fact.is_absent() {
            return None;
        }
        let says = match &declared.source {
            DeclaredSource::Terraform { address, root } if pair.terraform.len() > 1 => {
                format!("{address} of {root} declares")
            }
            _ => "Terraform declares".to_owned(),
        };
        let source = declared.source.to_string();
        let presence = &declared.presence;
        Some(Statement {
            fact: fact.clone(),
            source,
            says,
            edits: "Terraform",
            presence,
            baseline: Baseline::Terraform,
        })
    }

    fn deploy<'a>(
        &self,
        pair: &WorkloadPair<'_>,
        command: &DeployCommand,
        presence: &'a Presence,
    ) -> Option<Statement<'a, T>> {
        let fact = (self.after)(command)?;
        let source = source_of(command);
        let says = if pair.terraform.is_empty() {
            format!("{source} at {} sets", command.origin)
        } else {
            format!("{source} sets")
        };
        Some(Statement { fact, source, says, edits: "the deploy config", presence, baseline: Baseline::Deploy })
    }

    fn compared(&self, pair: &WorkloadPair<'_>, left: &Statement<'_, T>, right: &Statement<'_, T>) -> Verdict {
        let not_checked = |why| Verdict::not_checked(&RULE, pair.subject(), Some(self.name), why);
        match (self.compare)(&left.fact, &right.fact) {
            Comparison::Same => Verdict::Clean,
            Comparison::Undecidable(why) => not_checked(unknown(&right.fact).unwrap_or(why)),
            Comparison::Different => match certain(left.presence) {
                Ok(()) => self.finding(pair, left, right),
                Err(why) => not_checked(why),
            },
        }
    }

    fn finding(&self, pair: &WorkloadPair<'_>, left: &Statement<'_, T>, right: &Statement<'_, T>) -> Verdict {
        let shown = |fact: &Fact<T>| fact.known().map(self.shown);
        let words = |fact: &Fact<T>| shown(fact).unwrap_or_else(|| "nothing".to_owned());
        let title = format!(
            "{}: {} {} {}, {} {}",
            pair.subject().name,
            left.says,
            self.name,
            words(&left.fact),
            right.says,
            words(&right.fact)
        );
        let condition = match right.presence {
            Presence::Conditional(guards) => format!("; the command runs only if {}", conditions(guards)),
            _ => String::new(),
        };
        let why = match (left.baseline, right.baseline) {
            (Baseline::Terraform, Baseline::Terraform) => "each terraform apply turns the other's setting back",
            (Baseline::Deploy, Baseline::Deploy) => "which one holds depends on which ran last",
            _ => "each deploy and each terraform apply turns the other's setting back",
        };
        let mut builder = Finding::builder(&RULE, pair.subject(), title)
            .field(self.name)
            .baseline(left.baseline)
            .why(format!("{why}{condition}"));
        for statement in [left, right] {
            if let Some(origin) = statement.fact.origin() {
                builder = builder.declared(shown(&statement.fact), statement.source.clone(), origin.clone());
            }
        }
        if let (Some(live), Some(name)) = (pair.live.present(), &pair.name) {
            builder = builder.live(shown((self.of)(&live.workload.vpc)), name.to_string(), self.api);
        }
        for (edited, other) in [(right, left), (left, right)] {
            if let Some(origin) = edited.fact.origin() {
                builder = builder.edit(format!("make {} say {}", edited.edits, words(&other.fact)), origin.clone());
            }
        }
        builder.build().into()
    }
}

/// A declaration whose workload is not known, where another source declares one that it may be.
fn nameless(pairs: &[WorkloadPair], pair: &WorkloadPair<'_>) -> Option<Verdict> {
    let may_be = |short: &Fact<String>, other: &Fact<String>| match (short.known(), other.known()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let not_checked = |why| Some(Verdict::not_checked(&RULE, pair.subject(), None, why));
    for command in pair.deploy.iter().filter(|command| changes_vpc(command)) {
        let rivals = pairs.iter().flat_map(|other| &other.terraform);
        let mut rivals = rivals.map(|declared| &declared.value).filter(|workload| workload.kind == command.kind);
        if rivals.any(|workload| may_be(&command.name, &workload.short_name)) {
            return not_checked(target_why(command));
        }
    }
    for declared in &pair.terraform {
        let rivals = pairs.iter().flat_map(|other| &other.deploy);
        let mut rivals = rivals.filter(|command| command.kind == declared.value.kind && changes_vpc(command));
        if rivals.any(|command| may_be(&declared.value.short_name, &command.name)) {
            let text = "which workload is declared cannot be told";
            let otherwise = || Why::at(WhyKind::Invalid, text, declared.origin.clone());
            return not_checked(unknown(&declared.value.name).unwrap_or_else(otherwise));
        }
    }
    None
}

fn changes_vpc(command: &DeployCommand) -> bool {
    (CONNECTOR.after)(command).is_some() || (EGRESS.after)(command).is_some() || (INTERFACES.after)(command).is_some()
}

fn target_why(command: &DeployCommand) -> Why {
    let parts = [&command.name, &command.project, &command.region];
    let otherwise = || {
        let text = "the command leaves out its workload, project or region, and the configuration does not say them";
        Why::at(WhyKind::Environment, text, command.origin.clone())
    };
    parts.into_iter().find_map(unknown).unwrap_or_else(otherwise)
}
