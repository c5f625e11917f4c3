//! Runs the cases under `tests/deploy/`: one folder a case, input beside what `show deploy` prints.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::*;

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deploy");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the cases are there")
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    cases
}

fn context() -> NameContext {
    NameContext { project: Some("acme-staging".into()), ..NameContext::default() }
}

fn read(repo: &Path, paths: &[&str]) -> DeployDeclarations {
    let config = DeployConfig { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
    declarations(repo, &config, &context(), &Excerpts::default())
}

/// A repository of one file.
fn repository(path: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(path);
    std::fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
    std::fs::write(file, text).expect("a file");
    folder
}

#[test]
fn every_case_gives_what_it_expects() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut failed = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 25, "only {} cases", cases.len());
    for case in cases {
        let shown = format!("{:#}\n", show(&read(&case, &[])));
        let expected = case.join("expected.json");
        if update {
            std::fs::write(&expected, &shown).expect("a file");
        }
        let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
        let (wanted, shown): (Value, Value) =
            (serde_json::from_str(&wanted).unwrap_or_default(), serde_json::from_str(&shown).expect("JSON"));
        if wanted != shown {
            failed.push(format!("{}: expected {wanted:#}, got {shown:#}", case.display()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
