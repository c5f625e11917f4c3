//! A class with all that it inherits.

use std::collections::BTreeMap;

use super::decorators::Effect;
use super::items::Finder;
use super::things::{Doubt, Thing};
use crate::python::namespace::{Bound, ClassBody};
use crate::testinfra::sources::FileId;

/// How many classes one class may inherit from.
const MAX_BASES: usize = 64;
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

impl<'a> Finder<'a> {
    /// What the names of a class stand for, inherited ones included.
    pub(super) fn attributes(self, view: &View<'a>) -> BTreeMap<String, Vec<Thing<'a>>> {
        let mut found: BTreeMap<String, Vec<Thing<'a>>> = BTreeMap::new();
        for (file, class) in &view.order {
            for (name, bound) in &class.body.names {
                let name = mangled(&class.name, name);
                let open = match found.get(&name) {
                    None => true,
                    // What may be unbound in a class is looked up in the next one.
                    Some(things) => things.iter().any(|thing| matches!(thing, Thing::Nothing)),
                };
                if open {
                    let mut things = found.remove(&name).unwrap_or_default();
                    things.retain(|thing| !matches!(thing, Thing::Nothing));
                    things.extend(self.names.things(*file, bound));
                    found.insert(name, things);
                }
            }
        }
        found
    }

    /// Follows the bases of a class.
    pub(super) fn view(self, file: FileId, class: &'a ClassBody) -> View<'a> {
        let mut view = View::default();
        self.inherit(file, class, &mut view);
        // In a diamond the last of the same classes counts, as in the method resolution order of Python.
        let mut order: Vec<(FileId, &ClassBody)> = Vec::new();
        for entry in view.order.iter().rev() {
            if !order.iter().any(|known| known.0 == entry.0 && known.1.range == entry.1.range) {
                order.push(*entry);
            }
        }
        order.reverse();
        view.order = order;
        for (file, class) in view.order.clone() {
            view.constructor |= ["__init__", "__new__"].iter().any(|name| class.body.names.contains_key(*name));
            if let Some(at) = &class.body.open {
                let text = format!("`{}` gets methods when the file runs", class.name);
                view.open.get_or_insert(Doubt { text, file, at: at.clone() });
            }
            match class.metaclass.as_deref() {
                None | Some("type") => {}
                Some(meta) if meta.rsplit('.').next() == Some("ABCMeta") => view.abstract_meta = true,
                Some(meta) => {
                    let text = format!("what the metaclass `{meta}` makes of it is not known");
                    view.doubt.get_or_insert(Doubt { text, file, at: class.range.clone() });
                }
            }
            for decorator in &class.decorators {
                match self.effect(file, decorator) {
                    Effect::Keeps | Effect::Wraps => {}
                    Effect::Constructs => view.constructor = true,
                    Effect::Replaces | Effect::Hides => {
                        let text = "what its decorator makes of it is not known".to_owned();
                        view.doubt.get_or_insert(Doubt { text, file, at: decorator.range.clone() });
                    }
                    Effect::Unknown(doubt) => drop(view.doubt.get_or_insert(doubt)),
                }
            }
            if view.flag.is_none()
                && let Some(bound) = class.body.names.get("__test__")
            {
                view.flag = Some(match bound[..] {
                    [Bound::Flag(flag)] => Ok(flag),
                    _ => {
                        Err(Doubt { text: "what `__test__` is is not known".to_owned(), file, at: class.range.clone() })
                    }
                });
            }
        }
        view
    }

    fn inherit(self, file: FileId, class: &'a ClassBody, view: &mut View<'a>) {
        if view.order.len() >= MAX_BASES {
            return;
        }
        view.order.push((file, class));
        for base in &class.bases {
            let unknown = |text: String| Doubt { text, file, at: class.range.clone() };
            let Some(name) = &base.name else {
                view.doubt.get_or_insert(unknown("a base is an expression".to_owned()));
                continue;
            };
            let things = if base.bound.is_empty() {
                self.names.dotted(file, name)
            } else {
                self.names.things(file, &base.bound)
            };
            match &things[..] {
                [Thing::Class(file, base)] if !std::ptr::eq(*base, class) => self.inherit(*file, base, view),
                [Thing::Outside(outside)] => {
                    view.outside(outside, || unknown(format!("what `{name}` brings is not known")))
                }
                _ => drop(view.doubt.get_or_insert(unknown(format!("what `{name}` is is not known")))),
            }
        }
    }
}

/// A class with all that it inherits from.
#[derive(Default)]
pub(super) struct View<'a> {
    /// The class and its bases, in the order in which names are looked up in them.
    pub(super) order: Vec<(FileId, &'a ClassBody)>,
    /// A subclass of unittest.TestCase.
    pub(super) unittest: bool,
    /// It has a constructor of its own or an inherited one.
    pub(super) constructor: bool,
    /// Its metaclass or an inherited one is ABCMeta.
    pub(super) abstract_meta: bool,
    /// `__test__` of the nearest class that sets it.
    pub(super) flag: Option<Result<bool, Doubt>>,
    /// Where it may get methods that no statement of it shows.
    pub(super) open: Option<Doubt>,
    /// Why nothing can be told of it.
    pub(super) doubt: Option<Doubt>,
}

impl View<'_> {
    fn outside(&mut self, name: &str, doubt: impl FnOnce() -> Doubt) {
        match name.rsplit('.').next().unwrap_or(name) {
            "object" | "Generic" => {}
            "ABC" => self.abstract_meta = true,
            last if last.ends_with("TestCase") => self.unittest = true,
            last if CONSTRUCTED.contains(&last) || last.ends_with("Error") || last.ends_with("Exception") => {
                self.constructor = true;
            }
            _ => drop(self.doubt.get_or_insert_with(doubt)),
        }
    }
}

/// A private name of a class as Python spells it.
fn mangled(class: &str, name: &str) -> String {
    if name.starts_with("__") && !name.ends_with("__") {
        return format!("_{}{name}", class.trim_start_matches('_'));
    }
    name.to_owned()
}
