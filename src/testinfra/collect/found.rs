//! The tests of the files that are collected. A file is read once, in however many sessions it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::items::{Effects, Finder, Items};
use super::modules::{Imported, Modules};
use super::session::{Collected, FileTests, Input, Selected, Session};
use super::things::{Doubt, Names};
use crate::model::{Excerpts, Why, WhyKind};
use crate::testinfra::pytest_config::{PytestConfig, open};
use crate::testinfra::resolve::Space;
use crate::testinfra::sources::FileId;

/// What is collected from a file that can be imported.
#[derive(Default)]
struct Found {
    tests: Arc<Vec<String>>,
    errors: Vec<(String, Why)>,
    unsure: Vec<(String, Why)>,
    left_out: Vec<(String, Why)>,
}

/// What a file holds, whether or not it can be imported. Its tests are shared by all who name them.
#[derive(Debug)]
pub struct OfFile {
    tests: Arc<Vec<String>>,
    items: Items,
}

impl From<Items> for OfFile {
    fn from(mut items: Items) -> Self {
        Self { tests: Arc::new(std::mem::take(&mut items.tests)), items }
    }
}

/// Imports the files of each session in its order, and finds the tests of those that can be imported.
pub(super) fn read(sessions: [Session<'_>; 2]) -> [Collected; 2] {
    let [one, other] = sessions;
    let (one, other) = rayon::join(|| one.import(), || other.import());
    let imported = [one, other];
    let wanted: BTreeSet<FileId> = imported
        .iter()
        .flat_map(|(_, files)| files.iter().filter_map(|(selected, imported)| of_tests(selected, imported)))
        .collect();
    let found: BTreeMap<FileId, Found> = match imported.first() {
        Some((session, _)) => {
            let input = session.input;
            let placed = |file: FileId| match input.items.get(&file) {
                Some(items) => session.placed(items),
                None => session.placed(&OfFile::from(of_module(input.space, input.pytest, file))),
            };
            wanted.into_par_iter().map(|file| (file, placed(file))).collect()
        }
        None => BTreeMap::new(),
    };
    let [one, other] = imported.map(|(session, files)| || session.finish(files, &found));
    let (one, other) = rayon::join(one, other);
    [one, other]
}

/// The tests of these files, as far as they can be imported.
pub fn items<'a>(space: &'a Space<'a>, pytest: &PytestConfig, files: &[String]) -> BTreeMap<FileId, OfFile> {
    let files = files.par_iter().with_max_len(8).filter_map(|path| space.sources.id(path));
    files.map(|file| (file, of_module(space, pytest, file).into())).collect()
}

fn of_module<'a>(space: &'a Space<'a>, pytest: &PytestConfig, file: FileId) -> Items {
    let unittest = !pytest.options.without.iter().any(|plugin| plugin == "unittest");
    let effects = Effects::default();
    Finder { names: Names { space }, pytest, unittest, effects: &effects }.module(file)
}

/// The file, where its tests are collected.
fn of_tests(selected: &Selected, imported: &Imported) -> Option<FileId> {
    let works = matches!(imported, Imported::Ok | Imported::Unknown(_));
    selected.file.filter(|_| works && selected.is_test)
}

