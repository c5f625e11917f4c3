//! The tests of a module and of its classes, as pytest finds them by name.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::decorators::{Effect, effect};
use super::things::{Doubt, Names, Thing};
use crate::python::facts::{Function, Unfilled};
use crate::python::namespace::{ClassBody, Decorator};
use crate::testinfra::pytest_config::PytestConfig;
use crate::testinfra::sources::FileId;

/// How deep classes inside classes are followed.
const MAX_NESTING: usize = 8;
/// Names outside the repository that look like tests, and have none.
const NO_TESTS: [&str; 8] =
    ["TestClient", "TestCase", "TestSuite", "TestLoader", "TestResult", "TestProgram", "TestServer", "TestRequest"];

/// What is collected under some collector: ids are relative to it, joined by `::`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Items {
    /// Tests.
    pub tests: Vec<String>,
    /// Collectors that fail, with the reason; an empty id is the collector itself.
    pub errors: BTreeMap<String, Doubt>,
    /// What cannot be told: the id of a test or class, or an empty id for anything.
    pub unsure: BTreeMap<String, Doubt>,
    /// Classes that go by the name of tests, and are not collected, with the reason.
    pub left_out: Vec<(String, Doubt)>,
}

impl Items {
    fn unknown(name: &str, doubt: Doubt) -> Self {
        Self { unsure: BTreeMap::from([(name.to_owned(), doubt)]), ..Self::default() }
    }

    fn test(name: &str) -> Self {
        Self { tests: vec![name.to_owned()], ..Self::default() }
    }

    fn take(&mut self, other: Self) {
        self.tests.extend(other.tests);
        self.errors.extend(other.errors);
        self.unsure.extend(other.unsure);
        self.left_out.extend(other.left_out);
    }

    fn below(self, name: &str) -> Self {
        let full = |inner: String| if inner.is_empty() { name.to_owned() } else { [name, &inner].join("::") };
        Self {
            tests: self.tests.into_iter().map(full).collect(),
            errors: self.errors.into_iter().map(|(id, doubt)| (full(id), doubt)).collect(),
            unsure: self.unsure.into_iter().map(|(id, doubt)| (full(id), doubt)).collect(),
            left_out: self.left_out,
        }
    }
}

/// Finds tests.
#[derive(Clone, Copy, Debug)]
pub struct Finder<'a> {
    /// What names stand for.
    pub names: Names<'a>,
    /// Settings of pytest.
    pub pytest: &'a PytestConfig,
    /// TestCase classes are collected as such.
    pub unittest: bool,
    /// What is known of decorators.
    pub effects: &'a Effects<'a>,
}

/// What decorators do, by the file that names them: most tests of a file have the same few.
pub type Effects<'a> = RefCell<FxHashMap<(FileId, &'a str, bool, bool), Effect>>;

impl<'a> Finder<'a> {
    /// The tests of a module that can be imported.
    pub fn module(self, file: FileId) -> Items {
        let mut items = Items::default();
        let Some(source) = self.names.space.sources.get(file) else { return items };
        let facts = &source.facts;
        match facts.namespace.names.get("__test__").map(|bound| self.names.things(file, bound)).as_deref() {
            None | Some([Thing::Flag(true) | Thing::Nothing]) => {}
            Some([Thing::Flag(false)]) => return items,
            Some(_) => {
                let text = "what `__test__` is is not known".to_owned();
                return Items::unknown("", Doubt { text, file, at: 0..0 });
            }
        }
        if let Some(at) = &facts.namespace.open {
            let text = "names are made when the file runs".to_owned();
            items.take(Items::unknown("", Doubt { text, file, at: at.clone() }));
        }
        for (name, bound) in &facts.namespace.names {
            let things = self.names.things(file, bound);
            items.take(self.one_of(name, &things, file, 0));
        }
        let (starred, doubt) = self.names.starred(file);
        if let Some(doubt) = doubt {
            items.take(Items::unknown("", doubt));
        }
        for name in starred.iter().filter(|name| !facts.namespace.names.contains_key(name.as_str())) {
            let things = self.names.dotted(file, name);
            items.take(self.one_of(name, &things, file, 0));
        }
        items.tests.sort_unstable();
        items.tests.dedup();
        // An error of the module leaves nothing of it.
        if let Some(doubt) = items.errors.get("").cloned() {
            items = Items { errors: BTreeMap::from([(String::new(), doubt)]), ..Items::default() };
        }
        items
    }

