//! Backup files that hold Python, in all the spellings in which people leave them.

use std::path::Path;

use rayon::prelude::*;

use super::glob::excludes;
use super::pytest_config::join;
use super::roots::folder_of;
use super::sources::{self, PythonFile, Reader};
use super::walk::Tree;
use crate::model::tests::Backup;
use crate::model::{Excerpts, RepoPath, Why, WhyKind};
use crate::python::extract::Interpreter;

/// Words that mark a copy, as a part of a file name.
const WORDS: [&str; 14] = [
    "backup",
    "bak",
    "orig",
    "old",
    "save",
    "saved",
    "copy",
    "disabled",
    "deprecated",
    "broken",
    "archived",
    "unused",
    "tmp",
    "removed",
];
/// Folders that hold copies.
const FOLDERS: [&str; 18] = [
    "backup",
    "backups",
    ".backup",
    ".backups",
    "_backup",
    "_backups",
    "archived_reports",
    "bak",
    "archive",
    "archived",
    "archives",
    "_archive",
    "old",
    "_old",
    "deprecated",
    "_deprecated",
    "disabled",
    "attic",
];
/// The most backup files that are read.
const MAX_BACKUPS: usize = 5_000;

/// A backup file, read as Python.
#[derive(Debug)]
pub struct BackupFile {
    /// What it says.
    pub file: PythonFile,
    /// The file that it is a copy of, by name.
    pub of: Option<String>,
}

/// Finds and reads the backup files under a folder.
pub fn read(
    repo: &Path,
    tree: &Tree,
    exclude: &[String],
    interpreter: Interpreter,
    excerpts: &Excerpts,
    ignored: impl Fn(&str) -> bool,
    incomplete: &mut Vec<Why>,
) -> Vec<BackupFile> {
    let mut found = Vec::new();
    for (path, &size) in tree.files.iter().filter(|(path, _)| !ignored(path)) {
        let Some(of) = original(path, tree, exclude) else { continue };
        found.push((path, size, Some(of).filter(|of| of != path)));
    }
    if found.len() > MAX_BACKUPS {
        let text = format!("of {} backup files only the first {MAX_BACKUPS} are read", found.len());
        incomplete.push(Why::new(WhyKind::Limit, text));
        found.truncate(MAX_BACKUPS);
    }
    if found.is_empty() {
        return Vec::new();
    }
    let reader = Reader::new(repo, interpreter, excerpts);
    let read =
        |(path, size, of): (&String, u64, Option<String>)| BackupFile { file: reader.read(tree, path, size), of };
    sources::with_deep_stacks(|| found.into_par_iter().map(read).collect())
}

/// What the report shows of a backup.
pub fn shown(backup: &BackupFile) -> Backup {
    Backup {
        path: RepoPath::new(&backup.file.path),
        of: backup.of.as_deref().map(RepoPath::new),
        classes: backup.file.facts.classes.iter().map(|class| class.name.to_string()).collect(),
    }
}

/// The path of the file that a backup is a copy of; `None` for a file that is no backup of Python.
pub fn original(path: &str, tree: &Tree, exclude: &[String]) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if let Some(original) = original_name(name) {
        let beside = join(folder, &original);
        // `.py` in the name says that it is Python; else its twin has to.
        if name.contains(".py") || tree.files.contains_key(&beside) || is_test_like(&original) {
            return Some(join(&without_backup_folders(folder), &original));
        }
    }
    let stem = name.strip_suffix(".py")?;
    let twin = |before: &str| {
        let path = join(folder, &format!("{before}.py"));
        (!before.is_empty() && tree.files.contains_key(&path)).then_some(path)
    };
    let is_number = |text: &str| text.chars().all(|character| character.is_ascii_digit() || character == '_');
    // `test_backup.py` may be a test of backups: only a twin without the word makes it a copy.
    for word in WORDS {
        let found = stem
            .rsplit_once(&format!("_{word}"))
            .filter(|(_, after)| is_number(after))
            .and_then(|(before, _)| twin(before))
            .or_else(|| twin(stem.strip_prefix(word)?.strip_prefix('_')?));
        if found.is_some() {
            return found;
        }
    }
    // `test_a_20250908.py`
    let dated = stem.rsplit_once('_').filter(|(_, date)| date.len() >= 6 && is_number(date));
    if let Some(path) = dated.and_then(|(before, _)| twin(before)) {
        return Some(path);
    }
    let in_folder = folder.split('/').any(|part| FOLDERS.contains(&part));
    // A folder of that name may hold a product's own code: it counts where the configuration leaves it out as well.
    (in_folder && exclude.iter().any(|pattern| excludes(pattern, path)))
        .then(|| join(&without_backup_folders(folder), name))
}

