//! Finds the files that an import executes, as CPython's path finder does, by the maps of the walk alone.

mod absolute;
mod finder;
mod leads;
mod relative;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use self::leads::Lead;
use self::relative::ancestor;
use super::dependencies::Dependencies;
use super::pytest_config::{PytestConfig, join};
use super::roots::{FileRoots, Roots, is_within};
use super::sources::{FileId, Sources};
use super::stdlib::Versions;
use super::walk::Tree;
use crate::model::WhyKind;
use crate::model::tests::Certainty;
use crate::python::extract::Interpreter;
use crate::python::facts::Import;

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
    names: Names<'a>,
    /// The folders of the walk.
    folders: FxHashSet<&'a str>,
    kinds: Kinds<'a>,
    /// `sys.path` of each file before its first statement, once it was asked for.
    starts: Vec<OnceLock<FileRoots>>,
    /// Where the imports of each file lead, once it was asked for, in the order of their places.
    leads: Vec<OnceLock<Vec<Lead>>>,
    injected: BTreeSet<String>,
    /// Names that code gives to modules, dotted.
    given: HashSet<&'a str>,
    /// File name without `.py` → the files.
    by_stem: HashMap<&'a str, Vec<FileId>>,
}

/// The files and folders of the walk, by name up to the first dot.
#[derive(Debug, Default)]
struct Names<'a> {
    /// Folder → the names in it.
    listed: FxHashMap<&'a str, FxHashSet<&'a str>>,
    /// The same the other way round: name → the folders that it is in.
    named: FxHashMap<&'a str, Vec<&'a str>>,
    /// Name → the folders of [`Roots::others`] that have something of that name.
    elsewhere: HashMap<&'a str, Vec<&'a str>>,
}

/// What the walk found that is a module, or becomes one, and is not Python that was read.
#[derive(Debug, Default)]
struct Kinds<'a> {
    /// Python files that are not among the sources: those of installed packages.
    unread: FxHashSet<&'a str>,
    /// There are compiled modules.
    has_compiled: bool,
    extensions: HashSet<String>,
    protocols: HashSet<String>,
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
    /// It exists, and what it holds is not judged: a declared dependency.
    Assumed,
    /// The module of this name of the standard library.
    Library(String),
    /// The standard library and the repository both have a module of this name, and which one is imported depends on
    /// what was imported before.
    Contested(Box<Contest>),
    /// Whether it exists cannot be told.
    Doubt(WhyKind, String),
    /// It does not exist.
    Missing(Certainty),
}

/// What each of the two that have a top-level name makes of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contest {
    /// The name.
    pub top: String,
    /// What the import finds in the standard library.
    pub library: Resolution,
    /// What it executes in the repository, where the module is there.
    pub repository: Option<Vec<Unit>>,
}

impl<'a> Names<'a> {
    fn of(tree: &'a Tree, roots: &'a Roots) -> Self {
        let others: HashSet<&str> = roots.others.iter().map(String::as_str).collect();
        let mut names = Self::default();
        for path in tree.files.keys().chain(&tree.folders).chain(&tree.opaque) {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let name = name.split('.').next().unwrap_or(name);
            if names.listed.entry(folder).or_default().insert(name) {
                names.named.entry(name).or_default().push(folder);
            }
            let Some(&folder) = others.get(folder) else { continue };
            names.elsewhere.entry(name).or_default().push(folder);
        }
        for folders in names.elsewhere.values_mut() {
            folders.sort_unstable();
            folders.dedup();
        }
        names
    }
}

impl<'a> Kinds<'a> {
    fn of(tree: &'a Tree, sources: &Sources) -> Self {
        let mut kinds = Self::default();
        for path in tree.files.keys() {
            if path.ends_with(".py") && sources.id(path).is_none() {
                kinds.unread.insert(path.as_str());
            }
            kinds.has_compiled |= path.ends_with(".pyc");
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            if name.ends_with(".so") || name.ends_with(".pyd") || name.ends_with(".pyx") {
                kinds.extensions.insert(join(folder, name.split('.').next().unwrap_or(name)));
            }
            if let Some(stem) = name.strip_suffix(".proto") {
                kinds.protocols.insert(stem.to_owned());
            }
        }
        kinds
    }
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
        let (kinds, names) = rayon::join(|| Kinds::of(tree, sources), || Names::of(tree, roots));
        let injected = sources.files.iter().flat_map(|file| file.facts.injected.iter().cloned()).collect();
        let given = sources.files.iter().flat_map(|file| file.facts.given.iter().map(String::as_str)).collect();
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
            names,
            folders: tree.folders.iter().map(String::as_str).collect(),
            kinds,
            starts: sources.files.iter().map(|_| OnceLock::new()).collect(),
            leads: sources.files.iter().map(|_| OnceLock::new()).collect(),
            injected,
            given,
            by_stem,
        }
    }

    /// `sys.path` for a file before its first statement.
    pub fn roots_of(&self, file: FileId) -> &FileRoots {
        static NONE: FileRoots = FileRoots { folders: Vec::new(), dynamic: false };
        let (Some(source), Some(start)) = (self.sources.get(file), self.starts.get(file)) else { return &NONE };
        start.get_or_init(|| self.roots.of(&source.path, self.pytest, self.tree))
    }

    /// The versions of Python that may run the project.
    pub fn versions(&self) -> Versions {
        Versions::of(self.interpreter)
    }

    /// What an import of `file` finds, with these roots.
    pub fn resolve(&self, file: FileId, roots: &FileRoots, import: &Import) -> Resolution {
        self.resolve_on(file, roots, import, self.versions())
    }

    /// The same, where only these versions of Python run the import.
    pub fn resolve_on(&self, file: FileId, roots: &FileRoots, import: &Import, versions: Versions) -> Resolution {
        let path = self.sources.get(file).map_or("", |file| file.path.as_str());
        if import.level > 0 {
            return self.relative(path, roots, import);
        }
        let parts: Vec<&str> = import.module.split('.').collect();
        self.absolute(path, roots, &parts, versions)
    }

    /// What `import` of an absolute dotted name finds, for a file at this path.
    pub fn resolve_name(&self, path: &str, roots: &FileRoots, dotted: &str) -> Resolution {
        let parts: Vec<&str> = dotted.split('.').collect();
        self.absolute(path, roots, &parts, self.versions())
    }

    /// The dotted name of the module of an import, absolute also for a relative one.
    pub fn absolute_name(&self, file: FileId, import: &Import) -> String {
        if import.level == 0 {
            return import.module.to_string();
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

    /// True where code gives this name to a module that it has imported.
    pub fn is_given(&self, dotted: &str) -> bool {
        self.given.contains(dotted)
    }

    /// True where code puts this dotted name into `sys.modules`.
    pub fn is_injected(&self, dotted: &str) -> bool {
        self.injected.contains(dotted)
    }
}
