//! The health of the tests over time.
//!
//! | file | subject |
//! | --- | --- |
//! | [`junit`], [`timeouts`] | one report of a test run, in any dialect of JUnit XML |
//! | [`merge`](mod@merge) | one test run out of its reports |
//! | [`reports`] | which files are meant |
//! | [`state`] | the tests as they are now, with identities beside counts |
//! | [`store`] | the file of the saved baseline |

pub mod junit;
pub mod merge;
pub mod reports;
pub mod state;
pub mod store;
pub mod timeouts;

use std::path::PathBuf;

use super::Indexed;
use crate::config::TestsConfig;
use crate::model::health::{BaselineRead, HealthEvidence, Thresholds};
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
}

/// Reads reports and baseline, and sets the tests as they are now beside them. Never fails: what could not be read is
/// part of the result.
pub fn evidence(indexed: &Indexed, tests: &TestsConfig, inputs: &Inputs<'_>) -> HealthEvidence {
    let mut state = state::now(indexed, tests);
    let reports = inputs.reports.as_ref().map(|named| {
        let (read, run) = reports::read(named);
        state.run = run;
        read
    });
    let baseline = BaselineRead {
        path: inputs.baseline.shown.clone(),
        expected: inputs.baseline.expected,
        found: store::read(&inputs.baseline.path),
    };
    HealthEvidence { state, reports, baseline, thresholds: inputs.thresholds }
}
