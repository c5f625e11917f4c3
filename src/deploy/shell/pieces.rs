//! What a word and a here-document are made of.
//!
//! The parser reads what stands in an expansion once for each way that it tries to read the whole, so that its time
//! doubles with each level. It is therefore given a text in which nothing stands in an expansion.

use brush_parser::word::{self, Parameter, ParameterExpr, WordPiece, WordPieceWithSource};

use super::limits;
use super::masked::Masked;
use super::source::options;

/// The pieces of a word; `None` where it does not parse.
pub(super) fn word_pieces(text: &str) -> Option<Vec<WordPieceWithSource>> {
    pieces(text, Kind::Word)
}

/// The pieces of the text of a here-document; `None` where it does not parse.
pub(super) fn document_pieces(text: &str) -> Option<Vec<WordPieceWithSource>> {
    pieces(text, Kind::Document)
}

/// A text behind `:-` in quotes, such as `a "b" 'c'`, as the text of double quotes: of the quotes in it, double ones are
/// left out, with what they keep a backslash from, and single ones are text.
pub(super) fn quoted_text(text: &str) -> Option<String> {
    let mut out = String::from("\"");
    let mut inner = false;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let end = match Construct::at(rest, true) {
            Construct::Quote => {
                inner = !inner;
                at += 1;
                continue;
            }
            Construct::Expansion(open) => end_of(text, at + 2, open)?,
            Construct::Closed(length) => at + length?,
        };
        let part = text.get(at..end)?;
        at = end;
        let escaped = part.strip_prefix('\\').filter(|next| match inner {
            true => !next.starts_with(['$', '`', '"', '\\', '\n']),
            false => *next == "}",
        });
        out.push_str(escaped.unwrap_or(part));
    }
    out.push('"');
    (!inner).then_some(out)
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Word,
    /// Its quotes are text.
    Document,
}

fn pieces(text: &str, kind: Kind) -> Option<Vec<WordPieceWithSource>> {
    let (masked, starts) = flat(text, kind)?;
    if limits::of_word(masked.plain()) {
        return None;
    }
    let mut pieces = match kind {
        Kind::Word => word::parse(masked.plain(), &options()),
        Kind::Document => word::parse_heredoc(masked.plain(), &options()),
    }
    .ok()?;
    if are_taken_for_text(&pieces, &starts) {
        return None;
    }
    pieces.iter_mut().for_each(|piece| unmask(piece, &masked));
    Some(pieces)
}

/// A text in which what stands in an expansion is hidden, and where its expansions start.
fn flat(text: &str, kind: Kind) -> Option<(Masked<'_>, Vec<usize>)> {
    let mut masked = Masked::default();
    let mut starts = Vec::new();
    let mut quoted = false;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let next = match Construct::at(rest, kind == Kind::Document || quoted) {
            Construct::Quote if kind == Kind::Document => at + 1,
            Construct::Quote => {
                quoted = !quoted;
                at + 1
            }
            Construct::Expansion(open) => {
                starts.push(masked.plain().len());
                let end = end_of(text, at + 2, open)?;
                let sum = (open == Open::Command).then(|| sum_within(text, at, end)).flatten();
                let (inner, tail) = sum.unwrap_or((at + 2, end - 1));
                masked.show(text.get(at..inner)?)?;
                if open == Open::Brace {
                    parameter(text.get(inner..tail)?, &mut masked)?;
                } else {
                    masked.hide(text.get(inner..tail)?)?;
                }
                masked.show(text.get(tail..end)?)?;
                at = end;
                continue;
            }
            Construct::Closed(length) => at + length?,
        };
        masked.show(text.get(at..next)?)?;
        at = next;
    }
    (!quoted).then_some((masked, starts))
}

/// Adds what stands in `${…}`, where what is quoted or expanded in it is hidden.
fn parameter<'t>(text: &'t str, masked: &mut Masked<'t>) -> Option<()> {
    let start = masked.plain().len();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let end = match Construct::at(rest, false) {
            Construct::Quote => end_of(text, at + 1, Open::Quotes)?,
            Construct::Expansion(open) => end_of(text, at + 2, open)?,
            Construct::Closed(length) => at + length?,
        };
        let part = text.get(at..end)?;
        if part.starts_with(['\'', '"', '`']) || part.starts_with('$') && part.len() > 1 {
            masked.hide(part)?;
        } else {
            masked.show(part)?;
        }
        at = end;
    }
    (!limits::of_parameter(masked.plain().get(start..)?)).then_some(())
}

