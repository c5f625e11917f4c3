//! What was written, with its spans: typed access to the tables of a parsed config file. Every mistake is added to the
//! errors, and reading goes on.

use std::ops::Range;

use toml_span::value::{Key as TomlKey, Table as TomlTable, Value, ValueInner};

use super::error::Errors;
use super::keys::{KEYS, Kind, key, keys_of};
use super::suggest::closest;

/// A value with the place where it stands.
#[derive(Clone, Debug)]
pub(super) struct Written<T> {
    pub(super) value: T,
    pub(super) at: Range<usize>,
}

/// A table of the file, with its path among the keys (`tests.required_classes`; empty at the top level).
#[derive(Clone, Copy)]
pub(super) struct Section<'v> {
    path: &'static str,
    table: &'v TomlTable<'v>,
    /// Where the table begins: its header, or the table itself where it stands inline.
    start: usize,
    end: usize,
}

impl<'v> Section<'v> {
    /// The whole file.
    pub(super) fn top(root: &'v Value<'v>, errors: &mut Errors) -> Option<Self> {
        let table = root.as_table()?;
        let section = Self { path: "", table, start: 0, end: 0 };
        section.report_unknown_keys(errors);
        Some(section)
    }

    /// Where errors about the table as a whole point.
    pub(super) fn at(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The table below `name`.
    pub(super) fn section(&self, name: &str, errors: &mut Errors) -> Option<Self> {
        let (path, value) = self.take(name)?;
        match value.as_ref() {
            ValueInner::Table(table) => {
                let section = Self { path, table, start: value.span.start, end: value.span.end };
                section.report_unknown_keys(errors);
                Some(section)
            }
            other => {
                self.wrong_type(path, value, "a table", other, errors);
                None
            }
        }
    }

    /// The entries of the array of tables below `name`.
    pub(super) fn sections(&self, name: &str, errors: &mut Errors) -> Vec<Self> {
        let Some((path, value)) = self.take(name) else { return Vec::new() };
        let ValueInner::Array(entries) = value.as_ref() else {
            let note = format!("write `[[{path}]]` above each entry");
            errors
                .add(
                    value.span.into(),
                    format!("`{path}` must be an array of tables, not {}", type_words(value.as_ref())),
                )
                .note(note);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for entry in entries {
            let ValueInner::Table(table) = entry.as_ref() else {
                self.wrong_type(path, entry, "an array of tables", entry.as_ref(), errors);
                continue;
            };
            let section = Self { path, table, start: entry.span.start, end: entry.span.end };
            section.report_unknown_keys(errors);
            sections.push(section);
        }
        sections
    }

    /// The entries of a table whose keys the user chooses, in the order of the file.
    pub(super) fn entries(&self, name: &str, errors: &mut Errors) -> Vec<(Written<&'v str>, &'v Value<'v>)> {
        let Some((path, value)) = self.take(name) else { return Vec::new() };
        let ValueInner::Table(table) = value.as_ref() else {
            self.wrong_type(path, value, "a table", value.as_ref(), errors);
            return Vec::new();
        };
        let mut entries = Vec::new();
        for (name, value) in table {
            if name.name.trim().is_empty() || name.name.contains(char::is_control) {
                errors.add(key_span(name), format!("a key of `{path}` must be visible text"));
                continue;
            }
            entries.push((Written { value: name.name.as_ref(), at: key_span(name) }, value));
        }
        entries.sort_by_key(|(name, _)| name.at.start);
        entries
    }

    /// The string below `name`; it is visible text.
    pub(super) fn string(&self, name: &str, errors: &mut Errors) -> Option<Written<&'v str>> {
        let (path, value) = self.take(name)?;
        string(path, value, "a string", errors)
    }

    /// The string below `name`, which must be there.
    pub(super) fn required_string(&self, name: &str, errors: &mut Errors) -> Option<Written<&'v str>> {
        if !self.table.contains_key(name) {
            errors.add(self.at(), format!("`{name}` is missing"));
            return None;
        }
        self.string(name, errors)
    }

