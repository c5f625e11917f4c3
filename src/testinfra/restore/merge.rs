//! What of a backup goes into a file, and where.

use std::collections::BTreeSet;

use super::module::{Imported, Item, Kind, Module};
use super::text::Insertion;
use crate::model::redact;

/// What goes into a file, and what speaks against it.
#[derive(Debug, Default)]
pub(super) struct Merge {
    pub(super) insertions: Vec<Insertion>,
    /// Reasons why the class would not do in the file what it did in the backup.
    pub(super) conflicts: Vec<String>,
    /// What goes in beside the class, in words.
    pub(super) brings: Vec<String>,
}

/// Puts a class of `backup`, at this index, into `target`. `moved` is true where the target lies in another folder than
/// the file that the backup is a copy of; `is_new` where there is nothing in the target but the backup's preamble.
pub(super) fn merge(backup: &Module, class: usize, target: &Module, moved: bool, is_new: bool) -> Merge {
    let mut merge = Merge::default();
    let needed = Needed::of(backup, class, target, is_new, &mut merge.conflicts);
    for import in needed.imports.iter().filter(|import| moved && import.is_relative()) {
        let from = import.from.as_deref().unwrap_or_default();
        merge.conflicts.push(format!("`from {from} import {}` means another module there", import.words()));
    }
    let lines = import_lines(backup, &needed.imports);
    merge.brings.extend(lines.iter().flat_map(|text| text.lines()).map(|line| redact::line(line.trim())));
    let items: Vec<&Item> = needed.items.iter().filter_map(|at| backup.items.get(*at)).collect();
    for item in needed.items.iter().filter(|at| **at != class).filter_map(|at| backup.items.get(*at)) {
        if item.bound.is_empty() {
            continue;
        }
        merge.brings.push(format!("`{}`", item.bound.iter().cloned().collect::<Vec<_>>().join("`, `")));
    }
    let chunk = join(backup, &items);
    let class_at = place_of_class(backup, class, target);
    let imports_at = place_of_imports(target);
    if !lines.is_empty() {
        let block = import_text(backup, &lines, is_new);
        merge.insertions.push(import_block(target, imports_at, &block, class_at));
    }
    let spaced = spaced(&target.text, class_at, &chunk, !lines.is_empty() && imports_at == class_at);
    merge.insertions.push(Insertion { at: class_at, text: spaced });
    if imports_at == class_at && merge.insertions.len() == 2 {
        // One place: one text, so that their order is certain.
        let text = merge.insertions.drain(..).map(|insertion| insertion.text).collect();
        merge.insertions.push(Insertion { at: class_at, text });
    }
    merge
}

/// What a class needs of its file that another file lacks.
#[derive(Default)]
struct Needed {
    imports: BTreeSet<Imported>,
    /// Indices of statements of the backup, the class included.
    items: BTreeSet<usize>,
}

impl Needed {
    fn of(backup: &Module, class: usize, target: &Module, is_new: bool, conflicts: &mut Vec<String>) -> Self {
        let mut needed = Self::default();
        needed.items.insert(class);
        let mut names: Vec<String> = Vec::new();
        if is_new {
            names.push("pytestmark".to_owned());
        }
        let mut queue = vec![class];
        let mut seen: BTreeSet<String> = BTreeSet::new();
        // Which names come from a star cannot be told here, so it goes along.
        needed.imports.extend(backup.imports().filter(|import| import.name == "*").cloned());
        while !queue.is_empty() || !names.is_empty() {
            for item in queue.drain(..).filter_map(|at| backup.items.get(at)) {
                names.extend(item.used.iter().cloned());
                names.extend(item.parameters.iter().filter(|name| is_fixture(backup, name)).cloned());
            }
            for name in std::mem::take(&mut names) {
                if seen.insert(name.clone()) {
                    needed.name(backup, target, &name, &mut queue, conflicts);
                }
            }
            if queue.is_empty() {
                // What changes a value that goes along, such as `SETTINGS["x"] = 1`, goes along as well.
                let changes = backup.items.iter().enumerate().filter(|(at, item)| {
                    matches!(item.kind, Kind::Other)
                        && item.bound.is_empty()
                        && !needed.items.contains(at)
                        && item.used.iter().any(|name| needed.defines(backup, name, class))
                });
                queue.extend(changes.map(|(at, _)| at).collect::<Vec<_>>());
                needed.items.extend(queue.iter().copied());
            }
        }
        needed.imports.retain(|import| !target.imports().any(|has| has == import));
        needed
    }

