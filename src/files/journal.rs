//! Several files in one action. What is to be done is written down first, in one file: before that all files are old,
//! after it the next run finishes the action, wherever it was cut off.

use serde::{Deserialize, Serialize};

use super::error::FileError;
use super::folder::Folder;
use super::lock::Lock;
use super::replace::sweep;

/// The version of the journal's format.
const VERSION: u32 = 1;

/// What happens to one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its path.
    pub path: String,
    /// Its content before; `None` where there is no file.
    #[serde(with = "content")]
    pub before: Option<Vec<u8>>,
    /// Its content afterwards; `None` where there shall be no file.
    #[serde(with = "content")]
    pub after: Option<Vec<u8>>,
    /// Folders that come into being with the file, or go with it where they are empty, the topmost first.
    pub folders: Vec<String>,
}

impl Change {
    /// A change of a file as it is now.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn to(folder: &Folder, path: &str, after: Option<Vec<u8>>) -> Result<Self, FileError> {
        let before = folder.read(path)?;
        let folders = if before.is_none() { folder.absent_folders(path) } else { Vec::new() };
        Ok(Self { path: path.to_owned(), before, after, folders })
    }

    /// What undoes it.
    fn reversed(&self) -> Self {
        let (before, after) = (self.after.clone(), self.before.clone());
        Self { path: self.path.clone(), before, after, folders: self.folders.clone() }
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    version: u32,
    changes: Vec<Change>,
}

/// The journal of a folder, held by one process at a time.
#[derive(Debug)]
pub struct Journal {
    folder: Folder,
    path: String,
    // Removed last.
    _lock: Lock,
}

impl Journal {
    /// Takes the journal that lies in `below`, and finishes what an earlier run has left unfinished.
    ///
    /// # Errors
    /// A lock that another process holds, a journal that cannot be understood, a file that has changed since.
    pub fn open(folder: &Folder, below: &str) -> Result<Self, FileError> {
        let lock = Lock::take(folder, &format!("{below}/lock"))?;
        let journal = Self { folder: folder.clone(), path: format!("{below}/journal.json"), _lock: lock };
        if let Some(changes) = journal.read()? {
            for change in &changes {
                sweep(&folder.place(&change.path)?);
            }
            journal.apply(&changes)?;
        }
        sweep(&folder.place(&journal.path)?);
        Ok(journal)
    }

    /// True where a run was cut off, and the next [`open`](Self::open) changes files.
    pub fn is_pending(folder: &Folder, below: &str) -> bool {
        folder.place(&format!("{below}/journal.json")).is_ok_and(|place| place.exists())
    }

    /// Makes all changes, or none of them.
    ///
    /// # Errors
    /// A file that is not as a change says, or that cannot be written. Then all files are as they were, unless the error
    /// is [`FileError::Unfinished`].
    pub fn run(&self, changes: &[Change]) -> Result<(), FileError> {
        for change in changes {
            if self.folder.read(&change.path)? != change.before {
                return Err(FileError::Changed(change.path.clone()));
            }
        }
        let written = Written { version: VERSION, changes: changes.to_vec() };
        let text = serde_json::to_vec(&written)
            .map_err(|error| FileError::Journal { path: self.path.clone(), why: error.to_string() })?;
        self.folder.write(&self.path, &text)?;
        self.apply(changes)
    }

    fn read(&self) -> Result<Option<Vec<Change>>, FileError> {
        let failed = |why: String| FileError::Journal { path: self.path.clone(), why };
        let Some(bytes) = self.folder.read(&self.path)? else { return Ok(None) };
        let written: Written = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
        if written.version != VERSION {
            return Err(failed(format!("it has the version {}, not {VERSION}", written.version)));
        }
        Ok(Some(written.changes))
    }

    fn apply(&self, changes: &[Change]) -> Result<(), FileError> {
        let made = changes.iter().try_for_each(|change| self.make(change));
        if let Err(cause) = made {
            let undone = changes.iter().rev().try_for_each(|change| self.make(&change.reversed()));
            return match undone.and_then(|()| self.folder.remove(&self.path)) {
                Ok(()) => Err(cause),
                Err(_) => Err(FileError::Unfinished { cause: Box::new(cause), journal: self.path.clone() }),
            };
        }
        let unfinished = |cause| FileError::Unfinished { cause: Box::new(cause), journal: self.path.clone() };
        self.folder.remove(&self.path).map_err(unfinished)
    }

    /// Makes a change that may have been made already.
    fn make(&self, change: &Change) -> Result<(), FileError> {
        let now = self.folder.read(&change.path)?;
        if now != change.after {
            if now != change.before {
                return Err(FileError::Changed(change.path.clone()));
            }
            match &change.after {
                Some(bytes) => self.folder.write(&change.path, bytes)?,
                None => self.folder.remove(&change.path)?,
            }
        }
        if change.after.is_none() {
            change.folders.iter().rev().for_each(|path| self.folder.remove_if_empty(path));
        }
        Ok(())
    }
}

/// Bytes in JSON.
mod content {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(content: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        match content {
            Some(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        text.map(|text| STANDARD.decode(text).map_err(D::Error::custom)).transpose()
    }
}
