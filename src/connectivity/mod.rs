//! Connectivity: whether the packets of a workload reach what it uses, worked out hop by hop, and why not. Pure: the
//! same evidence gives the same diagnosis.
//!
//! | file | subject |
//! | --- | --- |
//! | [`modes`] | the failure modes, as data |
//! | [`scene`] | what is reasoned from |
//! | [`target`], [`environment`] | what a workload is known to use; what its environment variables lead to |
//! | [`sender`] | what sends: revisions that serve, and the template |
//! | [`walk`] | a path, hop by hop; [`step`] is one hop with what was found out at it |
//! | [`address`] | classes of addresses, and the egress decision |
//! | [`connector`], [`interface`], [`attachment`] | where packets enter a network |
//! | [`broken_connector`], [`permission`], [`host_rules`], [`who_uses`] | what is behind a connector that does not work |
//! | [`route`], [`public_way`], [`nat`] | where the network leads |
//! | [`firewall`], [`firewall_match`], [`firewall_hop`] | what rules and policies do with a flow |
//! | [`database`] | whether the target answers |
//! | [`workload`] | what serves, what was rolled out, what it was attached to |
//! | [`chain`], [`drift`], [`change`] | which cause is behind which, what checks found, and who changed what |
//! | [`probes`], [`advice`] | what a probe found, and what no field proves |

pub mod address;
pub mod advice;
pub mod attachment;
pub mod broken_connector;
pub mod chain;
pub mod change;
pub mod connector;
pub mod database;
pub mod drift;
pub mod environment;
pub mod firewall;
pub mod firewall_hop;
pub mod firewall_match;
pub mod host_rules;
pub mod interface;
pub mod modes;
pub mod nat;
pub mod permission;
pub mod probes;
pub mod public_way;
pub mod route;
pub mod scene;
pub mod sender;
pub mod step;
pub mod target;
pub mod walk;
pub mod who_uses;
pub mod workload;

use std::collections::BTreeSet;

use crate::finding::{Finding, Subject};
use crate::model::diagnosis::{Advice, Cause, Diagnosis, Doubt, Hypothesis, Outcome, Path};
use crate::model::{ConnectorName, LiveWorkload, NetworkName, Why, WhyKind, WorkloadName};
use chain::{Found, Seen};
use scene::Scene;
use step::{Said, Step};

/// What no answer that is read tells.
const LIMITS: [&str; 3] = [
    "regional network firewall policies: they are not part of what is answered of a network",
    "zones of Cloud DNS: a name of Google's APIs or a public name is taken to resolve to public addresses",
    "what lies beyond VPN tunnels, Interconnect and instances that routes lead to",
];

/// Diagnoses workloads, on their way to one target or to everything that they are known to use.
pub fn diagnose(scene: &Scene<'_>, workloads: &[WorkloadName], wanted: Option<&str>) -> Diagnosis {
    let mut run = Run { diagnosis: Diagnosis { limits: limits(), ..Diagnosis::default() }, ..Run::default() };
    for name in workloads {
        run.diagnosis.workloads.push(name.clone());
        let live = scene.inventory().workloads.iter().find(|live| live.name == *name);
        match live {
            Some(live) => run.workload(scene, live, wanted),
            None => run.not_live(scene, name),
        }
    }
    run.finish(scene)
}

fn limits() -> Vec<String> {
    LIMITS.iter().map(|&text| text.to_owned()).collect()
}

/// What is gathered on the way.
#[derive(Default)]
struct Run<'a> {
    diagnosis: Diagnosis,
    seen: Vec<Seen>,
    lives: Vec<&'a LiveWorkload>,
    doubts: Vec<Doubt>,
    connectors: BTreeSet<ConnectorName>,
    networks: BTreeSet<NetworkName>,
}

