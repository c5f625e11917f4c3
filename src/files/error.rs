//! What can go wrong with a file that is to be written.

use std::io;
use std::path::Path;

/// Why a file was not written. The texts name paths as the caller gave them.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// An absolute path, or one with `..`.
    #[error("`{0}` is no path below the folder that may be written to")]
    Outside(String),
    /// A link on the way leads out of the folder.
    #[error("`{0}` leads out of the folder through a symbolic link")]
    LinkOut(String),
    /// Something that is no regular file stands there.
    #[error("`{0}` is no regular file")]
    NotAFile(String),
    /// Its permissions forbid to write to it.
    #[error("`{0}` is read-only")]
    ReadOnly(String),
    /// It is larger than what is read.
    #[error("`{0}` is larger than {limit} MiB", limit = folder_limit())]
    TooLarge(String),
    /// Its content is not what the action was made for.
    #[error("`{0}` has changed since")]
    Changed(String),
    /// Another process holds the lock for too long.
    #[error("another run holds the lock `{0}`")]
    Busy(String),
    /// The journal of an earlier action cannot be understood.
    #[error("the journal `{path}` cannot be read: {why}")]
    Journal {
        /// Its path.
        path: String,
        /// Why not.
        why: String,
    },
    /// An action failed, and what it had done could not be undone: the journal is still there.
    #[error("{cause}; the next run finishes what `{journal}` describes; without that file all stays as it is now")]
    Unfinished {
        /// What failed.
        cause: Box<Self>,
        /// The journal.
        journal: String,
    },
    /// The system refused.
    #[error("`{path}` could not be {doing}: {source}")]
    Io {
        /// The path.
        path: String,
        /// What was tried, as a participle.
        doing: &'static str,
        /// The answer of the system.
        source: io::Error,
    },
}

impl FileError {
    pub(super) fn io(path: impl AsRef<Path>, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().display().to_string();
        move |source| Self::Io { path, doing, source }
    }
}

fn folder_limit() -> u64 {
    super::folder::MAX_BYTES >> 20
}
