//! A virtual environment: what is installed in it, by its files.

use std::collections::BTreeSet;
use std::path::Path;

use super::Provided;
use crate::model::{Excerpts, Why, WhyKind};
use crate::testinfra::pytest_config::{ini_section, join, open};
use crate::testinfra::walk::Tree;

/// The most lines of `.pth` files that are read.
const MAX_LINES: usize = 10_000;

/// What is installed in a virtual environment.
#[derive(Debug, Default)]
pub struct Environment {
    /// Its folder, relative to the repository.
    pub folder: String,
    /// Folders of the repository that it puts on `sys.path`, for editable installs.
    pub sources: Vec<String>,
    /// Dotted names of modules, and of folders without `__init__`, which end with a dot.
    modules: BTreeSet<String>,
    /// Top-level modules that something else than a file of that name provides: editable installs.
    editable: BTreeSet<String>,
    /// It sees packages that lie elsewhere, or changes how modules are found: what is not in it may exist.
    open: bool,
}

impl Environment {
    /// Names of installed modules that plugins of pytest are called by.
    pub(super) fn plugins(&self) -> impl Iterator<Item = String> {
        let named = self.modules.iter().filter(|name| name.starts_with("pytest_") && !name.contains('.'));
        named.map(|name| name.replace('_', "-"))
    }

    /// Whether a module is installed.
    pub fn provide(&self, module: &str) -> Provided {
        let top = module.split('.').next().unwrap_or(module);
        if self.editable.contains(top) || self.modules.contains(module) {
            return Provided::Yes;
        }
        let mut prefix = String::new();
        for part in module.split('.') {
            if !prefix.is_empty() {
                prefix.push('.');
            }
            prefix.push_str(part);
            if self.modules.contains(&prefix) {
                // A package decides itself what its modules are: `six.moves` is no file.
                return Provided::Yes;
            }
            if !self.modules.contains(&format!("{prefix}.")) {
                return if self.open { Provided::NotJudged } else { Provided::No };
            }
        }
        Provided::Yes
    }
}

/// Reads the environment in a folder of the repository.
///
/// # Errors
///
/// The reason for which it cannot be read.
pub(super) fn read(repo: &Path, folder: &str, tree: &Tree, excerpts: &Excerpts) -> Result<Environment, Why> {
    let folder = join("", folder);
    let missing = |text: String| Why::new(WhyKind::FileUnreadable, text);
    let site = site_packages(&folder, tree)
        .ok_or_else(|| missing(format!("the virtual environment `{folder}` has no `site-packages`")))?;
    let mut environment = Environment { folder: folder.clone(), ..Environment::default() };
    let text = |path: &str| {
        let size = *tree.files.get(path)?;
        open(repo, path, size, excerpts, &mut Vec::new()).map(|file| file.text().to_owned())
    };
    let settings = text(&join(&folder, "pyvenv.cfg"));
    // The file has no sections.
    let settings = ini_section(&format!("[x]\n{}", settings.unwrap_or_default()), "x").unwrap_or_default();
    environment.open = tree.may_hide(&site)
        || settings.iter().any(|(key, lines, _)| {
            key == "include-system-site-packages" && lines.iter().any(|line| line.trim().eq_ignore_ascii_case("true"))
        });
    for (path, name) in below(tree.files.keys(), &site) {
        environment.file(name);
        if !name.contains('/') && name.ends_with(".pth") {
            match text(path) {
                Some(lines) => environment.path_file(repo, &site, name, &lines, &text),
                None => environment.open = true,
            }
        }
        // An installation of the old kind points elsewhere.
        environment.open |= name.ends_with(".egg-link") || name.ends_with(".egg");
    }
    for (_, name) in below(tree.folders.iter(), &site) {
        environment.folder(name);
    }
    environment.open |= below(tree.opaque.iter(), &site).next().is_some();
    Ok(environment)
}

/// `lib/python3.N/site-packages`, or `Lib/site-packages` on Windows.
fn site_packages(folder: &str, tree: &Tree) -> Option<String> {
    let candidates =
        tree.folders.range(format!("{folder}/")..).take_while(|path| path.starts_with(folder)).filter(|path| {
            let inner = path.strip_prefix(folder).unwrap_or(path).to_ascii_lowercase();
            inner == "/lib/site-packages"
                || inner.strip_prefix("/lib/python3.").is_some_and(|rest| {
                    rest.split_once('/').is_some_and(|(minor, name)| {
                        name == "site-packages" && minor.chars().all(|character| character.is_ascii_digit())
                    })
                })
        });
    candidates.last().cloned()
}

/// Paths below a folder, with their rest.
fn below<'a>(paths: impl Iterator<Item = &'a String>, folder: &str) -> impl Iterator<Item = (&'a String, &'a str)> {
    paths.filter_map(move |path| Some((path, path.strip_prefix(folder)?.strip_prefix('/')?)))
}

impl Environment {
    /// Notes the module that a file is.
    fn file(&mut self, name: &str) {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let is_module = [".py", ".pyc", ".so", ".pyd"].iter().any(|suffix| file.ends_with(suffix));
        if !is_module || folder.split('/').any(is_metadata) {
            return;
        }
        let stem = file.split('.').next().unwrap_or(file);
        let dotted = if stem == "__init__" { folder.replace('/', ".") } else { join(folder, stem).replace('/', ".") };
        if !dotted.is_empty() {
            self.modules.insert(dotted);
        }
    }

    /// Notes a folder, which is a package without `__init__` unless a file says otherwise.
    fn folder(&mut self, name: &str) {
        if !name.split('/').any(is_metadata) {
            self.modules.insert(format!("{}.", name.replace('/', ".")));
        }
    }

