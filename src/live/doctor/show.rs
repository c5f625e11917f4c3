//! The diagnosis as JSON, in a form of its own that stays the same.

use serde_json::{Value, json};

use super::{Asked, Credential, Diagnosis, Enabled, Granted, Project, advice};

/// The diagnosis as JSON.
pub fn show(diagnosis: &Diagnosis) -> Value {
    let member = diagnosis.member();
    json!({
        "schema_version": 1,
        "live_source": diagnosis.live_source,
        "credential": credential(diagnosis),
        "projects": diagnosis.projects.iter().map(|it| project(it, member.as_deref())).collect::<Vec<_>>(),
        "complete": diagnosis.is_well(),
        "reason": advice::reason(diagnosis),
    })
}

fn credential(diagnosis: &Diagnosis) -> Value {
    let quota = (&diagnosis.quota_project, &diagnosis.quota_problem);
    let (status, identity, detail) = match &diagnosis.credential {
        Credential::NotNeeded => ("not-needed", None, None),
        Credential::Found { identity } => ("found", Some(identity), None),
        Credential::Missing { text } => ("missing", None, Some(text)),
    };
    json!({
        "status": status,
        "source": identity.map(|it| &it.source),
        "kind": identity.map(|it| it.kind),
        "principal": identity.and_then(|it| it.principal.as_ref()),
        "detail": detail,
        "quota_project": quota.0,
        "quota_problem": quota.1,
    })
}

fn project(project: &Project, member: Option<&str>) -> Value {
    let services = project.services.iter().map(|service| {
        let state = match service.state {
            Enabled::Yes => "enabled",
            Enabled::No => "disabled",
            Enabled::Unknown => "unknown",
        };
        json!({ "name": service.name, "state": state })
    });
    json!({
        "project": project.id,
        "regions": project.regions,
        "services": services.collect::<Vec<_>>(),
        "services_problem": project.services_problem,
        "permissions": project.permissions.iter().map(permission).collect::<Vec<_>>(),
        "permissions_problem": project.permissions_problem,
        "roles": advice::roles(project),
        "commands": advice::commands(project, member),
    })
}

fn permission(asked: &Asked) -> Value {
    let (state, detail) = match &asked.granted {
        Granted::Yes => ("held", None),
        Granted::No => ("missing", None),
        Granted::Unknown(why) => ("unknown", Some(why)),
    };
    json!({
        "permission": asked.need.permission,
        "state": state,
        "detail": detail,
        "role": asked.need.role,
        "service": asked.need.service,
        "unchecked": asked.need.unchecked,
        "optional": asked.need.optional,
    })
}
