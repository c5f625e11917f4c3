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
            let path = join(folder, name);
            for file in [format!("{path}/__init__.py"), format!("{path}.py")] {
                if file.ends_with("__init__.py") && self.extensions.contains(&format!("{path}/__init__")) {
                    return Some(Unit::Opaque);
                }
                if file.ends_with(&format!("/{name}.py")) && self.extensions.contains(&path) {
                    return Some(Unit::Opaque);
                }
                if self.tree.files.contains_key(&file) {
                    return Some(self.sources.id(&file).map_or(Unit::Opaque, Unit::File));
                }
                if self.tree.opaque.contains(&file) {
                    return Some(Unit::Opaque);
                }
            }
            if self.extensions.contains(&path)
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
}
