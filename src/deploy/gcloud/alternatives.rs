//! Words that are not known, and parts of a command line of which one of several is taken.

use super::flags::SLOTS;
use super::{Name, Pending, Reader, Setting};
use crate::deploy::words::Item;
use crate::model::Why;

impl Reader {
    /// Any number of unknown words.
    pub(super) fn any(&mut self, whys: &[Why]) {
        if self.command.is_none() {
            self.undecidable.extend_from_slice(whys);
            self.other = !self.program;
            self.ended = true;
            return;
        }
        if let Some(Pending { slot: Some(slot), .. }) = self.pending.take() {
            self.slots.insert(slot, Setting::Unknown(whys.to_vec()));
        }
        self.everything_unknown(whys);
        if self.name == Name::Missing {
            self.name = Name::Unknown(whys.to_vec());
        }
        self.after_hole = true;
    }

    pub(super) fn either(&mut self, alternatives: &[Vec<Item>], whys: &[Why], depth: usize) {
        let mut outcomes = alternatives.iter().map(|alternative| {
            let mut reader = self.clone();
            reader.items(alternative, depth + 1);
            reader
        });
        let Some(mut merged) = outcomes.next() else { return };
        for other in outcomes {
            merged.merge(other, whys);
        }
        *self = merged;
    }

    fn merge(&mut self, other: Self, whys: &[Why]) {
        if *self == other {
            return;
        }
        let same_command = self.program == other.program && self.path == other.path && self.command == other.command;
        if !same_command || self.other != other.other || self.ended != other.ended {
            self.undecidable.extend_from_slice(whys);
            self.other = self.other && other.other;
            self.ended = true;
            return;
        }
        self.undecidable.extend(other.undecidable);
        self.name_clash |= other.name_clash;
        self.after_hole |= other.after_hole;
        if self.pending != other.pending {
            // One of them takes the next word as its value, the other one does not.
            self.everything_unknown(whys);
            self.name = Name::Unknown(whys.to_vec());
            self.pending = None;
            self.after_hole = true;
            return;
        }
        if self.name != other.name {
            self.name = Name::Unknown(whys.to_vec());
        }
        for (_, slot) in SLOTS {
            let (mine, theirs) = (self.slots.get(&slot), other.slots.get(&slot));
            if mine == theirs {
                continue;
            }
            let mut all = whys.to_vec();
            for setting in [mine, theirs].into_iter().flatten() {
                if let Setting::Unknown(more) = setting {
                    all.extend(more.iter().filter(|why| !whys.contains(why)).cloned());
                }
            }
            self.slots.insert(slot, Setting::Unknown(all));
        }
    }

    pub(super) fn everything_unknown(&mut self, whys: &[Why]) {
        for (_, slot) in SLOTS {
            self.slots.insert(slot, Setting::Unknown(whys.to_vec()));
        }
    }
}
