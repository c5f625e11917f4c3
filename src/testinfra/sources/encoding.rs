//! Bytes → text as CPython decodes a source file that is imported: a byte order mark, else the encoding that a comment
//! in the first two lines declares (PEP 263), else UTF-8.

use std::borrow::Cow;

use encoding_rs::Encoding;

use crate::python;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Encodings of one byte a character, with ASCII in their lower half, that CPython knows and `encoding_rs` does not:
/// what is not ASCII in them stands only in strings and comments, where nothing is judged by it.
const SINGLE_BYTE: [&str; 6] = ["cp4", "cp7", "cp8", "cp1125", "mac-", "hp-roman8"];
/// Encodings that CPython knows, by their beginning, and that are not read here.
const UNREAD: [&str; 12] = [
    "utf-7",
    "hz",
    "iso-2022",
    "iso2022",
    "big5hkscs",
    "johab",
    "euc-jis",
    "shift-jis-2004",
    "shift-jisx",
    "kz",
    "ptcp",
    "tis",
];
/// Bytes that Windows' Western encoding leaves undefined for CPython, and not for browsers.
const UNDEFINED_IN_1252: [u8; 5] = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::testinfra) enum DecodeError {
    /// CPython refuses the text as well, at this byte.
    #[error("{text}")]
    Refused { text: String, offset: usize },
    /// CPython reads an encoding that is not read here.
    #[error("it is in the encoding `{0}`, which is not read")]
    Unsupported(String),
}

/// Decodes a file. Line ends are left as they are, but for a lone carriage return, which ends a line in Python.
pub(in crate::testinfra) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let body = bytes.strip_prefix(BOM);
    let has_mark = body.is_some();
    let body = body.unwrap_or(bytes);
    let skipped = bytes.len() - body.len();
    let refused = |text: &str, offset: usize| DecodeError::Refused { text: text.to_owned(), offset: offset + skipped };
    if let Some(offset) = memchr::memchr(0, body) {
        return Err(refused("source code cannot contain null bytes", offset));
    }
    let declared = cookie(body);
    let name = declared.as_deref().map_or("utf-8", canonical);
    if has_mark && name != "utf-8" {
        return Err(refused("it has a byte order mark and declares another encoding", 0));
    }
    let text = match name {
        "utf-8" => utf8(body).map_err(|offset| {
            let none = "it is not UTF-8 and declares no other encoding";
            refused(if declared.is_some() { "it is not in the encoding that it declares" } else { none }, offset)
        })?,
        _ => declared_text(name, body).map(Cow::Owned).map_err(|failure| match failure {
            Failure::NotIn => refused("it is not in the encoding that it declares", 0),
            Failure::Unknown => refused(&format!("it declares the encoding `{name}`, which Python does not know"), 0),
            Failure::Unread => DecodeError::Unsupported(name.to_owned()),
        })?,
    };
    Ok(with_line_ends(text))
}

/// How many bytes a character of a file has.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::testinfra) enum Width {
    /// As many as in UTF-8.
    Utf8,
    /// One; what is ASCII is the same.
    One,
    /// Otherwise, in this encoding.
    Other(String),
}

/// How wide characters are in the encoding that a file declares, whether or not its bytes are in it.
pub(in crate::testinfra) fn width(bytes: &[u8]) -> Width {
    let declared = cookie(bytes.strip_prefix(BOM).unwrap_or(bytes));
    let name = declared.as_deref().map_or("utf-8", canonical);
    let has_one = || {
        matches!(name, "ascii" | "latin-1" | "cp1252")
            || !UNREAD.iter().any(|known| name.starts_with(known))
                && (SINGLE_BYTE.iter().any(|known| name.starts_with(known))
                    || Encoding::for_label(name.as_bytes()).is_some_and(Encoding::is_single_byte))
    };
    match name {
        "utf-8" => Width::Utf8,
        _ if has_one() => Width::One,
        _ => Width::Other(name.to_owned()),
    }
}

/// UTF-8; the error is the first byte that is not. CPython does not decode comments, so anything may stand in them.
fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, usize> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error.valid_up_to(),
    };
    let mut text = String::with_capacity(bytes.len());
    let mut replaced = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            replaced.push(text.len());
            text.push('?');
        }
    }
    if python::are_in_comments(&text, &replaced) { Ok(Cow::Owned(text)) } else { Err(error) }
}

enum Failure {
    NotIn,
    Unknown,
    Unread,
}

fn declared_text(name: &str, bytes: &[u8]) -> Result<String, Failure> {
    let one_by_one = || bytes.iter().map(|&byte| char::from(byte)).collect();
    match name {
        "ascii" => return String::from_utf8(bytes.to_vec()).ok().filter(|text| text.is_ascii()).ok_or(Failure::NotIn),
        "latin-1" => return Ok(one_by_one()),
        "cp1252" if bytes.iter().any(|byte| UNDEFINED_IN_1252.contains(byte)) => return Err(Failure::NotIn),
        _ if UNREAD.iter().any(|known| name.starts_with(known)) => return Err(Failure::Unread),
        _ if SINGLE_BYTE.iter().any(|known| name.starts_with(known)) => return Ok(one_by_one()),
        _ => {}
    }
    // Python reads no source in an encoding of two-byte units, whatever else it may know under such a name.
    let encoding = Encoding::for_label(name.as_bytes()).filter(|encoding| encoding.is_ascii_compatible());
    let decoded = encoding.ok_or(Failure::Unknown)?.decode_without_bom_handling_and_without_replacement(bytes);
    decoded.map(Cow::into_owned).ok_or(Failure::NotIn)
}

/// One name for the encodings that are treated apart; `cookie` gives lower case with `-`.
fn canonical(name: &str) -> &str {
    match name {
        "utf-8" | "utf8" | "u8" | "utf" | "utf8-sig" | "utf-8-sig" | "cp65001" => "utf-8",
        _ if name.starts_with("utf-8-") => "utf-8",
        "ascii" | "us-ascii" | "646" | "ansi-x3.4-1968" => "ascii",
        "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" => "latin-1",
        "cp1252" | "windows-1252" | "1252" => "cp1252",
        _ => name,
    }
}

/// The encoding that one of the first two lines declares, in lower case with `-` for `_`.
fn cookie(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|&byte| byte == b'\n' || byte == b'\r').take(2) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_start_matches([' ', '\t', '\x0c']);
        // A second line counts only where the first one is a comment or empty.
        let comment = match line.strip_prefix('#') {
            Some(comment) => comment,
            None if line.is_empty() => continue,
            None => return None,
        };
        let mut rest = comment;
        while let Some((_, after)) = rest.split_once("coding") {
            rest = after;
            let Some(name) = after.strip_prefix([':', '=']) else { continue };
            let name = name.trim_start_matches([' ', '\t']);
            let end = name.find(|character: char| !(character.is_ascii_alphanumeric() || "-_.".contains(character)));
            let name = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
            if !name.is_empty() {
                return Some(name.to_ascii_lowercase().replace('_', "-"));
            }
        }
    }
    None
}

/// A lone carriage return becomes a line feed: as long, and what everything after this takes for the end of a line.
fn with_line_ends(text: Cow<'_, str>) -> Cow<'_, str> {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return text;
    }
    let mut converted = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some((before, after)) = rest.split_once('\r') {
        converted.push_str(before);
        converted.push(if after.starts_with('\n') { '\r' } else { '\n' });
        rest = after;
    }
    converted.push_str(rest);
    Cow::Owned(converted)
}
