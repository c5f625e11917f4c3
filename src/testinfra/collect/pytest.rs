//! Compares what is counted with what a real pytest collected from the same projects.

use std::collections::{BTreeMap, BTreeSet};

use crate::testinfra::testing::indexed;

const TRUTH: &str = include_str!("pytest_truth.txt");

/// Files that pytest collects tests from, with their number.
fn recorded(project: &str) -> BTreeMap<String, usize> {
    let lines = project.lines().filter_map(|line| line.strip_prefix(">>> "));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(path, count)| (path.into(), count.parse().unwrap()))
        .collect()
}

/// The same as it is read, and the files of which not everything can be told.
fn counted(tree: &str) -> (BTreeMap<String, usize>, BTreeSet<String>) {
    let paths = tree.lines().filter_map(|line| line.strip_prefix("=== ")).filter(|path| path.ends_with(".py"));
    let found = indexed(tree, |config| {
        config.categories = paths.map(|path| (path.to_owned(), vec![path.to_owned()])).collect();
        config.exclude.clear();
    });
    let categories = found.index.categories;
    let unsure =
        categories.iter().filter(|category| category.unsure > 0).map(|category| category.name.clone()).collect();
    let counted = categories.into_iter().filter(|category| category.tests > 0);
    (counted.map(|category| (category.name, category.tests)).collect(), unsure)
}

#[test]
fn counts_are_those_of_pytest() {
    let mut wrong = Vec::new();
    let (mut projects, mut open) = (0, 0);
    for project in TRUTH.split("##### ").skip(1) {
        let (name, body) = project.split_once('\n').unwrap();
        let tree = body.split(">>> ").next().unwrap();
        let (mut expected, (mut got, unsure)) = (recorded(body), counted(tree));
        projects += 1;
        // Where something cannot be told, what is counted is a part of what is collected.
        for path in unsure {
            let (collected, certain) = (expected.remove(&path), got.remove(&path));
            open += 1;
            assert!(certain.unwrap_or_default() <= collected.unwrap_or_default(), "{name} {path}");
        }
        if expected != got {
            wrong.push(format!("{name}: pytest {expected:?}, counted {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(projects >= 15);
    assert!(open <= 3, "of {open} files too little is told");
}
