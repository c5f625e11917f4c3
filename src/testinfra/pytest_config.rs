//! The pytest configuration that applies: which file it is in, and the settings that decide collection and imports.

use std::fs;
use std::path::Path;

use super::walk::Tree;
use crate::model::declared::DiagnosticLevel;
use crate::model::{Diagnostic, Excerpts, Origin, RepoPath, SourceFile};

/// The largest configuration file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// Folders that pytest does not enter unless `norecursedirs` says otherwise.
const NO_RECURSE: [&str; 10] =
    ["*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}", "__pycache__"];

/// Settings of pytest, with its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PytestConfig {
    /// The file that they are in.
    pub file: Option<String>,
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
    /// Marks that nobody registers are refused.
    pub strict_markers: bool,
    /// Folders that are not entered.
    pub norecursedirs: Vec<String>,
    /// `--ignore` of `addopts`: files and folders that are not collected, relative to the repository.
    pub ignored: Vec<String>,
    /// `--ignore-glob` of `addopts`, relative to the repository; `*` matches `/` as well.
    pub ignored_globs: Vec<String>,
    /// `--import-mode=importlib`: test folders are not put on `sys.path`.
    pub importlib: bool,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl Default for PytestConfig {
    fn default() -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        Self {
            file: None,
            python_files: owned(&["test_*.py", "*_test.py"]),
            python_classes: owned(&["Test"]),
            python_functions: owned(&["test"]),
            testpaths: Vec::new(),
            pythonpath: Vec::new(),
            markers: Vec::new(),
            strict_markers: false,
            norecursedirs: owned(&NO_RECURSE),
            ignored: Vec::new(),
            ignored_globs: Vec::new(),
            importlib: false,
            diagnostics: Vec::new(),
        }
    }
}

impl PytestConfig {
    /// True for a file name or path that pytest takes for tests. A pattern with `/` is for the path.
    pub fn is_test_file(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.ends_with(".py")
            && self.python_files.iter().any(|pattern| {
                if pattern.contains('/') {
                    super::glob::fnmatch(&format!("*{pattern}"), path)
                } else {
                    super::glob::fnmatch(pattern, name)
                }
            })
    }

    /// True where pytest takes a class of this name for tests.
    pub fn is_test_class(&self, name: &str) -> bool {
        matches_name(&self.python_classes, name)
    }

    /// True where pytest takes a function or method of this name for a test.
    pub fn is_test_function(&self, name: &str) -> bool {
        matches_name(&self.python_functions, name)
    }
}

/// A pattern is a prefix, or a glob where it has a wildcard.
fn matches_name(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| {
        name.starts_with(pattern.as_str()) || (pattern.contains(['*', '?', '[']) && super::glob::fnmatch(pattern, name))
    })
}

