//! What is wrong where a config file is no TOML, in words for people.

use std::ops::Range;

use toml_span::{Error, ErrorKind};

use super::error::Errors;
use super::table::shown;
use super::validate;

/// Adds the error of the TOML parser.
pub(super) fn report(error: &Error, errors: &mut Errors) {
    let at: Range<usize> = error.span.into();
    let (message, note) = match &error.kind {
        ErrorKind::InvalidNumber => return invalid_number(at, errors),
        ErrorKind::DuplicateTable { name, first } => {
            let message = format!("the table `{}` stands twice", shown(name));
            errors.add(at, message).related((*first).into(), "first here");
            return;
        }
        ErrorKind::DuplicateKey { key, first } => {
            errors.add(at, format!("`{}` stands twice", shown(key))).related((*first).into(), "first here");
            return;
        }
        ErrorKind::DottedKeyInvalidType { first } => {
            errors.add(at, "this extends something that is no table").related((*first).into(), "it is set here");
            return;
        }
        ErrorKind::InvalidCharInString('\n') => {
            ("the string has no end on its line".to_owned(), Some("text of several lines stands in `\"\"\"`"))
        }
        ErrorKind::InvalidEscape(found) | ErrorKind::InvalidHexEscape(found) => (
            format!("{} after a backslash is no escape", character(*found)),
            Some("in `'…'` a backslash is only a backslash"),
        ),
        ErrorKind::InvalidCharInString(found) => (format!("{} must not stand in a string", character(*found)), None),
        ErrorKind::Unexpected(found) => (format!("{} is not expected here", character(*found)), None),
        ErrorKind::Wanted { expected, found } => (format!("{expected} is expected here, not {found}"), None),
        ErrorKind::UnexpectedEof => ("the file ends where a value is expected".to_owned(), None),
        ErrorKind::ExceededDepthLimit => ("values nest too deep".to_owned(), None),
        ErrorKind::UnquotedString => ("text must stand in quotes".to_owned(), None),
        ErrorKind::UnterminatedString => ("the string has no end".to_owned(), None),
        ErrorKind::InvalidEscapeValue(_) => ("there is no such character".to_owned(), None),
        ErrorKind::RedefineAsArray => ("this is a table above, and an array of tables here".to_owned(), None),
        ErrorKind::MultilineStringKey => ("a key must stand on one line".to_owned(), None),
        // Kinds that only the deserialising helpers of the parser produce, and kinds of later versions.
        _ => ("this is no valid TOML".to_owned(), None),
    };
    errors.add(at, message).note_if(note);
}

/// A number that is none; a bare date is the common case, since TOML has dates and this file takes them as strings.
fn invalid_number(at: Range<usize>, errors: &mut Errors) {
    let written = errors.text(at.clone()).to_owned();
    if validate::date(&written).is_ok() {
        errors.add(at, "dates stand in quotes").suggest(Some(format!("\"{written}\"")));
    } else {
        errors.add(at, "this is no number").note("text must stand in quotes");
    }
}

/// A character in words that show what cannot be seen.
fn character(found: char) -> String {
    if found.is_control() || found.is_whitespace() {
        format!("the character U+{:04X}", u32::from(found))
    } else {
        format!("`{found}`")
    }
}
