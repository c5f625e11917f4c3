//! The pytest code base, read without running it.
//!
//! | file | subject |
//! | --- | --- |
//! | [`walk`], [`sources`], [`python_version`] | what exists, and the Python files of it, parsed |
//! | [`pytest_config`], [`discovery`], [`collect`], [`glob`] | which files are tests, and which tests are in them |
//! | [`collection`](mod@collection) | the project's own pytest, run where it is asked for |
//! | [`roots`], [`resolve`], [`stdlib`], [`dependencies`], [`distributions`] | where imports lead |
//! | [`interpret`], [`names`], [`imports`], [`suggestion`] | which imports fail, what they break, where they went |
//! | [`markers`] | which marks pytest refuses |
//! | [`classes`], [`backups`] | the classes that must exist, and copies of them |
//! | [`gate`] | what runs before a migration, and what a migration lost |
//! | [`health`] | what reports of test runs say, and the saved baseline |
//! | [`restore`] | a class goes back from a backup into its file |
//! | [`show`](mod@show) | the JSON of `show tests` |

pub mod backups;
pub mod classes;
pub mod collect;
pub mod collection;
pub mod dependencies;
pub mod discovery;
pub mod distributions;
pub mod gate;
pub mod glob;
pub mod health;
pub mod imports;
pub mod interpret;
pub mod markers;
pub mod names;
pub mod pytest_config;
pub mod python_version;
pub mod resolve;
pub mod restore;
pub mod roots;
pub mod show;
pub mod sources;
pub mod stdlib;
pub mod suggestion;
#[cfg(test)]
mod testing;
pub mod walk;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

pub use show::show;

use crate::config::TestsConfig;
use crate::model::declared::DiagnosticLevel;
use crate::model::tests::{CriticalImport, ImportVerdict, TestIndex, TestSummary};
use crate::model::{Diagnostic, Excerpts, Why, WhyKind};
use classes::Classes;
use collect::session::Input;
use imports::{Imports, Scope};
use pytest_config::join;
use resolve::Space;
use roots::is_within;
use sources::{FileId, FileState, Sources};
use walk::Tree;

/// The stack of the thread that follows imports: they are followed by recursion, to a bounded depth.
const STACK: usize = 256 << 20;

/// The index of a code base, with the clocks that are kept out of it.
#[derive(Debug)]
pub struct Indexed {
    /// What was found.
    pub index: TestIndex,
    /// The test files that targeted discovery leaves, in order.
    pub test_files: Vec<String>,
    /// The tests that pytest would collect, by test file. A file that cannot be imported is left out.
    pub tests_by_file: BTreeMap<String, Arc<Vec<String>>>,
    /// Files that were not read, and folders that were not looked into: tests in them are not known.
    pub unseen: BTreeSet<String>,
    /// The tests that pytest would collect, one by one.
    pub collected: collect::session::Collected,
    /// Seconds that finding the test files took.
    pub discovery_seconds: f64,
    /// Seconds that all of it took.
    pub seconds: f64,
    /// Every test that pytest would collect, with what tells it apart, where that was asked for.
    pub identities: Vec<gate::identities::Test>,
}

/// What else is asked of an index.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Files as they would be, by path, in place of those on the disk.
    pub overlay: BTreeMap<String, Vec<u8>>,
    /// Every test that pytest would collect, with what tells it apart.
    pub identities: bool,
}

/// Reads the code base of a repository. Never fails: what could not be read is in [`TestIndex::incomplete`].
pub fn index(repo: &Path, config: &TestsConfig, excerpts: &Excerpts) -> Indexed {
    index_with(repo, config, excerpts, &Asked::default())
}

