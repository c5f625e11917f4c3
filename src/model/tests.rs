//! The pytest code base, as read without running it.

use serde::{Deserialize, Serialize};

use super::declared::Diagnostic;
use super::discovered::{Collection, Discovered};
use super::fact::Why;
use super::origin::Origin;
use super::source::RepoPath;

/// Everything that the checks of the test infrastructure need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestIndex {
    /// Counts of files; clocks are in [`super::evidence::Timings`].
    pub summary: TestSummary,
    /// Configured categories, with what can be collected in each.
    pub categories: Vec<TestCategory>,
    /// The exclusion patterns, with how many test files each one drops.
    pub exclusions: Vec<PatternCount>,
    /// Imports whose module or name does not exist, in the order of files and lines.
    pub broken: Vec<BrokenImport>,
    /// The configured critical imports, in configured order.
    pub critical: Vec<CriticalImport>,
    /// Marks that pytest refuses, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<UnregisteredMark>,
    /// The configured required classes, in configured order.
    pub classes: Vec<RequiredClass>,
    /// Backup files that hold Python.
    pub backups: Vec<Backup>,
    /// The pytest configuration that applies, with what is wrong in it.
    pub config: Vec<Diagnostic>,
    /// Files that CPython could not compile.
    pub parse_errors: Vec<Diagnostic>,
    /// Reasons for which something may exist that was not seen: unreadable files, limits.
    pub incomplete: Vec<Why>,
    /// What pytest would collect, and what it would leave out.
    #[serde(default)]
    pub discovered: Discovered,
    /// What the project's own pytest collected; `None` where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<Collection>,
}

/// Counts of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestSummary {
    /// All files of the tree.
    pub files: usize,
    /// `*.py`.
    pub python_files: usize,
    /// Bytes of Python read.
    pub bytes: u64,
    /// Files that match a test file pattern anywhere in the tree (broad discovery).
    pub broad_test_files: usize,
    /// Test files that are left after the exclusion patterns (targeted discovery).
    pub test_files: usize,
    /// The configured cap on targeted discovery.
    pub cap: usize,
    /// How many test files lie beyond the cap.
    pub beyond_cap: usize,
}

/// A category of tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCategory {
    /// Such as `smoke`.
    pub name: String,
    /// Path patterns with the number of test files that each one matches.
    pub patterns: Vec<PatternCount>,
    /// Test files.
    pub files: usize,
    /// Tests that pytest would collect from them (functions and methods, parametrisation not counted).
    pub tests: usize,
    /// Files of which it cannot be told whether or which tests are collected from them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unsure: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A path pattern with how many files it matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternCount {
    /// The pattern as configured.
    pub pattern: String,
    /// Matching test files.
    pub files: usize,
}

/// An import whose module or name does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenImport {
    /// The importing statement (the alias's own line in an import of several lines).
    pub origin: Origin,
    /// Dotted name of the module, absolute.
    pub module: String,
    /// The imported name, where the module exists and the name does not.
    pub symbol: Option<String>,
    /// How certain it is that the import fails.
    pub certainty: Certainty,
    /// The name is bound by its module, but later: the two modules import each other.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub circular: bool,
    /// Where the module or name went, where there is exactly one candidate.
    pub suggestion: Option<Suggestion>,
    /// Number of test files that cannot be imported because of this statement, its own file included.
    pub breaks_test_files: usize,
    /// One of them that is not the file itself, with the chain of imports that leads here.
    pub example: Vec<ChainLink>,
}

/// How certain it is that an import fails when its file is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// It runs unconditionally when the file is imported, and fails.
    Definite,
    /// A third-party module that no dependency file declares.
    Environment,
    /// Inside a function: it fails when the function runs.
    Lazy,
    /// Inside a `try` that handles ImportError, or a similar guard.
    Guarded,
    /// Under `TYPE_CHECKING`.
    Typing,
    /// It resolves only when another file has edited `sys.path` before.
    OrderDependent,
    /// It cannot be told.
    Unknown,
}

impl Certainty {
    /// The kebab-case word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Definite => "definite",
            Self::Environment => "environment",
            Self::Lazy => "lazy",
            Self::Guarded => "guarded",
            Self::Typing => "typing",
            Self::OrderDependent => "order-dependent",
            Self::Unknown => "unknown",
        }
    }
}

/// A mark that pytest refuses because nobody registers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnregisteredMark {
    /// Such as `smok`.
    pub name: String,
    /// Its first use in each file.
    pub places: Vec<Origin>,
    /// Number of test files that use it: pytest collects none of them.
    pub test_files: usize,
    /// The one registered mark of a similar name.
    pub suggestion: Option<String>,
    /// Why it may be registered all the same.
    pub doubt: Option<Why>,
}

/// Where a module or name went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Dotted name of the module that has it.
    pub module: String,
    /// The name in it, where a name is missing.
    pub symbol: Option<String>,
    /// How it was found, such as "the only module that defines it".
    pub how: String,
}

/// A module that must be importable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriticalImport {
    /// Dotted name.
    pub module: String,
    /// What importing it would do.
    pub verdict: ImportVerdict,
    /// The statements that are executed on the way to the root cause, first the module itself.
    pub chain: Vec<ChainLink>,
    /// What is wrong at the end of the chain, or why it cannot be told; empty where all is well.
    pub whys: Vec<Why>,
}

/// What importing a module would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportVerdict {
    /// It is imported.
    Ok,
    /// It fails.
    Broken,
    /// It cannot be told, for example because a third-party module on the way may not be installed.
    NotChecked,
}

/// One step of a chain of imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainLink {
    /// The statement.
    pub origin: Origin,
    /// Its text, shortened.
    pub text: String,
}

/// A class that must exist in the tests of a category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequiredClass {
    /// Class name.
    pub name: String,
    /// Category it belongs to.
    pub category: String,
    /// Where it is looked for.
    pub files: Vec<String>,
    /// What is wrong with it; empty where all is well, or nothing is known.
    pub problems: Vec<ClassProblem>,
    /// What cannot be told of it, and why.
    #[serde(default)]
    pub unknown: Vec<Why>,
    /// Its definitions in matching files.
    pub places: Vec<Origin>,
    /// Definitions in backup files, best first.
    pub candidates: Vec<BackupCandidate>,
    /// A definition that matches in all but the file pattern, where there is one.
    pub elsewhere: Option<Origin>,
}

/// What can be wrong with a required class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassProblem {
    /// There is no definition in any matching file.
    Missing,
    /// It is defined, but pytest does not collect it, for this reason.
    NotCollectable(String),
    /// It has no test method.
    NoTests,
    /// All its test methods are stubs; the origins are the methods.
    Stub(Vec<Origin>),
    /// It does not carry the required marker.
    Unmarked(String),
    /// It lacks required methods.
    MethodsMissing(Vec<String>),
}

/// A definition of a class in a backup file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupCandidate {
    /// The class statement.
    pub origin: Origin,
    /// Number of its test methods that do something.
    pub tests: usize,
    /// Why it should not be restored, where that is so.
    pub why_not: Option<String>,
}

/// A backup file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The file.
    pub path: RepoPath,
    /// The file that it is a copy of, by name.
    pub of: Option<RepoPath>,
    /// Names of the classes in it.
    pub classes: Vec<String>,
}
