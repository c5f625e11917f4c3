//! Copies of values, also as plain dicts.

use crate::deploy::python::Evaluator;
use crate::deploy::python::value::{At, DictObj, Elem, Entry, Kind, Obj, Val, Whys, why};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    /// A copy: of an instance as an instance, or as a dict.
    pub(super) fn copy(&mut self, value: &Val<'a>, keep_instances: bool, depth: usize, at: At) -> Val<'a> {
        if depth > 20 {
            return Val::unknown(WhyKind::Limit, "it is nested too deeply", at);
        }
        match &value.kind {
            Kind::List(id) | Kind::Set(id) => match self.heap.get(*id).cloned() {
                Some(Obj::List(elements)) => {
                    let simple = elements.iter().all(|element| matches!(element, Elem::One(_)));
                    let copied: Vec<Elem> = elements
                        .into_iter()
                        .map(|element| match element {
                            Elem::One(value) if simple => Elem::One(self.copy(&value, keep_instances, depth + 1, at)),
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
                        .map(|entry| Entry { value: self.copy(&entry.value, keep_instances, depth + 1, at), ..entry })
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
                Some(Obj::Instance { class, attributes, open }) if keep_instances => {
                    let copied = attributes
                        .into_iter()
                        .map(|(name, value)| (name, self.copy(&value, true, depth + 1, at)))
                        .collect();
                    let id = self.heap.add(Obj::Instance { class, attributes: copied, open });
                    Val::new(Kind::Instance(id), at)
                }
                Some(Obj::Instance { .. }) => {
                    let dict = self.instance_dict(*id, at);
                    self.copy(&dict, false, depth + 1, at)
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