impl Session<'_> {
    fn import(mut self) -> (Self, Vec<(Selected, Imported)>) {
        let Input { space, pytest, outcomes, .. } = self.input;
        let marks = self.marks();
        let mut modules = Modules::default();
        let import = |selected: Selected| {
            let import = |file| modules.import(space, pytest, outcomes, &marks, file);
            let imported = selected.file.map_or(Imported::Ok, import);
            (selected, imported)
        };
        let imported = std::mem::take(&mut self.files).into_iter().map(import).collect();
        (self, imported)
    }

    fn placed(&self, OfFile { tests, items }: &OfFile) -> Found {
        let one = |id: &String, doubt: &Doubt| (id.clone(), self.why(doubt));
        Found {
            tests: tests.clone(),
            errors: items.errors.iter().map(|(id, doubt)| one(id, doubt)).collect(),
            unsure: items.unsure.iter().map(|(id, doubt)| one(id, doubt)).collect(),
            left_out: items.left_out.iter().map(|(id, doubt)| one(id, doubt)).collect(),
        }
    }

    fn finish(mut self, files: Vec<(Selected, Imported)>, found: &BTreeMap<FileId, Found>) -> Collected {
        let nothing = Found::default();
        for (selected, imported) in files {
            let file = of_tests(&selected, &imported);
            let found = file.and_then(|file| found.get(&file)).unwrap_or(&nothing);
            let tests = self.of_file(selected, imported, found);
            self.out.files.push(tests);
        }
        let Input { space, repo, .. } = self.input;
        for path in std::mem::take(&mut self.texts) {
            let size = space.tree.files.get(&path).copied().unwrap_or_default();
            let text = open(repo, &path, size, &Excerpts::default(), &mut Vec::new());
            let example = |text: &str| text.lines().any(|line| line.trim_start().starts_with(">>> "));
            if text.is_some_and(|file| example(file.text())) {
                let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
                let found = Found { tests: Arc::new(vec![name]), ..Found::default() };
                let selected = Selected { path, file: None, is_test: false };
                let tests = self.of_file(selected, Imported::Ok, &found);
                self.out.files.push(tests);
            }
        }
        self.out
    }

    fn of_file(&mut self, selected: Selected, imported: Imported, found: &Found) -> FileTests {
        let Selected { path, file, .. } = selected;
        let id = self.id(&path);
        let options = &self.input.pytest.options;
        let mut tests = found.tests.clone();
        let source = file.and_then(|file| self.input.space.sources.get(file));
        if let (Some(source), Imported::Ok, true) = (source, &imported, options.doctest_modules) {
            let module = path.rsplit('/').next().and_then(|name| name.strip_suffix(".py")).unwrap_or(&path);
            let full = |name: &String| if name.is_empty() { module.to_owned() } else { format!("{module}.{name}") };
            Arc::make_mut(&mut tests).extend(source.facts.doctests.iter().map(full));
        }
        if !options.deselected.is_empty() {
            let is_left = |test: &String| {
                let full = format!("{id}::{test}");
                !options.deselected.iter().any(|prefix| full.starts_with(prefix.as_str()))
            };
            Arc::make_mut(&mut tests).retain(is_left);
        }
        let (mut errors, mut unsure) = (found.errors.clone(), found.unsure.clone());
        let (mut namesake, mut broken_in, mut skips) = (None, None, false);
        match imported {
            Imported::Ok => {}
            Imported::Skips => skips = true,
            Imported::Fails(doubt) => errors.push((String::new(), self.why(&doubt))),
            // The rules on imports and syntax say where; the kind tells it apart.
            Imported::Broken(doubt) => {
                broken_in = Some(doubt.file);
                errors.push((String::new(), Why::new(WhyKind::ModuleUnavailable, doubt.text)));
            }
            // Of this too a rule of its own says where.
            Imported::NameTaken(doubt, other) => {
                errors.push((String::new(), Why::new(WhyKind::Dynamic, doubt.text)));
                namesake = Some(other);
            }
            Imported::Unknown(doubt) => {
                let why = if self.places > 0 { self.why(&doubt) } else { Why::new(WhyKind::Dynamic, doubt.text) };
                self.places = self.places.saturating_sub(1);
                unsure.push((String::new(), why));
            }
        }
        if path.ends_with(".py") && file.is_none() {
            let text = format!("`{path}` belongs to installed packages, which are not read");
            unsure.push((String::new(), Why::new(WhyKind::Unsupported, text)));
        }
        FileTests { path, id, tests, errors, unsure, left_out: found.left_out.clone(), namesake, broken_in, skips }
    }
}
