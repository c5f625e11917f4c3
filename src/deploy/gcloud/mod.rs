//! gcloud's command line: from an argument list to what the command would set.
//!
//! A deploy is a patch: what no flag mentions is [`Leave`](crate::model::Change::Leave). A word that is not known and
//! that stands where a flag could stand may set anything, so it makes everything that a flag could set unknown until a
//! later flag sets it again (the last one wins). In the place of a flag's value, or of the workload's name, it is taken
//! as one word.
//!
//! | file | subject |
//! | --- | --- |
//! | `flags` | flags that set what a deploy declares |
//! | `valueless` | flags that take no value |
//! | `alternatives` | words and alternatives that are not known |
//! | `settings` | what the flags together set |
//! | `spelled` | names and settings as written, beside what they mean |

use std::collections::BTreeMap;

use super::words::{Item, Word};
use crate::model::{DeployCommand, Fact, NameContext, Origin, Why, WhyKind, WorkloadKind};

mod alternatives;
mod flags;
mod settings;
mod spelled;
mod valueless;

pub use spelled::{name_context, spell_connector, spell_egress};

use flags::{SLOTS, Slot, slot_of};
use valueless::is_valueless;

/// What an argument list is.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Not a command that deploys a Cloud Run workload.
    Other,
    /// A deploy; its guards are the caller's business.
    Deploy(Box<DeployCommand>),
    /// It may deploy something, but that cannot be told.
    Undecidable(Vec<Why>),
}

/// The commands that are read, without `alpha` and `beta`.
const COMMANDS: [(&[&str], WorkloadKind); 7] = [
    (&["run", "deploy"], WorkloadKind::Service),
    (&["run", "services", "update"], WorkloadKind::Service),
    (&["run", "jobs", "deploy"], WorkloadKind::Job),
    (&["run", "jobs", "create"], WorkloadKind::Job),
    (&["run", "jobs", "update"], WorkloadKind::Job),
    (&["run", "worker-pools", "deploy"], WorkloadKind::WorkerPool),
    (&["run", "worker-pools", "update"], WorkloadKind::WorkerPool),
];

/// Commands that deploy from something that is not their command line.
const NOT_READ: [&[&str]; 3] =
    [&["run", "services", "replace"], &["run", "jobs", "replace"], &["run", "worker-pools", "replace"]];

/// Reads an argument list, program included. `origin` is where the command stands.
pub fn read(items: &[Item], origin: &Origin, context: &NameContext) -> Reading {
    // A single unknown word may be the workload's name. Where the list has another candidate, it may be any flag.
    let first = Reader::run(items, true);
    let reader = if first.name_clash { Reader::run(items, false) } else { first };
    reader.finish(origin, context)
}

/// True for texts that start the gcloud program.
pub fn is_gcloud(text: &str) -> bool {
    let base = text.rsplit(['/', '\\']).next().unwrap_or(text);
    matches!(base, "gcloud" | "gcloud.cmd" | "gcloud.exe" | "gcloud.ps1")
}

#[derive(Clone, Debug, PartialEq)]
enum Setting {
    Given(Word),
    Unknown(Vec<Why>),
}

#[derive(Clone, Debug, PartialEq)]
enum Name {
    Missing,
    Given(Word),
    Unknown(Vec<Why>),
}

/// A flag that waits for its value.
#[derive(Clone, Debug, PartialEq)]
struct Pending {
    slot: Option<Slot>,
    /// Where the flag stands.
    origin: Origin,
}

#[derive(Clone, Debug, PartialEq)]
struct Reader {
    hole_is_name: bool,
    program: bool,
    path: Vec<String>,
    command: Option<usize>,
    other: bool,
    undecidable: Vec<Why>,
    pending: Option<Pending>,
    slots: BTreeMap<Slot, Setting>,
    name: Name,
    /// The word before was unknown and may have been a flag that takes the next word.
    after_hole: bool,
    name_clash: bool,
    ended: bool,
}
impl Reader {
    fn run(items: &[Item], hole_is_name: bool) -> Self {
        let mut reader = Self {
            hole_is_name,
            program: false,
            path: Vec::new(),
            command: None,
            other: false,
            undecidable: Vec::new(),
            pending: None,
            slots: BTreeMap::new(),
            name: Name::Missing,
            after_hole: false,
            name_clash: false,
            ended: false,
        };
        reader.items(items, 0);
        reader
    }

