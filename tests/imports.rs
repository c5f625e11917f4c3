//! Imports against the interpreter: a generated tree in which CPython executes every import.

mod cascade;
mod generator;
mod history;
mod interpreter;
mod library;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gcp_drift::config::TestsConfig;
use gcp_drift::model::Excerpts;
use gcp_drift::model::tests::{BrokenImport, Certainty, CriticalImport, ImportVerdict, TestIndex};
use gcp_drift::testinfra::index;

use generator::Tree;
use truth::{Fault, Truth};

/// The seed of the tree whose truth is recorded.
const SEED: u64 = 20_261_126;
/// The version of Python that the truth was recorded with.
const VERSION: &str = "3.11";

/// What the tool says of a tree.
struct Said {
    index: TestIndex,
    critical: BTreeMap<String, CriticalImport>,
}

impl Said {
    /// True where something in the file is said to be not decided.
    fn doubts(&self, file: &str) -> bool {
        self.critical.values().any(|critical| {
            let own = critical.chain.first().and_then(|link| link.origin.source());
            critical.verdict == ImportVerdict::NotChecked && own.is_some_and(|span| span.file.as_str() == file)
        })
    }
}

fn say(folder: &Path, tree: &Tree, version: &str) -> Said {
    let critical_imports: Vec<String> = tree.modules().map(|module| module.name.clone()).collect();
    let config = TestsConfig {
        critical_imports,
        python_version: Some(version.to_owned()),
        cap: 100_000,
        ..TestsConfig::default()
    };
    let index = index(folder, &config, &Excerpts::default()).index;
    let critical = index.critical.iter().map(|critical| (critical.module.clone(), critical.clone())).collect();
    Said { index, critical }
}

/// How many cases of a form there are, and in how many both agree.
#[derive(Default)]
struct Row {
    modules: usize,
    imports: usize,
    agreed: usize,
    unsure: usize,
}

/// Compares what the tool says with the truth; gives the disagreements and a table.
fn compare(tree: &Tree, said: &Said, truth: &Truth) -> (Vec<String>, String) {
    let mut wrong = Vec::new();
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for module in tree.modules() {
        let form = tree.form(&module.path);
        let row = rows.entry(&form.name).or_default();
        row.modules += 1;
        let Some(real) = truth.outcomes.get(&module.name) else {
            wrong.push(format!("{}: no truth of {}", form.name, module.name));
            continue;
        };
        let critical = &said.critical[&module.name];
        match verdict(critical, real, form.undecided) {
            Some(_) if critical.verdict == ImportVerdict::NotChecked => row.unsure += 1,
            Some(_) => row.agreed += 1,
            None => {
                let chain: Vec<_> = critical.chain.iter().map(|link| format!("{}", link.origin)).collect();
                wrong.push(format!(
                    "{}: {} is {:?} ({chain:?} {:?}), and CPython says {real:?}",
                    form.name, module.name, critical.verdict, critical.whys
                ));
            }
        }
    }
    let certain = |import: &&BrokenImport| matches!(import.certainty, Certainty::Definite | Certainty::Environment);
    let definite: BTreeSet<Fault> = said.index.broken.iter().filter(certain).map(Fault::of).collect();
    let ordered = |import: &&BrokenImport| import.certainty == Certainty::OrderDependent;
    let by_order: BTreeSet<Fault> = said.index.broken.iter().filter(ordered).map(Fault::of).collect();
    for fault in &truth.reached {
        let form = tree.form(&fault.file);
        rows.entry(&form.name).or_default().imports += 1;
    }
    for fault in &definite {
        let form = tree.form(&fault.file);
        match truth.always.contains(fault) {
            true => rows.entry(&form.name).or_default().agreed += 1,
            false => wrong.push(format!("{}: {fault} is said to fail, and CPython imports it", form.name)),
        }
    }
    for fault in truth.always.difference(&definite) {
        let form = tree.form(&fault.file);
        // What is not decided is said all the same.
        let known = said.index.broken.iter().any(|import| Fault::of(import) == *fault);
        let doubted = form.undecided && (known || said.doubts(&fault.file));
        if !doubted {
            wrong.push(format!("{}: {fault} fails in CPython, and is not said to", form.name));
        }
    }
    for fault in by_order.difference(&truth.sometimes) {
        let form = tree.form(&fault.file);
        // Which of the folders of others are on the path when it is imported is not a question of this file alone.
        if !truth.always.contains(fault) {
            wrong.push(format!("{}: {fault} is said to depend on the order, and does not", form.name));
        }
    }
    for fault in truth.sometimes.difference(&by_order) {
        let form = tree.form(&fault.file);
        if !form.undecided {
            wrong.push(format!("{}: {fault} depends on the order in CPython, and is not said to", form.name));
        }
    }
    for (form, row) in &mut rows {
        let failing = truth.always.iter().filter(|fault| tree.form(&fault.file).name == *form).count();
        let fine = row.imports.saturating_sub(failing);
        let falsely =
            definite.iter().filter(|fault| tree.form(&fault.file).name == *form && !truth.always.contains(fault));
        row.agreed += fine.saturating_sub(falsely.count());
    }
    (wrong, table(&rows))
}

