//! Small trees for the tests of this folder.

use std::fs;
use std::path::Path;

use super::{Indexed, index};
use crate::config::TestsConfig;
use crate::model::Excerpts;
use crate::model::tests::{BrokenImport, TestIndex};

/// Writes files given as one text, each after a line `=== path`.
pub fn write_tree(folder: &Path, text: &str) {
    for part in text.split("=== ").skip(1) {
        let (path, body) = part.split_once('\n').unwrap();
        let full = folder.join(path.trim());
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, body).unwrap();
    }
}

/// Indexes a tree given as one text.
pub fn indexed(text: &str, change: impl FnOnce(&mut TestsConfig)) -> Indexed {
    let folder = tempfile::tempdir().unwrap();
    write_tree(folder.path(), text);
    let mut config = TestsConfig { python_version: Some("3.11".to_owned()), ..TestsConfig::default() };
    change(&mut config);
    index(folder.path(), &config, &Excerpts::default())
}

/// The index of a tree, with critical imports.
pub fn index_of(text: &str, critical: &[&str]) -> TestIndex {
    indexed(text, |config| config.critical_imports = critical.iter().map(|&module| module.to_owned()).collect()).index
}

/// `file:line module[:symbol] certainty`
pub fn shown(import: &BrokenImport) -> String {
    let span = import.origin.source().unwrap();
    let symbol = import.symbol.as_ref().map(|symbol| format!(":{symbol}")).unwrap_or_default();
    format!("{}:{} {}{symbol} {}", span.file, span.start.line, import.module, import.certainty.word())
}

/// All broken imports of a tree.
pub fn broken(text: &str) -> Vec<String> {
    index_of(text, &[]).broken.iter().map(shown).collect()
}
