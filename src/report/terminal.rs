//! The report that a person reads: summary, findings as blocks, what could not be checked, coverage, and what to do
//! first. The reason for the exit code is not part of it: that belongs to stderr.

mod block;
mod change;
mod findings;
mod outlook;
pub mod probe;
mod steps;
pub(crate) mod tables;
pub(crate) mod text;
mod unchecked;

use std::fmt::Write as _;

use self::text::{BOLD, escape, hanging, paint};
use super::words::{count, list};
use super::{PartVerdict, Report, Suppressed, SuppressedItem};
use crate::finding::Severity;

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; text is wrapped to it, commands and names are never broken outside tables.
    pub width: usize,
    /// Whether escape codes for colours may be used. Colour never says what words do not say as well.
    pub color: bool,
    /// Whether lines of tables and carets may be drawn with characters beyond ASCII.
    pub unicode: bool,
}

/// Narrower than this, nothing can be laid out; the terminal breaks the lines itself.
const MIN_WIDTH: usize = 20;

/// A table with these columns.
pub fn table_of(header: &[&str], rows: impl Iterator<Item = Vec<String>>, style: &Style) -> String {
    tables::printed(&tables::table(header, rows, style))
}

/// The whole report; ends with a line end. The same report and style give the same text, byte for byte.
pub fn render(report: &Report, style: &Style) -> String {
    let style = &Style { width: style.width.max(MIN_WIDTH), ..*style };
    let mut out = opening(report, style);
    out.push('\n');
    out.push_str(&tables::summary(report, style));
    out.push_str(&tables::metrics(&report.parts, style));
    out.push_str(&items(report, style));
    if let Some(change) = &report.change {
        section(&mut out, &change::title(change), style);
        out.push_str(&change::render(change, style));
    }
    if let Some(deploy) = &report.before_deploy {
        section(&mut out, &outlook::title(deploy), style);
        out.push_str(&outlook::render(deploy, style));
    }
    if !report.coverage.entries.is_empty() {
        section(&mut out, "looked at in Google Cloud", style);
        out.push_str(&tables::coverage(report, style));
    }
    if !report.suppressed.is_empty() {
        section(&mut out, &format!("accepted: {}", count(report.suppressed.len(), "item")), style);
        for suppressed in &report.suppressed {
            out.push_str(&hanging("  - ", &escape(&accepted(suppressed)), 4, style.width));
        }
    }
    if !report.findings.is_empty() {
        section(&mut out, "fix in this order", style);
        out.push_str(&steps::render(&report.findings, style));
    }
    out.push('\n');
    out.push_str(&hanging("", &totals(report), 2, style.width));
    out
}

/// The findings, and what could not be checked, as they stand in the middle of a report.
pub fn items(report: &Report, style: &Style) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        out.push('\n');
        out.push_str(&findings::render(finding, report, style));
    }
    if !report.not_checked.is_empty() {
        let items = count(report.not_checked.len(), "item");
        let reasons = count(unchecked::reasons(&report.not_checked), "reason");
        section(&mut out, &format!("not checked: {items}, {reasons}"), style);
        out.push('\n');
        out.push_str(&unchecked::render(report, style));
    }
    out
}

/// What was checked and against which live state, then when.
fn opening(report: &Report, style: &Style) -> String {
    let asked: Vec<&str> =
        report.parts.iter().filter(|part| part.verdict != PartVerdict::NotAsked).map(|part| part.part.word()).collect();
    let asked = if asked.is_empty() { "nothing".to_owned() } else { list(&asked) };
    let first = format!("gcp-drift check, live state: {}; looked at {asked}", escape(&report.run.live_source));
    let mut out: String =
        hanging("", &first, 2, style.width).lines().map(|line| paint(line, BOLD, style.color) + "\n").collect();
    let started = escape(&report.run.started);
    out.push_str(&hanging("", &format!("started {started}, took {:.1} s", report.run.seconds), 2, style.width));
    out
}

fn section(out: &mut String, title: &str, style: &Style) {
    let _ = writeln!(out, "\n{}", paint(title, BOLD, style.color));
}

fn accepted(suppressed: &Suppressed) -> String {
    let item = match &suppressed.item {
        SuppressedItem::Finding(finding) => {
            format!("{}[{}]: {}", finding.severity.label(), finding.rule, finding.title)
        }
        SuppressedItem::NotChecked(item) => {
            format!("not checked[{}]: {}", item.reason.kind.word(), unchecked::item_words(item))
        }
    };
    let until = suppressed.until.as_ref().map_or_else(String::new, |day| format!(" (until {day})"));
    format!("{item}; accepted because: {}{until}", suppressed.reason)
}

/// Findings a severity, and everything else that a reader must not overlook.
fn totals(report: &Report) -> String {
    let mut words = count(report.findings.len(), "finding");
    let by_severity: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| (severity, report.findings.iter().filter(|finding| finding.severity == severity).count()))
        .filter(|&(_, number)| number > 0)
        .map(|(severity, number)| format!("{number} {severity}"))
        .collect();
    if !by_severity.is_empty() {
        let _ = write!(words, " ({})", by_severity.join(", "));
    }
    let clean: usize = report.parts.iter().map(|part| part.clean).sum();
    let _ = write!(
        words,
        ", {} not checked, {} accepted, {clean} clean",
        report.not_checked.len(),
        report.suppressed.len()
    );
    words
}

#[cfg(test)]
mod tests;
