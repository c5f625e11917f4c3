//! What a parameter holds, and whether it is given.

use brush_parser::word::{Parameter, ParameterTestType, SpecialParameter};

use super::Shell;
use super::expand::Expansion;
use super::parameter::Span;
use super::source::Source;
use super::state::{Status, Value};
use super::text::{Field, Text};
use crate::model::{Why, WhyKind};

/// Variables that bash sets to a number.
const NUMBERS: [&str; 9] = ["BASHPID", "COLUMNS", "EPOCHSECONDS", "EUID", "LINENO", "PPID", "RANDOM", "SECONDS", "UID"];

impl<'a> Shell<'a> {
    /// A parameter without any operation.
    pub(super) fn plain(&mut self, parameter: &Parameter, source: &Source<'a>, span: Span) -> Expansion {
        match parameter {
            Parameter::Named(name) => Expansion::Text(self.scalar(name, source, span)),
            Parameter::Positional(0) | Parameter::Special(SpecialParameter::ShellName) => {
                Expansion::Text(self.script_path(false, source, span))
            }
            Parameter::Positional(at) => Expansion::Text(self.argument(*at as usize, source, span)),
            Parameter::Special(SpecialParameter::AllPositionalParameters { .. }) => {
                Expansion::List(self.state.arguments.0.clone())
            }
            Parameter::Special(SpecialParameter::PositionalParameterCount) => {
                // An argument that is not quoted may be several, or none.
                let open = self.state.arguments.0.iter().any(Field::is_split);
                Expansion::Text(match self.state.arguments.count() {
                    Some(count) if !open => Text::lit(count.to_string()),
                    _ => Text::one_word(self.decides(parameter, source, span)),
                })
            }
            Parameter::Special(SpecialParameter::LastExitStatus) => Expansion::Text(match self.state.status {
                Status::Known(true) => Text::lit("0"),
                _ => {
                    Text::one_word(Why::at(WhyKind::Dynamic, "the last command decides it", self.origin(source, span)))
                }
            }),
            Parameter::Special(_) => {
                let why = Why::at(WhyKind::Dynamic, "it is known only when the script runs", self.origin(source, span));
                // What is left are process ids and options.
                Expansion::Text(Text::one_word(why))
            }
            Parameter::NamedWithIndex { name, index } => Expansion::Text(self.element(name, index, source, span)),
            Parameter::NamedWithAllIndices { name, .. } => Expansion::List(match self.lookup(name) {
                Some(Value::List(fields)) => fields,
                Some(Value::Text(text)) => vec![Field::Word(text)],
                Some(Value::Map(map)) if map.len() <= 1 => map.values().cloned().map(Field::Word).collect(),
                Some(Value::Unset) => Vec::new(),
                Some(value @ Value::Map(_)) => {
                    let why =
                        Why::at(WhyKind::Dynamic, "the order of the values is not known", self.origin(source, span));
                    let mut whys = vec![why];
                    super::text::add_whys(&mut whys, &value.whys());
                    vec![Field::Any(whys)]
                }
                Some(Value::Unknown(whys)) => vec![Field::Any(whys)],
                None => vec![Field::Any(vec![self.name_decides(name, source, span)])],
            }),
        }
    }

    pub(super) fn single(&mut self, parameter: &Parameter, source: &Source<'a>, span: Span) -> Text {
        match self.plain(parameter, source, span) {
            Expansion::Text(text) => text,
            Expansion::List(fields) => match fields.as_slice() {
                [Field::Word(text)] => text.clone(),
                _ => Text::unknown(vec![self.decides(parameter, source, span)]),
            },
        }
    }

    /// The variable as one text.
    pub(super) fn scalar(&mut self, name: &str, source: &Source<'a>, span: Span) -> Text {
        match (self.lookup(name), name) {
            (Some(Value::Text(text)), _) => text,
            (Some(Value::List(fields)), _) => match fields.first() {
                None => Text::default(),
                Some(Field::Word(text)) => text.clone(),
                Some(other) => Text::unknown(other.whys()),
            },
            (Some(Value::Map(map)), _) => map.get("0").cloned().unwrap_or_default(),
            (Some(Value::Unset), _) => Text::default(),
            (Some(Value::Unknown(whys)), _) => Text::unknown(whys),
            (None, "BASH_SOURCE") => self.script_path(true, source, span),
            (None, "PWD") => self.working_folder(source, span),
            (None, _) if NUMBERS.contains(&name) => Text::one_word(self.name_decides(name, source, span)),
            (None, _) => Text::hole(self.name_decides(name, source, span)),
        }
    }

