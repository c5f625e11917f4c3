//! What a restore has written, and its undoing: exactly that, and only where nobody has changed it since.

use serde::{Deserialize, Serialize};

use super::STATE;
use super::plan::Plan;
use crate::files::{Change, FileError, Folder, Journal, sha256};

/// The version of the record's format.
const VERSION: u32 = 1;
/// The most records that are listed.
const MAX_RECORDS: usize = 10_000;

/// A record, `.gcp-drift/restores/ID.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    schema_version: u32,
    /// Its name, which begins with the time.
    pub id: String,
    /// The classes that were restored.
    pub classes: Vec<RecordedClass>,
    /// The files that were written.
    pub files: Vec<RecordedFile>,
}

/// A class that was restored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedClass {
    /// Its name.
    pub name: String,
    /// The backup, with the line.
    pub from: String,
    /// The file that it went into.
    pub to: String,
}

/// A file that was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedFile {
    /// Its path.
    pub path: String,
    /// SHA-256 of its content before; `None` where there was no file.
    pub before_sha256: Option<String>,
    /// SHA-256 of its content afterwards.
    pub after_sha256: String,
    /// What undoes it, and was done.
    change: Change,
}

/// Why nothing was undone.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// There is no such record.
    #[error("there is no restore `{0}`")]
    Unknown(String),
    /// There is no record at all.
    #[error("no restore is recorded")]
    None,
    /// A file is not as the restore has left it.
    #[error("{path} has changed since the restore {id}: nothing was undone")]
    Changed {
        /// The file.
        path: String,
        /// The restore.
        id: String,
    },
    /// A record that cannot be understood.
    #[error("the record {path} cannot be read: {why}")]
    Broken {
        /// The record.
        path: String,
        /// Why not.
        why: String,
    },
    /// The disk refused.
    #[error(transparent)]
    File(#[from] FileError),
}

fn path_of(id: &str) -> String {
    format!("{STATE}/restores/{id}.json")
}

/// Writes what a plan says, and its record, in one action. Gives the record's id.
///
/// # Errors
/// A file that has changed since the plan was made, or cannot be written: then nothing is.
pub fn apply(folder: &Folder, journal: &Journal, plan: &Plan, now: jiff::Timestamp) -> Result<String, FileError> {
    let mut id = now.strftime("%Y%m%dT%H%M%S.%6fZ").to_string();
    while folder.read(&path_of(&id))?.is_some() {
        id.push('+');
    }
    let mut changes = Vec::new();
    let mut files = Vec::new();
    for (path, (before, after)) in &plan.files {
        let change = Change::to(folder, path, Some(after.clone()))?;
        if change.before != *before {
            return Err(FileError::Changed(path.clone()));
        }
        files.push(RecordedFile {
            path: path.clone(),
            before_sha256: before.as_deref().map(sha256),
            after_sha256: sha256(after),
            // What it wrote is in the file itself.
            change: Change { after: None, ..change.clone() },
        });
        changes.push(change);
    }
    let place = |origin: &crate::model::Origin| {
        origin.source().map(|span| format!("{}:{}", span.file, span.start.line)).unwrap_or_default()
    };
    let classes = plan.restored.iter();
    let classes = classes.map(|restored| RecordedClass {
        name: restored.class.clone(),
        from: place(&restored.from),
        to: restored.to.clone(),
    });
    let record = Record { schema_version: VERSION, id: id.clone(), classes: classes.collect(), files };
    let path = path_of(&id);
    let text = serde_json::to_vec_pretty(&record)
        .map_err(|error| FileError::Journal { path: path.clone(), why: error.to_string() })?;
    // The record goes first: whatever is written can be undone.
    changes.insert(0, Change::to(folder, &path, Some(text))?);
    journal.run(&changes)?;
    Ok(id)
}

/// The records, oldest first.
///
/// # Errors
/// A record that cannot be read.
pub fn list(folder: &Folder) -> Result<Vec<Record>, RollbackError> {
    let place = folder.place(&format!("{STATE}/restores"))?;
    let Ok(entries) = std::fs::read_dir(place) else { return Ok(Vec::new()) };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut ids: Vec<String> =
        names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).take(MAX_RECORDS).collect();
    ids.sort();
    ids.iter().map(|id| read(folder, id)).collect()
}

fn read(folder: &Folder, id: &str) -> Result<Record, RollbackError> {
    let path = path_of(id);
    let broken = |why: String| RollbackError::Broken { path: path.clone(), why };
    let bytes = folder.read(&path)?.ok_or_else(|| RollbackError::Unknown(id.to_owned()))?;
    let record: Record = serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
    match record.schema_version {
        VERSION => Ok(record),
        other => Err(broken(format!("it has the version {other}, not {VERSION}"))),
    }
}

/// Undoes a restore, the last one where none is named, and removes its record. Gives the record.
///
/// # Errors
/// No such restore, or a file that is not as it has left it: then nothing is undone.
pub fn rollback(folder: &Folder, journal: &Journal, id: Option<&str>) -> Result<Record, RollbackError> {
    let record = match id {
        Some(id) => read(folder, id)?,
        None => list(folder)?.pop().ok_or(RollbackError::None)?,
    };
    let mut changes = Vec::new();
    for file in &record.files {
        let now = folder.read(&file.path)?;
        let as_left = now.as_deref().map(sha256).as_deref() == Some(&file.after_sha256);
        let before_is_whole = file.change.before.as_deref().map(sha256) == file.before_sha256;
        if !as_left {
            return Err(RollbackError::Changed { path: file.path.clone(), id: record.id.clone() });
        }
        if !before_is_whole || file.change.path != file.path {
            let why = format!("what it keeps of {} is not what it was", file.path);
            return Err(RollbackError::Broken { path: path_of(&record.id), why });
        }
        let (before, after) = (now, file.change.before.clone());
        changes.push(Change { before, after, ..file.change.clone() });
    }
    changes.push(Change::to(folder, &path_of(&record.id), None)?);
    journal.run(&changes)?;
    Ok(record)
}

/// Removes the folders of the records where they are empty.
pub fn tidy(folder: &Folder) {
    folder.remove_if_empty(&format!("{STATE}/restores"));
    folder.remove_if_empty(STATE);
}