impl<'a> Run<'a> {
    fn not_live(&mut self, scene: &Scene<'a>, name: &WorkloadName) {
        let why = scene.coverage().answered(name.kind.api(), &name.project, &name.region).err();
        let gone = || Why::new(WhyKind::Unreachable, format!("{} is declared, and not live", name.name));
        self.doubts.push(Doubt { mode: None, subject: name.to_string(), why: why.unwrap_or_else(gone) });
    }

    fn workload(&mut self, scene: &Scene<'a>, live: &'a LiveWorkload, wanted: Option<&str>) {
        let index = self.lives.len();
        self.lives.push(live);
        let senders = sender::senders(scene, live);
        let mut first = None;
        for (at, sender) in senders.iter().enumerate() {
            let entry = sender.vpc.as_ref().map(|vpc| walk::enter(scene, live, vpc)).unwrap_or_default();
            self.passes(sender, &entry);
            if let Some(step) = &entry.step {
                self.note(step, (index, Some(at), sender.stale, None));
            }
            let mut unknown = Vec::new();
            let mut aims = target::of_workload(scene, live, sender, &mut unknown);
            if let Some(wanted) = wanted {
                aims.retain(|aim| target::is_called(aim, wanted));
                if aims.is_empty() {
                    let network = entry.attachment.as_ref().and_then(|own| own.network.as_ref().ok());
                    aims.extend(target::explicit(scene, wanted, network));
                }
            }
            self.diagnosis.unknown_targets.extend(unknown);
            for aim in &aims {
                self.path(scene, live, sender, &entry, aim, (index, at));
            }
            if let Ok(vpc) = &sender.vpc {
                let advice = advice::of_workload(scene, live, vpc, entry.attachment.as_ref(), &aims);
                self.advise(advice);
            }
            if first.is_none() {
                first = Some(entry);
            }
        }
        let attachment = first.as_ref().and_then(|entry| entry.attachment.as_ref());
        for judgement in workload::judge(scene, live, attachment) {
            self.seen.push(Seen { judgement, workload: index, sender: None, stale: false, path: None });
        }
        let network = attachment.and_then(|own| own.network.as_ref().ok());
        self.hints(scene, live, network);
    }

    /// Remembers what packets pass, so that findings about it are told.
    fn passes(&mut self, sender: &sender::Sender<'_>, entry: &walk::Entry) {
        self.connectors.extend(sender.vpc.as_ref().ok().and_then(|vpc| vpc.connector.known().cloned()));
        self.networks.extend(entry.attachment.as_ref().and_then(|own| own.network.clone().ok()));
    }

    fn path(
        &mut self,
        scene: &Scene<'a>,
        live: &LiveWorkload,
        sender: &sender::Sender<'_>,
        entry: &walk::Entry,
        aim: &target::Aim<'_>,
        (index, at): (usize, usize),
    ) {
        let steps = walk::walk(scene, live, sender, entry, aim);
        let path = self.diagnosis.paths.len();
        for step in &steps {
            self.note(step, (index, Some(at), sender.stale, Some(path)));
        }
        let (hops, outcome) = walk::outcome(&steps);
        let mut path = Path {
            workload: live.name.clone(),
            revisions: sender.revisions.clone(),
            share: sender.share(live),
            serves: sender.serves,
            target: aim.shown.clone(),
            hops,
            outcome,
            probe: None,
            contradicted: false,
        };
        probes::compare(scene, &mut path, sender.vpc.as_ref().ok());
        self.diagnosis.paths.push(path);
    }

    fn note(&mut self, step: &Step, (workload, sender, stale, path): (usize, Option<usize>, bool, Option<usize>)) {
        for judgement in &step.judgements {
            self.seen.push(Seen { judgement: judgement.clone(), workload, sender, stale, path });
        }
        for why in &step.doubts {
            let told = |said: &Said| matches!(said, Said::Unknown(own) if own == why);
            if !step.judgements.iter().any(|judgement| told(&judgement.said)) {
                self.doubts.push(Doubt { mode: None, subject: step.name.clone(), why: why.clone() });
            }
        }
    }

