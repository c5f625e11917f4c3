//! Texts of which some parts may not be known, and lists of them.

use crate::deploy::words::{self, Extent, Hole, Item, Piece, Word};
use crate::model::{Guard, Origin, Why, WhyKind};

/// The most parts of a text: what has more is not put together to be a name or a flag.
const MAX_PARTS: usize = 500;
/// The most reasons that one unknown text keeps.
const MAX_WHYS: usize = 8;
/// The most texts that one unknown text can be.
const MAX_OPTIONS: usize = 16;

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    /// Known text.
    Lit(String),
    /// Text that is not known.
    Hole(Hole),
    /// The folder into which the repository is checked out.
    Root,
}

/// A text in parts; without parts it is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text(pub(super) Vec<Part>);

/// An entry of a list of words.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Field {
    /// One word.
    Word(Text),
    /// Any number of words that are not known.
    Any(Vec<Why>),
    /// One of several sequences, by a condition that is not decided.
    Either(Vec<Vec<Field>>, Vec<Why>),
}

impl Text {
    pub(super) fn lit(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::default() } else { Self(vec![Part::Lit(text)]) }
    }

    pub(super) fn hole(why: Why) -> Self {
        Self::unknown(vec![why])
    }

    pub(super) fn unknown(mut whys: Vec<Why>) -> Self {
        whys.truncate(MAX_WHYS);
        Self(vec![Part::Hole(Hole { whys, ..Hole::default() })])
    }

    /// A text that is not known, into which another one went.
    pub(super) fn made_of(text: &Self, whys: Vec<Why>) -> Self {
        let extent = if text.names_gcloud() { Extent::Command } else { Extent::Text };
        Self(vec![Part::Hole(Hole { whys, extent, ..Hole::default() })])
    }

    /// A text that is not known and has no blanks in it, such as a number.
    pub(super) fn one_word(why: Why) -> Self {
        Self(vec![Part::Hole(Hole { whys: vec![why], extent: Extent::Word, ..Hole::default() })])
    }

    pub(super) fn from_pieces(pieces: &[Piece]) -> Self {
        let mut text = Self::default();
        for piece in pieces {
            text.push(match piece {
                Piece::Lit(known) => Part::Lit(known.clone()),
                Piece::Hole(hole) => Part::Hole(hole.clone()),
            });
        }
        text
    }

    pub(super) fn push(&mut self, part: Part) {
        match (part, self.0.last_mut()) {
            (Part::Lit(text), _) if text.is_empty() => {}
            (Part::Lit(text), Some(Part::Lit(last))) => last.push_str(&text),
            (part, _) => self.0.push(part),
        }
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.push(Part::Lit(text.to_owned()));
    }

    pub(super) fn append(&mut self, other: Self) {
        for part in other.0 {
            self.push(part);
        }
    }

    /// The text, where all of it is known.
    pub(super) fn known(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Lit(text)] => Some(text),
            _ => None,
        }
    }

    /// The text, unless it is too long to be one that matters.
    pub(super) fn limited(self) -> Self {
        let length: usize = self.0.iter().map(|part| if let Part::Lit(text) = part { text.len() } else { 1 }).sum();
        if length > super::MAX_TEXT || self.0.len() > MAX_PARTS {
            return Self::made_of(&self, vec![Why::new(WhyKind::Limit, "the text is too long")]);
        }
        self
    }

    /// The parts that are split where they have blanks.
    fn split_parts(&self) -> impl Iterator<Item = &Hole> {
        self.0.iter().filter_map(|part| match part {
            Part::Hole(hole) if matches!(hole.extent, Extent::Split | Extent::Command) => Some(hole),
            _ => None,
        })
    }

    /// What is taken for granted where other arguments stand behind it.
    pub(super) fn assumptions(&self, origin: &Origin) -> Vec<Guard> {
        let taken = |hole: &Hole| {
            let text = format!("an unquoted argument is one word: {}", hole.whys.first()?.text);
            Some(Guard { text, origin: origin.clone(), negated: false, decided: None })
        };
        self.split_parts().filter_map(taken).collect()
    }

    /// Every text that it can be, where that is known.
    pub(super) fn options(&self) -> Option<Vec<String>> {
        let part = |part: &Part| match part {
            Part::Lit(text) => Some(vec![text.clone()]),
            Part::Hole(hole) => Some(hole.options.clone()).filter(|options| !options.is_empty()),
            Part::Root => None,
        };
        words::texts(self.0.iter().map(part))
    }

    /// Whether it is empty, where that is known.
    pub(super) fn is_empty(&self) -> Option<bool> {
        if self.0.iter().any(|part| !matches!(part, Part::Hole(_))) {
            return Some(false);
        }
        match self.options() {
            None => None,
            Some(options) if options.iter().all(String::is_empty) => Some(true),
            Some(options) if options.iter().any(String::is_empty) => None,
            Some(_) => Some(false),
        }
    }

    /// Why it is not known; empty where it is.
    pub(super) fn whys(&self) -> Vec<Why> {
        let mut whys: Vec<Why> = Vec::new();
        for part in &self.0 {
            match part {
                Part::Hole(hole) => add_whys(&mut whys, &hole.whys),
                Part::Root => add_whys(&mut whys, &[checkout()]),
                Part::Lit(_) => {}
            }
        }
        whys
    }

    /// The text that is this one or `other`, by what `why` says.
    pub(super) fn or(&self, other: &Self, why: &Why) -> Self {
        if self == other {
            return self.clone();
        }
        let mut whys = vec![why.clone()];
        add_whys(&mut whys, &self.whys());
        add_whys(&mut whys, &other.whys());
        let mut options = Vec::new();
        if let (Some(a), Some(b)) = (self.options(), other.options()) {
            for option in a.into_iter().chain(b) {
                if !options.contains(&option) {
                    options.push(option);
                }
            }
        }
        if options.len() > MAX_OPTIONS {
            options.clear();
        }
        if options.is_empty() && (self.names_gcloud() || other.names_gcloud()) {
            return Self(vec![Part::Hole(Hole { whys, options, extent: Extent::Command })]);
        }
        let any = |extent: Extent| {
            let mut parts = self.0.iter().chain(&other.0);
            parts.any(|part| matches!(part, Part::Hole(hole) if hole.extent == extent))
        };
        let extent = [Extent::Split, Extent::Spliced].into_iter().find(|extent| any(*extent)).unwrap_or_default();
        Self(vec![Part::Hole(Hole { whys, options, extent })])
    }

    /// True where a command of gcloud may stand in it.
    pub(super) fn names_gcloud(&self) -> bool {
        self.0.iter().any(|part| match part {
            Part::Lit(text) => words::names_gcloud(text),
            Part::Hole(hole) => hole.names_gcloud(),
            Part::Root => false,
        })
    }

    /// Every text that it can be, where it has parts of which some are one of several texts that are no plain words.
    pub(super) fn ways(&self) -> Option<Vec<Self>> {
        let choices = |part: &Part| match part {
            Part::Hole(hole) => Some(hole.choices()?.iter().map(|text| vec![Part::Lit(text.clone())]).collect()),
            _ => None,
        };
        Some(words::ways(&self.0, choices)?.into_iter().map(Self).collect())
    }

    pub(super) fn pieces(&self) -> Vec<Piece> {
        let pieces = self.0.iter().map(|part| match part {
            Part::Lit(text) => Piece::Lit(text.clone()),
            Part::Hole(hole) => Piece::Hole(hole.clone()),
            Part::Root => Piece::Hole(Hole { whys: vec![checkout()], ..Hole::default() }),
        });
        pieces.collect()
    }

    /// The path from the repository's root, where it is one: behind the folder of the checkout, or relative to `folder`.
    pub(super) fn repository_path(&self, folder: Option<&str>) -> Option<String> {
        match self.0.as_slice() {
            [Part::Root] => Some(String::new()),
            [Part::Root, Part::Lit(rest)] => crate::deploy::repository::resolve("", rest.strip_prefix('/')?),
            [Part::Lit(path)] => crate::deploy::repository::resolve(folder?, path),
            _ => None,
        }
    }
}

