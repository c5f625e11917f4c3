//! The version of Python that the project declares: it decides which syntax is allowed.

use std::path::Path;

use toml_span::Value;

use super::pytest_config::{self, ini_section, join};
use super::walk::Tree;
use crate::config::TestsConfig;
use crate::model::Excerpts;
use crate::python::Version;
use crate::python::extract::Interpreter;

/// Reads what a folder's file says of the version.
type Reader = fn(&str) -> Option<Version>;

/// Reads which versions it allows.
type RangeReader = fn(&str) -> Option<Interpreter>;

/// Files that pin one version, then files that say which versions are supported, then settings of tools.
const PINNED: [(&str, Reader); 5] = [
    (".python-version", first_line),
    (".tool-versions", tool_versions),
    ("mise.toml", mise),
    ("runtime.txt", first_line),
    ("Pipfile", pipfile),
];
const SUPPORTED: [(&str, RangeReader); 2] = [("pyproject.toml", requires_python), ("setup.cfg", python_requires)];
const TOOLS: [(&str, Reader); 6] = [
    ("pyproject.toml", tool_settings),
    ("ruff.toml", ruff),
    (".ruff.toml", ruff),
    ("mypy.ini", mypy),
    ("setup.cfg", mypy),
    ("pyrightconfig.json", pyright),
];

/// The version: configured, pinned, the oldest that the project supports, or what its tools are told. The nearest file
/// to the tests counts.
pub fn read(repo: &Path, root: &str, tree: &Tree, config: &TestsConfig) -> Interpreter {
    if let Some(version) = config.python_version.as_deref().and_then(Version::parse) {
        return Interpreter::exactly(version);
    }
    let ignored = Excerpts::default();
    let open = |path: &str| {
        let size = *tree.files.get(path)?;
        pytest_config::open(repo, path, size, &ignored, &mut Vec::new())
    };
    let folders = if root.is_empty() { vec![""] } else { vec![root, ""] };
    let first = |files: &[(&str, Reader)]| each(&folders, files).find_map(|(path, reader)| reader(open(&path)?.text()));
    let supported = || each(&folders, &SUPPORTED).find_map(|(path, reader)| reader(open(&path)?.text()));
    let declared = first(&PINNED).map(Interpreter::exactly).or_else(supported);
    let told = declared.or_else(|| first(&TOOLS).map(Interpreter::at_least));
    told.unwrap_or(Interpreter::at_least(Version::FALLBACK))
}

/// Each of the files in each of the folders, with its reader.
fn each<R: Copy>(folders: &[&str], files: &[(&str, R)]) -> impl Iterator<Item = (String, R)> {
    folders.iter().flat_map(move |folder| files.iter().map(move |(name, reader)| (join(folder, name), *reader)))
}

/// The versions that a specifier such as `>=3.9,<3.13` allows.
fn range(text: &str) -> Option<Interpreter> {
    let version = Version::parse(text)?;
    // Of alternatives any may be meant.
    let limits: Option<Vec<Version>> = text.split("||").map(newest).collect();
    let newest = limits.and_then(|limits| limits.into_iter().max()).filter(|newest| *newest >= version);
    Some(Interpreter { version, newest })
}

/// The newest minor version that all parts of a specifier allow; `None` where there is no limit below Python 4.
fn newest(text: &str) -> Option<Version> {
    let limit = |part: &str| {
        let digits = part.trim_start_matches(['<', '>', '=', '~', '^', '!', ' ']);
        let sign = part.strip_suffix(digits)?.trim();
        let numbers: Vec<&str> = digits.split('.').collect();
        let version = Version::parse(digits)?;
        let patch = numbers.get(2).map_or("0", |patch| patch.trim_end_matches(|letter: char| !letter.is_ascii_digit()));
        let minor = match sign {
            // What comes before 3.13.0 is 3.12; 3.12.4 comes before 3.12.5.
            "<" if patch.starts_with('0') => version.minor.checked_sub(1).filter(|_| version.major == 3)?,
            "<" | "<=" | "==" | "===" | "" | "~" if version.major == 3 => version.minor,
            // Three numbers fix the first two.
            "~=" if numbers.len() > 2 => version.minor,
            _ => return None,
        };
        Some(Version { major: 3, minor })
    };
    text.split(',').map(str::trim).filter_map(limit).min()
}

/// `3.11.4`, `python-3.11`, `cpython@3.11`; pyenv takes the first of several lines.
fn first_line(text: &str) -> Option<Version> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let named = ["cpython", "python", "pypy"].iter().find_map(|name| line.strip_prefix(name)).unwrap_or(line);
    Version::parse(named.trim_start_matches(['-', '@', ' ']))
}

fn tool_versions(text: &str) -> Option<Version> {
    text.lines().find_map(|line| Version::parse(line.trim().strip_prefix("python ")?.trim()))
}

fn mise(text: &str) -> Option<Version> {
    at(text, &["/tools/python"])
}

fn pipfile(text: &str) -> Option<Version> {
    at(text, &["/requires/python_full_version", "/requires/python_version"])
}

fn requires_python(text: &str) -> Option<Interpreter> {
    let pointers = ["/project/requires-python", "/tool/poetry/dependencies/python", "/tool/pdm/python_requires"];
    let value: Value<'_> = toml_span::parse(text).ok()?;
    pointers.iter().find_map(|pointer| range(value.pointer(pointer)?.as_str()?))
}

