//! Definitions of a required class in backup files, ranked, and why one of them should not be restored.

use std::collections::HashSet;

use super::super::backups::BackupFile;
use super::super::pytest_config::PytestConfig;
use super::super::resolve::Space;
use super::super::restore::twin::twin;
use super::super::sources::{FileId, FileState};
use crate::config::RequiredClassConfig;
use crate::model::tests::BackupCandidate;
use crate::python::facts::Class;

/// The definitions in backup files, best first.
pub(super) fn read(
    space: &Space<'_>,
    pytest: &PytestConfig,
    wanted: &RequiredClassConfig,
    live: &HashSet<FileId>,
    backups: &[BackupFile],
    has_live: bool,
) -> Vec<BackupCandidate> {
    let mut found: Vec<(Rank, BackupCandidate)> = Vec::new();
    for backup in backups {
        let file = &backup.file;
        let Some(class) = file.facts.classes.iter().rev().find(|class| class.name == wanted.name) else { continue };
        let tests = tests_of(pytest, class);
        let real = tests.iter().filter(|(_, stub)| !stub).count();
        let why_not = unfit(pytest, backup, class, tests.len(), real)
            .or_else(|| has_live.then(|| "a live class of the same name exists".to_owned()))
            .or_else(|| twin(space, pytest, class, live));
        let rank = Rank {
            unfit: why_not.is_some(),
            lacks: lacks(wanted, file.facts.marks.iter(), class),
            tests: usize::MAX - real,
            older: std::cmp::Reverse(date(&file.path)),
        };
        found.push((rank, BackupCandidate { origin: file.source.origin(class.range.clone()), tests: real, why_not }));
    }
    found.sort_by(|(left, one), (right, other)| left.cmp(right).then_with(|| one.origin.cmp(&other.origin)));
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// What comes first is better: fit, then complete, then with more tests, then newer by name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    unfit: bool,
    lacks: usize,
    tests: usize,
    older: std::cmp::Reverse<String>,
}

/// The tests of a class by its own body, and whether each is a stub. What a backup inherits is not followed.
fn tests_of<'a>(pytest: &PytestConfig, class: &'a Class) -> Vec<(&'a str, bool)> {
    let methods = class.methods.iter().filter(|method| !method.not_a_test && pytest.is_test_function(&method.name));
    methods.map(|method| (method.name.as_str(), method.stub)).collect()
}

fn unfit(pytest: &PytestConfig, backup: &BackupFile, class: &Class, tests: usize, real: usize) -> Option<String> {
    let bases = class.bases.iter().flatten();
    let is_unittest = bases.clone().any(|base| base.ends_with("TestCase"));
    let text = match &backup.file.state {
        FileState::SyntaxError(broken) => format!("the backup does not compile: {}", broken.text),
        FileState::Unread(why) => why.text.clone(),
        _ if class.test_flag == Some(false) => "it sets `__test__ = False`".to_owned(),
        _ if class.constructor.is_some() && !is_unittest => {
            "it has a constructor, so pytest does not collect it".to_owned()
        }
        _ if !is_unittest && class.test_flag != Some(true) && !pytest.is_test_class(&class.name) => {
            format!("its name does not match `python_classes` ({})", pytest.python_classes.join(" "))
        }
        _ if class.methods.iter().any(|method| method.is_abstract) => "it has abstract methods".to_owned(),
        _ if tests == 0 && bases.clone().next().is_some() => {
            "it has no test of its own, and what it inherits is not in the backup".to_owned()
        }
        _ if tests == 0 => "it has no test".to_owned(),
        _ if class.marks.iter().any(|mark| mark == "skip") => "it is skipped as a whole".to_owned(),
        _ if real == 0 => "all its tests are stubs".to_owned(),
        _ => return None,
    };
    Some(text)
}

/// How much of what is required the candidate does not bring.
fn lacks<'a>(wanted: &RequiredClassConfig, mut module: impl Iterator<Item = &'a String>, class: &Class) -> usize {
    let missing = wanted.methods.iter().filter(|name| !class.methods.iter().any(|method| method.name == **name));
    let unmarked = wanted.marker.as_ref().is_some_and(|marker| {
        !class.marks.contains(marker)
            && !module.any(|mark| mark == marker)
            && !class.methods.iter().all(|method| method.marks.contains(marker))
    });
    missing.count() + usize::from(unmarked)
}

/// The digits of a path: of copies of one file, those with the later date come later.
fn date(path: &str) -> String {
    path.chars().filter(char::is_ascii_digit).collect()
}
