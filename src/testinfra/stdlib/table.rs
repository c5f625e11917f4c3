//! The table of the standard library: which modules each version has, and which names are in them.
//!
//! `names.txt` is written by `record.py`, one line a module: its dotted name, then sections. A section is one sign with
//! the minor versions of Python 3 that it is for (`8-10,12`), and names:
//!
//! | sign | says of these versions |
//! | --- | --- |
//! | `@` | the module is there, and has no other names than those that are listed |
//! | `%` | it is there, and may have other names: they depend on the platform or the build |
//! | `?` | it may be there: on another platform, in another build, or in a version that was not measured |
//! | `!` | it is built in, frozen, or imported before any code of a project runs |
//! | `&` | pytest has imported it before it reads the options of a project |
//! | `=` | these names are bound in it |
//! | `~` | these names may be bound in it |
//! | `-` | these public names are not in its `__all__` |
//! | `+` | these private names are in its `__all__` |
//!
//! Names of submodules, and those that every module has, are left out.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

const TEXT: &str = include_str!("names.txt");
const SIGNS: &str = "@%?!&=~-+";

/// The oldest minor version of Python 3 that was measured.
pub(super) const OLDEST: u8 = 8;
/// The newest one.
pub(super) const NEWEST: u8 = 13;

/// A set of minor versions: bit *n* is for 3.*n*.
pub(super) type Minors = u32;

/// A module of the standard library.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Versions that have it.
    pub(super) present: Minors,
    /// Those of them in which it may have names that are not listed.
    pub(super) open: Minors,
    /// Versions that may have it.
    pub(super) perhaps: Minors,
    /// Versions in which no file can take its place.
    pub(super) fixed: Minors,
    /// Versions in which pytest imports it before it reads the options of a project.
    pub(super) early: Minors,
    text: &'static str,
    names: OnceLock<HashMap<&'static str, Name>>,
}

/// A name of a module.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Name {
    /// Versions in which it is bound.
    pub(super) bound: Minors,
    /// Versions in which it may be bound.
    pub(super) may: Minors,
    not_exported: Minors,
    exported: Minors,
}

impl Name {
    /// The versions in which `from module import *` binds it, where it is bound.
    pub(super) fn exported(&self, name: &str) -> Minors {
        if name.starts_with('_') { self.exported } else { !self.not_exported }
    }
}

impl Module {
    /// The names in it that were seen, or may be there.
    pub(super) fn names(&self) -> &HashMap<&'static str, Name> {
        self.names.get_or_init(|| {
            let mut names: HashMap<&str, Name> = HashMap::new();
            sections(self.text, |sign, minors, listed| {
                for name in listed {
                    let name = names.entry(name).or_default();
                    match sign {
                        '=' => name.bound |= minors,
                        '~' => name.may |= minors,
                        '-' => name.not_exported |= minors,
                        _ => name.exported |= minors,
                    }
                }
            });
            names
        })
    }
}

/// Looks a dotted name up.
pub(super) fn module(dotted: &str) -> Option<&'static Module> {
    static MODULES: LazyLock<HashMap<&'static str, Module>> = LazyLock::new(|| TEXT.lines().map(line).collect());
    MODULES.get(dotted)
}

fn line(line: &'static str) -> (&'static str, Module) {
    let (name, text) = line.split_once(' ').unwrap_or((line, ""));
    let mut module = Module { text, ..Module::default() };
    for word in text.split(' ') {
        let Some((sign, minors)) = head(word) else { continue };
        match sign {
            '@' => module.present |= minors,
            '%' => {
                module.present |= minors;
                module.open |= minors;
            }
            '?' => module.perhaps |= minors,
            '!' => module.fixed |= minors,
            '&' => module.early |= minors,
            _ => break,
        }
    }
    (name, module)
}

/// Calls `visit` with each section that has names.
fn sections(text: &'static str, mut visit: impl FnMut(char, Minors, &[&'static str])) {
    let mut current = None;
    let mut listed = Vec::new();
    for word in text.split(' ') {
        match head(word) {
            Some(next) => {
                if let Some((sign, minors)) = current.replace(next) {
                    visit(sign, minors, &listed);
                }
                listed.clear();
            }
            None => listed.push(word),
        }
    }
    if let Some((sign, minors)) = current {
        visit(sign, minors, &listed);
    }
}

/// Reads the sign of a section, with its versions.
fn head(word: &str) -> Option<(char, Minors)> {
    let sign = word.chars().next().filter(|sign| SIGNS.contains(*sign))?;
    let bit = |minor: &str| minor.parse::<u32>().ok().and_then(|minor| 1u32.checked_shl(minor)).unwrap_or(0);
    let minors = word.get(1..)?.split(',').map(|run| match run.split_once('-') {
        // All bits from the first to the last.
        Some((first, last)) => (bit(last) << 1).wrapping_sub(bit(first)),
        None => bit(run),
    });
    Some((sign, minors.fold(0, |all, run| all | run)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood() {
        let measured: Minors = (OLDEST..=NEWEST).map(|minor| 1 << minor).sum();
        let mut before = "";
        for text in TEXT.lines() {
            let (name, module) = line(text);
            assert!(before < name, "{before} {name}");
            before = name;
            assert!((module.present | module.perhaps | module.fixed) & (measured | 1 << (NEWEST + 1)) != 0, "{name}");
            assert_eq!(module.present & !measured, 0, "{name}");
            for word in text.split(' ').skip(1) {
                let (sign, rest) = word.split_at(1);
                if SIGNS.contains(sign) {
                    assert!(!rest.is_empty() && head(word).is_some_and(|(_, minors)| minors != 0), "{name} {word}");
                } else {
                    assert!(word.chars().all(|letter| letter.is_alphanumeric() || letter == '_'), "{name} {word}");
                }
            }
            for (bound, name) in module.names() {
                assert_eq!(name.bound & !module.present, 0, "{before} {bound}");
                assert_eq!(name.bound & name.may, 0, "{before} {bound}");
            }
        }
        assert!(TEXT.lines().count() > 700 && TEXT.len() < 900_000, "{}", TEXT.len());
    }

    #[test]
    fn versions_are_runs_and_single_ones() {
        assert_eq!(head("@8-10,12"), Some(('@', 0b1_0111 << 8)));
        assert_eq!(head("loads"), None);
        assert_eq!(head("@8-8"), Some(('@', 1 << 8)));
    }
}
