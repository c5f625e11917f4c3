//! Encodings.

use std::fmt::Write as _;

use super::super::value::{Value, from_json, to_json_text};
use super::{Args, Context};

type Outcome = Result<Value, String>;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding (RFC 4648, section 4).
pub(super) fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place > chunk.len() {
                out.push('=');
                continue;
            }
            let index = (bits >> (18 - 6 * place)) & 63;
            out.push(ALPHABET.get(index as usize).copied().map_or('=', char::from));
        }
    }
    out
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let count = text.len() / 4;
    for (at, chunk) in text.chunks(4).enumerate() {
        let padding = chunk.iter().rev().take_while(|&&byte| byte == b'=').count();
        if padding > 2 || (padding > 0 && at + 1 < count) {
            return None;
        }
        let mut bits = 0u32;
        for &byte in chunk.get(..4 - padding)? {
            let value = ALPHABET.iter().position(|&own| own == byte)?;
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        bits <<= 6 * padding as u32;
        let bytes = bits.to_be_bytes();
        out.extend_from_slice(bytes.get(1..4 - padding)?);
    }
    Some(out)
}

pub(super) fn base64encode(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::string(&to_base64(args.str(0)?.as_bytes())))
}

pub(super) fn base64decode(_: &Context<'_>, args: &Args) -> Outcome {
    let bytes = from_base64(args.str(0)?).ok_or("the text is no Base64")?;
    let text = String::from_utf8(bytes).map_err(|_| "the decoded bytes are no UTF-8 text")?;
    Ok(Value::string(&text))
}

pub(super) fn jsondecode(_: &Context<'_>, args: &Args) -> Outcome {
    from_json(args.str(0)?)
}

pub(super) fn jsonencode(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::string(&to_json_text(args.value(0)?)))
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
