//! `match`: which case takes a value.

use super::{Condition, Flow, Frame, Stop};
use crate::deploy::python::Evaluator;
use crate::deploy::python::value::{Kind, Val, Whys, why};
use crate::model::WhyKind;
use crate::python::ast;

impl<'a> Evaluator<'a> {
    pub(super) fn match_cases(
        &mut self,
        subject: &Val<'a>,
        cases: &'a [ast::MatchCase],
        frame: &mut Frame<'a>,
    ) -> Result<Flow<'a>, Stop> {
        let Some((case, rest)) = cases.split_first() else { return Ok(Flow::Next) };
        let mut matches = self.pattern(subject, &case.pattern, frame)?;
        if let (Some(guard), true) = (&case.guard, matches != Some(false)) {
            let value = self.eval(guard, frame)?;
            matches = match (matches, self.truth(&value)) {
                (Some(true), truth) => truth,
                (_, Some(false)) => Some(false),
                _ => None,
            };
        }
        match matches {
            Some(true) => self.block(&case.body, frame),
            Some(false) => self.match_cases(subject, rest, frame),
            None => {
                let condition =
                    Condition { text: format!("case {}", self.source(&case.pattern)), at: self.at(&case.pattern) };
                self.fork(
                    frame,
                    &condition,
                    &mut |evaluator, frame| evaluator.block(&case.body, frame),
                    &mut |evaluator, frame| evaluator.match_cases(subject, rest, frame),
                )
            }
        }
    }

    fn pattern(
        &mut self,
        subject: &Val<'a>,
        pattern: &'a ast::Pattern,
        frame: &mut Frame<'a>,
    ) -> Result<Option<bool>, Stop> {
        Ok(match pattern {
            ast::Pattern::MatchValue(node) => {
                let value = self.eval(&node.value, frame)?;
                self.equal(subject, &value)
            }
            ast::Pattern::MatchAs(node) => match &node.pattern {
                None => {
                    if let Some(name) = &node.name {
                        self.bind(name.as_str(), subject.clone(), frame);
                    }
                    Some(true)
                }
                Some(inner) => {
                    if let Some(name) = &node.name {
                        self.bind(name.as_str(), subject.clone(), frame);
                    }
                    self.pattern(subject, inner, frame)?
                }
            },
            ast::Pattern::MatchOr(node) => {
                let mut all = Some(false);
                for inner in &node.patterns {
                    match self.pattern(subject, inner, frame)? {
                        Some(true) => return Ok(Some(true)),
                        Some(false) => {}
                        None => all = None,
                    }
                }
                all
            }
            other => {
                let whys = why(WhyKind::Unsupported, "this pattern is not evaluated", self.at(other));
                self.lose_captures(other, frame, &whys);
                None
            }
        })
    }

    fn lose_captures(&mut self, pattern: &'a ast::Pattern, frame: &mut Frame<'a>, whys: &Whys) {
        // The names that a pattern binds are words of its text.
        let text = self.source(pattern);
        for word in text.split(|next: char| !next.is_alphanumeric() && next != '_') {
            if word.starts_with(|first: char| first.is_lowercase() || first == '_') {
                let value = Val::new(Kind::Unknown(whys.clone()), self.at(pattern));
                self.bind(word, value, frame);
            }
        }
    }
}
