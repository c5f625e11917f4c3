//! Tables: the summary of parts and what was really looked at. A terminal too narrow for columns gets lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;

use super::Style;
use super::text::{escape, hanging};
use crate::model::{Api, CoverageEntry, CoverageStatus};
use crate::report::words::count;
use crate::report::{PartSummary, PartVerdict, Report};

/// Columns need at least this width to be read.
pub(super) const MIN_TABLE_WIDTH: usize = 60;

/// Part, verdict and counts, one line a part.
pub(super) fn summary(report: &Report, style: &Style) -> String {
    if style.width < MIN_TABLE_WIDTH {
        let mut out = String::new();
        for part in &report.parts {
            let words = match part.verdict {
                PartVerdict::NotAsked => part.verdict.word().to_owned(),
                verdict => {
                    let findings = count(part.findings, "finding");
                    format!("{}, {findings}, {} not checked, {} clean", verdict.word(), part.not_checked, part.clean)
                }
            };
            out.push_str(&hanging(&format!("{}: ", part.part), &words, 2, style.width));
        }
        return out;
    }
    let rows = report.parts.iter().map(|part| {
        let counts = match part.verdict {
            PartVerdict::NotAsked => [String::new(), String::new(), String::new()],
            _ => [part.findings.to_string(), part.not_checked.to_string(), part.clean.to_string()],
        };
        let [findings, not_checked, clean] = counts;
        vec![part.part.to_string(), part.verdict.word().to_owned(), findings, not_checked, clean]
    });
    let mut table = table(&["part", "verdict", "findings", "not checked", "clean"], rows, style);
    for index in 2..5 {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    printed(&table)
}

/// Named numbers of the parts, one line a part that has any.
pub(super) fn metrics(parts: &[PartSummary], style: &Style) -> String {
    let mut out = String::new();
    for part in parts.iter().filter(|part| !part.metrics.is_empty()) {
        let mut words = Vec::new();
        let fields = [part.metrics.get(COMPARED), part.metrics.get(DECLARED)];
        if let [Some(compared), Some(declared)] = fields {
            words.push(format!("{compared} of {declared} declared fields compared"));
        }
        for (name, value) in part.metrics.iter().filter(|(name, _)| ![COMPARED, DECLARED].contains(&name.as_str())) {
            flatten(name, value, MAX_DEPTH, &mut words);
        }
        out.push_str(&hanging(&format!("{}: ", part.part), &escape(&words.join(", ")), 2, style.width));
    }
    out
}

/// The metrics that are told together.
const COMPARED: &str = "fields_compared";
const DECLARED: &str = "fields_declared";

/// Deeper than this, a metric is printed as JSON.
const MAX_DEPTH: usize = 4;

/// `name value` for a number or text, `name.key value` for each member of an object.
fn flatten(name: &str, value: &Value, depth: usize, words: &mut Vec<String>) {
    match value {
        Value::Object(members) if depth > 0 => {
            for (key, member) in members {
                flatten(&format!("{name}.{key}"), member, depth - 1, words);
            }
        }
        Value::String(text) => words.push(format!("{name} {text}")),
        other => words.push(format!("{name} {other}")),
    }
}

/// What was really looked at in Google Cloud, and when.
pub(super) fn coverage(report: &Report, style: &Style) -> String {
    let rows = grouped(&report.coverage.entries);
    let mut out = String::new();
    if style.width < MIN_TABLE_WIDTH {
        for Row { project, api, status, places, detail } in &rows {
            let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
            let words = format!("{api} in {project}, {}: {status}{detail}", places.join(", "));
            out.push_str(&hanging("", &escape(&words), 2, style.width));
        }
    } else {
        let rows = rows.into_iter().map(|Row { project, api, status, places, detail }| {
            vec![escape(&project), api.to_owned(), status.to_owned(), escape(&places.join(", ")), escape(&detail)]
        });
        out = printed(&table(&["project", "api", "status", "where", "detail"], rows, style));
    }
    let times = report.coverage.entries.iter().filter_map(|entry| entry.time.as_deref());
    if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
        let words = if first == last { format!("at {first}") } else { format!("from {first} to {last}") };
        out.push_str(&hanging("", &escape(&format!("answered {words}")), 2, style.width));
    }
    out
}

/// Entries of one collection that came to the same.
struct Row {
    project: String,
    api: &'static str,
    status: &'static str,
    places: Vec<String>,
    detail: String,
}

/// One row for all places in which a collection came to the same; how much was answered stands beside each place.
fn grouped(entries: &[CoverageEntry]) -> Vec<Row> {
    let mut rows: BTreeMap<(&str, Api, CoverageStatus, &str), Vec<String>> = BTreeMap::new();
    for entry in entries {
        let answered = entry.status == CoverageStatus::Answered;
        let place = entry.of.as_deref().or(entry.region.as_deref()).unwrap_or("global");
        let place = if answered { format!("{place} ({})", entry.detail) } else { place.to_owned() };
        let detail = if answered { "" } else { &entry.detail };
        rows.entry((&entry.project, entry.api, entry.status, detail)).or_default().push(place);
    }
    let row = |((project, api, status, detail), places): ((&str, Api, CoverageStatus, &str), _)| Row {
        project: project.to_owned(),
        api: api.word(),
        status: status.word(),
        places,
        detail: detail.to_owned(),
    };
    rows.into_iter().map(row).collect()
}

/// A table as every command draws it.
pub(crate) fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>, style: &Style) -> Table {
    let mut table = Table::new();
    table
        .load_style(if style.unicode { presets::UTF8_FULL_CONDENSED } else { presets::ASCII_FULL_CONDENSED })
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(style.width).unwrap_or(u16::MAX))
        .set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    table
}

/// The lines of a table.
pub(crate) fn printed(table: &Table) -> String {
    let mut out = String::new();
    for line in table.lines() {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}
