//! Where a missing module or name went, where there is exactly one answer.

mod history;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use self::history::History;
use super::pytest_config::join;
use super::resolve::Space;
use super::sources::{FileId, PythonFile};
use crate::model::tests::Suggestion;
use crate::python::facts::Step;

/// How alike a misspelt name must be, from 0 to 1.
const ALIKE: f64 = 0.86;
/// The most modules that a misspelt name is compared with.
const MAX_COMPARED: usize = 20_000;

/// The modules of a repository by what they are called and what they define.
#[derive(Debug)]
pub struct Catalogue<'a> {
    /// File and dotted name of every module.
    modules: Vec<(FileId, String)>,
    /// The letters of each of these names.
    letters: Vec<Letters>,
    /// Last component → indices of modules.
    by_last: FxHashMap<String, Vec<usize>>,
    /// Name defined at module level → indices of modules.
    by_name: FxHashMap<&'a str, Vec<usize>>,
    /// Path → index of the module.
    by_path: FxHashMap<&'a str, usize>,
    /// Folders in which a module may have been.
    roots: Vec<String>,
    repo: PathBuf,
    /// It is asked for only where a module is missing.
    history: OnceCell<History>,
}

impl<'a> Catalogue<'a> {
    /// Catalogues the files that `eligible` accepts.
    pub fn new(space: &'a Space<'_>, repo: &Path, eligible: impl Fn(FileId) -> bool + Sync) -> Self {
        let mut catalogue = Self {
            modules: Vec::new(),
            letters: Vec::new(),
            by_last: FxHashMap::default(),
            by_name: FxHashMap::default(),
            by_path: FxHashMap::default(),
            roots: space.roots.global.clone(),
            repo: repo.to_owned(),
            history: OnceCell::new(),
        };
        let module = |(id, file): (FileId, &'a PythonFile)| {
            let dotted = space.dotted_name(&file.path);
            let is_module = !dotted.is_empty() && dotted.split('.').all(is_identifier);
            (eligible(id) && is_module).then(|| (id, file, Letters::of(&dotted), defined(&file.facts.steps), dotted))
        };
        let modules: Vec<_> = space.sources.files.par_iter().enumerate().filter_map(module).collect();
        for (id, file, letters, names, dotted) in modules {
            let at = catalogue.modules.len();
            let last = dotted.rsplit('.').next().unwrap_or(&dotted).to_owned();
            catalogue.by_last.entry(last).or_default().push(at);
            for name in names {
                let modules = catalogue.by_name.entry(name).or_default();
                if modules.last() != Some(&at) {
                    modules.push(at);
                }
            }
            catalogue.by_path.insert(&file.path, at);
            catalogue.letters.push(letters);
            catalogue.modules.push((id, dotted));
        }
        catalogue
    }

    /// Where a missing module went, of which these names are wanted.
    pub fn module(&self, missing: &str, wanted: &[String]) -> Option<Suggestion> {
        let has_wanted = |at: &&usize| wanted.iter().all(|name| self.defines(name, **at));
        let moved = self.moved(missing);
        if let Some((at, old)) = moved.as_ref().filter(|(at, _)| has_wanted(&at)) {
            return self.suggest(*at, None, format!("git has `{old}` renamed to it"));
        }
        let last = missing.rsplit('.').next().unwrap_or(missing);
        let namesakes = self.by_last.get(last).map(Vec::as_slice).unwrap_or_default();
        if let Some(at) = only(namesakes.iter().filter(has_wanted)) {
            let how = if wanted.is_empty() {
                format!("the only module named `{last}`")
            } else {
                format!("the only module named `{last}` that defines {}", list(wanted))
            };
            return self.suggest(*at, None, how);
        }
        if let Some(first) = wanted.first().filter(|name| *name != "*") {
            let defining = self.by_name.get(first.as_str()).map(Vec::as_slice).unwrap_or_default();
            if let Some(at) = only(defining.iter().filter(has_wanted)) {
                return self.suggest(*at, None, format!("the only module that defines {}", list(wanted)));
            }
        }
        let letters = Letters::of(missing);
        let candidates = self.modules.iter().zip(&self.letters).enumerate().take(MAX_COMPARED);
        let alike = candidates.filter(|(at, ((_, dotted), others))| {
            letters.may_be_alike(others)
                && strsim::normalized_damerau_levenshtein(missing, dotted) >= ALIKE
                && has_wanted(&at)
        });
        if let Some((at, _)) = only(alike) {
            return self.suggest(at, None, "the only module of a similar name".to_owned());
        }
        // It went there, and has not all of the names.
        let (at, old) = moved?;
        self.suggest(at, None, format!("git has `{old}` renamed to it"))
    }

