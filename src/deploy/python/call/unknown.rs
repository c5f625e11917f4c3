//! Calls of code that is not known, and what it may do with what it is given.

use std::collections::BTreeSet;

use super::Keywords;
use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::{Condition, Stop};
use crate::deploy::python::value::{At, Elem, Kind, Obj, Val, Whys, why};
use crate::model::WhyKind;

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
        let text = "code that is not in the script is called";
        let whys = callee.whys().unwrap_or_else(|| why(WhyKind::Dynamic, text, at));
        for value in args.iter().chain(keywords.iter().map(|(_, value)| value)) {
            self.hand_over(value, &whys, at);
        }
        Ok(Val::new(Kind::Unknown(whys), at))
    }

    /// Gives a value to unknown code.
    pub fn hand_over(&mut self, value: &Val<'a>, whys: &Whys, at: At) {
        match &value.kind {
            Kind::Function(function) => {
                let condition = Condition { text: format!("a call of {}", function.name), at };
                self.escaped.push((function.clone(), condition, false));
            }
            Kind::Bound(receiver, function) => {
                let condition = Condition { text: format!("a call of {}", function.name), at };
                self.escaped.push((function.clone(), condition, false));
                self.lose(receiver, whys);
            }
            _ => {
                self.record_configs_in(value);
                self.lose(value, whys);
            }
        }
    }

    /// Makes an object, and everything that it holds, unknown.
    pub fn lose(&mut self, value: &Val<'a>, whys: &Whys) {
        let mut open = vec![value.clone()];
        let mut seen = BTreeSet::new();
        while let Some(value) = open.pop() {
            if let Kind::Tuple(values) = &value.kind {
                open.extend(values.iter().cloned());
            }
            let (Kind::List(id) | Kind::Set(id) | Kind::Dict(id) | Kind::Instance(id)) = value.kind else { continue };
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
            Kind::Function(function) => function.opaque.clone().unwrap_or(whys),
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