    /// The strings below `name`; `None` where the key is absent. No string stands there twice.
    pub(super) fn strings(&self, name: &str, errors: &mut Errors) -> Option<Vec<Written<&'v str>>> {
        let (path, value) = self.take(name)?;
        Some(strings(path, value, errors))
    }

    /// The strings below `name`, of which there must be at least one.
    pub(super) fn required_strings(&self, name: &str, errors: &mut Errors) -> Vec<Written<&'v str>> {
        let Some((path, value)) = self.take(name) else {
            errors.add(self.at(), format!("`{name}` is missing"));
            return Vec::new();
        };
        if value.as_array().is_some_and(Vec::is_empty) {
            errors.add(value.span.into(), format!("`{path}` must not be empty"));
        }
        strings(path, value, errors)
    }

    /// The whole number below `name`, from `range`.
    pub(super) fn count(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<usize>,
        errors: &mut Errors,
    ) -> Option<usize> {
        let (path, value) = self.take(name)?;
        let ValueInner::Integer(number) = value.as_ref() else {
            self.wrong_type(path, value, "a whole number", value.as_ref(), errors);
            return None;
        };
        match usize::try_from(*number) {
            Ok(number) if range.contains(&number) => Some(number),
            _ => {
                let message = format!("`{path}` must be from {} to {}, not {number}", range.start(), range.end());
                errors.add(value.span.into(), message);
                None
            }
        }
    }

    /// The number below `name`: more than 0, and at most `max`.
    pub(super) fn positive(&self, name: &str, max: f64, errors: &mut Errors) -> Option<f64> {
        let must_be = format!("more than 0 and at most {max}");
        self.number(name, |number| number > 0.0 && number <= max, &must_be, errors)
    }

    /// The number below `name`, from `range`.
    pub(super) fn number_in(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<f64>,
        errors: &mut Errors,
    ) -> Option<f64> {
        let must_be = format!("from {} to {}", range.start(), range.end());
        self.number(name, |number| range.contains(&number), &must_be, errors)
    }

    fn number(&self, name: &str, valid: impl Fn(f64) -> bool, must_be: &str, errors: &mut Errors) -> Option<f64> {
        let (path, value) = self.take(name)?;
        let number = match value.as_ref() {
            ValueInner::Integer(number) => *number as f64,
            ValueInner::Float(number) => *number,
            other => {
                self.wrong_type(path, value, "a number", other, errors);
                return None;
            }
        };
        if valid(number) {
            return Some(number);
        }
        errors.add(value.span.into(), format!("`{path}` must be {must_be}, not {number}"));
        None
    }

    /// The truth value below `name`.
    pub(super) fn boolean(&self, name: &str, errors: &mut Errors) -> Option<bool> {
        let (path, value) = self.take(name)?;
        if let ValueInner::Boolean(truth) = value.as_ref() {
            return Some(*truth);
        }
        let word = value.as_str().filter(|&text| text == "true" || text == "false");
        let found = type_words(value.as_ref());
        errors.add(value.span.into(), format!("`{path}` must be `true` or `false`, not {found}")).suggest(word);
        None
    }

    /// The value below `name` as it was written, for keys with rules of their own.
    pub(super) fn raw(&self, name: &str) -> Option<&'v Value<'v>> {
        self.take(name).map(|(_, value)| value)
    }

    fn take(&self, name: &str) -> Option<(&'static str, &'v Value<'v>)> {
        let value = self.table.get(name)?;
        let path = keys_of(self.path).find(|key| key.name() == name)?.path;
        Some((path, value))
    }

    fn wrong_type(&self, path: &str, value: &Value<'_>, expected: &str, found: &ValueInner<'_>, errors: &mut Errors) {
        errors.add(value.span.into(), format!("`{path}` must be {expected}, not {}", type_words(found)));
    }

    fn report_unknown_keys(&self, errors: &mut Errors) {
        for name in self.table.keys() {
            if keys_of(self.path).any(|key| key.name() == name.name) {
                continue;
            }
            let place =
                if self.path.is_empty() { "at the top level".to_owned() } else { format!("in `{}`", self.path) };
            let suggestion = closest(&name.name, keys_of(self.path).map(super::keys::Key::name));
            let shown = shown(&name.name);
            let added = errors.add(key_span(name), format!("unknown key `{shown}` {place}")).suggest(suggestion);
            let elsewhere = KEYS.iter().find(|key| key.name() == name.name);
            match elsewhere {
                // A line below a table header belongs to that table, which is the most common slip in TOML.
                Some(key) if key.table().is_empty() => {
                    added.note(format!("`{shown}` belongs at the top level, above the first `[table]`"));
                }
                Some(key) => {
                    added.note(format!("`{shown}` belongs in `{}`", header(key.table())));
                }
                None if suggestion.is_none() => {
                    let known: Vec<String> = keys_of(self.path).map(|key| format!("`{}`", key.name())).collect();
                    added.note(format!("known keys here: {}", known.join(", ")));
                }
                None => {}
            }
        }
    }
}