    /// What is collected under a name that may stand for several things.
    fn one_of(self, name: &str, things: &[Thing<'a>], module: FileId, depth: usize) -> Items {
        let mut all = things.iter().map(|thing| self.item(name, thing, module, depth));
        let Some(first) = all.next() else { return Items::default() };
        let mut differ = false;
        let mut place = None;
        for other in all {
            differ |= other != first;
            place = place.or_else(|| other.unsure.values().next().cloned());
        }
        if !differ {
            return first;
        }
        let place = place.or_else(|| first.unsure.values().next().cloned()).or_else(|| {
            things.iter().find_map(|thing| match thing {
                Thing::Function(file, function) => {
                    let text = "whether it is defined is decided when the file runs".to_owned();
                    Some(Doubt { text, file: *file, at: function.range.clone() })
                }
                Thing::Class(file, class) => {
                    let text = "whether it is defined is decided when the file runs".to_owned();
                    Some(Doubt { text, file: *file, at: class.range.clone() })
                }
                _ => None,
            })
        });
        let text = "what it is is decided when the file runs".to_owned();
        Items::unknown(name, place.unwrap_or(Doubt { text, file: module, at: 0..0 }))
    }

    fn item(self, name: &str, thing: &Thing<'a>, module: FileId, depth: usize) -> Items {
        let is_function = self.pytest.is_test_function(name);
        let elsewhere = |file: FileId| depth == 0 && !self.pytest.collect_imported_tests && file != module;
        match thing {
            Thing::Nothing | Thing::Plain | Thing::Flag(_) => Items::default(),
            Thing::Function(file, _) | Thing::Class(file, _) if elsewhere(*file) => Items::default(),
            Thing::Function(file, function) => self.function(name, *file, function),
            Thing::Class(file, class) => self.class(name, *file, class, depth),
            Thing::Callable if is_function => Items::test(name),
            Thing::Callable => Items::default(),
            Thing::Outside(outside) => {
                let last = outside.rsplit('.').next().unwrap_or(outside);
                let looks = is_function || self.pytest.is_test_class(name);
                let is_class = last.starts_with(char::is_uppercase);
                // A class under the name of a function is no test, nor is the other way round.
                if !looks || NO_TESTS.contains(&last) || !outside.contains('.') || (is_class && is_function) {
                    return Items::default();
                }
                let text = format!("`{outside}` is outside of the repository");
                Items::unknown(name, Doubt { text, file: module, at: 0..0 })
            }
            Thing::Unknown(doubt) if is_function || self.pytest.is_test_class(name) => {
                Items::unknown(name, doubt.clone())
            }
            Thing::Unknown(_) => Items::default(),
        }
    }

    fn function(self, name: &str, file: FileId, function: &'a Function) -> Items {
        if !self.pytest.is_test_function(name) && function.test_flag != Some(true) {
            return Items::default();
        }
        let mut wrapped = false;
        for decorator in function.decorators.iter().rev() {
            match self.effect(file, decorator) {
                Effect::Keeps => {}
                Effect::Wraps | Effect::Replaces => wrapped = true,
                Effect::Hides | Effect::Constructs => return Items::default(),
                Effect::Unknown(doubt) => return Items::unknown(name, doubt),
            }
        }
        if function.test_flag == Some(false) {
            return Items::default();
        }
        let fails = |text: String, at| Items {
            errors: BTreeMap::from([(String::new(), Doubt { text, file, at })]),
            ..Items::default()
        };
        // The class or module of a generator cannot be collected at all.
        if function.yields && !wrapped && !function.is_async {
            return fails(format!("`{name}` is a generator, which pytest refuses"), function.range.clone());
        }
        if let Some(Unfilled { name: wanted, at, alone }) = function.unfilled.as_deref().filter(|_| !wrapped) {
            let text = format!("`{name}` has no parameter `{wanted}`");
            // A fixture that it uses may have that parameter.
            let alone = *alone && !function.marks.iter().any(|mark| mark == "usefixtures");
            if alone && !self.has_automatic_fixtures() {
                return fails(text, at.clone());
            }
            return Items::unknown("", Doubt { text, file, at: at.clone() });
        }
        Items::test(name)
    }

    /// What a decorator of a file does.
    pub(super) fn effect(self, file: FileId, decorator: &'a Decorator) -> Effect {
        let Some(name) = decorator.name.as_deref() else { return effect(self.names, file, decorator) };
        let key = (file, name, decorator.called, decorator.without_init);
        if let Some(known) = self.effects.borrow().get(&key) {
            return known.clone();
        }
        let found = effect(self.names, file, decorator);
        // A doubt has its own place.
        if !matches!(found, Effect::Unknown(_)) {
            self.effects.borrow_mut().insert(key, found.clone());
        }
        found
    }

    fn has_automatic_fixtures(self) -> bool {
        self.names.space.sources.files.iter().any(|file| file.facts.mentions_autouse)
    }

    fn class(self, name: &str, file: FileId, class: &'a ClassBody, depth: usize) -> Items {
        let named = self.pytest.is_test_class(name);
        let has = |start: &str| class.body.names.keys().any(|name| name.starts_with(start));
        if !named && class.bases.is_empty() && !has("test") && !has("__test__") {
            // Most classes that test files import: nothing makes tests of them.
            return Items::default();
        }
        let view = self.view(file, class);
        let left_out = |text: String| Items {
            left_out: vec![(name.to_owned(), Doubt { text, file, at: class.range.clone() })],
            ..Items::default()
        };
        let flag = match view.flag {
            Some(Ok(flag)) => Some(flag),
            Some(Err(doubt)) => return Items::unknown(name, doubt),
            None => None,
        };
        let unittest = view.unittest && self.unittest;
        if !unittest && !named && flag != Some(true) {
            // A base of which nothing is known may be a TestCase, whose name does not matter.
            let tests =
                view.order.iter().any(|(_, class)| class.body.names.keys().any(|name| name.starts_with("test")));
            return match view.doubt {
                Some(doubt) if tests && self.unittest && flag != Some(false) => Items::unknown(name, doubt),
                _ => Items::default(),
            };
        }
        if let Some(doubt) = view.doubt {
            return Items::unknown(name, doubt);
        }
        if flag == Some(false) {
            return Items::default();
        }
        let attributes = self.attributes(&view);
        let is_abstract = view.abstract_meta
            && attributes
                .values()
                .any(|things| matches!(things[..], [Thing::Function(_, function)] if function.is_abstract));
        if is_abstract {
            return Items::default();
        }
        if !unittest && (view.constructor || view.unittest) {
            if !attributes.keys().any(|name| self.pytest.is_test_function(name)) {
                return Items::default();
            }
            return left_out("it has a constructor (`__init__` or `__new__`)".to_owned());
        }
        let mut items = Items::default();
        if let Some(doubt) = view.open {
            items.take(Items::unknown("", doubt));
        }
        for (attribute, things) in &attributes {
            if unittest {
                if attribute.starts_with("test") {
                    items.take(self.method_of_case(attribute, things));
                }
            } else if depth < MAX_NESTING {
                items.take(self.one_of(attribute, things, file, depth + 1));
            }
        }
        if unittest && items.tests.is_empty() && attributes.contains_key("runTest") {
            items.tests.push("runTest".to_owned());
        }
        if items.errors.contains_key("") {
            items.tests.clear();
            items.unsure.clear();
        }
        items.below(name)
    }

    /// A name that unittest takes for a test: anything that can be called.
    fn method_of_case(self, name: &str, things: &[Thing<'a>]) -> Items {
        let one = |thing: &Thing<'a>| match thing {
            Thing::Function(file, function) => {
                let hides = function.decorators.iter().find_map(|decorator| match self.effect(*file, decorator) {
                    Effect::Hides => Some(Items::default()),
                    Effect::Unknown(doubt) => Some(Items::unknown(name, doubt)),
                    _ => None,
                });
                hides.unwrap_or_else(|| {
                    if function.test_flag == Some(false) { Items::default() } else { Items::test(name) }
                })
            }
            Thing::Callable | Thing::Class(..) => Items::test(name),
            Thing::Unknown(doubt) => Items::unknown(name, doubt.clone()),
            _ => Items::default(),
        };
        let mut all = things.iter().map(one);
        let Some(first) = all.next() else { return Items::default() };
        let at = things.iter().find_map(|thing| match thing {
            Thing::Function(file, function) => Some((*file, function.range.clone())),
            _ => None,
        });
        match (all.all(|other| other == first), at) {
            (true, _) => first,
            (false, Some((file, at))) => Items::unknown(
                name,
                Doubt { text: "whether it is defined is decided when the file runs".to_owned(), file, at },
            ),
            (false, None) => first,
        }
    }
}
