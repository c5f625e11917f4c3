//! Text to syntax tree, with the repairs that valid configuration needs which the parser rejects.
//!
//! Every repair keeps the length of the text, so that all spans stay those of the file.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::str::FromStr;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::parser::Error;
use hcl_edit::structure;
use hcl_edit::template::Template;

use super::literals::Lines;
use super::lower::Lower;
use super::{Body, Expr, Part};

/// The largest number of repairs that are tried in one file.
const MAX_REPAIRS: usize = 200;

/// Why a text is no configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// A lower-case fragment.
    pub text: String,
    /// Byte offset of the error.
    pub offset: usize,
}

/// Parses a file of blocks and attributes.
///
/// # Errors
/// The first syntax error: a file with one is lost as a whole.
pub fn parse_body(text: &str, file: u32) -> Result<Body, SyntaxError> {
    let body: structure::Body = parse_repaired(text)?;
    let lower = lower(text, file);
    let lowered = lower.body(&body);
    unless_refused(&lower, lowered)
}

/// Parses one expression. Line breaks and comments may stand around it and in it, as in parentheses.
///
/// # Errors
/// The first syntax error.
pub fn parse_expression(text: &str, file: u32) -> Result<Expr, SyntaxError> {
    let (source, shift, expr) = match parse_repaired::<Expression>(text) {
        Ok(expr) => (Cow::Borrowed(text), 0, expr),
        Err(error) => {
            let wrapped = format!("({text}\n)");
            match parse_repaired::<Expression>(&wrapped) {
                // The first parenthesis must be closed by the last one.
                Ok(Expression::Parenthesis(inner)) if inner.span().is_none_or(|span| span.end == wrapped.len()) => {
                    (Cow::Owned(wrapped), -1, inner.into_inner())
                }
                _ => return Err(error),
            }
        }
    };
    let lower = Lower { shift, ..lower(&source, file) };
    let lowered = lower.expr(&expr);
    unless_refused(&lower, lowered)
}

/// Parses the text of a template file.
///
/// # Errors
/// The first syntax error.
pub fn parse_template(text: &str, file: u32) -> Result<Vec<Part>, SyntaxError> {
    let template: Template = parse_repaired(text)?;
    let lower = lower(text, file);
    let lowered = lower.parts(&template, Lines::Kept);
    unless_refused(&lower, lowered)
}

fn lower(source: &str, file: u32) -> Lower<'_> {
    Lower { source, file, shift: 0, names: RefCell::default(), refused: Cell::default() }
}

fn unless_refused<T>(lower: &Lower<'_>, lowered: T) -> Result<T, SyntaxError> {
    match lower.refused.get() {
        Some((offset, text)) => Err(SyntaxError { text: text.to_owned(), offset }),
        None => Ok(lowered),
    }
}

fn parse_repaired<T: FromStr<Err = Error>>(text: &str) -> Result<T, SyntaxError> {
    let mut repaired: Option<String> = None;
    if let Some(rest) = text.strip_prefix('\u{feff}') {
        repaired = Some(format!("   {rest}"));
    }
    if let Some(filled) = replace_empty_heredocs(repaired.as_deref().unwrap_or(text)) {
        repaired = Some(filled);
    }
    for attempt in 0..=MAX_REPAIRS {
        let current = repaired.as_deref().unwrap_or(text);
        let error = match current.parse::<T>() {
            Ok(parsed) => return Ok(parsed),
            Err(error) => error,
        };
        let offset = error.location().offset().min(current.len());
        match repair(current, &error, offset, attempt) {
            Some(next) => repaired = Some(next),
            None => return Err(SyntaxError { text: fragment(error.message()), offset }),
        }
    }
    Err(SyntaxError { text: "too many repairs are needed".to_owned(), offset: 0 })
}

/// A text of the same length with the cause of the error taken away, where the error is one of those that
/// Terraform's own parser does not make.
fn repair(text: &str, error: &Error, offset: usize, attempt: usize) -> Option<String> {
    if error.message().contains("redefined object key") {
        return rename_key(text, offset, attempt);
    }
    let rest = text.get(offset..)?;
    let skipped = rest.len() - rest.trim_start().len();
    let next = rest.as_bytes().get(skipped)?;
    if !b"?:+-*/%&|<>=!.".contains(next) {
        return None;
    }
    join_lines(text, offset + skipped)
}

