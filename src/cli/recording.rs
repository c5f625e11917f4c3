//! Recordings of a run: the evidence and the configuration that judged it, so that a replay needs nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::base::BaseEvidence;
use super::error::CliError;
use super::output;
use crate::config::Config;
use crate::finding::Part;
use crate::model::Evidence;

/// The largest recording that is read, in bytes.
const MAX_BYTES: u64 = 512 << 20;
/// What [`Recording::format`] holds.
const FORMAT: &str = "gcp-drift/recording";

/// What `check --record` writes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recording {
    /// Always `gcp-drift/recording`.
    format: String,
    /// The configuration of the run, flags applied.
    pub config: Config,
    /// The parts that were gathered; empty for all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub only: BTreeSet<Part>,
    /// The configuration file's name, where there was one.
    pub config_file: Option<String>,
    /// Everything that was read.
    pub evidence: Evidence,
    /// What was read of the merge base; `None` where the run compares with none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<BaseEvidence>,
}

impl Recording {
    /// A recording of a run.
    pub fn new(config: Config, config_file: Option<String>, only: BTreeSet<Part>, evidence: Evidence) -> Self {
        Self { format: FORMAT.to_owned(), config, only, config_file, evidence, base: None }
    }

    /// The same, with what was read of the merge base.
    pub fn against(self, base: Option<BaseEvidence>) -> Self {
        Self { base, ..self }
    }

    /// The parts that a replay judges: those that are asked for, or all that were gathered.
    ///
    /// # Errors
    /// A part that was not gathered: nothing can be said of it.
    pub fn parts(&self, asked: BTreeSet<Part>) -> Result<BTreeSet<Part>, CliError> {
        if asked.is_empty() {
            return Ok(self.only.clone());
        }
        if !self.only.is_empty()
            && let Some(part) = asked.iter().find(|part| !self.only.contains(part))
        {
            let held: Vec<&str> = self.only.iter().map(|part| part.word()).collect();
            return Err(CliError::usage(format!(
                "--only {part} cannot be judged: the recording holds {} only",
                crate::report::words::list(&held)
            )));
        }
        Ok(asked)
    }

    /// Writes it in one step.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), CliError> {
        let mut text =
            serde_json::to_string_pretty(self).map_err(|error| CliError::failed("write the recording", error))?;
        text.push('\n');
        output::file(path, &text)
    }

    /// Reads one, and derives the inventory from its raw answers.
    ///
    /// # Errors
    /// A file that cannot be read, is no recording, or was written by a newer version.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        let shown = path.display();
        let failed = |why: String| CliError::failed(format!("read the recording {shown}"), why);
        let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
        if size > MAX_BYTES {
            return Err(failed(format!("it is larger than {MAX_BYTES} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        #[derive(Deserialize)]
        struct Head {
            format: Option<String>,
            evidence: Option<HeadEvidence>,
        }
        #[derive(Deserialize)]
        struct HeadEvidence {
            version: Option<u32>,
        }
        let head: Head = serde_json::from_str(&text).map_err(|error| failed(format!("it is not JSON: {error}")))?;
        if head.format.as_deref() != Some(FORMAT) {
            return Err(failed(format!("its format is not {FORMAT}")));
        }
        let version = head.evidence.and_then(|evidence| evidence.version);
        if version != Some(Evidence::VERSION) {
            let version = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
            return Err(failed(format!("its version is {version}; this program reads version {}", Evidence::VERSION)));
        }
        let mut recording: Self = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        if let Some(state) = &recording.evidence.live {
            recording.evidence.inventory = crate::live::inventory(state);
        }
        Ok(recording)
    }
}