/// Whether the verdict is the truth; a doubt is one only where the form allows it.
fn verdict(critical: &CriticalImport, real: &truth::Outcome, undecided: bool) -> Option<()> {
    match critical.verdict {
        ImportVerdict::Ok => (real.class == "ok").then_some(()),
        ImportVerdict::NotChecked => undecided.then_some(()),
        ImportVerdict::Broken if real.class == "ok" => None,
        ImportVerdict::Broken => {
            let last = critical.chain.last().and_then(|link| link.origin.source());
            let line = last.map(|span| (span.file.to_string(), span.start.line));
            // A module that is not there at all has no chain.
            (line.is_none() && real.place.is_none() || line == real.place).then_some(())
        }
    }
}

fn table(rows: &BTreeMap<&str, Row>) -> String {
    let mut text = format!("{:<48} {:>7} {:>7} {:>7} {:>7}\n", "form", "modules", "imports", "agreed", "unsure");
    let mut all = Row::default();
    for (form, row) in rows {
        text += &format!("{form:<48} {:>7} {:>7} {:>7} {:>7}\n", row.modules, row.imports, row.agreed, row.unsure);
        all.modules += row.modules;
        all.imports += row.imports;
        all.agreed += row.agreed;
        all.unsure += row.unsure;
    }
    text + &format!("{:<48} {:>7} {:>7} {:>7} {:>7}\n", "all", all.modules, all.imports, all.agreed, all.unsure)
}

/// Prints what a reader of the run wants to see.
#[allow(clippy::print_stderr, reason = "the table and what was skipped are for the reader of a test run")]
fn show(text: &str) {
    eprintln!("{text}");
}

fn truth_path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/imports/truth.txt")
}

fn check(tree: &Tree, folder: &Path, version: &str, truth: &Truth) {
    let said = say(folder, tree, version);
    let (wrong, table) = compare(tree, &said, truth);
    show(&table);
    assert!(wrong.is_empty(), "{} disagreements:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn imports_are_those_of_the_recorded_interpreter() {
    let tree = Tree::generate(SEED);
    assert!(tree.modules().count() >= 400, "{}", tree.modules().count());
    let folder = tempfile::tempdir().unwrap();
    tree.write(folder.path());
    let truth = Truth::parse(&std::fs::read_to_string(truth_path()).unwrap());
    check(&tree, folder.path(), VERSION, &truth);
}

#[cfg(unix)]
#[test]
fn imports_are_those_of_the_interpreter_that_is_here() {
    let Some(version) = interpreter::version() else {
        show("SKIPPED: python3 is not on PATH");
        return;
    };
    // Another tree than the recorded one, and the recorded one.
    for seed in [SEED, SEED + 1] {
        let tree = Tree::generate(seed);
        let folder = tempfile::tempdir().unwrap();
        tree.write(folder.path());
        let truth = interpreter::ask(folder.path(), tree.entries()).expect("python3 answers");
        if seed == SEED && version == VERSION {
            let text = truth.render();
            if std::env::var_os("RECORD_TRUTH").is_some() {
                std::fs::write(truth_path(), text).unwrap();
            } else {
                assert!(text == std::fs::read_to_string(truth_path()).unwrap(), "the recorded truth is stale");
            }
        }
        check(&tree, folder.path(), &version, &truth);
    }
}
