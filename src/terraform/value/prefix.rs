//! How much of a text stays known when something unknown follows it.

use unicode_segmentation::UnicodeSegmentation;

/// The longest beginning that is kept, in bytes.
const MAX_PREFIX: usize = 128;

/// The beginning of a text that what follows cannot change: its last character may become another one together with
/// the next, unless it is one that Terraform knows to stand alone.
pub fn safe_prefix(text: &str) -> &str {
    let end = (0..=MAX_PREFIX.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let text = text.get(..end).unwrap_or_default();
    match text.graphemes(true).next_back() {
        Some(last) if !stands_alone(last) => text.strip_suffix(last).unwrap_or_default(),
        _ => text,
    }
}

fn stands_alone(cluster: &str) -> bool {
    matches!(cluster.as_bytes(), [byte] if b" |\t-_.,:;/\\()[]{}@#$%&*+!?~^'\"".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_character_is_kept_where_nothing_combines_with_it() {
        for (text, known) in [
            ("", ""),
            ("ab", "a"),
            ("ab-", "ab-"),
            ("projects/", "projects/"),
            ("a1", "a"),
            ("a=", "a"),
            ("ae\u{301}", "a"),
            ("a\r\n", "a"),
        ] {
            assert_eq!(safe_prefix(text), known, "{text:?}");
        }
        assert_eq!(safe_prefix(&"é".repeat(200)).len(), 126);
    }
}
