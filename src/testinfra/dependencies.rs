//! Which third-party modules the project's dependency files provide.

use std::collections::BTreeSet;
use std::path::Path;

use super::distributions::MODULES;
use super::pytest_config::{ini_section, open};
use super::walk::Tree;
use crate::model::{Diagnostic, Excerpts};

/// The largest lock file that is read, in bytes.
const MAX_LOCK_BYTES: u64 = 32 << 20;

/// What the dependency files say.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// Normalised names of distributions, of lock files and of declarations.
    distributions: BTreeSet<String>,
    /// The lock file, where one lists all that is installed.
    pub lock: Option<String>,
    /// Every file that was read.
    pub files: Vec<String>,
    /// A file that could not be read or parsed: nothing can be called undeclared.
    unreadable: bool,
}

/// Whether a top-level module is provided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provided {
    /// A distribution provides it.
    Yes,
    /// The lock file lists everything, and nothing in it provides the module.
    No,
    /// Only direct dependencies are known, or none.
    NotJudged,
}

impl Dependencies {
    /// Whether the module is provided; `module` is a dotted name.
    pub fn provide(&self, module: &str) -> Provided {
        let top = module.split('.').next().unwrap_or(module);
        // Whoever runs the tests has pytest and what pytest needs.
        if ["pytest", "_pytest", "pluggy", "iniconfig", "packaging"].contains(&top) {
            return Provided::Yes;
        }
        if self.distributions.iter().any(|distribution| provides(distribution, top)) {
            return self.provide_in_namespace(module, top);
        }
        match self.lock {
            Some(_) if !self.unreadable && !["pip", "setuptools", "pkg_resources", "wheel"].contains(&top) => {
                Provided::No
            }
            _ => Provided::NotJudged,
        }
    }

    /// `google.cloud.x` is one of many distributions that share `google`: another one of them proves nothing.
    fn provide_in_namespace(&self, module: &str, top: &str) -> Provided {
        let mut parts = module.split('.');
        let (Some("google"), Some("cloud"), Some(product)) = (parts.next(), parts.next(), parts.next()) else {
            let shared = ["azure", "google", "zope", "ruamel", "snowflake", "opentelemetry"].contains(&top);
            return if shared && top == "google" && module == "google.cloud" {
                Provided::NotJudged
            } else {
                Provided::Yes
            };
        };
        let product = squash(product.split("_v").next().unwrap_or(product));
        let found = self.distributions.iter().filter_map(|name| name.strip_prefix("google-cloud-")).any(|name| {
            let name = squash(name);
            name == product || name.starts_with(&product) || product.starts_with(&name)
        });
        if found { Provided::Yes } else { Provided::NotJudged }
    }

    fn add(&mut self, name: &str) {
        let name = normalise(name);
        if !name.is_empty() {
            self.distributions.insert(name);
        }
    }
}

/// Reads the dependency files. Those of any folder declare; a lock file counts in `root` or above it.
pub fn read(repo: &Path, root: &str, tree: &Tree, excerpts: &Excerpts, ignored: impl Fn(&str) -> bool) -> Dependencies {
    let mut all = Dependencies::default();
    let mut closed = BTreeSet::new();
    let mut direct = BTreeSet::new();
    let mut own = BTreeSet::new();
    for (path, &size) in &tree.files {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some(kind) = kind(folder, name) else { continue };
        if ignored(path) {
            continue;
        }
        let at_root = is_above(
            folder.strip_suffix("/requirements").unwrap_or(if folder == "requirements" { "" } else { folder }),
            root,
        );
        if size > MAX_LOCK_BYTES {
            all.unreadable = true;
            continue;
        }
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        // Lock files may be larger than `open` takes; their size was checked above.
        let Some(file) = open(repo, path, if kind == Kind::Lock { 0 } else { size }, excerpts, &mut diagnostics) else {
            all.unreadable = true;
            continue;
        };
        let text = file.text();
        all.files.push(path.clone());
        let mut names = BTreeSet::new();
        let mut is_lock = false;
        match kind {
            Kind::Lock => {
                is_lock = true;
                let Some((locked, local)) = locked_names(text, name) else {
                    all.unreadable = true;
                    continue;
                };
                names = locked;
                own.extend(local);
            }
            Kind::Requirements => {
                is_lock = is_compiled(name, text);
                names.extend(text.lines().filter_map(requirement));
            }
            Kind::Project => match toml_span::parse(text) {
                Ok(value) => {
                    own.extend(value.pointer("/project/name").and_then(|name| name.as_str()).map(normalise));
                    own.extend(value.pointer("/tool/poetry/name").and_then(|name| name.as_str()).map(normalise));
                    project_names(&value, &mut names);
                }
                Err(_) => all.unreadable = true,
            },
            Kind::SetupCfg => {
                for (key, lines, _) in ini_section(text, "options").unwrap_or_default() {
                    if key == "install_requires" {
                        names.extend(lines.iter().filter_map(|line| requirement(line)));
                    }
                }
            }
        }
        if is_lock && at_root {
            all.lock.get_or_insert_with(|| path.clone());
            closed.extend(names.iter().map(|name| normalise(name)));
        } else if at_root {
            direct.extend(names.iter().map(|name| normalise(name)));
        }
        names.iter().for_each(|name| all.add(name));
    }
    // A direct dependency that the lock does not list is installed beside it, with dependencies that nobody lists.
    if direct.iter().any(|name| !closed.contains(name) && !own.contains(name) && name != "python") {
        all.lock = None;
    }
    all.distributions.retain(|name| !own.contains(name));
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lock,
    Requirements,
    Project,
    SetupCfg,
}

