//! The way from a file to the statement at the root of its failure.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::model::tests::ChainLink;
use crate::model::{Origin, redact};
use crate::testinfra::interpret::{Done, Failure, Interpreter, Outcome};
use crate::testinfra::resolve::Space;
use crate::testinfra::sources::{FileId, FileState};

/// The longest chain that is shown.
pub(super) const MAX_CHAIN: usize = 60;
/// The longest text of a link, in characters.
pub(super) const MAX_TEXT: usize = 140;

pub(super) fn first_failure(results: &[(FileId, Rc<Done>)]) -> Option<(FileId, Failure)> {
    results.iter().find_map(|(file, done)| match &done.outcome {
        Outcome::Fails(failure) => Some((*file, failure.clone())),
        _ => None,
    })
}

/// The statement at the root of each file's failure: a file, and where the statement begins in it. Files that fail for
/// the same reason share the way to it, so that each of them is passed once.
#[derive(Default)]
pub(super) struct FailureRoots(HashMap<FileId, (FileId, usize)>);

impl FailureRoots {
    pub(super) fn of(&mut self, interpreter: &Interpreter<'_>, file: FileId) -> Option<(FileId, usize)> {
        let mut passed = Vec::new();
        let mut at = file;
        let root = loop {
            if let Some(&root) = self.0.get(&at) {
                break root;
            }
            passed.push(at);
            let done = interpreter.result(at)?;
            let Outcome::Fails(failure) = &done.outcome else { return None };
            match failure.next {
                // A module that fails next is one whose failure came before, so this ends.
                Some(next)
                    if interpreter.result(next).is_some_and(|done| matches!(done.outcome, Outcome::Fails(_))) =>
                {
                    at = next;
                }
                _ => break (at, failure.at.start),
            }
        };
        self.0.extend(passed.into_iter().map(|file| (file, root)));
        Some(root)
    }
}

/// The statements from a failing file to the root of its failure; of a very long way the middle is left out.
pub(super) fn trace(interpreter: &Interpreter<'_>, file: FileId, failure: Failure) -> Vec<(FileId, Failure)> {
    let mut chain = vec![(file, failure)];
    let mut seen = HashSet::from([file]);
    while let Some((_, Failure { next: Some(next), .. })) = chain.last()
        && seen.insert(*next)
    {
        let next = *next;
        let Some(done) = interpreter.result(next) else { break };
        let Outcome::Fails(failure) = &done.outcome else { break };
        chain.truncate(MAX_CHAIN - 1);
        chain.push((next, failure.clone()));
    }
    chain
}

/// The chain from a test file, or from the conftest or package that it enters first, to the root of its failure.
pub(super) fn example(space: &Space<'_>, test: FileId, entered: FileId, trace: &[(FileId, Failure)]) -> Vec<ChainLink> {
    let mut links: Vec<ChainLink> = trace.iter().filter_map(|(file, failure)| link(space, *file, failure)).collect();
    if entered != test
        && let Some(source) = space.sources.get(test)
    {
        let text = format!("importing {} imports {}", source.path, path_of(space, entered));
        links.insert(0, ChainLink { origin: source.source.line_origin(1), text });
    }
    links
}

pub(super) fn path_of<'a>(space: &'a Space<'_>, file: FileId) -> &'a str {
    space.sources.get(file).map_or("", |file| file.path.as_str())
}

pub(super) fn link(space: &Space<'_>, file: FileId, failure: &Failure) -> Option<ChainLink> {
    let source = space.sources.get(file)?;
    match &source.state {
        FileState::SyntaxError(broken) if failure.next.is_none() && failure.syntax => {
            let line = broken.origin.source().map_or(1, |span| span.start.line);
            Some(ChainLink { origin: broken.origin.clone(), text: redact::line(source.source.line(line).trim()) })
        }
        _ => Some(statement_link(space, file, &failure.at)),
    }
}

/// A statement with its text on one line.
pub(super) fn statement_link(space: &Space<'_>, file: FileId, range: &Range<usize>) -> ChainLink {
    let Some(source) = space.sources.get(file).map(|file| &file.source) else {
        return ChainLink { origin: Origin::live("", ""), text: String::new() };
    };
    let text = source.text().get(range.clone()).unwrap_or_default();
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = flat.chars().take(MAX_TEXT).collect();
    if short.len() < flat.len() {
        short.push('…');
    }
    ChainLink { origin: source.origin(range.clone()), text: redact::line(&short) }
}
