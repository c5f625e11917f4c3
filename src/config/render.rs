//! Config errors as a person sees them: the line, a caret, what was meant.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::error::ConfigError;
use crate::model::redact;

/// How many errors are shown in full; the rest are counted.
const MAX_SHOWN: usize = 50;

/// The longest part of a line that is shown, in bytes.
const MAX_LINE: usize = 2000;

/// Renders errors of one file. `path` is how the file is named, `text` what was parsed. Secrets are taken out, and
/// characters that a terminal would obey are shown by their number.
pub fn render(errors: &[ConfigError], path: &str, text: &str, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let path = visible(path);
    let lines = Lines::new(text);
    let mut blocks: Vec<String> =
        errors.iter().take(MAX_SHOWN).map(|error| renderer.render(&[group(error, &path, &lines)])).collect();
    if errors.len() > MAX_SHOWN {
        blocks.push(format!("… and {} more errors in {path}", errors.len() - MAX_SHOWN));
    }
    let mut rendered = blocks.join("\n\n");
    if !rendered.is_empty() {
        rendered.push('\n');
    }
    rendered
}

fn group<'a>(error: &ConfigError, path: &str, lines: &Lines<'_>) -> Group<'a> {
    let mut snippets = Vec::new();
    let (number, shown, span) = lines.shown(&error.range);
    let shown_column = shown.get(..span.start).map_or(0, |before| before.chars().count()) + 1;
    let primary = AnnotationKind::Primary.span(span);
    match &error.related {
        Some((range, label)) => {
            let (related_number, related_shown, related_span) = lines.shown(range);
            let context = AnnotationKind::Context.span(related_span).label(visible(label));
            if related_number == number {
                snippets.push(snippet(shown, number, path).annotation(primary).annotation(context));
            } else {
                snippets.push(snippet(shown, number, path).annotation(primary));
                snippets.push(snippet(related_shown, related_number, path).annotation(context));
            }
        }
        None => snippets.push(snippet(shown, number, path).annotation(primary)),
    }
    let title = visible(&redact::line(&error.message));
    let mut group = Group::with_title(Level::ERROR.primary_title(title)).elements(snippets);
    if let Some(suggestion) = &error.suggestion {
        group = group.element(Level::HELP.message(format!("did you mean `{}`?", visible(&redact::line(suggestion)))));
    }
    if let Some(note) = &error.note {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    if shown_column != error.start.column as usize {
        // Something before it is cut off, redacted or shown by its number.
        group = group.element(Level::NOTE.message(format!("in the file it is column {}", error.start.column)));
    }
    group
}

fn snippet<'a>(line: String, number: usize, path: &str) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    Snippet::source(line).line_start(number).path(path.to_owned())
}

/// The lines of a text, and which of them are the inside of a string of several lines.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    inside: Vec<bool>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        let mut inside = Vec::with_capacity(starts.len());
        let mut open: Option<&str> = None;
        for line in text.split('\n') {
            inside.push(open.is_some());
            let mut rest = line;
            loop {
                let next = match open {
                    Some(mark) => rest.find(mark).map(|at| (at, mark)),
                    None => ["\"\"\"", "'''"].into_iter().filter_map(|mark| Some((rest.find(mark)?, mark))).min(),
                };
                let Some((at, mark)) = next else { break };
                open = if open.is_some() { None } else { Some(mark) };
                rest = rest.get(at + mark.len()..).unwrap_or_default();
            }
        }
        Self { text, starts, inside }
    }

    /// The first line of a range as it may be shown: its number from 1, its text, and the range in that text.
    fn shown(&self, range: &Range<usize>) -> (usize, String, Range<usize>) {
        let index = self.starts.partition_point(|&start| start <= range.start).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or(0);
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
        let span = range.start.saturating_sub(start).min(line.len())..range.end.saturating_sub(start).min(line.len());
        let window = window(line, &span);
        // A secret's name may stand before the window.
        let whole = self.hides(index) || line.get(..window.start).is_some_and(redact::is_secret_name);
        let shown = Shown::new(line, window).redacted(whole).visible();
        let from = shown.text.floor_char_boundary(shown.offset(span.start, false));
        let to = shown.text.ceil_char_boundary(shown.offset(span.end, true).max(from));
        (index + 1, shown.text, from..to)
    }

    /// True where a line is the value of a secret whose name stands on an earlier line.
    fn hides(&self, index: usize) -> bool {
        if self.inside.get(index).copied().unwrap_or_default() {
            return true;
        }
        // The line that names the value: this one, or the nearest above that begins a key or a table.
        for above in (0..=index).rev() {
            let start = self.starts.get(above).copied().unwrap_or(0);
            let end = self.starts.get(above + 1).copied().unwrap_or(self.text.len());
            let line = self.text.get(start..end).unwrap_or_default().trim();
            let name = line.split_once('=').map(|(name, _)| name.trim());
            match name {
                _ if line.starts_with('#') => {}
                _ if is_header(line) => return false,
                Some(name) if name.chars().all(|c| c.is_alphanumeric() || "_-. \"'".contains(c)) => {
                    return above != index && redact::is_secret_name(name);
                }
                _ => {}
            }
        }
        false
    }
}

