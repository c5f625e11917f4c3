//! Absolute imports: the repository, the standard library and declared dependencies, in the order of the path.

use super::{Contest, Resolution, Space, Unit};
use crate::model::WhyKind;
use crate::model::tests::Certainty;
use crate::testinfra::dependencies::Provided;
use crate::testinfra::roots::{FileRoots, base_folder, folder_of};
use crate::testinfra::stdlib::{self, Answer, Rank, Versions};

impl Space<'_> {
    pub(super) fn absolute(&self, path: &str, roots: &FileRoots, parts: &[&str], versions: Versions) -> Resolution {
        let Some(&top) = parts.first() else { return Resolution::Missing(Certainty::Definite) };
        let first = self.child(&roots.folders, top);
        match (stdlib::top(top, versions), &first) {
            // The standard library's own tests are the one package of it that projects hide on purpose.
            (Answer::Yes | Answer::Depends(_), Some(Unit::File(_))) if top == "test" => {}
            (Answer::Yes, _) => match self.contestant(top, first.as_ref(), versions) {
                Some(unit) => return self.contest(unit, parts, versions),
                None => return self.library(parts, versions),
            },
            (Answer::Depends(text), None | Some(Unit::Namespace(_) | Unit::Opaque)) => {
                return Resolution::Doubt(WhyKind::Environment, text);
            }
            _ => {}
        }
        let dotted = parts.join(".");
        let provided = match &first {
            None => Some(self.dependencies.provide(&dotted)),
            // A regular package of a distribution comes before a folder without `__init__`.
            Some(Unit::Namespace(_)) if self.dependencies.provide(&dotted) == Provided::Yes => Some(Provided::Yes),
            Some(_) => None,
        };
        if provided == Some(Provided::Yes) {
            return Resolution::Assumed;
        }
        let missing_below = match first {
            None => None,
            Some(first) => match self.descend(first, parts.get(1..).unwrap_or_default()) {
                Ok(units) => return Resolution::Units(units),
                Err(found) => found.last().cloned(),
            },
        };
        if let Some(doubt) = self.doubt_of_absence(path, roots, parts, missing_below.as_ref()) {
            return doubt;
        }
        match provided {
            Some(Provided::No) => Resolution::Missing(Certainty::Environment),
            Some(_) if self.is_module_name_here(parts) => Resolution::Missing(Certainty::Unknown),
            Some(_) => Resolution::Doubt(
                WhyKind::ThirdParty,
                format!("`{top}` belongs to nobody in the repository, and no lock file says whether it is installed"),
            ),
            None => Resolution::Missing(Certainty::Definite),
        }
    }

    /// What an import finds in the standard library, which has its top-level module.
    fn library(&self, parts: &[&str], versions: Versions) -> Resolution {
        let dotted = parts.join(".");
        let is_put = self.injected.iter().any(|name| dotted == *name || is_dotted_prefix(name, &dotted));
        match stdlib::submodule(parts, versions) {
            Answer::Yes => Resolution::Library(dotted),
            Answer::No | Answer::NotSeen(_) if is_put => {
                Resolution::Doubt(WhyKind::Dynamic, format!("`{dotted}` is put into `sys.modules` by code"))
            }
            Answer::No => Resolution::Missing(Certainty::Definite),
            Answer::NotSeen(text) | Answer::Depends(text) => Resolution::Doubt(WhyKind::Environment, text),
        }
    }

    /// What the repository has in place of a top-level module of the standard library, where it may be imported.
    fn contestant<'u>(&self, top: &str, first: Option<&'u Unit>, versions: Versions) -> Option<&'u Unit> {
        // A module comes before a folder without `__init__`, wherever on the path they are.
        let unit = first.filter(|unit| !matches!(unit, Unit::Namespace(_)))?;
        let folder = match unit {
            Unit::File(id) => {
                let path = self.sources.get(*id)?.path.as_str();
                folder_of(path.strip_suffix("/__init__.py").unwrap_or(path))
            }
            _ => "",
        };
        let is_late = match unit {
            // Folders of tests are put on the path once pytest runs; others may be there from the start.
            Unit::File(_) => !self.roots.global.iter().any(|root| root == folder),
            _ => false,
        };
        match stdlib::rank(top, versions) {
            Rank::Fixed => None,
            Rank::Early if is_late => None,
            Rank::Early | Rank::Path => Some(unit),
        }
    }

    fn contest(&self, unit: &Unit, parts: &[&str], versions: Versions) -> Resolution {
        let library = self.library(parts, versions);
        let repository = self.descend(unit.clone(), parts.get(1..).unwrap_or_default()).ok();
        match (&library, &repository) {
            (Resolution::Missing(_), None) => library,
            _ => {
                let top = parts.first().copied().unwrap_or_default().to_owned();
                Resolution::Contested(Box::new(Contest { top, library, repository }))
            }
        }
    }

    /// Why a module that was not found may exist all the same.
    pub(super) fn doubt_of_absence(
        &self,
        path: &str,
        roots: &FileRoots,
        parts: &[&str],
        below: Option<&Unit>,
    ) -> Option<Resolution> {
        let dotted = parts.join(".");
        if self.injected.iter().any(|name| dotted == *name || is_dotted_prefix(name, &dotted)) {
            let text = format!("`{dotted}` is put into `sys.modules` by code");
            return Some(Resolution::Doubt(WhyKind::Dynamic, text));
        }
        if let Some(Unit::File(id)) = below
            && self.sources.get(*id).is_some_and(|file| file.facts.dynamic_path)
        {
            let text = format!("a package of `{dotted}` changes its `__path__`");
            return Some(Resolution::Doubt(WhyKind::Dynamic, text));
        }
        let last = parts.last().copied().unwrap_or_default();
        let protocol = last.strip_suffix("_pb2").or_else(|| last.strip_suffix("_pb2_grpc"));
        if protocol.is_some_and(|stem| self.kinds.protocols.contains(stem)) {
            let text = format!("`{dotted}` is generated from a `.proto` file");
            return Some(Resolution::Doubt(WhyKind::Dynamic, text));
        }
        if self.tree.may_hide("") {
            return Some(Resolution::Doubt(WhyKind::Limit, "not all of the repository was looked at".to_owned()));
        }
        let top = parts.first().copied().unwrap_or_default();
        let having = self.names.elsewhere.get(top).into_iter().flatten().map(|&folder| folder.to_owned());
        let mut others: Vec<String> = having.collect();
        // In the import mode `importlib` no test file brings its own folder, and what is installed is known.
        let alone = self.roots.is_importlib()
            && self.pytest.is_test_file(path)
            && self.dependencies.provide(&dotted) == Provided::No;
        if !alone {
            others.push(folder_of(path).to_owned());
            others.push(base_folder(path, self.tree));
        }
        others.retain(|folder| !roots.folders.contains(folder));
        let elsewhere = self.child(&others, top);
        if elsewhere.is_some_and(|first| self.descend(first, parts.get(1..).unwrap_or_default()).is_ok()) {
            return Some(Resolution::Missing(Certainty::OrderDependent));
        }
        roots.dynamic.then_some(Resolution::Missing(Certainty::Unknown))
    }

    /// True where a file of the repository could be meant by a name that no root has.
    fn is_module_name_here(&self, parts: &[&str]) -> bool {
        let tail = format!("/{}.py", parts.join("/"));
        let namesakes = parts.last().and_then(|last| self.by_stem.get(last));
        namesakes.into_iter().flatten().any(|&id| self.sources.get(id).is_some_and(|file| file.path.ends_with(&tail)))
    }
}

fn is_dotted_prefix(prefix: &str, name: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'))
}
