//! Where the characters of a scalar stand in the file.

use super::Text;

/// The byte offset in the file of each character of a scalar. Exact for plain and block scalars; in quoted ones, a
/// character after an escape may be some columns off.
pub fn offsets(text: &Text, source: &str) -> Vec<usize> {
    let mut at = text.range.start;
    let rest = |at: usize| source.get(at..).unwrap_or_default();
    let first = rest(at).chars().next();
    if matches!(first, Some('|' | '>')) {
        // The header of a block scalar ends with its line.
        at += rest(at).find('\n').map_or(0, |end| end + 1);
    } else if matches!(first, Some('"' | '\'')) {
        at += 1;
    }
    let mut offsets = Vec::with_capacity(text.value.len());
    for character in text.value.chars() {
        if !character.is_whitespace() {
            let gap: usize = rest(at).chars().take_while(|next| next.is_whitespace()).map(char::len_utf8).sum();
            if rest(at + gap).starts_with(character) {
                at += gap;
            }
        } else if character == '\n' {
            // Up to the end of the line, so that an empty line stays on its own line.
            let gap = rest(at).chars().take_while(|next| *next == ' ' || *next == '\r' || *next == '\t').count();
            if rest(at + gap).starts_with('\n') {
                at += gap;
            }
        }
        offsets.push(at);
        if rest(at).starts_with(character) {
            at += character.len_utf8();
        }
    }
    offsets
}
