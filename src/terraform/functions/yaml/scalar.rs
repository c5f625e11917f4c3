//! What a scalar of YAML stands for: to Terraform the words of YAML 1.1 and the numbers of YAML 1.2.

use bigdecimal::num_bigint::BigInt;
use jiff::civil::{Date, Time};

use super::super::super::value::{Number, Value};

/// What a scalar stands for.
pub(super) enum Resolved {
    Value(Value),
    /// `<<` as a key; a string anywhere else.
    Merge,
}

const STR: &str = "tag:yaml.org,2002:str";
const BINARY: &str = "tag:yaml.org,2002:binary";
const BOOL: &str = "tag:yaml.org,2002:bool";
const NULL: &str = "tag:yaml.org,2002:null";
const INT: &str = "tag:yaml.org,2002:int";
const FLOAT: &str = "tag:yaml.org,2002:float";
const TIMESTAMP: &str = "tag:yaml.org,2002:timestamp";
const MERGE: &str = "tag:yaml.org,2002:merge";

/// Resolves a scalar. Only plain ones are anything else than strings, whatever their tag.
///
/// # Errors
/// A lower-case fragment: the tag is not supported, or the text does not fit it.
pub(super) fn resolve(text: &str, is_plain: bool, tag: &str) -> Result<Resolved, String> {
    let string = || Resolved::Value(Value::string(text));
    match tag {
        STR | BINARY => return Ok(string()),
        "" | BOOL | NULL | INT | FLOAT | TIMESTAMP | MERGE => {}
        other => return Err(format!("the tag {other} is not supported")),
    }
    if !is_plain {
        return Ok(if text == "<<" { Resolved::Merge } else { string() });
    }
    if tag == NULL {
        return Ok(Resolved::Value(Value::null()));
    }
    // What a text is says more than its tag does.
    match implied(text)? {
        Some(resolved) => Ok(resolved),
        None if tag.is_empty() => Ok(string()),
        None => Err(format!("`{text}` does not fit the tag {tag}")),
    }
}

/// The value that a plain scalar stands for; `None` where it is a string.
fn implied(text: &str) -> Result<Option<Resolved>, String> {
    let value = |value| Ok(Some(Resolved::Value(value)));
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return value(Value::bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return value(Value::bool(false));
        }
        "" | "~" | "null" | "Null" | "NULL" => return value(Value::null()),
        "<<" => return Ok(Some(Resolved::Merge)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return value(Value::number(Number::infinite(text.starts_with('-'))));
        }
        ".nan" | ".NaN" | ".NAN" => return Err("what is not a number is not supported".to_owned()),
        _ => {}
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return Ok(None);
    }
    if let Some(stamp) = timestamp(text) {
        return value(Value::string(&stamp));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        let digits = text.strip_prefix(prefix).filter(|digits| !digits.is_empty());
        if let Some(digits) = digits.filter(|digits| digits.chars().all(|digit| digit.is_digit(radix))) {
            let int = BigInt::parse_bytes(digits.as_bytes(), radix).ok_or("a number is too large")?;
            return value(Value::number(Number::from_big_int(int)));
        }
    }
    match number(text)? {
        Some(number) => value(Value::number(number)),
        None => Ok(None),
    }
}

/// A decimal number; leading zeros, a plus sign and an empty side of the point are allowed.
fn number(text: &str) -> Result<Option<Number>, String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = digits.find(['e', 'E']).map_or((digits, ""), |at| digits.split_at(at));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) || whole.len() + fraction.len() == 0 {
        return Ok(None);
    }
    if !exponent.is_empty() {
        let power = exponent.get(1..).unwrap_or_default();
        let power = power.strip_prefix(['+', '-']).unwrap_or(power);
        if power.is_empty() || !are_digits(power) {
            return Ok(None);
        }
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    let text = format!("{sign}{whole}.{fraction}{exponent}");
    Number::parse(&text).map(Some).ok_or_else(|| "a number is too large".to_owned())
}

/// Takes one or two digits.
fn short(text: &mut &str) -> Option<i8> {
    let count = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(count);
    *text = rest;
    digits.parse().ok()
}

fn take(text: &mut &str, wanted: &[char]) -> Option<()> {
    *text = text.strip_prefix(wanted)?;
    Some(())
}

/// A date, or a time stamp, in the form of RFC 3339 without a fraction. The fields of what is read may be short.
fn timestamp(text: &str) -> Option<String> {
    let (year, rest) = text.split_at_checked(4)?;
    if !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut rest = rest;
    take(&mut rest, &['-'])?;
    let month = short(&mut rest)?;
    take(&mut rest, &['-'])?;
    let date = Date::new(year.parse().ok()?, month, short(&mut rest)?).ok()?;
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let has_zone = !rest.starts_with(' ');
    take(&mut rest, &['T', 't', ' '])?;
    let hour = short(&mut rest)?;
    take(&mut rest, &[':'])?;
    let minute = short(&mut rest)?;
    take(&mut rest, &[':'])?;
    let second = short(&mut rest)?;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let after = fraction.trim_start_matches(|own: char| own.is_ascii_digit());
        if after.len() == fraction.len() {
            return None;
        }
        rest = after;
    }
    let time = Time::new(hour, minute, second, 0).ok()?;
    let zone = match rest {
        "" if !has_zone => "Z",
        "Z" if has_zone => "Z",
        "+00:00" | "-00:00" if has_zone => "Z",
        other if has_zone && is_zone(other) => other,
        _ => return None,
    };
    Some(format!("{date}T{:02}:{:02}:{:02}{zone}", time.hour(), time.minute(), time.second()))
}

fn is_zone(text: &str) -> bool {
    let Some((hours, minutes)) = text.strip_prefix(['+', '-']).and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    let within = |digits: &str, most: u8| {
        digits.len() == 2
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits.parse::<u8>().is_ok_and(|number| number <= most)
    };
    within(hours, 23) && within(minutes, 59)
}
