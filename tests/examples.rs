//! Every rule's page shows what the program prints: the block under `## Example` is made by the repository that the page
//! names there.
//!
//! A page names the fixture `terraform-fixtures/staging`, a tree of `tests/findings`, or a tree of its own,
//! `tests/examples/RULE.tree`: a repository as text. `=== path` starts a file, `=== patch` a patch of the fixture under
//! it, `=== then path` a file that is written after the first command, and `=== then merge path` what is merged into a
//! JSON file then. Lines before the first of them say more:
//!
//! - `base: FIXTURE` lays the tree over a fixture;
//! - `first: …` are the arguments of a command that runs before `check`;
//! - `arguments: …` are given to `check`;
//! - `numbers: vary` says that the page shows numbers of one run.
//!
//! `UPDATE_EXAMPLES=1` writes what is printed into the pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::common::{Outcome, Repository, list};
use super::test_findings;

/// What a page shows after its heading.
struct Example {
    /// The repository that the page names.
    source: String,
    /// The lines of the block.
    block: Vec<String>,
}

const HEADING: &str = "## Example\n\nPrinted for `";

impl Example {
    fn of(page: &str) -> Option<Self> {
        let (_, rest) = page.split_once(HEADING)?;
        let (source, rest) = rest.split_once("`:\n\n```text\n")?;
        let (block, _) = rest.split_once("\n```")?;
        Some(Self { source: source.to_owned(), block: block.lines().map(str::to_owned).collect() })
    }
}

/// A tree as it is written down: the words before its first part, and the parts with their headings.
struct Tree {
    words: BTreeMap<String, String>,
    parts: Vec<(String, String)>,
}

impl Tree {
    fn parse(text: &str) -> Self {
        let text = format!("\n{text}");
        let mut parts = text.split("\n=== ");
        let words = parts.next().unwrap().lines().filter_map(|line| line.split_once(": "));
        let words = words.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let part = |part: &str| {
            let (heading, text) = part.split_once('\n').unwrap_or((part, ""));
            (heading.to_owned(), format!("{}\n", text.trim_end_matches('\n')))
        };
        Self { words, parts: parts.map(part).collect() }
    }

    fn words_of(&self, key: &str) -> Vec<&str> {
        self.words.get(key).map_or("", String::as_str).split_whitespace().collect()
    }

    fn lay(&self) -> Repository {
        let repository = self.words.get("base").map_or_else(Repository::empty, |base| Repository::copy_of(base));
        let (later, now): (Vec<_>, Vec<_>) = self.parts.iter().partition(|(heading, _)| heading.starts_with("then "));
        for (path, text) in now {
            match path.as_str() {
                "patch" => {
                    let patch = tempfile::NamedTempFile::new().unwrap();
                    fs::write(patch.path(), text).unwrap();
                    repository.apply(patch.path(), false);
                }
                path => repository.write(path, text),
            }
        }
        let first = self.words_of("first");
        if !first.is_empty() {
            repository.run(&first).expect_code(0);
        }
        for (heading, text) in later {
            let path = heading.trim_start_matches("then ");
            match path.strip_prefix("merge ") {
                Some(path) => {
                    let mut value: Value = serde_json::from_str(&repository.read(path)).unwrap();
                    merge(&mut value, serde_json::from_str(text).unwrap());
                    repository.write(path, &value.to_string());
                }
                None => repository.write(path, text),
            }
        }
        repository
    }
}

fn merge(value: &mut Value, with: Value) {
    match with {
        Value::Object(with) => {
            for (key, with) in with {
                merge(&mut value[key], with);
            }
        }
        with => *value = with,
    }
}

/// What the two formats say of a repository.
struct Printed {
    text: String,
    report: Value,
    numbers_vary: bool,
}

