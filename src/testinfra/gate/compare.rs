//! What a migration lost, by identity: a test whose body is elsewhere has moved, and is not lost.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::identities::{Identities, Test};
use crate::model::tests::ImportVerdict;

/// What has become of what was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Tests that were collected and are nowhere, by node id.
    pub lost_tests: Vec<String>,
    /// Tests that are there, and whose file cannot be imported any more.
    pub broken_tests: Vec<String>,
    /// Tests that are now elsewhere or have another name.
    pub moved_tests: Vec<Moved>,
    /// Tests whose body did something and is a stub now.
    pub emptied_tests: Vec<String>,
    /// Tests that were not there before.
    pub new_tests: usize,
    /// Required classes that were fit and are missing or unfit, with what they are.
    pub lost_classes: Vec<String>,
    /// Required classes that are defined elsewhere now.
    pub moved_classes: Vec<Moved>,
    /// Critical imports that worked and are broken, with the statement at the root.
    pub broken_imports: Vec<String>,
    /// Categories whose number of tests has changed.
    pub categories: Vec<Shrunk>,
    /// What cannot be told, and why.
    pub not_checked: Vec<String>,
}

/// Something that moved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Moved {
    /// Where it was.
    pub from: String,
    /// Where it is.
    pub to: String,
}

/// A category before and now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shrunk {
    /// Its name.
    pub name: String,
    /// Tests before.
    pub before: usize,
    /// Tests now.
    pub now: usize,
}

impl Comparison {
    /// True where something was lost.
    pub fn has_loss(&self) -> bool {
        let lists =
            [&self.lost_tests, &self.broken_tests, &self.emptied_tests, &self.lost_classes, &self.broken_imports];
        lists.iter().any(|list| !list.is_empty())
    }
}

/// Compares what was recorded with what there is.
pub fn compare(before: &Identities, now: &Identities) -> Comparison {
    let mut found = Comparison::default();
    tests(before, now, &mut found);
    classes(before, now, &mut found);
    imports(before, now, &mut found);
    let names: BTreeSet<&String> = before.categories.keys().chain(now.categories.keys()).collect();
    for name in names {
        let count = |of: &Identities| of.categories.get(name).map_or(0, |counts| counts.tests);
        if count(before) != count(now) {
            found.categories.push(Shrunk { name: name.clone(), before: count(before), now: count(now) });
        }
    }
    found.not_checked.extend(now.incomplete.iter().cloned());
    found.not_checked.extend(before.incomplete.iter().map(|why| format!("when it was recorded: {why}")));
    found
}

fn tests(before: &Identities, now: &Identities, found: &mut Comparison) {
    let old: BTreeMap<&str, &Test> = before.tests.iter().map(|test| (test.id.as_str(), test)).collect();
    let new: BTreeMap<&str, &Test> = now.tests.iter().map(|test| (test.id.as_str(), test)).collect();
    let mut added: BTreeMap<&str, &Test> =
        new.iter().filter(|(id, _)| !old.contains_key(*id)).map(|(id, test)| (*id, *test)).collect();
    let mut gone: Vec<&Test> = Vec::new();
    for (id, test) in &old {
        match new.get(id) {
            Some(is) => judge_kept(test, is, found),
            None => gone.push(test),
        }
    }
    // The surest likeness first: a test that could be two others must not take the place of one that is certainly it.
    for likeness in [Likeness::NameAndBody, Likeness::Body, Likeness::Name] {
        let mut by_key: BTreeMap<String, Vec<&Test>> = BTreeMap::new();
        for test in added.values().rev() {
            if let Some(key) = likeness.key(test) {
                by_key.entry(key).or_default().push(test);
            }
        }
        gone.retain(|test| {
            let Some(to) = likeness.key(test).and_then(|key| by_key.get_mut(&key)?.pop()) else { return true };
            added.remove(to.id.as_str());
            judge_kept(test, to, found);
            found.moved_tests.push(Moved { from: test.id.clone(), to: to.id.clone() });
            false
        });
    }
    // What did not run before is no loss of this migration.
    found.lost_tests = gone.iter().filter(|test| test.runs).map(|test| test.id.clone()).collect();
    found.moved_tests.sort();
    found.new_tests = added.len();
}

fn judge_kept(before: &Test, now: &Test, found: &mut Comparison) {
    if before.runs && !now.runs {
        found.broken_tests.push(now.id.clone());
    }
    if !before.stub && now.stub {
        found.emptied_tests.push(now.id.clone());
    }
}

/// By what two tests are the same.
enum Likeness {
    NameAndBody,
    /// Only for bodies that do something: stubs are all alike.
    Body,
    /// A test that does nothing, or of which the body is not known, goes by its classes and name.
    Name,
}

impl Likeness {
    /// Tests with the same key are the same; `None` for a test that this says nothing of.
    fn key(&self, test: &Test) -> Option<String> {
        let body = test.body.as_deref().filter(|_| !test.stub);
        match self {
            Self::NameAndBody => Some(format!("{}:{}", body?, test.id.rsplit("::").next()?)),
            Self::Body => body.map(str::to_owned),
            Self::Name if body.is_none() => Some(names(&test.id)),
            Self::Name => None,
        }
    }
}

