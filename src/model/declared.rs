//! What a repository declares: Terraform resources and deploy commands.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::applied::AppliedState;
use super::connector::Connector;
use super::fact::{Change, Fact, Guard, Presence, Why};
use super::lifecycle::Lifecycle;
use super::names::{ConnectorName, NetworkName, WorkloadKind};
use super::network::{Network, Subnetwork};
use super::origin::Origin;
use super::problem::{ConfigProblem, NetworkUse};
use super::resource::Resource;
use super::source::RepoPath;
use super::workload::{Egress, NetworkInterface, Workload};

/// A resource as one source declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared<T> {
    /// Which source.
    pub source: DeclaredSource,
    /// Whether it is declared at all.
    pub presence: Presence,
    /// Where the declaration begins.
    pub origin: Origin,
    /// What it says.
    pub value: T,
}

/// Which source declares something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredSource {
    /// A resource of a Terraform deployment.
    Terraform {
        /// Resource address, such as `module.network.google_vpc_access_connector.main["a"]`.
        address: String,
        /// The root module's folder.
        root: String,
    },
    /// A deploy command or the config of a deploy script.
    Deploy {
        /// A short description of the command, such as `gcloud run deploy`.
        tool: String,
    },
}

impl DeclaredSource {
    /// The word of the baseline that this source is: `terraform` or `deploy`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Terraform { .. } => "terraform",
            Self::Deploy { .. } => "deploy",
        }
    }
}

impl fmt::Display for DeclaredSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Terraform { address, .. } => f.write_str(address),
            Self::Deploy { tool } => f.write_str(tool),
        }
    }
}

/// What all Terraform deployments of the repository declare, in the words of this model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerraformDeclarations {
    /// `google_vpc_access_connector`.
    pub connectors: Vec<Declared<Connector>>,
    /// `google_cloud_run_v2_service` and its siblings, and the v1 service.
    pub workloads: Vec<Declared<Workload>>,
    /// `google_compute_network`.
    pub networks: Vec<Declared<Network>>,
    /// `google_compute_subnetwork`.
    pub subnetworks: Vec<Declared<Subnetwork>>,
    /// What is compared field by field: networks and subnetworks once more, firewall rules, routers, NAT, addresses,
    /// private connections, databases and caches.
    #[serde(default)]
    pub resources: Vec<Declared<Resource>>,
    /// What they say of changes, where they say anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifecycles: Vec<Lifecycle>,
    /// What states say was applied last, of the same resources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<AppliedState>,
    /// True where the configuration in itself was judged; recordings of earlier versions were not.
    #[serde(default)]
    pub judged: bool,
    /// What is wrong with the configuration in itself.
    #[serde(default)]
    pub problems: Vec<ConfigProblem>,
    /// The addresses (without keys of instances) of modelled resources that something else refers to, by root.
    #[serde(default)]
    pub referenced: BTreeSet<(String, String)>,
    /// The networks that are named by literal texts.
    #[serde(default)]
    pub network_uses: Vec<NetworkUse>,
    /// The networks that data sources read: they exist elsewhere.
    #[serde(default)]
    pub networks_elsewhere: Vec<Fact<NetworkName>>,
    /// Reasons for which resources may be declared that are not in the lists: files that did not parse, modules whose
    /// source is not here. While there is one, nothing may be called unmanaged.
    pub incomplete: Vec<Why>,
    /// Errors and warnings with their place.
    pub diagnostics: Vec<Diagnostic>,
    /// What Terraform refuses or passes over of the values that variables are given.
    #[serde(default)]
    pub variable_problems: Vec<VariableProblem>,
    /// The root modules that were evaluated, relative to the repository.
    pub roots: Vec<String>,
    /// The states and plans that were asked for, whether or not they could be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<ObservedSource>,
    /// Number of files read.
    pub files: usize,
}

