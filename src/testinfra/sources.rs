//! Reads and parses the Python files of a tree, in parallel.

mod encoding;

use std::cell::RefCell;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) use encoding::{DecodeError, Width, decode, width};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::walk::Tree;
use crate::model::source::Reload;
use crate::model::{Excerpts, Origin, RepoPath, SourceFile, Why, WhyKind};
use crate::python::extract::{self, Interpreter};
use crate::python::facts::Facts;
use crate::python::{self, MAX_BYTES};

/// The stack of a thread that parses.
const STACK: usize = 32 << 20;
/// The most bytes of Python that are read in all.
const MAX_TOTAL: u64 = 2 << 30;

/// Files that are larger are read by one thread alone: a tree is many times as large as its text, and what a thread gives
/// back is not always there for another one.
const LARGE: u64 = 1 << 20;

thread_local! {
    /// The bytes of the file that a thread reads: thousands of files need no memory of their own for them.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Index of a file in [`Sources`].
pub type FileId = usize;

/// The Python files of a tree.
#[derive(Debug, Default)]
pub struct Sources {
    /// In the order of their paths.
    pub files: Vec<PythonFile>,
    ids: FxHashMap<String, FileId>,
}

/// A Python file.
#[derive(Debug)]
pub struct PythonFile {
    /// Its path, relative to the repository.
    pub path: String,
    /// Its text; empty where it was not read. It is not kept in memory, but read again where it is cited.
    pub source: SourceFile,
    /// Bytes of text that were read.
    pub bytes: usize,
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
        let reader = Reader::new(repo, interpreter, excerpts);
        let read = |&(at, (path, size)): &(usize, (&String, u64))| (at, reader.read(tree, path, size));
        let (large, small): (Vec<_>, Vec<_>) = paths.into_iter().enumerate().partition(|(_, (_, size))| *size > LARGE);
        let work = || {
            rayon::join(
                // One by one: files differ in size, and the last ones must not all be left to one thread.
                || small.par_iter().with_max_len(1).map(read).collect::<Vec<_>>(),
                || large.iter().map(read).collect::<Vec<_>>(),
            )
        };
        let (mut read, large) = with_deep_stacks(work);
        read.extend(large);
        read.sort_unstable_by_key(|(at, _)| *at);
        let files: Vec<PythonFile> = read.into_iter().map(|(_, file)| file).collect();
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

/// Runs parallel work. Trees are walked by recursion, to a bounded depth that needs more stack than a thread has by
/// default; where no such threads are to be had, one does all the work.
pub(super) fn with_deep_stacks<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
        Ok(pool) => pool.install(work),
        Err(_) => stacker::grow(STACK, work),
    }
}

/// What reading a file needs.
pub(super) struct Reader<'a> {
    repo: Arc<Path>,
    interpreter: Interpreter,
    excerpts: &'a Excerpts,
    /// Bytes that may still be read.
    left: AtomicU64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(repo: &Path, interpreter: Interpreter, excerpts: &'a Excerpts) -> Self {
        Self { repo: Arc::from(repo), interpreter, excerpts, left: AtomicU64::new(MAX_TOTAL) }
    }

    pub(super) fn read(&self, tree: &Tree, path: &str, size: u64) -> PythonFile {
        let unread = |kind, text| self.unread(path, kind, text);
        if size > MAX_BYTES as u64 {
            return unread(WhyKind::Limit, format!("`{path}` is larger than {} MiB", MAX_BYTES >> 20));
        }
        let enough = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size));
        if enough.is_err() {
            let text = format!("`{path}` is beyond the {} MiB of Python that are read", MAX_TOTAL >> 20);
            return unread(WhyKind::Limit, text);
        }
        if let Some(bytes) = tree.overlay.get(path) {
            // It is not on the disk, and cannot be read again.
            return self.understand(path, bytes);
        }
        BUFFER.with_borrow_mut(|bytes| match read_bytes(&self.repo.join(path), bytes) {
            Ok(()) if bytes.len() > MAX_BYTES => {
                unread(WhyKind::Limit, format!("`{path}` has grown to more than {} MiB", MAX_BYTES >> 20))
            }
            Ok(()) => {
                let file = self.understand(path, bytes);
                if matches!(file.state, FileState::Unread(_)) && file.bytes == 0 {
                    return file;
                }
                let reload = Reload { repo: self.repo.clone(), bytes: bytes.len(), decode: text_of };
                PythonFile { source: file.source.without_text(reload), ..file }
            }
            Err(error) => unread(WhyKind::FileUnreadable, format!("`{path}` could not be read: {}", error.kind())),
        })
    }

    fn unread(&self, path: &str, kind: WhyKind, text: String) -> PythonFile {
        PythonFile {
            path: path.to_owned(),
            source: SourceFile::new(RepoPath::new(path), "", self.excerpts),
            bytes: 0,
            facts: Facts::default(),
            state: FileState::Unread(Why::new(kind, text)),
        }
    }

    fn understand(&self, path: &str, bytes: &[u8]) -> PythonFile {
        let repo_path = RepoPath::new(path);
        match decode(bytes) {
            Ok(text) => parse(SourceFile::new(repo_path, Arc::from(text), self.excerpts), self.interpreter),
            Err(DecodeError::Unsupported(name)) => {
                let text = format!("`{path}` is in the encoding `{name}`, which is not read");
                self.unread(path, WhyKind::Unsupported, text)
            }
            Err(DecodeError::Refused { text, offset }) => {
                let source = SourceFile::new(repo_path, String::from_utf8_lossy(bytes), self.excerpts);
                let offset = shown_offset(bytes, offset);
                let state = FileState::SyntaxError(Broken { text, origin: source.origin(offset..offset) });
                PythonFile { path: path.to_owned(), source, bytes: bytes.len(), facts: Facts::default(), state }
            }
        }
    }
}