fn printed(source: &str) -> Option<Printed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let (repository, tree) = match source.strip_prefix("terraform-fixtures/") {
        Some(fixture) => (Repository::copy_of(fixture), Tree::parse("")),
        None => {
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{source}: {error}"));
            let tree = Tree::parse(&text);
            match source.strip_prefix("tests/findings/") {
                Some(_) if cfg!(not(unix)) && text.contains("\n#!") => return None,
                Some(rest) => (test_findings::repository(rest.split('/').next().unwrap(), &text), tree),
                None => (tree.lay(), tree),
            }
        }
    };
    let mut arguments = vec!["check"];
    if source.starts_with("tests/findings/") {
        arguments.extend(["--only", "tests"]);
    }
    arguments.extend(tree.words_of("arguments"));
    let report: Outcome = repository.run(&[arguments.as_slice(), &["--format", "json"]].concat());
    Some(Printed {
        text: saved_then(&repository.run(&arguments).stdout),
        report: report.json(),
        numbers_vary: tree.words.get("numbers").is_some_and(|word| word == "vary"),
    })
}

/// The day on which an example's baseline is saved is the day of the test.
fn saved_then(text: &str) -> String {
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    text.replace(&format!("baseline of {day}"), "baseline of 2026-09-01")
}

impl Printed {
    /// The blocks that speak of a rule.
    fn blocks(&self, rule: &str) -> Vec<Vec<&str>> {
        let of_finding = format!("[{rule}]");
        let of_item = format!("  - {rule}: ");
        let blocks = self.text.split("\n\n").map(|block| block.lines().collect::<Vec<_>>());
        let is_own = |block: &Vec<&str>| {
            let heads = |line: &&str| line.split_once(": ").is_some_and(|(label, _)| label.ends_with(&of_finding));
            let is_label = |line: &&str| !line.starts_with([' ', '-']) && heads(line);
            block.first().is_some_and(is_label) || block.iter().any(|line| line.starts_with(&of_item))
        };
        blocks.filter(is_own).collect()
    }

    fn compared(&self, block: &[impl AsRef<str>]) -> Vec<String> {
        let line = |line: &str| match self.numbers_vary {
            true => line.replace(|digit: char| digit.is_ascii_digit(), "0"),
            false => line.to_owned(),
        };
        block.iter().map(|text| line(text.as_ref())).collect()
    }

    /// Whether the report names the rule, as a finding or as something not checked.
    fn names(&self, rule: &str) -> bool {
        let mut items = list(&self.report, "findings").iter().chain(list(&self.report, "not_checked"));
        items.any(|item| item["rule"] == rule)
    }
}

#[test]
fn the_example_of_every_rule_is_what_the_program_prints() {
    let listed = Repository::empty().run(&["explain"]).expect_code(0).stdout;
    let rules: Vec<&str> = listed.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    let update = std::env::var_os("UPDATE_EXAMPLES").is_some();
    let mut by_source: BTreeMap<String, Option<Printed>> = BTreeMap::new();
    let (mut without, mut wrong) = (Vec::new(), Vec::new());
    for &rule in &rules {
        let path = format!("{}/docs/rules/{rule}.md", env!("CARGO_MANIFEST_DIR"));
        let page = fs::read_to_string(&path).unwrap();
        let Some(example) = Example::of(&page) else {
            without.push(rule);
            continue;
        };
        let printed = by_source.entry(example.source.clone()).or_insert_with(|| printed(&example.source));
        let Some(printed) = printed else { continue };
        let blocks = printed.blocks(rule);
        if !printed.names(rule) || blocks.is_empty() {
            wrong.push(format!("{rule}: {} does not give it:\n{}", example.source, printed.text));
            continue;
        }
        let shown = printed.compared(&example.block);
        if blocks.iter().any(|block| printed.compared(block) == shown) {
            continue;
        }
        let block = blocks[0].join("\n");
        if update {
            fs::write(&path, page.replacen(&example.block.join("\n"), &block, 1)).unwrap();
        } else {
            wrong.push(format!("{rule}: {} prints\n{block}", example.source));
        }
    }
    assert!(without.is_empty(), "pages without an example that can be run: {without:?}");
    assert!(wrong.is_empty(), "UPDATE_EXAMPLES=1 writes what is printed into the pages:\n{}", wrong.join("\n\n"));
}

#[test]
fn no_example_is_left_over() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let rule = name.strip_suffix(".tree").unwrap();
        let page = fs::read_to_string(format!("{}/docs/rules/{rule}.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let example = Example::of(&page).unwrap();
        assert_eq!(example.source, format!("tests/examples/{name}"));
    }
}
