//! What `diagnose` says: the paths of workloads to their targets, what is wrong on them, and what is behind it.

use serde::Serialize;

use super::fact::{Fact, Why};
use super::names::WorkloadName;
use super::origin::Origin;
use super::target::TargetKind;

/// Everything that is said of one or more workloads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// The workloads that were looked at, sorted by name.
    pub workloads: Vec<WorkloadName>,
    /// Their paths, one a workload, way into the network and target.
    pub paths: Vec<Path>,
    /// What is wrong, the likeliest first. A cause that another one explains is in that one's chain.
    pub causes: Vec<Cause>,
    /// What was suspected and is ruled out, with the evidence.
    pub ruled_out: Vec<Hypothesis>,
    /// What was suspected and cannot be told.
    pub undecided: Vec<Doubt>,
    /// What no control plane can prove, and what else is worth knowing.
    pub advice: Vec<Advice>,
    /// Targets that a workload may have and that are not known.
    pub unknown_targets: Vec<String>,
    /// What this reasoning never looks at.
    pub limits: Vec<String>,
}

/// A way a workload can fail, or what is worth knowing where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Its number in docs/diagnose.md; `None` for what is only a step on the way to another one.
    pub number: Option<u8>,
    /// Kebab-case slug that says the failure.
    pub slug: &'static str,
    /// What is seen from outside.
    pub symptom: &'static str,
    /// The fields that prove it.
    pub proof: &'static str,
    /// What mends it, in general.
    pub fix: &'static str,
    /// Whether fields of an API can prove it. Others are advice.
    pub provable: bool,
}

/// A field that was read, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Proof {
    /// Full resource name, or a file with its line.
    pub resource: String,
    /// Field path in the API's spelling; empty for the whole resource.
    pub field: String,
    /// The value; `None` where it is not set, or the resource is not there.
    pub value: Option<String>,
}

impl Proof {
    /// A field with a value.
    pub fn new(resource: impl ToString, field: &str, value: impl ToString) -> Self {
        Self { resource: resource.to_string(), field: field.to_owned(), value: Some(value.to_string()) }
    }

    /// A field that is not set, or a resource that is not there.
    pub fn absent(resource: impl ToString, field: &str) -> Self {
        Self { resource: resource.to_string(), field: field.to_owned(), value: None }
    }

    /// What a fact says, where it has a place.
    pub fn of<T: ToString>(fact: &Fact<T>) -> Option<Self> {
        match fact.origin()? {
            Origin::Live(at) => Some(Self {
                resource: at.resource.to_string(),
                field: at.field.to_string(),
                value: fact.known().map(ToString::to_string),
            }),
            origin @ Origin::Source(_) => Some(Self {
                resource: origin.to_string(),
                field: String::new(),
                value: fact.known().map(ToString::to_string),
            }),
        }
    }
}

/// The way of a workload's packets to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The workload.
    pub workload: WorkloadName,
    /// The revisions that take it, by short name; empty for a job, and for a template that does not serve yet.
    pub revisions: Vec<String>,
    /// Who takes it, in words, such as "100 % of the traffic".
    pub share: String,
    /// True where something takes it now; false for a template whose revision does not serve.
    pub serves: bool,
    /// Where it leads.
    pub target: PathTarget,
    /// The hops in their order, as far as they could be followed.
    pub hops: Vec<Hop>,
    /// How it ends.
    pub outcome: Outcome,
    /// What a probe found of it, in words, where one was made.
    pub probe: Option<String>,
    /// True where a probe found the opposite of what the configuration says.
    pub contradicted: bool,
}

/// Where a path leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathTarget {
    /// What reports call it.
    pub name: String,
    /// What it speaks, where that is known.
    pub kind: Option<TargetKind>,
    /// Host name or address, where it is known.
    pub host: Option<String>,
    /// Port, where it is known.
    pub port: Option<u16>,
    /// The full name of the resource, where it is one.
    pub resource: Option<String>,
    /// How it is known that the workload uses it.
    pub known_from: String,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// What it is.
    pub kind: HopKind,
    /// What reports call it.
    pub name: String,
    /// Whether packets get past it.
    pub state: HopState,
    /// Why, in words.
    pub text: String,
    /// What that rests on.
    pub evidence: Vec<Proof>,
}

