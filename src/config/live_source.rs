//! Where the live state comes from, as `--live` and `[live] source` spell it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::LiveSource;
use super::suggest::closest;

/// The spellings that are understood.
const FORMS: &str = "`gcp`, `none`, `snapshot:FILE`, `gcloud:PATH` or `emulator:FILE`";

/// Why a text is no live source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSourceError {
    /// A lower-case fragment.
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for LiveSourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        Ok(())
    }
}

impl std::error::Error for LiveSourceError {}

impl FromStr for LiveSource {
    type Err = LiveSourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |message: String, suggestion: Option<String>| Err(LiveSourceError { message, suggestion });
        match text.split_once(':') {
            None if text == "gcp" => Ok(Self::Gcp),
            None if text == "none" => Ok(Self::None),
            None if text.is_empty() => wrong(format!("the live source is empty; it must be {FORMS}"), None),
            None if text == "snapshot" || text == "emulator" => {
                wrong(format!("`{text}` needs a file: `{text}:FILE`"), None)
            }
            None if text == "gcloud" => wrong("`gcloud` needs a file or folder: `gcloud:PATH`".to_owned(), None),
            None => {
                let suggestion = match closest(text, ["gcp", "none", "snapshot:FILE", "gcloud:PATH", "emulator:FILE"]) {
                    Some(form) => Some(form.to_owned()),
                    None if text.ends_with(".json") => Some(format!("snapshot:{text}")),
                    None => None,
                };
                wrong(format!("`{text}` is no live source; it must be {FORMS}"), suggestion)
            }
            Some((kind @ ("snapshot" | "emulator"), file)) if file.trim().is_empty() => {
                wrong(format!("`{kind}:` needs a file: `{kind}:FILE`"), None)
            }
            Some(("gcloud", path)) if path.trim().is_empty() => {
                wrong("`gcloud:` needs a file or folder: `gcloud:PATH`".to_owned(), None)
            }
            Some(("gcloud", path)) => Ok(Self::Gcloud(PathBuf::from(path))),
            Some(("snapshot", file)) => Ok(Self::Snapshot(PathBuf::from(file))),
            Some(("emulator", file)) => Ok(Self::Emulator(PathBuf::from(file))),
            Some((kind @ ("gcp" | "none"), _)) => {
                wrong(format!("`{kind}` takes nothing after it"), Some(kind.to_owned()))
            }
            Some((kind, file)) => wrong(
                format!("`{kind}` is no kind of live source; it must be {FORMS}"),
                closest(kind, ["snapshot", "gcloud", "emulator"]).map(|kind| format!("{kind}:{file}")),
            ),
        }
    }
}

impl fmt::Display for LiveSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gcp => f.write_str("gcp"),
            Self::None => f.write_str("none"),
            Self::Snapshot(file) => write!(f, "snapshot:{}", file.display()),
            Self::Gcloud(path) => write!(f, "gcloud:{}", path.display()),
            Self::Emulator(file) => write!(f, "emulator:{}", file.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_and_prints_the_same() {
        for (text, source) in [
            ("gcp", LiveSource::Gcp),
            ("none", LiveSource::None),
            ("snapshot:live/state.json", LiveSource::Snapshot("live/state.json".into())),
            ("emulator:C:/state.json", LiveSource::Emulator("C:/state.json".into())),
            ("gcloud:printed", LiveSource::Gcloud("printed".into())),
        ] {
            assert_eq!(text.parse::<LiveSource>().as_ref(), Ok(&source));
            assert_eq!(source.to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_what_was_meant() {
        for (text, message, suggestion) in [
            ("", "the live source is empty", None),
            ("GCP", "`GCP` is no live source", Some("gcp")),
            ("snapshot", "`snapshot` needs a file: `snapshot:FILE`", None),
            ("emulator: ", "`emulator:` needs a file", None),
            ("gcloud", "`gcloud` needs a file or folder", None),
            ("gcloud:", "`gcloud:` needs a file or folder", None),
            ("glcoud:x", "`glcoud` is no kind of live source", Some("gcloud:x")),
            ("snapshto:a.json", "`snapshto` is no kind of live source", Some("snapshot:a.json")),
            ("live/state.json", "`live/state.json` is no live source", Some("snapshot:live/state.json")),
            ("gcp:project", "`gcp` takes nothing after it", Some("gcp")),
            ("https://run.googleapis.com", "`https` is no kind of live source", None),
        ] {
            let error = text.parse::<LiveSource>().unwrap_err();
            assert!(error.message.starts_with(message), "{text}: {error}");
            assert_eq!(error.suggestion.as_deref(), suggestion, "{text}");
        }
    }
}