fn kind(folder: &str, name: &str) -> Option<Kind> {
    let in_requirements = folder == "requirements" || folder.ends_with("/requirements");
    match name {
        "poetry.lock" | "uv.lock" | "pdm.lock" | "Pipfile.lock" => Some(Kind::Lock),
        "pyproject.toml" => Some(Kind::Project),
        "setup.cfg" => Some(Kind::SetupCfg),
        _ => {
            let suffix = [".txt", ".in", ".lock"].iter().any(|suffix| name.ends_with(suffix));
            let named = name.contains("requirements") || in_requirements;
            (suffix && named && !name.contains("constraint")).then_some(Kind::Requirements)
        }
    }
}

fn is_above(folder: &str, root: &str) -> bool {
    folder.is_empty() || folder == root || root.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// True for a requirements file that says that a tool wrote it, with the whole closure.
fn is_compiled(name: &str, text: &str) -> bool {
    !name.ends_with(".in")
        && text.lines().take(20).filter(|line| line.starts_with('#')).any(|line| {
            let line = line.to_ascii_lowercase();
            line.contains("autogenerated by pip-compile") || line.contains("autogenerated by uv")
        })
}

/// Names of a lock file: all packages, and those that are the project's own. `None` where it is not valid.
fn locked_names(text: &str, name: &str) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let mut names = BTreeSet::new();
    let mut own = BTreeSet::new();
    if name == "Pipfile.lock" {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        for section in ["default", "develop"] {
            names.extend(
                value
                    .get(section)
                    .and_then(|section| section.as_object())
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.clone()),
            );
        }
        return Some((names, own));
    }
    // Read by line: lock files are large, written by machines in one form, and hold TOML dates.
    let mut inside = false;
    let mut current = String::new();
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.trim() == "[[package]]";
        } else if inside && let Some(value) = line.strip_prefix("name = ") {
            current = value.trim().trim_matches('"').to_owned();
            names.insert(current.clone());
        } else if inside && line.starts_with("source = ") {
            let local = ["editable =", "virtual =", "directory ="].iter().any(|form| line.contains(form));
            if local {
                own.insert(normalise(&current));
            }
        }
    }
    Some((names, own))
}

/// The distribution of one line of a requirements file.
fn requirement(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    if line.is_empty() || line.starts_with(['#', '-', '.', '/']) {
        return line.split_once("#egg=").map(|(_, name)| name.to_owned());
    }
    let end = line.find(|character: char| !(character.is_alphanumeric() || "-_.".contains(character)));
    let name = line.get(..end.unwrap_or(line.len()))?;
    let rest = line.get(name.len()..)?.trim_start();
    (!name.is_empty() && !rest.starts_with("://") && !rest.starts_with('/')).then(|| name.to_owned())
}

fn project_names(value: &toml_span::Value<'_>, names: &mut BTreeSet<String>) {
    let mut list = |value: Option<&toml_span::Value<'_>>| {
        let entries = value.and_then(|value| value.as_array()).into_iter().flatten();
        names.extend(entries.filter_map(|entry| requirement(entry.as_str()?)));
    };
    list(value.pointer("/project/dependencies"));
    for groups in ["/project/optional-dependencies", "/dependency-groups", "/tool/uv"] {
        for (_, group) in value.pointer(groups).and_then(|groups| groups.as_table()).into_iter().flatten() {
            list(Some(group));
        }
    }
    let mut keys = |value: Option<&toml_span::Value<'_>>| {
        names.extend(
            value.and_then(|value| value.as_table()).into_iter().flatten().map(|(name, _)| name.name.to_string()),
        );
    };
    keys(value.pointer("/tool/poetry/dependencies"));
    keys(value.pointer("/tool/poetry/dev-dependencies"));
    for (_, group) in value.pointer("/tool/poetry/group").and_then(|groups| groups.as_table()).into_iter().flatten() {
        keys(group.pointer("/dependencies"));
    }
}

