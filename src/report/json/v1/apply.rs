//! What `terraform apply` would do about a finding.

use schemars::JsonSchema;
use serde::Serialize;

use super::Subject;

/// What `terraform apply` would do, as far as the configuration and the provider's schema tell.
#[derive(Serialize, JsonSchema)]
pub(in crate::report::json) struct ApplyEffect {
    pub(in crate::report::json) action: ApplyAction,
    /// The resource's address; empty where no configuration declares it.
    pub(in crate::report::json) address: String,
    /// The root module's folder; empty where no configuration declares it.
    pub(in crate::report::json) root: String,
    /// The same in words, one line.
    pub(in crate::report::json) text: String,
    /// The workloads that have no connector while it is replaced or made.
    pub(in crate::report::json) cut_off: Vec<CutOff>,
    /// Why there may be more of them; left out where all were seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report::json) unseen: Option<String>,
    /// Who says so.
    pub(in crate::report::json) source: String,
}

/// `create` makes the resource, `update` changes it in place, `replace` destroys it and makes it anew, `unseen` does
/// nothing (`terraform plan` shows no difference), `refused` fails, because the configuration forbids to destroy it.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::report::json) enum ApplyAction {
    Create,
    Update,
    Replace,
    Unseen,
    Refused,
}

/// A workload that has no connector for a while.
#[derive(Serialize, JsonSchema)]
pub(in crate::report::json) struct CutOff {
    pub(in crate::report::json) workload: Subject,
    /// Its live template names the connector.
    pub(in crate::report::json) live: bool,
    /// A declaration of it names the connector.
    pub(in crate::report::json) declared: bool,
}

/// What a state says of the field of a finding.
#[derive(Serialize, JsonSchema)]
pub(in crate::report::json) struct AppliedValue {
    /// The value that was applied last; null where it was not set.
    pub(in crate::report::json) value: Option<String>,
    /// The state.
    pub(in crate::report::json) source: String,
    pub(in crate::report::json) standing: Standing,
}

/// `changed-outside`: the declared value was applied, and the live one is another. `not-applied`: the live value is the
/// one that was applied, and the configuration says another by now. `both`: all three differ.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::report::json) enum Standing {
    ChangedOutside,
    NotApplied,
    Both,
}
