//! By which name pytest imports a file, and whether that works: two files of one name cannot both be imported.

use std::collections::{BTreeSet, HashMap};

use super::things::Doubt;
use crate::testinfra::dependencies::Provided;
use crate::testinfra::interpret::Outcome;
use crate::testinfra::pytest_config::{PytestConfig, join};
use crate::testinfra::resolve::Space;
use crate::testinfra::roots::{folder_of, is_conftest, is_within};
use crate::testinfra::sources::{FileId, FileState};

/// Marks that pytest registers itself.
const BUILT_IN: [&str; 8] =
    ["filterwarnings", "parametrize", "skip", "skipif", "tryfirst", "trylast", "usefixtures", "xfail"];
/// Marks of plugins in wide use, with the module that registers each: known where a dependency file declares it, and
/// else not decided.
const OF_PLUGINS: [(&str, &str); 16] = [
    ("anyio", "anyio"),
    ("asyncio", "pytest_asyncio"),
    ("benchmark", "pytest_benchmark"),
    ("dependency", "pytest_dependency"),
    ("django_db", "pytest_django"),
    ("enable_socket", "pytest_socket"),
    ("flaky", "pytest_rerunfailures"),
    ("freeze_time", "pytest_freezegun"),
    ("httpx_mock", "pytest_httpx"),
    ("order", "pytest_order"),
    ("repeat", "pytest_repeat"),
    ("respx", "respx"),
    ("timeout", "pytest_timeout"),
    ("urls", "pytest_django"),
    ("vcr", "pytest_recording"),
    ("xdist_group", "xdist"),
];

/// What importing a file does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It works.
    Ok,
    /// The file, or one that it imports, does not compile or cannot be imported.
    Broken(Doubt),
    /// It fails for another reason.
    Fails(Doubt),
    /// Another file has its name.
    NameTaken(Doubt, String),
    /// It skips itself: nothing is collected, and nothing is wrong.
    Skips,
    /// It cannot be told.
    Unknown(Doubt),
}

/// The names by which files have been imported.
#[derive(Debug, Default)]
pub struct Modules {
    /// Name of a top-level module or package → the file, or the folder of the package.
    top: HashMap<String, String>,
}

/// What decides whether a mark is known.
#[derive(Debug, Default)]
pub struct Marks {
    /// Marks that are registered.
    pub known: BTreeSet<String>,
    /// Others may be registered.
    pub open: bool,
}

impl Modules {
    /// Imports a file under the name that pytest gives it.
    pub fn import(
        &mut self,
        space: &Space<'_>,
        pytest: &PytestConfig,
        outcomes: &HashMap<FileId, (Outcome, bool)>,
        marks: &Marks,
        file: FileId,
    ) -> Imported {
        let Some(source) = space.sources.get(file) else { return Imported::Ok };
        if !pytest.importlib
            && let Some((text, other)) = self.clash(space, &source.path)
        {
            let doubt = Doubt { text, file, at: 0..0 };
            return match other {
                Some(other) => Imported::NameTaken(doubt, other),
                None => Imported::Fails(doubt),
            };
        }
        for package in packages(space, &source.path) {
            match outcome(space, outcomes, package, false) {
                Imported::Ok | Imported::Skips => {}
                other => return other,
            }
        }
        match outcome(space, outcomes, file, true) {
            Imported::Ok => {}
            other => return other,
        }
        if pytest.strict_markers {
            return strict(space, file, pytest, marks);
        }
        Imported::Ok
    }

    /// Why the name of a file cannot be its own, with the file that has it.
    fn clash(&mut self, space: &Space<'_>, path: &str) -> Option<(String, Option<String>)> {
        let base = base(space, path);
        let inner = path.strip_prefix(&base).unwrap_or(path).trim_start_matches('/');
        let (top, owner, is_package) = match inner.split_once('/') {
            Some((top, _)) => (top, join(&base, top), true),
            None => (inner.strip_suffix(".py").unwrap_or(inner), path.to_owned(), false),
        };
        if !is_package && top.contains('.') {
            return Some((format!("`{inner}` is not a name that can be imported"), None));
        }
        if is_conftest(path) && !is_package {
            return None;
        }
        match self.top.get(top) {
            Some(other) if *other != owner => {
                Some((format!("`{other}` is imported by the same name, `{top}`"), Some(other.clone())))
            }
            Some(_) => None,
            None => {
                self.top.insert(top.to_owned(), owner);
                None
            }
        }
    }
}

