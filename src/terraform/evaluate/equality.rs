//! `==`: no conversion takes place, and values of different types are not equal.

use super::super::value::{Fields, Kind, Type, Unknown, Value, length_bounds, same_value};

/// `a == b`. What is sensitive in them makes the result sensitive.
pub fn equal(a: &Value, b: &Value) -> Value {
    decide(a, b).marked(a.is_marked() || b.is_marked())
}

fn decide(a: &Value, b: &Value) -> Value {
    match (&a.kind, &b.kind) {
        (Kind::String(a), Kind::String(b)) => return Value::bool(a == b),
        (Kind::Number(a), Kind::Number(b)) => return Value::bool(a == b),
        (Kind::Bool(a), Kind::Bool(b)) => return Value::bool(a == b),
        (Kind::Null(_), Kind::Null(_)) => return Value::bool(true),
        (Kind::Null(_), _) if b.is_not_null() => return Value::bool(false),
        (_, Kind::Null(_)) if a.is_not_null() => return Value::bool(false),
        (Kind::Unknown(_), Kind::Unknown(_)) | (Kind::Null(_), _) | (_, Kind::Null(_)) => return undecided(a, b),
        (Kind::Unknown(unknown), _) if is_out_of_range(unknown, b) => return Value::bool(false),
        (_, Kind::Unknown(unknown)) if is_out_of_range(unknown, a) => return Value::bool(false),
        _ => {}
    }
    if is_open(a) || is_open(b) {
        return undecided(a, b);
    }
    let (ty, other) = (a.ty(), b.ty());
    if has_untyped(a) || has_untyped(b) {
        // What is of no known type may turn out to have the other one's.
        if !conforms(&ty, &other) && !conforms(&other, &ty) {
            return Value::bool(false);
        }
        return undecided(a, b);
    }
    if ty != other {
        return Value::bool(false);
    }
    match (&a.kind, &b.kind) {
        (Kind::Tuple(x), Kind::Tuple(y)) => in_order(a, b, x, y),
        (Kind::List(_, x), Kind::List(_, y)) if x.len() == y.len() => in_order(a, b, x, y),
        (Kind::Map(_, x), Kind::Map(_, y)) if x.keys().eq(y.keys()) => in_any_order(a, b, x, y),
        (Kind::Object(x), Kind::Object(y)) => in_any_order(a, b, &x.fields, &y.fields),
        (Kind::List(..), Kind::List(..)) | (Kind::Map(..), Kind::Map(..)) => Value::bool(false),
        _ if a.contains_unknown() || b.contains_unknown() => undecided(a, b),
        _ => Value::bool(same_value(a, b)),
    }
}

fn undecided(a: &Value, b: &Value) -> Value {
    Value::unknown_not_null(Type::Bool, a.whys().and(&b.whys()))
}

fn is_open(value: &Value) -> bool {
    matches!(&value.kind, Kind::Object(object) if object.open.is_some())
}

/// True where a known value cannot be what an unknown one turns out to be.
fn is_out_of_range(unknown: &Unknown, value: &Value) -> bool {
    match &value.kind {
        Kind::String(text) if !text.starts_with(&*unknown.prefix) => return true,
        Kind::Number(number) if unknown.ty == Type::Number && unknown.bounds.exclude(number) => return true,
        Kind::List(..) | Kind::Set(..) | Kind::Map(..) => {
            let own = length_bounds(value);
            let outside = |number: &Option<_>| number.as_ref().is_some_and(|number| unknown.bounds.exclude(number));
            if own.low == own.high && outside(&own.low) {
                return true;
            }
        }
        _ => {}
    }
    false
}

/// The first pair that differs or is not known decides.
fn in_order(a: &Value, b: &Value, x: &[Value], y: &[Value]) -> Value {
    for (x, y) in x.iter().zip(y) {
        match decide(x, y).as_bool() {
            Some(true) => {}
            Some(false) => return Value::bool(false),
            None => return undecided(a, b),
        }
    }
    Value::bool(true)
}

/// Terraform goes through attributes in no certain order, and does not know as soon as it comes to one that it does
/// not know.
fn in_any_order(a: &Value, b: &Value, x: &Fields, y: &Fields) -> Value {
    let mut same = true;
    for (x, y) in x.values().zip(y.values()) {
        match decide(x, y).as_bool() {
            Some(equal) => same &= equal,
            None => return undecided(a, b),
        }
    }
    Value::bool(same)
}

/// True where something in it is unknown and has no known type.
fn has_untyped(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(unknown) => unknown.ty.mentions_any(),
        _ => is_open(value) || value.elements().any(has_untyped),
    }
}

/// True where a type is the other one, but for what is `any` in that.
fn conforms(given: &Type, wanted: &Type) -> bool {
    match (given, wanted) {
        (_, Type::Dynamic) => true,
        (Type::List(given), Type::List(wanted))
        | (Type::Set(given), Type::Set(wanted))
        | (Type::Map(given), Type::Map(wanted)) => conforms(given, wanted),
        (Type::Tuple(given), Type::Tuple(wanted)) => {
            given.len() == wanted.len()
                && given.iter().zip(wanted.iter()).all(|(given, wanted)| conforms(given, wanted))
        }
        (Type::Object(given), Type::Object(wanted)) => {
            given.keys().eq(wanted.keys())
                && given.values().zip(wanted.values()).all(|(given, wanted)| conforms(&given.ty, &wanted.ty))
        }
        _ => given == wanted,
    }
}
