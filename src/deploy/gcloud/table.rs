//! Which flags gcloud's deploy commands have, from the command tree of an installed gcloud.
//!
//! `flags.tsv` is written by `tests/gcloud_cli/flags.py`. A place in it is a command's digit and the letter of its
//! track: `g`, `b` or `a`. Other versions of gcloud have other flags, so what is not in the table is not known, and not
//! refused.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const TEXT: &str = include_str!("flags.tsv");

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(TEXT));

/// All commands that are read.
#[derive(Debug, Default)]
pub struct Table {
    /// The gcloud whose command tree it is.
    pub version: &'static str,
    /// The commands, one an entry for each track.
    pub specs: Vec<Spec>,
    /// Flags that may stand anywhere; true for those that take a value.
    globals: BTreeMap<&'static str, bool>,
    /// Flags that a group of commands has besides them.
    groups: BTreeMap<(&'static str, &'static str), BTreeSet<&'static str>>,
}

/// A command in one track.
#[derive(Debug, Default)]
pub struct Spec {
    place: &'static str,
    /// Its words, without the track.
    pub words: &'static str,
    flags: BTreeMap<&'static str, Flag>,
    /// Groups of flags of which one member may be used: members are flags that belong together.
    pub exclusive: Vec<Vec<Vec<&'static str>>>,
    /// The flags of which a container has its own, after `--container`.
    container: BTreeSet<&'static str>,
}

/// A flag of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// True where it takes a value.
    pub takes_value: bool,
    /// What its value is.
    pub kind: Kind,
}

/// What the value of a flag is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Int,
    /// A whole number or `default`.
    Count,
    /// A list whose entries are collected where the flag stands more than once.
    List,
    /// A map whose entries are collected where the flag stands more than once.
    Map,
    /// One of these.
    Choice(Vec<&'static str>),
}

/// What is known of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known<'a> {
    /// The command has it.
    Here(&'a Flag),
    /// The command has it in another track only.
    Elsewhere(&'a Flag),
    /// The table does not have it.
    No,
}

/// The table.
pub fn table() -> &'static Table {
    &TABLE
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self::default();
        for line in text.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            match fields.as_slice() {
                ["command", place, words, ..] => table.specs.push(Spec { place, words, ..Spec::default() }),
                ["group", track, words, flags] => {
                    table.groups.insert((track, words), flags.split(',').collect());
                }
                ["global", flag, values] => {
                    table.globals.insert(flag, *values != "0");
                }
                ["flag", name, values, kind, places] => {
                    let kind = match kind.split_once(':') {
                        Some(("choice", choices)) => Kind::Choice(choices.split('|').collect()),
                        _ if *kind == "int" => Kind::Int,
                        _ if *kind == "count" => Kind::Count,
                        _ if *kind == "list+" => Kind::List,
                        _ if *kind == "map+" => Kind::Map,
                        _ => Kind::Text,
                    };
                    let flag = Flag { takes_value: *values != "0", kind };
                    table.at(places, |spec| {
                        spec.flags.insert(name, flag.clone());
                    });
                }
                ["container", places, flags] => table.at(places, |spec| spec.container = flags.split(',').collect()),
                ["exclusive", places, members @ ..] => {
                    let members: Vec<Vec<&str>> = members.iter().map(|flags| flags.split(',').collect()).collect();
                    table.at(places, |spec| spec.exclusive.push(members.clone()));
                }
                _ => table.version = line.strip_prefix("# gcloud ").unwrap_or(table.version),
            }
        }
        table
    }

    fn at(&mut self, places: &str, mut change: impl FnMut(&mut Spec)) {
        for spec in &mut self.specs {
            if places.split(',').any(|place| place == spec.place) {
                change(spec);
            }
        }
    }

    /// The command of these words in a track (`alpha`, `beta`, or another word for the ordinary one), or else in the
    /// track nearest to it.
    pub fn spec(&self, words: &str, track: &str) -> Option<&Spec> {
        let order = match track {
            "alpha" => ["a", "b", "g"],
            "beta" => ["b", "a", "g"],
            _ => ["g", "b", "a"],
        };
        order.iter().find_map(|track| self.specs.iter().find(|spec| spec.words == words && spec.place.ends_with(track)))
    }

    /// True where `words` begin the words of a command that is read.
    pub fn begins(&self, words: &str) -> bool {
        let begins = |spec: &Spec| spec.words.strip_prefix(words).is_some_and(|rest| rest.starts_with(' '));
        self.specs.iter().any(begins)
    }

    /// Whether a flag that stands before the command's last word takes a value; `None` where none may stand there.
    pub fn early(&self, words: &str, flag: &str) -> Option<bool> {
        if let Some(takes_value) = self.globals.get(flag) {
            return Some(*takes_value);
        }
        let of_group = |(group, flags): (&(&str, &str), &BTreeSet<&str>)| group.1 == words && flags.contains(flag);
        self.groups.iter().any(of_group).then_some(true)
    }

    /// Whether a flag of any command takes a value; `None` where no command has it.
    pub fn anywhere(&self, flag: &str) -> Option<bool> {
        self.specs.iter().find_map(|spec| spec.flags.get(flag)).map(|flag| flag.takes_value)
    }

    /// True for a flag of every command.
    pub fn is_global(&self, flag: &str) -> bool {
        self.globals.contains_key(flag)
    }

    /// What is known of a flag of a command.
    pub fn flag<'a>(&'a self, spec: &'a Spec, flag: &str) -> Known<'a> {
        if let Some(own) = spec.flags.get(flag) {
            return Known::Here(own);
        }
        let others = self.specs.iter().filter(|other| other.words == spec.words);
        others.filter_map(|other| other.flags.get(flag)).next().map_or(Known::No, Known::Elsewhere)
    }
}

