//! Reads the words of an argument list from left to right, by the rules of gcloud's parser (Python's argparse without
//! abbreviations).

use super::table::{Kind, Known, Spec, table};
use super::uses::Uses;
use super::{flags_file, is_gcloud};
use crate::deploy::repository::Repository;
use crate::deploy::words::{Item, Word};
use crate::model::{Guard, Origin, Why, WhyKind};

/// The deepest nesting of alternatives, and of files of flags, that is followed.
const MAX_DEPTH: usize = 16;
/// The most files of flags that one command line reads.
const MAX_FILES: usize = 50;

/// The first word after the command that is no flag.
#[derive(Clone, Debug, PartialEq)]
pub enum Name {
    Missing,
    Given(Word),
    Unknown(Vec<Why>),
}

impl Name {
    /// True for a word of which not even the beginning is known, so that it may be a flag.
    pub fn is_hole(&self) -> bool {
        matches!(self, Self::Given(word) if word.text().is_none() && word.known_prefix().is_empty())
    }
}

/// A flag that waits for its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    pub target: Target,
    /// Where the flag stands.
    pub origin: Origin,
}

impl Pending {
    fn is_unsure(&self) -> bool {
        self.target == Target::Unsure
    }
}

/// What a value is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A flag of the command.
    Flag { name: String, kind: Kind },
    /// A flag whose value means nothing here: of a container, or one that stands before the command.
    Passed,
    /// A flag that is not in the table, which may as well take no value.
    Unsure,
}

/// What is known after some words.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub hole_is_name: bool,
    pub program: bool,
    pub track: String,
    pub path: Vec<String>,
    pub spec: Option<&'static Spec>,
    pub other: bool,
    pub undecidable: Vec<Why>,
    pub pending: Option<Pending>,
    /// The next word names a file of flags.
    pub names_file: bool,
    pub uses: Uses,
    pub name: Name,
    /// The word before was unknown and may have been a flag that takes the next word.
    pub after_hole: bool,
    pub name_clash: bool,
    pub ended: bool,
    /// There are flags of which only the beginning is known; they may take the next word.
    pub half_flags: bool,
    /// After `--` there are no flags.
    pub only_names: bool,
    /// Only flags of a container follow.
    pub in_container: bool,
    /// Words that are the value of a flag that is not in the table, or the workload's name.
    pub unsure: Vec<Word>,
    /// What gcloud, as the table knows it, does not accept, and another version may.
    pub doubts: Vec<Why>,
    /// How many files of flags were read.
    pub files: usize,
    /// What no gcloud accepts.
    pub refused: Option<(String, Origin)>,
    /// Words that are taken for one word each, although they may be several.
    pub assumes: Vec<Guard>,
}

/// A reader and the files that the words may name.
#[derive(Clone)]
pub struct Reader<'a> {
    pub repository: &'a Repository<'a>,
    pub state: State,
    /// The files of flags that are being read.
    stack: Vec<String>,
}

impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl<'a> Reader<'a> {
    /// The state after all words.
    pub fn run(items: &[Item], repository: &'a Repository<'a>, hole_is_name: bool) -> State {
        let state = State {
            hole_is_name,
            program: false,
            track: String::new(),
            path: Vec::new(),
            spec: None,
            other: false,
            undecidable: Vec::new(),
            pending: None,
            names_file: false,
            uses: Uses::default(),
            name: Name::Missing,
            after_hole: false,
            name_clash: false,
            ended: false,
            half_flags: false,
            only_names: false,
            in_container: false,
            unsure: Vec::new(),
            doubts: Vec::new(),
            files: 0,
            refused: None,
            assumes: Vec::new(),
        };
        let mut reader = Self { repository, state, stack: Vec::new() };
        reader.items(items, 0);
        reader.state.no_value();
        // A word that is not known is taken for the name only where nothing else may be it.
        let elsewhere = !reader.state.unsure.is_empty() || reader.state.half_flags;
        reader.state.name_clash |= hole_is_name && elsewhere && reader.state.name.is_hole();
        reader.state
    }

    pub fn items(&mut self, items: &[Item], depth: usize) {
        for item in items {
            if self.state.other || self.state.ended {
                return;
            }
            match item {
                Item::Word(word) => self.word(word, depth),
                Item::Any(whys) => self.state.any(whys),
                Item::Either(alternatives, whys) if depth < MAX_DEPTH => self.either(alternatives, whys, depth),
                Item::Either(_, whys) => self.state.any(whys),
            }
        }
    }

    fn word(&mut self, word: &Word, depth: usize) {
        let state = &mut self.state;
        let after_hole = std::mem::take(&mut state.after_hole);
        if !state.program {
            let gcloud = word.options().is_some_and(|options| options.iter().all(|text| is_gcloud(text)));
            state.program = gcloud;
            state.other = !gcloud;
            return;
        }
        state.assume_one_word(word);
        // Files of flags are put in before anything else is read, so their name may be any word.
        if std::mem::take(&mut state.names_file) {
            state.after_hole = after_hole;
            return self.flags_file(word, depth);
        }
        let is_unsure = self.state.pending.as_ref().is_some_and(Pending::is_unsure);
        if word.text().is_none()
            && let Some(options) = word.options()
            // The value of a flag is kept whole, and where it may be another flag it is not kept.
            && (self.state.pending.is_none() || is_unsure && options.iter().any(|text| text.starts_with('-')))
        {
            self.state.after_hole = after_hole;
            let one = |text: String| vec![Item::Word(Word::known(text, word.origin.clone()))];
            return self.either(&options.into_iter().map(one).collect::<Vec<_>>(), &word.whys(), depth);
        }
        let state = &mut self.state;
        let prefix = word.known_prefix();
        if prefix == "--flags-file" && word.text().is_some() {
            state.names_file = true;
            state.after_hole = after_hole;
            return;
        }
        if prefix.starts_with("--flags-file=") {
            state.after_hole = after_hole;
            return self.flags_file(&word.without_prefix("--flags-file=".len()), depth);
        }
        let is_flag = state.is_flag(word, &prefix);
        if is_unsure && prefix.is_empty() && word.text().is_none() && word.options().is_none() {
            // The value of a flag that may take none, or another flag, or the name.
            return state.any(&word.whys());
        }
        if is_flag || state.pending.is_none() {
            state.no_value();
        } else if let Some(pending) = state.pending.take() {
            return state.value(pending, word);
        }
        if prefix == "--" && word.text().is_some() && !state.only_names {
            state.only_names(word);
        } else if !is_flag && prefix.is_empty() && !word.pieces.is_empty() && word.text().is_none() {
            state.hole(word);
        } else if !is_flag {
            state.bare(word, after_hole);
        } else if prefix.starts_with("--") {
            state.flag(word, &prefix);
        } else {
            state.short(word);
        }
    }

    fn flags_file(&mut self, word: &Word, depth: usize) {
        self.state.files += 1;
        if depth >= MAX_DEPTH || self.state.files > MAX_FILES {
            let why = Why::at(WhyKind::Limit, "there are too many files of flags", word.origin.clone());
            return self.state.unknown_flags(&[why]);
        }
        match flags_file::items(word, self.repository, &self.stack) {
            Ok((path, items)) => {
                self.stack.push(path);
                self.items(&items, depth + 1);
                self.stack.pop();
            }
            Err(flags_file::Problem::Unknown(whys)) => self.state.unknown_flags(&whys),
            Err(flags_file::Problem::Refused(text)) => self.state.refuse(text, &word.origin),
        }
    }
}

