//! `gcp-drift.toml`: what it may say, how it is validated, and errors with a caret into the file.
//!
//! | file | subject |
//! | --- | --- |
//! | [`keys`] | the one table of everything that the file may say; docs/config.md is printed from it |
//! | [`mod@find`], [`mod@read`] | where the file lies, and its text |
//! | [`mod@parse`] | text → [`Config`], or every [`ConfigError`]; `syntax`, `table` and `validate` are its steps |
//! | `target` | a URL, or single settings → a target |
//! | [`live_source`] | the spellings of [`LiveSource`] |
//! | [`mod@render`] | errors as a person sees them |
//! | [`init`] | what a repository seems to have, and a commented file that says so |

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::finding::Severity;
use crate::model::health::Thresholds;
use crate::model::{AllowedVariables, Target};

mod error;
pub mod find;
pub mod init;
pub mod keys;
pub mod live_source;
pub mod parse;
pub mod read;
pub mod render;
mod suggest;
mod syntax;
mod table;
mod target;
mod validate;

pub use error::ConfigError;
pub use find::{Located, find, locate};
pub use live_source::LiveSourceError;
pub use parse::{check_rules, parse};
pub use read::{ReadError, read};
pub use render::render;
pub use target::target_of_url;

/// The valid configuration of a run: what was written, with every default filled in.
/// All paths and patterns are relative to the repository and use `/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Project id that names without a project belong to.
    pub project: Option<String>,
    /// Regions to ask. Empty: the regions that the declarations name.
    pub regions: Vec<String>,
    /// Project id → project number, for names that carry a number.
    pub project_numbers: BTreeMap<String, String>,
    /// Environment → the projects that belong to it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environments: BTreeMap<String, Vec<String>>,
    /// Lowest severity that gives exit code 2; `None` for "none".
    pub fail_on: Option<Severity>,
    /// Where the live state comes from.
    pub live: LiveSource,
    /// How Google Cloud is asked.
    #[serde(default)]
    pub asking: AskingConfig,
    /// Terraform.
    pub terraform: TerraformConfig,
    /// Deploy config.
    pub deploy: DeployConfig,
    /// The pytest code base.
    pub tests: TestsConfig,
    /// The health of the tests over time; `None` where it is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthConfig>,
    /// What is run before a migration.
    #[serde(default)]
    pub gate: GateConfig,
    /// How it is found out what workloads use.
    #[serde(default)]
    pub connectivity: ConnectivityConfig,
    /// What must be reachable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// Policies.
    pub policies: PoliciesConfig,
    /// Rule id → severity.
    pub severity: BTreeMap<String, Severity>,
    /// Not-checked items and findings that are accepted.
    pub accept: Vec<Accepted>,
}

/// Where the live state comes from (`--live`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveSource {
    /// Google Cloud.
    Gcp,
    /// Nothing is asked.
    None,
    /// A snapshot file.
    Snapshot(PathBuf),
    /// What gcloud printed: a file, or a folder of files.
    Gcloud(PathBuf),
    /// The embedded emulator with this state file, queried over HTTP.
    Emulator(PathBuf),
}

/// `[live]`, other than its source: how Google Cloud is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AskingConfig {
    /// The project whose quota is used and that is charged; `None`: as the credentials have it.
    pub quota_project: Option<String>,
    /// Requests a second to one API, project and region.
    pub requests_per_second: f64,
    /// Limit on all requests of a run together, in seconds.
    pub max_seconds: f64,
}

/// `[terraform]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerraformConfig {
    /// Root modules. Empty: found by looking.
    pub roots: Vec<String>,
    /// Files given as `-var-file`, in order.
    pub var_files: Vec<String>,
    /// Values given as `-var`, as Terraform would read them on its command line.
    pub vars: BTreeMap<String, String>,
    /// `terraform.workspace`.
    pub workspace: Option<String>,
    /// `auto`, or a state file, whose values fill what the configuration leaves to the provider.
    #[serde(default)]
    pub state: Option<String>,
    /// A plan as JSON, whose values fill what the configuration leaves open.
    #[serde(default)]
    pub plan: Option<String>,
    /// Whether the run's environment (`TF_VAR_…`, `TF_WORKSPACE`) is read as Terraform reads it.
    pub environment: bool,
    /// Deployments of root modules. A root that none of them names is deployed once.
    pub deployments: Vec<DeploymentConfig>,
    /// Which root module a `terraform_remote_state` reads.
    pub remote_state: Vec<RemoteStateConfig>,
    /// `-var` and `-var-file` of the command line, in its order. They go before everything else.
    pub arguments: Vec<VariableArgument>,
}

/// `[[terraform.deployments]]`: a root module with what it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentConfig {
    /// The root module.
    pub root: String,
    /// Files given as `-var-file`, in order.
    pub var_files: Vec<String>,
    /// Values given as `-var`.
    pub vars: BTreeMap<String, String>,
    /// `terraform.workspace`.
    pub workspace: Option<String>,
}

/// `[[terraform.remote_state]]`: the root module whose outputs a data source reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteStateConfig {
    /// The name of the `terraform_remote_state` data source.
    pub data: String,
    /// The root module.
    pub root: String,
}

/// One argument of the command line that sets variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VariableArgument {
    /// `-var-file`
    File(String),
    /// `-var`
    Value(String, String),
}

/// `[deploy]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployConfig {
    /// Files and folders to read. Empty: found by looking.
    pub paths: Vec<String>,
    /// A file or folder that is read in any case: what is about to be run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub also: Option<String>,
}

