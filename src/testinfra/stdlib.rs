//! The modules of Python's standard library and their names, by version.
//!
//! What is said of them was measured on CPython 3.8 to 3.13. A module or name is said to be missing only where each
//! version that may run the project was measured and lacks it, where no platform or build is known to have it, and where
//! it is public: private names come and go with bug fixes.

mod table;

use table::{Minors, Module, NEWEST, OLDEST};

use crate::python::extract::Interpreter;
use crate::python::facts::Asks;

/// The versions of Python 3 that may run a piece of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    oldest: u8,
    /// The largest number where there is no limit.
    newest: u8,
}

/// What the standard library says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Each of the versions has it.
    Yes,
    /// None of them has it.
    No,
    /// None of those that were measured has it; it may exist all the same, for this reason.
    NotSeen(String),
    /// Some have it, or some platforms or builds.
    Depends(String),
}

/// Who is meant by a top-level name that the standard library and the repository both have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// The standard library, whatever is on `sys.path`.
    Fixed,
    /// The standard library, unless a folder was on `sys.path` before pytest started.
    Early,
    /// Whoever is first on `sys.path` when it is first imported.
    Path,
}

impl Versions {
    /// Those that may run the project.
    pub fn of(interpreter: Interpreter) -> Self {
        let newest = interpreter.newest.map_or(u8::MAX, |version| version.minor);
        Self { oldest: interpreter.version.minor, newest }
    }

    /// Those of them for which a condition holds.
    pub fn narrowed(self, asks: Asks) -> Self {
        let last = asks.below.map_or(u8::MAX, |below| below.saturating_sub(1));
        Self { oldest: self.oldest.max(asks.from.unwrap_or(0)), newest: self.newest.min(last) }
    }

    /// True where no version is left: the code never runs.
    pub fn is_empty(self) -> bool {
        self.oldest > self.newest
    }

    /// Those that were measured. Where there is none, the nearest that was.
    fn measured(self) -> Minors {
        let measured = (OLDEST..=NEWEST).filter(|minor| (self.oldest..=self.newest).contains(minor));
        match measured.map(|minor| 1 << minor).sum() {
            0 if self.oldest > NEWEST => 1 << NEWEST,
            0 => 1 << OLDEST,
            measured => measured,
        }
    }

    /// True where versions may run it that were not measured.
    fn has_others(self) -> bool {
        self.oldest < OLDEST || self.has_later()
    }

    fn has_later(self) -> bool {
        self.newest > NEWEST
    }
}

/// Whether a top-level module is there.
pub fn top(name: &str, versions: Versions) -> Answer {
    let Some(module) = table::module(name) else { return Answer::No };
    presence(module, name, versions)
}

/// Who is meant by a top-level module that is there.
pub fn rank(name: &str, versions: Versions) -> Rank {
    let Some(module) = table::module(name) else { return Rank::Path };
    if versions.measured() & !module.fixed == 0 {
        Rank::Fixed
    } else if versions.measured() & !(module.fixed | module.early) == 0 {
        Rank::Early
    } else {
        Rank::Path
    }
}

/// Whether a module, or one inside a package of the standard library, is there.
pub fn submodule(parts: &[&str], versions: Versions) -> Answer {
    for end in 1..=parts.len() {
        let dotted = parts.get(..end).unwrap_or_default().join(".");
        let answer = match table::module(&dotted) {
            Some(module) => presence(module, &dotted, versions),
            None => Answer::No,
        };
        match answer {
            Answer::Yes => {}
            Answer::No if versions.has_others() || is_private(&dotted) => {
                return not_seen(&format!("a module `{dotted}`"), versions);
            }
            other => return other,
        }
    }
    Answer::Yes
}

