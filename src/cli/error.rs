//! Errors that end a command, each with its exit code.

use crate::exit_code;

/// Why a command gave no result.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command line or the configuration is wrong; the text is ready to print.
    #[error("{0}")]
    Usage(String),
    /// The tool failed: no verdict.
    #[error("error: {0}")]
    Failed(String),
}

/// Without what steers a terminal, other than line ends: reasons quote files and answers.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() && char != '\n' { out.extend(char.escape_default()) } else { out.push(char) }
    }
    out
}

impl CliError {
    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => exit_code::USAGE,
            Self::Failed(_) => exit_code::FAILED,
        }
    }

    /// A wrong use of the command line.
    pub fn usage(text: impl std::fmt::Display) -> Self {
        Self::Usage(format!("error: {text}"))
    }

    /// Reads as `failed to {what}: {why}`.
    pub fn failed(what: impl std::fmt::Display, why: impl std::fmt::Display) -> Self {
        Self::Failed(escaped(&format!("failed to {what}: {why}")))
    }
}
