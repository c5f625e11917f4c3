//! Cloud Run Admin API v2.

use serde_json::Value;

use super::collections::{Context, Found, item, last, name_of, named, parent, pick};
use super::reply::Reply;

/// Answers what follows `/v2/projects/P/locations/R/`; `None` where nothing is served there.
pub(super) fn answer(context: Context<'_>, project: &str, region: &str, rest: &[&str]) -> Option<Reply> {
    if region == "-" {
        let message = "The location must be a Google Cloud region and cannot be the \"-\" wildcard.";
        return Some(Reply::invalid(message));
    }
    Some(match rest {
        [collection] => {
            let (api, key) = collection_of(collection)?;
            context.page(key, context.in_region(api, project, region))
        }
        [collection, name] => {
            let (api, _) = collection_of(collection)?;
            item(named(context.in_region(api, project, region), name))
        }
        [holder @ ("services" | "workerPools"), owner, "revisions"] => {
            let revisions = context.in_region("run.revisions", project, region);
            context.page("revisions", revisions.map(|found| of_owner(found, holder, owner)))
        }
        [holder @ ("services" | "workerPools"), owner, "revisions", name] => {
            let revisions = context.in_region("run.revisions", project, region);
            let own = |revision: &Value| last(name_of(revision)) == *name && is_of(revision, holder, owner);
            item(pick(revisions, own))
        }
        _ => return None,
    })
}

/// The word in the state and the key of the items.
fn collection_of(segment: &str) -> Option<(&'static str, &'static str)> {
    match segment {
        "services" => Some(("run.services", "services")),
        "jobs" => Some(("run.jobs", "jobs")),
        "workerPools" => Some(("run.workerPools", "workerPools")),
        _ => None,
    }
}

/// Only the revisions of a service or worker pool, or of all for `-`.
fn of_owner<'a>(found: Found<'a>, holder: &str, owner: &str) -> Found<'a> {
    let wanted = |revision: &&Value| {
        // Without a name nobody's, and served all the same.
        name_of(revision).is_empty()
            || is_of(revision, holder, owner)
            || owner == "-" && is_of(revision, holder, parent(name_of(revision)))
    };
    Found { items: found.items.into_iter().filter(wanted).collect(), ..found }
}

fn is_of(revision: &Value, holder: &str, owner: &str) -> bool {
    let name = name_of(revision);
    parent(name) == owner && name.rsplit('/').nth(3) == Some(holder)
}
