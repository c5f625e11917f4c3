//! Cloud Resource Manager API: projects, their IAM policies, and what the caller may do.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::catalog;
use super::failures;
use super::reply::Reply;
use super::request::Request;
use super::state::{State, Status};

/// Id and number of a project, in the form of version `v1` or `v3`.
pub(super) fn project(state: &State, version: &str, project: &str) -> Reply {
    match state.project(project) {
        Some((id, number)) if version == "v1" => {
            let found = json!({"projectNumber": number, "projectId": id, "lifecycleState": "ACTIVE"});
            Reply::ok(found)
        }
        Some((id, number)) => {
            let found = json!({"name": format!("projects/{number}"), "projectId": id, "state": "ACTIVE"});
            Reply::ok(found)
        }
        None => unseen(),
    }
}

/// Google does not tell a project that is not there from one that may not be seen.
pub(super) fn unseen() -> Reply {
    Reply::error(StatusCode::FORBIDDEN, "PERMISSION_DENIED", "The caller does not have permission")
}

/// `:getIamPolicy`: the one item of the recorded answer.
pub(super) fn policy(state: &State, project: &str) -> Reply {
    let Some(answer) = state.answer("cloudresourcemanager.iamPolicy", state.project_id(project), None) else {
        return Reply::not_found(&format!("the state holds no IAM policy of {project}"));
    };
    failures::of(answer).unwrap_or_else(|| match answer.items.first() {
        Some(policy) => Reply::ok(policy.clone()),
        None => Reply::ok(json!({"etag": "ACAB"})),
    })
}

/// `:testIamPermissions`: those of the asked permissions that the caller has.
pub(super) fn test_permissions(state: &State, project: &str, request: &Request) -> Reply {
    let asked = request.body.get("permissions").and_then(Value::as_array);
    let asked: Option<Vec<&str>> = asked.and_then(|asked| asked.iter().map(Value::as_str).collect());
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else {
        return Reply::invalid("A list of permissions is wanted.");
    };
    if !state.knows(project) {
        return unseen();
    }
    let project = state.project_id(project);
    let denied: BTreeSet<&str> = state
        .answers
        .iter()
        .filter(|answer| answer.project == project && answer.status == Status::Denied)
        .filter_map(|answer| catalog::collection(&answer.api))
        .map(|collection| collection.permission)
        .collect();
    let has = |permission: &str| match state.permissions.get(project) {
        Some(own) => own.iter().any(|held| held == permission) && !denied.contains(permission),
        None => !denied.contains(permission),
    };
    let held: Vec<&str> = asked.into_iter().filter(|permission| has(permission)).collect();
    // Google leaves out what is empty.
    Reply::ok(if held.is_empty() { json!({}) } else { json!({"permissions": held}) })
}
