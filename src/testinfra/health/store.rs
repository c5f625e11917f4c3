//! The baseline's file: read with care, written as a whole or not at all, by one process at a time.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::files::{self, FileError, Folder};
use crate::model::health::{BaselineFound, HealthBaseline};
use crate::model::{Why, WhyKind};

/// The largest baseline that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a baseline. One of a newer version, or a damaged one, is refused: to compare with half of it would make
/// things look better than they are.
pub fn read(path: &Path) -> BaselineFound {
    let refused = |kind, text: String| BaselineFound::Refused(Why::new(kind, text));
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return BaselineFound::Absent,
        Err(error) => return refused(WhyKind::FileUnreadable, format!("it could not be read: {}", error.kind())),
        Ok(metadata) if !metadata.is_file() => {
            return refused(WhyKind::FileUnreadable, "it is no regular file".to_owned());
        }
        Ok(metadata) if metadata.len() > MAX_BYTES => {
            return refused(WhyKind::Limit, format!("it is larger than {} MiB", MAX_BYTES >> 20));
        }
        Ok(_) => {}
    }
    match fs::read_to_string(path) {
        Ok(text) => parse(&text)
            .map_or_else(|text| refused(WhyKind::Malformed, text), |baseline| BaselineFound::Read(Box::new(baseline))),
        Err(error) => refused(WhyKind::FileUnreadable, format!("it could not be read: {}", error.kind())),
    }
}

fn parse(text: &str) -> Result<HealthBaseline, String> {
    #[derive(Deserialize)]
    struct Head {
        format: Option<String>,
        schema_version: Option<u32>,
    }
    let damaged = |error: serde_json::Error| format!("it is damaged: {error}");
    let head: Head = serde_json::from_str(text).map_err(damaged)?;
    if head.format.as_deref() != Some(HealthBaseline::FORMAT) {
        return Err(format!("its format is not {}", HealthBaseline::FORMAT));
    }
    match head.schema_version {
        Some(HealthBaseline::VERSION) => {}
        Some(newer) if newer > HealthBaseline::VERSION => {
            let ours = HealthBaseline::VERSION;
            return Err(format!(
                "its schema version is {newer}, and this program reads up to {ours}: update gcp-drift"
            ));
        }
        _ => return Err("its schema version is none that was ever written".to_owned()),
    }
    let baseline: HealthBaseline = serde_json::from_str(text).map_err(damaged)?;
    if baseline.saved.parse::<jiff::Timestamp>().is_err() {
        return Err("it is damaged: when it was saved is no time".to_owned());
    }
    Ok(baseline)
}

/// True where a path leads out of a folder, by a link or otherwise; the file itself need not exist.
pub fn leaves(path: &Path, folder: &Path) -> bool {
    let there = path.ancestors().find(|part| fs::symlink_metadata(part).is_ok());
    let resolved = there.and_then(|part| part.canonicalize().ok());
    match (resolved, folder.canonicalize()) {
        (Some(resolved), Ok(folder)) => !resolved.starts_with(folder),
        // A link that leads nowhere, too.
        _ => true,
    }
}

/// What became of the file that was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// There was none.
    Created,
    /// There was an earlier baseline.
    Replaced,
}

/// Why a baseline was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is there is no baseline, or one of a newer version.
    #[error("the file that is there is not overwritten: {0}; remove it first")]
    Refused(String),
    /// It has no place, or no text.
    #[error("{0}")]
    Impossible(String),
}

/// Saves a baseline, in the folders that it needs, with no other process writing it at the same time. A file that is no
/// baseline, or one of a newer version, is left as it is.
///
/// # Errors
/// Such a file; a folder that cannot be written to; another process that does not finish.
pub fn save(path: &Path, baseline: &HealthBaseline) -> Result<Saved, SaveError> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| SaveError::Impossible("its path names no file".to_owned()))?;
    let above = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let made = fs::create_dir_all(above);
    made.map_err(|error| SaveError::Impossible(format!("the folder {} cannot be made: {error}", above.display())))?;
    let mut text = serde_json::to_string_pretty(baseline).map_err(|error| SaveError::Impossible(error.to_string()))?;
    text.push('\n');
    let mut saved = Saved::Created;
    files::update(&Folder::new(above)?, name, |old| {
        if let Some(old) = old {
            let old = String::from_utf8(old).map_err(|_| "it is damaged: it is no UTF-8".to_owned());
            old.and_then(|old| parse(&old)).map_err(SaveError::Refused)?;
            saved = Saved::Replaced;
        }
        Ok::<_, SaveError>(text.into_bytes())
    })?;
    Ok(saved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HealthState;

    fn baseline() -> HealthBaseline {
        HealthBaseline::new("2026-11-26T00:00:00Z".to_owned(), HealthState::default())
    }

    fn refusal(path: &Path) -> String {
        match read(path) {
            BaselineFound::Refused(why) => why.text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_saved_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/folder/baseline.json");
        assert_eq!(read(&path), BaselineFound::Absent);
        assert_eq!(save(&path, &baseline()).unwrap(), Saved::Created);
        assert_eq!(save(&path, &baseline()).unwrap(), Saved::Replaced);
        assert_eq!(read(&path), BaselineFound::Read(Box::new(baseline())));
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out_of_the_folder() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(other.path(), folder.path().join("out")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("gone.json")).unwrap();
        for (path, expected) in [("a/b.json", false), ("b.json", false), ("out/b.json", true), ("gone.json", true)] {
            assert_eq!(leaves(&folder.path().join(path), folder.path()), expected, "{path}");
        }
    }

    #[test]
    fn newer_damaged_and_foreign_files_are_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.json");
        let whole = serde_json::to_string(&baseline()).unwrap();
        for (text, expected) in [
            (whole.replace("\"schema_version\":1", "\"schema_version\":2"), "schema version is 2"),
            (whole.replace("\"schema_version\":1", "\"schema_version\":0"), "none that was ever written"),
            (whole[..whole.len() / 2].to_owned(), "it is damaged"),
            (whole.replace("2026-11-26T", "soon"), "when it was saved"),
            (whole.replace("health-baseline", "recording"), "its format is not"),
            ("[]".to_owned(), "it is damaged"),
            (String::new(), "it is damaged"),
            (whole.replace("\"imports\"", "\"exports\""), "it is damaged"),
        ] {
            fs::write(&path, &text).unwrap();
            assert!(refusal(&path).contains(expected), "{text}: {}", refusal(&path));
            assert!(save(&path, &baseline()).is_err());
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert!(refusal(folder.path()).contains("no regular file"));
    }
}
