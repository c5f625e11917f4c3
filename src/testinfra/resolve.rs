//! Finds the files that an import executes, as CPython's path finder does, by the maps of the walk alone.

use std::collections::{BTreeSet, HashMap, HashSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::dependencies::{Dependencies, Provided};
use super::pytest_config::{PytestConfig, join};
use super::roots::{FileRoots, Roots, base_folder, folder_of, is_conftest, is_within};
use super::sources::{FileId, Sources};
use super::stdlib::{self, Stdlib};
use super::walk::Tree;
use crate::model::WhyKind;
use crate::model::tests::Certainty;
use crate::python::extract::Interpreter;
use crate::python::facts::{Import, What};

/// All that resolving needs to know of a repository.
#[derive(Debug)]
pub struct Space<'a> {
    /// The walk.
    pub tree: &'a Tree,
    /// The Python files.
    pub sources: &'a Sources,
    /// Third-party modules.
    pub dependencies: &'a Dependencies,
    /// `sys.path`.
    pub roots: &'a Roots,
    /// Settings of pytest.
    pub pytest: &'a PytestConfig,
    /// The tests' root.
    pub root: &'a str,
    /// The version of Python.
    pub interpreter: Interpreter,
    /// Folder → the names in it, up to their first dot.
    listed: FxHashMap<&'a str, FxHashSet<&'a str>>,
    extensions: HashSet<String>,
    protocols: HashSet<String>,
    injected: BTreeSet<String>,
    /// Name → the folders of [`Roots::others`] that have something of that name.
    elsewhere: HashMap<&'a str, Vec<&'a str>>,
    /// File name without `.py` → the files.
    by_stem: HashMap<&'a str, Vec<FileId>>,
}

/// A part of a dotted name that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A module, or the `__init__` of a package.
    File(FileId),
    /// A package without `__init__`: its folders.
    Namespace(Vec<String>),
    /// Something that exists and is not Python source that was read.
    Opaque,
}

/// What an import finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// What is executed, in order; the last is the module itself.
    Units(Vec<Unit>),
    /// It exists, and what it holds is not judged: the standard library, a declared dependency.
    Assumed,
    /// Whether it exists cannot be told.
    Doubt(WhyKind, String),
    /// It does not exist.
    Missing(Certainty),
}

impl<'a> Space<'a> {
    /// Prepares the maps.
    pub fn new(
        tree: &'a Tree,
        sources: &'a Sources,
        dependencies: &'a Dependencies,
        roots: &'a Roots,
        pytest: &'a PytestConfig,
        root: &'a str,
        interpreter: Interpreter,
    ) -> Self {
        let mut extensions = HashSet::new();
        let mut protocols = HashSet::new();
        for path in tree.files.keys() {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            if name.ends_with(".so") || name.ends_with(".pyd") || name.ends_with(".pyx") {
                extensions.insert(join(folder, name.split('.').next().unwrap_or(name)));
            }
            if let Some(stem) = name.strip_suffix(".proto") {
                protocols.insert(stem.to_owned());
            }
        }
        let injected = sources.files.iter().flat_map(|file| file.facts.injected.iter().cloned()).collect();
        let others: HashSet<&str> = roots.others.iter().map(String::as_str).collect();
        let mut elsewhere: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut listed: FxHashMap<&str, FxHashSet<&str>> = FxHashMap::default();
        for path in tree.files.keys().chain(&tree.folders).chain(&tree.opaque) {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let name = name.split('.').next().unwrap_or(name);
            listed.entry(folder).or_default().insert(name);
            let Some(&folder) = others.get(folder) else { continue };
            elsewhere.entry(name).or_default().push(folder);
        }
        for folders in elsewhere.values_mut() {
            folders.sort_unstable();
            folders.dedup();
        }
        let mut by_stem: HashMap<&str, Vec<FileId>> = HashMap::new();
        for (id, file) in sources.files.iter().enumerate() {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            by_stem.entry(name.strip_suffix(".py").unwrap_or(name)).or_default().push(id);
        }
        Self {
            tree,
            sources,
            dependencies,
            roots,
            pytest,
            root,
            interpreter,
            listed,
            extensions,
            protocols,
            injected,
            elsewhere,
            by_stem,
        }
    }

    /// `sys.path` for a file before its first statement.
    pub fn roots_of(&self, file: FileId) -> FileRoots {
        self.sources.get(file).map_or_else(FileRoots::default, |file| self.roots.of(&file.path, self.pytest, self.tree))
    }

