//! `textencodebase64` and `textdecodebase64`: other encodings than UTF-8.

use encoding_rs::{Encoding, REPLACEMENT, UTF_16BE, UTF_16LE};

use super::super::value::{Type, Value};
use super::encoding::{from_base64, to_base64};
use super::{Args, Context};
use crate::model::WhyKind;

type Outcome = Result<Value, String>;

/// How a name of the IANA is dealt with.
enum Charset {
    Utf16 {
        little: bool,
        marked: bool,
    },
    Other(&'static Encoding),
    /// A name that exists, for an encoding that is not dealt with here.
    Unsupported,
}

/// The names that mean to the browsers' standard what they mean to the IANA. The others of that standard do not:
/// there `latin1` is another encoding.
const SHARED: &[&str] = &[
    "utf-8",
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
    "iso-8859-7",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "euc-jp",
    "euc-kr",
    "big5",
];

fn charset(name: &str) -> Result<Charset, String> {
    let lower = name.to_ascii_lowercase();
    Ok(match lower.as_str() {
        "utf-16le" => Charset::Utf16 { little: true, marked: false },
        "utf-16be" => Charset::Utf16 { little: false, marked: false },
        "utf-16" => Charset::Utf16 { little: false, marked: true },
        shared if SHARED.contains(&shared) => {
            Encoding::for_label(shared.as_bytes()).map_or(Charset::Unsupported, Charset::Other)
        }
        other => match Encoding::for_label(other.as_bytes()) {
            Some(encoding) if encoding != REPLACEMENT => Charset::Unsupported,
            _ if other.starts_with("iso-") || other.starts_with("ibm") || other.starts_with("cp") => {
                Charset::Unsupported
            }
            _ => return Err(format!("there is no text encoding `{name}`")),
        },
    })
}

fn unsupported(context: &Context<'_>, name: &str) -> Value {
    context.unknown(Type::String, WhyKind::Unsupported, format!("the text encoding {name} is not evaluated"))
}

pub(super) fn textencodebase64(context: &Context<'_>, args: &Args) -> Outcome {
    let (text, name) = (args.str(0)?, args.str(1)?);
    let bytes = match charset(name)? {
        Charset::Unsupported => return Ok(unsupported(context, name)),
        Charset::Utf16 { little, marked } => {
            let order = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            let mark = marked.then_some(0xfeff);
            mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect()
        }
        Charset::Other(encoding) => {
            let (bytes, _, lost) = encoding.encode(text);
            if lost {
                return Err(format!("the text has characters that {name} lacks"));
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
    let encoding = match charset {
        Charset::Unsupported | Charset::Utf16 { marked: true, .. } => return Ok(unsupported(context, name)),
        Charset::Utf16 { little: true, .. } => UTF_16LE,
        Charset::Utf16 { .. } => UTF_16BE,
        Charset::Other(encoding) => encoding,
    };
    let (text, _) = encoding.decode_without_bom_handling(&bytes);
    Ok(Value::string(&text))
}
