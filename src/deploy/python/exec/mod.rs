//! Statements: what runs, in which order, and under which conditions.
//!
//! | file | subject |
//! | --- | --- |
//! | `branches` | undecided conditions and their guards |
//! | `loops` | `for` and `while` |
//! | `matching` | `match` |
//! | `rounds` | what a loop over a value meets |
//! | `try_blocks` | `try` |

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Evaluator;
use super::heap::{Heap, Meeting};
use super::value::{At, Kind, ObjId, Val, Whys, why};
use crate::model::{Guard, WhyKind};
use crate::python::ast::Stmt;

mod branches;
mod loops;
mod matching;
mod rounds;
mod try_blocks;

pub use rounds::Round;

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
            Stmt::Import(node) => self.import(node, frame)?,
            Stmt::ImportFrom(node) => self.import_from(node, frame)?,
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
}

impl PartialEq for Flow<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}