/// The normal form of a distribution's name: lower case, runs of `-_.` as one `-`.
fn normalise(name: &str) -> String {
    let mut result = String::new();
    for character in name.trim().chars() {
        if "-_.".contains(character) {
            if !result.ends_with('-') {
                result.push('-');
            }
        } else {
            result.extend(character.to_lowercase());
        }
    }
    result
}

fn squash(name: &str) -> String {
    name.chars().filter(|character| !"-_.".contains(*character)).flat_map(char::to_lowercase).collect()
}

/// True where a distribution (normalised) provides a top-level module, by the table or by its name.
fn provides(distribution: &str, module: &str) -> bool {
    if let Ok(at) = MODULES.binary_search_by_key(&distribution, |(name, _)| name)
        && let Some((_, modules)) = MODULES.get(at)
    {
        return modules.contains(&module);
    }
    let squashed = squash(module);
    let name = squash(distribution);
    name == squashed
        || name.strip_prefix("python").is_some_and(|rest| rest == squashed)
        || name.strip_prefix("py").is_some_and(|rest| rest == squashed)
        || name.strip_suffix("python").is_some_and(|rest| rest == squashed)
        || name.strip_suffix("binary").is_some_and(|rest| rest == squashed)
        || (module == "google" && distribution.starts_with("google-"))
        || (module == "azure" && distribution.starts_with("azure-"))
        || (module == "opentelemetry" && distribution.starts_with("opentelemetry-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testinfra::walk::walk;

    fn dependencies(files: &[(&str, &str)]) -> Dependencies {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let full = folder.path().join(path);
            std::fs::create_dir_all(full.parent().unwrap()).unwrap();
            std::fs::write(full, text).unwrap();
        }
        read(folder.path(), "", &walk(folder.path()), &Excerpts::default(), |_| false)
    }

    #[test]
    fn the_table_is_sorted_and_its_names_are_normal() {
        assert!(
            MODULES.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "{:?}",
            MODULES.windows(2).find(|pair| pair[0].0 >= pair[1].0)
        );
        assert!(MODULES.iter().all(|(name, modules)| normalise(name) == *name && !modules.is_empty()));
    }

    #[test]
    fn a_lock_file_says_what_is_not_there() {
        let lock = "[[package]]\nname = \"PyYAML\"\nversion = \"6\"\n\n[[package]]\nname = \"python-dateutil\"\n\n[package.dependencies]\nname = \"x\"\n";
        let all = dependencies(&[
            ("poetry.lock", lock),
            ("pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.11\"\npyyaml = \"*\"\n"),
        ]);
        assert_eq!(all.provide("yaml"), Provided::Yes);
        assert_eq!(all.provide("dateutil.parser"), Provided::Yes);
        assert_eq!(all.provide("pyyaml"), Provided::No);
        assert_eq!(all.provide("x"), Provided::No);
        assert_eq!(all.provide("pytest"), Provided::Yes);
    }

    #[test]
    fn direct_dependencies_alone_judge_nothing() {
        let all =
            dependencies(&[("requirements.txt", "requests[socks]>=2 # http\n-r other.txt\npsycopg2-binary==2.9\n")]);
        assert_eq!(all.provide("requests"), Provided::Yes);
        assert_eq!(all.provide("psycopg2"), Provided::Yes);
        assert_eq!(all.provide("urllib3"), Provided::NotJudged);
        assert_eq!(dependencies(&[]).provide("yaml"), Provided::NotJudged);
    }

    #[test]
    fn a_compiled_file_beside_a_plain_one_is_no_closure() {
        let compiled = (
            "requirements.txt",
            "# This file is autogenerated by pip-compile with Python 3.11\nrequests==2.31\nurllib3==2.0\n",
        );
        assert_eq!(dependencies(&[compiled]).provide("yaml"), Provided::No);
        assert_eq!(dependencies(&[compiled, ("requirements-dev.txt", "faker\n")]).provide("yaml"), Provided::NotJudged);
        assert_eq!(
            dependencies(&[compiled, ("requirements.in", "# Compile with: pip-compile requirements.in\nrequests\n")])
                .provide("yaml"),
            Provided::No
        );
    }

    #[test]
    fn google_is_shared_by_many_distributions() {
        let all = dependencies(&[(
            "uv.lock",
            "[[package]]\nname = \"google-cloud-secret-manager\"\n[[package]]\nname = \"mine\"\nsource = { editable = \".\" }\n",
        )]);
        assert_eq!(all.provide("google.cloud.secretmanager_v1"), Provided::Yes);
        assert_eq!(all.provide("google.cloud.storage"), Provided::NotJudged);
        assert_eq!(all.provide("mine"), Provided::No);
    }
}
