//! Variables: what is assigned to them, and words in which they are expanded.

use std::ops::Range;

use super::Reader;
use super::lexer::Part;
use crate::deploy::words::{Hole, Item, Piece, Word};
use crate::model::{Why, WhyKind};

impl Reader<'_> {
    pub(super) fn assign(&mut self, name: &str, value: &[Part], guarded: bool) {
        if let Some(name) = name.strip_suffix('+') {
            self.volatile.insert(name.to_owned());
            return;
        }
        if guarded {
            self.volatile.insert(name.to_owned());
            return;
        }
        let mut pieces = Vec::new();
        for part in value {
            match part {
                Part::Lit { text, .. } => pieces.push(Piece::Lit(text.clone())),
                Part::Hole(hole) => pieces.push(Piece::Hole(hole.clone())),
                Part::Var { name, default, .. } => pieces.extend(self.variable(name, default.as_deref(), 0..0)),
                Part::Dynamic(text) => pieces.push(hole(Why::new(WhyKind::Dynamic, *text))),
                Part::Many => pieces.push(hole(Why::new(WhyKind::Unsupported, "a list of the shell is not evaluated"))),
            }
        }
        self.variables.insert(name.to_owned(), pieces);
    }

    fn variable(&self, name: &str, default: Option<&str>, span: Range<usize>) -> Vec<Piece> {
        let unknown = |text: String| {
            let why = if span.is_empty() {
                Why::new(WhyKind::Environment, text)
            } else {
                Why::at(WhyKind::Environment, text, (self.origin)(span.clone()))
            };
            vec![hole(why)]
        };
        if self.all_volatile || self.volatile.contains(name) {
            return unknown(format!("the variable {name} is known only when the script runs"));
        }
        match self.variables.get(name) {
            Some(pieces) => {
                let empty = pieces.iter().all(|piece| matches!(piece, Piece::Lit(text) if text.is_empty()));
                let known = pieces.iter().all(|piece| matches!(piece, Piece::Lit(_)));
                match default {
                    Some(default) if empty => vec![Piece::Lit(default.to_owned())],
                    // Whether an unknown text is empty is not known either.
                    Some(_) if !known => unknown(format!("the variable {name} may be empty")),
                    _ => pieces.clone(),
                }
            }
            None => unknown(format!("the variable {name} comes from the environment")),
        }
    }

    /// Expands a word; an unquoted variable of several words gives several words.
    pub(super) fn expand(&self, parts: &[Part], span: Range<usize>, items: &mut Vec<Item>) {
        let origin = (self.origin)(span.clone());
        let mut pieces: Vec<Piece> = Vec::new();
        let mut started = false;
        let finish = |pieces: &mut Vec<Piece>, items: &mut Vec<Item>| {
            items.push(Item::Word(Word { pieces: std::mem::take(pieces), origin: origin.clone() }));
        };
        for part in parts {
            match part {
                Part::Lit { text, .. } => {
                    started = true;
                    if !text.is_empty() {
                        pieces.push(Piece::Lit(text.clone()));
                    }
                }
                Part::Hole(found) => {
                    started = true;
                    pieces.push(Piece::Hole(found.clone()));
                }
                Part::Dynamic(text) => {
                    started = true;
                    pieces.push(hole(Why::at(WhyKind::Dynamic, *text, origin.clone())));
                }
                Part::Many => {
                    let why = Why::at(WhyKind::Unsupported, "a list of the shell is not evaluated", origin.clone());
                    items.push(Item::Any(vec![why]));
                    return;
                }
                Part::Var { name, default, quoted } => {
                    let value = self.variable(name, default.as_deref(), span.clone());
                    if *quoted {
                        started = true;
                        pieces.extend(value);
                        continue;
                    }
                    for piece in value {
                        let Piece::Lit(text) = piece else {
                            started = true;
                            pieces.push(piece);
                            continue;
                        };
                        for (index, word) in text.split(char::is_whitespace).enumerate() {
                            if index > 0 && started {
                                finish(&mut pieces, items);
                                started = false;
                            }
                            if !word.is_empty() {
                                started = true;
                                pieces.push(Piece::Lit(word.to_owned()));
                            }
                        }
                    }
                }
            }
        }
        if started {
            finish(&mut pieces, items);
        }
    }
}

fn hole(why: Why) -> Piece {
    Piece::Hole(Hole { whys: vec![why], options: Vec::new() })
}
