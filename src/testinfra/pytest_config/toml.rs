//! TOML files, as pytest 8 and 9 read them.

use toml_span::value::ValueInner;

use super::settings::{Setting, Written};
use super::{PytestConfig, problem};
use crate::model::declared::DiagnosticLevel;
use crate::model::{Diagnostic, SourceFile};

fn parse(file: &SourceFile) -> Result<toml_span::Value<'_>, Diagnostic> {
    toml_span::parse(file.text()).map_err(|error| {
        let text = format!("pytest does not start: `{}` is not valid TOML: {}", file.path(), error.kind);
        problem(DiagnosticLevel::Error, text, file.origin(error.span.start..error.span.end))
    })
}

/// The settings of `pytest.toml`, which counts even where it is empty.
pub(super) fn native(file: &SourceFile) -> Result<Vec<Setting>, Diagnostic> {
    let value = parse(file)?;
    let Some(top) = value.as_table() else { return Ok(Vec::new()) };
    if let Some(table) = top.get("pytest").and_then(|table| table.as_table()) {
        return Ok(entries(table, file, &[], true));
    }
    match top.iter().find(|(_, value)| value.as_table().is_none()) {
        Some((key, _)) => {
            let text = format!("pytest does not start: `{}` of `{}` is outside of `[pytest]`", key.name, file.path());
            Err(problem(DiagnosticLevel::Error, text, file.origin(key.span.start..key.span.end)))
        }
        None => Ok(Vec::new()),
    }
}

/// The settings of `pyproject.toml`. Which of its two tables counts depends on the generation of pytest.
pub(super) fn project(file: &SourceFile, config: &mut PytestConfig) -> Result<Option<Vec<Setting>>, Diagnostic> {
    let value = parse(file)?;
    let Some(native) = value.pointer("/tool/pytest").and_then(|table| table.as_table()) else { return Ok(None) };
    let old = native.get("ini_options").and_then(|table| table.as_table());
    let new = native.iter().find(|(key, _)| key.name != "ini_options").map(|(key, _)| key.span);
    let place = |span: toml_span::Span| file.origin(span.start..span.end);
    match (old, new) {
        (Some(old), Some(span)) if !old.is_empty() && config.generation != Some(8) => {
            let text = "pytest 9 does not start: `[tool.pytest]` has settings beside `[tool.pytest.ini_options]`";
            let refusal = problem(DiagnosticLevel::Error, text, place(span));
            if config.generation == Some(9) {
                return Err(refusal);
            }
            config.diagnostics.push(refusal);
            Ok(Some(entries(old, file, &[], false)))
        }
        (_, Some(span)) if config.generation != Some(8) => {
            if config.generation.is_none() {
                let text = "pytest 8 does not read `[tool.pytest]`, and nothing says that pytest 9 is used";
                config.diagnostics.push(problem(DiagnosticLevel::Warning, text, place(span)));
            }
            Ok(Some(entries(native, file, &["ini_options"], true)))
        }
        (Some(old), new) => {
            if let Some(span) = new {
                let text = "pytest 8 does not read `[tool.pytest]`: its settings have no effect";
                config.diagnostics.push(problem(DiagnosticLevel::Warning, text, place(span)));
            }
            Ok(Some(entries(old, file, &[], false)))
        }
        (None, Some(span)) => {
            let text = "pytest 8 does not read `[tool.pytest]`: its settings have no effect";
            config.diagnostics.push(problem(DiagnosticLevel::Warning, text, place(span)));
            Ok(None)
        }
        (None, None) => Ok(None),
    }
}

/// The entries of a table; `typed` where a value has to have the type of its setting.
fn entries(table: &toml_span::value::Table<'_>, file: &SourceFile, without: &[&str], typed: bool) -> Vec<Setting> {
    let wanted = table.iter().filter(|(key, _)| !without.contains(&&*key.name));
    let mut found: Vec<Setting> = wanted
        .map(|(key, value)| Setting {
            key: key.name.to_string(),
            value: written(value, typed),
            line: file.position(key.span.start).line,
        })
        .collect();
    found.sort_by_key(|setting| setting.line);
    found
}

fn written(value: &toml_span::Value<'_>, typed: bool) -> Written {
    match value.as_ref() {
        ValueInner::Array(list) => {
            let texts: Option<Vec<String>> = list.iter().map(|entry| entry.as_str().map(str::to_owned)).collect();
            texts.map_or(Written::Other, Written::List)
        }
        ValueInner::String(text) if typed => Written::Typed(text.to_string()),
        ValueInner::String(text) => Written::Text(text.lines().map(str::to_owned).collect()),
        ValueInner::Boolean(flag) => Written::Flag(*flag),
        ValueInner::Integer(number) => Written::Text(vec![number.to_string()]),
        _ => Written::Other,
    }
}
