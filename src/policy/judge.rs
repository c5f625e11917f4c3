//! Turns what policies say, and what they could not see, into verdicts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::finding::{Baseline, Finding, Fix, FixKind, Subject, Verdict};
use crate::model::{Declared, Fact, LiveWorkload, Origin, Why};
use crate::reconcile::{ConnectorPair, LiveSide, Reconciled, WorkloadPair};

use super::engine::{self, Failure, Hit, Runner};
use super::input::{self, CONNECTOR, Leaf, Resource, Side};
use super::{ENGINE_FAILED, Policies, Policy, PolicyError};

/// How many suppositions are made for fields that are unknown; see [`input::plausible`].
const SUPPOSITIONS: usize = 4;

/// Both sides of one subject, as far as they can be judged.
struct Sides {
    subject: Subject,
    /// One of [`input::KINDS`].
    kind: String,
    /// Declared before live.
    resources: Vec<Resource>,
    /// Why a side could not be judged.
    undecided: Vec<Why>,
}

/// What one policy says of one subject.
#[derive(Default)]
struct Said<'a> {
    hits: Vec<(&'a Resource, Hit)>,
    /// What it needed and could not see, with the path where there is one.
    open: BTreeSet<(Option<String>, Why)>,
}

impl Policies {
    /// Judges every resource of both sides by every policy.
    ///
    /// - A policy that denies gives a finding; the same subject and field on both sides is one finding.
    /// - A policy that is silent while a path that it reads is unknown gives *not checked*, with that path's reason.
    /// - A denial that holds only because a field is unknown is no finding but *not checked*.
    /// - A side that is there but could not be looked at gives *not checked*; one that nobody asked for, or that is
    ///   not there, gives nothing.
    /// - A policy that fails gives *not checked* with its file and line; the others go on.
    /// - A policy that meets no resource of its kinds gives [`Verdict::NotApplicable`].
    ///
    /// `params` becomes `data.params`.
    pub fn judge(&self, reconciled: &Reconciled<'_>, params: &BTreeMap<String, Value>) -> Vec<Verdict> {
        let all = sides(reconciled);
        let broken = self.broken.values().flat_map(|broken| {
            let verdict =
                |error: &PolicyError| Verdict::not_checked(&broken.rule, broken.subject.clone(), None, error.why());
            broken.errors.iter().map(verdict)
        });
        let mut verdicts: Vec<Verdict> = broken.collect();
        for policy in self.ready.values() {
            let own: Vec<&Sides> = all.iter().filter(|sides| policy.judges(sides)).collect();
            if own.is_empty() {
                verdicts.push(Verdict::NotApplicable);
                continue;
            }
            let runner = policy.runner.clone();
            let said = engine::on_deep_stack(|| policy.judge(runner, &own, params));
            verdicts.extend(said.unwrap_or_else(|| policy.not_run(&own)));
        }
        verdicts
    }

    /// The ids of the policies that meet no resource of their kinds, for the part's metrics: such a policy may look as
    /// if it were kept.
    pub fn idle(&self, reconciled: &Reconciled<'_>) -> Vec<String> {
        let all = sides(reconciled);
        let idle = self.ready.values().filter(|policy| !all.iter().any(|sides| policy.judges(sides)));
        idle.map(|policy| policy.rule.id.clone().into_owned()).collect()
    }

    /// Named numbers for the part's summary: how many policies there are, how many of them cannot run, and which ones
    /// met no resource.
    pub fn metrics(&self, reconciled: &Reconciled<'_>) -> BTreeMap<String, Value> {
        BTreeMap::from([
            ("policies".to_owned(), json!(self.ready.len() + self.broken.len())),
            ("policies_failed".to_owned(), json!(self.broken.len())),
            ("policies_without_resources".to_owned(), json!(self.idle(reconciled))),
        ])
    }
}

impl Policy {
    fn judges(&self, sides: &Sides) -> bool {
        let of_kind = self.metadata.kinds.as_ref().is_none_or(|kinds| kinds.contains(&sides.kind));
        of_kind && !(sides.resources.is_empty() && sides.undecided.is_empty())
    }

