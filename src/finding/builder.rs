//! Building a finding.

use std::fmt;

use super::{ApplyEffect, Baseline, DeclaredValue, Finding, Fix, FixKind, LiveValue, Severity};
use crate::model::{Fact, Origin};

/// Builds a [`Finding`]; the id and the order of places are its business.
#[derive(Clone, Debug)]
pub struct FindingBuilder(Finding);

impl FindingBuilder {
    /// Begins with a finding that only says the rule, the subject and the title.
    pub(super) fn new(finding: Finding) -> Self {
        Self(finding)
    }

    /// Names the field.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// Names the baseline.
    pub fn baseline(mut self, baseline: Baseline) -> Self {
        self.0.baseline = Some(baseline);
        self
    }

    /// Adds a declared value; its origin becomes a place.
    pub fn declared(mut self, value: Option<String>, source: impl Into<String>, origin: Origin) -> Self {
        self.0.declared.push(DeclaredValue { value, source: source.into(), origin: origin.clone() });
        self.place(origin)
    }

    /// Adds a fact as a declared value, where it has a value or a place.
    pub fn declared_fact<T: fmt::Display>(self, fact: &Fact<T>, source: impl Into<String>) -> Self {
        match fact {
            Fact::Known(value, origin) => self.declared(Some(value.to_string()), source, origin.clone()),
            Fact::Absent(origin) => self.declared(None, source, origin.clone()),
            Fact::Unknown(_) => self,
        }
    }

    /// Says what is live.
    pub fn live(mut self, value: Option<String>, resource: impl Into<String>, field: impl Into<String>) -> Self {
        self.0.live = Some(LiveValue { value, resource: resource.into(), field: field.into(), note: String::new() });
        self
    }

    /// Says more about the live value.
    pub fn live_note(mut self, note: impl Into<String>) -> Self {
        if let Some(live) = &mut self.0.live {
            live.note = note.into();
        }
        self
    }

    /// Adds a place to look at, after those that are there.
    pub fn place(mut self, origin: Origin) -> Self {
        if !self.0.places.contains(&origin) {
            self.0.places.push(origin);
        }
        self
    }

    /// Says why it matters here.
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.0.why = why.into();
        self
    }

    /// Says what `terraform apply` would do about it.
    pub fn apply(mut self, effect: impl Into<Option<ApplyEffect>>) -> Self {
        self.0.apply = effect.into();
        self
    }

    /// Replaces the rule's severity.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// Adds a command that mends it, with how to verify and undo it (either may be empty).
    pub fn command(mut self, text: impl Into<String>, verify: impl Into<String>, undo: impl Into<String>) -> Self {
        let fix = Fix {
            kind: FixKind::Command,
            text: text.into(),
            origin: None,
            diff: None,
            verify: verify.into(),
            undo: undo.into(),
        };
        self.0.fix.push(fix);
        self
    }

    /// Adds an edit that mends it; without an origin where it is text that is not there yet.
    pub fn edit(mut self, text: impl Into<String>, origin: impl Into<Option<Origin>>) -> Self {
        let fix = Fix {
            kind: FixKind::Edit,
            text: text.into(),
            origin: origin.into(),
            diff: None,
            verify: String::new(),
            undo: String::new(),
        };
        self.0.fix.push(fix);
        self
    }

    /// Gives the edit that was added last its diff.
    pub fn diff(mut self, diff: Option<String>) -> Self {
        if let Some(fix) = self.0.fix.last_mut() {
            fix.diff = diff;
        }
        self
    }

    /// Names a finding of which this one is a consequence.
    pub fn caused_by(mut self, id: impl Into<String>) -> Self {
        self.0.caused_by.push(id.into());
        self
    }

    /// Ends it.
    pub fn build(mut self) -> Finding {
        self.0.id = Finding::id_of(&self.0.rule, &self.0.subject, self.0.field.as_deref());
        self.0
    }
}
