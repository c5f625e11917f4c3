//! What pytest would leave out: files and classes that look like tests, and are not collected.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rayon::prelude::*;

use super::{Discovery, raises};
use crate::config::TestsConfig;
use crate::model::discovered::{CollectionError, Discovered, LeftOutClass, NameClash, UnmatchedFile};
use crate::model::tests::PatternCount;
use crate::model::{Origin, RepoPath, Why, WhyKind};
use crate::python::facts::What;
use crate::testinfra::collect::session::{Collected, FileTests, Input};
use crate::testinfra::glob::excludes;
use crate::testinfra::resolve::{Space, Unit};
use crate::testinfra::roots::{folder_of, is_conftest, is_within};
use crate::testinfra::sources::{FileId, PythonFile};

/// The most reasons for doubt that are listed.
const MAX_WHYS: usize = 20;
/// The most folders that are listed for what lies beyond the cap.
const MAX_FOLDERS: usize = 5;

/// What would be collected, and what would be left out.
pub fn read(
    input: &Input<'_>,
    found: &Discovery,
    collected: &Collected,
    everything: &Collected,
    imported: &HashSet<FileId>,
    config: &TestsConfig,
) -> Discovered {
    let targeted: HashSet<&str> = found.targeted.iter().map(String::as_str).collect();
    let wanted = |file: &&FileTests| targeted.contains(file.path.as_str());
    let reached: BTreeSet<&str> = collected.files.iter().map(|file| file.path.as_str()).collect();
    let everything_files: Vec<&FileTests> = everything.files.iter().filter(wanted).collect();
    let whys = collected.unsure.iter().map(|(_, why)| why);
    let whys = whys.chain(collected.files.iter().flat_map(|file| file.unsure.iter().map(|(_, why)| why)));
    let defaults = TestsConfig::default().exclude;
    Discovered {
        files: collected.files.iter().filter(|file| !file.tests.is_empty()).count(),
        tests: collected.files.iter().map(|file| file.tests.len()).sum(),
        refusals: refusals(input, collected),
        errors: [
            errors(everything, &everything_files),
            raises::errors(input, collected, everything, &everything_files),
        ]
        .concat(),
        clashes: everything_files.par_iter().filter_map(|file| clash(input, &reached, file)).collect(),
        without_tests: everything_files
            .par_iter()
            .filter_map(|file| without_tests(input, everything, imported, file))
            .collect(),
        unmatched: unmatched(input, everything, imported, config),
        left_out: everything_files
            .iter()
            .flat_map(|file| left_out(file))
            // The rules on required classes say it of those.
            .filter(|class| !config.required_classes.iter().any(|wanted| wanted.name == class.name))
            .collect(),
        not_reached: found.targeted.iter().filter(|path| !reached.contains(path.as_str())).count(),
        unused_exclusions: found
            .exclusions
            .iter()
            .filter(|count| count.files == 0 && !defaults.contains(&count.pattern))
            .map(|count| count.pattern.clone())
            .collect(),
        hidden_by_cap: hidden_by_cap(found, config.cap),
        unsure: whys.clone().count(),
        unsure_whys: whys.take(MAX_WHYS).cloned().collect(),
    }
}

/// Refusals that the configuration file does not give.
fn refusals(input: &Input<'_>, collected: &Collected) -> Vec<Why> {
    let of_config: HashSet<&str> = input.pytest.refusals.iter().map(|problem| problem.text.as_str()).collect();
    collected.refusals.iter().filter(|why| !of_config.contains(why.text.as_str())).cloned().collect()
}

/// Errors that the rules on imports and syntax do not tell, nor that on names.
fn errors(everything: &Collected, files: &[&FileTests]) -> Vec<CollectionError> {
    let folders = everything.errors.iter().map(|(id, why)| (id.clone(), why.clone()));
    let inner = |file: &FileTests, id: &str| if id.is_empty() { file.id.clone() } else { format!("{}::{id}", file.id) };
    let files = files.iter().filter(|file| file.namesake.is_none());
    let files = files.flat_map(|file| file.errors.iter().map(|(id, why)| (inner(file, id), why.clone())));
    let all = folders.chain(files).filter(|(_, why)| why.kind != WhyKind::ModuleUnavailable);
    all.map(|(id, why)| CollectionError { id, why }).collect()
}

fn source<'a>(input: &Input<'a>, path: &str) -> Option<(FileId, &'a PythonFile)> {
    let id = input.space.sources.id(path)?;
    Some((id, input.space.sources.get(id)?))
}