/// The part of a line that is shown: all of it, or where it is very long the part around a span, from the beginning of
/// a word.
fn window(line: &str, span: &Range<usize>) -> Range<usize> {
    if line.len() <= MAX_LINE {
        return 0..line.len();
    }
    let span_start = line.floor_char_boundary(span.start);
    let from = line.floor_char_boundary(span_start.saturating_sub(MAX_LINE / 4));
    let lead = line.get(from..span_start).unwrap_or_default();
    let word = if from == 0 { 0 } else { lead.find([' ', ',', '\t']).map_or(lead.len(), |at| at + 1) };
    let from = from + word;
    from..line.floor_char_boundary(from + MAX_LINE)
}

/// A line on its way to the terminal, with the way back to the offsets of the original.
struct Shown {
    text: String,
    /// Pieces of the shown text in order: range in the original, range here. Within a piece of equal lengths offsets
    /// move together; any other piece is one block.
    pieces: Vec<(Range<usize>, Range<usize>)>,
}

impl Shown {
    fn new(line: &str, window: Range<usize>) -> Self {
        let text = line.get(window.clone()).unwrap_or_default().to_owned();
        let pieces = vec![(window, 0..text.len())];
        Self { text, pieces }
    }

    /// Secrets taken out; all of the line where `whole`.
    fn redacted(self, whole: bool) -> Self {
        let clean = if whole { redact::REDACTED.to_owned() } else { without_secrets(&self.text) };
        if clean == self.text {
            return self;
        }
        let same =
            |a: &str, b: &str| a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        let head: usize = same(&self.text, &clean);
        let (old, new) = (self.text.get(head..).unwrap_or_default(), clean.get(head..).unwrap_or_default());
        let tail: usize =
            old.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        let (old_end, new_end) = (self.text.len() - tail, clean.len() - tail);
        let base = self.pieces.first().map_or(0, |(old, _)| old.start);
        let pieces =
            [(0..head, 0..head), (head..old_end, head..new_end), (old_end..self.text.len(), new_end..clean.len())]
                .map(|(old, new)| (base + old.start..base + old.end, new))
                .to_vec();
        Self { text: clean, pieces }
    }

    /// Characters that a terminal would obey, by their number.
    fn visible(self) -> Self {
        if !self.text.contains(is_hidden) {
            return self;
        }
        let mut text = String::new();
        let mut pieces = Vec::new();
        for (old, new) in &self.pieces {
            let part = self.text.get(new.clone()).unwrap_or_default();
            if old.len() != new.len() {
                let start = text.len();
                text.push_str(&visible(part));
                pieces.push((old.clone(), start..text.len()));
                continue;
            }
            for (at, c) in part.char_indices() {
                let start = text.len();
                push_visible(&mut text, c);
                let from = old.start + at;
                pieces.push((from..from + c.len_utf8(), start..text.len()));
            }
        }
        Self { text, pieces }
    }

