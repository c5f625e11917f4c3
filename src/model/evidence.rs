//! All that a run has read, in one serialisable value: what `check --record` writes and `check --replay` reads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::declared::{DeployDeclarations, TerraformDeclarations};
use super::health::HealthEvidence;
use super::live::{Inventory, LiveState};
use super::probe::ProbeEvidence;
use super::source::RepoPath;
use super::tests::TestIndex;

/// Everything after this value is pure: the same evidence gives the same findings, byte for byte.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Always [`Evidence::VERSION`] for files of this version.
    pub version: u32,
    /// The day on which it was gathered, `YYYY-MM-DD`; expiry dates are compared with it.
    pub date: String,
    /// Where the live state comes from, in words, such as "emulated from live/state.json".
    pub live_source: String,
    /// What Terraform declares.
    pub terraform: TerraformDeclarations,
    /// What deploy config would do.
    pub deploy: DeployDeclarations,
    /// The deploy that is about to run; `None` where the run is not about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_deploy: Option<BeforeDeploy>,
    /// What Google Cloud answered; `None` where the run asks nothing of it.
    pub live: Option<LiveState>,
    /// The inventory derived from `live`, by the same code for a fresh run and a replay.
    #[serde(skip)]
    pub inventory: Inventory,
    /// The pytest code base; `None` where the run does not look at it.
    pub tests: Option<TestIndex>,
    /// The health of the tests over time; `None` where the run does not look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<HealthEvidence>,
    /// The files of `probe` that were named; empty where none are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<ProbeEvidence>,
    /// The policies that apply, by path, as text.
    pub policies: BTreeMap<String, String>,
    /// The redacted source lines that origins cite, by file and line.
    pub excerpts: BTreeMap<RepoPath, BTreeMap<u32, String>>,
    /// Durations, for metrics only.
    pub timings: Timings,
}

/// A deploy that is about to run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeforeDeploy {
    /// The file or folder that it is run from; `None` for all of the repository's deploy config.
    pub path: Option<RepoPath>,
}

impl Evidence {
    /// The version that this program writes.
    pub const VERSION: u32 = 1;
}

/// How long the parts of a run took, in seconds. Never part of a finding's text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// When the run started, RFC 3339.
    pub started: String,
    /// Reading Terraform.
    pub terraform: f64,
    /// Reading deploy config.
    pub deploy: f64,
    /// Asking Google Cloud.
    pub live: f64,
    /// Walking the tests' tree (discovery).
    pub discovery: f64,
    /// Reading the tests.
    pub tests: f64,
    /// Collecting the tests with the project's own pytest.
    #[serde(default)]
    pub collection: f64,
}
