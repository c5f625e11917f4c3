//! Partial evaluation of a Python script: which deploys it would run, as far as that can be told without running it.
//!
//! The script is followed from its first statement, `if __name__ == "__main__":` included; functions that nobody calls
//! are not deploys. A value that cannot be told carries its reasons. At a condition that cannot be decided both
//! branches are followed, under a guard, and what is different afterwards is not known. Commands are taken to succeed.
//!
//! | file or folder | subject |
//! | --- | --- |
//! | `api` | calls of Cloud Run's API: what one sets, clears and leaves |
//! | `value` | what a value can be |
//! | `heap` | the state, how it forks and meets again |
//! | `exec` | statements: `branches`, `loops`, `rounds`, `matching`, `try_blocks` |
//! | `eval` | expressions: `comparison`, `comprehensions`, `items`, `operators` |
//! | `with` | context managers |
//! | `lazy` | generators: what runs only when its elements are taken |
//! | `resume`, `watch` | what is changed between two elements of an iterator; what is read and written meanwhile |
//! | `define` | what gives names their values: `assignments`, `classes`, `functions`, `imports`, `names` |
//! | `call` | calls of the script's own code: `arguments`, `attributes`, `classes`; and of code that is `unknown` |
//! | `library` | calls of the standard library, and of `builtins`: `copies`, `quoting` |
//! | `methods` | methods of texts, lists and dicts |
//! | `modules` | modules of the repository that are imported |
//! | `text` | formatting |
//! | `sink` | commands that leave the script |
//! | `configs` | configs with VPC access that it builds |

use std::collections::BTreeMap;
use std::rc::Rc;

use super::gcloud::Defaults;
use super::repository::Repository;
use crate::model::declared::DiagnosticLevel;
use crate::model::origin::Callers;
use crate::model::{
    Caller, DeployCommand, DeployDeclarations, Diagnostic, Guard, Origin, SourceFile, Why, WhyKind, redact,
};
use crate::python::{self, Ranged, Version};

mod api;
mod call;
mod configs;
mod define;
mod eval;
mod exec;
mod heap;
mod lazy;
mod library;
mod methods;
mod modules;
mod resume;
mod sink;
mod text;
mod value;
mod watch;
mod with;

use exec::{ActiveGuard, Condition, Stop};
use heap::Heap;
use modules::{Module, Source, folder_of};
use value::{At, Kind, Obj, Val, Whys};

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
    let source = Source::new(file.clone(), module.body);
    let mut evaluator = Evaluator {
        sources: &source,
        files: vec![&source],
        modules: Vec::new(),
        current: 0,
        search: vec![folder_of(file.path().as_str()).to_owned()],
        search_open: None,
        importing: 0,
        files_written: false,
        yields: Vec::new(),
        open_loops: 0,
        sent: std::collections::BTreeSet::new(),
        config_commands: Vec::new(),
        repository,
        defaults: Defaults::default(),
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
        compared: 0,
        depth: 0,
        silent: 0,
        hazards: 0,
        raised: 0,
        next_token: 0,
        taken: resume::Taken::Open,
        gives: resume::Taken::Open,
        iterators: BTreeMap::new(),
        views: BTreeMap::new(),
        kept: Vec::new(),
        watched_defaults: Vec::new(),
        handled: 0,
    };
    evaluator.module = evaluator.heap.add(Obj::Scope { names: BTreeMap::new(), parent: None, open: None });
    evaluator.modules.push(Module {
        path: file.path().as_str().to_owned(),
        name: "__main__".into(),
        dotted: "__main__".into(),
        parent: None,
        source: Some(&source),
        scope: evaluator.module,
        broken: None,
    });
    let mut frame = evaluator.frame(evaluator.module);
    let end = evaluator.body(&source.body, &mut frame, (0, 0));
    if end.is_ok() || end == Err(Stop::Raise) {
        evaluator.call_escaped();
    }
    evaluator.record_configs();
    evaluator.outcome
}

