//! Expressions between marks, such as `${{ … }}`, `<< … >>` and `$( … )`.

use std::ops::Range;

use crate::deploy::shell::{Unit, UnitKind, units_of};
use crate::deploy::words::{Extent, Hole, Piece};
use crate::model::{Why, WhyKind};

/// The marks around an expression.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    /// Before it.
    pub open: &'static str,
    /// After it.
    pub close: &'static str,
    /// Whether a closing mark between single quotes is text.
    pub quotes: bool,
}

/// The characters of a text at their places.
pub fn chars(text: &str, offsets: &[usize], start: usize) -> Vec<Unit> {
    let one = |(at, character)| Unit {
        kind: UnitKind::Char(character),
        offset: offsets.get(at).or(offsets.last()).copied().unwrap_or(start),
    };
    text.chars().enumerate().map(one).collect()
}

/// What an expression at a range of bytes gives; `None` leaves it as it is written.
type Evaluation<'f> = dyn FnMut(&str, Range<usize>) -> Option<Vec<Piece>> + 'f;

/// Replaces each expression by what `value` gives for its text and place; `None` leaves it as it is written.
pub fn fill(units: &[Unit], marks: Marks, value: &mut Evaluation<'_>) -> Vec<Unit> {
    let (open, close): (Vec<char>, Vec<char>) = (marks.open.chars().collect(), marks.close.chars().collect());
    let last_close = (0..units.len()).rev().find(|at| begins(units, *at, &close));
    let mut filled = Filled::with_capacity(units.len());
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        if last_close.is_some_and(|last| at < last)
            && begins(units, at, &open)
            && let Some((inner, end)) = inner(units, at + open.len(), &close, marks.quotes)
        {
            let last = units.get(end.saturating_sub(1)).map_or(unit.offset, |unit| unit.offset);
            if let Some(pieces) = value(inner.trim(), unit.offset..last.max(unit.offset) + 1) {
                filled.put(&pieces, unit.offset);
                at = end;
                continue;
            }
        }
        filled.push(unit.clone());
        at += 1;
    }
    filled.units()
}

fn begins(units: &[Unit], at: usize, word: &[char]) -> bool {
    word.iter().enumerate().all(|(step, wanted)| {
        matches!(units.get(at + step), Some(Unit { kind: UnitKind::Char(character), .. }) if character == wanted)
    })
}

/// The longest expression that is looked for, in characters.
const MAX_EXPRESSION: usize = 10_000;

/// The text up to the closing mark, and the index behind it. An expression holds no other one.
fn inner(units: &[Unit], start: usize, close: &[char], quotes: bool) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut quoted = false;
    for (step, unit) in units.get(start..)?.iter().take(MAX_EXPRESSION).enumerate() {
        if !quoted && begins(units, start + step, close) {
            return Some((text, start + step + close.len()));
        }
        let UnitKind::Char(character) = unit.kind else { return None };
        quoted ^= quotes && character == '\'';
        text.push(character);
    }
    None
}

/// How much is put into a text, in characters. What is put into each other grows fast.
const MAX_PUT: usize = 20_000;
/// For how many characters a text counts that is not known.
const UNKNOWN_CHARACTERS: usize = 40;

/// A text into which others are put.
pub(super) struct Filled {
    units: Vec<Unit>,
    put: usize,
}

impl Filled {
    /// Nothing, with room for so many units.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { units: Vec::with_capacity(capacity), put: 0 }
    }

    /// Adds what is written.
    pub(super) fn push(&mut self, unit: Unit) {
        self.units.push(unit);
    }

    /// Puts pieces in, all at one place.
    pub(super) fn put(&mut self, pieces: &[Piece], offset: usize) {
        let length = |piece: &Piece| if let Piece::Lit(text) = piece { text.len() } else { UNKNOWN_CHARACTERS };
        self.put = self.put.saturating_add(pieces.iter().map(length).sum());
        if self.put > MAX_PUT {
            let whys = vec![Why::new(WhyKind::Limit, "more is put into a text than is followed")];
            let extent = if pieces.iter().any(Piece::names_gcloud) { Extent::Command } else { Extent::Text };
            let kind = UnitKind::Hole(Hole { whys, extent, ..Hole::default() });
            return self.units.push(Unit { kind, offset });
        }
        self.units.extend(units_of(pieces, offset));
    }

    /// All of it.
    pub(super) fn units(self) -> Vec<Unit> {
        self.units
    }
}

/// The text of units, in pieces.
pub fn pieces(units: &[Unit]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for unit in units {
        match (&unit.kind, pieces.last_mut()) {
            (UnitKind::Char(character), Some(Piece::Lit(text))) => text.push(*character),
            (UnitKind::Char(character), _) => pieces.push(Piece::Lit(character.to_string())),
            (UnitKind::Hole(hole), _) => pieces.push(Piece::Hole(hole.clone())),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, marks: Marks) -> String {
        let units = chars(text, &[], 0);
        let filled =
            fill(&units, marks, &mut |inner, _| (inner != "no").then(|| vec![Piece::Lit(format!("[{inner}]"))]));
        let pieces = pieces(&filled);
        pieces.iter().map(|piece| if let Piece::Lit(text) = piece { text.as_str() } else { "?" }).collect()
    }

    #[test]
    fn expressions_are_replaced_between_their_marks() {
        let github = Marks { open: "${{", close: "}}", quotes: true };
        for (text, expected) in [
            ("a ${{ x }}-${{y}} b", "a [x]-[y] b"),
            ("${{ f('}}') }}.", "[f('}}')]."),
            ("${{ open", "${{ open"),
            ("}} ${{ no }} ${{ x }}", "}} ${{ no }} [x]"),
            ("${{ a ${{ b }}", "[a ${{ b]"),
        ] {
            assert_eq!(filled(text, github), expected, "{text}");
        }
        let macros = Marks { open: "$(", close: ")", quotes: false };
        assert_eq!(filled("$(x) $(no) ${y}", macros), "[x] $(no) ${y}");
    }
}
