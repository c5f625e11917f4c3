//! Hashes of texts and files. They are compared with what was declared, and protect nothing here.

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::super::value::Value;
use super::encoding::to_base64;
use super::files::bytes;
use super::{Args, Context};

type Outcome = Result<Value, String>;
type Encode = fn(&[u8]) -> String;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn of_text<D: Digest>(args: &Args, encode: Encode) -> Outcome {
    Ok(Value::string(&encode(&D::digest(args.str(0)?.as_bytes()))))
}

fn of_file<D: Digest>(context: &Context<'_>, args: &Args, encode: Encode) -> Outcome {
    Ok(bytes(context, args)?.map_or_else(|instead| instead, |bytes| Value::string(&encode(&D::digest(&bytes)))))
}

pub(super) fn md5(_: &Context<'_>, args: &Args) -> Outcome {
    of_text::<Md5>(args, hex)
}

pub(super) fn sha1(_: &Context<'_>, args: &Args) -> Outcome {
    of_text::<Sha1>(args, hex)
}

pub(super) fn sha256(_: &Context<'_>, args: &Args) -> Outcome {
    of_text::<Sha256>(args, hex)
}

pub(super) fn sha512(_: &Context<'_>, args: &Args) -> Outcome {
    of_text::<Sha512>(args, hex)
}

pub(super) fn base64sha256(_: &Context<'_>, args: &Args) -> Outcome {
    of_text::<Sha256>(args, to_base64)
}

pub(super) fn base64sha512(_: &Context<'_>, args: &Args) -> Outcome {
    of_text::<Sha512>(args, to_base64)
}

pub(super) fn filemd5(context: &Context<'_>, args: &Args) -> Outcome {
    of_file::<Md5>(context, args, hex)
}

pub(super) fn filesha1(context: &Context<'_>, args: &Args) -> Outcome {
    of_file::<Sha1>(context, args, hex)
}

pub(super) fn filesha256(context: &Context<'_>, args: &Args) -> Outcome {
    of_file::<Sha256>(context, args, hex)
}

pub(super) fn filesha512(context: &Context<'_>, args: &Args) -> Outcome {
    of_file::<Sha512>(context, args, hex)
}

pub(super) fn filebase64sha256(context: &Context<'_>, args: &Args) -> Outcome {
    of_file::<Sha256>(context, args, to_base64)
}

pub(super) fn filebase64sha512(context: &Context<'_>, args: &Args) -> Outcome {
    of_file::<Sha512>(context, args, to_base64)
}

/// The name spaces of RFC 4122, appendix C, by Terraform's names; they differ in one byte.
fn name_space(text: &str) -> Option<[u8; 16]> {
    let known = match text {
        "dns" => 0x10,
        "url" => 0x11,
        "oid" => 0x12,
        "x500" => 0x14,
        _ => return parse_uuid(text),
    };
    Some([0x6b, 0xa7, 0xb8, known, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0, 0xc0, 0x4f, 0xd4, 0x30, 0xc8])
}

/// A UUID: 32 hexadecimal digits, or the same with four dashes, then also in braces or with a prefix.
fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let inner = text.strip_prefix("urn:uuid:");
    let inner = inner.or_else(|| text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')));
    let is_plain = inner.is_none();
    let text = inner.unwrap_or(text);
    let dashed = text.len() == 36 && [8, 13, 18, 23].iter().all(|&at| text.as_bytes().get(at) == Some(&b'-'));
    if !dashed && !is_plain {
        return None;
    }
    let digits: Vec<u8> = text.bytes().filter(|byte| !dashed || *byte != b'-').collect();
    let mut uuid = [0; 16];
    if digits.len() != 32 {
        return None;
    }
    for (byte, pair) in uuid.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| !pair.starts_with('+'))?, 16).ok()?;
    }
    Some(uuid)
}

/// RFC 4122, version 5: the SHA-1 of name space and name, with version and variant in their places.
pub(super) fn uuidv5(_: &Context<'_>, args: &Args) -> Outcome {
    let space = name_space(args.str(0)?).ok_or("the name space is no UUID")?;
    let hash = Sha1::new().chain_update(space).chain_update(args.str(1)?.as_bytes()).finalize();
    let mut uuid: Vec<u8> = hash.iter().copied().take(16).collect();
    if let [_, _, _, _, _, _, version, _, variant, ..] = uuid.as_mut_slice() {
        *version = *version & 0x0f | 0x50;
        *variant = *variant & 0x3f | 0x80;
    }
    let text = hex(&uuid);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    Ok(Value::string(&format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))))
}
