//! What Google Cloud answered: raw bodies, what was really looked at, and the typed inventory derived from both.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::access::{ApiUse, IamPolicy};
use super::audit::AuditEntry;
use super::connector::Connector;
use super::connector_health::{ConnectorHealth, ConnectorLoad};
use super::database::{RedisCluster, RedisInstance, SqlInstance};
use super::fact::{Why, WhyKind};
use super::firewall::{EffectiveFirewalls, FirewallRule};
use super::live_network::{Address, LiveNetwork, LiveSubnetwork, ServiceConnection};
pub use super::live_workload::{LiveRevision, LiveWorkload, Serving};
use super::names::WorkloadKind;
use super::origin::Place;
use super::routing::{Route, Router};

/// A collection of a Google API that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Api {
    /// Cloud Run services (`run.googleapis.com` v2).
    #[serde(rename = "run.services")]
    RunServices,
    /// Cloud Run revisions of services (`run.googleapis.com` v2), at least those that serve.
    #[serde(rename = "run.revisions")]
    RunRevisions,
    /// Cloud Run jobs (`run.googleapis.com` v2).
    #[serde(rename = "run.jobs")]
    RunJobs,
    /// Cloud Run worker pools (`run.googleapis.com` v2).
    #[serde(rename = "run.workerPools")]
    RunWorkerPools,
    /// VPC Access connectors (`vpcaccess.googleapis.com` v1).
    #[serde(rename = "vpcaccess.connectors")]
    VpcAccessConnectors,
    /// Operations on connectors (`vpcaccess.googleapis.com` v1), which tell why one is in the state `ERROR`.
    #[serde(rename = "vpcaccess.operations")]
    VpcAccessOperations,
    /// VPC networks (`compute.googleapis.com` v1, as all of `compute.*`).
    #[serde(rename = "compute.networks")]
    ComputeNetworks,
    /// Subnetworks of all regions.
    #[serde(rename = "compute.subnetworks")]
    ComputeSubnetworks,
    /// VPC firewall rules.
    #[serde(rename = "compute.firewalls")]
    ComputeFirewalls,
    /// The firewall rules and policies in force on one network.
    #[serde(rename = "compute.effectiveFirewalls")]
    ComputeEffectiveFirewalls,
    /// Routes.
    #[serde(rename = "compute.routes")]
    ComputeRoutes,
    /// Routers of all regions, with their NAT.
    #[serde(rename = "compute.routers")]
    ComputeRouters,
    /// Regional addresses of all regions.
    #[serde(rename = "compute.addresses")]
    ComputeAddresses,
    /// Global addresses, among them the ranges that are reserved for peered services.
    #[serde(rename = "compute.globalAddresses")]
    ComputeGlobalAddresses,
    /// The IAM policy of one subnetwork.
    #[serde(rename = "compute.subnetworkIamPolicy")]
    ComputeSubnetworkIamPolicy,
    /// Cloud SQL instances (`sqladmin.googleapis.com` v1).
    #[serde(rename = "sqladmin.instances")]
    SqlInstances,
    /// Memorystore for Redis instances (`redis.googleapis.com` v1).
    #[serde(rename = "redis.instances")]
    RedisInstances,
    /// Memorystore for Redis clusters (`redis.googleapis.com` v1).
    #[serde(rename = "redis.clusters")]
    RedisClusters,
    /// Private connections of one network to service producers (`servicenetworking.googleapis.com` v1).
    #[serde(rename = "servicenetworking.connections")]
    ServiceNetworkingConnections,
    /// Which APIs are enabled (`serviceusage.googleapis.com` v1).
    #[serde(rename = "serviceusage.services")]
    ServiceUsageServices,
    /// The IAM policy of a project (`cloudresourcemanager.googleapis.com` v3).
    #[serde(rename = "cloudresourcemanager.iamPolicy")]
    ProjectIamPolicy,
    /// Cloud Audit Logs (`logging.googleapis.com` v2).
    #[serde(rename = "logging.entries")]
    LoggingEntries,
    /// Load of connectors (`monitoring.googleapis.com` v3).
    #[serde(rename = "monitoring.timeSeries")]
    MonitoringTimeSeries,
}

