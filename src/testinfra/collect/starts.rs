//! Where collection begins, and what pytest loads before.

use super::hooks;
use super::modules::{Imported, outcome};
use super::session::{Input, Session};
use super::things::{Doubt, Names};
use crate::model::tests::Certainty;
use crate::model::{Why, WhyKind};
use crate::testinfra::glob::PathGlobs;
use crate::testinfra::pytest_config::join;
use crate::testinfra::resolve::{Resolution, Unit};
use crate::testinfra::roots::folder_of;

impl Session<'_> {
    /// Where collection begins: paths in `addopts`, else `testpaths` where pytest is started in its rootdir.
    pub(super) fn starting_points(&mut self) -> Vec<String> {
        let pytest = self.input.pytest;
        let tree = self.input.space.tree;
        let exists = |path: &String| tree.folders.contains(path) || tree.files.contains_key(path);
        if !pytest.options.paths.is_empty() {
            let paths = pytest.options.paths.iter().map(|path| join(&pytest.started_in, path));
            let (found, gone): (Vec<String>, Vec<String>) = paths.partition(exists);
            for path in gone {
                let text = format!("pytest does not start: `{path}` of `addopts` does not exist");
                self.out.refusals.push(Why::new(WhyKind::Invalid, text));
            }
            return found;
        }
        let mut found: Vec<String> = Vec::new();
        if pytest.started_in == pytest.rootdir {
            for pattern in &pytest.testpaths {
                let full = join(&pytest.started_in, pattern);
                if !pattern.contains(['*', '?', '[']) {
                    found.extend(Some(full).filter(exists));
                    continue;
                }
                let (globs, _) = PathGlobs::new(&[full]);
                let hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
                let all = tree.folders.iter().chain(tree.files.keys());
                let mut matching: Vec<String> = all.filter(|path| !hidden(path) && globs.any(path)).cloned().collect();
                matching.sort();
                found.extend(matching);
            }
        }
        if found.is_empty() { vec![pytest.started_in.clone()] } else { found }
    }

    /// The plugins of the repository that the options name: one that cannot be loaded keeps pytest from starting.
    pub(super) fn named_plugins(&mut self) {
        let Input { space, pytest, outcomes, .. } = self.input;
        for name in &pytest.options.plugins {
            let text = |why: &str| format!("pytest does not start: the plugin `{name}` of `addopts` {why}");
            match hooks::named_plugin(Names { space }, pytest, name) {
                Resolution::Units(units) => {
                    let Some(Unit::File(file)) = units.last() else { continue };
                    if let Imported::Broken(doubt) | Imported::Fails(doubt) = outcome(space, outcomes, *file, false) {
                        let text = text(&format!("cannot be loaded: {}", doubt.text));
                        self.out.refusals.push(self.why(&Doubt { text, ..doubt }));
                    }
                }
                // A name without a dot may be that of an entry point, which the text does not tell.
                Resolution::Missing(Certainty::Definite | Certainty::Environment) if name.contains('.') => {
                    self.out.refusals.push(Why::new(WhyKind::Invalid, text("does not exist")));
                }
                Resolution::Missing(_)
                | Resolution::Assumed
                | Resolution::Library(_)
                | Resolution::Contested(_)
                | Resolution::Doubt(..) => {}
            }
        }
    }

    /// The conftest files that pytest loads before it starts: one that fails keeps it from starting.
    pub(super) fn initial_conftests(&mut self, starts: &[String]) {
        let tree = self.input.space.tree;
        let mut anchors: Vec<String> = Vec::new();
        for start in starts {
            if !tree.folders.contains(start) {
                anchors.push(folder_of(start).to_owned());
                continue;
            }
            anchors.push(start.clone());
            let below = self.children.get(start.as_str()).into_iter().flatten();
            let tests = below.filter(|(name, is_folder)| *is_folder && name.starts_with("test"));
            anchors.extend(tests.map(|(name, _)| join(start, name)));
        }
        for anchor in anchors {
            let mut chain = vec![anchor.clone()];
            while let Some(last) = chain.last().filter(|last| !last.is_empty() && **last != self.input.pytest.rootdir) {
                chain.push(folder_of(last).to_owned());
            }
            for folder in chain.into_iter().rev() {
                let Some(file) = self.conftest(&folder) else { continue };
                match outcome(self.input.space, self.input.outcomes, file, false) {
                    Imported::Broken(doubt) | Imported::Fails(doubt) | Imported::NameTaken(doubt, _) => {
                        let path = join(&folder, "conftest.py");
                        let text = format!("pytest does not start: `{path}` cannot be loaded: {}", doubt.text);
                        let why = self.why(&Doubt { text, ..doubt });
                        if !self.out.refusals.contains(&why) {
                            self.out.refusals.push(why);
                        }
                    }
                    Imported::Unknown(doubt) => {
                        let why = self.why(&doubt);
                        self.out.unsure.push((String::new(), why));
                    }
                    Imported::Ok | Imported::Skips => {}
                }
                self.conftests.insert(folder, file);
            }
        }
    }
}
