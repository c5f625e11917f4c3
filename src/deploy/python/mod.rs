//! Partial evaluation of a Python script: which deploys it would run, as far as that can be told without running it.
//!
//! The script is followed from its first statement, `if __name__ == "__main__":` included; functions that nobody calls
//! are not deploys. A value that cannot be told carries its reasons. At a condition that cannot be decided both
//! branches are followed, under a guard, and what is different afterwards is not known. Commands are taken to succeed.
//!
//! | file or folder | subject |
//! | --- | --- |
//! | `value` | what a value can be |
//! | `heap` | the state, how it forks and meets again |
//! | `exec` | statements: `branches`, `loops`, `rounds`, `matching`, `try_blocks` |
//! | `eval` | expressions: `comparison`, `comprehensions`, `items`, `operators` |
//! | `with` | context managers |
//! | `lazy` | generators: what runs only when its elements are taken |
//! | `define` | what gives names their values: `assignments`, `classes`, `functions`, `imports`, `names` |
//! | `call` | calls of the script's own code: `arguments`, `attributes`, `classes`; and of code that is `unknown` |
//! | `library` | calls of the standard library, and of `builtins`: `copies`, `quoting` |
//! | `methods` | methods of texts, lists and dicts |
//! | `text` | formatting |
//! | `sink` | commands and configs that leave the script |

use std::collections::BTreeMap;
use std::rc::Rc;

use super::repository::Repository;
use crate::model::declared::DiagnosticLevel;
use crate::model::origin::Callers;
use crate::model::{Caller, DeployDeclarations, Diagnostic, Guard, Origin, SourceFile, Why, WhyKind, redact};
use crate::python::{self, Ranged, Version};

mod call;
mod define;
mod eval;
mod exec;
mod heap;
mod lazy;
mod library;
mod methods;
mod sink;
mod text;
mod value;
mod with;

use exec::{ActiveGuard, Condition, Stop};
use heap::Heap;
use value::{At, Function, Kind, Obj, Val, Whys};

/// What a script does.
pub type Outcome = DeployDeclarations;

/// The most statements and expressions that are evaluated in one script.
const MAX_STEPS: usize = 200_000;
/// The deepest nesting of statements, expressions and calls.
const MAX_DEPTH: usize = 300;
/// The deepest chain of calls.
const MAX_CALLS: usize = 40;

/// Evaluates a script. Needs a large stack: see [`super::declarations`].
pub fn evaluate(file: &SourceFile, repository: &Repository<'_>) -> Outcome {
    // The newest syntax: which Python runs the script is not known, and an error would only hide its deploys.
    let module = python::parse(file, Version { major: 3, minor: 14 });
    if let Some(error) = module.errors.iter().find(|error| !error.version_only) {
        let origin = file.origin(error.range.clone());
        let text = format!("it is no valid Python: {}", error.text);
        return Outcome {
            incomplete: vec![Why::at(WhyKind::ParseFailed, text.clone(), origin.clone())],
            diagnostics: vec![Diagnostic { level: DiagnosticLevel::Error, text, origin: Some(origin) }],
            ..Outcome::default()
        };
    }
    if module.too_deep {
        let why = Why::at(WhyKind::Limit, "it is nested too deep to be read", file.line_origin(1));
        return Outcome { incomplete: vec![why], ..Outcome::default() };
    }
    let mut evaluator = Evaluator {
        file,
        repository,
        heap: Heap::default(),
        module: 0,
        guards: Vec::new(),
        assumed: Vec::new(),
        callers: Vec::new(),
        escaped: Vec::new(),
        called: Vec::new(),
        outcome: Outcome::default(),
        configs: Vec::new(),
        silent_dicts: std::collections::BTreeSet::new(),
        steps: 0,
        depth: 0,
        silent: 0,
        hazards: 0,
        raised: 0,
        next_token: 0,
        taken: false,
        handled: 0,
    };
    evaluator.module = evaluator.heap.add(Obj::Scope { names: BTreeMap::new(), parent: None, open: None });
    let mut frame = evaluator.frame(evaluator.module);
    let end = evaluator.body(&module.body, &mut frame, (0, 0));
    if end.is_ok() || end == Err(Stop::Raise) {
        evaluator.call_escaped();
    }
    evaluator.record_configs();
    evaluator.outcome
}

