//! Where files went, by the history of the repository: the renames that git finds. It is only read.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use crate::git;

/// What git may take; of a longer answer the newest renames are read.
const LIMITS: git::Limits = git::Limits { time: Duration::from_secs(5), bytes: 32 << 20 };
/// The most commits that are looked at, newest first.
const MAX_COMMITS: &str = "--max-count=20000";
/// The longest chain of renames that is followed.
const MAX_RENAMES: usize = 50;

/// Renamed files: old path → new path, the newest rename of each.
#[derive(Debug, Default)]
pub(super) struct History {
    renamed: HashMap<String, String>,
}

impl History {
    /// Asks git. Without a repository, without git, and where it takes too long, there is no history.
    pub(super) fn of(repo: &Path) -> Self {
        if !repo.join(".git").exists() {
            return Self::default();
        }
        ask(repo).map(|answer| Self::parse(&answer)).unwrap_or_default()
    }

    /// The path that a file has now, where `exists` knows it.
    pub(super) fn follow(&self, old: &str, exists: impl Fn(&str) -> bool) -> Option<&str> {
        let mut path = self.renamed.get(old)?;
        for _ in 0..MAX_RENAMES {
            if exists(path) {
                return Some(path);
            }
            path = self.renamed.get(path)?;
        }
        None
    }

    /// Reads `R<similarity> NUL old NUL new NUL`, newest first.
    fn parse(answer: &[u8]) -> Self {
        let mut renamed = HashMap::new();
        let mut fields = answer.split(|&byte| byte == 0).map(|field| std::str::from_utf8(field).ok());
        while let Some(field) = fields.next() {
            let is_rename = field.is_some_and(|field| {
                field
                    .trim_start()
                    .strip_prefix('R')
                    .is_some_and(|rest| rest.chars().all(|digit| digit.is_ascii_digit()))
            });
            if !is_rename {
                continue;
            }
            if let (Some(Some(old)), Some(Some(new))) = (fields.next(), fields.next())
                && !new.is_empty()
            {
                renamed.entry(old.to_owned()).or_insert_with(|| new.to_owned());
            }
        }
        Self { renamed }
    }
}

/// The renames of Python files, newest first.
fn ask(repo: &Path) -> Option<Vec<u8>> {
    let arguments = ["-c", "log.showSignature=false", "-c", "diff.renameLimit=2000"].into_iter();
    let arguments = arguments.chain(["log", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-color"]);
    let arguments = arguments.chain([MAX_COMMITS, "--diff-filter=R", "--find-renames", "--name-status", "-z"]);
    let arguments: Vec<&str> = arguments.chain(["--format=", "--", "*.py"]).collect();
    git::ask(repo, &arguments, LIMITS).ok().map(|answer| answer.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_are_followed_to_what_exists() {
        let history = History::parse(b"R100\0b.py\0c.py\0R087\0a.py\0b.py\0R100\0a.py\0old.py\0x\0R1\0lost.py\0");
        assert_eq!(history.follow("a.py", |path| path == "c.py"), Some("c.py"));
        assert_eq!(history.follow("b.py", |_| true), Some("c.py"));
        assert_eq!(history.follow("a.py", |_| false), None);
        assert_eq!(history.follow("lost.py", |_| true), None);
        let circle = History::parse(b"R100\0a.py\0b.py\0R100\0b.py\0a.py\0");
        assert_eq!(circle.follow("a.py", |_| false), None);
    }

    #[test]
    fn without_a_repository_there_is_no_history() {
        let folder = tempfile::tempdir().unwrap();
        assert!(History::of(folder.path()).renamed.is_empty());
        std::fs::write(folder.path().join(".git"), "gitdir: /nowhere\n").unwrap();
        assert!(History::of(folder.path()).renamed.is_empty());
    }
}
