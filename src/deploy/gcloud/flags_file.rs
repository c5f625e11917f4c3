//! `--flags-file`: flags from a YAML file of the repository, which stand in the place of the flag that names it.
//!
//! gcloud takes the path relative to the folder in which it is run. That is the repository's root, or else the folder of
//! the script; where the file is in both, which one is read is not known.

use crate::deploy::repository::{Repository, resolve};
use crate::deploy::words::{Hole, Item, Piece, Word};
use crate::deploy::yaml::{self, Loading, Node, Text};
use crate::model::{SourceFile, Why, WhyKind};

/// Why there are no flags of a file.
pub enum Problem {
    /// They are not known.
    Unknown(Vec<Why>),
    /// gcloud refuses the file.
    Refused(String),
}

/// Separates the elements of a list that a file gives as a list.
const SEPARATOR: char = '\u{1f}';

/// The path of the file that a word names, and the words that stand for it.
pub fn items(word: &Word, repository: &Repository<'_>, stack: &[String]) -> Result<(String, Vec<Item>), Problem> {
    let unknown = |why: Why| Problem::Unknown(vec![why]);
    let Some(text) = word.text() else { return Err(Problem::Unknown(word.whys())) };
    let path = find(&text, word, repository).map_err(unknown)?;
    if stack.contains(&path) {
        return Err(Problem::Refused(format!("the file of flags {path} names itself")));
    }
    let file = repository.file(&path).map_err(|refusal| unknown(refusal.at(word.origin.clone())))?;
    if file.text().is_empty() {
        return Err(Problem::Refused(format!("the file of flags {path} is empty")));
    }
    let node = match yaml::parse(&file, Loading::Strict) {
        Ok(node) => node,
        Err(broken) if broken.limit => {
            return Err(unknown(Why::at(WhyKind::Limit, format!("{path}: {}", broken.text), word.origin.clone())));
        }
        Err(broken) => return Err(Problem::Refused(format!("{path}: {}", broken.text))),
    };
    let maps = match &node {
        Node::List(elements) => elements.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut items = Vec::new();
    for map in maps {
        let Node::Map(entries) = map else {
            return Err(Problem::Refused(format!("the file {path} is no map of flags, and no list of such maps")));
        };
        for (flag, value) in entries {
            entry(flag, value, &file, &mut items);
        }
    }
    Ok((path, items))
}

fn find(text: &str, word: &Word, repository: &Repository<'_>) -> Result<String, Why> {
    let why = |kind: WhyKind, said: String| Err(Why::at(kind, said, word.origin.clone()));
    if text == "-" {
        return why(WhyKind::Environment, "flags are read from standard input".to_owned());
    }
    let script = word.origin.source().map(|span| span.file.as_str().to_owned()).unwrap_or_default();
    let folder = script.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found: Vec<String> = ["", folder].iter().filter_map(|folder| resolve(folder, text)).collect();
    found.dedup();
    found.retain(|path| repository.has_file(path));
    match found.as_slice() {
        [path] => Ok(path.clone()),
        [] => why(WhyKind::FileUnreadable, "the file of flags is not in the repository".to_owned()),
        _ => why(WhyKind::Environment, "two files can be the file of flags".to_owned()),
    }
}

/// An entry of the file as words of a command line.
fn entry(flag: &Text, value: &Node, file: &SourceFile, items: &mut Vec<Item>) {
    let at = |range: &std::ops::Range<usize>| file.origin(range.start..range.end.max(range.start));
    let origin = at(&flag.range);
    if flag.value == "--flags-file" {
        let files = match value {
            Node::List(elements) => elements.as_slice(),
            other => std::slice::from_ref(other),
        };
        for file in files.iter().filter_map(Node::text) {
            items.push(Item::Word(Word::known("--flags-file", origin.clone())));
            items.push(Item::Word(Word::known(file.value.clone(), at(&file.range))));
        }
        return;
    }
    let mut push = |word: Word| items.push(Item::Word(word));
    match value {
        Node::Scalar(text) => {
            let quoted =
                file.text().get(text.range.clone()).is_some_and(|text| text.starts_with(['"', '\'', '|', '>']));
            if !quoted && is_switch(&text.value) {
                push(Word::known(flag.value.clone(), origin));
            } else if !quoted && is_rewritten(&text.value) {
                let origin = at(&text.range);
                let why = Why::at(WhyKind::Unsupported, "how YAML writes this value is not evaluated", origin.clone());
                let hole = Piece::Hole(Hole { whys: vec![why], ..Hole::default() });
                push(Word { pieces: vec![Piece::Lit(format!("{}=", flag.value)), hole], origin });
            } else {
                push(Word::known(format!("{}={}", flag.value, text.value), at(&text.range)));
            }
        }
        Node::List(elements) if elements.iter().all(|element| element.text().is_some()) => {
            push(Word::known(flag.value.clone(), origin.clone()));
            let texts: Vec<&str> = elements.iter().filter_map(Node::text).map(|text| text.value.as_str()).collect();
            let text = texts.join(&SEPARATOR.to_string());
            push(Word::known(format!("^{SEPARATOR}^{text}"), origin));
        }
        Node::List(_) | Node::Map(_) | Node::Tagged(..) => {
            push(Word::known(flag.value.clone(), origin.clone()));
            let why = Why::at(WhyKind::Unsupported, "a map as a flag's value is not evaluated", origin.clone());
            push(Word { pieces: vec![Piece::Hole(Hole { whys: vec![why], ..Hole::default() })], origin });
        }
    }
}

/// A value with which gcloud gives the flag alone, whichever truth value it is.
fn is_switch(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL" | "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
}

/// A plain value that YAML may read as a number or a date, which is written again in another way.
fn is_rewritten(text: &str) -> bool {
    let numeric = text.starts_with(|char: char| char.is_ascii_digit() || matches!(char, '+' | '-' | '.'));
    let plain = !text.is_empty() && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    numeric && !plain && text != "0" || matches!(text, "yes" | "no" | "on" | "off" | "Yes" | "No" | "On" | "Off")
}
