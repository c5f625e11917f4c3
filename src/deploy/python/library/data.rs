//! JSON and YAML that a script reads: texts that are known, and files of the repository.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::deploy::python::Evaluator;
use crate::deploy::python::define::put;
use crate::deploy::python::value::{At, Elem, Key, Kind, Obj, Val, why};
use crate::deploy::yaml::{self, Node};
use crate::model::{Excerpts, RepoPath, SourceFile, WhyKind};

use super::paths::OPENED;

/// A value of JSON or YAML, its maps in the order of the text.
enum Data {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Data>),
    Map(Vec<(String, Data)>),
    /// A number or date whose Python form is not computed.
    Other,
}

impl<'a> Evaluator<'a> {
    /// `json.loads`, `json.load`, `yaml.safe_load` and `yaml.load`.
    pub(super) fn load_data(&mut self, path: &str, argument: Option<&Val<'a>>, at: At) -> Val<'a> {
        self.may_raise(at);
        let Some(argument) = argument else { return Val::unknown(WhyKind::Dynamic, "it is not known", at) };
        let argument = match &argument.kind {
            Kind::Method(path, name) if &**name == OPENED => match &path.kind {
                Kind::Path(parts) => {
                    let parts = parts.clone();
                    self.file_text(&parts, at)
                }
                _ => argument.clone(),
            },
            _ => argument.clone(),
        };
        let Some(text) = argument.as_text() else { return Val::new(Kind::Unknown(self.whys_of(&argument, at)), at) };
        let data = if path.starts_with("json.") { serde_json::from_str(&text).ok() } else { from_yaml(&text) };
        match data {
            Some(data) => self.value_of(data, at),
            None => Val::unknown(WhyKind::ParseFailed, "the text is not read as data", at),
        }
    }

    fn value_of(&mut self, data: Data, at: At) -> Val<'a> {
        let kind = match data {
            Data::None => Kind::None,
            Data::Bool(truth) => Kind::Bool(truth),
            Data::Int(number) => Kind::Int(number),
            Data::Float(number) => Kind::Float(number),
            Data::Text(text) => return Val::text(text, at),
            Data::Other => Kind::Unknown(why(WhyKind::Unsupported, "this number or date is not evaluated", at)),
            Data::List(elements) => {
                let elements = elements.into_iter().map(|element| Elem::One(self.value_of(element, at))).collect();
                Kind::List(self.heap.add(Obj::List(elements)))
            }
            Data::Map(entries) => {
                let mut made = Vec::new();
                for (key, value) in entries {
                    let value = self.value_of(value, at);
                    put(&mut made, Key::Text(key.into()), value);
                }
                Kind::Dict(self.new_dict(made, None, at))
            }
        };
        Val::new(kind, at)
    }
}

/// As PyYAML reads it, which follows YAML 1.1; `None` where that is not certain.
fn from_yaml(text: &str) -> Option<Data> {
    let several = text.lines().any(|line| line.starts_with("---")) && text.matches("\n---").count() > 0;
    if several && !text.trim_start().starts_with("---") {
        return None;
    }
    let file = SourceFile::new(RepoPath::new("data"), text, &Excerpts::default());
    from_node(&yaml::parse(&file, yaml::Loading::LastKeyWins).ok()?, text)
}

fn from_node(node: &Node, source: &str) -> Option<Data> {
    Some(match node {
        Node::List(elements) => {
            Data::List(elements.iter().map(|element| from_node(element, source)).collect::<Option<_>>()?)
        }
        Node::Map(entries) => {
            let mut made = Vec::new();
            for (key, value) in entries {
                // Merges, and keys that are no texts.
                let Data::Text(name) = plain(source.get(key.range.clone())?, &key.value)? else { return None };
                if name == "<<" {
                    return None;
                }
                made.push((name, from_node(value, source)?));
            }
            Data::Map(made)
        }
        Node::Tagged(..) => return None,
        Node::Scalar(text) => plain(source.get(text.range.clone())?, &text.value)?,
    })
}

/// A scalar as it is written, and its text.
fn plain(written: &str, value: &str) -> Option<Data> {
    let written = written.trim();
    if written.starts_with(['"', '\'', '|', '>']) {
        return Some(Data::Text(value.to_owned()));
    }
    if written != value && !(value.is_empty() && matches!(written, "~" | "null" | "Null" | "NULL")) {
        // Tags, anchors, and texts over several lines.
        let truth = written.eq_ignore_ascii_case(value) && matches!(value, "true" | "false");
        if !truth {
            return None;
        }
    }
    Some(match written {
        "" | "~" | "null" | "Null" | "NULL" => Data::None,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Data::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Data::Bool(false),
        "=" => return None,
        _ => {
            let body = written.strip_prefix(['-', '+']).unwrap_or(written);
            let decimal = body.bytes().all(|byte| byte.is_ascii_digit()) && (body == "0" || !body.starts_with('0'));
            if decimal && !body.is_empty() {
                written.trim_start_matches('+').parse().map_or(Data::Other, Data::Int)
            } else if body.starts_with(|first: char| first.is_ascii_digit() || first == '.')
                && body.bytes().all(|byte| byte.is_ascii_hexdigit() || b"._:+-xXoTtZznNiI ".contains(&byte))
            {
                Data::Other
            } else {
                Data::Text(value.to_owned())
            }
        }
    })
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Data;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::None)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Data, E> {
        Ok(Data::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Data, E> {
        Ok(Data::Int(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Data, E> {
        Ok(i64::try_from(number).map_or(Data::Other, Data::Int))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Data, E> {
        Ok(Data::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Data, E> {
        Ok(Data::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Data, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            elements.push(element);
        }
        Ok(Data::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Data::Map(entries))
    }
}
