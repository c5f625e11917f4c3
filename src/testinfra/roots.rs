//! `sys.path` as a file sees it: which folders its absolute imports are looked up in.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use rustc_hash::FxHashMap;

use super::pytest_config::{self, PytestConfig, ini_section, join};
use super::sources::{FileId, Sources};
use super::walk::Tree;
use crate::model::Excerpts;
use crate::python::facts::{PathEdit, path_edits_of};

/// The folders that are on `sys.path`.
#[derive(Debug, Default)]
pub struct Roots {
    /// For every file: `pythonpath`, the tests' root, and source folders that the project declares.
    pub global: Vec<String>,
    /// Folders that are on it only once some other file has run.
    pub others: Vec<String>,
    /// By folder: what its conftest files and those above it add.
    conftest: HashMap<String, ConftestRoots>,
    /// By folder: the first one from it upwards that is not a package.
    bases: FxHashMap<String, String>,
    importlib: bool,
}

#[derive(Clone, Debug, Default)]
struct ConftestRoots {
    folders: Vec<String>,
    dynamic: bool,
}

/// `sys.path` for one file before its first statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRoots {
    /// In order of lookup.
    pub folders: Vec<String>,
    /// Something edits `sys.path` in a way that cannot be evaluated.
    pub dynamic: bool,
}

impl Roots {
    /// What is on `sys.path` when this file is imported.
    pub fn of(&self, path: &str, pytest: &PytestConfig, tree: &Tree) -> FileRoots {
        let mut folders = Vec::new();
        if !self.importlib && (pytest.is_test_file(path) || is_conftest(path)) {
            let base = self.bases.get(folder_of(path)).cloned();
            folders.push(base.unwrap_or_else(|| base_folder(path, tree)));
        }
        let inherited = self.conftest.get(folder_of(path));
        folders.extend(inherited.iter().flat_map(|roots| roots.folders.iter().cloned()));
        folders.extend(self.global.iter().cloned());
        FileRoots { folders, dynamic: inherited.is_some_and(|roots| roots.dynamic) }
    }

    /// True where pytest imports test files without putting their folders on `sys.path`.
    pub fn is_importlib(&self) -> bool {
        self.importlib
    }
}

/// Works out the roots of a tree.
pub fn read(
    repo: &Path,
    root: &str,
    tree: &Tree,
    sources: &Sources,
    pytest: &PytestConfig,
    installed: Vec<String>,
    excerpts: &Excerpts,
) -> Roots {
    let mut global = pytest.pythonpath.clone();
    global.push(root.to_owned());
    global.extend(declared_sources(repo, root, tree, excerpts));
    // Editable installs.
    global.extend(installed.into_iter().filter(|folder| tree.folders.contains(folder)));
    dedupe(&mut global);

    let mut conftest: HashMap<String, ConftestRoots> = HashMap::new();
    let mut bases: FxHashMap<String, String> = FxHashMap::default();
    let mut others = BTreeSet::new();
    // Folders are in order, so a folder comes after the one that holds it.
    for folder in &tree.folders {
        let is_package = !folder.is_empty() && tree.files.contains_key(&join(folder, "__init__.py"));
        let base = bases.get(folder_of(folder)).filter(|_| is_package).unwrap_or(folder);
        bases.insert(folder.clone(), base.clone());
        let mut roots = match folder.rsplit_once('/') {
            Some((parent, _)) => conftest.get(parent).cloned(),
            None if folder.is_empty() => None,
            None => conftest.get("").cloned(),
        }
        .unwrap_or_default();
        let path = join(folder, "conftest.py");
        if is_within(folder, root)
            && let Some(file) = sources.id(&path).and_then(|id| sources.get(id))
        {
            let mut own = Vec::new();
            path_edits_of(&file.facts.steps, &mut |edit: &PathEdit| own.insert(0, edit.folder.clone()));
            if !pytest.importlib {
                own.push(base_folder(&path, tree));
            }
            own.append(&mut roots.folders);
            roots.folders = own;
            roots.dynamic |= file.facts.dynamic_sys_path;
        }
        if !roots.folders.is_empty() || roots.dynamic {
            dedupe(&mut roots.folders);
            conftest.insert(folder.clone(), roots);
        }
    }
    for file in &sources.files {
        path_edits_of(&file.facts.steps, &mut |edit| {
            others.insert(edit.folder.clone());
        });
        others.extend(file.facts.deferred_path_edits.iter().map(|edit| edit.folder.clone()));
        if !pytest.importlib && pytest.is_test_file(&file.path) {
            others.insert(base_folder(&file.path, tree));
        }
    }
    let source_folder = join(root, "src");
    if tree.folders.contains(&source_folder) {
        others.insert(source_folder);
    }
    Roots { global, others: others.into_iter().collect(), conftest, bases, importlib: pytest.importlib }
}

