//! What names stand for, followed through the files of the repository.

use std::collections::HashSet;
use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::python::facts::{Exports, Function, Import, What, imports_of};
use crate::python::namespace::{Bound, ClassBody, Returns};
use crate::testinfra::resolve::{Space, Unit};
use crate::testinfra::sources::FileId;

/// How many files and names one name is followed through.
const MAX_HOPS: usize = 64;
/// Calls whose result is neither a function nor a class that has tests.
const PLAIN_CALLS: [&str; 12] = [
    "namedtuple",
    "TypeVar",
    "NewType",
    "getLogger",
    "Path",
    "compile",
    "Mock",
    "MagicMock",
    "AsyncMock",
    "dict",
    "list",
    "set",
];

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Thing<'a> {
    /// It is not bound.
    Nothing,
    /// A function of a file.
    Function(FileId, &'a Function),
    /// A class of a file.
    Class(FileId, &'a ClassBody),
    /// A function of which nothing else is known.
    Callable,
    /// Neither a function nor a class.
    Plain,
    /// `True` or `False`.
    Flag(bool),
    /// Something outside the repository, by its dotted name.
    Outside(String),
    /// Anything.
    Unknown(Doubt),
}

/// Why something cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// In words.
    pub text: String,
    /// Where.
    pub file: FileId,
    /// Where in the file.
    pub at: Range<usize>,
}

/// Follows names.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The repository.
    pub space: &'a Space<'a>,
}

type Seen = FxHashSet<(FileId, String)>;

impl<'a> Names<'a> {
    /// What these possibilities of a file stand for.
    pub fn things(self, file: FileId, bound: &'a [Bound]) -> Vec<Thing<'a>> {
        self.all(file, bound, &mut Seen::default())
    }

    /// What a dotted name stands for at the end of a file.
    pub fn dotted(self, file: FileId, name: &str) -> Vec<Thing<'a>> {
        self.follow(file, name, &mut Seen::default())
    }

    fn all(self, file: FileId, bound: &'a [Bound], seen: &mut Seen) -> Vec<Thing<'a>> {
        bound.iter().flat_map(|bound| self.thing(file, bound, seen)).collect()
    }

    fn thing(self, file: FileId, bound: &'a Bound, seen: &mut Seen) -> Vec<Thing<'a>> {
        let unknown = |text: String, at: &Range<usize>| Thing::Unknown(Doubt { text, file, at: at.clone() });
        vec![match bound {
            Bound::Unbound => Thing::Nothing,
            Bound::Function(function) => Thing::Function(file, function),
            Bound::Class(class) => Thing::Class(file, class),
            Bound::Callable => Thing::Callable,
            Bound::Flag(flag) => Thing::Flag(*flag),
            Bound::Texts(_) | Bound::Plain => Thing::Plain,
            Bound::Import(import) => return self.imported(file, import, seen),
            Bound::Alias(name) => return self.follow(file, name, seen),
            Bound::Unknown(at) => unknown("what it is is decided when the file runs".to_owned(), at),
            Bound::Call(name, at) => {
                let last = name.rsplit('.').next().unwrap_or(name);
                if PLAIN_CALLS.contains(&last) {
                    return vec![Thing::Plain];
                }
                match &self.follow(file, name, seen)[..] {
                    [Thing::Function(_, function)] if function.decorators.is_empty() => match &function.returns {
                        Returns::Nothing => Thing::Plain,
                        Returns::Function(_) => Thing::Callable,
                        _ => unknown(format!("what `{name}(…)` gives is not known"), at),
                    },
                    [Thing::Class(_, class)] if class.metaclass.is_none() => Thing::Plain,
                    _ => unknown(format!("what `{name}(…)` gives is not known"), at),
                }
            }
        }]
    }

    fn imported(self, file: FileId, import: &Import, seen: &mut Seen) -> Vec<Thing<'a>> {
        let What::Name { name, .. } = &import.what else { return vec![Thing::Plain] };
        match self.space.module_of(file, import) {
            Some(Unit::File(module)) => self.of_module(module, name, seen, file, import),
            Some(Unit::Namespace(_)) => vec![Thing::Plain],
            Some(Unit::Opaque) => vec![Thing::Unknown(Doubt {
                text: format!("`{}` is not Python source that was read", import.module),
                file,
                at: import.range.clone(),
            })],
            None => vec![Thing::Outside(format!("{}.{name}", import.module))],
        }
    }

    fn of_module(self, module: FileId, name: &str, seen: &mut Seen, file: FileId, import: &Import) -> Vec<Thing<'a>> {
        let found = self.follow(module, name, seen);
        let is_bound = !matches!(found[..], [] | [Thing::Nothing]);
        if is_bound || self.space.submodule(&Unit::File(module), name).is_none() {
            let dynamic = self.space.sources.get(module).is_some_and(|source| source.facts.dynamic_names);
            if !is_bound && dynamic {
                let text = format!("`{}` makes its names when it runs", import.module);
                return vec![Thing::Unknown(Doubt { text, file, at: import.range.clone() })];
            }
            return found;
        }
        vec![Thing::Plain]
    }

