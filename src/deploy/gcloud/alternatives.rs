//! Words that are not known, and parts of a command line of which one of several is taken.

use super::reader::{Name, Pending, Reader, State, Target};
use crate::deploy::words::{Extent, Item, Piece, Word};
use crate::model::{Guard, Why};

impl Reader<'_> {
    pub(super) fn either(&mut self, alternatives: &[Vec<Item>], whys: &[Why], depth: usize) {
        let mut outcomes = alternatives.iter().map(|alternative| {
            let mut reader = self.clone();
            reader.items(alternative, depth + 1);
            reader.state
        });
        let Some(mut merged) = outcomes.next() else { return };
        for other in outcomes {
            merged.merge(other, whys);
        }
        self.state = merged;
    }
}

impl State {
    /// Any number of unknown words.
    pub(super) fn any(&mut self, whys: &[Why]) {
        if self.spec.is_none() {
            self.undecidable.extend_from_slice(whys);
            self.other = !self.program;
            self.ended = true;
            return;
        }
        let pending = self.pending.take();
        self.uses.blur_all(whys);
        if let Some(Pending { target: Target::Flag { name, .. }, .. }) = pending {
            self.uses.blur(&name, whys);
        }
        if self.name == Name::Missing {
            self.name = Name::Unknown(whys.to_vec());
        }
        self.after_hole = true;
    }

    /// Any number of unknown flags, the last of which may take the next word. What they stand for is no name.
    pub(super) fn unknown_flags(&mut self, whys: &[Why]) {
        if self.spec.is_none() {
            return self.any(whys);
        }
        self.uses.blur_all(whys);
        if let Some(Pending { target: Target::Flag { name, .. }, .. }) = self.pending.take() {
            self.uses.blur(&name, whys);
        }
        self.after_hole = true;
    }

    /// A word of which not even the beginning is known.
    pub(super) fn hole(&mut self, word: &Word) {
        if self.spec.is_none() {
            self.undecidable.extend(word.whys());
            self.ended = true;
            return;
        }
        if self.in_container {
            // It may be a flag of the container, which says nothing of VPC access.
            self.after_hole = true;
            return;
        }
        if self.hole_is_name && self.name == Name::Missing {
            self.name = Name::Given(word.clone());
            return;
        }
        self.name_clash |= self.hole_is_name && self.name.is_hole();
        self.uses.blur_all(&word.whys());
        if self.name == Name::Missing {
            self.name = Name::Unknown(word.whys());
        }
        self.after_hole = true;
    }

    /// Notes that a text is taken for a part of one word which may be more.
    pub(super) fn assume_one_word(&mut self, word: &Word) {
        for piece in &word.pieces {
            let Piece::Hole(hole) = piece else { continue };
            let taken = match hole.extent {
                Extent::Split | Extent::Command => "an unquoted text is one word",
                Extent::Spliced => "a text put between quotes has none in it",
                Extent::Text | Extent::Word | Extent::Quoted => continue,
            };
            let Some(why) = hole.whys.first() else { continue };
            let text = format!("{taken}: {}", why.text);
            let guard = Guard { text, origin: word.origin.clone(), negated: false, decided: None };
            if !self.assumes.contains(&guard) {
                self.assumes.push(guard);
            }
        }
    }

    fn merge(&mut self, other: Self, whys: &[Why]) {
        if *self == other {
            return;
        }
        let same_command = self.program == other.program
            && self.path == other.path
            && self.track == other.track
            && self.refused.is_some() == other.refused.is_some();
        if !same_command || self.other != other.other || self.ended != other.ended {
            self.undecidable.extend_from_slice(whys);
            self.other = self.other && other.other;
            self.ended = true;
            return;
        }
        join(&mut self.undecidable, other.undecidable);
        join(&mut self.doubts, other.doubts);
        join(&mut self.unsure, other.unsure);
        join(&mut self.assumes, other.assumes);
        self.name_clash |= other.name_clash;
        self.after_hole |= other.after_hole;
        self.half_flags |= other.half_flags;
        self.files = self.files.max(other.files);
        if self.pending != other.pending
            || self.in_container != other.in_container
            || self.only_names != other.only_names
            || self.names_file != other.names_file
        {
            // One of them takes the next word as its value, the other one does not.
            self.uses.blur_all(whys);
            self.name = Name::Unknown(whys.to_vec());
            self.pending = None;
            self.names_file = false;
            self.after_hole = true;
            return;
        }
        if self.name != other.name {
            self.name = Name::Unknown(whys.to_vec());
        }
        self.uses.merge(&other.uses, whys);
    }
}

/// Adds what another list has, where both begin with what was noted before they parted: that stays there once, or each
/// choice in a row would double it.
fn join<T: PartialEq>(list: &mut Vec<T>, other: Vec<T>) {
    let before = list.iter().zip(&other).take_while(|(one, same)| one == same).count();
    for one in other.into_iter().skip(before) {
        if !list.iter().skip(before).any(|own| *own == one) {
            list.push(one);
        }
    }
}
