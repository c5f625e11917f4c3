//! Imports files without running them: follows each module's statements in order, and what they import, as CPython
//! does, in three values: it is imported, it fails (and at which statement), or it cannot be told.
//!
//! An import that fails does not end the reading of its file: what follows is judged as if it were mended, so that one
//! run reports all of them. The outcome of the file is its first failure.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::names::{Bound, Names};
use super::resolve::{Resolution, Space, Unit};
use super::roots::FileRoots;
use super::sources::{FileId, FileState};
use crate::model::tests::Certainty;
use crate::model::{Why, WhyKind};
use crate::python::facts::{Catches, Exports, Import, Step, StopKind, Try, What};

/// How many imports inside one another are followed; CPython's own limit is reached at about half of it.
const MAX_DEPTH: usize = 300;
/// How many steps one run may take in all, against cycles that would be followed again from every file.
const MAX_STEPS: u64 = 20_000_000;
/// The most reasons that are kept for one file.
const MAX_DOUBTS: usize = 8;

/// What importing a file does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is imported.
    Ok,
    /// It fails.
    Fails(Failure),
    /// It cannot be told.
    Unknown(Vec<Doubt>),
}

/// A statement that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What is raised.
    pub kind: StopKind,
    /// False where the failure is that a third-party module is not declared.
    pub definite: bool,
    /// The statement in this file.
    pub at: Range<usize>,
    /// The file whose import fails, or `None` where the statement itself is at fault.
    pub next: Option<FileId>,
    /// True where the file at fault does not compile; its state says where.
    pub syntax: bool,
}

/// A reason for which an outcome cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The reason.
    pub kind: WhyKind,
    /// In words.
    pub text: String,
    /// The statement in this file.
    pub at: Range<usize>,
    /// The file whose import cannot be told, or `None` where the statement itself cannot.
    pub next: Option<FileId>,
}

/// An import that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The alias, or the statement where the module is missing.
    pub range: Range<usize>,
    /// The whole statement.
    pub statement: Range<usize>,
    /// Dotted name of the module, absolute.
    pub module: String,
    /// The missing name, where the module exists.
    pub symbol: Option<String>,
    /// The names that the statement wants from a missing module.
    pub wanted: Vec<String>,
    /// How certain it is.
    pub certainty: Certainty,
    /// It is a top-level name that nothing in the repository has.
    pub third_party: bool,
}

/// A file that was executed.
#[derive(Debug)]
pub struct Done {
    /// What importing it does.
    pub outcome: Outcome,
    /// Its names.
    pub names: Rc<RefCell<Names>>,
    /// Imports in it that do not exist.
    pub records: Vec<Record>,
    /// `sys.path` after its last statement.
    pub roots: FileRoots,
}

/// The result of a module in a cycle.
struct Local {
    done: Rc<Done>,
    /// The place on the stack of the unfinished module that it has seen, and that module.
    saw: Option<(usize, FileId)>,
}

enum Reached {
    InProgress,
    Done(Rc<Done>),
}

/// Executes modules, and remembers them.
pub struct Interpreter<'a> {
    space: &'a Space<'a>,
    /// Results that hold from wherever the module is imported.
    memo: HashMap<FileId, Rc<Done>>,
    /// Results of modules in cycles: they hold in this run alone, because they depend on which one comes first.
    local: HashMap<FileId, Local>,
    /// The keys of `local` in the order in which they were added.
    added: Vec<FileId>,
    /// The files of the last run, each with the length of `added` once it was imported.
    last_run: Vec<(FileId, usize)>,
    /// The first result of every file, from whichever run.
    first: HashMap<FileId, Rc<Done>>,
    /// Take any result of a file: for what does not depend on the order.
    any_order: bool,
    /// What imports find, by file and place: a module in a cycle is executed many times.
    resolutions: HashMap<(FileId, usize), Rc<Resolution>>,
    stack: Vec<FileId>,
    progress: HashMap<FileId, Rc<RefCell<Names>>>,
    /// The lowest place on the stack that the current module has seen unfinished.
    lowest: usize,
    steps: u64,
}

