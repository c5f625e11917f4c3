//! Edits of declarations as unified diffs: the one line that makes a declaration say another value, and new files.
//!
//! Of a file only the cited lines are known here, so the hunks have no context: `git apply --unidiff-zero` and `patch`
//! take them. An edit that cannot be made by changing one literal has no diff: a value that comes from a variable, one
//! that several instances or calls share, a line out of which a secret was taken.

use std::fmt;

use similar::{Algorithm, DiffOp, TextDiff};

use super::Scene;
use crate::model::redact::REDACTED;
use crate::model::{DeclaredSource, Origin, Setting, SourceSpan};

/// Longer lines may have been cut off where they are cited.
const MAX_LINE: usize = 400;

/// A value as it stands in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A string.
    Text(String),
    /// A number.
    Number(i64),
    /// A boolean.
    Flag(bool),
    /// A list of strings.
    List(Vec<String>),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
                write!(f, "[{}]", items.join(", "))
            }
        }
    }
}

impl From<&Setting> for Literal {
    fn from(setting: &Setting) -> Self {
        match setting {
            Setting::Text(text) => Self::Text(text.clone()),
            Setting::Number(number) => Self::Number(*number),
            Setting::Flag(flag) => Self::Flag(*flag),
            Setting::Set(texts) => Self::List(texts.iter().cloned().collect()),
        }
    }
}

/// A string as HCL reads it back: without templates.
pub fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // A doubled mark stands for itself.
            '{' if out.ends_with(['$', '%']) => {
                let mark = out.pop().unwrap_or('$');
                out.extend([mark, mark, '{']);
            }
            char if char.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// The place at which a declaration says a value, or would say it.
pub struct Place<'a> {
    /// The resource.
    pub source: &'a DeclaredSource,
    /// The value, or the head of the block in which it is left out.
    pub origin: &'a Origin,
    /// The field's path in Terraform below the resource, such as `settings.ip_configuration.ipv4_enabled`.
    pub path: &'a str,
}

/// The diff after which the declaration says `value`, or nothing where that is `None`.
pub fn set(scene: &Scene<'_>, place: &Place<'_>, value: Option<&Literal>) -> Option<String> {
    let DeclaredSource::Terraform { address, .. } = place.source else { return None };
    let span = place.origin.source()?;
    let file = span.file.as_str();
    let is_native = [".tf", ".tofu"].iter().any(|ending| file.ends_with(ending));
    // Instances of one block, and calls of one module, share the line.
    if !is_native || address.contains('[') || !span.callers.is_empty() || span.observed.is_some() {
        return None;
    }
    let line = scene.evidence.excerpts.get(&span.file)?.get(&span.start.line)?;
    if line.contains(REDACTED) || line.chars().count() >= MAX_LINE {
        return None;
    }
    let (name, block) = match place.path.rsplit_once('.') {
        Some((outer, name)) => (name, outer.rsplit('.').next().unwrap_or(outer)),
        None => (place.path, "resource"),
    };
    let after = match value {
        Some(value) => match cut(line, span) {
            Some((before, old, after)) if is_literal(old) => vec![format!("{before}{value}{after}")],
            _ => inserted(line, block, name, value)?,
        },
        None => {
            let (before, old, rest) = cut(line, span)?;
            let is_alone = before.trim().strip_prefix(name).is_some_and(|rest| rest.trim() == "=");
            (is_alone && is_literal(old) && rest.trim().is_empty()).then(Vec::new)?
        }
    };
    Some(hunk(file, span.start.line, line, &after))
}

/// The line before, in and after the span.
fn cut<'a>(line: &'a str, span: &SourceSpan) -> Option<(&'a str, &'a str, &'a str)> {
    if span.start.line != span.end.line {
        return None;
    }
    let byte = |column: u32| {
        let index = (column as usize).saturating_sub(1);
        line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(index)
    };
    let (start, end) = (byte(span.start.column)?, byte(span.end.column)?);
    Some((line.get(..start)?, line.get(start..end)?, line.get(end..)?))
}

/// True for a literal that no reference or template is a part of.
fn is_literal(text: &str) -> bool {
    let text = text.trim();
    if let Some(items) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return items.trim().is_empty() || items.trim().trim_end_matches(',').split(',').all(is_scalar);
    }
    is_scalar(text)
}

