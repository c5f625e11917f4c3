//! Rules and their pages.

use std::collections::BTreeSet;

use super::common::Repository;

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let repository = Repository::empty();
    let listed = repository.run(&["explain"]).expect_code(0).stdout;
    let rules: Vec<&str> = listed.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    let unique: BTreeSet<&str> = rules.iter().copied().collect();
    assert_eq!(rules.len(), unique.len(), "two rules share an id");
    let pages = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules")).unwrap();
    let pages: BTreeSet<String> =
        pages.map(|page| page.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    let pages: BTreeSet<&str> = pages.iter().map(String::as_str).collect();
    assert_eq!(pages, unique);
    for rule in rules {
        let page = repository.run(&["explain", rule]).expect_code(0).stdout;
        assert!(page.contains(rule) && page.lines().count() > 10, "the page of {rule} says nothing");
    }
}

#[test]
fn an_unknown_rule_gets_a_hint() {
    let outcome = Repository::empty().run(&["explain", "conector-missing"]).expect_code(64);
    assert!(outcome.stderr.contains("did you mean `connector-missing`?"), "{}", outcome.stderr);
}

/// Where this fails, users' settings, acceptances and baselines that name a rule have to follow: change the list on
/// purpose.
#[test]
fn the_rules_are_the_committed_ones() {
    let listed = Repository::empty().run(&["explain"]).expect_code(0).stdout;
    let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules.txt");
    if std::env::var_os("UPDATE_RULES").is_some() {
        std::fs::write(committed, &listed).unwrap();
    }
    let committed = std::fs::read_to_string(committed).unwrap();
    assert_eq!(listed, committed, "tests/rules.txt is another list; UPDATE_RULES=1 writes it anew");
}
