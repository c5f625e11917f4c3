//! Braces: `{a,b}` and `{1..3}`.

use brush_parser::word::{self, BraceExpressionMember, BraceExpressionOrText, WordPiece};

use super::limits;
use super::masked::Masked;
use super::pieces::word_pieces;
use super::source::options;

/// The most words that braces give.
const MAX_BRACES: usize = 1_000;

/// The texts that braces give; `None` where they are too many or not told exactly.
pub(super) fn braces(text: &str) -> Option<Vec<String>> {
    let may_expand = |text: &str| text.contains('{') && (text.contains(',') || text.contains(".."));
    if !may_expand(text) {
        return Some(vec![text.to_owned()]);
    }
    let masked = without_quotes(text)?;
    if !may_expand(masked.plain()) {
        return Some(vec![text.to_owned()]);
    }
    if limits::of_braces(masked.plain()) {
        return None;
    }
    let pieces = word::parse_brace_expansions(masked.plain(), &options()).ok()?;
    let Some(pieces) = pieces else { return Some(vec![text.to_owned()]) };
    let texts = product(&pieces, masked.plain())?;
    Some(texts.iter().map(|text| masked.unmask(text)).collect())
}

/// A text in which its quotes, expansions and escapes are hidden.
fn without_quotes(text: &str) -> Option<Masked<'_>> {
    let mut masked = Masked::default();
    for piece in word_pieces(text)? {
        let written = text.get(piece.start_index..piece.end_index)?;
        match piece.piece {
            WordPiece::Text(_) => masked.show(written)?,
            _ => masked.hide(written)?,
        }
    }
    Some(masked)
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
