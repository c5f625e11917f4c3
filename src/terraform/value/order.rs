//! Which values are the same, and the order of the elements of sets.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::{Fields, Kind, Number, Type, Value};

/// Whether two known values are the same value of the same type, whatever their marks.
pub fn same_value(a: &Value, b: &Value) -> bool {
    let all = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b));
    let fields = |a: &Fields, b: &Fields| {
        a.len() == b.len() && a.iter().zip(b).all(|((ka, a), (kb, b))| ka == kb && same_value(a, b))
    };
    match (&a.kind, &b.kind) {
        (Kind::Null(_), Kind::Null(_)) => true,
        (Kind::Bool(a), Kind::Bool(b)) => a == b,
        (Kind::Number(a), Kind::Number(b)) => a == b,
        (Kind::String(a), Kind::String(b)) => a == b,
        (Kind::List(ta, a), Kind::List(tb, b)) | (Kind::Set(ta, a), Kind::Set(tb, b)) => {
            (ta == tb || a.is_empty() && (*ta == Type::Dynamic || *tb == Type::Dynamic)) && all(a, b)
        }
        (Kind::Tuple(a), Kind::Tuple(b)) => all(a, b),
        (Kind::Map(ta, a), Kind::Map(tb, b)) => {
            (ta == tb || a.is_empty() && (*ta == Type::Dynamic || *tb == Type::Dynamic)) && fields(a, b)
        }
        (Kind::Object(a), Kind::Object(b)) => a.open.is_none() && b.open.is_none() && fields(&a.fields, &b.fields),
        _ => false,
    }
}

/// The order of set elements: false before true, numbers by size, strings by bytes, then null and what is unknown;
/// the rest by a text in which fields have no names and numbers have ten digits.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    let last = |value: &Value| match value.kind {
        Kind::Unknown(_) => 2,
        Kind::Null(_) => 1,
        _ => 0,
    };
    match (&a.kind, &b.kind) {
        (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
        (Kind::Number(a), Kind::Number(b)) => a.cmp(b),
        (Kind::String(a), Kind::String(b)) => a.cmp(b),
        _ if last(a) + last(b) > 0 => last(a).cmp(&last(b)),
        _ => {
            let (mut x, mut y) = (String::new(), String::new());
            write_sort_text(a, &mut x);
            write_sort_text(b, &mut y);
            x.cmp(&y)
        }
    }
}

fn write_sort_text(value: &Value, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = match &value.kind {
        Kind::Unknown(_) => write!(out, "?"),
        Kind::Null(_) => write!(out, "~"),
        Kind::Bool(flag) => write!(out, "{}", if *flag { 'T' } else { 'F' }),
        Kind::Number(number) => write!(out, "{}", ten_digits(number)),
        Kind::String(text) => write!(out, "{text:?}"),
        Kind::List(_, items) | Kind::Set(_, items) => write_all(items.iter(), ('[', ']'), out),
        Kind::Tuple(items) => write_all(items.iter(), ('<', '>'), out),
        Kind::Object(object) => write_all(object.fields.values(), ('<', '>'), out),
        Kind::Map(_, fields) => {
            out.push('{');
            for (key, item) in fields.iter() {
                let _ = write!(out, "{key:?}:");
                write_sort_text(item, out);
                out.push(';');
            }
            write!(out, "}}")
        }
    };
}

fn write_all<'a>(
    items: impl IntoIterator<Item = &'a Value>,
    (open, close): (char, char),
    out: &mut String,
) -> std::fmt::Result {
    out.push(open);
    for item in items {
        write_sort_text(item, out);
        out.push(';');
    }
    out.push(close);
    Ok(())
}

/// A number as Go's `%.10g` writes it.
fn ten_digits(number: &Number) -> String {
    let float = number.to_f64();
    let exponential = format!("{float:.9e}");
    let Some((digits, exponent)) = exponential.split_once('e') else { return number.to_string() };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..10).contains(&exponent) {
        return trimmed(&format!("{float:.*}", usize::try_from(9 - exponent).unwrap_or_default()));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trimmed(digits), exponent.abs())
}
