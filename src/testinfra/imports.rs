//! Which imports do not exist, which tests each of them breaks, and whether the critical modules can be imported.

mod chains;
mod circles;
mod critical;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

use self::chains::{FailureRoots, example, first_failure, path_of, trace};
use super::interpret::{Done, Interpreter, Order, Outcome, Record};
use super::names::Bound;
use super::pytest_config::join;
use super::resolve::{Resolution, Space, Unit};
use super::roots::{conftests_above, folder_of};
use super::sources::FileId;
use super::stdlib;
use super::suggestion::Catalogue;
use crate::model::tests::{BrokenImport, Certainty, ChainLink, CriticalImport};
use crate::model::{Why, WhyKind};
use crate::python::facts::When;

/// How many steps may be taken to follow, test file by test file, imports whose result depends on their order.
const MAX_EXACT_STEPS: u64 = 8_000_000;

/// What is known of the imports of a repository.
#[derive(Debug, Default)]
pub struct Imports {
    /// Imports that do not exist, in the order of files and lines.
    pub broken: Vec<BrokenImport>,
    /// The critical modules, in configured order.
    pub critical: Vec<CriticalImport>,
    /// Test files from which nothing is collected: they cannot be imported, or skip themselves.
    pub failing: HashSet<FileId>,
    /// What importing each file alone does, and whether it says itself that it is to be skipped.
    pub outcomes: HashMap<FileId, (Outcome, bool)>,
    /// What could not be followed.
    pub incomplete: Vec<Why>,
}

/// Which files are looked at.
#[derive(Debug)]
pub struct Scope<'a> {
    /// The test files that are meant to run.
    pub tests: &'a [FileId],
    /// Files whose broken imports are reported in any case, by id.
    pub reported: &'a HashSet<FileId>,
    /// The modules that must be importable.
    pub critical: &'a [String],
    /// The folder of the repository, whose history says where modules went.
    pub repo: &'a Path,
}

/// What one broken statement does to the tests.
#[derive(Clone, Default)]
struct Impact {
    tests: usize,
    example: Vec<ChainLink>,
}

/// The test files that cannot be imported, and because of which statement.
#[derive(Default)]
struct Cascade {
    impacts: BTreeMap<(FileId, usize), Impact>,
    failing: HashSet<FileId>,
}

