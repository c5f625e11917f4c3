//! One walk over the repository. Whether a file exists is answered from here alone, so that one run sees one state.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use ignore::{WalkBuilder, WalkState};

use crate::model::{Why, WhyKind};

/// The most entries that are looked at.
const MAX_ENTRIES: usize = 2_000_000;
/// The deepest folder that is entered.
const MAX_DEPTH: usize = 60;
/// The most reasons that are listed one by one.
const MAX_REASONS: usize = 50;

/// The regular files and folders of a repository, as paths relative to it with `/`.
#[derive(Debug, Default)]
pub struct Tree {
    /// Regular files with their size in bytes.
    pub files: BTreeMap<String, u64>,
    /// Folders; the repository itself is the empty path.
    pub folders: BTreeSet<String>,
    /// Paths behind which there is something that was not looked at: links, unreadable folders, limits.
    pub opaque: BTreeSet<String>,
    /// Why something may exist that is not listed.
    pub incomplete: Vec<Why>,
    /// Files as they would be, by path: their content stands for what is on the disk.
    pub overlay: BTreeMap<String, Vec<u8>>,
}

impl Tree {
    /// Puts files over those on the disk.
    pub fn lay_over(&mut self, overlay: &BTreeMap<String, Vec<u8>>) {
        for (path, bytes) in overlay {
            self.files.insert(path.clone(), bytes.len() as u64);
            self.folders.extend(path.match_indices('/').filter_map(|(at, _)| path.get(..at)).map(str::to_owned));
        }
        self.overlay.clone_from(overlay);
    }

    /// True where a path that is not listed may exist nevertheless.
    pub fn may_hide(&self, path: &str) -> bool {
        if self.opaque.is_empty() {
            return false;
        }
        let mut prefix = path;
        loop {
            if self.opaque.contains(prefix) {
                return true;
            }
            match prefix.rsplit_once('/') {
                Some((folder, _)) => prefix = folder,
                None => return self.opaque.contains(""),
            }
        }
    }
}

#[derive(Default)]
struct Shared {
    tree: Mutex<Tree>,
    entries: AtomicUsize,
}

/// What one thread has found: nearly everything, and told only in the end, so that threads do not wait for each other.
struct Found<'s> {
    shared: &'s Shared,
    files: Vec<(String, u64)>,
    folders: Vec<String>,
}

impl Drop for Found<'_> {
    fn drop(&mut self) {
        self.shared.with(|tree| {
            tree.files.extend(self.files.drain(..));
            tree.folders.extend(self.folders.drain(..));
        });
    }
}