impl State {
    /// gcloud does not run this command line.
    pub fn refuse(&mut self, text: String, origin: &Origin) {
        self.refused.get_or_insert((text, origin.clone()));
    }

    pub fn doubt(&mut self, text: String, origin: &Origin) {
        self.doubts.push(Why::at(WhyKind::Unsupported, text, origin.clone()));
    }

    /// Whether gcloud takes a word for a flag, wherever it stands.
    fn is_flag(&self, word: &Word, prefix: &str) -> bool {
        if !prefix.starts_with('-') || self.only_names {
            return false;
        }
        let Some(text) = word.text() else { return true };
        let number = text.strip_prefix('-').is_some_and(|rest| {
            let mut parts = rest.split('.');
            let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
            !rest.is_empty() && rest != "." && parts.by_ref().take(2).all(digits) && parts.next().is_none()
        });
        let name = text.split('=').next().unwrap_or(&text);
        text != "-" && !number && (!text.contains(' ') || self.has(name))
    }

    pub(super) fn has(&self, flag: &str) -> bool {
        match self.spec {
            Some(spec) => matches!(table().flag(spec, flag), Known::Here(_)),
            None => table().early(&self.path.join(" "), flag).is_some(),
        }
    }

    /// The flag before had to have a value.
    fn no_value(&mut self) {
        match self.pending.take() {
            Some(Pending { target: Target::Unsure, .. }) | None => {}
            Some(Pending { target: Target::Flag { name, .. }, origin }) => {
                self.refuse(format!("`{name}` has no value"), &origin);
            }
            Some(Pending { origin, .. }) => self.refuse("a flag has no value".to_owned(), &origin),
        }
    }

    fn value(&mut self, pending: Pending, word: &Word) {
        match pending.target {
            Target::Flag { name, kind } => self.store(&name, &kind, word.clone()),
            Target::Unsure if !self.in_container => self.unsure.push(word.clone()),
            Target::Unsure => {}
            Target::Passed => {}
        }
    }

    /// `--`: what follows are no flags.
    fn only_names(&mut self, word: &Word) {
        self.only_names = true;
        if matches!(&self.name, Name::Given(name) if name.text().is_some()) {
            self.refuse("nothing may stand after `--`".to_owned(), &word.origin);
        }
    }

    /// A word that is no flag: a part of the command's path, or the workload's name.
    pub fn bare(&mut self, word: &Word, after_hole: bool) {
        if self.spec.is_none() {
            return self.step(word);
        }
        if self.in_container {
            if !after_hole {
                self.refuse("a name stands among the flags of a container".to_owned(), &word.origin);
            }
            return;
        }
        match &self.name {
            Name::Missing => self.name = Name::Given(word.clone()),
            Name::Given(_) if self.name.is_hole() => {
                self.name_clash = true;
                self.name = Name::Given(word.clone());
            }
            Name::Unknown(_) if !after_hole => self.name = Name::Given(word.clone()),
            Name::Given(_) if !after_hole && word.text().is_some() => {
                let text = word.text().unwrap_or_default();
                self.refuse(format!("there is one word too many, `{}`", redacted(&text)), &word.origin);
            }
            _ => {}
        }
    }

    fn step(&mut self, word: &Word) {
        let Some(text) = word.text() else {
            self.undecidable.extend(word.whys());
            self.ended = true;
            return;
        };
        if self.path.is_empty() && self.track.is_empty() && matches!(&*text, "alpha" | "beta" | "preview") {
            self.track = text;
            return;
        }
        self.path.push(text);
        let words = self.path.join(" ");
        self.spec = table().spec(&words, &self.track);
        self.other = self.spec.is_none() && !table().begins(&words);
    }
}

/// A word as a message shows it.
pub(super) fn redacted(text: &str) -> String {
    crate::model::redact::identifier(text)
}
