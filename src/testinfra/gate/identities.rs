//! What is recorded before a migration: which tests, classes and imports there are, not only how many.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::files::sha256;
use crate::model::tests::{ImportVerdict, TestIndex};
use crate::testinfra::collect;
use crate::testinfra::collect::session::Collected;
use crate::testinfra::pytest_config::PytestConfig;
use crate::testinfra::resolve::Space;

/// The version of the format.
pub const VERSION: u32 = 1;

/// What is recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identities {
    /// The version of the format.
    pub schema_version: u32,
    /// The version of the tool.
    pub tool: String,
    /// The day, `YYYY-MM-DD`.
    pub date: String,
    /// The tests that pytest would collect, by node id.
    pub tests: Vec<Test>,
    /// The required classes.
    pub classes: Vec<Class>,
    /// The critical imports.
    pub critical_imports: Vec<Critical>,
    /// Category → counts.
    pub categories: BTreeMap<String, Counts>,
    /// What could not be read: there may be more.
    pub incomplete: Vec<String>,
}

/// A test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Test {
    /// `file::Class::test`
    pub id: String,
    /// Hash of its parameters and body, without its name and without indentation; `None` where that is not known.
    pub body: Option<String>,
    /// Its body does nothing.
    #[serde(default)]
    pub stub: bool,
    /// Its file can be imported, as far as is known.
    pub runs: bool,
}

/// A required class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: String,
    /// Its definitions, `file:line`.
    pub places: Vec<String>,
    /// Whether nothing is wrong with it; `None` where that cannot be told.
    pub fit: Option<bool>,
}

/// A critical import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Critical {
    /// The module.
    pub module: String,
    /// `ok`, `broken` or `not-checked`.
    pub verdict: ImportVerdict,
    /// The statements on the way to the root cause, `file:line: text`.
    pub chain: Vec<String>,
}

/// The counts of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Test files.
    pub files: usize,
    /// Tests.
    pub tests: usize,
}

/// Every test that pytest would collect, by node id. Of a file that cannot be imported those that it defines: what a
/// migration breaks is not lost.
pub fn tests(space: &Space<'_>, pytest: &PytestConfig, collected: &Collected) -> Vec<Test> {
    let mut found = Vec::new();
    for file in &collected.files {
        let Some(id) = space.sources.id(&file.path) else { continue };
        let runs = !file.errors.iter().any(|(collector, _)| collector.is_empty());
        let names = if runs { file.tests.to_vec() } else { collect::defined(space, pytest, id) };
        for name in names {
            let parts: Vec<&str> = name.split("::").collect();
            let definition = collect::definition(space, id, &parts);
            let definition = definition.and_then(|(at, function)| Some((space.sources.get(at)?, function)));
            let text = definition.and_then(|(at, function)| {
                // From behind the name: a test that is only renamed stays the same.
                at.source.text().get(function.range.end..function.whole.end)
            });
            found.push(Test {
                id: format!("{}::{name}", file.path),
                body: text.map(body_hash),
                stub: definition.is_some_and(|(_, function)| function.stub),
                runs,
            });
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Indentation and line ends do not count: they change with the class around a test.
fn body_hash(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut hash = sha256(lines.join("\n").as_bytes());
    hash.truncate(32);
    hash
}

impl Identities {
    /// What there is now.
    pub fn of(index: &TestIndex, tests: Vec<Test>, date: &str) -> Self {
        let place = |origin: &crate::model::Origin| {
            origin.source().map(|span| format!("{}:{}", span.file, span.start.line)).unwrap_or_default()
        };
        let classes = index.classes.iter().map(|class| Class {
            name: class.name.clone(),
            category: class.category.clone(),
            places: class.places.iter().map(place).collect(),
            fit: match (class.problems.is_empty(), class.places.is_empty()) {
                (true, true) => None,
                (fit, _) => Some(fit),
            },
        });
        let critical = index.critical.iter().map(|import| Critical {
            module: import.module.clone(),
            verdict: import.verdict,
            chain: import.chain.iter().map(|link| format!("{}: {}", place(&link.origin), link.text)).collect(),
        });
        let categories = index.categories.iter();
        let categories =
            categories.map(|category| (category.name.clone(), Counts { files: category.files, tests: category.tests }));
        Self {
            schema_version: VERSION,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            date: date.to_owned(),
            tests,
            classes: classes.collect(),
            critical_imports: critical.collect(),
            categories: categories.collect(),
            incomplete: index.incomplete.iter().map(|why| why.text.clone()).collect(),
        }
    }

    /// Reads what was recorded.
    ///
    /// # Errors
    /// A text that is none, or of another version.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let value: serde_json::Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        match value.get("schema_version").and_then(serde_json::Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {
                serde_json::from_value(value).map_err(|error| error.to_string())
            }
            Some(version) => Err(format!("it has the version {version}, not {VERSION}")),
            None => Err("it was not written by `premigrate --save`".to_owned()),
        }
    }
}
