//! Modules of the repository that a script imports: where they are, their text, and which of them stands at a place.
//!
//! All places of one evaluation share one range of numbers: each file's first byte comes after the last one of the file
//! that was read before it.

use std::cell::OnceCell;
use std::rc::Rc;

use super::value::{At, ObjId, Whys};
use crate::deploy::repository::{self, Repository};
use crate::model::SourceFile;
use crate::python::ast;

/// The most modules that are imported in one evaluation.
pub const MAX_MODULES: usize = 200;

/// A parsed file. Files that are read later hang on the first one, so that all of them live as long.
#[derive(Debug)]
pub struct Source {
    /// Its text.
    pub file: SourceFile,
    /// Its statements.
    pub body: Vec<ast::Stmt>,
    /// The place of its first byte.
    pub base: usize,
    next: OnceCell<Box<Source>>,
}

impl Source {
    /// The first file.
    pub fn new(file: SourceFile, body: Vec<ast::Stmt>) -> Self {
        Self { file, body, base: 0, next: OnceCell::new() }
    }

    /// Adds a file behind the last one.
    pub fn add(&self, file: SourceFile, body: Vec<ast::Stmt>) -> &Self {
        let mut last = self;
        while let Some(next) = last.next.get() {
            last = next;
        }
        let base = last.base + last.file.text().len() + 1;
        last.next.get_or_init(|| Box::new(Self { file, body, base, next: OnceCell::new() }))
    }

    /// A byte range of the file from a place in the evaluation.
    pub fn range(&self, at: At) -> std::ops::Range<usize> {
        let length = self.file.text().len();
        let offset = |at: usize| at.saturating_sub(self.base).min(length);
        offset(at.0)..offset(at.1)
    }
}

/// A module.
#[derive(Clone, Debug)]
pub struct Module<'a> {
    /// Its file, or the folder of a package without code.
    pub path: String,
    /// The last part of its dotted name.
    pub name: Rc<str>,
    /// Its full dotted name.
    pub dotted: Rc<str>,
    /// The package in which it lies, as far as that was imported by its name.
    pub parent: Option<usize>,
    /// Its text; a package may have none.
    pub source: Option<&'a Source>,
    /// Its names.
    pub scope: ObjId,
    /// Why nothing of it is known: it cannot be read.
    pub broken: Option<Whys>,
}

/// What a dotted name below a folder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(String),
    /// A folder without `__init__.py`.
    Folder(String),
}

/// Where `name` is in `folder`: a package goes before a module, and both before a folder without code.
pub fn find(repository: &Repository<'_>, folder: &str, name: &str) -> Option<Place> {
    let path = repository::resolve(folder, name)?;
    for file in [format!("{path}/__init__.py"), format!("{path}.py")] {
        if repository.has_file(&file) {
            return Some(Place::File(file));
        }
    }
    repository.has_folder(&path).then_some(Place::Folder(path))
}

/// The folder in which the modules of a package lie.
pub fn folder_of(path: &str) -> &str {
    match path.strip_suffix(".py") {
        Some(_) => path.rsplit_once('/').map_or("", |(folder, _)| folder),
        None => path,
    }
}
