//! Calls of code that is not known, and what it may do with what it is given.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Keywords;
use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::{Condition, Flow, Stop};
use crate::deploy::python::value::{At, Binding, Chosen, Elem, Kind, Obj, Part, Val, Whys, why};
use crate::model::WhyKind;

/// Parts of the names of functions that show a text.
const PRINTS: [&str; 12] =
    ["print", "echo", "log", "info", "debug", "warn", "error", "write", "critical", "exception", "panel", "status"];

impl<'a> Evaluator<'a> {
    /// Code that is not known may do anything with what it is given, also call it.
    pub fn call_unknown(
        &mut self,
        callee: &Val<'a>,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        self.hazards += 1;
        if self.silent == 0 && self.looks_like_a_deploy(&args, at) {
            let text = "what looks like a deploy is given to code that is not known";
            self.incomplete(WhyKind::Dynamic, text, at);
        }
        let text = "code that is not in the script is called";
        let whys = callee.whys().unwrap_or_else(|| why(WhyKind::Dynamic, text, at));
        for value in args.iter().chain(keywords.iter().map(|(_, value)| value)) {
            self.hand_over(value, &whys, at);
        }
        Ok(Val::new(Kind::Unknown(whys), at))
    }

    /// True for arguments that are the words, or the text, of a deploy command, unless they are only printed.
    fn looks_like_a_deploy(&mut self, args: &[Val<'a>], at: At) -> bool {
        let call = self.source_at(at);
        let name = call.split('(').next().unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned();
        if PRINTS.iter().any(|prints| name.contains(prints)) {
            return false;
        }
        let mut words: Vec<Rc<str>> = Vec::new();
        for value in args.iter().take(40) {
            match &value.kind {
                Kind::Text(parts) => match parts.first() {
                    Some(Part::Lit(text)) => words.extend(text.split_whitespace().take(10).map(Rc::from)),
                    _ => words.push("?".into()),
                },
                Kind::List(_) | Kind::Tuple(_) => {
                    let elements = self.elements(value).unwrap_or_default();
                    let texts = elements.iter().take(40).map(|element| match element {
                        Elem::One(value) => value.as_text().unwrap_or_else(|| "?".into()),
                        _ => "?".into(),
                    });
                    words.extend(texts);
                }
                _ => words.push("?".into()),
            }
        }
        let words: Vec<&str> = words.iter().map(|word| &**word).collect();
        words.windows(2).any(|pair| pair == ["run", "deploy"])
            || words.windows(3).any(|three| {
                matches!(
                    three,
                    ["run", "services" | "jobs" | "worker-pools", "deploy" | "update" | "create" | "replace"]
                )
            })
    }

    /// Gives a value to unknown code.
    pub fn hand_over(&mut self, value: &Val<'a>, whys: &Whys, at: At) {
        match &value.kind {
            Kind::Function(function) => {
                let condition = Condition { text: format!("a call of {}", function.name), at };
                self.escaped.push((value.clone(), condition, false));
            }
            Kind::Bound(receiver, function) => {
                let condition = Condition { text: format!("a call of {}", function.name), at };
                self.escaped.push((value.clone(), condition, false));
                self.lose(receiver, whys);
            }
            Kind::Partial(partial) => {
                let partial = partial.clone();
                self.hand_over(&partial.function, whys, at);
            }
            Kind::Choice(chosen) => {
                for option in chosen.iter() {
                    self.hand_over(&option.function, whys, at);
                }
            }
            Kind::Message(_) => {
                if self.silent == 0 {
                    let text = "a message for Cloud Run's API is given to code that is not in the script";
                    self.incomplete(WhyKind::Unsupported, text, at);
                }
                self.lose(value, whys);
            }
            _ => {
                self.record_configs_in(value);
                self.lose(value, whys);
            }
        }
    }

    /// Calls one of several functions, it is not known which.
    pub(super) fn call_one_of(
        &mut self,
        chosen: &[Chosen<'a>],
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        unsure: Option<&Whys>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        self.hazards += 1;
        let mut frame = self.frame(self.module);
        for option in chosen.iter().filter(|option| !matches!(option.function.kind, Kind::None)) {
            let condition = Condition { text: option.text.to_string(), at: option.at };
            self.fork(
                &mut frame,
                &condition,
                &mut |evaluator, _| {
                    evaluator.call(&option.function, args.to_vec(), keywords.clone(), unsure.cloned(), at)?;
                    Ok(Flow::Next)
                },
                &mut |_, _| Ok(Flow::Next),
            )?;
        }
        Ok(Val::unknown(WhyKind::Dynamic, "which function is called is known when the script runs", at))
    }

    /// The functions in a value that a library calls by their names on the command line.
    pub fn escape_code(&mut self, value: Option<&Val<'a>>, at: At) -> Result<(), Stop> {
        let mut receiver = None;
        if let Some(Val { kind: Kind::Class(id), .. }) = value {
            let whys = why(WhyKind::Dynamic, "it is given on the command line", at);
            receiver = Some(self.construct(*id, Vec::new(), Vec::new(), Some(whys), at)?);
        } else if let Some(value @ Val { kind: Kind::Instance(_), .. }) = value {
            receiver = Some(value.clone());
        }
        let functions: Vec<Val<'a>> = match value.map(|value| &value.kind) {
            Some(Kind::Class(id)) => match self.heap.get(*id) {
                Some(Obj::Class(class)) => class.attributes.values().cloned().collect(),
                _ => Vec::new(),
            },
            Some(Kind::Instance(id)) => match self.heap.get(*id) {
                Some(Obj::Instance { class, .. }) => match self.heap.get(*class) {
                    Some(Obj::Class(class)) => class.attributes.values().cloned().collect(),
                    _ => Vec::new(),
                },
                _ => Vec::new(),
            },
            Some(Kind::Dict(id)) => match self.heap.get(*id) {
                Some(Obj::Dict(dict)) => dict.entries.iter().map(|entry| entry.value.clone()).collect(),
                _ => Vec::new(),
            },
            // Without one, all functions of the module are commands.
            None => match self.heap.get(self.module) {
                Some(Obj::Scope { names, .. }) => names.values().cloned().collect(),
                _ => Vec::new(),
            },
            Some(_) => Vec::new(),
        };
        for function in functions {
            if let Kind::Function(function) = function.kind
                && !function.name.starts_with('_')
            {
                let condition = Condition { text: format!("a call of {}", function.name), at };
                let value = match &receiver {
                    Some(receiver) if function.binding == Binding::Plain => {
                        Kind::Bound(Rc::new(receiver.clone()), function)
                    }
                    _ => Kind::Function(function),
                };
                self.escaped.push((Val::new(value, at), condition, false));
            }
        }
        Ok(())
    }

    /// Makes an object, and everything that it holds, unknown.
    pub fn lose(&mut self, value: &Val<'a>, whys: &Whys) {
        let mut open = vec![value.clone()];
        let (mut seen, mut tuples) = (BTreeSet::new(), BTreeSet::new());
        while let Some(value) = open.pop() {
            // A tuple may stand in many others.
            if let Kind::Tuple(values) = &value.kind
                && tuples.insert(values.as_ptr())
            {
                open.extend(values.iter().cloned());
            }
            let (Kind::List(id) | Kind::Set(id) | Kind::Dict(id) | Kind::Instance(id) | Kind::Message(id)) = value.kind
            else {
                continue;
            };
            if !seen.insert(id) || seen.len() > 10_000 {
                continue;
            }
            match self.heap.get(id) {
                Some(Obj::List(elements)) => collect(elements, &mut open, 0),
                Some(Obj::Dict(dict)) => open.extend(dict.entries.iter().map(|entry| entry.value.clone())),
                Some(Obj::Instance { attributes, .. }) => open.extend(attributes.values().cloned()),
                _ => continue,
            }
            if let Some(object) = self.heap.get_mut(id) {
                match object {
                    // What it is stays known; what it holds does not.
                    Obj::Instance { attributes, open, .. } => {
                        for value in attributes.values_mut() {
                            *value = Val::new(Kind::Unknown(whys.clone()), value.at);
                        }
                        *open = Some(whys.clone());
                    }
                    other => *other = Obj::Lost(whys.clone()),
                }
            }
        }
    }

    /// Calls a function without knowing any argument.
    pub fn call_with_unknowns(&mut self, value: &Val<'a>) -> Result<Val<'a>, Stop> {
        let whys = why(WhyKind::Dynamic, "the caller is not in the script", value.at);
        let whys = match &value.kind {
            Kind::Function(function) | Kind::Bound(_, function) => function.opaque.clone().unwrap_or(whys),
            _ => whys,
        };
        self.call(value, Vec::new(), Vec::new(), Some(whys), value.at)
    }
}

fn collect<'a>(elements: &[Elem<'a>], values: &mut Vec<Val<'a>>, depth: usize) {
    for element in elements {
        match element {
            Elem::One(value) => values.push(value.clone()),
            Elem::Any(_) => {}
            Elem::Either(alternatives, _) if depth < 20 => {
                for alternative in alternatives.iter() {
                    collect(alternative, values, depth + 1);
                }
            }
            Elem::Either(..) => {}
        }
    }
}
