//! Copies of values, also as plain dicts.

use std::collections::BTreeMap;

use crate::deploy::python::Evaluator;
use crate::deploy::python::value::{At, DictObj, Elem, Entry, Kind, Obj, ObjId, Val, Whys, why};
use crate::model::WhyKind;

/// What a copy takes along.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Copying {
    /// The object; what it holds is shared.
    Shallow,
    /// Everything that it holds, too.
    Deep,
    /// The attributes as a dict; what they hold is shared.
    Attributes,
    /// Everything, objects as dicts.
    Plain,
}

impl Copying {
    /// How a function of the library copies.
    pub(super) fn of(path: &str) -> Self {
        match path {
            "copy.copy" => Self::Shallow,
            "vars" => Self::Attributes,
            "dataclasses.asdict" => Self::Plain,
            _ => Self::Deep,
        }
    }
}

/// The copies that were made, by what they are copies of.
type Made<'a> = BTreeMap<ObjId, Val<'a>>;

impl<'a> Evaluator<'a> {
    /// A copy.
    pub(super) fn copy(&mut self, value: &Val<'a>, copying: Copying, at: At) -> Val<'a> {
        self.copied(value, copying, &mut Made::new(), 0, at)
    }

    fn copied(&mut self, value: &Val<'a>, copying: Copying, made: &mut Made<'a>, depth: usize, at: At) -> Val<'a> {
        if depth > 20 {
            return Val::unknown(WhyKind::Limit, "it is nested too deeply", at);
        }
        if depth > 0 && matches!(copying, Copying::Shallow | Copying::Attributes) {
            return value.clone();
        }
        let id = match value.kind {
            Kind::List(id) | Kind::Set(id) | Kind::Dict(id) | Kind::Message(id) | Kind::Instance(id) => id,
            _ => return value.clone(),
        };
        // What is held twice is copied once.
        if let Some(copy) = made.get(&id).filter(|_| copying == Copying::Deep) {
            return copy.clone();
        }
        let copy = self.copied_object(value, copying, made, depth, at);
        made.insert(id, copy.clone());
        copy
    }

    fn copied_object(
        &mut self,
        value: &Val<'a>,
        copying: Copying,
        made: &mut Made<'a>,
        depth: usize,
        at: At,
    ) -> Val<'a> {
        match &value.kind {
            Kind::List(id) | Kind::Set(id) => match self.heap.get(*id).cloned() {
                Some(Obj::List(elements)) => {
                    let simple = elements.iter().all(|element| matches!(element, Elem::One(_)));
                    let copied: Vec<Elem> = elements
                        .into_iter()
                        .map(|element| match element {
                            Elem::One(value) if simple => Elem::One(self.copied(&value, copying, made, depth + 1, at)),
                            other => other,
                        })
                        .collect();
                    let id = self.heap.add(Obj::List(copied));
                    Val::new(if matches!(value.kind, Kind::List(_)) { Kind::List(id) } else { Kind::Set(id) }, at)
                }
                _ => Val::new(Kind::Unknown(self.lost_whys(*id, at)), at),
            },
            Kind::Dict(id) | Kind::Message(id) => match self.heap.get(*id).cloned() {
                Some(Obj::Dict(DictObj { entries, open, .. })) => {
                    let copied: Vec<Entry> = entries
                        .into_iter()
                        .map(|entry| Entry { value: self.copied(&entry.value, copying, made, depth + 1, at), ..entry })
                        .collect();
                    let id = self.new_dict(copied, open, at);
                    Val::new(
                        if matches!(value.kind, Kind::Message(_)) { Kind::Message(id) } else { Kind::Dict(id) },
                        at,
                    )
                }
                _ => Val::new(Kind::Unknown(self.lost_whys(*id, at)), at),
            },
            Kind::Instance(id) => match self.heap.get(*id).cloned() {
                Some(Obj::Instance { class, attributes, open })
                    if matches!(copying, Copying::Shallow | Copying::Deep) =>
                {
                    let copied = attributes
                        .into_iter()
                        .map(|(name, value)| (name, self.copied(&value, copying, made, depth + 1, at)))
                        .collect();
                    let id = self.heap.add(Obj::Instance { class, attributes: copied, open });
                    Val::new(Kind::Instance(id), at)
                }
                Some(Obj::Instance { .. }) => {
                    let dict = self.instance_dict(*id, at);
                    match copying {
                        Copying::Plain => self.copied(&dict, copying, made, depth + 1, at),
                        _ => dict,
                    }
                }
                _ => Val::new(Kind::Unknown(self.lost_whys(*id, at)), at),
            },
            _ => value.clone(),
        }
    }

    fn lost_whys(&self, id: usize, at: At) -> Whys {
        match self.heap.get(id) {
            Some(Obj::Lost(whys)) => whys.clone(),
            _ => why(WhyKind::Dynamic, "it is not known", at),
        }
    }
}
