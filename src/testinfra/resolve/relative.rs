//! Relative imports: from the package of the importing file.

use super::{Resolution, Space, Unit};
use crate::model::tests::Certainty;
use crate::python::facts::{Import, What};
use crate::testinfra::pytest_config::join;
use crate::testinfra::roots::{FileRoots, base_folder, folder_of, is_conftest, is_within};

impl Space<'_> {
    pub(super) fn relative(&self, path: &str, roots: &FileRoots, import: &Import) -> Resolution {
        let is_test = self.pytest.is_test_file(path) || is_conftest(path);
        // pytest imports a test file as a part of its chain of `__init__` files; any other file may be imported from
        // any root.
        let mut limits: Vec<String> = if is_test && !self.roots.is_importlib() {
            vec![base_folder(path, self.tree)]
        } else {
            roots.folders.iter().filter(|root| is_within(path, root)).cloned().collect()
        };
        // The nearest first.
        limits.sort_by_key(|limit| std::cmp::Reverse(limit.len()));
        let Some(folder) = ancestor(path, import.level) else { return Resolution::Missing(Certainty::Definite) };
        // A file at the top of a root has no package.
        limits.retain(|limit| folder != *limit && is_within(&folder, limit));
        let parts: Vec<&str> = import.module.split('.').filter(|part| !part.is_empty()).collect();
        let mut failed = None;
        for limit in &limits {
            match self.descend(self.package(&folder, limit, roots), &parts) {
                Ok(units) if self.has_wanted(&units, import) => return Resolution::Units(units),
                Ok(units) => failed = failed.or(Some(Ok(units))),
                Err(found) => failed = failed.or(Some(Err(found))),
            }
        }
        match failed {
            None => Resolution::Missing(Certainty::Definite),
            Some(Ok(units)) => Resolution::Units(units),
            Some(Err(found)) => {
                let dotted = format!("{}.{}", self.dotted_folder(&folder), import.module);
                let names: Vec<&str> = dotted.split('.').collect();
                let fixed = FileRoots { folders: roots.folders.clone(), dynamic: false };
                match self.doubt_of_absence(path, &fixed, &names, found.last()) {
                    Some(doubt @ Resolution::Doubt(..)) => doubt,
                    _ => Resolution::Missing(Certainty::Definite),
                }
            }
        }
    }

    /// The package in a folder, of which portions may lie below other roots as well.
    fn package(&self, folder: &str, limit: &str, roots: &FileRoots) -> Unit {
        if let Some(init) = self.sources.id(&join(folder, "__init__.py")) {
            return Unit::File(init);
        }
        let tail = folder.strip_prefix(limit).unwrap_or(folder).trim_start_matches('/');
        let mut parts = tail.split('/');
        let first = parts.next().and_then(|top| self.child(&roots.folders, top));
        let rest: Vec<&str> = parts.collect();
        match first.and_then(|first| self.descend(first, &rest).ok()).as_ref().and_then(|units| units.last()) {
            Some(Unit::Namespace(folders)) if folders.iter().any(|portion| portion == folder) => {
                Unit::Namespace(folders.clone())
            }
            _ => Unit::Namespace(vec![folder.to_owned()]),
        }
    }

    /// False where a folder without `__init__` lacks the name that is wanted of it: seen from another root it may have it.
    fn has_wanted(&self, units: &[Unit], import: &Import) -> bool {
        match (units.last(), &import.what) {
            (Some(package @ Unit::Namespace(_)), What::Name { name, .. }) => self.submodule(package, name).is_some(),
            _ => true,
        }
    }
}

/// The folder that `level` leading dots name, for an import in this file.
pub(super) fn ancestor(path: &str, level: u32) -> Option<String> {
    let mut folder = folder_of(path);
    for _ in 1..level {
        if folder.is_empty() {
            return None;
        }
        folder = folder_of(folder);
    }
    Some(folder.to_owned())
}
