//! Version 1 of the JSON of `health`: its shape, and nothing else. docs/health.md explains it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::v1::{self, Finding, NotChecked, Suppressed};
use crate::report::Report;

/// The health of the tests, version 1. Fields may be added within this version; none is renamed, removed or given
/// another meaning.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "gcp-drift health, version 1")]
struct Health {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    schema_version: u32,
    #[serde(flatten)]
    measured: Measured,
    /// What has degraded, each as in the report of `check`.
    findings: Vec<Finding>,
    /// What could not be measured or compared.
    not_checked: Vec<NotChecked>,
    /// Accepted items, which do not count.
    suppressed: Vec<Suppressed>,
    exit: Exit,
}

/// What was measured, and what came of it.
#[derive(Serialize, JsonSchema)]
pub struct Measured {
    /// What came of it, in one word.
    pub status: Status,
    /// Numbers by name.
    pub metrics: BTreeMap<String, Metric>,
    /// What they were compared with.
    pub baseline: Baseline,
    /// The reports that were read; null where none was asked for.
    pub reports: Option<Vec<ReportFile>>,
    /// Tests that ran and did not pass at once, with how they ended; null where no whole run was read.
    pub unwell: Option<BTreeMap<String, Ended>>,
    /// Files and modules that could not be collected; null where no whole run was read.
    pub uncollected: Option<BTreeSet<String>>,
}

/// What came of a run, in one word.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Compared, and nothing degraded.
    Healthy,
    /// Something degraded.
    Degraded,
    /// Something that was asked for could not be measured.
    NotChecked,
    /// There is nothing to compare with, and nobody says that there should be.
    NoBaseline,
    /// What was measured was saved.
    BaselineCreated,
    /// The same, in place of what was there.
    BaselineReplaced,
}

/// A number.
#[derive(Serialize, JsonSchema)]
pub struct Metric {
    /// What it is; null where it was not measured.
    pub now: Value,
    /// What it was in the baseline; null where that did not measure it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Value>,
    /// Why it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_measured: Option<String>,
}

/// The baseline: read, absent, or refused.
#[derive(Default, Serialize, JsonSchema)]
pub struct Baseline {
    /// Its path as it was named, or relative to the repository.
    pub path: String,
    /// When it was saved, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved: Option<String>,
    /// Its age; null where that cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_days: Option<Option<i64>>,
    /// True where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<bool>,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// A report of a test run.
#[derive(Serialize, JsonSchema)]
pub struct ReportFile {
    /// Its path as it was named, or relative to the repository.
    pub path: String,
    /// Test cases that were read.
    pub cases: usize,
    /// Why it could not be read in full, or null.
    pub incomplete: Option<String>,
}

/// How a test ended.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// It was left out, or was expected to fail and did.
    Skipped,
    /// It passed.
    Passed,
    /// It failed, and passed when it was repeated.
    Flaky,
    /// An assertion failed, or an exception left it.
    Failed,
    /// What surrounds it failed.
    Error,
    /// It was stopped because it took too long.
    TimedOut,
}

/// The exit code, and why it is that one.
#[derive(Serialize, JsonSchema)]
pub struct Exit {
    /// The code.
    pub code: u8,
    /// In words.
    pub reason: String,
}

/// The document, with a line end.
///
/// # Errors
/// What does not serialise.
pub fn render(report: &Report, measured: Measured, exit: Exit) -> serde_json::Result<String> {
    let v1::Report { findings, not_checked, suppressed, .. } = v1::Report::from(report);
    let health = Health { schema_version: 1, measured, findings, not_checked, suppressed, exit };
    Ok(serde_json::to_string_pretty(&health)? + "\n")
}

/// The JSON schema (draft 2020-12) that every [`render`] meets.
pub fn schema() -> Value {
    v1::schema_of::<Health>()
}