/// The evaluation of one script.
struct Evaluator<'a> {
    /// The first of the files that are read.
    sources: &'a Source,
    /// All of them, in the order of their places.
    files: Vec<&'a Source>,
    /// The script, and the modules that it imports.
    modules: Vec<Module<'a>>,
    /// The module whose code is being executed.
    current: usize,
    /// The folders in which modules are looked for.
    search: Vec<String>,
    /// Why modules may come from another folder.
    search_open: Option<Whys>,
    /// How many imports are being followed.
    importing: usize,
    /// True where the script may have written a file of the repository.
    files_written: bool,
    /// What the generators that are being run have given so far.
    yields: Vec<lazy::Yields<'a>>,
    /// How many loops of an unknown number of rounds are open.
    open_loops: usize,
    /// Dicts and messages that a call of the API sent.
    sent: std::collections::BTreeSet<value::ObjId>,
    /// Configs with VPC access, with the object that each stands in.
    config_commands: Vec<(value::ObjId, DeployCommand)>,
    repository: &'a Repository<'a>,
    /// What gcloud takes where no flag says it.
    defaults: Defaults,
    heap: Heap<'a>,
    /// The scope of the module whose code is being executed.
    module: value::ObjId,
    guards: Vec<ActiveGuard>,
    /// Conditions under which the script got here at all, because it would have ended otherwise.
    assumed: Vec<Guard>,
    /// The calls that are being followed: name, and where the call stands.
    callers: Vec<(Rc<str>, At)>,
    /// Functions that unknown code may call, with the condition to show, and whether only a decorator got them.
    escaped: Vec<(Val<'a>, Condition, bool)>,
    /// Where the functions that were called are defined.
    called: Vec<At>,
    outcome: Outcome,
    /// Instances that have VPC access.
    configs: Vec<configs::Config>,
    /// Dicts that were made while nothing is recorded.
    silent_dicts: std::collections::BTreeSet<value::ObjId>,
    steps: usize,
    /// How many pairs of elements were compared.
    compared: usize,
    depth: usize,
    /// Greater than 0 while commands are not recorded.
    silent: usize,
    /// How often something was evaluated that may raise an exception.
    hazards: usize,
    /// How often a `raise` was met.
    raised: usize,
    next_token: u64,
    /// How the elements of the expression are taken that is evaluated next.
    taken: resume::Taken,
    /// How the elements of the generator are taken that is called next.
    gives: resume::Taken,
    /// The iterators among the lists.
    iterators: BTreeMap<value::ObjId, resume::Suspended<'a>>,
    /// The views of dicts among the lists.
    views: BTreeMap<value::ObjId, resume::View>,
    /// What functions gave that keep it.
    kept: Vec<call::Kept<'a>>,
    /// What gcloud took where the iterators began that are being run.
    watched_defaults: Vec<Defaults>,
    /// How many `try` blocks with handlers are open.
    handled: usize,
}

impl<'a> Evaluator<'a> {
    /// The place of a node of the module whose code is being executed.
    fn at(&self, node: &impl Ranged) -> At {
        let range = python::range_of(node);
        let base = self.modules.get(self.current).and_then(|module| module.source).map_or(0, |source| source.base);
        (base + range.start, base + range.end)
    }

    /// The file in which a place lies.
    fn file_at(&self, at: At) -> &'a Source {
        let after = self.files.partition_point(|source| source.base <= at.0);
        self.files.get(after.saturating_sub(1)).copied().unwrap_or(self.sources)
    }

    fn origin(&self, at: At) -> Origin {
        let source = self.file_at(at);
        source.file.origin(source.range(at))
    }

    /// The origin of a command, with the calls that led to it, innermost first.
    fn origin_with_callers(&self, at: At) -> Origin {
        let callers = self.callers.iter().rev().map(|(name, at)| {
            let source = self.file_at(*at);
            Caller {
                name: name.to_string(),
                file: source.file.path().clone(),
                position: source.file.position(source.range(*at).start),
            }
        });
        let source = self.file_at(at);
        source.file.origin_via(source.range(at), Callers::new(callers.collect()))
    }

    /// Goes into the module in which a function is defined; gives what [`Self::leave_module`] takes.
    fn enter_module(&mut self, at: At) -> (usize, value::ObjId) {
        let outer = (self.current, self.module);
        let base = self.file_at(at).base;
        let index = self.modules.iter().position(|module| module.source.is_some_and(|source| source.base == base));
        if let Some(module) = index.and_then(|index| self.modules.get(index)) {
            self.module = module.scope;
            self.current = index.unwrap_or(0);
        }
        outer
    }

    fn leave_module(&mut self, outer: (usize, value::ObjId)) {
        (self.current, self.module) = outer;
    }

    /// The text of a node on one line, redacted and short.
    fn source(&self, node: &impl Ranged) -> String {
        self.source_at(self.at(node))
    }

    /// The text of a range on one line, redacted and short.
    fn source_at(&self, at: At) -> String {
        let source = self.file_at(at);
        let text = source.file.text().get(source.range(at)).unwrap_or_default();
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
        for (value, condition, decorated) in std::mem::take(&mut self.escaped) {
            let (Kind::Function(function) | Kind::Bound(_, function)) = &value.kind else { continue };
            if done.contains(&function.at) || (decorated && self.called.contains(&function.at)) {
                continue;
            }
            done.push(function.at);
            let mut frame = self.frame(self.module);
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