    /// Reads a `.pth` file: each line is a folder, or code that is run when Python starts.
    fn path_file(&mut self, repo: &Path, site: &str, name: &str, lines: &str, text: &impl Fn(&str) -> Option<String>) {
        for line in lines.lines().take(MAX_LINES).map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(code) = line.strip_prefix("import ").or_else(|| line.strip_prefix("import\t")) {
                self.code(site, name, code, text);
            } else {
                match inside(repo, site, line) {
                    Some(folder) => self.sources.push(folder),
                    None => self.open = true,
                }
            }
        }
    }

    /// Code of a `.pth` file: the finder of an editable install lists its modules in its own file.
    fn code(&mut self, site: &str, name: &str, code: &str, text: &impl Fn(&str) -> Option<String>) {
        let known = ["distutils-precedence.pth", "_virtualenv.pth", "a1_coverage.pth"];
        if known.contains(&name) || name.ends_with("-nspkg.pth") {
            return;
        }
        let module = code.split([';', ' ', ',']).next().unwrap_or_default();
        let mapping = module
            .starts_with("__editable__")
            .then(|| text(&join(site, &format!("{module}.py"))))
            .flatten()
            .and_then(|source| mapped_modules(&source));
        match mapping {
            Some(modules) => self.editable.extend(modules),
            None => self.open = true,
        }
    }
}

/// The names in `MAPPING = {…}` of the finder that setuptools writes.
fn mapped_modules(source: &str) -> Option<Vec<String>> {
    let line = source.lines().find(|line| line.starts_with("MAPPING"))?;
    let body = line.split_once('{')?.1.split_once('}')?.0;
    let key = |entry: &str| {
        let (key, _) = entry.split_once(':')?;
        let key = key.trim().trim_matches(['\'', '"']);
        (!key.is_empty()).then(|| key.split('.').next().unwrap_or(key).to_owned())
    };
    Some(body.split(',').filter_map(key).collect())
}

/// The folder of the repository that a line of a `.pth` file names; `None` where it lies elsewhere.
fn inside(repo: &Path, site: &str, line: &str) -> Option<String> {
    let full = std::fs::canonicalize(repo.join(site).join(line)).ok()?;
    let relative = full.strip_prefix(std::fs::canonicalize(repo).ok()?).ok()?.to_str()?.to_owned();
    Some(if std::path::MAIN_SEPARATOR == '\\' { relative.replace('\\', "/") } else { relative })
}

fn is_metadata(part: &str) -> bool {
    part == "__pycache__" || part.ends_with(".dist-info") || part.ends_with(".egg-info")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testinfra::testing::write_tree;
    use crate::testinfra::walk::walk;

    const SITE: &str = "env/lib/python3.11/site-packages";

    fn environment(text: &str) -> Result<Environment, Why> {
        let folder = tempfile::tempdir().unwrap();
        let repo = std::fs::canonicalize(folder.path()).unwrap();
        write_tree(&repo, &text.replace("SITE", SITE).replace("REPO", repo.to_str().unwrap()));
        read(&repo, "env", &walk(&repo), &Excerpts::default())
    }

    const PLAIN: &str = "=== env/pyvenv.cfg\nhome = /usr/bin\ninclude-system-site-packages = false\n
=== SITE/yaml/__init__.py\n=== SITE/yaml/loader.py\n=== SITE/single.py\n=== SITE/_native.cpython-311-x86_64-linux-gnu.so\n
=== SITE/google/cloud/storage/__init__.py\n=== SITE/PyYAML-6.0.dist-info/RECORD\nyaml/__init__.py,,\n
=== SITE/PyYAML-6.0.dist-info/odd.py\n=== SITE/distutils-precedence.pth\nimport os; os.environ\n";

    #[test]
    fn what_is_installed_is_what_lies_there() {
        let all = environment(PLAIN).unwrap();
        for module in
            ["yaml", "yaml.loader", "yaml.made_at_run_time", "single", "_native", "google.cloud.storage", "google"]
        {
            assert_eq!(all.provide(module), Provided::Yes, "{module}");
        }
        for module in ["requests", "google.cloud.run", "google.auth", "odd"] {
            assert_eq!(all.provide(module), Provided::No, "{module}");
        }
    }

    #[test]
    fn editable_installs_are_followed() {
        let all = environment(&format!(
            "{PLAIN}=== SITE/__editable__.mine-1.pth\nREPO/src\n=== src/mine/__init__.py\n
=== SITE/__editable__.other-1.pth\nimport __editable___other_1_finder; __editable___other_1_finder.install()\n
=== SITE/__editable___other_1_finder.py\nMAPPING: dict[str, str] = {{'other': '/elsewhere/other', 'more': '/x'}}\n"
        ))
        .unwrap();
        assert_eq!(all.sources, ["src"]);
        assert_eq!([all.provide("other.a"), all.provide("more")], [Provided::Yes, Provided::Yes]);
        assert_eq!(all.provide("requests"), Provided::No);
    }

    #[test]
    fn an_environment_that_sees_more_than_itself_denies_nothing() {
        let system = PLAIN.replace("= false", "= true");
        let hook = format!("{PLAIN}=== SITE/hook.pth\nimport my_hook\n");
        let elsewhere = format!("{PLAIN}=== SITE/far.pth\n/nowhere/at/all\n");
        for text in [system, hook, elsewhere] {
            let all = environment(&text).unwrap();
            assert_eq!([all.provide("yaml"), all.provide("requests")], [Provided::Yes, Provided::NotJudged]);
        }
        assert!(environment("=== a.py\n").unwrap_err().text.contains("`env`"));
    }
}
