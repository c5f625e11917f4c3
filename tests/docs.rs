//! What the documentation shows as output is what the program prints. The pages of the rules have their own test.

use std::collections::BTreeSet;

use super::common::Repository;

/// The lines of the first `text` block after a heading or sentence.
fn shown<'a>(text: &'a str, after: &str) -> Vec<&'a str> {
    let (_, rest) = text.split_once(after).unwrap_or_else(|| panic!("`{after}` is not there"));
    let (_, block) = rest.split_once("```text\n").unwrap();
    let (block, _) = block.split_once("\n```").unwrap();
    block.lines().collect()
}

fn document(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn the_report_in_the_readme_is_real() {
    let printed = Repository::copy_of("staging").run(&["check"]).stdout;
    let printed: BTreeSet<&str> = printed.lines().collect();
    let text = document("README.md");
    let lines = shown(&text, "A part of what it prints:");
    assert!(lines.len() > 5, "the README shows nothing");
    let wrong: Vec<&str> = lines.into_iter().filter(|line| !printed.contains(line)).collect();
    assert!(wrong.is_empty(), "the program prints other lines:\n{}", wrong.join("\n"));
}
