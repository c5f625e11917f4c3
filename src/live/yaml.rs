//! YAML as JSON: a state or a list of faults that was written by hand.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 100;
/// The most nodes that are read; aliases count each time.
const MAX_NODES: usize = 2_000_000;

/// Reads the one document of a text.
///
/// # Errors
/// A lower-case fragment that says what is wrong, with line and column where there is one.
pub fn value(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| {
        let (line, column) = (error.marker().line(), error.marker().col() + 1);
        format!("is no YAML: {} at line {line} column {column}", error.info())
    })?;
    let [document] = documents.as_slice() else {
        return Err(format!("holds {} YAML documents, not one", documents.len()));
    };
    convert(document, 0, &mut 0)
}

fn convert(node: &Yaml, depth: usize, count: &mut usize) -> Result<Value, String> {
    *count += 1;
    if depth > MAX_DEPTH || *count > MAX_NODES {
        return Err("is nested too deeply or too large".to_owned());
    }
    Ok(match node {
        Yaml::Sequence(elements) => {
            elements.iter().map(|element| convert(element, depth + 1, count)).collect::<Result<_, _>>()?
        }
        Yaml::Mapping(entries) => {
            let mut fields = Map::new();
            for (key, entry) in entries {
                let Value::String(key) = name(convert(key, depth + 1, count)?) else {
                    return Err("has a key that is no text".to_owned());
                };
                fields.insert(key, convert(entry, depth + 1, count)?);
            }
            Value::Object(fields)
        }
        Yaml::Value(Scalar::String(text)) => Value::String(text.to_string()),
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(truth)) => Value::Bool(*truth),
        Yaml::Value(Scalar::Integer(number)) => Value::from(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => serde_json::Number::from_f64(number.into_inner())
            .map(Value::Number)
            .ok_or("has a number that JSON has not")?,
        Yaml::Tagged(..) | Yaml::Alias(_) | Yaml::BadValue | Yaml::Representation(..) => {
            return Err("has a value that JSON has not".to_owned());
        }
    })
}

/// A key as JSON spells it: a number or a truth value stands for its text.
fn name(key: Value) -> Value {
    match key {
        Value::Number(_) | Value::Bool(_) => Value::String(key.to_string()),
        key => key,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_becomes_json() {
        let text = "a: [1, 1.5, true, ~, \"7\", x]\nb: &c {482913377105: d}\ne: *c\n";
        let expected = json!({
            "a": [1, 1.5, true, null, "7", "x"], "b": {"482913377105": "d"}, "e": {"482913377105": "d"},
        });
        assert_eq!(value(text), Ok(expected));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let bomb: String = (0..30).map(|n| format!("a{}: &a{} [*a{n}, *a{n}]\n", n + 1, n + 1)).collect();
        for (text, problem) in [
            ("a: [1\nb: 2", "is no YAML: "),
            ("a\n---\nb\n", "holds 2 YAML documents"),
            ("a: .nan", "has a number that JSON has not"),
            ("? [a]\n: b\n", "has a key that is no text"),
            (&"[".repeat(200), ""),
            (&format!("a0: &a0 x\n{bomb}"), ""),
        ] {
            let error = value(text).unwrap_err();
            assert!(error.starts_with(problem), "{text}: {error}");
        }
    }
}
