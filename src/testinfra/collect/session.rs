//! The files that pytest collects where it is started without arguments, in its order, and what it finds in them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::found::{self, OfFile};
use super::modules::{Imported, outcome};
use super::things::Doubt;
use crate::model::{Diagnostic, Why, WhyKind};
use crate::testinfra::glob::fnmatch;
use crate::testinfra::interpret::Outcome;
use crate::testinfra::pytest_config::{PytestConfig, join};
use crate::testinfra::resolve::Space;
use crate::testinfra::roots::is_within;
use crate::testinfra::sources::FileId;

/// How deep folders are followed; the walk has the same limit and reports what lies deeper.
const MAX_DEPTH: usize = 64;

/// The most files whose doubts are told with their place.
const MAX_PLACES: usize = 20;

/// What pytest collects.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// Why pytest does not start.
    pub refusals: Vec<Why>,
    /// Files, in the order of collection.
    pub files: Vec<FileTests>,
    /// Folders that cannot be collected, by id.
    pub errors: BTreeMap<String, Why>,
    /// What cannot be told: the id of a folder, or an empty id for everything.
    pub unsure: Vec<(String, Why)>,
}

impl Collected {
    /// The tests of each file. A file that cannot be imported is left out.
    pub fn by_file(&self) -> BTreeMap<String, Arc<Vec<String>>> {
        let whole = |file: &&FileTests| file.namesake.is_none() && !file.errors.iter().any(|(id, _)| id.is_empty());
        self.files.iter().filter(whole).map(|file| (file.path.clone(), file.tests.clone())).collect()
    }
}

/// What pytest collects from a file.
#[derive(Clone, Debug)]
pub struct FileTests {
    /// Its path, relative to the repository.
    pub path: String,
    /// Its id, relative to pytest's rootdir.
    pub id: String,
    /// Ids of its tests, inside the file.
    pub tests: Arc<Vec<String>>,
    /// Collectors that fail; the empty id is the file.
    pub errors: Vec<(String, Why)>,
    /// What cannot be told; the empty id is anything in the file. Of many files only the first ones have a place, and
    /// only where collection is what pytest does by itself.
    pub unsure: Vec<(String, Why)>,
    /// Classes that look like tests and are not collected.
    pub left_out: Vec<(String, Why)>,
    /// The file that has the same module name, where this one is refused for it.
    pub namesake: Option<String>,
    /// The file in which its import fails, where it does.
    pub broken_in: Option<FileId>,
    /// It says itself that it is to be skipped.
    pub skips: bool,
}

/// What the collection is told of a repository.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The repository.
    pub repo: &'a Path,
    /// Its files.
    pub space: &'a Space<'a>,
    /// Settings of pytest.
    pub pytest: &'a PytestConfig,
    /// What importing each file does.
    pub outcomes: &'a HashMap<FileId, (Outcome, bool)>,
    /// The tests of each file that goes by the name of a test file.
    pub items: &'a BTreeMap<FileId, OfFile>,
}

/// Folder → names in it, with whether each is a folder.
type Children<'a> = HashMap<&'a str, Vec<(&'a str, bool)>>;

/// One start of pytest.
pub(super) struct Session<'a> {
    pub(super) input: Input<'a>,
    /// Whether everything below the tests' root is collected, whatever `testpaths` and `addopts` name, and a problem of
    /// the configuration keeps nothing from being looked at.
    everything: bool,
    pub(super) children: &'a Children<'a>,
    starts: BTreeSet<String>,
    /// The conftest files that are loaded, by folder.
    pub(super) conftests: BTreeMap<String, FileId>,
    seen: HashSet<String>,
    /// The files that are collected, in order.
    pub(super) files: Vec<Selected>,
    /// Files of examples, in order.
    pub(super) texts: Vec<String>,
    /// How many more doubts get their place: it has to be read again, and only so many are listed.
    pub(super) places: usize,
    pub(super) out: Collected,
}

/// A Python file that is collected.
pub(super) struct Selected {
    pub(super) path: String,
    /// `None` for one of installed packages.
    pub(super) file: Option<FileId>,
    /// Its tests are, and not only its examples.
    pub(super) is_test: bool,
}

/// Collects a repository twice: as pytest is started, and everything below the tests' root. Each file is read once.
pub fn collect(input: Input<'_>) -> [Collected; 2] {
    let children = children(input.space);
    let walk = |everything| Session::walk(input, &children, everything);
    let (as_started, everything) = rayon::join(|| walk(false), || walk(true));
    found::read([as_started, everything])
}

pub(super) fn of_problem(problem: &Diagnostic) -> Why {
    match &problem.origin {
        Some(origin) => Why::at(WhyKind::Invalid, problem.text.clone(), origin.clone()),
        None => Why::new(WhyKind::Invalid, problem.text.clone()),
    }
}

fn children<'a>(space: &'a Space<'a>) -> Children<'a> {
    let mut children = Children::new();
    let folders = space.tree.folders.iter().filter(|folder| !folder.is_empty()).map(|folder| (folder.as_str(), true));
    for (path, is_folder) in folders.chain(space.tree.files.keys().map(|path| (path.as_str(), false))) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        children.entry(folder).or_default().push((name, is_folder));
    }
    for names in children.values_mut() {
        // The `__init__` of a package comes first.
        names.sort_unstable_by_key(|(name, _)| (*name != "__init__.py", *name));
    }
    children
}

