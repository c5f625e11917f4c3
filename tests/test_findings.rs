//! Every rule on tests: a tree in which it alone speaks, and the nearest innocent look-alike, in which nothing does.
//!
//! `tests/findings/PART/RULE/` holds trees as text: `=== path`, then the file. `base.tree` of a part is laid under each
//! of its trees. The name of a tree says what is expected of `check --only tests`:
//!
//! - `finding-…`: this finding, and nothing else but what the tree itself names;
//! - `look-alike-…`: nothing at all, and all of it was checked;
//! - `unknown-…`: something of the part was not checked, and there is no finding.
//!
//! Lines before the first file say more: `says: TEXT` is in the finding or the reason, `beside: RULE` speaks of the same
//! fault, `arguments: …` are given to `check`, and what `needs: …` names is not there where pytest is asked. A file that begins with `#!` is a program; its tree is for Unix alone.
//! The rules on health compare two states of a tree, and have their cases in `tests/health.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::common::{Repository, list};
use super::health;
#[cfg(unix)]
use super::pytest::said;

/// The rule that says only what was not looked at, and is never a finding.
const NEVER_A_FINDING: &str = "test-file-unreadable";

/// A tree as it is written down.
#[derive(Default)]
struct Tree {
    says: Vec<String>,
    beside: Vec<String>,
    arguments: Vec<String>,
    needs: Option<String>,
    files: Vec<(String, String)>,
}

impl Tree {
    fn parse(text: &str) -> Self {
        let text = format!("\n{text}");
        let mut parts = text.split("\n=== ");
        let mut tree = Self::default();
        for line in parts.next().unwrap().lines().filter(|line| !line.is_empty()) {
            match line.split_once(": ") {
                Some(("says", words)) => tree.says.push(words.to_owned()),
                Some(("beside", rule)) => tree.beside.push(rule.to_owned()),
                Some(("arguments", words)) => tree.arguments.extend(words.split_whitespace().map(str::to_owned)),
                Some(("needs", what)) => tree.needs = Some(what.to_owned()),
                _ => panic!("{line}: nothing is known of this line"),
            }
        }
        for part in parts {
            let (path, text) = part.split_once('\n').unwrap_or((part, ""));
            let text = text.trim_end_matches('\n');
            let end = if text.is_empty() { "" } else { "\n" };
            tree.files.push((path.trim().to_owned(), format!("{text}{end}")));
        }
        tree
    }

    fn needs_unix(&self) -> bool {
        self.files.iter().any(|(_, text)| text.starts_with("#!"))
    }