fn clash(input: &Input<'_>, reached: &BTreeSet<&str>, file: &FileTests) -> Option<NameClash> {
    let other = file.namesake.as_ref()?;
    // The other one may be a folder, whose files go by one name.
    let below =
        |path: &str| reached.range(format!("{path}/").as_str()..).next().is_some_and(|file| is_within(file, path));
    let is_reached =
        |path: &str| reached.contains(path) || if path.is_empty() { !reached.is_empty() } else { below(path) };
    Some(NameClash {
        path: RepoPath::new(&file.path),
        together: is_reached(&file.path) && is_reached(other),
        origin: source(input, &file.path).map(|(_, file)| file.source.line_origin(1)),
        other: RepoPath::new(other),
    })
}

/// A file from which nothing is collected, and nothing explains it.
fn without_tests(
    input: &Input<'_>,
    everything: &Collected,
    imported: &HashSet<FileId>,
    file: &FileTests,
) -> Option<Origin> {
    let explained = !file.tests.is_empty()
        || !file.errors.is_empty()
        || !file.unsure.is_empty()
        || !file.left_out.is_empty()
        || file.skips
        || file.path.ends_with("__init__.py")
        || is_conftest(&file.path)
        || everything.unsure.iter().any(|(id, _)| is_within(&file.id, id));
    // What others import is a helper by the name of a test file.
    let (_, source) = source(input, &file.path).filter(|(id, _)| !explained && !imported.contains(id))?;
    (!source.facts.opted_out).then(|| source.source.line_origin(1))
}

fn left_out(file: &FileTests) -> Vec<LeftOutClass> {
    let one = |(name, why): &(String, Why)| LeftOutClass {
        path: RepoPath::new(&file.path),
        name: name.clone(),
        why: why.clone(),
    };
    file.left_out.iter().map(one).collect()
}

/// Files that have tests, lie beside test files, and go by a name that no pattern matches. A file that another
/// one imports is a helper, whose tests are collected where they are inherited.
fn unmatched(
    input: &Input<'_>,
    everything: &Collected,
    imported: &HashSet<FileId>,
    config: &TestsConfig,
) -> Vec<UnmatchedFile> {
    let folders: BTreeSet<&str> =
        everything.files.iter().filter(|file| !file.tests.is_empty()).map(|file| folder_of(&file.path)).collect();
    let mut found = Vec::new();
    for (id, file) in input.space.sources.files.iter().enumerate() {
        let path = file.path.as_str();
        let in_tests = folders.contains(folder_of(path))
            || folder_of(path).split('/').any(|part| part == "tests" || part == "test");
        let passed_over = !in_tests
            || !is_within(path, &input.pytest.started_in)
            || input.pytest.is_test_file(path)
            || is_conftest(path)
            || imported.contains(&id)
            || config.exclude.iter().any(|pattern| excludes(pattern, path));
        if passed_over {
            continue;
        }
        let names = |name: &str| input.pytest.is_test_function(name);
        let functions = file.facts.functions.iter().filter(|function| names(&function.name) && !function.not_a_test);
        let methods = file
            .facts
            .classes
            .iter()
            .filter(|class| input.pytest.is_test_class(&class.name))
            .flat_map(|class| class.methods.iter().filter(|method| names(&method.name) && !method.not_a_test));
        let mut tests: Vec<usize> = functions.chain(methods).map(|test| test.range.start).collect();
        tests.sort_unstable();
        if let Some(&first) = tests.first() {
            let origin = file.source.origin(first..first);
            found.push(UnmatchedFile { path: RepoPath::new(path), origin, tests: tests.len() });
        }
    }
    found
}

/// The files that others import.
pub fn imported(space: &Space<'_>) -> HashSet<FileId> {
    let of_file = |file: FileId| {
        let mut found: Vec<FileId> = Vec::new();
        for (import, module) in space.leads(file) {
            // `from package import module`
            if let (What::Name { name, .. }, Some(module)) = (&import.what, module)
                && let Some(Unit::File(inner)) = space.submodule(module, name)
            {
                found.push(inner);
            }
            if let Some(Unit::File(module)) = module {
                found.push(*module);
            }
        }
        found
    };
    let found: Vec<Vec<FileId>> = (0..space.sources.files.len()).into_par_iter().map(of_file).collect();
    found.into_iter().flatten().collect()
}

/// The folders of the files that lie beyond the cap, most files first.
fn hidden_by_cap(found: &Discovery, cap: usize) -> Vec<PatternCount> {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for path in found.targeted.iter().skip(cap) {
        *folders.entry(folder_of(path)).or_default() += 1;
    }
    let mut counts: Vec<PatternCount> = folders
        .into_iter()
        .map(|(folder, files)| PatternCount { pattern: if folder.is_empty() { "." } else { folder }.to_owned(), files })
        .collect();
    counts.sort_by(|left, right| right.files.cmp(&left.files).then_with(|| left.pattern.cmp(&right.pattern)));
    counts.truncate(MAX_FOLDERS);
    counts
}
