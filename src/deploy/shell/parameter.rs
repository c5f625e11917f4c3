//! `$X` and `${X…}`.

use brush_parser::word::{
    Parameter, ParameterExpr, ParameterTestType, ParameterTransformOp, SpecialParameter, SubstringMatchKind,
};

use super::Shell;
use super::expand::Expansion;
use super::source::Source;
use super::state::{Status, Value};
use super::text::{Field, Part, Text};
use crate::model::{Why, WhyKind};

/// Where a source stands that is expanded.
type Span = (usize, usize);

impl<'a> Shell<'a> {
    pub(super) fn parameter(
        &mut self,
        expression: &ParameterExpr,
        source: &Source<'a>,
        span: Span,
        whole: bool,
    ) -> Expansion {
        use ParameterExpr as E;
        match expression {
            E::Parameter { parameter, indirect: false } => self.plain(parameter, source, span),
            E::Parameter { parameter, indirect: true } => {
                let name = self.single(parameter, source, span);
                match name.known() {
                    Some(name) if is_name(name) => {
                        let name = name.to_owned();
                        Expansion::Text(self.scalar(&name, source, span))
                    }
                    _ => self.not_known("a variable that is named by another", &name, source, span),
                }
            }
            E::UseDefaultValues { parameter, indirect: false, test_type, default_value } => {
                let default = default_value.as_deref().unwrap_or_default();
                match self.is_given(parameter, test_type, source, span) {
                    Some(true) => self.plain(parameter, source, span),
                    Some(false) => self.alternative(default, source, span, whole),
                    None => {
                        let ours = self.plain(parameter, source, span);
                        let before = self.state.clone();
                        let default = self.alternative(default, source, span, whole);
                        self.state = before;
                        self.either(ours, default, parameter, source, span)
                    }
                }
            }
            E::AssignDefaultValues { parameter, indirect: false, test_type, default_value } => {
                let default = default_value.as_deref().unwrap_or_default();
                let given = self.is_given(parameter, test_type, source, span);
                if given == Some(true) {
                    return self.plain(parameter, source, span);
                }
                let mut value = self.text_of(default, source, span);
                if given.is_none() {
                    let ours = self.single(parameter, source, span);
                    let why = self.decides(parameter, source, span);
                    value = ours.or(&value, &why);
                }
                if let Parameter::Named(name) = parameter {
                    self.state.variables.insert(name.clone(), Value::Text(value.clone()));
                }
                Expansion::Text(value)
            }
            // Where it is not given, the script fails, and nothing of it is declared.
            E::IndicateErrorIfNullOrUnset { parameter, indirect: false, .. } => self.plain(parameter, source, span),
            E::UseAlternativeValue { parameter, indirect: false, test_type, alternative_value } => {
                let text = alternative_value.as_deref().unwrap_or_default();
                match self.is_given(parameter, test_type, source, span) {
                    Some(true) => self.alternative(text, source, span, whole),
                    Some(false) => Expansion::Text(Text::default()),
                    None => {
                        let before = self.state.clone();
                        let given = self.alternative(text, source, span, whole);
                        self.state = before;
                        let whys = vec![self.decides(parameter, source, span)];
                        match (given, whole) {
                            (Expansion::List(fields), false) => {
                                Expansion::List(vec![Field::Either(vec![fields, Vec::new()], whys)])
                            }
                            (Expansion::List(_), true) => Expansion::Text(Text::unknown(whys)),
                            (Expansion::Text(text), _) => {
                                let why = self.decides(parameter, source, span);
                                Expansion::Text(text.or(&Text::default(), &why))
                            }
                        }
                    }
                }
            }
            E::ParameterLength { parameter, indirect: false } => {
                let length = match self.plain(parameter, source, span) {
                    Expansion::List(fields) => {
                        fields.iter().all(|field| matches!(field, Field::Word(_))).then_some(fields.len())
                    }
                    Expansion::Text(text) => text.known().map(|text| text.chars().count()),
                };
                match length {
                    Some(length) => Expansion::Text(Text::lit(length.to_string())),
                    None => {
                        let why = self.decides(parameter, source, span);
                        Expansion::Text(Text::hole(why))
                    }
                }
            }
            E::RemoveSmallestSuffixPattern { parameter, indirect: false, pattern } => {
                self.cut(parameter, pattern.as_deref(), source, span, false, false)
            }
            E::RemoveLargestSuffixPattern { parameter, indirect: false, pattern } => {
                self.cut(parameter, pattern.as_deref(), source, span, false, true)
            }
            E::RemoveSmallestPrefixPattern { parameter, indirect: false, pattern } => {
                self.cut(parameter, pattern.as_deref(), source, span, true, false)
            }
            E::RemoveLargestPrefixPattern { parameter, indirect: false, pattern } => {
                self.cut(parameter, pattern.as_deref(), source, span, true, true)
            }
            E::Substring { parameter, indirect: false, offset, length } => {
                let offset = self.arithmetic(&offset.value, source, span);
                let length = match length {
                    Some(length) => self.arithmetic(&length.value, source, span).map(Some),
                    None => Some(None),
                };
                let value = self.plain(parameter, source, span);
                let (Some(offset), Some(length)) = (offset, length) else {
                    return self.unknown_of(value, "a part of it", source, span);
                };
                match value {
                    Expansion::Text(text) => self.each(Expansion::Text(text), "a part of it", source, span, |text| {
                        let characters: Vec<char> = text.chars().collect();
                        let (start, end) = slice(characters.len(), offset, length)?;
                        Some(characters.get(start..end)?.iter().collect())
                    }),
                    Expansion::List(mut fields) => {
                        let arguments = matches!(parameter, Parameter::Special(_));
                        if arguments && offset <= 0 || fields.iter().any(|field| !matches!(field, Field::Word(_))) {
                            let keeps = usize::try_from(offset).ok().filter(|_| length.is_none());
                            let skipped = keeps.map(|keeps| keeps.saturating_sub(usize::from(arguments)));
                            return match skipped {
                                Some(skipped)
                                    if fields.iter().take(skipped).all(|field| matches!(field, Field::Word(_)))
                                        && fields.len() >= skipped
                                        && offset > 0 =>
                                {
                                    fields.drain(..skipped);
                                    Expansion::List(fields)
                                }
                                _ => self.unknown_of(Expansion::List(fields), "a part of it", source, span),
                            };
                        }
                        let offset = offset - i64::from(arguments);
                        let bounds = slice(fields.len(), offset, length);
                        let kept = bounds.and_then(|(start, end)| fields.get(start..end)).unwrap_or_default();
                        Expansion::List(kept.to_vec())
                    }
                }
            }
            E::UppercaseFirstChar { parameter, indirect: false, pattern } if is_empty(pattern) => {
                let value = self.plain(parameter, source, span);
                self.each(value, "its spelling", source, span, |text| {
                    Some(first(text, |next| next.to_ascii_uppercase()))
                })
            }
            E::LowercaseFirstChar { parameter, indirect: false, pattern } if is_empty(pattern) => {
                let value = self.plain(parameter, source, span);
                self.each(value, "its spelling", source, span, |text| {
                    Some(first(text, |next| next.to_ascii_lowercase()))
                })
            }
            E::UppercasePattern { parameter, indirect: false, pattern } if is_empty(pattern) => {
                let value = self.plain(parameter, source, span);
                self.each(value, "its spelling", source, span, |text| Some(text.to_uppercase()))
            }
            E::LowercasePattern { parameter, indirect: false, pattern } if is_empty(pattern) => {
                let value = self.plain(parameter, source, span);
                self.each(value, "its spelling", source, span, |text| Some(text.to_lowercase()))
            }
            E::Transform { parameter, indirect: false, op } => {
                let value = self.plain(parameter, source, span);
                let change: fn(&str) -> String = match op {
                    ParameterTransformOp::ToUpperCase => str::to_uppercase,
                    ParameterTransformOp::ToLowerCase => str::to_lowercase,
                    _ => return self.unknown_of(value, "its transformation", source, span),
                };
                self.each(value, "its spelling", source, span, |text| Some(change(text)))
            }
            E::ReplaceSubstring { parameter, indirect: false, pattern, replacement, match_kind } => {
                let value = self.plain(parameter, source, span);
                let pattern = self.pattern(pattern, source, span);
                let with = self.text_of(replacement.as_deref().unwrap_or_default(), source, span);
                let with = with.known().map(str::to_owned).filter(|with| !with.contains('&'));
                let kind = match_kind.clone();
                self.each(value, "its replacement", source, span, move |text| {
                    let with = with.as_deref()?;
                    match kind {
                        SubstringMatchKind::Anywhere => pattern.replace(text, with, usize::MAX),
                        SubstringMatchKind::FirstOccurrence => pattern.replace(text, with, 1),
                        SubstringMatchKind::Prefix => pattern.replace_end(text, with, true),
                        SubstringMatchKind::Suffix => pattern.replace_end(text, with, false),
                    }
                })
            }
            E::MemberKeys { variable_name, .. } => match self.lookup(variable_name) {
                Some(Value::List(fields)) if fields.iter().all(|field| matches!(field, Field::Word(_))) => {
                    Expansion::List((0..fields.len()).map(|at| Field::Word(Text::lit(at.to_string()))).collect())
                }
                // The order of the keys is bash's own.
                Some(Value::Map(map)) if map.len() <= 1 => {
                    Expansion::List(map.keys().map(|key| Field::Word(Text::lit(key.as_str()))).collect())
                }
                Some(Value::Map(map)) => {
                    let why =
                        Why::at(WhyKind::Dynamic, "the order of the keys is not known", self.origin(source, span));
                    let options: Vec<String> = map.keys().cloned().collect();
                    let hole = Part::Hole(crate::deploy::words::Hole { whys: vec![why], options });
                    Expansion::List(map.keys().map(|_| Field::Word(Text(vec![hole.clone()]))).collect())
                }
                Some(Value::Unset) => Expansion::List(Vec::new()),
                _ => Expansion::List(vec![Field::Any(vec![self.name_decides(variable_name, source, span)])]),
            },
            other => {
                let _ = other;
                let why = self.unsupported(&format!("`{}`", source.line(span.0, span.1)), source, span);
                Expansion::List(vec![Field::Any(vec![why])])
            }
        }
    }