    /// Where an offset of the original stands here; `end`: as the end of a span.
    fn offset(&self, at: usize, end: bool) -> usize {
        let mut last = 0;
        for (old, new) in &self.pieces {
            let within = if end { old.start < at && at <= old.end } else { old.start <= at && at < old.end };
            if within {
                return if old.len() == new.len() {
                    new.start + (at - old.start)
                } else if end {
                    new.end
                } else {
                    new.start
                };
            }
            if old.end <= at {
                last = new.end;
            }
        }
        last
    }
}

/// A line without its secrets. The whole value goes where it is that of the line's own key, and for lists and tables
/// anywhere: a secret may be any item of it.
fn without_secrets(line: &str) -> String {
    let is_name = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    for (count, (at, _)) in line.match_indices('=').enumerate() {
        let before = line.get(..at).unwrap_or_default().trim_end().trim_end_matches(['"', '\'']);
        let name = before.rsplit(|c| !is_name(c)).next().unwrap_or_default();
        let after = line.get(at + 1..).unwrap_or_default().trim_start();
        if redact::is_secret_name(name) && (count == 0 || after.starts_with(['[', '{'])) {
            return format!("{} {}", redact::line(line.get(..=at).unwrap_or_default()), redact::REDACTED);
        }
    }
    redact::line(line)
}

/// True for the header of a table. The items of an array can look like one, but not with a bare word in them.
fn is_header(line: &str) -> bool {
    let header = line.split('#').next().unwrap_or_default().trim();
    let name = header.trim_start_matches('[').trim_end_matches(']').trim();
    header.starts_with('[')
        && header.ends_with(']')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-. ".contains(c))
}

/// A text with the characters that a terminal would obey, or that reorder text, shown by their number.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(&mut shown, c);
    }
    shown
}

fn push_visible(text: &mut String, c: char) {
    if is_hidden(c) {
        text.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
    } else {
        text.push(c);
    }
}

