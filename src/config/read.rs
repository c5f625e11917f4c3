//! Reads a config file from disk.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Largest config file that is read, in bytes.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// Why a config file could not be read; fragments that read after "failed to read FILE: ".
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system says no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A folder, a pipe or a device.
    #[error("it is not a file")]
    NotAFile,
    /// Larger than [`MAX_BYTES`].
    #[error("it is larger than {} KiB", MAX_BYTES / 1024)]
    TooLarge,
    /// Not UTF-8, with the byte offset of the first bad byte.
    #[error("it is not UTF-8 (byte {0})")]
    NotUtf8(usize),
}

/// Reads a config file of at most [`MAX_BYTES`]. A byte order mark is dropped.
///
/// # Errors
/// The file cannot be opened, is no regular file, is too large, or is not UTF-8.
pub fn read(path: &Path) -> Result<String, ReadError> {
    // Asked before opening: opening a pipe would wait for its writer.
    if !std::fs::metadata(path)?.is_file() {
        return Err(ReadError::NotAFile);
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ReadError::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|error| ReadError::NotUtf8(error.utf8_error().valid_up_to()))?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_bytes(bytes: &[u8]) -> Result<String, ReadError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        read(file.path())
    }

    #[test]
    fn the_limit_is_exact() {
        assert_eq!(read_bytes(&vec![b'#'; MAX_BYTES as usize]).unwrap().len() as u64, MAX_BYTES);
        assert!(matches!(read_bytes(&vec![b'#'; MAX_BYTES as usize + 1]), Err(ReadError::TooLarge)));
        assert!(matches!(read_bytes(&vec![b'#'; 10_000_000]), Err(ReadError::TooLarge)));
    }

    #[test]
    fn what_is_no_text_file_is_refused() {
        assert!(matches!(read_bytes(b"a = \"\xff\""), Err(ReadError::NotUtf8(5))));
        assert!(matches!(read(tempfile::tempdir().unwrap().path()), Err(ReadError::NotAFile)));
        assert!(matches!(read(Path::new("/nowhere/gcp-drift.toml")), Err(ReadError::Io(_))));
        #[cfg(unix)]
        assert!(matches!(read(Path::new("/dev/zero")), Err(ReadError::NotAFile)));
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        assert_eq!(read_bytes("\u{feff}project = \"x\"".as_bytes()).unwrap(), "project = \"x\"");
    }
}
