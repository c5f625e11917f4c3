//! Cloud Resource Manager API: which project a number belongs to, and who may do what in a project.
//!
//! What it does not tell of numbers stays unknown, and so do the names that need it: a refusal (the permission
//! `resourcemanager.projects.get` is missing, the API is not enabled) hides nothing, so it is no answer of its own.

use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::pages::Listing;
use super::{Google, ReadPost, path};

/// The number of the project with this id (v1, whose answer has the number as a field).
pub async fn project_number(google: &Google, id: &str) -> Option<String> {
    let body = get(google, path(&google.resource_manager, &["v1", "projects", id])).await?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let number = text("projectNumber").filter(|_| text("projectId") == Some(id));
    number.filter(|number| !number.is_empty()).map(str::to_owned)
}

/// The id of the project with this number (v3, which takes a number in its name).
pub async fn project_id(google: &Google, number: &str) -> Option<String> {
    let body = get(google, path(&google.resource_manager, &["v3", "projects", number])).await?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let id = text("projectId").filter(|_| text("name") == Some(&*format!("projects/{number}")));
    id.filter(|id| !id.is_empty()).map(str::to_owned)
}

/// Who may do what in a project.
pub async fn iam_policy(google: &Google, project: &str) -> Listing {
    let url = path(&google.resource_manager, &["v3", "projects", &format!("{project}:getIamPolicy")]);
    // Version 3 of a policy shows the conditions of its bindings; an older one would leave such bindings out.
    let body = json!({"options": {"requestedPolicyVersion": 3}});
    Listing::one(google.transport.post(ReadPost::GetIamPolicy, &url, &body).await)
}

/// One answer, within the time of one attempt: the run does not wait for what it can do without.
async fn get(google: &Google, url: Url) -> Option<Value> {
    timeout(google.transport.limits().attempt, google.transport.get(&url)).await.ok()?.ok()
}