/// Source folders that the project's build files declare (`src` layout), relative to the repository.
fn declared_sources(repo: &Path, root: &str, tree: &Tree, excerpts: &Excerpts) -> Vec<String> {
    let mut found = Vec::new();
    let mut ignored = Vec::new();
    let mut read = |name: &str| {
        let path = join(root, name);
        let size = *tree.files.get(&path)?;
        pytest_config::open(repo, &path, size, excerpts, &mut ignored)
    };
    if let Some(file) = read("pyproject.toml")
        && let Ok(value) = toml_span::parse(file.text())
    {
        let strings = |pointer: &str| {
            let entries = value.pointer(pointer).and_then(|value| value.as_array()).into_iter().flatten();
            entries.filter_map(|entry| entry.as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        found.extend(strings("/tool/setuptools/packages/find/where"));
        let folders = value.pointer("/tool/setuptools/package-dir").and_then(|value| value.as_table());
        found.extend(folders.and_then(|table| table.get("")).and_then(|value| value.as_str()).map(str::to_owned));
        let packages = value.pointer("/tool/poetry/packages").and_then(|value| value.as_array());
        found.extend(
            packages.into_iter().flatten().filter_map(|entry| Some(entry.pointer("/from")?.as_str()?.to_owned())),
        );
        let wheel = strings("/tool/hatch/build/targets/wheel/packages");
        found.extend(wheel.iter().filter_map(|path| Some(path.rsplit_once('/')?.0.to_owned())));
    }
    if let Some(file) = read("setup.cfg") {
        for (key, lines, _) in ini_section(file.text(), "options").unwrap_or_default() {
            if key == "package_dir" {
                found.extend(lines.iter().filter_map(|line| Some(line.strip_prefix('=')?.trim().to_owned())));
                found.extend(lines.iter().filter_map(|line| Some(line.strip_prefix(" =")?.trim().to_owned())));
            }
        }
        for (key, lines, _) in ini_section(file.text(), "options.packages.find").unwrap_or_default() {
            if key == "where" {
                found.extend(lines);
            }
        }
    }
    found.into_iter().map(|folder| join(root, &folder)).filter(|folder| tree.folders.contains(folder)).collect()
}

/// The first folder above a file that is not a package: what pytest puts on `sys.path` for it.
pub fn base_folder(path: &str, tree: &Tree) -> String {
    let mut folder = folder_of(path);
    while tree.files.contains_key(&join(folder, "__init__.py")) && !folder.is_empty() {
        folder = folder_of(folder);
    }
    folder.to_owned()
}

/// The folder that holds a path; empty at the top.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// True for a path in the folder or below it.
pub fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// True for `conftest.py`.
pub fn is_conftest(path: &str) -> bool {
    path == "conftest.py" || path.ends_with("/conftest.py")
}

/// The conftest files that pytest loads before a test file, outermost first.
pub fn conftests_above(path: &str, root: &str, sources: &Sources) -> Vec<FileId> {
    let mut found = Vec::new();
    let mut folder = folder_of(path);
    loop {
        let candidate = join(folder, "conftest.py");
        if candidate != path {
            found.extend(sources.id(&candidate));
        }
        if folder.is_empty() || folder == root {
            break;
        }
        folder = folder_of(folder);
    }
    found.reverse();
    found
}

fn dedupe(folders: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
}
