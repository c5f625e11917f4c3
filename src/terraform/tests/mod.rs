//! Whole configurations, written to temporary directories and evaluated through the public entry points.

mod coverage;
mod deployments;
mod expressions;
mod extraction;
mod golden;
mod google;
mod language;
mod modules;
mod oracle;
mod plans;
mod problems;
mod trouble;
mod truth;
mod unknowns;
mod variables;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Evaluated, Loaded, Options, load};
use crate::config::TerraformConfig;
use crate::model::Excerpts;

/// Writes files into a new directory.
fn write(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn load_dir(dir: &Path, config: &TerraformConfig) -> Loaded {
    load_with(dir, config, &[])
}

/// Loads a directory as in this environment.
fn load_with(dir: &Path, config: &TerraformConfig, environment: &[(&str, &str)]) -> Loaded {
    let environment = environment.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
    let numbers = BTreeMap::from([("424242".to_owned(), "numbered".to_owned())]);
    let options = Options {
        config,
        project: Some("configured"),
        project_numbers: &numbers,
        observed: &[],
        environment: &environment,
    };
    load(dir, &options, &Excerpts::default())
}

/// Loads files with the default configuration.
fn load_files(files: &[(&str, &str)]) -> Loaded {
    let dir = write(files);
    load_dir(dir.path(), &TerraformConfig::default())
}

/// The wholly known value of an expression.
fn value(loaded: &Loaded, expression: &str) -> serde_json::Value {
    match loaded.evaluate(None, expression) {
        Evaluated::Value(value) => value,
        other => panic!("{expression}: {other:?}"),
    }
}

/// The reasons for which an expression is not known.
fn unknown(loaded: &Loaded, expression: &str) -> String {
    match loaded.evaluate(None, expression) {
        Evaluated::Unknown(reasons) => reasons.join("; "),
        other => panic!("{expression}: {other:?}"),
    }
}

/// The error of an expression.
fn error(loaded: &Loaded, expression: &str) -> String {
    match loaded.evaluate(None, expression) {
        Evaluated::Error(text) => text,
        other => panic!("{expression}: {other:?}"),
    }
}
