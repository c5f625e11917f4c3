//! Imports files without running them: follows each module's statements in order, and what they import, as CPython
//! does, in three values: it is imported, it fails (and at which statement), or it cannot be told.
//!
//! An import that fails does not end the reading of its file: what follows is judged as if it were mended, so that one
//! run reports all of them. The outcome of the file is its first failure.

mod blocks;
mod imports;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use super::names::Names;
use super::resolve::{Resolution, Space};
use super::roots::FileRoots;
use super::sources::{FileId, FileState};
use crate::model::tests::Certainty;
use crate::model::{Why, WhyKind};
use crate::python::facts::{Import, StopKind};

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
}

impl Doubt {
    /// The reason, with a place.
    pub fn why(&self, origin: crate::model::Origin) -> Why {
        Why::at(self.kind, self.text.clone(), origin)
    }
}
