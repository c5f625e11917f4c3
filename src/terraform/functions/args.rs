//! The converted arguments of a call.

use std::sync::Arc;

use super::super::value::{Kind, Number, Type, Value};

/// The largest list that a function makes.
pub(crate) const MAX_ELEMENTS: usize = 100_000;
/// The longest text that a function makes.
pub(crate) const MAX_TEXT: usize = 4 << 20;

/// Arguments, with the name of the function for messages. The caller has checked number and types.
pub(crate) struct Args {
    name: &'static str,
    values: Vec<Value>,
}

impl Args {
    pub(crate) fn new(name: &'static str, values: Vec<Value>) -> Self {
        Self { name, values }
    }

    pub(crate) fn name(&self) -> &str {
        self.name
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn get(&self, at: usize) -> Option<&Value> {
        self.values.get(at)
    }

    pub(crate) fn all(&self) -> &[Value] {
        &self.values
    }

    pub(crate) fn rest(&self, from: usize) -> &[Value] {
        self.values.get(from..).unwrap_or_default()
    }

    pub(crate) fn value(&self, at: usize) -> Result<&Value, String> {
        self.values.get(at).ok_or_else(|| format!("{} lacks argument {}", self.name, at + 1))
    }

    pub(crate) fn str(&self, at: usize) -> Result<&str, String> {
        self.value(at)?.as_str().ok_or_else(|| format!("argument {} of {} is no string", at + 1, self.name))
    }

    pub(crate) fn number(&self, at: usize) -> Result<&Number, String> {
        self.value(at)?.as_number().ok_or_else(|| format!("argument {} of {} is no number", at + 1, self.name))
    }

    pub(crate) fn int(&self, at: usize) -> Result<i64, String> {
        self.number(at)?.to_i64().ok_or_else(|| format!("argument {} of {} is no whole number", at + 1, self.name))
    }

    /// The elements of a list, set or tuple.
    pub(crate) fn items(&self, at: usize) -> Result<&Arc<Vec<Value>>, String> {
        items(self.value(at)?).ok_or_else(|| format!("argument {} of {} is no list, set or tuple", at + 1, self.name))
    }

    /// The strings of a list of strings.
    pub(crate) fn strs(&self, at: usize) -> Result<Vec<&str>, String> {
        self.items(at)?
            .iter()
            .map(|item| {
                item.as_str().ok_or_else(|| format!("an element of argument {} of {} is null", at + 1, self.name))
            })
            .collect()
    }
}

/// The elements of a list, set or tuple.
pub(crate) fn items(value: &Value) -> Option<&Arc<Vec<Value>>> {
    match &value.kind {
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => Some(items),
        _ => None,
    }
}

/// The elements of a list as a list of the same element type; of a tuple as a tuple.
pub(crate) fn same_kind(value: &Value, items: Vec<Value>) -> Value {
    match &value.kind {
        Kind::List(ty, _) | Kind::Set(ty, _) => Value::list(ty.clone(), items),
        _ => Value::tuple(items),
    }
}

/// The element type of a list or set.
pub(crate) fn element_type(value: &Value) -> Type {
    match &value.kind {
        Kind::List(ty, _) | Kind::Set(ty, _) | Kind::Map(ty, _) => ty.clone(),
        _ => Type::Dynamic,
    }
}
