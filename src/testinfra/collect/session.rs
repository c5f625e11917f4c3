//! The files that pytest collects where it is started without arguments, in its order, and what it finds in them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use rayon::prelude::*;

use super::hooks;
use super::items::{Finder, Items};
use super::modules::{Imported, Marks, Modules, outcome};
use super::things::{Doubt, Names};
use crate::model::tests::Certainty;
use crate::model::{Diagnostic, Excerpts, Why, WhyKind};
use crate::python::namespace::Bound;
use crate::testinfra::glob::{PathGlobs, fnmatch};
use crate::testinfra::interpret::Outcome;
use crate::testinfra::markers::unknown_plugins;
use crate::testinfra::pytest_config::{PytestConfig, join, open};
use crate::testinfra::resolve::{Resolution, Space, Unit};
use crate::testinfra::roots::{folder_of, is_within};
use crate::testinfra::sources::FileId;

/// How deep folders are followed; the walk has the same limit and reports what lies deeper.
const MAX_DEPTH: usize = 64;

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
    pub fn by_file(&self) -> BTreeMap<String, Vec<String>> {
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
    pub tests: Vec<String>,
    /// Collectors that fail; the empty id is the file.
    pub errors: Vec<(String, Why)>,
    /// What cannot be told; the empty id is anything in the file.
    pub unsure: Vec<(String, Why)>,
    /// Classes that look like tests and are not collected.
    pub left_out: Vec<(String, Why)>,
    /// The file that has the same module name, where this one is refused for it.
    pub namesake: Option<String>,
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
    /// Whether everything below the tests' root is collected, whatever `testpaths` and `addopts` name, and a problem of
    /// the configuration keeps nothing from being looked at.
    pub everything: bool,
}

struct Session<'a> {
    input: Input<'a>,
    /// Folder → names in it, with whether each is a folder.
    children: HashMap<&'a str, Vec<(&'a str, bool)>>,
    starts: BTreeSet<String>,
    conftests: BTreeMap<String, FileId>,
    seen: HashSet<String>,
    files: Vec<(String, Option<FileId>, bool)>,
    texts: Vec<String>,
    out: Collected,
}

/// Collects a repository.
pub fn collect(input: Input<'_>) -> Collected {
    let mut session = Session {
        input,
        children: children(input.space),
        starts: BTreeSet::new(),
        conftests: BTreeMap::new(),
        seen: HashSet::new(),
        files: Vec::new(),
        texts: Vec::new(),
        out: Collected::default(),
    };
    let starts = if input.everything {
        vec![input.pytest.started_in.clone()]
    } else {
        session.out.refusals.extend(input.pytest.refusals.iter().map(of_problem));
        session.starting_points()
    };
    session.starts = starts.iter().cloned().collect();
    if !input.everything {
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
        session.items();
    }
    session.out
}

fn of_problem(problem: &Diagnostic) -> Why {
    match &problem.origin {
        Some(origin) => Why::at(WhyKind::Invalid, problem.text.clone(), origin.clone()),
        None => Why::new(WhyKind::Invalid, problem.text.clone()),
    }
}

