//! Attributes of a state or plan as values. Secrets are left out here, so that nothing later can print them.

use serde_json::Value as Json;

use super::one_line;
use super::secrets::{Marks, Secrets};
use crate::model::redact::{is_secret_flag, is_secret_name};
use crate::model::{Why, WhyKind};
use crate::terraform::value::{Fields, Number, Type, Value, normalise};

/// What the attributes of one resource instance are read with.
pub(super) struct Attributes<'a> {
    /// The full address.
    pub(super) address: &'a str,
    /// The file or object.
    pub(super) name: &'a str,
    /// Texts that are secrets wherever they stand.
    pub(super) secrets: &'a Secrets,
    /// True in a state file, where a value whose type the provider leaves open carries its type.
    pub(super) typed: bool,
}

/// Where a value stands in its resource.
#[derive(Clone, Copy)]
struct At<'a> {
    /// The nearest name.
    name: &'a str,
    /// True below a name that says that everything in it is a secret.
    secret: bool,
    sensitive: &'a Marks,
    unknown: &'a Marks,
}

impl Attributes<'_> {
    /// The attributes, by name. What is marked as unknown and not mentioned is unknown.
    pub(super) fn read(&self, json: &Json, sensitive: &Marks, unknown: &Marks) -> Fields {
        let Json::Object(fields) = json else { return Fields::new() };
        let one = |(name, field): (&String, &Json)| {
            let field = if self.typed { untyped(field) } else { field };
            let at = At { name, secret: false, sensitive: sensitive.part(name), unknown: unknown.part(name) };
            (normalise(name), self.value(field, at))
        };
        let mut all: Fields = fields.iter().map(one).collect();
        self.add_unknown(&mut all, unknown);
        all
    }

    fn add_unknown(&self, fields: &mut Fields, unknown: &Marks) {
        let Marks::Parts(parts) = unknown else { return };
        for (name, _) in parts.iter().filter(|(_, marks)| **marks == Marks::All) {
            fields.entry(normalise(name)).or_insert_with(|| self.open(name));
        }
    }

    fn value(&self, json: &Json, at: At<'_>) -> Value {
        if *at.unknown == Marks::All {
            return self.open(at.name);
        }
        if *at.sensitive == Marks::All {
            return self.withheld(at.name);
        }
        let secret = at.secret || is_secret_name(at.name);
        match json {
            Json::Null => Value::null(),
            Json::Bool(flag) => Value::bool(*flag),
            Json::Number(_) if secret => self.withheld(at.name),
            Json::Number(number) => {
                Number::parse(&number.to_string()).map_or_else(|| self.withheld(at.name), Value::number)
            }
            Json::String(text) if text.is_empty() => Value::string(""),
            Json::String(text) if secret || self.secrets.hold(text, at.name) => self.withheld(at.name),
            Json::String(text) => Value::string(text),
            Json::Array(items) => {
                let mut follows_flag = false;
                let one = |(index, item): (usize, &Json)| {
                    let key = index.to_string();
                    let text = item.as_str().unwrap_or_default();
                    let secret = secret || (follows_flag && !text.starts_with('-'));
                    follows_flag = is_secret_flag(text);
                    let at = At { secret, sensitive: at.sensitive.part(&key), unknown: at.unknown.part(&key), ..at };
                    self.value(item, at)
                };
                Value::tuple(items.iter().enumerate().map(one).collect())
            }
            Json::Object(fields) => {
                // Environment variables, headers: the name tells whether the value is a secret, and not always.
                let is_pair = fields.get("name").is_some_and(Json::is_string);
                let one = |(name, field): (&String, &Json)| {
                    let secret = secret || (is_pair && name == "value");
                    let at = At { name, secret, sensitive: at.sensitive.part(name), unknown: at.unknown.part(name) };
                    (normalise(name), self.value(field, at))
                };
                let mut all: Fields = fields.iter().map(one).collect();
                self.add_unknown(&mut all, at.unknown);
                Value::object(all)
            }
        }
    }

    fn withheld(&self, name: &str) -> Value {
        let text =
            format!("{}: what {} holds as {} may be a secret and is not kept", self.address, self.name, one_line(name));
        Value::unknown_because(Type::Dynamic, Why::new(WhyKind::Computed, text)).marked(true)
    }

    fn open(&self, name: &str) -> Value {
        let text = format!("{}.{} is known after apply, as {} says", self.address, one_line(name), self.name);
        Value::unknown_because(Type::Dynamic, Why::new(WhyKind::Computed, text))
    }
}

/// The value of `{"value": …, "type": …}`. Of the types only those of the language are taken for one.
fn untyped(json: &Json) -> &Json {
    let Json::Object(fields) = json else { return json };
    let (Some(value), Some(ty), 2) = (fields.get("value"), fields.get("type"), fields.len()) else { return json };
    let is_type = match ty {
        Json::String(word) => matches!(word.as_str(), "string" | "number" | "bool" | "dynamic"),
        Json::Array(parts) => {
            let word = parts.first().and_then(Json::as_str).unwrap_or_default();
            matches!(word, "list" | "set" | "map" | "tuple" | "object")
        }
        _ => false,
    };
    if is_type { value } else { json }
}
