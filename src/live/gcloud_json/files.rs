//! The files that are read, within limits, and the JSON documents in them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Limits on what is read.
pub(super) struct Limits {
    /// Files of a folder.
    pub files: usize,
    /// Levels of folders.
    pub depth: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of all files together.
    pub total_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { files: 1_000, depth: 8, file_bytes: 64 << 20, total_bytes: 256 << 20 }
    }
}

/// A file, and what it holds.
pub(super) struct Source {
    /// Its name in messages: relative to the folder that was given.
    pub name: String,
    /// Its documents, or what is wrong with it: a fragment that reads after its name.
    pub documents: Result<Vec<Value>, String>,
}

/// Reads a file, or the files of a folder in the order of their names. What is hidden (`.git`) is left alone; what is
/// no regular file is told.
///
/// # Errors
/// Where the path itself cannot be read or holds no file; a fragment that reads after the path.
pub(super) fn read(path: &Path, limits: &Limits) -> Result<Vec<Source>, String> {
    let about = std::fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mut budget = limits.total_bytes;
    if !about.is_dir() {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        return Ok(vec![source(path, name, about.is_file(), limits, &mut budget)]);
    }
    let mut found = Vec::new();
    let mut sources = Vec::new();
    walk(path, Path::new(""), limits, limits.depth, &mut found, &mut sources)?;
    // In order: which files the limit on their sum leaves out must not depend on the disk.
    found.sort();
    for (relative, regular) in found {
        let name = relative.display().to_string().replace('\\', "/");
        sources.push(source(&path.join(&relative), name, regular, limits, &mut budget));
    }
    if sources.is_empty() {
        return Err("holds no file".to_owned());
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}

/// Finds the files below a folder, without following links.
fn walk(
    root: &Path,
    below: &Path,
    limits: &Limits,
    depth: usize,
    found: &mut Vec<(PathBuf, bool)>,
    unread: &mut Vec<Source>,
) -> Result<(), String> {
    let entries = match std::fs::read_dir(root.join(below)) {
        Ok(entries) => entries,
        Err(error) if below.as_os_str().is_empty() => return Err(format!("cannot be read: {error}")),
        Err(error) => {
            unread.push(unreadable(below, format!("cannot be read: {error}")));
            return Ok(());
        }
    };
    for entry in entries {
        let entry = entry.map_err(|error| format!("cannot be read: {error}"))?;
        let relative = below.join(entry.file_name());
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth == 0 => {
                unread.push(unreadable(&relative, format!("lies deeper than the limit of {} folders", limits.depth)));
            }
            Ok(kind) if kind.is_dir() => walk(root, &relative, limits, depth - 1, found, unread)?,
            Ok(kind) => found.push((relative, kind.is_file())),
            Err(error) => unread.push(unreadable(&relative, format!("cannot be read: {error}"))),
        }
        if found.len() > limits.files {
            return Err(format!("holds more than {} files", limits.files));
        }
    }
    Ok(())
}

fn unreadable(relative: &Path, problem: String) -> Source {
    Source { name: relative.display().to_string().replace('\\', "/"), documents: Err(problem) }
}

fn source(path: &Path, name: String, regular: bool, limits: &Limits, budget: &mut u64) -> Source {
    // Opening a pipe would wait for its writer.
    let bytes = if regular { bytes(path, limits, budget) } else { Err("is no regular file".to_owned()) };
    Source { name, documents: bytes.and_then(|bytes| documents(&bytes)) }
}

fn bytes(path: &Path, limits: &Limits, budget: &mut u64) -> Result<Vec<u8>, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    let most = limits.file_bytes.min(*budget);
    let mut bytes = Vec::new();
    File::open(path).map_err(cannot)?.take(most + 1).read_to_end(&mut bytes).map_err(cannot)?;
    let size = bytes.len() as u64;
    if size > limits.file_bytes {
        return Err(format!("is larger than {} bytes", limits.file_bytes));
    }
    if size > *budget {
        return Err(format!("was not read: all files together are larger than {} bytes", limits.total_bytes));
    }
    *budget -= size;
    Ok(bytes)
}

