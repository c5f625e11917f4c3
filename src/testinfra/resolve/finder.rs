//! Finds one part of a dotted name after the other, as CPython's finder of files does.

use super::{Space, Unit};
use crate::testinfra::pytest_config::join;

impl Space<'_> {
    /// Follows the rest of a dotted name; the error is what was found before a part was missing.
    pub(super) fn descend(&self, first: Unit, rest: &[&str]) -> Result<Vec<Unit>, Vec<Unit>> {
        let mut units = vec![first];
        for part in rest {
            let next = units.last().and_then(|unit| self.submodule(unit, part));
            match next {
                Some(unit) => units.push(unit),
                None => return Err(units),
            }
        }
        Ok(units)
    }

    /// A module inside a package.
    pub fn submodule(&self, package: &Unit, name: &str) -> Option<Unit> {
        match package {
            Unit::Opaque => Some(Unit::Opaque),
            Unit::Namespace(folders) => self.child(folders, name),
            Unit::File(id) => {
                let path = self.sources.get(*id)?.path.as_str();
                let folder = path.strip_suffix("__init__.py")?;
                self.child(&[folder.trim_end_matches('/').to_owned()], name)
            }
        }
    }

    /// One component, looked up in folders: package, extension, module, compiled module; else the folders of that name
    /// together. A package or module in a later folder comes before a mere folder in an earlier one.
    pub(super) fn child(&self, folders: &[String], name: &str) -> Option<Unit> {
        if name.is_empty() {
            return None;
        }
        let mut portions = Vec::new();
        for folder in folders {
            let is_listed = self.listed.get(folder.as_str()).is_some_and(|names| names.contains(name));
            if !is_listed && self.tree.opaque.is_empty() {
                continue;
            }
            let path = join(folder, name);
            let package = format!("{path}/__init__");
            if self.is_extension(&package) {
                return Some(Unit::Opaque);
            }
            if let Some(unit) = self.file(&format!("{package}.py")) {
                return Some(unit);
            }
            if !folder.is_empty() && self.is_extension(&path) {
                return Some(Unit::Opaque);
            }
            if let Some(unit) = self.file(&format!("{path}.py")) {
                return Some(unit);
            }
            if self.is_extension(&path)
                || self.tree.files.contains_key(&format!("{path}.pyc"))
                || (self.tree.may_hide(&path) && !self.tree.opaque.contains(""))
            {
                return Some(Unit::Opaque);
            }
            if self.tree.folders.contains(&path) {
                portions.push(path);
            }
        }
        (!portions.is_empty()).then_some(Unit::Namespace(portions))
    }

    fn is_extension(&self, path: &str) -> bool {
        !self.extensions.is_empty() && self.extensions.contains(path)
    }

    /// The file at a path, if there is one.
    fn file(&self, path: &str) -> Option<Unit> {
        if let Some(file) = self.sources.id(path) {
            return Some(Unit::File(file));
        }
        (self.tree.files.contains_key(path) || self.tree.opaque.contains(path)).then_some(Unit::Opaque)
    }
}