    fn items(&mut self, items: &[Item], depth: usize) {
        for item in items {
            if self.other || self.ended {
                return;
            }
            match item {
                Item::Word(word) => self.word(word),
                Item::Any(whys) => self.any(whys),
                Item::Either(alternatives, whys) if depth < 16 => self.either(alternatives, whys, depth),
                Item::Either(_, whys) => self.any(whys),
            }
        }
    }

    fn word(&mut self, word: &Word) {
        let after_hole = std::mem::take(&mut self.after_hole);
        if !self.program {
            let gcloud = word.options().is_some_and(|options| options.iter().all(|text| is_gcloud(text)));
            self.program = gcloud;
            self.other = !gcloud;
            return;
        }
        let prefix = word.known_prefix();
        if let Some(pending) = self.pending.take() {
            if !prefix.starts_with('-') || prefix == "-" {
                if let Some(slot) = pending.slot {
                    self.slots.insert(slot, Setting::Given(word.clone()));
                }
                return;
            }
            if let Some(slot) = pending.slot {
                let why = Why::at(WhyKind::Invalid, "the flag has no value", pending.origin);
                self.slots.insert(slot, Setting::Unknown(vec![why]));
            }
        }
        if prefix == "--" && word.text().is_some() {
            self.ended = true;
        } else if let Some(body) = prefix.strip_prefix("--") {
            self.flag(word, body);
        } else if prefix.starts_with('-') {
            // gcloud's own short flags are -q and -h.
            self.other = word.text().as_deref() == Some("-h");
        } else if prefix.is_empty() && !word.pieces.is_empty() && word.text().is_none() {
            self.hole(word);
        } else {
            self.bare(word, after_hole);
        }
    }

    fn flag(&mut self, word: &Word, body: &str) {
        if let Some((flag, _)) = body.split_once('=') {
            if flag == "flags-file" {
                self.flags_file(word);
            } else if let Some(slot) = slot_of(flag) {
                self.slots.insert(slot, Setting::Given(word.without_prefix(flag.len() + 3)));
            } else if flag == "regions" {
                self.several_regions(word);
            }
            return;
        }
        let Some(_) = word.text() else {
            // The flag's own name is not known: it can be any flag that begins so.
            if "flags-file".starts_with(body) {
                self.everything_unknown(&word.whys());
            }
            for (_, slot) in SLOTS.iter().filter(|(name, _)| name.starts_with(body)) {
                self.slots.insert(*slot, Setting::Unknown(word.whys()));
            }
            if "regions".starts_with(body) {
                self.slots.insert(Slot::Region, Setting::Unknown(word.whys()));
            }
            self.after_hole = true;
            return;
        };
        match body {
            "help" => self.other = true,
            "flags-file" => {
                self.flags_file(word);
                self.pending = Some(Pending { slot: None, origin: word.origin.clone() });
            }
            "regions" => {
                self.several_regions(word);
                self.pending = Some(Pending { slot: None, origin: word.origin.clone() });
            }
            _ if is_valueless(body) => {
                if let Some(slot) = slot_of(body) {
                    self.slots.insert(slot, Setting::Given(word.clone()));
                }
            }
            _ => self.pending = Some(Pending { slot: slot_of(body), origin: word.origin.clone() }),
        }
    }

    fn flags_file(&mut self, word: &Word) {
        let why = Why::at(WhyKind::Unsupported, "a file of flags is not evaluated", word.origin.clone());
        self.everything_unknown(&[why]);
    }

    fn several_regions(&mut self, word: &Word) {
        let why = Why::at(WhyKind::Unsupported, "a deploy to several regions is not evaluated", word.origin.clone());
        self.slots.insert(Slot::Region, Setting::Unknown(vec![why]));
    }

    /// A word of which not even the beginning is known.
    fn hole(&mut self, word: &Word) {
        if let Some(options) = word.options() {
            let flags: Vec<Option<&str>> = options.iter().map(|text| text.strip_prefix("--")).collect();
            let harmless = |flag: &Option<&str>| {
                flag.is_some_and(|body| {
                    let name = body.split('=').next().unwrap_or(body);
                    slot_of(name).is_none()
                        && name != "flags-file"
                        && name != "regions"
                        && name != "help"
                        && (body.contains('=') || is_valueless(body))
                })
            };
            if flags.iter().all(harmless) {
                return;
            }
            if options.iter().all(|text| !text.starts_with('-')) && self.command.is_some() {
                self.bare(word, false);
                return;
            }
        }
        if self.command.is_none() {
            self.undecidable.extend(word.whys());
            self.ended = true;
            return;
        }
        if self.hole_is_name && self.name == Name::Missing {
            self.name = Name::Given(word.clone());
            return;
        }
        self.name_clash |= self.hole_is_name && matches!(&self.name, Name::Given(name) if name.text().is_none());
        self.everything_unknown(&word.whys());
        if self.name == Name::Missing {
            self.name = Name::Unknown(word.whys());
        }
        self.after_hole = true;
    }