    /// Every file and name is passed once, so that files which import all of each other do not multiply the ways.
    fn follow(self, file: FileId, name: &str, seen: &mut Seen) -> Vec<Thing<'a>> {
        if seen.len() >= MAX_HOPS || !seen.insert((file, name.to_owned())) {
            return vec![Thing::Nothing];
        }
        let Some(source) = self.space.sources.get(file) else { return vec![Thing::Nothing] };
        let facts = &source.facts;
        if let Some(bound) = facts.namespace.names.get(name) {
            return self.all(file, bound, seen);
        }
        let mut imports: Vec<&Import> = Vec::new();
        imports_of(&facts.steps, &mut |import| imports.push(import));
        let Some((head, rest)) = name.split_once('.') else {
            for import in imports.iter().rev().filter(|import| import.what == What::Star) {
                if let Some(module) = self.star(file, import, name) {
                    return self.follow(module, name, seen);
                }
            }
            return if is_builtin(name) { vec![Thing::Outside(name.to_owned())] } else { vec![Thing::Nothing] };
        };
        if let Some([Bound::Class(class)]) = facts.namespace.names.get(head).map(Vec::as_slice) {
            return match class.body.names.get(rest) {
                Some(bound) => self.all(file, bound, seen),
                None => vec![Thing::Nothing],
            };
        }
        for import in imports.into_iter().rev() {
            let (unit, inner, outside) = match &import.what {
                What::Name { name: imported, bound } if bound == head => {
                    let package = self.space.module_of(file, import);
                    let unit = package.and_then(|package| self.space.submodule(&package, imported));
                    (unit, rest, format!("{}.{imported}.{rest}", import.module))
                }
                What::Module { bound } => {
                    let full = if import.module.starts_with(bound.as_str()) { &import.module } else { bound };
                    let Some(inner) = name.strip_prefix(full.as_str()).and_then(|rest| rest.strip_prefix('.')) else {
                        continue;
                    };
                    (self.space.module_of(file, import), inner, format!("{}.{inner}", import.module))
                }
                _ => continue,
            };
            return match unit {
                Some(Unit::File(module)) => self.follow(module, inner, seen),
                _ => vec![Thing::Outside(outside)],
            };
        }
        vec![Thing::Outside(name.to_owned())]
    }

    /// The module from which `*` takes this name.
    fn star(self, file: FileId, import: &Import, name: &str) -> Option<FileId> {
        let Some(Unit::File(module)) = self.space.module_of(file, import) else { return None };
        let facts = &self.space.sources.get(module)?.facts;
        let exported = match &facts.exports {
            Exports::Names(names) => names.iter().any(|exported| exported == name),
            Exports::Absent | Exports::Dynamic => !name.starts_with('_'),
        };
        exported.then_some(module)
    }

    /// The names that a file takes from others by `*`, with why there may be more.
    pub fn starred(self, file: FileId) -> (Vec<String>, Option<Doubt>) {
        let (mut names, mut doubt) = (Vec::new(), None);
        self.gather(file, &mut names, &mut doubt, &mut HashSet::new());
        (names, doubt)
    }

    fn gather(self, file: FileId, names: &mut Vec<String>, doubt: &mut Option<Doubt>, seen: &mut HashSet<FileId>) {
        if seen.len() >= MAX_HOPS || !seen.insert(file) {
            return;
        }
        let Some(source) = self.space.sources.get(file) else { return };
        let mut stars: Vec<&Import> = Vec::new();
        imports_of(&source.facts.steps, &mut |import| {
            if import.what == What::Star {
                stars.push(import);
            }
        });
        for import in stars {
            let Some(Unit::File(module)) = self.space.module_of(file, import) else { continue };
            let Some(facts) = self.space.sources.get(module).map(|source| &source.facts) else { continue };
            let dynamic = facts.namespace.open.is_some() || facts.exports == Exports::Dynamic;
            if dynamic && doubt.is_none() {
                let text = format!("what `*` takes from `{}` is decided when it runs", import.module);
                *doubt = Some(Doubt { text, file, at: import.range.clone() });
            }
            match &facts.exports {
                Exports::Names(exported) => names.extend(exported.iter().cloned()),
                _ => {
                    names.extend(
                        facts.namespace.names.keys().filter(|name| !name.starts_with('_')).map(ToString::to_string),
                    );
                    self.gather(module, names, doubt, seen);
                }
            }
        }
    }
}

fn is_builtin(name: &str) -> bool {
    const COMMON: [&str; 26] = [
        "object",
        "type",
        "int",
        "str",
        "float",
        "bool",
        "bytes",
        "dict",
        "list",
        "set",
        "tuple",
        "frozenset",
        "len",
        "print",
        "open",
        "max",
        "min",
        "sum",
        "sorted",
        "iter",
        "map",
        "filter",
        "zip",
        "range",
        "super",
        "property",
    ];
    COMMON.contains(&name)
        || name.ends_with("Error")
        || name.ends_with("Exception")
        || matches!(name, "staticmethod" | "classmethod")
}