    /// What an import of `file` finds, with these roots.
    pub fn resolve(&self, file: FileId, roots: &FileRoots, import: &Import) -> Resolution {
        let path = self.sources.get(file).map_or("", |file| file.path.as_str());
        if import.level > 0 {
            return self.relative(path, roots, import);
        }
        let parts: Vec<&str> = import.module.split('.').collect();
        self.absolute(path, roots, &parts)
    }

    /// What `import` of an absolute dotted name finds, for a file at this path.
    pub fn resolve_name(&self, path: &str, roots: &FileRoots, dotted: &str) -> Resolution {
        let parts: Vec<&str> = dotted.split('.').collect();
        self.absolute(path, roots, &parts)
    }

    /// The dotted name of the module of an import, absolute also for a relative one.
    pub fn absolute_name(&self, file: FileId, import: &Import) -> String {
        if import.level == 0 {
            return import.module.clone();
        }
        let path = self.sources.get(file).map_or("", |file| file.path.as_str());
        let folder = ancestor(path, import.level).unwrap_or_default();
        let package = self.dotted_folder(&folder);
        match (package.is_empty(), import.module.is_empty()) {
            (true, _) => format!("{}{}", ".".repeat(import.level as usize), import.module),
            (_, true) => package,
            _ => format!("{package}.{}", import.module),
        }
    }

    /// The dotted name of a file, from the root that is nearest to it.
    pub fn dotted_name(&self, path: &str) -> String {
        let stem = path.strip_suffix(".py").unwrap_or(path);
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        self.dotted_folder(stem)
    }

    fn dotted_folder(&self, folder: &str) -> String {
        let root = self.roots.global.iter().filter(|root| is_within(folder, root)).max_by_key(|root| root.len());
        let root = root.map_or("", String::as_str);
        folder.strip_prefix(root).unwrap_or(folder).trim_start_matches('/').replace('/', ".")
    }

    fn absolute(&self, path: &str, roots: &FileRoots, parts: &[&str]) -> Resolution {
        let Some(&top) = parts.first() else { return Resolution::Missing(Certainty::Definite) };
        let first = self.child(&roots.folders, top);
        match stdlib::lookup(top, self.interpreter) {
            Stdlib::Preloaded => return Resolution::Assumed,
            Stdlib::Module => match &first {
                // The standard library's own tests are the one module of it that projects hide on purpose.
                Some(Unit::File(_)) if top == "test" => {}
                Some(Unit::Namespace(_)) if top == "test" => {
                    let text = "`test` is a module of the standard library as well".to_owned();
                    return Resolution::Doubt(WhyKind::Environment, text);
                }
                _ => return Resolution::Assumed,
            },
            Stdlib::Perhaps if !matches!(first, Some(Unit::File(_))) => {
                let text = format!("`{top}` is in the standard library of some of the possible versions of Python");
                return Resolution::Doubt(WhyKind::Environment, text);
            }
            Stdlib::Perhaps | Stdlib::No => {}
        }
        let dotted = parts.join(".");
        let provided = match &first {
            None => Some(self.dependencies.provide(&dotted)),
            // A regular package of a distribution comes before a folder without `__init__`.
            Some(Unit::Namespace(_)) if self.dependencies.provide(&dotted) == Provided::Yes => Some(Provided::Yes),
            Some(_) => None,
        };
        if provided == Some(Provided::Yes) {
            return Resolution::Assumed;
        }
        let missing_below = match first {
            None => None,
            Some(first) => match self.descend(first, parts.get(1..).unwrap_or_default()) {
                Ok(units) => return Resolution::Units(units),
                Err(found) => found.last().cloned(),
            },
        };
        if let Some(doubt) = self.doubt_of_absence(path, roots, parts, missing_below.as_ref()) {
            return doubt;
        }
        match provided {
            Some(Provided::No) => Resolution::Missing(Certainty::Environment),
            Some(_) if self.is_module_name_here(parts) => Resolution::Missing(Certainty::Unknown),
            Some(_) => Resolution::Doubt(
                WhyKind::ThirdParty,
                format!("`{top}` belongs to nobody in the repository, and no lock file says whether it is installed"),
            ),
            None => Resolution::Missing(Certainty::Definite),
        }
    }

