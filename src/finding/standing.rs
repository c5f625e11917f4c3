//! How a difference stands to what Terraform applied last.

use serde::{Deserialize, Serialize};

/// What a state says of the field of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedValue {
    /// The value that was applied last; `None` where it was not set.
    pub value: Option<String>,
    /// The state, such as `state file terraform.tfstate, serial 81`.
    pub source: String,
    /// What follows from it.
    pub standing: Standing,
}

/// Where the difference comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The declared value was applied, and the live one is another: it was changed outside Terraform.
    ChangedOutside,
    /// The live value is the one that was applied; the configuration says another by now.
    NotApplied,
    /// All three differ: it was changed outside Terraform, and the configuration says another value by now.
    Both,
}

impl Standing {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::ChangedOutside => "changed-outside",
            Self::NotApplied => "not-applied",
            Self::Both => "both",
        }
    }
}
