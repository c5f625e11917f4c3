//! What pytest would collect from the code base, and what it would leave out.

use serde::{Deserialize, Serialize};

use super::fact::Why;
use super::origin::Origin;
use super::source::RepoPath;
use super::tests::PatternCount;

/// What a run of pytest without arguments would collect, as read, and what it would leave out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Discovered {
    /// Files that are collected.
    pub files: usize,
    /// Tests in them (functions and methods, parametrisation not counted).
    pub tests: usize,
    /// Why pytest would not start, its configuration file aside.
    pub refusals: Vec<Why>,
    /// Files and folders that cannot be collected, for other reasons than an import.
    pub errors: Vec<CollectionError>,
    /// Files that are refused because another one has the same module name.
    pub clashes: Vec<NameClash>,
    /// Test files without a test.
    pub without_tests: Vec<Origin>,
    /// Files of tests that no pattern of `python_files` matches.
    pub unmatched: Vec<UnmatchedFile>,
    /// Classes that have tests and cannot be collected.
    pub left_out: Vec<LeftOutClass>,
    /// Test files that match a pattern and are not collected, because no path leads to them.
    pub not_reached: usize,
    /// Exclusion patterns that were configured and drop nothing.
    pub unused_exclusions: Vec<String>,
    /// Where the files beyond the cap lie: folders, with their number.
    pub hidden_by_cap: Vec<PatternCount>,
    /// How much cannot be told.
    pub unsure: usize,
    /// The first of the reasons for which something cannot be told.
    pub unsure_whys: Vec<Why>,
}

/// Something that cannot be collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionError {
    /// The id of the file, class or folder, as pytest prints it.
    pub id: String,
    /// Why.
    pub why: Why,
}

/// Two files of one module name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameClash {
    /// The file that is refused.
    pub path: RepoPath,
    /// Its first line.
    pub origin: Option<Origin>,
    /// The file, or the folder of the package, that has the name.
    pub other: RepoPath,
    /// Whether a run of pytest without arguments collects both. A recording of an older version does not say so.
    #[serde(default = "yes")]
    pub together: bool,
}

fn yes() -> bool {
    true
}

/// A file of tests that no pattern matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmatchedFile {
    /// The file.
    pub path: RepoPath,
    /// Its first test.
    pub origin: Origin,
    /// How many tests it has.
    pub tests: usize,
}

/// A class that has tests and cannot be collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutClass {
    /// The file that is collected.
    pub path: RepoPath,
    /// The name of the class.
    pub name: String,
    /// Why, with its place.
    pub why: Why,
}

/// What the project's own pytest collected, beside what was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    /// The command, as it was run.
    pub command: String,
    /// The limit on it, in seconds.
    pub timeout: f64,
    /// How it ended.
    pub end: CollectionEnd,
    /// Tests that it collected, parametrisation not counted.
    pub tests: usize,
    /// Files that they are in.
    pub files: usize,
    /// Files of which pytest and the reading see different things.
    pub differences: Vec<Difference>,
    /// How many such files there are beside those that are listed.
    #[serde(default)]
    pub more_differences: usize,
}

/// How the run of pytest ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionEnd {
    /// It collected, perhaps with errors.
    Collected,
    /// It was killed at the limit.
    TimedOut,
    /// It could not be run, or broke off: its words.
    Failed(String),
}

/// A file of which pytest and the reading see different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The file, by its id.
    pub id: String,
    /// Tests that pytest alone collects.
    pub only_pytest: Vec<String>,
    /// Tests that were read, and that pytest does not collect.
    pub only_read: Vec<String>,
    /// How many tests there are beside those that are listed: of pytest alone, and of those that were read.
    #[serde(default)]
    pub more: (usize, usize),
    /// What pytest says of it, where it cannot collect it and nothing of that was read.
    pub error: Option<String>,
}
