//! Which imports do not exist, which tests each of them breaks, and whether the critical modules can be imported.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use super::interpret::{Done, Doubt, Failure, Interpreter, Order, Outcome, Record};
use super::names::Bound;
use super::pytest_config::join;
use super::resolve::{Resolution, Space, Unit};
use super::roots::{conftests_above, folder_of};
use super::sources::{FileId, FileState};
use super::suggestion::Catalogue;
use crate::model::redact;
use crate::model::tests::{BrokenImport, Certainty, ChainLink, CriticalImport, ImportVerdict};
use crate::model::{Origin, Why, WhyKind};
use crate::python::facts::When;

/// The longest chain that is shown.
const MAX_CHAIN: usize = 60;
/// The longest text of a link, in characters.
const MAX_TEXT: usize = 140;

/// What is known of the imports of a repository.
#[derive(Debug, Default)]
pub struct Imports {
    /// Imports that do not exist, in the order of files and lines.
    pub broken: Vec<BrokenImport>,
    /// The critical modules, in configured order.
    pub critical: Vec<CriticalImport>,
    /// Test files from which nothing is collected: they cannot be imported, or skip themselves.
    pub failing: HashSet<FileId>,
    /// What importing each file alone does, and whether it says itself that it is to be skipped.
    pub outcomes: HashMap<FileId, (Outcome, bool)>,
}

/// Which files are looked at.
#[derive(Debug)]
pub struct Scope<'a> {
    /// The test files that are meant to run.
    pub tests: &'a [FileId],
    /// Files whose broken imports are reported in any case, by id.
    pub reported: &'a HashSet<FileId>,
    /// The modules that must be importable.
    pub critical: &'a [String],
}

/// What one broken statement does to the tests.
#[derive(Clone, Default)]
struct Impact {
    tests: usize,
    example: Vec<ChainLink>,
}

/// Judges all imports.
pub fn judge(space: &Space<'_>, scope: &Scope<'_>) -> Imports {
    let mut interpreter = Interpreter::new(space, Order::Any);
    let tests: HashSet<FileId> = scope.tests.iter().copied().collect();
    let mut impacts: BTreeMap<(FileId, usize), Impact> = BTreeMap::new();
    let mut records: Vec<(FileId, Record, Option<Rc<Done>>)> = Vec::new();
    let mut failing = HashSet::new();
    let mut roots = FailureRoots::default();
    for &file in scope.tests {
        let Some(source) = space.sources.get(file) else { continue };
        let conftests = conftests_above(&source.path, space.root, space.sources);
        let mut order = packages_above(space, &source.path);
        order.push(file);
        // pytest loads the conftest files before the test file.
        let results = interpreter.run(&[conftests.as_slice(), order.as_slice()].concat());
        let (by_conftest, own) = results.split_at(conftests.len().min(results.len()));
        let mut met = None;
        if own.iter().any(|(id, done)| *id == file && done.skips) {
            failing.insert(file);
        }
        for group in [by_conftest, own] {
            let Some((at, failure)) = first_failure(group) else { continue };
            failing.insert(file);
            let Some(root) = roots.of(&interpreter, at).filter(|root| met.replace(*root) != Some(*root)) else {
                continue;
            };
            let impact = impacts.entry(root).or_default();
            impact.tests += 1;
            if impact.example.is_empty() && root.0 != file {
                impact.example = example(space, file, at, &trace(&interpreter, at, failure));
            }
        }
    }
    for (file, source) in space.sources.files.iter().enumerate() {
        if interpreter.result(file).is_none() {
            let mut order = packages_above(space, &source.path);
            order.push(file);
            interpreter.run(&order);
        }
    }
    for file in 0..space.sources.files.len() {
        let Some(done) = interpreter.result(file) else { continue };
        let mut found = done.records.clone();
        found.extend(deferred(&mut interpreter, space, file, &done));
        for record in found {
            let module = record.symbol.as_ref().and_then(|_| named(space, &interpreter, file, &record.module));
            records.push((file, record, module));
        }
    }
    let done = (0..space.sources.files.len()).filter_map(|file| Some((file, interpreter.result(file)?)));
    let outcomes = done.map(|(file, done)| (file, (done.outcome.clone(), done.skips))).collect();
    let catalogue = Catalogue::new(space, |id| scope.reported.contains(&id));
    let mut broken = Vec::new();
    for (file, record, module) in records {
        let optional = matches!(record.certainty, Certainty::Guarded | Certainty::Typing);
        if record.third_party && optional {
            continue;
        }
        // Several names of one statement share its impact.
        let impact = impacts.get(&(file, record.statement.start)).cloned();
        if !scope.reported.contains(&file) && impact.is_none() {
            continue;
        }
        let Some(source) = space.sources.get(file) else { continue };
        let mut impact = impact.unwrap_or_default();
        if impact.tests == 0
            && tests.contains(&file)
            && matches!(record.certainty, Certainty::Definite | Certainty::Environment)
        {
            // Another failure comes first, but this one breaks its own file as well.
            impact.tests = 1;
        }
        let suggestion = match &record.symbol {
            Some(symbol) => {
                let names = module.map(|done| bound_names(&done)).unwrap_or_default();
                catalogue.symbol(&record.module, symbol, &names)
            }
            None => catalogue.module(&record.module, &record.wanted),
        };
        broken.push(BrokenImport {
            origin: source.source.origin(record.range.clone()),
            module: record.module,
            symbol: record.symbol,
            certainty: record.certainty,
            suggestion,
            breaks_test_files: impact.tests,
            example: impact.example,
        });
    }
    broken.sort_by(|left, right| left.origin.cmp(&right.origin).then_with(|| left.symbol.cmp(&right.symbol)));
    // A chain must be the one that CPython follows, in its order.
    let mut exact = Interpreter::new(space, Order::Exact);
    let critical = scope.critical.iter().map(|module| critical(space, &mut exact, module)).collect();
    Imports { broken, critical, failing, outcomes }
}