/// The module that is being executed.
struct Frame {
    file: FileId,
    names: Rc<RefCell<Names>>,
    roots: FileRoots,
    records: Vec<Record>,
}

/// How a block is executed.
#[derive(Clone, Copy)]
struct Mode {
    /// The certainty of what is missing in it, where that is not its own.
    certainty: Option<Certainty>,
    /// Keep the names as they were at the first failure.
    snapshot: bool,
}

#[derive(Default)]
struct End {
    failed: Option<Failure>,
    /// The rest of the block is dead.
    stopped: bool,
    doubts: Vec<Doubt>,
    at_failure: Option<Names>,
}

impl End {
    fn fail(&mut self, failure: Failure, frame: &Frame, mode: Mode) {
        if self.failed.is_none() {
            self.failed = Some(failure);
            if mode.snapshot {
                self.at_failure = Some(frame.names.borrow().clone());
            }
        }
    }

    fn doubt(&mut self, doubts: Vec<Doubt>) {
        for doubt in doubts {
            if self.doubts.len() < MAX_DOUBTS && !self.doubts.contains(&doubt) {
                self.doubts.push(doubt);
            }
        }
    }
}

/// What one alias does.
enum Imported {
    Ok,
    Doubt(Doubt),
    Fails(Failure),
}

impl<'a> Interpreter<'a> {
    /// Knows nothing yet.
    pub fn new(space: &'a Space<'a>) -> Self {
        Self {
            space,
            memo: HashMap::new(),
            local: HashMap::new(),
            added: Vec::new(),
            last_run: Vec::new(),
            first: HashMap::new(),
            any_order: false,
            resolutions: HashMap::new(),
            stack: Vec::new(),
            progress: HashMap::new(),
            lowest: usize::MAX,
            steps: 0,
        }
    }

    /// Imports these files in this order in a fresh interpreter: the result of each.
    pub fn run(&mut self, files: &[FileId]) -> Vec<(FileId, Rc<Done>)> {
        // What the last run did first, this one need not do again: most files of a package begin with its `__init__`.
        let shared = self.last_run.iter().zip(files).take_while(|((last, _), file)| last == *file).count();
        self.last_run.truncate(shared);
        let kept = self.last_run.last().map_or(0, |(_, kept)| *kept);
        for file in self.added.drain(kept.min(self.added.len())..) {
            self.local.remove(&file);
        }
        self.stack.clear();
        self.progress.clear();
        self.lowest = usize::MAX;
        let mut results = Vec::new();
        for (at, &file) in files.iter().enumerate() {
            if let Reached::Done(done) = self.reach(file) {
                results.push((file, done));
            }
            if at >= shared {
                self.last_run.push((file, self.added.len()));
            }
        }
        results
    }

    /// The result of a file from whichever run came first.
    pub fn any_result(&self, file: FileId) -> Option<Rc<Done>> {
        self.first.get(&file).cloned()
    }

    /// The result of a file in the current run.
    pub fn result(&self, file: FileId) -> Option<Rc<Done>> {
        let in_run = self.local.get(&file).map(|local| &local.done).or_else(|| self.memo.get(&file));
        in_run.or_else(|| self.first.get(&file).filter(|_| self.any_order)).cloned()
    }

    /// What a deferred import misses once its file has been imported, in the current run.
    pub fn probe(&mut self, file: FileId, roots: &FileRoots, import: &Import) -> Option<Record> {
        let names = Rc::new(RefCell::new(Names::default()));
        let mut frame = Frame { file, names, roots: roots.clone(), records: Vec::new() };
        self.any_order = true;
        self.import(&mut frame, import, Mode { certainty: None, snapshot: false });
        self.any_order = false;
        frame.records.pop()
    }

    fn reach(&mut self, file: FileId) -> Reached {
        if let Some(done) = self.memo.get(&file) {
            return Reached::Done(done.clone());
        }
        if self.any_order
            && let Some(done) = self.first.get(&file)
        {
            return Reached::Done(done.clone());
        }
        if let Some(local) = self.local.get(&file) {
            if let Some((place, root)) = local.saw
                && self.stack.get(place) == Some(&root)
            {
                self.lowest = self.lowest.min(place);
            }
            return Reached::Done(local.done.clone());
        }
        if self.progress.contains_key(&file) {
            let place = self.stack.iter().position(|&entry| entry == file).unwrap_or(0);
            self.lowest = self.lowest.min(place);
            return Reached::InProgress;
        }
        Reached::Done(self.execute(file))
    }

