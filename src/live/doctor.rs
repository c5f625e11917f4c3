//! What a run would be allowed to see: whose credentials it has, which APIs are enabled, which permissions are missing
//! for what, and the role to ask for. It only asks, and changes nothing.
//!
//! | file | subject |
//! | --- | --- |
//! | `needs` | which permissions a run needs, and what is not checked without each |
//! | `advice` | the roles and commands that would help |
//! | [`mod@show`] | the diagnosis as JSON |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use super::answers::is_segment;
use super::google::auth::Identity;
use super::google::permissions::{self, Held};
use super::google::{Failure, Google, services};
use super::{GatherError, Request, slashed};
use crate::config::LiveSource;
use crate::model::{Api, CoverageStatus};

pub mod advice;
mod needs;
pub mod show;
#[cfg(test)]
mod tests;

pub use needs::Need;
pub use show::show;

/// What was found out.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// Who was asked, in words.
    pub live_source: String,
    /// Whose credentials a run has.
    pub credential: Credential,
    /// The project whose quota is used and that is charged, where one is named.
    pub quota_project: Option<String>,
    /// Why that project cannot be charged.
    pub quota_problem: Option<String>,
    /// One entry a project.
    pub projects: Vec<Project>,
}

impl Diagnosis {
    /// True where a run would be allowed to see all that it needs.
    pub fn is_well(&self) -> bool {
        advice::reason(self).is_empty()
    }

    /// Who it is, as IAM names it, where that is known.
    pub fn member(&self) -> Option<String> {
        match &self.credential {
            Credential::Found { identity } => advice::member(identity.principal.as_deref()),
            Credential::NotNeeded | Credential::Missing { .. } => None,
        }
    }
}

/// Whose credentials a run has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// None are needed: an emulator is asked.
    NotNeeded,
    /// They gave a token.
    Found {
        /// Whose they are.
        identity: Identity,
    },
    /// There are none.
    Missing {
        /// What was tried, and what to do.
        text: String,
    },
}

impl Credential {
    /// True where there are none.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}

/// What was found out of one project.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Project id.
    pub id: String,
    /// The regions that a run asks in it; empty for all.
    pub regions: Vec<String>,
    /// The APIs that a run needs.
    pub services: Vec<Service>,
    /// Why it is not known which of them are enabled.
    pub services_problem: Option<String>,
    /// Whether what is missing for that is a role.
    pub services_role_missing: bool,
    /// The permissions that a run needs.
    pub permissions: Vec<Asked>,
    /// Why it is not known which of them the caller has.
    pub permissions_problem: Option<String>,
}

/// An API that a run needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Such as `run.googleapis.com`.
    pub name: String,
    /// Whether it is enabled.
    pub state: Enabled,
}

/// Whether an API is enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enabled {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It was not told.
    Unknown,
}

/// A permission that a run needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The permission, and what for.
    pub need: Need,
    /// Whether the caller has it.
    pub granted: Granted,
}

/// Whether the caller has a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// It has.
    Yes,
    /// It has not.
    No,
    /// It is not known, and why.
    Unknown(String),
}

/// Finds out what a run with this request would be allowed to see. Needs a Tokio runtime with time and I/O.
///
/// # Errors
/// A live source that is not asked, or may not be.
pub async fn diagnose(request: &Request) -> Result<Diagnosis, GatherError> {
    let (google, live_source) = whom(request)?;
    let google = Arc::new(google);
    let credential = credential(&google, request).await;
    let quota_project = match credential {
        Credential::NotNeeded => None,
        Credential::Found { .. } | Credential::Missing { .. } => request.tokens.quota_project(),
    };
    let ids: BTreeSet<&String> = request.projects.iter().chain(&request.needs.networks).collect();
    let mut projects = Vec::new();
    let mut tasks = JoinSet::new();
    for id in ids {
        let project = blank(id, request);
        if credential.is_missing() {
            projects.push(unasked(project, "there are no credentials"));
        } else if !is_segment(id) {
            projects.push(unasked(project, "this is no project id"));
        } else {
            let google = Arc::clone(&google);
            tasks.spawn(async move { examine(&google, project).await });
        }
    }
    let quota_problem = match (&quota_project, &credential) {
        (Some(project), Credential::Found { .. }) => quota_problem(&google, project).await,
        _ => None,
    };
    projects.extend(tasks.join_all().await);
    projects.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(Diagnosis { live_source, credential, quota_project, quota_problem, projects })
}

/// Whom to ask, and that in words.
fn whom(request: &Request) -> Result<(Google, String), GatherError> {
    let limits = request.limits.clone();
    let found = match (&request.source, request.endpoint.as_deref()) {
        (LiveSource::Emulator(path), Some(endpoint)) => {
            Google::stand_in(endpoint, limits).map(|google| (google, format!("emulated from {}", slashed(path))))
        }
        (LiveSource::Gcp, Some(endpoint)) => {
            Google::stand_in(endpoint, limits).map(|google| (google, format!("{endpoint} in place of Google Cloud")))
        }
        (LiveSource::Gcp, None) => {
            Google::cloud(limits, request.tokens.clone()).map(|google| (google, "Google Cloud".to_owned()))
        }
        (LiveSource::Emulator(_), None) => Err("the emulator is not running".to_owned()),
        (LiveSource::None | LiveSource::Snapshot(_) | LiveSource::Gcloud(_), _) => {
            Err("nothing is asked of Google Cloud with this live source".to_owned())
        }
    };
    found.map_err(GatherError::Endpoint)
}