    /// Where a name went that its module does not have.
    pub fn symbol(&self, module: &str, missing: &str, names: &[String]) -> Option<Suggestion> {
        let defining = self.by_name.get(missing).map(Vec::as_slice).unwrap_or_default();
        if let Some(at) = only(defining.iter()) {
            return self.suggest(*at, Some(missing.to_owned()), "the only module that defines it".to_owned());
        }
        let alike = names.iter().filter(|name| strsim::normalized_damerau_levenshtein(missing, name) >= ALIKE);
        let name = only(alike)?;
        let how = "the only similar name in the module".to_owned();
        Some(Suggestion { module: module.to_owned(), symbol: Some(name.clone()), how })
    }

    /// Where the file of a missing module is now, by the history of the repository, with the path that it had.
    fn moved(&self, missing: &str) -> Option<(usize, String)> {
        let history = self.history.get_or_init(|| History::of(&self.repo));
        let tail = missing.replace('.', "/");
        let old = self
            .roots
            .iter()
            .flat_map(|root| [format!("{}.py", join(root, &tail)), format!("{}/__init__.py", join(root, &tail))]);
        let found: HashSet<(usize, String)> = old
            .filter_map(|old| {
                let new = history.follow(&old, |path| self.by_path.contains_key(path))?;
                Some((*self.by_path.get(new)?, old))
            })
            .collect();
        only(found.into_iter())
    }

    fn defines(&self, name: &str, at: usize) -> bool {
        self.by_name.get(name).is_some_and(|modules| modules.binary_search(&at).is_ok())
    }

    fn suggest(&self, at: usize, symbol: Option<String>, how: String) -> Option<Suggestion> {
        let (_, module) = self.modules.get(at)?;
        Some(Suggestion { module: module.clone(), symbol, how })
    }
}

/// How often each letter occurs in a name: it rules out nearly all names that are not alike, at a fraction of the cost
/// of comparing them.
#[derive(Debug)]
struct Letters {
    counts: [u8; 64],
    length: usize,
}

impl Letters {
    fn of(name: &str) -> Self {
        let mut counts = [0u8; 64];
        let mut length = 0;
        for character in name.chars() {
            length += 1;
            // Letters that share a place only make names look more alike than they are.
            if let Some(count) = counts.get_mut(character as usize % 64) {
                *count = count.saturating_add(1);
            }
        }
        Self { counts, length }
    }

    /// False where the names differ in more letters than alike ones may.
    fn may_be_alike(&self, other: &Self) -> bool {
        let longest = self.length.max(other.length) as f64;
        let most = (1.0 - ALIKE) * longest + 1e-9;
        if self.length.abs_diff(other.length) as f64 > most {
            return false;
        }
        let (mut more, mut fewer) = (0u32, 0u32);
        for (mine, theirs) in self.counts.iter().zip(&other.counts) {
            more += u32::from(mine.saturating_sub(*theirs));
            fewer += u32::from(theirs.saturating_sub(*mine));
        }
        f64::from(more.max(fewer)) <= most
    }
}

fn only<T>(mut candidates: impl Iterator<Item = T>) -> Option<T> {
    let first = candidates.next()?;
    candidates.next().is_none().then_some(first)
}

fn list(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn is_identifier(text: &str) -> bool {
    text.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && text.chars().all(|character| character.is_alphanumeric() || character == '_')
}

/// The names that a module defines itself, not those that it imports.
fn defined(steps: &[Step]) -> Vec<&str> {
    let mut names = Vec::new();
    for step in steps {
        match step {
            Step::Bind(name) => names.push(name.as_str()),
            Step::Branch(arms) => names.extend(arms.iter().flat_map(|arm| defined(&arm.steps))),
            Step::Try(parts) => {
                names.extend(defined(&parts.body));
                names.extend(parts.handlers.iter().flat_map(|handler| defined(&handler.steps)));
            }
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_letters_rules_out_no_name_that_is_alike() {
        let names =
            ["tests.helpers.database", "tests.helper.database", "test.helpers.databsae", "a.b", "a.c", "é.à", ""];
        for left in names {
            for right in names {
                let alike = strsim::normalized_damerau_levenshtein(left, right) >= ALIKE;
                let may_be = Letters::of(left).may_be_alike(&Letters::of(right));
                assert!(may_be || !alike, "{left} {right}");
            }
        }
        assert!(!Letters::of("tests.helpers").may_be_alike(&Letters::of("app.services.billing")));
    }
}
