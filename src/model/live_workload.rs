//! Cloud Run workloads and revisions as they are live.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::endpoint::Endpoint;
use super::fact::{Fact, Why};
use super::names::WorkloadName;
use super::resource_name::SqlConnectionName;
use super::words::api_words;
use super::workload::{VpcAccess, Workload};

/// A workload as it is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveWorkload {
    /// Its name; live names are always known.
    pub name: WorkloadName,
    /// Its template.
    pub workload: Workload,
    /// Who serves, by observed traffic or, for a worker pool, by observed instances. Empty for jobs.
    pub serving: Vec<Serving>,
    /// Short name of the newest revision that became ready.
    pub latest_ready_revision: Option<String>,
    /// Short name of the newest revision.
    pub latest_created_revision: Option<String>,
    /// Why the workload must not be judged yet, while an operation is under way.
    pub settling: Option<Why>,
    /// How the newest change ended, as the API says.
    pub terminal_condition: Option<Condition>,
    /// Who made it, as the API says.
    pub creator: Option<String>,
    /// Who changed it last, as the API says.
    pub last_modifier: Option<String>,
    /// When it changed last, RFC 3339.
    pub update_time: Option<String>,
    /// The tool that changed it last, as it called itself.
    pub client: Option<String>,
    /// Who may send requests; absent for what takes none (jobs and worker pools).
    pub ingress: Fact<Ingress>,
    /// The identity of its template; absent means the project's default account.
    pub service_account: Fact<String>,
    /// Names of the environment variables of its template, over all containers. Values are never kept.
    pub environment: BTreeSet<String>,
    /// Where they lead, as far as their values were allowed to be read.
    pub variables: Vec<LiveVariable>,
    /// Cloud SQL instances that its template mounts.
    pub sql_instances: Vec<Fact<SqlConnectionName>>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// The newest execution of a job.
    pub latest_execution: Option<Execution>,
}

impl LiveWorkload {
    /// Whether the newest revision became ready; `None` where the API names no newest revision, as for jobs.
    pub fn newest_revision_is_ready(&self) -> Option<bool> {
        let newest = self.latest_created_revision.as_ref()?;
        Some(self.latest_ready_revision.as_ref() == Some(newest))
    }
}

/// An environment variable of a container, of which only the name and where it leads are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveVariable {
    /// Its name.
    pub name: String,
    /// Where it leads, or why that cannot be told.
    pub endpoint: Fact<Endpoint>,
}

/// A share of a service's traffic, or of a worker pool's instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serving {
    /// Short name of the revision, resolved where the target is "latest"; `None` where it could not be.
    pub revision: Option<String>,
    /// Percent of the traffic or of the instances.
    pub percent: i64,
    /// A tag under which it can be reached whatever its percentage.
    pub tag: Option<String>,
    /// True where the share follows the latest ready revision.
    pub latest: bool,
}

/// A revision of a service or of a worker pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveRevision {
    /// The service or worker pool; its revisions share the name.
    pub service: Arc<WorkloadName>,
    /// Short name.
    pub name: String,
    /// How it reaches the VPC.
    pub vpc: VpcAccess,
    /// When it was made, RFC 3339.
    pub create_time: Option<String>,
    /// Its identity; absent means the project's default account.
    pub service_account: Fact<String>,
    /// Cloud SQL instances that it mounts.
    pub sql_instances: Vec<Fact<SqlConnectionName>>,
    /// Where its environment variables lead, as far as their values were allowed to be read.
    pub variables: Vec<LiveVariable>,
    /// What the API says of its health, in the order answered.
    pub conditions: Vec<Condition>,
}

impl LiveRevision {
    /// The condition that sums up the others; `None` where the API gives none.
    pub fn ready(&self) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == "Ready")
    }
}

/// `Condition` of the Cloud Run API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What it is about, such as `Ready` or `RoutesReady`.
    pub kind: String,
    /// How it stands.
    pub state: ConditionState,
    /// The API's word for the cause, such as `VPC_NETWORK_NOT_FOUND`.
    pub reason: Option<String>,
    /// The API's sentence; empty where all is well.
    pub message: String,
}

/// An execution of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// Short name.
    pub name: String,
    /// When it was made, RFC 3339.
    pub create_time: Option<String>,
    /// When it ended, RFC 3339.
    pub completion_time: Option<String>,
    /// How it stands or ended.
    pub status: ExecutionStatus,
}

api_words! {
    /// `Condition.State` of the Cloud Run API.
    ConditionState {
        /// Reconciliation has not begun.
        Pending = "CONDITION_PENDING",
        /// Reconciliation is under way.
        Reconciling = "CONDITION_RECONCILING",
        /// Reconciliation failed.
        Failed = "CONDITION_FAILED",
        /// All is well.
        Succeeded = "CONDITION_SUCCEEDED",
    }

    /// `IngressTraffic` of the Cloud Run API.
    Ingress {
        /// Everybody.
        All = "INGRESS_TRAFFIC_ALL",
        /// Internal traffic only.
        InternalOnly = "INGRESS_TRAFFIC_INTERNAL_ONLY",
        /// Internal traffic and Google's load balancers.
        InternalLoadBalancer = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
        /// Nobody.
        Nobody = "INGRESS_TRAFFIC_NONE",
    }

    /// `ExecutionReference.CompletionStatus` of the Cloud Run API.
    ExecutionStatus {
        /// Ended well.
        Succeeded = "EXECUTION_SUCCEEDED",
        /// Failed.
        Failed = "EXECUTION_FAILED",
        /// Running.
        Running = "EXECUTION_RUNNING",
        /// Waits for resources.
        Pending = "EXECUTION_PENDING",
        /// Cancelled by somebody.
        Cancelled = "EXECUTION_CANCELLED",
    }
}

impl ConditionState {
    /// True while the API itself says that it is not done.
    pub fn is_settling(&self) -> bool {
        matches!(self, Self::Pending | Self::Reconciling)
    }
}