async fn credential(google: &Google, request: &Request) -> Credential {
    if let Err(text) = google.sign_in().await {
        return Credential::Missing { text };
    }
    // A stand-in asks for no credentials, so none were looked for.
    let Some(identity) = request.tokens.identity().await else { return Credential::NotNeeded };
    let principal = match identity.principal {
        Some(principal) => Some(principal),
        None => permissions::email(google).await,
    };
    Credential::Found { identity: Identity { principal, ..identity } }
}

async fn quota_problem(google: &Google, project: &str) -> Option<String> {
    const NEEDED: &str = "serviceusage.services.use";
    match permissions::held(google, project, &[NEEDED]).await {
        Ok(Held { held, .. }) if held.iter().any(|permission| permission == NEEDED) => None,
        Ok(_) => Some(format!("the quota project {project} cannot be charged without {NEEDED}")),
        Err(failure) => {
            Some(format!("whether the quota project {project} can be charged is not known: {}", failure.detail))
        }
    }
}

/// A project of which nothing is known yet.
fn blank(id: &str, request: &Request) -> Project {
    let needs = needs::needs(id, request);
    let required = needs.iter().filter(|need| !need.optional);
    let names: BTreeSet<&String> = required.map(|need| &need.service).collect();
    let own = request.projects.iter().any(|asked| asked == id);
    Project {
        id: id.to_owned(),
        regions: if own { request.regions.clone() } else { Vec::new() },
        services: names.into_iter().map(|name| Service { name: name.clone(), state: Enabled::Unknown }).collect(),
        services_problem: None,
        services_role_missing: false,
        permissions: needs
            .into_iter()
            .map(|need| Asked { need, granted: Granted::Unknown("it was not asked".to_owned()) })
            .collect(),
        permissions_problem: None,
    }
}

fn unasked(mut project: Project, why: &str) -> Project {
    project.services_problem = Some(why.to_owned());
    unknown_permissions(&mut project, why);
    project
}

fn unknown_permissions(project: &mut Project, why: &str) {
    project.permissions_problem = Some(why.to_owned());
    for asked in &mut project.permissions {
        asked.granted = Granted::Unknown(why.to_owned());
    }
}

async fn examine(google: &Google, mut project: Project) -> Project {
    let asked: Vec<&str> = project.permissions.iter().map(|asked| asked.need.permission).collect();
    let (enabled, held) =
        tokio::join!(services::enabled(google, &project.id), permissions::held(google, &project.id, &asked));
    match enabled.failure {
        Some(failure) => {
            project.services_role_missing = failure.status == CoverageStatus::Denied;
            let missing = if project.services_role_missing {
                format!("; it needs {}", Api::ServiceUsageServices.permission())
            } else {
                String::new()
            };
            project.services_problem = Some(format!("{}{missing}", told(&failure)));
        }
        None => judge_services(&mut project, &enabled.items),
    }
    match held {
        Ok(held) => judge_permissions(&mut project, &held),
        Err(failure) => {
            let no_project =
                matches!(failure.http_status, Some(403 | 404)) && failure.status != CoverageStatus::Disabled;
            let hint = if no_project { "; the project does not exist, or nothing at all is allowed in it" } else { "" };
            unknown_permissions(&mut project, &format!("{}{hint}", told(&failure)));
        }
    }
    project
}

/// A failure in words, with the project whose API would have to be enabled, which may be another one.
fn told(failure: &Failure) -> String {
    let consumer = || {
        let details = failure.error.as_ref()?.pointer("/error/details")?.as_array()?;
        details.iter().find_map(|detail| detail.pointer("/metadata/consumer")?.as_str())
    };
    match consumer() {
        Some(consumer) if failure.status == CoverageStatus::Disabled => {
            format!("{} (to be enabled in {consumer})", failure.detail)
        }
        _ => failure.detail.clone(),
    }
}

fn judge_services(project: &mut Project, items: &[Value]) {
    let text = |item: &Value, key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
    let states: BTreeMap<String, String> = items
        .iter()
        .filter_map(|item| {
            let name = text(item, "name")?;
            Some((name.rsplit('/').next()?.to_owned(), text(item, "state")?))
        })
        .collect();
    for service in &mut project.services {
        service.state = match states.get(&service.name).map(String::as_str) {
            Some("ENABLED") => Enabled::Yes,
            Some("DISABLED") => Enabled::No,
            _ => Enabled::Unknown,
        };
    }
}

fn judge_permissions(project: &mut Project, held: &Held) {
    let disabled: BTreeSet<&str> = project
        .services
        .iter()
        .filter(|service| service.state == Enabled::No)
        .map(|service| service.name.as_str())
        .collect();
    for asked in &mut project.permissions {
        let is = |list: &[String]| list.iter().any(|permission| permission == asked.need.permission);
        asked.granted = if is(&held.held) {
            Granted::Yes
        } else if is(&held.odd) {
            Granted::Unknown("it cannot be asked about on a project".to_owned())
        } else if disabled.contains(asked.need.service.as_str()) {
            // Whether an API that is off has its permissions in the answer is not documented.
            Granted::Unknown(format!("{} is not enabled: enable it, and ask again", asked.need.service))
        } else {
            Granted::No
        };
    }
}
