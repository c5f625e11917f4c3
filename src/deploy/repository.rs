//! The repository's files, as one deploy file may read another: an imported module, a sourced script, a manifest, an
//! included pipeline, a file of flags.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::model::{Excerpts, NameContext, Origin, RepoPath, SourceFile, Why, WhyKind};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;
/// The most bytes that are read from files that other files name.
const MAX_TOTAL: usize = 64 << 20;

/// What every reader of deploy config is given: the files, and how names are completed.
#[derive(Debug)]
pub struct Repository<'a> {
    /// The real path of the repository's folder.
    root: PathBuf,
    /// How short names are completed.
    pub context: &'a NameContext,
    excerpts: &'a Excerpts,
    read: RefCell<BTreeMap<String, Result<SourceFile, Refusal>>>,
    bytes: Cell<usize>,
    /// Workflows that others call.
    called: BTreeSet<String>,
    /// Manifests that something applies.
    applied: RefCell<BTreeSet<String>>,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its kind.
    pub kind: WhyKind,
    /// A lower-case fragment that names the file.
    pub text: String,
}

impl Refusal {
    /// The reason, at the place that names the file.
    pub fn at(self, origin: Origin) -> Why {
        Why::at(self.kind, self.text, origin)
    }
}

impl<'a> Repository<'a> {
    /// The files below `root`.
    pub fn new(root: &Path, context: &'a NameContext, excerpts: &'a Excerpts) -> Self {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        Self {
            root,
            context,
            excerpts,
            read: RefCell::default(),
            bytes: Cell::new(0),
            called: BTreeSet::new(),
            applied: RefCell::default(),
        }
    }

    /// The same with the workflows that others call.
    pub fn with_called(self, called: BTreeSet<String>) -> Self {
        Self { called, ..self }
    }

    /// True for a workflow that another one calls.
    pub fn is_called(&self, path: &str) -> bool {
        self.called.contains(path)
    }

    /// Notes that something applies the manifests of a file.
    pub fn apply(&self, path: &str) {
        self.applied.borrow_mut().insert(path.to_owned());
    }

    /// True for a file whose manifests something applies.
    pub fn is_applied(&self, path: &str) -> bool {
        self.applied.borrow().contains(path)
    }

    /// A file of the repository by its path from the root, read once.
    ///
    /// # Errors
    /// It is not there, leads out of the repository, is no regular file, no UTF-8 text, or too large.
    pub fn file(&self, path: &str) -> Result<SourceFile, Refusal> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let result = self.text(path).map(|text| SourceFile::new(RepoPath::new(path), text, self.excerpts));
        self.read.borrow_mut().insert(path.to_owned(), result.clone());
        result
    }

    /// True where a regular file of the repository is there.
    pub fn has_file(&self, path: &str) -> bool {
        self.real(path).is_ok_and(|real| real.is_file())
    }

    /// True where a folder of the repository is there.
    pub fn has_folder(&self, path: &str) -> bool {
        self.real(path).is_ok_and(|real| real.is_dir())
    }

    fn real(&self, path: &str) -> Result<PathBuf, Refusal> {
        let unreadable = |text: String| Refusal { kind: WhyKind::FileUnreadable, text };
        let real = self.root.join(path).canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => unreadable(format!("{path} is not there")),
            kind => unreadable(format!("{path} could not be read: {kind}")),
        })?;
        if real.starts_with(&self.root) {
            Ok(real)
        } else {
            Err(unreadable(format!("{path} leads out of the repository")))
        }
    }

    fn text(&self, path: &str) -> Result<String, Refusal> {
        let unreadable = |text: String| Refusal { kind: WhyKind::FileUnreadable, text };
        let limit = |text: String| Refusal { kind: WhyKind::Limit, text };
        let failed = |error: io::Error| unreadable(format!("{path} could not be read: {}", error.kind()));
        let real = self.real(path)?;
        // Looked at before it is opened: opening a named pipe waits for its writer.
        if !std::fs::metadata(&real).map_err(failed)?.is_file() {
            return Err(unreadable(format!("{path} is no regular file")));
        }
        let mut bytes = Vec::new();
        File::open(&real).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(limit(format!("{path} is larger than {MAX_BYTES} bytes")));
        }
        let total = self.bytes.get().saturating_add(bytes.len());
        if total > MAX_TOTAL {
            return Err(limit(format!("{path} is not read: files that others name exceed {MAX_TOTAL} bytes")));
        }
        self.bytes.set(total);
        String::from_utf8(bytes).map_err(|_| unreadable(format!("{path} is no UTF-8 text")))
    }
}

/// The path from the repository's root of `target`, as it is written in a file in `folder`. `None` where it is absolute
/// or leaves the repository.
pub fn resolve(folder: &str, target: &str) -> Option<String> {
    if target.starts_with(['/', '~']) || target.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_repository() {
        assert_eq!(resolve("scripts", "./lib/common.sh").as_deref(), Some("scripts/lib/common.sh"));
        assert_eq!(resolve("scripts/a", "../b.sh").as_deref(), Some("scripts/b.sh"));
        assert_eq!(resolve("scripts", "../../b.sh"), None);
        assert_eq!(resolve("", "/etc/passwd"), None);
        assert_eq!(resolve("", "~/x"), None);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_of_the_repository_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let repo = folder.path().join("repo");
        std::fs::create_dir(&repo).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink("../secret", repo.join("link")).unwrap();
        std::fs::write(repo.join("large"), vec![b'x'; usize::try_from(MAX_BYTES).unwrap() + 1]).unwrap();
        std::fs::write(repo.join("binary"), [0xff, 0xfe]).unwrap();
        std::fs::write(repo.join("fine"), "text").unwrap();
        let (context, excerpts) = (NameContext::new(None, None), Excerpts::default());
        let repository = Repository::new(&repo, &context, &excerpts);
        let text = |path: &str| match repository.file(path) {
            Ok(file) => file.text().to_owned(),
            Err(refusal) => refusal.text,
        };
        assert_eq!(text("fine"), "text");
        assert_eq!(text("gone"), "gone is not there");
        assert_eq!(text("link"), "link leads out of the repository");
        assert_eq!(text("large"), "large is larger than 1048576 bytes");
        assert_eq!(text("binary"), "binary is no UTF-8 text");
        assert!(repository.has_file("fine") && !repository.has_file("link"));
    }
}
