//! What a change introduces and fixes, after the findings.

use std::fmt::Write as _;

use super::Style;
use super::text::{escape, hanging};
use super::unchecked::item_words;
use crate::change::Change;
use crate::finding::Finding;

/// The title of the section.
pub(super) fn title(change: &Change) -> String {
    format!("this change, against {} (merge base {})", escape(&change.base.reference), escape(change.base.short()))
}

/// The totals, then what is gone, one line each; what is new stands among the findings, marked.
pub(super) fn render(change: &Change, style: &Style) -> String {
    let mut totals =
        format!("introduced {}, fixed {}, standing {}", change.introduced.len(), change.fixed.len(), change.standing);
    let undecided = change.undecided.len();
    if undecided > 0 {
        let _ = write!(totals, ", {undecided} of which it cannot be told whether new");
    }
    let mut out = hanging("  ", &totals, 4, style.width);
    let unchecked = change.not_checked.len() + change.not_checked_undecided.len();
    if unchecked > 0 || change.now_checked > 0 {
        let words = format!("no longer checked {unchecked}, now checked {}", change.now_checked);
        out.push_str(&hanging("  ", &words, 4, style.width));
    }
    for finding in &change.fixed {
        out.push_str(&line("fixed", &words(finding), style));
    }
    for (finding, why) in &change.perhaps_fixed {
        out.push_str(&line("gone, which does not mean fixed", &format!("{} ({why})", words(finding)), style));
    }
    for item in &change.not_checked {
        out.push_str(&line("no longer checked", &format!("{} of {}", item.rule, item_words(item)), style));
    }
    for (item, why) in &change.not_checked_undecided {
        let words = format!("{} of {} ({why})", item.rule, item_words(item));
        out.push_str(&line("not checked, perhaps new", &words, style));
    }
    out
}

fn words(finding: &Finding) -> String {
    format!("{}[{}]: {}", finding.severity.label(), finding.rule, finding.title)
}

fn line(what: &str, text: &str, style: &Style) -> String {
    hanging("  - ", &escape(&format!("{what}: {text}")), 4, style.width)
}
