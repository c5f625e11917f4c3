//! Snapshots: a live state in a file.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::redaction;
use crate::model::LiveState;

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

/// Reads a snapshot. Secrets in it are taken out here as well: it may have been written by hand.
///
/// # Errors
/// Where the file cannot be read, is too large, is no JSON (or YAML, where its name says so), is no live state, or one of a newer version; with line
/// and column where there is one.
pub fn read(path: &Path) -> Result<LiveState, SnapshotError> {
    let fail = |problem: String| SnapshotError { path: path.to_owned(), problem };
    let bytes = bytes(path, MAX_BYTES).map_err(fail)?;
    let bytes = if is_yaml(path) { from_yaml(&bytes).map_err(|problem| fail(escaped(&problem)))? } else { bytes };
    let mut state = parse(&bytes).map_err(|problem| fail(escaped(&problem)))?;
    for answer in &mut state.answers {
        let items = std::mem::take(&mut answer.items);
        answer.items = items.into_iter().map(redaction::redacted).collect();
        answer.error = answer.error.take().map(redaction::redacted);
        answer.detail = redaction::message(&answer.detail);
    }
    for object in &mut state.storage {
        object.content = redaction::redacted(std::mem::take(&mut object.content));
        object.detail = redaction::message(&object.detail);
    }
    Ok(state)
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
    let file = File::open(path).map_err(cannot)?;
    if !file.metadata().map_err(cannot)?.is_file() {
        return Err("cannot be read: it is no file".to_owned());
    }
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
    if let Some((first, _)) = twice(&state) {
        return Err(format!("is no live state: it holds two answers of {first}"));
    }
    Ok(state)
}

/// A collection that has two answers, and its position: which of them would count?
fn twice(state: &LiveState) -> Option<(String, usize)> {
    let mut seen = std::collections::HashSet::new();
    let key = |at: usize| {
        let answer = state.answers.get(at)?;
        let region = answer.region.as_deref().unwrap_or("all regions");
        Some((format!("{} in {}/{region}", answer.api, answer.project), at))
    };
    let repeated = state.answers.iter().position(|answer| !seen.insert((answer.api, &answer.project, &answer.region)));
    repeated.and_then(key)
}

/// Writes a snapshot as a whole or not at all; a file that is there is replaced. Only its owner may read it.
///
/// # Errors
/// Where the folder or the file cannot be written.
pub fn write(path: &Path, state: &LiveState) -> Result<(), SnapshotError> {
    let fail =
        |problem: String| SnapshotError { path: path.to_owned(), problem: format!("cannot be written: {problem}") };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(|error| fail(error.to_string()))?;
    let mut out = BufWriter::new(file);
    serde_json::to_writer_pretty(&mut out, state).map_err(|error| fail(error.to_string()))?;
    out.write_all(b"\n").map_err(|error| fail(error.to_string()))?;
    let file = out.into_inner().map_err(|error| fail(error.to_string()))?;
    file.as_file().sync_all().map_err(|error| fail(error.to_string()))?;
    file.persist(path).map(|_| ()).map_err(|error| fail(error.error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::live::Answer;
    use crate::model::{Api, CoverageStatus};

    #[test]
    fn what_is_no_snapshot_is_told_with_its_place() {
        for (text, problem) in [
            ("", "is no JSON: EOF while parsing"),
            ("{\"format\": \"gcp-drift/live-state\",\n \"version\": 1,,}", "line 2 column 15"),
            ("[]", "it is no JSON object"),
            ("7", "it is no JSON object"),
            ("{}", "it has no format"),
            (r#"{"format": "other", "version": 1}"#, "its format is `other`"),
            (r#"{"format": "gcp-drift/live-state"}"#, "has no version"),
            (r#"{"format": "gcp-drift/live-state", "version": "1"}"#, "has no version"),
            (r#"{"format": "gcp-drift/live-state", "version": 0}"#, "has version 0, which never was"),
            (r#"{"format": "gcp-drift/live-state", "version": 2, "new": 1}"#, "use a newer gcp-drift"),
            ("{\"format\": \"gcp-drift/live-state\", \"version\": 1,\n\"answer\": []}", "unknown field `answer`"),
            (
                "{\"format\": \"gcp-drift/live-state\", \"version\": 1, \"answers\": [\n{\"api\": \"run.jobs2\"}]}",
                "at line 2 column",
            ),
        ] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }

    #[test]
    fn a_problem_quotes_no_escape_codes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.json");
        for text in [
            r#"{"format": "x\u001b[31m\nforged", "version": 1}"#,
            r#"{"format": "gcp-drift/live-state", "version": 1, "\u001b[2J": 1}"#,
        ] {
            std::fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains("\\u{1b}[") && !error.contains(char::is_control), "{error:?}");
        }
    }

    #[test]
    fn two_answers_of_one_collection_are_refused() {
        let answer = r#"{"api": "run.services", "project": "p", "region": "r"}"#;
        let text = format!(r#"{{"format": "gcp-drift/live-state", "version": 1, "answers": [{answer}, {answer}]}}"#);
        assert!(parse(text.as_bytes()).unwrap_err().ends_with("it holds two answers of run.services in p/r"));
    }

    #[test]
    fn a_file_that_is_too_large_or_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.json");
        std::fs::write(&path, "0123456789").unwrap();
        assert_eq!(bytes(&path, 10).unwrap().len(), 10);
        assert_eq!(bytes(&path, 9).unwrap_err(), "is larger than 9 bytes");
        assert!(bytes(folder.path(), 9).is_err());
        let error = read(&folder.path().join("none.json")).unwrap_err().to_string();
        assert!(error.contains("none.json cannot be read: "), "{error}");
    }

    #[test]
    fn what_is_written_is_read_back_without_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        std::fs::write(&path, "old").unwrap();
        let answer = Answer {
            api: Api::RunServices,
            project: "p".into(),
            region: Some("r".into()),
            of: None,
            time: None,
            status: CoverageStatus::Answered,
            http_status: Some(200),
            detail: "password=x".into(),
            items: vec![serde_json::json!({"env": [{"name": "A", "value": "x"}]})],
            unreachable: vec![],
            error: None,
        };
        let mut state = LiveState {
            format: LiveState::FORMAT.into(),
            version: LiveState::VERSION,
            answers: vec![answer],
            ..LiveState::default()
        };
        write(&path, &state).unwrap();
        state.answers[0].items = vec![serde_json::json!({"env": [{"name": "A", "value": "[redacted]"}]})];
        state.answers[0].detail = "password=[redacted]".into();
        assert_eq!(read(&path).unwrap(), state);
        assert!(write(&folder.path().join("no/such/folder.json"), &state).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
    }
}
