use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::*;
use crate::config::TestsConfig;
use crate::model::Excerpts;
use crate::testinfra::sources::Sources;
use crate::testinfra::testing::{indexed, shown, write_tree};
use crate::testinfra::{dependencies, pytest_config, python_version, roots, walk};

/// A circle of this many modules: one that imports all others, each of which imports it.
fn hub(modules: usize, more: impl Fn(usize) -> (String, String)) -> String {
    let mut text = "=== fw/__init__.py\n=== fw/hub.py\n".to_owned();
    for number in 0..modules {
        let _ = writeln!(text, "import fw.m{number}");
    }
    for number in 0..modules {
        let (before, after) = more(number);
        let _ = write!(text, "=== fw/m{number}.py\n{before}import fw.hub\nclass Tool{number}: pass\nlate = 1\n{after}");
    }
    text
}

#[test]
fn a_large_circle_is_judged_without_entering_it_from_each_side() {
    let modules = 1_500;
    let limit = |text: &str| {
        let index = indexed(text, |_| {}).index;
        (index.broken.iter().map(shown).collect::<Vec<_>>(), index.incomplete)
    };
    let none = (String::new(), String::new());
    assert_eq!(limit(&hub(modules, |_| none.clone())), (Vec::new(), Vec::new()));
    // What is bound before the first import is there whoever comes first.
    let early = |number: usize| match number {
        7 => ("from fw.m900 import early\n".to_owned(), String::new()),
        900 => ("early = 1\n".to_owned(), String::new()),
        _ => none.clone(),
    };
    assert_eq!(limit(&hub(modules, early)), (Vec::new(), Vec::new()));
    let late = |number: usize| match number {
        7 => (String::new(), "from fw.m900 import late\n".to_owned()),
        _ => none.clone(),
    };
    let found = limit(&hub(modules, late));
    assert_eq!(found, (vec!["fw/m7.py:4 fw.m900:late order-dependent".to_owned()], Vec::new()));
}

/// Looks at the space of a tree, in which every file has been executed.
fn look<T>(text: &str, look: impl FnOnce(&Space<'_>, &Interpreter<'_>) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    write_tree(folder.path(), text);
    let (repo, excerpts, config) = (folder.path(), Excerpts::default(), TestsConfig::default());
    let tree = walk::walk(repo);
    let pytest = pytest_config::read(repo, "", &tree, config.pytest_version, &excerpts);
    let python = python_version::read(repo, "", &tree, &config);
    let sources = Sources::read(repo, &tree, python, &excerpts, |_| true);
    let dependencies = dependencies::read(repo, "", &tree, None, &excerpts, |_| false);
    let roots = roots::read(repo, "", &tree, &sources, &pytest, Vec::new(), &excerpts);
    let space = Space::new(&tree, &sources, &dependencies, &roots, &pytest, "", python);
    let mut any = Interpreter::new(&space, Order::Any);
    for (file, source) in sources.files.iter().enumerate() {
        let mut order = packages_above(&space, &source.path);
        order.push(file);
        any.run(&order);
    }
    look(&space, &any)
}

/// What is wanted too early where each circle is entered from all of its sides.
fn from_all_sides(space: &Space<'_>, any: &Interpreter<'_>) -> BTreeSet<(FileId, usize, Certainty)> {
    let mut found = BTreeSet::new();
    let mut exact = Interpreter::new(space, Order::Exact);
    let mut real = Interpreter::new(space, Order::Real);
    for circle in Graph::of(space, any).circles() {
        let members: HashSet<FileId> = circle.iter().copied().collect();
        let mut seen = Seen::default();
        for entry in entries(space, &circle, &members, &BTreeSet::new()) {
            seen.enter(space, (&mut exact, &mut real), entry, &members);
        }
        for ((file, at, symbol), tally) in &seen.tallies {
            let is_order = seen.is_order(*file, *at, symbol.as_deref());
            let certainty = match tally.record.certainty {
                Certainty::Definite if is_order => Certainty::OrderDependent,
                other => other,
            };
            found.insert((*file, *at, certainty));
        }
    }
    found
}

#[test]
fn what_is_found_is_what_entering_from_all_sides_finds() {
    let modules = ["p/__init__.py", "p/a.py", "p/b.py", "c.py", "d.py", "p/q/__init__.py", "p/q/e.py"];
    let names = ["p", "p.a", "p.b", "c", "d", "p.q", "p.q.e"];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut roll = |sides: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % sides as u64) as usize
    };
    let mut kinds: BTreeSet<Certainty> = BTreeSet::new();
    for case in 0..200 {
        let mut text = String::new();
        for path in modules {
            let _ = writeln!(text, "=== {path}");
            for _ in 0..4 {
                let other = names[roll(names.len())];
                let _ = match roll(7) {
                    0 | 1 => writeln!(text, "import {other}"),
                    2 => writeln!(text, "from {other} import x"),
                    3 => writeln!(text, "from {other} import y"),
                    4 => writeln!(text, "try:\n    from {other} import x\nexcept ImportError:\n    x = 2"),
                    5 => writeln!(text, "x = 1"),
                    _ => writeln!(text, "y = 1"),
                };
            }
            text.push_str("x = 1\ny = 1\n");
        }
        look(&text, |space, any| {
            let judged = judge(space, any);
            let found = judged.records.iter().map(|(file, record)| (*file, record.range.start, record.certainty));
            let found: BTreeSet<_> = found.collect();
            kinds.extend(found.iter().map(|(.., certainty)| *certainty));
            assert_eq!(found, from_all_sides(space, any), "case {case}\n{text}");
        });
    }
    assert!(kinds.contains(&Certainty::Definite) && kinds.contains(&Certainty::OrderDependent), "{kinds:?}");
}
