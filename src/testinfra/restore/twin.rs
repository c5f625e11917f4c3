//! Live classes that are a backup's class under another name.

use std::collections::{BTreeSet, HashSet};

use crate::python::facts::Class;
use crate::testinfra::pytest_config::PytestConfig;
use crate::testinfra::resolve::Space;
use crate::testinfra::sources::FileId;

/// Fewer tests than these may have the same names by chance.
const FEWEST: usize = 2;

/// Says of which live class this one is a renamed twin: at least three in five of the tests of both have the same name.
pub fn twin(space: &Space<'_>, pytest: &PytestConfig, class: &Class, live: &HashSet<FileId>) -> Option<String> {
    let wanted = tests(pytest, class);
    if wanted.len() < FEWEST {
        return None;
    }
    let files = space.sources.files.iter().enumerate().filter(|(id, _)| live.contains(id));
    let classes = files.flat_map(|(_, file)| file.facts.classes.iter().map(move |class| (file, class)));
    let alike = classes.filter_map(|(file, other)| {
        let has = tests(pytest, other);
        let shared = wanted.intersection(&has).count();
        let all = wanted.union(&has).count();
        (shared >= FEWEST && shared * 5 >= all * 3).then_some((shared * 1000 / all, file, other))
    });
    let (_, file, other) = alike.max_by_key(|(likeness, ..)| *likeness)?;
    let line = file.source.position(other.range.start).line;
    Some(format!("`{}` in {}:{line} has the same tests: it was renamed", other.name, file.path))
}

fn tests<'a>(pytest: &PytestConfig, class: &'a Class) -> BTreeSet<&'a str> {
    let tests = class.methods.iter().filter(|method| !method.not_a_test && pytest.is_test_function(&method.name));
    tests.map(|method| method.name.as_str()).collect()
}
