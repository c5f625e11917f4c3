//! How many test files each failing import takes down, counted by importing each test file by itself.

use std::collections::BTreeMap;
use std::fs;

use gcp_drift::config::TestsConfig;
use gcp_drift::model::Excerpts;
use gcp_drift::testinfra::index;

use super::generator::{Module, Numbers};
use super::interpreter;

const MODULES: usize = 30;
const TESTS: usize = 25;
const TREES: u64 = 12;

/// Modules that import one another in circles and diamonds, some of which fail.
fn files(numbers: &mut Numbers) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for module in 0..MODULES {
        let mut lines = vec![format!("NAME{module} = 1")];
        for _ in 0..1 + numbers.below(3) {
            let other = numbers.below(MODULES);
            lines.push(match numbers.below(8) {
                0 => format!("from m{other} import NAME{other}"),
                1 => format!("try:\n    import m{other}\nexcept ImportError:\n    pass"),
                2 => format!("def f{other}():\n    import m{other}"),
                _ => format!("import m{other}"),
            });
        }
        if numbers.below(12) == 0 {
            lines.push(format!("import gone{module}"));
        }
        // Where the name stands decides what a circle sees of it.
        let at = numbers.below(lines.len());
        lines.swap(0, at);
        files.insert(format!("m{module}.py"), lines.join("\n") + "\n");
    }
    for test in 0..TESTS {
        let one = numbers.below(MODULES);
        let other = numbers.below(MODULES);
        files.insert(format!("tests/test_{test}.py"), format!("import m{one}\nfrom m{other} import NAME{other}\n"));
    }
    files.insert(
        "uv.lock".to_owned(),
        "version = 1\n[[package]]\nname = \"x\"\nsource = { virtual = \".\" }\n".to_owned(),
    );
    files
}

#[cfg(unix)]
#[test]
fn counts_of_broken_test_files_are_those_of_importing_each_of_them() {
    let Some(version) = interpreter::version() else {
        super::show("SKIPPED: python3 is not on PATH");
        return;
    };
    let mut roots = 0;
    let mut broken_files = 0;
    for seed in 0..TREES {
        let folder = tempfile::tempdir().unwrap();
        let files = files(&mut Numbers(seed));
        for (path, text) in &files {
            let full = folder.path().join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, text).unwrap();
        }
        let tests = files.keys().filter(|path| path.starts_with("tests/")).map(|path| {
            let name = path.trim_start_matches("tests/").trim_end_matches(".py").to_owned();
            let steps = vec![(Some("tests".to_owned()), name)];
            Module { path: path.clone(), name: path.clone(), steps, is_test: true }
        });
        let truth = interpreter::ask(folder.path(), &tests.collect::<Vec<_>>()).expect("python3 answers");
        let mut expected: BTreeMap<(String, u32), usize> = BTreeMap::new();
        for place in truth.outcomes.values().filter_map(|outcome| outcome.place.clone()) {
            *expected.entry(place).or_default() += 1;
        }
        let config = TestsConfig { python_version: Some(version.clone()), ..TestsConfig::default() };
        let found = index(folder.path(), &config, &Excerpts::default()).index;
        let mut counted: BTreeMap<(String, u32), usize> = BTreeMap::new();
        for import in found.broken.iter().filter(|import| import.breaks_test_files > 0) {
            let span = import.origin.source().unwrap();
            counted.insert((span.file.to_string(), span.start.line), import.breaks_test_files);
            // The example leads from a test file to the statement.
            let last = import.example.last().unwrap().origin.source().unwrap();
            let first = import.example.first().unwrap().origin.source().unwrap();
            assert!(first.file.as_str().starts_with("tests/"), "{import:?}");
            assert_eq!((&last.file, last.start.line), (&span.file, span.start.line), "{import:?}");
        }
        // An import of a test file itself has no chain, and no other test file.
        assert_eq!(counted, expected, "seed {seed}: {files:#?}");
        roots += expected.len();
        broken_files += expected.values().sum::<usize>();
    }
    let all = TREES as usize * TESTS;
    super::show(&format!("{TREES} trees: {roots} root causes take down {broken_files} of {all} test files"));
    assert!(roots >= 10 && broken_files >= 50, "{roots} {broken_files}");
}
