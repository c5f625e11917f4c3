//! Formatting: f-strings, `%`, `.format` and `str()`; `format` holds the specifications.

use std::rc::Rc;

use super::Evaluator;
use super::exec::{Frame, Stop};
use super::heap::compact;
use super::value::{At, Entry, Kind, Obj, Part, Val, Whys, why};
use crate::deploy::words::Extent;
use crate::model::WhyKind;
use crate::python::ast;

pub mod format;

impl<'a> Evaluator<'a> {
    /// What `str(value)` gives, in parts.
    pub fn parts_of(&mut self, value: &Val<'a>, at: At) -> Vec<Part> {
        match &value.kind {
            Kind::Text(parts) | Kind::Path(parts) => parts.to_vec(),
            Kind::Int(number) => vec![Part::Lit(number.to_string().into())],
            Kind::Bool(true) => vec![Part::Lit("True".into())],
            Kind::Bool(false) => vec![Part::Lit("False".into())],
            Kind::None => vec![Part::Lit("None".into())],
            Kind::Unknown(whys) => vec![hole(whys.clone())],
            _ => vec![hole(why(WhyKind::Unsupported, "the text form of this value is not computed", at))],
        }
    }

    pub(super) fn f_string(&mut self, node: &'a ast::ExprFString, frame: &mut Frame<'a>) -> Result<Val<'a>, Stop> {
        let at = self.at(node);
        let mut parts = Vec::new();
        for piece in node.value.iter() {
            match piece {
                ast::FStringPart::Literal(literal) => parts.push(Part::Lit(Rc::from(&*literal.value))),
                ast::FStringPart::FString(string) => {
                    for element in string.elements.iter() {
                        self.f_string_element(element, at, &mut parts, frame)?;
                    }
                }
            }
        }
        Ok(Val::new(Kind::Text(compact(parts)), at))
    }

    fn f_string_element(
        &mut self,
        element: &'a ast::InterpolatedStringElement,
        at: At,
        parts: &mut Vec<Part>,
        frame: &mut Frame<'a>,
    ) -> Result<(), Stop> {
        match element {
            ast::InterpolatedStringElement::Literal(literal) => parts.push(Part::Lit(Rc::from(&*literal.value))),
            ast::InterpolatedStringElement::Interpolation(node) => {
                let value = self.eval(&node.expression, frame)?;
                let plain = node.format_spec.is_none()
                    && node.debug_text.is_none()
                    && matches!(node.conversion, ast::ConversionFlag::None | ast::ConversionFlag::Str);
                if plain {
                    parts.extend(self.parts_of(&value, at));
                } else {
                    let spec = match node.format_spec.as_deref().map(|spec| &*spec.elements) {
                        None => Some(String::new()),
                        Some([ast::InterpolatedStringElement::Literal(text)]) => Some(text.value.to_string()),
                        Some([]) => Some(String::new()),
                        Some(_) => None,
                    };
                    let made = match (spec, node.debug_text.is_none()) {
                        (Some(spec), true) => formatted(&value, conversion(node.conversion), &spec),
                        _ => None,
                    };
                    parts.push(made.map_or_else(|| unformatted(&value, at), |text| Part::Lit(text.into())));
                }
            }
        }
        Ok(())
    }

    /// `template % value`
    pub(super) fn percent(&mut self, template: &Val<'a>, value: &Val<'a>, at: At) -> Val<'a> {
        let Some(text) = template.as_text() else {
            return Val::made_of(template.parts(), template.whys().unwrap_or_else(|| Rc::from([])), at);
        };
        let mut values: Vec<Val> = match &value.kind {
            Kind::Tuple(values) => values.to_vec(),
            _ => vec![value.clone()],
        };
        values.reverse();
        let mut parts = Vec::new();
        let mut rest: &str = &text;
        let unsupported = || Part::Hole {
            whys: why(WhyKind::Unsupported, "this form of `%` is not evaluated", at),
            options: Rc::from([]),
            extent: Extent::Text,
        };
        while let Some((before, after)) = rest.split_once('%') {
            parts.push(Part::Lit(before.into()));
            let mut characters = after.chars();
            match characters.next() {
                Some('%') => parts.push(Part::Lit("%".into())),
                Some('s') => match values.pop() {
                    Some(value) => parts.extend(self.parts_of(&value, at)),
                    None => parts.push(unsupported()),
                },
                Some('d') => match values.pop() {
                    Some(value) if matches!(value.kind, Kind::Int(_) | Kind::Unknown(_)) => {
                        parts.extend(self.parts_of(&value, at));
                    }
                    _ => parts.push(unsupported()),
                },
                Some('(') => {
                    let Some((name, tail)) = characters.as_str().split_once(")s") else {
                        parts.push(unsupported());
                        return Val::new(Kind::Text(compact(parts)), at);
                    };
                    let found = self.dict_entry(value, name);
                    match found {
                        Ok(Some(entry)) if !entry.maybe => parts.extend(self.parts_of(&entry.value, at)),
                        _ => parts.push(unsupported()),
                    }
                    rest = tail;
                    continue;
                }
                _ => {
                    // `%-4s`, `%02d` and their like.
                    let end = after.find(|next: char| next.is_ascii_alphabetic()).unwrap_or(after.len());
                    let (flags, tail) = after.split_at(end);
                    let kind = tail.chars().next();
                    let spec = match (flags.strip_prefix('-'), kind) {
                        (Some(width), Some('s')) => format!("<{width}"),
                        (None, Some('s')) => format!(">{flags}"),
                        (None, Some('d')) => format!("{flags}d"),
                        _ => "?".to_owned(),
                    };
                    let value = values.pop();
                    let made = value.as_ref().and_then(|value| formatted(value, None, &spec));
                    let (Some(made), Some(kind)) = (made, kind) else {
                        parts.push(unsupported());
                        return Val::new(Kind::Text(compact(parts)), at);
                    };
                    parts.push(Part::Lit(made.into()));
                    rest = tail.get(kind.len_utf8()..).unwrap_or_default();
                    continue;
                }
            }
            rest = characters.as_str();
        }
        parts.push(Part::Lit(rest.into()));
        Val::new(Kind::Text(compact(parts)), at)
    }

    fn dict_entry(&self, value: &Val<'a>, name: &str) -> Result<Option<Entry<'a>>, Whys> {
        let Kind::Dict(id) = value.kind else { return Ok(None) };
        match self.heap.get(id) {
            Some(Obj::Dict(dict)) => {
                let found = dict
                    .entries
                    .iter()
                    .find(|entry| matches!(&entry.key, super::value::Key::Text(key) if **key == *name));
                Ok(found.cloned())
            }
            Some(Obj::Lost(whys)) => Err(whys.clone()),
            _ => Ok(None),
        }
    }

    /// `template.format(…)`
    pub(super) fn format_method(
        &mut self,
        template: &Val<'a>,
        args: &[Val<'a>],
        keywords: &[(Rc<str>, Val<'a>)],
        at: At,
    ) -> Val<'a> {
        let Some(text) = template.as_text() else {
            return Val::made_of(template.parts(), template.whys().unwrap_or_else(|| Rc::from([])), at);
        };
        let mut parts = Vec::new();
        let mut next = 0usize;
        let mut rest: &str = &text;
        while let Some(index) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(index);
            parts.push(Part::Lit(before.into()));
            if let Some(tail) = after.strip_prefix("{{") {
                parts.push(Part::Lit("{".into()));
                rest = tail;
                continue;
            }
            if let Some(tail) = after.strip_prefix("}}") {
                parts.push(Part::Lit("}".into()));
                rest = tail;
                continue;
            }
            let field = after.strip_prefix('{').and_then(|after| after.split_once('}'));
            let Some((field, tail)) = field else {
                parts.push(hole(why(WhyKind::EvaluationFailed, "the format is not valid", at)));
                rest = "";
                continue;
            };
            let (field, spec) = field.split_once(':').unwrap_or((field, ""));
            let (field, converted) = match field.split_once('!') {
                Some((field, converted)) => (field, Some(converted)),
                None => (field, None),
            };
            let (field, key) = match field.strip_suffix(']').and_then(|field| field.split_once('[')) {
                Some((field, key)) => (field, Some(key)),
                None => (field, None),
            };
            let value = if field.is_empty() {
                next += 1;
                args.get(next - 1).cloned()
            } else if let Ok(index) = field.parse::<usize>() {
                args.get(index).cloned()
            } else {
                keywords.iter().find(|(name, _)| **name == *field).map(|(_, value)| value.clone())
            };
            let value = match (value, key) {
                (Some(value), Some(key)) if key.parse::<i64>().is_err() => match self.dict_entry(&value, key) {
                    Ok(Some(entry)) if !entry.maybe => Some(entry.value),
                    _ => None,
                },
                (value, None) => value,
                _ => None,
            };
            match value {
                Some(value) if spec.is_empty() && converted.is_none() => parts.extend(self.parts_of(&value, at)),
                Some(value) => {
                    let made = formatted(&value, converted.and_then(|text| text.chars().next()), spec);
                    parts.push(made.map_or_else(|| unformatted(&value, at), |text| Part::Lit(text.into())));
                }
                None => parts.push(hole(why(WhyKind::Unsupported, "this format field is not evaluated", at))),
            }
            rest = tail;
        }
        parts.push(Part::Lit(rest.into()));
        Val::new(Kind::Text(compact(parts)), at)
    }
}

/// A value in the form of a specification, after the conversion `!r`, `!s` or `!a`.
fn formatted(value: &Val<'_>, conversion: Option<char>, spec: &str) -> Option<String> {
    let spec = format::Spec::parse(spec)?;
    match conversion {
        None => spec.apply(value),
        Some('s') => match &value.kind {
            Kind::Text(_) => spec.apply(value),
            Kind::Int(number) => spec.apply(&Val::text(number.to_string(), value.at)),
            _ => None,
        },
        Some('r') => spec.apply(&Val::text(format::repr(value)?, value.at)),
        Some(_) => None,
    }
}

fn conversion(flag: ast::ConversionFlag) -> Option<char> {
    match flag {
        ast::ConversionFlag::None => None,
        ast::ConversionFlag::Str => Some('s'),
        ast::ConversionFlag::Repr => Some('r'),
        ast::ConversionFlag::Ascii => Some('a'),
    }
}

fn unformatted(value: &Val<'_>, at: At) -> Part {
    let text = "a format specification is not evaluated";
    hole(value.whys().unwrap_or_else(|| why(WhyKind::Unsupported, text, at)))
}

/// An unknown part.
pub fn hole(whys: Whys) -> Part {
    Part::Hole { whys, options: Rc::from([]), extent: Extent::Text }
}