    /// A parameter without any operation.
    fn plain(&mut self, parameter: &Parameter, source: &Source<'a>, span: Span) -> Expansion {
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
                Expansion::Text(match self.state.arguments.count() {
                    Some(count) => Text::lit(count.to_string()),
                    None => Text::hole(self.decides(parameter, source, span)),
                })
            }
            Parameter::Special(SpecialParameter::LastExitStatus) => Expansion::Text(match self.state.status {
                Status::Known(true) => Text::lit("0"),
                _ => Text::hole(Why::at(WhyKind::Dynamic, "the last command decides it", self.origin(source, span))),
            }),
            Parameter::Special(_) => {
                let why = Why::at(WhyKind::Dynamic, "it is known only when the script runs", self.origin(source, span));
                Expansion::Text(Text::hole(why))
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

    fn single(&mut self, parameter: &Parameter, source: &Source<'a>, span: Span) -> Text {
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
            (None, _) => Text::hole(self.name_decides(name, source, span)),
        }
    }

    fn element(&mut self, name: &str, index: &str, source: &Source<'a>, span: Span) -> Text {
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
    fn is_given(
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
            Parameter::Positional(at) if *at > 0 => match self.state.arguments.get(*at as usize) {
                Err(_) => return None,
                Ok(None) => return Some(false),
                Ok(Some(_)) if unset_only => return Some(true),
                Ok(Some(_)) => {}
            },
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

    /// The text behind `:-` or `:+`, which may be a list.
    fn alternative(&mut self, text: &str, source: &Source<'a>, span: Span, whole: bool) -> Expansion {
        if whole && !text.contains('"') {
            return Expansion::Text(self.here_text(text, source, span));
        }
        if whole {
            return match self.quoted_list(text, source, span) {
                Some(fields) => Expansion::List(fields),
                None => Expansion::Text(self.text_of(text, source, span)),
            };
        }
        // Unquoted, it is words of its own.
        let mut fields = Vec::new();
        for word in shell_words(text) {
            fields.extend(self.fields(&brush_parser::ast::Word::new(&word), source));
        }
        Expansion::List(fields)
    }

    /// `"${A[@]}"` inside of `${A[@]:+…}`.
    fn quoted_list(&mut self, text: &str, source: &Source<'a>, span: Span) -> Option<Vec<Field>> {
        let inner = text.trim().strip_prefix("\"${")?.strip_suffix("[@]}\"")?;
        is_name(inner).then_some(())?;
        let all = Parameter::NamedWithAllIndices { name: inner.to_owned(), concatenate: false };
        match self.plain(&all, source, span) {
            Expansion::List(fields) => Some(fields),
            Expansion::Text(_) => None,
        }
    }

    fn either(
        &mut self,
        ours: Expansion,
        default: Expansion,
        parameter: &Parameter,
        source: &Source<'a>,
        span: Span,
    ) -> Expansion {
        let why = self.decides(parameter, source, span);
        match (ours, default) {
            (Expansion::Text(a), Expansion::Text(b)) => Expansion::Text(a.or(&b, &why)),
            (Expansion::Text(a), Expansion::List(b)) => match b.as_slice() {
                [Field::Word(b)] => Expansion::Text(a.or(b, &why)),
                [] => Expansion::Text(a.or(&Text::default(), &why)),
                _ => Expansion::List(vec![Field::Any(vec![why])]),
            },
            (Expansion::List(a), Expansion::List(b)) => Expansion::List(vec![Field::Either(vec![a, b], vec![why])]),
            (Expansion::List(a), Expansion::Text(b)) => {
                Expansion::List(vec![Field::Either(vec![a, vec![Field::Word(b)]], vec![why])])
            }
        }
    }

    /// Cuts what fits a pattern off one end.
    fn cut(
        &mut self,
        parameter: &Parameter,
        pattern: Option<&str>,
        source: &Source<'a>,
        span: Span,
        front: bool,
        longest: bool,
    ) -> Expansion {
        let value = self.plain(parameter, source, span);
        let pattern = self.pattern(pattern.unwrap_or_default(), source, span);
        // The folder of the checkout before the last `/` is the only unknown text of which an end can be told.
        if let (Expansion::Text(text), Some("/*"), false, false) = (&value, pattern.written(), front, longest)
            && let [Part::Root, Part::Lit(rest)] = text.0.as_slice()
            && let Some((folder, _)) = rest.rsplit_once('/')
        {
            let mut text = Text(vec![Part::Root]);
            text.push_str(folder);
            return Expansion::Text(text);
        }
        self.each(value, "a part of it", source, span, |text| pattern.cut(text, front, longest))
    }

    /// Changes each text, where it is known.
    fn each(
        &mut self,
        value: Expansion,
        what: &str,
        source: &Source<'a>,
        span: Span,
        change: impl Fn(&str) -> Option<String>,
    ) -> Expansion {
        let one = |shell: &Self, text: &Text| -> Text {
            if let Some(changed) = text.known().and_then(&change) {
                return Text::lit(changed);
            }
            if let [Part::Hole(hole)] = text.0.as_slice()
                && !hole.options.is_empty()
                && let Some(options) = hole.options.iter().map(|text| change(text)).collect::<Option<Vec<_>>>()
            {
                return Text(vec![Part::Hole(crate::deploy::words::Hole { whys: hole.whys.clone(), options })]);
            }
            let mut whys = text.whys();
            if whys.is_empty() {
                whys.push(shell.unsupported(what, source, span));
            }
            Text::unknown(whys)
        };
        match value {
            Expansion::Text(text) => Expansion::Text(one(self, &text)),
            Expansion::List(fields) => Expansion::List(
                fields
                    .into_iter()
                    .map(|field| match field {
                        Field::Word(text) => Field::Word(one(self, &text)),
                        other => Field::Any(other.whys()),
                    })
                    .collect(),
            ),
        }
    }

    fn unknown_of(&mut self, value: Expansion, what: &str, source: &Source<'a>, span: Span) -> Expansion {
        let mut whys = Vec::new();
        match &value {
            Expansion::Text(text) => whys.extend(text.whys()),
            Expansion::List(fields) => {
                for field in fields {
                    super::text::add_whys(&mut whys, &field.whys());
                }
            }
        }
        if whys.is_empty() {
            whys.push(self.unsupported(what, source, span));
        }
        match value {
            Expansion::Text(_) => Expansion::Text(Text::unknown(whys)),
            Expansion::List(_) => Expansion::List(vec![Field::Any(whys)]),
        }
    }

    fn not_known(&mut self, what: &str, name: &Text, source: &Source<'a>, span: Span) -> Expansion {
        let mut whys = name.whys();
        whys.push(self.unsupported(what, source, span));
        Expansion::Text(Text::unknown(whys))
    }

    fn decides(&self, parameter: &Parameter, source: &Source<'a>, span: Span) -> Why {
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

/// The start and end of a part, as `${X:offset:length}` counts them.
fn slice(count: usize, offset: i64, length: Option<i64>) -> Option<(usize, usize)> {
    let total = i64::try_from(count).ok()?;
    let start = if offset < 0 { total.checked_add(offset)? } else { offset.min(total) };
    if start < 0 {
        return Some((0, 0));
    }
    let end = match length {
        None => total,
        Some(length) if length < 0 => total.checked_add(length)?,
        Some(length) => start.checked_add(length)?.min(total),
    };
    Some((usize::try_from(start).ok()?, usize::try_from(end.max(start)).ok()?))
}

fn is_empty(pattern: &Option<String>) -> bool {
    pattern.as_deref().is_none_or(str::is_empty)
}

fn first(text: &str, change: impl Fn(char) -> char) -> String {
    let mut characters = text.chars();
    characters.next().map(change).into_iter().chain(characters).collect()
}

pub(super) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|next| next.is_ascii_alphanumeric() || next == '_')
}

/// Splits at blanks that are outside of quotes and brackets.
fn shell_words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote: Option<char> = None;
    let mut depth = 0_usize;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let blank = character.is_whitespace() && quote.is_none() && depth == 0;
        if blank {
            words.push(String::new());
            continue;
        }
        match (character, quote) {
            ('\'' | '"', None) => quote = Some(character),
            (end, Some(open)) if end == open => quote = None,
            ('(' | '{', _) => depth += 1,
            (')' | '}', _) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(last) = words.last_mut() {
            last.push(character);
            if character == '\\' {
                last.extend(characters.next());
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
