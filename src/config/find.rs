//! Finds the config file and the folder that a run is about.

use std::path::{Path, PathBuf};

/// The name of the config file.
pub const FILE_NAME: &str = "gcp-drift.toml";

/// What a run is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The folder that all paths of config, findings and origins are relative to: the folder of the config file,
    /// else the one that holds `.git`, else the folder where the search began.
    pub root: PathBuf,
    /// The config file.
    pub file: Option<PathBuf>,
}

/// Finds `gcp-drift.toml` in `start` or the nearest of its parents, up to the folder that holds `.git` and never above
/// it. Where no parent holds `.git`, there is no bound to search up to, and only `start` itself is looked at.
pub fn find(start: &Path) -> Option<PathBuf> {
    candidates(start).into_iter().map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())
}

/// Finds the config file as [`find`] does, and with it the root.
pub fn locate(start: &Path) -> Located {
    let file = find(start);
    let root = match file.as_deref().and_then(Path::parent) {
        Some(folder) => folder.to_path_buf(),
        None => git_root(start).unwrap_or_else(|| absolute(start)),
    };
    Located { root, file }
}

/// The nearest folder from `start` upwards that holds a `.git` entry (a folder, or the file of a linked worktree).
pub fn git_root(start: &Path) -> Option<PathBuf> {
    absolute(start).ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf)
}

/// The folders in which a config file may lie, nearest first.
fn candidates(start: &Path) -> Vec<PathBuf> {
    let start = absolute(start);
    match git_root(&start) {
        Some(root) => start.ancestors().take_while(|folder| folder.starts_with(&root)).map(Path::to_path_buf).collect(),
        None => vec![start],
    }
}

/// The path with the current folder before it, its `.` and `..` and links resolved where it exists.
fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    match path.canonicalize() {
        // Windows answers with a verbatim path, which most programs print and join badly.
        Ok(found) if !cfg!(windows) => found,
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn tree(folders: &[&str], files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for folder in folders {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in files {
            fs::write(root.join(file), "").unwrap();
        }
        (dir, root)
    }

    #[test]
    fn the_nearest_file_up_to_the_git_root_is_found() {
        let (_dir, root) =
            tree(&["repo/.git", "repo/a/b", "repo/a/c/d"], &["repo/gcp-drift.toml", "repo/a/c/gcp-drift.toml"]);
        assert_eq!(find(&root.join("repo")), Some(root.join("repo/gcp-drift.toml")));
        assert_eq!(find(&root.join("repo/a/b")), Some(root.join("repo/gcp-drift.toml")));
        assert_eq!(find(&root.join("repo/a/c/d")), Some(root.join("repo/a/c/gcp-drift.toml")));
        assert_eq!(find(&root.join("repo/a/c/../b")), Some(root.join("repo/gcp-drift.toml")));
        assert_eq!(locate(&root.join("repo/a/c/d")).root, root.join("repo/a/c"));
    }

    #[test]
    fn nothing_above_the_git_root_is_looked_at() {
        let (_dir, root) = tree(&["repo/.git", "repo/a"], &["gcp-drift.toml"]);
        assert_eq!(find(&root.join("repo/a")), None);
        assert_eq!(find(&root.join("repo")), None);
        assert_eq!(locate(&root.join("repo/a")), Located { root: root.join("repo"), file: None });
    }

    #[test]
    fn a_linked_worktree_is_a_git_root() {
        let (_dir, root) = tree(&["repo/a"], &["gcp-drift.toml", "repo/.git"]);
        assert_eq!(locate(&root.join("repo/a")), Located { root: root.join("repo"), file: None });
    }

    #[test]
    fn without_git_only_the_folder_itself_is_looked_at() {
        let (_dir, root) = tree(&["a/b"], &["a/gcp-drift.toml"]);
        if git_root(&root).is_some() {
            return; // the temporary folder itself lies in a repository
        }
        assert_eq!(find(&root.join("a")), Some(root.join("a/gcp-drift.toml")));
        assert_eq!(locate(&root.join("a/b")), Located { root: root.join("a/b"), file: None });
    }

    #[test]
    fn a_folder_of_that_name_is_no_config_file() {
        let (_dir, root) = tree(&["repo/.git", "repo/a/gcp-drift.toml"], &["repo/gcp-drift.toml"]);
        assert_eq!(find(&root.join("repo/a")), Some(root.join("repo/gcp-drift.toml")));
    }
}
