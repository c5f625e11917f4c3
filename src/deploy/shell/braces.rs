//! Braces: `{a,b}` and `{1..3}`.

use std::ops::RangeInclusive;

use brush_parser::word::{self, BraceExpressionMember, BraceExpressionOrText, WordPiece};

use super::limits;
use super::source::{options, word_pieces};

/// The most words that braces give.
const MAX_BRACES: usize = 1_000;

/// Characters that stand for quotes, expansions and escapes while braces are looked for.
const STAND_INS: RangeInclusive<u32> = 0xE000..=0xF8FF;

/// The texts that braces give; `None` where they are too many or not told exactly.
pub(super) fn braces(text: &str) -> Option<Vec<String>> {
    let may_expand = |text: &str| text.contains('{') && (text.contains(',') || text.contains(".."));
    if !may_expand(text) {
        return Some(vec![text.to_owned()]);
    }
    let (plain, hidden) = without_quotes(text)?;
    if !may_expand(&plain) {
        return Some(vec![text.to_owned()]);
    }
    if limits::of_braces(&plain) {
        return None;
    }
    let pieces = word::parse_brace_expansions(&plain, &options()).ok()?;
    let Some(pieces) = pieces else { return Some(vec![text.to_owned()]) };
    let texts = product(&pieces, &plain)?;
    Some(texts.iter().map(|text| with_quotes(text, &hidden)).collect())
}

/// A text in which one character stands for each part that is quoted or expanded, and those parts.
fn without_quotes(text: &str) -> Option<(String, Vec<&str>)> {
    let (mut plain, mut hidden) = (String::new(), Vec::new());
    for piece in word_pieces(text)? {
        let written = text.get(piece.start_index..piece.end_index)?;
        let mut hide = |part| {
            hidden.push(part);
            let code = STAND_INS.start().checked_add(u32::try_from(hidden.len() - 1).ok()?)?;
            STAND_INS.contains(&code).then_some(char::from_u32(code)?)
        };
        if !matches!(piece.piece, WordPiece::Text(_)) {
            plain.push(hide(written)?);
            continue;
        }
        for (at, character) in written.char_indices() {
            let stands_in = STAND_INS.contains(&u32::from(character));
            plain.push(if stands_in { hide(written.get(at..at + character.len_utf8())?)? } else { character });
        }
    }
    Some((plain, hidden))
}

fn with_quotes(plain: &str, hidden: &[&str]) -> String {
    let mut text = String::new();
    for character in plain.chars() {
        let at = u32::from(character).checked_sub(*STAND_INS.start()).and_then(|at| usize::try_from(at).ok());
        match at.and_then(|at| hidden.get(at)) {
            Some(part) => text.push_str(part),
            None => text.push(character),
        }
    }
    text
}

fn product(pieces: &[BraceExpressionOrText], written: &str) -> Option<Vec<String>> {
    let mut texts = vec![String::new()];
    for piece in pieces {
        let alternatives = match piece {
            BraceExpressionOrText::Text(text) => vec![text.clone()],
            BraceExpressionOrText::Expr(members) => {
                let mut alternatives = Vec::new();
                for member in members {
                    alternatives.extend(member_texts(member, written)?);
                    if alternatives.len() > MAX_BRACES {
                        return None;
                    }
                }
                alternatives
            }
        };
        if texts.len().saturating_mul(alternatives.len()) > MAX_BRACES {
            return None;
        }
        texts = texts.iter().flat_map(|head| alternatives.iter().map(move |tail| format!("{head}{tail}"))).collect();
    }
    Some(texts)
}

fn member_texts(member: &BraceExpressionMember, written: &str) -> Option<Vec<String>> {
    match member {
        BraceExpressionMember::Child(pieces) => product(pieces, written),
        BraceExpressionMember::NumberSequence { start, end, increment } => {
            // `{01..10}` keeps its zeros, and the syntax tree does not tell them.
            let padded = written.contains("{0") || written.contains("..0") || written.contains("{-0");
            let step = i64::try_from(increment.unsigned_abs().max(1)).ok()?;
            let count = start.abs_diff(*end) / step.unsigned_abs();
            if padded || count >= MAX_BRACES as u64 {
                return None;
            }
            let step = if start <= end { step } else { -step };
            (0..=i64::try_from(count).ok()?)
                .map(|at| Some(start.checked_add(step.checked_mul(at)?)?.to_string()))
                .collect()
        }
        BraceExpressionMember::CharSequence { start, end, increment } => {
            let (from, to) = (u32::from(*start), u32::from(*end));
            let step = usize::try_from(increment.unsigned_abs().max(1)).ok()?;
            if !start.is_ascii_alphanumeric() || !end.is_ascii_alphanumeric() {
                return None;
            }
            let all: Vec<u32> = if from <= to { (from..=to).collect() } else { (to..=from).rev().collect() };
            all.into_iter().step_by(step).map(|code| char::from_u32(code).map(String::from)).collect()
        }
    }
}
