//! Flags as Google's actions split them.
//!
//! Source: `parseFlags` of google-github-actions/actions-utils. A blank ends a word; the first `=` of a word that begins
//! with a dash ends it as well; quotes keep blanks and `=`, and are taken off where they surround a whole word.

use crate::deploy::shell::{Unit, UnitKind};
use crate::deploy::words::{Hole, Piece};

/// A word, and the offset of its first character.
pub(super) type Flag = (Vec<Piece>, usize);

enum Part {
    Char(char),
    Hole(Hole),
}

/// Splits flags into words; `None` where a quote has no end, which the action refuses.
pub(super) fn split(units: &[Unit]) -> Option<Vec<Flag>> {
    let mut words: Vec<(Vec<Part>, usize)> = Vec::new();
    let mut current: Option<(Vec<Part>, usize)> = None;
    let mut expects_value = false;
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        at += 1;
        let character = match &unit.kind {
            UnitKind::Char(character) => *character,
            UnitKind::Hole(hole) => {
                current.get_or_insert((Vec::new(), unit.offset)).0.push(Part::Hole(hole.clone()));
                continue;
            }
        };
        match character {
            '\'' | '"' => {
                let word = &mut current.get_or_insert((Vec::new(), unit.offset)).0;
                word.push(Part::Char(character));
                at = quoted(units, at, character, word)?;
            }
            ' ' | '\n' | '\r' => {
                expects_value = false;
                words.extend(current.take());
            }
            '=' if !expects_value
                && matches!(&current, Some((word, _)) if matches!(word.first(), Some(Part::Char('-')))) =>
            {
                expects_value = true;
                words.extend(current.take());
            }
            other => current.get_or_insert((Vec::new(), unit.offset)).0.push(Part::Char(other)),
        }
    }
    words.extend(current);
    Some(words.into_iter().map(|(word, offset)| (pieces(without_quotes(word)), offset)).collect())
}

/// Takes everything up to the quote that ends it, escaped ones too; gives the index behind it.
fn quoted(units: &[Unit], start: usize, quote: char, word: &mut Vec<Part>) -> Option<usize> {
    let mut escaped = false;
    for (step, unit) in units.get(start..)?.iter().enumerate() {
        match &unit.kind {
            UnitKind::Hole(hole) => word.push(Part::Hole(hole.clone())),
            UnitKind::Char(character) => {
                word.push(Part::Char(*character));
                if *character == quote && !escaped {
                    return Some(start + step + 1);
                }
                escaped = *character == '\\';
            }
        }
    }
    None
}

fn without_quotes(mut word: Vec<Part>) -> Vec<Part> {
    while word.len() >= 2
        && let (Some(Part::Char(first @ ('\'' | '"'))), Some(Part::Char(last))) = (word.first(), word.last())
        && first == last
    {
        word.pop();
        word.remove(0);
    }
    word
}

fn pieces(word: Vec<Part>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for part in word {
        match (part, pieces.last_mut()) {
            (Part::Char(character), Some(Piece::Lit(text))) => text.push(character),
            (Part::Char(character), _) => pieces.push(Piece::Lit(character.to_string())),
            (Part::Hole(hole), _) => pieces.push(Piece::Hole(hole)),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::pipeline::{chars, known};

    #[test]
    fn flags_are_split_as_the_action_does() {
        for (text, expected) in [
            ("--a=b --c d", Some(vec!["--a", "b", "--c", "d"])),
            ("--a=b=c", Some(vec!["--a", "b=c"])),
            ("\"--args=-X=1\" x", Some(vec!["--args=-X=1", "x"])),
            ("--a='b c'\n  --d", Some(vec!["--a", "b c", "--d"])),
            ("--a=\"x\"'y'", Some(vec!["--a", "\"x\"'y'"])),
            ("--a=\"b\\\"c\"", Some(vec!["--a", "b\\\"c"])),
            ("a=b", Some(vec!["a=b"])),
            ("''", Some(vec![""])),
            ("--a='open", None),
        ] {
            let words = split(&chars(text, &[], 0));
            let words = words.map(|words| words.iter().map(|(word, _)| known(word).unwrap()).collect::<Vec<_>>());
            assert_eq!(words, expected.map(|words| words.iter().map(|word| (*word).to_owned()).collect()), "{text}");
        }
    }
}