/// The same, with what else is asked for.
pub fn index_with(repo: &Path, config: &TestsConfig, excerpts: &Excerpts, asked: &Asked) -> Indexed {
    let started = Instant::now();
    let root = join("", &config.root);
    let mut tree = walk::walk(repo);
    tree.lay_over(&asked.overlay);
    let pytest = pytest_config::read(repo, &root, &tree, config.pytest_version, excerpts);

    let found = discovery::discover(&tree, &root, &pytest, &config.exclude);
    let discovery_seconds = started.elapsed().as_secs_f64();
    let vendored = vendored_folders(&tree);
    let is_vendored = |path: &str| is_vendored(path, &vendored);
    let interpreter = python_version::read(repo, &root, &tree, config);
    let sources = Sources::read(repo, &tree, interpreter, excerpts, |path| path.ends_with(".py") && !is_vendored(path));
    let mut incomplete = tree.incomplete.clone();
    let (backups, (dependencies, roots)) = rayon::join(
        || backups::read(repo, &tree, &config.exclude, interpreter, excerpts, is_vendored, &mut incomplete),
        || {
            let dependencies = dependencies::read(repo, &root, &tree, config.venv.as_deref(), excerpts, is_vendored);
            let installed = dependencies.environment.iter().flat_map(|environment| environment.sources.clone());
            let roots = roots::read(repo, &root, &tree, &sources, &pytest, installed.collect(), excerpts);
            (dependencies, roots)
        },
    );
    let space = Space::new(&tree, &sources, &dependencies, &roots, &pytest, &root, interpreter);

    let copies: HashSet<&str> = backups.iter().map(|backup| backup.file.path.as_str()).collect();
    let is_live = |path: &str| {
        is_within(path, &root)
            && !copies.contains(path)
            && !config.exclude.iter().any(|pattern| glob::excludes(pattern, path))
    };
    let live: HashSet<FileId> =
        sources.files.iter().enumerate().filter(|(_, file)| is_live(&file.path)).map(|(id, _)| id).collect();
    let tests: Vec<FileId> = found.targeted.iter().filter_map(|path| sources.id(path)).collect();

    let scope = Scope { tests: &tests, reported: &live, critical: &config.critical_imports, repo };
    incomplete.extend(dependencies.incomplete.clone());
    let meanwhile = || {
        let marks = markers::judge(&space, &tests, &live);
        (marks, discovery::leftovers::imported(&space), collect::found::items(&space, &pytest, &found.broad))
    };
    let (imports, (marks, imported, items), [collected, everything]) =
        judge_imports(&space, &scope, &mut incomplete, meanwhile, |imports, (_, _, items)| {
            collect::session::collect(Input {
                repo,
                space: &space,
                pytest: &pytest,
                outcomes: &imports.outcomes,
                items,
            })
        });
    incomplete.extend(imports.incomplete.iter().cloned());

    let mut diagnostics = pytest.diagnostics.clone();
    let input = Input { repo, space: &space, pytest: &pytest, outcomes: &imports.outcomes, items: &items };
    let (discovered, (categories, tests_by_file, classes)) = rayon::join(
        || discovery::leftovers::read(&input, &found, &collected, &everything, &imported, config),
        || {
            let categories = discovery::categories(&found.targeted, &everything, &config.categories, &mut diagnostics);
            let scope = Classes {
                space: &space,
                pytest: &pytest,
                live: &live,
                failing: &imports.failing,
                collected: &everything.files.iter().map(|file| file.path.as_str()).collect(),
                backups: &backups,
            };
            let classes = classes::judge(scope, &config.required_classes, &mut diagnostics);
            (categories, everything.by_file(), classes)
        },
    );
    if !root.is_empty() && !tree.folders.contains(&root) {
        incomplete.push(Why::new(WhyKind::FileUnreadable, format!("the tests' root `{root}` does not exist")));
    }
    let mut parse_errors = Vec::new();
    for (id, file) in sources.files.iter().enumerate() {
        match &file.state {
            FileState::SyntaxError(broken) if live.contains(&id) => parse_errors.push(Diagnostic {
                level: DiagnosticLevel::Error,
                text: broken.text.clone(),
                origin: Some(broken.origin.clone()),
            }),
            FileState::NeedsLaterVersion(broken) if live.contains(&id) => parse_errors.push(Diagnostic {
                level: DiagnosticLevel::Warning,
                text: format!("{} (the oldest version that may run it)", broken.text),
                origin: Some(broken.origin.clone()),
            }),
            FileState::Unread(why) if live.contains(&id) => incomplete.push(why.clone()),
            _ => {}
        }
    }
    let identities = if asked.identities { gate::identities::tests(&space, &pytest, &everything) } else { Vec::new() };
    let summary = TestSummary {
        files: tree.files.keys().filter(|path| is_within(path, &root)).count(),
        python_files: tree.files.keys().filter(|path| is_within(path, &root) && path.ends_with(".py")).count(),
        bytes: sources.files.iter().map(|file| file.bytes as u64).sum(),
        broad_test_files: found.broad.len(),
        test_files: found.targeted.len(),
        cap: config.cap,
        beyond_cap: found.targeted.len().saturating_sub(config.cap),
    };
    let index = TestIndex {
        summary,
        categories,
        exclusions: found.exclusions,
        broken: imports.broken,
        critical: imports.critical,
        marks: marks.unregistered,
        classes,
        backups: backups.iter().map(backups::shown).collect(),
        config: diagnostics,
        parse_errors,
        incomplete,
        discovered,
        collection: None,
    };
    let unread = sources.files.iter().filter(|file| matches!(file.state, FileState::Unread(_)));
    let unseen = unread.map(|file| file.path.clone()).chain(tree.opaque.iter().cloned()).collect();
    let test_files = found.targeted;
    // What was read of the files is many small pieces, which are given back beside what follows.
    rayon::spawn(move || drop((sources, items, imports.outcomes, everything, tree, roots, dependencies)));
    let seconds = started.elapsed().as_secs_f64();
    Indexed { index, test_files, tests_by_file, unseen, collected, discovery_seconds, seconds, identities }
}

