//! Reads and parses the Python files of a tree, in parallel.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

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
            let one = |(path, size): &(&String, u64)| {
                read_one(repo, path, *size, tree.overlay.get(*path), interpreter, excerpts)
            };
            paths.par_iter().map(one).collect::<Vec<_>>()
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

fn read_one(
    repo: &Path,
    path: &str,
    size: u64,
    overlaid: Option<&Vec<u8>>,
    interpreter: Interpreter,
    excerpts: &Excerpts,
) -> PythonFile {
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
    let read = overlaid.map_or_else(|| fs::read(repo.join(path)), |bytes| Ok(bytes.clone()));
    let bytes = match read {
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
            let broken = Broken { text: text.to_owned(), origin: source.origin(offset..offset) };
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
    let hard = module.errors.iter().find(|error| !error.version_only);
    let first = hard.or_else(|| module.errors.first());
    let state = if module.too_deep || facts.truncated {
        FileState::Unread(Why::new(WhyKind::Limit, format!("`{path}` is nested too deep")))
    } else if let Some(error) = first {
        let broken = Broken { text: error.text.clone(), origin: source.origin(error.range.clone()) };
        if error.version_only && !interpreter.exact {
            FileState::NeedsLaterVersion(broken)
        } else {
            FileState::SyntaxError(broken)
        }
    } else if let Some((range, text)) = &facts.compile_error {
        FileState::SyntaxError(Broken { text: (*text).to_owned(), origin: source.origin(range.clone()) })
    } else {
        FileState::Compiles
    };
    PythonFile { path, source, facts, state }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DecodeError {
    /// CPython refuses the text as well.
    #[error("{text}")]
    Refused { text: &'static str, offset: usize },
    /// CPython reads an encoding that is not read here.
    #[error("it is in the encoding `{0}`, which is not read")]
    Unsupported(String),
}

/// Bytes → text as CPython decodes a source file: a byte order mark, else a coding cookie in the first two lines,
/// else UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<String, DecodeError> {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(offset) = body.iter().position(|&byte| byte == 0) {
        return Err(DecodeError::Refused { text: "source code cannot contain null bytes", offset });
    }
    let error = match std::str::from_utf8(body) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error,
    };
    let refused = |text| Err(DecodeError::Refused { text, offset: error.valid_up_to() });
    let Some(cookie) = cookie(body) else { return refused("it is not UTF-8 and declares no other encoding") };
    // Encodings of one byte a character that have ASCII in their lower half: all that is not text reads alike.
    let single_byte = ["latin", "iso-8859", "iso8859", "cp125", "windows-125", "koi8", "cp437", "cp85", "cp86", "mac"];
    match cookie.replace('_', "-").as_str() {
        name if single_byte.iter().any(|prefix| name.starts_with(prefix)) => {
            Ok(body.iter().map(|&byte| char::from(byte)).collect())
        }
        "utf-8" | "utf8" | "ascii" | "us-ascii" => refused("it is not in the encoding that it declares"),
        _ => Err(DecodeError::Unsupported(cookie)),
    }
}

/// True where the text is UTF-8 by declaration or by default, and not only by chance.
pub(super) fn declares_utf8(bytes: &[u8]) -> bool {
    cookie(bytes).is_none_or(|name| matches!(name.replace('_', "-").as_str(), "utf-8" | "utf8" | "utf-8-sig"))
}

/// The encoding that one of the first two lines declares, in lower case.
fn cookie(bytes: &[u8]) -> Option<String> {
    bytes.split(|&byte| byte == b'\n').take(2).find_map(|line| {
        let line = String::from_utf8_lossy(line).to_ascii_lowercase();
        let comment = line.trim_start().strip_prefix('#')?;
        let (_, rest) = comment.split_once("coding")?;
        let name = rest.strip_prefix([':', '='])?.trim_start();
        let end = name.find(|character: char| !(character.is_alphanumeric() || "-_.".contains(character)));
        name.get(..end.unwrap_or(name.len())).map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::Version;

    fn parsed(text: &str, minor: u8, exact: bool) -> PythonFile {
        let source = SourceFile::new(RepoPath::new("a.py"), text, &Excerpts::default());
        parse(source, Interpreter { version: Version { major: 3, minor }, exact })
    }

    #[test]
    fn text_is_decoded_as_cpython_does() {
        assert_eq!(decode(b"\xef\xbb\xbfx = 1").unwrap(), "x = 1");
        assert_eq!(decode(b"# -*- coding: latin-1 -*-\nx = '\xe9'").unwrap(), "# -*- coding: latin-1 -*-\nx = 'é'");
        assert_eq!(decode(b"\n# vim: set fileencoding=koi8-r :\nx = '\xe9'").unwrap().chars().last(), Some('\''));
        assert!(matches!(decode(b"x = '\xe9'"), Err(DecodeError::Refused { offset: 5, .. })));
        assert!(matches!(decode(b"# coding: utf-8\nx = '\xe9'"), Err(DecodeError::Refused { .. })));
        assert_eq!(decode(b"# coding: gbk\nx = '\xe9'"), Err(DecodeError::Unsupported("gbk".to_owned())));
        assert!(matches!(decode(b"x = '\0'"), Err(DecodeError::Refused { offset: 5, .. })));
    }

    #[test]
    fn syntax_of_a_later_version_is_an_error_only_where_the_version_is_known() {
        let text = "x = f\"{'a' + \"b\"}\"\n";
        assert!(matches!(parsed(text, 11, true).state, FileState::SyntaxError(_)));
        assert!(matches!(parsed(text, 11, false).state, FileState::NeedsLaterVersion(_)));
        assert_eq!(parsed(text, 12, true).state, FileState::Compiles);
        assert!(matches!(parsed("return 1\n", 12, true).state, FileState::SyntaxError(_)));
        assert_eq!(parsed("def f():\n    return 1\n", 12, true).state, FileState::Compiles);
    }

    #[test]
    fn hostile_nesting_is_a_limit_and_not_a_crash() {
        let run = |text: String| {
            let work = move || parsed(&text, 11, true).state;
            let thread = std::thread::Builder::new().stack_size(32 << 20).spawn(work).unwrap();
            assert!(matches!(thread.join().unwrap(), FileState::Unread(_) | FileState::SyntaxError(_)));
        };
        run(format!("x = a{}\n", ".b".repeat(200_000)));
        run(format!("x = {}1\n", "-".repeat(100_000)));
        run(format!("x = {}{}\n", "[".repeat(50_000), "]".repeat(50_000)));
        run((0..2_000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect::<String>());
    }
}
