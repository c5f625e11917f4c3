//! Which third-party modules the project's dependency files provide.

mod declared;
mod environment;
mod names;

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;

pub use environment::Environment;

use self::declared::{Kind, Named};
use self::names::{normalise, provides, squash};
use super::pytest_config::{join, open};
use super::walk::Tree;
use crate::model::{Diagnostic, Excerpts, Why};

/// The largest lock file that is read, in bytes.
const MAX_LOCK_BYTES: u64 = 32 << 20;
/// The most dependency files that are read.
const MAX_FILES: usize = 5_000;

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
    /// The virtual environment that is configured: it says what is installed, whatever files declare.
    pub environment: Option<Environment>,
    /// Why the configured virtual environment was not read.
    pub incomplete: Option<Why>,
}

/// Whether a top-level module is provided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provided {
    /// A distribution provides it.
    Yes,
    /// The environment or the lock file lists everything, and nothing in it provides the module.
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
        if let Some(environment) = &self.environment {
            return environment.provide(module);
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

    /// Distributions that are plugins of pytest by their names.
    pub fn plugins(&self) -> BTreeSet<String> {
        let installed = self.environment.iter().flat_map(Environment::plugins);
        let declared = self.distributions.iter().filter(|_| self.environment.is_none()).cloned();
        installed.chain(declared).filter(|name| name.starts_with("pytest-")).collect()
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

/// Reads the dependency files. Those of any folder declare; a lock file counts in `root` or above it. A configured
/// virtual environment comes before all of them.
pub fn read(
    repo: &Path,
    root: &str,
    tree: &Tree,
    venv: Option<&str>,
    excerpts: &Excerpts,
    ignored: impl Fn(&str) -> bool,
) -> Dependencies {
    let mut all = Dependencies::default();
    if let Some(folder) = venv {
        match environment::read(repo, folder, tree, excerpts) {
            Ok(environment) => all.environment = Some(environment),
            Err(why) => all.incomplete = Some(why),
        }
    }
    let mut closed = BTreeSet::new();
    let mut direct = BTreeSet::new();
    let mut own = BTreeSet::new();
    let named = tree.files.keys().filter(|path| !ignored(path));
    let mut waiting: VecDeque<(String, Kind)> =
        named.filter_map(|path| Some((path.clone(), declared::kind(path)?))).collect();
    let mut seen: BTreeSet<String> = waiting.iter().map(|(path, _)| path.clone()).collect();
    while let Some((path, kind)) = waiting.pop_front() {
        let Some(&size) = tree.files.get(&path) else { continue };
        if size > MAX_LOCK_BYTES || all.files.len() >= MAX_FILES {
            all.unreadable = true;
            continue;
        }
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        // Lock files may be larger than `open` takes; their size was checked above.
        let Some(file) = open(repo, &path, if kind == Kind::Lock { 0 } else { size }, excerpts, &mut diagnostics)
        else {
            all.unreadable = true;
            continue;
        };
        all.files.push(path.clone());
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let Some(Named { names, own: local, includes, is_lock, is_partial }) = declared::names(kind, name, &file)
        else {
            all.unreadable = true;
            continue;
        };
        all.unreadable |= is_partial;
        for include in includes {
            let path = join(folder, &include);
            if seen.insert(path.clone()) {
                if !tree.files.contains_key(&path) {
                    all.unreadable = true;
                }
                waiting.push_back((path, Kind::Requirements));
            }
        }
        own.extend(local);
        let at_root = is_above(
            folder.strip_suffix("/requirements").unwrap_or(if folder == "requirements" { "" } else { folder }),
            root,
        );
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
    if let Some(environment) = &all.environment {
        all.lock = Some(environment.folder.clone());
    }
    all.distributions.retain(|name| !own.contains(name));
    all
}

fn is_above(folder: &str, root: &str) -> bool {
    folder.is_empty() || folder == root || root.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testinfra::distributions::MODULES;
    use crate::testinfra::walk::walk;

    fn dependencies(files: &[(&str, &str)]) -> Dependencies {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let full = folder.path().join(path);
            std::fs::create_dir_all(full.parent().unwrap()).unwrap();
            std::fs::write(full, text).unwrap();
        }
        read(folder.path(), "", &walk(folder.path()), None, &Excerpts::default(), |_| false)
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

    #[test]
    fn included_files_and_build_scripts_declare_as_well() {
        let all = dependencies(&[
            ("requirements.txt", "-r deps/base.txt\n-c deps/limits.txt\n"),
            ("deps/base.txt", "--requirement=more.txt\nrequests\n"),
            ("deps/more.txt", "PyYAML ; python_version > '3.8'\n"),
            ("deps/limits.txt", "absent==1\n"),
        ]);
        assert_eq!(all.provide("yaml"), Provided::Yes);
        assert_eq!(all.provide("requests"), Provided::Yes);
        assert_eq!(all.provide("absent"), Provided::NotJudged);
        let script = "from setuptools import setup\nNEEDED = ['attrs']\nsetup(name='x', install_requires=['PyYAML'] + NEEDED,\n  extras_require={'t': ['requests']})\n";
        let all = dependencies(&[("setup.py", script)]);
        let got = ["yaml", "attr", "requests"].map(|module| all.provide(module));
        assert_eq!(got, [Provided::Yes, Provided::Yes, Provided::Yes]);
        let all = dependencies(&[("setup.cfg", "[options.extras_require]\ntests =\n  requests\n  PyYAML>=6\n")]);
        assert_eq!(all.provide("yaml"), Provided::Yes);
        let all = dependencies(&[("Pipfile", "[packages]\nrequests = \"*\"\n[dev-packages]\nPyYAML = \"*\"\n")]);
        assert_eq!(all.provide("yaml"), Provided::Yes);
    }

    #[test]
    fn a_declaration_that_is_not_read_keeps_a_lock_file_from_deciding() {
        let lock = ("uv.lock", "[[package]]\nname = \"requests\"\n");
        assert_eq!(dependencies(&[lock]).provide("yaml"), Provided::No);
        for other in [
            ("setup.py", "from setuptools import setup\nsetup(install_requires=open('r.txt').read().split())\n"),
            ("requirements.txt", "-r gone.txt\n"),
            (
                "pyproject.toml",
                "[project]\ndynamic = [\"dependencies\"]\n[tool.setuptools.dynamic]\ndependencies = { file = [\"gone.txt\"] }\n",
            ),
        ] {
            assert_eq!(dependencies(&[lock, other]).provide("yaml"), Provided::NotJudged, "{}", other.0);
        }
    }
}
