//! *Fix in this order*, in words.

use std::fmt::Write as _;

use super::Style;
use super::text::{escape, hanging, paint, severity_paint};
use crate::finding::{Finding, FixKind, Severity};
use crate::report::order::{Step, steps};
use crate::report::words::count;

/// More findings than this are counted, not listed.
const MAX_LISTED: usize = 5;
/// Where the text of a step begins, after its number.
const INDENT: usize = 5;

/// The numbered steps.
pub(super) fn render(findings: &[Finding], style: &Style) -> String {
    let mut out = String::new();
    for (at, step) in steps(findings).iter().enumerate() {
        render_step(&mut out, at + 1, step, style);
    }
    out
}

fn render_step(out: &mut String, number: usize, step: &Step<'_>, style: &Style) {
    let Some(first) = step.findings.first() else { return };
    let severity = step.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Info);
    let what = match step.findings.len() {
        1 => format!("{}: {}", first.rule, first.title),
        many => format!("{}: {} with one fix", first.rule, count(many, "finding")),
    };
    let mark = format!("[{severity}]");
    let text = hanging(&format!("{number:>3}. "), &format!("{mark} {}", escape(&what)), INDENT, style.width);
    // Painted after wrapping: escape codes have no width.
    out.push_str(&text.replacen(&mark, &paint(&mark, severity_paint(severity), style.color), 1));
    if step.findings.len() > 1 {
        list(out, &step.findings, style, |finding| {
            let place = finding.places.first().map(ToString::to_string);
            place.unwrap_or_else(|| finding.subject.to_string())
        });
    }
    match step.fix() {
        Some(fix) => {
            match fix.kind {
                FixKind::Command => verbatim(out, "run", &fix.text),
                FixKind::Edit if step.findings.len() > 1 => prose(out, "edit", &fix.text, style),
                FixKind::Edit => {
                    let place = fix.origin.as_ref().map_or_else(String::new, |origin| format!("{origin}: "));
                    prose(out, "edit", &format!("{place}{}", fix.text), style);
                }
            }
            if !fix.verify.is_empty() {
                verbatim(out, "verify", &fix.verify);
            }
            if !fix.undo.is_empty() {
                verbatim(out, "undo", &fix.undo);
            }
        }
        None => verbatim(out, "see", &format!("gcp-drift explain {}", first.rule)),
    }
    if !step.consequences.is_empty() {
        let _ = writeln!(out, "{}and with it {}:", " ".repeat(INDENT), count(step.consequences.len(), "consequence"));
        list(out, &step.consequences, style, |finding| format!("{}: {}", finding.rule, finding.title));
    }
}

fn list(out: &mut String, findings: &[&Finding], style: &Style, words: impl Fn(&Finding) -> String) {
    let lead = format!("{}- ", " ".repeat(INDENT));
    for finding in findings.iter().take(MAX_LISTED) {
        out.push_str(&hanging(&lead, &escape(&words(finding)), INDENT + 2, style.width));
    }
    if findings.len() > MAX_LISTED {
        let _ = writeln!(out, "{lead}and {} more", findings.len() - MAX_LISTED);
    }
}

/// Something to copy: one line, whatever its length.
fn verbatim(out: &mut String, key: &str, text: &str) {
    let _ = writeln!(out, "{}{:<8}{}", " ".repeat(INDENT), format!("{key}:"), escape(text.trim_end()));
}

fn prose(out: &mut String, key: &str, text: &str, style: &Style) {
    let lead = format!("{}{:<8}", " ".repeat(INDENT), format!("{key}:"));
    out.push_str(&hanging(&lead, &escape(text.trim_end()), INDENT + 8, style.width));
}
