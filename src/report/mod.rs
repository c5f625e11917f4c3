//! One file an output format; each is a function of [`Report`].
//!
//! | file | what it is |
//! | --- | --- |
//! | [`terminal`] | the report that a person reads |
//! | [`json`] | the report that a program reads, one frozen copy a version |
//! | [`diagnosis`] | what `diagnose` prints: text, and drawings of the paths |
//! | [`order`] | *fix in this order*: root causes first, with their consequences |
//! | [`excerpt`] | the cited source line of an origin, with the part to underline |
//! | [`words`] | plurals and lists |
//! | [`pages`] | the page of each rule, compiled in |

pub mod diagnosis;
pub mod excerpt;
pub mod json;
pub mod order;
pub mod pages;
#[cfg(test)]
mod samples;
pub mod terminal;
pub mod words;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::change::Change;
use crate::finding::{Finding, NotChecked, Part, Subject};
use crate::model::effect::CommandEffect;
use crate::model::{Coverage, RepoPath};

/// Everything that a renderer may print.
#[derive(Clone, Debug)]
pub struct Report {
    /// About the run itself.
    pub run: Run,
    /// One entry a part, in the order of [`Part::ALL`].
    pub parts: Vec<PartSummary>,
    /// Findings that count, worst first, causes before consequences.
    pub findings: Vec<Finding>,
    /// What could not be checked and counts.
    pub not_checked: Vec<NotChecked>,
    /// Findings and not-checked items that are accepted.
    pub suppressed: Vec<Suppressed>,
    /// What the deploy that is about to run would do; `None` where the run is not about one.
    pub before_deploy: Option<DeployOutlook>,
    /// What the change introduces and fixes; `None` where the run is not about one.
    pub change: Option<Change>,
    /// What was really looked at in Google Cloud.
    pub coverage: Coverage,
    /// The redacted source lines that origins cite, by file and line.
    pub excerpts: BTreeMap<RepoPath, BTreeMap<u32, String>>,
    /// The exit code.
    pub exit_code: u8,
    /// The reason for the exit code, one line.
    pub exit_reason: String,
}

/// What a deploy would do.
#[derive(Clone, Debug)]
pub struct DeployOutlook {
    /// The file or folder that it is run from; `None` for all of the repository's deploy config.
    pub path: Option<RepoPath>,
    /// The effects of its commands, by workload.
    pub workloads: Vec<(Subject, Vec<CommandEffect>)>,
}

/// About the run itself; clocks and durations live only here and in part metrics.
#[derive(Clone, Debug)]
pub struct Run {
    /// Where the live state comes from, in words.
    pub live_source: String,
    /// When the run started, RFC 3339.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
}

/// A part's summary.
#[derive(Clone, Debug)]
pub struct PartSummary {
    /// Which part.
    pub part: Part,
    /// Its verdict.
    pub verdict: PartVerdict,
    /// Number of findings.
    pub findings: usize,
    /// Number of not-checked items.
    pub not_checked: usize,
    /// Number of (rule, subject) pairs that were judged clean.
    pub clean: usize,
    /// Named numbers and texts, such as `connectors_live` or `discovery_seconds`.
    pub metrics: BTreeMap<String, Value>,
}

/// A part's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartVerdict {
    /// Something was judged, all of it clean.
    Clean,
    /// There are findings.
    Findings,
    /// There are no findings, but something could not be checked.
    NotChecked,
    /// Nothing of the kind is there.
    NotApplicable,
    /// The run does not look at it.
    NotAsked,
}

impl PartVerdict {
    /// The word in reports and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Findings => "findings",
            Self::NotChecked => "not-checked",
            Self::NotApplicable => "not-applicable",
            Self::NotAsked => "not-asked",
        }
    }
}

/// An accepted item, which stays printed.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// What is accepted.
    pub item: SuppressedItem,
    /// The reason given.
    pub reason: String,
    /// Last day of the acceptance, `YYYY-MM-DD`.
    pub until: Option<String>,
}

/// What can be accepted.
#[derive(Clone, Debug)]
pub enum SuppressedItem {
    /// A finding.
    Finding(Box<Finding>),
    /// A not-checked item.
    NotChecked(Box<NotChecked>),
}