    /// Why a module that was not found may exist all the same.
    fn doubt_of_absence(
        &self,
        path: &str,
        roots: &FileRoots,
        parts: &[&str],
        below: Option<&Unit>,
    ) -> Option<Resolution> {
        let dotted = parts.join(".");
        if self.injected.iter().any(|name| dotted == *name || is_dotted_prefix(name, &dotted)) {
            let text = format!("`{dotted}` is put into `sys.modules` by code");
            return Some(Resolution::Doubt(WhyKind::Dynamic, text));
        }
        if let Some(Unit::File(id)) = below
            && self.sources.get(*id).is_some_and(|file| file.facts.dynamic_path)
        {
            let text = format!("a package of `{dotted}` changes its `__path__`");
            return Some(Resolution::Doubt(WhyKind::Dynamic, text));
        }
        let last = parts.last().copied().unwrap_or_default();
        let protocol = last.strip_suffix("_pb2").or_else(|| last.strip_suffix("_pb2_grpc"));
        if protocol.is_some_and(|stem| self.protocols.contains(stem)) {
            let text = format!("`{dotted}` is generated from a `.proto` file");
            return Some(Resolution::Doubt(WhyKind::Dynamic, text));
        }
        if self.tree.may_hide("") {
            return Some(Resolution::Doubt(WhyKind::Limit, "not all of the repository was looked at".to_owned()));
        }
        let top = parts.first().copied().unwrap_or_default();
        let having = self.elsewhere.get(top).into_iter().flatten().map(|&folder| folder.to_owned());
        let mut others: Vec<String> = having.collect();
        // In the import mode `importlib` no test file brings its own folder, and what is installed is known.
        let alone = self.roots.is_importlib()
            && self.pytest.is_test_file(path)
            && self.dependencies.provide(&dotted) == Provided::No;
        if !alone {
            others.push(folder_of(path).to_owned());
            others.push(base_folder(path, self.tree));
        }
        others.retain(|folder| !roots.folders.contains(folder));
        let elsewhere = self.child(&others, top);
        if elsewhere.is_some_and(|first| self.descend(first, parts.get(1..).unwrap_or_default()).is_ok()) {
            return Some(Resolution::Missing(Certainty::OrderDependent));
        }
        roots.dynamic.then_some(Resolution::Missing(Certainty::Unknown))
    }

    /// True where a file of the repository could be meant by a name that no root has.
    fn is_module_name_here(&self, parts: &[&str]) -> bool {
        let tail = format!("/{}.py", parts.join("/"));
        let namesakes = parts.last().and_then(|last| self.by_stem.get(last));
        namesakes.into_iter().flatten().any(|&id| self.sources.get(id).is_some_and(|file| file.path.ends_with(&tail)))
    }

    fn relative(&self, path: &str, roots: &FileRoots, import: &Import) -> Resolution {
        let is_test = self.pytest.is_test_file(path) || is_conftest(path);
        // pytest imports a test file as a part of its chain of `__init__` files; any other file may be imported from
        // any root.
        let mut limits: Vec<String> = if is_test && !self.roots.is_importlib() {
            vec![base_folder(path, self.tree)]
        } else {
            roots.folders.iter().filter(|root| is_within(path, root)).cloned().collect()
        };
        // The nearest first.
        limits.sort_by_key(|limit| std::cmp::Reverse(limit.len()));
        let Some(folder) = ancestor(path, import.level) else { return Resolution::Missing(Certainty::Definite) };
        // A file at the top of a root has no package.
        limits.retain(|limit| folder != *limit && is_within(&folder, limit));
        let parts: Vec<&str> = import.module.split('.').filter(|part| !part.is_empty()).collect();
        let mut failed = None;
        for limit in &limits {
            match self.descend(self.package(&folder, limit, roots), &parts) {
                Ok(units) if self.has_wanted(&units, import) => return Resolution::Units(units),
                Ok(units) => failed = failed.or(Some(Ok(units))),
                Err(found) => failed = failed.or(Some(Err(found))),
            }
        }
        match failed {
            None => Resolution::Missing(Certainty::Definite),
            Some(Ok(units)) => Resolution::Units(units),
            Some(Err(found)) => {
                let dotted = format!("{}.{}", self.dotted_folder(&folder), import.module);
                let names: Vec<&str> = dotted.split('.').collect();
                let fixed = FileRoots { folders: roots.folders.clone(), dynamic: false };
                match self.doubt_of_absence(path, &fixed, &names, found.last()) {
                    Some(doubt @ Resolution::Doubt(..)) => doubt,
                    _ => Resolution::Missing(Certainty::Definite),
                }
            }
        }
    }

