//! Which files are tests: broad (all that pytest's patterns match), targeted (without the exclusions), by category.

use std::collections::{BTreeMap, HashSet};

use super::collect;
use super::glob::{PathGlobs, excludes};
use super::pytest_config::PytestConfig;
use super::resolve::Space;
use super::roots::is_within;
use super::sources::FileId;
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

/// Counts the configured categories. Tests of a file that cannot be imported are not collected.
pub fn categories(
    space: &Space<'_>,
    pytest: &PytestConfig,
    targeted: &[String],
    failing: &HashSet<FileId>,
    configured: &BTreeMap<String, Vec<String>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<TestCategory> {
    let mut categories = Vec::new();
    for (name, patterns) in configured {
        let (globs, errors) = PathGlobs::new(patterns);
        diagnostics.extend(errors.into_iter().map(|error| Diagnostic {
            level: DiagnosticLevel::Error,
            text: format!("in the category `{name}`, {error}"),
            origin: None,
        }));
        let mut counts: Vec<PatternCount> =
            patterns.iter().map(|pattern| PatternCount { pattern: pattern.clone(), files: 0 }).collect();
        let mut files = 0;
        let mut tests = 0;
        for path in targeted {
            let mut matched = false;
            for (count, matches) in counts.iter_mut().zip(globs.matches(path)) {
                count.files += usize::from(matches);
                matched |= matches;
            }
            if !matched {
                continue;
            }
            files += 1;
            if let Some(id) = space.sources.id(path)
                && !failing.contains(&id)
                && let Some(file) = space.sources.get(id)
            {
                tests += collect::count(space, pytest, id, file);
            }
        }
        categories.push(TestCategory { name: name.clone(), patterns: counts, files, tests });
    }
    categories
}
