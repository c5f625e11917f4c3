//! IAM policies, and which APIs are enabled.

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Resource, told};
use super::{is_short_name, project_id};
use crate::model::{ApiUse, Binding, IamPolicy, NameContext, PolicyResource, SubnetworkName};

#[derive(Deserialize)]
struct ApiPolicy {
    bindings: Option<Vec<ApiBinding>>,
}

#[derive(Deserialize)]
struct ApiBinding {
    role: Option<String>,
    members: Option<Vec<String>>,
    condition: Option<Value>,
}

#[derive(Deserialize)]
struct ApiService {
    name: Option<String>,
    state: Option<String>,
}

/// Reads the policy of the project that was asked.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn project_policy(item: &Value, context: &NameContext) -> Result<Option<IamPolicy>, String> {
    let project = context.project.clone().unwrap_or_default();
    policy(item, PolicyResource::Project(project)).map(Some)
}

/// Reads the policy of the subnetwork `of`.
///
/// # Errors
/// What is wrong with the item, or with the name of the subnetwork.
pub(super) fn subnetwork_policy(
    item: &Value,
    of: Option<&str>,
    context: &NameContext,
) -> Result<Option<IamPolicy>, String> {
    let of = of.ok_or("the answer does not say which subnetwork was asked about")?;
    let name = SubnetworkName::parse(of, context).map_err(|error| error.to_string())?;
    if context.project.as_ref().is_some_and(|project| *project != name.project) {
        return Err("the subnetwork is of another project than the one that was asked".to_owned());
    }
    policy(item, PolicyResource::Subnetwork(name)).map(Some)
}

/// A policy without bindings is one that grants nothing.
fn policy(item: &Value, resource: PolicyResource) -> Result<IamPolicy, String> {
    let api = ApiPolicy::deserialize(item).map_err(|error| error.to_string())?;
    let bindings = api.bindings.unwrap_or_default().into_iter().map(binding);
    let mut bindings = bindings.collect::<Result<Vec<Binding>, String>>()?;
    bindings.sort();
    Ok(IamPolicy { resource, bindings })
}

fn binding(api: ApiBinding) -> Result<Binding, String> {
    let role = api.role.filter(|role| !role.is_empty()).ok_or("a binding names no role")?;
    // A policy of an old version tells a condition by the role's name alone.
    let (role, hidden) = match role.split_once("_withcond_") {
        Some((role, _)) => (role.to_owned(), true),
        None => (role, false),
    };
    let conditional = hidden || api.condition.is_some_and(|condition| !condition.is_null());
    Ok(Binding { role, members: api.members.unwrap_or_default().into_iter().collect(), conditional })
}

/// Reads whether an API is enabled: `projects/{number}/services/{api}`.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn api(item: &Value, context: &NameContext) -> Result<Option<ApiUse>, String> {
    let api = ApiService::deserialize(item).map_err(|error| error.to_string())?;
    let full = api.name.unwrap_or_default();
    let parts: Vec<&str> = full.split('/').collect();
    let ["projects", project, "services", service] = parts.as_slice() else {
        return Err("this is no name of the collection".to_owned());
    };
    let project = project_id(project, &context.project_numbers);
    if !is_short_name(service) || context.project.as_deref().is_some_and(|own| own != project) {
        return Err("it is of another project than the one that was asked".to_owned());
    }
    let resource = Resource::new(&format!("projects/{project}/services/{service}"), project, None, context);
    Ok(Some(ApiUse {
        project: project.to_owned(),
        service: (*service).to_owned(),
        state: told(resource.word(api.state, "state")),
    }))
}
