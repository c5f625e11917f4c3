//! Methods of texts, lists, dicts and what commands give.

use std::rc::Rc;

use super::Evaluator;
use super::call::Keywords;
use super::define::put;
use super::exec::Stop;
use super::heap::compact;
use super::library::OPENED;
use super::value::{At, Elem, Key, Kind, Obj, Part, Val, why};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    /// `object.name(args)` of a built-in type.
    pub fn method(
        &mut self,
        object: &Val<'a>,
        name: &str,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        let none = Val::new(Kind::None, at);
        match &object.kind {
            Kind::Text(_) => Ok(self.text_method(object, name, &args, &keywords, at)),
            Kind::List(id) => {
                let first = args.first().cloned();
                match (name, first) {
                    ("append", Some(value)) => {
                        if let Some(Obj::List(elements)) = self.heap.get_mut(*id) {
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
                            (&index.kind, args.get(1), self.heap.get_mut(*id))
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
                        if let Some(object) = self.heap.get_mut(*id) {
                            *object = Obj::List(Vec::new());
                        }
                        Ok(none)
                    }
                    ("reverse", None) => {
                        if let Some(Obj::List(elements)) = self.heap.get_mut(*id) {
                            elements.reverse();
                            if elements.iter().any(|element| matches!(element, Elem::Either(..))) {
                                self.lose(object, &why(WhyKind::Unsupported, "`reverse` is not evaluated", at));
                            }
                        }
                        Ok(none)
                    }
                    ("index" | "count", _) => {
                        self.hazards += 1;
                        Ok(Val::unknown(WhyKind::Unsupported, format!("`{name}` is not evaluated"), at))
                    }
                    _ => {
                        // pop, remove, sort and whatever else changes it.
                        self.hazards += 1;
                        let whys = why(WhyKind::Unsupported, format!("`{name}` of a list is not evaluated"), at);
                        self.lose(object, &whys);
                        Ok(Val::new(Kind::Unknown(whys), at))
                    }
                }
            }
            Kind::Dict(id) => self.dict_method(object, *id, name, &args, &keywords, at),
            Kind::Set(id) => {
                if let ("add", Some(value)) = (name, args.first()) {
                    if let Some(Obj::List(elements)) = self.heap.get_mut(*id) {
                        elements.push(Elem::One(value.clone()));
                    }
                    return Ok(none);
                }
                let whys = why(WhyKind::Unsupported, format!("`{name}` of a set is not evaluated"), at);
                self.lose(object, &whys);
                Ok(Val::new(Kind::Unknown(whys), at))
            }
            Kind::Path(parts) => Ok(self.path_method(parts, name, &args, at)),
            Kind::Parser(id) => Ok(self.parser_method(object, *id, name, &args, &keywords, at)),
            Kind::Message(_) => {
                self.hazards += 1;
                self.lose(object, &why(WhyKind::Unsupported, format!("`{name}` of a message is not evaluated"), at));
                Ok(none)
            }
            // A file that was opened.
            Kind::Method(path, opened) if &**opened == OPENED => match (&path.kind, name) {
                (Kind::Path(parts), "read") if args.is_empty() => {
                    let parts = parts.clone();
                    Ok(self.file_text(&parts, at))
                }
                _ => Ok(Val::unknown(WhyKind::Dynamic, "a file is known when the script runs", at)),
            },
            // `Popen.communicate()` and its like.
            Kind::Completed => Ok(match name {
                "wait" | "poll" => Val::new(Kind::Int(0), at),
                "check_returncode" => none,
                "communicate" => {
                    let output =
                        Val::new(Kind::Unknown(why(WhyKind::Dynamic, "the output of a command is not known", at)), at);
                    Val::new(Kind::Tuple(Rc::from([output.clone(), output])), at)
                }
                _ => Val::unknown(WhyKind::Dynamic, "the output of a command is not known", at),
            }),
            _ => self.call_unknown(object, args, keywords, at),
        }
    }

    fn text_method(
        &mut self,
        object: &Val<'a>,
        name: &str,
        args: &[Val<'a>],
        keywords: &[(Rc<str>, Val<'a>)],
        at: At,
    ) -> Val<'a> {
        if name == "format" {
            return self.format_method(object, args, keywords, at);
        }
        if name == "join" {
            return self.join_texts(object, args.first(), at);
        }
        let whys = object.whys();
        let Some(text) = object.as_text() else {
            let whys = whys.unwrap_or_else(|| Rc::from([]));
            return match name {
                "strip" | "rstrip" | "lstrip" | "lower" | "upper" | "replace" | "title" | "capitalize" => {
                    Val::hole(whys, at)
                }
                "split" if args.is_empty() => match &object.kind {
                    Kind::Text(parts) => {
                        let words = split_parts(parts, at).into_iter().map(Elem::One).collect();
                        Val::new(Kind::List(self.heap.add(Obj::List(words))), at)
                    }
                    _ => Val::new(Kind::Unknown(whys), at),
                },
                "startswith" => match (&object.kind, args.first().and_then(Val::as_text)) {
                    (Kind::Text(parts), Some(prefix)) => match parts.first() {
                        Some(Part::Lit(known)) if known.len() >= prefix.len() => {
                            Val::new(Kind::Bool(known.starts_with(&*prefix)), at)
                        }
                        _ => Val::new(Kind::Unknown(whys), at),
                    },
                    _ => Val::new(Kind::Unknown(whys), at),
                },
                _ => Val::new(Kind::Unknown(whys), at),
            };
        };
        let known: Option<Vec<Rc<str>>> = args.iter().map(Val::as_text).collect();
        let unsupported = Val::unknown(WhyKind::Unsupported, format!("`{name}` of a text is not evaluated"), at);
        let Some(known) = known.filter(|_| keywords.is_empty()) else {
            return match args.iter().find_map(Val::whys) {
                Some(whys) => Val::new(Kind::Unknown(whys), at),
                None => unsupported,
            };
        };
        let ascii = text.is_ascii();
        match (name, known.as_slice()) {
            ("strip", []) => Val::text(text.trim(), at),
            ("lstrip", []) => Val::text(text.trim_start(), at),
            ("rstrip", []) => Val::text(text.trim_end(), at),
            ("strip", [set]) => Val::text(text.trim_matches(|next| set.contains(next)), at),
            ("lstrip", [set]) => Val::text(text.trim_start_matches(|next| set.contains(next)), at),
            ("rstrip", [set]) => Val::text(text.trim_end_matches(|next| set.contains(next)), at),
            ("lower", []) if ascii => Val::text(text.to_ascii_lowercase(), at),
            ("upper", []) if ascii => Val::text(text.to_ascii_uppercase(), at),
            ("replace", [from, to]) if !from.is_empty() => {
                let replaced = text.replace(&**from, to);
                if replaced.len() > 1 << 20 { unsupported } else { Val::text(replaced, at) }
            }
            ("startswith", [prefix]) => Val::new(Kind::Bool(text.starts_with(&**prefix)), at),
            ("endswith", [suffix]) => Val::new(Kind::Bool(text.ends_with(&**suffix)), at),
            ("removeprefix", [prefix]) => Val::text(text.strip_prefix(&**prefix).unwrap_or(&text), at),
            ("removesuffix", [suffix]) => Val::text(text.strip_suffix(&**suffix).unwrap_or(&text), at),
            ("split", []) => {
                let words = text.split_whitespace().map(|word| Elem::One(Val::text(word, at))).collect();
                Val::new(Kind::List(self.heap.add(Obj::List(words))), at)
            }
            ("split", [separator]) if !separator.is_empty() => {
                let words = text.split(&**separator).map(|word| Elem::One(Val::text(word, at))).collect();
                Val::new(Kind::List(self.heap.add(Obj::List(words))), at)
            }
            ("splitlines", []) => {
                let lines = text.lines().map(|line| Elem::One(Val::text(line, at))).collect();
                Val::new(Kind::List(self.heap.add(Obj::List(lines))), at)
            }
            _ => unsupported,
        }
    }

    fn join_texts(&mut self, separator: &Val<'a>, list: Option<&Val<'a>>, at: At) -> Val<'a> {
        let (Kind::Text(between), Some(list)) = (&separator.kind, list) else {
            return Val::unknown(WhyKind::Unsupported, "`join` is not evaluated", at);
        };
        let between = between.clone();
        let elements = match self.elements(list) {
            Ok(elements) if matches!(list.kind, Kind::Set(_)) && elements.len() > 1 => {
                return Val::hole(why(WhyKind::NonDeterministic, "the order of a set is not known", at), at);
            }
            Ok(elements) => elements,
            Err(whys) => return Val::hole(whys, at),
        };
        let mut parts: Vec<Part> = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                parts.extend(between.iter().cloned());
            }
            match element {
                Elem::One(value) => parts.extend(self.parts_of(value, at)),
                // Any number of words: nothing around them is certain any more.
                Elem::Any(whys) | Elem::Either(_, whys) => return Val::hole(whys.clone(), at),
            }
            if parts.len() > 5_000 {
                return Val::unknown(WhyKind::Limit, "the text is too long", at);
            }
        }
        Val::new(Kind::Text(compact(parts)), at)
    }

    fn dict_method(
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
        let key = args.first().and_then(Val::as_key);
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
                        if key.as_key().is_none()
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
                elements.extend(dict.open.map(Elem::Any));
                Val::new(Kind::List(self.heap.add(Obj::List(elements))), at)
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
            long = elements.len() > 10_000;
        }
        if long {
            self.lose(list, &why(WhyKind::Limit, "the list is too long", at));
        }
    }

    /// `dict.update(value)`, `**value` and `|`
    pub fn update(&mut self, dict: &Val<'a>, value: &Val<'a>, at: At) {
        let Kind::Dict(id) = dict.kind else { return };
        let other = match &value.kind {
            Kind::Dict(other) => match self.heap.get(*other) {
                Some(Obj::Dict(other)) => Some(other.clone()),
                _ => None,
            },
            _ => None,
        };
        let guards = self.current_guards().into();
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
        let whys = value.whys().unwrap_or_else(|| why(WhyKind::Dynamic, "what is merged in is not known", at));
        for entry in &mut mine.entries {
            entry.value = Val::new(Kind::Unknown(whys.clone()), entry.value.at);
        }
        mine.open = Some(whys);
    }
}

/// Splits a text at white space; what is not known is taken to hold none.
pub fn split_parts<'a>(parts: &[Part], at: At) -> Vec<Val<'a>> {
    let mut words: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        match part {
            Part::Lit(text) => {
                for (index, piece) in text.split(char::is_whitespace).enumerate() {
                    if index > 0 {
                        words.push(Vec::new());
                    }
                    if let (false, Some(word)) = (piece.is_empty(), words.last_mut()) {
                        word.push(Part::Lit(piece.into()));
                    }
                }
            }
            Part::Hole { .. } => {
                if let Some(word) = words.last_mut() {
                    word.push(part.clone());
                }
            }
        }
    }
    let words = words.into_iter().filter(|word| !word.is_empty());
    words.map(|word| Val::new(Kind::Text(compact(word)), at)).collect()
}
