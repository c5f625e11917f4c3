//! Circular imports: which names are wanted of a module before it has bound them, whichever module comes first, and
//! which only if some come first.
//!
//! A circle of *n* modules can be entered from *n* sides, and each way costs *n* executions. So it is entered only where a
//! look at its imports leaves a name that may be wanted too early, from the sides that decide such names first, and no
//! longer than something is left to decide.

mod early;
mod graph;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use early::Wanted;
use graph::Graph;

use super::chains::{FailureRoots, first_failure, trace};
use super::packages_above;
use crate::model::tests::Certainty;
use crate::testinfra::interpret::{Interpreter, Order, Record};
use crate::testinfra::resolve::Space;
use crate::testinfra::sources::FileId;

/// How many steps may be taken to import circles once from each of their modules.
const MAX_STEPS: u64 = 4_000_000;

/// What is known of the circles of a repository.
#[derive(Debug, Default)]
pub(super) struct Circles {
    /// Names that are wanted too early, with the file that wants them.
    pub(super) records: Vec<(FileId, Record)>,
    /// Files that import a circle in which something fails: what becomes of them depends on the order.
    pub(super) touched: HashSet<FileId>,
    /// There are too many circles, or too large ones, to enter each from each side.
    pub(super) limited: bool,
}

/// Runs of one file or statement.
#[derive(Clone, Copy, Default)]
struct Runs {
    /// Those in which the file was executed.
    reached: usize,
    /// Those of them that failed because of the circle.
    failed: usize,
}

/// One name that is wanted too early.
struct Tally {
    record: Record,
    /// Runs in which it was wanted too early, but for those that are counted for the whole file.
    failed: usize,
}

type Key = (FileId, usize, Option<String>);

/// What the runs of one circle showed.
#[derive(Default)]
struct Seen {
    tallies: BTreeMap<Key, Tally>,
    files: HashMap<FileId, Runs>,
}

/// Enters each circle from its modules. `any` has executed every file.
pub(super) fn judge(space: &Space<'_>, any: &Interpreter<'_>) -> Circles {
    let imports = Graph::of(space, any);
    let mut found = Circles::default();
    let mut suspicious: HashSet<FileId> = HashSet::new();
    let mut exact = Interpreter::new(space, Order::Exact);
    let mut real = Interpreter::new(space, Order::Real);
    let mut roots = FailureRoots::default();
    for circle in imports.circles() {
        let members: HashSet<FileId> = circle.iter().copied().collect();
        let wanted = early::wanted(space, any, &circle, &members);
        let mut seen = Seen::default();
        let mut limited = false;
        for entry in entries(space, &circle, &members, &wanted) {
            if seen.decide(&wanted) {
                break;
            }
            if exact.steps() + real.steps() > MAX_STEPS {
                limited = true;
                break;
            }
            seen.enter(space, (&mut exact, &mut real), entry, &members);
        }
        found.limited |= limited;
        // One statement that fails is met from wherever the circle is entered; of several, the first one counts.
        let failing: HashSet<_> = circle.iter().filter_map(|&file| roots.of(any, file)).collect();
        if !seen.tallies.is_empty() || failing.len() > 1 {
            suspicious.extend(&circle);
        }
        for ((file, at, symbol), tally) in &seen.tallies {
            let mut record = tally.record.clone();
            let decided = limited || seen.is_order(*file, *at, symbol.as_deref());
            if record.certainty == Certainty::Definite && decided {
                record.certainty = Certainty::OrderDependent;
            }
            found.records.push((*file, record));
        }
    }
    found.touched = imports.importers(suspicious);
    found
}

/// The modules from which a circle can be entered: where a package around a module is of the circle itself, that
/// package always comes first. In front are those that decide what is wanted: a name is not there yet where its module
/// comes first, and is where the file that wants it does.
fn entries(space: &Space<'_>, circle: &[FileId], members: &HashSet<FileId>, wanted: &BTreeSet<Wanted>) -> Vec<FileId> {
    let first = |file: FileId| {
        let path = space.sources.get(file).map_or("", |file| file.path.as_str());
        packages_above(space, path).into_iter().find(|package| members.contains(package)).unwrap_or(file)
    };
    let mut all: Vec<FileId> = circle.to_vec();
    all.sort_unstable();
    let deciding = wanted.iter().flat_map(|wanted| [wanted.module, wanted.file]);
    let mut passed = HashSet::new();
    deciding.chain(all).map(first).filter(|entry| passed.insert(*entry)).collect()
}

impl Seen {
    fn enter(
        &mut self,
        space: &Space<'_>,
        (exact, real): (&mut Interpreter<'_>, &mut Interpreter<'_>),
        entry: FileId,
        members: &HashSet<FileId>,
    ) {
        let path = space.sources.get(entry).map_or("", |file| file.path.as_str());
        let mut order = packages_above(space, path);
        order.push(entry);
        exact.run(&order);
        let results = real.run(&order);
        let root = first_failure(&results).and_then(|(at, failure)| trace(real, at, failure).pop());
        let by_circle = root.is_some_and(|(file, failure)| {
            real.result(file).is_some_and(|done| {
                done.records.iter().any(|record| record.circular && record.statement.start == failure.at.start)
            })
        });
        for file in exact.executed().filter(|file| members.contains(file)) {
            let runs = self.files.entry(file).or_default();
            runs.reached += 1;
            // A run that fails for this reason is counted here, and not for each of its statements.
            runs.failed += usize::from(by_circle);
            let Some(done) = exact.result(file) else { continue };
            for record in done.records.iter().filter(|record| record.circular) {
                let key = (file, record.range.start, record.symbol.clone());
                let tally = self.tallies.entry(key).or_insert_with(|| Tally { record: record.clone(), failed: 0 });
                tally.failed += usize::from(!by_circle);
            }
        }
    }

    /// True where a statement that was seen to fail depends on the order: there is a run in which it did not.
    fn is_order(&self, file: FileId, at: usize, symbol: Option<&str>) -> bool {
        let runs = self.files.get(&file).copied().unwrap_or_default();
        let tally = self.tallies.get(&(file, at, symbol.map(str::to_owned)));
        tally.is_some_and(|tally| tally.failed + runs.failed < runs.reached)
    }

    /// True where no further run can show anything of what is wanted.
    fn decide(&self, wanted: &BTreeSet<Wanted>) -> bool {
        wanted.iter().all(|wanted| self.is_order(wanted.file, wanted.at, Some(&wanted.name)))
    }
}

#[cfg(test)]
mod tests;
