//! Pairs declared workloads, deploy commands and live workloads, and finds the revisions that serve.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::finding::Subject;
use crate::model::{
    Api, Declared, DeployCommand, Evidence, Fact, LiveRevision, LiveWorkload, NameContext, Serving, Why, WhyKind,
    Workload, WorkloadName,
};

use super::{LiveSide, ServingRevision, WorkloadPair};

#[derive(Default)]
struct Group<'e> {
    terraform: Vec<&'e Declared<Workload>>,
    deploy: Vec<&'e DeployCommand>,
}

/// One pair a workload, those with a canonical name first and in its order, then those whose name is not known.
pub fn pair<'e>(evidence: &'e Evidence, context: &NameContext) -> Vec<WorkloadPair<'e>> {
    let mut named: FxHashMap<Cow<'e, WorkloadName>, Group<'e>> = FxHashMap::default();
    let mut unnamed = Vec::new();
    for declared in &evidence.terraform.workloads {
        match declared.value.name.known() {
            Some(name) => named.entry(Cow::Borrowed(name)).or_default().terraform.push(declared),
            None => unnamed.push(unnamed_declaration(evidence, declared)),
        }
    }
    for command in &evidence.deploy.commands {
        if command.guards.iter().any(|guard| guard.decided == Some(false)) {
            continue;
        }
        match command_target(command, context) {
            Ok(name) => named.entry(Cow::Owned(name)).or_default().deploy.push(command),
            Err(why) => unnamed.push(unnamed_command(evidence, command, why)),
        }
    }
    let pair = |name: WorkloadName, group: Group<'e>, live, serving| WorkloadPair {
        subject: Subject::from(&name),
        terraform: group.terraform,
        deploy: group.deploy,
        live: live_side(evidence, &name, live),
        serving,
        name: Some(name),
    };
    // Both are sorted by service.
    let mut revisions = evidence.inventory.revisions.as_slice();
    let mut pairs: Vec<WorkloadPair<'e>> = Vec::new();
    for live in &evidence.inventory.workloads {
        let group = named.remove(&live.name).unwrap_or_default();
        let serving = serving(evidence, live, revisions_of(&live.name, &mut revisions));
        pairs.push(pair(live.name.clone(), group, Some(live), serving));
    }
    pairs.extend(named.into_iter().map(|(name, group)| pair(name.into_owned(), group, None, Vec::new())));
    pairs.sort_by(|one, other| one.name.cmp(&other.name));
    pairs.append(&mut unnamed);
    pairs
}

/// The workload that a command deploys. Where it names no project or region, the configured ones are meant.
fn command_target(command: &DeployCommand, context: &NameContext) -> Result<WorkloadName, Why> {
    let part = |fact: &Fact<String>, configured: Option<&String>, what: &str| match fact {
        Fact::Known(value, _) => Ok(value.clone()),
        Fact::Unknown(whys) => Err(whys.first().cloned().unwrap_or_else(|| Why::new(WhyKind::Dynamic, what))),
        Fact::Absent(origin) => configured.cloned().ok_or_else(|| {
            Why::at(
                WhyKind::Environment,
                format!("the command names no {what}, and the configuration does not name exactly one"),
                origin.clone(),
            )
        }),
    };
    let project = part(&command.project, context.project.as_ref(), "project")?;
    Ok(WorkloadName {
        kind: command.kind,
        project: context.project_numbers.get(&project).cloned().unwrap_or(project),
        region: part(&command.region, context.region.as_ref(), "region")?,
        name: part(&command.name, None, "workload")?,
    })
}

fn live_side<'e>(
    evidence: &Evidence,
    name: &WorkloadName,
    live: Option<&'e LiveWorkload>,
) -> LiveSide<&'e LiveWorkload> {
    if evidence.live.is_none() {
        return LiveSide::NotAsked;
    }
    if let Some(workload) = live {
        return LiveSide::Present(workload);
    }
    match evidence.inventory.coverage.answered(name.kind.api(), &name.project, &name.region) {
        Ok(()) => LiveSide::Absent,
        Err(why) => LiveSide::Unknown(why),
    }
}

/// The revisions of a service, which are taken off the list with all before them.
fn revisions_of<'e>(name: &WorkloadName, rest: &mut &'e [LiveRevision]) -> &'e [LiveRevision] {
    let before = rest.iter().take_while(|own| own.service < *name).count();
    let (_, from) = rest.split_at(before);
    let (own, after) = from.split_at(from.iter().take_while(|own| own.service == *name).count());
    *rest = after;
    own
}

/// The revisions that have traffic or a tag, each with its own VPC access.
fn serving<'e>(
    evidence: &Evidence,
    workload: &'e LiveWorkload,
    revisions: &'e [LiveRevision],
) -> Vec<ServingRevision<'e>> {
    workload
        .serving
        .iter()
        .filter(|serving| serving.percent > 0 || serving.tag.is_some())
        .map(|serving| revision(evidence, workload, serving, revisions))
        .collect()
}

fn revision<'e>(
    evidence: &Evidence,
    workload: &LiveWorkload,
    serving: &'e Serving,
    revisions: &'e [LiveRevision],
) -> ServingRevision<'e> {
    let name = &workload.name;
    let found = serving.revision.as_deref().and_then(|revision| revisions.iter().find(|own| own.name == revision));
    ServingRevision {
        serving,
        create_time: found.and_then(|found| found.create_time.as_deref()),
        vpc: match (found, &serving.revision) {
            (Some(found), _) => Ok(&found.vpc),
            (None, None) => {
                Err(Why::new(WhyKind::Malformed, format!("the traffic of {} names no revision", name.name)))
            }
            (None, Some(revision)) => Err(not_listed(evidence, name, revision)),
        },
    }
}

fn not_listed(evidence: &Evidence, name: &WorkloadName, revision: &str) -> Why {
    let answered = evidence.inventory.coverage.answered(Api::RunRevisions, &name.project, &name.region);
    answered.err().unwrap_or_else(|| {
        Why::new(WhyKind::Unreachable, format!("revision {revision} serves, but is not in the list of revisions"))
    })
}

fn unnamed_declaration<'e>(evidence: &Evidence, declared: &'e Declared<Workload>) -> WorkloadPair<'e> {
    let shown = declared.value.short_name.known().cloned().unwrap_or_else(|| declared.source.to_string());
    let why = declared.value.name.whys().first().cloned().unwrap_or_else(|| {
        Why::at(WhyKind::Invalid, "the declaration does not name the workload", declared.origin.clone())
    });
    WorkloadPair {
        subject: Subject::local(declared.value.kind.word(), shown),
        name: None,
        terraform: vec![declared],
        deploy: Vec::new(),
        live: if evidence.live.is_none() { LiveSide::NotAsked } else { LiveSide::Unknown(why) },
        serving: Vec::new(),
    }
}

fn unnamed_command<'e>(evidence: &Evidence, command: &'e DeployCommand, why: Why) -> WorkloadPair<'e> {
    let shown = command.name.known().cloned().unwrap_or_else(|| command.origin.to_string());
    WorkloadPair {
        subject: Subject::local(command.kind.word(), shown),
        name: None,
        terraform: Vec::new(),
        deploy: vec![command],
        live: if evidence.live.is_none() { LiveSide::NotAsked } else { LiveSide::Unknown(why) },
        serving: Vec::new(),
    }
}
