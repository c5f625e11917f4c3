//! One block of the report: a title, the source line with carets, and notes below it.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin as PlaceLine, Renderer, Snippet};

use super::Style;
use super::text::{BOLD, escape, paint, wrap};
use crate::model::SourceSpan;
use crate::report::Report;
use crate::report::excerpt::{self, Excerpt};

/// A block before it is laid out. Texts are as they came; laying out escapes them.
pub(super) struct Block {
    /// Such as `error[connector-missing]`.
    pub(super) label: String,
    /// Style of the label and the carets.
    pub(super) paint: annotate_snippets::renderer::Style,
    /// One line that says what is wrong.
    pub(super) title: String,
    /// Where to look.
    pub(super) place: BlockPlace,
    /// Key and text of each note, such as `live` and `ALL_TRAFFIC`.
    pub(super) notes: Vec<Note>,
}

/// What a block points at.
pub(super) enum BlockPlace {
    /// A place of the repository, with what to say at the carets (may be empty).
    Source(SourceSpan, String),
    /// A resource or subject in words.
    Words(String),
    /// Nothing.
    Nowhere,
}

/// A line `= key: text`.
pub(super) struct Note {
    key: &'static str,
    text: String,
    wraps: bool,
    /// Lines below the text, each cut off where it does not fit.
    below: Vec<String>,
}

impl Note {
    /// Prose, which is wrapped.
    pub(super) fn prose(key: &'static str, text: impl Into<String>) -> Self {
        Self { key, text: text.into(), wraps: true, below: Vec::new() }
    }

    /// Something to copy, which stays on one line.
    pub(super) fn verbatim(key: &'static str, text: impl Into<String>) -> Self {
        Self { key, text: text.into(), wraps: false, below: Vec::new() }
    }

    /// Adds lines below the text.
    pub(super) fn with_below(mut self, lines: Vec<String>) -> Self {
        self.below = lines;
        self
    }
}

/// The calls that led to a place, innermost first.
pub(super) fn calls(span: &SourceSpan) -> impl Iterator<Item = Note> {
    span.callers.as_slice().iter().map(|caller| {
        let place = format!("{}:{}:{}", caller.file, caller.position.line, caller.position.column);
        Note::prose("via", format!("{}, called at {place}", caller.name))
    })
}

/// Keys are padded to this width, so that texts stand in one column.
const KEY_WIDTH: usize = 4;

/// Lays a block out; ends with a line end.
pub(super) fn render(block: &Block, report: &Report, style: &Style) -> String {
    let mut out = heading(block, style);
    let cited = match &block.place {
        BlockPlace::Source(span, _) => excerpt::of(&report.excerpts, span),
        _ => None,
    };
    // The layout takes the width of the gutter from the line number, and none where there is no line.
    let gutter = cited.as_ref().map_or(1, |excerpt| excerpt.line.to_string().len());
    let indent = if cited.is_some() { "" } else { " " };
    let mut group = Group::with_level(Level::ERROR.no_name());
    let mut columns = None;
    match (&block.place, cited) {
        (BlockPlace::Source(span, label), Some(excerpt)) => {
            columns = Some((excerpt.column(), span));
            group = group.element(snippet(span, label, excerpt));
        }
        (BlockPlace::Source(span, _), None) => {
            group = group.element(
                PlaceLine::path(escape(span.file.as_str()))
                    .line(span.start.line as usize)
                    .char_column(span.start.column as usize),
            );
        }
        (BlockPlace::Words(words), _) => group = group.element(PlaceLine::path(escape(words))),
        (BlockPlace::Nowhere, _) => {}
    }
    for note in &block.notes {
        let padding = " ".repeat(KEY_WIDTH.saturating_sub(note.key.len()));
        let lead = gutter + " = ".len() + note.key.len() + ": ".len() + padding.len();
        let text = escape(note.text.trim_end());
        let mut lines = if note.wraps { wrap(&text, room(style.width, lead)) } else { vec![text] };
        lines.extend(note.below.iter().map(|line| shortened(&escape(line), room(style.width, lead))));
        let text = format!("{padding}{}", lines.join(&format!("\n{padding}")));
        group = group.element(Level::NOTE.with_name(note.key).message(text));
    }
    if group.is_empty() {
        return out;
    }
    let mut laid_out = renderer(block, style).render(&[group]);
    if let Some((shown, span)) = columns.filter(|(shown, span)| *shown != span.start.column as usize) {
        // The carets were moved because the cited line is not the one that columns were counted in: the place stays.
        let place = format!("{}:{}:", escape(span.file.as_str()), span.start.line);
        laid_out = laid_out.replacen(&format!("{place}{shown}"), &format!("{place}{}", span.start.column), 1);
    }
    for line in laid_out.lines() {
        out.push_str(indent);
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn snippet<'a>(span: &SourceSpan, label: &str, excerpt: Excerpt) -> Snippet<'a, Annotation<'a>> {
    let label = escape(label);
    let annotation = AnnotationKind::Primary.span(excerpt.range).label((!label.is_empty()).then_some(label));
    Snippet::source(excerpt.text)
        .line_start(excerpt.line as usize)
        .path(escape(span.file.as_str()))
        .annotation(annotation)
}

fn heading(block: &Block, style: &Style) -> String {
    let label = escape(&block.label);
    let title = escape(&block.title);
    let mut lines = wrap(&format!("{label}: {title}"), room(style.width, 2)).into_iter();
    let first = lines.next().unwrap_or_default();
    let mut out = match first.strip_prefix(&*label) {
        Some(rest) => format!("{}{}", paint(&label, block.paint, style.color), paint(rest, BOLD, style.color)),
        None => paint(&first, BOLD, style.color),
    };
    out.push('\n');
    for line in lines {
        out.push_str("  ");
        out.push_str(&paint(&line, BOLD, style.color));
        out.push('\n');
    }
    out
}

fn renderer(block: &Block, style: &Style) -> Renderer {
    let renderer = if style.color { Renderer::styled().error(block.paint) } else { Renderer::plain() };
    let decor = if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
    renderer.term_width(style.width.max(40)).decor_style(decor)
}

/// A line, cut off where it does not fit.
fn shortened(line: &str, room: usize) -> String {
    if line.chars().count() <= room {
        return line.to_owned();
    }
    let cut: String = line.chars().take(room.saturating_sub(3)).collect();
    format!("{cut}...")
}

/// What is left of a line after its lead; never so little that every word gets its own line.
fn room(width: usize, lead: usize) -> usize {
    width.saturating_sub(lead).max(20)
}
