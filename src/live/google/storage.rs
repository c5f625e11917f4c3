//! Cloud Storage JSON API, v1: one object, for a Terraform state that is kept in a bucket.

use serde_json::Value;

use super::{Failure, Google, path};
use crate::model::CoverageStatus;

/// The permission that reading an object needs.
pub const PERMISSION: &str = "storage.objects.get";
/// The narrowest predefined role that holds [`PERMISSION`].
pub const ROLE: &str = "roles/storage.objectViewer";

/// The content of an object, which must be JSON. One GET.
///
/// # Errors
/// What the answer was.
pub async fn object(google: &Google, bucket: &str, name: &str) -> Result<Value, Failure> {
    // These would be taken out of a path, escaped or not.
    if [bucket, name].iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Err(Failure::new(CoverageStatus::NotAsked, "this names no object"));
    }
    let mut url = path(&google.storage, &["storage", "v1", "b", bucket, "o", name]);
    url.set_query(Some("alt=media"));
    google.transport.get(&url).await
}
