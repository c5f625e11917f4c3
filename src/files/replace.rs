//! One file: written beside its place, flushed to the disk, then moved there.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::error::FileError;
use super::steps::step;

/// How often a file is written anew whose temporary file was taken away by another process.
const ATTEMPTS: usize = 3;
/// What the names of temporary files end with.
const SUFFIX: &str = ".gcp-drift-new";

/// Writes a file in one step: whoever reads it sees the old or the new content, never half of it, also after a crash.
/// Its permissions are kept. A symbolic link stays one, and the file that it leads to is written.
///
/// # Errors
/// A folder that is not there, a path that is no regular file or is read-only, a disk that is full.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let path = &followed(path)?;
    let old = match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(FileError::NotAFile(path.display().to_string())),
        Ok(metadata) if metadata.permissions().readonly() => {
            return Err(FileError::ReadOnly(path.display().to_string()));
        }
        Ok(metadata) => Some(metadata.permissions()),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(FileError::io(path, "looked at")(error)),
    };
    sweep(path);
    let mut attempt = 1;
    loop {
        match put(path, bytes, old.as_ref()) {
            Err(error) if error.kind() == ErrorKind::NotFound && attempt < ATTEMPTS => attempt += 1,
            result => return result.map_err(FileError::io(path, "written")),
        }
    }
}

fn put(path: &Path, bytes: &[u8], old: Option<&fs::Permissions>) -> io::Result<()> {
    let folder = folder_of(path);
    step()?;
    let mut temporary = create(path, folder)?;
    // Held until the file is in its place: a temporary file that nobody holds is left over, and may be swept away. Where
    // a file system has no locks, nothing is swept away either.
    let _ = temporary.as_file().lock();
    step()?;
    temporary.write_all(bytes)?;
    if let Some(permissions) = old {
        temporary.as_file().set_permissions(permissions.clone())?;
    }
    temporary.as_file().sync_all()?;
    step()?;
    temporary.persist(path).map_err(|error| error.error)?;
    // The file is in its place: what fails from here on does not change that.
    let _ = sync_folder(folder);
    Ok(())
}

fn create(path: &Path, folder: &Path) -> io::Result<NamedTempFile> {
    let prefix = prefix(path);
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(SUFFIX);
    // As for any new file, the process's mask takes away from this.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Removes temporary files of this path that a killed process has left.
pub(super) fn sweep(path: &Path) {
    let prefix = prefix(path);
    let Ok(entries) = fs::read_dir(folder_of(path)) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_ours = name.starts_with(&prefix) && name.ends_with(SUFFIX);
        // Never through a link or into a pipe, which would wait for a writer.
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        // Where it cannot be opened, locked or removed, it stays: that is untidy, not wrong.
        if File::options().write(true).open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn prefix(path: &Path) -> String {
    // Names may be as long as the file system allows: the temporary one must not be too long for it.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!(".{}.", name.chars().take(48).collect::<String>())
}

/// The file that is written: the target of a link, else the path itself.
fn followed(path: &Path) -> Result<PathBuf, FileError> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_symlink());
    if is_link { fs::canonicalize(path).map_err(FileError::io(path, "followed")) } else { Ok(path.to_owned()) }
}

/// Removes a file.
///
/// # Errors
/// Where the system refuses.
pub(super) fn remove(path: &Path) -> Result<(), FileError> {
    step().and_then(|()| fs::remove_file(path)).map_err(FileError::io(path, "removed"))?;
    let _ = sync_folder(folder_of(path));
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// A move is on the disk when the folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be flushed by itself.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature on every system")]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
