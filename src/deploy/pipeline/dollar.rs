//! Variables that a pipeline puts in itself, such as `$NAME` and `${NAME}`.

use std::ops::Range;

use super::template::Filled;
use crate::deploy::shell::{Unit, UnitKind};
use crate::deploy::words::Piece;

/// What stands behind a dollar sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dollar {
    /// A variable.
    Name(String),
    /// Braces around something that is no name alone, such as `${NAME:-x}`.
    Other(String),
}

/// What a variable at a range of bytes stands for; `None` leaves it as it is written.
type Expansion<'f> = dyn FnMut(&Dollar, Range<usize>) -> Option<Vec<Piece>> + 'f;

/// Replaces each variable by what `value` gives; `None` leaves it as it is written. `$$` stands for one dollar sign.
pub fn expand(units: &[Unit], value: &mut Expansion<'_>) -> Vec<Unit> {
    let mut expanded = Filled::with_capacity(units.len());
    let character = |at: usize| match units.get(at) {
        Some(Unit { kind: UnitKind::Char(character), .. }) => Some(*character),
        _ => None,
    };
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        if character(at) == Some('$') {
            if character(at + 1) == Some('$') {
                expanded.push(unit.clone());
                at += 2;
                continue;
            }
            if let Some((name, end)) = variable(&character, at + 1) {
                let last = units.get(end.saturating_sub(1)).map_or(unit.offset, |unit| unit.offset);
                if let Some(pieces) = value(&name, unit.offset..last.max(unit.offset) + 1) {
                    expanded.put(&pieces, unit.offset);
                    at = end;
                    continue;
                }
            }
        }
        expanded.push(unit.clone());
        at += 1;
    }
    expanded.units()
}

/// The longest name that is looked for, in characters.
const MAX_NAME: usize = 1_000;

fn variable(character: &dyn Fn(usize) -> Option<char>, start: usize) -> Option<(Dollar, usize)> {
    let is_part = |next: char| next.is_ascii_alphanumeric() || next == '_';
    if character(start) == Some('{') {
        let inner: String =
            (start + 1..start + MAX_NAME).map_while(|at| character(at).filter(|next| *next != '}')).collect();
        let end = start + 1 + inner.chars().count();
        if character(end) != Some('}') {
            return None;
        }
        let is_name = !inner.is_empty() && inner.chars().all(is_part);
        return Some((if is_name { Dollar::Name(inner) } else { Dollar::Other(inner) }, end + 1));
    }
    let first = character(start).filter(|first| first.is_ascii_alphabetic() || *first == '_')?;
    let rest = (start + 1..start + MAX_NAME).map_while(|at| character(at).filter(|next| is_part(*next)));
    let name: String = std::iter::once(first).chain(rest).collect();
    let end = start + name.len();
    Some((Dollar::Name(name), end))
}

#[cfg(test)]
mod tests {
    use super::super::template::{chars, pieces};
    use super::*;

    #[test]
    fn variables_are_replaced_and_two_dollar_signs_are_one() {
        for (text, expected) in [
            ("a $X-${X} b", "a [X]-[X] b"),
            ("$$X $1 $", "$X $1 $"),
            ("${X:-y} ${no} $no", "<X:-y> ${no} $no"),
            ("${X", "${X"),
            ("$X_Y.$_Z", "[X_Y].[_Z]"),
        ] {
            let expanded = expand(&chars(text, &[], 0), &mut |name, _| match name {
                Dollar::Name(name) if name == "no" => None,
                Dollar::Name(name) => Some(vec![Piece::Lit(format!("[{name}]"))]),
                Dollar::Other(text) => Some(vec![Piece::Lit(format!("<{text}>"))]),
            });
            assert_eq!(pieces(&expanded), [Piece::Lit(expected.to_owned())], "{text}");
        }
    }
}
