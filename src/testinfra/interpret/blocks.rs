//! Control flow: branches that cannot be decided, and `try`.

use std::ops::Range;

use super::imports::{bound_by, set_bound};
use super::{Doubt, End, Failure, Frame, Imported, Interpreter, Mode, Order};
use crate::model::WhyKind;
use crate::model::tests::Certainty;
use crate::python::ast::name::Name;
use crate::python::facts::{Arm, Catches, Step, StopKind, Try};
use crate::testinfra::names::{Bound, Names};

impl Interpreter<'_> {
    pub(super) fn block(&mut self, frame: &mut Frame, steps: &[Step], mode: Mode) -> End {
        let mut end = End::default();
        self.blocks += 1;
        for step in steps {
            self.steps += 1;
            match step {
                Step::Bind(name) => frame.names.borrow_mut().set(name.clone(), Bound::Yes),
                Step::MayBind(name) => frame.names.borrow_mut().may_set(name.clone()),
                Step::Unbind(name) => frame.names.borrow_mut().set(name.clone(), Bound::No),
                Step::PathEdit(edit) => frame.edit(edit),
                Step::Import(import) => {
                    let before = bound_by(import).map(|name| frame.names.borrow().get(name));
                    match self.import(frame, import, mode) {
                        Imported::Ok => {}
                        Imported::Doubt(doubt) => end.doubt(vec![doubt]),
                        Imported::Fails(failure) => {
                            // What handles the failure sees the name as it was; what follows, as if it were mended.
                            set_bound(frame, import, before);
                            end.fail(failure, frame, mode);
                            set_bound(frame, import, Some(Bound::Yes));
                        }
                    }
                }
                Step::Branch(arms) => self.branch(frame, arms, mode, &mut end),
                Step::Try(parts) => self.attempt(frame, parts, mode, &mut end),
                Step::Stop(stop) => {
                    let failure =
                        Failure { kind: stop.kind, definite: true, at: stop.range.clone(), next: None, syntax: false };
                    end.fail(failure, frame, mode);
                    end.stopped = true;
                }
            }
            // The others read on as if it were mended, to report all that fails.
            if end.stopped || (self.order == Order::Real && end.failed.is_some()) {
                break;
            }
        }
        self.blocks -= 1;
        end
    }

    fn branch(&mut self, frame: &mut Frame, arms: &[Arm], mode: Mode, end: &mut End) {
        let before = frame.names.borrow().clone();
        let certainty = mode.certainty.or(Some(Certainty::Unknown));
        let mut joined: Option<Names> = None;
        let mut failures = Vec::new();
        let mut stopped = true;
        for arm in arms {
            *frame.names.borrow_mut() = before.clone();
            let inner = Mode { certainty, snapshot: false, plain: false, asks: mode.asks.and(arm.asks) };
            let arm_end = self.block(frame, &arm.steps, inner);
            end.doubt(arm_end.doubts);
            stopped &= arm_end.stopped;
            match arm_end.failed {
                Some(failure) => failures.push((failure, arm_end.stopped)),
                None => {
                    let names = frame.names.borrow().clone();
                    joined = Some(match joined {
                        None => names,
                        Some(others) => others.join(&names),
                    });
                }
            }
        }
        match joined {
            Some(names) => {
                *frame.names.borrow_mut() = names;
                // A `raise` in a branch is the author's decision; a missing module in one is a question.
                for (failure, stopped) in failures {
                    if !stopped {
                        let text = "a branch that cannot be decided imports what fails".to_owned();
                        let doubt = Doubt { kind: WhyKind::Guarded, text, at: failure.at, next: failure.next };
                        end.doubt(vec![doubt]);
                    }
                }
            }
            None => {
                if let Some((failure, _)) = failures.into_iter().next() {
                    end.fail(failure, frame, mode);
                    end.stopped |= stopped;
                }
            }
        }
    }

    fn attempt(&mut self, frame: &mut Frame, parts: &Try, mode: Mode, end: &mut End) {
        // Which of its parts run depends on what fails in it.
        let mode = Mode { plain: false, ..mode };
        let before = frame.names.borrow().clone();
        let first_record = frame.records.len();
        let body = self.block(frame, &parts.body, Mode { snapshot: true, ..mode });
        let last_record = frame.records.len();
        let after_body = frame.names.borrow().clone();
        let unrun = Mode { certainty: mode.certainty.or(Some(Certainty::Guarded)), plain: false, ..mode };
        let unrun = Mode { snapshot: false, ..unrun };
        match body.failed {
            Some(failure) => {
                let verdicts = parts.handlers.iter().map(|handler| catches(handler.catches, &failure));
                let caught = verdicts.enumerate().find(|(_, caught)| *caught != Caught::No);
                if let Some((_, Caught::Perhaps)) = caught {
                    let text = "a handler may catch what is raised: its class is not a built-in one".to_owned();
                    let doubt = Doubt { kind: WhyKind::Guarded, text, at: failure.at, next: failure.next };
                    let mut names = body.at_failure.unwrap_or_default();
                    let bound = self.unrun_handlers(frame, parts, None, unrun);
                    bound.into_iter().for_each(|name| names.may_set(name));
                    *frame.names.borrow_mut() = names;
                    end.doubt(vec![doubt]);
                    self.finish(frame, parts, mode, end);
                    return;
                }
                let caught = caught.map(|(at, _)| at);
                let Some(caught) = caught else {
                    self.unrun_handlers(frame, parts, None, unrun);
                    *frame.names.borrow_mut() = after_body;
                    end.stopped |= body.stopped;
                    end.doubt(body.doubts);
                    end.fail(failure, frame, mode);
                    self.finish(frame, parts, mode, end);
                    return;
                };
                let mut names = body.at_failure.unwrap_or_default();
                if !body.doubts.is_empty() {
                    names = names.join(&before);
                }
                self.unrun_handlers(frame, parts, Some(caught), unrun);
                *frame.names.borrow_mut() = names;
                let Some(handler) = parts.handlers.get(caught) else { return };
                let handled = self.block(frame, &handler.steps, mode);
                let mut swallowed = true;
                match handled.failed {
                    Some(raised) if handled.stopped && raised.kind != StopKind::Skip => {
                        // It is raised again, perhaps as something else: the cause stays the import.
                        let kind = if raised.kind == StopKind::Reraise { failure.kind } else { raised.kind };
                        end.fail(Failure { kind, ..failure }, frame, mode);
                        end.stopped = true;
                        swallowed = false;
                    }
                    Some(raised) => {
                        end.stopped |= handled.stopped;
                        end.fail(raised, frame, mode);
                    }
                    None => {}
                }
                if swallowed {
                    guard(frame, first_record..last_record);
                }
                end.doubt(handled.doubts);
            }
            None if body.doubts.is_empty() => {
                let bound = self.unrun_handlers(frame, parts, None, unrun);
                {
                    let mut names = frame.names.borrow_mut();
                    *names = after_body;
                    // Other failures than those of imports may have brought the handler into play.
                    bound.into_iter().for_each(|name| names.may_set(name));
                }
                let orelse = self.block(frame, &parts.orelse, mode);
                merge(end, orelse, frame, mode);
            }
            None => {
                let orelse = self.block(frame, &parts.orelse, mode);
                let mut ways = Vec::new();
                if orelse.failed.is_none() {
                    ways.push(frame.names.borrow().clone());
                }
                let catcher = parts.handlers.iter().position(|handler| {
                    body.doubts.iter().all(|doubt| {
                        handler.catches.import_error
                            || (handler.catches.missing_module
                                && matches!(doubt.kind, WhyKind::ThirdParty | WhyKind::Environment))
                    })
                });
                self.unrun_handlers(frame, parts, catcher, unrun);
                match catcher.and_then(|at| parts.handlers.get(at)) {
                    Some(handler) => {
                        *frame.names.borrow_mut() = after_body.clone().join(&before);
                        let handled = self.block(frame, &handler.steps, Mode { snapshot: false, ..unrun });
                        end.doubt(handled.doubts);
                        if handled.failed.is_some() {
                            end.doubt(body.doubts);
                        } else {
                            ways.push(frame.names.borrow().clone());
                        }
                    }
                    None => end.doubt(body.doubts),
                }
                let joined = ways.into_iter().reduce(|all, way| all.join(&way));
                *frame.names.borrow_mut() = joined.unwrap_or(after_body);
                merge(end, orelse, frame, mode);
            }
        }
        self.finish(frame, parts, mode, end);
    }

    fn finish(&mut self, frame: &mut Frame, parts: &Try, mode: Mode, end: &mut End) {
        let last = self.block(frame, &parts.finalbody, mode);
        merge(end, last, frame, mode);
    }

    /// Reads the handlers that do not run, for what they miss; gives the names that they would bind.
    fn unrun_handlers(&mut self, frame: &mut Frame, parts: &Try, but: Option<usize>, mode: Mode) -> Vec<Name> {
        let saved = frame.names.borrow().clone();
        let mut bound = Vec::new();
        for (at, handler) in parts.handlers.iter().enumerate() {
            if Some(at) == but {
                continue;
            }
            *frame.names.borrow_mut() = Names::default();
            if self.order == Order::Real {
                // What does not run imports nothing.
                let own = handler.steps.iter().filter_map(|step| match step {
                    Step::Bind(name) | Step::MayBind(name) => Some(name),
                    Step::Import(import) => bound_by(import),
                    _ => None,
                });
                bound.extend(own.cloned());
                continue;
            }
            self.block(frame, &handler.steps, mode);
            bound.extend(frame.names.borrow().iter().map(|(name, _)| name.clone()));
        }
        *frame.names.borrow_mut() = saved;
        bound
    }
}

