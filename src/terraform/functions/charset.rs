//! `textencodebase64` and `textdecodebase64`: other encodings than UTF-8.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::super::value::{Type, Value};
use super::encoding::{from_base64, to_base64};
use super::{Args, Context};
use crate::model::WhyKind;

type Outcome = Result<Value, String>;

/// How a name of the IANA is dealt with.
#[derive(Clone, Copy)]
enum Charset {
    Utf16 {
        little: bool,
        marked: bool,
    },
    /// Bytes are the first characters of Unicode, up to this one.
    First(u32),
    Other(&'static Encoding),
    /// A name that exists, for an encoding that is not dealt with here.
    Unsupported,
}

/// The names that mean to the browsers' standard, and so to the crate, what they mean to the IANA.
const SHARED: &[&str] = &[
    "utf-8",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-9",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "euc-jp",
    "shift_jis",
    "euc-kr",
    "big5",
    "gbk",
    "gb18030",
];

fn charset(name: &str) -> Result<Charset, String> {
    let lower = name.to_ascii_lowercase();
    Ok(match lower.as_str() {
        "utf-16le" => Charset::Utf16 { little: true, marked: false },
        "utf-16be" => Charset::Utf16 { little: false, marked: false },
        "utf-16" => Charset::Utf16 { little: false, marked: true },
        "us-ascii" => Charset::First(0x7f),
        "iso-8859-1" | "iso_8859-1" | "latin1" | "l1" => Charset::First(0xff),
        shared if SHARED.contains(&shared) => {
            Encoding::for_label(shared.as_bytes()).map_or(Charset::Unsupported, Charset::Other)
        }
        other if is_elsewhere(other) => Charset::Unsupported,
        _ => return Err(format!("there is no text encoding `{name}`")),
    })
}

/// Beginnings of names that Terraform may know.
fn is_elsewhere(lower: &str) -> bool {
    let begins = ["ibm", "cp", "cs", "iso-2022", "iso-8859-", "iso_8859", "iso-ir", "hz-gb", "latin", "ms"];
    begins.iter().any(|start| lower.starts_with(start)) && !lower.starts_with("cp125")
}

fn unsupported(context: &Context<'_>, name: &str) -> Value {
    context.unknown(Type::String, WhyKind::Unsupported, format!("the text encoding {name} is not evaluated"))
}

/// True for what the crate's tables fill in and Terraform's leave out.
fn is_control(character: char) -> bool {
    matches!(character, '\u{80}'..='\u{9f}')
}

pub(super) fn textencodebase64(context: &Context<'_>, args: &Args) -> Outcome {
    let (text, name) = (args.str(0)?, args.str(1)?);
    let lost = || format!("the text has characters that {name} lacks");
    let bytes = match charset(name)? {
        Charset::Unsupported => return Ok(unsupported(context, name)),
        Charset::Utf16 { little, marked } => {
            let order = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            let mark = marked.then_some(0xfeff);
            mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect()
        }
        Charset::First(last) => {
            let byte = |own: char| u8::try_from(u32::from(own)).ok().filter(|byte| u32::from(*byte) <= last);
            text.chars().map(byte).collect::<Option<Vec<u8>>>().ok_or_else(lost)?
        }
        Charset::Other(encoding) => {
            let (bytes, _, is_lost) = encoding.encode(text);
            if is_lost {
                return Err(lost());
            }
            let is_latin = name.to_ascii_lowercase().starts_with("iso-");
            if encoding != UTF_8
                && (text.chars().any(is_control) || is_latin && bytes.iter().any(|&byte| (0x80..0xa0).contains(&byte)))
            {
                return Ok(unsupported(context, name));
            }
            bytes.into_owned()
        }
    };
    Ok(Value::string(&to_base64(&bytes)))
}

pub(super) fn textdecodebase64(context: &Context<'_>, args: &Args) -> Outcome {
    let (source, name) = (args.str(0)?, args.str(1)?);
    let charset = charset(name)?;
    let bytes = from_base64(source)?;
    let fail = || format!("the bytes are no text in {name}");
    let (encoding, bytes) = match charset {
        Charset::Unsupported => return Ok(unsupported(context, name)),
        Charset::First(last) => {
            let known = bytes.iter().all(|byte| u32::from(*byte) <= last);
            let text: String = bytes.iter().copied().map(char::from).collect();
            return if known { Ok(Value::string(&text)) } else { Err(fail()) };
        }
        Charset::Utf16 { marked: true, .. } => match bytes.as_slice() {
            [0xff, 0xfe, rest @ ..] => (UTF_16LE, rest),
            [0xfe, 0xff, rest @ ..] => (UTF_16BE, rest),
            rest => (UTF_16BE, rest),
        },
        Charset::Utf16 { little: true, .. } => (UTF_16LE, bytes.as_slice()),
        Charset::Utf16 { .. } => (UTF_16BE, bytes.as_slice()),
        Charset::Other(encoding) => (encoding, bytes.as_slice()),
    };
    let (text, malformed) = encoding.decode_without_bom_handling(bytes);
    let lower = name.to_ascii_lowercase();
    if malformed || text.contains('\u{fffd}') || lower.starts_with("windows-") && text.chars().any(is_control) {
        return Err(fail());
    }
    if lower == "iso-8859-9" && bytes.iter().any(|&byte| (0x80..0xa0).contains(&byte)) {
        return Ok(unsupported(context, name));
    }
    Ok(Value::string(&text))
}