fn children<'a>(space: &'a Space<'a>) -> HashMap<&'a str, Vec<(&'a str, bool)>> {
    let mut children: HashMap<&str, Vec<(&str, bool)>> = HashMap::new();
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
    fn id(&self, path: &str) -> String {
        let rootdir = &self.input.pytest.rootdir;
        path.strip_prefix(rootdir.as_str()).unwrap_or(path).trim_start_matches('/').to_owned()
    }

    fn why(&self, doubt: &Doubt) -> Why {
        let source = self.input.space.sources.get(doubt.file);
        match source {
            Some(file) => Why::at(WhyKind::Dynamic, doubt.text.clone(), file.source.origin(doubt.at.clone())),
            None => Why::new(WhyKind::Dynamic, doubt.text.clone()),
        }
    }

    /// Where collection begins: paths in `addopts`, else `testpaths` where pytest is started in its rootdir.
    fn starting_points(&mut self) -> Vec<String> {
        let pytest = self.input.pytest;
        let tree = self.input.space.tree;
        let exists = |path: &String| tree.folders.contains(path) || tree.files.contains_key(path);
        if !pytest.options.paths.is_empty() {
            let paths = pytest.options.paths.iter().map(|path| join(&pytest.started_in, path));
            let (found, gone): (Vec<String>, Vec<String>) = paths.partition(exists);
            for path in gone {
                let text = format!("pytest does not start: `{path}` of `addopts` does not exist");
                self.out.refusals.push(Why::new(WhyKind::Invalid, text));
            }
            return found;
        }
        let mut found: Vec<String> = Vec::new();
        if pytest.started_in == pytest.rootdir {
            for pattern in &pytest.testpaths {
                let full = join(&pytest.started_in, pattern);
                if !pattern.contains(['*', '?', '[']) {
                    found.extend(Some(full).filter(exists));
                    continue;
                }
                let (globs, _) = PathGlobs::new(&[full]);
                let hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
                let all = tree.folders.iter().chain(tree.files.keys());
                let mut matching: Vec<String> = all.filter(|path| !hidden(path) && globs.any(path)).cloned().collect();
                matching.sort();
                found.extend(matching);
            }
        }
        if found.is_empty() { vec![pytest.started_in.clone()] } else { found }
    }

    /// The plugins of the repository that the options name: one that cannot be loaded keeps pytest from starting.
    fn named_plugins(&mut self) {
        let Input { space, pytest, outcomes, .. } = self.input;
        for name in &pytest.options.plugins {
            let text = |why: &str| format!("pytest does not start: the plugin `{name}` of `addopts` {why}");
            match hooks::named_plugin(Names { space }, pytest, name) {
                Resolution::Units(units) => {
                    let Some(Unit::File(file)) = units.last() else { continue };
                    if let Imported::Broken(doubt) | Imported::Fails(doubt) = outcome(space, outcomes, *file, false) {
                        let text = text(&format!("cannot be loaded: {}", doubt.text));
                        self.out.refusals.push(self.why(&Doubt { text, ..doubt }));
                    }
                }
                // A name without a dot may be that of an entry point, which the text does not tell.
                Resolution::Missing(Certainty::Definite | Certainty::Environment) if name.contains('.') => {
                    self.out.refusals.push(Why::new(WhyKind::Invalid, text("does not exist")));
                }
                Resolution::Missing(_) | Resolution::Assumed | Resolution::Doubt(..) => {}
            }
        }
    }

    /// The conftest files that pytest loads before it starts: one that fails keeps it from starting.
    fn initial_conftests(&mut self, starts: &[String]) {
        let tree = self.input.space.tree;
        let mut anchors: Vec<String> = Vec::new();
        for start in starts {
            if !tree.folders.contains(start) {
                anchors.push(folder_of(start).to_owned());
                continue;
            }
            anchors.push(start.clone());
            let below = self.children.get(start.as_str()).into_iter().flatten();
            let tests = below.filter(|(name, is_folder)| *is_folder && name.starts_with("test"));
            anchors.extend(tests.map(|(name, _)| join(start, name)));
        }
        for anchor in anchors {
            let mut chain = vec![anchor.clone()];
            while let Some(last) = chain.last().filter(|last| !last.is_empty() && **last != self.input.pytest.rootdir) {
                chain.push(folder_of(last).to_owned());
            }
            for folder in chain.into_iter().rev() {
                let Some(file) = self.conftest(&folder) else { continue };
                match outcome(self.input.space, self.input.outcomes, file, false) {
                    Imported::Broken(doubt) | Imported::Fails(doubt) | Imported::NameTaken(doubt, _) => {
                        let path = join(&folder, "conftest.py");
                        let text = format!("pytest does not start: `{path}` cannot be loaded: {}", doubt.text);
                        let why = self.why(&Doubt { text, ..doubt });
                        if !self.out.refusals.contains(&why) {
                            self.out.refusals.push(why);
                        }
                    }
                    Imported::Unknown(doubt) => {
                        let why = self.why(&doubt);
                        self.out.unsure.push((String::new(), why));
                    }
                    Imported::Ok | Imported::Skips => {}
                }
                self.conftests.insert(folder, file);
            }
        }
    }

    fn conftest(&self, folder: &str) -> Option<FileId> {
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
            Imported::Ok | Imported::Skips | Imported::Unknown(_) if plugins.is_some() && !self.input.everything => {
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
        for (name, is_folder) in self.children.get(folder).cloned().unwrap_or_default() {
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

    fn is_ignored(&mut self, folder: &str, path: &str, is_folder: bool) -> bool {
        let options = &self.input.pytest.options;
        let tree = self.input.space.tree;
        if path.ends_with("__pycache__") || options.ignored.iter().any(|ignored| ignored == path) {
            return true;
        }
        if options.ignored_globs.iter().any(|glob| fnmatch(glob, path)) {
            return true;
        }
        if self
            .listed(folder, "collect_ignore")
            .is_some_and(|(at, entries)| entries.iter().any(|entry| join(&at, entry) == path))
        {
            return true;
        }
        if self
            .listed(folder, "collect_ignore_glob")
            .is_some_and(|(at, entries)| entries.iter().any(|glob| fnmatch(&join(&at, glob), path)))
        {
            return true;
        }
        let environment = is_folder
            && (tree.files.contains_key(&join(path, "pyvenv.cfg"))
                || tree.files.contains_key(&join(path, "conda-meta/history")));
        (environment && !options.enters_environments) || (is_folder && self.input.pytest.is_unvisited(path))
    }

    /// A list in the nearest conftest file that has it, with the folder of that file.
    fn listed(&mut self, folder: &str, name: &str) -> Option<(String, Vec<String>)> {
        let mut at = folder;
        loop {
            let conftest = self.conftests.get(at).copied();
            let source = conftest.and_then(|file| Some((file, self.input.space.sources.get(file)?)));
            if let Some((file, source)) = source
                && let Some(bound) = source.facts.namespace.names.get(name)
            {
                return match &bound[..] {
                    [Bound::Texts(texts)] => Some((at.to_owned(), texts.clone())),
                    [Bound::Unbound] => None,
                    _ => {
                        let place =
                            source.facts.values.iter().find(|value| value.name == name).map_or(0, |value| value.at);
                        let text = format!("what `{name}` lists is decided when the file runs");
                        let why = self.why(&Doubt { text, file, at: place..place });
                        let entry = (self.id(at), why);
                        if !self.out.unsure.contains(&entry) {
                            self.out.unsure.push(entry);
                        }
                        None
                    }
                };
            }
            if at.is_empty() || at == self.input.pytest.rootdir {
                return None;
            }
            at = folder_of(at);
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
                self.files.push((path.to_owned(), self.input.space.sources.id(path), is_test));
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

    /// Hooks and options that may change what is collected.
    fn undecided(&mut self) {
        let names = Names { space: self.input.space };
        let conftests: Vec<(String, FileId)> = self.conftests.iter().map(|(at, file)| (at.clone(), *file)).collect();
        let files: Vec<FileId> = conftests.iter().map(|(_, file)| *file).collect();
        let plugins = hooks::plugins(names, self.input.pytest, &files);
        let places = conftests.into_iter().map(|(at, file)| (Some(at), file));
        for (at, file) in places.chain(plugins.iter().map(|file| (None, *file))) {
            let Some(source) = self.input.space.sources.get(file) else { continue };
            for hook in hooks::hooks(file, source) {
                let scope = if hook.everywhere {
                    String::new()
                } else {
                    at.as_deref().map_or_else(String::new, |at| self.id(at))
                };
                let why = self.why(&hook.doubt);
                self.out.unsure.push((scope, why));
            }
        }
        let everywhere = |problem: &Diagnostic| (String::new(), of_problem(problem));
        self.out.unsure.extend(self.input.pytest.unsure.iter().map(everywhere));
        for (option, problem) in &self.input.pytest.options.unknown {
            let loaded = files.iter().chain(&plugins);
            let adds = |file: &FileId| {
                let source = self.input.space.sources.get(*file);
                source.is_some_and(|source| source.source.text().contains(&format!("\"{option}\"")))
            };
            if !loaded.into_iter().any(adds) {
                self.out.unsure.push(everywhere(problem));
            }
        }
    }

    fn marks(&self) -> Marks {
        let names = Names { space: self.input.space };
        let mut files: BTreeSet<FileId> = self.conftests.values().copied().collect();
        files.extend(hooks::plugins(names, self.input.pytest, &files.iter().copied().collect::<Vec<_>>()));
        let open = !unknown_plugins(self.input.space.dependencies).is_empty();
        let mut marks = Marks { open, ..Marks::default() };
        for source in files.iter().filter_map(|file| self.input.space.sources.get(*file)) {
            let (known, open) = hooks::registered(source);
            marks.known.extend(known);
            marks.open |= open;
        }
        marks
    }

    /// Imports the files in order, and finds the tests of those that can be imported.
    fn items(&mut self) {
        let Input { space, pytest, outcomes, repo, .. } = self.input;
        let marks = self.marks();
        let mut modules = Modules::default();
        let imported: Vec<(String, Option<FileId>, bool, Imported)> = std::mem::take(&mut self.files)
            .into_iter()
            .map(|(path, file, is_test)| {
                let imported = file.map_or(Imported::Ok, |file| modules.import(space, pytest, outcomes, &marks, file));
                (path, file, is_test, imported)
            })
            .collect();
        let unittest = !pytest.options.without.iter().any(|plugin| plugin == "unittest");
        let finder = Finder { names: Names { space }, pytest, unittest };
        let found: Vec<Items> = imported
            .par_iter()
            .map(|(_, file, is_test, imported)| match (file, imported) {
                (Some(file), Imported::Ok | Imported::Unknown(_)) if *is_test => finder.module(*file),
                _ => Items::default(),
            })
            .collect();
        for ((path, file, _, imported), items) in imported.into_iter().zip(found) {
            let tests = self.of_file(path, file, imported, items);
            self.out.files.push(tests);
        }
        for path in std::mem::take(&mut self.texts) {
            let size = space.tree.files.get(&path).copied().unwrap_or_default();
            let text = open(repo, &path, size, &Excerpts::default(), &mut Vec::new());
            let example = |text: &str| text.lines().any(|line| line.trim_start().starts_with(">>> "));
            if text.is_some_and(|file| example(file.text())) {
                let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
                let tests =
                    self.of_file(path, None, Imported::Ok, Items { tests: BTreeSet::from([name]), ..Items::default() });
                self.out.files.push(tests);
            }
        }
    }

    fn of_file(&self, path: String, file: Option<FileId>, imported: Imported, items: Items) -> FileTests {
        let id = self.id(&path);
        let placed = |entries: Vec<(String, Doubt)>| {
            entries.into_iter().map(|(id, doubt)| (id, self.why(&doubt))).collect::<Vec<_>>()
        };
        let mut tests: Vec<String> = items.tests.into_iter().collect();
        let source = file.and_then(|file| self.input.space.sources.get(file));
        if let (Some(source), Imported::Ok, true) = (source, &imported, self.input.pytest.options.doctest_modules) {
            let module = path.rsplit('/').next().and_then(|name| name.strip_suffix(".py")).unwrap_or(&path);
            let full = |name: &String| if name.is_empty() { module.to_owned() } else { format!("{module}.{name}") };
            tests.extend(source.facts.doctests.iter().map(full));
        }
        let deselected = &self.input.pytest.options.deselected;
        tests.retain(|test| !deselected.iter().any(|prefix| format!("{id}::{test}").starts_with(prefix.as_str())));
        let mut errors = placed(items.errors.into_iter().collect());
        let mut unsure = placed(items.unsure.into_iter().collect());
        let (mut namesake, mut skips) = (None, false);
        match imported {
            Imported::Ok => {}
            Imported::Skips => skips = true,
            Imported::Fails(doubt) => errors.push((String::new(), self.why(&doubt))),
            // The rules on imports and syntax say more of it; the kind tells it apart.
            Imported::Broken(doubt) => {
                let why = self.why(&doubt);
                errors.push((String::new(), Why { kind: WhyKind::ModuleUnavailable, ..why }));
            }
            Imported::NameTaken(doubt, other) => {
                errors.push((String::new(), self.why(&doubt)));
                namesake = Some(other);
            }
            Imported::Unknown(doubt) => unsure.push((String::new(), self.why(&doubt))),
        }
        if path.ends_with(".py") && file.is_none() {
            let text = format!("`{path}` belongs to installed packages, which are not read");
            unsure.push((String::new(), Why::new(WhyKind::Unsupported, text)));
        }
        let left_out = placed(items.left_out);
        FileTests { path, id, tests, errors, unsure, left_out, namesake, skips }
    }
}
