//! Dates and times. Time stamps are those of RFC 3339, strictly.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, civil::Weekday};

use super::super::value::{Type, Value};
use super::{Args, Context};
use crate::model::WhyKind;

type Outcome = Result<Value, String>;

/// A local time with its distance from UTC in minutes.
struct Stamp {
    local: DateTime,
    offset: i16,
}

/// Takes digits, exactly so many.
fn digits<T: std::str::FromStr>(text: &mut &str, count: usize) -> Option<T> {
    let (head, rest) = text.split_at_checked(count)?;
    *text = rest;
    head.bytes().all(|byte| byte.is_ascii_digit()).then(|| head.parse().ok())?
}

fn take(text: &mut &str, wanted: char) -> Option<()> {
    *text = text.strip_prefix(wanted)?;
    Some(())
}

fn read_stamp(text: &str) -> Option<Stamp> {
    let mut rest = text;
    let year = digits::<i16>(&mut rest, 4)?;
    take(&mut rest, '-')?;
    let month = digits::<i8>(&mut rest, 2)?;
    take(&mut rest, '-')?;
    let date = Date::new(year, month, digits(&mut rest, 2)?).ok()?;
    take(&mut rest, 'T')?;
    let hour = digits::<i8>(&mut rest, 2)?;
    take(&mut rest, ':')?;
    let minute = digits::<i8>(&mut rest, 2)?;
    take(&mut rest, ':')?;
    let second = digits::<i8>(&mut rest, 2)?;
    let mut nanoseconds = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let (fraction, after) = fraction.split_at(end);
        // Digits beyond nine do not count.
        let nine: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        nanoseconds = nine.parse().ok().filter(|_| !fraction.is_empty())?;
        rest = after;
    }
    let time = Time::new(hour, minute, second, nanoseconds).ok()?;
    Some(Stamp { local: date.to_datetime(time), offset: read_offset(rest)? })
}

fn read_offset(text: &str) -> Option<i16> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let mut rest = text.strip_prefix(['+', '-'])?;
    let hours = digits::<i16>(&mut rest, 2)?;
    take(&mut rest, ':')?;
    let minutes = digits::<i16>(&mut rest, 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn stamp(args: &Args, at: usize) -> Result<Stamp, String> {
    let text = args.str(at)?;
    read_stamp(text).ok_or_else(|| format!("`{text}` is no time stamp of RFC 3339"))
}

impl Stamp {
    /// Nanoseconds from the year 0 on, in UTC.
    fn instant(&self) -> i128 {
        let days = self.local.date().duration_since(Date::ZERO);
        let time = self.local.time().duration_since(Time::midnight());
        days.as_nanos() + time.as_nanos() - i128::from(self.offset) * 60_000_000_000
    }

    fn zone(&self, colon: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs();
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }

    fn zone_or_z(&self) -> String {
        if self.offset == 0 { "Z".to_owned() } else { self.zone(":") }
    }
}

pub(super) fn timecmp(_: &Context<'_>, args: &Args) -> Outcome {
    let (a, b) = (stamp(args, 0)?, stamp(args, 1)?);
    Ok(Value::int(a.instant().cmp(&b.instant()) as i64))
}

/// The result has no fraction of a second.
pub(super) fn timeadd(context: &Context<'_>, args: &Args) -> Outcome {
    let stamp = stamp(args, 0)?;
    let duration = args.str(1)?;
    let duration = read_duration(duration).ok_or_else(|| format!("`{duration}` is no duration"))?;
    let Ok(local) = stamp.local.checked_add(SignedDuration::from_nanos(duration)) else {
        return Ok(context.unknown(Type::String, WhyKind::Limit, "no time after the year 9999 is evaluated"));
    };
    let text = local.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    Ok(Value::string(&format!("{text}{}", Stamp { local, ..stamp }.zone_or_z())))
}

/// A duration of Go's in nanoseconds: `1h30m`, `-1.5s`.
fn read_duration(text: &str) -> Option<i64> {
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let count = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, after) = rest.split_at(count(rest));
        let fraction = after.strip_prefix('.').map(|after| after.split_at(count(after)));
        let (fraction, after) = fraction.unwrap_or(("", after));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = after.find(|own: char| own == '.' || own.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let unit: i64 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()?.into() };
        total += whole * i128::from(unit);
        if !fraction.is_empty() {
            // Go calculates in floats here, with the digits that fit.
            let digits = fraction.get(..fraction.len().min(18))?;
            let scale = 10f64.powi(i32::try_from(digits.len()).ok()?);
            total += (digits.parse::<i64>().ok()? as f64 * (unit as f64 / scale)) as i128;
        }
        if total > i128::from(i64::MAX) {
            return None;
        }
        rest = after;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

pub(super) fn formatdate(_: &Context<'_>, args: &Args) -> Outcome {
    let format = args.str(0)?;
    let stamp = stamp(args, 1)?;
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (literal, after) = quoted(rest)?;
            out.push_str(&literal);
            rest = after;
        } else if first.is_ascii_alphabetic() {
            let length = rest.bytes().take_while(|byte| char::from(*byte) == first).count();
            let (verb, after) = rest.split_at(length);
            out.push_str(&verb_text(&stamp, verb)?);
            rest = after;
        } else {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    Ok(Value::string(&out))
}

/// What stands between quotation marks; two of them in it, or alone, are one.
fn quoted(text: &str) -> Result<(String, &str), String> {
    if let Some(after) = text.strip_prefix("''") {
        return Ok(("'".to_owned(), after));
    }
    let mut literal = String::new();
    let mut rest = text.get(1..).unwrap_or_default();
    loop {
        let end = rest.find('\'').ok_or("a quoted part of the format does not end")?;
        literal.push_str(rest.get(..end).unwrap_or_default());
        rest = rest.get(end + 1..).unwrap_or_default();
        match rest.strip_prefix('\'') {
            Some(after) => {
                literal.push('\'');
                rest = after;
            }
            None => return Ok((literal, rest)),
        }
    }
}

fn verb_text(stamp: &Stamp, verb: &str) -> Result<String, String> {
    let local = &stamp.local;
    let half = if local.hour() % 12 == 0 { 12 } else { local.hour() % 12 };
    let is_morning = local.hour() < 12;
    Ok(match verb {
        "YY" => format!("{:02}", local.year() % 100),
        "YYYY" => format!("{:04}", local.year()),
        "M" => local.month().to_string(),
        "MM" => format!("{:02}", local.month()),
        "MMM" => local.strftime("%b").to_string(),
        "MMMM" => local.strftime("%B").to_string(),
        "D" => local.day().to_string(),
        "DD" => format!("{:02}", local.day()),
        "EEE" => weekday(local.weekday()).get(..3).unwrap_or_default().to_owned(),
        "EEEE" => weekday(local.weekday()).to_owned(),
        "h" => local.hour().to_string(),
        "hh" => format!("{:02}", local.hour()),
        "H" => half.to_string(),
        "HH" => format!("{half:02}"),
        "AA" => if is_morning { "AM" } else { "PM" }.to_owned(),
        "aa" => if is_morning { "am" } else { "pm" }.to_owned(),
        "m" => local.minute().to_string(),
        "mm" => format!("{:02}", local.minute()),
        "s" => local.second().to_string(),
        "ss" => format!("{:02}", local.second()),
        "Z" => stamp.zone_or_z(),
        "ZZZ" if stamp.offset == 0 => "UTC".to_owned(),
        "ZZZ" | "ZZZZ" => stamp.zone(""),
        "ZZZZZ" => stamp.zone(":"),
        other => return Err(format!("the format has no verb `{other}`")),
    })
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
