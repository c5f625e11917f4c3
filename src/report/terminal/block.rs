//! One block of the report: a title, the source line with carets, and notes below it.

use annotate_snippets::{AnnotationKind, Group, Level, Origin as PlaceLine, Renderer, Snippet, renderer::DecorStyle};

use super::Style;
use super::text::{BOLD, escape, paint, wrap};
use crate::model::{Origin, SourceSpan};
use crate::report::{Report, excerpt};

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
}

impl Note {
    /// Prose, which is wrapped.
    pub(super) fn prose(key: &'static str, text: impl Into<String>) -> Self {
        Self { key, text: text.into(), wraps: true }
    }

    /// Something to copy, which stays on one line.
    pub(super) fn verbatim(key: &'static str, text: impl Into<String>) -> Self {
        Self { key, text: text.into(), wraps: false }
    }
}

/// Keys are padded to this width, so that texts stand in one column.
const KEY_WIDTH: usize = 4;

/// Lays a block out; ends with a line end.
pub(super) fn render(block: &Block, report: &Report, style: &Style) -> String {
    let mut out = heading(block, style);
    let gutter = match &block.place {
        BlockPlace::Source(span, _) => span.start.line.to_string().len(),
        _ => 1,
    };
    let level = Level::ERROR.no_name();
    let mut group = Group::with_level(level);
    let mut has_elements = false;
    match &block.place {
        BlockPlace::Source(span, label) => {
            has_elements = true;
            let place = PlaceLine::path(escape(span.file.as_str()))
                .line(span.start.line as usize)
                .char_column(span.start.column as usize);
            group = group.element(place);
            if let Some(excerpt) = excerpt::of(&report.excerpts, span) {
                let label = escape(label);
                let annotation =
                    AnnotationKind::Primary.span(excerpt.range).label((!label.is_empty()).then_some(label));
                let snippet = Snippet::source(excerpt.text).line_start(excerpt.line as usize).annotation(annotation);
                group = group.element(snippet);
            }
        }
        BlockPlace::Words(words) => {
            has_elements = true;
            group = group.element(PlaceLine::path(escape(words)));
        }
        BlockPlace::Nowhere => {}
    }
    for note in &block.notes {
        has_elements = true;
        let padding = " ".repeat(KEY_WIDTH.saturating_sub(note.key.len()));
        let lead = gutter + " = ".len() + note.key.len() + ": ".len() + padding.len();
        let text = escape(note.text.trim_end());
        let lines = if note.wraps { wrap(&text, room(style.width, lead)) } else { vec![text] };
        let text = format!("{padding}{}", lines.join(&format!("\n{padding}")));
        group = group.element(Level::NOTE.with_name(note.key).message(text));
    }
    if has_elements {
        out.push_str(&renderer(block, style).render(&[group]));
        out.push('\n');
    }
    out
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

/// What is left of a line after its lead; never so little that every word gets its own line.
fn room(width: usize, lead: usize) -> usize {
    width.saturating_sub(lead).max(20)
}

/// `file:line:column`, or the resource and its field.
pub(super) fn place_words(origin: &Origin) -> String {
    origin.to_string()
}