impl Part {
    /// The part where it is not quoted, so that its blanks separate words.
    pub(super) fn unquoted(self) -> Self {
        match self {
            Self::Hole(hole) if hole.extent == Extent::Quoted => Self::Hole(Hole { extent: Extent::Text, ..hole }),
            Self::Hole(hole) if matches!(hole.extent, Extent::Text | Extent::Spliced) => {
                let single = |option: &String| !option.is_empty() && !option.contains([' ', '\t', '\n', '*', '?', '[']);
                let known = !hole.options.is_empty() && hole.options.iter().all(single);
                Self::Hole(Hole { extent: if known { Extent::Word } else { Extent::Split }, ..hole })
            }
            other => other,
        }
    }
}

impl Text {
    /// The text where it stands between quotes in what a shell reads.
    pub(super) fn spliced(self) -> Self {
        let spliced = |part: Part| match part {
            Part::Hole(hole) if matches!(hole.extent, Extent::Text | Extent::Quoted) => {
                let plain = |option: &String| !option.contains(['\'', '"', '$', '`', '\\']);
                let known = !hole.options.is_empty() && hole.options.iter().all(plain);
                Part::Hole(Hole { extent: if known { Extent::Text } else { Extent::Spliced }, ..hole })
            }
            other => other,
        };
        Self(self.0.into_iter().map(spliced).collect())
    }
}

