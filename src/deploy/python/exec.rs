//! Statements: what runs, in which order, and under which conditions.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Evaluator;
use super::heap::{Heap, Meeting};
use super::lazy::leaves_early;
use super::value::{At, Elem, Kind, Obj, ObjId, Val, Whys, why};
use crate::model::{Guard, WhyKind};
use crate::python::ast::{self, Expr, Stmt};

/// How a statement ends.
#[derive(Clone, Debug)]
pub enum Flow<'a> {
    /// The next statement runs.
    Next,
    /// `break`
    Break,
    /// `continue`
    Continue,
    /// `return`
    Return(Val<'a>),
}

/// Why evaluation does not go on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stop {
    /// An exception or an exit.
    Raise,
    /// A limit was reached: the whole evaluation ends.
    Halt,
}

/// A way out of a block that is taken under an undecided condition.
#[derive(Debug)]
pub struct Exit<'a> {
    flow: Flow<'a>,
    heap: Heap<'a>,
    whys: Whys,
}

/// A function, or the module, that is being executed.
#[derive(Debug)]
pub struct Frame<'a> {
    /// Its names.
    pub scope: ObjId,
    /// Names that belong to the module.
    pub globals: BTreeSet<Rc<str>>,
    /// The class in which the function is defined.
    pub class: Option<ObjId>,
    /// Its first argument.
    pub receiver: Option<Val<'a>>,
    exits: Vec<Exit<'a>>,
    /// Until when a guard holds that comes from `return`, `break` or `continue`.
    function_token: u64,
    loop_token: u64,
    round_token: u64,
}

/// A guard and until when it holds.
#[derive(Clone, Debug)]
pub struct ActiveGuard {
    /// The guard.
    pub guard: Guard,
    token: u64,
}

/// A condition under which a branch is taken.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub at: At,
}

/// The most rounds of one loop that are followed.
const MAX_ROUNDS: usize = 500;