/// The JSON documents of a text, one after another, or the documents of a YAML stream. PowerShell's `>` writes UTF-16.
fn documents(bytes: &[u8]) -> Result<Vec<Value>, String> {
    let decoded;
    let text = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => {
            let (text, _, broken) = encoding.decode(bytes);
            if broken {
                return Err(format!("is no {} text", encoding.name()));
            }
            decoded = text.into_owned();
            decoded.as_bytes()
        }
        None => bytes,
    };
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err("is empty".to_owned());
    }
    let starts_as_json = text.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| b"[{".contains(byte));
    if !starts_as_json && let Ok(text) = std::str::from_utf8(text) {
        return super::yaml::documents(text);
    }
    let documents = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
    documents.collect::<Result<_, _>>().map_err(|error| format!("is no JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(sources: &[Source]) -> Vec<(&str, Result<usize, &str>)> {
        let documents = |source: &Source| source.documents.as_ref().map(Vec::len).map_err(|_| ()).ok();
        sources
            .iter()
            .map(|source| match (documents(source), &source.documents) {
                (Some(count), _) => (&*source.name, Ok(count)),
                (None, Err(problem)) => (&*source.name, Err(&**problem)),
                (None, Ok(_)) => unreachable!(),
            })
            .collect()
    }

    #[test]
    fn files_are_read_in_order_and_what_is_broken_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        write("b.json", b"{} {}\n[1]");
        write("a/c.json", b"[{\"a\": 1},");
        write("d.json", b" \n");
        write(".git/e.json", b"{}");
        let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        write("f.json", &utf16);
        write("g.json", b"\xef\xbb\xbf[]");
        let sources = read(folder.path(), &Limits::default()).unwrap();
        assert_eq!(
            names(&sources),
            [
                ("a/c.json", Err("is no JSON: EOF while parsing a value at line 1 column 10")),
                ("b.json", Ok(3)),
                ("d.json", Err("is empty")),
                ("f.json", Ok(1)),
                ("g.json", Ok(1)),
            ]
        );
    }

    #[test]
    fn number_depth_and_size_are_limited() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for name in ["a/b/x.json", "a/y.json", "z.json"] {
            std::fs::write(folder.path().join(name), "{}").unwrap();
        }
        let read = |files, depth, file_bytes, total_bytes| {
            read(folder.path(), &Limits { files, depth, file_bytes, total_bytes })
        };
        let sources = read(9, 1, 9, 3).unwrap();
        assert_eq!(
            names(&sources),
            [
                ("a/b", Err("lies deeper than the limit of 1 folders")),
                ("a/y.json", Ok(1)),
                ("z.json", Err("was not read: all files together are larger than 3 bytes")),
            ]
        );
        assert_eq!(names(&read(9, 1, 1, 99).unwrap())[1], ("a/y.json", Err("is larger than 1 bytes")));
        assert_eq!(read(2, 9, 9, 99).err().unwrap(), "holds more than 2 files");
        assert!(super::read(&folder.path().join("none"), &Limits::default()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link.json")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.json")).status().unwrap();
        assert!(made.success());
        let sources = read(folder.path(), &Limits::default()).unwrap();
        assert_eq!(
            names(&sources),
            [("link.json", Err("is no regular file")), ("pipe.json", Err("is no regular file"))]
        );
        let pipe = read(&folder.path().join("pipe.json"), &Limits::default()).unwrap();
        assert_eq!(names(&pipe), [("pipe.json", Err("is no regular file"))]);
    }

    #[test]
    fn deep_documents_are_refused() {
        let error = documents("[".repeat(100_000).as_bytes()).unwrap_err();
        assert!(error.contains("recursion limit"), "{error}");
    }
}
