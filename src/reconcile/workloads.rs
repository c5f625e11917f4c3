//! Pairs declared workloads, deploy commands and live workloads, and finds the revisions that serve.

use std::collections::BTreeMap;

use crate::finding::Subject;
use crate::model::{
    Api, Declared, DeployCommand, Evidence, Fact, LiveWorkload, NameContext, Serving, Why, WhyKind, Workload,
    WorkloadName,
};

use super::{LiveSide, ServingRevision, WorkloadPair};

#[derive(Default)]
struct Group {
    terraform: Vec<Declared<Workload>>,
    deploy: Vec<DeployCommand>,
}

/// One pair a workload, those with a canonical name first and in its order, then those whose name is not known.
pub fn pair(evidence: &Evidence, context: &NameContext) -> Vec<WorkloadPair> {
    let mut named: BTreeMap<WorkloadName, Group> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for declared in &evidence.terraform.workloads {
        match declared.value.name.known() {
            Some(name) => named.entry(name.clone()).or_default().terraform.push(declared.clone()),
            None => unnamed.push(unnamed_declaration(evidence, declared)),
        }
    }
    for command in &evidence.deploy.commands {
        if command.guards.iter().any(|guard| guard.decided == Some(false)) {
            continue;
        }
        match command_target(command, context) {
            Ok(name) => named.entry(name).or_default().deploy.push(command.clone()),
            Err(why) => unnamed.push(unnamed_command(evidence, command, why)),
        }
    }
    let live: BTreeMap<&WorkloadName, &LiveWorkload> =
        evidence.inventory.workloads.iter().map(|workload| (&workload.name, workload)).collect();
    for &name in live.keys() {
        named.entry(name.clone()).or_default();
    }
    let mut pairs: Vec<WorkloadPair> = named
        .into_iter()
        .map(|(name, group)| {
            let live = live_side(evidence, &name, live.get(&name).copied());
            WorkloadPair {
                subject: Subject::from(&name),
                serving: live.present().map(|workload| serving(evidence, workload)).unwrap_or_default(),
                name: Some(name),
                terraform: group.terraform,
                deploy: group.deploy,
                live,
            }
        })
        .collect();
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

fn live_side(evidence: &Evidence, name: &WorkloadName, live: Option<&LiveWorkload>) -> LiveSide<LiveWorkload> {
    if evidence.live.is_none() {
        return LiveSide::NotAsked;
    }
    if let Some(workload) = live {
        return LiveSide::Present(workload.clone());
    }
    match evidence.inventory.coverage.answered(name.kind.api(), &name.project, &name.region) {
        Ok(()) => LiveSide::Absent,
        Err(why) => LiveSide::Unknown(why),
    }
}

/// The revisions that have traffic or a tag, each with its own VPC access.
fn serving(evidence: &Evidence, workload: &LiveWorkload) -> Vec<ServingRevision> {
    workload
        .serving
        .iter()
        .filter(|serving| serving.percent > 0 || serving.tag.is_some())
        .map(|serving| revision(evidence, workload, serving))
        .collect()
}

fn revision(evidence: &Evidence, workload: &LiveWorkload, serving: &Serving) -> ServingRevision {
    let name = &workload.name;
    let revisions = &evidence.inventory.revisions;
    let found = serving.revision.as_deref().and_then(|revision| {
        // Sorted by service and name: there may be thousands.
        let at = revisions.binary_search_by(|found| (&found.service, &*found.name).cmp(&(name, revision)));
        at.ok().and_then(|at| revisions.get(at))
    });
    ServingRevision {
        serving: serving.clone(),
        create_time: found.and_then(|found| found.create_time.clone()),
        vpc: match (found, &serving.revision) {
            (Some(found), _) => Ok(found.vpc.clone()),
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

fn unnamed_declaration(evidence: &Evidence, declared: &Declared<Workload>) -> WorkloadPair {
    let shown = declared.value.short_name.known().cloned().unwrap_or_else(|| declared.source.to_string());
    let why = declared.value.name.whys().first().cloned().unwrap_or_else(|| {
        Why::at(WhyKind::Invalid, "the declaration does not name the workload", declared.origin.clone())
    });
    WorkloadPair {
        subject: Subject::local(declared.value.kind.word(), shown),
        name: None,
        terraform: vec![declared.clone()],
        deploy: Vec::new(),
        live: if evidence.live.is_none() { LiveSide::NotAsked } else { LiveSide::Unknown(why) },
        serving: Vec::new(),
    }
}

fn unnamed_command(evidence: &Evidence, command: &DeployCommand, why: Why) -> WorkloadPair {
    let shown = command.name.known().cloned().unwrap_or_else(|| command.origin.to_string());
    WorkloadPair {
        subject: Subject::local(command.kind.word(), shown),
        name: None,
        terraform: Vec::new(),
        deploy: vec![command.clone()],
        live: if evidence.live.is_none() { LiveSide::NotAsked } else { LiveSide::Unknown(why) },
        serving: Vec::new(),
    }
}