/// What one answer of a collection is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// One region of a project.
    Region,
    /// A whole project.
    Project,
    /// One resource of a project, named by [`Answer::of`].
    Resource,
}

/// What is fixed for a collection.
struct ApiFacts {
    word: &'static str,
    permission: &'static str,
    role: &'static str,
    reach: Reach,
}

impl Api {
    /// Every collection, in the order in which reports list them.
    pub const ALL: [Self; 23] = [
        Self::RunServices,
        Self::RunRevisions,
        Self::RunJobs,
        Self::RunWorkerPools,
        Self::VpcAccessConnectors,
        Self::VpcAccessOperations,
        Self::ComputeNetworks,
        Self::ComputeSubnetworks,
        Self::ComputeFirewalls,
        Self::ComputeEffectiveFirewalls,
        Self::ComputeRoutes,
        Self::ComputeRouters,
        Self::ComputeAddresses,
        Self::ComputeGlobalAddresses,
        Self::ComputeSubnetworkIamPolicy,
        Self::SqlInstances,
        Self::RedisInstances,
        Self::RedisClusters,
        Self::ServiceNetworkingConnections,
        Self::ServiceUsageServices,
        Self::ProjectIamPolicy,
        Self::LoggingEntries,
        Self::MonitoringTimeSeries,
    ];

    /// One row a collection: word, permission, narrowest predefined role, what an answer is about.
    fn facts(self) -> ApiFacts {
        const NETWORK: &str = "roles/compute.networkViewer";
        let (word, permission, role, reach) = match self {
            Self::RunServices => ("run.services", "run.services.list", "roles/run.viewer", Reach::Region),
            Self::RunRevisions => ("run.revisions", "run.revisions.list", "roles/run.viewer", Reach::Region),
            Self::RunJobs => ("run.jobs", "run.jobs.list", "roles/run.viewer", Reach::Region),
            Self::RunWorkerPools => ("run.workerPools", "run.workerpools.list", "roles/run.viewer", Reach::Region),
            Self::VpcAccessConnectors => {
                ("vpcaccess.connectors", "vpcaccess.connectors.list", "roles/vpcaccess.viewer", Reach::Region)
            }
            Self::VpcAccessOperations => {
                ("vpcaccess.operations", "vpcaccess.operations.list", "roles/vpcaccess.viewer", Reach::Region)
            }
            Self::ComputeNetworks => ("compute.networks", "compute.networks.list", NETWORK, Reach::Project),
            Self::ComputeSubnetworks => ("compute.subnetworks", "compute.subnetworks.list", NETWORK, Reach::Project),
            Self::ComputeFirewalls => ("compute.firewalls", "compute.firewalls.list", NETWORK, Reach::Project),
            Self::ComputeEffectiveFirewalls => {
                ("compute.effectiveFirewalls", "compute.networks.getEffectiveFirewalls", NETWORK, Reach::Resource)
            }
            Self::ComputeRoutes => ("compute.routes", "compute.routes.list", NETWORK, Reach::Project),
            Self::ComputeRouters => ("compute.routers", "compute.routers.list", NETWORK, Reach::Project),
            Self::ComputeAddresses => ("compute.addresses", "compute.addresses.list", NETWORK, Reach::Project),
            Self::ComputeGlobalAddresses => {
                ("compute.globalAddresses", "compute.globalAddresses.list", NETWORK, Reach::Project)
            }
            Self::ComputeSubnetworkIamPolicy => {
                ("compute.subnetworkIamPolicy", "compute.subnetworks.getIamPolicy", NETWORK, Reach::Resource)
            }
            Self::SqlInstances => {
                ("sqladmin.instances", "cloudsql.instances.list", "roles/cloudsql.viewer", Reach::Project)
            }
            Self::RedisInstances => ("redis.instances", "redis.instances.list", "roles/redis.viewer", Reach::Project),
            Self::RedisClusters => ("redis.clusters", "redis.clusters.list", "roles/redis.viewer", Reach::Project),
            Self::ServiceNetworkingConnections => (
                "servicenetworking.connections",
                "servicenetworking.services.get",
                // No narrower predefined role that only reads holds it.
                "roles/viewer",
                Reach::Resource,
            ),
            Self::ServiceUsageServices => (
                "serviceusage.services",
                "serviceusage.services.get",
                "roles/serviceusage.serviceUsageViewer",
                Reach::Project,
            ),
            Self::ProjectIamPolicy => (
                "cloudresourcemanager.iamPolicy",
                "resourcemanager.projects.getIamPolicy",
                "roles/iam.securityReviewer",
                Reach::Project,
            ),
            Self::LoggingEntries => {
                ("logging.entries", "logging.logEntries.list", "roles/logging.viewer", Reach::Project)
            }
            Self::MonitoringTimeSeries => {
                ("monitoring.timeSeries", "monitoring.timeSeries.list", "roles/monitoring.viewer", Reach::Project)
            }
        };
        ApiFacts { word, permission, role, reach }
    }