/// A state or plan that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedSource {
    /// What it is, such as `state file terraform.tfstate, serial 81`.
    pub label: String,
    /// The root module's folder.
    pub root: String,
    /// Why nothing is known from it; `None` where it was read.
    pub problem: Option<String>,
}

/// Something about the values that input variables are given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VariableProblem {
    /// What is wrong.
    pub kind: VariableProblemKind,
    /// The variable, such as `module.network.var.name`; of an unused file its path.
    pub variable: String,
    /// The root module's folder; empty where several have it.
    pub root: String,
    /// A lower-case fragment.
    pub text: String,
    /// Where the value stands; of a failed validation, where the condition stands.
    pub origin: Option<Origin>,
}

/// What is wrong with a variable or its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableProblemKind {
    /// A value is given and no variable of the name is declared: it is ignored.
    Undeclared,
    /// An attribute is given that the variable's type does not have: it is dropped.
    AttributeDropped {
        /// The path of the attribute in the value, such as `vpc.egress`.
        path: String,
    },
    /// A validation is not fulfilled: Terraform refuses the value.
    ValidationFailed,
    /// A file of variables that nothing reads.
    FileUnused,
}

/// What the deploy config of the repository would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployDeclarations {
    /// One entry a workload and command, in the order of files and lines.
    pub commands: Vec<DeployCommand>,
    /// Commands that create, change or delete a connector.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connectors: Vec<ConnectorCommand>,
    /// Commands that fail before they set anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedCommand>,
    /// What is wrong with manifests in themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ConfigProblem>,
    /// Reasons for which commands may exist that are not in the list.
    pub incomplete: Vec<Why>,
    /// Errors and warnings with their place.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of files read.
    pub files: usize,
    /// The files that were found to be deploy config, by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<DeployFile>,
}

/// A file that was found to be deploy config.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployFile {
    /// Where it lies.
    pub path: RepoPath,
    /// What it is, in words.
    pub kind: String,
}

impl DeployDeclarations {
    /// Adds what another file declares. The same command can be reached from several files, as one in a module that
    /// is imported; it is one declaration.
    pub fn absorb(&mut self, other: Self) {
        for command in other.commands {
            if !self.commands.contains(&command) {
                self.commands.push(command);
            }
        }
        self.connectors.extend(other.connectors);
        self.refused.extend(other.refused);
        self.problems.extend(other.problems);
        self.incomplete.extend(other.incomplete);
        self.diagnostics.extend(other.diagnostics);
        self.files += other.files;
        self.found.extend(other.found);
    }
}

/// What one deploy command would do to one workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployCommand {
    /// Where the command stands.
    pub origin: Origin,
    /// `gcloud` for a command line, `python` for a config dict that a script passes on.
    pub tool: String,
    /// `run deploy`, `run services update`, …
    pub action: String,
    /// What is deployed.
    pub kind: WorkloadKind,
    /// Short name of the workload.
    pub name: Fact<String>,
    /// Project id.
    pub project: Fact<String>,
    /// Region.
    pub region: Fact<String>,
    /// The connector.
    pub connector: Change<Spelled<ConnectorName>>,
    /// The egress setting.
    pub egress: Change<Spelled<Egress>>,
    /// Direct VPC interfaces.
    pub interfaces: Change<Vec<NetworkInterface>>,
    /// What happens to the traffic, other than that a new revision gets what the latest one had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traffic: Vec<TrafficChange>,
    /// The conditions under which the command runs, outermost first.
    pub guards: Vec<Guard>,
    /// What the reading takes for granted: texts that are not quoted and not known are one word each, and those that are
    /// put between quotes in what a shell reads have no quotes in them. What is known of the command is known only then,
    /// since further words may be further flags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumes: Vec<Guard>,
}

impl DeployCommand {
    /// Whether the command runs at all.
    pub fn presence(&self) -> Presence {
        presence_under(&self.guards)
    }
}