/// The kinds of hops, in the order of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HopKind {
    /// The revision or template that sends.
    Workload,
    /// Whether its packets enter the VPC.
    Egress,
    /// A VPC Access connector.
    Connector,
    /// A network interface of its own.
    Interface,
    /// The subnetwork in which packets start.
    Subnetwork,
    /// The route, peering or NAT that takes them on.
    Route,
    /// Firewall rules and policies.
    Firewall,
    /// The target itself.
    Target,
}

impl HopKind {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Egress => "egress",
            Self::Connector => "connector",
            Self::Interface => "interface",
            Self::Subnetwork => "subnetwork",
            Self::Route => "route",
            Self::Firewall => "firewall",
            Self::Target => "target",
        }
    }
}

/// Whether packets get past a hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HopState {
    /// They do.
    Open,
    /// They do not.
    Blocked,
    /// It cannot be told.
    Unknown(Why),
}

impl HopState {
    /// The word in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Blocked => "blocked",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// How a path ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing that was looked at keeps packets from the target, and everything that decides was looked at.
    Reaches,
    /// They do not get past the hop of this index.
    Blocked(usize),
    /// It cannot be told, for these reasons.
    Undecidable(Vec<Why>),
}

impl Outcome {
    /// The word in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Reaches => "reaches",
            Self::Blocked(_) => "blocked",
            Self::Undecidable(_) => "not-decidable",
        }
    }
}

/// How sure it is that a cause is behind the symptom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likelihood {
    /// Its fields prove it, and packets cannot get past it.
    Certain,
    /// Its fields prove it; whether it is what is seen depends on what the workload does.
    Likely,
    /// It is there; nothing that is known to be used is hit by it.
    Possible,
}

impl Likelihood {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// Something that is wrong, with all that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The failure mode.
    pub mode: &'static Mode,
    /// Full name of the resource that it is about.
    pub subject: String,
    /// One line that says what is wrong here.
    pub title: String,
    /// How sure it is.
    pub likelihood: Likelihood,
    /// The paths that it blocks, by index.
    pub blocks: Vec<usize>,
    /// From the symptom to this cause: each line is the reason of the one before it.
    pub chain: Vec<ChainLink>,
    /// What it rests on.
    pub evidence: Vec<Proof>,
    /// The change behind it.
    pub change: Behind,
    /// What to do, best first.
    pub fix: Vec<Remedy>,
    /// Ids of the findings of checks that say the same.
    pub findings: Vec<String>,
}

/// One line of a chain of causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLink {
    /// The failure mode, where the line is one.
    pub mode: Option<&'static Mode>,
    /// The line.
    pub text: String,
}

/// The change behind a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The API or the audit log tells.
    Change(Change),
    /// Nobody tells, for this reason.
    Unknown(String),
}

/// Who changed what, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Who, where it is told.
    pub who: Option<String>,
    /// When, RFC 3339, where it is told.
    pub when: Option<String>,
    /// What was done: the API's method, or the tool.
    pub how: Option<String>,
    /// Where that is told.
    pub source: String,
}

/// What to do about a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// The command line, or what to do in words.
    pub text: String,
    /// True for a command line.
    pub command: bool,
    /// How to see that it worked; may be empty.
    pub verify: String,
    /// How to undo it; may be empty.
    pub undo: String,
}

impl Remedy {
    /// A command line, with how to verify and undo it.
    pub fn command(text: impl Into<String>, verify: impl Into<String>, undo: impl Into<String>) -> Self {
        Self { text: text.into(), command: true, verify: verify.into(), undo: undo.into() }
    }

    /// Something to do in words.
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), command: false, verify: String::new(), undo: String::new() }
    }
}

/// A failure mode that was looked for, and is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// The failure mode.
    pub mode: &'static Mode,
    /// Full name of the resource that it is about.
    pub subject: String,
    /// Why it is ruled out.
    pub text: String,
    /// What that rests on.
    pub evidence: Vec<Proof>,
}

/// A failure mode that was looked for, and cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The failure mode; `None` for a hop that could not be looked at.
    pub mode: Option<&'static Mode>,
    /// Full name of the resource that it is about.
    pub subject: String,
    /// What was not seen.
    pub why: Why,
}

/// What is worth knowing although no field proves that it hurts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The failure mode.
    pub mode: &'static Mode,
    /// Full name of the resource that it is about.
    pub subject: String,
    /// What to look at.
    pub text: String,
}