/// What begins at a place of a text.
enum Construct {
    /// A double quote.
    Quote,
    /// `$(`, `${` or `$[`.
    Expansion(Open),
    /// Something else of so many bytes; `None` where it does not end.
    Closed(Option<usize>),
}

impl Construct {
    fn at(rest: &str, quoted: bool) -> Self {
        let mut characters = rest.chars();
        let first = characters.next();
        let second = characters.next();
        let closed = |end: Option<usize>, before: usize| Self::Closed(end.map(|end| end + before));
        match (first, second) {
            (Some('\\'), second) => Self::Closed(Some(1 + second.map_or(0, char::len_utf8))),
            (Some('"'), _) => Self::Quote,
            (Some('\''), _) if !quoted => closed(after(rest.get(1..), '\'', false), 1),
            (Some('`'), _) => closed(after(rest.get(1..), '`', true), 1),
            (Some('$'), Some('\'')) if !quoted => closed(after(rest.get(2..), '\'', true), 2),
            (Some('$'), Some('(')) => Self::Expansion(Open::Command),
            (Some('$'), Some('{')) => Self::Expansion(Open::Brace),
            (Some('$'), Some('[')) => Self::Expansion(Open::Bracket),
            (first, _) => Self::Closed(Some(first.map_or(0, char::len_utf8))),
        }
    }
}

/// Behind the first `end` of a text, where a backslash may keep one from ending it.
fn after(text: Option<&str>, end: char, escapes: bool) -> Option<usize> {
    let mut characters = text?.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == end {
            return Some(at + end.len_utf8());
        }
        if character == '\\' && escapes {
            characters.next();
        }
    }
    None
}

/// What is open in a text.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    /// `$(`, and `(` in it: commands.
    Command,
    /// `((`: numbers.
    Sum,
    /// `${`.
    Brace,
    /// `$[`.
    Bracket,
    /// `"`.
    Quotes,
}

/// Behind what ends a construct, of which all before `at` is read.
fn end_of(text: &str, mut at: usize, first: Open) -> Option<usize> {
    let mut open = vec![first];
    let mut documents = Vec::new();
    if first == Open::Command && text.get(at..)?.starts_with('(') {
        open.push(Open::Sum);
        at += 1;
    }
    while let Some(top) = open.last().copied() {
        let rest = text.get(at..)?;
        let character = rest.chars().next()?;
        at += match (character, top, Construct::at(rest, top == Open::Quotes)) {
            (_, Open::Quotes, Construct::Quote) | ('}', Open::Brace, _) | (']', Open::Bracket, _) => {
                open.pop();
                1
            }
            (')', Open::Command | Open::Sum, _) => {
                open.pop();
                1
            }
            (_, _, Construct::Quote) => {
                open.push(Open::Quotes);
                1
            }
            (_, _, Construct::Expansion(inner)) => {
                open.push(inner);
                let is_sum = inner == Open::Command && rest.starts_with("$((");
                if is_sum {
                    open.push(Open::Sum);
                }
                2 + usize::from(is_sum)
            }
            ('(', Open::Command, _) if rest.starts_with("((") => {
                open.extend([Open::Command, Open::Sum]);
                2
            }
            ('(', Open::Command | Open::Sum, _) | ('[', Open::Bracket, _) => {
                open.push(top);
                1
            }
            ('#', Open::Command, _) if starts_word(text, at) => rest.find('\n')?,
            ('<', Open::Command, _) if rest.starts_with("<<<") => 3,
            ('<', Open::Command, _) if rest.starts_with("<<") => {
                documents.push(delimiter(rest.get(2..)?));
                2
            }
            ('\n', Open::Command, _) => 1 + bodies(rest.get(1..)?, &mut documents)?,
            (_, _, Construct::Closed(length)) => length?,
        };
    }
    Some(at)
}

/// Where the index of an array ends, by the text behind its `[`.
pub(super) fn index_end(text: &str) -> Option<usize> {
    end_of(text, 0, Open::Bracket)
}

/// Where the numbers of `$((…))` begin and end, given where it does itself; `None` where it is commands.
fn sum_within(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let within = text.get(start..end)?;
    let inner = within.strip_prefix("$((")?.strip_suffix("))")?;
    let first = end_of(within, 3, Open::Sum)?;
    (first + 1 == within.len()).then_some((start + 3, start + 3 + inner.len()))
}

fn starts_word(text: &str, at: usize) -> bool {
    text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|last| " \t\n;|&()".contains(last))
}

