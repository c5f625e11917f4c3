//! Cloud Run Admin API: services, revisions, jobs and worker pools by v2, locations by v1 (v2 has no list of them).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use super::failure::Failure;
use super::pages::{Listing, PLAIN, list, list_until};
use super::{Google, path};
use crate::model::CoverageStatus;

/// Lists the services of a region. v2 takes no `-` for the location.
pub async fn services(google: &Google, project: &str, region: &str) -> Listing {
    of_region(google, project, region, "services").await
}

/// Lists the jobs of a region.
pub async fn jobs(google: &Google, project: &str, region: &str) -> Listing {
    of_region(google, project, region, "jobs").await
}

/// Lists the worker pools of a region.
pub async fn worker_pools(google: &Google, project: &str, region: &str) -> Listing {
    of_region(google, project, region, "workerPools").await
}

async fn of_region(google: &Google, project: &str, region: &str, collection: &str) -> Listing {
    let segments = ["v2", "projects", project, "locations", region, collection];
    list(&google.transport, &path(&google.run, &segments), collection, PLAIN).await
}

/// Reads the revisions that are wanted of the services or worker pools (`collection`) of a region, each given by the
/// short names of its workload and itself.
///
/// A region may hold hundreds of thousands of revisions of which few serve, or few that nearly all serve, and only
/// reading tells which. So the list of all is read while it has cost fewer requests than are missing, and what then
/// still is missing is asked for by name: never more than twice the requests that the better way would have taken.
pub async fn revisions(
    google: &Arc<Google>,
    project: &str,
    region: &str,
    collection: &str,
    wanted: &BTreeSet<(String, String)>,
) -> Listing {
    let mut listing = Listing::default();
    if wanted.len() > 1 {
        let segments = ["v2", "projects", project, "locations", region, collection, "-", "revisions"];
        let url = path(&google.run, &segments);
        let (mut pages, mut known) = (0, 0);
        let mut missing = wanted.clone();
        let enough = |items: &[Value]| {
            pages += 1;
            for item in items.iter().skip(known) {
                if let Some(name) = workload_and_revision(item) {
                    missing.remove(&name);
                }
            }
            known = items.len();
            pages >= missing.len()
        };
        listing = list_until(&google.transport, &url, "revisions", PLAIN, enough).await;
        if listing.failure.is_some() {
            return listing;
        }
    }
    let listed: BTreeSet<(String, String)> = listing.items.iter().filter_map(workload_and_revision).collect();
    listing.items.retain(|item| workload_and_revision(item).is_none_or(|name| wanted.contains(&name)));
    let mut tasks = JoinSet::new();
    for (workload, revision) in wanted.difference(&listed).cloned() {
        let google = Arc::clone(google);
        let segments = ["v2", "projects", project, "locations", region, collection, &workload, "revisions", &revision];
        let url = path(&google.run, &segments);
        tasks.spawn(async move { google.transport.get(&url).await.map_err(|failure| (revision, failure)) });
    }
    let mut failures = BTreeMap::new();
    while let Some(done) = tasks.join_next().await {
        let lost = || Failure::new(CoverageStatus::Unreachable, "the read ended without an answer");
        match done.unwrap_or_else(|_| Err(("?".to_owned(), lost()))) {
            Ok(item) => listing.items.push(item),
            Err((revision, failure)) => drop(failures.insert(revision, failure)),
        }
    }
    listing.items.sort_by_cached_key(workload_and_revision);
    let more = failures.len().saturating_sub(1);
    listing.failure = failures.pop_first().map(|(revision, failure)| {
        let more = if more == 0 { String::new() } else { format!(" (and {more} more revisions)") };
        Failure { detail: format!("revision {revision}: {}{more}", failure.detail), ..failure }
    });
    listing
}

/// The short names of a revision and its workload.
fn workload_and_revision(item: &Value) -> Option<(String, String)> {
    let mut parts = item.get("name")?.as_str()?.rsplit('/');
    let revision = parts.next()?;
    let workload = parts.nth(1)?;
    Some((workload.to_owned(), revision.to_owned()))
}

/// Lists the ids of the regions that Cloud Run offers to a project.
///
/// # Errors
/// Where the list is not complete, so that a region may be missing.
pub async fn regions(google: &Google, project: &str) -> Result<Vec<String>, Failure> {
    let segments = ["v1", "projects", project, "locations"];
    let listing = list(&google.transport, &path(&google.run, &segments), "locations", PLAIN).await;
    if let Some(failure) = listing.failure {
        return Err(failure);
    }
    if !listing.unreachable.is_empty() {
        let text = format!("the list of regions is not complete: {}", listing.unreachable.join(", "));
        return Err(Failure::new(CoverageStatus::Unreachable, text));
    }
    let id = |item: &Value| item.get("locationId").and_then(Value::as_str).map(str::to_owned);
    let ids: Option<Vec<String>> = listing.items.iter().map(id).collect();
    ids.ok_or_else(|| Failure::new(CoverageStatus::Malformed, "a location has no `locationId`"))
}
