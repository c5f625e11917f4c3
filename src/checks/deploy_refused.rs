//! A deploy command asks for what Google Cloud refuses: the deploy fails.

use std::collections::BTreeMap;

use super::expected::source_of;
use super::{Check, Scene};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::effect::{Before, CommandEffect, FieldEffect, Refused};
use crate::model::{Change, DeployCommand, Origin, Presence, RefusedCommand, Why, WhyKind};
use crate::reconcile::conditions;
use crate::reconcile::effect::effects;
use crate::reconcile::fields::{CONNECTOR, EGRESS, INTERFACES};
use crate::reconcile::{LiveSide, WorkloadPair};

/// The rule.
pub static RULE: Rule =
    Rule::new("deploy-refused", Part::Vpc, Severity::High, "a deploy command asks for what Google Cloud refuses");
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&RULE], of_workload).and_of_scene(judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = by_gcloud(&scene.evidence.deploy.refused).into_iter().collect();
    if let Some(path) = scene.evidence.before_deploy.as_ref().and_then(|asked| asked.path.as_ref()) {
        let deploy = &scene.evidence.deploy;
        let mut origins = deploy.commands.iter().map(|command| &command.origin);
        let mut refused = deploy.refused.iter().map(|command| &command.origin);
        let is_here = |origin: &Origin| is_below(origin, path.as_str());
        let there = origins.any(is_here) || refused.any(is_here);
        let text = "no deploy command was found in it: what the deploy would do cannot be told";
        if !there {
            let why = Why::new(WhyKind::Unsupported, text);
            verdicts.push(Verdict::not_checked(&RULE, Subject::local("file", path.as_str()), None, why));
        }
    }
    verdicts
}