    /// The word in reports and JSON.
    pub fn word(self) -> &'static str {
        self.facts().word
    }

    /// The permission that reading needs.
    pub fn permission(self) -> &'static str {
        self.facts().permission
    }

    /// The narrowest predefined role that holds [`Api::permission`].
    pub fn role(self) -> &'static str {
        self.facts().role
    }

    /// What one answer is about.
    pub fn reach(self) -> Reach {
        self.facts().reach
    }

    /// The API that serves it, by the name under which it is enabled, such as `run.googleapis.com`.
    pub fn service(self) -> String {
        let word = self.word();
        format!("{}.googleapis.com", word.split('.').next().unwrap_or(word))
    }
}

impl WorkloadKind {
    /// The collection that lists workloads of this kind.
    pub fn api(self) -> Api {
        match self {
            Self::Service => Api::RunServices,
            Self::Job => Api::RunJobs,
            Self::WorkerPool => Api::RunWorkerPools,
        }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The live state as it was answered, in one file format for recordings, snapshots and the emulator's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveState {
    /// Always [`LiveState::FORMAT`].
    pub format: String,
    /// Always [`LiveState::VERSION`] for files of this version.
    pub version: u32,
    /// Project id → project number, as far as known.
    #[serde(default)]
    pub project_numbers: BTreeMap<String, String>,
    /// Which key the marks of secrets (`[redacted:xxxxxxxx]`) were made with. Marks of different keys must not be
    /// compared. `None` in a state that was written by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redaction_key: Option<String>,
    /// One entry a collection that was asked, in the order project, region, API.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// Objects of Cloud Storage that an emulator serves, such as a Terraform state. Never recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub storage: Vec<StoredObject>,
    /// Project id → the permissions that an emulator grants there. Never recorded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub permissions: BTreeMap<String, Vec<String>>,
    /// Faults that an emulator answers with. Never recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<serde_json::Value>,
}

impl LiveState {
    /// What [`LiveState::format`] holds.
    pub const FORMAT: &str = "gcp-drift/live-state";
    /// The version that this program writes.
    pub const VERSION: u32 = 1;
}

/// An object of Cloud Storage, written by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredObject {
    /// The bucket.
    pub bucket: String,
    /// The object's name.
    pub name: String,
    /// Whether it is answered.
    #[serde(default)]
    pub status: CoverageStatus,
    /// HTTP status of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The error's message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The content.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub content: serde_json::Value,
}

/// The answer to one list request, all its pages together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The collection.
    pub api: Api,
    /// Project id.
    pub project: String,
    /// Region; `None` for a global collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The resource that was asked about, where the collection belongs to one (see [`Reach::Resource`]): its name from
    /// `projects/` on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// When it was answered, RFC 3339; `None` in a state that was written by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Whether it was answered.
    #[serde(default)]
    pub status: CoverageStatus,
    /// HTTP status of the last page, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The error's message, or what went wrong.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The raw items, in the order answered, secrets redacted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<serde_json::Value>,
    /// Locations that the answer names as unreachable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreachable: Vec<String>,
    /// The error body as it was answered, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<serde_json::Value>,
}

