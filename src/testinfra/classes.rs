//! The classes that must exist: as real definitions, collected, with tests that do something, marked.

use std::collections::HashSet;

use super::backups::BackupFile;
use super::collect::{self, ClassView};
use super::glob::PathGlobs;
use super::pytest_config::PytestConfig;
use super::resolve::Space;
use super::restore::twin::twin;
use super::sources::{FileId, FileState};
use crate::config::RequiredClassConfig;
use crate::model::declared::DiagnosticLevel;
use crate::model::tests::{BackupCandidate, ClassProblem, RequiredClass};
use crate::model::{Diagnostic, Origin, Why, WhyKind};
use crate::python::facts::Class;

/// Judges the configured classes.
pub fn judge(
    space: &Space<'_>,
    pytest: &PytestConfig,
    configured: &[RequiredClassConfig],
    live: &HashSet<FileId>,
    backups: &[BackupFile],
    diagnostics: &mut Vec<Diagnostic>,
    incomplete: &mut Vec<Why>,
) -> Vec<RequiredClass> {
    let mut judged = Vec::new();
    for wanted in configured {
        let (globs, errors) = PathGlobs::new(&wanted.files);
        diagnostics.extend(errors.into_iter().map(|error| Diagnostic {
            level: DiagnosticLevel::Error,
            text: format!("for the class `{}`, {error}", wanted.name),
            origin: None,
        }));
        let definitions = definitions(space, &wanted.name, live);
        let (matching, others): (Vec<_>, Vec<_>) =
            definitions.into_iter().partition(|(file, _)| globs.any(path(space, *file)));
        let mut best: Option<Vec<ClassProblem>> = None;
        for (file, class) in &matching {
            let problems = problems(space, pytest, wanted, *file, class, incomplete);
            if best.as_ref().is_none_or(|best| problems.len() < best.len()) {
                best = Some(problems);
            }
        }
        let problems = best.unwrap_or_else(|| match unseen(space, &globs, live) {
            Some(why) => {
                let text = format!("whether the class `{}` exists cannot be told: {}", wanted.name, why.text);
                incomplete.push(Why { text, ..why });
                Vec::new()
            }
            None => vec![ClassProblem::Missing],
        });
        let elsewhere = others
            .iter()
            .find(|(file, class)| problems_of_definition(space, pytest, wanted, *file, class).is_empty())
            .map(|(file, class)| origin(space, *file, class));
        let has_live = !matching.is_empty() || !others.is_empty();
        judged.push(RequiredClass {
            name: wanted.name.clone(),
            category: wanted.category.clone(),
            files: wanted.files.clone(),
            problems,
            places: matching.iter().map(|(file, class)| origin(space, *file, class)).collect(),
            candidates: candidates(space, pytest, &wanted.name, backups, live, has_live),
            elsewhere,
        });
    }
    judged
}

fn path<'a>(space: &'a Space<'_>, file: FileId) -> &'a str {
    space.sources.get(file).map_or("", |file| file.path.as_str())
}

fn origin(space: &Space<'_>, file: FileId, class: &Class) -> Origin {
    match space.sources.get(file) {
        Some(file) => file.source.origin(class.range.clone()),
        None => Origin::live("", ""),
    }
}

/// Every definition of a class in live files; of several in one file the last one counts.
fn definitions<'a>(space: &'a Space<'_>, name: &str, live: &HashSet<FileId>) -> Vec<(FileId, &'a Class)> {
    let files = space.sources.files.iter().enumerate().filter(|(id, _)| live.contains(id));
    files
        .filter_map(|(id, file)| Some((id, file.facts.classes.iter().rev().find(|class| class.name == name)?)))
        .collect()
}

/// Why a class may exist in a matching file that was not read.
fn unseen(space: &Space<'_>, globs: &PathGlobs, live: &HashSet<FileId>) -> Option<Why> {
    let unread = live.iter().filter_map(|id| space.sources.get(*id)).find_map(|file| match &file.state {
        FileState::Unread(why) if globs.any(&file.path) => Some(why.clone()),
        _ => None,
    });
    unread.or_else(|| {
        let hidden =
            space.tree.opaque.iter().find(|path| globs.any(path) || globs.any(&format!("{path}/test_x.py")))?;
        Some(Why::new(WhyKind::FileUnreadable, format!("`{hidden}` was not looked at")))
    })
}

