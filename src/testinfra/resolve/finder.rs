//! Finds one part of a dotted name after the other, as CPython's finder of files does.

use super::{Space, Unit};

/// So many folders are compared with one another; of more, the names are looked up.
const FEW: usize = 8;

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
                self.child(&[folder.trim_end_matches('/')], name)
            }
        }
    }

    /// One component, looked up in folders: package, extension, module, compiled module; else the folders of that name
    /// together. A package or module in a later folder comes before a mere folder in an earlier one.
    pub(super) fn child(&self, folders: &[impl AsRef<str>], name: &str) -> Option<Unit> {
        let named = self.names.named.get(name);
        // Most names that are imported are those of no file of the repository.
        if name.is_empty() || (named.is_none() && self.tree.opaque.is_empty()) {
            return None;
        }
        let mut portions = Vec::new();
        for folder in folders.iter().map(AsRef::as_ref) {
            let is_listed = named.is_some_and(|folders| match folders.len() {
                0..=FEW => folders.contains(&folder),
                _ => self.names.listed.get(folder).is_some_and(|names| names.contains(name)),
            });
            if !is_listed && self.tree.opaque.is_empty() {
                continue;
            }
            // One buffer for all the spellings of the path.
            let mut path = String::with_capacity(folder.len() + name.len() + "/__init__.py".len() + 1);
            path.push_str(folder);
            if !folder.is_empty() {
                path.push('/');
            }
            path.push_str(name);
            let length = path.len();
            path.push_str("/__init__");
            if self.is_extension(&path) {
                return Some(Unit::Opaque);
            }
            path.push_str(".py");
            if let Some(unit) = self.file(&path) {
                return Some(unit);
            }
            path.truncate(length);
            if !folder.is_empty() && self.is_extension(&path) {
                return Some(Unit::Opaque);
            }
            path.push_str(".py");
            if let Some(unit) = self.file(&path) {
                return Some(unit);
            }
            path.truncate(length);
            if self.is_extension(&path)
                || (self.kinds.has_compiled && self.tree.files.contains_key(&format!("{path}.pyc")))
                || (self.tree.may_hide(&path) && !self.tree.opaque.contains(""))
            {
                return Some(Unit::Opaque);
            }
            if self.folders.contains(path.as_str()) {
                portions.push(path);
            }
        }
        (!portions.is_empty()).then_some(Unit::Namespace(portions))
    }

    fn is_extension(&self, path: &str) -> bool {
        !self.kinds.extensions.is_empty() && self.kinds.extensions.contains(path)
    }

    /// The file at a path, if there is one.
    fn file(&self, path: &str) -> Option<Unit> {
        if let Some(file) = self.sources.id(path) {
            return Some(Unit::File(file));
        }
        (self.kinds.unread.contains(path) || self.tree.opaque.contains(path)).then_some(Unit::Opaque)
    }
}
