//! Pairs declared workloads, deploy commands and live workloads, and finds the revisions that serve.

use std::borrow::Cow;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::model::{
    Api, Declared, DeployCommand, Evidence, Fact, LiveRevision, LiveWorkload, NameContext, Serving, Why, WhyKind,
    Workload, WorkloadName,
};

use super::{LiveSide, ServingRevision, WorkloadPair};

/// One pair a workload, those with a canonical name first and in its order, then those whose name is not known.
pub fn pair<'e>(evidence: &'e Evidence, context: &NameContext) -> Vec<WorkloadPair<'e>> {
    let inventory = &evidence.inventory;
    let count = inventory.workloads.len();
    let mut named = Named {
        evidence,
        pairs: Vec::with_capacity(count),
        live: FxHashMap::with_capacity_and_hasher(count, FxBuildHasher),
        other: FxHashMap::default(),
    };
    // Both are sorted by service.
    let mut revisions = inventory.revisions.as_slice();
    for live in &inventory.workloads {
        let serving = serving(evidence, live, revisions_of(&live.name, &mut revisions));
        named.live.insert(&live.name, named.pairs.len());
        named.add(Cow::Borrowed(&live.name), Some(live), serving);
    }
    let mut unnamed = Vec::new();
    for declared in &evidence.terraform.workloads {
        match declared.value.name.known() {
            Some(name) => named.tell(Cow::Borrowed(name), |pair| pair.terraform.push(declared)),
            None => unnamed.push(unnamed_declaration(evidence, declared)),
        }
    }
    for command in &evidence.deploy.commands {
        if command.guards.iter().any(|guard| guard.decided == Some(false)) {
            continue;
        }
        match command_target(command, context) {
            Ok(name) => named.tell(Cow::Owned(name), |pair| pair.deploy.push(command)),
            Err(why) => unnamed.push(unnamed_command(evidence, command, why)),
        }
    }
    let Named { mut pairs, .. } = named;
    pairs.sort_by(|one, other| one.name.cmp(&other.name));
    pairs.append(&mut unnamed);
    pairs
}

/// The pairs whose names are known: first those that are live.
struct Named<'e> {
    evidence: &'e Evidence,
    pairs: Vec<WorkloadPair<'e>>,
    /// Where the pair of a live workload stands.
    live: FxHashMap<&'e WorkloadName, usize>,
    /// Where the pair of another one stands.
    other: FxHashMap<Cow<'e, WorkloadName>, usize>,
}

impl<'e> Named<'e> {
    /// Says more of the workload of this name.
    fn tell(&mut self, name: Cow<'e, WorkloadName>, more: impl FnOnce(&mut WorkloadPair<'e>)) {
        let known = self.live.get(&*name).or_else(|| self.other.get(&*name)).copied();
        let at = known.unwrap_or_else(|| {
            self.other.insert(name.clone(), self.pairs.len());
            self.add(name, None, Vec::new());
            self.pairs.len() - 1
        });
        self.pairs.get_mut(at).map(more);
    }

    fn add(&mut self, name: Cow<'e, WorkloadName>, live: Option<&'e LiveWorkload>, serving: Vec<ServingRevision<'e>>) {
        self.pairs.push(WorkloadPair {
            kind: name.kind,
            terraform: Vec::new(),
            deploy: Vec::new(),
            live: live_side(self.evidence, &name, live),
            serving,
            name: Some(name),
        });
    }
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
    let before = rest.iter().take_while(|own| *own.service < *name).count();
    let (_, from) = rest.split_at(before);
    let (own, after) = from.split_at(from.iter().take_while(|own| *own.service == *name).count());
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
                let text = format!("the traffic of {} names no revision", name.name);
                Err(Box::new(Why::new(WhyKind::Malformed, text)))
            }
            (None, Some(revision)) => Err(Box::new(not_listed(evidence, name, revision))),
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
    let why = declared.value.name.whys().first().cloned().unwrap_or_else(|| {
        Why::at(WhyKind::Invalid, "the declaration does not name the workload", declared.origin.clone())
    });
    WorkloadPair {
        kind: declared.value.kind,
        name: None,
        terraform: vec![declared],
        deploy: Vec::new(),
        live: if evidence.live.is_none() { LiveSide::NotAsked } else { LiveSide::Unknown(why) },
        serving: Vec::new(),
    }
}

fn unnamed_command<'e>(evidence: &Evidence, command: &'e DeployCommand, why: Why) -> WorkloadPair<'e> {
    WorkloadPair {
        kind: command.kind,
        name: None,
        terraform: Vec::new(),
        deploy: vec![command],
        live: if evidence.live.is_none() { LiveSide::NotAsked } else { LiveSide::Unknown(why) },
        serving: Vec::new(),
    }
}
