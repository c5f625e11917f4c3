//! Patterns of `case`, `[[ … ]]` and `${X#…}`.

use brush_parser::word::{WordPiece, WordPieceWithSource};
use regex::Regex;

use super::Shell;
use super::expand::{Expansion, Within};
use super::pieces::word_pieces;
use super::source::Source;
use super::text::{Part, Text};

/// The longest text in which a pattern is looked for.
const MAX_TEXT: usize = 4_096;

/// A pattern; what is not known of it fits nothing for certain.
pub(super) struct Pattern {
    written: String,
    /// The pattern as an expression, without its ends.
    expression: Option<String>,
    /// The text, where it has no wildcards.
    literal: Option<String>,
}

impl<'a> Shell<'a> {
    pub(super) fn pattern(&mut self, written: &str, source: &Source<'a>, span: (usize, usize)) -> Pattern {
        let mut pattern =
            Pattern { written: written.to_owned(), expression: Some(String::new()), literal: Some(String::new()) };
        match word_pieces(written) {
            Some(pieces) => self.pattern_pieces(&pieces, source, span, false, &mut pattern),
            None => pattern.unknown(),
        }
        pattern
    }

    fn pattern_pieces(
        &mut self,
        pieces: &[WordPieceWithSource],
        source: &Source<'a>,
        span: (usize, usize),
        quoted: bool,
        pattern: &mut Pattern,
    ) {
        for piece in pieces {
            match &piece.piece {
                WordPiece::Text(text) if !quoted => pattern.add_text(&source.text(text), true),
                WordPiece::Text(text) | WordPiece::SingleQuotedText(text) => {
                    pattern.add_text(&source.text(text), false);
                }
                WordPiece::EscapeSequence(text) => {
                    pattern.add_text(&source.text(text.strip_prefix('\\').unwrap_or(text)), false);
                }
                WordPiece::DoubleQuotedSequence(inner) => self.pattern_pieces(inner, source, span, true, pattern),
                WordPiece::ParameterExpansion(expression) => {
                    let within = if quoted { Within::Quotes } else { Within::Value };
                    match self.parameter(expression, source, span, within) {
                        Expansion::Text(text) => pattern.add_text(&text, !quoted),
                        Expansion::List(_) => pattern.unknown(),
                    }
                }
                _ => pattern.unknown(),
            }
        }
    }
}

impl Pattern {
    fn unknown(&mut self) {
        self.expression = None;
        self.literal = None;
    }

    pub(super) fn written(&self) -> Option<&str> {
        self.expression.as_ref().map(|_| self.written.as_str())
    }

    /// The text that alone fits.
    pub(super) fn literal(&self) -> Option<String> {
        self.literal.clone()
    }

    fn add_text(&mut self, text: &Text, wild: bool) {
        match text.known() {
            Some(known) if wild => self.add_wild(known),
            Some(known) => {
                if let Some(expression) = &mut self.expression {
                    expression.push_str(&regex::escape(known));
                }
                if let Some(literal) = &mut self.literal {
                    literal.push_str(known);
                }
            }
            None => self.unknown(),
        }
    }

    fn add_wild(&mut self, text: &str) {
        // Lists of patterns, such as `@(a|b)`.
        let extended = ["@(", "?(", "*(", "+(", "!("].iter().any(|start| text.contains(start));
        let Some(expression) = self.expression.as_mut().filter(|_| !extended) else { return self.unknown() };
        let characters: Vec<char> = text.chars().collect();
        let mut at = 0;
        while let Some(character) = characters.get(at) {
            at += 1;
            match character {
                '*' => expression.push_str(".*"),
                '?' => expression.push('.'),
                '[' => {
                    let end = characters.iter().skip(at + 1).position(|next| *next == ']').map(|found| at + 1 + found);
                    let Some(end) = end else {
                        expression.push_str("\\[");
                        continue;
                    };
                    let inner: String = characters.get(at..end).unwrap_or_default().iter().collect();
                    let (negated, set) = match inner.strip_prefix(['!', '^']) {
                        Some(rest) => ("^", rest),
                        None => ("", inner.as_str()),
                    };
                    if set.is_empty() || !set.chars().all(|next| next.is_ascii_alphanumeric() || "-_./,".contains(next))
                    {
                        return self.unknown();
                    }
                    expression.push_str(&format!("[{negated}{}]", set.replace('.', "\\.")));
                    at = end + 1;
                }
                other => {
                    expression.push_str(&regex::escape(&other.to_string()));
                    if let Some(literal) = &mut self.literal {
                        literal.push(*other);
                    }
                    continue;
                }
            }
            self.literal = None;
        }
    }

    fn regex(&self, start: &str, end: &str) -> Option<Regex> {
        let expression = self.expression.as_ref()?;
        regex::RegexBuilder::new(&format!("(?s){start}(?:{expression}){end}")).size_limit(1 << 20).build().ok()
    }

    /// Whether all of the text fits; `None` where that is not known.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        if text.len() > MAX_TEXT {
            return None;
        }
        self.regex("\\A", "\\z").map(|regex| regex.is_match(text))
    }

    pub(super) fn matches_text(&self, text: &Text) -> Option<bool> {
        if self.expression.as_deref() == Some(".*") {
            return Some(true);
        }
        if let Some(options) = text.options() {
            let all: Option<Vec<bool>> = options.iter().map(|option| self.matches(option)).collect();
            let all = all?;
            return match (all.contains(&true), all.contains(&false)) {
                (true, false) => Some(true),
                (false, true) => Some(false),
                _ => None,
            };
        }
        // What is known at the start can already say that it does not fit.
        match (text.0.first(), &self.literal) {
            (Some(Part::Lit(start)), Some(literal)) if !literal.starts_with(start.as_str()) => Some(false),
            _ => None,
        }
    }

    /// The text without what fits at one end.
    pub(super) fn cut(&self, text: &str, front: bool, longest: bool) -> Option<String> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let regex = self.regex("\\A", "\\z")?;
        let mut ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        if longest == front {
            ends.reverse();
        }
        for at in ends {
            let (head, tail) = text.split_at_checked(at)?;
            let (cut, kept) = if front { (head, tail) } else { (tail, head) };
            if regex.is_match(cut) {
                return Some(kept.to_owned());
            }
        }
        Some(text.to_owned())
    }

    pub(super) fn replace(&self, text: &str, with: &str, limit: usize) -> Option<String> {
        if self.expression.as_deref() == Some("") {
            return Some(text.to_owned());
        }
        let regex = self.regex("", "").filter(|_| text.len() <= MAX_TEXT)?;
        let limit = if limit == usize::MAX { 0 } else { limit };
        Some(regex.replacen(text, limit, regex::NoExpand(with)).into_owned())
    }

    pub(super) fn replace_end(&self, text: &str, with: &str, front: bool) -> Option<String> {
        let kept = self.cut(text, front, true)?;
        if kept.len() == text.len() && self.expression.as_deref() != Some("") {
            return Some(text.to_owned());
        }
        Some(if front { format!("{with}{kept}") } else { format!("{kept}{with}") })
    }
}