impl Shared {
    fn with(&self, change: impl FnOnce(&mut Tree)) {
        change(&mut self.tree.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Walks the repository. Ignore files do not hide anything: what they ignore exists, and is imported.
pub fn walk(repo: &Path) -> Tree {
    let shared = Shared::default();
    let walker = WalkBuilder::new(repo)
        .standard_filters(false)
        .follow_links(false)
        .max_depth(Some(MAX_DEPTH))
        .threads(std::thread::available_parallelism().map_or(2, usize::from).min(8))
        .filter_entry(|entry| entry.file_name() != ".git")
        .build_parallel();
    walker.run(|| {
        let shared = &shared;
        let mut found = Found { shared, files: Vec::new(), folders: Vec::new() };
        Box::new(move |entry| {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let folder = failed_path(&error).and_then(|path| relative(repo, path)).unwrap_or_default();
                    let shown = if folder.is_empty() { "." } else { &folder };
                    let why = format!("`{shown}` could not be read: {}", reason(&error));
                    shared.with(|tree| {
                        tree.opaque.insert(folder.clone());
                        tree.incomplete.push(Why::new(WhyKind::FileUnreadable, why));
                    });
                    return WalkState::Continue;
                }
            };
            let Some(path) = relative(repo, entry.path()) else {
                let why = format!("the name {:?} is not Unicode", entry.file_name());
                shared.with(|tree| tree.incomplete.push(Why::new(WhyKind::FileUnreadable, why)));
                return WalkState::Continue;
            };
            if shared.entries.fetch_add(1, Ordering::Relaxed) >= MAX_ENTRIES {
                shared.with(|tree| {
                    tree.opaque.insert(String::new());
                });
                return WalkState::Quit;
            }
            let Some(kind) = entry.file_type() else { return WalkState::Continue };
            if kind.is_dir() {
                if entry.depth() >= MAX_DEPTH {
                    let why = format!("`{path}` lies deeper than {MAX_DEPTH} folders");
                    shared.with(|tree| {
                        tree.opaque.insert(path.clone());
                        tree.incomplete.push(Why::new(WhyKind::Limit, why));
                    });
                }
                found.folders.push(path);
            } else if kind.is_file() {
                found.files.push((path, entry.metadata().map_or(0, |metadata| metadata.len())));
            } else if kind.is_symlink() {
                link(repo, entry.path(), path, shared);
            }
            WalkState::Continue
        })
    });
    let mut tree = shared.tree.into_inner().unwrap_or_else(PoisonError::into_inner);
    if shared.entries.load(Ordering::Relaxed) > MAX_ENTRIES {
        tree.incomplete.push(Why::new(WhyKind::Limit, format!("more than {MAX_ENTRIES} files and folders")));
    }
    tree.folders.insert(String::new());
    tree.incomplete.sort();
    tree.incomplete.dedup();
    if tree.incomplete.len() > MAX_REASONS {
        let more = tree.incomplete.len() - MAX_REASONS;
        tree.incomplete.truncate(MAX_REASONS);
        tree.incomplete.push(Why::new(WhyKind::FileUnreadable, format!("{more} more entries could not be read")));
    }
    tree
}

/// A link to a regular file of the repository is that file; anything else exists, but is not looked at.
fn link(repo: &Path, full: &Path, path: String, shared: &Shared) {
    let inside = || {
        let target = fs::canonicalize(full).ok()?;
        let metadata = fs::metadata(&target).ok()?;
        (metadata.is_file() && target.starts_with(fs::canonicalize(repo).ok()?)).then_some(metadata.len())
    };
    match inside() {
        Some(size) => shared.with(|tree| {
            tree.files.insert(path, size);
        }),
        // A dangling link is nothing that can be imported.
        None if fs::metadata(full).is_err() => {}
        None => shared.with(|tree| {
            tree.opaque.insert(path);
        }),
    }
}

fn relative(repo: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(repo).ok()?.to_str()?;
    Some(if std::path::MAIN_SEPARATOR == '\\' { relative.replace('\\', "/") } else { relative.to_owned() })
}

fn failed_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => failed_path(err),
        _ => None,
    }
}

/// The reason without the path, which is of this machine.
fn reason(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| "it loops".to_owned(), |error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_and_hidden_files_exist() {
        let folder = tempfile::tempdir().unwrap();
        for path in [".gitignore", "a/temp/x.py", ".hidden/y.py", ".git/config"] {
            let full = folder.path().join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, "temp/\n").unwrap();
        }
        let tree = walk(folder.path());
        let files: Vec<_> = tree.files.keys().map(String::as_str).collect();
        assert_eq!(files, [".gitignore", ".hidden/y.py", "a/temp/x.py"]);
        assert!(tree.folders.contains("") && tree.folders.contains("a/temp") && !tree.folders.contains(".git"));
        assert_eq!(tree.incomplete, []);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_not_followed_or_opened() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.py"), "x = 1\n").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("pkg")).unwrap();
        fs::write(root.join("pkg/real.py"), "x = 1\n").unwrap();
        symlink(root.join("pkg"), root.join("pkg/loop")).unwrap();
        symlink(root.join("pkg/real.py"), root.join("pkg/alias.py")).unwrap();
        symlink(outside.path().join("secret.py"), root.join("pkg/outside.py")).unwrap();
        symlink(root.join("nowhere"), root.join("pkg/dangling.py")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(root.join("pkg/pipe.py")).status();
        let tree = walk(root);
        assert_eq!(tree.files.keys().collect::<Vec<_>>(), ["pkg/alias.py", "pkg/real.py"]);
        assert_eq!(tree.opaque.iter().collect::<Vec<_>>(), ["pkg/loop", "pkg/outside.py"]);
        assert!(tree.may_hide("pkg/loop/anything.py") && !tree.may_hide("pkg/else.py"));
        assert!(made.is_ok());
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_reason_and_not_an_empty_tree() {
        let folder = tempfile::tempdir().unwrap();
        let tree = walk(&folder.path().join("gone"));
        assert_eq!(tree.incomplete.len(), 1, "{:?}", tree.incomplete);
        assert!(tree.may_hide("anything.py"));
    }
}
