//! Compares what is counted with what a real pytest collected from the same projects.

use std::collections::BTreeMap;

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

fn counted(tree: &str) -> BTreeMap<String, usize> {
    let paths = tree.lines().filter_map(|line| line.strip_prefix("=== ")).filter(|path| path.ends_with(".py"));
    let found = indexed(tree, |config| {
        config.categories = paths.map(|path| (path.to_owned(), vec![path.to_owned()])).collect();
        config.exclude.clear();
    });
    let categories = found.index.categories.into_iter().filter(|category| category.tests > 0);
    categories.map(|category| (category.name, category.tests)).collect()
}

#[test]
fn counts_are_those_of_pytest() {
    let mut wrong = Vec::new();
    let mut projects = 0;
    for project in TRUTH.split("##### ").skip(1) {
        let (name, body) = project.split_once('\n').unwrap();
        let tree = body.split(">>> ").next().unwrap();
        let (expected, got) = (recorded(body), counted(tree));
        projects += 1;
        if expected != got {
            wrong.push(format!("{name}: pytest {expected:?}, counted {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(projects >= 15);
}
