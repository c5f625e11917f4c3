//! Snapshots: a live state in a file.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::redaction;
use crate::model::{AllowedVariables, Api, LiveState};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// A snapshot that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{} {problem}", display(.path))]
pub struct SnapshotError {
    /// The file.
    pub path: PathBuf,
    /// A lower-case fragment that reads after the file's name.
    pub problem: String,
}

fn display(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// One line without what steers a terminal: a problem quotes words of the file.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() { out.extend(char.escape_default()) } else { out.push(char) }
    }
    out
}

/// The two keys that every version has.
#[derive(Deserialize)]
struct Header {
    format: Option<Value>,
    version: Option<Value>,
}

/// Reads a snapshot. Secrets in it are taken out here as well: it may have been written by hand. Those of a snapshot
/// that was redacted with another key get plain marks, as its hashes must not be mixed with those of this run. Of the
/// variables that are allowed, what they lead to stays.
///
/// # Errors
/// Where the file cannot be read, is too large, is no JSON (or YAML, where its name says so), is no live state, or one
/// of a newer version; with line and column where there is one.
pub fn read(path: &Path, allowed: &AllowedVariables) -> Result<LiveState, SnapshotError> {
    let fail = |problem: String| SnapshotError { path: path.to_owned(), problem };
    let bytes = bytes(path, MAX_BYTES).map_err(fail)?;
    let told = |problem: String| fail(escaped(&redaction::message(&problem)));
    let bytes = if is_yaml(path) { from_yaml(&bytes).map_err(told)? } else { bytes };
    let mut state = parse(&bytes).map_err(told)?;
    let own = redaction::key_id();
    let redacted = match &state.redaction_key {
        Some(_) if state.redaction_key != own => redaction::plainly_redacted,
        _ => redaction::redacted,
    };
    let item = |api, item| redaction::keeping(api, allowed, item, redacted);
    each_body(&mut state, item, redacted, redaction::message);
    state.redaction_key = state.redaction_key.or(own);
    Ok(state)
}

/// Reads a snapshot whose answers will be redacted once more, with the key of this run: an emulator serves them. Hashes
/// that were made with another key become plain marks, as nothing in an answer tells whose they are.
///
/// # Errors
/// As for [`read`].
pub fn read_to_serve(path: &Path, allowed: &AllowedVariables) -> Result<LiveState, SnapshotError> {
    let mut state = read(path, allowed)?;
    if state.redaction_key != redaction::key_id() {
        let body = redaction::without_hashes;
        each_body(&mut state, |_, item| body(item), body, str::to_owned);
    }
    Ok(state)
}

/// Changes everything in a state that may hold a secret.
fn each_body(
    state: &mut LiveState,
    item: impl Fn(Api, Value) -> Value,
    body: impl Fn(Value) -> Value,
    message: impl Fn(&str) -> String,
) {
    for answer in &mut state.answers {
        let items = std::mem::take(&mut answer.items);
        answer.items = items.into_iter().map(|own| item(answer.api, own)).collect();
        answer.error = answer.error.take().map(&body);
        answer.detail = message(&answer.detail);
    }
    for object in &mut state.storage {
        object.content = body(std::mem::take(&mut object.content));
        object.detail = message(&object.detail);
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn from_yaml(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is no YAML: it is not UTF-8".to_owned())?;
    Ok(super::yaml::value(text)?.to_string().into_bytes())
}

fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    // Opening a pipe would wait for its writer.
    if !std::fs::metadata(path).map_err(cannot)?.is_file() {
        return Err("cannot be read: it is no file".to_owned());
    }
    let file = File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    // The size that the system tells may change while reading.
    BufReader::new(file).take(most + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > most {
        return Err(format!("is larger than {most} bytes"));
    }
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> Result<LiveState, String> {
    let header: Header = serde_json::from_slice(bytes).map_err(|error| {
        if error.is_data() {
            "is no live state: it is no JSON object".to_owned()
        } else {
            format!("is no JSON: {error}")
        }
    })?;
    let version = match (&header.format, &header.version) {
        (Some(Value::String(format)), _) if format != LiveState::FORMAT => {
            return Err(format!("is no live state: its format is `{format}`, not `{}`", LiveState::FORMAT));
        }
        (Some(Value::String(_)), Some(Value::Number(version))) => version.as_u64(),
        (Some(Value::String(_)), _) => None,
        _ => return Err(format!("is no live state: it has no format `{}`", LiveState::FORMAT)),
    };
    match version {
        Some(version) if version == u64::from(LiveState::VERSION) => {}
        Some(version) if version > u64::from(LiveState::VERSION) => {
            let own = LiveState::VERSION;
            return Err(format!("has version {version}; this program reads version {own}: use a newer gcp-drift"));
        }
        Some(version) => return Err(format!("has version {version}, which never was")),
        None => return Err("has no version".to_owned()),
    }
    let state: LiveState = serde_json::from_slice(bytes).map_err(|error| format!("is no live state: {error}"))?;
    match twice(&state) {
        Some(repeated) => Err(format!("is no live state: it holds two answers of {repeated}")),
        None => Ok(state),
    }
}

/// A collection that has two answers, with their positions: which of them would count?
fn twice(state: &LiveState) -> Option<String> {
    let mut seen = std::collections::HashMap::new();
    state.answers.iter().enumerate().find_map(|(at, answer)| {
        let key = (answer.api, &answer.project, &answer.region, &answer.of);
        let first = seen.insert(key, at)?;
        let region = answer.region.as_deref().unwrap_or("all regions");
        let of = answer.of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default();
        let place = format!("{}{of} in {}/{region}", answer.api, answer.project);
        Some(format!("{place}, number {} and {}", first + 1, at + 1))
    })
}

/// Writes a snapshot as a whole or not at all; a file that is there is replaced. Only its owner may read it.
///
/// # Errors
/// Where the folder or the file cannot be written.
pub fn write(path: &Path, state: &LiveState) -> Result<(), SnapshotError> {
    replace(path, |out| {
        serde_json::to_writer_pretty(&mut *out, state)?;
        out.write_all(b"\n")
    })
}

/// Puts a new file in the place of another in one step, once all of it is on the disk.
fn replace(path: &Path, content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), SnapshotError> {
    let written = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut out = BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
        content(&mut out)?;
        let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(path).map(|_| ()).map_err(|error| error.error)
    };
    written().map_err(|error| SnapshotError { path: path.to_owned(), problem: format!("cannot be written: {error}") })
}

#[cfg(test)]
mod tests;
