//! Circular imports: which names are wanted of a module before it has bound them, whichever module comes first, and
//! which only if some come first.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::chains::{FailureRoots, first_failure, trace};
use super::packages_above;
use crate::model::tests::Certainty;
use crate::python::facts::{What, imports_of};
use crate::testinfra::interpret::{Interpreter, Order, Record};
use crate::testinfra::resolve::{Resolution, Space, Unit};
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

/// One name that is wanted too early.
struct Tally {
    record: Record,
    /// Runs in which its file was executed.
    reached: usize,
    /// Runs of these in which it, or another import of the circle, failed for this reason.
    failed: usize,
}

type Key = (FileId, usize, Option<String>);

/// Enters each circle from each of its modules. `any` has executed every file.
pub(super) fn judge(space: &Space<'_>, any: &Interpreter<'_>) -> Circles {
    let imports = Graph::of(space, any);
    let mut found = Circles::default();
    let mut suspicious: HashSet<FileId> = HashSet::new();
    let mut exact = Interpreter::new(space, Order::Exact);
    let mut real = Interpreter::new(space, Order::Real);
    let mut roots = FailureRoots::default();
    for circle in imports.circles() {
        let members: HashSet<FileId> = circle.iter().copied().collect();
        let mut tallies: BTreeMap<Key, Tally> = BTreeMap::new();
        let mut executions: HashMap<FileId, Vec<bool>> = HashMap::new();
        let wanting = circle.iter().any(|&file| wants_names(space, any, file, &members));
        let entered = if wanting { entries(space, &circle, &members) } else { Vec::new() };
        for entry in entered {
            if exact.steps() + real.steps() > MAX_STEPS {
                found.limited = true;
                break;
            }
            enter(space, (&mut exact, &mut real), entry, &members, &mut tallies, &mut executions);
        }
        // One statement that fails is met from wherever the circle is entered; of several, the first one counts.
        let failing: HashSet<_> = circle.iter().filter_map(|&file| roots.of(any, file)).collect();
        if !tallies.is_empty() || failing.len() > 1 {
            suspicious.extend(&circle);
        }
        for ((file, ..), mut tally) in tallies {
            let runs = executions.get(&file).map(Vec::as_slice).unwrap_or_default();
            tally.reached = runs.len();
            tally.failed += runs.iter().filter(|failed| **failed).count();
            if tally.record.certainty == Certainty::Definite && (found.limited || tally.failed < tally.reached) {
                tally.record.certainty = Certainty::OrderDependent;
            }
            found.records.push((file, tally.record));
        }
    }
    found.touched = imports.importers(suspicious);
    found
}

/// True where a file imports names, and not modules, from another file of its circle.
fn wants_names(space: &Space<'_>, any: &Interpreter<'_>, file: FileId, members: &HashSet<FileId>) -> bool {
    let (Some(source), Some(done)) = (space.sources.get(file), any.result(file)) else { return false };
    let mut found = false;
    imports_of(&source.facts.steps, &mut |import| {
        let name = match &import.what {
            What::Name { name, .. } => name.as_str(),
            What::Star => "",
            What::Module { .. } | What::Plugin => return,
        };
        if !found && let Resolution::Units(units) = space.resolve(file, &done.roots, import) {
            found = matches!(units.last(), Some(unit @ Unit::File(id))
                if members.contains(id) && space.submodule(unit, name).is_none());
        }
    });
    found
}

/// The modules from which a circle can be entered: where a package around a module is of the circle itself, that
/// package always comes first.
fn entries(space: &Space<'_>, circle: &[FileId], members: &HashSet<FileId>) -> Vec<FileId> {
    let first = |&file: &FileId| {
        let path = space.sources.get(file).map_or("", |file| file.path.as_str());
        packages_above(space, path).into_iter().find(|package| members.contains(package)).unwrap_or(file)
    };
    let mut entries: Vec<FileId> = circle.iter().map(first).collect();
    entries.sort_unstable();
    entries.dedup();
    entries
}

fn enter(
    space: &Space<'_>,
    (exact, real): (&mut Interpreter<'_>, &mut Interpreter<'_>),
    entry: FileId,
    members: &HashSet<FileId>,
    tallies: &mut BTreeMap<Key, Tally>,
    executions: &mut HashMap<FileId, Vec<bool>>,
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
    let executed: Vec<FileId> = exact.executed().filter(|file| members.contains(file)).collect();
    for file in executed {
        executions.entry(file).or_default().push(by_circle);
        let Some(done) = exact.result(file) else { continue };
        for record in done.records.iter().filter(|record| record.circular) {
            let key = (file, record.range.start, record.symbol.clone());
            let tally = tallies.entry(key).or_insert_with(|| Tally { record: record.clone(), reached: 0, failed: 0 });
            // A run that fails for this reason is counted where runs are counted.
            tally.failed += usize::from(!by_circle);
        }
    }
}