/// A heredoc without any line makes the parser read on to the next line that looks like its end: it is overwritten
/// with an empty string of the same length.
fn replace_empty_heredocs(text: &str) -> Option<String> {
    if !text.contains("<<") {
        return None;
    }
    let mut replaced: Option<String> = None;
    let mut delimiter: Option<&str> = None;
    let mut offset = 0;
    let mut opening: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if let Some(name) = delimiter {
            if trimmed == name {
                if let Some(start) = opening {
                    let end = offset + line.len() - line.trim_start().len() + trimmed.len();
                    let blank = format!("\"\"{}", " ".repeat((end - start).saturating_sub(2)));
                    replaced.get_or_insert_with(|| text.to_owned()).replace_range(start..end, &blank);
                }
                delimiter = None;
            }
            opening = None;
        } else if let Some((before, name)) = line.trim_end().rsplit_once("<<") {
            let name = name.strip_prefix('-').unwrap_or(name);
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            if !name.is_empty() && name.bytes().all(is_name) && comment_start(before).is_none() {
                delimiter = Some(name);
                opening = Some(offset + before.len());
            }
        }
        offset += line.len();
    }
    replaced
}

/// Overwrites the line break before `at`, and a comment that ends there, with spaces.
fn join_lines(text: &str, at: usize) -> Option<String> {
    let before = text.get(..at)?;
    let newline = before.rfind('\n')?;
    if !text.get(newline..at)?.trim().is_empty() {
        return None;
    }
    let line_start = before.get(..newline)?.rfind('\n').map_or(0, |found| found + 1);
    let line = text.get(line_start..newline)?;
    let comment = comment_start(line).map_or(newline, |column| line_start + column);
    let mut bytes = text.as_bytes().to_vec();
    for byte in bytes.get_mut(comment..=newline)? {
        *byte = b' ';
    }
    String::from_utf8(bytes).ok()
}

/// Where a `#` or `//` comment starts in a line, outside of strings.
fn comment_start(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut quoted = false;
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        match byte {
            b'\\' if quoted => index += 1,
            b'"' => quoted = !quoted,
            b'#' if !quoted => return Some(index),
            b'/' if !quoted && bytes.get(index + 1) == Some(&b'/') => return Some(index),
            _ => {}
        }
        index += 1;
    }
    None
}

/// Overwrites the key at `offset` with a unique one of the same length; its real text is read from the file.
fn rename_key(text: &str, offset: usize, attempt: usize) -> Option<String> {
    let length = key_length(text.get(offset..)?).filter(|&length| length > 0)?;
    let (start, end) = (offset, offset + length);
    // Letters that are no hexadecimal digits keep it an identifier; the number of the attempt keeps it unique.
    let digits = b"zyxwvutsrqponmlk";
    let mut bytes = text.as_bytes().to_vec();
    let mut number = attempt;
    for byte in bytes.get_mut(start..end)?.iter_mut().rev() {
        *byte = digits.get(number % digits.len()).copied().unwrap_or(b'z');
        number /= digits.len();
    }
    (number == 0 || length > 2).then(|| String::from_utf8(bytes).ok()).flatten()
}

/// The number of bytes of the object key that a text begins with: a word, a quoted string or a parenthesis.
fn key_length(text: &str) -> Option<usize> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii();
    let bytes = text.as_bytes();
    if !matches!(bytes.first()?, b'"' | b'(') {
        return Some(bytes.iter().take_while(|byte| is_word(**byte)).count());
    }
    // Strings, and within them what is interpolated, may hold each other.
    let mut open: Vec<u8> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let quoted = open.last() == Some(&b'"');
        match byte {
            b'\\' if quoted => at += 1,
            b'$' | b'%' if quoted && bytes.get(at + 1) == Some(&b'{') => {
                open.push(b'}');
                at += 1;
            }
            b'"' if quoted => drop(open.pop()),
            b'"' => open.push(b'"'),
            b'(' if !quoted => open.push(b')'),
            b'{' if !quoted => open.push(b'}'),
            b')' | b'}' if !quoted && open.pop() != Some(byte) => return None,
            b'\n' => return None,
            _ => {}
        }
        at += 1;
        if open.is_empty() {
            return Some(at);
        }
    }
    None
}

/// What the parser says, in the words of this tool where it is a limit of the parser.
fn fragment(message: &str) -> String {
    if message.contains("nested levels") {
        return "nothing nested more than 64 levels deep can be read".to_owned();
    }
    if message.contains("chained binary operators") {
        return "no more than 128 operators in a row can be read: parentheses around some of them help".to_owned();
    }
    let first = message.lines().next().unwrap_or("syntax error").trim();
    if first.is_empty() { "syntax error".to_owned() } else { first.to_owned() }
}