/// Judges all imports, and tells what came of it.
pub fn judge(space: &Space<'_>, scope: &Scope<'_>, tell: impl FnOnce(Imports)) {
    let mut interpreter = Interpreter::new(space, Order::Any);
    for &file in scope.tests {
        let (conftests, own) = order_of_test(space, file);
        // pytest loads the conftest files before the test file.
        interpreter.run(&[conftests.as_slice(), own.as_slice()].concat());
    }
    for (file, source) in space.sources.files.iter().enumerate() {
        if interpreter.result(file).is_none() {
            let mut order = packages_above(space, &source.path);
            order.push(file);
            interpreter.run(&order);
        }
    }
    let circles = circles::judge(space, &interpreter);
    let mut incomplete = Vec::new();
    if circles.limited {
        let text = "circular imports are too many to be followed from each of their modules";
        incomplete.push(Why::new(WhyKind::Limit, text));
    }
    let Cascade { impacts, failing } = cascade(space, scope, &interpreter, &circles.touched, &mut incomplete);
    let tests: HashSet<FileId> = scope.tests.iter().copied().collect();
    let mut records: Vec<(FileId, Record, Vec<String>)> =
        circles.records.into_iter().map(|(file, record)| (file, record, Vec::new())).collect();
    for file in 0..space.sources.files.len() {
        let Some(done) = interpreter.result(file) else { continue };
        let mut found = done.records.clone();
        found.extend(deferred(&mut interpreter, space, file, &done));
        for record in found {
            let names = record.symbol.as_ref().map(|_| names_of(space, &interpreter, file, &record.module));
            records.push((file, record, names.unwrap_or_default()));
        }
    }
    let done = (0..space.sources.files.len()).filter_map(|file| Some((file, interpreter.result(file)?)));
    let outcomes = done.map(|(file, done)| (file, (done.outcome.clone(), done.skips))).collect();
    let catalogue = Catalogue::new(space, scope.repo, |id| scope.reported.contains(&id));
    let mut broken = Vec::new();
    for (file, record, names) in records {
        let optional = matches!(record.certainty, Certainty::Guarded | Certainty::Typing);
        if record.third_party && optional {
            continue;
        }
        // Several names of one statement share its impact.
        let impact = impacts.get(&(file, record.statement.start)).cloned();
        if !scope.reported.contains(&file) && impact.is_none() {
            continue;
        }
        let Some(source) = space.sources.get(file) else { continue };
        let mut impact = impact.unwrap_or_default();
        if impact.tests == 0
            && tests.contains(&file)
            && matches!(record.certainty, Certainty::Definite | Certainty::Environment)
        {
            // Another failure comes first, but this one breaks its own file as well.
            impact.tests = 1;
        }
        let suggestion = match &record.symbol {
            // It is where it is looked for, only later.
            Some(_) if record.circular => None,
            Some(symbol) => catalogue.symbol(&record.module, symbol, &names),
            None => catalogue.module(&record.module, &record.wanted),
        };
        broken.push(BrokenImport {
            origin: source.source.origin(record.range.clone()),
            module: record.module,
            symbol: record.symbol,
            certainty: record.certainty,
            circular: record.circular,
            suggestion,
            breaks_test_files: impact.tests,
            example: impact.example,
        });
    }
    broken.sort_by(|left, right| left.origin.cmp(&right.origin).then_with(|| left.symbol.cmp(&right.symbol)));
    // A chain must be the one that CPython follows, in its order.
    let mut exact = Interpreter::new(space, Order::Real);
    let critical = scope.critical.iter().map(|module| critical::critical(space, &mut exact, module)).collect();
    tell(Imports { broken, critical, failing, outcomes, incomplete });
}

/// What pytest imports for a test file: the conftest files above it, then its packages and itself.
fn order_of_test(space: &Space<'_>, file: FileId) -> (Vec<FileId>, Vec<FileId>) {
    let path = path_of(space, file);
    let mut own = packages_above(space, path);
    own.push(file);
    (conftests_above(path, space.root, space.sources), own)
}

/// Counts the test files that each failing statement takes down. A test file that reaches a circle in which something
/// fails is followed by itself, in its own order: `any` has executed circles in some other one.
fn cascade(
    space: &Space<'_>,
    scope: &Scope<'_>,
    any: &Interpreter<'_>,
    touched: &HashSet<FileId>,
    incomplete: &mut Vec<Why>,
) -> Cascade {
    let mut cascade = Cascade::default();
    let mut roots = FailureRoots::default();
    let mut exact = Interpreter::new(space, Order::Real);
    let mut limited = false;
    for &file in scope.tests {
        let (conftests, own) = order_of_test(space, file);
        let is_touched = conftests.iter().chain(&own).any(|file| touched.contains(file));
        let followed = is_touched
            && exact.steps() <= MAX_EXACT_STEPS
            && !is_cut_off(&exact.run(&[conftests.as_slice(), own.as_slice()].concat()));
        if followed {
            cascade.test(space, &exact, &mut FailureRoots::default(), file, [&conftests, &own]);
        } else {
            limited |= is_touched;
            cascade.test(space, any, &mut roots, file, [&conftests, &own]);
        }
    }
    if limited {
        let text = "which statement of a circle fails first was not followed for every test file";
        incomplete.push(Why::new(WhyKind::Limit, text));
    }
    cascade
}