    pub(super) fn element(&mut self, name: &str, index: &str, source: &Source<'a>, span: Span) -> Text {
        let decides = self.name_decides(name, source, span);
        match self.lookup(name) {
            Some(Value::Map(map)) => {
                let key = self.text_of(index, source, span);
                match key.known() {
                    Some(key) => map.get(key).cloned().unwrap_or_default(),
                    None => {
                        let texts: Option<Vec<&Text>> =
                            key.options().map(|keys| keys.iter().filter_map(|key| map.get(key)).collect());
                        let mut whys = key.whys();
                        super::text::add_whys(&mut whys, &[decides]);
                        let why = whys.first().cloned();
                        match (texts.as_deref(), why) {
                            (Some([first, rest @ ..]), Some(why))
                                if rest.len() + 1 == key.options().map_or(0, |o| o.len()) =>
                            {
                                rest.iter().fold((*first).clone(), |joined, text| joined.or(text, &why))
                            }
                            _ => Text::unknown(whys),
                        }
                    }
                }
            }
            Some(Value::List(fields)) => {
                let at = self.arithmetic(index, source, span);
                let at = at.and_then(|at| usize::try_from(if at < 0 { at + fields.len() as i64 } else { at }).ok());
                let exact =
                    at.is_some_and(|at| fields.iter().take(at + 1).all(|field| matches!(field, Field::Word(_))));
                match at.filter(|_| exact).map(|at| fields.get(at)) {
                    Some(Some(Field::Word(text))) => text.clone(),
                    Some(None) if fields.iter().all(|field| matches!(field, Field::Word(_))) => Text::default(),
                    _ => Text::hole(decides),
                }
            }
            Some(Value::Text(text)) if index == "0" => text,
            Some(Value::Unset) => Text::default(),
            Some(Value::Unknown(whys)) => Text::unknown(whys),
            None if name == "BASH_SOURCE" && index == "0" => self.script_path(true, source, span),
            _ => Text::hole(decides),
        }
    }

    /// Whether the parameter has a value, as `test` asks; `None` where that is not known.
    pub(super) fn is_given(
        &mut self,
        parameter: &Parameter,
        test: &ParameterTestType,
        source: &Source<'a>,
        span: Span,
    ) -> Option<bool> {
        let unset_only = matches!(test, ParameterTestType::Unset);
        match parameter {
            Parameter::Named(name) => match self.lookup(name) {
                Some(Value::Unset) => return Some(false),
                Some(Value::Text(_)) if unset_only => return Some(true),
                // A text that some ways set, and others leave unset, may be either.
                None | Some(Value::Unknown(_)) if !matches!(name.as_str(), "BASH_SOURCE" | "PWD") => return None,
                _ => {}
            },
            Parameter::Positional(at) if *at > 0 => {
                self.rely_on_arguments(*at as usize, source, span);
                match self.state.arguments.get(*at as usize) {
                    Err(_) => return None,
                    Ok(None) => return Some(false),
                    Ok(Some(_)) if unset_only => return Some(true),
                    Ok(Some(_)) => {}
                }
            }
            Parameter::NamedWithIndex { name, .. } if self.lookup(name).is_none() => return None,
            _ => {}
        }
        match self.plain(parameter, source, span) {
            Expansion::Text(text) => match text.is_empty() {
                Some(empty) if unset_only && empty => None,
                known => known.map(|empty| !empty),
            },
            Expansion::List(fields) => match fields.as_slice() {
                [] => Some(false),
                [Field::Word(text)] => text.is_empty().map(|empty| !empty),
                fields if fields.iter().any(|field| matches!(field, Field::Word(_))) => Some(true),
                _ => None,
            },
        }
    }

    pub(super) fn decides(&self, parameter: &Parameter, source: &Source<'a>, span: Span) -> Why {
        match parameter {
            Parameter::Named(name)
            | Parameter::NamedWithIndex { name, .. }
            | Parameter::NamedWithAllIndices { name, .. } => self.name_decides(name, source, span),
            Parameter::Positional(at) => self.argument_decides(*at as usize, source, span),
            Parameter::Special(_) => {
                Why::at(WhyKind::Dynamic, "the arguments of the script decide it", self.origin(source, span))
            }
        }
    }

    pub(super) fn name_decides(&self, name: &str, source: &Source<'a>, span: Span) -> Why {
        match (&self.state.base, self.state.variables.contains_key(name)) {
            (Some(why), false) => why.clone(),
            (None, false) => {
                let text = format!("the environment variable {name} decides it");
                Why::at(WhyKind::Environment, text, self.origin(source, span))
            }
            (_, true) => {
                Why::at(WhyKind::Dynamic, format!("the variable {name} decides it"), self.origin(source, span))
            }
        }
    }
}
