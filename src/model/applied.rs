//! What Terraform applied last.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a state holds of one resource, in the canonical spelling of findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedState {
    /// The root module's folder.
    pub root: String,
    /// The resource's address.
    pub address: String,
    /// The state, such as `state file terraform.tfstate, serial 81`.
    pub label: String,
    /// The values by the name of the field; `None` for one that is not set. A field that cannot be told is not there.
    pub values: BTreeMap<String, Option<String>>,
}
