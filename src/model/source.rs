//! Text of the repository: paths, positions, and the lines that origins cite.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use super::origin::{Callers, Origin, SourceSpan};
use super::redact;

/// A path relative to the repository, always with `/`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepoPath(Arc<str>);

impl RepoPath {
    /// Takes any relative path and normalises its separators and leading `./`.
    pub fn new(path: impl AsRef<str>) -> Self {
        let slashed = path.as_ref().replace('\\', "/");
        let trimmed = slashed.trim_start_matches("./");
        Self(Arc::from(trimmed))
    }

    /// The path as text, with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text after the last `/`.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The folder that holds this path, without a trailing `/`; empty for a file at the top.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// A place in a text: line and column count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One file while it is being read: its text, and how byte offsets become positions.
///
/// Every [`Origin`] into a file is made here, and making one keeps the (redacted) line that it cites in the
/// [`Excerpts`], so that a report can be printed again without the repository.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: RepoPath,
    text: OnceLock<Arc<str>>,
    reload: Option<Reload>,
    /// Found when a position is first asked for: of most files none is.
    line_starts: OnceLock<Arc<[usize]>>,
    excerpts: Excerpts,
}

impl SourceFile {
    /// Wraps a text that was read from `path`.
    pub fn new(path: RepoPath, text: impl Into<Arc<str>>, excerpts: &Excerpts) -> Self {
        let text = OnceLock::from(text.into());
        Self { path, text, reload: None, line_starts: OnceLock::new(), excerpts: excerpts.clone() }
    }

    /// The same file without its text, which is read again when it is asked for: of most files it never is.
    pub fn without_text(self, reload: Reload) -> Self {
        Self { text: OnceLock::new(), line_starts: OnceLock::new(), reload: Some(reload), ..self }
    }

    fn line_starts(&self) -> &Arc<[usize]> {
        self.line_starts.get_or_init(|| starts(self.text()))
    }

    /// Where the file lies.
    pub fn path(&self) -> &RepoPath {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        self.loaded()
    }

    /// The whole text, to keep.
    pub fn shared_text(&self) -> Arc<str> {
        self.loaded().clone()
    }

    fn loaded(&self) -> &Arc<str> {
        self.text.get_or_init(|| self.reload.as_ref().and_then(|reload| reload.read(&self.path)).unwrap_or_default())
    }

    /// The text and its lines, to look at for a moment: a text that was not kept is not kept for this either.
    fn lines(&self) -> Lines {
        if self.reload.is_none() || self.text.get().is_some() {
            return Lines { text: self.loaded().clone(), starts: self.line_starts().clone() };
        }
        // Origins in one file are mostly made one after the other.
        let mut last = self.excerpts.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, lines)) = &*last
            && Arc::ptr_eq(&path.0, &self.path.0)
        {
            return lines.clone();
        }
        let text = self.reload.as_ref().and_then(|reload| reload.read(&self.path)).unwrap_or_default();
        let lines = Lines { starts: starts(&text), text };
        *last = Some((self.path.clone(), lines.clone()));
        lines
    }

    /// The position of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: usize) -> Position {
        self.lines().position(offset)
    }

    /// The text of a line (from 1), without its line end.
    pub fn line(&self, line: u32) -> &str {
        line_of(self.text(), self.line_starts(), line)
    }

    /// The byte offset at which a line (from 1) begins; that of the end for a line past it.
    pub fn line_offset(&self, line: u32) -> usize {
        let lines = self.lines();
        lines.starts.get((line as usize).saturating_sub(1)).copied().unwrap_or(lines.text.len())
    }

    /// The origin of a byte range, citing its first line.
    pub fn origin(&self, range: Range<usize>) -> Origin {
        self.origin_via(range, Callers::default())
    }

    /// The origin of a byte range in a module that was reached through `callers`.
    pub fn origin_via(&self, range: Range<usize>, callers: Callers) -> Origin {
        let lines = self.lines();
        let start = lines.position(range.start);
        let end = lines.position(range.end.max(range.start));
        self.excerpts.cite(&self.path, &lines, start.line);
        Origin::Source(SourceSpan { file: self.path.clone(), start, end, callers, observed: None })
    }

    /// The origin of a whole line (from 1), from its first to its last visible character.
    pub fn line_origin(&self, line: u32) -> Origin {
        let index = (line as usize).saturating_sub(1);
        let lines = self.lines();
        let start = lines.starts.get(index).copied().unwrap_or(lines.text.len());
        let text = lines.line(line);
        let indent = text.len() - text.trim_start().len();
        self.origin(start + indent..start + text.trim_end().len().max(indent))
    }
}

