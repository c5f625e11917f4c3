//! `try`: what a handler may catch, and what runs whether or not it does.

use super::{Condition, Flow, Frame, Stop};
use crate::deploy::python::Evaluator;
use crate::deploy::python::heap::{Heap, Meeting};
use crate::deploy::python::value::{Val, why};
use crate::model::WhyKind;
use crate::python::ast;

impl<'a> Evaluator<'a> {
    pub(super) fn try_block(&mut self, node: &'a ast::StmtTry, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        let (hazards, raised, assumed) = (self.hazards, self.raised, self.assumed.len());
        let before = self.heap.clone();
        self.handled += usize::from(!node.handlers.is_empty());
        let mut outcome = self.block(&node.body, frame);
        self.handled -= usize::from(!node.handlers.is_empty());
        if outcome == Err(Stop::Halt) {
            return outcome;
        }
        let (hazards, raised) = (self.hazards > hazards, self.raised > raised);
        let mut without_exception = Vec::new();
        if !node.handlers.is_empty() {
            // What was aborted inside is caught here.
            without_exception = self.assumed.split_off(assumed.min(self.assumed.len()));
        }
        for handler in &node.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            let own = handler.type_.as_deref().is_some_and(|class| self.is_own_class(class, frame));
            let caught = handler.type_.as_deref().map(|class| self.source(class));
            let at = self.at(handler);
            let at = (at.0, at.0 + "except".len());
            let condition = Condition { text: format!("except {}", caught.unwrap_or_default()).trim().to_owned(), at };
            let reachable = raised || (hazards && !own);
            let mut run = |evaluator: &mut Self, frame: &mut Frame<'a>| {
                if let Some(name) = &handler.name {
                    let value = Val::unknown(WhyKind::Dynamic, "an exception is known only when it is raised", at);
                    evaluator.bind(name.as_str(), value, frame);
                }
                evaluator.block(&handler.body, frame)
            };
            match outcome {
                Ok(Flow::Next) if reachable => {
                    outcome = self.fork(
                        frame,
                        &condition,
                        &mut |evaluator, frame| {
                            // What the block had done before the exception is not known.
                            let whys = why(WhyKind::Dynamic, "an exception may end the block early", at);
                            evaluator.heap.meet(&before, &whys, Meeting::Branch);
                            run(evaluator, frame)
                        },
                        &mut |_, _| Ok(Flow::Next),
                    );
                }
                Ok(ref flow) if reachable => {
                    let flow = flow.clone();
                    outcome = self.fork(
                        frame,
                        &condition,
                        &mut |evaluator, frame| {
                            let whys = why(WhyKind::Dynamic, "an exception may end the block early", at);
                            evaluator.heap.meet(&before, &whys, Meeting::Branch);
                            run(evaluator, frame)
                        },
                        &mut |_, _| Ok(flow.clone()),
                    );
                }
                Err(Stop::Raise) => {
                    // The block always raises; one of its handlers goes on.
                    let whys = why(WhyKind::Dynamic, "an exception ends the block early", at);
                    self.heap.meet(&before, &whys, Meeting::Branch);
                    outcome = self.fork(frame, &condition, &mut run, &mut |_, _| Err(Stop::Raise));
                }
                // Commands are taken to succeed, so nothing here raises: the handler's commands are kept, with its
                // guard, and its state is dropped.
                Ok(_) => {
                    let heap = self.heap.clone();
                    let exits = frame.exits.len();
                    let assumed = self.assumed.clone();
                    let guard = self.guard(&condition, false);
                    let result = self.under(guard, frame, &mut run);
                    frame.exits.truncate(exits);
                    self.assumed = assumed;
                    let now = std::mem::take(&mut self.heap);
                    self.heap = Heap::rewound(&heap, &now);
                    if result == Err(Stop::Halt) {
                        return Err(Stop::Halt);
                    }
                }
                Err(Stop::Halt) => return Err(Stop::Halt),
            }
        }
        if matches!(outcome, Ok(Flow::Next)) && !node.orelse.is_empty() {
            let assumed = self.assumed.clone();
            for guard in &without_exception {
                self.assume(guard.clone());
            }
            outcome = self.block(&node.orelse, frame);
            // What ends the script inside holds afterwards; that nothing was caught does not.
            self.assumed.retain(|guard| assumed.contains(guard) || !without_exception.contains(guard));
        }
        match self.block(&node.finalbody, frame)? {
            Flow::Next => outcome,
            flow => Ok(flow),
        }
    }
}
