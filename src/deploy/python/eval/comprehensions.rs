//! Comprehensions: their rounds and elements.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::define::put;
use crate::deploy::python::exec::{Condition, Flow, Frame, Round, Stop};
use crate::deploy::python::resume::Taken;
use crate::deploy::python::value::{At, Elem, Entry, Kind, Obj, Val, Whys, why};
use crate::model::WhyKind;
use crate::python::ast::{self, Expr};

impl<'a> Evaluator<'a> {
    /// Runs the rounds of a comprehension in a scope of its own: see [`Self::generate`].
    #[allow(clippy::type_complexity)] // One callback of one function.
    pub fn each_element(
        &mut self,
        generators: &'a [ast::Comprehension],
        frame: &Frame<'a>,
        run: &mut dyn FnMut(&mut Self, &mut Frame<'a>, Option<(Whys, bool)>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let scope = self.heap.add(Obj::Scope { names: BTreeMap::new(), parent: Some(frame.scope), open: None });
        let mut inner = self.frame(scope);
        inner.class = frame.class;
        inner.receiver = frame.receiver.clone();
        self.generate(generators, &mut inner, None, run)
    }

    /// The elements of a comprehension.
    pub fn comprehension(
        &mut self,
        element: &'a Expr,
        generators: &'a [ast::Comprehension],
        frame: &mut Frame<'a>,
    ) -> Result<Vec<Elem<'a>>, Stop> {
        let mut elements = Vec::new();
        self.each_element(generators, frame, &mut |evaluator, frame, maybe| {
            let value = evaluator.eval(element, frame)?;
            elements.push(match maybe {
                None => Elem::One(value),
                Some((whys, false)) => Elem::Either(Rc::from([vec![Elem::One(value)], vec![]]), whys),
                Some((whys, true)) => Elem::Any(whys),
            });
            evaluator.watch_given(elements.len());
            Ok(())
        })?;
        Ok(elements)
    }

    /// Runs the rounds of a comprehension. `maybe` is why a round may not take place, and whether there may be more.
    #[allow(clippy::type_complexity)] // One callback of one function.
    fn generate(
        &mut self,
        generators: &'a [ast::Comprehension],
        frame: &mut Frame<'a>,
        maybe: Option<(Whys, bool)>,
        run: &mut dyn FnMut(&mut Self, &mut Frame<'a>, Option<(Whys, bool)>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let Some((generator, rest)) = generators.split_first() else {
            let Some((whys, _)) = &maybe else { return run(self, frame, maybe) };
            let Some(reason) = whys.first() else { return run(self, frame, maybe) };
            let condition = Condition { text: self.source_at(reason.at), at: reason.at };
            self.fork(
                frame,
                &condition,
                &mut |evaluator, frame| {
                    run(evaluator, frame, maybe.clone())?;
                    Ok(Flow::Next)
                },
                &mut |_, _| Ok(Flow::Next),
            )?;
            return Ok(());
        };
        let iterable = self.eval_taken(Taken::InTurn, &generator.iter, frame)?;
        let iterable = self.iterable(iterable, Taken::InTurn)?;
        let rounds = self.rounds(&iterable);
        let met = self.heap.list(&iterable).map(<[Elem<'a>]>::to_vec);
        if rounds.len() > 2_000 {
            return self.limit(self.at(&generator.iter), "the comprehension has too many rounds");
        }
        for (done, round) in rounds.into_iter().enumerate() {
            let mut maybe = maybe.clone();
            self.resume(&iterable, done);
            let changed = met.is_some() && self.heap.list(&iterable) != met.as_deref();
            let round = match changed {
                true => {
                    let text = "what is gone through is changed meanwhile";
                    Round::Any(why(WhyKind::Dynamic, text, iterable.at))
                }
                false => round,
            };
            let value = match round {
                Round::One(value) => value,
                Round::Maybe(value, whys) => {
                    maybe = Some((whys, maybe.is_some_and(|(_, many)| many)));
                    value
                }
                Round::Any(whys) => {
                    maybe = Some((whys.clone(), true));
                    Val::new(Kind::Unknown(whys), iterable.at)
                }
            };
            self.assign(&generator.target, value, frame)?;
            let mut skipped = false;
            for test in &generator.ifs {
                let value = self.eval(test, frame)?;
                match self.truth(&value) {
                    Some(true) => {}
                    Some(false) => skipped = true,
                    None => {
                        let text = format!("it depends on `{}`", self.source(test));
                        let whys = why(WhyKind::Guarded, text, self.at(test));
                        maybe = Some((whys, maybe.is_some_and(|(_, many)| many)));
                    }
                }
            }
            if !skipped {
                self.generate(rest, frame, maybe, run)?;
            }
            if changed {
                break;
            }
        }
        self.exhaust(&iterable);
        Ok(())
    }

    pub(super) fn dict_comprehension(
        &mut self,
        node: &'a ast::ExprDictComp,
        at: At,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let mut open: Option<Whys> = None;
        self.each_element(&node.generators, frame, &mut |evaluator, frame, maybe| {
            let key = match &node.key {
                Some(key) => {
                    let key = evaluator.eval(key, frame)?;
                    evaluator.key_of(&key)
                }
                None => None,
            };
            let value = evaluator.eval(&node.value, frame)?;
            match (key, maybe) {
                (Some(key), None) => put(&mut entries, key, value),
                (_, maybe) => {
                    let whys = maybe.map_or_else(|| why(WhyKind::Dynamic, "a key is not known", at), |(whys, _)| whys);
                    for entry in &mut entries {
                        entry.value = Val::new(Kind::Unknown(whys.clone()), entry.value.at);
                    }
                    open = Some(whys);
                }
            }
            Ok(())
        })?;
        Ok(Val::new(Kind::Dict(self.new_dict(entries, open, at)), at))
    }
}
