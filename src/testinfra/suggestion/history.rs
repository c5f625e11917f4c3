//! Where files went, by the history of the repository: the renames that git finds. It is only read.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long git may take.
const LIMIT: Duration = Duration::from_secs(5);
/// The most bytes of its answer that are read.
const MAX_BYTES: u64 = 32 << 20;
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
        ask(repo, LIMIT).map(|answer| Self::parse(&answer)).unwrap_or_default()
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

/// Runs `git log`. Whatever a repository's own configuration could make it run is switched off.
fn ask(repo: &Path, limit: Duration) -> Option<Vec<u8>> {
    let mut child = Command::new("git")
        .args(["-c", "log.showSignature=false", "-c", "core.fsmonitor=false", "-c", "diff.renameLimit=2000"])
        .args(["--no-pager", "log", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-color"])
        .args([MAX_COMMITS, "--diff-filter=R", "--find-renames", "--name-status", "-z", "--format=", "--", "*.py"])
        .current_dir(repo)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // Objects that are not here are not fetched.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let stdout = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut answer = Vec::new();
        let read = stdout.take(MAX_BYTES).read_to_end(&mut answer);
        // Nobody waits any more where the time is up.
        let _ = sender.send(read.map(|_| answer));
    });
    let answer = receiver.recv_timeout(limit);
    // It has ended, or is to end now.
    let _ = child.kill();
    let _ = child.wait();
    answer.ok()?.ok()
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
