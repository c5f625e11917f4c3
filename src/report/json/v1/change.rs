//! What a change introduces and fixes, in version 1.

use schemars::JsonSchema;
use serde::Serialize;

use super::{NotChecked, Severity, Subject};
use crate::change;
use crate::finding;

/// The commit that a change is compared with.
#[derive(Serialize, JsonSchema)]
pub(in super::super) struct Base {
    /// The branch, tag or commit that was asked for.
    #[serde(rename = "ref")]
    reference: String,
    /// The id of the merge base with it.
    commit: String,
}

/// A finding of the base that is gone.
#[derive(Serialize, JsonSchema)]
pub(in super::super) struct Fixed {
    /// As in `findings`.
    id: String,
    /// Rule id.
    rule: String,
    severity: Severity,
    /// One line that says what was wrong.
    title: String,
    subject: Subject,
}

/// Something of which it cannot be told whether the change did it: a finding that may be new, one that is gone and may
/// not be fixed, or something not checked that may not have been checked at the base.
#[derive(Serialize, JsonSchema)]
pub(in super::super) struct Undecided {
    side: UndecidedSide,
    /// The finding's id; null where it is about something not checked.
    id: Option<String>,
    /// Rule id.
    rule: String,
    subject: Subject,
    /// The field; null where it is about the whole subject.
    field: Option<String>,
    /// Why it cannot be told.
    reason: String,
}

/// `introduced`: it may be new. `fixed`: it is gone, and may not be fixed.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum UndecidedSide {
    Introduced,
    Fixed,
}

impl From<&change::Base> for Base {
    fn from(base: &change::Base) -> Self {
        Self { reference: base.reference.clone(), commit: base.commit.clone() }
    }
}

impl From<&finding::Finding> for Fixed {
    fn from(finding: &finding::Finding) -> Self {
        Self {
            id: finding.id.clone(),
            rule: finding.rule.clone(),
            severity: finding.severity.into(),
            title: finding.title.clone(),
            subject: (&finding.subject).into(),
        }
    }
}

/// All that cannot be told; `findings` are those of the report.
pub(in super::super) fn undecided(change: &change::Change, findings: &[finding::Finding]) -> Vec<Undecided> {
    let of = |finding: &finding::Finding, side, reason: &str| Undecided {
        side,
        id: Some(finding.id.clone()),
        rule: finding.rule.clone(),
        subject: (&finding.subject).into(),
        field: finding.field.clone(),
        reason: reason.to_owned(),
    };
    let new = findings
        .iter()
        .filter_map(|finding| change.undecided.get(&finding.id).map(|why| of(finding, UndecidedSide::Introduced, why)));
    let gone = change.perhaps_fixed.iter().map(|(finding, why)| of(finding, UndecidedSide::Fixed, why));
    let open = change.not_checked_undecided.iter().map(|(item, why)| Undecided {
        side: UndecidedSide::Introduced,
        id: None,
        rule: item.rule.clone(),
        subject: (&item.subject).into(),
        field: item.field.clone(),
        reason: why.clone(),
    });
    new.chain(gone).chain(open).collect()
}

/// What is not checked, and is at the base.
pub(in super::super) fn not_checked(change: &change::Change) -> Vec<NotChecked> {
    change.not_checked.iter().map(Into::into).collect()
}
