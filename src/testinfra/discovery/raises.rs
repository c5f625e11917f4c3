//! Modules that end their own import with an exception: no rule on imports or syntax tells of them.

use std::collections::{BTreeMap, HashSet};

use crate::model::discovered::CollectionError;
use crate::model::origin::Place;
use crate::model::{Why, WhyKind};
use crate::python::facts::imports_of;
use crate::testinfra::collect::session::{Collected, FileTests, Input};
use crate::testinfra::interpret::Outcome;
use crate::testinfra::sources::FileId;

/// Each statement that raises once, with the test files that it takes down; and the folders whose conftest file does.
pub fn errors(
    input: &Input<'_>,
    collected: &Collected,
    everything: &Collected,
    files: &[&FileTests],
) -> Vec<CollectionError> {
    let failed = |why: &&Why| why.kind == WhyKind::ModuleUnavailable;
    let mut roots: BTreeMap<(FileId, usize, usize), usize> = BTreeMap::new();
    for file in files {
        if let Some(root) = file.broken_in.and_then(|broken| root(input, broken)) {
            *roots.entry(root).or_default() += 1;
        }
    }
    let mut found: Vec<CollectionError> = Vec::new();
    for (&(file, start, end), &count) in &roots {
        let Some(source) = input.space.sources.get(file) else { continue };
        let text = match count {
            1 => "importing it ends with an exception; 1 test file cannot be collected".to_owned(),
            count => format!("importing it ends with an exception; {count} test files cannot be collected"),
        };
        let id = source.path.strip_prefix(input.pytest.rootdir.as_str()).unwrap_or(&source.path);
        let why = Why::at(WhyKind::EvaluationFailed, text, source.source.origin(start..end));
        found.push(CollectionError { id: id.trim_start_matches('/').to_owned(), why });
    }
    for (id, why) in everything.errors.iter().filter(|(_, why)| failed(why)) {
        // Where it also keeps pytest from starting, that is said already.
        if collected.refusals.iter().any(|refusal| refusal.place == why.place) {
            continue;
        }
        let Some((file, start, end)) =
            placed(input, why).and_then(|file| root(input, file)).filter(|root| !roots.contains_key(root))
        else {
            continue;
        };
        let Some(source) = input.space.sources.get(file) else { continue };
        let text = format!("importing {} ends with an exception", source.path);
        let why = Why::at(WhyKind::EvaluationFailed, text, source.source.origin(start..end));
        found.push(CollectionError { id: id.clone(), why });
    }
    found
}

/// The file that a reason points into.
fn placed(input: &Input<'_>, why: &Why) -> Option<FileId> {
    let Some(Place::Origin(origin)) = &why.place else { return None };
    input.space.sources.id(origin.source()?.file.as_str())
}

/// The statement at the root of the failure of a file, where it raises by itself: a file, and where in it.
fn root(input: &Input<'_>, mut file: FileId) -> Option<(FileId, usize, usize)> {
    let mut seen = HashSet::new();
    let failure = loop {
        let Some((Outcome::Fails(failure), _)) = input.outcomes.get(&file) else { return None };
        match failure.next {
            Some(next) if seen.insert(file) => file = next,
            _ => break failure,
        }
    };
    let source = input.space.sources.get(file).filter(|_| !failure.syntax)?;
    let mut imports = false;
    imports_of(&source.facts.steps, &mut |import| imports |= import.statement.start == failure.at.start);
    (!imports).then_some((file, failure.at.start, failure.at.end))
}

#[cfg(test)]
mod tests {
    use crate::testinfra::testing::index_of;

    fn errors(tree: &str) -> Vec<(String, String)> {
        let errors = index_of(tree, &[]).discovered.errors;
        errors.into_iter().map(|error| (error.id, error.why.text)).collect()
    }

    #[test]
    fn a_statement_that_raises_is_told_once_with_what_it_takes_down() {
        let tree = "=== helper.py\nassert False\n=== test_a.py\nimport helper\ndef test_a(): pass\n\
                    === test_b.py\nimport helper\ndef test_b(): pass\n=== test_c.py\ndef test_c(): pass\n";
        let found = errors(tree);
        let text = "importing it ends with an exception; 2 test files cannot be collected";
        assert_eq!(found, [("helper.py".to_owned(), text.to_owned())]);
        let exits = tree.replace("assert False", "import pytest\npytest.exit('no stand-in')");
        assert_eq!(errors(&exits), [("helper.py".to_owned(), text.to_owned())]);
        let missing = tree.replace("assert False", "import gone.away");
        assert_eq!(errors(&missing), [], "the rules on imports tell of it");
        let broken = tree.replace("assert False", "assert (");
        assert_eq!(errors(&broken), [], "the rule on syntax tells of it");
        let caught = tree.replace("assert False", "try:\n    assert False\nexcept AssertionError:\n    pass");
        assert_eq!(errors(&caught), []);
    }

    #[test]
    fn a_conftest_that_raises_takes_its_folder_down() {
        let tree = "=== a/deep/conftest.py\nraise RuntimeError('no')\n=== a/deep/test_a.py\ndef test_a(): pass\n\
                    === a/test_b.py\ndef test_b(): pass\n";
        let found = errors(tree);
        let text = "importing a/deep/conftest.py ends with an exception";
        assert_eq!(found, [("a/deep".to_owned(), text.to_owned())]);
        // Where pytest starts it is not a folder that is lost, but the session.
        assert_eq!(errors(&tree.replace("a/deep/conftest.py", "conftest.py")), []);
    }
}