    fn lay(&self, repository: &Repository) {
        for (path, text) in &self.files {
            repository.write(path, text);
            #[cfg(unix)]
            if text.starts_with("#!") {
                use std::os::unix::fs::PermissionsExt;
                fs::set_permissions(repository.join(path), fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings")
}

fn named(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut named: Vec<_> =
        entries.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect();
    named.sort();
    named
}

/// A repository of the files of a tree, over those of the part that it is of.
pub fn repository(part: &str, text: &str) -> Repository {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", "");
    Tree::parse(&fs::read_to_string(folder().join(part).join("base.tree")).unwrap()).lay(&repository);
    Tree::parse(text).lay(&repository);
    repository
}

/// How many trees there are of a rule in which it is alone, and how many look-alikes.
#[derive(Debug, Default)]
struct Counts {
    alone: usize,
    look_alikes: usize,
}

/// What one tree gives, against its name; the words of what differs.
fn judge(part: &str, rule: &str, kind: &str, text: &str, counts: &mut Counts) -> Option<String> {
    let tree = Tree::parse(text);
    let kind_of = |prefix: &str| kind.starts_with(prefix);
    if tree.needs_unix() && cfg!(not(unix)) {
        // What it shows is shown where it can be.
        counts.alone += usize::from(kind_of("finding"));
        counts.look_alikes += usize::from(kind_of("look-alike"));
        return None;
    }
    let mut arguments = vec!["check", "--only", "tests", "--format", "json"];
    arguments.extend(tree.arguments.iter().map(String::as_str));
    let outcome = repository(part, text).run(&arguments);
    if !matches!(outcome.code, 0 | 2 | 3) {
        return Some(format!("{rule}/{kind}: exit code {}: {}", outcome.code, outcome.stderr));
    }
    let report = outcome.json();
    let (findings, not_checked) = (list(&report, "findings"), list(&report, "not_checked"));
    let found: Vec<&str> = findings.iter().map(rule_of).collect();
    let open: Vec<&str> = not_checked.iter().map(rule_of).collect();
    let own = findings.iter().chain(not_checked).filter(|item| rule_of(item) == rule);
    let words: String = own.map(Value::to_string).collect();
    let fails = findings.iter().any(is_high);
    let right = if kind_of("finding") {
        let expected: BTreeSet<&str> = tree.beside.iter().map(String::as_str).chain([rule]).collect();
        counts.alone += usize::from(tree.beside.is_empty() && findings.len() == 1);
        let also_open = rule == "collection-timeout" && open == ["collection-differs"];
        found.iter().copied().collect::<BTreeSet<_>>() == expected
            && (open.is_empty() && outcome.code == if fails { 2 } else { 0 } || also_open)
    } else if kind_of("unknown") {
        let own = open.iter().all(|&own| own == rule);
        counts.alone += usize::from(rule == NEVER_A_FINDING && own);
        let of_part = not_checked.iter().all(|item| item["part"] == part);
        found.is_empty() && !open.is_empty() && of_part && outcome.code == 3
    } else {
        counts.look_alikes += 1;
        kind_of("look-alike") && found.is_empty() && open.is_empty() && outcome.code == 0
    };
    let unsaid = tree.says.iter().find(|text| {
        // The texts of both are those of JSON.
        !words.contains(Value::from(text.as_str()).to_string().trim_matches('"'))
    });
    let shown = || format!("{rule}/{kind}: exit code {}, {found:?}, not checked {open:?}\n{words}", outcome.code);
    match unsaid {
        _ if !right => Some(shown()),
        Some(text) => Some(format!("{}: does not say `{text}`", shown())),
        None => None,
    }
}

fn is_high(finding: &Value) -> bool {
    matches!(finding["severity"].as_str(), Some("high" | "critical"))
}

fn rule_of(item: &Value) -> &str {
    item["rule"].as_str().unwrap()
}

/// The rules of the parts on tests, as the binary lists them: id and part.
fn rules() -> BTreeMap<String, String> {
    let listed = Repository::empty().run(&["explain"]).expect_code(0).stdout;
    let words = listed.lines().map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let rules = words.map(|words| (words[0].clone(), words[2].clone()));
    rules.filter(|(_, part)| matches!(part.as_str(), "imports" | "discovery" | "classes" | "health")).collect()
}

#[test]
fn every_rule_on_tests_is_alone_in_a_tree_and_silent_in_its_look_alike() {
    let rules = rules();
    assert!(rules.len() >= 35, "{rules:?}");
    let mut wrong = Vec::new();
    let mut seen: BTreeMap<String, Counts> = BTreeMap::new();
    for (part, path) in named(&folder()) {
        for (rule, path) in named(&path).into_iter().filter(|(_, path)| path.is_dir()) {
            assert_eq!(rules.get(&rule), Some(&part), "{part}/{rule} is no rule of this part");
            let counts = seen.entry(rule.clone()).or_default();
            for (kind, path) in named(&path) {
                wrong.extend(judge(&part, &rule, &kind, &fs::read_to_string(path).unwrap(), counts));
            }
        }
    }
    // Their own test drives the binary on each of them.
    for case in health::CASES {
        if let [(id, _)] = case.findings {
            let rule = id.split(':').next().unwrap();
            seen.entry(rule.to_owned()).or_default().alone += 1;
        }
        if let Some(rule) = case.look_alike_of {
            assert!(case.findings.is_empty(), "{}", case.name);
            seen.entry(rule.to_owned()).or_default().look_alikes += 1;
        }
    }
    assert!(wrong.is_empty(), "{} trees:\n{}", wrong.len(), wrong.join("\n"));
    let lacking: Vec<_> = rules
        .keys()
        .filter(|rule| seen.get(*rule).is_none_or(|counts| counts.alone == 0 || counts.look_alikes == 0))
        .map(|rule| (rule, seen.get(rule)))
        .collect();
    assert!(lacking.is_empty(), "these rules have no pair of trees: {lacking:?}");
    assert!(seen.keys().all(|rule| rules.contains_key(rule)), "{seen:?}");
}

/// The rules whose findings of a high severity say that pytest refuses something.
#[cfg(unix)]
const REFUSALS: [&str; 8] = [
    "collection-error",
    "import-module-missing",
    "import-symbol-missing",
    "import-undeclared-dependency",
    "marker-unregistered",
    "pytest-config-invalid",
    "pytest-does-not-start",
    "test-module-duplicate",
];

#[cfg(unix)]
#[test]
fn the_real_pytest_refuses_the_findings_and_takes_the_look_alikes() {
    let python =
        |generation: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/pytest{generation}/bin/python"));
    let pythons = ["8", "9"].map(python);
    if !pythons.iter().all(|python| python.exists()) {
        said("SKIPPED: make pytests has not been run");
        return;
    }
    let mut wrong = Vec::new();
    let mut asked = 0;
    for part in ["discovery", "imports"] {
        for (rule, path) in named(&folder().join(part)).into_iter().filter(|(rule, _)| REFUSALS.contains(&&**rule)) {
            for (kind, path) in named(&path) {
                let text = fs::read_to_string(path).unwrap();
                if Tree::parse(&text).needs.is_some() || kind.starts_with("unknown") {
                    continue;
                }
                let repository = repository(part, &text);
                let report = repository.run(&["check", "--only", "tests", "--format", "json"]).json();
                let refused = list(&report, "findings").iter().any(is_high);
                let codes = pythons.each_ref().map(|python| collects(python, &repository));
                // Some of it is refused by one generation alone.
                if refused != codes.iter().any(|code| !matches!(code, Some(0 | 5))) {
                    wrong.push(format!("{rule}/{kind}: exit codes {codes:?}"));
                }
                asked += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} trees:\n{}", wrong.len(), wrong.join("\n"));
    assert!(asked >= 50, "only {asked} trees were asked of");
}

/// The exit code of a collection by a real pytest.
#[cfg(unix)]
fn collects(python: &Path, repository: &Repository) -> Option<i32> {
    let mut command = std::process::Command::new(python);
    command.args(["-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]).current_dir(repository.path());
    command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTEST_ADDOPTS").env_remove("PYTHONPATH");
    command.output().unwrap().status.code()
}