    fn advise(&mut self, advice: Vec<Advice>) {
        for one in advice {
            if !self.diagnosis.advice.contains(&one) {
                self.diagnosis.advice.push(one);
            }
        }
    }

    /// Variables that may name a target, of which the values are not read, and instances that it could use.
    fn hints(&mut self, scene: &Scene<'a>, live: &LiveWorkload, network: Option<&NetworkName>) {
        let names = environment::hints(scene, live);
        let known = self.diagnosis.paths.iter().any(|path| path.workload == live.name);
        let instances = network.map(|network| target::on_network(scene, network)).unwrap_or_default();
        if !instances.is_empty() && !known {
            self.diagnosis.unknown_targets.push(format!(
                "{} could use what is on its network, and nothing says so: {}; ask for one with --target",
                live.name.name,
                instances.join(", ")
            ));
        }
        if !names.is_empty() && !known {
            self.diagnosis.unknown_targets.push(format!(
                "{} of {}: not allowed to be read; allow that under [connectivity] in gcp-drift.toml, or name the target there under [[targets]], or with --target HOST:PORT",
                names.join(", "),
                live.name.name
            ));
        }
    }

    fn finish(mut self, scene: &Scene<'a>) -> Diagnosis {
        self.doubts.extend(probes::refused(scene));
        let mut found = chain::merge(&self.seen);
        let about = self.findings(scene, &found);
        let rest = drift::give(&mut found, &about);
        for judgement in drift::causes(&rest) {
            found.extend(chain::merge(&[Seen { judgement, workload: 0, sender: None, stale: false, path: None }]));
        }
        chain::explain(&mut found);
        self.causes(scene, &found);
        self.hypotheses(&found);
        self.nothing_seen();
        self.diagnosis.unknown_targets.sort();
        self.diagnosis.unknown_targets.dedup();
        self.diagnosis
    }

