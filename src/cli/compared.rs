//! `check --base`: the findings of both sides, set against each other.

use super::base::BaseEvidence;
use super::recording::Recording;
use crate::change::{self, Change, Counted, Side};
use crate::checks::registry::Judged;
use crate::finding::{Finding, NotChecked, Part};
use crate::model::Evidence;

/// The evidence of the merge base, with what both sides share: the live state, the policies, the day, and the deploy
/// that is about to run.
pub(super) fn before(base: &BaseEvidence, recording: &Recording) -> Evidence {
    let head = &recording.evidence;
    Evidence {
        date: head.date.clone(),
        live_source: head.live_source.clone(),
        before_deploy: head.before_deploy.clone(),
        live: head.live.clone(),
        inventory: head.inventory.clone(),
        policies: head.policies.clone(),
        ..base.evidence.clone()
    }
}

/// What the change does: the evidence and the verdicts of the head against those of the base.
pub(super) fn change(base: &BaseEvidence, head: (&Evidence, &Judged), before: (&Evidence, &Judged)) -> Change {
    let (evidence, judged) = head;
    let mut now = side(judged);
    // A path that the base lacks because it was not written is there in the head.
    now.gaps = change::gaps(evidence, &base.same, &[], "now");
    let mut then = side(before.1);
    let told = base.same.union(&base.absent).cloned().collect();
    then.gaps = change::gaps(before.0, &told, &base.unread, "at the merge base");
    if evidence.health.is_some() {
        let why = "the merge base has no run of the tests and no saved baseline of its own";
        then.gaps.parts.insert(Part::Health, why.to_owned());
    }
    let counted = Counted { head: &judged.findings, base: &before.1.findings, not_checked: &judged.not_checked };
    change::compare(base.base.clone(), counted, &now, &then)
}

fn side(judged: &Judged) -> Side<'_> {
    let findings: Vec<&Finding> =
        judged.findings.iter().chain(judged.accepted_findings.iter().map(|(finding, _)| finding)).collect();
    let not_checked: Vec<&NotChecked> =
        judged.not_checked.iter().chain(judged.accepted_not_checked.iter().map(|(item, _)| item)).collect();
    Side { findings, not_checked, gaps: change::Gaps::default() }
}