/// What ends a here-document, and whether tabs may stand before it, by the text behind its `<<`.
fn delimiter(text: &str) -> (String, bool) {
    let (text, tabs) = text.strip_prefix('-').map_or((text, false), |text| (text, true));
    let word = text.trim_start_matches([' ', '\t']).split([' ', '\t', '\n', ';', '|', '&', '(', ')', '<', '>']).next();
    (word.unwrap_or_default().replace(['\'', '"', '\\'], ""), tabs)
}

/// The length of the here-documents at the start of a text; `None` where they do not end.
fn bodies(text: &str, documents: &mut Vec<(String, bool)>) -> Option<usize> {
    let mut length = 0;
    for (end, tabs) in documents.drain(..) {
        loop {
            let rest = text.get(length..).filter(|rest| !rest.is_empty())?;
            let line = rest.split('\n').next().unwrap_or_default();
            length = (length + line.len() + 1).min(text.len());
            if (if tabs { line.trim_start_matches('\t') } else { line }) == end {
                break;
            }
        }
    }
    Some(length)
}

/// True where an expansion is taken for text, because its form is not known.
fn are_taken_for_text(pieces: &[WordPieceWithSource], starts: &[usize]) -> bool {
    pieces.iter().any(|piece| match &piece.piece {
        WordPiece::Text(_) => {
            let first = starts.partition_point(|start| *start < piece.start_index);
            starts.get(first).is_some_and(|start| *start < piece.end_index)
        }
        WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
            are_taken_for_text(inner, starts)
        }
        _ => false,
    })
}

fn unmask(piece: &mut WordPieceWithSource, masked: &Masked<'_>) {
    piece.start_index = masked.place(piece.start_index);
    piece.end_index = masked.place(piece.end_index);
    let restore = |text: &mut String| *text = masked.unmask(text);
    match &mut piece.piece {
        WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
            inner.iter_mut().for_each(|piece| unmask(piece, masked));
        }
        WordPiece::ParameterExpansion(expression) => texts(expression).into_iter().for_each(restore),
        WordPiece::Text(text)
        | WordPiece::SingleQuotedText(text)
        | WordPiece::AnsiCQuotedText(text)
        | WordPiece::EscapeSequence(text)
        | WordPiece::CommandSubstitution(text)
        | WordPiece::BackquotedCommandSubstitution(text) => restore(text),
        WordPiece::ArithmeticExpression(expression) => restore(&mut expression.value),
        WordPiece::TildeExpansion(_) => {}
    }
}

/// The texts of an expansion that are expanded themselves.
fn texts(expression: &mut ParameterExpr) -> Vec<&mut String> {
    use ParameterExpr as E;
    let (parameter, mut texts) = match expression {
        E::Parameter { parameter, .. } | E::ParameterLength { parameter, .. } | E::Transform { parameter, .. } => {
            (parameter, Vec::new())
        }
        E::UseDefaultValues { parameter, default_value: word, .. }
        | E::AssignDefaultValues { parameter, default_value: word, .. }
        | E::IndicateErrorIfNullOrUnset { parameter, error_message: word, .. }
        | E::UseAlternativeValue { parameter, alternative_value: word, .. }
        | E::RemoveSmallestSuffixPattern { parameter, pattern: word, .. }
        | E::RemoveLargestSuffixPattern { parameter, pattern: word, .. }
        | E::RemoveSmallestPrefixPattern { parameter, pattern: word, .. }
        | E::RemoveLargestPrefixPattern { parameter, pattern: word, .. }
        | E::UppercaseFirstChar { parameter, pattern: word, .. }
        | E::UppercasePattern { parameter, pattern: word, .. }
        | E::LowercaseFirstChar { parameter, pattern: word, .. }
        | E::LowercasePattern { parameter, pattern: word, .. } => (parameter, word.iter_mut().collect()),
        E::Substring { parameter, offset, length, .. } => {
            let length = length.iter_mut().map(|length| &mut length.value);
            (parameter, std::iter::once(&mut offset.value).chain(length).collect())
        }
        E::ReplaceSubstring { parameter, pattern, replacement, .. } => {
            (parameter, std::iter::once(pattern).chain(replacement.iter_mut()).collect())
        }
        E::VariableNames { .. } | E::MemberKeys { .. } => return Vec::new(),
    };
    if let Parameter::NamedWithIndex { index, .. } = parameter {
        texts.push(index);
    }
    texts
}
