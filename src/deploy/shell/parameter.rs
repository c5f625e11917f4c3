//! `$X` and `${X…}`.

use brush_parser::word::{Parameter, ParameterExpr, ParameterTransformOp, SubstringMatchKind};

use super::Shell;
use super::change::{first, slice};
use super::expand::{Expansion, Within};
use super::source::Source;
use super::state::Value;
use super::text::{Field, Part, Text};
use crate::model::{Why, WhyKind};

/// Where a source stands that is expanded.
pub(super) type Span = (usize, usize);

impl<'a> Shell<'a> {
    pub(super) fn parameter(
        &mut self,
        expression: &ParameterExpr,
        source: &Source<'a>,
        span: Span,
        within: Within,
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
                    Some(false) => self.alternative(default, source, span, within),
                    None => {
                        let ours = self.plain(parameter, source, span);
                        let before = self.state.clone();
                        let default = self.alternative(default, source, span, within);
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
                let mut value = match within {
                    Within::Quotes => self.quoted_text(default, source, span),
                    Within::Words | Within::Value => self.text_of(default, source, span),
                };
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
                    Some(true) => self.alternative(text, source, span, within),
                    Some(false) => Expansion::Text(Text::default()),
                    None => {
                        let before = self.state.clone();
                        let given = self.alternative(text, source, span, within);
                        self.state = before;
                        let whys = vec![self.decides(parameter, source, span)];
                        match given {
                            Expansion::List(fields) if within == Within::Words => {
                                Expansion::List(vec![Field::Either(vec![fields, Vec::new()], whys)])
                            }
                            Expansion::List(_) => Expansion::Text(Text::unknown(whys)),
                            Expansion::Text(text) => {
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
                        Expansion::Text(Text::one_word(why))
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
                        if arguments {
                            self.rely_on_arguments(usize::MAX, source, span);
                        }
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
                    let hole =
                        Part::Hole(crate::deploy::words::Hole { whys: vec![why], options, ..Default::default() });
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

    /// The text behind `:-` or `:+`, which may be a list.
    fn alternative(&mut self, text: &str, source: &Source<'a>, span: Span, within: Within) -> Expansion {
        if within != Within::Words {
            return match (self.quoted_list(text, source, span), within) {
                (Some(fields), _) => Expansion::List(fields),
                (None, Within::Quotes) => Expansion::Text(self.quoted_text(text, source, span)),
                (None, _) => Expansion::Text(self.text_of(text, source, span)),
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
    pub(super) fn quoted_list(&mut self, text: &str, source: &Source<'a>, span: Span) -> Option<Vec<Field>> {
        let inner = text.trim().strip_prefix("\"${")?.strip_suffix("[@]}\"")?;
        is_name(inner).then_some(())?;
        let all = Parameter::NamedWithAllIndices { name: inner.to_owned(), concatenate: false };
        match self.plain(&all, source, span) {
            Expansion::List(fields) => Some(fields),
            Expansion::Text(_) => None,
        }
    }

    pub(super) fn either(
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

    pub(super) fn not_known(&mut self, what: &str, name: &Text, source: &Source<'a>, span: Span) -> Expansion {
        let mut whys = name.whys();
        whys.push(self.unsupported(what, source, span));
        Expansion::Text(Text::unknown(whys))
    }
}

fn is_empty(pattern: &Option<String>) -> bool {
    pattern.as_deref().is_none_or(str::is_empty)
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
