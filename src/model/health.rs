//! The health of the tests over time: what a run measures, what a baseline saves, and what was read of both.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::fact::Why;
use super::tests::ImportVerdict;

/// What a run has read about the health of the tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthEvidence {
    /// The tests as they are now.
    pub state: HealthState,
    /// The reports of test runs; `None` where none are named.
    pub reports: Option<ReportsRead>,
    /// The saved baseline.
    pub baseline: BaselineRead,
    /// How much may change before it is a finding.
    pub thresholds: Thresholds,
}

/// How much may change before it is a finding.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The number of discovered files may be this many times the baseline's.
    pub file_growth: f64,
    /// Discovery may take this many times as long as in the baseline.
    pub discovery_slowdown: f64,
    /// Discovery that takes no longer than this, in seconds, is never too slow.
    pub discovery_floor: f64,
    /// A rate may rise by this much; 0.01 is one percentage point.
    pub rate_rise: f64,
    /// A baseline may be this many days old.
    pub baseline_days: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { file_growth: 1.5, discovery_slowdown: 2.0, discovery_floor: 0.5, rate_rise: 0.01, baseline_days: 90 }
    }
}

/// The tests at one moment, with identities beside counts: what a baseline saves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HealthState {
    /// How much there is to discover.
    pub discovery: DiscoveryHealth,
    /// Imports.
    pub imports: ImportHealth,
    /// Configured categories by name.
    pub categories: BTreeMap<String, CategoryHealth>,
    /// Node ids of tests that belong to no category.
    pub uncategorised: BTreeSet<String>,
    /// Required classes by category and name (`smoke/TestServiceHealth`).
    pub classes: BTreeMap<String, ClassHealth>,
    /// What the reports of a complete test run say; `None` where there is no such run.
    pub run: Option<RunHealth>,
    /// Test files that cannot be imported, so that none of their tests is collected.
    pub unimportable: BTreeSet<String>,
    /// Files and folders that were not read: whether there are tests in them is not known.
    pub unseen: BTreeSet<String>,
}

impl HealthState {
    /// Every test that would be collected, of any category or none.
    pub fn tests(&self) -> BTreeSet<&str> {
        let categorised = self.categories.values().flat_map(|category| &category.tests);
        categorised.chain(&self.uncategorised).map(String::as_str).collect()
    }
}

/// How much there is to discover.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiscoveryHealth {
    /// Files that match a test file pattern anywhere in the tree.
    pub broad_test_files: usize,
    /// Test files that are left after the exclusion patterns.
    pub test_files: usize,
    /// Seconds that finding them took.
    pub seconds: f64,
}

/// Imports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportHealth {
    /// Number of imports whose module or name does not exist.
    pub broken: usize,
    /// Critical imports by module.
    pub critical: BTreeMap<String, ImportVerdict>,
}

/// A category of tests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryHealth {
    /// Number of its test files.
    pub files: usize,
    /// Node ids of its tests, without parameters.
    pub tests: BTreeSet<String>,
}

/// Whether a required class is what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassHealth {
    /// It is there, is collected, and has tests that do something.
    Ok,
    /// Something is wrong with it.
    Wrong,
    /// It cannot be told.
    NotChecked,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was left out, or was expected to fail and did.
    Skipped,
    /// It passed.
    Passed,
    /// It failed, and passed when it was repeated.
    Flaky,
    /// An assertion failed, or an exception left it.
    Failed,
    /// What surrounds it failed: a fixture, the worker, the runner.
    Error,
    /// It was stopped because it took too long.
    TimedOut,
}

impl Outcome {
    /// The kebab-case word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Passed => "passed",
            Self::Flaky => "flaky",
            Self::Failed => "failed",
            Self::Error => "error",
            Self::TimedOut => "timed-out",
        }
    }
}