/// A string that is visible text: not empty, and without control characters.
pub(super) fn string<'v>(
    path: &str,
    value: &'v Value<'v>,
    expected: &str,
    errors: &mut Errors,
) -> Option<Written<&'v str>> {
    let at: Range<usize> = value.span.into();
    match value.as_ref() {
        ValueInner::String(text) if text.trim().is_empty() => {
            errors.add(at, format!("`{path}` must not be empty"));
            None
        }
        ValueInner::String(text) if text.contains(char::is_control) => {
            errors.add(at, format!("`{path}` must not contain control characters"));
            None
        }
        ValueInner::String(text) => Some(Written { value: text.as_ref(), at }),
        other => {
            errors.add(at, format!("`{path}` must be {expected}, not {}", type_words(other)));
            None
        }
    }
}

/// The strings of an array, none of them twice.
pub(super) fn strings<'v>(path: &str, value: &'v Value<'v>, errors: &mut Errors) -> Vec<Written<&'v str>> {
    let ValueInner::Array(items) = value.as_ref() else {
        let added = errors.add(
            value.span.into(),
            format!("`{path}` must be an array of strings, not {}", type_words(value.as_ref())),
        );
        if let ValueInner::String(text) = value.as_ref()
            && text.len() <= 80
            && !text.contains(|c: char| c.is_control() || c == '"' || c == '\\')
        {
            added.suggest(Some(format!("[\"{text}\"]")));
        }
        return Vec::new();
    };
    let mut seen = std::collections::BTreeMap::new();
    let mut strings = Vec::new();
    for item in items {
        let Some(text) = string(path, item, "an array of strings", errors) else { continue };
        match seen.entry(text.value) {
            std::collections::btree_map::Entry::Occupied(first) => {
                let first: &Range<usize> = first.get();
                errors
                    .add(text.at, format!("`{}` stands twice in `{path}`", shown(text.value)))
                    .related(first.clone(), "first here");
            }
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(text.at.clone());
                strings.push(text);
            }
        }
    }
    strings
}

/// The type of a value in words.
pub(super) fn type_words(value: &ValueInner<'_>) -> &'static str {
    match value {
        ValueInner::String(_) => "a string",
        ValueInner::Integer(_) => "a whole number",
        ValueInner::Float(_) => "a decimal number",
        ValueInner::Boolean(_) => "a truth value",
        ValueInner::Array(_) => "an array",
        ValueInner::Table(_) => "a table",
    }
}

/// A word from the file, short enough for a message.
pub(super) fn shown(text: &str) -> String {
    const MAX: usize = 80;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn key_span(key: &TomlKey<'_>) -> Range<usize> {
    key.span.into()
}

/// The header under which the keys of a table stand.
fn header(path: &str) -> String {
    match key(path).map(|key| key.kind) {
        Some(Kind::Tables) => format!("[[{path}]]"),
        _ => format!("[{path}]"),
    }
}
