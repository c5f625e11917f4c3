//! The classes that must exist: as real definitions, collected, with tests that do something, marked.

mod candidates;
mod definitions;

use std::collections::HashSet;

use definitions::{Definition, Found, elsewhere, in_file, unseen};

use super::backups::BackupFile;
use super::collect::{self, ClassView};
use super::glob::PathGlobs;
use super::pytest_config::{PytestConfig, join};
use super::resolve::Space;
use super::roots::folder_of;
use super::sources::{FileId, FileState, PythonFile};
use crate::config::RequiredClassConfig;
use crate::model::declared::DiagnosticLevel;
use crate::model::tests::{ClassProblem, RequiredClass};
use crate::model::{Diagnostic, Why, WhyKind};
use crate::python::facts::{Function, Step, Stop, StopKind};

/// What judging a class looks at.
#[derive(Clone, Copy, Debug)]
pub struct Classes<'a> {
    /// The code base.
    pub space: &'a Space<'a>,
    /// pytest's settings.
    pub pytest: &'a PytestConfig,
    /// Files that are no copies.
    pub live: &'a HashSet<FileId>,
    /// Files that cannot be imported.
    pub failing: &'a HashSet<FileId>,
    /// Paths of the files that pytest collects where it is started on all of them.
    pub collected: &'a HashSet<&'a str>,
    /// Copies.
    pub backups: &'a [BackupFile],
}