    /// The package in a folder, of which portions may lie below other roots as well.
    fn package(&self, folder: &str, limit: &str, roots: &FileRoots) -> Unit {
        if let Some(init) = self.sources.id(&join(folder, "__init__.py")) {
            return Unit::File(init);
        }
        let tail = folder.strip_prefix(limit).unwrap_or(folder).trim_start_matches('/');
        let mut parts = tail.split('/');
        let first = parts.next().and_then(|top| self.child(&roots.folders, top));
        let rest: Vec<&str> = parts.collect();
        match first.and_then(|first| self.descend(first, &rest).ok()).as_ref().and_then(|units| units.last()) {
            Some(Unit::Namespace(folders)) if folders.iter().any(|portion| portion == folder) => {
                Unit::Namespace(folders.clone())
            }
            _ => Unit::Namespace(vec![folder.to_owned()]),
        }
    }

    /// False where a folder without `__init__` lacks the name that is wanted of it: seen from another root it may have it.
    fn has_wanted(&self, units: &[Unit], import: &Import) -> bool {
        match (units.last(), &import.what) {
            (Some(package @ Unit::Namespace(_)), What::Name { name, .. }) => self.submodule(package, name).is_some(),
            _ => true,
        }
    }

    /// Follows the rest of a dotted name; the error is what was found before a part was missing.
    fn descend(&self, first: Unit, rest: &[&str]) -> Result<Vec<Unit>, Vec<Unit>> {
        let mut units = vec![first];
        for part in rest {
            let next = units.last().and_then(|unit| self.submodule(unit, part));
            match next {
                Some(unit) => units.push(unit),
                None => return Err(units),
            }
        }
        Ok(units)
    }

    /// A module inside a package.
    pub fn submodule(&self, package: &Unit, name: &str) -> Option<Unit> {
        match package {
            Unit::Opaque => Some(Unit::Opaque),
            Unit::Namespace(folders) => self.child(folders, name),
            Unit::File(id) => {
                let path = self.sources.get(*id)?.path.as_str();
                let folder = path.strip_suffix("__init__.py")?;
                self.child(&[folder.trim_end_matches('/').to_owned()], name)
            }
        }
    }

    /// One component, looked up in folders: package, extension, module, compiled module; else the folders of that name
    /// together. A package or module in a later folder comes before a mere folder in an earlier one.
    fn child(&self, folders: &[String], name: &str) -> Option<Unit> {
        if name.is_empty() {
            return None;
        }
        let mut portions = Vec::new();
        for folder in folders {
            let is_listed = self.listed.get(folder.as_str()).is_some_and(|names| names.contains(name));
            if !is_listed && self.tree.opaque.is_empty() {
                continue;
            }
            let path = join(folder, name);
            let package = format!("{path}/__init__");
            if self.is_extension(&package) {
                return Some(Unit::Opaque);
            }
            if let Some(unit) = self.file(&format!("{package}.py")) {
                return Some(unit);
            }
            if !folder.is_empty() && self.is_extension(&path) {
                return Some(Unit::Opaque);
            }
            if let Some(unit) = self.file(&format!("{path}.py")) {
                return Some(unit);
            }
            if self.is_extension(&path)
                || self.tree.files.contains_key(&format!("{path}.pyc"))
                || (self.tree.may_hide(&path) && !self.tree.opaque.contains(""))
            {
                return Some(Unit::Opaque);
            }
            if self.tree.folders.contains(&path) {
                portions.push(path);
            }
        }
        (!portions.is_empty()).then_some(Unit::Namespace(portions))
    }

    fn is_extension(&self, path: &str) -> bool {
        !self.extensions.is_empty() && self.extensions.contains(path)
    }

    /// The file at a path, if there is one.
    fn file(&self, path: &str) -> Option<Unit> {
        if let Some(file) = self.sources.id(path) {
            return Some(Unit::File(file));
        }
        (self.tree.files.contains_key(path) || self.tree.opaque.contains(path)).then_some(Unit::Opaque)
    }

    /// True where code puts this dotted name into `sys.modules`.
    pub fn is_injected(&self, dotted: &str) -> bool {
        self.injected.contains(dotted)
    }
}

fn is_dotted_prefix(prefix: &str, name: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'))
}

/// The folder that `level` leading dots name, for an import in this file.
fn ancestor(path: &str, level: u32) -> Option<String> {
    let mut folder = folder_of(path);
    for _ in 1..level {
        if folder.is_empty() {
            return None;
        }
        folder = folder_of(folder);
    }
    Some(folder.to_owned())
}
