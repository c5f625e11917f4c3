//! The commented config file that `gcp-drift init` writes.

use std::fmt::Write as _;

use super::{Discovered, Guess};
use crate::config::keys::{KEYS, Key, Kind};
use crate::config::validate;

/// A commented `gcp-drift.toml` for what was found. A line that begins with `# ` is an explanation; one that begins
/// with `#` and a key is a setting to switch on. What was found certainly enough stands as a setting, defaults and
/// guesses stand as comments, and the text parses as it is.
pub fn text(found: &Discovered) -> String {
    let mut out = String::from(
        "# gcp-drift.toml: what gcp-drift reads, and what it holds it to.\n\
         # Every key is optional. A line that begins with `#` and a key is a setting to switch on.\n\
         # Paths are relative to this file, with `/`. Every key is explained in docs/config.md of gcp-drift.\n",
    );
    for limit in &found.incomplete {
        line(&mut out, &format!("# Not looked at: {}", visible(limit)));
    }
    // Keys without a table stand first: below a table header they would belong to that table.
    for key in KEYS.iter().filter(|key| key.table().is_empty() && !is_table(key)) {
        explain(&mut out, key);
        top_level(&mut out, key, found);
    }
    // A table in the entries of an array has no header of its own.
    let in_entry = |key: &Key| KEYS.iter().any(|outer| outer.kind == Kind::Tables && outer.path == key.table());
    for table in KEYS.iter().filter(|key| is_table(key) && !in_entry(key)) {
        match table.kind {
            Kind::Table => header(&mut out, table, found),
            Kind::Map(_) => map(&mut out, table, found),
            Kind::Tables => tables(&mut out, table),
            _ => {}
        }
    }
    out
}

fn is_table(key: &Key) -> bool {
    matches!(key.kind, Kind::Table | Kind::Map(_) | Kind::Tables)
}

fn top_level(out: &mut String, key: &Key, found: &Discovered) {
    match key.path {
        "project" => guesses(out, "project", &found.projects, key, &|value| quoted(value)),
        "regions" => guesses(out, "regions", &found.regions, key, &|value| format!("[{}]", quoted(value))),
        _ => switched_off(out, key),
    }
}

/// Guesses stand as comments, with where they were read: a wrong project would be asked for its live state.
fn guesses(out: &mut String, name: &str, found: &[Guess], key: &Key, value: &dyn Fn(&str) -> String) {
    let Some((first, others)) = found.split_first() else { return switched_off(out, key) };
    line(out, &format!("#{name} = {}  # {}", value(&first.value), place(first)));
    for guess in others {
        line(out, &format!("# or {}: {}", visible(&guess.value), place(guess)));
    }
}

fn place(guess: &Guess) -> String {
    let more = if guess.times > 1 { format!(", and {} more", guess.times - 1) } else { String::new() };
    format!("{}:{}{more}", visible(&guess.file), guess.line)
}

/// A table with fixed keys.
fn header(out: &mut String, table: &Key, found: &Discovered) {
    explain(out, table);
    // The table itself is a setting where nothing holds without it.
    let mark = if table.default == "see below" { "" } else { "#" };
    line(out, &format!("{mark}[{}]", table.path));
    for key in crate::config::keys::keys_of(table.path).filter(|key| !is_table(key)) {
        if key.path == "tests.root" && found.tests_root.is_some() {
            // A default in front of another value would read like it.
            comment(out, key.meaning);
        } else {
            explain(out, key);
        }
        match key.path {
            "terraform.roots" => list(out, key, &found.roots),
            "terraform.var_files" => {
                let files = valid_paths(&found.var_files);
                if files.is_empty() {
                    switched_off(out, key);
                } else {
                    line(
                        out,
                        "# These are not loaded by themselves; take the ones of the environment that is checked:",
                    );
                    line(out, &format!("#var_files = [{}]", quoted_list(&files)));
                }
            }
            "deploy.paths" => list(out, key, &found.deploy),
            "tests.root" => match &found.tests_root {
                Some(root) if validate::repo_path(&root.folder).is_ok() => {
                    let source = root.ini.as_deref().map(|ini| format!("  # {}", visible(ini))).unwrap_or_default();
                    line(out, &format!("root = {}{source}", quoted(&root.folder)));
                }
                _ => switched_off(out, key),
            },
            _ => switched_off(out, key),
        }
    }
}

