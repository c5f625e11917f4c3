//! Google Cloud → the live state, and from it the inventory and what was really looked at.
//!
//! | file | subject |
//! | --- | --- |
//! | `ask` | what is asked, in which order |
//! | `reach` | what workloads and connectors lead to |
//! | `answers` | answers, and the lack of one |
//! | [`doctor`] | what a run would be allowed to see |
//! | [`google`] | asking Google's APIs: credentials, the one transport, one file an API |
//! | [`redaction`] | secrets are taken out before an answer is kept |
//! | [`snapshot`], [`yaml`] | a live state in a file |
//! | [`gcloud_json`] | what gcloud printed, as a live state |
//! | [`mod@inventory`] | raw answers → the model's words |
//! | [`mod@show`] | the inventory as JSON |
//!
//! [`gather`] never fails because Google Cloud says no: what could not be read is an answer with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::config::LiveSource;
use crate::model::{AllowedVariables, Api, CoverageStatus, LiveState, NetworkName};
use answers::{complete, refused};
use ask::ask;
use google::{Google, Limits, Tokens, storage};

mod answers;
mod ask;
mod reach;

pub mod doctor;
pub mod gcloud_json;
pub mod google;
pub mod inventory;
pub mod redaction;
pub mod show;
pub mod snapshot;
pub mod yaml;

pub use gcloud_json::GcloudError;
pub use inventory::inventory;
pub use show::show;
pub use snapshot::SnapshotError;

/// What to ask, and whom.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where the live state comes from.
    pub source: LiveSource,
    /// The repository; relative paths of the source lie in it.
    pub repo: PathBuf,
    /// The projects to ask, by id or number.
    pub projects: Vec<String>,
    /// The regions to ask in every project. Empty: every region that Cloud Run offers to the project.
    pub regions: Vec<String>,
    /// What is to be known beside workloads and connectors.
    pub needs: Needs,
    /// The environment variables of which it is kept where they lead.
    pub variables: AllowedVariables,
    /// Project id → project number, as far as known.
    pub project_numbers: BTreeMap<String, String>,
    /// Base URL of a server on the loopback address that stands in for Google's APIs, such as a running emulator.
    pub endpoint: Option<String>,
    /// Limits on what is asked of the network.
    pub limits: Limits,
    /// The run's credentials, shared by everything that it asks.
    pub tokens: Tokens,
}

/// What a run needs to know beside the workloads and connectors of its projects and regions, and the connectors
/// elsewhere that those use, which are always asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The projects whose networks and subnetworks are compared with declarations.
    pub networks: BTreeSet<String>,
    /// Collections of a project that declared resources stand in.
    pub lists: BTreeMap<Api, BTreeSet<String>>,
    /// The networks whose private connections are declared.
    pub connections: BTreeSet<NetworkName>,
    /// Everything that decides connectivity, as far as workloads and connectors lead: networks with their firewalls,
    /// routes, NAT and addresses, databases, private connections, enabled APIs, and IAM policies where a role decides.
    pub connectivity: bool,
    /// Cloud Audit Logs of this time back: who changed what.
    pub audit_logs: Option<Duration>,
    /// The load of connectors, from Cloud Monitoring.
    pub load: bool,
    /// The pause after which what is being changed is read once more; `None` for not at all.
    pub settle: Option<Duration>,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// The answers; `None` where the run asks nothing.
    pub state: Option<LiveState>,
    /// Where they come from, in words, such as `emulated from live/state.json`.
    pub description: String,
}