impl<'a> Session<'a> {
    fn walk(input: Input<'a>, children: &'a Children<'a>, everything: bool) -> Self {
        let mut session = Session {
            input,
            everything,
            children,
            starts: BTreeSet::new(),
            conftests: BTreeMap::new(),
            seen: HashSet::new(),
            files: Vec::new(),
            texts: Vec::new(),
            places: if everything { 0 } else { MAX_PLACES },
            out: Collected::default(),
        };
        let starts = if everything {
            vec![input.pytest.started_in.clone()]
        } else {
            session.out.refusals.extend(input.pytest.refusals.iter().map(of_problem));
            session.starting_points()
        };
        session.starts = starts.iter().cloned().collect();
        if !everything {
            session.named_plugins();
            session.initial_conftests(&starts);
        }
        if session.out.refusals.is_empty() {
            for start in &starts {
                if input.space.tree.folders.contains(start) {
                    session.folder(start, 0);
                } else {
                    session.file(start, true);
                }
            }
            session.undecided();
        }
        session
    }

    /// A path as pytest names it.
    pub(super) fn id(&self, path: &str) -> String {
        let rootdir = &self.input.pytest.rootdir;
        path.strip_prefix(rootdir.as_str()).unwrap_or(path).trim_start_matches('/').to_owned()
    }

    /// A doubt with its place.
    pub(super) fn why(&self, doubt: &Doubt) -> Why {
        let source = self.input.space.sources.get(doubt.file);
        match source {
            Some(file) => Why::at(WhyKind::Dynamic, doubt.text.clone(), file.source.origin(doubt.at.clone())),
            None => Why::new(WhyKind::Dynamic, doubt.text.clone()),
        }
    }

    /// The conftest file of a folder.
    pub(super) fn conftest(&self, folder: &str) -> Option<FileId> {
        self.input.space.sources.id(&join(folder, "conftest.py"))
    }

    /// Loads the conftest file of a folder that is entered; false where the folder cannot be collected for it.
    fn load(&mut self, folder: &str) -> bool {
        let Some(file) = self.conftest(folder).filter(|_| !self.conftests.contains_key(folder)) else { return true };
        let id = self.id(folder);
        let plugins = self
            .input
            .space
            .sources
            .get(file)
            .and_then(|source| source.facts.namespace.names.contains_key("pytest_plugins").then_some(()));
        let failed = match outcome(self.input.space, self.input.outcomes, file, false) {
            Imported::Broken(doubt) | Imported::Fails(doubt) | Imported::NameTaken(doubt, _) => {
                Some((doubt, WhyKind::ModuleUnavailable))
            }
            Imported::Ok | Imported::Skips | Imported::Unknown(_) if plugins.is_some() && !self.everything => {
                let text = "`pytest_plugins` is allowed only where pytest starts".to_owned();
                Some((Doubt { text, file, at: 0..0 }, WhyKind::Dynamic))
            }
            Imported::Unknown(doubt) => {
                let why = self.why(&doubt);
                self.out.unsure.push((id.clone(), why));
                None
            }
            Imported::Ok | Imported::Skips => None,
        };
        if let Some((doubt, kind)) = failed {
            let why = Why { kind, ..self.why(&doubt) };
            self.out.errors.insert(id, why);
            return false;
        }
        self.conftests.insert(folder.to_owned(), file);
        true
    }

    fn folder(&mut self, folder: &str, depth: usize) {
        if depth >= MAX_DEPTH || !self.load(folder) {
            return;
        }
        let children = self.children;
        for &(name, is_folder) in children.get(folder).into_iter().flatten() {
            let path = join(folder, name);
            let given = self.starts.iter().any(|start| *start == path || (is_folder && is_within(start, &path)));
            if !given && self.is_ignored(folder, &path, is_folder) {
                continue;
            }
            if is_folder {
                self.folder(&path, depth + 1);
            } else {
                self.file(&path, given);
            }
        }
    }

    fn file(&mut self, path: &str, given: bool) {
        let pytest = self.input.pytest;
        let is_python = path.ends_with(".py");
        let without = |plugin: &str| pytest.options.without.iter().any(|name| name == plugin);
        let is_test = is_python && (given || pytest.is_test_file(path)) && !without("python");
        let is_doctest = !without("doctest")
            && if is_python { pytest.options.doctest_modules } else { self.is_text_of_examples(path) };
        if (is_test || is_doctest) && self.seen.insert(path.to_owned()) {
            if is_python {
                let file = self.input.space.sources.id(path);
                self.files.push(Selected { path: path.to_owned(), file, is_test });
            } else {
                self.texts.push(path.to_owned());
            }
        }
    }

    fn is_text_of_examples(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let globs = &self.input.pytest.options.doctest_globs;
        if globs.is_empty() { fnmatch("test*.txt", name) } else { globs.iter().any(|glob| fnmatch(glob, name)) }
    }
}
