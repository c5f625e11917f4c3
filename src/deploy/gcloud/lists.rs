//! Values of flags that are lists and maps: `a,b`, or with another separator `^:^a:b`.

use crate::deploy::words::Word;
use crate::model::Fact;

/// The entries of all values of a flag that collects them.
pub fn entries(words: &[Word]) -> Fact<Vec<String>> {
    let mut all = Vec::new();
    let mut origin = None;
    let mut whys = Vec::new();
    for word in words {
        match word.text() {
            Some(text) => {
                all.extend(split(&text));
                origin = Some(word.origin.clone());
            }
            None => whys.extend(word.whys()),
        }
    }
    match origin {
        Some(origin) if whys.is_empty() => Fact::Known(all, origin),
        _ => Fact::Unknown(whys),
    }
}

/// The entries of one value.
pub fn split(text: &str) -> Vec<String> {
    let chosen =
        text.strip_prefix('^').and_then(|rest| rest.split_once('^')).filter(|(separator, _)| !separator.is_empty());
    let (separator, list) = chosen.unwrap_or((",", text));
    if list.is_empty() { Vec::new() } else { list.split(separator).map(str::to_owned).collect() }
}

/// The entries of one value, or their keys where it is a map.
pub fn keys(text: &str) -> Vec<String> {
    split(text).iter().map(|entry| pair(entry).0).collect()
}

/// An entry of a map: its key and its value.
pub fn pair(entry: &str) -> (String, Option<String>) {
    match entry.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (entry.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_gclouds_separators() {
        for (text, entries) in [
            ("a", vec!["a"]),
            ("a,b", vec!["a", "b"]),
            ("^:^a:b,c", vec!["a", "b,c"]),
            ("^::^a::b:c", vec!["a", "b:c"]),
            ("^a", vec!["^a"]),
            ("", vec![]),
        ] {
            assert_eq!(split(text), entries, "{text}");
        }
        assert_eq!(pair("a=b=c"), ("a".to_owned(), Some("b=c".to_owned())));
    }
}
