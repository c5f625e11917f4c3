//! Cloud Run Admin API: services and revisions by v2, locations by v1 (v2 has no list of them).

use serde_json::Value;

use super::failure::Failure;
use super::pages::{Listing, list};
use super::{Google, path};
use crate::model::CoverageStatus;

/// Lists the services of a region. v2 takes no `-` for the location.
pub async fn services(google: &Google, project: &str, region: &str) -> Listing {
    let segments = ["v2", "projects", project, "locations", region, "services"];
    list(&google.transport, &path(&google.run, &segments), "services").await
}

/// Lists the revisions of all services of a region, in one list.
pub async fn revisions(google: &Google, project: &str, region: &str) -> Listing {
    let segments = ["v2", "projects", project, "locations", region, "services", "-", "revisions"];
    list(&google.transport, &path(&google.run, &segments), "revisions").await
}

/// Lists the ids of the regions that Cloud Run offers to a project.
///
/// # Errors
/// Where the list is not complete, so that a region may be missing.
pub async fn regions(google: &Google, project: &str) -> Result<Vec<String>, Failure> {
    let segments = ["v1", "projects", project, "locations"];
    let listing = list(&google.transport, &path(&google.run, &segments), "locations").await;
    if let Some(failure) = listing.failure {
        return Err(failure);
    }
    let id = |item: &Value| item.get("locationId").and_then(Value::as_str).map(str::to_owned);
    let ids: Option<Vec<String>> = listing.items.iter().map(id).collect();
    ids.ok_or_else(|| Failure::new(CoverageStatus::Malformed, "a location has no `locationId`"))
}
