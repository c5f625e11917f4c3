//! Cloud Resource Manager API, v3: which project a number belongs to.

use serde_json::Value;

use super::{Google, path};

/// The id of the project with this number, where the API tells it. Names with a number that stays unknown are
/// unknown themselves, so a refusal (`resourcemanager.projects.get` is missing) hides nothing.
pub async fn project_id(google: &Google, number: &str) -> Option<String> {
    let body = google.transport.get(&path(&google.resource_manager, &["v3", "projects", number])).await.ok()?;
    let own = body.get("name").and_then(Value::as_str) == Some(&*format!("projects/{number}"));
    let id = body.get("projectId").and_then(Value::as_str).filter(|id| own && !id.is_empty());
    id.map(str::to_owned)
}
