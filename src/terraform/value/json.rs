//! Values to and from JSON.

use std::fmt::Write as _;

use super::{Fields, Kind, Number, Value, normalise};

/// The deepest JSON that is turned into a value.
const MAX_DEPTH: usize = 128;

/// A wholly known value as JSON. An unknown in it becomes null: callers look for unknowns first.
/// A number that no 64 bit integer or float holds exactly becomes the nearest float; one beyond all floats its text.
pub fn to_json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(_) => Json::Null,
        Kind::Bool(flag) => Json::Bool(*flag),
        Kind::Number(Number::Int(int)) => Json::from(*int),
        Kind::Number(number) if number.signum() == 0 => Json::from(0),
        Kind::Number(number) => {
            let small = number.to_string().parse::<u64>().ok().map(Json::from);
            let float = || serde_json::Number::from_f64(number.to_f64()).map(Json::Number);
            small.or_else(float).unwrap_or_else(|| Json::String(number.to_string()))
        }
        Kind::String(text) => Json::String(text.to_string()),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Json::Array(items.iter().map(to_json).collect())
        }
        Kind::Map(_, map) => fields_to_json(map),
        Kind::Object(object) => fields_to_json(&object.fields),
    }
}

fn fields_to_json(fields: &Fields) -> serde_json::Value {
    serde_json::Value::Object(fields.iter().map(|(key, value)| (key.to_string(), to_json(value))).collect())
}

/// The text that `jsonencode` gives: keys sorted, no white space, and `<`, `>`, `&` escaped.
pub fn to_json_text(value: &Value) -> String {
    let mut text = String::new();
    write_json(value, &mut text);
    text
}

fn write_json(value: &Value, out: &mut String) {
    match &value.kind {
        Kind::Null(_) | Kind::Unknown(_) => out.push_str("null"),
        Kind::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(&number.to_string()),
        Kind::String(text) => write_string(text, out),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Kind::Map(_, map) => write_fields(map, out),
        Kind::Object(object) => write_fields(&object.fields, out),
    }
}

fn write_fields(fields: &Fields, out: &mut String) {
    out.push('{');
    for (at, (key, value)) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_string(key, out);
        out.push(':');
        write_json(value, out);
    }
    out.push('}');
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", character as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// JSON as a value: arrays become tuples, objects become objects.
///
/// # Errors
/// A lower-case fragment, where the text is no JSON or is nested too deeply.
pub fn from_json(text: &str) -> Result<Value, String> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("the text is no JSON: {error}"))?;
    from_json_value(&json, 0)
}

fn from_json_value(json: &serde_json::Value, depth: usize) -> Result<Value, String> {
    use serde_json::Value as Json;
    if depth > MAX_DEPTH {
        return Err("the JSON is nested too deeply".to_owned());
    }
    Ok(match json {
        Json::Null => Value::null(),
        Json::Bool(flag) => Value::bool(*flag),
        Json::Number(number) => Number::parse(&number.to_string()).map(Value::number).ok_or("a number is too large")?,
        Json::String(text) => Value::string(text),
        Json::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| from_json_value(item, depth + 1)).collect();
            Value::tuple(items?)
        }
        Json::Object(fields) => {
            let one = |(key, item): (&String, &Json)| Ok((normalise(key), from_json_value(item, depth + 1)?));
            Value::object(fields.iter().map(one).collect::<Result<Fields, String>>()?)
        }
    })
}