/// Judges the imports on a thread with a stack for it, which follows them one by one, and does meanwhile what does not
/// depend on them, and then what does.
fn judge_imports<M: Send, T>(
    space: &Space<'_>,
    scope: &Scope<'_>,
    incomplete: &mut Vec<Why>,
    meanwhile: impl FnOnce() -> M + Send,
    then: impl FnOnce(&Imports, &M) -> T,
) -> (Imports, M, T) {
    let (tell, told) = channel();
    std::thread::scope(|threads| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        // It has told before it gives back what it remembers, which takes a while. Nobody listens after a panic.
        let judge = move || imports::judge(space, scope, |imports| drop(tell.send(imports)));
        let spawned = thread.spawn_scoped(threads, judge).ok();
        let (other, imports) = until_told(meanwhile, told);
        let imports = imports.unwrap_or_else(|| {
            let why = Why::new(WhyKind::Limit, "imports could not be followed: there is no memory for it");
            incomplete.push(why.clone());
            let unjudged = |module: &String| CriticalImport {
                module: module.clone(),
                verdict: ImportVerdict::NotChecked,
                chain: Vec::new(),
                whys: vec![why.clone()],
            };
            Imports { critical: scope.critical.iter().map(unjudged).collect(), ..Imports::default() }
        });
        let dependent = then(&imports, &other);
        // A panic of the thread is an answer that did not come.
        drop(spawned.map(std::thread::ScopedJoinHandle::join));
        (imports, other, dependent)
    })
}

/// Runs parallel work beside a thread that tells something in the end, and waits for both. One thread of the pool sleeps
/// until the other one has told, and helps from then on: that other one is not slowed down, and no core is idle.
fn until_told<T: Send, M: Send>(work: impl FnOnce() -> T + Send, told: Receiver<M>) -> (T, Option<M>) {
    match rayon::ThreadPoolBuilder::new().build() {
        Ok(pool) => pool.install(move || rayon::join(work, move || told.recv().ok())),
        Err(_) => (work(), told.recv().ok()),
    }
}

/// Folders of installed packages: virtual environments and their like.
fn vendored_folders(tree: &Tree) -> HashSet<String> {
    let environments = tree.files.keys().filter_map(|path| path.strip_suffix("/pyvenv.cfg"));
    let named = tree.folders.iter().filter(|folder| {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        matches!(name, "site-packages" | "node_modules" | ".tox" | ".nox" | ".eggs" | "__pycache__" | "__pypackages__")
    });
    environments.map(str::to_owned).chain(named.cloned()).collect()
}

fn is_vendored(path: &str, vendored: &HashSet<String>) -> bool {
    let mut folder = roots::folder_of(path);
    while !folder.is_empty() {
        if vendored.contains(folder) {
            return true;
        }
        folder = roots::folder_of(folder);
    }
    false
}