    fn judge(&self, mut runner: Runner, own: &[&Sides], params: &BTreeMap<String, Value>) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        // What stops the policy as a whole: a parameter of a wrong type, or a run that did not end in time.
        let mut stopped = self.wrong_param(params).or_else(|| runner.set_params(&json!(params)).err());
        for sides in own {
            let mut said = Said::default();
            said.open.extend(sides.undecided.iter().map(|why| (None, why.clone())));
            for resource in &sides.resources {
                let result = match &stopped {
                    Some(failure) => Err(failure.clone()),
                    None => self.ask(&mut runner, resource, &mut said.open),
                };
                match result {
                    Ok(hits) => said.hits.extend(hits.into_iter().map(|hit| (resource, hit))),
                    Err(failure) => {
                        said.open.insert((None, failure.error.why()));
                        stopped = failure.timed_out.then_some(failure).or(stopped);
                    }
                }
            }
            self.conclude(sides, said, &mut verdicts);
        }
        verdicts
    }

    /// Where the engine itself failed.
    fn not_run(&self, own: &[&Sides]) -> Vec<Verdict> {
        let why = PolicyError::new(&self.path, self.metadata.line, ENGINE_FAILED).why();
        own.iter().map(|sides| Verdict::not_checked(&self.rule, sides.subject.clone(), None, why.clone())).collect()
    }

    fn wrong_param(&self, params: &BTreeMap<String, Value>) -> Option<Failure> {
        let (name, wanted) = self
            .metadata
            .params
            .iter()
            .find(|(name, wanted)| params.get(*name).is_some_and(|it| !wanted.accepts(it)))?;
        let text = format!("its parameter `{name}` must be a {}", wanted.word());
        Some(Failure { error: PolicyError::new(&self.path, self.metadata.line, text), timed_out: false })
    }

    /// Runs the policy on one resource; what it needed and could not see goes to `open`.
    fn ask(
        &self,
        runner: &mut Runner,
        resource: &Resource,
        open: &mut BTreeSet<(Option<String>, Why)>,
    ) -> Result<Vec<Hit>, Failure> {
        let reads = self.metadata.reads.as_deref();
        let mut hits = runner.run(resource.document())?;
        if let Some(wrong) = hits.iter().flat_map(|hit| &hit.paths).find(|path| resource.leaf(path).is_none()) {
            let text = format!("a result names the path `{wrong}`, which the resource does not have");
            let error = PolicyError::new(&self.path, self.metadata.line, text);
            return Err(Failure { error, timed_out: false });
        }
        if hits.is_empty() {
            open.extend(resource.unknown(reads).into_iter().flat_map(reasons));
            return Ok(hits);
        }
        let unknown = resource.unknown(None);
        if unknown.is_empty() {
            return Ok(hits);
        }
        // A denial counts where it holds whatever the unknown fields are, as far as suppositions can tell.
        let before = hits.len();
        hits.retain(|hit| !hit.paths.iter().any(|path| unknown.iter().any(|leaf| leaf.path == path)));
        for index in 0..SUPPOSITIONS {
            // A supposition that the policy cannot digest proves nothing.
            let Ok(supposed) = runner.run(resource.supposed(index)) else { continue };
            hits.retain(|hit| supposed.iter().any(|other| other.field == hit.field));
        }
        if hits.len() < before {
            let read = resource.unknown(reads);
            let needed = if read.is_empty() { unknown } else { read };
            open.extend(needed.into_iter().flat_map(reasons));
        }
        Ok(hits)
    }

    fn conclude(&self, sides: &Sides, said: Said<'_>, verdicts: &mut Vec<Verdict>) {
        if said.hits.is_empty() && said.open.is_empty() {
            verdicts.push(Verdict::Clean);
        }
        let mut by_field: BTreeMap<Option<String>, Vec<(&Resource, Hit)>> = BTreeMap::new();
        for (resource, hit) in said.hits {
            by_field.entry(hit.field.clone()).or_default().push((resource, hit));
        }
        for (field, hits) in by_field {
            verdicts.push(self.finding(sides, field, &hits).into());
        }
        for (path, why) in said.open {
            verdicts.push(Verdict::not_checked(&self.rule, sides.subject.clone(), path.as_deref(), why));
        }
    }

    /// One finding for all that a policy has against one field of one subject, with the evidence of every side.
    fn finding(&self, sides: &Sides, field: Option<String>, hits: &[(&Resource, Hit)]) -> Finding {
        let cited = self.cited(hits);
        let mut finding = Finding::builder(&self.rule, sides.subject.clone(), title(hits)).baseline(Baseline::Policy);
        if let Some(field) = &field {
            finding = finding.field(field);
        }
        let is_field = |path: &str| field.as_deref().is_some_and(|field| field.rsplit('.').next() == Some(path));
        for resource in sides.resources.iter().filter(|resource| resource.side == Side::Declared) {
            let at_fault = hits.iter().any(|(hit, _)| hit.side == resource.side && hit.source == resource.source);
            for leaf in self.declared_evidence(resource, &cited, at_fault) {
                let Some(origin) = &leaf.origin else { continue };
                finding = finding.declared(shown(leaf, is_field(leaf.path)), &resource.source, origin.clone());
            }
        }
        if let Some(resource) = sides.resources.iter().find(|resource| resource.side == Side::Live) {
            let leaves: Vec<&Leaf> = cited.iter().filter_map(|path| resource.leaf(path)).collect();
            let values: Vec<String> =
                leaves.iter().filter_map(|leaf| shown(leaf, is_field(leaf.path) && leaves.len() == 1)).collect();
            let value = (!values.is_empty()).then(|| values.join(", "));
            let names: Vec<&str> = leaves.iter().map(|leaf| api_field(leaf)).collect();
            finding = finding.live(value, &resource.source, names.join(", "));
        }
        let why = hits.iter().find_map(|(_, hit)| hit.why.clone()).or_else(|| self.metadata.description.clone());
        let mut finding = finding.why(why.unwrap_or_default()).build();
        finding.fix = fixes(hits, &cited);
        dedup(&mut finding.declared);
        finding
    }

    /// What a declaration has to say of what is wrong. Where only the live side is, and the declaration sets none of
    /// the fields cited there, it may set the same quantity by another field that the policy reads.
    fn declared_evidence<'a>(&'a self, resource: &'a Resource, cited: &'a [String], at_fault: bool) -> Vec<&'a Leaf> {
        let leaves = |paths: &'a [String]| paths.iter().filter_map(|path| resource.leaf(path)).collect::<Vec<_>>();
        let known =
            |paths: &'a [String]| leaves(paths).into_iter().filter(|leaf| leaf.text.is_some()).collect::<Vec<_>>();
        let own = known(cited);
        let read = if own.is_empty() { known(self.metadata.reads.as_deref().unwrap_or_default()) } else { own };
        if at_fault || read.is_empty() { leaves(cited) } else { read }
    }

    /// The paths that show what is wrong: those that the results name, else all that the policy reads.
    fn cited(&self, hits: &[(&Resource, Hit)]) -> Vec<String> {
        let mut named: Vec<String> = hits.iter().flat_map(|(_, hit)| hit.paths.iter().cloned()).collect();
        if named.is_empty() {
            named = self.metadata.reads.clone().unwrap_or_default();
        }
        dedup(&mut named);
        named
    }
}

