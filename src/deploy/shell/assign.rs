//! Assignments: variables, arrays and their elements.

use brush_parser::ast::{Assignment, AssignmentName, AssignmentValue};

use super::Shell;
use super::source::Source;
use super::state::Value;
use super::text::{Field, Text};
use crate::model::{Why, WhyKind};

/// The most words of a command or an array.
const MAX_WORDS: usize = 5_000;

impl<'a> Shell<'a> {
    pub(super) fn assign(&mut self, assignment: &Assignment, source: &Source<'a>, span: (usize, usize)) {
        let append = assignment.append;
        if self.state.options.allexport
            && let AssignmentName::VariableName(name) = &assignment.name
        {
            self.state.exported.insert(name.clone());
        }
        match (&assignment.name, &assignment.value) {
            (AssignmentName::VariableName(name), AssignmentValue::Scalar(word)) => {
                let text = self.text_of(&word.value, source, span);
                let value = match self.lookup(name).filter(|_| append) {
                    None if append => {
                        let mut joined = self.scalar(name, source, span);
                        joined.append(text);
                        Value::Text(joined.limited())
                    }
                    None | Some(Value::Unset) => Value::Text(text),
                    Some(Value::Text(mut before)) => {
                        before.append(text);
                        Value::Text(before.limited())
                    }
                    Some(other) => Value::Unknown(not_empty(other.whys(), self.name_decides(name, source, span))),
                };
                self.state.variables.insert(name.clone(), value);
            }
            (AssignmentName::VariableName(name), AssignmentValue::Array(elements)) => {
                let is_map = matches!(self.state.variables.get(name), Some(Value::Map(_)));
                let keyed = elements.iter().any(|(key, _)| key.is_some());
                let value = if is_map || keyed {
                    self.map(name, elements, append, is_map, source, span)
                } else {
                    let mut fields = match self.lookup(name).filter(|_| append) {
                        Some(Value::List(fields)) => fields,
                        Some(Value::Text(text)) => vec![Field::Word(text)],
                        Some(Value::Unset) => Vec::new(),
                        Some(other) => vec![Field::Any(not_empty(other.whys(), self.name_decides(name, source, span)))],
                        None if append => vec![Field::Any(vec![self.name_decides(name, source, span)])],
                        None => Vec::new(),
                    };
                    for (_, word) in elements {
                        fields.extend(self.list_fields(word, source));
                    }
                    Value::List(bounded(fields))
                };
                self.spend(elements.len());
                self.state.variables.insert(name.clone(), value);
            }
            (AssignmentName::ArrayElementName(name, index), AssignmentValue::Scalar(word)) => {
                let text = self.text_of(&word.value, source, span);
                let value = self.element_assigned(name, index, text, append, source, span);
                self.state.variables.insert(name.clone(), value);
            }
            (AssignmentName::ArrayElementName(name, _), AssignmentValue::Array(_)) => {
                let why = self.unsupported("an array in an array", source, span);
                self.state.variables.insert(name.clone(), Value::Unknown(vec![why]));
            }
        }
    }

    pub(super) fn map(
        &mut self,
        name: &str,
        elements: &[(Option<brush_parser::ast::Word>, brush_parser::ast::Word)],
        append: bool,
        is_map: bool,
        source: &Source<'a>,
        span: (usize, usize),
    ) -> Value {
        let mut map = match self.state.variables.get(name) {
            Some(Value::Map(map)) if append => map.clone(),
            _ => std::collections::BTreeMap::new(),
        };
        for (key, word) in elements {
            let key = key.as_ref().map(|key| self.text_of(&key.value, source, span));
            let value = self.text_of(&word.value, source, span);
            match key.as_ref().and_then(Text::known) {
                Some(key) if is_map => map.insert(key.to_owned(), value),
                // An index that is calculated, or a list with gaps.
                _ => return Value::Unknown(vec![self.unsupported("this array", source, span)]),
            };
        }
        Value::Map(map)
    }

    pub(super) fn element_assigned(
        &mut self,
        name: &str,
        index: &str,
        text: Text,
        append: bool,
        source: &Source<'a>,
        span: (usize, usize),
    ) -> Value {
        let unknown =
            |shell: &Self, whys: Vec<Why>| Value::Unknown(not_empty(whys, shell.name_decides(name, source, span)));
        match self.state.variables.get(name).cloned() {
            Some(Value::Map(mut map)) => {
                let key = self.text_of(index, source, span);
                let Some(key) = key.known() else { return unknown(self, key.whys()) };
                let before = map.get(key).cloned().filter(|_| append).unwrap_or_default();
                let mut joined = before;
                joined.append(text);
                map.insert(key.to_owned(), joined.limited());
                Value::Map(map)
            }
            Some(Value::Unset) | None if !append && self.arithmetic(index, source, span) == Some(0) => {
                // Nothing says what else the environment holds, but a list has no other elements.
                Value::List(vec![Field::Word(text)])
            }
            Some(Value::List(mut fields)) if !append => {
                let at = self.arithmetic(index, source, span).and_then(|at| usize::try_from(at).ok());
                let words = fields.iter().all(|field| matches!(field, Field::Word(_)));
                match at.filter(|_| words) {
                    Some(at) if at < fields.len() => {
                        if let Some(field) = fields.get_mut(at) {
                            *field = Field::Word(text);
                        }
                        Value::List(fields)
                    }
                    Some(at) if at == fields.len() => {
                        fields.push(Field::Word(text));
                        Value::List(fields)
                    }
                    _ => unknown(self, Vec::new()),
                }
            }
            Some(other) => unknown(self, other.whys()),
            None => unknown(self, Vec::new()),
        }
    }
}

pub(super) fn not_empty(whys: Vec<Why>, why: Why) -> Vec<Why> {
    if whys.is_empty() { vec![why] } else { whys }
}

/// A list that is not too long to be one that matters; of a longer one, only the first word is known.
pub(super) fn bounded(mut fields: Vec<Field>) -> Vec<Field> {
    if fields.len() > MAX_WORDS {
        fields.truncate(1);
        fields.push(Field::Any(vec![Why::new(WhyKind::Limit, format!("the list has more than {MAX_WORDS} words"))]));
    }
    fields
}
