//! The health of the tests over time.
//!
//! | file | subject |
//! | --- | --- |
//! | [`junit`], [`timeouts`] | one report of a test run, in any dialect of JUnit XML |
//! | [`merge`](mod@merge) | one test run out of its reports |
//! | [`reports`] | which files are meant |
//! | [`state`] | the tests as they are now, with identities beside counts |
//! | [`store`] | the file of the saved baseline |
//! | [`metrics`](mod@metrics) | everything that was measured, now and in the baseline |

pub mod junit;
pub mod merge;
pub mod metrics;
pub mod reports;
pub mod state;
pub mod store;
pub mod timeouts;

use std::path::{Path, PathBuf};

pub use metrics::metrics;

use super::Indexed;
use crate::config::{HealthConfig, TestsConfig};
use crate::model::health::{BaselineFound, BaselineRead, HealthEvidence, Thresholds};
use crate::model::{Why, WhyKind};
use reports::Named;

/// Where the baseline lies, unless the user says so.
pub const DEFAULT_BASELINE: &str = ".gcp-drift/health-baseline.json";

/// What is to be read.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    /// The reports of test runs; `None` where none are named.
    pub reports: Option<Named<'a>>,
    /// Where the baseline lies.
    pub baseline: BaselinePlace,
    /// How much may change before it is a finding.
    pub thresholds: Thresholds,
}

/// Where the baseline lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselinePlace {
    /// On the disk.
    pub path: PathBuf,
    /// As reports show it.
    pub shown: String,
    /// Whether the user says that there should be one.
    pub expected: bool,
    /// It must lie in the repository, also behind links.
    pub inside: bool,
}

impl<'a> Inputs<'a> {
    /// What the configuration of a repository names.
    pub fn configured(root: &'a Path, config: &'a HealthConfig) -> Self {
        let shown = config.baseline.as_deref().unwrap_or(DEFAULT_BASELINE);
        let baseline = BaselinePlace {
            path: root.join(shown),
            shown: shown.to_owned(),
            expected: config.baseline.is_some(),
            inside: true,
        };
        let named = Named { folder: root, patterns: &config.reports, inside: true };
        Self { reports: (!config.reports.is_empty()).then_some(named), baseline, thresholds: config.thresholds }
    }
}

/// Reads reports and baseline, and sets the tests as they are now beside them. Never fails: what could not be read is
/// part of the result.
pub fn evidence(root: &Path, indexed: &Indexed, tests: &TestsConfig, inputs: &Inputs<'_>) -> HealthEvidence {
    let mut state = state::now(indexed, tests);
    let reports = inputs.reports.as_ref().map(|named| {
        let (read, run) = reports::read(named);
        state.run = run;
        read
    });
    let found = if inputs.baseline.inside && store::leaves(&inputs.baseline.path, root) {
        BaselineFound::Refused(Why::new(WhyKind::FileUnreadable, "a link leads out of the repository"))
    } else {
        store::read(&inputs.baseline.path)
    };
    let baseline = BaselineRead { path: inputs.baseline.shown.clone(), expected: inputs.baseline.expected, found };
    HealthEvidence { state, reports, baseline, thresholds: inputs.thresholds }
}
