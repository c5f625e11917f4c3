//! What pytest would collect, and classes with all that they inherit.
//!
//! | file | subject |
//! | --- | --- |
//! | [`session`], `starts`, `ignored` | which files are collected |
//! | `undecided` | what may change that |
//! | [`found`] | the tests of those files, and which of them fail |
//! | [`modules`] | by which name a file is imported, and whether that works |
//! | [`hooks`] | hooks of conftest files, which may change what is collected |
//! | [`items`], `inherited`, [`decorators`], [`things`] | the tests of a file |

pub mod decorators;
pub mod found;
pub mod hooks;
mod ignored;
mod inherited;
pub mod items;
pub mod modules;
pub mod session;
mod starts;
pub mod things;
mod undecided;

use std::collections::HashSet;
use std::sync::Arc;

use super::pytest_config::PytestConfig;
use super::resolve::{Space, Unit};
use super::sources::{FileId, PythonFile};
use crate::python::facts::{Class, Exports, Function, Import, ValueKind, What, imports_of};

/// How many classes the bases of one class are followed through.
const MAX_BASES: usize = 64;
/// How many files and names one name is followed through.
const MAX_HOPS: usize = 64;
/// Bases outside the repository that bring a constructor of their own.
const CONSTRUCTED: [&str; 15] = [
    "namedtuple",
    "Enum",
    "IntEnum",
    "StrEnum",
    "Flag",
    "IntFlag",
    "NamedTuple",
    "Protocol",
    "TypedDict",
    "dict",
    "list",
    "set",
    "tuple",
    "str",
    "int",
];

/// A class with what it inherits from the classes of the repository.
#[derive(Debug, Default)]
pub struct ClassView<'a> {
    /// Methods, own ones first, with the file that defines them.
    pub methods: Vec<(FileId, &'a Function)>,
    /// Classes inside, own ones first, with the file that defines them.
    pub nested: Vec<(FileId, &'a Class)>,
    /// Marks of it and its bases.
    pub marks: Vec<&'a str>,
    /// A subclass of unittest.TestCase.
    pub is_unittest: bool,
    /// It has a constructor of its own or an inherited one.
    pub has_constructor: bool,
    /// `__test__` of the nearest class that sets it.
    pub test_flag: Option<bool>,
    /// Its metaclass or an inherited one is ABCMeta.
    pub has_abstract_meta: bool,
    /// It or a base may have marks that are not understood.
    pub unknown_marks: bool,
    /// A base that is not a class of the repository, and may bring anything.
    pub unknown_base: Option<String>,
}

/// Follows the bases of a class.
pub fn view<'a>(space: &'a Space<'a>, file: FileId, class: &'a Class) -> ClassView<'a> {
    let mut view = ClassView::default();
    let mut seen = HashSet::new();
    inherit(space, file, class, &mut view, &mut seen);
    view
}

fn inherit<'a>(
    space: &'a Space<'a>,
    file: FileId,
    class: &'a Class,
    view: &mut ClassView<'a>,
    seen: &mut HashSet<(FileId, usize)>,
) {
    if seen.len() >= MAX_BASES || !seen.insert((file, class.range.start)) {
        return;
    }
    for method in &class.methods {
        if !view.methods.iter().any(|(_, known)| known.name == method.name) {
            view.methods.push((file, method.as_ref()));
        }
    }
    for (at, inner) in class.nested.iter().enumerate() {
        let replaced = class.nested.iter().skip(at + 1).any(|later| later.name == inner.name);
        if !replaced && !view.nested.iter().any(|(_, known)| known.name == inner.name) {
            view.nested.push((file, inner));
        }
    }
    view.marks.extend(class.marks.iter().map(String::as_str));
    view.has_constructor |= class.constructor.is_some();
    view.unknown_marks |= class.unknown_marks;
    view.test_flag = view.test_flag.or(class.test_flag);
    view.has_abstract_meta |= class.has_abstract_meta;
    for base in &class.bases {
        let Some(name) = base else {
            view.unknown_base.get_or_insert_with(|| "an expression".to_owned());
            continue;
        };
        // `class A(A)` means the one before it.
        let before = if *name == class.name { class.range.start } else { usize::MAX };
        if let Some(Entity::Class(file, base)) = lookup(space, file, name, before, &mut HashSet::new()) {
            inherit(space, file, base, view, seen);
            continue;
        }
        match outside_name(space, file, name) {
            "object" | "Generic" => {}
            "ABC" => view.has_abstract_meta = true,
            last if last.ends_with("TestCase") => view.is_unittest = true,
            last if CONSTRUCTED.contains(&last) || last.ends_with("Error") || last.ends_with("Exception") => {
                view.has_constructor = true;
            }
            _ => {
                view.unknown_base.get_or_insert_with(|| name.clone());
            }
        }
    }
}