/// The `__init__` files that importing a file by its package's name executes, outermost first.
fn packages_above(space: &Space<'_>, path: &str) -> Vec<FileId> {
    let mut found = Vec::new();
    let mut folder = folder_of(path);
    while let Some(init) = space.sources.id(&join(folder, "__init__.py")) {
        if space.sources.get(init).is_some_and(|file| file.path != path) {
            found.push(init);
        }
        if folder.is_empty() || folder == space.root {
            break;
        }
        folder = folder_of(folder);
    }
    found.reverse();
    found
}

fn first_failure(results: &[(FileId, Rc<Done>)]) -> Option<(FileId, Failure)> {
    results.iter().find_map(|(file, done)| match &done.outcome {
        Outcome::Fails(failure) => Some((*file, failure.clone())),
        _ => None,
    })
}

/// The statement at the root of each file's failure: a file, and where the statement begins in it. Files that fail for
/// the same reason share the way to it, so that each of them is passed once.
#[derive(Default)]
struct FailureRoots(HashMap<FileId, (FileId, usize)>);

impl FailureRoots {
    fn of(&mut self, interpreter: &Interpreter<'_>, file: FileId) -> Option<(FileId, usize)> {
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
fn trace(interpreter: &Interpreter<'_>, file: FileId, failure: Failure) -> Vec<(FileId, Failure)> {
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
fn example(space: &Space<'_>, test: FileId, entered: FileId, trace: &[(FileId, Failure)]) -> Vec<ChainLink> {
    let mut links: Vec<ChainLink> = trace.iter().filter_map(|(file, failure)| link(space, *file, failure)).collect();
    if entered != test
        && let Some(source) = space.sources.get(test)
    {
        let text = format!("importing {} imports {}", source.path, path_of(space, entered));
        links.insert(0, ChainLink { origin: source.source.line_origin(1), text });
    }
    links
}

fn path_of<'a>(space: &'a Space<'_>, file: FileId) -> &'a str {
    space.sources.get(file).map_or("", |file| file.path.as_str())
}

fn link(space: &Space<'_>, file: FileId, failure: &Failure) -> Option<ChainLink> {
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
fn statement_link(space: &Space<'_>, file: FileId, range: &Range<usize>) -> ChainLink {
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

/// What the deferred imports of a file miss.
fn deferred(interpreter: &mut Interpreter<'_>, space: &Space<'_>, file: FileId, done: &Done) -> Vec<Record> {
    let Some(source) = space.sources.get(file) else { return Vec::new() };
    let mut roots = done.roots.clone();
    roots.folders.extend(source.facts.deferred_path_edits.iter().map(|edit| edit.folder.clone()));
    let mut found: Vec<Record> = Vec::new();
    for deferred in &source.facts.deferred {
        let Some(mut record) = interpreter.probe(file, &roots, &deferred.import) else { continue };
        if matches!(record.certainty, Certainty::Definite | Certainty::Environment) {
            record.certainty = match deferred.when {
                When::Called => Certainty::Lazy,
                When::CalledGuarded => Certainty::Guarded,
                When::CalledUndecided => Certainty::Unknown,
                When::Typing => Certainty::Typing,
            };
        }
        let same = |other: &&mut Record| other.statement == record.statement && other.symbol == record.symbol;
        match found.iter_mut().rev().take(50).find(same) {
            Some(other) => other.wanted.extend(record.wanted),
            None => found.push(record),
        }
    }
    found
}

/// The module of this name as the file sees it, where it is a file.
fn named(space: &Space<'_>, interpreter: &Interpreter<'_>, file: FileId, module: &str) -> Option<Rc<Done>> {
    let roots = space.roots_of(file);
    match space.resolve_name(path_of(space, file), &roots, module) {
        Resolution::Units(units) => match units.last() {
            Some(Unit::File(id)) => interpreter.result(*id),
            _ => None,
        },
        _ => None,
    }
}

fn bound_names(done: &Done) -> Vec<String> {
    let names = done.names.borrow();
    let mut list: Vec<String> =
        names.iter().filter(|(_, bound)| *bound == Bound::Yes).map(|(name, _)| name.to_owned()).collect();
    list.sort();
    list
}

fn critical(space: &Space<'_>, interpreter: &mut Interpreter<'_>, module: &str) -> CriticalImport {
    let importer = join(space.root, "__critical__.py");
    let roots = space.roots.of(&importer, space.pytest, space.tree);
    let verdict = |verdict, chain, whys| CriticalImport { module: module.to_owned(), verdict, chain, whys };
    let units = match space.resolve_name(&importer, &roots, module) {
        Resolution::Units(units) => units,
        Resolution::Assumed => return verdict(ImportVerdict::Ok, Vec::new(), Vec::new()),
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

#[cfg(test)]
#[cfg(unix)]
mod cpython;
#[cfg(test)]
mod tests;
