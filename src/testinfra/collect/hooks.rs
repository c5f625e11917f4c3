//! Hooks of conftest files and local plugins that may change what is collected, and marks that they register.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::things::{Doubt, Names};
use crate::python::facts::{Function, What, imports_of};
use crate::python::namespace::Bound;
use crate::testinfra::pytest_config::{PytestConfig, join};
use crate::testinfra::resolve::{Resolution, Unit};
use crate::testinfra::sources::{FileId, PythonFile};

/// Hooks that decide over the paths below their conftest file.
const OF_FOLDER: [&str; 6] = [
    "pytest_ignore_collect",
    "pytest_collect_file",
    "pytest_collect_directory",
    "pytest_pycollect_makemodule",
    "pytest_pycollect_makeitem",
    "pytest_make_collect_report",
];
/// Hooks that decide over everything.
const OF_SESSION: [&str; 2] = ["pytest_collection", "pytest_collection_modifyitems"];
/// `config.addinivalue_line("markers", "name: …")`
static REGISTERED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"addinivalue_line\(\s*["']markers["']\s*,\s*f?["']\s*(\w+)"#).ok());

/// What a conftest file or plugin may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The reason, and its place.
    pub doubt: Doubt,
    /// It decides over everything, not only over what lies below its folder.
    pub everywhere: bool,
}

/// The hooks of a file that may change what is collected.
pub fn hooks(file: FileId, source: &PythonFile) -> Vec<Hook> {
    let namespace = &source.facts.namespace;
    let mut found = Vec::new();
    for (names, everywhere) in [(&OF_FOLDER[..], false), (&OF_SESSION[..], true)] {
        for name in names {
            let Some(bound) = namespace.names.get(*name) else { continue };
            let at = match bound.first() {
                Some(Bound::Function(function)) if is_harmless(name, function, source) => continue,
                Some(Bound::Function(function)) => function.range.clone(),
                Some(Bound::Import(import)) => import.range.clone(),
                _ => 0..0,
            };
            let text = format!("the hook `{name}` may change what is collected");
            found.push(Hook { doubt: Doubt { text, file, at }, everywhere });
        }
    }
    if source.source.text().contains("pluginmanager.register") {
        let class = source.facts.classes.iter().find_map(|class| {
            let hook = |name: &str| OF_FOLDER.contains(&name) || OF_SESSION.contains(&name);
            class.methods.iter().find(|method| hook(&method.name))
        });
        if let Some(method) = class {
            let text = format!("the hook `{}` of a plugin may change what is collected", method.name);
            found.push(Hook { doubt: Doubt { text, file, at: method.range.clone() }, everywhere: true });
        }
    }
    found
}

/// True for a hook that looks at the tests, marks or sorts them, and adds or drops none.
fn is_harmless(name: &str, function: &Function, source: &PythonFile) -> bool {
    if name != "pytest_collection_modifyitems" {
        return false;
    }
    let Some(text) = source.source.text().get(function.body.clone()) else { return false };
    let Some((_, body)) = text.split_once("):").or_else(|| text.split_once("->")) else { return false };
    if body.contains("deselected") {
        return false;
    }
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    body.match_indices("items").all(|(at, word)| {
        let (before, after) = (body.get(..at).unwrap_or_default(), body.get(at + word.len()..).unwrap_or_default());
        if before.ends_with(|character| is_word(character) || character == '.') || after.starts_with(is_word) {
            return true;
        }
        let passed = ["in ", "enumerate(", "len(", "reversed(", "list(", "sorted(", "iter("];
        let only_read = passed.iter().any(|form| before.ends_with(form)) && !after.trim_start().starts_with(['.', '[']);
        only_read || after.starts_with(".sort(") || after.starts_with(".reverse(")
    })
}

/// The plugins of the repository that a file names in `pytest_plugins`, or that the options name.
pub fn plugins(names: Names<'_>, pytest: &PytestConfig, conftests: &[FileId]) -> BTreeSet<FileId> {
    let mut found = BTreeSet::new();
    let mut open: Vec<FileId> = conftests.to_vec();
    while let Some(file) = open.pop() {
        let Some(source) = names.space.sources.get(file) else { continue };
        imports_of(&source.facts.steps, &mut |import| {
            if import.what == What::Plugin
                && let Some(Unit::File(plugin)) = names.space.module_of(file, import)
                && found.insert(plugin)
            {
                open.push(plugin);
            }
        });
    }
    for name in &pytest.options.plugins {
        if let Resolution::Units(units) = named_plugin(names, pytest, name)
            && let Some(Unit::File(plugin)) = units.last()
        {
            found.insert(*plugin);
        }
    }
    found
}

/// Where the name of a plugin leads that the options load.
pub fn named_plugin(names: Names<'_>, pytest: &PytestConfig, name: &str) -> Resolution {
    let importer = join(&pytest.started_in, "conftest.py");
    let roots = names.space.roots.of(&importer, pytest, names.space.tree);
    names.space.resolve_name(&importer, &roots, name)
}

/// The marks that a file registers, and whether it may register others.
pub fn registered(source: &PythonFile) -> (Vec<String>, bool) {
    let text = source.source.text();
    let literal: Vec<String> = REGISTERED
        .as_ref()
        .map(|regex| regex.captures_iter(text).filter_map(|found| Some(found.get(1)?.as_str().to_owned())).collect())
        .unwrap_or_default();
    let calls = text.matches("addinivalue_line(").count();
    let of_others = text.matches("addinivalue_line(\"filterwarnings\"").count();
    let open = calls > literal.len() + of_others;
    (literal, open)
}
