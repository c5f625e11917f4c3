//! Imports files without running them: follows each module's statements in order, and what they import, as CPython
//! does, in three values: it is imported, it fails (and at which statement), or it cannot be told.
//!
//! An import that fails does not end the reading of its file: what follows is judged as if it were mended, so that one
//! run reports all of them. The outcome of the file is its first failure.

mod blocks;
mod imports;
mod library;
mod outcome;
mod settle;

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use outcome::Edge;
pub use outcome::{Done, Doubt, Failure, Outcome, Record};

use super::names::Names;
use super::resolve::{Space, Unit};
use super::roots::FileRoots;
use super::sources::{FileId, FileState};
use super::stdlib::Versions;
use crate::model::WhyKind;
use crate::model::tests::Certainty;
use crate::python::ast::name::Name;
use crate::python::facts::{Asks, Import, PathEdit, StopKind};

/// How many imports inside one another are followed in an exact run; CPython's own limit is reached at about half of it.
const MAX_DEPTH: usize = 300;
/// The same where the order of imports is not that of CPython, and one may be reached through any other.
const MAX_DEPTH_ANY: usize = 3_000;
/// How many blocks inside one another are followed through all unfinished modules: what the stack is made for.
const MAX_BLOCKS: usize = 12_000;
/// How many steps one run may take in all, against cycles that would be followed again from every file.
const MAX_STEPS: u64 = 20_000_000;
/// The most reasons that are kept for one file.
const MAX_DOUBTS: usize = 8;

/// In which order modules of a cycle are executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Each run is a fresh interpreter: what CPython does, at the price of executing a cycle again for every run that
    /// enters it.
    Exact,
    /// The same, and a module ends at its first failure, as it does in CPython, which forgets it then and executes it
    /// again where it is imported again.
    Real,
    /// Every file is executed once, in whichever order it is reached; failures are then carried through cycles to all
    /// that would meet them. It tells which imports fail, at a cost that is linear in the size of the repository.
    Any,
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
    order: Order,
    /// Results that hold in every run.
    memo: FxHashMap<FileId, Rc<Done>>,
    /// Results that hold in this run alone: those of modules in cycles, which depend on the one that comes first.
    local: FxHashMap<FileId, Local>,
    /// Results of modules that failed in this run, in [`Order::Real`]: they are not imported.
    failed: FxHashMap<FileId, Rc<Done>>,
    /// Files whose failures have not been carried on yet.
    unsettled: Vec<FileId>,
    stack: Vec<FileId>,
    /// Unfinished modules with their place on the stack.
    progress: FxHashMap<FileId, (usize, Rc<RefCell<Names>>)>,
    /// The lowest place on the stack that the current module has seen unfinished.
    lowest: usize,
    /// The current module has executed, or met, one whose result holds in this run alone.
    met_local: bool,
    /// Blocks that are being executed, of all unfinished modules together.
    blocks: usize,
    steps: u64,
}

/// The module that is being executed.
struct Frame {
    file: FileId,
    names: Rc<RefCell<Names>>,
    roots: FileRoots,
    /// `sys.path` is what it was before the first statement of the file.
    is_as_started: bool,
    records: Vec<Record>,
    edges: Vec<Edge>,
    imports: Vec<FileId>,
    edits: Vec<PathEdit>,
    skips: bool,
    /// What the last absolute import found: the names of one statement come from one module.
    last: Option<Last>,
}

/// An absolute import that was found, and what it depends on.
struct Last {
    statement: Range<usize>,
    module: Name,
    versions: Versions,
    /// Entries of `sys.path`, which only ever grows.
    roots: usize,
    units: Rc<[Unit]>,
}

/// How a block is executed.
#[derive(Clone, Copy)]
struct Mode {
    /// The certainty of what is missing in it, where that is not its own.
    certainty: Option<Certainty>,
    /// Keep the names as they were at the first failure.
    snapshot: bool,
    /// It runs for certain, and nothing catches what it raises.
    plain: bool,
    /// What the conditions around it say of the interpreter.
    asks: Asks,
}

impl Mode {
    /// Of the body of a module.
    const MODULE: Self =
        Self { certainty: None, snapshot: false, plain: true, asks: Asks { from: None, below: None, platform: false } };
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
    pub fn new(space: &'a Space<'a>, order: Order) -> Self {
        Self {
            space,
            order,
            memo: FxHashMap::default(),
            local: FxHashMap::default(),
            failed: FxHashMap::default(),
            unsettled: Vec::new(),
            stack: Vec::new(),
            progress: FxHashMap::default(),
            lowest: usize::MAX,
            met_local: false,
            blocks: 0,
            steps: 0,
        }
    }

    /// Imports these files in this order, in [`Order::Exact`] in a fresh interpreter: the result of each.
    pub fn run(&mut self, files: &[FileId]) -> Vec<(FileId, Rc<Done>)> {
        self.local.clear();
        self.failed.clear();
        self.lowest = usize::MAX;
        self.met_local = false;
        for &file in files {
            let reached = self.reach(file);
            self.settle();
            if self.order == Order::Real
                && matches!(reached, Reached::Done(done) if matches!(done.outcome, Outcome::Fails(_)))
            {
                break;
            }
        }
        files.iter().filter_map(|&file| Some((file, self.result(file)?))).collect()
    }

