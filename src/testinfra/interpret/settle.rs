//! Carries failures through cycles: a module that was imported while one that fails was not finished yet did not see
//! the failure, and would see it if it were imported first.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::{Edge, Failure, Interpreter, Order, Outcome};
use crate::python::facts::StopKind;
use crate::testinfra::sources::FileId;

impl Interpreter<'_> {
    /// Settles the files that were executed since the last time. Nothing is unfinished then, so that no later file can
    /// change what those of now do; each of them and each of their imports is looked at once.
    pub(super) fn settle(&mut self) {
        if self.order != Order::Any {
            return;
        }
        let files = std::mem::take(&mut self.unsettled);
        let mut importers: HashMap<FileId, Vec<(FileId, Edge)>> = HashMap::new();
        let mut failing = VecDeque::new();
        for &file in &files {
            let Some(done) = self.memo.get(&file) else { continue };
            if matches!(done.outcome, Outcome::Fails(_)) {
                failing.push_back(file);
                continue;
            }
            for edge in &done.edges {
                importers.entry(edge.next).or_default().push((file, edge.clone()));
            }
        }
        // The nearest first: chains stay short, and none of them can run in a circle.
        while let Some(file) = failing.pop_front() {
            let Some(waiting) = importers.remove(&file) else { continue };
            let Some(Outcome::Fails(failure)) = self.memo.get(&file).map(|done| done.outcome.clone()) else { continue };
            for (importer, edge) in waiting {
                let Some(done) = self.memo.get_mut(&importer) else { continue };
                let undecided = done.roots.dynamic && failure.kind == StopKind::MissingModule;
                if undecided || matches!(done.outcome, Outcome::Fails(_)) {
                    continue;
                }
                let failure = Failure { at: edge.at, next: Some(file), ..failure.clone() };
                Rc::make_mut(done).outcome = Outcome::Fails(failure);
                failing.push_back(importer);
            }
        }
        for file in files {
            if let Some(done) = self.memo.get_mut(&file) {
                Rc::make_mut(done).edges = Vec::new();
            }
        }
    }
}
