//! One process at a time: an advisory lock that ends with its process.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::error::FileError;
use super::folder::Folder;

/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    place: PathBuf,
    /// The folder of the lock, where taking the lock has made it.
    made: Vec<PathBuf>,
}

impl Lock {
    /// Waits for the lock with this path, up to ten seconds.
    ///
    /// # Errors
    /// A path that cannot be written to; another process that does not let go.
    pub fn take(folder: &Folder, path: &str) -> Result<Self, FileError> {
        Self::take_within(folder, path, PATIENCE)
    }

    pub(super) fn take_within(folder: &Folder, path: &str, patience: Duration) -> Result<Self, FileError> {
        let place = folder.place(path)?;
        let until = Instant::now() + patience;
        loop {
            let absent = folder.absent_folders(path);
            let above = place.parent().unwrap_or(folder.root());
            fs::create_dir_all(above).map_err(FileError::io(path, "given a folder"))?;
            let opened = File::options().create(true).truncate(false).write(true).open(&place);
            match opened.map(|file| (file.try_lock(), file)) {
                Ok((Ok(()), file)) if is_still_at(&file, &place) => {
                    let made = absent.iter().rev().filter_map(|path| folder.place(path).ok()).collect();
                    return Ok(Self { file, place, made });
                }
                // The one who held it has removed it: it is another file now.
                Ok((Ok(()) | Err(TryLockError::WouldBlock), _)) => {}
                // The folder may have been removed with the lock of another process.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Ok((Err(TryLockError::Error(error)), _)) | Err(error) => {
                    return Err(FileError::io(path, "locked")(error));
                }
            }
            if Instant::now() >= until {
                return Err(FileError::Busy(path.to_owned()));
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// Reads a file, changes its content and writes it, with no other update of it in between.
///
/// # Errors
/// Those of the change, of [`Lock::take`], and of reading and writing the file.
pub fn update<E: From<FileError>>(
    folder: &Folder,
    path: &str,
    change: impl FnOnce(Option<Vec<u8>>) -> Result<Vec<u8>, E>,
) -> Result<(), E> {
    let (above, name) = path.rsplit_once('/').map_or(("", path), |(above, name)| (above, name));
    let separator = if above.is_empty() { "" } else { "/" };
    let _lock = Lock::take(folder, &format!("{above}{separator}.{name}.lock"))?;
    let new = change(folder.read(path)?)?;
    Ok(folder.write(path, &new)?)
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is held: whoever waits for it sees that the name is gone, and makes it anew. Windows does not
        // tell one file from another that way, so there the file stays.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.place);
            for folder in &self.made {
                let _ = fs::remove_dir(folder);
            }
        }
        let _ = self.file.unlock();
    }
}

#[cfg(unix)]
fn is_still_at(file: &File, place: &std::path::Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::symlink_metadata(place)) {
        (Ok(held), Ok(there)) => held.dev() == there.dev() && held.ino() == there.ino(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_at(_: &File, place: &std::path::Path) -> bool {
    place.exists()
}