/// True where imports were nested too deep to be followed in their own order.
fn is_cut_off(results: &[(FileId, Rc<Done>)]) -> bool {
    results.iter().any(|(_, done)| {
        matches!(&done.outcome, Outcome::Unknown(doubts) if doubts.iter().any(|doubt| doubt.kind == WhyKind::Limit))
    })
}

impl Cascade {
    fn test(
        &mut self,
        space: &Space<'_>,
        interpreter: &Interpreter<'_>,
        roots: &mut FailureRoots,
        file: FileId,
        groups: [&Vec<FileId>; 2],
    ) {
        if interpreter.result(file).is_some_and(|done| done.skips) {
            self.failing.insert(file);
        }
        let mut met = None;
        for group in groups {
            let results: Vec<_> = group.iter().filter_map(|&file| Some((file, interpreter.result(file)?))).collect();
            let Some((at, failure)) = first_failure(&results) else { continue };
            self.failing.insert(file);
            let Some(root) = roots.of(interpreter, at).filter(|root| met.replace(*root) != Some(*root)) else {
                continue;
            };
            let impact = self.impacts.entry(root).or_default();
            impact.tests += 1;
            if impact.example.is_empty() && root.0 != file {
                impact.example = example(space, file, at, &trace(interpreter, at, failure));
            }
        }
    }
}

/// The `__init__` files that importing a file by its package's name executes, outermost first.
fn packages_above(space: &Space<'_>, path: &str) -> Vec<FileId> {
    let mut found = Vec::new();
    let mut folder = folder_of(path);
    while let Some(init) = space.sources.id(&join(folder, "__init__.py")) {
        if space.sources.get(init).is_some_and(|file| file.path != path) {
            found.push(init);
        }
        if folder.is_empty() || folder == space.root {
            break;
        }
        folder = folder_of(folder);
    }
    found.reverse();
    found
}

/// What the deferred imports of a file miss.
fn deferred(interpreter: &mut Interpreter<'_>, space: &Space<'_>, file: FileId, done: &Done) -> Vec<Record> {
    let Some(source) = space.sources.get(file) else { return Vec::new() };
    let mut roots = done.roots.clone();
    roots.folders.extend(source.facts.deferred_path_edits.iter().map(|edit| edit.folder.clone()));
    let mut found: Vec<Record> = Vec::new();
    for deferred in &source.facts.deferred {
        let Some(mut record) = interpreter.probe(file, &roots, &deferred.import) else { continue };
        if matches!(record.certainty, Certainty::Definite | Certainty::Environment) {
            record.certainty = match deferred.when {
                When::Called => Certainty::Lazy,
                When::CalledGuarded => Certainty::Guarded,
                When::CalledUndecided => Certainty::Unknown,
                When::Typing => Certainty::Typing,
            };
        }
        let same = |other: &&mut Record| other.statement == record.statement && other.symbol == record.symbol;
        match found.iter_mut().rev().take(50).find(same) {
            Some(other) => other.wanted.extend(record.wanted),
            None => found.push(record),
        }
    }
    found
}

/// The names that a module has as the file sees it, in order; none where they are not known.
fn names_of(space: &Space<'_>, interpreter: &Interpreter<'_>, file: FileId, module: &str) -> Vec<String> {
    let roots = space.roots_of(file);
    let units = match space.resolve_name(path_of(space, file), roots, module) {
        Resolution::Units(units) => units,
        Resolution::Library(module) => return stdlib::names(&module, space.versions()),
        _ => return Vec::new(),
    };
    let Some(Unit::File(id)) = units.last() else { return Vec::new() };
    let Some(done) = interpreter.result(*id) else { return Vec::new() };
    let names = done.names.borrow();
    let mut list: Vec<String> =
        names.iter().filter(|(_, bound)| *bound == Bound::Yes).map(|(name, _)| name.to_string()).collect();
    list.sort();
    list
}

#[cfg(test)]
#[cfg(unix)]
mod cpython;
#[cfg(test)]
mod tests;
