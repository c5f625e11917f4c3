//! Reads and parses the Python files of a tree, in parallel.

mod encoding;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use encoding::{DecodeError, decode};
use rayon::prelude::*;

use super::walk::Tree;
use crate::model::{Excerpts, Origin, RepoPath, SourceFile, Why, WhyKind};
use crate::python::extract::{self, Interpreter};
use crate::python::facts::Facts;
use crate::python::{self, MAX_BYTES};

/// Index of a file in [`Sources`].
pub type FileId = usize;

/// The Python files of a tree.
#[derive(Debug, Default)]
pub struct Sources {
    /// In the order of their paths.
    pub files: Vec<PythonFile>,
    ids: HashMap<String, FileId>,
}

/// A Python file.
#[derive(Debug)]
pub struct PythonFile {
    /// Its path, relative to the repository.
    pub path: String,
    /// Its text; empty where it was not read.
    pub source: SourceFile,
    /// What it says, as far as it could be read.
    pub facts: Facts,
    /// Whether its facts may be relied on.
    pub state: FileState,
}

/// Whether a file could be read and compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It compiles.
    Compiles,
    /// CPython does not compile it.
    SyntaxError(Broken),
    /// It compiles on later versions than the oldest one that the project supports.
    NeedsLaterVersion(Broken),
    /// It was not read or not understood.
    Unread(Why),
}

/// Why a file does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// A lower-case fragment.
    pub text: String,
    /// Where.
    pub origin: Origin,
}

impl Sources {
    /// Reads the files of the tree that `wanted` accepts.
    pub fn read(
        repo: &Path,
        tree: &Tree,
        interpreter: Interpreter,
        excerpts: &Excerpts,
        wanted: impl Fn(&str) -> bool,
    ) -> Self {
        let paths: Vec<(&String, u64)> =
            tree.files.iter().filter(|(path, _)| wanted(path)).map(|(path, &size)| (path, size)).collect();
        let work = || {
            paths.par_iter().map(|(path, size)| read_one(repo, path, *size, interpreter, excerpts)).collect::<Vec<_>>()
        };
        // Trees are walked by recursion, to a bounded depth that needs more stack than a thread has by default.
        let files = match rayon::ThreadPoolBuilder::new().stack_size(32 << 20).build() {
            Ok(pool) => pool.install(work),
            Err(_) => work(),
        };
        let ids = files.iter().enumerate().map(|(id, file)| (file.path.clone(), id)).collect();
        Self { files, ids }
    }

    /// The file at a path.
    pub fn id(&self, path: &str) -> Option<FileId> {
        self.ids.get(path).copied()
    }

    /// The file with this id.
    pub fn get(&self, id: FileId) -> Option<&PythonFile> {
        self.files.get(id)
    }
}

fn read_one(repo: &Path, path: &str, size: u64, interpreter: Interpreter, excerpts: &Excerpts) -> PythonFile {
    let repo_path = RepoPath::new(path);
    let unread = |kind, text: String| PythonFile {
        path: path.to_owned(),
        source: SourceFile::new(repo_path.clone(), "", excerpts),
        facts: Facts::default(),
        state: FileState::Unread(Why::new(kind, text)),
    };
    if size > MAX_BYTES as u64 {
        return unread(WhyKind::Limit, format!("`{path}` is larger than {} MiB", MAX_BYTES >> 20));
    }
    let bytes = match fs::read(repo.join(path)) {
        Ok(bytes) => bytes,
        Err(error) => {
            return unread(WhyKind::FileUnreadable, format!("`{path}` could not be read: {}", error.kind()));
        }
    };
    match decode(&bytes) {
        Ok(text) => parse(SourceFile::new(repo_path, text, excerpts), interpreter),
        Err(DecodeError::Unsupported(name)) => {
            unread(WhyKind::Unsupported, format!("`{path}` is in the encoding `{name}`, which is not read"))
        }
        Err(DecodeError::Refused { text, offset }) => {
            let source = SourceFile::new(repo_path, String::from_utf8_lossy(&bytes), excerpts);
            let offset = shown_offset(&bytes, offset);
            let broken = Broken { text, origin: source.origin(offset..offset) };
            let facts = Facts::default();
            PythonFile { path: path.to_owned(), source, facts, state: FileState::SyntaxError(broken) }
        }
    }
}

/// Parses a text that was read.
pub fn parse(source: SourceFile, interpreter: Interpreter) -> PythonFile {
    let path = source.path().as_str().to_owned();
    let module = python::parse(&source, interpreter.version);
    let facts = extract::facts(&source, &module.body, interpreter);
    let broken = |error: &python::SyntaxError| Broken {
        text: error.text.clone(),
        origin: source.origin(error.range.clone()),
    };
    let hard = module.errors.iter().find(|error| !error.version_only);
    let state = match (hard, module.errors.first()) {
        (Some(error), _) => FileState::SyntaxError(broken(error)),
        _ if module.too_deep || facts.truncated => {
            FileState::Unread(Why::new(WhyKind::Limit, format!("`{path}` is nested too deep")))
        }
        (None, Some(error)) if interpreter.exact => FileState::SyntaxError(broken(error)),
        (None, Some(error)) => FileState::NeedsLaterVersion(broken(error)),
        (None, None) => FileState::Compiles,
    };
    PythonFile { path, source, facts, state }
}

/// The same byte in a text in which what is not UTF-8 has been replaced.
fn shown_offset(bytes: &[u8], offset: usize) -> usize {
    String::from_utf8_lossy(bytes.get(..offset).unwrap_or(bytes)).len()
}

#[cfg(test)]
mod tests;