/// Found paths as a setting.
fn list(out: &mut String, key: &Key, found: &[String]) {
    let paths = valid_paths(found);
    if paths.is_empty() {
        return switched_off(out, key);
    }
    if paths.len() < found.len() {
        line(out, &format!("# {} paths that cannot be written here were left out", found.len() - paths.len()));
    }
    match paths.as_slice() {
        [only] => line(out, &format!("{} = [{}]", key.name(), quoted(only))),
        paths => {
            line(out, &format!("{} = [", key.name()));
            for path in paths {
                line(out, &format!("  {},", quoted(path)));
            }
            line(out, "]");
        }
    }
}

/// A table whose keys the user chooses.
fn map(out: &mut String, table: &Key, found: &Discovered) {
    explain(out, table);
    line(out, &format!("[{}]", table.path));
    if table.path == "tests.categories" && !found.categories.is_empty() {
        for (name, patterns) in &found.categories {
            line(out, &format!("{} = [{}]", quoted_key(name), quoted_list(patterns)));
        }
        return;
    }
    for example in table.example.lines().skip(1) {
        line(out, &format!("#{example}"));
    }
}

/// An array of tables: its keys, and a complete entry as an example.
fn tables(out: &mut String, table: &Key) {
    explain(out, table);
    let mut longest = table.example;
    for key in crate::config::keys::keys_of(table.path) {
        let required = if key.default.contains("the key is required") { "required" } else { "optional" };
        line(out, &format!("# {} ({}, {required}): {}", key.name(), key.kind.words(), key.meaning));
        if key.example.lines().count() > longest.lines().count() {
            longest = key.example;
        }
    }
    for example in longest.lines() {
        line(out, &format!("#{example}"));
    }
}

/// What a key means, its type and default, as a comment after an empty line. A default that can be written as a
/// setting follows below.
fn explain(out: &mut String, key: &Key) {
    let unit = if key.unit.is_empty() { String::new() } else { format!(" Type: {} ({}).", key.kind.words(), key.unit) };
    let default = match key.default {
        "see below" => String::new(),
        _ if !key.written.is_empty() => " Default:".to_owned(),
        default => format!(" Default: {default}."),
    };
    comment(out, &format!("{}{unit}{default}", key.meaning));
}

/// A comment after an empty line.
fn comment(out: &mut String, text: &str) {
    out.push('\n');
    for part in wrapped(text) {
        line(out, &format!("# {part}"));
    }
}

/// The key's default, or where there is none an example, commented out.
fn switched_off(out: &mut String, key: &Key) {
    if !key.written.is_empty() {
        return key.written.lines().for_each(|default| line(out, &format!("#{default}")));
    }
    let start = format!("{} =", key.name());
    for example in key.example.lines().filter(|line| line.starts_with(&start)) {
        line(out, &format!("#{example}"));
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Words in lines of at most 110 characters.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > 110 {
                lines.push(word.to_owned());
            } else {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(word);
            }
        }
    }
    lines
}

/// The paths that a config file can name.
fn valid_paths(paths: &[String]) -> Vec<String> {
    let can = |path: &&String| {
        path.len() <= validate::MAX_TEXT
            && !path.trim().is_empty()
            && !path.contains(char::is_control)
            && validate::repo_path(path).as_ref() == Ok(path)
    };
    paths.iter().filter(can).cloned().collect()
}

fn quoted_list(texts: &[String]) -> String {
    texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A TOML key, in quotes where it needs them.
fn quoted_key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_owned() } else { quoted(name) }
}

/// A text for a comment: what would end its line is shown by its number.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() }).collect()
}
