//! What the checks of the health of the tests share: which two states they compare, and how they speak of them.

use super::Scene;
use crate::model::health::{BaselineFound, HealthBaseline, HealthEvidence, HealthState};
use crate::model::origin::Callers;
use crate::model::{Origin, Position, RepoPath, SourceSpan};

/// More names than this are counted, not listed.
const MAX_NAMES: usize = 10;

/// What was saved and what is now, where both are there.
#[derive(Clone, Copy)]
pub struct Comparison<'a> {
    /// What was read.
    pub health: &'a HealthEvidence,
    /// The baseline.
    pub baseline: &'a HealthBaseline,
}

impl<'a> Comparison<'a> {
    /// The comparison of a run; `None` where there is no baseline to compare with.
    pub fn of(scene: &Scene<'a>) -> Option<Self> {
        let health = scene.evidence.health.as_ref()?;
        match &health.baseline.found {
            BaselineFound::Read(baseline) => Some(Self { health, baseline }),
            BaselineFound::Absent | BaselineFound::Refused(_) => None,
        }
    }

    /// The state that was saved.
    pub fn before(&self) -> &'a HealthState {
        &self.baseline.state
    }

    /// The state that is now.
    pub fn now(&self) -> &'a HealthState {
        &self.health.state
    }

    /// The baseline in words, such as `the baseline of 2026-11-01`.
    pub fn words(&self) -> String {
        format!("the baseline of {}", self.baseline.day())
    }
}

/// What to do where a change was meant.
pub fn save_again(what: &str) -> String {
    format!("{what}; where the change was meant, save a new baseline: gcp-drift health --save-baseline")
}

/// A file as a place.
pub fn file(path: &str) -> Origin {
    let start = Position { line: 1, column: 1 };
    Origin::Source(SourceSpan {
        file: RepoPath::new(path),
        start,
        end: start,
        callers: Callers::default(),
        observed: None,
    })
}

/// Names in a sentence, the first of them spelled out.
pub fn names<T: AsRef<str>>(all: &[T]) -> String {
    let shown: Vec<&str> = all.iter().take(MAX_NAMES).map(AsRef::as_ref).collect();
    match all.len().saturating_sub(MAX_NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A number with its noun.
pub fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
