//! Ini files, as pytest reads them.

use super::problem;
use super::settings::{Setting, Written};
use crate::model::declared::DiagnosticLevel;
use crate::model::{Diagnostic, SourceFile};

/// Key, lines of the value, line number.
type Entry = (String, Vec<String>, u32);
/// Name and entries.
type Section = (String, Vec<Entry>);

/// Sections with their entries, in order; an error is a reason for which pytest refuses the file, with its line.
fn sections(text: &str) -> Result<Vec<Section>, (u32, String)> {
    let mut sections: Vec<Section> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            match sections.last_mut().and_then(|(_, entries)| entries.last_mut()) {
                Some((_, lines, _)) => lines.push(trimmed.to_owned()),
                None => return Err((number, "a line is indented under nothing".to_owned())),
            }
        } else if let Some(name) = line.strip_prefix('[') {
            let name = name.split(['#', ';']).next().unwrap_or(name).trim_end();
            let Some(name) = name.strip_suffix(']') else { return Err((number, "a `]` is missing".to_owned())) };
            if sections.iter().any(|(known, _)| known == name) {
                return Err((number, format!("the section `{name}` stands twice")));
            }
            sections.push((name.to_owned(), Vec::new()));
        } else {
            let Some((key, value)) =
                trimmed.split_once('=').filter(|(key, _)| !key.contains(':')).or(trimmed.split_once(':'))
            else {
                return Err((number, "a line is neither a section nor a setting".to_owned()));
            };
            let (key, value) = (key.trim().to_owned(), value.trim());
            let Some((name, entries)) = sections.last_mut() else {
                return Err((number, "a setting stands before the first section".to_owned()));
            };
            if entries.iter().any(|(known, _, _)| *known == key) {
                return Err((number, format!("`{key}` stands twice in the section `{name}`")));
            }
            let lines = if value.is_empty() { Vec::new() } else { vec![value.to_owned()] };
            entries.push((key, lines, number));
        }
    }
    Ok(sections)
}

/// The settings of one section. `None` without the section; an error is why pytest does not start.
pub(super) fn section(file: &SourceFile, name: &str) -> Result<Option<Vec<Setting>>, Diagnostic> {
    let sections = sections(file.text()).map_err(|(line, reason)| {
        let text = format!("pytest does not start: `{}` is not a valid ini file: {reason}", file.path());
        problem(DiagnosticLevel::Error, text, file.line_origin(line))
    })?;
    let found = sections.into_iter().find(|(known, _)| known == name);
    Ok(found.map(|(_, entries)| {
        let one = |(key, lines, line)| Setting { key, value: Written::Text(lines), line };
        entries.into_iter().map(one).collect()
    }))
}

/// The settings of a `setup.cfg`, whose section has another name; the name of the others keeps pytest from starting.
pub(super) fn setup_cfg(file: &SourceFile) -> Result<Option<Vec<Setting>>, Diagnostic> {
    let found = section(file, "tool:pytest")?;
    if found.is_none() && section(file, "pytest")?.is_some() {
        let line =
            (1..).zip(file.text().lines()).find(|(_, line)| line.starts_with("[pytest]")).map_or(1, |(at, _)| at);
        let text =
            format!("pytest does not start: in `{}` its section is `[tool:pytest]`, not `[pytest]`", file.path());
        return Err(problem(DiagnosticLevel::Error, text, file.line_origin(line)));
    }
    Ok(found)
}

/// The settings of one section of an ini file: key, lines of its value, line number. `None` without the section, or
/// where the file is not valid.
pub fn ini_section(text: &str, section: &str) -> Option<Vec<Entry>> {
    sections(text).ok()?.into_iter().find(|(name, _)| name.trim() == section).map(|(_, entries)| entries)
}
