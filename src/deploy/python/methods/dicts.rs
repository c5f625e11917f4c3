//! Methods of dicts, and what is merged into one.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::call::Keywords;
use crate::deploy::python::define::put;
use crate::deploy::python::exec::Stop;
use crate::deploy::python::library::ENVIRONMENT;
use crate::deploy::python::resume::View;
use crate::deploy::python::value::{At, DictObj, Elem, Entry, Key, Kind, Obj, Val, why};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    pub(super) fn dict_method(
        &mut self,
        object: &Val<'a>,
        id: usize,
        name: &str,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        let dict = match self.heap.get(id) {
            Some(Obj::Dict(dict)) => dict.clone(),
            Some(Obj::Lost(whys)) => return Ok(Val::new(Kind::Unknown(whys.clone()), at)),
            _ => return Ok(Val::unknown(WhyKind::Dynamic, "it is not known", at)),
        };
        let none = Val::new(Kind::None, at);
        let key = args.first().and_then(|key| self.key_of(key));
        let found = key.as_ref().and_then(|key| dict.entries.iter().find(|entry| entry.key == *key));
        Ok(match name {
            "get" => match (&key, found) {
                (Some(_), Some(entry)) if !entry.maybe => entry.value.clone(),
                (Some(_), Some(entry)) => Val::new(Kind::Unknown(self.whys_of(&entry.value, at)), at),
                (Some(_), None) => match &dict.open {
                    Some(whys) => Val::new(Kind::Unknown(whys.clone()), at),
                    None => args.get(1).cloned().unwrap_or(none),
                },
                (None, _) => match args.first() {
                    Some(key)
                        if self.key_of(key).is_none()
                            && let Some(chosen) = self.dispatch(id, key, Some(args.get(1)), at) =>
                    {
                        chosen
                    }
                    Some(key) => Val::new(Kind::Unknown(self.whys_of(key, at)), at),
                    None => none,
                },
            },
            "setdefault" => match (&key, found) {
                (Some(_), Some(entry)) if !entry.maybe => entry.value.clone(),
                (Some(_), None) if dict.open.is_none() => {
                    let value = args.get(1).cloned().unwrap_or(none);
                    if let Some(key) = args.first() {
                        self.set_item(object, key, value.clone(), at);
                    }
                    value
                }
                _ => {
                    let whys = why(WhyKind::Dynamic, "whether the key is there is not known", at);
                    self.lose(object, &whys);
                    Val::new(Kind::Unknown(whys), at)
                }
            },
            "items" | "keys" | "values" => {
                let elements = self.view_elements(&dict, name, at);
                let list = self.heap.add(Obj::List(elements));
                self.views.insert(list, View { dict: id, name: name.into(), at });
                Val::new(Kind::List(list), at)
            }
            "update" => {
                if let Some(other) = args.first() {
                    self.update(object, other, at);
                }
                for (name, value) in keywords {
                    self.set_item(object, &Val::text(name.clone(), at), value.clone(), at);
                }
                none
            }
            "copy" => Val::new(Kind::Dict(self.new_dict(dict.entries, dict.open, at)), at),
            "pop" => {
                let value = match (&key, found) {
                    (Some(_), Some(entry)) if !entry.maybe => entry.value.clone(),
                    (Some(_), None) if dict.open.is_none() => args.get(1).cloned().unwrap_or(none),
                    _ => {
                        let whys = why(WhyKind::Dynamic, "what is taken out is not known", at);
                        self.lose(object, &whys);
                        return Ok(Val::new(Kind::Unknown(whys), at));
                    }
                };
                if let (Some(key), Some(Obj::Dict(dict))) = (key, self.heap.get_mut(id)) {
                    dict.entries.retain(|entry| entry.key != key);
                }
                value
            }
            "clear" => {
                if let Some(Obj::Dict(dict)) = self.heap.get_mut(id) {
                    dict.entries.clear();
                    dict.open = None;
                }
                none
            }
            _ => {
                self.hazards += 1;
                let whys = why(WhyKind::Unsupported, format!("`{name}` of a dict is not evaluated"), at);
                self.lose(object, &whys);
                Val::new(Kind::Unknown(whys), at)
            }
        })
    }

    /// What `dict.items()`, `keys()` or `values()` shows.
    pub fn view_elements(&self, dict: &DictObj<'a>, name: &str, at: At) -> Vec<Elem<'a>> {
        let mut elements: Vec<Elem> = Vec::new();
        for entry in &dict.entries {
            let value = match name {
                "keys" => entry.key.value(entry.value.at),
                "values" => entry.value.clone(),
                _ => {
                    let pair = [entry.key.value(entry.value.at), entry.value.clone()];
                    Val::new(Kind::Tuple(Rc::from(pair)), entry.value.at)
                }
            };
            elements.push(match entry.maybe {
                false => Elem::One(value),
                true => {
                    let whys = self.whys_of(&entry.value, at);
                    Elem::Either(Rc::from([vec![Elem::One(value)], vec![]]), whys)
                }
            });
        }
        elements.extend(dict.open.clone().map(Elem::Any));
        elements
    }

    /// A list of pairs as a dict.
    fn pairs(&mut self, value: &Val<'a>, at: At) -> Option<DictObj<'a>> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        for pair in self.known_elements(value)? {
            let [key, value] = <[Val<'a>; 2]>::try_from(self.known_elements(&pair)?).ok()?;
            put(&mut entries, self.key_of(&key)?, value);
        }
        Some(DictObj { entries, open: None, at, guards: Rc::from([]) })
    }

    /// `dict.update(value)`, `**value` and `|`
    pub fn update(&mut self, dict: &Val<'a>, value: &Val<'a>, at: At) {
        let Kind::Dict(id) = dict.kind else { return };
        let other = match &value.kind {
            Kind::Dict(other) => match self.heap.get(*other) {
                Some(Obj::Dict(other)) => Some(other.clone()),
                _ => None,
            },
            Kind::List(_) | Kind::Tuple(_) => self.pairs(value, at),
            _ => None,
        };
        let guards = self.current_guards().into();
        let environment = self.environment_whys(at);
        let Some(Obj::Dict(mine)) = self.heap.get_mut(id) else { return };
        if let Some(other) = other {
            for entry in other.entries {
                if entry.key == Key::Text("vpc_access".into()) {
                    mine.guards = Rc::clone(&guards);
                }
                if entry.maybe {
                    let is_new = !mine.entries.iter().any(|old| old.key == entry.key);
                    let value = Val::new(
                        Kind::Unknown(
                            entry.value.whys().unwrap_or_else(|| why(WhyKind::Dynamic, "it may be missing", at)),
                        ),
                        entry.value.at,
                    );
                    put(&mut mine.entries, entry.key.clone(), value);
                    if let Some(last) = mine.entries.last_mut().filter(|last| is_new && last.key == entry.key) {
                        last.maybe = true;
                    }
                } else {
                    put(&mut mine.entries, entry.key, entry.value);
                }
            }
            let Some(whys) = other.open else { return };
            // What is not seen in the other one may replace what is seen in this one.
            for entry in &mut mine.entries {
                entry.value = Val::new(Kind::Unknown(whys.clone()), entry.value.at);
            }
            mine.open = Some(whys);
            return;
        }
        let whys = match &value.kind {
            Kind::External(path) if &**path == ENVIRONMENT => environment,
            _ => value.whys().unwrap_or_else(|| why(WhyKind::Dynamic, "what is merged in is not known", at)),
        };
        for entry in &mut mine.entries {
            entry.value = Val::new(Kind::Unknown(whys.clone()), entry.value.at);
        }
        mine.open = Some(whys);
    }
}