    fn execute(&mut self, file: FileId) -> Rc<Done> {
        let names = Rc::new(RefCell::new(Names::default()));
        let mut frame = Frame { file, names: names.clone(), roots: self.space.roots_of(file), records: Vec::new() };
        let place = self.stack.len();
        if place >= MAX_DEPTH || self.steps > MAX_STEPS {
            let text = "imports are nested too deep or in too many cycles to be followed".to_owned();
            let doubt = Doubt { kind: WhyKind::Limit, text, at: 0..0, next: None };
            names.borrow_mut().open = true;
            let outcome = Outcome::Unknown(vec![doubt]);
            let done = Rc::new(Done { outcome, names, records: Vec::new(), roots: frame.roots });
            self.remember(file, &done, None);
            return done;
        }
        let outer = std::mem::replace(&mut self.lowest, usize::MAX);
        self.stack.push(file);
        self.progress.insert(file, names.clone());
        let outcome = self.module(&mut frame);
        self.progress.remove(&file);
        self.stack.pop();
        let own = std::mem::replace(&mut self.lowest, outer);
        let done = Rc::new(Done { outcome, names, records: frame.records, roots: frame.roots });
        self.first.entry(file).or_insert_with(|| done.clone());
        if own == usize::MAX {
            self.memo.insert(file, done.clone());
        } else {
            // Below its own place it saw a module above it unfinished, and so its importers depend on that one too.
            let saw = self.stack.get(own).map(|&root| (own, root)).filter(|_| own < place);
            if saw.is_some() {
                self.lowest = self.lowest.min(own);
            }
            self.remember(file, &done, saw);
        }
        done
    }

    fn remember(&mut self, file: FileId, done: &Rc<Done>, saw: Option<(usize, FileId)>) {
        self.added.push(file);
        self.local.insert(file, Local { done: done.clone(), saw });
    }

    fn module(&mut self, frame: &mut Frame) -> Outcome {
        let Some(source) = self.space.sources.get(frame.file) else { return Outcome::Ok };
        let facts = &source.facts;
        frame.names.borrow_mut().open = facts.dynamic_names;
        frame.roots.dynamic |= facts.dynamic_sys_path;
        let end = self.block(frame, &facts.steps, Mode { certainty: None, snapshot: false });
        match &source.state {
            FileState::SyntaxError(_) => {
                let kind = StopKind::Exception;
                return Outcome::Fails(Failure { kind, definite: true, at: 0..0, next: None, syntax: true });
            }
            FileState::Unread(why) => {
                frame.names.borrow_mut().open = true;
                let doubt = Doubt { kind: why.kind, text: why.text.clone(), at: 0..0, next: None };
                return Outcome::Unknown(vec![doubt]);
            }
            FileState::Compiles | FileState::NeedsLaterVersion(_) => {}
        }
        match end.failed {
            Some(failure) if failure.kind == StopKind::Skip => Outcome::Unknown(vec![Doubt {
                kind: WhyKind::Guarded,
                text: "it skips itself when it is imported".to_owned(),
                at: failure.at,
                next: failure.next,
            }]),
            Some(failure) => Outcome::Fails(failure),
            None if end.doubts.is_empty() => Outcome::Ok,
            None => Outcome::Unknown(end.doubts),
        }
    }