/// The text of a file that was read before; what CPython refuses is shown as far as it is text.
fn text_of(bytes: &[u8]) -> Option<Arc<str>> {
    match decode(bytes) {
        Ok(text) => Some(Arc::from(text)),
        Err(DecodeError::Refused { .. }) => Some(Arc::from(String::from_utf8_lossy(bytes))),
        Err(DecodeError::Unsupported(_)) => None,
    }
}

/// What a file with these bytes says, as if it had been read from the repository.
pub fn from_bytes(path: &str, bytes: &[u8], interpreter: Interpreter, excerpts: &Excerpts) -> PythonFile {
    Reader::new(Path::new(""), interpreter, excerpts).understand(path, bytes)
}

/// Reads a file, though not much more of it than is parsed: it may grow while it is read.
fn read_bytes(path: &Path, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    let mut file = fs::File::open(path)?;
    let size = file.metadata()?.len().min(MAX_BYTES as u64) as usize;
    // What a large file needed is not kept for the small ones.
    bytes.truncate(size + 1);
    bytes.shrink_to(LARGE as usize);
    bytes.resize(size + 1, 0);
    let mut read = 0;
    while read <= MAX_BYTES {
        if read == bytes.len() {
            bytes.resize(2 * read, 0);
        }
        match file.read(bytes.get_mut(read..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(read);
    Ok(())
}

/// Parses a text that was read.
pub fn parse(source: SourceFile, interpreter: Interpreter) -> PythonFile {
    let path = source.path().as_str().to_owned();
    let module = python::parse(&source, interpreter.version);
    let facts = extract::facts(&source, &module, interpreter);
    let broken =
        |error: &python::SyntaxError| Broken { text: error.text.clone(), origin: source.origin(error.range.clone()) };
    let hard = module.errors.iter().find(|error| !error.version_only);
    let state = match (hard, module.errors.first()) {
        (Some(error), _) => FileState::SyntaxError(broken(error)),
        _ if module.too_deep || facts.truncated => {
            FileState::Unread(Why::new(WhyKind::Limit, format!("`{path}` is nested too deep")))
        }
        (None, Some(error)) if interpreter.is_exact() => FileState::SyntaxError(broken(error)),
        (None, Some(error)) => FileState::NeedsLaterVersion(broken(error)),
        (None, None) => FileState::Compiles,
    };
    PythonFile { path, bytes: source.text().len(), source, facts, state }
}

/// The same byte in a text in which what is not UTF-8 has been replaced.
fn shown_offset(bytes: &[u8], offset: usize) -> usize {
    String::from_utf8_lossy(bytes.get(..offset).unwrap_or(bytes)).len()
}

#[cfg(test)]
mod tests;
