//! The pytest configuration that applies: which file it is in, and the settings that decide collection and imports.
//!
//! | file | subject |
//! | --- | --- |
//! | [`ini`], [`toml`] | the two languages of configuration files |
//! | [`settings`] | what each setting means |
//! | [`options`] | the command line in `addopts` |
//! | [`version`] | which generation of pytest the project uses |

pub mod ini;
pub mod options;
pub mod settings;
pub mod toml;
pub mod version;

use std::fs;
use std::path::Path;

use super::glob::fnmatch;
use super::walk::Tree;
use crate::model::declared::DiagnosticLevel;
use crate::model::{Diagnostic, Excerpts, Origin, RepoPath, SourceFile};
pub use ini::ini_section;
use settings::Setting;

/// The largest configuration file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// Folders that pytest does not enter unless `norecursedirs` says otherwise.
const NO_RECURSE: [&str; 9] = ["*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"];
/// The files that may hold the configuration, in the order in which pytest 9 looks for them.
const NAMES: [&str; 7] =
    ["pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"];

/// Settings of pytest, with its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PytestConfig {
    /// The file that they are in.
    pub file: Option<String>,
    /// The folder that test ids are relative to.
    pub rootdir: String,
    /// The folder in which pytest is started: the tests' root.
    pub started_in: String,
    /// The generation of pytest that is known to be used: 8 or 9.
    pub generation: Option<u8>,
    /// Patterns of test files.
    pub python_files: Vec<String>,
    /// Prefixes or patterns of test classes.
    pub python_classes: Vec<String>,
    /// Prefixes or patterns of test functions and methods.
    pub python_functions: Vec<String>,
    /// Folders that are collected where no argument is given.
    pub testpaths: Vec<String>,
    /// Folders put on `sys.path`, relative to the repository.
    pub pythonpath: Vec<String>,
    /// Registered marks.
    pub markers: Vec<String>,
    /// A mark that is not registered is an error.
    pub strict_markers: bool,
    /// Folders that are not entered.
    pub norecursedirs: Vec<String>,
    /// What `addopts` says.
    pub options: options::Options,
    /// Tests that a file imports from another one are collected from it as well.
    pub collect_imported_tests: bool,
    /// `--import-mode=importlib`: test folders are not put on `sys.path`.
    pub importlib: bool,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// Those of the problems for which pytest does not start.
    pub refusals: Vec<Diagnostic>,
    /// Why it cannot be told whether pytest starts, or what it selects.
    pub unsure: Vec<Diagnostic>,
}

impl Default for PytestConfig {
    fn default() -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        Self {
            file: None,
            rootdir: String::new(),
            started_in: String::new(),
            generation: None,
            python_files: owned(&["test_*.py", "*_test.py"]),
            python_classes: owned(&["Test"]),
            python_functions: owned(&["test"]),
            testpaths: Vec::new(),
            pythonpath: Vec::new(),
            markers: Vec::new(),
            strict_markers: false,
            norecursedirs: owned(&NO_RECURSE),
            options: options::Options::default(),
            collect_imported_tests: true,
            importlib: false,
            diagnostics: Vec::new(),
            refusals: Vec::new(),
            unsure: Vec::new(),
        }
    }
}

impl PytestConfig {
    /// True for a file name or path that pytest takes for tests. A pattern with `/` is for the path.
    pub fn is_test_file(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.ends_with(".py") && self.python_files.iter().any(|pattern| matches_path(pattern, path))
    }

    /// True where pytest takes a class of this name for tests.
    pub fn is_test_class(&self, name: &str) -> bool {
        matches_name(&self.python_classes, name)
    }

    /// True where pytest takes a function or method of this name for a test.
    pub fn is_test_function(&self, name: &str) -> bool {
        matches_name(&self.python_functions, name)
    }

    /// True where pytest does not enter a folder because of its name.
    pub fn is_unvisited(&self, folder: &str) -> bool {
        self.norecursedirs.iter().any(|pattern| matches_path(pattern, folder))
    }

    fn refuse(&mut self, problem: Diagnostic) {
        self.refusals.push(problem.clone());
        self.diagnostics.push(problem);
    }
}

/// A pattern without `/` is for the name, one with `/` for the end of the path.
fn matches_path(pattern: &str, path: &str) -> bool {
    if pattern.contains('/') {
        // The whole path begins with a folder of which nothing is known but that it ends in `/`.
        fnmatch(&format!("*/{}", pattern.trim_start_matches('/')), &format!("/{path}"))
    } else {
        fnmatch(pattern, path.rsplit('/').next().unwrap_or(path))
    }
}

/// A pattern is a prefix, or a glob where it has a wildcard.
fn matches_name(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| {
        name.starts_with(pattern.as_str()) || (pattern.contains(['*', '?', '[']) && fnmatch(pattern, name))
    })
}

/// A problem with its place.
fn problem(level: DiagnosticLevel, text: impl Into<String>, origin: impl Into<Option<Origin>>) -> Diagnostic {
    Diagnostic { level, text: text.into(), origin: origin.into() }
}