impl Field {
    /// True for a word that is several, or none, where what is not known of it has blanks or is empty.
    pub(super) fn is_split(&self) -> bool {
        matches!(self, Self::Word(text) if text.split_parts().next().is_some())
    }

    pub(super) fn item(&self, origin: &Origin) -> Item {
        match self {
            Self::Word(text) => Item::Word(Word { pieces: text.pieces(), origin: origin.clone() }),
            Self::Any(whys) => Item::Any(whys.clone()),
            Self::Either(alternatives, whys) => {
                let alternatives = alternatives.iter().map(|fields| items(fields, origin)).collect();
                Item::Either(alternatives, whys.clone())
            }
        }
    }

    /// What an entry of an argument list is as a word of the shell.
    pub(super) fn of_item(item: &Item) -> Self {
        match item {
            Item::Word(word) => Self::Word(Text::from_pieces(&word.pieces)),
            Item::Any(whys) | Item::Either(_, whys) => Self::Any(whys.clone()),
        }
    }

    /// The known text of a word.
    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Word(text) => text.known(),
            _ => None,
        }
    }

    pub(super) fn whys(&self) -> Vec<Why> {
        match self {
            Self::Word(text) => text.whys(),
            Self::Any(whys) | Self::Either(_, whys) => whys.clone(),
        }
    }
}

fn items(fields: &[Field], origin: &Origin) -> Vec<Item> {
    fields.iter().map(|field| field.item(origin)).collect()
}

/// The list that is `a` or `b`: what they share at both ends stays, the rest is one or the other.
pub(super) fn either(a: &[Field], b: &[Field], why: &Why) -> Vec<Field> {
    let shared = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (head, a, b) = (a.get(..shared), a.get(shared..).unwrap_or_default(), b.get(shared..).unwrap_or_default());
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, end) = a.split_at(a.len() - tail);
    let b = b.get(..b.len() - tail).unwrap_or_default();
    let mut joined = head.unwrap_or_default().to_vec();
    match (a, b) {
        ([], []) => {}
        ([Field::Word(a)], [Field::Word(b)]) => joined.push(Field::Word(a.or(b, why))),
        _ => joined.push(Field::Either(vec![a.to_vec(), b.to_vec()], vec![why.clone()])),
    }
    joined.extend(end.iter().cloned());
    joined
}

pub(super) fn add_whys(whys: &mut Vec<Why>, more: &[Why]) {
    for why in more {
        if whys.len() < MAX_WHYS && !whys.contains(why) {
            whys.push(why.clone());
        }
    }
}

fn checkout() -> Why {
    Why::new(WhyKind::Environment, "the folder of the checkout decides it")
}
