//! The exit code of a run that is about a change: only what the change introduces counts.

use super::{Judged, Settings, counted, items};
use crate::change::Change;
use crate::exit_code;
use crate::finding::{Finding, Severity};

/// The exit code and its reason, one line. A finding of which it cannot be told whether it is new counts as something
/// that could not be checked.
pub fn outcome(change: &Change, judged: &Judged, settings: &Settings) -> (u8, String) {
    let fails = |finding: &&Finding| settings.fail_on.is_some_and(|least| finding.severity >= least);
    let introduced = judged.findings.iter().filter(|finding| change.introduced.contains(&finding.id));
    let failing = introduced.clone().filter(fails).count();
    let below = introduced.count() - failing;
    let undecided = judged.findings.iter().filter(|finding| change.undecided.contains_key(&finding.id));
    let undecided = undecided.filter(fails).count();
    let unchecked = change.not_checked.len() + change.not_checked_undecided.len();
    let least = settings.fail_on.map_or("none", Severity::word);
    let mut open = Vec::new();
    if unchecked > 0 {
        open.push(format!("{} not checked that the merge base checks", items(unchecked)));
    }
    if undecided > 0 {
        open.push(format!("{} may be new, which cannot be told", counted(undecided, "finding")));
    }
    let open = open.join(", and ");
    let standing = match change.standing {
        0 => String::new(),
        standing => format!("; {} at the merge base too", verbs(standing)),
    };
    if failing > 0 {
        let more = if open.is_empty() { String::new() } else { format!(", and {open}") };
        let reason =
            format!("the change introduces {} at or above {least}{more}{standing}", counted(failing, "finding"));
        return (exit_code::FINDINGS, reason);
    }
    if judged.nothing_read && judged.findings.is_empty() && judged.not_checked.is_empty() {
        // The rule for a folder that holds nothing is the same, whatever it is compared with.
        return super::outcome(judged, settings);
    }
    let rest =
        if below > 0 { format!("; it introduces {} below {least}", counted(below, "finding")) } else { String::new() };
    match open.is_empty() {
        true => (exit_code::CLEAN, format!("the change introduces nothing at or above {least}{rest}{standing}")),
        false if settings.allow_unchecked => {
            (exit_code::CLEAN, format!("{open}; --allow-unchecked lets that pass{rest}{standing}"))
        }
        false => (exit_code::NOT_CHECKED, format!("{open}{rest}{standing}")),
    }
}

fn verbs(standing: usize) -> String {
    format!("{} {}", counted(standing, "finding"), if standing == 1 { "stands" } else { "stand" })
}
