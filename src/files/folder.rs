//! Paths below one folder. No link leads out of it, neither when reading nor when writing.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::error::FileError;
use super::replace::{remove, replace};
use super::steps::step;

/// The largest file that is read.
pub(super) const MAX_BYTES: u64 = 64 << 20;

/// A folder that files are written below. Paths in it are relative, with `/`.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// A folder that exists.
    ///
    /// # Errors
    /// Where it does not.
    pub fn new(root: &Path) -> Result<Self, FileError> {
        let root = fs::canonicalize(root).map_err(FileError::io(root, "opened"))?;
        Ok(Self { root })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place of a path on the disk; it need not exist.
    ///
    /// # Errors
    /// A path that is not below the folder, or that a link leads out of it.
    pub fn place(&self, path: &str) -> Result<PathBuf, FileError> {
        let parts: Vec<&str> = path.split('/').collect();
        let is_plain = |part: &&str| {
            !part.is_empty() && !matches!(*part, "." | "..") && !part.contains(['\\', '\0']) && !has_drive(part)
        };
        if !parts.iter().all(is_plain) {
            return Err(FileError::Outside(path.to_owned()));
        }
        let mut place = self.root.clone();
        for part in parts {
            place.push(part);
            match fs::symlink_metadata(&place) {
                Ok(metadata) if metadata.file_type().is_symlink() => {
                    // A link that leads nowhere could lead anywhere once something is written through it.
                    place = fs::canonicalize(&place).map_err(|_| FileError::LinkOut(path.to_owned()))?;
                    if !place.starts_with(&self.root) {
                        return Err(FileError::LinkOut(path.to_owned()));
                    }
                }
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(FileError::io(path, "looked at")(error)),
            }
        }
        Ok(place)
    }

    /// The content of a file; `None` where there is none.
    ///
    /// # Errors
    /// As for [`place`](Self::place), and where the file cannot be read, is no regular file or too large.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        let place = self.place(path)?;
        let metadata = match fs::metadata(&place) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(FileError::io(path, "looked at")(error)),
        };
        if !metadata.is_file() {
            return Err(FileError::NotAFile(path.to_owned()));
        }
        let mut bytes = Vec::new();
        let file = File::open(&place).map_err(FileError::io(path, "opened"))?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(FileError::io(path, "read"))?;
        if bytes.len() as u64 > MAX_BYTES { Err(FileError::TooLarge(path.to_owned())) } else { Ok(Some(bytes)) }
    }

    /// Writes a file as a whole or not at all, and makes the folders above it.
    ///
    /// # Errors
    /// As for [`place`](Self::place) and [`replace`].
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let place = self.place(path)?;
        if let Some(folder) = place.parent().filter(|folder| !folder.is_dir()) {
            step().and_then(|()| fs::create_dir_all(folder)).map_err(FileError::io(path, "given a folder"))?;
        }
        replace(&place, bytes)
    }

    /// Removes a file that is there.
    ///
    /// # Errors
    /// As for [`place`](Self::place), and where the system refuses.
    pub fn remove(&self, path: &str) -> Result<(), FileError> {
        remove(&self.place(path)?)
    }

    /// Removes a folder where it is empty; anything else stays as it is.
    pub fn remove_if_empty(&self, path: &str) {
        if let Ok(place) = self.place(path) {
            let _ = fs::remove_dir(place);
        }
    }

    /// The folders above a path that do not exist yet, the topmost first.
    pub fn absent_folders(&self, path: &str) -> Vec<String> {
        let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
        above.filter(|folder| self.place(folder).is_ok_and(|place| !place.exists())).map(str::to_owned).collect()
    }
}

/// `C:` at the beginning of a part of a path means a drive on Windows.
fn has_drive(part: &str) -> bool {
    cfg!(windows) && part.contains(':')
}