/// The problems of a definition; what an unknown base may bring is not counted against it.
fn problems(
    space: &Space<'_>,
    pytest: &PytestConfig,
    wanted: &RequiredClassConfig,
    file: FileId,
    class: &Class,
    incomplete: &mut Vec<Why>,
) -> Vec<ClassProblem> {
    let view = collect::view(space, file, class);
    let mut problems = problems_of_definition(space, pytest, wanted, file, class);
    if let Some(base) = &view.unknown_base {
        let before = problems.len();
        problems.retain(|problem| !matches!(problem, ClassProblem::NoTests | ClassProblem::MethodsMissing(_)));
        if problems.len() < before {
            let text = format!("what `{}` inherits from `{base}` is not known", wanted.name);
            incomplete.push(Why::at(WhyKind::ModuleUnavailable, text, origin(space, file, class)));
        }
    }
    problems
}

fn problems_of_definition(
    space: &Space<'_>,
    pytest: &PytestConfig,
    wanted: &RequiredClassConfig,
    file: FileId,
    class: &Class,
) -> Vec<ClassProblem> {
    let Some(source) = space.sources.get(file) else { return vec![ClassProblem::Missing] };
    let view = collect::view(space, file, class);
    let mut problems = Vec::new();
    if let Some(reason) = file_not_collected(pytest, &source.path, &source.state)
        .or_else(|| collect::not_collected(pytest, &class.name, &view))
    {
        problems.push(ClassProblem::NotCollectable(reason));
    }
    let tests = collect::tests(pytest, &view);
    if tests.is_empty() {
        problems.push(ClassProblem::NoTests);
    } else if tests.iter().all(|(_, test)| test.stub) {
        let origins =
            tests.iter().filter_map(|(file, test)| Some(space.sources.get(*file)?.source.origin(test.range.clone())));
        problems.push(ClassProblem::Stub(origins.collect()));
    }
    if let Some(marker) = &wanted.marker
        && !is_marked(
            &view,
            &source.facts.marks,
            &tests.iter().map(|(_, test)| &test.marks[..]).collect::<Vec<_>>(),
            marker,
        )
    {
        problems.push(ClassProblem::Unmarked(marker.clone()));
    }
    let missing: Vec<String> = wanted
        .methods
        .iter()
        .filter(|name| !view.methods.iter().any(|(_, method)| method.name == **name && !method.not_a_test))
        .cloned()
        .collect();
    if !missing.is_empty() {
        problems.push(ClassProblem::MethodsMissing(missing));
    }
    problems
}

fn file_not_collected(pytest: &PytestConfig, path: &str, state: &FileState) -> Option<String> {
    match state {
        FileState::SyntaxError(broken) => Some(format!("its file does not compile: {}", broken.text)),
        _ if !pytest.is_test_file(path) => {
            Some(format!("its file does not match `python_files` ({})", pytest.python_files.join(" ")))
        }
        _ => None,
    }
}

fn is_marked(view: &ClassView<'_>, module: &[String], tests: &[&[String]], marker: &str) -> bool {
    view.marks.contains(&marker)
        || module.iter().any(|mark| mark == marker)
        || (!tests.is_empty() && tests.iter().all(|marks| marks.iter().any(|mark| mark == marker)))
}

/// Definitions in backup files, best first.
fn candidates(
    space: &Space<'_>,
    pytest: &PytestConfig,
    name: &str,
    backups: &[BackupFile],
    live: &HashSet<FileId>,
    has_live: bool,
) -> Vec<BackupCandidate> {
    let mut found = Vec::new();
    for backup in backups {
        let file = &backup.file;
        let Some(class) = file.facts.classes.iter().rev().find(|class| class.name == name) else { continue };
        let methods = class.methods.iter();
        let all: Vec<_> =
            methods.filter(|method| !method.not_a_test && pytest.is_test_function(&method.name)).collect();
        let tests = all.iter().filter(|method| !method.stub).count();
        let why_not = match &file.state {
            FileState::SyntaxError(broken) => Some(format!("the backup does not compile: {}", broken.text)),
            FileState::Unread(why) => Some(why.text.clone()),
            _ if class.constructor.is_some() => Some("it has a constructor, so pytest does not collect it".to_owned()),
            _ if all.is_empty() => Some("it has no test".to_owned()),
            _ if tests == 0 => Some("all its tests are stubs".to_owned()),
            _ if has_live => Some("a live class of the same name exists".to_owned()),
            _ => twin(space, pytest, class, live),
        };
        found.push(BackupCandidate { origin: file.source.origin(class.range.clone()), tests, why_not });
    }
    found.sort_by(|left, right| {
        let rank = |candidate: &BackupCandidate| (candidate.why_not.is_some(), usize::MAX - candidate.tests);
        rank(left).cmp(&rank(right)).then_with(|| left.origin.cmp(&right.origin))
    });
    found
}

#[cfg(test)]
mod tests;