impl Spec {
    /// True for a flag of which each container has its own.
    pub fn is_of_container(&self, flag: &str) -> bool {
        self.container.contains(flag)
    }

    /// True where several containers can be described.
    pub fn has_containers(&self) -> bool {
        !self.container.is_empty()
    }

    /// The names of the flags, with their dashes.
    pub fn flags(&self) -> impl Iterator<Item = &'static str> {
        self.flags.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let table = table();
        assert!(table.version.starts_with(|char: char| char.is_ascii_digit()), "{}", table.version);
        assert!(table.specs.len() >= 42 && table.globals.len() > 20 && table.groups.len() >= 2);
        for spec in &table.specs {
            assert!(spec.flags.len() > 25, "{}", spec.words);
            for flag in table.globals.keys().filter(|flag| !matches!(**flag, "--version" | "-v")) {
                assert!(spec.flags.contains_key(flag), "{} {flag}", spec.words);
            }
        }
        let deploy = table.spec("run deploy", "ga").unwrap();
        assert!(deploy.is_of_container("--image") && !deploy.is_of_container("--region"));
        let takes = |flag: &str| match table.flag(deploy, flag) {
            Known::Here(flag) => Some(flag.takes_value),
            _ => None,
        };
        for (flag, takes_value) in [
            ("--quiet", Some(false)),
            ("--clear-vpc-connector", Some(false)),
            ("--no-traffic", Some(false)),
            ("--traffic", None),
            ("--no-cpu-throttling", Some(false)),
            ("--vpc-connector", Some(true)),
            ("--region", Some(true)),
        ] {
            assert_eq!(takes(flag), takes_value, "{flag}");
        }
        assert!(matches!(table.flag(deploy, "--regions"), Known::Elsewhere(flag) if flag.takes_value));
        assert_eq!(table.spec("run worker-pools deploy", "ga").unwrap().place, "8b");
        assert_eq!((table.early("run services", "--region"), table.early("run", "--region")), (Some(true), None));
        assert!(table.begins("run services") && !table.begins("run deploy"));
    }
}
