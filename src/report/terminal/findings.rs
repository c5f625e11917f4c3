//! Findings as blocks.

use super::Style;
use super::block::{self, Block, BlockPlace, Note};
use super::text::severity_paint;
use crate::finding::{DeclaredValue, Finding, FixKind, LiveValue};
use crate::model::{Origin, SourceSpan};
use crate::report::Report;
use crate::report::words::plural;

/// More places than this are counted, not listed.
const MAX_PLACES: usize = 10;
/// More lines of a diff than this are counted, not shown.
const MAX_DIFF: usize = 5;

/// The block of a finding.
pub(super) fn render(finding: &Finding, report: &Report, style: &Style) -> String {
    let primary = finding.places.iter().find(|origin| origin.source().is_some());
    let block = Block {
        label: format!("{}{}[{}]", mark(finding, report), finding.severity.label(), finding.rule),
        paint: severity_paint(finding.severity),
        title: finding.title.clone(),
        place: place(finding, primary, report),
        notes: notes(finding, primary, report),
    };
    block::render(&block, report, style)
}

/// A word before what the change introduces.
fn mark(finding: &Finding, report: &Report) -> &'static str {
    let is_new = report.change.as_ref().is_some_and(|change| change.introduced.contains(&finding.id));
    if is_new { "new " } else { "" }
}

fn place(finding: &Finding, primary: Option<&Origin>, report: &Report) -> BlockPlace {
    if let Some(Origin::Source(span)) = primary {
        let declared = finding.declared.iter().find(|declared| Some(&declared.origin) == primary);
        return BlockPlace::Source(span.clone(), declared.map_or_else(String::new, |it| caret_words(it, span, report)));
    }
    match (&finding.live, finding.places.first()) {
        (Some(live), _) => BlockPlace::Words(live.resource.clone()),
        (None, Some(origin)) => BlockPlace::Words(origin.to_string()),
        (None, None) => BlockPlace::Words(finding.subject.to_string()),
    }
}

fn caret_words(declared: &DeclaredValue, span: &SourceSpan, report: &Report) -> String {
    match &declared.value {
        None => "not set here".to_owned(),
        Some(value) if fits_at_caret(value) && !is_shown(value, span, report) => format!("declared here: {value}"),
        Some(_) => "declared here".to_owned(),
    }
}

/// Labels are not wrapped, so a long value gets a note of its own.
fn fits_at_caret(value: &str) -> bool {
    value.chars().count() <= 24
}

/// True where the cited line has the value in it.
fn is_shown(value: &str, span: &SourceSpan, report: &Report) -> bool {
    let line = report.excerpts.get(&span.file).and_then(|lines| lines.get(&span.start.line));
    line.is_some_and(|line| line.contains(value))
}

/// True where the line of the place is there to be printed.
fn is_cited(span: &SourceSpan, report: &Report) -> bool {
    report.excerpts.get(&span.file).is_some_and(|lines| lines.contains_key(&span.start.line))
}

fn notes(finding: &Finding, primary: Option<&Origin>, report: &Report) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(Origin::Source(span)) = primary {
        notes.extend(block::calls(span));
    }
    notes.extend(unseen_declaration(finding, primary, report));
    if let Some(live) = &finding.live {
        notes.push(Note::prose("live", live_words(live, primary.is_some())));
    }
    notes.extend(other_places(finding, primary).into_iter().map(|text| Note::prose("also", text)));
    for id in &finding.caused_by {
        let cause = report.findings.iter().find(|other| other.id == *id);
        let text = cause
            .map_or_else(|| format!("{id} (not in this list)"), |cause| format!("{}: {}", cause.rule, cause.title));
        notes.push(Note::prose("from", text));
    }
    if let Some(why) = report.change.as_ref().and_then(|change| change.undecided.get(&finding.id)) {
        notes.push(Note::prose("base", format!("whether this is new cannot be told: {why}")));
    }
    if !finding.why.is_empty() {
        notes.push(Note::prose("why", &*finding.why));
    }
    if let Some(effect) = &finding.apply {
        notes.push(Note::prose("apply", &*effect.text));
    }
    for (at, fix) in finding.fix.iter().enumerate() {
        let key = if at == 0 { "fix" } else { "or" };
        let note = match (fix.kind, &fix.origin) {
            (FixKind::Command, _) => Note::verbatim(key, &*fix.text),
            (FixKind::Edit, Some(origin)) if Some(origin) != primary => {
                Note::prose(key, format!("{} ({origin})", fix.text))
            }
            (FixKind::Edit, _) => Note::prose(key, &*fix.text),
        };
        notes.push(note.with_below(fix.diff.as_deref().map(diff_lines).unwrap_or_default()));
    }
    notes.push(Note::verbatim("more", format!("gcp-drift explain {}", finding.rule)));
    notes
}

/// The changed lines of a diff, without the places, which the edit's text names; of many the first.
fn diff_lines(diff: &str) -> Vec<String> {
    let is_head = |line: &&str| ["--- ", "+++ ", "@@ "].iter().any(|head| line.starts_with(head));
    let changed: Vec<&str> = diff.lines().filter(|line| !is_head(line) && *line != "+").collect();
    let more = changed.len().saturating_sub(MAX_DIFF);
    let mut lines: Vec<String> = changed.iter().take(MAX_DIFF).map(|&line| line.to_owned()).collect();
    if more > 0 {
        lines.push(format!("... and {more} more {}, all in the JSON report", plural(more, "line")));
    }
    lines
}

/// The declared value, where nothing at the carets shows it.
fn unseen_declaration(finding: &Finding, primary: Option<&Origin>, report: &Report) -> Option<Note> {
    let span = primary?.source()?;
    let declared = finding.declared.iter().find(|declared| Some(&declared.origin) == primary)?;
    let at_caret = match &declared.value {
        Some(value) => fits_at_caret(value) || is_shown(value, span, report),
        None => true,
    };
    if is_cited(span, report) && at_caret && span.observed.is_none() {
        return None;
    }
    Some(Note::prose("declared", declared_words(declared)))
}

fn declared_words(declared: &DeclaredValue) -> String {
    let words = match &declared.value {
        Some(value) => format!("{} declares {value}", declared.source),
        None => format!("{} does not set it", declared.source),
    };
    match declared.origin.observed() {
        Some(label) => format!("{words}, with what {label} says"),
        None => words,
    }
}

/// The value and its details; the resource only where the first line of the block does not name it.
fn live_words(live: &LiveValue, names_resource: bool) -> String {
    let value = match &live.value {
        Some(value) => value,
        None if live.field.is_empty() => "not there",
        None => "not set",
    };
    let resource = if names_resource { live.resource.as_str() } else { "" };
    let details: Vec<&str> = [resource, &live.note].into_iter().filter(|text| !text.is_empty()).collect();
    if details.is_empty() { value.to_owned() } else { format!("{value}  ({})", details.join(", ")) }
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
        lines.push(format!("{} {}", declared.origin, declared_words(declared)));
    }
    let is_declared = |origin: &Origin| finding.declared.iter().any(|declared| declared.origin == *origin);
    for origin in finding.places.iter().filter(|origin| !is_told(origin) && !is_declared(origin)) {
        lines.push(origin.to_string());
    }
    let more = lines.len().saturating_sub(MAX_PLACES);
    if more > 0 {
        lines.truncate(MAX_PLACES);
        lines.push(format!("and {more} more {}, all in the JSON report", plural(more, "place")));
    }
    lines
}
