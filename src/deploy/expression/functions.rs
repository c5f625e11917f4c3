//! The functions of the expression languages.

use super::evaluate::{Contexts, Dialect, undecided};
use super::value::{Value, equal};
use crate::deploy::words::Piece;
use crate::model::WhyKind;

/// The longest list of values that JSON may give.
const MAX_VALUES: usize = 10_000;

/// What a function gives for its arguments.
pub(super) fn call(name: &str, arguments: &[Value], contexts: &dyn Contexts) -> Value {
    let numbers = contexts.dialect() == Dialect::Github;
    let unknown = |text: String| Value::unknown(contexts.why(WhyKind::Dynamic, text));
    let truth = |truth: Option<bool>| match truth {
        Some(truth) => Value::Bool(truth),
        None => match undecided(arguments.iter().find(|one| !one.whys().is_empty()).unwrap_or(&Value::Null), &[]) {
            Value::Unknown(hole) => Value::Unknown(hole),
            other => other,
        },
    };
    match (name, arguments) {
        // What runs after a failure is no declaration, and what runs always does not depend on one.
        ("success" | "always" | "succeeded" | "succeededorfailed", _) => Value::Bool(true),
        ("cancelled" | "canceled", _) => Value::Bool(false),
        ("failure" | "failed", _) => unknown("it depends on whether an earlier step fails".to_owned()),
        ("contains", [whole, part]) => truth(contains(whole, part, numbers)),
        ("startswith", [whole, part]) => truth(begins(whole, part)),
        ("endswith", [whole, part]) => truth(
            whole.text().zip(part.text()).map(|(whole, part)| whole.to_lowercase().ends_with(&part.to_lowercase())),
        ),
        ("format", [Value::Text(pieces), values @ ..]) => match super::super::pipeline::known(pieces) {
            Some(pattern) => format(&pattern, values).unwrap_or_else(|| unknown(format!("`{pattern}` is no format"))),
            None => Value::Text(pieces.clone()),
        },
        ("join", [list, rest @ ..]) if rest.len() < 2 => {
            let separator = rest.first().map_or(Some(",".to_owned()), Value::text);
            let (list, separator) = match (name_order(contexts.dialect(), list, rest.first()), separator) {
                ((Value::List(list), None), Some(separator)) => (list, separator),
                ((Value::List(list), Some(separator)), _) => match separator.text() {
                    Some(separator) => (list, separator),
                    None => return unknown("the separator is not known".to_owned()),
                },
                ((Value::Text(pieces), _), _) => return Value::Text(pieces),
                _ => return unknown("`join` is not evaluated".to_owned()),
            };
            let mut pieces = Vec::new();
            for (at, one) in list.iter().enumerate() {
                if at > 0 {
                    pieces.push(Piece::Lit(separator.clone()));
                }
                pieces.extend(one.pieces());
            }
            Value::Text(pieces)
        }
        ("fromjson", [text]) => match text.text().map(|text| serde_json::from_str::<serde_json::Value>(&text)) {
            Some(Ok(json)) => from_json(&json, &mut 0).unwrap_or_else(|| unknown("the JSON is too large".to_owned())),
            Some(Err(_)) => unknown("the text is no JSON".to_owned()),
            None => match text.whys().into_iter().next() {
                Some(why) => Value::unknown(why),
                None => unknown("the text is not known".to_owned()),
            },
        },
        ("tojson" | "converttojson", [value]) => match to_json(value) {
            Some(json) => Value::known(json.to_string()),
            None => unknown("the value is not known".to_owned()),
        },
        ("eq", [left, right]) => truth(equal(left, right, numbers)),
        ("ne", [left, right]) => truth(equal(left, right, numbers).map(|same| !same)),
        ("in", [value, rest @ ..]) => truth(among(value, rest)),
        ("notin", [value, rest @ ..]) => truth(among(value, rest).map(|is_in| !is_in)),
        ("containsvalue", [Value::List(values), value]) => truth(among(value, values)),
        ("coalesce", values) => {
            for value in values {
                match value {
                    Value::Null => {}
                    _ if value.text().is_some_and(|text| text.is_empty()) => {}
                    _ => return value.clone(),
                }
            }
            Value::Null
        }
        ("iif", [condition, yes, no]) => match condition.truth() {
            Some(true) => yes.clone(),
            Some(false) => no.clone(),
            None => undecided(condition, &[yes.clone(), no.clone()]),
        },
        ("lower", [value]) => value.text().map_or_else(|| value.clone(), |text| Value::known(text.to_lowercase())),
        ("upper", [value]) => value.text().map_or_else(|| value.clone(), |text| Value::known(text.to_uppercase())),
        ("trim", [value]) => value.text().map_or_else(|| value.clone(), |text| Value::known(text.trim())),
        ("replace", [whole, from, to]) => match (whole.text(), from.text(), to.text()) {
            (Some(whole), Some(from), Some(to)) if !from.is_empty() => Value::known(whole.replace(&from, &to)),
            _ => unknown("a part of `replace` is not known".to_owned()),
        },
        ("length", [Value::List(values)]) => Value::Number(values.len() as f64),
        _ => unknown(format!("the function `{name}` is not evaluated")),
    }
}

