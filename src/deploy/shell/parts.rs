//! What a word is, from its parts.

use super::lexer::Part;

/// The text of a word in which nothing is expanded.
pub(super) fn plain(parts: &[Part]) -> Option<String> {
    let mut all = String::new();
    for part in parts {
        match part {
            Part::Lit { text, .. } => all.push_str(text),
            _ => return None,
        }
    }
    Some(all)
}

/// A word that is a keyword where a command can start.
pub(super) fn keyword(parts: &[Part]) -> Option<&str> {
    match parts {
        [Part::Lit { text, quoted: false }] => Some(text),
        _ => None,
    }
}

pub(super) fn keyword_in(parts: &[Part]) -> bool {
    keyword(parts) == Some("in")
}

/// `NAME=value` (the name keeps a `+` of `+=`).
pub(super) fn assignment(parts: &[Part]) -> Option<(String, Vec<Part>)> {
    let Some((Part::Lit { text, quoted: false }, rest)) = parts.split_first() else { return None };
    let (name, value) = text.split_once('=')?;
    let bare = name.strip_suffix('+').unwrap_or(name);
    let mut characters = bare.chars();
    let first = characters.next()?;
    let is_name = (first.is_ascii_alphabetic() || first == '_')
        && characters.all(|next| next.is_ascii_alphanumeric() || next == '_');
    if !is_name {
        return None;
    }
    let mut parts = vec![Part::Lit { text: value.to_owned(), quoted: true }];
    parts.extend(rest.iter().cloned());
    Some((name.to_owned(), parts))
}
