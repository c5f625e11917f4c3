//! Builtins: the names that Python always has, and what a call of them gives.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::call::Keywords;
use crate::deploy::python::exec::Stop;
use crate::deploy::python::heap::compact;
use crate::deploy::python::value::{At, Elem, Kind, Obj, Val, why};
use crate::model::WhyKind;

const BUILTINS: [&str; 70] = [
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "dict",
    "dir",
    "enumerate",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "classmethod",
    "__import__",
    "ascii",
    "bin",
    "breakpoint",
    "bytearray",
    "chr",
    "compile",
    "complex",
    "delattr",
    "divmod",
    "eval",
    "exec",
    "hex",
    "memoryview",
    "oct",
    "ord",
    "pow",
    "slice",
];

/// True for names that Python always has.
pub fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
        || ((name.ends_with("Error") || name.ends_with("Exit") || name.ends_with("Interrupt"))
            && name.starts_with(|first: char| first.is_ascii_uppercase()))
        || matches!(name, "Exception" | "BaseException" | "StopIteration" | "NotImplemented" | "Warning")
}
impl<'a> Evaluator<'a> {
    pub(super) fn builtin(
        &mut self,
        path: &str,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Result<Option<Val<'a>>, Stop> {
        let first = args.first();
        let list = |evaluator: &mut Self, elements: Vec<Elem<'a>>| {
            Val::new(Kind::List(evaluator.heap.add(Obj::List(elements))), at)
        };
        Ok(Some(match (path, first) {
            ("str", Some(value)) => {
                let parts = self.parts_of(value, at);
                Val::new(Kind::Text(compact(parts)), if matches!(value.kind, Kind::Text(_)) { value.at } else { at })
            }
            ("str", None) => Val::text("", at),
            ("list" | "tuple" | "set" | "frozenset" | "iter" | "reversed" | "sorted", Some(value)) => {
                let mut elements = match self.elements(value) {
                    Ok(elements) => elements,
                    Err(whys) => vec![Elem::Any(whys)],
                };
                let mut ordered = path == "sorted" || !matches!(value.kind, Kind::Set(_));
                if path == "reversed" {
                    elements.reverse();
                }
                if path == "sorted" {
                    match self.sorted(&elements, keywords, at)? {
                        Some(order) => elements = order,
                        // Another order of known values: each of them is there once.
                        None if elements.iter().all(|element| matches!(element, Elem::One(_))) => ordered = false,
                        None => elements = vec![Elem::Any(why(WhyKind::Unsupported, "the order is not evaluated", at))],
                    }
                }
                let unordered = !ordered && elements.len() > 1;
                match path {
                    // The order of a set is not known, so its list is kept as one.
                    _ if unordered => Val::new(Kind::Set(self.heap.add(Obj::List(elements))), at),
                    "set" | "frozenset" => Val::new(Kind::Set(self.heap.add(Obj::List(elements))), at),
                    "tuple" if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                        let values = elements
                            .into_iter()
                            .filter_map(|element| if let Elem::One(value) = element { Some(value) } else { None });
                        Val::new(Kind::Tuple(values.collect()), at)
                    }
                    _ => list(self, elements),
                }
            }
            ("list", None) => list(self, Vec::new()),
            ("tuple", None) => Val::new(Kind::Tuple(Rc::from([])), at),
            ("set" | "frozenset", None) => Val::new(Kind::Set(self.heap.add(Obj::List(Vec::new()))), at),
            ("dict", first) => {
                let id = self.new_dict(Vec::new(), None, at);
                let dict = Val::new(Kind::Dict(id), at);
                if let Some(value) = first {
                    self.update(&dict, value, at);
                }
                for (name, value) in keywords {
                    self.set_item(&dict, &Val::text(name.clone(), at), value.clone(), at);
                }
                dict
            }
            ("int", Some(value)) => match (&value.kind, value.as_text().and_then(|text| text.trim().parse().ok())) {
                (Kind::Int(_), _) => value.clone(),
                (_, Some(number)) => Val::new(Kind::Int(number), at),
                _ => {
                    self.may_raise(at);
                    Val::new(Kind::Unknown(self.whys_of(value, at)), at)
                }
            },
            ("bool", Some(value)) => match self.truth(value) {
                Some(truth) => Val::new(Kind::Bool(truth), at),
                None => Val::new(Kind::Unknown(self.whys_of(value, at)), at),
            },
            ("len", Some(value)) => match (self.elements(value), value.as_text()) {
                // A set drops what it has twice.
                (Ok(elements), _) if matches!(value.kind, Kind::Set(_)) && elements.len() > 1 => {
                    Val::unknown(WhyKind::Unsupported, "the size of a set is not computed", at)
                }
                (_, Some(text)) => Val::new(Kind::Int(text.chars().count() as i64), at),
                (Ok(elements), _) if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                    Val::new(Kind::Int(elements.len() as i64), at)
                }
                _ => Val::new(Kind::Unknown(self.whys_of(value, at)), at),
            },
            ("isinstance", Some(value)) => {
                let of = args.get(1).map(|class| class.kind.clone());
                let known = match (&value.kind, of) {
                    // Generators are kept as lists, and lists of unknown order as sets.
                    (Kind::Unknown(_) | Kind::Set(_), _) => None,
                    (kind, Some(Kind::External(name))) => match &*name {
                        "str" => Some(matches!(kind, Kind::Text(_))),
                        "list" => Some(matches!(kind, Kind::List(_))),
                        "dict" => Some(matches!(kind, Kind::Dict(_))),
                        "tuple" => Some(matches!(kind, Kind::Tuple(_))),
                        _ => None,
                    },
                    _ => None,
                };
                match known {
                    Some(truth) => Val::new(Kind::Bool(truth), at),
                    None => Val::unknown(WhyKind::Dynamic, "the type is not known", at),
                }
            }
            ("getattr", Some(object)) => match args.get(1).and_then(Val::as_text) {
                Some(name) => {
                    let has = self.has_attribute(object, &name);
                    match (has, args.get(2)) {
                        (Some(false), Some(default)) => default.clone(),
                        (None, Some(_)) => Val::new(Kind::Unknown(self.whys_of(object, at)), at),
                        _ => self.attribute(object, &name, at)?,
                    }
                }
                None => {
                    self.hazards += 1;
                    Val::unknown(WhyKind::Dynamic, "the attribute is not known", at)
                }
            },
            ("hasattr", Some(object)) => match args.get(1).and_then(Val::as_text) {
                Some(name) => match self.has_attribute(object, &name) {
                    Some(truth) => Val::new(Kind::Bool(truth), at),
                    None => Val::unknown(WhyKind::Dynamic, "the attributes are not known", at),
                },
                None => Val::unknown(WhyKind::Dynamic, "the attribute is not known", at),
            },
            ("setattr", Some(object)) => {
                match (args.get(1).and_then(Val::as_text), args.get(2)) {
                    (Some(name), Some(value)) => self.set_attribute(object, &name, value.clone(), at)?,
                    _ => self.lose(object, &why(WhyKind::Dynamic, "the attribute is not known", at)),
                }
                Val::new(Kind::None, at)
            }
            _ => return self.sequence(path, args, keywords, at),
        }))
    }

    fn has_attribute(&self, object: &Val<'a>, name: &str) -> Option<bool> {
        let Kind::Instance(id) = object.kind else { return None };
        match self.heap.get(id) {
            Some(Obj::Instance { class, .. }) if self.class_attribute(*class, "__getattr__").is_some() => None,
            Some(Obj::Instance { attributes, class, open }) => {
                let has = attributes.contains_key(name) || self.class_attribute(*class, name).is_some();
                if has { Some(true) } else { open.is_none().then_some(false) }
            }
            _ => None,
        }
    }
}
