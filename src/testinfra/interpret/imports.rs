//! One alias of an import: the files that it executes, and the name that it wants of the last one.

use std::rc::Rc;

use super::{Doubt, Edge, Failure, Frame, Imported, Interpreter, Last, Mode, Order, Outcome, Reached, Record};
use crate::model::WhyKind;
use crate::model::tests::Certainty;
use crate::python::ast::name::Name;
use crate::python::exceptions;
use crate::python::facts::{Exports, Import, StopKind, What};
use crate::testinfra::names::Bound;
use crate::testinfra::resolve::{Resolution, Unit};
use crate::testinfra::sources::{FileId, FileState};

impl Interpreter<'_> {
    pub(super) fn import(&mut self, frame: &mut Frame, import: &Import, mode: Mode) -> Imported {
        set_bound(frame, import, Some(Bound::Yes));
        let versions = self.versions(mode);
        let space = self.space;
        if frame.is_as_started
            && versions == space.versions()
            && let Some(found) = space.found_by(frame.file, import)
        {
            return match found {
                Resolution::Units(units) => self.execute_units(frame, import, mode, units),
                other => self.resolved(frame, import, mode, other.clone()),
            };
        }
        if let Some(last) = &frame.last
            && last.statement == import.statement
            && last.module == import.module
            && last.versions == versions
            && last.roots == frame.roots.folders.len()
        {
            let units = last.units.clone();
            return self.execute_units(frame, import, mode, &units);
        }
        match self.space.resolve_on(frame.file, &frame.roots, import, versions) {
            Resolution::Units(units) if import.level == 0 => {
                let units: Rc<[Unit]> = units.into();
                let (statement, module) = (import.statement.clone(), import.module.clone());
                let roots = frame.roots.folders.len();
                frame.last = Some(Last { statement, module, versions, roots, units: units.clone() });
                self.execute_units(frame, import, mode, &units)
            }
            resolution => self.resolved(frame, import, mode, resolution),
        }
    }

    pub(super) fn resolved(
        &mut self,
        frame: &mut Frame,
        import: &Import,
        mode: Mode,
        resolution: Resolution,
    ) -> Imported {
        let units = match resolution {
            Resolution::Units(units) => units,
            Resolution::Library(module) => return self.library(frame, import, mode, &module),
            Resolution::Contested(contest) => return self.contested(frame, import, mode, *contest),
            Resolution::Assumed => {
                frame.names.borrow_mut().open |= import.what == What::Star;
                return Imported::Ok;
            }
            // A condition on the platform is there because of such modules.
            Resolution::Doubt(WhyKind::Environment, _) if mode.asks.platform => {
                frame.names.borrow_mut().open |= import.what == What::Star;
                return Imported::Ok;
            }
            Resolution::Doubt(kind, text) => {
                frame.names.borrow_mut().open |= import.what == What::Star;
                return Imported::Doubt(Doubt { kind, text, at: import.statement.clone(), next: None });
            }
            Resolution::Missing(certainty) => {
                frame.names.borrow_mut().open |= import.what == What::Star;
                let module = self.space.absolute_name(frame.file, import);
                return self.missing(frame, import, mode, Missing { module, symbol: None, certainty, circular: false });
            }
        };
        self.execute_units(frame, import, mode, &units)
    }

    /// Executes what an import finds in the repository, and judges the name that it wants of the last.
    pub(super) fn execute_units(&mut self, frame: &mut Frame, import: &Import, mode: Mode, units: &[Unit]) -> Imported {
        let mut doubt = None;
        let mut failed = None;
        for unit in units {
            let Unit::File(file) = unit else { continue };
            match self.enter(frame, import, mode, *file) {
                Imported::Ok => {}
                Imported::Doubt(found) => doubt = doubt.or(Some(found)),
                Imported::Fails(failure) => failed = failed.or(Some(failure)),
            }
        }
        // The name is judged also where a module fails: once that is mended it may still be missing. A module that ends
        // before its last statement has names that were not read.
        let outcome = match units.last() {
            Some(Unit::File(file)) if self.ends_early(*file) => Imported::Ok,
            Some(module) => self.wanted(frame, import, mode, module),
            None => Imported::Ok,
        };
        match (failed, outcome, doubt) {
            (Some(failure), _, _) => Imported::Fails(failure),
            (None, Imported::Ok, Some(doubt)) => Imported::Doubt(doubt),
            (None, outcome, _) => outcome,
        }
    }

    /// True for a module that a statement of its own ends which is no import.
    fn ends_early(&self, file: FileId) -> bool {
        let Some(done) = self.result(file) else { return false };
        match &done.outcome {
            Outcome::Fails(failure) => {
                failure.next.is_none()
                    && !failure.syntax
                    && !done.records.iter().any(|record| record.statement.start == failure.at.start)
            }
            _ => false,
        }
    }

    /// Executes one file for an import.
    fn enter(&mut self, frame: &mut Frame, import: &Import, mode: Mode, file: FileId) -> Imported {
        let at = import.statement.clone();
        let reached = self.reach(file);
        if frame.imports.last() != Some(&file) {
            frame.imports.push(file);
        }
        if let Reached::Done(done) = &reached {
            // What a module puts on `sys.path` stays there for whoever imported it.
            let new = done.edits.iter().filter(|edit| !frame.roots.folders.contains(&edit.folder));
            new.collect::<Vec<_>>().into_iter().for_each(|edit| frame.edit(edit));
        }
        if mode.plain
            && !matches!(&reached, Reached::Done(done) if matches!(done.outcome, Outcome::Fails(_)))
            && frame.edges.last().is_none_or(|last| last.next != file)
        {
            frame.edges.push(Edge { at: at.clone(), next: file });
        }
        let Reached::Done(done) = reached else { return Imported::Ok };
        match &done.outcome {
            Outcome::Ok => Imported::Ok,
            Outcome::Fails(failure) if frame.roots.dynamic && failure.kind == StopKind::MissingModule => {
                let text = "`sys.path` is edited in a way that cannot be evaluated".to_owned();
                Imported::Doubt(Doubt { kind: WhyKind::Dynamic, text, at, next: Some(file) })
            }
            Outcome::Fails(failure) => Imported::Fails(Failure { at, next: Some(file), ..failure.clone() }),
            Outcome::Unknown(doubts) => {
                let first = doubts.first();
                let kind = first.map_or(WhyKind::Dynamic, |doubt| doubt.kind);
                let text = first.map_or_else(String::new, |doubt| doubt.text.clone());
                Imported::Doubt(Doubt { kind, text, at, next: Some(file) })
            }
        }
    }

    /// Judges the name that an import wants from its module.
    fn wanted(&mut self, frame: &mut Frame, import: &Import, mode: Mode, module: &Unit) -> Imported {
        match &import.what {
            What::Module { .. } | What::Plugin => Imported::Ok,
            What::Star => self.star(frame, import, mode, module),
            What::Name { name, .. } => self.name(frame, import, mode, module, name),
        }
    }

    fn name(&mut self, frame: &mut Frame, import: &Import, mode: Mode, module: &Unit, name: &str) -> Imported {
        const IMPLICIT: [&str; 11] = [
            "__name__",
            "__doc__",
            "__file__",
            "__cached__",
            "__spec__",
            "__package__",
            "__loader__",
            "__builtins__",
            "__dict__",
            "__class__",
            "__annotations__",
        ];
        let doubt =
            |kind, text: String| Imported::Doubt(Doubt { kind, text, at: import.statement.clone(), next: None });
        let (names, unfinished) = match module {
            Unit::Opaque => return Imported::Ok,
            Unit::Namespace(_) => (None, false),
            Unit::File(file) => match self.progress.get(file) {
                Some((_, names)) => (Some(names.clone()), true),
                None => (self.result(*file).map(|done| done.names.clone()), false),
            },
        };
        let bound = names.as_ref().map_or(Bound::No, |names| names.borrow().get(name));
        let is_package = match module {
            Unit::File(file) => self.space.sources.get(*file).is_some_and(|file| file.path.ends_with("__init__.py")),
            _ => true,
        };
        if bound == Bound::Yes || IMPLICIT.contains(&name) || (name == "__path__" && is_package) {
            return Imported::Ok;
        }
        match self.space.submodule(module, name) {
            Some(Unit::File(file)) => return self.enter(frame, import, mode, file),
            Some(_) => return Imported::Ok,
            None => {}
        }
        let dotted = self.space.absolute_name(frame.file, import);
        let state = match module {
            Unit::File(file) => self.space.sources.get(*file),
            _ => None,
        };
        if bound == Bound::Maybe {
            return doubt(WhyKind::Guarded, format!("`{name}` of `{dotted}` is bound only under a condition"));
        }
        if names.as_ref().is_some_and(|names| names.borrow().open)
            || state.is_some_and(|file| file.facts.dynamic_path)
            || self.space.is_injected(&format!("{dotted}.{name}"))
            || self.space.is_given(&format!("{dotted}.{name}"))
        {
            return doubt(WhyKind::Dynamic, format!("the names of `{dotted}` are known only when it runs"));
        }
        if state.is_some_and(|file| !matches!(file.state, FileState::Compiles | FileState::NeedsLaterVersion(_))) {
            return doubt(WhyKind::ParseFailed, format!("`{dotted}` could not be read in full"));
        }
        if unfinished && self.order != Order::Any {
            let certainty = Certainty::Definite;
            let symbol = Some(name.to_owned());
            return self.missing(frame, import, mode, Missing { module: dotted, symbol, certainty, circular: true });
        }
        if unfinished {
            // Whether it fails depends on the module that is imported first, which is not known in this order.
            let text =
                format!("`{dotted}` is not yet imported in full where `{name}` is wanted of it (a circular import)");
            return doubt(WhyKind::Cycle, text);
        }
        // A folder without `__init__` may have another portion elsewhere.
        let certainty = match module {
            Unit::Namespace(_) if frame.roots.dynamic => Certainty::Unknown,
            _ => Certainty::Definite,
        };
        let symbol = Some(name.to_owned());
        self.missing(frame, import, mode, Missing { module: dotted, symbol, certainty, circular: false })
    }

    fn star(&mut self, frame: &mut Frame, import: &Import, mode: Mode, module: &Unit) -> Imported {
        let Unit::File(file) = module else {
            frame.names.borrow_mut().open |= *module == Unit::Opaque;
            return Imported::Ok;
        };
        let names = match self.progress.get(file) {
            Some((_, names)) => Some(names.clone()),
            None => self.result(*file).map(|done| done.names.clone()),
        };
        let Some(names) = names else { return Imported::Ok };
        if Rc::ptr_eq(&names, &frame.names) {
            return Imported::Ok;
        }
        let names = names.borrow().clone();
        let exports = self.space.sources.get(*file).map_or(Exports::Absent, |file| file.facts.exports.clone());
        if let Exports::Names(list) = &exports {
            let mut result = Imported::Ok;
            for name in list {
                frame.names.borrow_mut().set(name.as_str(), Bound::Yes);
                let judged = self.name(frame, import, mode, module, name);
                if matches!(result, Imported::Ok) {
                    result = judged;
                }
            }
            return result;
        }
        let mut own = frame.names.borrow_mut();
        for (name, bound) in names.iter().filter(|(name, _)| !name.starts_with('_')) {
            match bound {
                Bound::Yes if exports == Exports::Absent => own.set(name.clone(), Bound::Yes),
                _ => own.may_set(name.clone()),
            }
        }
        own.open |= names.open || exports == Exports::Dynamic;
        Imported::Ok
    }

    pub(super) fn missing(&mut self, frame: &mut Frame, import: &Import, mode: Mode, missing: Missing) -> Imported {
        let Missing { module, symbol, certainty, circular } = missing;
        let wanted = match &import.what {
            What::Name { name, .. } if symbol.is_none() => vec![name.to_string()],
            _ => Vec::new(),
        };
        let same = |record: &&mut Record| {
            record.statement == import.statement && record.module == module && record.symbol == symbol
        };
        match frame.records.iter_mut().rev().take(200).find(same) {
            Some(record) => record.wanted.extend(wanted),
            None => frame.records.push(Record {
                range: if symbol.is_some() || !matches!(import.what, What::Name { .. }) {
                    import.range.clone()
                } else {
                    import.statement.clone()
                },
                statement: import.statement.clone(),
                module: module.clone(),
                symbol: symbol.clone(),
                wanted,
                certainty: mode.certainty.unwrap_or(certainty),
                third_party: certainty == Certainty::Environment,
                circular,
            }),
        }
        let at = import.statement.clone();
        let kind = match (&symbol, &import.what) {
            (None, _) => StopKind::MissingModule,
            // A name of `__all__` that is not there raises AttributeError.
            (Some(_), What::Star) => {
                exceptions::number("AttributeError").map_or(StopKind::Exception, StopKind::Builtin)
            }
            (Some(_), _) => StopKind::ImportError,
        };
        match certainty {
            Certainty::Definite => Imported::Fails(Failure { kind, definite: true, at, next: None, syntax: false }),
            Certainty::Environment => Imported::Fails(Failure { kind, definite: false, at, next: None, syntax: false }),
            Certainty::OrderDependent => {
                let text = format!("`{module}` is found only once another file has edited `sys.path`");
                Imported::Doubt(Doubt { kind: WhyKind::Dynamic, text, at, next: None })
            }
            _ if symbol.is_some() => {
                let text = format!("whether `{module}` has the name that is wanted of it cannot be told");
                Imported::Doubt(Doubt { kind: WhyKind::Dynamic, text, at, next: None })
            }
            _ => {
                let text = format!("`{module}` is not found, and `sys.path` cannot be told in full");
                Imported::Doubt(Doubt { kind: WhyKind::Dynamic, text, at, next: None })
            }
        }
    }
}

/// What an import does not find.
pub(super) struct Missing {
    pub(super) module: String,
    pub(super) symbol: Option<String>,
    pub(super) certainty: Certainty,
    /// It will be there once the module is imported in full.
    pub(super) circular: bool,
}

pub(super) fn bound_by(import: &Import) -> Option<&Name> {
    match &import.what {
        // An import in the body of a class binds no name of the module.
        What::Module { bound } | What::Name { bound, .. } => Some(bound).filter(|name| !name.is_empty()),
        What::Star | What::Plugin => None,
    }
}

pub(super) fn set_bound(frame: &Frame, import: &Import, bound: Option<Bound>) {
    if let (Some(name), Some(bound)) = (bound_by(import), bound) {
        frame.names.borrow_mut().set(name.clone(), bound);
    }
}
