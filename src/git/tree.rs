//! What is in the tree of a commit, and which of it can be written.

use std::path::Path;
use std::time::Duration;

use super::{Limits, ask};

/// The most files of a tree.
pub const MAX_FILES: usize = 200_000;
/// The largest file that is written, in bytes: no reader takes larger ones.
const MAX_FILE: u64 = 64 << 20;
/// The most bytes of all files.
pub const MAX_BYTES: u64 = 2 << 30;
/// The longest path, in bytes.
const MAX_PATH: usize = 4_096;
/// What listing a tree may take.
const LISTING: Limits = Limits { time: Duration::from_secs(60), bytes: 64 << 20 };

/// An entry of a tree, or why it is not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path relative to the folder, with `/`; where it is not UTF-8, the nearest that is.
    pub path: String,
    /// The object.
    pub id: String,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of [`Entry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file with so many bytes.
    File(u64),
    /// A symbolic link.
    Link,
    /// Something that is not written, for this reason.
    Unread(&'static str),
}

/// The entries below a folder in the tree of a commit; none where the commit does not have the folder.
///
/// # Errors
/// In words: git failed, or the tree is larger than the limits.
pub fn entries(folder: &Path, commit: &str) -> Result<Vec<Entry>, String> {
    // In a folder of the repository, git lists what is below it, relative to it.
    let answer = ask(folder, &["ls-tree", "-r", "-z", "-l", commit], LISTING)?;
    if answer.is_cut {
        return Err("the list of its files is too long".to_owned());
    }
    if answer.code != Some(0) {
        return Err(format!("git ls-tree failed: {}", answer.said));
    }
    let entries: Option<Vec<Entry>> =
        answer.text.split(|&byte| byte == 0).filter(|line| !line.is_empty()).map(parse).collect();
    let entries = entries.ok_or("git ls-tree printed something that is no entry")?;
    let bytes: u64 = entries.iter().map(|entry| if let Kind::File(bytes) = entry.kind { bytes } else { 0 }).sum();
    if entries.len() > MAX_FILES || bytes > MAX_BYTES {
        return Err(format!(
            "it has {} files with {bytes} bytes, more than {MAX_FILES} files or {MAX_BYTES} bytes",
            entries.len()
        ));
    }
    Ok(entries)
}

/// Reads `<mode> <type> <id> <size, padded>TAB<path>`.
fn parse(line: &[u8]) -> Option<Entry> {
    let tab = line.iter().position(|&byte| byte == b'\t')?;
    let (head, path) = (line.get(..tab)?, line.get(tab + 1..)?);
    let mut words = std::str::from_utf8(head).ok()?.split_ascii_whitespace();
    let (mode, _, id, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let kind = match mode {
        _ if !is_safe(path) => Kind::Unread("its path cannot be written"),
        "160000" => Kind::Unread("it is a submodule"),
        "120000" => Kind::Link,
        _ => match size.parse() {
            Ok(bytes) if bytes <= MAX_FILE => Kind::File(bytes),
            Ok(_) => Kind::Unread("it is too large"),
            Err(_) => return None,
        },
    };
    Some(Entry { path: String::from_utf8_lossy(path).into_owned(), id: id.to_owned(), kind })
}

/// True where a path stays in the folder that it is relative to, and means the same on every system.
pub fn is_safe(path: &[u8]) -> bool {
    let Ok(path) = std::str::from_utf8(path) else { return false };
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git");
    let is_system_free = !cfg!(windows) || !path.contains(['\\', ':']);
    path.len() <= MAX_PATH && is_system_free && path.split('/').all(is_plain)
}

/// The target of a symbolic link at this path, where it stays in the folder: first up, no further than to the folder,
/// then down only. Links on its way do the same, so that the whole way stays inside.
pub fn inner_target<'a>(path: &str, target: &'a [u8]) -> Option<&'a str> {
    let target = std::str::from_utf8(target).ok()?;
    let depth = path.matches('/').count();
    let mut down = target;
    let mut up = 0;
    while let Some(rest) = down.strip_prefix("../") {
        (down, up) = (rest, up + 1);
    }
    (up <= depth && is_safe(down.strip_suffix('/').unwrap_or(down).as_bytes())).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(line: &[u8]) -> Option<Kind> {
        parse(line).map(|entry| entry.kind)
    }

    #[test]
    fn entries_are_read_and_what_would_escape_is_not_written() {
        assert_eq!(
            parse(b"100644 blob abc      12\ta b/c.tf"),
            Some(Entry { path: "a b/c.tf".to_owned(), id: "abc".to_owned(), kind: Kind::File(12) })
        );
        assert_eq!(kind(b"160000 commit abc       -\tsub"), Some(Kind::Unread("it is a submodule")));
        assert_eq!(kind(b"120000 blob abc       3\tlink"), Some(Kind::Link));
        for path in ["../x", "a/../x", "/etc/x", "a//b", ".git/config", "a/.GIT/x", "", "."] {
            let line = format!("100644 blob abc 1\t{path}");
            assert_eq!(kind(line.as_bytes()), Some(Kind::Unread("its path cannot be written")), "{path}");
        }
        assert_eq!(kind(b"100644 blob abc 1\t\xff"), Some(Kind::Unread("its path cannot be written")));
        let large = format!("100644 blob abc {}\tx", MAX_FILE + 1);
        assert_eq!(kind(large.as_bytes()), Some(Kind::Unread("it is too large")));
        assert_eq!(kind(b"100644 blob abc -\tx"), None);
        assert_eq!(kind(b"nonsense"), None);
    }

    #[test]
    fn links_that_leave_the_folder_are_refused() {
        for (path, target) in [("a", "b"), ("a/b", "../c/d"), ("a/b/c", "../../d"), ("a", "b/")] {
            assert_eq!(inner_target(path, target.as_bytes()), Some(target));
        }
        for (path, target) in
            [("a", "../b"), ("a/b", "../../c"), ("a", "/etc"), ("a", "b/../../c"), ("a/b", ".."), ("a", "")]
        {
            assert_eq!(inner_target(path, target.as_bytes()), None, "{path} -> {target}");
        }
    }
}
