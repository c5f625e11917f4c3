//! Indexes, keys and slices.

use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::{Frame, Stop};
use crate::deploy::python::value::{At, Chosen, Elem, Key, Kind, Obj, ObjId, Val, Whys, why};
use crate::model::WhyKind;
use crate::python::ast;

impl<'a> Evaluator<'a> {
    /// `object[key]`
    pub fn item(&mut self, object: &Val<'a>, key: &Val<'a>, at: At) -> Val<'a> {
        match &object.kind {
            Kind::Dict(id) => match (self.heap.get(*id), self.key_of(key)) {
                (Some(Obj::Dict(dict)), Some(key)) => match dict.entries.iter().find(|entry| entry.key == key) {
                    Some(entry) => {
                        let (maybe, value) = (entry.maybe, entry.value.clone());
                        if maybe {
                            self.may_raise(at);
                        }
                        value
                    }
                    None => {
                        let open = dict.open.clone();
                        self.may_raise(at);
                        if open.is_none() {
                            // Python raises an exception here, if nothing was overlooked.
                            self.does_not_raise(at);
                        }
                        let text = match &key {
                            Key::Text(text) => format!("there is no key `{text}`"),
                            _ => "there is no such key".to_owned(),
                        };
                        Val::new(Kind::Unknown(open.unwrap_or_else(|| why(WhyKind::EvaluationFailed, text, at))), at)
                    }
                },
                (Some(Obj::Lost(whys)), _) => Val::new(Kind::Unknown(whys.clone()), at),
                _ => {
                    self.may_raise(at);
                    if let Some(chosen) = self.dispatch(*id, key, None, at) {
                        return chosen;
                    }
                    // One of several entries: a text is a text, whichever it is.
                    Val::new(Kind::Unknown(self.whys_of(key, at)), at)
                }
            },
            Kind::List(_) | Kind::Tuple(_) => {
                let index = if let Kind::Int(index) = key.kind { Some(index) } else { None };
                let found = match (self.elements(object), index) {
                    (Ok(elements), Some(index)) => nth(&elements, index),
                    (Err(whys), _) => Err(Some(whys)),
                    (_, None) => Err(key.whys()),
                };
                found.unwrap_or_else(|whys| {
                    self.may_raise(at);
                    let whys = whys.unwrap_or_else(|| why(WhyKind::Dynamic, "the element is not known", at));
                    Val::new(Kind::Unknown(whys), at)
                })
            }
            Kind::Class(id) => {
                // `Enum["NAME"]`, or a generic alias.
                match (self.heap.get(*id), key.as_text()) {
                    (Some(Obj::Class(class)), Some(name)) if class.is_enum => class
                        .attributes
                        .get(&name)
                        .cloned()
                        .unwrap_or_else(|| Val::unknown(WhyKind::EvaluationFailed, "there is no such member", at)),
                    _ => object.clone(),
                }
            }
            Kind::External(path) if &**path == "os.environ" => {
                self.may_raise(at);
                self.environment(key, at)
            }
            _ => {
                self.may_raise(at);
                Val::new(Kind::Unknown(self.whys_of(object, at)), at)
            }
        }
    }

    /// The key that a value is in a dict: also a member of an enumeration that is nothing else.
    pub fn key_of(&self, value: &Val<'a>) -> Option<Key> {
        if let Kind::Instance(id) = value.kind
            && let Some(Obj::Instance { class, .. }) = self.heap.get(id)
            && let Some(Obj::Class(class)) = self.heap.get(*class)
        {
            let plain = class.is_enum && class.open.is_none() && class.bases.is_empty();
            let own = class.attributes.contains_key("__eq__") || class.attributes.contains_key("__hash__");
            return (plain && !own).then_some(Key::Member(id));
        }
        value.as_key()
    }

    /// One of the functions in a dict, where the key is not known; with `get`, the default (or nothing) is one as well.
    #[allow(clippy::option_option)] // An item without `get`, `get` without a default, and with one.
    pub fn dispatch(&self, dict: ObjId, key: &Val<'a>, default: Option<Option<&Val<'a>>>, at: At) -> Option<Val<'a>> {
        let Some(Obj::Dict(dict)) = self.heap.get(dict) else { return None };
        if dict.open.is_some() || dict.entries.is_empty() || dict.entries.len() > 100 {
            return None;
        }
        let options = key.options();
        let mut chosen = Vec::new();
        for entry in &dict.entries {
            // None is nested in another.
            if !entry.value.is_callable() || matches!(entry.value.kind, Kind::Choice(_)) {
                return None;
            }
            let name = entry.key.value(key.at).as_text().unwrap_or_else(|| "this key".into());
            if options.as_ref().is_some_and(|options| !options.contains(&name)) {
                continue;
            }
            let text = format!("{} is {name}", self.source_at(key.at));
            chosen.push(Chosen { function: entry.value.clone(), text: text.into(), at: key.at });
        }
        if let Some(default) = default {
            let function = default.cloned().unwrap_or_else(|| Val::new(Kind::None, at));
            if (!function.is_callable() && !matches!(function.kind, Kind::None))
                || matches!(function.kind, Kind::Choice(_))
            {
                return None;
            }
            let text = format!("{} is none of them", self.source_at(key.at));
            chosen.push(Chosen { function, text: text.into(), at: key.at });
        }
        Some(Val::new(Kind::Choice(chosen.into()), at))
    }

    pub(super) fn slice(
        &mut self,
        object: &Val<'a>,
        slice: &'a ast::ExprSlice,
        at: At,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        let mut bounds = [None, None];
        for (bound, node) in bounds.iter_mut().zip([&slice.lower, &slice.upper]) {
            if let Some(node) = node {
                match self.eval(node, frame)?.kind {
                    Kind::Int(number) => *bound = Some(number),
                    _ => return Ok(Val::unknown(WhyKind::Dynamic, "the bounds of a slice are not known", at)),
                }
            }
        }
        let unsupported = Val::unknown(WhyKind::Unsupported, "this slice is not evaluated", at);
        if slice.step.is_some() {
            return Ok(unsupported);
        }
        let range = |length: usize| {
            let clamp = |bound: i64| {
                let bound = if bound < 0 { bound + length as i64 } else { bound };
                bound.clamp(0, length as i64) as usize
            };
            let start = bounds[0].map_or(0, clamp);
            start..bounds[1].map_or(length, clamp).max(start)
        };
        Ok(match &object.kind {
            Kind::List(id) => match self.heap.get(*id) {
                Some(Obj::List(elements)) if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                    let part = elements.get(range(elements.len())).unwrap_or_default().to_vec();
                    Val::new(Kind::List(self.heap.add(Obj::List(part))), at)
                }
                // A copy of all of it.
                Some(Obj::List(elements)) if bounds == [None, None] => {
                    let copy = elements.clone();
                    Val::new(Kind::List(self.heap.add(Obj::List(copy))), at)
                }
                _ => Val::new(Kind::Unknown(self.whys_of(object, at)), at),
            },
            Kind::Tuple(values) => {
                Val::new(Kind::Tuple(values.get(range(values.len())).unwrap_or_default().into()), at)
            }
            Kind::Text(_) => match object.as_text() {
                Some(text) => {
                    let characters: Vec<char> = text.chars().collect();
                    let part: String = characters.get(range(characters.len())).unwrap_or_default().iter().collect();
                    Val::text(part, at)
                }
                None => Val::made_of(object.parts(), self.whys_of(object, at), at),
            },
            _ => Val::new(Kind::Unknown(self.whys_of(object, at)), at),
        })
    }
}

fn nth<'a>(elements: &[Elem<'a>], index: i64) -> Result<Val<'a>, Option<Whys>> {
    let first_unknown = elements.iter().position(|element| !matches!(element, Elem::One(_)));
    let position =
        if index >= 0 { usize::try_from(index).ok() } else { usize::try_from(index + elements.len() as i64).ok() };
    let Some(position) = position else { return Err(None) };
    let whys = |at: usize| match elements.get(at) {
        Some(Elem::Any(whys) | Elem::Either(_, whys)) => Some(whys.clone()),
        _ => None,
    };
    if index < 0 {
        let last_unknown = elements.iter().rposition(|element| !matches!(element, Elem::One(_)));
        if let Some(last) = last_unknown.filter(|last| *last >= position) {
            return Err(whys(last));
        }
    } else if let Some(first) = first_unknown.filter(|first| *first <= position) {
        return Err(whys(first));
    }
    match elements.get(position) {
        Some(Elem::One(value)) => Ok(value.clone()),
        _ => Err(None),
    }
}