fn python_requires(text: &str) -> Option<Interpreter> {
    let section = ini_section(text, "options")?;
    let (_, lines, _) = section.into_iter().find(|(key, ..)| *key == "python_requires")?;
    lines.iter().find_map(|line| range(line.as_ref()))
}

fn tool_settings(text: &str) -> Option<Version> {
    at(text, &["/tool/ruff/target-version", "/tool/black/target-version/0"])
        .or_else(|| at(text, &["/tool/mypy/python_version", "/tool/pyright/pythonVersion"]))
}

fn ruff(text: &str) -> Option<Version> {
    at(text, &["/target-version"])
}

fn mypy(text: &str) -> Option<Version> {
    let section = ini_section(text, "mypy")?;
    let (_, lines, _) = section.into_iter().find(|(key, ..)| *key == "python_version")?;
    lines.iter().find_map(|line| Version::parse(line.as_ref()))
}

fn pyright(text: &str) -> Option<Version> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    Version::parse(value.get("pythonVersion")?.as_str()?)
}

/// The first of these places of a TOML text that holds a version.
fn at(text: &str, pointers: &[&str]) -> Option<Version> {
    let value: Value<'_> = toml_span::parse(text).ok()?;
    pointers.iter().find_map(|pointer| {
        let text = value.pointer(pointer)?.as_str()?;
        // `py311`
        match text.strip_prefix("py3") {
            Some(minor) => Version::parse(&format!("3.{minor}")),
            None => Version::parse(text),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testinfra::testing::write_tree;
    use crate::testinfra::walk::walk;

    fn version(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        write_tree(folder.path(), text);
        let tree = walk(folder.path());
        let found = read(folder.path(), "", &tree, &TestsConfig::default());
        match found.newest {
            Some(newest) if found.is_exact() => format!("3.{}", newest.minor),
            Some(newest) => format!(">=3.{},<=3.{}", found.version.minor, newest.minor),
            None => format!(">=3.{}", found.version.minor),
        }
    }

    #[test]
    fn the_project_says_which_version_it_is_for() {
        for (text, expected) in [
            ("=== .python-version\n3.12.4\n3.9\n", "3.12"),
            ("=== .python-version\n# pinned\npython-3.8\n", "3.8"),
            ("=== .tool-versions\nnodejs 20\npython 3.13.1\n", "3.13"),
            ("=== mise.toml\n[tools]\npython = \"3.11\"\n", "3.11"),
            ("=== runtime.txt\npython-3.9.18\n", "3.9"),
            ("=== Pipfile\n[requires]\npython_version = \"3.12\"\n", "3.12"),
            ("=== pyproject.toml\n[project]\nrequires-python = \">=3.9,<4\"\n", ">=3.9"),
            ("=== pyproject.toml\n[project]\nrequires-python = \"<3.14,>=3.12\"\n", ">=3.12,<=3.13"),
            ("=== pyproject.toml\n[tool.poetry.dependencies]\npython = \"^3.8 || ^3.11\"\n", ">=3.8"),
            ("=== pyproject.toml\n[project]\nrequires-python = \"~=3.11.2\"\n", "3.11"),
            ("=== pyproject.toml\n[project]\nrequires-python = \"==3.12.*\"\n", "3.12"),
            ("=== pyproject.toml\n[project]\nrequires-python = \">=3.9,<3.13.0a0\"\n", ">=3.9,<=3.12"),
            ("=== pyproject.toml\n[project]\nrequires-python = \">=3.9,<=3.12,!=3.10.*\"\n", ">=3.9,<=3.12"),
            ("=== pyproject.toml\n[project]\nrequires-python = \">=3.9, <3.12.4\"\n", ">=3.9,<=3.12"),
            ("=== pyproject.toml\n[tool.poetry.dependencies]\npython = \"~3.11\"\n", "3.11"),
            (
                "=== pyproject.toml\n[tool.poetry.dependencies]\npython = \">=3.8,<3.10 || >=3.11,<3.13\"\n",
                ">=3.8,<=3.12",
            ),
            ("=== setup.cfg\n[options]\npython_requires = >=3.14\n", ">=3.14"),
            ("=== pyproject.toml\n[tool.ruff]\ntarget-version = \"py311\"\n", ">=3.11"),
            ("=== pyproject.toml\n[tool.black]\ntarget-version = [\"py39\", \"py310\"]\n", ">=3.9"),
            ("=== ruff.toml\ntarget-version = \"py313\"\n", ">=3.13"),
            ("=== mypy.ini\n[mypy]\npython_version = 3.9\n", ">=3.9"),
            ("=== pyrightconfig.json\n{\"pythonVersion\": \"3.12\"}\n", ">=3.12"),
            // What pins goes before what is supported, and that before what a tool is told.
            ("=== .python-version\n3.12\n=== pyproject.toml\n[project]\nrequires-python = \">=3.9\"\n", "3.12"),
            (
                "=== mypy.ini\n[mypy]\npython_version = 3.13\n=== setup.cfg\n[options]\npython_requires = >=3.9\n",
                ">=3.9",
            ),
            // Nothing that is understood: the fallback is only the oldest that is possible.
            ("=== .python-version\nsystem\n", ">=3.10"),
            ("=== pyproject.toml\nnot toml", ">=3.10"),
            ("=== a.py\n", ">=3.10"),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
    }
}