fn is_scalar(text: &str) -> bool {
    let text = text.trim();
    let plain = |inner: &str| !inner.contains(['"', '\\']) && !inner.contains("${") && !inner.contains("%{");
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => plain(inner),
        None => matches!(text, "true" | "false" | "null") || text.parse::<f64>().is_ok_and(f64::is_finite),
    }
}

/// The head of the block, and behind it the argument that was left out.
fn inserted(line: &str, block: &str, name: &str, value: &Literal) -> Option<Vec<String>> {
    let trimmed = line.trim();
    let is_head = trimmed.ends_with('{') && trimmed.split([' ', '\t', '{']).next() == Some(block);
    let indent: String = line.chars().take_while(|char| char.is_whitespace()).collect();
    is_head.then(|| vec![line.to_owned(), format!("{indent}  {name} = {value}")])
}

/// One hunk that puts lines in the place of one.
fn hunk(file: &str, number: u32, old: &str, new: &[String]) -> String {
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    let old = [old];
    let mut text = format!("--- a/{file}\n+++ b/{file}\n");
    // Lines are counted from the one that is known.
    for op in similar::capture_diff_slices(Algorithm::Myers, &old, &new)
        .iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
    {
        let (from, to) = (op.old_range(), op.new_range());
        // A range without lines is named by the line before it.
        let range = |start: usize, len: usize| match len {
            0 => format!("{},0", number as usize + start - 1),
            1 => format!("{}", number as usize + start),
            _ => format!("{},{len}", number as usize + start),
        };
        text.push_str(&format!("@@ -{} +{} @@\n", range(from.start, from.len()), range(to.start, to.len())));
        for (mark, lines) in [('-', old.get(from)), ('+', new.get(to))] {
            for line in lines.unwrap_or_default() {
                text.push_str(&format!("{mark}{line}\n"));
            }
        }
    }
    text
}

/// The diff that makes a file.
pub fn new_file(path: &str, text: &str) -> String {
    let header = format!("b/{path}");
    TextDiff::from_lines("", text).unified_diff().header("/dev/null", &header).to_string()
}

/// A name for a block that no other block of its type has in the root module.
pub fn label(short: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let word: String = short.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect();
    let word = if word.starts_with(|char: char| char.is_ascii_alphabetic()) { word } else { format!("r_{word}") };
    let numbered = (2..).map(|at: u64| format!("{word}_{at}"));
    std::iter::once(word.clone()).chain(numbered).find(|label| !is_taken(label)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_read_back_as_it_was() {
        assert_eq!(quoted("a\"b\\c"), r#""a\"b\\c""#);
        assert_eq!(quoted("${x} %{y} $ {"), r#""$${x} %%{y} $ {""#);
        assert_eq!(quoted("\u{1}\n"), r#""\u0001\n""#);
        assert_eq!(Literal::List(vec!["a".into(), "b".into()]).to_string(), r#"["a", "b"]"#);
    }

    #[test]
    fn only_what_refers_to_nothing_is_a_literal() {
        for text in ["3", "true", "null", r#""a""#, r#"["a", "b",]"#, "[]", "-1.5"] {
            assert!(is_literal(text), "{text}");
        }
        for text in ["var.max", r#""${var.a}""#, r#"["a", var.b]"#, "a.b", "", r#""a" == "b""#, "1 + 2", "nan"] {
            assert!(!is_literal(text), "{text}");
        }
    }

    #[test]
    fn a_hunk_counts_from_its_line() {
        let one = hunk("a.tf", 7, "  x = 1", &["  x = 2".to_owned()]);
        assert_eq!(one, "--- a/a.tf\n+++ b/a.tf\n@@ -7 +7 @@\n-  x = 1\n+  x = 2\n");
        let more = hunk("a.tf", 7, "b {", &["b {".to_owned(), "  x = 2".to_owned()]);
        assert_eq!(more, "--- a/a.tf\n+++ b/a.tf\n@@ -7,0 +8 @@\n+  x = 2\n");
        let none = hunk("a.tf", 7, "  x = 1", &[]);
        assert_eq!(none, "--- a/a.tf\n+++ b/a.tf\n@@ -7 +6,0 @@\n-  x = 1\n");
    }

    #[test]
    fn a_label_is_an_identifier_that_is_free() {
        assert_eq!(label("a-b", |label| ["a_b", "a_b_2"].contains(&label)), "a_b_3");
        assert_eq!(label("9.x", |_| false), "r_9_x");
    }
}