/// The list and the separator: GitHub takes the list first, Azure the separator.
fn name_order(dialect: Dialect, first: &Value, second: Option<&Value>) -> (Value, Option<Value>) {
    match (dialect, second) {
        (Dialect::Azure, Some(second)) => (second.clone(), Some(first.clone())),
        _ => (first.clone(), None),
    }
}

fn among(value: &Value, list: &[Value]) -> Option<bool> {
    let found: Vec<Option<bool>> = list.iter().map(|one| equal(value, one, true)).collect();
    if found.contains(&Some(true)) {
        return Some(true);
    }
    found.iter().all(Option::is_some).then_some(false)
}

fn contains(whole: &Value, part: &Value, numbers: bool) -> Option<bool> {
    match whole {
        Value::List(list) => {
            let found: Vec<Option<bool>> = list.iter().map(|one| equal(one, part, numbers)).collect();
            if found.contains(&Some(true)) {
                return Some(true);
            }
            found.iter().all(Option::is_some).then_some(false)
        }
        Value::Map(_) => Some(false),
        Value::Text(pieces) => {
            let part = part.text()?.to_lowercase();
            let has = |piece: &Piece| matches!(piece, Piece::Lit(text) if text.to_lowercase().contains(&part));
            if pieces.iter().any(has) {
                return Some(true);
            }
            whole.text().map(|whole| whole.to_lowercase().contains(&part))
        }
        _ => whole.text().map(|whole| part.text().map(|part| whole.contains(&part)))?,
    }
}

fn begins(whole: &Value, part: &Value) -> Option<bool> {
    let part = part.text()?.to_lowercase();
    if let Some(whole) = whole.text() {
        return Some(whole.to_lowercase().starts_with(&part));
    }
    match whole {
        Value::Text(pieces) => match pieces.first() {
            Some(Piece::Lit(text)) if text.len() >= part.len() => Some(text.to_lowercase().starts_with(&part)),
            Some(Piece::Lit(text)) if !part.starts_with(&text.to_lowercase()) => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// `{0}` is the first value; two braces stand for one.
fn format(pattern: &str, values: &[Value]) -> Option<Value> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            text.push(next);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let (index, after) = after.split_once('}')?;
            pieces.push(Piece::Lit(std::mem::take(&mut text)));
            pieces.extend(values.get(index.trim().parse::<usize>().ok()?)?.pieces());
            rest = after;
        } else if next == '}' {
            return None;
        } else {
            text.push(next);
            rest = rest.get(next.len_utf8()..)?;
        }
    }
    pieces.push(Piece::Lit(text));
    pieces.retain(|piece| !matches!(piece, Piece::Lit(text) if text.is_empty()));
    Some(Value::Text(pieces))
}

fn from_json(json: &serde_json::Value, count: &mut usize) -> Option<Value> {
    *count += 1;
    if *count > MAX_VALUES {
        return None;
    }
    Some(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(truth) => Value::Bool(*truth),
        serde_json::Value::Number(number) => Value::Number(number.as_f64()?),
        serde_json::Value::String(text) => Value::known(text.clone()),
        serde_json::Value::Array(values) => {
            Value::List(values.iter().map(|one| from_json(one, count)).collect::<Option<_>>()?)
        }
        serde_json::Value::Object(fields) => {
            let field = |(name, one): (&String, &serde_json::Value)| Some((name.clone(), from_json(one, count)?));
            Value::Map(fields.iter().map(field).collect::<Option<_>>()?)
        }
    })
}

fn to_json(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => serde_json::Number::from_f64(*number)?.into(),
        Value::Text(_) => value.text()?.into(),
        Value::List(values) => values.iter().map(to_json).collect::<Option<Vec<_>>>()?.into(),
        Value::Map(entries) => {
            let entry = |(name, one): &(String, Value)| Some((name.clone(), to_json(one)?));
            serde_json::Value::Object(entries.iter().map(entry).collect::<Option<_>>()?)
        }
        Value::Unknown(_) => return None,
    })
}