/// A text with the offsets at which its lines begin.
#[derive(Clone, Debug)]
struct Lines {
    text: Arc<str>,
    starts: Arc<[usize]>,
}

impl Lines {
    fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|&start| start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |text| text.chars().count());
        Position { line: line as u32 + 1, column: column as u32 + 1 }
    }

    fn line(&self, line: u32) -> &str {
        line_of(&self.text, &self.starts, line)
    }
}

fn starts(text: &str) -> Arc<[usize]> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect()
}

fn line_of<'a>(text: &'a str, starts: &[usize], line: u32) -> &'a str {
    let index = (line as usize).saturating_sub(1);
    let Some(&start) = starts.get(index) else { return "" };
    let end = starts.get(index + 1).copied().unwrap_or(text.len());
    text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
}

/// How the text of a file is read again. A file that has changed since has no text any more: its old offsets would cite
/// something else.
#[derive(Clone, Debug)]
pub struct Reload {
    /// The repository.
    pub repo: Arc<Path>,
    /// Bytes of the file when it was read first.
    pub bytes: usize,
    /// How its bytes become text.
    pub decode: fn(&[u8]) -> Option<Arc<str>>,
}

impl Reload {
    fn read(&self, path: &RepoPath) -> Option<Arc<str>> {
        // A file that grows is read no further than it was.
        let mut bytes = Vec::with_capacity(self.bytes);
        let file = File::open(self.repo.join(path.as_str())).ok()?;
        file.take(self.bytes as u64 + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() == self.bytes).then(|| (self.decode)(&bytes))?
    }
}

/// The longest excerpt line that is kept, in characters.
const MAX_EXCERPT: usize = 400;

/// The source lines that origins cite, redacted, by file and line. A handle: clones share one store.
#[derive(Clone, Debug, Default)]
pub struct Excerpts(Arc<Store>);

#[derive(Debug, Default)]
struct Store {
    cited: Mutex<BTreeMap<RepoPath, BTreeMap<u32, String>>>,
    /// The last file that was read again.
    last: Mutex<Option<(RepoPath, Lines)>>,
}

impl Excerpts {
    fn cite(&self, path: &RepoPath, lines: &Lines, line: u32) {
        let mut files = self.0.cited.lock().unwrap_or_else(PoisonError::into_inner);
        files.entry(path.clone()).or_default().entry(line).or_insert_with(|| {
            let short: String = lines.line(line).chars().take(MAX_EXCERPT).collect();
            let before = (1..line).rev().map(|line| lines.line(line));
            let after = (line + 1..).map_while(|line| (line as usize <= lines.starts.len()).then(|| lines.line(line)));
            redact::line_among(&short, before, after)
        });
    }

    /// The lines cited so far, by file and line number.
    pub fn cited(&self) -> BTreeMap<RepoPath, BTreeMap<u32, String>> {
        self.0.cited.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines_from_one() {
        let file = SourceFile::new(RepoPath::new("./a\\b.tf"), "a = 1\nβ = \"x\"\r\nend", &Excerpts::default());
        assert_eq!(file.path().as_str(), "a/b.tf");
        assert_eq!(file.position(0), Position { line: 1, column: 1 });
        assert_eq!(file.position(8), Position { line: 2, column: 2 });
        assert_eq!(file.position(9_999), Position { line: 3, column: 4 });
        assert_eq!(file.line(2), "β = \"x\"");
        assert_eq!(file.line(9), "");
    }

    #[test]
    fn an_origin_keeps_its_line_for_the_report() {
        let excerpts = Excerpts::default();
        let file = SourceFile::new(RepoPath::new("main.tf"), "\n  egress = \"all\"\n", &excerpts);
        file.origin(3..9);
        assert_eq!(excerpts.cited()[&RepoPath::new("main.tf")][&2], "  egress = \"all\"");
    }

    #[test]
    fn a_value_below_the_name_of_a_secret_is_not_kept() {
        let excerpts = Excerpts::default();
        let text = "env {\n  name = \"DB_PASSWORD\"\n  value = \"hunter2\"\n}\n";
        let file = SourceFile::new(RepoPath::new("main.tf"), text, &excerpts);
        (1..=5).for_each(|line| drop(file.line_origin(line)));
        assert_eq!(excerpts.cited()[&RepoPath::new("main.tf")][&3], "  value = [redacted]");
    }
}
