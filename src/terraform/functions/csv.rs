//! `csvdecode`, as strict about quotes as Go is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::value::{Field, Type, Value, normalise};
use super::args::MAX_ELEMENTS;
use super::{Args, Context};

/// The next record, and what is left of the text; `None` at its end. Empty lines are no records.
fn record(text: &str) -> Result<Option<(Vec<String>, &str)>, String> {
    let mut rest = text;
    while let Some(after) = rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n")) {
        rest = after;
    }
    if rest.is_empty() {
        return Ok(None);
    }
    let mut fields = Vec::new();
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => plain_field(rest)?,
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => {
                let after = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n')).unwrap_or(after);
                return Ok(Some((fields, after)));
            }
        }
    }
}

fn plain_field(text: &str) -> Result<(String, &str), String> {
    let end = text.find([',', '\n']).unwrap_or(text.len());
    let (field, after) = text.split_at(end);
    if field.contains('"') {
        return Err("a quotation mark stands within a field".to_owned());
    }
    // A line may end with both characters.
    match field.strip_suffix('\r') {
        Some(field) if !after.starts_with(',') => Ok((field.to_owned(), after)),
        _ => Ok((field.to_owned(), after)),
    }
}

fn quoted_field(text: &str) -> Result<(String, &str), String> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"').ok_or("a quoted field does not end")?;
        field.push_str(&rest.get(..end).unwrap_or_default().replace("\r\n", "\n"));
        rest = rest.get(end + 1..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix('"') {
            field.push('"');
            rest = after;
            continue;
        }
        if !rest.is_empty() && !rest.starts_with([',', '\n']) && !rest.starts_with("\r\n") && rest != "\r" {
            return Err("text follows a quoted field".to_owned());
        }
        return Ok((field, rest.strip_prefix('\r').filter(|after| after.is_empty()).unwrap_or(rest)));
    }
}

/// A list of objects; the first record names their attributes.
pub(super) fn csvdecode(_: &Context<'_>, args: &Args) -> Result<Value, String> {
    let text = args.str(0)?;
    let (header, mut rest) = record(text)?.ok_or("the CSV has no header line")?;
    let names: Vec<Arc<str>> = header.iter().map(|name| normalise(name)).collect();
    let row_type: BTreeMap<Arc<str>, Field> =
        names.iter().map(|name| (name.clone(), Field::required(Type::String))).collect();
    if row_type.len() < names.len() {
        return Err("the CSV names a column twice".to_owned());
    }
    let mut rows = Vec::new();
    while let Some((fields, after)) = record(rest)? {
        if fields.len() != names.len() {
            return Err(format!("a line of the CSV has {} fields, and the header {}", fields.len(), names.len()));
        }
        if rows.len() >= MAX_ELEMENTS {
            return Err(format!("the CSV has more than {MAX_ELEMENTS} lines"));
        }
        rows.push(Value::object(names.iter().cloned().zip(fields.iter().map(|field| Value::string(field))).collect()));
        rest = after;
    }
    Ok(Value::list(Type::Object(Arc::new(row_type)), rows))
}