/// The folder that pytest puts on `sys.path` for a file: the first one above it that is no package.
fn base(space: &Space<'_>, path: &str) -> String {
    let mut folder = folder_of(path);
    while !folder.is_empty() && is_package(space, folder) {
        folder = folder_of(folder);
    }
    folder.to_owned()
}

fn is_package(space: &Space<'_>, folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let is_name = !name.starts_with(|first: char| first.is_ascii_digit())
        && name.chars().all(|character| character.is_alphanumeric() || character == '_');
    is_name && space.tree.files.contains_key(&join(folder, "__init__.py"))
}

/// The `__init__` files that importing a file executes, outermost first.
fn packages(space: &Space<'_>, path: &str) -> Vec<FileId> {
    let base = base(space, path);
    let mut found = Vec::new();
    let mut folder = folder_of(path);
    while folder != base && is_within(folder, &base) {
        let init = join(folder, "__init__.py");
        found.extend(space.sources.id(&init).filter(|_| init != path));
        folder = folder_of(folder);
    }
    found.reverse();
    found
}

/// What importing one file does.
pub fn outcome(
    space: &Space<'_>,
    outcomes: &HashMap<FileId, (Outcome, bool)>,
    file: FileId,
    collected: bool,
) -> Imported {
    let Some(source) = space.sources.get(file) else { return Imported::Ok };
    let doubt = |text: String, at| Doubt { text, file, at };
    match &source.state {
        FileState::SyntaxError(broken) => {
            return Imported::Broken(doubt(
                format!("it does not compile: {}", broken.text),
                start(&broken.origin, source),
            ));
        }
        FileState::Unread(why) => return Imported::Unknown(doubt(why.text.clone(), 0..0)),
        FileState::Compiles | FileState::NeedsLaterVersion(_) => {}
    }
    if let Some(at) = source.facts.namespace.raises.clone().filter(|_| collected) {
        return Imported::Fails(doubt("it skips or fails outside of a test".to_owned(), at));
    }
    match outcomes.get(&file) {
        Some((_, true)) => Imported::Skips,
        Some((Outcome::Ok, _)) | None => Imported::Ok,
        Some((Outcome::Fails(failure), _)) => {
            Imported::Broken(doubt("it cannot be imported".to_owned(), failure.at.clone()))
        }
        Some((Outcome::Unknown(doubts), _)) => match doubts.first() {
            Some(first) => Imported::Unknown(doubt(first.text.clone(), first.at.clone())),
            None => Imported::Unknown(doubt("whether it can be imported cannot be told".to_owned(), 0..0)),
        },
    }
}

fn start(origin: &crate::model::Origin, source: &crate::testinfra::sources::PythonFile) -> std::ops::Range<usize> {
    let offset = source.source.line_offset(origin.source().map_or(1, |span| span.start.line));
    offset..offset
}

/// Whether all marks that a file makes are registered.
fn strict(space: &Space<'_>, file: FileId, pytest: &PytestConfig, marks: &Marks) -> Imported {
    let used = space.sources.get(file).map(|source| &source.facts.used_marks[..]).unwrap_or_default();
    for (mark, at) in used {
        let plugin = OF_PLUGINS.iter().find(|(name, _)| name == mark).map(|(_, module)| *module);
        let known = BUILT_IN.contains(&mark.as_str())
            || pytest.markers.contains(mark)
            || marks.known.contains(mark)
            || plugin.is_some_and(|module| space.dependencies.provide(module) == Provided::Yes);
        if known {
            continue;
        }
        let text = format!("the mark `{mark}` is not registered, and marks are strict");
        let doubt = Doubt { text, file, at: at.clone() };
        if marks.open || plugin.is_some() {
            return Imported::Unknown(doubt);
        }
        return Imported::Fails(doubt);
    }
    Imported::Ok
}
