//! What is wrong where a config file is no TOML, in words for people.

use std::ops::Range;

use toml_span::{Error, ErrorKind};

use super::error::Errors;
use super::table::shown;
use super::validate;

/// Adds the error of the TOML parser.
pub(super) fn report(error: &Error, errors: &mut Errors) {
    let at: Range<usize> = error.span.into();
    match &error.kind {
        ErrorKind::UnexpectedEof => drop(errors.add(at, "the file ends where a value is expected")),
        ErrorKind::ExceededDepthLimit => drop(errors.add(at, "values nest too deep")),
        ErrorKind::UnquotedString => drop(errors.add(at, "text must stand in quotes")),
        ErrorKind::UnterminatedString => drop(errors.add(at, "the string has no end")),
        ErrorKind::InvalidNumber => invalid_number(at, errors),
        ErrorKind::InvalidCharInString('\n') => {
            errors.add(at, "the string has no end on its line").note("text of several lines stands in `\"\"\"`");
        }
        ErrorKind::InvalidCharInString(found) => {
            drop(errors.add(at, format!("{} must not stand in a string", character(*found))));
        }
        ErrorKind::InvalidEscape(found) | ErrorKind::InvalidHexEscape(found) => {
            errors
                .add(at, format!("{} after a backslash is no escape", character(*found)))
                .note("in `'…'` a backslash is only a backslash");
        }
        ErrorKind::InvalidEscapeValue(_) => drop(errors.add(at, "there is no such character")),
        ErrorKind::Unexpected(found) => drop(errors.add(at, format!("{} is not expected here", character(*found)))),
        ErrorKind::Wanted { expected, found } => {
            drop(errors.add(at, format!("{expected} is expected here, not {found}")));
        }
        ErrorKind::DuplicateTable { name, first } => {
            errors.add(at, format!("the table `{}` stands twice", shown(name))).related((*first).into(), "first here");
        }
        ErrorKind::DuplicateKey { key, first } => {
            errors.add(at, format!("`{}` stands twice", shown(key))).related((*first).into(), "first here");
        }
        ErrorKind::RedefineAsArray => drop(errors.add(at, "this is a table above, and an array of tables here")),
        ErrorKind::MultilineStringKey => drop(errors.add(at, "a key must stand on one line")),
        ErrorKind::DottedKeyInvalidType { first } => {
            errors.add(at, "this extends something that is no table").related((*first).into(), "it is set here");
        }
        // Kinds that only the deserialising helpers of the parser produce, and kinds of later versions.
        _ => drop(errors.add(at, "this is no valid TOML")),
    }
}

/// A number that is none; a bare date is the common case, since TOML has dates and this file takes them as strings.
fn invalid_number(at: Range<usize>, errors: &mut Errors) {
    let written = errors.text(at.clone()).to_owned();
    if validate::date(&written).is_ok() {
        errors.add(at, "dates stand in quotes").suggest(Some(format!("\"{written}\"")));
    } else {
        drop(errors.add(at, "this is no number").note("text must stand in quotes"));
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
