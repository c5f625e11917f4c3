//! Fields of JSON objects, taken and put with what is absent left absent.

use serde_json::{Map, Value};

/// The text of a field.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// An object.
pub(super) fn map(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value?.as_object()
}

/// The items of a list; none where it is no list.
pub(super) fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Puts a value that is not null.
pub(super) fn put(into: &mut Map<String, Value>, key: &str, value: Value) {
    if !value.is_null() {
        into.insert(key.to_owned(), value);
    }
}

/// Puts the fields that are there, under the same names.
pub(super) fn keep(from: Option<&Value>, into: &mut Map<String, Value>, keys: &[&str]) {
    for key in keys {
        put(into, key, from.and_then(|from| from.get(key)).cloned().unwrap_or_default());
    }
}
