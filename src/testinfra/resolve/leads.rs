//! Where the imports of a file lead, worked out once for all who ask.

use std::ops::Range;

use super::{Resolution, Space, Unit};
use crate::python::facts::{Import, imports_of};
use crate::testinfra::sources::FileId;

/// Where one alias of an import statement leads.
#[derive(Debug)]
pub(super) struct Lead {
    /// The alias, whose place no other import of the file has.
    at: Range<usize>,
    /// What it finds, before the file changes `sys.path`.
    found: Resolution,
}

impl Resolution {
    /// The module itself, where it is one of the repository.
    fn module(&self) -> Option<&Unit> {
        match self {
            Self::Units(units) => units.last(),
            _ => None,
        }
    }
}

impl<'a> Space<'a> {
    /// All imports of a file, whenever they are executed, in the order of their places, with the module of the
    /// repository that each leads to before the file changes `sys.path`.
    pub fn leads(&self, file: FileId) -> impl Iterator<Item = (&'a Import, Option<&Unit>)> {
        let modules = self.leads_of(file).iter().map(|lead| lead.found.module());
        self.imports(file).into_iter().zip(modules)
    }

    /// The module of the repository that an import of `file` leads to, before the file changes `sys.path`.
    pub fn module_of(&self, file: FileId, import: &Import) -> Option<Unit> {
        match self.found_by(file, import) {
            Some(found) => found.module().cloned(),
            None => self.resolve(file, self.roots_of(file), import).module().cloned(),
        }
    }

    /// What an import of `file` finds, before the file changes `sys.path`; `None` for one that is not among its own.
    pub fn found_by(&self, file: FileId, import: &Import) -> Option<&Resolution> {
        let leads = self.leads_of(file);
        let first = leads.partition_point(|lead| lead.at.start < import.range.start);
        leads.get(first).filter(|lead| lead.at == import.range).map(|lead| &lead.found)
    }

    fn imports(&self, file: FileId) -> Vec<&'a Import> {
        let mut imports: Vec<&Import> = Vec::new();
        if let Some(source) = self.sources.get(file) {
            imports_of(&source.facts.steps, &mut |import| imports.push(import));
            imports.extend(source.facts.deferred.iter().map(|deferred| &deferred.import));
            imports.sort_by_key(|import| import.range.start);
        }
        imports
    }

    fn leads_of(&self, file: FileId) -> &[Lead] {
        let work_out = || {
            let mut last: Option<(&Import, Resolution)> = None;
            let lead = |import: &'a Import| {
                // The names of one statement come from one module.
                let same = |known: &Import| {
                    (&known.statement, known.level, &known.module) == (&import.statement, import.level, &import.module)
                };
                let found = match last.take() {
                    Some((known, found)) if same(known) => found,
                    _ => self.resolve(file, self.roots_of(file), import),
                };
                last = Some((import, found.clone()));
                Lead { at: import.range.clone(), found }
            };
            self.imports(file).into_iter().map(lead).collect()
        };
        self.leads.get(file).map_or(&[], |leads| leads.get_or_init(work_out))
    }
}
