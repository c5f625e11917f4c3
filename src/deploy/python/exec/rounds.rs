//! What a loop over a value meets.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::value::{Elem, Kind, Obj, Val, Whys, all_known, why};
use crate::model::WhyKind;

/// The most rounds of one loop that are followed.
pub(super) const MAX_ROUNDS: usize = 500;
impl<'a> Evaluator<'a> {
    /// The rounds of a loop over a value.
    pub fn rounds(&mut self, value: &Val<'a>) -> Vec<Round<'a>> {
        let elements = match self.elements(value) {
            Ok(elements) => elements,
            Err(whys) => return vec![Round::Any(whys)],
        };
        fn flatten<'a>(elements: &[Elem<'a>], maybe: Option<&Whys>, rounds: &mut Vec<Round<'a>>, depth: usize) {
            for element in elements {
                match element {
                    Elem::One(value) => rounds.push(match maybe {
                        None => Round::One(value.clone()),
                        Some(whys) => Round::Maybe(value.clone(), whys.clone()),
                    }),
                    Elem::Any(whys) => rounds.push(Round::Any(whys.clone())),
                    Elem::Either(alternatives, whys) if depth < 20 => {
                        for alternative in alternatives.iter() {
                            flatten(alternative, Some(whys), rounds, depth + 1);
                        }
                    }
                    Elem::Either(_, whys) => rounds.push(Round::Any(whys.clone())),
                }
            }
        }
        let mut rounds = Vec::new();
        flatten(&elements, None, &mut rounds, 0);
        rounds
    }

    /// The elements of a list or tuple, where each of them is there for certain and in its place.
    pub fn known_elements(&mut self, value: &Val<'a>) -> Option<Vec<Val<'a>>> {
        match value.kind {
            Kind::List(_) | Kind::Tuple(_) | Kind::Instance(_) => all_known(&self.elements(value).ok()?),
            _ => None,
        }
    }

    /// The elements that a loop over a value meets, or why they are not known.
    pub fn elements(&mut self, value: &Val<'a>) -> Result<Vec<Elem<'a>>, Whys> {
        let at = value.at;
        self.resume(value, 0);
        match &value.kind {
            Kind::Tuple(values) => Ok(values.iter().cloned().map(Elem::One).collect()),
            Kind::List(id) | Kind::Set(id) => match self.heap.get(*id) {
                Some(Obj::List(elements)) => Ok(elements.clone()),
                Some(Obj::Lost(whys)) => Err(whys.clone()),
                _ => Err(why(WhyKind::Dynamic, "it is not known", at)),
            },
            Kind::Dict(id) => match self.heap.get(*id) {
                Some(Obj::Dict(dict)) => {
                    let mut elements: Vec<Elem> = Vec::new();
                    for entry in &dict.entries {
                        let key = entry.key.value(entry.value.at);
                        elements.push(if entry.maybe {
                            let whys = entry.value.whys().unwrap_or_else(|| Rc::from([]));
                            Elem::Either(Rc::from([vec![Elem::One(key)], vec![]]), whys)
                        } else {
                            Elem::One(key)
                        });
                    }
                    elements.extend(dict.open.clone().map(Elem::Any));
                    Ok(elements)
                }
                Some(Obj::Lost(whys)) => Err(whys.clone()),
                _ => Err(why(WhyKind::Dynamic, "it is not known", at)),
            },
            Kind::Text(_) => match value.as_text() {
                Some(text) => Ok(text
                    .chars()
                    .take(MAX_ROUNDS + 1)
                    .map(|character| Elem::One(Val::text(character.to_string(), at)))
                    .collect()),
                None => Err(value.whys().unwrap_or_else(|| Rc::from([]))),
            },
            Kind::Instance(id) => match self.heap.get(*id) {
                Some(Obj::Instance { class, attributes, open: None }) => match self.heap.get(*class) {
                    Some(Obj::Class(class)) if class.is_tuple && !class.attributes.contains_key("__iter__") => {
                        let fields = class.fields.iter().flatten().map(|field| attributes.get(field).cloned());
                        let missing = || Elem::Any(why(WhyKind::Dynamic, "it is not known", at));
                        Ok(fields.map(|value| value.map_or_else(missing, Elem::One)).collect())
                    }
                    _ => {
                        if self.class_attribute_of(*id, "__iter__").is_some() && self.silent == 0 {
                            let text = "what an object does that is gone through is not evaluated";
                            self.incomplete(WhyKind::Unsupported, text, at);
                        }
                        Err(why(WhyKind::Unsupported, "a loop over this value is not evaluated", at))
                    }
                },
                _ => Err(why(WhyKind::Dynamic, "it is not known", at)),
            },
            Kind::Class(id) => match self.heap.get(*id) {
                Some(Obj::Class(class)) if class.is_enum && class.bases.is_empty() => {
                    // Members stand in the order of their definition.
                    let mut members: Vec<Val> = class
                        .attributes
                        .values()
                        .filter(|value| matches!(value.kind, Kind::Instance(_)))
                        .cloned()
                        .collect();
                    members.sort_by_key(|member| member.at);
                    Ok(members.into_iter().map(Elem::One).collect())
                }
                _ => Err(why(WhyKind::Unsupported, "a loop over a class is not evaluated", at)),
            },
            Kind::Unknown(whys) => Err(whys.clone()),
            _ => Err(why(WhyKind::Unsupported, "a loop over this value is not evaluated", at)),
        }
    }
}

/// A round of a loop.
#[derive(Clone, Debug)]
pub enum Round<'a> {
    /// It takes place.
    One(Val<'a>),
    /// It may take place.
    Maybe(Val<'a>, Whys),
    /// Any number of rounds.
    Any(Whys),
}
