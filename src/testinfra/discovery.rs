//! Which files are tests: broad (all that pytest's patterns match), targeted (without the exclusions), by category.

pub mod leftovers;
mod raises;

use std::collections::{BTreeMap, HashMap};

use super::collect::session::{Collected, FileTests};
use super::glob::{PathGlobs, excludes};
use super::pytest_config::PytestConfig;
use super::roots::is_within;
use super::walk::Tree;
use crate::model::Diagnostic;
use crate::model::declared::DiagnosticLevel;
use crate::model::tests::{PatternCount, TestCategory};

/// What discovery found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// All test files, in order.
    pub broad: Vec<String>,
    /// Test files that are left after the exclusions, in order.
    pub targeted: Vec<String>,
    /// For each exclusion pattern, how many test files it drops.
    pub exclusions: Vec<PatternCount>,
}

/// Finds the test files under a folder.
pub fn discover(tree: &Tree, root: &str, pytest: &PytestConfig, exclude: &[String]) -> Discovery {
    let mut found = Discovery {
        exclusions: exclude.iter().map(|pattern| PatternCount { pattern: pattern.clone(), files: 0 }).collect(),
        ..Discovery::default()
    };
    for path in tree.files.keys().filter(|path| is_within(path, root) && pytest.is_test_file(path)) {
        let mut dropped = false;
        for exclusion in &mut found.exclusions {
            if excludes(&exclusion.pattern, path) {
                exclusion.files += 1;
                dropped = true;
            }
        }
        if !dropped {
            found.targeted.push(path.clone());
        }
        found.broad.push(path.clone());
    }
    found
}

/// Counts the configured categories, whichever paths pytest is started with.
pub fn categories(
    targeted: &[String],
    collected: &Collected,
    configured: &BTreeMap<String, Vec<String>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<TestCategory> {
    let by_path: HashMap<&str, &FileTests> = collected.files.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut categories = Vec::new();
    for (name, patterns) in configured {
        let (globs, errors) = PathGlobs::new(patterns);
        diagnostics.extend(errors.into_iter().map(|error| Diagnostic {
            level: DiagnosticLevel::Error,
            text: format!("in the category `{name}`, {error}"),
            origin: None,
        }));
        let counts = patterns.iter().map(|pattern| PatternCount { pattern: pattern.clone(), files: 0 }).collect();
        let mut category = TestCategory { name: name.clone(), patterns: counts, files: 0, tests: 0, unsure: 0 };
        for path in targeted {
            let mut matched = false;
            for (count, matches) in category.patterns.iter_mut().zip(globs.matches(path)) {
                count.files += usize::from(matches);
                matched |= matches;
            }
            if !matched {
                continue;
            }
            category.files += 1;
            if let Some(file) = by_path.get(path.as_str()) {
                category.tests += file.tests.len();
                category.unsure += usize::from(!file.unsure.is_empty());
            }
        }
        // What cannot be told of a folder, or of everything, holds for each file in it.
        if !collected.unsure.is_empty() {
            let in_doubt = |path: &&String| {
                by_path.get(path.as_str()).is_some_and(|file| {
                    file.unsure.is_empty() && collected.unsure.iter().any(|(id, _)| is_within(&file.id, id))
                })
            };
            category.unsure += targeted.iter().filter(|path| globs.any(path)).filter(in_doubt).count();
        }
        categories.push(category);
    }
    categories
}

#[cfg(test)]
mod tests {
    use crate::testinfra::testing::indexed;

    const TREE: &str = "=== tests/unit/test_a.py
import unittest
def test_one(): pass
def helper(): pass
class TestTwo:
    def test_two(self): pass
    def other(self): pass
    class TestInner:
        def test_three(self): pass
class TestWithInit:
    def __init__(self): pass
    def test_never(self): pass
class Odd(unittest.TestCase):
    def test_four(self): pass
=== tests/unit/deep/test_b.py\ndef test_five(): pass\n
=== tests/smoke/test_c.py\nimport tests.gone\ndef test_six(): pass\n
=== tests/smoke/helper.py\ndef test_not_a_test_file(): pass\n
=== tests/backups/test_d.py\n=== backups/test_e.py\n=== venv/lib/test_f.py\n=== tests/test_g.backup.py\n=== tests/my_backups/test_h.py\n";

    fn owned(patterns: &[&str]) -> Vec<String> {
        patterns.iter().map(|&pattern| pattern.to_owned()).collect()
    }

    #[test]
    fn broad_and_targeted_discovery_differ_by_the_patterns() {
        let found = indexed(TREE, |config| config.cap = 2).index;
        assert_eq!(found.summary.broad_test_files, 8);
        assert_eq!(found.summary.test_files, 4, "{:?}", found.exclusions);
        assert_eq!((found.summary.cap, found.summary.beyond_cap), (2, 2));
        let counted: Vec<_> = found.exclusions.iter().filter(|count| count.files > 0).collect();
        let shown: Vec<_> = counted.iter().map(|count| (count.pattern.as_str(), count.files)).collect();
        assert_eq!(shown, [("*.backup.*", 1), ("*/backups/*", 2), ("*/venv/*", 1)]);
    }

    #[test]
    fn categories_count_what_pytest_would_collect() {
        let found = indexed(TREE, |config| {
            config
                .categories
                .insert("unit".to_owned(), owned(&["tests/unit/*.py", "tests/unit/**/*.py", "nothing/*.py"]));
            config.categories.insert("smoke".to_owned(), owned(&["tests/smoke/*.py", "["]));
        })
        .index;
        let [smoke, unit] = &found.categories[..] else { panic!("{:?}", found.categories) };
        assert_eq!((unit.files, unit.tests), (2, 5));
        assert_eq!(unit.patterns.iter().map(|pattern| pattern.files).collect::<Vec<_>>(), [1, 2, 0]);
        assert_eq!((smoke.files, smoke.tests), (1, 0), "a file that cannot be imported has no tests");
        assert!(found.config.iter().any(|diagnostic| diagnostic.text.contains("`[`")), "{:?}", found.config);
    }

    #[test]
    fn pytest_settings_decide() {
        let tree = "=== pytest.ini\n[pytest]\npython_files = check_*.py\npython_classes = *Suite\npython_functions = check\n
=== check_a.py\ndef check_one(): pass\ndef test_two(): pass\nclass ASuite:\n    def check_three(self): pass\nclass TestB:\n    def check_four(self): pass\n=== test_b.py\ndef test_x(): pass\n=== build/check_c.py\ndef check_five(): pass\n";
        let found = indexed(tree, |config| {
            config.categories.insert("all".to_owned(), owned(&["**/*.py"]));
        })
        .index;
        assert_eq!((found.categories[0].files, found.categories[0].tests), (2, 2), "build/ is not entered");
    }
}
