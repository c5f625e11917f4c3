//! What pytest would collect: classes with all that they inherit, and the tests of a file.

use std::collections::HashSet;

use super::pytest_config::PytestConfig;
use super::resolve::{Resolution, Space, Unit};
use super::roots::{folder_of, is_within};
use super::sources::{FileId, FileState, PythonFile};
use crate::python::facts::{Class, Function, Import, Step, What, imports_of};

/// How far a base class is followed through other files and classes.
const MAX_HOPS: usize = 24;

/// A class with what it inherits from the classes of the repository.
#[derive(Debug, Default)]
pub struct ClassView<'a> {
    /// Methods, own ones first, with the file that defines them.
    pub methods: Vec<(FileId, &'a Function)>,
    /// Marks of it and its bases.
    pub marks: Vec<&'a str>,
    /// A subclass of unittest.TestCase.
    pub is_unittest: bool,
    /// It has a constructor of its own or an inherited one.
    pub has_constructor: bool,
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
    if seen.len() >= MAX_HOPS || !seen.insert((file, class.range.start)) {
        return;
    }
    for method in &class.methods {
        if !view.methods.iter().any(|(_, known)| known.name == method.name) {
            view.methods.push((file, method));
        }
    }
    view.marks.extend(class.marks.iter().map(String::as_str));
    view.has_constructor |= class.constructor.is_some();
    for base in &class.bases {
        let Some(name) = base else {
            view.unknown_base.get_or_insert_with(|| "an expression".to_owned());
            continue;
        };
        match find_class(space, file, name, 0) {
            Some((file, base)) => inherit(space, file, base, view, seen),
            None => match name.rsplit('.').next().unwrap_or(name) {
                "object" | "ABC" | "Generic" => {}
                last if last.ends_with("TestCase") => view.is_unittest = true,
                _ => {
                    view.unknown_base.get_or_insert_with(|| name.clone());
                }
            },
        }
    }
}

/// The class that a dotted name means in a file, where it is one of the repository.
fn find_class<'a>(space: &'a Space<'a>, file: FileId, name: &str, hops: usize) -> Option<(FileId, &'a Class)> {
    if hops > MAX_HOPS {
        return None;
    }
    let source = space.sources.get(file)?;
    if let Some(class) = source.facts.classes.iter().rev().find(|class| class.name == name) {
        return Some((file, class));
    }
    let mut imports: Vec<&Import> = Vec::new();
    imports_of(&source.facts.steps, &mut |import| imports.push(import));
    for import in imports.into_iter().rev() {
        let (module, inner) = match &import.what {
            What::Name { name: imported, bound } if bound == name => {
                (module_of(space, file, import), imported.as_str())
            }
            What::Name { name: imported, bound } => {
                // `from package import module`, then `module.Class`.
                let Some(rest) = name.strip_prefix(bound.as_str()).and_then(|rest| rest.strip_prefix('.')) else {
                    continue;
                };
                let package = module_of(space, file, import);
                (package.and_then(|package| space.submodule(&package, imported)), rest)
            }
            What::Module { bound } => {
                let full = if import.module.starts_with(bound.as_str()) { &import.module } else { bound };
                let Some(rest) = name.strip_prefix(full.as_str()).and_then(|rest| rest.strip_prefix('.')) else {
                    continue;
                };
                (module_of(space, file, import), rest)
            }
            What::Star => (module_of(space, file, import), name),
            What::Plugin => continue,
        };
        if let Some(Unit::File(module)) = module
            && module != file
            && let Some(found) = find_class(space, module, inner, hops + 1)
        {
            return Some(found);
        }
    }
    None
}

fn module_of(space: &Space<'_>, file: FileId, import: &Import) -> Option<Unit> {
    match space.resolve(file, &space.roots_of(file), import) {
        Resolution::Units(units) => units.last().cloned(),
        _ => None,
    }
}

/// Why pytest does not collect a class, where it does not.
pub fn not_collected(pytest: &PytestConfig, class: &Class, view: &ClassView<'_>) -> Option<String> {
    if class.opted_out {
        return Some("it sets `__test__ = False`".to_owned());
    }
    if class.is_abstract {
        return Some("it has abstract methods".to_owned());
    }
    if view.is_unittest {
        return None;
    }
    if !pytest.is_test_class(&class.name) {
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
    view.methods.iter().filter(|(_, method)| is_test(method)).copied().collect()
}

/// How many tests pytest would collect from a file that can be imported.
pub fn count(space: &Space<'_>, pytest: &PytestConfig, id: FileId, file: &PythonFile) -> usize {
    let compiles = matches!(file.state, FileState::Compiles | FileState::NeedsLaterVersion(_));
    let ends = file.facts.steps.iter().any(|step| matches!(step, Step::Stop(_)));
    if !compiles || ends || in_unvisited_folder(space, pytest, &file.path) {
        return 0;
    }
    let functions = file.facts.functions.iter();
    let names: HashSet<&str> = functions
        .filter(|function| !function.not_a_test && pytest.is_test_function(&function.name))
        .map(|function| function.name.as_str())
        .collect();
    let mut total = names.len();
    for (at, class) in file.facts.classes.iter().enumerate() {
        // A later class of the same name takes the place of an earlier one.
        let replaced = file.facts.classes.iter().skip(at + 1).any(|later| later.name == class.name);
        if !replaced {
            total += count_class(space, pytest, id, class);
        }
    }
    total
}

/// The nesting of classes is bounded where they are read.
fn count_class(space: &Space<'_>, pytest: &PytestConfig, file: FileId, class: &Class) -> usize {
    let view = view(space, file, class);
    if not_collected(pytest, class, &view).is_some() {
        return 0;
    }
    let nested: usize = class.nested.iter().map(|inner| count_class(space, pytest, file, inner)).sum();
    tests(pytest, &view).len() + if view.is_unittest { 0 } else { nested }
}

/// True for a file in a folder that pytest does not enter.
fn in_unvisited_folder(space: &Space<'_>, pytest: &PytestConfig, path: &str) -> bool {
    let mut folder = folder_of(path);
    while !folder.is_empty() && folder != space.root && is_within(folder, space.root) {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        if pytest.norecursedirs.iter().any(|pattern| super::glob::fnmatch(pattern, name)) {
            return true;
        }
        folder = folder_of(folder);
    }
    false
}