/// The classes and the function of a node id.
fn names(id: &str) -> String {
    id.split_once("::").map_or_else(|| id.to_owned(), |(_, names)| names.to_owned())
}

fn classes(before: &Identities, now: &Identities, found: &mut Comparison) {
    for class in before.classes.iter().filter(|class| class.fit == Some(true)) {
        let name = format!("{} ({})", class.name, class.category);
        let Some(is) = now.classes.iter().find(|is| is.name == class.name && is.category == class.category) else {
            found.lost_classes.push(format!("{name} is not required any more"));
            continue;
        };
        let files = |places: &[String]| -> BTreeSet<String> {
            places.iter().filter_map(|place| Some(place.rsplit_once(':')?.0.to_owned())).collect()
        };
        match is.fit {
            Some(true) => {
                if files(&class.places).is_disjoint(&files(&is.places)) {
                    let shown = |places: &[String]| places.first().cloned().unwrap_or_default();
                    let (from, to) = (shown(&class.places), shown(&is.places));
                    found.moved_classes.push(Moved { from: format!("{} in {from}", class.name), to });
                }
            }
            Some(false) if is.places.is_empty() => found.lost_classes.push(format!("{name} is not defined any more")),
            Some(false) => found.lost_classes.push(format!("{name} is not fit any more: {}", is.places.join(", "))),
            None => found.not_checked.push(format!("whether {name} is defined cannot be told")),
        }
    }
}

fn imports(before: &Identities, now: &Identities, found: &mut Comparison) {
    for import in before.critical_imports.iter().filter(|import| import.verdict == ImportVerdict::Ok) {
        let module = &import.module;
        match now.critical_imports.iter().find(|is| is.module == *module) {
            Some(is) if is.verdict == ImportVerdict::Broken => {
                let root = is.chain.last().map(|link| format!(" at {link}")).unwrap_or_default();
                found.broken_imports.push(format!("{module} cannot be imported any more{root}"));
            }
            Some(is) if is.verdict == ImportVerdict::NotChecked => {
                found.not_checked.push(format!("whether {module} can be imported cannot be told"));
            }
            Some(_) => {}
            None => found.broken_imports.push(format!("{module} is not a critical import any more")),
        }
    }
}

#[cfg(test)]
mod unit_tests {
    use std::slice;

    use super::*;

    fn test(id: &str, body: &str) -> Test {
        Test { id: id.to_owned(), body: Some(body.to_owned()), stub: body.is_empty(), runs: true }
    }

    fn compared(before: &[Test], now: &[Test]) -> Comparison {
        let of = |tests: &[Test]| Identities {
            schema_version: 1,
            tool: String::new(),
            date: String::new(),
            tests: tests.to_vec(),
            classes: Vec::new(),
            critical_imports: Vec::new(),
            categories: BTreeMap::new(),
            incomplete: Vec::new(),
        };
        compare(&of(before), &of(now))
    }

    #[test]
    fn a_move_and_a_rename_are_no_loss() {
        let before = [test("a.py::test_x", "1"), test("a.py::T::test_y", "2"), test("a.py::test_gone", "3")];
        let now = [test("b.py::test_x", "1"), test("a.py::T::test_z", "2"), test("a.py::test_new", "4")];
        let found = compared(&before, &now);
        assert_eq!(found.lost_tests, ["a.py::test_gone"]);
        let moved: Vec<_> = found.moved_tests.iter().map(|moved| (moved.from.as_str(), moved.to.as_str())).collect();
        assert_eq!(moved, [("a.py::T::test_y", "a.py::T::test_z"), ("a.py::test_x", "b.py::test_x")]);
        assert_eq!(found.new_tests, 1);
    }

    #[test]
    fn counts_that_stay_equal_hide_no_loss() {
        let found = compared(&[test("a.py::test_x", "1")], &[test("a.py::test_y", "2")]);
        assert_eq!((found.lost_tests.len(), found.new_tests, found.has_loss()), (1, 1, true));
    }

    #[test]
    fn one_copy_does_not_stand_for_two_tests() {
        let found = compared(&[test("a.py::test_x", "1"), test("b.py::test_x", "1")], &[test("c.py::test_x", "1")]);
        assert_eq!((found.lost_tests.len(), found.moved_tests.len()), (1, 1));
    }

    #[test]
    fn a_stub_is_not_taken_for_another_one() {
        let found = compared(&[test("a.py::test_x", "")], &[test("a.py::test_y", "")]);
        assert_eq!(found.lost_tests, ["a.py::test_x"]);
        let found = compared(&[test("a.py::test_x", "")], &[test("b.py::test_x", "")]);
        assert!(!found.has_loss(), "{found:?}");
        let found = compared(&[test("a.py::test_x", "1")], &[test("a.py::test_x", "")]);
        assert_eq!(found.emptied_tests, ["a.py::test_x"]);
    }

    #[test]
    fn a_file_that_cannot_be_imported_loses_its_tests() {
        let broken = Test { runs: false, ..test("a.py::test_x", "1") };
        assert_eq!(compared(&[test("a.py::test_x", "1")], slice::from_ref(&broken)).broken_tests, ["a.py::test_x"]);
        assert!(!compared(slice::from_ref(&broken), slice::from_ref(&broken)).has_loss());
        assert!(!compared(&[broken], &[]).has_loss());
    }
}
