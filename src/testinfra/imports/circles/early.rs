//! Which names may be wanted of a module of a circle before it has bound them, whichever module comes first. Each import
//! of the circle is looked at once: what is not listed cannot fail, and needs no module to be tried as the first one.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::super::packages_above;
use crate::python::facts::{Exports, Facts, Import, Step, What, imports_of, unbound_by};
use crate::testinfra::interpret::Interpreter;
use crate::testinfra::resolve::{Resolution, Space, Unit};
use crate::testinfra::sources::FileId;

/// A name that a file wants of another file of its circle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wanted {
    /// The file that wants it.
    pub(super) file: FileId,
    /// Where its alias, or `*`, stands in that file.
    pub(super) at: usize,
    /// The name.
    pub(super) name: String,
    /// The file that has it.
    pub(super) module: FileId,
}

/// What the imports of one circle say.
#[derive(Default)]
struct Circle<'a> {
    /// Imports of names, with the file that imports and the one that has them.
    wants: Vec<(FileId, FileId, &'a Import)>,
    /// File → its first step that imports another file of the circle, or itself.
    first: HashMap<FileId, usize>,
    /// File → the packages that each import of it executes before it.
    before: HashMap<FileId, HashSet<FileId>>,
}

/// The names that may be wanted too early. `any` has executed every file.
pub(super) fn wanted(
    space: &Space<'_>,
    any: &Interpreter<'_>,
    circle: &[FileId],
    members: &HashSet<FileId>,
) -> BTreeSet<Wanted> {
    let read = read(space, any, circle, members);
    let mut bound: HashMap<FileId, HashSet<&str>> = HashMap::new();
    let mut found = BTreeSet::new();
    for (file, module, import) in read.wants {
        // A package begins before its modules, so that it sees each of them whole or not at all.
        if read.before.get(&module).is_some_and(|before| before.contains(&file)) {
            continue;
        }
        let Some(facts) = space.sources.get(module).map(|source| &source.facts) else { continue };
        // It is not known what such a module lacks.
        if facts.dynamic_names {
            continue;
        }
        let first = read.first.get(&module).copied().unwrap_or(facts.steps.len());
        let bound = bound.entry(module).or_insert_with(|| bound_before(facts, first));
        let names: Vec<&str> = match (&import.what, &facts.exports) {
            (What::Name { name, .. }, _) => vec![name],
            (What::Star, Exports::Names(names)) => names.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let late = names.into_iter().filter(|name| !bound.contains(name));
        found.extend(late.map(|name| Wanted { file, at: import.range.start, name: name.to_owned(), module }));
    }
    found
}

fn read<'a>(space: &Space<'a>, any: &Interpreter<'_>, circle: &[FileId], members: &HashSet<FileId>) -> Circle<'a> {
    let mut read = Circle::default();
    for &file in circle {
        let (Some(source), Some(done)) = (space.sources.get(file), any.result(file)) else { continue };
        let above: HashSet<FileId> = packages_above(space, &source.path).into_iter().collect();
        read.before.entry(file).and_modify(|before| before.retain(|file| above.contains(file))).or_insert(above);
        for (step, at) in source.facts.steps.iter().zip(0..) {
            imports_of(std::slice::from_ref(step), &mut |import| {
                let Resolution::Units(units) = space.resolve(file, &done.roots, import) else { return };
                let inner = match &import.what {
                    What::Name { name, .. } => units.last().and_then(|unit| space.submodule(unit, name)),
                    _ => None,
                };
                let of_names = matches!(import.what, What::Name { .. } | What::Star) && inner.is_none();
                if let Some(&Unit::File(module)) = units.last().filter(|_| of_names)
                    && members.contains(&module)
                {
                    read.wants.push((file, module, import));
                    if module == file {
                        read.first.entry(file).or_insert(at);
                    }
                }
                let executed: Vec<FileId> = units.iter().chain(&inner).filter_map(of_file).collect();
                for (place, reached) in executed.iter().enumerate().filter(|(_, reached)| members.contains(reached)) {
                    let before = executed.get(..place).unwrap_or_default();
                    // A relative import names no package further out than those that its own file is in.
                    let shared =
                        |known: &FileId| before.contains(known) || import.level > 0 && !executed.contains(known);
                    read.before.entry(*reached).and_modify(|known| known.retain(shared));
                    if *reached != file {
                        read.first.entry(file).or_insert(at);
                    }
                }
            });
        }
    }
    read
}

fn of_file(unit: &Unit) -> Option<FileId> {
    match unit {
        Unit::File(file) => Some(*file),
        Unit::Namespace(_) | Unit::Opaque => None,
    }
}

/// The names that a module has bound for good before this step.
fn bound_before(facts: &Facts, step: usize) -> HashSet<&str> {
    let own = facts.steps.iter().take(step).filter_map(|step| match step {
        Step::Bind(name) => Some(name.as_str()),
        Step::Import(Import { what: What::Module { bound } | What::Name { bound, .. }, .. }) => Some(bound.as_str()),
        _ => None,
    });
    let mut names: HashSet<&str> = own.collect();
    unbound_by(&facts.steps, &mut |name| {
        names.remove(name);
    });
    names
}