    fn defines(&self, backup: &Module, name: &str, class: usize) -> bool {
        self.items
            .iter()
            .filter(|at| **at != class)
            .filter_map(|at| backup.items.get(*at))
            .any(|item| item.bound.contains(name))
    }

    fn name(
        &mut self,
        backup: &Module,
        target: &Module,
        name: &str,
        queue: &mut Vec<usize>,
        conflicts: &mut Vec<String>,
    ) {
        let binding = |item: &&Item| item.bound.contains(name);
        let in_target: Vec<&Item> = target.items.iter().filter(binding).collect();
        for (at, item) in backup.items.iter().enumerate().filter(|(_, item)| item.bound.contains(name)) {
            if let Kind::Imports(all) = &item.kind {
                let wanted = all.iter().filter(|import| import.bound() == Some(name));
                for import in wanted {
                    let has = target.imports().any(|has| has == import);
                    let others = in_target.iter().any(|item| !is_import_like(item, import));
                    if !has && others {
                        conflicts.push(format!("`{name}` means something else in the target"));
                    } else if !has {
                        self.imports.insert(import.clone());
                    }
                }
                continue;
            }
            if self.items.contains(&at) {
                continue;
            }
            match in_target.first() {
                None => {
                    self.items.insert(at);
                    queue.push(at);
                }
                Some(_) if in_target.iter().any(|has| flat(target.text_of(has)) == flat(backup.text_of(item))) => {}
                Some(_) => conflicts.push(format!("`{name}` is not in the target what it is in the backup")),
            }
        }
    }
}

/// `import a.b` and `import a.c` bind one name and get along.
fn is_import_like(item: &Item, import: &Imported) -> bool {
    let plain = |import: &Imported| import.from.is_none() && import.alias.is_none();
    matches!(&item.kind, Kind::Imports(all) if plain(import) && all.iter().any(plain))
}

fn is_fixture(backup: &Module, name: &str) -> bool {
    backup
        .items
        .iter()
        .any(|item| matches!(&item.kind, Kind::Function { name: found, is_fixture: true } if found == name))
}

/// A text in which white space does not count.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Statements for these imports, in the order of the backup; as they stand there, where all of their names are needed.
fn import_lines(backup: &Module, imports: &BTreeSet<Imported>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut done: BTreeSet<&Imported> = BTreeSet::new();
    for item in &backup.items {
        let Kind::Imports(all) = &item.kind else { continue };
        let needed: Vec<&Imported> =
            all.iter().filter(|import| imports.contains(import) && done.insert(import)).collect();
        let Some(first) = needed.first() else { continue };
        if needed.len() == all.len() {
            lines.push(backup.text_of(item).to_owned());
            continue;
        }
        match &first.from {
            Some(from) => {
                let names: Vec<String> = needed.iter().map(|import| import.words()).collect();
                lines.push(format!("from {from} import {}", names.join(", ")));
            }
            None => lines.extend(needed.iter().map(|import| format!("import {}", import.words()))),
        }
    }
    lines
}

/// The statements as one text. In a new file they stand in the groups of the backup.
fn import_text(backup: &Module, lines: &[String], is_new: bool) -> String {
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let apart = backup
            .text
            .find(line.as_str())
            .is_some_and(|at| backup.text.get(..at).is_some_and(|before| before.ends_with("\n\n")));
        if at > 0 {
            text.push_str(if is_new && apart { "\n\n" } else { "\n" });
        }
        text.push_str(line);
    }
    text
}

