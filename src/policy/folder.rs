//! Reads a repository's own policies.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::engine::MAX_FILE;
use super::{PolicyError, SHIPPED_PREFIX};

/// How many policy files are read.
const MAX_FILES: usize = 500;
/// How deep folders may be nested.
const MAX_DEPTH: usize = 8;
/// How many entries of all kinds are looked at: a policy folder that is really a whole tree is a mistake.
const MAX_ENTRIES: usize = 20_000;

/// Reads the `.rego` files of a folder of the repository, and of the folders in it, by their path relative to the
/// repository. `path` may also name a single file.
///
/// # Errors
/// Where the path does not exist, leads out of the repository, or holds a policy that cannot be read (not UTF-8, too
/// large, a symbolic link) or too many: a policy that is asked for is never left out in silence.
pub fn read_folder(repo: &Path, path: &str) -> Result<BTreeMap<String, String>, PolicyError> {
    let error = |text: String| PolicyError::new(path, 0, text);
    let root = repo.canonicalize().map_err(|cause| error(format!("the repository cannot be read: {cause}")))?;
    let start = root.join(path).canonicalize().map_err(|cause| error(format!("it cannot be read: {cause}")))?;
    if !start.starts_with(&root) {
        return Err(error("it leads out of the repository".to_owned()));
    }
    let mut sources = BTreeMap::new();
    let mut entries = 0;
    let mut open = vec![(start, 0)];
    while let Some((next, depth)) = open.pop() {
        entries += 1;
        if entries > MAX_ENTRIES {
            return Err(error(format!("it holds more than {MAX_ENTRIES} files and folders")));
        }
        let kind = fs::symlink_metadata(&next).map_err(|cause| error(unreadable(&root, &next, &cause)))?;
        if kind.is_dir() {
            if depth >= MAX_DEPTH {
                return Err(error(format!("folders in it are nested deeper than {MAX_DEPTH}")));
            }
            let listed = fs::read_dir(&next).map_err(|cause| error(unreadable(&root, &next, &cause)))?;
            for entry in listed {
                let entry = entry.map_err(|cause| error(unreadable(&root, &next, &cause)))?;
                open.push((entry.path(), depth + 1));
            }
        } else if kind.is_symlink() && (next.is_dir() || is_policy_file(&next)) {
            return Err(PolicyError::new(&relative(&root, &next), 0, "it is a symbolic link, which is not followed"));
        } else if kind.is_file() && is_policy_file(&next) {
            let name = relative(&root, &next);
            if name.starts_with(SHIPPED_PREFIX) {
                return Err(PolicyError::new(&name, 0, "its path is one of the shipped policies'"));
            }
            if kind.len() > MAX_FILE as u64 {
                return Err(PolicyError::new(&name, 0, format!("it is larger than {MAX_FILE} bytes")));
            }
            let text = fs::read_to_string(&next)
                .map_err(|cause| PolicyError::new(&name, 0, format!("it cannot be read: {cause}")))?;
            sources.insert(name, text);
            if sources.len() > MAX_FILES {
                return Err(error(format!("it holds more than {MAX_FILES} policies")));
            }
        }
    }
    Ok(sources)
}

fn is_policy_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rego")
}

fn unreadable(root: &Path, path: &Path, cause: &std::io::Error) -> String {
    format!("{} cannot be read: {cause}", relative(root, path))
}

fn relative(root: &Path, path: &Path) -> String {
    let inside: PathBuf = path.strip_prefix(root).unwrap_or(path).to_path_buf();
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("policy/deep")).unwrap();
        fs::write(folder.path().join("policy/a.rego"), "package main\n").unwrap();
        fs::write(folder.path().join("policy/deep/b_test.rego"), "package b\n").unwrap();
        fs::write(folder.path().join("policy/README.md"), "no policy").unwrap();
        folder
    }

    #[test]
    fn policies_are_found_below_the_folder_by_their_path_in_the_repository() {
        let folder = repository();
        let all = read_folder(folder.path(), "policy").unwrap();
        assert_eq!(all.keys().collect::<Vec<_>>(), ["policy/a.rego", "policy/deep/b_test.rego"]);
        assert_eq!(all["policy/a.rego"], "package main\n");
        let one = read_folder(folder.path(), "./policy/a.rego").unwrap();
        assert_eq!(one.keys().collect::<Vec<_>>(), ["policy/a.rego"]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let folder = repository();
        let outside = tempfile::tempdir().unwrap();
        for path in ["missing", "..", &outside.path().to_string_lossy()] {
            assert!(read_folder(folder.path(), path).is_err(), "{path}");
        }
        fs::write(folder.path().join("policy/c.rego"), [0xff, 0xfe]).unwrap();
        let error = read_folder(folder.path(), "policy").unwrap_err();
        assert_eq!(error.path, "policy/c.rego");
        fs::write(folder.path().join("policy/c.rego"), vec![b' '; MAX_FILE + 1]).unwrap();
        assert!(read_folder(folder.path(), "policy").unwrap_err().text.contains("larger"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_neither_followed_nor_left_out_in_silence() {
        let folder = repository();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("x.rego"), "package x\n").unwrap();
        for (target, link) in [(outside.path().to_path_buf(), "link"), (outside.path().join("x.rego"), "x.rego")] {
            let link = folder.path().join("policy").join(link);
            std::os::unix::fs::symlink(target, &link).unwrap();
            assert!(read_folder(folder.path(), "policy").unwrap_err().text.contains("symbolic link"));
            fs::remove_file(link).unwrap();
        }
        let disguised = folder.path().join(format!("{SHIPPED_PREFIX}policies"));
        fs::create_dir(&disguised).unwrap();
        fs::write(disguised.join("service_attached.rego"), "package main\n").unwrap();
        assert!(read_folder(folder.path(), ".").unwrap_err().text.contains("shipped"));
        std::os::unix::fs::symlink(outside.path(), folder.path().join("away")).unwrap();
        assert!(read_folder(folder.path(), "away").unwrap_err().text.contains("out of the repository"));
    }
}