/// Finds and reads the configuration for tests under `root`. The first file that counts wins; nothing is merged.
pub fn read(repo: &Path, root: &str, tree: &Tree, generation: Option<u8>, excerpts: &Excerpts) -> PytestConfig {
    let mut config = PytestConfig {
        rootdir: root.to_owned(),
        started_in: root.to_owned(),
        generation: generation.or_else(|| version::declared(repo, root, tree)),
        ..PytestConfig::default()
    };
    let mut project: Option<String> = None;
    let mut folder = root.to_owned();
    loop {
        for name in names(config.generation) {
            let path = join(&folder, name);
            let Some(&size) = tree.files.get(&path) else { continue };
            let Some(file) = open(repo, &path, size, excerpts, &mut config.diagnostics) else { continue };
            if *name == "pyproject.toml" {
                project.get_or_insert_with(|| folder.clone());
            }
            match load(name, &file, &mut config) {
                Err(refusal) => {
                    config.refuse(refusal);
                    return config;
                }
                Ok(None) => {}
                Ok(Some(found)) => {
                    config.rootdir.clone_from(&folder);
                    config.file = Some(path);
                    settings::apply(&mut config, &folder, &found, tree, &file);
                    unread(repo, &folder, name, tree, excerpts, &mut config);
                    return config;
                }
            }
        }
        match parent(&folder) {
            Some(above) => folder = above,
            None => break,
        }
    }
    config.rootdir = project.or_else(|| setup_folder(root, tree)).unwrap_or_else(|| root.to_owned());
    config
}

fn names(generation: Option<u8>) -> &'static [&'static str] {
    if generation == Some(8) { NAMES.get(2..).unwrap_or_default() } else { &NAMES }
}

fn parent(folder: &str) -> Option<String> {
    match folder.rsplit_once('/') {
        Some((above, _)) => Some(above.to_owned()),
        None if folder.is_empty() => None,
        None => Some(String::new()),
    }
}

/// The nearest folder with a `setup.py`.
fn setup_folder(root: &str, tree: &Tree) -> Option<String> {
    let mut folder = Some(root.to_owned());
    while let Some(found) = folder {
        if tree.files.contains_key(&join(&found, "setup.py")) {
            return Some(found);
        }
        folder = parent(&found);
    }
    None
}

/// The settings of one file, `None` where it has none; an error is why pytest does not start.
fn load(name: &str, file: &SourceFile, config: &mut PytestConfig) -> Result<Option<Vec<Setting>>, Diagnostic> {
    match name {
        "pyproject.toml" => toml::project(file, config),
        "pytest.toml" | ".pytest.toml" => toml::native(file).map(Some),
        "setup.cfg" => ini::setup_cfg(file),
        _ => {
            let found = ini::section(file, "pytest")?;
            // pytest.ini counts even where it is empty.
            Ok(found.or_else(|| name.ends_with("pytest.ini").then(Vec::new)))
        }
    }
}

/// Says which other files have settings that pytest does not read, and which of them keep pytest 9 from starting.
fn unread(repo: &Path, folder: &str, read: &str, tree: &Tree, excerpts: &Excerpts, config: &mut PytestConfig) {
    let taken = join(folder, read);
    let mut at = Some(folder.to_owned());
    let mut skip = NAMES.iter().position(|name| *name == read).map_or(0, |position| position + 1);
    while let Some(current) = at {
        let read = names(config.generation);
        for name in NAMES.iter().skip(skip).filter(|name| read.contains(name)) {
            let path = join(&current, name);
            let Some(&size) = tree.files.get(&path) else { continue };
            let Some(file) = open(repo, &path, size, excerpts, &mut Vec::new()) else { continue };
            // What is wrong in a file that is not read is of interest only where it keeps pytest from starting.
            let mut scratch = PytestConfig { generation: config.generation, ..PytestConfig::default() };
            match load(name, &file, &mut scratch) {
                Ok(Some(settings)) if !settings.is_empty() => {
                    let line = settings.first().map_or(1, |setting| setting.line);
                    let text = format!("the settings in `{path}` are not read: `{taken}` comes first");
                    config.diagnostics.push(problem(DiagnosticLevel::Warning, text, file.line_origin(line)));
                }
                Ok(_) => {}
                Err(refusal) if current == folder && config.generation == Some(9) => config.refuse(refusal),
                Err(_) => {}
            }
        }
        skip = 0;
        at = parent(&current);
    }
}

/// Reads a text file of the tree; what keeps it from being read becomes a diagnostic.
pub fn open(
    repo: &Path,
    path: &str,
    size: u64,
    excerpts: &Excerpts,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<SourceFile> {
    let text = if size > MAX_BYTES {
        Err("it is larger than 1 MiB".to_owned())
    } else {
        fs::read_to_string(repo.join(path)).map_err(|error| error.kind().to_string())
    };
    match text {
        Ok(text) => Some(SourceFile::new(RepoPath::new(path), text, excerpts)),
        Err(reason) => {
            let text = format!("`{path}` could not be read: {reason}");
            diagnostics.push(Diagnostic { level: DiagnosticLevel::Error, text, origin: None });
            None
        }
    }
}

/// Appends a relative path to a folder.
pub fn join(folder: &str, path: &str) -> String {
    let mut joined = String::with_capacity(folder.len() + path.len() + 1);
    // Nearly always there is nothing to resolve.
    if !path.contains('/') && !matches!(path, "" | "." | "..") && is_normal(folder) {
        joined.push_str(folder);
        if !folder.is_empty() {
            joined.push('/');
        }
        joined.push_str(path);
        return joined;
    }
    let push = |joined: &mut String, part: &str| {
        if !joined.is_empty() {
            joined.push('/');
        }
        joined.push_str(part);
    };
    folder.split('/').filter(|part| !part.is_empty()).for_each(|part| push(&mut joined, part));
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => joined.truncate(joined.rfind('/').unwrap_or(0)),
            name => push(&mut joined, name),
        }
    }
    joined
}

/// True where no part of a path is empty.
fn is_normal(folder: &str) -> bool {
    !folder.starts_with('/') && !folder.ends_with('/') && !folder.contains("//")
}

#[cfg(test)]
mod tests;
