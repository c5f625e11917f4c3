//! Where the tests lie: pytest's rootdir, and the categories that folder names suggest.

use std::collections::{BTreeMap, BTreeSet};

use super::TestsRoot;
use super::scan::{Scan, SeenFile};

/// The most categories that are written; more are folders of something else.
const MAX_CATEGORIES: usize = 30;

/// pytest's rootdir, and category → file patterns.
pub(super) fn look(scan: &Scan) -> (Option<TestsRoot>, BTreeMap<String, Vec<String>>) {
    let tests: Vec<&str> = scan
        .files
        .iter()
        .filter(|file| is_test_file(file.name()) && !is_backup(&file.path))
        .map(|file| file.path.as_str())
        .collect();
    if tests.is_empty() {
        return (None, BTreeMap::new());
    }
    (Some(root(scan, &tests)), categories(&tests))
}

/// True for the names that pytest collects by default.
pub(super) fn is_test_file(name: &str) -> bool {
    name.ends_with("_test.py") || (name.starts_with("test_") && name.ends_with(".py"))
}

/// True for files that are copies of others.
pub(super) fn is_backup(path: &str) -> bool {
    path.contains(".backup.") || path.split('/').any(|part| matches!(part, "backup" | "backups" | "archived_reports"))
}

/// The folder of the pytest configuration that is nearest to the top, else the repository.
fn root(scan: &Scan, tests: &[&str]) -> TestsRoot {
    let holds_tests = |folder: &str| {
        folder == "." || tests.iter().any(|path| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    };
    let ini = scan
        .files
        .iter()
        .filter(|file| configures_pytest(file) && holds_tests(file.folder()))
        .min_by_key(|file| (file.path.matches('/').count(), &file.path));
    match ini {
        Some(file) => TestsRoot { folder: file.folder().to_owned(), ini: Some(file.path.clone()) },
        None => TestsRoot { folder: ".".to_owned(), ini: None },
    }
}

/// The files that pytest takes as its configuration.
fn configures_pytest(file: &SeenFile) -> bool {
    let has_section = |section: &str| file.text.lines().any(|line| line.trim_end().starts_with(section));
    match file.name() {
        "pytest.ini" | ".pytest.ini" => true,
        "pyproject.toml" => has_section("[tool.pytest"),
        "tox.ini" => has_section("[pytest]"),
        "setup.cfg" => has_section("[tool:pytest]"),
        _ => false,
    }
}

/// A category for each folder right below a `tests` folder; `smoke` folders anywhere below one are smoke tests as well.
fn categories(tests: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut patterns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in tests {
        let parts: Vec<&str> = path.split('/').collect();
        let Some(at) = parts.iter().position(|part| *part == "tests") else { continue };
        let folders = parts.get(at + 1..parts.len().saturating_sub(1)).unwrap_or_default();
        let Some(category) = folders.first() else { continue };
        let top = parts.get(..at + 2).unwrap_or_default().join("/");
        add(&mut patterns, category, format!("{top}/**/*.py"));
        let smoke = folders.iter().position(|folder| *folder == "smoke");
        if let Some(depth @ 1..) = smoke {
            let folder = parts.get(..at + 2 + depth).unwrap_or_default().join("/");
            add(&mut patterns, "smoke", format!("{folder}/*.py"));
        }
    }
    patterns.into_iter().take(MAX_CATEGORIES).map(|(name, patterns)| (name, patterns.into_iter().collect())).collect()
}

/// Adds a pattern, where name and pattern mean what they say: a folder name may hold characters of a glob.
fn add(patterns: &mut BTreeMap<String, BTreeSet<String>>, category: &str, pattern: String) {
    use crate::config::validate;
    let plain = !pattern.contains(['[', ']', '{', '}', '?', '\\']) && !pattern.contains(char::is_control);
    if plain && validate::category(category).is_ok() && validate::pattern(&pattern).is_ok() {
        patterns.entry(category.to_owned()).or_default().insert(pattern);
    }
}
