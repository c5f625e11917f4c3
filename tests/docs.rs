//! What the documentation shows as output is what the program prints.

use std::collections::BTreeSet;

use super::common::{Repository, list};

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
fn the_report_in_the_readme_and_the_examples_of_the_rules_are_real() {
    let repository = Repository::copy_of("staging");
    let printed = repository.run(&["check"]).stdout;
    let printed: BTreeSet<&str> = printed.lines().collect();
    let report = repository.run(&["check", "--format", "json"]).json();
    let rules: BTreeSet<&str> =
        list(&report, "findings").iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    let mut examples = vec![("README.md".to_owned(), "A part of what it prints:")];
    examples.extend(rules.iter().map(|rule| (format!("docs/rules/{rule}.md"), "## Example")));
    let mut wrong = Vec::new();
    for (path, after) in examples {
        let text = document(&path);
        let lines = shown(&text, after);
        assert!(lines.len() > 5, "{path} shows nothing");
        wrong.extend(lines.iter().filter(|line| !printed.contains(**line)).map(|line| format!("{path}: {line}")));
    }
    assert!(wrong.is_empty(), "the program prints other lines:\n{}", wrong.join("\n"));
}
