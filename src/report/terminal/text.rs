//! Escaping, wrapping and painting.

use annotate_snippets::renderer::{AnsiColor, Effects, Style as Paint};

use crate::finding::Severity;
use crate::report::excerpt::is_unprintable;

/// Headings of sections and titles of findings.
pub(crate) const BOLD: Paint = Paint::new().effects(Effects::BOLD);

/// Text with every character that could steer or deceive a terminal written as an escape, line breaks included: names
/// come from files and APIs, and must not be able to forge lines of the report.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if is_unprintable(char) {
            out.extend(char.escape_default());
        } else {
            out.push(char);
        }
    }
    out
}

/// Lines of at most `width` characters, broken at spaces. A longer word stays whole, so that it can be copied.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    wrap_after(text, width, width)
}

/// Like [`wrap`], with another width for the first line.
fn wrap_after(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for (at, word) in text.split(' ').enumerate() {
        let word_length = word.chars().count();
        let width = if lines.is_empty() { first } else { rest };
        if at == 0 || (line.is_empty() && !lines.is_empty()) {
            line.push_str(word);
            length += word_length;
        } else if length + 1 + word_length > width && !word.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            line.push_str(word);
            length = word_length;
        } else {
            line.push(' ');
            line.push_str(word);
            length += 1 + word_length;
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// `text` after `lead`, wrapped; following lines are indented by `indent` characters. Ends with a line end.
pub(crate) fn hanging(lead: &str, text: &str, indent: usize, width: usize) -> String {
    let room = |taken: usize| width.saturating_sub(taken).max(MIN_ROOM);
    let mut lines = wrap_after(text, room(lead.chars().count()), room(indent)).into_iter();
    let mut out = format!("{lead}{}", lines.next().unwrap_or_default()).trim_end().to_owned();
    out.push('\n');
    for line in lines {
        out.push_str(&" ".repeat(indent));
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// Below this, wrapping would leave a column of single words.
const MIN_ROOM: usize = 20;

/// Text in a style, plain where colours are off.
pub(crate) fn paint(text: &str, paint: Paint, color: bool) -> String {
    if color { format!("{paint}{text}{paint:#}") } else { text.to_owned() }
}

/// The style of a severity's label; the label says the same in words.
pub(super) fn severity_paint(severity: Severity) -> Paint {
    let color = match severity {
        Severity::Critical | Severity::High => AnsiColor::BrightRed,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low | Severity::Info => AnsiColor::BrightGreen,
    };
    color.on_default().effects(Effects::BOLD)
}

/// The style of what could not be checked.
pub(super) fn unchecked_paint() -> Paint {
    AnsiColor::Yellow.on_default().effects(Effects::BOLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(escape("a\u{1b}[31m\n\t\u{9b}\u{202e}β`"), "a\\u{1b}[31m\\n\\t\\u{9b}\\u{202e}β`");
    }

    #[test]
    fn lines_break_at_spaces_and_words_stay_whole() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aa bbbbbbbbbb cc", 5), ["aa", "bbbbbbbbbb", "cc"]);
        assert_eq!(wrap("a  b", 9), ["a  b"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("  a", 1), ["", "a"]);
    }

    #[test]
    fn following_lines_hang() {
        let text = "one two three four five six seven";
        assert_eq!(hanging("  - ", text, 6, 28), "  - one two three four five\n      six seven\n");
        assert_eq!(hanging("", "", 2, 10), "\n");
    }
}
