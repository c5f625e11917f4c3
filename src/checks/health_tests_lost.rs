//! Tests and required classes that were there when the baseline was saved are gone: two rules, by identity.

use std::collections::{BTreeMap, BTreeSet};

use super::health::{Comparison, counted, file, names, save_again};
use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::health::{ClassHealth, HealthState};
use crate::model::{Why, WhyKind};

/// Tests of a category.
pub static SHRANK: Rule =
    Rule::new("health-category-shrank", Part::Health, Severity::High, "tests of a category are gone");
/// A required class.
pub static CLASS: Rule = Rule::new(
    "health-required-class-lost",
    Part::Health,
    Severity::High,
    "a required test class was whole before and is not now",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&SHRANK, &CLASS], judge);

/// The name of the tests that belong to no category.
const NO_CATEGORY: &str = "(none)";

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(comparison) = Comparison::of(scene) else { return vec![Verdict::NotApplicable] };
    let (before, now) = (comparison.before(), comparison.now());
    let none = BTreeSet::new();
    let everywhere = now.tests();
    let mut verdicts: Vec<Verdict> = Vec::new();
    for (name, category) in &before.categories {
        let held = now.categories.get(name).map_or(&none, |category| &category.tests);
        verdicts.push(category_verdict(comparison, name, &Lost::between(&category.tests, held, now), held));
    }
    // A test without a category that got one is not lost.
    let held: BTreeSet<String> = everywhere.iter().map(|&id| id.to_owned()).collect();
    if !before.uncategorised.is_empty() {
        let lost = Lost::between(&before.uncategorised, &held, now);
        verdicts.push(category_verdict(comparison, NO_CATEGORY, &lost, &now.uncategorised));
    }
    verdicts.extend(
        before
            .classes
            .iter()
            .filter(|(_, health)| **health == ClassHealth::Ok)
            .map(|(name, _)| class(comparison, scene, name)),
    );
    verdicts
}

/// The tests that are in one state and not in another.
#[derive(Debug, Default)]
struct Lost {
    /// Number of tests before.
    before: usize,
    /// Gone for certain.
    gone: Vec<String>,
    /// Number of tests of the same name that are in another file now.
    moved: usize,
    /// In a file that could not be read, or that may be in a folder that was not looked into.
    unseen: Vec<String>,
}

impl Lost {
    fn between(before: &BTreeSet<String>, held: &BTreeSet<String>, now: &HealthState) -> Self {
        let mut lost = Self { before: before.len(), ..Self::default() };
        // How many new tests there are of each name, the file left out.
        let mut added: BTreeMap<&str, usize> = BTreeMap::new();
        for id in held.difference(before) {
            *added.entry(name_of(id)).or_default() += 1;
        }
        for id in before.difference(held) {
            match added.get_mut(name_of(id)) {
                Some(left) if *left > 0 => {
                    *left -= 1;
                    lost.moved += 1;
                }
                _ if is_unseen(file_of(id), &now.unseen) => lost.unseen.push(id.clone()),
                _ => lost.gone.push(id.clone()),
            }
        }
        lost
    }
}

fn file_of(id: &str) -> &str {
    id.split_once("::").map_or(id, |(file, _)| file)
}

fn name_of(id: &str) -> &str {
    id.split_once("::").map_or(id, |(_, name)| name)
}

/// True where a file, or a folder above it, was not read.
fn is_unseen(path: &str, unseen: &BTreeSet<String>) -> bool {
    let mut part = path;
    while !unseen.contains(part) {
        match part.rsplit_once('/') {
            Some((folder, _)) => part = folder,
            None => return unseen.contains(""),
        }
    }
    true
}