/// Control characters (a tab is none here), and the marks that change the direction of text or have no width.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn rendered(text: &str) -> String {
        let errors = parse("gcp-drift.toml", text, &["connector-unmanaged"]).unwrap_err();
        render(&errors, "gcp-drift.toml", text, false)
    }

    #[test]
    fn an_unknown_key_has_a_caret_and_a_suggestion() {
        let shown = rendered("project = \"netra-staging\"\nregoins = [\"us-central1\"]\n");
        let expected = [
            "error: unknown key `regoins` at the top level",
            " --> gcp-drift.toml:2:1",
            "  |",
            "2 | regoins = [\"us-central1\"]",
            "  | ^^^^^^^",
            "  |",
            "  = help: did you mean `regions`?",
        ];
        assert_eq!(shown.trim_end(), expected.join("\n"));
    }

    #[test]
    fn every_error_is_shown_with_the_place_that_belongs_to_it() {
        let shown = rendered("regions = [\n  \"us-central1\",\n  \"us-central1\",\n]\n[tests]\ncap = 0\n");
        assert!(shown.contains("--> gcp-drift.toml:3:3"), "{shown}");
        assert!(shown.contains("first here"), "{shown}");
        assert!(shown.contains("--> gcp-drift.toml:6:7"), "{shown}");
    }

    #[test]
    fn secrets_are_not_shown_wherever_they_stand() {
        for text in [
            "[terraform.vars]\ndb_password = [\"hunter2\"]\n",
            "[terraform.vars]\ndb_password = [\n  \"hunter2\",\n  {a = 1} 3,\n]\n",
            "[terraform.vars]\ndb_password = [\n  'hunter2' 'hunter2'\n]\n",
            "[terraform.vars]\ndb_password = \"\"\"\nhunter2 \\q\n\"\"\"\n",
            "[terraform.vars]\ndb_password = hunter2\n",
            "[terraform.vars]\ndb_password = 1.5e3 # hunter2\n",
            "project = 'postgres://app:hunter2@10.0.0.3/db'\n",
            "api_token = 'hunter2'\n",
            "x = { tokens = ['a', 'hunter2'], b = 1 }\n",
            "x = { \"tokens\" = { a = 'hunter2' } }\n",
        ] {
            let shown = rendered(text);
            assert!(!shown.contains("hunter2"), "{text}\n{shown}");
            assert!(shown.contains("--> gcp-drift.toml:"), "{shown}");
        }
    }

    #[test]
    fn a_header_below_a_secret_is_shown() {
        let shown = rendered("[terraform.vars]\ndb_password = \"hunter2\"\n[[accept]] # x\nrule = \"x\"\n");
        assert!(shown.contains("3 | [[accept]]"), "{shown}");
        let shown = rendered("[terraform.vars]\ndb_password = [\"hunter2\"]\n");
        assert!(shown.contains("2 | db_password = [redacted]\n"), "{shown}");
    }

    #[test]
    fn a_caret_after_a_redacted_part_still_points_at_its_word() {
        let lines = Lines::new("a = { token = 'hunter2', b = 1 }");
        let (number, shown, span) = lines.shown(&(25..26));
        assert_eq!((number, shown.as_str()), (1, "a = { token = [redacted], b = 1 }"));
        assert_eq!(&shown[span], "b");
        let (_, shown, span) = lines.shown(&(14..23));
        assert_eq!(&shown[span], "[redacted]");
    }

    #[test]
    fn a_terminal_has_nothing_to_obey() {
        let text = "project = 'a\u{1b}[2Jb'\n\"\u{202e}\u{7}x\" = 1\nregions = 'a\u{9b}'\n";
        let errors = parse("gcp\u{1b}.toml", text, &[]).map_or_else(|errors| errors, |_| Vec::new());
        let shown = render(&errors, "gcp\u{1b}.toml", text, false);
        assert!(!errors.is_empty());
        assert!(shown.chars().all(|c| c == '\n' || !is_hidden(c)), "{shown:?}");
        assert!(shown.contains("gcp\\u{1b}.toml"), "{shown}");
    }

    #[test]
    fn long_lines_and_many_errors_are_cut() {
        let text = format!("x = '{}'\nregoins = 1\n", "y".repeat(500_000));
        assert!(rendered(&text).len() < 10_000);
        let list: String = (0..20_000).map(|n| format!("'us-central{n}', ")).collect();
        let far = format!("regions = [{list}3]\n");
        let errors = parse("c", &far, &[]).unwrap_err();
        let last = errors.last().cloned().unwrap();
        assert_eq!(last.message, "`regions` must be an array of strings, not a whole number");
        let (_, shown, span) = Lines::new(&far).shown(&last.range);
        assert!(shown.len() <= MAX_LINE);
        assert_eq!(&shown[span], "3");
        let block = render(std::slice::from_ref(&last), "c", &far, false);
        assert!(block.contains(&format!("in the file it is column {}", last.start.column)), "{block}");
        let many: String = (0..1000).map(|n| format!("unknown_key_{n} = 1\n")).collect();
        let shown = rendered(&many);
        assert_eq!(shown.matches("-->").count(), MAX_SHOWN);
        assert!(shown.contains("… and 950 more errors in gcp-drift.toml"), "{shown}");
    }

    #[test]
    fn colour_is_only_there_when_asked_for() {
        let errors = parse("c", "x = 1", &[]).unwrap_err();
        assert!(render(&errors, "c", "x = 1", true).contains('\u{1b}'));
        assert!(!render(&errors, "c", "x = 1", false).contains('\u{1b}'));
        assert_eq!(render(&[], "c", "", false), "");
    }

    #[test]
    fn spans_outside_of_the_text_do_no_harm() {
        let mut error = parse("c", "x = 1", &[]).unwrap_err().remove(0);
        for range in [0..0, 0..1, 1..1, 1..2, 5..5, 3..900, 900..1000] {
            error.range = range;
            assert!(render(std::slice::from_ref(&error), "c", "ü\nx", false).contains("unknown key"));
        }
    }
}
