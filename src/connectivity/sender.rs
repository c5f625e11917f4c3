//! What sends: the revisions that serve, by how they reach the VPC, and the template where it is not what serves.

use std::collections::BTreeSet;

use super::permission::failed_rollout;
use super::scene::Scene;
use super::step::Step;
use crate::model::diagnosis::{HopKind, Proof};
use crate::model::{Fact, LiveVariable, LiveWorkload, SqlConnectionName, VpcAccess, Why, WhyKind, WorkloadKind};
use crate::reconcile::equivalence::compare_vpc_access;
use crate::reconcile::{Comparison, ServingRevision};

/// Something that sends packets, with one way into the VPC.
#[derive(Clone, Debug)]
pub struct Sender<'a> {
    /// The revisions, by short name; empty for a job, and for a template that does not serve.
    pub revisions: Vec<String>,
    /// Percent of the traffic or instances.
    pub percent: i64,
    /// A tag, where it is reached by one only.
    pub tag: Option<String>,
    /// True where it sends now.
    pub serves: bool,
    /// How it reaches the VPC, or why that cannot be told.
    pub vpc: Result<VpcAccess, Why>,
    /// Cloud SQL instances that it mounts.
    pub mounts: &'a [Fact<SqlConnectionName>],
    /// Where its environment variables lead.
    pub variables: &'a [LiveVariable],
    /// True where its VPC access is not the template's.
    pub stale: bool,
}

/// Everything of a workload that sends.
pub fn senders<'a>(scene: &Scene<'a>, live: &'a LiveWorkload) -> Vec<Sender<'a>> {
    let template = &live.workload.vpc;
    let from_template = |serves| Sender {
        revisions: Vec::new(),
        percent: if serves { 100 } else { 0 },
        tag: None,
        serves,
        vpc: Ok(template.clone()),
        mounts: &live.sql_instances,
        variables: &live.variables,
        stale: false,
    };
    if live.name.kind == WorkloadKind::Job {
        return vec![from_template(true)];
    }
    let serving = scene.pair(&live.name).map(|pair| pair.serving.as_slice()).unwrap_or_default();
    let mut senders: Vec<Sender<'a>> = Vec::new();
    for one in serving {
        let other = sender(scene, live, one);
        let same = |own: &&mut Sender<'a>| match (&own.vpc, &other.vpc) {
            (Ok(vpc), Ok(other_vpc)) => {
                compare_vpc_access(vpc, other_vpc) == Comparison::Same && lead_to_the_same(scene, own, &other)
            }
            _ => false,
        };
        match senders.iter_mut().find(same) {
            Some(own) => add(own, one),
            None => senders.push(other),
        }
    }
    // What serves most goes first.
    senders.sort_by_key(|sender| std::cmp::Reverse(sender.percent));
    let is_served = senders.iter().any(|sender| !sender.stale && sender.vpc.is_ok());
    if senders.is_empty()
        || !is_served && senders.iter().all(|sender| sender.vpc.is_ok())
        || failed_rollout(live).is_some() && !is_served
    {
        senders.push(from_template(false));
    }
    senders
}

/// True where the variables that may be read lead to the same places.
fn lead_to_the_same(scene: &Scene<'_>, own: &Sender<'_>, other: &Sender<'_>) -> bool {
    let places = |sender: &Sender<'_>| {
        let allowed = sender.variables.iter().filter(|variable| scene.variables.allow(&variable.name));
        allowed.map(|own| (own.name.clone(), own.endpoint.known().map(ToString::to_string))).collect::<BTreeSet<_>>()
    };
    places(own) == places(other)
}

fn add(own: &mut Sender<'_>, other: &ServingRevision<'_>) {
    own.percent += other.serving.percent;
    if let Some(revision) = &other.serving.revision
        && !own.revisions.contains(revision)
    {
        own.revisions.push(revision.clone());
    }
}

fn sender<'a>(scene: &Scene<'a>, live: &'a LiveWorkload, one: &ServingRevision<'_>) -> Sender<'a> {
    let revision = one.serving.revision.as_deref();
    let found =
        scene.inventory().revisions.iter().find(|own| *own.service == live.name && Some(&*own.name) == revision);
    let stale = match &one.vpc {
        Ok(vpc) => compare_vpc_access(vpc, &live.workload.vpc) == Comparison::Different,
        Err(_) => false,
    };
    Sender {
        revisions: revision.map(str::to_owned).into_iter().collect(),
        percent: one.serving.percent,
        tag: one.serving.tag.clone().filter(|_| one.serving.percent == 0),
        serves: true,
        vpc: one.vpc.clone().map_err(|why| *why).cloned(),
        mounts: found.map_or(&live.sql_instances, |revision| &revision.sql_instances),
        variables: found.map_or(&live.variables, |revision| &revision.variables),
        stale,
    }
}

impl Sender<'_> {
    /// Its share in words.
    pub fn share(&self, live: &LiveWorkload) -> String {
        let of = match live.name.kind {
            WorkloadKind::Service => "of the traffic",
            WorkloadKind::WorkerPool => "of the instances",
            WorkloadKind::Job => return "every execution".to_owned(),
        };
        match (&self.tag, self.serves) {
            (_, false) => "the template, which does not serve".to_owned(),
            (Some(tag), true) => format!("tag {tag}"),
            (None, true) => format!("{} % {of}", self.percent),
        }
    }

    /// The hop at the workload itself.
    pub fn step(&self, live: &LiveWorkload) -> Step {
        let name = &live.name;
        let text = match self.revisions.as_slice() {
            [] => self.share(live),
            [one] => format!("{} on revision {one}", self.share(live)),
            many => format!("{} on revisions {}", self.share(live), many.join(", ")),
        };
        let mut step = Step::new(HopKind::Workload, &name.name, text);
        if let Some(revision) = self.revisions.first() {
            step.proof(Proof::new(name, "trafficStatuses", revision));
        }
        if let Some(why) = &live.settling {
            step.doubt(why.clone());
        }
        match &self.vpc {
            Ok(vpc) => {
                step.proof(Proof::of(&vpc.connector));
                if vpc.interfaces.known().is_some() {
                    step.proof(Proof::new(name, "vpcAccess.networkInterfaces", self.interface(vpc)));
                }
            }
            Err(why) => {
                step.doubt(why.clone());
            }
        }
        if self.revisions.is_empty() && self.serves && name.kind != WorkloadKind::Job {
            step.doubt(Why::new(WhyKind::Malformed, format!("the API names no revision of {} that serves", name.name)));
        }
        step
    }

    fn interface(&self, vpc: &VpcAccess) -> String {
        crate::reconcile::fields::interfaces_text(vpc.interfaces.known().map(Vec::as_slice).unwrap_or_default())
    }
}
