//! What gcloud printed (`--format json`) → a live state.
//!
//! | file | subject |
//! | --- | --- |
//! | `files`, `yaml` | which files are read, within limits, and the documents in them |
//! | `recognise` | what an object is, by what it holds |
//! | `knative` | the v1 form, which gcloud prints, in the v2 form, which the inventory reads |
//! | `audit_log` | resources in entries of Cloud Audit Logs |
//! | `age` | which of two descriptions is the newer one |
//! | `assemble` | descriptions → answers, with what of each collection was really listed |
//!
//! What is absent was not asked. A list answers its collection for the projects and regions that appear in it, and for
//! no other; a single description answers nothing, and neither does an empty list.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::live::redaction;
use crate::model::{AllowedVariables, LiveState};
use assemble::{Assembly, Form};
use recognise::Known;

mod age;
mod assemble;
mod audit_log;
mod fields;
mod files;
mod knative;
mod recognise;
mod yaml;

/// Output of gcloud that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("{} {problem}", .path.display().to_string().replace('\\', "/"))]
pub struct GcloudError {
    /// The file or folder.
    pub path: PathBuf,
    /// A lower-case fragment that reads after the path.
    pub problem: String,
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Printed {
    /// The answers, secrets redacted.
    pub state: LiveState,
    /// The files that count, by name.
    pub files: Vec<String>,
    /// What does not count and why, one sentence a file.
    pub notes: Vec<String>,
}

impl Printed {
    /// The files that count, and what does not, in one line.
    pub fn description(&self, path: &str) -> String {
        let files = if self.files.is_empty() { "nothing".to_owned() } else { few(&self.files, ", ") };
        let notes = if self.notes.is_empty() { String::new() } else { format!("; {}", few(&self.notes, "; ")) };
        format!("what gcloud printed, in {path}: {files}{notes}")
    }

    /// Why a collection that is in no file was not asked.
    pub fn reason(&self) -> String {
        let notes = if self.notes.is_empty() { String::new() } else { format!(" ({})", few(&self.notes, "; ")) };
        format!("no file holds what gcloud prints of it{notes}")
    }
}

/// The first of many.
fn few(texts: &[String], separator: &str) -> String {
    /// As many as are named.
    const MOST: usize = 12;
    let shown = texts.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(separator);
    if texts.len() <= MOST { shown } else { format!("{shown}{separator}and {} more", texts.len() - MOST) }
}

/// Reads a file, or the files of a folder. `project_numbers` maps project ids to numbers, as far as known: the v1 form
/// names a project by number. Of `variables` it is kept where they lead.
///
/// # Errors
/// Where the path cannot be read, or no file in it. A file that is broken is told, and the others still count.
pub fn read(
    path: &Path,
    project_numbers: &BTreeMap<String, String>,
    variables: &AllowedVariables,
) -> Result<Printed, GcloudError> {
    let fail = |problem: String| GcloudError { path: path.to_owned(), problem: one_line(&problem) };
    let sources = files::read(path, &files::Limits::default()).map_err(fail)?;
    let mut assembly = Assembly::new(project_numbers, variables);
    let mut readable = false;
    let mut first_problem = None;
    for source in sources {
        let name = one_line(&source.name);
        match source.documents {
            Ok(documents) => {
                readable = true;
                let file = assembly.file(name);
                documents.into_iter().for_each(|document| take(&mut assembly, file, document));
            }
            Err(problem) => {
                let note = format!("{name} {problem}");
                first_problem.get_or_insert_with(|| note.clone());
                assembly.note(note);
            }
        }
    }
    match first_problem {
        Some(problem) if !readable => Err(fail(format!("holds nothing that can be read: {problem}"))),
        _ => Ok(assembly.finish()),
    }
}

/// Takes one document: a list, or one object. `jq -s` makes lists of lists.
fn take(assembly: &mut Assembly<'_>, file: usize, document: Value) {
    match document {
        Value::Array(items) if items.is_empty() => {
            assembly
                .note_of(file, "is an empty list, which does not tell of what (gcloud prints one also where it fails)");
        }
        Value::Array(items) if items.iter().any(Value::is_array) => {
            items.into_iter().for_each(|item| take(assembly, file, item));
        }
        Value::Array(items) => list(assembly, file, items),
        document => {
            object(assembly, file, &document, recognise::recognise(&document), Form::Single);
        }
    }
}

/// A list answers its collection. gcloud prints one collection a list: what holds several was put together by hand.
fn list(assembly: &mut Assembly<'_>, file: usize, items: Vec<Value>) {
    let known: Vec<Result<Known, String>> = items.iter().map(recognise::recognise).collect();
    let apis = known.iter().filter_map(|known| match known {
        Ok(Known::Resource(resource)) => Some(resource.api),
        _ => None,
    });
    let one_collection = apis.collect::<BTreeSet<_>>().len() <= 1;
    let form = if one_collection { Form::List(assembly.begin_list(file)) } else { Form::Single };
    for (known, item) in known.into_iter().zip(&items) {
        object(assembly, file, item, known, form);
    }
}

fn object(assembly: &mut Assembly<'_>, file: usize, value: &Value, known: Result<Known, String>, form: Form) {
    match known {
        Ok(Known::Resource(resource)) => assembly.resource(file, *resource, form),
        Ok(Known::Project { id, number }) => assembly.project(file, id, number),
        Ok(Known::LogEntry) => assembly.log_entry(file, audit_log::entry(value)),
        Err(problem) => assembly.unread(file, &problem, form),
    }
}

/// One line without secrets and without what steers a terminal, and not endlessly long.
fn one_line(text: &str) -> String {
    /// Characters that are kept.
    const MOST: usize = 300;
    let text = redaction::message(text);
    let mut line: String =
        text.chars().take(MOST).map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect();
    if text.chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests;
