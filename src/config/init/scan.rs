//! The files of a repository that `init` may look into, within limits.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ignore::WalkBuilder;

/// A file, with its text where the text is looked at.
#[derive(Debug)]
pub(super) struct SeenFile {
    /// Relative to the repository, with `/`.
    pub(super) path: String,
    /// Empty where only the name counts, and for files that are no text.
    pub(super) text: String,
}

impl SeenFile {
    /// The text after the last `/`.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The folder; `.` is the repository.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or(".", |(folder, _)| folder)
    }
}

/// What the walk has seen, in the order of paths.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) files: Vec<SeenFile>,
    pub(super) incomplete: Vec<String>,
}

const MAX_FILES: usize = 50_000;
const MAX_DEPTH: usize = 24;
const MAX_FILE_BYTES: u64 = 512 * 1024;
const MAX_ALL_BYTES: u64 = 64 * 1024 * 1024;

/// Folders that hold other people's files, or copies.
const SKIPPED: [&str; 8] =
    [".git", ".terraform", "node_modules", "venv", ".venv", "__pycache__", "site-packages", "target"];

/// Walks the repository. Links are not followed.
pub(super) fn scan(root: &Path) -> Scan {
    let mut scan = Scan::default();
    let mut bytes = 0;
    let mut unreadable = 0_usize;
    let mut unnamed = 0_usize;
    let mut too_large = Vec::new();
    let walk = WalkBuilder::new(root)
        .hidden(false) // workflows lie in .github
        .require_git(false)
        .git_global(false) // what is found must not depend on whose machine it is
        .max_depth(Some(MAX_DEPTH))
        .sort_by_file_name(std::cmp::Ord::cmp)
        .filter_entry(|entry| !entry.file_name().to_str().is_some_and(|name| SKIPPED.contains(&name)))
        .build();
    for entry in walk {
        let Ok(entry) = entry else {
            unreadable += 1;
            continue;
        };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        if scan.files.len() >= MAX_FILES {
            scan.incomplete.push(format!("only the first {MAX_FILES} files were looked at"));
            break;
        }
        let Some(path) = relative(entry.path(), root) else {
            unnamed += 1;
            continue;
        };
        let mut text = String::new();
        if is_read(&path) {
            let length = entry.metadata().map_or(0, |metadata| metadata.len());
            if length > MAX_FILE_BYTES || bytes + length > MAX_ALL_BYTES {
                too_large.push(path.clone());
            } else {
                match read(entry.path()) {
                    Some(read) => text = read,
                    None => unreadable += 1,
                }
                bytes += length;
            }
        }
        scan.files.push(SeenFile { path, text });
    }
    if unreadable > 0 {
        scan.incomplete.push(format!("{unreadable} files or folders could not be read"));
    }
    if unnamed > 0 {
        scan.incomplete.push(format!("{unnamed} files have names that are no UTF-8"));
    }
    if let Some(first) = too_large.first() {
        scan.incomplete.push(format!("{} files were too large to look into, such as {first}", too_large.len()));
    }
    scan
}

/// True where the text of a file is looked at, not only its name.
fn is_read(path: &str) -> bool {
    const ENDINGS: [&str; 8] = [".tf", ".tf.json", ".tfvars", ".py", ".yml", ".yaml", ".toml", ".ini"];
    ENDINGS.iter().any(|ending| path.ends_with(ending)) || path.ends_with("setup.cfg")
}

/// The text of a file; what is no UTF-8 in it does not matter to a look for words.
fn read(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_FILE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn relative(path: &Path, root: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}