/// Whether `from dotted import name` finds the name.
pub fn name(dotted: &str, name: &str, versions: Versions) -> Answer {
    const IMPLICIT: [&str; 9] = [
        "__builtins__",
        "__cached__",
        "__doc__",
        "__file__",
        "__loader__",
        "__name__",
        "__package__",
        "__path__",
        "__spec__",
    ];
    let Some(module) = table::module(dotted) else { return Answer::Yes };
    // `__future__` decides before anything is imported, and the compiler has judged it.
    if IMPLICIT.contains(&name) || dotted == "__future__" {
        return Answer::Yes;
    }
    let inner = format!("{dotted}.{name}");
    let inner = table::module(&inner);
    let known = module.names().get(name).copied().unwrap_or_default();
    let has = (known.bound | inner.map_or(0, |inner| inner.present)) & versions.measured();
    let may = (known.may | inner.map_or(0, |inner| inner.perhaps)) & versions.measured();
    if has == versions.measured() {
        return Answer::Yes;
    }
    let subject = format!("`{name}` of `{dotted}`");
    if has != 0 {
        let lacking = listed(versions.measured() & !has);
        return Answer::Depends(format!("{subject} is not in Python {lacking}, which may run the project"));
    }
    if may != 0 || versions.has_later() && inner.is_some_and(|inner| inner.perhaps & (1 << (NEWEST + 1)) != 0) {
        return Answer::Depends(format!("{subject} is not there on every platform and in every build"));
    }
    if (module.open | !module.present) & versions.measured() != 0 || is_private(name) || versions.has_others() {
        return not_seen(&subject, versions);
    }
    Answer::No
}

/// The names that `from dotted import *` binds for certain, those that it may bind, and whether there may be others.
pub fn exported(dotted: &str, versions: Versions) -> (Vec<&'static str>, Vec<&'static str>, bool) {
    let Some(module) = table::module(dotted) else { return (Vec::new(), Vec::new(), true) };
    let mut sure = Vec::new();
    let mut may = Vec::new();
    for (name, known) in module.names() {
        let exported = known.exported(name);
        if known.bound & exported & versions.measured() == versions.measured() {
            sure.push(*name);
        } else if (known.bound & exported | known.may) & versions.measured() != 0 {
            may.push(*name);
        }
    }
    let open = (module.open | !module.present) & versions.measured() != 0 || versions.has_others();
    (sure, may, open)
}

/// The public names that a module has in each of the versions, in order.
pub fn names(dotted: &str, versions: Versions) -> Vec<String> {
    let Some(module) = table::module(dotted) else { return Vec::new() };
    let names = module.names().iter();
    let common = names.filter(|(name, known)| !is_private(name) && versions.measured() & !known.bound == 0);
    let mut list: Vec<String> = common.map(|(name, _)| (*name).to_owned()).collect();
    list.sort_unstable();
    list
}

fn presence(module: &Module, dotted: &str, versions: Versions) -> Answer {
    let has = module.present & versions.measured();
    if has == versions.measured() {
        return Answer::Yes;
    }
    let after = 1 << (NEWEST + 1);
    if has != 0 || versions.has_later() && module.perhaps & after != 0 {
        return depends(dotted, "is in the standard library of some of the possible versions of Python");
    }
    if module.perhaps & versions.measured() != 0 {
        return depends(dotted, "is not in the standard library on every platform and in every build");
    }
    Answer::No
}

fn depends(dotted: &str, how: &str) -> Answer {
    Answer::Depends(format!("`{dotted}` {how}"))
}

fn not_seen(subject: &str, versions: Versions) -> Answer {
    let measured = listed(versions.measured());
    Answer::NotSeen(format!("{subject} was not seen in Python {measured}, and other builds or versions may have it"))
}

fn is_private(dotted: &str) -> bool {
    dotted.rsplit('.').next().unwrap_or(dotted).starts_with('_')
}

/// `3.8, 3.9`
fn listed(minors: Minors) -> String {
    let list = (OLDEST..=NEWEST).filter(|minor| minors & (1 << minor) != 0).map(|minor| format!("3.{minor}"));
    list.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
