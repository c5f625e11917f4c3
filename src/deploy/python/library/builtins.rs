//! Builtins: the names that Python always has, and what a call of them gives.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::call::Keywords;
use crate::deploy::python::exec::{Round, Stop};
use crate::deploy::python::heap::compact;
use crate::deploy::python::value::{At, Elem, Key, Kind, Obj, Val, why};
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
            ("range", Some(_)) => {
                let numbers: Option<Vec<i64>> = args
                    .iter()
                    .map(|value| if let Kind::Int(number) = value.kind { Some(number) } else { None })
                    .collect();
                let (start, end, step) = match numbers.as_deref() {
                    Some([end]) => (0, *end, 1),
                    Some([start, end]) => (*start, *end, 1),
                    Some([start, end, step]) if *step > 0 => (*start, *end, *step),
                    _ => {
                        let whys = args.iter().find_map(Val::whys);
                        let whys = whys.unwrap_or_else(|| why(WhyKind::Unsupported, "this range is not evaluated", at));
                        return Ok(Some(Val::new(Kind::Unknown(whys), at)));
                    }
                };
                let mut elements = Vec::new();
                let mut number = start;
                while number < end {
                    if elements.len() > 1_000 {
                        return self.limit(at, "the range is too long");
                    }
                    elements.push(Elem::One(Val::new(Kind::Int(number), at)));
                    number = number.saturating_add(step);
                }
                list(self, elements)
            }
            ("enumerate", Some(value)) => {
                let start = match (args.get(1), keywords.first()) {
                    (Some(Val { kind: Kind::Int(start), .. }), _)
                    | (None, Some((_, Val { kind: Kind::Int(start), .. }))) => *start,
                    (None, None) => 0,
                    _ => return Ok(Some(Val::unknown(WhyKind::Dynamic, "the count is not known", at))),
                };
                if start > i64::from(i32::MAX) {
                    return Ok(Some(Val::unknown(WhyKind::Limit, "the count is too large", at)));
                }
                let mut elements = Vec::new();
                let mut counted = true;
                for (number, round) in (start..).zip(self.rounds(value)) {
                    let count = |known: bool| match known {
                        true => Val::new(Kind::Int(number), at),
                        false => Val::unknown(WhyKind::Dynamic, "the count is not known", at),
                    };
                    elements.push(match round {
                        Round::One(value) => {
                            let pair = Kind::Tuple(Rc::from([count(counted), value]));
                            Elem::One(Val::new(pair, at))
                        }
                        Round::Maybe(value, whys) => {
                            counted = false;
                            let pair = Kind::Tuple(Rc::from([count(false), value]));
                            Elem::Either(Rc::from([vec![Elem::One(Val::new(pair, at))], vec![]]), whys)
                        }
                        Round::Any(whys) => {
                            counted = false;
                            Elem::Any(whys)
                        }
                    });
                }
                list(self, elements)
            }
            ("zip", Some(_)) => {
                let mut columns = Vec::new();
                for value in args {
                    match self.elements(value) {
                        Ok(elements) if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                            columns.push(elements)
                        }
                        Ok(_) => return Ok(Some(Val::unknown(WhyKind::Dynamic, "the list is not known", at))),
                        Err(whys) => return Ok(Some(Val::new(Kind::Unknown(whys), at))),
                    }
                }
                let length = columns.iter().map(Vec::len).min().unwrap_or(0);
                let mut rows = Vec::new();
                for row in 0..length {
                    let values: Vec<Val> = columns
                        .iter()
                        .filter_map(|column| {
                            if let Some(Elem::One(value)) = column.get(row) { Some(value.clone()) } else { None }
                        })
                        .collect();
                    rows.push(Elem::One(Val::new(Kind::Tuple(values.into()), at)));
                }
                list(self, rows)
            }
            ("map" | "filter", Some(function)) => {
                let Some(values) = args.get(1) else { return Ok(None) };
                let mut elements = Vec::new();
                for round in self.rounds(values) {
                    match round {
                        Round::One(value) => {
                            let result = self.call(function, vec![value.clone()], Vec::new(), None, at)?;
                            if path == "map" {
                                elements.push(Elem::One(result));
                                continue;
                            }
                            match self.truth(&result) {
                                Some(true) => elements.push(Elem::One(value)),
                                Some(false) => {}
                                None => {
                                    let whys = self.whys_of(&result, at);
                                    elements.push(Elem::Either(Rc::from([vec![Elem::One(value)], vec![]]), whys));
                                }
                            }
                        }
                        Round::Maybe(_, whys) | Round::Any(whys) => {
                            self.hand_over(function, &whys, at);
                            elements.push(Elem::Any(whys));
                        }
                    }
                }
                list(self, elements)
            }
            ("any" | "all", Some(value)) => {
                let wanted = path == "any";
                let mut undecided = None;
                for round in self.rounds(value) {
                    let whys = match round {
                        Round::One(value) => match self.truth(&value) {
                            Some(truth) if truth == wanted => return Ok(Some(Val::new(Kind::Bool(wanted), at))),
                            Some(_) => continue,
                            None => self.whys_of(&value, at),
                        },
                        Round::Maybe(_, whys) | Round::Any(whys) => whys,
                    };
                    undecided = Some(whys);
                }
                match undecided {
                    Some(whys) => Val::new(Kind::Unknown(whys), at),
                    None => Val::new(Kind::Bool(!wanted), at),
                }
            }
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
            ("next", Some(value)) => {
                if let Kind::Set(_) = value.kind
                    && self.rounds(value).len() > 1
                {
                    let text = "the order of a set is not known";
                    return Ok(Some(Val::unknown(WhyKind::NonDeterministic, text, at)));
                }
                let found = self.rounds(value).into_iter().next();
                // What is taken is not there for the next call.
                if let (Kind::List(id), Some(Round::One(_))) = (&value.kind, &found)
                    && let Some(Obj::List(elements)) = self.heap.get_mut(*id)
                {
                    elements.remove(0);
                } else if matches!(found, Some(Round::Maybe(..) | Round::Any(_))) {
                    self.lose(value, &why(WhyKind::Dynamic, "what is left of it is not known", at));
                }
                match (found, args.get(1)) {
                    (Some(Round::One(value)), _) => value,
                    (None, Some(default)) => default.clone(),
                    (Some(Round::Maybe(_, whys) | Round::Any(whys)), _) => {
                        self.hazards += 1;
                        Val::new(Kind::Unknown(whys), at)
                    }
                    (None, None) => {
                        self.hazards += 1;
                        Val::unknown(WhyKind::EvaluationFailed, "there is no next value", at)
                    }
                }
            }
            _ => return Ok(None),
        }))
    }

    /// The elements as `sorted` orders them, where that can be told.
    pub(in crate::deploy::python) fn sorted(
        &mut self,
        elements: &[Elem<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Result<Option<Vec<Elem<'a>>>, Stop> {
        let mut by = None;
        let mut descending = false;
        for (name, value) in keywords {
            match &**name {
                "key" if matches!(value.kind, Kind::None) => {}
                "key" => by = Some(value),
                "reverse" => match self.truth(value) {
                    Some(truth) => descending = truth,
                    None => return Ok(None),
                },
                _ => return Ok(None),
            }
        }
        let mut keys: Vec<(Vec<Option<Key>>, Elem<'a>)> = Vec::new();
        for element in elements {
            let Elem::One(value) = element else { return Ok(None) };
            let key = match by {
                Some(function) => self.call(function, vec![value.clone()], Vec::new(), None, at)?,
                None => value.clone(),
            };
            let key = match &key.kind {
                Kind::Tuple(values) => values.iter().map(Val::as_key).collect(),
                _ => vec![key.as_key()],
            };
            keys.push((key, element.clone()));
        }
        let mut comparable = true;
        // Python keeps the order of equal elements, also in reverse.
        keys.sort_by(|(first, _), (second, _)| {
            let pairs = first.iter().zip(second).map(|pair| match pair {
                (Some(Key::Text(a)), Some(Key::Text(b))) => Some(a.cmp(b)),
                (Some(Key::Int(a)), Some(Key::Int(b))) => Some(a.cmp(b)),
                _ => None,
            });
            let decides = pairs.into_iter().find(|order| *order != Some(std::cmp::Ordering::Equal));
            let order = decides.unwrap_or(Some(first.len().cmp(&second.len()))).unwrap_or_else(|| {
                comparable = false;
                std::cmp::Ordering::Equal
            });
            if descending { order.reverse() } else { order }
        });
        if !comparable {
            return Ok(None);
        }
        Ok(Some(keys.into_iter().map(|(_, element)| element).collect()))
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
