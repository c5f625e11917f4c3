//! The YAML that gcloud prints (`--format yaml`), as JSON values. Aliases are not read: gcloud prints none, and they
//! let a small text become a large value.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// The deepest nesting that is read, as for JSON.
const MAX_DEPTH: usize = 120;

/// A container that is being read.
enum Open {
    List(Vec<Value>),
    /// The entries so far, and the key whose value comes next.
    Map(Map<String, Value>, Option<String>),
}

/// The documents of a stream, without those that are null.
///
/// # Errors
/// What is wrong, as a fragment that reads after the file's name.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, String> {
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let marker = error.marker();
            format!("is no JSON and no YAML: {} at line {} column {}", error.info(), marker.line(), marker.col() + 1)
        })?;
        let line = span.start.line();
        let done = match event {
            Event::Alias(_) => return Err(format!("is no output of gcloud: it has an alias at line {line}")),
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= MAX_DEPTH => {
                return Err(format!("is nested more than {MAX_DEPTH} levels deep at line {line}"));
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(items)) => Value::Array(items),
                Some(Open::Map(fields, _)) => Value::Object(fields),
                None => continue,
            },
            Event::Scalar(text, style, ..) => scalar(&text, style),
            _ => continue,
        };
        match open.last_mut() {
            None if done.is_null() => {}
            None => documents.push(done),
            Some(Open::List(items)) => items.push(done),
            Some(Open::Map(fields, key)) => match (key.take(), done) {
                (Some(key), value) => {
                    fields.insert(key, value);
                }
                (None, Value::String(text)) => *key = Some(text),
                (None, Value::Array(_) | Value::Object(_)) => {
                    return Err(format!("has a key that is no text at line {line}"));
                }
                (None, other) => *key = Some(other.to_string()),
            },
        }
    }
    if documents.iter().all(|document| !document.is_object() && !document.is_array()) {
        return Err("is neither JSON nor YAML that gcloud prints".to_owned());
    }
    Ok(documents)
}

/// Only a plain scalar can be anything but a text.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::from(text);
    }
    match text {
        "" | "null" | "~" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => {
            let starts_as_number = text.starts_with(|char: char| char.is_ascii_digit() || char == '-');
            let number = starts_as_number.then(|| serde_json::from_str::<serde_json::Number>(text).ok()).flatten();
            number.map_or_else(|| Value::from(text), Value::Number)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_read_as_json_values() {
        let text = "kind: Service\nmetadata:\n  namespace: '482913377105'\n  generation: 2\n  empty: {}\nlist:\n- a\n\
                    - b: true\n  c: 528.0.0\n  d: ''\n---\nname: x\n";
        let list = json!(["a", {"b": true, "c": "528.0.0", "d": ""}]);
        let metadata = json!({"namespace": "482913377105", "generation": 2, "empty": {}});
        let first = json!({"kind": "Service", "metadata": metadata, "list": list});
        assert_eq!(documents(text).unwrap(), [first, json!({"name": "x"})]);
    }

    #[test]
    fn what_gcloud_never_prints_is_refused() {
        for (text, problem) in [
            ("a: &x [1]\nb: *x\n".to_owned(), "it has an alias at line 2"),
            ("a: [1".to_owned(), "is no JSON and no YAML"),
            ("ERROR (gcloud.run.services.list) PERMISSION_DENIED".to_owned(), "is neither JSON nor YAML"),
            ("Listed 0 items.".to_owned(), "is neither JSON nor YAML"),
            (format!("a: {}", "[".repeat(200)), "is nested more than"),
        ] {
            let told = documents(&text);
            assert!(told.as_ref().is_err_and(|told| told.contains(problem)), "{text:.60}: {told:?}");
        }
    }
}
