//! Which file imports which, and the circles in that.

use std::collections::{HashMap, HashSet};

use crate::testinfra::interpret::Interpreter;
use crate::testinfra::resolve::Space;
use crate::testinfra::sources::FileId;

/// Which file imports which.
pub(super) struct Graph {
    targets: Vec<Vec<FileId>>,
}

impl Graph {
    pub(super) fn of(space: &Space<'_>, any: &Interpreter<'_>) -> Self {
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
    pub(super) fn circles(&self) -> Vec<Vec<FileId>> {
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
    pub(super) fn importers(&self, files: HashSet<FileId>) -> HashSet<FileId> {
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