fn presence_under(guards: &[Guard]) -> Presence {
    let open: Vec<Guard> = guards.iter().filter(|guard| guard.decided != Some(true)).cloned().collect();
    if open.is_empty() { Presence::Certain } else { Presence::Conditional(open) }
}

/// One thing that a deploy command does to the traffic of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficChange {
    /// What.
    pub kind: TrafficChangeKind,
    /// Its entries: targets with their percentage, or tags with their revision. Empty where there is nothing to say.
    pub entries: Fact<Vec<TrafficEntry>>,
}

/// What a deploy command does to traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrafficChangeKind {
    /// The new revision gets no traffic, and the latest ready one keeps what it has.
    NoTraffic,
    /// The new revision gets a tag.
    Tag,
    /// All traffic goes to the latest revision, now and after later deploys.
    ToLatest,
    /// Revisions get these percentages.
    ToRevisions,
    /// Tagged revisions get these percentages.
    ToTags,
    /// The tags are these.
    SetTags,
    /// These tags are added or moved.
    UpdateTags,
    /// These tags are removed.
    RemoveTags,
    /// All tags are removed.
    ClearTags,
}

impl TrafficChangeKind {
    /// The word, which is that of gcloud's flag.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoTraffic => "no-traffic",
            Self::Tag => "tag",
            Self::ToLatest => "to-latest",
            Self::ToRevisions => "to-revisions",
            Self::ToTags => "to-tags",
            Self::SetTags => "set-tags",
            Self::UpdateTags => "update-tags",
            Self::RemoveTags => "remove-tags",
            Self::ClearTags => "clear-tags",
        }
    }
}

/// An entry of a [`TrafficChange`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficEntry {
    /// A revision, `LATEST`, or a tag.
    pub target: String,
    /// A percentage, or the revision that a tag is for.
    pub value: Option<String>,
}

impl fmt::Display for TrafficEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}={value}", self.target),
            None => f.write_str(&self.target),
        }
    }
}

/// What one command would do to a connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorCommand {
    /// Where the command stands.
    pub origin: Origin,
    /// What it does.
    pub action: ConnectorAction,
    /// Project id.
    pub project: Fact<String>,
    /// Region.
    pub region: Fact<String>,
    /// What it says of the connector. What is absent is the API's choice in a creation, and left in an update.
    pub connector: Connector,
    /// The conditions under which the command runs, outermost first.
    pub guards: Vec<Guard>,
}

impl ConnectorCommand {
    /// Whether the command runs at all.
    pub fn presence(&self) -> Presence {
        presence_under(&self.guards)
    }
}

/// What a command does to a connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectorAction {
    /// Creates it.
    Create,
    /// Changes it.
    Update,
    /// Deletes it.
    Delete,
}

impl ConnectorAction {
    /// The word, as in gcloud.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// A command that its program refuses, so that it sets nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedCommand {
    /// Where the command stands.
    pub origin: Origin,
    /// The program, such as `gcloud`.
    pub tool: String,
    /// What it was to do, such as `run deploy`; empty where not even that can be told.
    pub action: String,
    /// A lower-case fragment that says why.
    pub text: String,
    /// What is refused.
    pub place: Origin,
    /// The conditions under which the command runs, outermost first.
    pub guards: Vec<Guard>,
}

impl RefusedCommand {
    /// Whether the command runs at all.
    pub fn presence(&self) -> Presence {
        presence_under(&self.guards)
    }
}

/// A value as it was written, with its canonical form where that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spelled<T> {
    /// The text as written.
    pub text: String,
    /// The parsed form, or why there is none.
    pub canonical: Result<T, String>,
}

/// An error or warning about a file, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How bad.
    pub level: DiagnosticLevel,
    /// A lower-case fragment.
    pub text: String,
    /// Where.
    pub origin: Option<Origin>,
}

/// How bad a [`Diagnostic`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiagnosticLevel {
    /// Something could not be read or evaluated.
    Error,
    /// Something is suspicious.
    Warning,
}