    fn block(&mut self, frame: &mut Frame, steps: &[Step], mode: Mode) -> End {
        let mut end = End::default();
        for step in steps {
            self.steps += 1;
            match step {
                Step::Bind(name) => frame.names.borrow_mut().set(name, Bound::Yes),
                Step::MayBind(name) => frame.names.borrow_mut().may_set(name),
                Step::Unbind(name) => frame.names.borrow_mut().set(name, Bound::No),
                Step::PathEdit(edit) => {
                    let place = if edit.front { 0 } else { frame.roots.folders.len() };
                    frame.roots.folders.insert(place, edit.folder.clone());
                }
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
            if end.stopped {
                break;
            }
        }
        end
    }

    fn branch(&mut self, frame: &mut Frame, arms: &[Vec<Step>], mode: Mode, end: &mut End) {
        let before = frame.names.borrow().clone();
        let inner = Mode { certainty: mode.certainty.or(Some(Certainty::Unknown)), snapshot: false };
        let mut joined: Option<Names> = None;
        let mut failures = Vec::new();
        let mut stopped = true;
        for arm in arms {
            *frame.names.borrow_mut() = before.clone();
            let arm_end = self.block(frame, arm, inner);
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
        let before = frame.names.borrow().clone();
        let first_record = frame.records.len();
        let body = self.block(frame, &parts.body, Mode { certainty: mode.certainty, snapshot: true });
        let last_record = frame.records.len();
        let after_body = frame.names.borrow().clone();
        let unrun = Mode { certainty: mode.certainty.or(Some(Certainty::Guarded)), snapshot: false };
        match body.failed {
            Some(failure) => {
                let caught =
                    parts.handlers.iter().position(|handler| catches(handler.catches, failure.kind, failure.syntax));
                let Some(caught) = caught else {
                    for handler in &parts.handlers {
                        self.block(frame, &handler.steps, unrun);
                    }
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
                    bound.iter().for_each(|name| names.may_set(name));
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
                            || (handler.catches.missing_module && doubt.kind == WhyKind::ThirdParty)
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
    fn unrun_handlers(&mut self, frame: &mut Frame, parts: &Try, but: Option<usize>, mode: Mode) -> Vec<String> {
        let saved = frame.names.borrow().clone();
        let mut bound = Vec::new();
        for (at, handler) in parts.handlers.iter().enumerate() {
            if Some(at) == but {
                continue;
            }
            *frame.names.borrow_mut() = Names::default();
            self.block(frame, &handler.steps, mode);
            bound.extend(frame.names.borrow().iter().map(|(name, _)| name.to_owned()));
        }
        *frame.names.borrow_mut() = saved;
        bound
    }

    fn import(&mut self, frame: &mut Frame, import: &Import, mode: Mode) -> Imported {
        set_bound(frame, import, Some(Bound::Yes));
        let resolution = self
            .resolutions
            .entry((frame.file, import.range.start))
            .or_insert_with(|| Rc::new(self.space.resolve(frame.file, &frame.roots, import)))
            .clone();
        let units = match &*resolution {
            Resolution::Units(units) => units,
            Resolution::Assumed => {
                frame.names.borrow_mut().open |= import.what == What::Star;
                return Imported::Ok;
            }
            Resolution::Doubt(kind, text) => {
                frame.names.borrow_mut().open |= import.what == What::Star;
                let (kind, text) = (*kind, text.clone());
                return Imported::Doubt(Doubt { kind, text, at: import.statement.clone(), next: None });
            }
            Resolution::Missing(certainty) => {
                frame.names.borrow_mut().open |= import.what == What::Star;
                let module = self.space.absolute_name(frame.file, import);
                return self.missing(frame, import, mode, module, None, *certainty);
            }
        };
        let mut doubt = None;
        let mut failed = None;
        for unit in units {
            let Unit::File(file) = unit else { continue };
            match self.enter(frame, import, *file) {
                Imported::Ok => {}
                Imported::Doubt(found) => doubt = doubt.or(Some(found)),
                Imported::Fails(failure) => failed = failed.or(Some(failure)),
            }
        }
        // The name is judged also where a module fails: once that is mended it may still be missing.
        let outcome = match units.last() {
            Some(module) => self.wanted(frame, import, mode, module),
            None => Imported::Ok,
        };
        match (failed, outcome, doubt) {
            (Some(failure), _, _) => Imported::Fails(failure),
            (None, Imported::Ok, Some(doubt)) => Imported::Doubt(doubt),
            (None, outcome, _) => outcome,
        }
    }

    /// Executes one file for an import.
    fn enter(&mut self, frame: &Frame, import: &Import, file: FileId) -> Imported {
        let Reached::Done(done) = self.reach(file) else { return Imported::Ok };
        let at = import.statement.clone();
        match &done.outcome {
            Outcome::Ok => Imported::Ok,
            Outcome::Fails(failure) if frame.roots.dynamic && failure.kind == StopKind::MissingModule => {
                let text = "`sys.path` is edited in a way that cannot be evaluated".to_owned();
                Imported::Doubt(Doubt { kind: WhyKind::Dynamic, text, at, next: Some(file) })
            }
            Outcome::Fails(failure) => Imported::Fails(Failure { at, next: Some(file), ..failure.clone() }),
            Outcome::Unknown(doubts) => {
                let first = doubts.first();
                let kind = first.map_or(WhyKind::Dynamic, |doubt| doubt.kind);
                let text = first.map_or_else(String::new, |doubt| doubt.text.clone());
                Imported::Doubt(Doubt { kind, text, at, next: Some(file) })
            }
        }
    }

    /// Judges the name that an import wants from its module.
    fn wanted(&mut self, frame: &mut Frame, import: &Import, mode: Mode, module: &Unit) -> Imported {
        match &import.what {
            What::Module { .. } | What::Plugin => Imported::Ok,
            What::Star => self.star(frame, import, mode, module),
            What::Name { name, .. } => self.name(frame, import, mode, module, name),
        }
    }

    fn name(&mut self, frame: &mut Frame, import: &Import, mode: Mode, module: &Unit, name: &str) -> Imported {
        const IMPLICIT: [&str; 9] = [
            "__name__",
            "__doc__",
            "__file__",
            "__path__",
            "__spec__",
            "__package__",
            "__loader__",
            "__builtins__",
            "__dict__",
        ];
        let doubt =
            |kind, text: String| Imported::Doubt(Doubt { kind, text, at: import.statement.clone(), next: None });
        let (names, unfinished) = match module {
            Unit::Opaque => return Imported::Ok,
            Unit::Namespace(_) => (None, false),
            Unit::File(file) => match self.progress.get(file) {
                Some(names) => (Some(names.clone()), true),
                None => (self.result(*file).map(|done| done.names.clone()), false),
            },
        };
        let bound = names.as_ref().map_or(Bound::No, |names| names.borrow().get(name));
        if bound == Bound::Yes || IMPLICIT.contains(&name) {
            return Imported::Ok;
        }
        match self.space.submodule(module, name) {
            Some(Unit::File(file)) => return self.enter(frame, import, file),
            Some(_) => return Imported::Ok,
            None => {}
        }
        let dotted = self.space.absolute_name(frame.file, import);
        let state = match module {
            Unit::File(file) => self.space.sources.get(*file),
            _ => None,
        };
        if bound == Bound::Maybe {
            return doubt(WhyKind::Guarded, format!("`{name}` of `{dotted}` is bound only under a condition"));
        }
        if names.as_ref().is_some_and(|names| names.borrow().open)
            || state.is_some_and(|file| file.facts.dynamic_path)
            || self.space.is_injected(&format!("{dotted}.{name}"))
        {
            return doubt(WhyKind::Dynamic, format!("the names of `{dotted}` are known only when it runs"));
        }
        if state.is_some_and(|file| !matches!(file.state, FileState::Compiles | FileState::NeedsLaterVersion(_))) {
            return doubt(WhyKind::ParseFailed, format!("`{dotted}` could not be read in full"));
        }
        if unfinished {
            let text =
                format!("`{dotted}` is not yet imported in full where `{name}` is wanted of it (a circular import)");
            return doubt(WhyKind::Cycle, text);
        }
        // A folder without `__init__` may have another portion elsewhere.
        let certainty = match module {
            Unit::Namespace(_) if frame.roots.dynamic => Certainty::Unknown,
            _ => Certainty::Definite,
        };
        self.missing(frame, import, mode, dotted, Some(name.to_owned()), certainty)
    }

    fn star(&mut self, frame: &mut Frame, import: &Import, mode: Mode, module: &Unit) -> Imported {
        let Unit::File(file) = module else {
            frame.names.borrow_mut().open |= *module == Unit::Opaque;
            return Imported::Ok;
        };
        let names = match self.progress.get(file) {
            Some(names) => Some(names.clone()),
            None => self.result(*file).map(|done| done.names.clone()),
        };
        let Some(names) = names else { return Imported::Ok };
        if Rc::ptr_eq(&names, &frame.names) {
            return Imported::Ok;
        }
        let names = names.borrow().clone();
        let exports = self.space.sources.get(*file).map_or(Exports::Absent, |file| file.facts.exports.clone());
        if let Exports::Names(list) = &exports {
            let mut result = Imported::Ok;
            for name in list {
                frame.names.borrow_mut().set(name, Bound::Yes);
                let judged = self.name(frame, import, mode, module, name);
                if matches!(result, Imported::Ok) {
                    result = judged;
                }
            }
            return result;
        }
        let mut own = frame.names.borrow_mut();
        for (name, bound) in names.iter().filter(|(name, _)| !name.starts_with('_')) {
            match bound {
                Bound::Yes => own.set(name, Bound::Yes),
                _ => own.may_set(name),
            }
        }
        own.open |= names.open || exports == Exports::Dynamic;
        Imported::Ok
    }

    fn missing(
        &mut self,
        frame: &mut Frame,
        import: &Import,
        mode: Mode,
        module: String,
        symbol: Option<String>,
        certainty: Certainty,
    ) -> Imported {
        let wanted = match &import.what {
            What::Name { name, .. } if symbol.is_none() => vec![name.clone()],
            _ => Vec::new(),
        };
        let same = |record: &&mut Record| {
            record.statement == import.statement && record.module == module && record.symbol == symbol
        };
        match frame.records.iter_mut().rev().take(200).find(same) {
            Some(record) => record.wanted.extend(wanted),
            None => frame.records.push(Record {
                range: if symbol.is_some() || !matches!(import.what, What::Name { .. }) {
                    import.range.clone()
                } else {
                    import.statement.clone()
                },
                statement: import.statement.clone(),
                module: module.clone(),
                symbol: symbol.clone(),
                wanted,
                certainty: mode.certainty.unwrap_or(certainty),
                third_party: certainty == Certainty::Environment,
            }),
        }
        let at = import.statement.clone();
        let kind = match (&symbol, &import.what) {
            (None, _) => StopKind::MissingModule,
            // A name of `__all__` that is not there raises AttributeError.
            (Some(_), What::Star) => StopKind::Exception,
            (Some(_), _) => StopKind::ImportError,
        };
        match certainty {
            Certainty::Definite => Imported::Fails(Failure { kind, definite: true, at, next: None, syntax: false }),
            Certainty::Environment => Imported::Fails(Failure { kind, definite: false, at, next: None, syntax: false }),
            Certainty::OrderDependent => {
                let text = format!("`{module}` is found only once another file has edited `sys.path`");
                Imported::Doubt(Doubt { kind: WhyKind::Dynamic, text, at, next: None })
            }
            _ => {
                let text = format!("`{module}` is not found, and `sys.path` cannot be told in full");
                Imported::Doubt(Doubt { kind: WhyKind::Dynamic, text, at, next: None })
            }
        }
    }
}

fn bound_by(import: &Import) -> Option<&str> {
    match &import.what {
        What::Module { bound } | What::Name { bound, .. } => Some(bound),
        What::Star | What::Plugin => None,
    }
}

fn set_bound(frame: &Frame, import: &Import, bound: Option<Bound>) {
    if let (Some(name), Some(bound)) = (bound_by(import), bound) {
        frame.names.borrow_mut().set(name, bound);
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

fn catches(handler: Catches, kind: StopKind, syntax: bool) -> bool {
    if syntax {
        return handler.syntax_error || handler.exceptions;
    }
    match kind {
        StopKind::MissingModule => handler.missing_module,
        StopKind::ImportError => handler.import_error,
        StopKind::Exception | StopKind::Reraise => handler.exceptions,
        StopKind::Exit | StopKind::Skip => handler.everything,
    }
}

impl Doubt {
    /// The reason, with a place.
    pub fn why(&self, origin: crate::model::Origin) -> Why {
        Why::at(self.kind, self.text.clone(), origin)
    }
}
