//! Hooks, plugins and options that may change what is collected, and the marks that are registered.

use std::collections::BTreeSet;

use super::hooks;
use super::modules::Marks;
use super::session::{Session, of_problem};
use super::things::Names;
use crate::model::Diagnostic;
use crate::testinfra::markers::unknown_plugins;
use crate::testinfra::sources::FileId;

impl Session<'_> {
    /// Hooks and options that may change what is collected.
    pub(super) fn undecided(&mut self) {
        let names = Names { space: self.input.space };
        let conftests: Vec<(String, FileId)> = self.conftests.iter().map(|(at, file)| (at.clone(), *file)).collect();
        let files: Vec<FileId> = conftests.iter().map(|(_, file)| *file).collect();
        let plugins = hooks::plugins(names, self.input.pytest, &files);
        let places = conftests.into_iter().map(|(at, file)| (Some(at), file));
        for (at, file) in places.chain(plugins.iter().map(|file| (None, *file))) {
            let Some(source) = self.input.space.sources.get(file) else { continue };
            for hook in hooks::hooks(file, source) {
                let scope = if hook.everywhere {
                    String::new()
                } else {
                    at.as_deref().map_or_else(String::new, |at| self.id(at))
                };
                let why = self.why(&hook.doubt);
                self.out.unsure.push((scope, why));
            }
        }
        let everywhere = |problem: &Diagnostic| (String::new(), of_problem(problem));
        self.out.unsure.extend(self.input.pytest.unsure.iter().map(everywhere));
        for (option, problem) in &self.input.pytest.options.unknown {
            let loaded = files.iter().chain(&plugins);
            let adds = |file: &FileId| {
                let source = self.input.space.sources.get(*file);
                source.is_some_and(|source| source.source.text().contains(&format!("\"{option}\"")))
            };
            if !loaded.into_iter().any(adds) {
                self.out.unsure.push(everywhere(problem));
            }
        }
    }

    /// Marks that conftest files and plugins register.
    pub(super) fn marks(&self) -> Marks {
        let names = Names { space: self.input.space };
        let mut files: BTreeSet<FileId> = self.conftests.values().copied().collect();
        files.extend(hooks::plugins(names, self.input.pytest, &files.iter().copied().collect::<Vec<_>>()));
        let open = !unknown_plugins(self.input.space.dependencies).is_empty();
        let mut marks = Marks { open, ..Marks::default() };
        for source in files.iter().filter_map(|file| self.input.space.sources.get(*file)) {
            let (known, open) = hooks::registered(source);
            marks.known.extend(known);
            marks.open |= open;
        }
        marks
    }
}
