//! Reading of files, confined to the repository: a path that leads out of it, also by a symbolic link, is not read.

use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::{Listing, World};
use crate::model::{RepoPath, SourceFile};

/// The largest file that is read.
const MAX_FILE: u64 = 4 << 20;

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file.
    Missing,
    /// It lies outside the repository.
    Outside,
    /// It is larger than what is read.
    TooLarge,
    /// It is not UTF-8.
    NotText,
    /// The system's message.
    Io(String),
}

impl ReadError {
    /// A lower-case fragment that reads after the file's name.
    pub fn text(&self) -> String {
        match self {
            Self::Missing => "does not exist".to_owned(),
            Self::Outside => "lies outside the repository".to_owned(),
            Self::TooLarge => format!("is larger than {} MiB", MAX_FILE >> 20),
            Self::NotText => "is no UTF-8 text".to_owned(),
            Self::Io(message) => format!("cannot be read: {message}"),
        }
    }
}

/// Puts a path together from a folder and a path relative to it, with `.` and `..` resolved. `None` where it leads
/// out of the repository.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let path = path.strip_prefix("file://").unwrap_or(path);
    if path.starts_with('/') || Path::new(path).components().any(|part| matches!(part, Component::Prefix(_))) {
        return None;
    }
    for part in folder.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}

/// The path from one folder to another, both relative to the repository, as Terraform prints `path.module`.
pub fn relative(from: &str, to: &str) -> String {
    let split = |path: &str| {
        path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect::<Vec<_>>()
    };
    let (from, to) = (split(from), split(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let ups = std::iter::repeat_n("..", from.len() - shared);
    let downs = to.iter().skip(shared).map(String::as_str);
    let path = ups.chain(downs).collect::<Vec<_>>().join("/");
    if path.is_empty() { ".".to_owned() } else { path }
}

impl World {
    /// The real path of something in the repository.
    pub(super) fn confined(&self, path: &str) -> Result<PathBuf, ReadError> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if matches!(name, "" | "." | "..") {
            return self.real_path(path);
        }
        let inside = self.real_folder(folder)?.join(name);
        match fs::symlink_metadata(&inside) {
            Ok(metadata) if !metadata.file_type().is_symlink() => Ok(inside),
            _ => self.real_path(path),
        }
    }

    /// The real path of a folder, looked up once.
    fn real_folder(&self, folder: &str) -> Result<PathBuf, ReadError> {
        if let Some(known) = self.real_folders.borrow().get(folder) {
            return known.clone();
        }
        let real = if folder.is_empty() { self.real_path(folder) } else { self.confined(folder) };
        self.real_folders.borrow_mut().insert(folder.to_owned(), real.clone());
        real
    }

    /// A path with all symbolic links resolved.
    fn real_path(&self, path: &str) -> Result<PathBuf, ReadError> {
        let real = self.repo.join(path).canonicalize().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => ReadError::Missing,
            _ => ReadError::Io(error.kind().to_string()),
        })?;
        if real.starts_with(&self.repo) { Ok(real) } else { Err(ReadError::Outside) }
    }

    /// Reads a text file once; its index among the sources.
    ///
    /// # Errors
    /// Why it was not read.
    pub fn read(&self, path: &str) -> Result<u32, ReadError> {
        if let Some(known) = self.read_files.borrow().get(path) {
            return known.clone();
        }
        let result = self.read_bytes(path).and_then(|bytes| String::from_utf8(bytes).map_err(|_| ReadError::NotText));
        let result = result.map(|text| self.add_source(path, text));
        self.read_files.borrow_mut().insert(path.to_owned(), result.clone());
        result
    }

    /// Reads the bytes of a file of the repository.
    ///
    /// # Errors
    /// Why it was not read.
    pub fn read_bytes(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let real = self.confined(path)?;
        let io = |error: std::io::Error| ReadError::Io(error.kind().to_string());
        let file = fs::File::open(&real).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(ReadError::Io("it is no file".to_owned()));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(MAX_FILE)).unwrap_or(0) + 1);
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(io)?;
        if bytes.len() as u64 > MAX_FILE { Err(ReadError::TooLarge) } else { Ok(bytes) }
    }

    /// True where a regular file is there.
    ///
    /// # Errors
    /// Where the path leads out of the repository.
    pub fn file_exists(&self, path: &str) -> Result<bool, ReadError> {
        match self.confined(path) {
            Ok(real) => Ok(real.is_file()),
            Err(ReadError::Missing) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Adds a text to the sources.
    pub fn add_source(&self, path: &str, text: String) -> u32 {
        let mut sources = self.sources.borrow_mut();
        sources.push(SourceFile::new(RepoPath::new(path), text, &self.excerpts));
        u32::try_from(sources.len() - 1).unwrap_or(u32::MAX)
    }

    /// The whole text of a source.
    pub fn source_text(&self, file: u32) -> Arc<str> {
        self.sources.borrow().get(file as usize).map_or_else(|| "".into(), SourceFile::shared_text)
    }

    /// The names of files and folders directly in a folder of the repository, sorted; folders end in `/`.
    ///
    /// # Errors
    /// Why it could not be listed.
    pub fn list(&self, folder: &str) -> Listing {
        if let Some(known) = self.listed.borrow().get(folder) {
            return known.clone();
        }
        let names = self.read_folder(folder);
        self.listed.borrow_mut().insert(folder.to_owned(), names.clone());
        names
    }

    fn read_folder(&self, folder: &str) -> Listing {
        let io = |error: std::io::Error| ReadError::Io(error.kind().to_string());
        let mut names = Vec::new();
        for entry in fs::read_dir(self.real_folder(folder)?).map_err(io)? {
            let entry = entry.map_err(io)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(io)?;
            names.push(if kind.is_dir() { format!("{name}/") } else { name });
        }
        names.sort_unstable();
        Ok(names.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_repository() {
        assert_eq!(join("terraform", "modules/a").as_deref(), Some("terraform/modules/a"));
        assert_eq!(join("terraform", "../x").as_deref(), Some("x"));
        assert_eq!(join("", "./a/../b").as_deref(), Some("b"));
        assert_eq!(join("terraform", "../../etc/passwd"), None);
        assert_eq!(join("terraform", "/etc/passwd"), None);
        assert_eq!(relative("terraform", "terraform/modules/a"), "modules/a");
        assert_eq!(relative("terraform/envs/x", "terraform/modules/a"), "../../modules/a");
        assert_eq!(relative("a", "a"), ".");
    }
}
