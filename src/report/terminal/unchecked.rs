//! What could not be checked, one block a reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Style;
use super::block::{self, Block, BlockPlace};
use super::text::{escape, hanging, unchecked_paint};
use crate::finding::NotChecked;
use crate::model::{Origin, Place, Why};
use crate::report::Report;
use crate::report::words::count;

/// More subjects than this are counted, not listed.
const MAX_SUBJECTS: usize = 5;

/// The number of different reasons.
pub(super) fn reasons(items: &[NotChecked]) -> usize {
    grouped(items).len()
}

/// All blocks, in the order in which the reasons first come up.
pub(super) fn render(report: &Report, style: &Style) -> String {
    let blocks = grouped(&report.not_checked).into_iter().map(|(why, items)| render_reason(why, &items, report, style));
    blocks.collect::<Vec<_>>().join("\n")
}

fn grouped(items: &[NotChecked]) -> Vec<(&Why, Vec<&NotChecked>)> {
    let mut at: BTreeMap<&Why, usize> = BTreeMap::new();
    let mut groups: Vec<(&Why, Vec<&NotChecked>)> = Vec::new();
    for item in items {
        let index = *at.entry(&item.reason).or_insert(groups.len());
        match groups.get_mut(index) {
            Some((_, members)) => members.push(item),
            None => groups.push((&item.reason, vec![item])),
        }
    }
    groups
}

fn render_reason(why: &Why, items: &[&NotChecked], report: &Report, style: &Style) -> String {
    let block_place = match &why.place {
        Some(Place::Origin(Origin::Source(span))) => BlockPlace::Source(span.clone(), String::new()),
        Some(place) => BlockPlace::Words(place.to_string()),
        None => BlockPlace::Nowhere,
    };
    let notes = match &block_place {
        BlockPlace::Source(span, _) => block::calls(span).collect(),
        _ => Vec::new(),
    };
    let block = Block {
        label: format!("not checked[{}]", why.kind.word()),
        paint: unchecked_paint(),
        title: why.text.clone(),
        place: block_place,
        notes,
    };
    let mut out = block::render(&block, report, style);
    if items.len() > 1 {
        let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
        for item in items {
            *rules.entry(&item.rule).or_default() += 1;
        }
        let rules: Vec<String> = rules.iter().map(|(rule, number)| format!("{number} {}", escape(rule))).collect();
        let lead = format!("  {}: ", count(items.len(), "item"));
        out.push_str(&hanging(&lead, &rules.join(", "), 4, style.width));
    }
    for item in items.iter().take(MAX_SUBJECTS) {
        out.push_str(&hanging("  - ", &escape(&item_words(item)), 4, style.width));
    }
    if items.len() > MAX_SUBJECTS {
        let _ = writeln!(out, "  - and {} more", items.len() - MAX_SUBJECTS);
    }
    out
}

/// Rule, subject and field of an item.
pub(super) fn item_words(item: &NotChecked) -> String {
    let field = item.field.as_ref().map_or_else(String::new, |field| format!(", {field}"));
    format!("{}: {}{field}", item.rule, item.subject)
}