/// `[tests]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestsConfig {
    /// The folder on which imports are resolved (pytest's rootdir); `.` is the repository.
    pub root: String,
    /// Python version that decides the syntax, such as `3.11`; `None`: from the project's own files.
    pub python_version: Option<String>,
    /// Generation of pytest, 8 or 9; `None`: from the project's own files.
    #[serde(default)]
    pub pytest_version: Option<u8>,
    /// The folder of a virtual environment in the repository, which says what is installed.
    pub venv: Option<String>,
    /// Modules that must be importable.
    pub critical_imports: Vec<String>,
    /// Exclusion patterns for targeted discovery.
    pub exclude: Vec<String>,
    /// Cap on targeted discovery: reported when hit, never applied in silence.
    pub cap: usize,
    /// Limit on the number of test files that broad discovery finds.
    pub max_files: usize,
    /// Limit on the seconds that discovery takes.
    pub max_seconds: f64,
    /// Category → file patterns.
    pub categories: BTreeMap<String, Vec<String>>,
    /// Classes that must exist.
    pub required_classes: Vec<RequiredClassConfig>,
    /// How `--collect` runs pytest.
    #[serde(default)]
    pub collect: CollectConfig,
}

/// `[tests.collect]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CollectConfig {
    /// The Python that has pytest, as a path in the repository or a name on `PATH`; `None`: found by looking.
    pub interpreter: Option<String>,
    /// More arguments of pytest.
    pub args: Vec<String>,
    /// Limit on the run, in seconds.
    pub timeout: f64,
}

/// `[[tests.required_classes]]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequiredClassConfig {
    /// Class name.
    pub name: String,
    /// Category, such as `smoke`.
    pub category: String,
    /// File patterns in which it must be defined.
    pub files: Vec<String>,
    /// pytest marker that it must carry.
    pub marker: Option<String>,
    /// Methods that it must have.
    pub methods: Vec<String>,
}

/// `[health]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HealthConfig {
    /// The file of the saved baseline, which is then expected to be there; `None`: the default one, if it is there.
    pub baseline: Option<String>,
    /// Paths and patterns of the reports of test runs.
    pub reports: Vec<String>,
    /// How much may change before it is a finding.
    pub thresholds: Thresholds,
}

/// `[gate]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GateConfig {
    /// Commands, in order.
    pub commands: Vec<GateCommand>,
}

/// `[[gate.commands]]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateCommand {
    /// What reports call it.
    pub name: String,
    /// What is run.
    pub run: GateRun,
    /// Seconds after which it is killed.
    pub timeout: f64,
    /// Variables that it gets beside those of the caller.
    pub env: BTreeMap<String, String>,
    /// The folder in which it runs; `.` is the repository.
    pub dir: String,
    /// Whether its failure does not count.
    pub allow_failure: bool,
}

/// What a gate command runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateRun {
    /// A program with its arguments.
    Program(Vec<String>),
    /// A text for the system's shell.
    Shell(String),
}

/// `[connectivity]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectivityConfig {
    /// Names of environment variables, and globs on them, of which it may be read where they lead.
    pub environment: Vec<String>,
}

impl ConnectivityConfig {
    /// The variables that may be read.
    pub fn variables(&self) -> AllowedVariables {
        AllowedVariables::new(&self.environment)
    }
}

/// `[policies]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PoliciesConfig {
    /// Whether the shipped policies run. Where the file does not say, they do if it sets a parameter.
    pub shipped: bool,
    /// Folders with further `.rego` files.
    pub paths: Vec<String>,
    /// `data.params` of every policy.
    pub params: BTreeMap<String, serde_json::Value>,
}

/// `[[accept]]`: an item that stays printed but does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// Rule id.
    pub rule: String,
    /// Glob on the subject's name.
    pub resource: String,
    /// Why it is accepted.
    pub reason: String,
    /// Last day on which it is accepted, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Line of the entry in the config file.
    pub line: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            project: None,
            regions: Vec::new(),
            project_numbers: BTreeMap::new(),
            environments: BTreeMap::new(),
            fail_on: Some(Severity::High),
            live: LiveSource::Gcp,
            asking: AskingConfig::default(),
            terraform: TerraformConfig::default(),
            deploy: DeployConfig::default(),
            tests: TestsConfig::default(),
            health: None,
            gate: GateConfig::default(),
            connectivity: ConnectivityConfig::default(),
            targets: Vec::new(),
            policies: PoliciesConfig::default(),
            severity: BTreeMap::new(),
            accept: Vec::new(),
        }
    }
}

impl Default for AskingConfig {
    fn default() -> Self {
        Self { quota_project: None, requests_per_second: 30.0, max_seconds: 90.0 }
    }
}

impl Default for TerraformConfig {
    fn default() -> Self {
        Self {
            state: None,
            plan: None,
            roots: Vec::new(),
            var_files: Vec::new(),
            vars: BTreeMap::new(),
            workspace: None,
            environment: true,
            deployments: Vec::new(),
            remote_state: Vec::new(),
            arguments: Vec::new(),
        }
    }
}

impl Default for TestsConfig {
    fn default() -> Self {
        let strings = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        Self {
            root: ".".to_owned(),
            python_version: None,
            pytest_version: None,
            venv: None,
            critical_imports: Vec::new(),
            exclude: strings(&[
                "*.backup.*",
                "*/backups/*",
                "*/backup/*",
                "*/archived_reports/*",
                "*/temp/*",
                "*_temp.py",
                "*/node_modules/*",
                "*/venv/*",
                "*/.git/*",
            ]),
            cap: 1000,
            max_files: 5000,
            max_seconds: 3.0,
            categories: BTreeMap::new(),
            required_classes: Vec::new(),
            collect: CollectConfig::default(),
        }
    }
}

impl Default for CollectConfig {
    fn default() -> Self {
        Self { interpreter: None, args: Vec::new(), timeout: 30.0 }
    }
}
