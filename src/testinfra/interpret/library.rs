//! Imports of the standard library, and of modules of the repository that have the name of one of its modules.

use super::imports::Missing;
use super::{Doubt, Frame, Imported, Interpreter, Mode};
use crate::model::WhyKind;
use crate::model::tests::Certainty;
use crate::python::facts::{Import, What};
use crate::testinfra::names::Bound;
use crate::testinfra::resolve::{Contest, Resolution};
use crate::testinfra::stdlib::{self, Answer, Versions};

impl Interpreter<'_> {
    /// The versions of Python that may run a block.
    pub(super) fn versions(&self, mode: Mode) -> Versions {
        let narrowed = self.space.versions().narrowed(mode.asks);
        // Where none is left the block never runs, and nothing that it misses counts.
        if narrowed.is_empty() { self.space.versions() } else { narrowed }
    }

    /// An import of a module that the standard library has.
    pub(super) fn library(&mut self, frame: &mut Frame, import: &Import, mode: Mode, module: &str) -> Imported {
        let versions = self.versions(mode);
        let name = match &import.what {
            What::Module { .. } | What::Plugin => return Imported::Ok,
            What::Star => {
                let (sure, may, open) = stdlib::exported(module, versions);
                let mut names = frame.names.borrow_mut();
                sure.into_iter().for_each(|name| names.set(name, Bound::Yes));
                may.into_iter().for_each(|name| names.may_set(name));
                names.open |= open;
                return Imported::Ok;
            }
            What::Name { name, .. } => name,
        };
        let doubt =
            |text| Imported::Doubt(Doubt { kind: WhyKind::Dynamic, text, at: import.statement.clone(), next: None });
        let answer = stdlib::name(module, name, versions);
        if answer == Answer::Yes {
            return Imported::Ok;
        }
        let dotted = format!("{module}.{name}");
        if self.space.is_given(&dotted) || self.space.is_injected(&dotted) {
            return doubt(format!("code of the repository gives `{name}` to `{module}`"));
        }
        match answer {
            Answer::Yes => Imported::Ok,
            Answer::Depends(_) if mode.asks.platform => Imported::Ok,
            Answer::Depends(text) => doubt(text),
            Answer::NotSeen(text) => {
                self.lacks(frame, import, mode, module, name, Certainty::Unknown);
                if mode.asks.platform { Imported::Ok } else { doubt(text) }
            }
            Answer::No => self.lacks(frame, import, mode, module, name, Certainty::Definite),
        }
    }

    fn lacks(
        &mut self,
        frame: &mut Frame,
        import: &Import,
        mode: Mode,
        module: &str,
        name: &str,
        certainty: Certainty,
    ) -> Imported {
        let (module, symbol) = (module.to_owned(), Some(name.to_owned()));
        self.missing(frame, import, mode, Missing { module, symbol, certainty, circular: false })
    }

    /// An import of which it is open whether it finds the standard library or the repository.
    pub(super) fn contested(&mut self, frame: &mut Frame, import: &Import, mode: Mode, contest: Contest) -> Imported {
        let first = frame.records.len();
        let library = self.resolved(frame, import, mode, contest.library);
        let wants = frame.records.get(first).cloned();
        let perhaps = Mode { certainty: Some(Certainty::Unknown), plain: false, ..mode };
        let repository = match &contest.repository {
            Some(units) => self.execute_units(frame, import, perhaps, units),
            None => self.resolved(frame, import, perhaps, Resolution::Missing(Certainty::Definite)),
        };
        frame.records.truncate(first);
        match (library, repository) {
            (Imported::Ok, Imported::Ok) => Imported::Ok,
            // Whoever is imported, the statement fails, and in the same way.
            (Imported::Fails(one), Imported::Fails(other)) if one.kind == other.kind && !other.syntax => {
                frame.records.extend(wants);
                Imported::Fails(one)
            }
            (library, _) => {
                frame.names.borrow_mut().open |= import.what == What::Star;
                if matches!(library, Imported::Fails(_)) {
                    frame.records.extend(wants.map(|mut record| {
                        record.certainty = Certainty::Unknown;
                        record
                    }));
                }
                let text = format!(
                    "`{}` is a module of the standard library and of the repository: which one is imported depends on \
                     what was imported before",
                    contest.top
                );
                Imported::Doubt(Doubt { kind: WhyKind::Environment, text, at: import.statement.clone(), next: None })
            }
        }
    }
}