/// Whether a collection was really looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoverageStatus {
    /// Listed in full.
    #[default]
    Answered,
    /// A permission is missing, or there are no credentials.
    Denied,
    /// The API is not enabled.
    Disabled,
    /// No answer, or the region is named as unreachable.
    Unreachable,
    /// Throttled until the limit was used up.
    RateLimited,
    /// An answer that could not be understood.
    Malformed,
    /// Nobody asked.
    NotAsked,
}

impl CoverageStatus {
    /// The word in reports and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Denied => "denied",
            Self::Disabled => "disabled",
            Self::Unreachable => "unreachable",
            Self::RateLimited => "rate-limited",
            Self::Malformed => "malformed",
            Self::NotAsked => "not-asked",
        }
    }

    /// The class of reason that this status gives.
    pub fn why_kind(self) -> WhyKind {
        match self {
            Self::Denied => WhyKind::Denied,
            Self::Disabled => WhyKind::ApiDisabled,
            Self::Unreachable => WhyKind::Unreachable,
            Self::RateLimited => WhyKind::RateLimited,
            Self::Malformed => WhyKind::Malformed,
            Self::NotAsked | Self::Answered => WhyKind::NotAsked,
        }
    }
}

/// What was really looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// One entry a collection, in the order project, region, API, resource. Where the list of a whole project names
    /// regions that it could not reach, these have an entry each beside the entry of the project: an entry of a
    /// region goes before the entry of its project.
    pub entries: Vec<CoverageEntry>,
}

/// One collection of one project, or of one region or resource of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CoverageEntry {
    /// Project id.
    pub project: String,
    /// Region; `None` for a collection that belongs to no region, and for one of all regions.
    pub region: Option<String>,
    /// The collection.
    pub api: Api,
    /// The resource that was asked about, where the collection belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// When it was answered, RFC 3339, where that is on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Whether it was answered.
    pub status: CoverageStatus,
    /// What the API said, or how much was read.
    pub detail: String,
}

impl Coverage {
    /// `Ok` where the collection was listed in full in the region, else why nothing may be said of it. For a
    /// collection of a whole project this asks about the part of it that lies in the region.
    ///
    /// # Errors
    /// The reason, with the API as its place. A collection that has no entry was not asked.
    pub fn answered(&self, api: Api, project: &str, region: &str) -> Result<(), Why> {
        // What is said of the region goes before what is said of the whole project.
        let entry = self.worst(api, project, Some(region), None).or_else(|| self.worst(api, project, None, None));
        judge(entry, &Asked { api, project, region: Some(region), of: None })
    }

    /// `Ok` where the collection was listed in full in the whole project, all its regions included.
    ///
    /// # Errors
    /// As [`Coverage::answered`].
    pub fn answered_in_project(&self, api: Api, project: &str) -> Result<(), Why> {
        let whole = self.worst(api, project, None, None);
        let failed = self.of_project(project).iter().find(|entry| {
            let here = entry.api == api && entry.of.is_none();
            here && entry.region.is_some() && entry.status != CoverageStatus::Answered
        });
        let answered = whole.is_none_or(|entry| entry.status == CoverageStatus::Answered);
        let entry = if answered { failed.or(whole) } else { whole };
        let region = entry.and_then(|entry| entry.region.as_deref());
        judge(entry, &Asked { api, project, region, of: None })
    }

    /// `Ok` where the collection of one resource was listed in full; `of` is the resource as [`Answer::of`] names it.
    ///
    /// # Errors
    /// As [`Coverage::answered`].
    pub fn answered_of(&self, api: Api, project: &str, of: &str) -> Result<(), Why> {
        let entries = self.of_project(project).iter();
        let here = entries.filter(|entry| entry.api == api && entry.of.as_deref() == Some(of));
        let entry = here.max_by_key(|entry| entry.status != CoverageStatus::Answered);
        judge(entry, &Asked { api, project, region: None, of: Some(of) })
    }

    /// The entries of a project, which stand together.
    fn of_project(&self, project: &str) -> &[CoverageEntry] {
        let first = self.entries.partition_point(|entry| *entry.project < *project);
        let rest = self.entries.get(first..).unwrap_or_default();
        let count = rest.partition_point(|entry| *entry.project == *project);
        rest.get(..count).unwrap_or_default()
    }