fn category_verdict(comparison: Comparison<'_>, name: &str, lost: &Lost, held: &BTreeSet<String>) -> Verdict {
    let subject = Subject::local("category", name);
    let now = comparison.now();
    if lost.gone.is_empty() {
        let Some(first) = lost.unseen.first() else { return Verdict::Clean };
        let text = format!(
            "{} of {} may be in what could not be read, such as {first}",
            counted(lost.unseen.len(), "test"),
            comparison.words()
        );
        return Verdict::not_checked(&SHRANK, subject, None, Why::new(WhyKind::FileUnreadable, text));
    }
    let gone = lost.gone.len();
    let verb = if gone == 1 { "is" } else { "are" };
    let of = if name == NO_CATEGORY { "without a category".to_owned() } else { format!("of category {name}") };
    let title = format!("{} {of} {verb} gone: {} before, {} now", counted(gone, "test"), lost.before, held.len());
    let mut why = vec![format!("not collected any more, against {}: {}", comparison.words(), names(&lost.gone))];
    let blocked: Vec<&String> = lost.gone.iter().filter(|id| now.unimportable.contains(file_of(id))).collect();
    if !blocked.is_empty() {
        why.push(format!("{} in files that cannot be imported", number_of(blocked.len(), "stands", "stand")));
    }
    let everywhere = now.tests();
    let elsewhere = lost.gone.iter().filter(|id| everywhere.contains(id.as_str())).count();
    if elsewhere > 0 {
        why.push(format!("{} collected outside the category", number_of(elsewhere, "is still", "are still")));
    }
    if lost.moved > 0 {
        why.push(format!("{} more moved to another file", counted(lost.moved, "test")));
    }
    // Where others came for those that went, they may have been renamed.
    let severity = if held.len() < lost.before { SHRANK.severity } else { Severity::Medium };
    let mut builder = Finding::builder(&SHRANK, subject, title).severity(severity).why(why.join("; "));
    let files: BTreeSet<&str> = lost.gone.iter().map(|id| file_of(id)).collect();
    let held_files: BTreeSet<&str> = everywhere.iter().map(|id| file_of(id)).collect();
    let there = |path: &&str| now.unimportable.contains(*path) || held_files.contains(path);
    for path in files.into_iter().filter(there).take(10) {
        builder = builder.place(file(path));
    }
    let what = if gone == 1 { "bring the test back" } else { "bring the tests back" };
    builder.edit(save_again(what), None).build().into()
}

fn number_of(number: usize, one: &str, many: &str) -> String {
    format!("{number} of them {}", if number == 1 { one } else { many })
}

fn class(comparison: Comparison<'_>, scene: &Scene<'_>, name: &str) -> Verdict {
    let short = name.rsplit('/').next().unwrap_or(name);
    let subject = Subject::local("class", name);
    let required = scene.evidence.tests.iter().flat_map(|tests| &tests.classes);
    let required = required.into_iter().find(|class| class.name == short && name.starts_with(&class.category));
    match comparison.now().classes.get(name) {
        Some(ClassHealth::Ok) => Verdict::Clean,
        Some(ClassHealth::NotChecked) => {
            let why = Why::new(WhyKind::FileUnreadable, "it may be in a file that could not be read");
            Verdict::not_checked(&CLASS, subject, None, why)
        }
        None => {
            let text = format!("{} has it, and `tests.required_classes` no longer names it", comparison.words());
            Verdict::not_checked(&CLASS, subject, None, Why::new(WhyKind::NotAsked, text))
        }
        Some(ClassHealth::Wrong) => {
            let mut builder =
                Finding::builder(&CLASS, subject, format!("required class {short} was whole before and is not now"));
            for origin in required.iter().flat_map(|class| &class.places) {
                builder = builder.place(origin.clone());
            }
            builder
                .why(format!("it was whole in {}; the part `classes` says what is wrong with it", comparison.words()))
                .edit(save_again("bring the class back as it was"), None)
                .build()
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|&id| id.to_owned()).collect()
    }

    #[test]
    fn moved_tests_are_told_from_lost_ones() {
        let before = set(&["a.py::A::test_1", "a.py::A::test_2", "a.py::test_3", "b.py::test_3"]);
        let held = set(&["new.py::A::test_1", "c.py::test_3", "c.py::test_9"]);
        let lost = Lost::between(&before, &held, &HealthState::default());
        assert_eq!(lost.gone, ["a.py::A::test_2", "b.py::test_3"], "one new test stands for one old one");
        assert_eq!((lost.moved, lost.before), (2, 4));
    }

    #[test]
    fn what_was_not_read_is_not_lost() {
        let before = set(&["a/b/c.py::test_1", "d.py::test_2", "e.py::test_3"]);
        let now = HealthState { unseen: set(&["a/b", "d.py"]), ..HealthState::default() };
        let lost = Lost::between(&before, &set(&[]), &now);
        assert_eq!(lost.gone, ["e.py::test_3"]);
        assert_eq!(lost.unseen, ["a/b/c.py::test_1", "d.py::test_2"]);
    }
}
