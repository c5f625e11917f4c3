//! `with` statements: what a context manager of the script does at both ends of its block.

use super::Evaluator;
use super::exec::{Condition, Flow, Frame, Stop};
use super::heap::Meeting;
use super::library::{OPENED, is_client};
use super::value::{At, Kind, Val, why};
use crate::model::WhyKind;
use crate::python::ast;

/// What `contextlib.suppress(…)` gives.
pub const SUPPRESS: &str = "contextlib.suppress()";

impl<'a> Evaluator<'a> {
    /// `with manager as target: …`
    pub fn with_block(&mut self, node: &'a ast::StmtWith, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        let (enter, exit) = if node.is_async { ("__aenter__", "__aexit__") } else { ("__enter__", "__exit__") };
        let mut managers: Vec<(Val<'a>, At)> = Vec::new();
        let mut suppresses = None;
        for item in &node.items {
            let at = self.at(&item.context_expr);
            let manager = self.eval(&item.context_expr, frame)?;
            if matches!(&manager.kind, Kind::External(path) if &**path == SUPPRESS) {
                suppresses = Some(at);
            }
            let value = match &manager.kind {
                Kind::Instance(id) => {
                    let enter = self.class_attribute_of(*id, enter);
                    managers.push((manager.clone(), at));
                    match enter {
                        Some(enter) if matches!(enter.kind, Kind::Function(_)) => {
                            self.call(&enter, vec![manager.clone()], Vec::new(), None, at)?
                        }
                        _ => Val::unknown(WhyKind::Unsupported, "a context manager gives it", at),
                    }
                }
                Kind::Unknown(_) | Kind::Completed => manager,
                Kind::Method(_, name) if &**name == OPENED => manager,
                Kind::External(path) if is_client(path) => manager,
                _ => Val::unknown(WhyKind::Dynamic, "a context manager gives it", at),
            };
            if let Some(target) = &item.optional_vars {
                self.assign(target, value, frame)?;
            }
        }
        let mut outcome = match suppresses {
            Some(at) => self.suppressed(node, at, frame),
            None => self.block(&node.body, frame),
        };
        for (manager, at) in managers.iter().rev() {
            if outcome == Err(Stop::Halt) {
                return outcome;
            }
            let Kind::Instance(id) = manager.kind else { continue };
            let Some(exit) = self.class_attribute_of(id, exit).filter(|exit| matches!(exit.kind, Kind::Function(_)))
            else {
                continue;
            };
            let raised = outcome == Err(Stop::Raise);
            let exception = if raised {
                Val::unknown(WhyKind::Dynamic, "an exception is known only when it is raised", *at)
            } else {
                Val::new(Kind::None, *at)
            };
            let args = vec![manager.clone(), exception.clone(), exception.clone(), exception];
            let result = self.call(&exit, args, Vec::new(), None, *at)?;
            if raised && self.truth(&result) != Some(false) {
                // It swallows the exception, or may.
                let condition = Condition { text: self.source_at(*at), at: *at };
                outcome = self.fork(frame, &condition, &mut |_, _| Ok(Flow::Next), &mut |_, _| Err(Stop::Raise));
            }
        }
        outcome
    }

    /// A block whose exceptions are dropped: what it does after the first is not known.
    fn suppressed(&mut self, node: &'a ast::StmtWith, at: At, frame: &mut Frame<'a>) -> Result<Flow<'a>, Stop> {
        let (hazards, raised, assumed) = (self.hazards, self.raised, self.assumed.len());
        let before = self.heap.clone();
        self.handled += 1;
        let outcome = self.block(&node.body, frame);
        self.handled -= 1;
        self.assumed.truncate(assumed);
        if outcome == Err(Stop::Halt) || (self.hazards == hazards && self.raised == raised && outcome.is_ok()) {
            return outcome;
        }
        let whys = why(WhyKind::Dynamic, "an exception may end the block early", at);
        self.heap.meet(&before, &whys, Meeting::Branch);
        match outcome {
            Err(_) => Ok(Flow::Next),
            Ok(Flow::Next) => Ok(Flow::Next),
            Ok(flow) => {
                let condition = Condition { text: self.source_at(at), at };
                self.fork(frame, &condition, &mut |_, _| Ok(Flow::Next), &mut |_, _| Ok(flow.clone()))
            }
        }
    }
}