    /// The findings about the workloads, about what their packets pass and where they lead, and about what a cause rests
    /// on.
    fn findings(&self, scene: &Scene<'a>, found: &[Found]) -> Vec<&'a Finding> {
        let workloads = self.lives.iter().map(|live| Subject::from(&live.name));
        let connectors = self
            .connectors
            .iter()
            .map(|name| Subject::cloud("connector", &name.name, &name.project, Some(&name.region)));
        let networks = self.networks.iter().map(|name| Subject::cloud("network", &name.name, &name.project, None));
        let subjects: BTreeSet<Subject> = workloads.chain(connectors).chain(networks).collect();
        let targets = self.diagnosis.paths.iter().filter_map(|path| path.target.resource.as_deref());
        let causes = found.iter().map(|own| &*own.judgement.subject);
        let evidence = found.iter().flat_map(|own| own.judgement.evidence.iter().map(|proof| &*proof.resource));
        let resources: BTreeSet<&str> = targets.chain(causes).chain(evidence).collect();
        let about = |finding: &&Finding| {
            let resource = finding.live.as_ref().map(|live| &*live.resource);
            finding.part == crate::finding::Part::Vpc
                && (subjects.contains(&finding.subject) || resource.is_some_and(|own| resources.contains(own)))
        };
        scene.findings.iter().filter(about).collect()
    }

    fn causes(&mut self, scene: &Scene<'a>, found: &[Found]) {
        let paths = &self.diagnosis.paths;
        let mut causes: Vec<Cause> = Vec::new();
        for (at, own) in found.iter().enumerate() {
            if chain::root(found, at) != at {
                continue;
            }
            let explained = chain::explained(found, at);
            let all = || [at].into_iter().chain(explained.iter().copied()).filter_map(|at| found.get(at));
            let blocks: BTreeSet<usize> = all().flat_map(|found| found.blocks.iter().copied()).collect();
            let likelihood = all().map(|found| found.likelihood).min().unwrap_or(own.likelihood);
            let mut findings: Vec<String> = all().flat_map(|found| found.findings.iter().cloned()).collect();
            findings.sort();
            findings.dedup();
            causes.push(Cause {
                mode: own.judgement.mode,
                subject: own.judgement.subject.clone(),
                title: own.title.clone(),
                likelihood,
                blocks: blocks.into_iter().collect(),
                chain: chain::chain(found, at, paths),
                evidence: chain::evidence(found, at),
                change: change::behind(scene, &own.judgement, &own.findings, &self.lives),
                fix: own.fix.clone(),
                findings,
            });
        }
        let place = |cause: &Cause| modes::ALL.iter().position(|mode| *mode == cause.mode);
        let serving =
            |cause: &Cause| cause.blocks.iter().filter(|&&at| paths.get(at).is_some_and(|path| path.serves)).count();
        causes.sort_by(|a, b| {
            let key = |cause: &Cause| (cause.likelihood, std::cmp::Reverse(serving(cause)), place(cause));
            key(a).cmp(&key(b)).then_with(|| a.subject.cmp(&b.subject))
        });
        self.diagnosis.causes = causes;
    }

    fn hypotheses(&mut self, found: &[Found]) {
        let is_cause = |mode, subject: &str| {
            found.iter().any(|own| own.judgement.mode == mode && own.judgement.subject == subject)
        };
        let mut told: BTreeSet<(&str, String)> = BTreeSet::new();
        for one in &self.seen {
            let (mode, subject) = (one.judgement.mode, &one.judgement.subject);
            if is_cause(mode, subject) {
                continue;
            }
            match &one.judgement.said {
                Said::Unknown(why) if told.insert((mode.slug, subject.clone())) => {
                    let doubt = Doubt { mode: Some(mode), subject: subject.clone(), why: why.clone() };
                    self.diagnosis.undecided.push(doubt);
                }
                _ => {}
            }
        }
        for one in &self.seen {
            let (mode, subject) = (one.judgement.mode, &one.judgement.subject);
            if is_cause(mode, subject) {
                continue;
            }
            match &one.judgement.said {
                Said::RuledOut(text) if told.insert((mode.slug, subject.clone())) => {
                    self.diagnosis.ruled_out.push(Hypothesis {
                        mode,
                        subject: subject.clone(),
                        text: text.clone(),
                        evidence: one.judgement.evidence.clone(),
                    });
                }
                _ => {}
            }
        }
        for doubt in std::mem::take(&mut self.doubts) {
            if !self.diagnosis.undecided.iter().any(|own| own.why == doubt.why) {
                self.diagnosis.undecided.push(doubt);
            }
        }
        let place = |mode: &'static crate::model::diagnosis::Mode| modes::ALL.iter().position(|own| *own == mode);
        self.diagnosis.ruled_out.sort_by(|a, b| (place(a.mode), &a.subject).cmp(&(place(b.mode), &b.subject)));
        self.diagnosis.undecided.sort_by(|a, b| {
            let key = |doubt: &Doubt| doubt.mode.map_or(Some(usize::MAX), place);
            (key(a), &a.subject, &a.why).cmp(&(key(b), &b.subject, &b.why))
        });
    }

    /// #29.
    fn nothing_seen(&mut self) {
        let diagnosis = &mut self.diagnosis;
        let all_reach = diagnosis.paths.iter().all(|path| path.outcome == Outcome::Reaches);
        if !diagnosis.causes.is_empty() || diagnosis.paths.is_empty() || !all_reach {
            return;
        }
        let subject = diagnosis.workloads.first().map(ToString::to_string).unwrap_or_default();
        let text = "nothing in the control plane explains a failure: look at connection pools, limits and logins of the database, and the application's own time limits".to_owned();
        diagnosis.advice.push(Advice { mode: &modes::NOTHING_SEEN, subject, text });
    }
}