/// Every subject of both collections.
fn sides(reconciled: &Reconciled<'_>) -> Vec<Sides> {
    let own = |pair: &&ConnectorPair<'_>| !pair.is_foreign || !pair.declared.is_empty();
    let connectors = reconciled.connectors.iter().filter(own).map(connector_sides);
    connectors.chain(reconciled.workloads.iter().map(workload_sides)).collect()
}

fn connector_sides(pair: &ConnectorPair<'_>) -> Sides {
    let mut sides =
        Sides { subject: pair.subject(), kind: CONNECTOR.to_owned(), resources: Vec::new(), undecided: Vec::new() };
    for declared in &pair.declared {
        sides.declare(declared, |subject, source| {
            Resource::connector(Side::Declared, source, subject, &declared.value, &declared.origin)
        });
    }
    match &pair.live {
        LiveSide::Present(connector) => match input::settling_connector(connector) {
            Some(why) => sides.undecided.push(why),
            None => {
                let name = pair.name.as_ref().map(ToString::to_string);
                let source = name.unwrap_or_else(|| live_name(&connector.name, &sides.subject));
                let place = Origin::live(source.as_str(), "");
                let live = Resource::connector(Side::Live, source, &sides.subject, connector, &place);
                sides.resources.push(live);
            }
        },
        LiveSide::Unknown(why) => sides.undecided.push(why.clone()),
        LiveSide::Absent | LiveSide::NotAsked => {}
    }
    sides
}