/// A request that cannot be carried out at all.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The snapshot cannot be read.
    #[error("the snapshot {0}")]
    Snapshot(#[from] SnapshotError),
    /// What gcloud printed cannot be read.
    #[error("{0}")]
    Gcloud(#[from] GcloudError),
    /// The key of redaction is refused.
    #[error("{0}")]
    Key(String),
    /// There is no server that may stand in for Google's APIs.
    #[error("{0}")]
    Endpoint(String),
}

/// Gets the live state that a request asks for. Needs a Tokio runtime with time and I/O.
///
/// # Errors
/// Where a snapshot cannot be read, or the endpoint may not be asked. Whatever Google Cloud answers is no error: it is
/// the status of an answer.
pub async fn gather(request: &Request) -> Result<Gathered, GatherError> {
    redaction::check_key().map_err(GatherError::Key)?;
    match &request.source {
        LiveSource::None => Ok(Gathered { state: None, description: "nothing asked".to_owned() }),
        LiveSource::Snapshot(path) => {
            let mut state = snapshot::read(&request.repo.join(path), &request.variables)?;
            // These are for an emulator to serve.
            state.storage.clear();
            state.permissions.clear();
            state.faults.clear();
            let state = complete(state, request, "the snapshot holds no answer");
            Ok(Gathered { state: Some(state), description: format!("snapshot {}", slashed(path)) })
        }
        LiveSource::Gcloud(path) => {
            let printed = gcloud_json::read(&request.repo.join(path), &request.project_numbers, &request.variables)?;
            let (description, reason) = (printed.description(&slashed(path)), printed.reason());
            Ok(Gathered { state: Some(complete(printed.state, request, &reason)), description })
        }
        LiveSource::Emulator(path) => {
            let endpoint = request.endpoint.as_deref();
            let endpoint = endpoint.ok_or_else(|| GatherError::Endpoint("the emulator is not running".to_owned()))?;
            let google = Google::stand_in(endpoint, request.limits.clone()).map_err(GatherError::Endpoint)?;
            let state = ask(google, request).await;
            Ok(Gathered { state: Some(state), description: format!("emulated from {}", slashed(path)) })
        }
        LiveSource::Gcp => match &request.endpoint {
            Some(endpoint) => {
                let google = Google::stand_in(endpoint, request.limits.clone()).map_err(GatherError::Endpoint)?;
                let description = format!("{endpoint} in place of Google Cloud");
                Ok(Gathered { state: Some(ask(google, request).await), description })
            }
            None => {
                let state = match Google::cloud(request.limits.clone(), request.tokens.clone()) {
                    Ok(google) => ask(google, request).await,
                    Err(text) => refused(request, CoverageStatus::Unreachable, &text),
                };
                Ok(Gathered { state: Some(state), description: "Google Cloud".to_owned() })
            }
        },
    }
}

/// The content of an object of Cloud Storage, which must be JSON: one GET with the run's credentials.
///
/// # Errors
/// Why there is none, as a fragment that reads after "was not read:": what was answered, and what would allow it.
pub async fn object(request: &Request, bucket: &str, name: &str) -> Result<Value, String> {
    let endpoint = request.endpoint.as_deref();
    let google = match (&request.source, endpoint) {
        (LiveSource::None, _) => return Err("not asked: nothing is asked of Google Cloud (--live none)".to_owned()),
        (LiveSource::Snapshot(_), _) => {
            return Err("not asked: a snapshot is read in place of Google Cloud, and holds no objects".to_owned());
        }
        (_, Some(endpoint)) => Google::stand_in(endpoint, request.limits.clone()),
        (LiveSource::Gcloud(_), _) => {
            return Err(
                "not asked: what gcloud printed is read in place of Google Cloud, and holds no objects".to_owned()
            );
        }
        (LiveSource::Emulator(_), None) => Err("the emulator is not running".to_owned()),
        (LiveSource::Gcp, None) => Google::cloud(request.limits.clone(), request.tokens.clone()),
    };
    let failure = match storage::object(&google?, bucket, name).await {
        Ok(value) => return Ok(value),
        Err(failure) => failure,
    };
    let needed = format!("reading it needs {} ({})", storage::PERMISSION, storage::ROLE);
    Err(match (failure.status, failure.http_status) {
        (_, Some(404)) => format!("there is no such object, or none that may be seen ({}); {needed}", failure.detail),
        (CoverageStatus::Denied, Some(_)) => format!("denied: {}; {needed}", failure.detail),
        _ => format!("{}: {}", failure.status.word(), failure.detail),
    })
}

/// The path as reports print it.
fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

#[cfg(test)]
#[cfg(feature = "emulator")]
mod tests;
