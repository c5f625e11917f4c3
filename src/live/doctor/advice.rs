//! What would help, as commands that somebody with the right to do so can run. Nothing is run here.

use super::{Diagnosis, Enabled, Granted, Project};

/// Stands in a command where the caller is not known.
pub const MEMBER: &str = "MEMBER";

/// The caller as IAM names it, where that is known.
pub fn member(principal: Option<&str>) -> Option<String> {
    let principal = principal.filter(|principal| principal.contains('@'))?;
    let kind = if principal.ends_with(".gserviceaccount.com") { "serviceAccount" } else { "user" };
    Some(format!("{kind}:{principal}"))
}

/// The commands that would give a project what is missing, in the order in which to run them.
pub fn commands(project: &Project, member: Option<&str>) -> Vec<String> {
    let disabled = project.services.iter().filter(|service| service.state == Enabled::No);
    let services: Vec<&str> = disabled.map(|service| service.name.as_str()).collect();
    let mut commands = Vec::new();
    if !services.is_empty() {
        commands.push(format!("gcloud services enable {} --project={}", services.join(" "), project.id));
    }
    let member = member.unwrap_or(MEMBER);
    commands.extend(
        roles(project).into_iter().map(|role| {
            format!("gcloud projects add-iam-policy-binding {} --member={member} --role={role}", project.id)
        }),
    );
    commands
}

/// The roles that hold what is missing, each once.
pub fn roles(project: &Project) -> Vec<&'static str> {
    let missing = project.permissions.iter().filter(|asked| asked.granted == Granted::No && !asked.need.optional);
    let mut roles: Vec<&str> = missing.map(|asked| asked.need.role).collect();
    if project.services_role_missing {
        roles.push(crate::model::Api::ServiceUsageServices.role());
    }
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// Why the outcome is what it is, in few words; empty where all is there.
pub fn reason(diagnosis: &Diagnosis) -> String {
    let count = |number: usize, one: &str, many: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {many}")),
    };
    let permissions = || diagnosis.projects.iter().flat_map(|project| &project.permissions);
    let counted = |granted: fn(&Granted) -> bool| {
        permissions().filter(|asked| !asked.need.optional && granted(&asked.granted)).count()
    };
    let services = || diagnosis.projects.iter().flat_map(|project| &project.services);
    let disabled = services().filter(|service| service.state == Enabled::No).count();
    let unknown = services().filter(|service| service.state == Enabled::Unknown).count();
    let missing = diagnosis.credential.is_missing().then(|| "there are no credentials".to_owned());
    let parts = [
        missing,
        count(counted(|granted| *granted == Granted::No), "permission is missing", "permissions are missing"),
        count(
            counted(|granted| matches!(granted, Granted::Unknown(_))),
            "permission could not be judged",
            "permissions could not be judged",
        ),
        count(disabled, "API is not enabled", "APIs are not enabled"),
        count(unknown, "API may or may not be enabled", "APIs may or may not be enabled"),
        diagnosis.quota_problem.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
