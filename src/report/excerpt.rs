//! The cited source line of an origin, with the part of it to underline.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::redact::REDACTED;
use crate::model::{RepoPath, SourceSpan};

/// A cited line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Line number, from 1.
    pub line: u32,
    /// The line, without trailing white space. Characters that could steer a terminal are replaced one by one, so that
    /// columns stay; tabs are kept.
    pub text: String,
    /// Bytes of `text` to underline; lies on character boundaries, and may be empty.
    pub range: Range<usize>,
}

impl Excerpt {
    /// The column of the first underlined character, from 1. It differs from that of the origin where the line was
    /// shortened or a secret was taken out of it.
    pub fn column(&self) -> usize {
        self.text.get(..self.range.start).map_or(1, |before| before.chars().count() + 1)
    }
}

/// The line that `span` begins on, where it is among the cited lines.
pub fn of(excerpts: &BTreeMap<RepoPath, BTreeMap<u32, String>>, span: &SourceSpan) -> Option<Excerpt> {
    let cited = excerpts.get(&span.file)?.get(&span.start.line)?;
    let text: String = cited
        .trim_end()
        .chars()
        .map(|char| if is_harmless(char) { char } else { char::REPLACEMENT_CHARACTER })
        .collect();
    let length = text.chars().count();
    let mut start = (span.start.column as usize).saturating_sub(1);
    let mut end = if span.end.line == span.start.line { (span.end.column as usize).saturating_sub(1) } else { length };
    if let Some(at) = text.find(REDACTED) {
        // Columns were counted before the secret was taken out; from there on they say nothing.
        let reliable = text.get(..at).unwrap_or_default().chars().count();
        if start > reliable {
            start = length - text.trim_start().chars().count();
        }
        if end > reliable {
            end = length;
        }
    }
    let start = start.min(length);
    let end = end.clamp((start + 1).min(length), length);
    let range = byte_of(&text, start)..byte_of(&text, end);
    Some(Excerpt { line: span.start.line, text, range })
}

/// True for a character that is printed as itself: no control character (but a tab), nothing that reorders or hides text.
fn is_harmless(char: char) -> bool {
    char == '\t' || !is_unprintable(char)
}

/// True for control characters and for those that reorder, break or hide text.
pub fn is_unprintable(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The byte offset of a character, the end for an index past it.
fn byte_of(text: &str, index: usize) -> usize {
    text.char_indices().nth(index).map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Position;
    use crate::model::origin::Callers;

    fn cut(line: &str, start: u32, end: u32) -> (String, String) {
        let file = RepoPath::new("a.tf");
        let excerpts = [(file.clone(), [(7, line.to_owned())].into())].into();
        let position = |column| Position { line: 7, column };
        let span = SourceSpan {
            file,
            start: position(start),
            end: position(end),
            callers: Callers::default(),
            observed: None,
        };
        let excerpt = of(&excerpts, &span).unwrap();
        (excerpt.text.clone(), excerpt.text[excerpt.range].to_owned())
    }

    #[test]
    fn the_underlined_part_is_what_the_span_says() {
        assert_eq!(cut("  a = \"β\"  ", 7, 10).1, "\"β\"");
        assert_eq!(cut("abc", 2, 2).1, "b", "an empty span still shows one character");
    }

    #[test]
    fn columns_beyond_the_line_are_its_end() {
        assert_eq!(cut("abc", 9, 12).1, "");
        assert_eq!(cut("abc", 0, 0).1, "a");
        assert_eq!(cut("", 1, 1), (String::new(), String::new()));
        assert_eq!(cut("abc", 3, u32::MAX).1, "c");
    }

    #[test]
    fn columns_behind_a_redacted_value_are_not_trusted() {
        let line = "  set(token=[redacted], egress=\"all\")";
        assert_eq!(cut(line, 60, 63).1, "set(token=[redacted], egress=\"all\")");
        assert_eq!(cut(line, 3, 60).1, "set(token=[redacted], egress=\"all\")");
        assert_eq!(cut(line, 3, 6).1, "set");
    }

    #[test]
    fn control_characters_are_replaced_and_columns_stay() {
        assert_eq!(cut("\ta\u{1b}[31m\u{202e}b", 8, 9), ("\ta\u{fffd}[31m\u{fffd}b".to_owned(), "\u{fffd}".to_owned()));
    }

    #[test]
    fn a_span_over_several_lines_is_underlined_to_the_end_of_its_first() {
        let file = RepoPath::new("a.tf");
        let excerpts = [(file.clone(), [(1, "a {".to_owned())].into())].into();
        let (start, end) = (Position { line: 1, column: 3 }, Position { line: 4, column: 2 });
        let mut span = SourceSpan { file, start, end, callers: Callers::default(), observed: None };
        assert_eq!(of(&excerpts, &span).unwrap().range, 2..3);
        span.start.line = 2;
        assert_eq!(of(&excerpts, &span), None);
    }
}