/// The last component of what a name stands for outside the repository: `Base` of `from unittest import TestCase as Base`
/// is `TestCase`.
fn outside_name<'a>(space: &'a Space<'a>, file: FileId, name: &'a str) -> &'a str {
    let mut last = name.rsplit('.').next().unwrap_or(name);
    let Some(source) = space.sources.get(file) else { return last };
    imports_of(&source.facts.steps, &mut |import| {
        if let What::Name { name: imported, bound } = &import.what
            && bound == name
        {
            last = imported;
        }
    });
    last
}

/// What a name of a module means to the collection of tests.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entity<'a> {
    /// A function, or a value that may be called like one.
    Function,
    Class(FileId, &'a Class),
    Other,
}

/// One statement that binds a name.
enum Binding<'a> {
    Function,
    Class(&'a Class),
    Value(&'a ValueKind),
    Import(&'a Import),
}

/// The statements of a file that bind this name before an offset, last first.
fn bindings<'a>(source: &'a PythonFile, name: &str, before: usize) -> Vec<Binding<'a>> {
    let facts = &source.facts;
    let mut found: Vec<(usize, Binding<'a>)> = Vec::new();
    let functions = facts.functions.iter().filter(|function| function.name == name);
    found.extend(functions.map(|function| (function.range.start, Binding::Function)));
    let classes = facts.classes.iter().filter(|class| class.name == name);
    found.extend(classes.map(|class| (class.range.start, Binding::Class(class))));
    let values = facts.values.iter().filter(|value| value.name == name);
    found.extend(values.map(|value| (value.at, Binding::Value(&value.kind))));
    imports_of(&facts.steps, &mut |import| {
        if matches!(&import.what, What::Name { bound, .. } if bound == name) {
            found.push((import.range.start, Binding::Import(import)));
        }
    });
    found.retain(|(at, _)| *at < before);
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    found.into_iter().map(|(_, binding)| binding).collect()
}

/// What a dotted name means in a file; `None` where it leads out of the repository or to nothing. Every file and name
/// is passed once, so that files which import all of each other do not multiply the ways.
pub(super) fn lookup<'a>(
    space: &'a Space<'a>,
    file: FileId,
    name: &str,
    before: usize,
    seen: &mut HashSet<(FileId, String)>,
) -> Option<Entity<'a>> {
    if seen.len() >= MAX_HOPS || !seen.insert((file, name.to_owned())) {
        return None;
    }
    let source = space.sources.get(file)?;
    for binding in bindings(source, name, before) {
        match binding {
            Binding::Class(class) => return Some(Entity::Class(file, class)),
            Binding::Value(ValueKind::Alias(target)) => {
                return lookup(space, file, target, usize::MAX, seen).or(Some(Entity::Other));
            }
            Binding::Function | Binding::Value(ValueKind::Callable) => return Some(Entity::Function),
            Binding::Value(ValueKind::Other) => return Some(Entity::Other),
            Binding::Import(import) => {
                if let (What::Name { name: imported, .. }, Some(Unit::File(module))) =
                    (&import.what, space.module_of(file, import))
                    && let Some(found) = lookup(space, module, imported, usize::MAX, seen)
                {
                    return Some(found);
                }
            }
        }
    }
    let mut imports: Vec<&Import> = Vec::new();
    imports_of(&source.facts.steps, &mut |import| imports.push(import));
    for import in imports.into_iter().rev() {
        let (module, inner) = match &import.what {
            What::Name { name: imported, bound } => {
                // `from package import module`, then `module.Class`.
                let Some(rest) = name.strip_prefix(bound.as_str()).and_then(|rest| rest.strip_prefix('.')) else {
                    continue;
                };
                let package = space.module_of(file, import);
                (package.and_then(|package| space.submodule(&package, imported)), rest)
            }
            What::Module { bound } => {
                let full = if import.module.starts_with(bound.as_str()) { &import.module } else { bound };
                let Some(rest) = name.strip_prefix(full.as_str()).and_then(|rest| rest.strip_prefix('.')) else {
                    continue;
                };
                (space.module_of(file, import), rest)
            }
            What::Star => (space.module_of(file, import).filter(|module| exports(space, module, name)), name),
            What::Plugin => continue,
        };
        if let Some(Unit::File(module)) = module
            && let Some(found) = lookup(space, module, inner, usize::MAX, seen)
        {
            return Some(found);
        }
    }
    None
}