    /// A word that is no flag: a part of the command's path, or the workload's name.
    fn bare(&mut self, word: &Word, after_hole: bool) {
        if self.command.is_some() {
            match &self.name {
                Name::Missing => self.name = Name::Given(word.clone()),
                Name::Given(name) if name.text().is_none() => {
                    self.name_clash = true;
                    self.name = Name::Given(word.clone());
                }
                Name::Unknown(_) if !after_hole => self.name = Name::Given(word.clone()),
                _ => {}
            }
            return;
        }
        let Some(text) = word.text() else {
            self.undecidable.extend(word.whys());
            self.ended = true;
            return;
        };
        if self.path.is_empty() && (text == "alpha" || text == "beta") {
            return;
        }
        self.path.push(text);
        let begins = |path: &[&str]| path.iter().zip(&self.path).all(|(want, have)| want == have);
        self.command = COMMANDS.iter().position(|(path, _)| path.len() == self.path.len() && begins(path));
        if self.command.is_some() {
            return;
        }
        if NOT_READ.iter().any(|path| path.len() == self.path.len() && begins(path)) {
            let text = format!("`gcloud {}` is not evaluated", self.path.join(" "));
            self.undecidable.push(Why::at(WhyKind::Unsupported, text, word.origin.clone()));
            self.ended = true;
            return;
        }
        let mut known = COMMANDS.iter().map(|(path, _)| *path).chain(NOT_READ);
        self.other = !known.any(|path| path.len() > self.path.len() && begins(path));
    }