fn merge(end: &mut End, inner: End, frame: &Frame, mode: Mode) {
    end.stopped |= inner.stopped;
    end.doubt(inner.doubts);
    if let Some(failure) = inner.failed {
        end.fail(failure, frame, mode);
    }
}

fn guard(frame: &mut Frame, records: Range<usize>) {
    for record in frame.records.get_mut(records).unwrap_or_default() {
        if matches!(record.certainty, Certainty::Definite | Certainty::Environment) {
            record.certainty = Certainty::Guarded;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Caught {
    Yes,
    No,
    /// By a class of which it is not known what derives from it.
    Perhaps,
}

fn catches(handler: Catches, failure: &Failure) -> Caught {
    let surely = if failure.syntax {
        handler.syntax_error || handler.exceptions
    } else {
        match failure.kind {
            StopKind::MissingModule => handler.missing_module,
            StopKind::ImportError => handler.import_error,
            StopKind::Builtin(number) => handler.builtins.has(number) || handler.everything,
            StopKind::Exception | StopKind::Reraise => handler.exceptions,
            StopKind::Exit => handler.everything || handler.builtins.has_exit(),
            StopKind::Skip => handler.everything,
        }
    };
    let unknown = matches!(failure.kind, StopKind::Exception | StopKind::Reraise) && !failure.syntax;
    match (surely, handler.other && unknown) {
        (true, _) => Caught::Yes,
        (false, true) => Caught::Perhaps,
        (false, false) => Caught::No,
    }
}
