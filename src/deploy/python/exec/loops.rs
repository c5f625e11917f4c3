//! `for` and `while`: the rounds that are known, and any number of those that are not.

use std::collections::VecDeque;

use super::rounds::{MAX_ROUNDS, Round};
use super::{Condition, Exit, Flow, Frame, Stop};
use crate::deploy::python::Evaluator;
use crate::deploy::python::heap::{Heap, Meeting};
use crate::deploy::python::lazy::leaves_early;
use crate::deploy::python::resume::Taken;
use crate::deploy::python::value::{Elem, Kind, Val, all_known, why};
use crate::model::WhyKind;
use crate::python::ast::{self, Stmt};

impl<'a> Evaluator<'a> {
    pub(super) fn for_loop(&mut self, node: &'a ast::StmtFor, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        // A loop that may end early does not take all elements.
        let early = leaves_early(&node.body);
        let taken = if early { Taken::Open } else { Taken::InTurn };
        let iterable = self.eval_taken(taken, &node.iter, frame)?;
        let iterable = self.iterable(iterable, taken)?;
        let assumed = self.assumed.len();
        let mut rounds = self.rounds(&iterable);
        let at = self.at(node.iter.as_ref());
        let unordered = matches!(iterable.kind, Kind::Set(_)) && rounds.len() > 1;
        let disorder = why(WhyKind::NonDeterministic, "the order of a set is not known", at);
        if unordered && early {
            rounds = vec![Round::Any(disorder.clone())];
        }
        let before = unordered.then(|| self.heap.clone());
        let condition = Condition {
            text: format!("for {} in {}", self.source(node.target.as_ref()), self.source(node.iter.as_ref())),
            at: self.at(node),
        };
        let outer = (frame.loop_token, frame.exits.len());
        frame.loop_token = self.token();
        let mut outcome = Ok(Flow::Next);
        let mut count = 0;
        let mut rounds = VecDeque::from(rounds);
        let mut list = self.heap.list(&iterable).map(<[Elem<'a>]>::to_vec);
        while let Some(round) = rounds.pop_front() {
            count += 1;
            if count > MAX_ROUNDS {
                outcome = self.limit(at, "the loop has too many rounds").map(|_: Flow| Flow::Next);
                break;
            }
            let flow = match round {
                Round::One(value) => {
                    self.assign(&node.target, value, frame)?;
                    self.round(&node.body, frame)
                }
                Round::Maybe(value, _) => self.fork(
                    frame,
                    &condition,
                    &mut |evaluator, frame| {
                        evaluator.assign(&node.target, value.clone(), frame)?;
                        evaluator.round(&node.body, frame)
                    },
                    &mut |_, _| Ok(Flow::Next),
                ),
                Round::Any(whys) => self.unknown_rounds(frame, &condition, &mut |evaluator, frame| {
                    evaluator.assign(&node.target, Val::new(Kind::Unknown(whys.clone()), at), frame)?;
                    evaluator.round(&node.body, frame)
                }),
            };
            match flow {
                Ok(Flow::Next | Flow::Continue) => {}
                other => {
                    outcome = other;
                    break;
                }
            }
            self.resume(&iterable, count);
            // Python counts the elements that it has met: what the round did to the list decides what comes next.
            let now = self.heap.list(&iterable);
            if list.is_some() && list.as_deref() != now {
                list = now.map(<[Elem<'a>]>::to_vec);
                rounds = match list.as_deref().and_then(all_known) {
                    Some(values) => values.into_iter().skip(count).map(Round::One).collect(),
                    None => {
                        list = None;
                        let text = "the loop changes the list that it goes through";
                        VecDeque::from([Round::Any(why(WhyKind::Dynamic, text, at))])
                    }
                };
            }
        }
        if outcome != Ok(Flow::Next) || self.assumed.len() != assumed {
            self.may_not_go_on(&iterable, &condition);
        }
        match &outcome {
            Ok(Flow::Next) if frame.exits.len() == outer.1 => self.exhaust(&iterable),
            Ok(Flow::Break | Flow::Return(_)) if frame.exits.len() == outer.1 => self.take_some(&iterable, Some(count)),
            _ => self.take_some(&iterable, None),
        }
        if let Some(before) = before {
            // What is left behind depends on which round was the last one.
            self.heap.meet(&before, &disorder, Meeting::Loop);
        }
        if matches!(outcome, Ok(Flow::Next)) && !node.orelse.is_empty() {
            outcome = self.block(&node.orelse, frame);
        }
        self.end_loop(frame, outer, outcome)
    }

    pub(super) fn while_loop(&mut self, node: &'a ast::StmtWhile, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        let condition =
            Condition { text: format!("while {}", self.source(node.test.as_ref())), at: self.at(node.test.as_ref()) };
        let outer = (frame.loop_token, frame.exits.len());
        frame.loop_token = self.token();
        let mut outcome = Ok(Flow::Next);
        for count in 0.. {
            let test = self.eval(&node.test, frame)?;
            let flow = match self.truth(&test) {
                Some(false) => break,
                Some(true) if count < MAX_ROUNDS => self.round(&node.body, frame),
                Some(true) => {
                    outcome = self.limit(condition.at, "the loop has too many rounds");
                    break;
                }
                None => {
                    let flow = self
                        .unknown_rounds(frame, &condition, &mut |evaluator, frame| evaluator.round(&node.body, frame));
                    outcome = flow;
                    break;
                }
            };
            match flow {
                Ok(Flow::Next | Flow::Continue) => {}
                other => {
                    outcome = other;
                    break;
                }
            }
        }
        self.end_loop(frame, outer, outcome)
    }

    /// One round of a loop. Ways that `continue` took rejoin at its end.
    fn round(&mut self, body: &'a [Stmt], frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        let outer = (frame.round_token, frame.exits.len());
        frame.round_token = self.token();
        let mut outcome = self.block(body, frame);
        self.release(frame.round_token);
        frame.round_token = outer.0;
        let mut index = outer.1;
        while let Some(exit) = frame.exits.get(index) {
            if !matches!(exit.flow, Flow::Continue) {
                index += 1;
                continue;
            }
            let exit = frame.exits.remove(index);
            outcome = match outcome {
                Ok(Flow::Next | Flow::Continue) => {
                    self.heap.meet(&exit.heap, &exit.whys, Meeting::Branch);
                    Ok(Flow::Next)
                }
                Err(Stop::Halt) => Err(Stop::Halt),
                other => {
                    let now = std::mem::take(&mut self.heap);
                    self.heap = Heap::rewound(&exit.heap, &now);
                    if let Ok(flow) = other {
                        frame.exits.push(Exit { flow, heap: now, whys: exit.whys });
                    }
                    Ok(Flow::Next)
                }
            };
        }
        outcome
    }

    /// Ways that `break` took rejoin after the loop.
    fn end_loop(
        &mut self,
        frame: &mut Frame<'a>,
        outer: (u64, usize),
        outcome: Result<Flow<'a>, Stop>,
    ) -> Result<Flow<'a>, Stop> {
        self.release(frame.loop_token);
        frame.loop_token = outer.0;
        let mut outcome = match outcome {
            Ok(Flow::Break | Flow::Continue) => Ok(Flow::Next),
            other => other,
        };
        let mut index = outer.1;
        while let Some(exit) = frame.exits.get(index) {
            if !matches!(exit.flow, Flow::Break | Flow::Continue) {
                index += 1;
                continue;
            }
            let exit = frame.exits.remove(index);
            outcome = match outcome {
                Ok(Flow::Next) => {
                    self.heap.meet(&exit.heap, &exit.whys, Meeting::Branch);
                    Ok(Flow::Next)
                }
                Err(Stop::Halt) => Err(Stop::Halt),
                other => {
                    let now = std::mem::take(&mut self.heap);
                    self.heap = Heap::rewound(&exit.heap, &now);
                    if let Ok(flow) = other {
                        frame.exits.push(Exit { flow, heap: now, whys: exit.whys });
                    }
                    Ok(Flow::Next)
                }
            };
        }
        outcome
    }

    /// A body that runs an unknown number of times. The first pass finds what it changes; in the second one that is
    /// not known any more, and only then commands count.
    pub fn unknown_rounds(
        &mut self,
        frame: &mut Frame<'a>,
        condition: &Condition,
        run: &mut dyn FnMut(&mut Self, &mut Frame<'a>) -> Result<Flow<'a>, Stop>,
    ) -> Result<Flow<'a>, Stop> {
        let whys = why(WhyKind::Guarded, format!("it depends on `{}`", condition.text), condition.at);
        let mut outcome = Ok(Flow::Next);
        for pass in 0..2 {
            let before = self.heap.clone();
            let exits = frame.exits.len();
            let assumed = self.assumed.clone();
            self.silent += usize::from(pass == 0);
            self.open_loops += 1;
            let result = self.fork(
                frame,
                condition,
                &mut |evaluator, frame| match run(evaluator, frame) {
                    Ok(Flow::Next | Flow::Break | Flow::Continue) => Ok(Flow::Next),
                    other => other,
                },
                &mut |_, _| Ok(Flow::Next),
            );
            self.open_loops -= 1;
            self.silent -= usize::from(pass == 0);
            if pass == 0 {
                frame.exits.truncate(exits);
                self.assumed = assumed;
            }
            if result == Err(Stop::Halt) {
                return Err(Stop::Halt);
            }
            self.heap.meet(&before, &whys, Meeting::Loop);
            outcome = result;
        }
        outcome
    }
}