    fn finish(mut self, origin: &Origin, context: &NameContext) -> Reading {
        if self.other || !self.program {
            return Reading::Other;
        }
        let Some((path, kind)) = self.command.and_then(|index| COMMANDS.get(index)) else {
            return if self.undecidable.is_empty() { Reading::Other } else { Reading::Undecidable(self.undecidable) };
        };
        if !self.undecidable.is_empty() {
            return Reading::Undecidable(self.undecidable);
        }
        if let Some(Pending { slot: Some(slot), origin }) = self.pending.take() {
            let why = Why::at(WhyKind::Invalid, "the flag has no value", origin);
            self.slots.insert(slot, Setting::Unknown(vec![why]));
        }
        let name = match &self.name {
            Name::Missing => Fact::Absent(origin.clone()),
            Name::Given(word) => word.fact(),
            Name::Unknown(whys) => Fact::Unknown(whys.clone()),
        };
        let project = self.text(Slot::Project, origin);
        let region = self.text(Slot::Region, origin);
        let names = name_context(&project, &region, context);
        Reading::Deploy(Box::new(DeployCommand {
            origin: origin.clone(),
            tool: "gcloud".to_owned(),
            action: path.join(" "),
            kind: *kind,
            name,
            connector: self.connector(&names),
            egress: self.egress(),
            interfaces: self.interfaces(origin, &names),
            project,
            region,
            guards: Vec::new(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::{Hole, Piece};
    use super::*;
    use crate::model::Change;
    use crate::model::{Excerpts, RepoPath, SourceFile};

    fn origin() -> Origin {
        SourceFile::new(RepoPath::new("a"), "gcloud", &Excerpts::default()).origin(0..6)
    }

    /// Words of a line; `?` in a word is a hole, `*` is any number of unknown words.
    fn items(line: &str) -> Vec<Item> {
        let why = || vec![Why::new(WhyKind::Environment, "nobody knows")];
        let word = |text: &str| {
            let mut pieces = Vec::new();
            for (index, part) in text.split('?').enumerate() {
                if index > 0 {
                    pieces.push(Piece::Hole(Hole { whys: why(), options: Vec::new() }));
                }
                if !part.is_empty() {
                    pieces.push(Piece::Lit(part.to_owned()));
                }
            }
            Item::Word(Word { pieces, origin: origin() })
        };
        line.split(' ').map(|text| if text == "*" { Item::Any(why()) } else { word(text) }).collect()
    }

    /// `name region connector egress`, or what else it is.
    fn summary(line: &str) -> String {
        fn fact<T>(fact: &Fact<T>, text: impl Fn(&T) -> String) -> String {
            match fact {
                Fact::Known(value, _) => text(value),
                Fact::Absent(_) => "-".to_owned(),
                Fact::Unknown(_) => "?".to_owned(),
            }
        }
        fn change<T>(change: &Change<T>, text: impl Fn(&T) -> String) -> String {
            match change {
                Change::Set(set) => fact(set, text),
                Change::Clear(_) => "clear".to_owned(),
                Change::Leave => "leave".to_owned(),
            }
        }
        match read(&items(line), &origin(), &NameContext::new(Some("p"), None)) {
            Reading::Other => "other".to_owned(),
            Reading::Undecidable(_) => "undecidable".to_owned(),
            Reading::Deploy(command) => format!(
                "{} {} {} {}",
                fact(&command.name, Clone::clone),
                fact(&command.region, Clone::clone),
                change(&command.connector, |spelled| spelled.text.clone()),
                change(&command.egress, |spelled| spelled.text.clone()),
            ),
        }
    }

    #[test]
    fn a_command_line_gives_what_gcloud_would_set() {
        for (line, expected) in [
            ("gcloud run deploy a", "a - leave leave"),
            ("/usr/bin/gcloud beta run deploy a --region r", "a r leave leave"),
            ("gcloud --project p --quiet run deploy --region=r a --vpc-connector=c", "a r c leave"),
            ("gcloud run deploy a --vpc-connector b --vpc-connector c", "a - c leave"),
            ("gcloud run services update a --clear-vpc-connector", "a - clear clear"),
            ("gcloud run deploy a --clear-vpc-connector --vpc-egress all", "a - clear clear"),
            ("gcloud run deploy a --clear-network", "a - leave clear"),
            ("gcloud run deploy --no-traffic a --new-flag v --new-switch --region r", "a r leave leave"),
            ("gcloud run deploy --image i a --quiet", "a - leave leave"),
            ("gcloud run deploy ? --region r", "? r leave leave"),
            ("gcloud run deploy a ? --region r", "a r ? ?"),
            ("gcloud run deploy ? a --region r", "? r ? ?"),
            ("gcloud run deploy a --region r *", "a ? ? ?"),
            ("gcloud run deploy a * --vpc-connector c", "a ? ? ?"),
            ("gcloud run deploy a --vpc-connector=?", "a - ? leave"),
            ("gcloud run deploy a --vpc-connector ? --vpc-egress x-?", "a - ? ?"),
            ("gcloud run deploy a --vpc-?=c", "a - ? ?"),
            ("gcloud run deploy a --set-env-?=c", "a - leave leave"),
            ("gcloud run deploy a --vpc-connector --region r", "a r ? leave"),
            ("gcloud run deploy a --vpc-connector", "a - ? leave"),
            ("gcloud run deploy a --flags-file f.yaml --region r", "a r ? ?"),
            ("gcloud run deploy a --vpc-connector c --clear-vpc-connector", "a - clear clear"),
            ("gcloud run deploy a --vpc-connector=", "a - leave leave"),
            ("gcloud run deploy a --args=--vpc-connector=x", "a - leave leave"),
            ("gcloud run deploy a --help", "other"),
            ("gcloud run services describe a", "other"),
            ("gcloud run services replace a.yaml", "undecidable"),
            ("gcloud run ? a", "undecidable"),
            ("gcloud *", "undecidable"),
            ("gcloud run services update-traffic a", "other"),
            ("gcloud compute networks list", "other"),
            ("gcloud", "other"),
            ("echo gcloud run deploy a", "other"),
            ("?", "other"),
            ("gcloud run worker-pools deploy w --region=r --network n", "w r leave leave"),
        ] {
            assert_eq!(summary(line), expected, "{line}");
        }
    }

    #[test]
    fn flags_under_a_condition_are_not_known_and_the_rest_is() {
        let mut list = items("gcloud run deploy a");
        list.push(Item::Either(vec![items("--vpc-connector c"), Vec::new()], vec![Why::new(WhyKind::Guarded, "if")]));
        list.extend(items("--region r"));
        let Reading::Deploy(command) = read(&list, &origin(), &NameContext::default()) else { panic!("a deploy") };
        assert!(matches!(&command.connector, Change::Set(Fact::Unknown(whys)) if whys.len() == 1));
        assert_eq!(command.region.known().map(String::as_str), Some("r"));
        assert_eq!(command.egress, Change::Leave);
    }
}
