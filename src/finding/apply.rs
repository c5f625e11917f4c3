//! What `terraform apply` would do about a finding.

use serde::{Deserialize, Serialize};

use super::Subject;

/// What `terraform apply` would do about a finding, as far as the configuration and the provider's schema tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyEffect {
    /// What it would do to the resource.
    pub action: ApplyAction,
    /// The resource's address; empty where no configuration declares it.
    pub address: String,
    /// The root module's folder; empty where no configuration declares it.
    pub root: String,
    /// The same in words, one line.
    pub text: String,
    /// The workloads that have no connector while it is replaced or made, those that are attached to it live first.
    pub cut_off: Vec<CutOff>,
    /// Why there may be more of them; `None` where all were seen.
    pub unseen: Option<String>,
    /// Who says so.
    pub source: String,
}

/// What `terraform apply` does to one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApplyAction {
    /// Makes it.
    Create,
    /// Changes it in place.
    Update,
    /// Destroys it and makes it anew.
    Replace,
    /// Nothing: `terraform plan` shows no difference.
    Unseen,
    /// It fails: the resource would have to be destroyed, and the configuration forbids that.
    Refused,
}

impl ApplyAction {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Unseen => "unseen",
            Self::Refused => "refused",
        }
    }
}

/// A workload that has no connector for a while.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CutOff {
    /// The workload.
    pub workload: Subject,
    /// Its live template names the connector.
    pub live: bool,
    /// A declaration of it names the connector.
    pub declared: bool,
}