/// True where `from module import *` takes this name, if it is there.
fn exports(space: &Space<'_>, module: &Unit, name: &str) -> bool {
    let Unit::File(file) = module else { return false };
    match space.sources.get(*file).map(|file| &file.facts.exports) {
        Some(Exports::Names(names)) => names.iter().any(|exported| exported == name),
        _ => !name.starts_with('_'),
    }
}

/// The definition of a test of a file, given by the names of its classes and its own; `None` where it is not known, such
/// as for one that another module defines as a function.
pub fn definition<'a>(space: &'a Space<'a>, file: FileId, names: &[&str]) -> Option<(FileId, &'a Function)> {
    let (test, classes) = names.split_last()?;
    let Some((outer, inner)) = classes.split_first() else {
        let own = space.sources.get(file)?.facts.functions.iter().rev().find(|function| function.name == *test)?;
        return Some((file, own.as_ref()));
    };
    let Some(Entity::Class(at, class)) = lookup(space, file, outer, usize::MAX, &mut HashSet::new()) else {
        return None;
    };
    let mut view = view(space, at, class);
    for name in inner {
        let (at, class) = *view.nested.iter().find(|(_, class)| class.name == *name)?;
        view = self::view(space, at, class);
    }
    view.methods.into_iter().find(|(_, method)| method.name == *test)
}

/// The tests that the definitions of a file name, whether or not it can be imported: `test_a`, `TestB::test_c`.
pub fn defined(space: &Space<'_>, pytest: &PytestConfig, id: FileId) -> Vec<String> {
    let Some(file) = space.sources.get(id) else { return Vec::new() };
    let is_test = |function: &&Arc<Function>| !function.not_a_test && pytest.is_test_function(&function.name);
    let mut found: Vec<String> =
        file.facts.functions.iter().filter(is_test).map(|function| function.name.to_string()).collect();
    for class in &file.facts.classes {
        let view = view(space, id, class);
        if not_collected(pytest, &class.name, &view).is_none() {
            let tests = tests(pytest, &view).into_iter();
            found.extend(tests.map(|(_, test)| format!("{}::{}", class.name, test.name)));
        }
    }
    found
}

/// Why pytest does not collect a class that goes by this name, where it does not.
pub fn not_collected(pytest: &PytestConfig, name: &str, view: &ClassView<'_>) -> Option<String> {
    if view.test_flag == Some(false) {
        return Some("it or a base sets `__test__ = False`".to_owned());
    }
    if view.has_abstract_meta && view.methods.iter().any(|(_, method)| method.is_abstract) {
        return Some("it has abstract methods".to_owned());
    }
    if view.is_unittest {
        return None;
    }
    if view.test_flag != Some(true) && !pytest.is_test_class(name) {
        return Some(format!("its name does not match `python_classes` ({})", pytest.python_classes.join(" ")));
    }
    view.has_constructor.then(|| "it has a constructor (`__init__` or `__new__`)".to_owned())
}

/// The test methods of a class.
pub fn tests<'a>(pytest: &PytestConfig, view: &ClassView<'a>) -> Vec<(FileId, &'a Function)> {
    let is_test = |function: &Function| {
        !function.not_a_test
            && if view.is_unittest {
                function.name.starts_with("test")
            } else {
                pytest.is_test_function(&function.name)
            }
    };
    let found: Vec<_> = view.methods.iter().filter(|(_, method)| is_test(method)).copied().collect();
    if found.is_empty() && view.is_unittest {
        // The one test of a case that names none.
        return view.methods.iter().filter(|(_, method)| method.name == "runTest").copied().collect();
    }
    found
}

#[cfg(test)]
mod pytest;
