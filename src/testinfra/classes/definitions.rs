//! Where a class is: as a `class` statement, or as a name that a test file takes from elsewhere.

use std::collections::HashSet;

use super::super::collect::{self, Entity};
use super::super::glob::PathGlobs;
use super::super::resolve::Space;
use super::super::sources::{FileId, FileState, PythonFile};
use crate::model::{Origin, Why, WhyKind};
use crate::python::facts::{Class, Step, What, imports_of};

/// A class as a file has it.
#[derive(Clone, Debug)]
pub(super) struct Definition<'a> {
    /// The file in which pytest finds it.
    pub(super) file: FileId,
    /// The file that has its `class` statement: the same, but for a class that is imported.
    pub(super) owner: FileId,
    /// What it says.
    pub(super) class: &'a Class,
    /// Where the first of these files names it.
    pub(super) origin: Origin,
}

/// What a file has under the name of a class.
pub(super) enum Found<'a> {
    Class(Definition<'a>),
    /// It cannot be told.
    Unknown(Why),
}

/// What a live file that matches the patterns has under this name.
pub(super) fn in_file<'a>(space: &'a Space<'a>, id: FileId, name: &str) -> Option<Found<'a>> {
    let file = space.sources.get(id)?;
    let at = place(file, name);
    let has_star = has_star(&file.facts.steps);
    if at.is_none() && !has_star {
        return file.facts.dynamic_names.then(|| {
            let text = format!("`{}` makes names that no statement binds", file.path);
            Found::Unknown(Why::at(WhyKind::Dynamic, text, file.source.line_origin(1)))
        });
    }
    let origin = file.source.origin(at.clone().unwrap_or(0..0));
    let unknown = |kind, text: &str| Some(Found::Unknown(Why::at(kind, format!("`{name}` {text}"), origin.clone())));
    match collect::lookup(space, id, name, usize::MAX, &mut HashSet::new()) {
        Some(Entity::Class(owner, class)) => Some(Found::Class(Definition { file: id, owner, class, origin })),
        Some(Entity::Other) => unknown(WhyKind::Dynamic, "is assigned what is only known when it runs"),
        Some(Entity::Function) => None,
        None if at.is_some() => unknown(WhyKind::ModuleUnavailable, "is imported from a module that was not read"),
        None => None,
    }
}

/// The last place at which a file binds a name by itself.
fn place(file: &PythonFile, name: &str) -> Option<std::ops::Range<usize>> {
    let facts = &file.facts;
    let classes = facts.classes.iter().filter(|class| class.name == name).map(|class| class.range.clone());
    let values = facts.values.iter().filter(|value| value.name == name).map(|value| value.at..value.at + name.len());
    let mut places: Vec<_> = classes.chain(values).collect();
    imports_of(&facts.steps, &mut |import| {
        if matches!(&import.what, What::Name { bound, .. } if bound == name) {
            places.push(import.range.clone());
        }
    });
    places.into_iter().max_by_key(|place| place.start)
}

fn has_star(steps: &[Step]) -> bool {
    let mut found = false;
    imports_of(steps, &mut |import| found |= import.what == What::Star);
    found
}

/// `class` statements of a name in other live files, and classes of that name inside other classes.
pub(super) fn elsewhere<'a>(
    space: &'a Space<'a>,
    name: &str,
    live: &HashSet<FileId>,
    globs: &PathGlobs,
) -> Vec<Definition<'a>> {
    let files = space.sources.files.iter().enumerate().filter(|(id, _)| live.contains(id));
    let mut found = Vec::new();
    for (id, file) in files {
        let nested = file.facts.classes.iter().flat_map(|class| &class.nested);
        let outer = file.facts.classes.iter().rev().filter(|_| !globs.any(&file.path));
        if let Some(class) = outer.chain(nested).find(|class| class.name == name) {
            let origin = file.source.origin(class.range.clone());
            found.push(Definition { file: id, owner: id, class, origin });
        }
    }
    found
}

/// Why a class may exist in a matching file that was not read.
pub(super) fn unseen(space: &Space<'_>, globs: &PathGlobs, live: &HashSet<FileId>) -> Option<Why> {
    let files = space.sources.files.iter().enumerate().filter(|(id, _)| live.contains(id));
    let unread = files.into_iter().find_map(|(_, file)| match &file.state {
        FileState::Unread(why) if globs.any(&file.path) => Some(why.clone()),
        _ => None,
    });
    unread.or_else(|| {
        let hidden =
            space.tree.opaque.iter().find(|path| globs.any(path) || globs.any(&format!("{path}/test_x.py")))?;
        Some(Why::new(WhyKind::FileUnreadable, format!("`{hidden}` was not looked at")))
    })
}