/// The name without what makes it a backup: `a.py.bak`, `a.py~`, `a.backup.py`, `a.backup.20250908.py`, `a.bak`.
fn original_name(name: &str) -> Option<String> {
    if let Some(autosaved) = name.strip_prefix('#').and_then(|rest| rest.strip_suffix('#')) {
        return Some(autosaved.to_owned());
    }
    if let Some(before) = name.strip_suffix('~') {
        // Emacs numbers them: `a.py.~3~`.
        let numbered = before.rsplit_once(".~").filter(|(_, number)| number.chars().all(|c| c.is_ascii_digit()));
        return Some(numbered.map_or(before, |(before, _)| before).to_owned());
    }
    if let Some(before) = name.strip_suffix(".py").and_then(desktop_copy) {
        return Some(format!("{before}.py"));
    }
    // `a.py-backup`, `a.py_old`
    if let Some((before, after)) = name.rsplit_once(".py")
        && let Some(marker) = after.strip_prefix(['-', '_'])
        && WORDS.iter().any(|word| marker.to_ascii_lowercase().starts_with(word))
    {
        return Some(format!("{before}.py"));
    }
    if let Some((before, after)) = name.split_once(".py.") {
        let is_marker = |part: &str| {
            let lower = part.to_ascii_lowercase();
            WORDS.iter().any(|word| lower.starts_with(word))
                || lower.chars().all(|character| character.is_ascii_digit() || "-_T".contains(character))
        };
        // `a.py.jinja` is a template, not a copy.
        return after.split('.').next().is_some_and(is_marker).then(|| format!("{before}.py"));
    }
    let parts: Vec<&str> = name.split('.').collect();
    let at = parts.iter().skip(1).position(|part| {
        let lower = part.to_ascii_lowercase();
        WORDS.iter().any(|word| {
            lower.strip_prefix(word).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || "-_".contains(c)))
        })
    })?;
    let before = parts.get(..=at)?.join(".");
    let last = parts.last().copied().unwrap_or_default();
    let ends_in_marker = at + 2 == parts.len();
    (last == "py" || ends_in_marker).then(|| format!("{}.py", before.strip_suffix(".py").unwrap_or(&before)))
}

/// What file managers call a copy: `Copy of a`, `a copy 2`, `a (1)`, `a - Copy (2)`.
fn desktop_copy(stem: &str) -> Option<&str> {
    let whole = stem;
    let stem = stem.strip_prefix("Copy of ").unwrap_or(stem);
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|character| character.is_ascii_digit());
    let counted = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")).filter(|(_, count)| is_number(count));
    let stem = counted.map_or(stem, |(before, _)| before);
    let stem = match stem.rsplit_once(" copy") {
        Some((before, after)) if after.is_empty() || is_number(after.trim_start()) => before,
        _ => stem.strip_suffix(" - Copy").unwrap_or(stem),
    };
    (stem.len() < whole.len() && !stem.is_empty()).then_some(stem)
}

fn is_test_like(name: &str) -> bool {
    name.starts_with("test_") || name.ends_with("_test.py") || name == "conftest.py"
}

