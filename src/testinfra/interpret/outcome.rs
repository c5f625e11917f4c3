//! What came of executing a file.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use crate::model::tests::Certainty;
use crate::model::{Why, WhyKind};
use crate::python::facts::{PathEdit, StopKind};
use crate::testinfra::names::Names;
use crate::testinfra::roots::FileRoots;
use crate::testinfra::sources::FileId;

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
    /// The name is there, but not yet where it is wanted: the module is not imported in full.
    pub circular: bool,
}

/// A file that was executed.
#[derive(Clone, Debug)]
pub struct Done {
    /// What importing it does.
    pub outcome: Outcome,
    /// Its names.
    pub names: Rc<RefCell<Names>>,
    /// Imports in it that do not exist.
    pub records: Vec<Record>,
    /// `sys.path` after its last statement.
    pub roots: FileRoots,
    /// It says itself that it is to be skipped: pytest collects nothing from it.
    pub skips: bool,
    /// The files that its imports execute, in their order.
    pub imports: Vec<FileId>,
    /// What it and all that it imports put on `sys.path`.
    pub(super) edits: Vec<PathEdit>,
    /// The files that it imports for certain, as far as they did not fail.
    pub(super) edges: Vec<Edge>,
}

/// An unconditional import of a file that did not fail, or was not finished.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) at: Range<usize>,
    pub(super) next: FileId,
}

impl Doubt {
    /// The reason, with a place.
    pub fn why(&self, origin: crate::model::Origin) -> Why {
        Why::at(self.kind, self.text.clone(), origin)
    }
}