/// True for a place in this file, or in a file of this folder; an empty path is the repository.
pub fn is_below(origin: &Origin, path: &str) -> bool {
    origin.source().is_some_and(|span| {
        let rest = span.file.as_str().strip_prefix(path);
        path.is_empty() || path == "." || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Commands that gcloud does not even send: one finding a file and command.
fn by_gcloud(refused: &[RefusedCommand]) -> Vec<Verdict> {
    let mut groups: BTreeMap<(String, &str), Vec<&RefusedCommand>> = BTreeMap::new();
    for command in refused {
        let Some(span) = command.origin.source() else { continue };
        groups.entry((span.file.to_string(), &command.action)).or_default().push(command);
    }
    let finding = |((file, action), commands): ((String, &str), Vec<&RefusedCommand>)| -> Option<Verdict> {
        let first = commands.first()?;
        let title = format!("{} refuses `{action}` of {file}: {}", first.tool, first.text);
        let condition = only_if(&first.presence());
        let mut builder = Finding::builder(&RULE, Subject::local("file", file), title)
            .field(action)
            .baseline(Baseline::Deploy)
            .why(format!("the command ends with an error before anything is deployed{condition}"));
        for command in &commands {
            builder = builder.place(command.place.clone());
        }
        Some(builder.edit("correct the command", first.place.clone()).build().into())
    };
    groups.into_iter().filter_map(finding).collect()
}

/// The condition of a command, as the end of a sentence; empty where it certainly runs.
fn only_if(presence: &Presence) -> String {
    match presence {
        Presence::Conditional(guards) => format!("; it runs only if {}", conditions(guards)),
        _ => String::new(),
    }
}

/// One verdict a workload and field: that several commands ask for it is one finding with several places.
fn of_workload(_: &Scene<'_>, pair: &WorkloadPair<'_>) -> Vec<Verdict> {
    let mut refused: BTreeMap<&'static str, Vec<(CommandEffect, Refused)>> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for effect in effects(pair) {
        match (&effect.refused, open(pair, &effect)) {
            (Some(refusal), _) => {
                let field = field_of(refusal);
                refused.entry(field).or_default().push((effect.clone(), refusal.clone()));
            }
            (None, Some(why)) => {
                verdicts.push(Verdict::not_checked(&RULE, pair.subject(), Some(INTERFACES.name), why));
            }
            (None, None) => verdicts.push(Verdict::Clean),
        }
    }
    verdicts.extend(refused.values().filter_map(|effects| finding(pair, effects)));
    verdicts
}

fn field_of(refused: &Refused) -> &'static str {
    match refused {
        Refused::Both => CONNECTOR.name,
        Refused::EgressAlone => EGRESS.name,
        Refused::NotThere => "name",
    }
}

/// Why it cannot be told that the command is not refused; `None` where it can, or where nobody was asked.
fn open(pair: &WorkloadPair<'_>, effect: &CommandEffect) -> Option<Why> {
    if pair.live == LiveSide::NotAsked {
        return None;
    }
    let value = |name: &str| effect.fields.iter().find(|field| field.field == name).map(|field| &field.after);
    let (connector, interfaces) = (value(CONNECTOR.name)?, value(INTERFACES.name)?);
    let command = &effect.command;
    let mentions = !command.connector.is_leave() || !command.interfaces.is_leave();
    // Both may be there afterwards, and the command has a part in it.
    let unknown = [connector, interfaces].into_iter().find_map(|fact| fact.whys().first());
    let both = !connector.is_absent() && !interfaces.is_absent();
    unknown.filter(|_| mentions && both).cloned()
}

fn finding(pair: &WorkloadPair<'_>, effects: &[(CommandEffect, Refused)]) -> Option<Verdict> {
    let (effect, refused) = effects.first()?;
    let command = &effect.command;
    let (name, source) = (pair.subject().name, source_of(command));
    let condition = only_if(&command.presence());
    let (title, why) = match refused {
        Refused::Both => (
            format!("{source} leaves {name} with a connector and a direct interface"),
            "a workload has one or the other: the API refuses the deploy",
        ),
        Refused::EgressAlone => (
            format!("{source} leaves {name} with an egress setting and nothing that leads into a VPC"),
            "the setting needs a connector or an interface: the API refuses the deploy",
        ),
        Refused::NotThere => {
            (format!("{source} updates {name}, which does not exist"), "an update creates nothing: the deploy fails")
        }
    };
    let mut builder = Finding::builder(&RULE, pair.subject(), title)
        .field(field_of(refused))
        .baseline(Baseline::Deploy)
        .why(format!("{why}{condition}"));
    for field in &effect.fields {
        builder = declared(builder, field, command, &source);
    }
    for (effect, _) in effects {
        builder = builder.place(effect.command.origin.clone());
    }
    if let (Some(name), Before::Workload, Refused::Both) = (&pair.name, &effect.before, refused) {
        let kept = effect.fields.iter().find(|field| left(command, field.field) && field.before.known().is_some());
        if let Some(field) = kept {
            builder = builder.live(field.before.known().cloned(), name.to_string(), api_of(field.field));
        }
    }
    let origin = command.origin.clone();
    builder = match refused {
        Refused::Both if command.interfaces.is_leave() => builder
            .edit("add --clear-network to the command, which takes the interface away in the same deploy", origin),
        Refused::Both if command.connector.is_leave() => builder.edit(
            "add --clear-vpc-connector to the command, which takes the connector away in the same deploy",
            origin,
        ),
        Refused::Both => builder.edit("leave out the connector or the network", origin),
        Refused::EgressAlone => builder.edit("leave out the egress setting, or name a connector or network", origin),
        Refused::NotThere => {
            builder.edit("deploy the workload instead, or correct its name, project or region", origin)
        }
    };
    Some(builder.build().into())
}

fn declared(
    builder: crate::finding::FindingBuilder,
    field: &FieldEffect,
    command: &DeployCommand,
    source: &str,
) -> crate::finding::FindingBuilder {
    if left(command, field.field) { builder } else { builder.declared_fact(&field.after, source.to_owned()) }
}

fn left(command: &DeployCommand, field: &str) -> bool {
    fn is_leave<T>(change: &Change<T>) -> bool {
        change.is_leave()
    }
    if field == CONNECTOR.name {
        is_leave(&command.connector)
    } else if field == EGRESS.name {
        is_leave(&command.egress)
    } else {
        is_leave(&command.interfaces)
    }
}

fn api_of(field: &str) -> &'static str {
    if field == CONNECTOR.name { CONNECTOR.api } else { INTERFACES.api }
}