    /// A collection that was asked for twice was answered only where both were.
    fn worst(&self, api: Api, project: &str, region: Option<&str>, of: Option<&str>) -> Option<&CoverageEntry> {
        let here = self
            .of_project(project)
            .iter()
            .filter(|entry| (entry.api, entry.region.as_deref(), entry.of.as_deref()) == (api, region, of));
        here.max_by_key(|entry| entry.status != CoverageStatus::Answered)
    }
}

/// What coverage is asked about.
struct Asked<'a> {
    api: Api,
    project: &'a str,
    region: Option<&'a str>,
    of: Option<&'a str>,
}

impl fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.of, self.region) {
            (Some(of), _) => f.write_str(of),
            (None, Some(region)) => write!(f, "{}/{region}", self.project),
            (None, None) => f.write_str(self.project),
        }
    }
}

fn judge(entry: Option<&CoverageEntry>, asked: &Asked<'_>) -> Result<(), Why> {
    let (status, detail) = entry.map_or((CoverageStatus::NotAsked, ""), |found| (found.status, &*found.detail));
    let (api, project) = (asked.api, asked.project);
    let said = match status {
        CoverageStatus::Answered => return Ok(()),
        CoverageStatus::Denied => {
            format!("{api} was denied in {asked}; it needs {} ({})", api.permission(), api.role())
        }
        CoverageStatus::Disabled => format!("the API of {api} is not enabled in {project}"),
        CoverageStatus::Unreachable => format!("{api} did not answer in {asked}"),
        CoverageStatus::RateLimited => format!("{api} was rate-limited in {asked}"),
        CoverageStatus::Malformed => format!("the answer of {api} in {asked} could not be understood"),
        CoverageStatus::NotAsked => format!("{api} was not asked in {asked}"),
    };
    let text = if detail.is_empty() { said } else { format!("{said}: {detail}") };
    let place = Place::Api { api, project: project.to_owned(), region: asked.region.map(str::to_owned) };
    Err(Why { kind: status.why_kind(), text, place: Some(place) })
}

/// The live state in the words of this model, with what was really looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Services, jobs and worker pools, sorted by name.
    pub workloads: Vec<LiveWorkload>,
    /// Revisions, sorted by service and name.
    pub revisions: Vec<LiveRevision>,
    /// Connectors, sorted by name.
    pub connectors: Vec<Connector>,
    /// What only the live side knows of each connector, sorted by connector.
    pub connector_health: Vec<ConnectorHealth>,
    /// The load of connectors, sorted by connector, metric and labels.
    pub connector_load: Vec<ConnectorLoad>,
    /// Networks, sorted by name, as all that follows.
    pub networks: Vec<LiveNetwork>,
    /// Subnetworks.
    pub subnetworks: Vec<LiveSubnetwork>,
    /// Firewall rules of networks.
    pub firewall_rules: Vec<FirewallRule>,
    /// What filters the traffic of each network that was asked about.
    pub effective_firewalls: Vec<EffectiveFirewalls>,
    /// Routes.
    pub routes: Vec<Route>,
    /// Routers with their NAT.
    pub routers: Vec<Router>,
    /// Reserved addresses, regional and global.
    pub addresses: Vec<Address>,
    /// Private connections of networks to service producers.
    pub service_connections: Vec<ServiceConnection>,
    /// Cloud SQL instances.
    pub sql_instances: Vec<SqlInstance>,
    /// Redis instances.
    pub redis_instances: Vec<RedisInstance>,
    /// Redis clusters.
    pub redis_clusters: Vec<RedisCluster>,
    /// Which APIs are enabled.
    pub apis: Vec<ApiUse>,
    /// IAM policies of projects and subnetworks.
    pub iam_policies: Vec<IamPolicy>,
    /// Entries of Cloud Audit Logs, the newest first.
    pub audit_entries: Vec<AuditEntry>,
    /// What was really looked at.
    pub coverage: Coverage,
    /// Project number → project id.
    pub project_numbers: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests;
