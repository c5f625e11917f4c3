//! Encodings.

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::super::value::{Kind, Type, Value, from_json, to_json_text};
use super::{Args, Context};

type Outcome = Result<Value, String>;

/// Go minds no bits after the end.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&ALPHABET, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Base64 with padding (RFC 4648, section 4).
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Line ends in it do not count, as in Go.
pub(super) fn from_base64(text: &str) -> Result<Vec<u8>, String> {
    let text: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    LENIENT.decode(text).map_err(|_| "the text is no Base64".to_owned())
}

pub(super) fn base64encode(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::string(&to_base64(args.str(0)?.as_bytes())))
}

pub(super) fn base64decode(_: &Context<'_>, args: &Args) -> Outcome {
    let bytes = from_base64(args.str(0)?)?;
    let text = String::from_utf8(bytes).map_err(|_| "the decoded bytes are no UTF-8 text")?;
    Ok(Value::string(&text))
}

/// The first character of JSON that is not known otherwise may tell its type, or that it is none.
pub(super) fn jsondecode_gives(args: &Args) -> Result<Type, String> {
    let Kind::Unknown(unknown) = &args.value(0)?.kind else { return Ok(Type::Dynamic) };
    match unknown.prefix.trim().chars().next() {
        None | Some('{' | '[' | 'n') => Ok(Type::Dynamic),
        Some('"') => Ok(Type::String),
        Some('t' | 'f') => Ok(Type::Bool),
        Some('-' | '0'..='9') => Ok(Type::Number),
        Some(other) => Err(format!("no JSON begins with `{other}`")),
    }
}

pub(super) fn jsondecode(_: &Context<'_>, args: &Args) -> Outcome {
    from_json(&without_halves(args.str(0)?))
}

/// JSON in which no escape stands for half a character: Go reads such a half as the replacement character.
fn without_halves(text: &str) -> Cow<'_, str> {
    let escaped = |at: usize| {
        let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let is_high = |code: u32| (0xd800..0xdc00).contains(&code);
    let is_low = |code: u32| (0xdc00..0xe000).contains(&code);
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let start = text.len() - rest.len() + at;
        out.push_str(rest.get(..at).unwrap_or_default());
        let length = match (escaped(start), escaped(start + 6)) {
            (Some(high), Some(low)) if is_high(high) && is_low(low) => 12,
            (Some(half), _) if is_high(half) || is_low(half) => {
                out.push_str("\\ufffd");
                rest = text.get(start + 6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            (None, _) => 1 + rest.get(at + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8),
        };
        out.push_str(text.get(start..start + length).unwrap_or_default());
        rest = text.get(start + length..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Of JSON with something unknown in it the first character is known, where the value is certainly not null.
pub(super) fn jsonencode(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    if value.has_infinite() {
        return Err("an infinite number cannot be written as JSON".to_owned());
    }
    if !value.contains_unknown() {
        return Ok(Value::string(&to_json_text(value)));
    }
    let first = match &value.kind {
        Kind::Unknown(unknown) if !unknown.not_null => "",
        _ => match value.ty() {
            Type::String => "\"",
            Type::Map(_) | Type::Object(_) => "{",
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => "[",
            _ => "",
        },
    };
    Ok(Value::unknown_string(first, value.whys()))
}

/// As in a query string: a space becomes `+`.
pub(super) fn urlencode(_: &Context<'_>, args: &Args) -> Outcome {
    let mut out = String::new();
    for byte in args.str(0)?.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            // Writing to a string cannot fail.
            other => {
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    Ok(Value::string(&out))
}