impl<'a> Evaluator<'a> {
    /// A frame of a scope.
    pub fn frame(&mut self, scope: ObjId) -> Frame<'a> {
        let function_token = self.token();
        Frame {
            scope,
            globals: BTreeSet::new(),
            class: None,
            receiver: None,
            exits: Vec::new(),
            function_token,
            loop_token: function_token,
            round_token: function_token,
        }
    }

    fn token(&mut self) -> u64 {
        self.next_token += 1;
        self.next_token
    }

    fn release(&mut self, token: u64) {
        self.guards.retain(|active| active.token != token);
    }

    /// Executes statements.
    pub fn block(&mut self, body: &'a [Stmt], frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        for statement in body {
            match self.statement(statement, frame)? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    /// Executes the body of a function: its result, whichever way it leaves.
    pub fn body(&mut self, body: &'a [Stmt], frame: &mut Frame<'a>, at: At) -> Result<Val<'a>, Stop> {
        let outcome = self.block(body, frame);
        let mut result = match outcome {
            Ok(Flow::Return(value)) => Some(value),
            Ok(_) => Some(Val::new(Kind::None, at)),
            Err(Stop::Halt) => return Err(Stop::Halt),
            Err(Stop::Raise) => None,
        };
        for exit in std::mem::take(&mut frame.exits).into_iter().rev() {
            let Flow::Return(value) = exit.flow else { continue };
            result = Some(match result {
                None => {
                    let now = std::mem::take(&mut self.heap);
                    self.heap = Heap::rewound(&exit.heap, &now);
                    value
                }
                Some(other) => {
                    self.heap.meet(&exit.heap, &exit.whys, Meeting::Branch);
                    self.heap.merge_values(&other, &value, &exit.whys, Meeting::Branch)
                }
            });
        }
        self.release(frame.function_token);
        result.ok_or(Stop::Raise)
    }

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
        self.charge(1 + self.heap.len() / 32 + names / 8)?;
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

    fn under(
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

    fn assume(&mut self, guard: Guard) {
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

    fn statement(&mut self, statement: &'a Stmt, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        self.charge(1)?;
        self.depth += 1;
        let outcome = if self.depth > super::MAX_DEPTH {
            self.limit(self.at(statement), "it is nested too deeply")
        } else {
            self.statement_inner(statement, frame)
        };
        self.depth -= 1;
        outcome
    }

    fn statement_inner(&mut self, statement: &'a Stmt, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        match statement {
            Stmt::Expr(node) => {
                self.eval(&node.value, frame)?;
            }
            Stmt::Assign(node) => {
                let value = self.eval(&node.value, frame)?;
                for target in &node.targets {
                    self.assign(target, value.clone(), frame)?;
                }
            }
            Stmt::AnnAssign(node) => {
                if let Some(value) = &node.value {
                    let value = self.eval(value, frame)?;
                    self.assign(&node.target, value, frame)?;
                }
            }
            Stmt::AugAssign(node) => self.augmented(node, frame)?,
            Stmt::FunctionDef(node) => self.define_function(node, frame)?,
            Stmt::ClassDef(node) => self.define_class(node, frame)?,
            Stmt::Return(node) => {
                let value = match &node.value {
                    Some(value) => self.eval(value, frame)?,
                    None => Val::new(Kind::None, self.at(statement)),
                };
                return Ok(Flow::Return(value));
            }
            Stmt::If(node) => {
                let clauses = &node.elif_else_clauses;
                return self.branch(&node.test, &node.body, clauses, frame);
            }
            Stmt::For(node) => return self.for_loop(node, frame),
            Stmt::While(node) => return self.while_loop(node, frame),
            Stmt::With(node) => return self.with_block(node, frame),
            Stmt::Try(node) => return self.try_block(node, frame),
            Stmt::Match(node) => {
                let subject = self.eval(&node.subject, frame)?;
                return self.match_cases(&subject, &node.cases, frame);
            }
            Stmt::Raise(node) => {
                if let Some(exception) = &node.exc {
                    self.eval(exception, frame)?;
                }
                self.raised += 1;
                return Err(Stop::Raise);
            }
            Stmt::Assert(node) => {
                let value = self.eval(&node.test, frame)?;
                match self.truth(&value) {
                    Some(true) => {}
                    Some(false) => {
                        self.raised += 1;
                        return Err(Stop::Raise);
                    }
                    None => {
                        self.hazards += 1;
                        let condition = self.condition(node.test.as_ref());
                        self.assume(self.guard(&condition, false));
                    }
                }
            }
            Stmt::Import(node) => self.import(node, frame),
            Stmt::ImportFrom(node) => self.import_from(node, frame),
            Stmt::Global(node) => {
                frame.globals.extend(node.names.iter().map(|name| Rc::from(name.as_str())));
            }
            Stmt::Nonlocal(node) => {
                // The name of an enclosing function: what is written there is not followed.
                let at = self.at(statement);
                for name in &node.names {
                    self.lose_name(name.as_str(), frame, why(WhyKind::Unsupported, "`nonlocal` is not evaluated", at));
                }
            }
            Stmt::Delete(node) => {
                for target in &node.targets {
                    self.delete(target, frame)?;
                }
            }
            Stmt::Break(_) => return Ok(Flow::Break),
            Stmt::Continue(_) => return Ok(Flow::Continue),
            Stmt::TypeAlias(_) | Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {}
        }
        Ok(Flow::Next)
    }

    fn branch(
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

    fn for_loop(&mut self, node: &'a ast::StmtFor, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        // A loop that may end early does not take all elements.
        let early = leaves_early(&node.body);
        let iterable = if early { self.eval(&node.iter, frame)? } else { self.eval_taken(&node.iter, frame)? };
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
        for round in rounds {
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

    fn while_loop(&mut self, node: &'a ast::StmtWhile, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
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
            let result = self.fork(
                frame,
                condition,
                &mut |evaluator, frame| match run(evaluator, frame) {
                    Ok(Flow::Next | Flow::Break | Flow::Continue) => Ok(Flow::Next),
                    other => other,
                },
                &mut |_, _| Ok(Flow::Next),
            );
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

    fn try_block(&mut self, node: &'a ast::StmtTry, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
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

    fn match_cases(
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

    /// The rounds of a loop over a value.
    pub fn rounds(&mut self, value: &Val<'a>) -> Vec<Round<'a>> {
        let elements = match self.elements(value) {
            Ok(elements) => elements,
            Err(whys) => return vec![Round::Any(whys)],
        };
        fn flatten<'a>(elements: &[Elem<'a>], maybe: Option<&Whys>, rounds: &mut Vec<Round<'a>>, depth: usize) {
            for element in elements {
                match element {
                    Elem::One(value) => rounds.push(match maybe {
                        None => Round::One(value.clone()),
                        Some(whys) => Round::Maybe(value.clone(), whys.clone()),
                    }),
                    Elem::Any(whys) => rounds.push(Round::Any(whys.clone())),
                    Elem::Either(alternatives, whys) if depth < 20 => {
                        for alternative in alternatives.iter() {
                            flatten(alternative, Some(whys), rounds, depth + 1);
                        }
                    }
                    Elem::Either(_, whys) => rounds.push(Round::Any(whys.clone())),
                }
            }
        }
        let mut rounds = Vec::new();
        flatten(&elements, None, &mut rounds, 0);
        rounds
    }

    /// The elements that a loop over a value meets, or why they are not known.
    pub fn elements(&mut self, value: &Val<'a>) -> Result<Vec<Elem<'a>>, Whys> {
        let at = value.at;
        match &value.kind {
            Kind::Tuple(values) => Ok(values.iter().cloned().map(Elem::One).collect()),
            Kind::List(id) | Kind::Set(id) => match self.heap.get(*id) {
                Some(Obj::List(elements)) => Ok(elements.clone()),
                Some(Obj::Lost(whys)) => Err(whys.clone()),
                _ => Err(why(WhyKind::Dynamic, "it is not known", at)),
            },
            Kind::Dict(id) => match self.heap.get(*id) {
                Some(Obj::Dict(dict)) => {
                    let mut elements: Vec<Elem> = Vec::new();
                    for entry in &dict.entries {
                        let key = entry.key.value(entry.value.at);
                        elements.push(if entry.maybe {
                            let whys = entry.value.whys().unwrap_or_else(|| Rc::from([]));
                            Elem::Either(Rc::from([vec![Elem::One(key)], vec![]]), whys)
                        } else {
                            Elem::One(key)
                        });
                    }
                    elements.extend(dict.open.clone().map(Elem::Any));
                    Ok(elements)
                }
                Some(Obj::Lost(whys)) => Err(whys.clone()),
                _ => Err(why(WhyKind::Dynamic, "it is not known", at)),
            },
            Kind::Text(_) => match value.as_text() {
                Some(text) => Ok(text
                    .chars()
                    .take(MAX_ROUNDS + 1)
                    .map(|character| Elem::One(Val::text(character.to_string(), at)))
                    .collect()),
                None => Err(value.whys().unwrap_or_else(|| Rc::from([]))),
            },
            Kind::Class(id) => match self.heap.get(*id) {
                Some(Obj::Class(class)) if class.is_enum && class.bases.is_empty() => {
                    // Members stand in the order of their definition.
                    let mut members: Vec<Val> = class
                        .attributes
                        .values()
                        .filter(|value| matches!(value.kind, Kind::Instance(_)))
                        .cloned()
                        .collect();
                    members.sort_by_key(|member| member.at);
                    Ok(members.into_iter().map(Elem::One).collect())
                }
                _ => Err(why(WhyKind::Unsupported, "a loop over a class is not evaluated", at)),
            },
            Kind::Unknown(whys) => Err(whys.clone()),
            _ => Err(why(WhyKind::Unsupported, "a loop over this value is not evaluated", at)),
        }
    }
}

/// A round of a loop.
#[derive(Clone, Debug)]
pub enum Round<'a> {
    /// It takes place.
    One(Val<'a>),
    /// It may take place.
    Maybe(Val<'a>, Whys),
    /// Any number of rounds.
    Any(Whys),
}

impl PartialEq for Flow<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}
