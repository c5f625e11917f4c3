//! Methods of lists.

use crate::deploy::python::Evaluator;
use crate::deploy::python::call::Keywords;
use crate::deploy::python::eval::MAX_LENGTH;
use crate::deploy::python::exec::Stop;
use crate::deploy::python::value::{At, Elem, Kind, Obj, ObjId, Val, why};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    pub(super) fn list_method(
        &mut self,
        object: &Val<'a>,
        id: ObjId,
        name: &str,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        let none = Val::new(Kind::None, at);
        let first = args.first().cloned();
        match (name, first) {
            ("append", Some(value)) => {
                if let Some(Obj::List(elements)) = self.heap.get_mut(id) {
                    elements.push(Elem::One(value));
                }
                Ok(none)
            }
            ("extend", Some(value)) => {
                self.extend(object, &value, at);
                Ok(none)
            }
            ("insert", Some(index)) => {
                let whys = why(WhyKind::Dynamic, "the place of an insertion is not known", at);
                let mut known = false;
                if let (Kind::Int(index), Some(value), Some(Obj::List(elements))) =
                    (&index.kind, args.get(1), self.heap.get_mut(id))
                {
                    let simple = elements.iter().all(|element| matches!(element, Elem::One(_)));
                    let length = elements.len() as i64;
                    let place = if *index < 0 { (index + length).max(0) } else { (*index).min(length) };
                    if (simple || place == 0)
                        && let Ok(place) = usize::try_from(place)
                    {
                        elements.insert(place, Elem::One(value.clone()));
                        known = true;
                    }
                }
                if !known {
                    self.lose(object, &whys);
                }
                Ok(none)
            }
            ("copy", None) => match self.elements(object) {
                Ok(elements) => Ok(Val::new(Kind::List(self.heap.add(Obj::List(elements))), at)),
                Err(whys) => Ok(Val::new(Kind::Unknown(whys), at)),
            },
            ("clear", None) => {
                if let Some(object) = self.heap.get_mut(id) {
                    *object = Obj::List(Vec::new());
                }
                Ok(none)
            }
            ("reverse", None) => {
                if let Some(Obj::List(elements)) = self.heap.get_mut(id) {
                    elements.reverse();
                    if elements.iter().any(|element| matches!(element, Elem::Either(..))) {
                        self.lose(object, &why(WhyKind::Unsupported, "`reverse` is not evaluated", at));
                    }
                }
                Ok(none)
            }
            ("pop", index) => {
                let taken = match self.simple_list(id) {
                    Some(length) if length > 0 => match index.map(|index| index.kind) {
                        None => Some(length - 1),
                        Some(Kind::Int(index)) => place(index, length),
                        Some(_) => None,
                    },
                    _ => None,
                };
                if let (Some(place), Some(Obj::List(elements))) = (taken, self.heap.get_mut(id))
                    && let Elem::One(value) = elements.remove(place)
                {
                    return Ok(value);
                }
                self.lost_by(object, name, at)
            }
            ("remove", Some(wanted)) => {
                let values = self.known_elements(object).unwrap_or_default();
                for (place, value) in values.iter().enumerate() {
                    match self.equal(value, &wanted) {
                        Some(false) => {}
                        Some(true) => {
                            if let Some(Obj::List(elements)) = self.heap.get_mut(id) {
                                elements.remove(place);
                            }
                            return Ok(none);
                        }
                        None => break,
                    }
                }
                self.lost_by(object, name, at)
            }
            ("sort", None) => {
                let elements = self.elements(object).unwrap_or_default();
                match self.sorted(&elements, keywords, at)? {
                    Some(order) => {
                        if let Some(object) = self.heap.get_mut(id) {
                            *object = Obj::List(order);
                        }
                        Ok(none)
                    }
                    None => self.lost_by(object, name, at),
                }
            }
            ("index" | "count", _) => {
                self.hazards += 1;
                Ok(Val::unknown(WhyKind::Unsupported, format!("`{name}` is not evaluated"), at))
            }
            // Whatever else changes it.
            _ => self.lost_by(object, name, at),
        }
    }

    /// A method whose effect on the list is not known.
    fn lost_by(&mut self, object: &Val<'a>, name: &str, at: At) -> Result<Val<'a>, Stop> {
        self.hazards += 1;
        let whys = why(WhyKind::Unsupported, format!("`{name}` of a list is not evaluated"), at);
        self.lose(object, &whys);
        Ok(Val::new(Kind::Unknown(whys), at))
    }

    /// The length of a list whose elements are all known.
    fn simple_list(&self, id: ObjId) -> Option<usize> {
        match self.heap.get(id) {
            Some(Obj::List(elements)) if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                Some(elements.len())
            }
            _ => None,
        }
    }

    /// `list.extend(value)` and `list += value`
    pub fn extend(&mut self, list: &Val<'a>, value: &Val<'a>, at: At) {
        let more = match self.elements(value) {
            Ok(elements) => elements,
            Err(whys) => vec![Elem::Any(whys)],
        };
        let Kind::List(id) = list.kind else { return };
        let mut long = false;
        if let Some(Obj::List(elements)) = self.heap.get_mut(id) {
            elements.extend(more);
            long = elements.len() > MAX_LENGTH;
        }
        if long {
            self.lose(list, &why(WhyKind::Limit, "the list is too long", at));
        }
    }
}

/// Where an index points in a list of `length` elements.
fn place(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    let place = if index < 0 { index.checked_add(length)? } else { index };
    usize::try_from(place).ok().filter(|_| place < length)
}
