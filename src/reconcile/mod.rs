//! Declared × live: which declarations and which live resources are the same thing, and what is known of each side.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`mod@compare`] | comparing two facts: same, different, undecidable |
//! | [`equivalence`] | what is the same though it is spelled differently, as data with its sources |
//! | [`attached`] | which workloads hang on which connector |
//! | [`connectors`], [`workloads`], [`resources`] | pairing by canonical name |
//! | [`compared`] | how much of what is declared was really compared |
//! | [`fields`] | the fields of a workload's VPC access |
//! | [`effect`] | what deploy commands would do to what is live |

pub mod attached;
pub mod compare;
pub mod compared;
pub mod connectors;
pub mod effect;
pub mod equivalence;
pub mod fields;
pub mod resources;
pub mod workloads;

pub use resources::{LiveResource, ResourcePair};

pub use attached::Attached;
pub use compare::{Comparison, certain, compare, compare_with_default, conditions, unknown};

use std::borrow::Cow;
use std::ops::Deref;

use crate::finding::Subject;
use crate::model::{
    Connector, ConnectorName, Declared, DeployCommand, Evidence, LiveWorkload, NameContext, Serving, VpcAccess, Why,
    Workload, WorkloadKind, WorkloadName,
};

/// Pairs everything that the evidence declares with everything that it found live.
///
/// `context` holds the configured project and, where there is exactly one, the configured region: what a deploy
/// command means that names neither.
pub fn reconcile<'e>(evidence: &'e Evidence, context: &NameContext) -> Reconciled<'e> {
    let workloads = workloads::pair(evidence, context);
    Reconciled {
        connectors: connectors::pair(evidence),
        attached: Attached::of(&workloads),
        workloads,
        resources: resources::pair(evidence),
    }
}

/// Everything that checks and policies judge, paired by canonical name and sorted by it. It refers to the evidence: an
/// estate is large, and nothing of it changes once it is paired.
#[derive(Clone, Debug, Default)]
pub struct Reconciled<'e> {
    /// Connectors, declared or live.
    pub connectors: Vec<ConnectorPair<'e>>,
    /// Workloads, declared or live.
    pub workloads: Vec<WorkloadPair<'e>>,
    /// What is compared field by field, declared or live.
    pub resources: Vec<ResourcePair<'e>>,
    /// Which workloads hang on which connector.
    pub attached: Attached<'e>,
}

impl<'e> Reconciled<'e> {
    /// The connector of a name.
    pub fn connector(&self, name: &ConnectorName) -> Option<&ConnectorPair<'e>> {
        // Those with a name come first, in its order.
        let named = self.connectors.partition_point(|pair| pair.name.is_some_and(|own| own < name));
        self.connectors.get(named).filter(|pair| pair.name == Some(name))
    }
}

/// The live side of something that may be declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveSide<T> {
    /// It is there.
    Present(T),
    /// The collection was listed in full, and it is not there.
    Absent,
    /// Whether it is there cannot be told.
    Unknown(Why),
    /// The run asks nothing of Google Cloud.
    NotAsked,
}

impl<T: Deref> LiveSide<T> {
    /// What is there.
    pub fn present(&self) -> Option<&T::Target> {
        match self {
            Self::Present(value) => Some(value),
            _ => None,
        }
    }
}

/// One connector on both sides.
#[derive(Clone, Debug)]
pub struct ConnectorPair<'e> {
    /// Its canonical name, where that is known.
    pub name: Option<&'e ConnectorName>,
    /// Its declarations; empty where it is only live.
    pub declared: Vec<&'e Declared<Connector>>,
    /// The live connector.
    pub live: LiveSide<&'e Connector>,
    /// True where it was read by its name alone, because a workload uses it: connectors of its project are not this
    /// repository's business.
    pub is_foreign: bool,
}

impl ConnectorPair<'_> {
    /// What findings about it are about.
    pub fn subject(&self) -> Subject {
        if let Some(name) = self.name {
            return Subject::cloud("connector", &name.name, &name.project, Some(&name.region));
        }
        let shown = |own: &&Declared<Connector>| {
            own.value.short_name.known().cloned().unwrap_or_else(|| own.source.to_string())
        };
        Subject::local("connector", self.declared.first().map(shown).unwrap_or_default())
    }
}

/// One workload on both sides.
#[derive(Clone, Debug)]
pub struct WorkloadPair<'e> {
    /// Service, job or worker pool.
    pub kind: WorkloadKind,
    /// Its canonical name, where that is known.
    pub name: Option<Cow<'e, WorkloadName>>,
    /// Its Terraform declarations.
    pub terraform: Vec<&'e Declared<Workload>>,
    /// The deploy commands that deploy it.
    pub deploy: Vec<&'e DeployCommand>,
    /// The live workload.
    pub live: LiveSide<&'e LiveWorkload>,
    /// The revisions that serve it, with how each reaches the VPC; empty where there is no live side.
    pub serving: Vec<ServingRevision<'e>>,
}

impl WorkloadPair<'_> {
    /// What findings about it are about.
    pub fn subject(&self) -> Subject {
        if let Some(name) = &self.name {
            return Subject::from(&**name);
        }
        let declared =
            |own: &&Declared<Workload>| own.value.short_name.known().cloned().unwrap_or_else(|| own.source.to_string());
        let deployed = |own: &&DeployCommand| own.name.known().cloned().unwrap_or_else(|| own.origin.to_string());
        let shown = self.terraform.first().map(declared).or_else(|| self.deploy.first().map(deployed));
        Subject::local(self.kind.word(), shown.unwrap_or_default())
    }
}

/// A revision that has traffic or a tag.
#[derive(Clone, Debug)]
pub struct ServingRevision<'e> {
    /// Its share.
    pub serving: &'e Serving,
    /// How it reaches the VPC, or why that cannot be told.
    pub vpc: Result<&'e VpcAccess, Box<Why>>,
    /// When it was made, RFC 3339, where the API tells.
    pub create_time: Option<&'e str>,
}