/// Judges the configured classes.
pub fn judge(
    classes: Classes<'_>,
    configured: &[RequiredClassConfig],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<RequiredClass> {
    let one = |wanted: &RequiredClassConfig| {
        let (globs, errors) = PathGlobs::new(&wanted.files);
        diagnostics.extend(errors.into_iter().map(|error| Diagnostic {
            level: DiagnosticLevel::Error,
            text: format!("for the class `{}`, {error}", wanted.name),
            origin: None,
        }));
        classes.required(wanted, &globs)
    };
    configured.iter().map(one).collect()
}

/// What can be said of one definition.
#[derive(Default)]
struct Judged {
    problems: Vec<ClassProblem>,
    /// What cannot be told, and why.
    unknown: Vec<Why>,
}

impl<'a> Classes<'a> {
    fn required(self, wanted: &RequiredClassConfig, globs: &PathGlobs) -> RequiredClass {
        let mut matching: Vec<Definition<'a>> = Vec::new();
        let mut doubts = Vec::new();
        for (id, _) in self.matching(globs) {
            match in_file(self.space, id, &wanted.name) {
                Some(Found::Class(definition)) => matching.push(definition),
                Some(Found::Unknown(why)) => doubts.push(why),
                None => {}
            }
        }
        let others = elsewhere(self.space, &wanted.name, self.live, globs);
        let best = matching
            .iter()
            .map(|definition| self.definition(wanted, definition))
            .min_by_key(|judged| (judged.problems.len(), judged.unknown.len()));
        let judged = best.unwrap_or_else(|| {
            doubts.extend(unseen(self.space, globs, self.live));
            match doubts.first() {
                Some(why) => {
                    let text = format!("whether the class `{}` exists cannot be told: {}", wanted.name, why.text);
                    Judged { problems: Vec::new(), unknown: vec![Why { text, ..why.clone() }] }
                }
                None => Judged { problems: vec![ClassProblem::Missing], unknown: Vec::new() },
            }
        });
        let fits = |definition: &&Definition<'_>| self.definition(wanted, definition).problems.is_empty();
        let has_live = !matching.is_empty() || !others.is_empty();
        RequiredClass {
            name: wanted.name.clone(),
            category: wanted.category.clone(),
            files: wanted.files.clone(),
            problems: judged.problems,
            unknown: judged.unknown,
            places: matching.iter().map(|definition| definition.origin.clone()).collect(),
            candidates: candidates::read(self.space, self.pytest, wanted, self.live, self.backups, has_live),
            elsewhere: others.iter().find(fits).map(|definition| definition.origin.clone()),
        }
    }

    /// Live files that match the patterns.
    fn matching(self, globs: &PathGlobs) -> impl Iterator<Item = (FileId, &'a PythonFile)> {
        let files = self.space.sources.files.iter().enumerate();
        files.filter(move |(id, file)| self.live.contains(id) && globs.any(&file.path))
    }

    fn definition(self, wanted: &RequiredClassConfig, definition: &Definition<'a>) -> Judged {
        let Some(file) = self.space.sources.get(definition.file) else { return Judged::default() };
        let view = collect::view(self.space, definition.owner, definition.class);
        let mut judged = Judged::default();
        let reason = self
            .file_not_collected(definition.file, file)
            .or_else(|| collect::not_collected(self.pytest, &wanted.name, &view));
        judged.problems.extend(reason.map(ClassProblem::NotCollectable));

        let tests = collect::tests(self.pytest, &view);
        if tests.is_empty() {
            judged.problems.push(ClassProblem::NoTests);
        } else if is_skipped(&view, file) || tests.iter().all(|(_, test)| test.stub) {
            let origin =
                |(id, test): &(FileId, &Function)| Some(self.space.sources.get(*id)?.source.origin(test.range.clone()));
            judged.problems.push(ClassProblem::Stub(tests.iter().filter_map(origin).collect()));
        }
        if let Some(marker) = &wanted.marker
            && !is_marked(&view, file, &tests, marker)
        {
            match self.marked_elsewhere(file, &view) {
                Some(text) => {
                    let text = format!("whether `{}` is marked `{marker}` cannot be told: {text}", wanted.name);
                    judged.unknown.push(Why::at(WhyKind::Dynamic, text, definition.origin.clone()));
                }
                None => judged.problems.push(ClassProblem::Unmarked(marker.clone())),
            }
        }
        let has = |name: &str| view.methods.iter().any(|(_, method)| method.name == name && !method.not_a_test);
        let missing: Vec<String> = wanted.methods.iter().filter(|name| !has(name)).cloned().collect();
        if !missing.is_empty() {
            judged.problems.push(ClassProblem::MethodsMissing(missing));
        }
        if let Some(base) = &view.unknown_base {
            // It may bring tests, methods and marks, and a constructor.
            judged
                .problems
                .retain(|problem| matches!(problem, ClassProblem::NotCollectable(_) | ClassProblem::Stub(_)));
            let text = format!("what `{}` inherits from `{base}` is not known", wanted.name);
            judged.unknown.push(Why::at(WhyKind::ModuleUnavailable, text, definition.origin.clone()));
        }
        judged
    }

    fn file_not_collected(self, id: FileId, file: &PythonFile) -> Option<String> {
        let ends = file.facts.steps.iter().find_map(|step| match step {
            Step::Stop(Stop { kind, .. }) => Some(*kind),
            _ => None,
        });
        let text = match &file.state {
            FileState::SyntaxError(broken) => format!("its file does not compile: {}", broken.text),
            _ if !self.pytest.is_test_file(&file.path) => {
                format!("its file does not match `python_files` ({})", self.pytest.python_files.join(" "))
            }
            _ if !self.failing.contains(&id) && !self.collected.contains(file.path.as_str()) => {
                "pytest is told not to look at its file or folder".to_owned()
            }
            _ if file.facts.opted_out => "its file sets `__test__ = False`".to_owned(),
            _ if ends == Some(StopKind::Skip) => "its file skips itself when it is imported".to_owned(),
            _ if ends.is_some() || self.failing.contains(&id) => "its file cannot be imported".to_owned(),
            _ => return None,
        };
        Some(text)
    }

    /// Who may mark it where no statement of its file does.
    fn marked_elsewhere(self, file: &PythonFile, view: &ClassView<'_>) -> Option<String> {
        if view.unknown_marks || file.facts.unknown_marks {
            return Some("a decorator or `pytestmark` is not understood".to_owned());
        }
        let mut folder = folder_of(&file.path);
        loop {
            let conftest = join(folder, "conftest.py");
            let found = self.space.sources.id(&conftest).and_then(|id| self.space.sources.get(id));
            if found.is_some_and(|conftest| conftest.facts.adds_marks) {
                return Some(format!("`{conftest}` adds marks when tests are collected"));
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder_of(folder);
        }
    }
}

/// True where no test of it runs, whatever is in them.
fn is_skipped(view: &ClassView<'_>, file: &PythonFile) -> bool {
    view.marks.contains(&"skip") || file.facts.marks.iter().any(|mark| mark == "skip")
}

fn is_marked(view: &ClassView<'_>, file: &PythonFile, tests: &[(FileId, &Function)], marker: &str) -> bool {
    view.marks.contains(&marker)
        || file.facts.marks.iter().any(|mark| mark == marker)
        || (!tests.is_empty() && tests.iter().all(|(_, test)| test.marks.iter().any(|mark| mark == marker)))
}

#[cfg(test)]
mod tests;
