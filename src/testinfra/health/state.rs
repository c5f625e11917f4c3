//! The tests as they are now, with identities beside counts.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::TestsConfig;
use crate::model::health::{CategoryHealth, ClassHealth, DiscoveryHealth, HealthState, ImportHealth};
use crate::model::tests::RequiredClass;
use crate::testinfra::Indexed;
use crate::testinfra::glob::PathGlobs;

/// What an index says of the health of its tests; the test run is not part of it.
pub fn now(indexed: &Indexed, config: &TestsConfig) -> HealthState {
    let index = &indexed.index;
    let (categories, uncategorised) = categories(indexed, config);
    let unimportable = indexed.test_files.iter().filter(|path| !indexed.tests_by_file.contains_key(*path));
    HealthState {
        discovery: DiscoveryHealth {
            broad_test_files: index.summary.broad_test_files,
            test_files: index.summary.test_files,
            seconds: (indexed.discovery_seconds * 1e6).round() / 1e6,
        },
        imports: ImportHealth {
            broken: index.broken.len(),
            critical: index.critical.iter().map(|import| (import.module.clone(), import.verdict)).collect(),
        },
        categories,
        uncategorised,
        classes: index.classes.iter().map(|class| (name(class), class_health(class))).collect(),
        run: None,
        unimportable: unimportable.filter(|path| !indexed.unseen.contains(*path)).cloned().collect(),
        unseen: indexed.unseen.clone(),
    }
}

/// How a required class is named in a baseline.
pub fn name(class: &RequiredClass) -> String {
    format!("{}/{}", class.category, class.name)
}

fn class_health(class: &RequiredClass) -> ClassHealth {
    match (class.problems.is_empty(), class.places.is_empty()) {
        (true, false) => ClassHealth::Ok,
        // It may be in a file that was not read.
        (true, true) => ClassHealth::NotChecked,
        (false, _) => ClassHealth::Wrong,
    }
}

fn categories(indexed: &Indexed, config: &TestsConfig) -> (BTreeMap<String, CategoryHealth>, BTreeSet<String>) {
    // Patterns that are not valid are told where the categories are counted.
    let globs: Vec<(&String, PathGlobs)> =
        config.categories.iter().map(|(name, patterns)| (name, PathGlobs::new(patterns).0)).collect();
    let mut categories: BTreeMap<String, CategoryHealth> =
        config.categories.keys().map(|name| (name.clone(), CategoryHealth::default())).collect();
    let mut uncategorised = BTreeSet::new();
    for path in &indexed.test_files {
        let tests = indexed.tests_by_file.get(path).map(|tests| tests.as_slice()).unwrap_or_default();
        let ids: Vec<String> = tests.iter().map(|test| format!("{path}::{test}")).collect();
        let mut matched = false;
        for (name, globs) in &globs {
            if globs.any(path)
                && let Some(category) = categories.get_mut(*name)
            {
                matched = true;
                category.files += 1;
                category.tests.extend(ids.iter().cloned());
            }
        }
        if !matched {
            uncategorised.extend(ids);
        }
    }
    (categories, uncategorised)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testinfra::testing::indexed;

    const TREE: &str = "=== tests/smoke/test_a.py
import unittest
def test_one(): pass
class TestTwo:
    def test_two(self): pass
    class TestInner:
        def test_three(self): pass
class Odd(unittest.TestCase):
    def test_four(self): pass
=== tests/smoke/test_b.py\nimport tests.gone\ndef test_never(): pass\n
=== tests/other/test_c.py\ndef test_five(): pass\n";

    #[test]
    fn tests_are_named_by_node_id_and_category() {
        let patterns = vec!["tests/smoke/*.py".to_owned()];
        let mut config = TestsConfig::default();
        config.categories.insert("smoke".to_owned(), patterns);
        let indexed = indexed(TREE, |used| used.categories = config.categories.clone());
        let state = now(&indexed, &config);
        let smoke: Vec<&str> = state.categories["smoke"].tests.iter().map(String::as_str).collect();
        assert_eq!(
            smoke,
            [
                "tests/smoke/test_a.py::Odd::test_four",
                "tests/smoke/test_a.py::TestTwo::TestInner::test_three",
                "tests/smoke/test_a.py::TestTwo::test_two",
                "tests/smoke/test_a.py::test_one",
            ]
        );
        assert_eq!(state.categories["smoke"].files, 2);
        assert_eq!(state.uncategorised, BTreeSet::from(["tests/other/test_c.py::test_five".to_owned()]));
        assert_eq!(state.unimportable, BTreeSet::from(["tests/smoke/test_b.py".to_owned()]));
        assert_eq!(state.tests().len(), 5);
        // The counts of the index are those of the identities.
        assert_eq!(indexed.index.categories[0].tests, state.categories["smoke"].tests.len());
    }
}
