//! Version 1 of the JSON of `premigrate`: its shape, and nothing else. docs/premigrate.md explains it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::v1::{self, Tool};
use crate::report::Report;

/// The gate before a migration, version 1. Fields may be added within this version; none is renamed, removed or given
/// another meaning.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "gcp-drift premigrate, version 1")]
struct Gate {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    schema_version: u32,
    tool: Tool,
    exit_code: u8,
    /// Why it is that code.
    reason: String,
    /// The validation and the commands, in order.
    steps: Vec<Step>,
    /// The report of `check` on the tests.
    validation: v1::Report,
}

/// One step.
#[derive(Serialize, JsonSchema)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What came of it.
    pub verdict: Verdict,
    /// Its failure does not count.
    pub allowed_to_fail: bool,
    /// How long it took.
    pub seconds: f64,
    /// Why it did not pass; empty where it did.
    pub detail: String,
    /// What the command ended with; null where it did not end by itself, and for the validation.
    pub exit_status: Option<i32>,
    /// The last lines that the command printed.
    pub output: Vec<String>,
    /// It printed more than is kept.
    pub output_truncated: bool,
}

/// What a step is.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The check of the tests.
    Validation,
    /// A configured command.
    Command,
}

/// What came of a step.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It was stopped because it took too long.
    TimedOut,
    /// Something that the validation needed could not be read.
    NotChecked,
    /// The command could not be started.
    NotStarted,
    /// A step before it did not pass, and `--fast-fail` was given.
    NotRun,
}

/// What has become of what was recorded, version 1. Fields may be added within this version; none is renamed, removed or
/// given another meaning.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "gcp-drift premigrate --compare, version 1")]
struct Compared {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    schema_version: u32,
    tool: Tool,
    /// The day of the record.
    recorded: String,
    exit_code: u8,
    comparison: Comparison,
}

/// What was lost, moved and added since the record.
#[derive(Serialize, JsonSchema)]
pub struct Comparison {
    /// Tests that were collected and are nowhere, by node id.
    pub lost_tests: Vec<String>,
    /// Tests that are there, and whose file cannot be imported any more.
    pub broken_tests: Vec<String>,
    /// Tests that are now elsewhere or have another name.
    pub moved_tests: Vec<Moved>,
    /// Tests whose body did something and does nothing now.
    pub emptied_tests: Vec<String>,
    /// Number of tests that were not there before.
    pub new_tests: usize,
    /// Required classes that were fit and are missing or unfit, with what they are.
    pub lost_classes: Vec<String>,
    /// Required classes that are defined elsewhere now.
    pub moved_classes: Vec<Moved>,
    /// Critical imports that worked and are broken, with the statement at the root.
    pub broken_imports: Vec<String>,
    /// Categories whose number of tests has changed.
    pub categories: Vec<Changed>,
    /// What cannot be told, and why.
    pub not_checked: Vec<String>,
}

/// Something that moved.
#[derive(Serialize, JsonSchema)]
pub struct Moved {
    /// Where it was.
    pub from: String,
    /// Where it is.
    pub to: String,
}

/// A category before and now.
#[derive(Serialize, JsonSchema)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// Tests before.
    pub before: usize,
    /// Tests now.
    pub now: usize,
}

/// The document of a gate that was run, with a line end.
///
/// # Errors
/// What does not serialise.
pub fn render(validation: &Report, steps: Vec<Step>, exit_code: u8, reason: String) -> serde_json::Result<String> {
    let validation = v1::Report::from(validation);
    let gate = Gate { schema_version: 1, tool: Tool::this(), exit_code, reason, steps, validation };
    Ok(serde_json::to_string_pretty(&gate)? + "\n")
}

/// The document of a comparison, with a line end.
///
/// # Errors
/// What does not serialise.
pub fn render_compared(recorded: &str, exit_code: u8, comparison: Comparison) -> serde_json::Result<String> {
    let recorded = recorded.to_owned();
    let compared = Compared { schema_version: 1, tool: Tool::this(), recorded, exit_code, comparison };
    Ok(serde_json::to_string_pretty(&compared)? + "\n")
}

/// The JSON schema (draft 2020-12) that every [`render`] meets.
pub fn schema() -> Value {
    v1::schema_of::<Gate>()
}

/// The JSON schema (draft 2020-12) that every [`render_compared`] meets.
pub fn schema_of_compared() -> Value {
    v1::schema_of::<Compared>()
}
