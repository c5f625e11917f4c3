//! Files and folders that collection passes over.

use super::session::Session;
use super::things::Doubt;
use crate::python::namespace::Bound;
use crate::testinfra::glob::fnmatch;
use crate::testinfra::pytest_config::join;
use crate::testinfra::roots::folder_of;

impl Session<'_> {
    /// Whether a path in a folder that is entered is not looked at.
    pub(super) fn is_ignored(&mut self, folder: &str, path: &str, is_folder: bool) -> bool {
        let options = &self.input.pytest.options;
        let tree = self.input.space.tree;
        if path.ends_with("__pycache__") || options.ignored.iter().any(|ignored| ignored == path) {
            return true;
        }
        if options.ignored_globs.iter().any(|glob| fnmatch(glob, path)) {
            return true;
        }
        if self
            .listed(folder, "collect_ignore")
            .is_some_and(|(at, entries)| entries.iter().any(|entry| join(&at, entry) == path))
        {
            return true;
        }
        if self
            .listed(folder, "collect_ignore_glob")
            .is_some_and(|(at, entries)| entries.iter().any(|glob| fnmatch(&join(&at, glob), path)))
        {
            return true;
        }
        let environment = is_folder
            && (tree.files.contains_key(&join(path, "pyvenv.cfg"))
                || tree.files.contains_key(&join(path, "conda-meta/history")));
        (environment && !options.enters_environments) || (is_folder && self.input.pytest.is_unvisited(path))
    }

    /// A list in the nearest conftest file that has it, with the folder of that file.
    fn listed(&mut self, folder: &str, name: &str) -> Option<(String, Vec<String>)> {
        let mut at = folder;
        loop {
            let conftest = self.conftests.get(at).copied();
            let source = conftest.and_then(|file| Some((file, self.input.space.sources.get(file)?)));
            if let Some((file, source)) = source
                && let Some(bound) = source.facts.namespace.names.get(name)
            {
                return match &bound[..] {
                    [Bound::Texts(texts)] => Some((at.to_owned(), texts.clone())),
                    [Bound::Unbound] => None,
                    _ => {
                        let place =
                            source.facts.values.iter().find(|value| value.name == name).map_or(0, |value| value.at);
                        let text = format!("what `{name}` lists is decided when the file runs");
                        let why = self.why(&Doubt { text, file, at: place..place });
                        let entry = (self.id(at), why);
                        if !self.out.unsure.contains(&entry) {
                            self.out.unsure.push(entry);
                        }
                        None
                    }
                };
            }
            if at.is_empty() || at == self.input.pytest.rootdir {
                return None;
            }
            at = folder_of(at);
        }
    }
}