/// The evaluation of one script.
struct Evaluator<'a> {
    file: &'a SourceFile,
    repository: &'a Repository<'a>,
    heap: Heap<'a>,
    /// The module's scope.
    module: value::ObjId,
    guards: Vec<ActiveGuard>,
    /// Conditions under which the script got here at all, because it would have ended otherwise.
    assumed: Vec<Guard>,
    /// The calls that are being followed: name, and where the call stands.
    callers: Vec<(Rc<str>, At)>,
    /// Functions that unknown code may call, with the condition to show, and whether only a decorator got them.
    escaped: Vec<(Rc<Function<'a>>, Condition, bool)>,
    /// Where the functions that were called are defined.
    called: Vec<At>,
    outcome: Outcome,
    /// Instances that have VPC access.
    configs: Vec<sink::Config>,
    /// Dicts that were made while nothing is recorded.
    silent_dicts: std::collections::BTreeSet<value::ObjId>,
    steps: usize,
    depth: usize,
    /// Greater than 0 while commands are not recorded.
    silent: usize,
    /// How often something was evaluated that may raise an exception.
    hazards: usize,
    /// How often a `raise` was met.
    raised: usize,
    next_token: u64,
    /// True while the expression is evaluated whose elements are all taken at once.
    taken: bool,
    /// How many `try` blocks with handlers are open.
    handled: usize,
}

impl<'a> Evaluator<'a> {
    fn at(&self, node: &impl Ranged) -> At {
        let range = python::range_of(node);
        (range.start, range.end)
    }

    fn origin(&self, at: At) -> Origin {
        self.file.origin(at.0..at.1)
    }

    /// The origin of a command, with the calls that led to it, innermost first.
    fn origin_with_callers(&self, at: At) -> Origin {
        let callers = self.callers.iter().rev().map(|(name, at)| Caller {
            name: name.to_string(),
            file: self.file.path().clone(),
            position: self.file.position(at.0),
        });
        self.file.origin_via(at.0..at.1, Callers::new(callers.collect()))
    }

    /// The text of a node on one line, redacted and short.
    fn source(&self, node: &impl Ranged) -> String {
        self.source_at(self.at(node))
    }

    /// The text of a range on one line, redacted and short.
    fn source_at(&self, at: At) -> String {
        let text = self.file.text().get(at.0..at.1).unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let short: String = line.chars().take(120).collect();
        redact::line(&short)
    }

    fn condition(&self, node: &impl Ranged) -> Condition {
        Condition { text: self.source(node), at: self.at(node) }
    }

    fn charge(&mut self, steps: usize) -> Result<(), Stop> {
        let before = self.steps;
        self.steps += steps;
        if self.steps <= MAX_STEPS {
            return Ok(());
        }
        if before <= MAX_STEPS {
            let text = "the script takes too many steps to follow";
            self.incomplete(WhyKind::Limit, text, (0, 0));
        }
        Err(Stop::Halt)
    }

    /// Ends the evaluation at a limit.
    fn limit<T>(&mut self, at: At, text: &str) -> Result<T, Stop> {
        self.incomplete(WhyKind::Limit, text, at);
        Err(Stop::Halt)
    }

    fn incomplete(&mut self, kind: WhyKind, text: impl Into<String>, at: At) {
        let why = Why::at(kind, text, self.origin(at));
        if !self.outcome.incomplete.contains(&why) {
            self.outcome.incomplete.push(why);
        }
    }

    fn whys(&self, whys: &Whys) -> Vec<Why> {
        whys.iter().map(|reason| Why::at(reason.kind, &*reason.text, self.origin(reason.at))).collect()
    }

    /// Runs the functions that were handed to unknown code and that nothing else called.
    fn call_escaped(&mut self) {
        let mut done: Vec<At> = Vec::new();
        for (function, condition, decorated) in std::mem::take(&mut self.escaped) {
            if done.contains(&function.at) || (decorated && self.called.contains(&function.at)) {
                continue;
            }
            done.push(function.at);
            let mut frame = self.frame(self.module);
            let value = Val::new(Kind::Function(function.clone()), function.at);
            let result = self.fork(
                &mut frame,
                &condition,
                &mut |evaluator, _| {
                    evaluator.call_with_unknowns(&value)?;
                    Ok(exec::Flow::Next)
                },
                &mut |_, _| Ok(exec::Flow::Next),
            );
            if result == Err(Stop::Halt) {
                return;
            }
        }
    }
}
