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

impl Piece {
    /// True where a command of gcloud may stand in it.
    pub fn names_gcloud(&self) -> bool {
        match self {
            Self::Lit(text) => names_gcloud(text),
            Self::Hole(hole) => hole.names_gcloud(),
        }
    }
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

impl Hole {
    /// True where a command of gcloud may stand in it.
    pub fn names_gcloud(&self) -> bool {
        self.extent == Extent::Command || self.options.iter().any(|option| names_gcloud(option))
    }

    /// The texts that it can be, where some of them are more or less than a word.
    pub fn choices(&self) -> Option<&[String]> {
        (!self.options.iter().all(|option| is_plain_word(option))).then_some(&self.options)
    }
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
    /// A text that names gcloud went into it: it may be a whole command, or the most of one.
    Command,
}

/// The most ways in which choices between texts are followed.
pub const MAX_WAYS: usize = 16;

/// Every sequence that choices in a row can give, each of them one of several sequences; `None` where one of them is not
/// known, or there are too many.
pub fn product<T: Clone>(choices: impl IntoIterator<Item = Option<Vec<Vec<T>>>>) -> Option<Vec<Vec<T>>> {
    let mut ways = vec![Vec::new()];
    for choices in choices {
        let choices = choices?;
        if ways.len() * choices.len() > MAX_WAYS {
            return None;
        }
        if let [only] = choices.as_slice() {
            ways.iter_mut().for_each(|way: &mut Vec<T>| way.extend_from_slice(only));
            continue;
        }
        let follow = |way: &Vec<T>| choices.iter().map(|choice| [way.as_slice(), choice].concat()).collect::<Vec<_>>();
        ways = ways.iter().flat_map(follow).collect();
    }
    Some(ways)
}

/// Every sequence that `parts` can be, where some of them are one of several; `None` where none is, or there are too
/// many.
pub fn ways<T: Clone>(parts: &[T], choices: impl Fn(&T) -> Option<Vec<Vec<T>>>) -> Option<Vec<Vec<T>>> {
    let all: Vec<_> = parts.iter().map(choices).collect();
    let chosen = all.iter().any(Option::is_some);
    let all = all.into_iter().zip(parts).map(|(own, part)| Some(own.unwrap_or_else(|| vec![vec![part.clone()]])));
    product(all).filter(|_| chosen)
}

/// Every text that parts together can be, from those that each of them can be; `None` where that is not known of one of
/// them, or there are too many.
pub fn texts<T: AsRef<str> + Clone>(parts: impl IntoIterator<Item = Option<Vec<T>>>) -> Option<Vec<String>> {
    let alone = |texts: Vec<T>| texts.into_iter().map(|text| vec![text]).collect();
    let ways = product(parts.into_iter().map(|part| part.map(alone)))?;
    Some(ways.into_iter().map(|way| way.iter().map(AsRef::as_ref).collect()).collect())
}

/// True for a text that is one word wherever a shell reads it, and nothing but that.
pub fn is_plain_word(text: &str) -> bool {
    let plain = |next: char| {
        next.is_alphanumeric() || matches!(next, '_' | '-' | '.' | '/' | ':' | '=' | ',' | '@' | '%' | '+')
    };
    !text.is_empty() && text.chars().all(plain)
}

/// True for a text that may be, or run, a command of gcloud.
pub fn names_gcloud(text: &str) -> bool {
    text.contains("gcloud")
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
            // Where it is split, a text is a word only if it looks like one.
            [Piece::Hole(hole)] if hole.extent == Extent::Split && hole.choices().is_some() => None,
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