    /// The files of cycles that the current run has executed.
    pub fn executed(&self) -> impl Iterator<Item = FileId> {
        self.local.keys().copied()
    }

    /// The result of a file: of the current run, or one that holds in every run.
    pub fn result(&self, file: FileId) -> Option<Rc<Done>> {
        let local = || self.local.get(&file).map(|local| &local.done);
        self.memo.get(&file).or_else(local).or_else(|| self.failed.get(&file)).cloned()
    }

    /// The steps that were taken so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What a deferred import misses once its file has been imported.
    pub fn probe(&mut self, file: FileId, roots: &FileRoots, import: &Import) -> Option<Record> {
        let mut frame = Frame::new(file, roots.clone());
        frame.is_as_started = roots == self.space.roots_of(file);
        self.import(&mut frame, import, Mode { plain: false, ..Mode::MODULE });
        self.settle();
        frame.records.pop()
    }

    fn reach(&mut self, file: FileId) -> Reached {
        if let Some(done) = self.memo.get(&file) {
            return Reached::Done(done.clone());
        }
        if self.order != Order::Any
            && let Some(local) = self.local.get(&file)
        {
            if let Some((place, root)) = local.saw
                && self.stack.get(place) == Some(&root)
            {
                self.lowest = self.lowest.min(place);
            }
            self.met_local = true;
            return Reached::Done(local.done.clone());
        }
        if let Some((place, _)) = self.progress.get(&file) {
            self.lowest = self.lowest.min(*place);
            return Reached::InProgress;
        }
        Reached::Done(self.execute(file))
    }

    fn execute(&mut self, file: FileId) -> Rc<Done> {
        let mut frame = Frame::new(file, self.space.roots_of(file).clone());
        let place = self.stack.len();
        let deepest = if self.order == Order::Any { MAX_DEPTH_ANY } else { MAX_DEPTH };
        if place >= deepest || self.blocks >= MAX_BLOCKS || self.steps > MAX_STEPS {
            let text = "imports are nested too deep or in too many cycles to be followed".to_owned();
            let doubt = Doubt { kind: WhyKind::Limit, text, at: 0..0, next: None };
            frame.names.borrow_mut().open = true;
            // It holds here alone: from elsewhere the file may be within the limits.
            let done = Rc::new(frame.done(Outcome::Unknown(vec![doubt])));
            self.local.insert(file, Local { done: done.clone(), saw: None });
            self.met_local = true;
            return done;
        }
        let outer = std::mem::replace(&mut self.lowest, usize::MAX);
        let outer_met_local = std::mem::replace(&mut self.met_local, false);
        self.stack.push(file);
        self.progress.insert(file, (place, frame.names.clone()));
        let outcome = self.module(&mut frame);
        self.progress.remove(&file);
        self.stack.pop();
        let own = std::mem::replace(&mut self.lowest, outer);
        // Whoever imports it leaves the modules of that circle executed as well, and so is of this run too.
        let is_local = self.met_local || own != usize::MAX;
        self.met_local = outer_met_local || (self.order != Order::Any && is_local);
        let done = Rc::new(frame.done(outcome));
        if self.order == Order::Any {
            self.memo.insert(file, done.clone());
            self.unsettled.push(file);
        } else if !is_local {
            self.memo.insert(file, done.clone());
        } else {
            // Below its own place it saw a module above it unfinished, and so its importers depend on that one too.
            let saw = self.stack.get(own).map(|&root| (own, root)).filter(|_| own < place);
            if saw.is_some() {
                self.lowest = self.lowest.min(own);
            }
            if self.order == Order::Real && matches!(done.outcome, Outcome::Fails(_)) {
                self.failed.insert(file, done.clone());
            } else {
                self.local.insert(file, Local { done: done.clone(), saw });
            }
        }
        done
    }

    fn module(&mut self, frame: &mut Frame) -> Outcome {
        let Some(source) = self.space.sources.get(frame.file) else { return Outcome::Ok };
        let facts = &source.facts;
        frame.names.borrow_mut().open = facts.dynamic_names;
        frame.roots.dynamic |= facts.dynamic_sys_path;
        frame.is_as_started &= !facts.dynamic_sys_path;
        let end = self.block(frame, &facts.steps, Mode::MODULE);
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
        frame.skips =
            end.failed.as_ref().is_some_and(|failure| failure.kind == StopKind::Skip && failure.next.is_none());
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

impl Frame {
    /// Puts a folder on `sys.path`.
    fn edit(&mut self, edit: &PathEdit) {
        self.is_as_started = false;
        let place = if edit.front { 0 } else { self.roots.folders.len() };
        self.roots.folders.insert(place, edit.folder.clone());
        if !self.edits.contains(edit) {
            self.edits.push(edit.clone());
        }
    }

    fn new(file: FileId, roots: FileRoots) -> Self {
        Self {
            file,
            names: Rc::default(),
            roots,
            is_as_started: true,
            records: Vec::new(),
            edges: Vec::new(),
            imports: Vec::new(),
            edits: Vec::new(),
            skips: false,
            last: None,
        }
    }

    fn done(self, outcome: Outcome) -> Done {
        let Self { names, records, roots, edges, imports, edits, skips, .. } = self;
        Done { outcome, names, records, roots, imports, edits, edges, skips }
    }
}