/// Pieces of the backup in its order: definitions two lines apart.
fn join(backup: &Module, items: &[&Item]) -> String {
    let is_block = |item: &Item| matches!(item.kind, Kind::Class(_) | Kind::Function { .. });
    let mut text = String::new();
    for (at, item) in items.iter().enumerate() {
        if let Some(before) = at.checked_sub(1).and_then(|at| items.get(at)) {
            // Two statements on one line are one piece.
            if before.lines == item.lines {
                continue;
            }
            text.push_str(if is_block(before) || is_block(item) { "\n\n\n" } else { "\n" });
        }
        text.push_str(backup.text_of(item));
    }
    text
}

/// After the class or function that stood before it in the backup, else at the end.
fn place_of_class(backup: &Module, class: usize, target: &Module) -> usize {
    let before = backup.items.get(..class).unwrap_or_default().iter().rev();
    for item in before.filter(|item| matches!(item.kind, Kind::Class(_) | Kind::Function { .. })) {
        if let Some(anchor) = target.items.iter().find(|has| has.kind == item.kind) {
            return anchor.lines.end;
        }
    }
    let main = target.items.last().filter(|item| item.kind == Kind::Main);
    main.map_or(target.text.len(), |item| item.lines.start)
}

/// After the last import that stands before the first definition, else after the docstring.
fn place_of_imports(target: &Module) -> usize {
    let code = target
        .items
        .iter()
        .position(|item| matches!(item.kind, Kind::Class(_) | Kind::Function { .. } | Kind::Main))
        .unwrap_or(target.items.len());
    let head = target.items.get(..code).unwrap_or_default();
    let last = head.iter().rfind(|item| matches!(item.kind, Kind::Imports(_) | Kind::Future | Kind::Docstring));
    match last {
        Some(item) => item.lines.end,
        // A file without any of them may still begin with comments about its encoding.
        None => head.first().or(target.items.first()).map_or(target.text.len(), |item| item.lines.start),
    }
}

fn import_block(target: &Module, at: usize, block: &str, class_at: usize) -> Insertion {
    let before = target.text.get(..at).unwrap_or_default();
    let after = target.text.get(at..).unwrap_or_default();
    let last = target.items.iter().rfind(|item| item.lines.end == at);
    let mut text = String::new();
    if !before.is_empty() && !before.ends_with('\n') {
        text.push('\n');
    }
    // Imports follow imports closely; a docstring stands apart, and so does `from __future__`.
    if last.is_some_and(|item| !matches!(item.kind, Kind::Imports(_))) {
        text.push('\n');
    }
    text.push_str(block);
    text.push('\n');
    let follows_closely = !after.is_empty() && !after.starts_with(['\n', '\r']);
    let next_is_import =
        target.items.iter().any(|item| item.lines.start == at && matches!(item.kind, Kind::Imports(_)));
    if follows_closely && !next_is_import && class_at != at {
        text.push('\n');
    }
    Insertion { at, text }
}

/// A piece with two empty lines around it, as far as they are not there.
fn spaced(target: &str, at: usize, chunk: &str, after_imports: bool) -> String {
    let before = target.get(..at).unwrap_or_default();
    let after = target.get(at..).unwrap_or_default();
    let mut text = String::new();
    if after_imports {
        text.push_str("\n\n");
    } else if !before.trim().is_empty() {
        let ends = before.chars().rev().take_while(|c| matches!(c, '\n' | '\r')).filter(|c| *c == '\n').count();
        text.push_str(&"\n".repeat(3_usize.saturating_sub(ends)));
    }
    text.push_str(chunk);
    if after.trim().is_empty() {
        // At the end of the file its last line ends as it did.
        if before.is_empty() || before.ends_with('\n') || after_imports {
            text.push('\n');
        }
    } else {
        let starts = after.chars().take_while(|c| matches!(c, '\n' | '\r')).filter(|c| *c == '\n').count();
        text.push('\n');
        text.push_str(&"\n".repeat(2_usize.saturating_sub(starts)));
    }
    text
}
