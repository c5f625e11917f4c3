//! Version 1 of the JSON of `doctor`: its shape, and the diagnosis in it.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Asked, Credential, Diagnosis, Enabled, Granted, Project, advice};

/// What a run may see, version 1. Fields may be added within this version; none is renamed, removed or given another
/// meaning.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "gcp-drift doctor, version 1")]
pub struct Shown {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    schema_version: u32,
    /// Who was asked, in words.
    live_source: String,
    credential: ShownCredential,
    /// One entry a project.
    projects: Vec<ShownProject>,
    /// True where a run would see all that it needs.
    complete: bool,
    /// Why not; empty where it would.
    reason: String,
}

/// The credentials of a run.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownCredential {
    status: CredentialStatus,
    /// Where they come from; null where there are none.
    source: Option<String>,
    /// What they are, such as `service account key`.
    kind: Option<String>,
    /// Who it is, where the source itself says it.
    principal: Option<String>,
    /// Why there are none.
    detail: Option<String>,
    /// The project whose quota is used and that is charged, where one is named.
    quota_project: Option<String>,
    /// Why that project cannot be charged.
    quota_problem: Option<String>,
}

/// Whether a run has credentials.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum CredentialStatus {
    /// The source of the live state asks for none.
    NotNeeded,
    /// It has.
    Found,
    /// It has none.
    Missing,
}

/// What a run may see of a project.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownProject {
    /// Project id.
    project: String,
    /// The regions that a run asks in it; empty for all.
    regions: Vec<String>,
    /// The APIs that a run needs.
    services: Vec<ShownService>,
    /// Why it is not known which of them are enabled.
    services_problem: Option<String>,
    /// The permissions that a run needs.
    permissions: Vec<ShownPermission>,
    /// Why it is not known which of them the caller has.
    permissions_problem: Option<String>,
    /// The roles to ask for.
    roles: Vec<String>,
    /// Commands that enable and grant what is missing.
    commands: Vec<String>,
}

/// An API.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownService {
    /// Such as `run.googleapis.com`.
    name: String,
    state: ServiceState,
}

/// Whether an API is enabled.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ServiceState {
    /// It is.
    Enabled,
    /// It is not.
    Disabled,
    /// It was not told.
    Unknown,
}

/// A permission.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownPermission {
    /// Such as `run.services.list`.
    permission: String,
    state: PermissionState,
    /// Why it is not known.
    detail: Option<String>,
    /// The narrowest predefined role that holds it.
    role: String,
    /// The API that must be enabled for it.
    service: String,
    /// What is not checked without it.
    unchecked: Vec<String>,
    /// A run can do without.
    optional: bool,
}

/// Whether the caller has a permission.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum PermissionState {
    /// It has.
    Held,
    /// It has not.
    Missing,
    /// It is not known.
    Unknown,
}

/// The diagnosis as it is printed.
pub fn show(diagnosis: &Diagnosis) -> Shown {
    let member = diagnosis.member();
    Shown {
        schema_version: 1,
        live_source: diagnosis.live_source.clone(),
        credential: credential(diagnosis),
        projects: diagnosis.projects.iter().map(|it| project(it, member.as_deref())).collect(),
        complete: diagnosis.is_well(),
        reason: advice::reason(diagnosis),
    }
}

fn credential(diagnosis: &Diagnosis) -> ShownCredential {
    let (status, identity, detail) = match &diagnosis.credential {
        Credential::NotNeeded => (CredentialStatus::NotNeeded, None, None),
        Credential::Found { identity } => (CredentialStatus::Found, Some(identity), None),
        Credential::Missing { text } => (CredentialStatus::Missing, None, Some(text.clone())),
    };
    ShownCredential {
        status,
        source: identity.map(|it| it.source.clone()),
        kind: identity.map(|it| it.kind.to_owned()),
        principal: identity.and_then(|it| it.principal.clone()),
        detail,
        quota_project: diagnosis.quota_project.clone(),
        quota_problem: diagnosis.quota_problem.clone(),
    }
}

fn project(project: &Project, member: Option<&str>) -> ShownProject {
    let services = project.services.iter().map(|service| ShownService {
        name: service.name.clone(),
        state: match service.state {
            Enabled::Yes => ServiceState::Enabled,
            Enabled::No => ServiceState::Disabled,
            Enabled::Unknown => ServiceState::Unknown,
        },
    });
    ShownProject {
        project: project.id.clone(),
        regions: project.regions.clone(),
        services: services.collect(),
        services_problem: project.services_problem.clone(),
        permissions: project.permissions.iter().map(permission).collect(),
        permissions_problem: project.permissions_problem.clone(),
        roles: advice::roles(project).into_iter().map(str::to_owned).collect(),
        commands: advice::commands(project, member),
    }
}

fn permission(asked: &Asked) -> ShownPermission {
    let (state, detail) = match &asked.granted {
        Granted::Yes => (PermissionState::Held, None),
        Granted::No => (PermissionState::Missing, None),
        Granted::Unknown(why) => (PermissionState::Unknown, Some(why.clone())),
    };
    ShownPermission {
        permission: asked.need.permission.to_owned(),
        state,
        detail,
        role: asked.need.role.to_owned(),
        service: asked.need.service.clone(),
        unchecked: asked.need.unchecked.iter().map(|what| (*what).to_owned()).collect(),
        optional: asked.need.optional,
    }
}

/// The JSON schema (draft 2020-12) of what `doctor` prints.
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Shown>().to_value()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_schema_is_that_of_the_code() {
        crate::testing::committed_schema("doctor-v1.json", &super::schema());
    }
}
