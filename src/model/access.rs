//! Who may do what, and which APIs are enabled, as it is live.

use std::collections::BTreeSet;
use std::fmt;

use super::fact::Fact;
use super::names::SubnetworkName;
use super::words::api_words;

/// The IAM policy of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamPolicy {
    /// What it is attached to. Roles that a folder or the organization grants are not in it.
    pub resource: PolicyResource,
    /// Who has which role, sorted.
    pub bindings: Vec<Binding>,
}

/// What an IAM policy is attached to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyResource {
    /// A project, by id.
    Project(String),
    /// A subnetwork.
    Subnetwork(SubnetworkName),
}

impl fmt::Display for PolicyResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(id) => write!(f, "projects/{id}"),
            Self::Subnetwork(name) => name.fmt(f),
        }
    }
}

/// A role and those who have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// The role, such as `roles/vpcaccess.user`.
    pub role: String,
    /// The members, such as `serviceAccount:x@y.iam.gserviceaccount.com`.
    pub members: BTreeSet<String>,
    /// Whether it holds only under a condition.
    pub conditional: bool,
}

/// Whether an API is enabled in a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiUse {
    /// Project id.
    pub project: String,
    /// The API's name, such as `vpcaccess.googleapis.com`.
    pub service: String,
    /// Whether it is enabled.
    pub state: Fact<ApiState>,
}

api_words! {
    /// `State` of the Service Usage API.
    ApiState {
        /// It can be used.
        Enabled = "ENABLED",
        /// It was never enabled, or was disabled.
        Disabled = "DISABLED",
    }
}
