//! Any bytes as an argument list, so that it can be read under a fuzzer.

use crate::deploy::words::{Hole, Item, Piece, Word};
use crate::model::{Origin, Why, WhyKind};

/// The most alternatives inside each other.
const MAX_DEPTH: usize = 40;

/// Lines as words. `?` in a line is a text that is not known, `?{a|b}` one of two; `*` alone is any number of words; `(`,
/// `|` and `)` alone enclose and separate alternatives. The first line is the first word after the program.
pub fn items_of(bytes: &[u8], origin: &Origin) -> Vec<Item> {
    let text = String::from_utf8_lossy(bytes);
    let mut open: Vec<(Vec<Vec<Item>>, Vec<Item>)> = Vec::new();
    let mut items = vec![Item::Word(Word::known("gcloud", origin.clone()))];
    let whys = || vec![Why::at(WhyKind::Environment, "it is not known", origin.clone())];
    for line in text.split('\n') {
        match line {
            "*" => items.push(Item::Any(whys())),
            "(" if open.len() < MAX_DEPTH => open.push((Vec::new(), std::mem::take(&mut items))),
            "|" => match open.last_mut() {
                Some((alternatives, _)) => alternatives.push(std::mem::take(&mut items)),
                None => items.push(Item::Word(Word::known(line, origin.clone()))),
            },
            ")" => {
                let Some((mut alternatives, before)) = open.pop() else { continue };
                alternatives.push(std::mem::replace(&mut items, before));
                items.push(Item::Either(alternatives, whys()));
            }
            _ => items.push(Item::Word(word(line, origin, &whys))),
        }
    }
    while let Some((mut alternatives, before)) = open.pop() {
        alternatives.push(std::mem::replace(&mut items, before));
        items.push(Item::Either(alternatives, whys()));
    }
    items
}

fn word(line: &str, origin: &Origin, whys: &impl Fn() -> Vec<Why>) -> Word {
    let mut pieces = Vec::new();
    for (index, part) in line.split('?').enumerate() {
        let mut rest = part;
        if index > 0 {
            let listed = part.strip_prefix('{').and_then(|part| part.split_once('}'));
            let options = listed.map_or_else(Vec::new, |(list, after)| {
                rest = after;
                list.split('|').map(str::to_owned).collect()
            });
            pieces.push(Piece::Hole(Hole { whys: whys(), options, ..Hole::default() }));
        }
        if !rest.is_empty() {
            pieces.push(Piece::Lit(rest.to_owned()));
        }
    }
    Word { pieces, origin: origin.clone() }
}