/// Finds and reads the configuration for tests under `root`. The first file that counts wins; nothing is merged.
pub fn read(repo: &Path, root: &str, tree: &Tree, excerpts: &Excerpts) -> PytestConfig {
    let mut config = PytestConfig::default();
    let mut folder = root.to_owned();
    loop {
        for name in
            ["pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"]
        {
            let path = join(&folder, name);
            let Some(&size) = tree.files.get(&path) else { continue };
            let Some(file) = open(repo, &path, size, excerpts, &mut config.diagnostics) else { continue };
            let settings = if name.ends_with(".toml") {
                toml_settings(&file, name == "pyproject.toml", &mut config.diagnostics)
            } else {
                let section = if name == "setup.cfg" { "tool:pytest" } else { "pytest" };
                let found = ini_section(file.text(), section);
                // pytest.ini counts even where it is empty.
                found.or_else(|| name.ends_with("pytest.ini").then(Vec::new))
            };
            if let Some(settings) = settings {
                apply(&mut config, &folder, settings, tree, &file);
                config.file = Some(path);
                return config;
            }
        }
        match folder.rsplit_once('/') {
            Some((parent, _)) => folder = parent.to_owned(),
            None if folder.is_empty() => return config,
            None => folder.clear(),
        }
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
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

type Settings = Vec<(String, Vec<String>, u32)>;

/// `--strict-markers`, or its old name, and what pytest 9 has in the file: `strict_markers` comes before `strict`.
fn is_strict_of_markers(settings: &Settings) -> bool {
    let find = |wanted: &str| settings.iter().rev().find(|(key, ..)| key == wanted).map(|(_, lines, _)| lines);
    let truth = |key: &str| {
        let value = find(key)?.first()?.trim().to_ascii_lowercase();
        Some(matches!(value.as_str(), "1" | "true" | "yes" | "on"))
    };
    let options = find("addopts").into_iter().flatten();
    let asked = options
        .flat_map(|line| shlex::split(line).unwrap_or_default())
        .any(|option| option == "--strict-markers" || option == "--strict");
    asked || truth("strict_markers").or_else(|| truth("strict")).unwrap_or(false)
}

fn apply(config: &mut PytestConfig, folder: &str, settings: Settings, tree: &Tree, file: &SourceFile) {
    config.strict_markers = is_strict_of_markers(&settings);
    for (key, lines, line) in settings {
        let words = || lines.iter().flat_map(|line| shlex::split(line).unwrap_or_else(|| vec![line.clone()])).collect();
        let origin = || Some(file.line_origin(line));
        let warning = |text, origin: Option<Origin>| Diagnostic { level: DiagnosticLevel::Warning, text, origin };
        match key.as_str() {
            "python_files" => config.python_files = words(),
            "python_classes" => config.python_classes = words(),
            "python_functions" => config.python_functions = words(),
            "testpaths" => {
                config.testpaths = words();
                for path in &config.testpaths {
                    let full = join(folder, path);
                    if !path.contains(['*', '?', '['])
                        && !tree.folders.contains(&full)
                        && !tree.files.contains_key(&full)
                    {
                        let text = format!("`testpaths` names `{path}`, which does not exist");
                        config.diagnostics.push(warning(text, origin()));
                    }
                }
            }
            "pythonpath" => {
                let entries: Vec<String> = words();
                config.pythonpath = entries.iter().map(|entry| join(folder, entry)).collect();
            }
            "markers" => {
                let name = |line: &String| line.split([':', '(']).next().unwrap_or_default().trim().to_owned();
                config.markers = lines.iter().map(name).filter(|name| !name.is_empty()).collect();
            }
            "norecursedirs" => {
                config.norecursedirs = words();
                let dropped: Vec<_> = ["node_modules", "venv", ".*"]
                    .into_iter()
                    .filter(|default| !config.norecursedirs.iter().any(|entry| entry == default))
                    .collect();
                if !dropped.is_empty() {
                    let text =
                        format!("`norecursedirs` replaces pytest's defaults, which drops `{}`", dropped.join("`, `"));
                    config.diagnostics.push(warning(text, origin()));
                }
            }
            "addopts" => {
                let options: Vec<String> = words();
                config.importlib = options.iter().any(|option| option == "--import-mode=importlib")
                    || options.windows(2).any(|pair| pair == ["--import-mode", "importlib"]);
                let values = |option: &str| -> Vec<String> {
                    let joined = options.iter().filter_map(|word| word.strip_prefix(option)?.strip_prefix('='));
                    let apart = options.windows(2).filter(|pair| pair.first().is_some_and(|word| word == option));
                    joined
                        .chain(apart.filter_map(|pair| pair.get(1).map(String::as_str)))
                        .map(|path| join(folder, path))
                        .collect()
                };
                config.ignored = values("--ignore");
                config.ignored_globs = values("--ignore-glob");
            }
            _ => {}
        }
    }
}

/// The settings of a TOML file; `None` where it has none.
fn toml_settings(file: &SourceFile, is_pyproject: bool, diagnostics: &mut Vec<Diagnostic>) -> Option<Settings> {
    let value = match toml_span::parse(file.text()) {
        Ok(value) => value,
        Err(error) => {
            // A project file that says nothing of pytest may hold TOML that this reader does not know.
            if !is_pyproject || file.text().contains("[tool.pytest") {
                let text = format!("`{}` is not valid TOML: {}", file.path(), error.kind);
                let origin = Some(file.origin(error.span.start..error.span.end));
                diagnostics.push(Diagnostic { level: DiagnosticLevel::Error, text, origin });
            }
            return None;
        }
    };
    let table = if is_pyproject {
        let native = value.pointer("/tool/pytest").and_then(|table| table.as_table())?;
        match native.get("ini_options") {
            Some(options) => {
                if native.len() > 1 {
                    let text = "`[tool.pytest]` beside `[tool.pytest.ini_options]` is an error in pytest 9".to_owned();
                    diagnostics.push(Diagnostic { level: DiagnosticLevel::Error, text, origin: None });
                }
                options.as_table()?
            }
            None => native,
        }
    } else {
        value.pointer("/pytest").and_then(|table| table.as_table())?
    };
    let lines = |value: &toml_span::Value<'_>| match value.as_array() {
        Some(list) => list.iter().filter_map(|entry| entry.as_str().map(str::to_owned)).collect(),
        None => match value.as_bool() {
            Some(value) => vec![value.to_string()],
            None => value.as_str().unwrap_or_default().lines().map(str::to_owned).collect(),
        },
    };
    let one = |(key, value): (&toml_span::value::Key<'_>, &toml_span::Value<'_>)| {
        (key.name.to_string(), lines(value), file.position(key.span.start).line)
    };
    Some(table.iter().map(one).collect())
}

/// The settings of one section of an ini file: key, lines of its value, line number. `None` without the section.
pub fn ini_section(text: &str, section: &str) -> Option<Settings> {
    let mut settings: Option<Settings> = None;
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            inside = name.split(']').next().is_some_and(|name| name.trim() == section);
            if inside {
                settings.get_or_insert_with(Vec::new);
            }
        } else if !inside {
            continue;
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, lines, _)) = settings.as_mut().and_then(|settings| settings.last_mut()) {
                lines.push(trimmed.to_owned());
            }
        } else if let Some((key, value)) = trimmed.split_once(['=', ':']) {
            let value = value.trim();
            let lines = if value.is_empty() { Vec::new() } else { vec![value.to_owned()] };
            settings.get_or_insert_with(Vec::new).push((key.trim().to_owned(), lines, number));
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testinfra::walk::walk;

    fn read_tree(files: &[(&str, &str)], root: &str) -> PytestConfig {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let full = folder.path().join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, text).unwrap();
        }
        read(folder.path(), root, &walk(folder.path()), &Excerpts::default())
    }

    #[test]
    fn the_first_file_that_counts_wins() {
        let pyproject = "[tool.pytest.ini_options]\npython_files = [\"check_*.py\"]\npythonpath = [\"src\", \".\"]\n";
        let config =
            read_tree(&[("pyproject.toml", pyproject), ("setup.cfg", "[tool:pytest]\npython_files = a.py\n")], "");
        assert_eq!(config.python_files, ["check_*.py"]);
        assert_eq!(config.pythonpath, ["src", ""]);
        let empty = read_tree(&[("pyproject.toml", pyproject), ("pytest.ini", "")], "");
        assert_eq!((empty.file.as_deref(), empty.python_files.len()), (Some("pytest.ini"), 2));
        let skipped = read_tree(
            &[
                ("pyproject.toml", "[project]\nname = \"x\"\n"),
                ("tox.ini", "[pytest]\npython_classes = Check *Suite\n"),
            ],
            "",
        );
        assert_eq!(skipped.python_classes, ["Check", "*Suite"]);
        assert!(skipped.is_test_class("CheckA") && skipped.is_test_class("MySuite") && !skipped.is_test_class("TestA"));
    }

    #[test]
    fn a_nested_file_hides_the_upper_one_and_paths_are_relative_to_it() {
        let files =
            [("pytest.ini", "[pytest]\npython_files = a_*.py\n"), ("app/pytest.ini", "[pytest]\npythonpath = lib\n")];
        assert_eq!(read_tree(&files, "app").pythonpath, ["app/lib"]);
        assert_eq!(read_tree(&files[..1], "app").python_files, ["a_*.py"]);
    }

    #[test]
    fn ini_values_of_several_lines_and_accidents() {
        let text = "[pytest]\nmarkers =\n    smoke: fast ones\n    # comment\n    slow(reason): long\nnorecursedirs = old\ntestpaths = gone\naddopts = -q --import-mode=importlib\n";
        let config = read_tree(&[("pytest.ini", text)], "");
        assert_eq!(config.markers, ["smoke", "slow"]);
        assert!(config.importlib);
        let texts: Vec<_> = config.diagnostics.iter().map(|diagnostic| diagnostic.text.as_str()).collect();
        assert!(texts.len() == 2 && texts[0].contains("replaces") && texts[1].contains("gone"), "{texts:?}");
    }

    #[test]
    fn test_files_are_told_by_name_or_path() {
        let mut config = PytestConfig::default();
        for (path, expected) in
            [("a/test_b.py", true), ("b_test.py", true), ("tests/helper.py", false), ("test_a.py.bak", false)]
        {
            assert_eq!(config.is_test_file(path), expected, "{path}");
        }
        config.python_files = vec!["checks/*.py".to_owned()];
        assert!(config.is_test_file("a/checks/b.py") && !config.is_test_file("a/b.py"));
    }
}
