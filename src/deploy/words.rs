//! Words of a command line, of which some parts may not be known.

use crate::model::{Fact, Origin, Why};

/// One argument of a command, in pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The pieces, in order; a word without pieces is the empty text.
    pub pieces: Vec<Piece>,
    /// Where it stands.
    pub origin: Origin,
}

/// A piece of a [`Word`].
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Known text.
    Lit(String),
    /// Text that is not known.
    Hole(Hole),
}

/// Text that is not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hole {
    /// Why (at least one).
    pub whys: Vec<Why>,
    /// Every text that it can be, where that is known; otherwise empty.
    pub options: Vec<String>,
    /// How many words it can be.
    pub extent: Extent,
}

/// How many words a text can be that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Extent {
    /// It is quoted, or not split: a part of one word, whatever stands in it.
    #[default]
    Text,
    /// There are no blanks and no quotes in it, so that it is a part of one word wherever it stands.
    Word,
    /// It brings the quotes along that it needs: a part of one word, but where it stands between other quotes.
    Quoted,
    /// It is put between quotes before a shell reads them: it ends them, if it has such quotes in it.
    Spliced,
    /// It is not quoted: several words or none, if it has blanks or is empty.
    Split,
}

/// An entry of an argument list.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// One word.
    Word(Word),
    /// Any number of words that are not known.
    Any(Vec<Why>),
    /// One of several sequences, by a condition that is not decided.
    Either(Vec<Vec<Item>>, Vec<Why>),
}

impl Word {
    /// A word that is known.
    pub fn known(text: impl Into<String>, origin: Origin) -> Self {
        Self { pieces: vec![Piece::Lit(text.into())], origin }
    }

    /// A word of which nothing is known.
    pub fn unknown(whys: Vec<Why>, origin: Origin) -> Self {
        Self { pieces: vec![Piece::Hole(Hole { whys, ..Hole::default() })], origin }
    }

    /// The text, where all of it is known.
    pub fn text(&self) -> Option<String> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Lit(part) => text.push_str(part),
                Piece::Hole(_) => return None,
            }
        }
        Some(text)
    }

    /// The known text before the first hole.
    pub fn known_prefix(&self) -> String {
        let known = self.pieces.iter().map_while(|piece| match piece {
            Piece::Lit(text) => Some(text.as_str()),
            Piece::Hole(_) => None,
        });
        known.collect()
    }

    /// Why it is not known; empty where it is.
    pub fn whys(&self) -> Vec<Why> {
        let mut whys: Vec<Why> = Vec::new();
        for piece in &self.pieces {
            if let Piece::Hole(hole) = piece {
                for why in &hole.whys {
                    if !whys.contains(why) {
                        whys.push(why.clone());
                    }
                }
            }
        }
        whys
    }

    /// Every text that the word can be, where that is known.
    pub fn options(&self) -> Option<Vec<String>> {
        match self.pieces.as_slice() {
            [Piece::Hole(hole)] if !hole.options.is_empty() => Some(hole.options.clone()),
            _ => self.text().map(|text| vec![text]),
        }
    }

    /// The word without its first `bytes`, which must be known text.
    pub fn without_prefix(&self, bytes: usize) -> Self {
        let mut left = bytes;
        let mut pieces = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Lit(text) if left > 0 => {
                    let cut = left.min(text.len());
                    left -= cut;
                    if let Some(rest) = text.get(cut..).filter(|rest| !rest.is_empty()) {
                        pieces.push(Piece::Lit(rest.to_owned()));
                    }
                }
                other => pieces.push(other.clone()),
            }
        }
        Self { pieces, origin: self.origin.clone() }
    }

    /// The word as a fact.
    pub fn fact(&self) -> Fact<String> {
        match self.text() {
            Some(text) => Fact::Known(text, self.origin.clone()),
            None => Fact::Unknown(self.whys()),
        }
    }
}
