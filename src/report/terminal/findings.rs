//! Findings as blocks.

use super::Style;
use super::block::{self, Block, BlockPlace, Note};
use super::text::severity_paint;
use crate::finding::{DeclaredValue, Finding, FixKind, LiveValue};
use crate::model::Origin;
use crate::report::Report;
use crate::report::words::count;

/// More places than this are counted, not listed.
const MAX_PLACES: usize = 10;

/// The block of a finding.
pub(super) fn render(finding: &Finding, report: &Report, style: &Style) -> String {
    let primary = finding.places.iter().find(|origin| origin.source().is_some());
    let block = Block {
        label: format!("{}[{}]", finding.severity.label(), finding.rule),
        paint: severity_paint(finding.severity),
        title: finding.title.clone(),
        place: place(finding, primary, report),
        notes: notes(finding, primary, report),
    };
    block::render(&block, report, style)
}

fn place(finding: &Finding, primary: Option<&Origin>, report: &Report) -> BlockPlace {
    if let Some(Origin::Source(span)) = primary {
        let line = report.excerpts.get(&span.file).and_then(|lines| lines.get(&span.start.line));
        let declared = finding.declared.iter().find(|declared| Some(&declared.origin) == primary);
        return BlockPlace::Source(span.clone(), declared.map_or_else(String::new, |it| caret_words(it, line)));
    }
    match (&finding.live, finding.places.first()) {
        (Some(live), _) => BlockPlace::Words(live.resource.clone()),
        (None, Some(origin)) => BlockPlace::Words(block::place_words(origin)),
        (None, None) => BlockPlace::Words(finding.subject.to_string()),
    }
}

/// What stands at the carets; the value only where the cited line does not show it anyway.
fn caret_words(declared: &DeclaredValue, line: Option<&String>) -> String {
    match (&declared.value, line) {
        (None, _) => "not set here".to_owned(),
        (Some(value), Some(line)) if line.contains(value.as_str()) => "declared here".to_owned(),
        (Some(value), _) => format!("declared here: {value}"),
    }
}

fn notes(finding: &Finding, primary: Option<&Origin>, report: &Report) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(Origin::Source(span)) = primary {
        for caller in span.callers.as_slice() {
            let position = caller.position;
            let place = format!("{}:{}:{}", caller.file, position.line, position.column);
            notes.push(Note::prose("via", format!("{}, called at {place}", caller.name)));
        }
    }
    notes.extend(unseen_declaration(finding, primary, report));
    if let Some(live) = &finding.live {
        notes.push(Note::prose("live", live_words(live)));
    }
    notes.extend(other_places(finding, primary).into_iter().map(|text| Note::prose("also", text)));
    for id in &finding.caused_by {
        let cause = report.findings.iter().find(|other| other.id == *id);
        let text = cause.map_or_else(|| id.clone(), |cause| format!("{}: {}", cause.rule, cause.title));
        notes.push(Note::prose("from", text));
    }
    if !finding.why.is_empty() {
        notes.push(Note::prose("why", &*finding.why));
    }
    for (at, fix) in finding.fix.iter().enumerate() {
        let key = if at == 0 { "fix" } else { "or" };
        notes.push(match (fix.kind, &fix.origin) {
            (FixKind::Command, _) => Note::verbatim(key, &*fix.text),
            (FixKind::Edit, Some(origin)) if Some(origin) != primary => {
                Note::prose(key, format!("{} ({})", fix.text, block::place_words(origin)))
            }
            (FixKind::Edit, _) => Note::prose(key, &*fix.text),
        });
    }
    notes.push(Note::verbatim("more", format!("gcp-drift explain {}", finding.rule)));
    notes
}

/// The declared value, where no caret shows it: its line was not kept.
fn unseen_declaration(finding: &Finding, primary: Option<&Origin>, report: &Report) -> Option<Note> {
    let span = primary?.source()?;
    if report.excerpts.get(&span.file).is_some_and(|lines| lines.contains_key(&span.start.line)) {
        return None;
    }
    let declared = finding.declared.iter().find(|declared| Some(&declared.origin) == primary)?;
    Some(Note::prose("declared", declared_words(declared)))
}

fn declared_words(declared: &DeclaredValue) -> String {
    match &declared.value {
        Some(value) => format!("{} declares {value}", declared.source),
        None => format!("{} does not set it", declared.source),
    }
}

fn live_words(live: &LiveValue) -> String {
    let value = match &live.value {
        Some(value) => value,
        None if live.field.is_empty() => "not there",
        None => "not set",
    };
    let note = if live.note.is_empty() { String::new() } else { format!(", {}", live.note) };
    format!("{value}  ({}{note})", live.resource)
}

/// The places beside the primary one, each once, with what is declared there.
fn other_places(finding: &Finding, primary: Option<&Origin>) -> Vec<String> {
    let is_told = |origin: &Origin| {
        let is_live = match (origin, &finding.live) {
            (Origin::Live(field), Some(live)) => *field.resource == *live.resource,
            _ => false,
        };
        is_live || Some(origin) == primary
    };
    let mut lines: Vec<String> = Vec::new();
    for declared in finding.declared.iter().filter(|declared| !is_told(&declared.origin)) {
        lines.push(format!("{} {}", block::place_words(&declared.origin), declared_words(declared)));
    }
    let is_declared = |origin: &Origin| finding.declared.iter().any(|declared| declared.origin == *origin);
    for origin in finding.places.iter().filter(|origin| !is_told(origin) && !is_declared(origin)) {
        lines.push(block::place_words(origin));
    }
    let more = lines.len().saturating_sub(MAX_PLACES);
    if more > 0 {
        lines.truncate(MAX_PLACES);
        lines.push(format!("{} more, all in the JSON report", count(more, "place")));
    }
    lines
}
