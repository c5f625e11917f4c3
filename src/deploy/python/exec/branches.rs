//! Conditions: both branches of one that cannot be decided, and the guards under which the rest runs.

use super::{ActiveGuard, Condition, Exit, Flow, Frame, Stop};
use crate::deploy::python::Evaluator;
use crate::deploy::python::heap::{Heap, Meeting};
use crate::deploy::python::value::{At, Obj, Whys, why};
use crate::model::{Guard, WhyKind};
use crate::python::ast::{self, Expr, Stmt};

impl<'a> Evaluator<'a> {
    /// Executes two branches of an undecided condition, each from the same state.
    pub fn fork(
        &mut self,
        frame: &mut Frame<'a>,
        condition: &Condition,
        first: &mut dyn FnMut(&mut Self, &mut Frame<'a>) -> Result<Flow<'a>, Stop>,
        second: &mut dyn FnMut(&mut Self, &mut Frame<'a>) -> Result<Flow<'a>, Stop>,
    ) -> Result<Flow<'a>, Stop> {
        // A fork copies what its branches change, which is at most the names that they see.
        let names = [frame.scope, self.module].into_iter().map(|scope| match self.heap.get(scope) {
            Some(Obj::Scope { names, .. }) => names.len(),
            _ => 0,
        });
        let names: usize = names.sum();
        self.charge(1 + self.heap.weight() / 32 + names / 8)?;
        let whys = why(WhyKind::Guarded, format!("it depends on `{}`", condition.text), condition.at);
        let holds = self.guard(condition, false);
        let fails = self.guard(condition, true);
        let before = self.heap.clone();
        let assumed = self.assumed.clone();
        let guards = self.guards.clone();
        let outcome_a = self.under(holds.clone(), frame, first);
        // What a nested `return` and its like left behind holds after the fork, but not in the second branch.
        let left: Vec<ActiveGuard> =
            std::mem::replace(&mut self.guards, guards.clone()).into_iter().skip(guards.len()).collect();
        let heap_a = std::mem::take(&mut self.heap);
        let assumed_a = std::mem::replace(&mut self.assumed, assumed);
        self.heap = Heap::rewound(&before, &heap_a);
        let outcome_b = self.under(fails.clone(), frame, second);
        self.guards.extend(left);
        for guard in assumed_a {
            self.assume(guard);
        }
        match (outcome_a, outcome_b) {
            (Err(Stop::Halt), _) | (_, Err(Stop::Halt)) => Err(Stop::Halt),
            (Err(Stop::Raise), Err(Stop::Raise)) => Err(Stop::Raise),
            (Err(Stop::Raise), Ok(flow)) => {
                self.assume(fails);
                Ok(flow)
            }
            (Ok(flow), Err(Stop::Raise)) => {
                let heap_b = std::mem::replace(&mut self.heap, heap_a);
                // Objects that the second branch made keep their places.
                let now = std::mem::take(&mut self.heap);
                self.heap = Heap::rewound(&now, &heap_b);
                self.assume(holds);
                Ok(flow)
            }
            (Ok(Flow::Next), Ok(Flow::Next)) => {
                self.heap.meet(&heap_a, &whys, Meeting::Branch);
                Ok(Flow::Next)
            }
            (Ok(flow), Ok(Flow::Next)) => {
                self.leave_under(frame, flow, heap_a, whys, fails);
                Ok(Flow::Next)
            }
            (Ok(Flow::Next), Ok(flow)) => {
                let heap_b = std::mem::take(&mut self.heap);
                self.heap = Heap::rewound(&heap_a, &heap_b);
                self.leave_under(frame, flow, heap_b, whys, holds);
                Ok(Flow::Next)
            }
            (Ok(flow_a), Ok(flow_b)) => {
                frame.exits.push(Exit { flow: flow_a, heap: heap_a, whys });
                Ok(flow_b)
            }
        }
    }

    /// One branch leaves the block; what follows runs only where it is not taken.
    fn leave_under(&mut self, frame: &mut Frame<'a>, flow: Flow<'a>, heap: Heap<'a>, whys: Whys, other: Guard) {
        let token = match &flow {
            Flow::Return(_) | Flow::Next => frame.function_token,
            Flow::Break => frame.loop_token,
            Flow::Continue => frame.round_token,
        };
        frame.exits.push(Exit { flow, heap, whys });
        self.guards.push(ActiveGuard { guard: other, token });
    }

    pub(super) fn under(
        &mut self,
        guard: Guard,
        frame: &mut Frame<'a>,
        run: &mut dyn FnMut(&mut Self, &mut Frame<'a>) -> Result<Flow<'a>, Stop>,
    ) -> Result<Flow<'a>, Stop> {
        let token = self.token();
        self.guards.push(ActiveGuard { guard, token });
        let outcome = run(self, frame);
        self.release(token);
        outcome
    }

    /// Something is evaluated that may raise an exception. Where a handler may catch it, what follows in the block runs
    /// only if it does not; elsewhere it would end the script, and scripts are taken to succeed.
    pub fn may_raise(&mut self, at: At) {
        self.hazards += 1;
        if self.handled > 0 {
            self.does_not_raise(at);
        }
    }

    /// Everything that follows runs only if what stands here raises no exception.
    pub fn does_not_raise(&mut self, at: At) {
        let condition = Condition { text: self.source_at(at), at };
        self.assume(self.guard(&condition, false));
    }

    pub(super) fn assume(&mut self, guard: Guard) {
        if !self.assumed.contains(&guard) && self.assumed.len() < 50 {
            self.assumed.push(guard);
        }
    }

    /// The guard of a condition.
    pub fn guard(&self, condition: &Condition, negated: bool) -> Guard {
        Guard { text: condition.text.clone(), origin: self.origin(condition.at), negated, decided: None }
    }

    /// The conditions that hold now, outermost first.
    pub fn current_guards(&self) -> Vec<Guard> {
        let mut guards: Vec<Guard> = Vec::new();
        for guard in self.assumed.iter().chain(self.guards.iter().map(|active| &active.guard)) {
            if !guards.contains(guard) {
                guards.push(guard.clone());
            }
        }
        guards
    }

    pub(super) fn branch(
        &mut self,
        test: &'a Expr,
        body: &'a [Stmt],
        clauses: &'a [ast::ElifElseClause],
        frame: &mut Frame<'a>,
    ) -> Result<Flow<'a>, Stop> {
        let value = self.eval(test, frame)?;
        let mut otherwise = |evaluator: &mut Self, frame: &mut Frame<'a>| match clauses.split_first() {
            Some((clause, rest)) => match &clause.test {
                Some(test) => evaluator.branch(test, &clause.body, rest, frame),
                None => evaluator.block(&clause.body, frame),
            },
            None => Ok(Flow::Next),
        };
        match self.truth(&value) {
            Some(true) => self.block(body, frame),
            Some(false) => otherwise(self, frame),
            None => {
                let condition = self.condition(test);
                self.fork(frame, &condition, &mut |evaluator, frame| evaluator.block(body, frame), &mut otherwise)
            }
        }
    }
}