/// What the reports of one test run say, each test counted once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunHealth {
    /// Tests that passed at once.
    pub passed: usize,
    /// Tests that were left out.
    pub skipped: usize,
    /// Tests that ran and did not pass at once.
    pub unwell: BTreeMap<String, Outcome>,
    /// Files and modules that could not be collected: their tests did not run.
    pub uncollected: BTreeSet<String>,
    /// How long the tests took that ran.
    pub durations: Durations,
}

/// How long tests took, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Durations {
    /// Number of tests that ran and whose duration the report tells.
    pub measured: usize,
    /// All of them together.
    pub total: f64,
    /// The average; 0 where none was measured.
    pub mean: f64,
    /// Half of them took no longer.
    pub median: f64,
    /// 95 of 100 took no longer.
    pub p95: f64,
}

impl RunHealth {
    /// Tests that ran, whatever came of it.
    pub fn executed(&self) -> usize {
        self.passed + self.unwell.len()
    }

    /// Tests that ended in this way.
    pub fn ended(&self, outcome: Outcome) -> usize {
        match outcome {
            Outcome::Passed => self.passed,
            Outcome::Skipped => self.skipped,
            other => self.unwell.values().filter(|&&ended| ended == other).count(),
        }
    }

    /// The share of the tests that ran; `None` where none did.
    pub fn rate(&self, rate: Rate) -> Option<f64> {
        let executed = self.executed();
        (executed > 0).then(|| self.ended(rate.outcome()) as f64 / executed as f64)
    }
}

/// The rates of a test run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// Tests that failed.
    Failure,
    /// Tests whose surroundings failed.
    Error,
    /// Tests that were stopped because they took too long.
    Timeout,
    /// Tests that failed and passed when they were repeated.
    Flaky,
}

impl Rate {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Failure, Self::Error, Self::Timeout, Self::Flaky];

    /// The word in reports and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Timeout => "timeout",
            Self::Flaky => "flaky",
        }
    }

    /// The outcome that it counts.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Failure => Outcome::Failed,
            Self::Error => Outcome::Error,
            Self::Timeout => Outcome::TimedOut,
            Self::Flaky => Outcome::Flaky,
        }
    }
}

/// The reports that were named, and what came of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReportsRead {
    /// The files, in the order in which they were merged.
    pub files: Vec<ReportFile>,
    /// Why they do not tell of a whole run; empty where they do.
    pub problems: Vec<Why>,
    /// What could be read, where that is not a whole run.
    pub partial: Option<RunHealth>,
}

/// A report file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFile {
    /// Its path as it was named, or relative to the repository.
    pub path: String,
    /// Test cases that were read.
    pub cases: usize,
    /// Why it could not be read in full.
    pub incomplete: Option<String>,
}

/// The baseline of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BaselineRead {
    /// Its path as it was named, or relative to the repository.
    pub path: String,
    /// Whether the user says that there should be one.
    pub expected: bool,
    /// What is there.
    pub found: BaselineFound,
}

/// What is at the path of a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineFound {
    /// Nothing.
    Absent,
    /// Something that cannot be used.
    Refused(Why),
    /// A baseline.
    Read(Box<HealthBaseline>),
}

/// A saved baseline: the content of its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthBaseline {
    /// Always [`HealthBaseline::FORMAT`].
    pub format: String,
    /// The version of the file's shape.
    pub schema_version: u32,
    /// The version of the program that wrote it.
    pub tool: String,
    /// When it was saved, RFC 3339.
    pub saved: String,
    /// What was saved.
    pub state: HealthState,
}

impl HealthBaseline {
    /// What [`format`](Self::format) holds.
    pub const FORMAT: &str = "gcp-drift/health-baseline";
    /// The version that this program writes.
    pub const VERSION: u32 = 1;

    /// A baseline of this moment.
    pub fn new(saved: String, state: HealthState) -> Self {
        Self {
            format: Self::FORMAT.to_owned(),
            schema_version: Self::VERSION,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            saved,
            state,
        }
    }

    /// The day on which it was saved, `YYYY-MM-DD`.
    pub fn day(&self) -> &str {
        self.saved.get(..10).unwrap_or(&self.saved)
    }
}