/// `tests/smoke/backups` → `tests/smoke`.
fn without_backup_folders(folder: &str) -> String {
    let kept: Vec<&str> = folder.split('/').take_while(|part| !FOLDERS.contains(part)).collect();
    if kept.is_empty() { folder_of(folder).to_owned() } else { kept.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> Tree {
        Tree { files: paths.iter().map(|path| ((*path).to_owned(), 1)).collect(), ..Tree::default() }
    }

    #[test]
    fn all_spellings_of_backups_are_known_and_their_look_alikes_are_not() {
        let tree = tree(&["t/test_a.py", "t/test_db.py", "t/x.bak"]);
        let exclude = ["*/backups/*".to_owned(), "*/backup/*".to_owned()];
        for (path, expected) in [
            ("t/test_a.backup.py", Some("t/test_a.py")),
            ("t/test_a.backup.20250908.py", Some("t/test_a.py")),
            ("t/test_a.backup_2025.py", Some("t/test_a.py")),
            ("t/test_a.py.backup", Some("t/test_a.py")),
            ("t/test_a.py.backup.20250908_120000", Some("t/test_a.py")),
            ("t/test_a.py.bak", Some("t/test_a.py")),
            ("t/test_a.py.orig", Some("t/test_a.py")),
            ("t/test_a.py.old", Some("t/test_a.py")),
            ("t/test_a.py~", Some("t/test_a.py")),
            ("t/test_a.py.20250908", Some("t/test_a.py")),
            ("t/test_a.backup", Some("t/test_a.py")),
            ("t/test_a.bak", Some("t/test_a.py")),
            ("t/test_db_backup.py", Some("t/test_db.py")),
            ("t/test_db_old_2.py", Some("t/test_db.py")),
            ("t/backups/test_a.py", Some("t/test_a.py")),
            ("t/backups/2025/test_a.py", Some("t/test_a.py")),
            ("backups/test_a.py", Some("test_a.py")),
            ("t/test_a.py.~3~", Some("t/test_a.py")),
            ("t/test_a.py-backup", Some("t/test_a.py")),
            ("t/test_a.py_old", Some("t/test_a.py")),
            ("t/test_a.py.disabled", Some("t/test_a.py")),
            ("t/test_a.py.BROKEN", Some("t/test_a.py")),
            ("t/test_a.disabled.py", Some("t/test_a.py")),
            ("t/test_a copy.py", Some("t/test_a.py")),
            ("t/test_a copy 2.py", Some("t/test_a.py")),
            ("t/test_a (1).py", Some("t/test_a.py")),
            ("t/test_a - Copy.py", Some("t/test_a.py")),
            ("t/Copy of test_a.py", Some("t/test_a.py")),
            ("t/old_test_a.py", Some("t/test_a.py")),
            ("t/backup_test_a.py", Some("t/test_a.py")),
            ("t/test_a_20250908.py", Some("t/test_a.py")),
            ("t/#test_a.py#", Some("t/test_a.py")),
            // Look-alikes.
            ("t/test_backup.py", None),
            ("t/test_restore_backup.py", None),
            ("t/backup_service.py", None),
            ("t/test_a.py", None),
            ("t/test_a.py.jinja", None),
            ("t/older.py", None),
            ("t/x.bak", None),
            ("db/dump.backup", None),
            ("t/test_gold.py", None),
            ("t/old_test_b.py", None),
            ("t/test_b_20250908.py", None),
            ("t/test_copy.py", None),
            ("t/test_a_2.py", None),
            ("t/test_deep_copy.py", None),
            ("t/test_a.pyi", None),
            ("t/test_a.pyc", None),
            ("t/archive/test_a.py", None),
            ("my_backups/test_a.py", None),
        ] {
            assert_eq!(original(path, &tree, &exclude).as_deref(), expected, "{path}");
        }
        assert_eq!(original("app/backup/service.py", &tree, &[]), None, "a folder of product code");
    }
}