/// Which file imports which.
struct Graph {
    targets: Vec<Vec<FileId>>,
}

impl Graph {
    fn of(space: &Space<'_>, any: &Interpreter<'_>) -> Self {
        let one = |file| any.result(file).map(|done| done.imports.clone()).unwrap_or_default();
        let mut targets: Vec<Vec<FileId>> = (0..space.sources.files.len()).map(one).collect();
        for list in &mut targets {
            list.sort_unstable();
            list.dedup();
        }
        Self { targets }
    }

    fn targets(&self, file: FileId) -> &[FileId] {
        self.targets.get(file).map(Vec::as_slice).unwrap_or_default()
    }

    /// The strongly connected parts in which there is a circle (Tarjan's algorithm, without recursion).
    fn circles(&self) -> Vec<Vec<FileId>> {
        const NONE: usize = usize::MAX;
        let mut state = vec![(NONE, NONE, false); self.targets.len()];
        let mut stack = Vec::new();
        let mut circles = Vec::new();
        let mut next = 0;
        for start in 0..self.targets.len() {
            let mut work = vec![(start, 0usize)];
            while let Some((file, child)) = work.pop() {
                let Some(own) = state.get_mut(file) else { continue };
                if child == 0 {
                    if own.0 != NONE {
                        continue;
                    }
                    *own = (next, next, true);
                    next += 1;
                    stack.push(file);
                }
                let (index, mut low, _) = *own;
                // The child that was followed last has its own lowest by now.
                if let Some(&done) = child.checked_sub(1).and_then(|done| self.targets(file).get(done))
                    && let Some(&(_, below, true)) = state.get(done)
                {
                    low = low.min(below);
                }
                let waiting = self.targets(file).get(child..).unwrap_or_default().iter().enumerate();
                let mut descend = None;
                for (offset, &target) in waiting {
                    match state.get(target) {
                        Some(&(NONE, ..)) => {
                            descend = Some((child + offset, target));
                            break;
                        }
                        Some(&(other, _, true)) => low = low.min(other),
                        _ => {}
                    }
                }
                if let Some(own) = state.get_mut(file) {
                    own.1 = low;
                }
                if let Some((at, target)) = descend {
                    work.push((file, at + 1));
                    work.push((target, 0));
                    continue;
                }
                if low == index {
                    let from = stack.iter().rposition(|&member| member == file).unwrap_or(0);
                    let part = stack.split_off(from);
                    for &member in &part {
                        if let Some(state) = state.get_mut(member) {
                            state.2 = false;
                        }
                    }
                    if part.len() > 1 || self.targets(file).contains(&file) {
                        circles.push(part);
                    }
                }
            }
        }
        circles
    }

    /// These files, and all that import them by any way.
    fn importers(&self, files: HashSet<FileId>) -> HashSet<FileId> {
        if files.is_empty() {
            return files;
        }
        let mut sources: HashMap<FileId, Vec<FileId>> = HashMap::new();
        for (file, targets) in self.targets.iter().enumerate() {
            targets.iter().for_each(|&target| sources.entry(target).or_default().push(file));
        }
        let mut waiting: Vec<FileId> = files.iter().copied().collect();
        let mut all = files;
        while let Some(file) = waiting.pop() {
            for &source in sources.get(&file).into_iter().flatten() {
                if all.insert(source) {
                    waiting.push(source);
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_the_strongly_connected_parts() {
        // 0 → 1 → 2 → 0, 2 → 3 → 4 → 3, 5 → 5, 6 → 0
        let graph = Graph { targets: vec![vec![1], vec![2], vec![0, 3], vec![4], vec![3], vec![5], vec![0, 4]] };
        let mut circles = graph.circles();
        circles.iter_mut().for_each(|circle| circle.sort_unstable());
        circles.sort();
        assert_eq!(circles, [vec![0, 1, 2], vec![3, 4], vec![5]]);
        let mut importers: Vec<_> = graph.importers(HashSet::from([4])).into_iter().collect();
        importers.sort_unstable();
        assert_eq!(importers, [0, 1, 2, 3, 4, 6]);
    }

    #[test]
    fn a_long_way_needs_no_stack() {
        let last = 200_000;
        let graph = Graph { targets: (0..=last).map(|file| vec![if file == last { 0 } else { file + 1 }]).collect() };
        assert_eq!(graph.circles().iter().map(Vec::len).collect::<Vec<_>>(), [last + 1]);
    }
}