fn workload_sides(pair: &WorkloadPair<'_>) -> Sides {
    let mut sides = Sides {
        subject: pair.subject(),
        kind: pair.kind.word().to_owned(),
        resources: Vec::new(),
        undecided: Vec::new(),
    };
    for declared in &pair.terraform {
        sides.declare(declared, |subject, source| {
            Resource::workload(Side::Declared, source, subject, &declared.value, &declared.origin)
        });
    }
    match &pair.live {
        LiveSide::Present(LiveWorkload { settling: Some(why), .. }) => sides.undecided.push(why.clone()),
        LiveSide::Present(live) => {
            let source = live.name.to_string();
            let place = Origin::live(source.as_str(), "");
            sides.resources.push(Resource::workload(Side::Live, source, &sides.subject, &live.workload, &place));
        }
        LiveSide::Unknown(why) => sides.undecided.push(why.clone()),
        LiveSide::Absent | LiveSide::NotAsked => {}
    }
    sides
}

impl Sides {
    fn declare<T>(&mut self, declared: &Declared<T>, resource: impl FnOnce(&Subject, String) -> Resource) {
        match input::holds(declared) {
            Ok(true) => self.resources.push(resource(&self.subject, declared.source.to_string())),
            Ok(false) => {}
            Err(why) => self.undecided.push(why),
        }
    }
}

fn live_name<N: ToString>(name: &Fact<N>, subject: &Subject) -> String {
    name.known().map_or_else(|| subject.name.clone(), ToString::to_string)
}

fn reasons(leaf: &Leaf) -> Vec<(Option<String>, Why)> {
    leaf.whys.iter().map(|why| (Some(leaf.path.to_owned()), why.clone())).collect()
}

/// What the policy says, with the sides of which it says it.
fn title(hits: &[(&Resource, Hit)]) -> String {
    let mut by_text: Vec<(&str, Vec<&str>)> = Vec::new();
    for (resource, hit) in hits {
        let side = resource.side.word();
        match by_text.iter_mut().find(|(text, _)| *text == hit.msg) {
            Some((_, sides)) if sides.contains(&side) => {}
            Some((_, sides)) => sides.push(side),
            None => by_text.push((&hit.msg, vec![side])),
        }
    }
    let texts: Vec<String> = by_text.iter().map(|(text, sides)| format!("{text} ({})", sides.join(" and "))).collect();
    texts.join("; ")
}

/// A leaf's value as evidence; with its path, unless the finding's field says it.
fn shown(leaf: &Leaf, is_field: bool) -> Option<String> {
    let text = leaf.text.clone()?;
    Some(if is_field { text } else { format!("{} = {text}", leaf.path) })
}

/// The API's own path of a live field; the policy's path where the value has no place.
fn api_field(leaf: &Leaf) -> &str {
    match &leaf.origin {
        Some(Origin::Live(live)) if !live.field.is_empty() => &live.field,
        _ => leaf.path,
    }
}

/// An edit where a declaration is at fault (what is live follows from it), else a command for what is live.
fn fixes(hits: &[(&Resource, Hit)], cited: &[String]) -> Vec<Fix> {
    let mut fixes = Vec::new();
    let declared = hits.iter().any(|(resource, _)| resource.side == Side::Declared);
    for (resource, hit) in hits {
        let edit = hit.edit.clone().map(|text| (FixKind::Edit, text));
        let command = hit.command.clone().map(|text| (FixKind::Command, text));
        let chosen = match resource.side {
            Side::Declared => edit,
            Side::Live if declared => None,
            Side::Live => command.or(edit),
        };
        let Some((kind, text)) = chosen else { continue };
        let origin = cited.iter().find_map(|path| resource.leaf(path)?.origin.clone());
        let origin = origin.filter(|origin| kind == FixKind::Edit && origin.source().is_some());
        let (verify, undo) = match kind {
            FixKind::Command => (hit.verify.clone(), hit.undo.clone()),
            FixKind::Edit => (String::new(), String::new()),
        };
        fixes.push(Fix { kind, text, origin, diff: None, verify, undo });
    }
    dedup(&mut fixes);
    fixes
}

/// Drops what is there already, and keeps the order.
fn dedup<T: PartialEq>(list: &mut Vec<T>) {
    let mut kept: Vec<T> = Vec::with_capacity(list.len());
    for entry in list.drain(..) {
        if !kept.contains(&entry) {
            kept.push(entry);
        }
    }
    *list = kept;
}
