//! Whether a critical module can be imported, with the whole chain to what keeps it from it.

use std::collections::HashMap;

use super::chains::{MAX_CHAIN, MAX_TEXT, first_failure, link, path_of, statement_link, trace};
use crate::model::tests::{Certainty, ChainLink, CriticalImport, ImportVerdict};
use crate::model::{Why, WhyKind};
use crate::testinfra::interpret::{Doubt, Failure, Interpreter, Outcome, Record};
use crate::testinfra::pytest_config::join;
use crate::testinfra::resolve::{Resolution, Space, Unit};
use crate::testinfra::sources::{FileId, FileState};

pub(super) fn critical(space: &Space<'_>, interpreter: &mut Interpreter<'_>, module: &str) -> CriticalImport {
    let importer = join(space.root, "__critical__.py");
    let roots = space.roots.of(&importer, space.pytest, space.tree);
    let verdict = |verdict, chain, whys| CriticalImport { module: module.to_owned(), verdict, chain, whys };
    let units = match space.resolve_name(&importer, &roots, module) {
        Resolution::Units(units) => units,
        Resolution::Assumed | Resolution::Library(_) => return verdict(ImportVerdict::Ok, Vec::new(), Vec::new()),
        Resolution::Contested(contest) => {
            let text = format!("`{}` is a module of the standard library as well", contest.top);
            return verdict(ImportVerdict::NotChecked, Vec::new(), vec![Why::new(WhyKind::Environment, text)]);
        }
        Resolution::Doubt(kind, text) => {
            return verdict(ImportVerdict::NotChecked, Vec::new(), vec![Why::new(kind, text)]);
        }
        Resolution::Missing(Certainty::Definite | Certainty::Environment) => {
            let why = Why::new(WhyKind::ModuleUnavailable, format!("there is no module `{module}`"));
            return verdict(ImportVerdict::Broken, Vec::new(), vec![why]);
        }
        Resolution::Missing(_) => {
            let text = format!("`{module}` is found only once another file has edited `sys.path`");
            return verdict(ImportVerdict::NotChecked, Vec::new(), vec![Why::new(WhyKind::Dynamic, text)]);
        }
    };
    let mut files = Vec::new();
    for unit in &units {
        match unit {
            Unit::File(file) => files.push(*file),
            Unit::Namespace(_) => {}
            Unit::Opaque => {
                let text = format!("a part of `{module}` is not Python source that was read");
                return verdict(ImportVerdict::NotChecked, Vec::new(), vec![Why::new(WhyKind::Unsupported, text)]);
            }
        }
    }
    let own = match units.last() {
        Some(Unit::File(file)) => Some(*file),
        _ => None,
    };
    let results = interpreter.run(&files);
    let head = |at: FileId| -> Vec<ChainLink> {
        own.filter(|own| *own != at)
            .and_then(|own| space.sources.get(own))
            .map(|source| {
                let text = format!("importing {module} imports {} first", path_of(space, at));
                ChainLink { origin: source.source.line_origin(1), text }
            })
            .into_iter()
            .collect()
    };
    if let Some((at, failure)) = first_failure(&results) {
        let mut chain = head(at);
        let trace = trace(interpreter, at, failure);
        chain.extend(trace.iter().filter_map(|(file, failure)| link(space, *file, failure)));
        let whys = trace.last().map(|(file, failure)| root_cause(space, interpreter, *file, failure)).into_iter();
        return verdict(ImportVerdict::Broken, chain, whys.collect());
    }
    for (file, done) in &results {
        if let Outcome::Unknown(doubts) = &done.outcome
            && let Some(first) = doubts.first()
        {
            let mut chain = head(*file);
            chain.extend(doubt_chain(space, interpreter, *file, first));
            let mut whys = Vec::new();
            for doubt in doubts {
                let links = doubt_chain(space, interpreter, *file, doubt);
                let why = match links.last() {
                    Some(last) => doubt.why(last.origin.clone()),
                    None => Why::new(doubt.kind, doubt.text.clone()),
                };
                if !whys.contains(&why) {
                    whys.push(why);
                }
            }
            return verdict(ImportVerdict::NotChecked, chain, whys);
        }
    }
    let chain = own.and_then(|own| space.sources.get(own)).map(|source| ChainLink {
        origin: source.source.line_origin(1),
        text: source.source.line(1).trim().chars().take(MAX_TEXT).collect(),
    });
    verdict(ImportVerdict::Ok, chain.into_iter().collect(), Vec::new())
}

/// The statements from a file to the one that cannot be told.
fn doubt_chain(space: &Space<'_>, interpreter: &Interpreter<'_>, file: FileId, doubt: &Doubt) -> Vec<ChainLink> {
    let mut chain = vec![statement_link(space, file, &doubt.at)];
    let mut next = doubt.next;
    let mut seen: HashMap<FileId, ()> = HashMap::new();
    while chain.len() < MAX_CHAIN
        && let Some(file) = next
        && seen.insert(file, ()).is_none()
    {
        let Some(done) = interpreter.result(file) else { break };
        let inner = match &done.outcome {
            Outcome::Unknown(doubts) => doubts.first().map(|doubt| (doubt.at.clone(), doubt.next)),
            Outcome::Fails(failure) => Some((failure.at.clone(), failure.next)),
            Outcome::Ok => None,
        };
        let Some((at, after)) = inner else { break };
        chain.push(statement_link(space, file, &at));
        next = after;
    }
    chain
}

/// What is wrong at the root of a failure.
fn root_cause(space: &Space<'_>, interpreter: &Interpreter<'_>, file: FileId, failure: &Failure) -> Why {
    let Some(source) = space.sources.get(file) else { return Why::new(WhyKind::EvaluationFailed, "it fails") };
    if let (FileState::SyntaxError(broken), true) = (&source.state, failure.syntax) {
        return Why::at(WhyKind::ParseFailed, broken.text.clone(), broken.origin.clone());
    }
    let origin = source.source.origin(failure.at.clone());
    let done = interpreter.result(file);
    let record =
        done.as_ref().and_then(|done| done.records.iter().find(|record| record.statement.start == failure.at.start));
    match record {
        Some(Record { symbol: Some(symbol), module, .. }) => {
            Why::at(WhyKind::ModuleUnavailable, format!("`{module}` has no `{symbol}`"), origin)
        }
        Some(record) if record.third_party => {
            let lock = space.dependencies.lock.as_deref().unwrap_or("the lock file");
            let text = format!("no distribution of {lock} provides `{}`", record.module);
            Why::at(WhyKind::ThirdParty, text, origin)
        }
        Some(record) => Why::at(WhyKind::ModuleUnavailable, format!("there is no module `{}`", record.module), origin),
        None => Why::at(WhyKind::EvaluationFailed, "the statement ends the import", origin),
    }
}
