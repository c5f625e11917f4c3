//! Cloud Logging API (v2) and Cloud Monitoring API (v3): who changed what, and the load of connectors. Both only where
//! the user asks for them.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::pages::{Listing, PLAIN, list};
use super::{Failure, Google, ReadPost, path};
use crate::model::CoverageStatus;

/// Entries that are kept; the newest come first.
const MOST_ENTRIES: usize = 1_000;
/// Pages that are read, most of them empty.
const MOST_PAGES: usize = 50;

/// What decides connectivity in Compute Engine, by the resource in the method's name. Without it the changes of machines
/// would crowd out the rest.
const COMPUTE: [&str; 7] =
    ["firewalls", "firewallPolicies", "networks", "subnetworks", "routes", "routers", "networkFirewallPolicies"];

/// The entries of changes of workloads, connectors, databases, private connections, APIs, roles and networks. In the
/// query language `OR` binds more tightly than `AND`, hence the brackets.
fn filter(project: &str, since: Timestamp) -> String {
    let services = [
        "run.googleapis.com",
        "vpcaccess.googleapis.com",
        "cloudsql.googleapis.com",
        "redis.googleapis.com",
        "servicenetworking.googleapis.com",
        "serviceusage.googleapis.com",
        "cloudresourcemanager.googleapis.com",
    ];
    let quoted = |words: &[&str]| words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR ");
    format!(
        "logName=\"projects/{project}/logs/cloudaudit.googleapis.com%2Factivity\" AND \
         (protoPayload.serviceName=({}) OR (protoPayload.serviceName=\"compute.googleapis.com\" AND \
         protoPayload.methodName:({}))) AND timestamp>=\"{since}\"",
        quoted(&services),
        quoted(&COMPUTE)
    )
}

/// Lists who changed what decides connectivity in a project, the newest first.
pub async fn changes(google: &Google, project: &str, since: Timestamp) -> Listing {
    let url = path(&google.logging, &["v2", "entries:list"]);
    let filter = filter(project, since);
    let mut listing = Listing::default();
    let mut token = String::new();
    for _ in 0..MOST_PAGES {
        let mut body = json!({
            "resourceNames": [format!("projects/{project}")],
            "filter": filter,
            "orderBy": "timestamp desc",
            "pageSize": MOST_ENTRIES,
        });
        if !token.is_empty() {
            body["pageToken"] = json!(token);
        }
        let page = google.transport.post(ReadPost::ListLogEntries, &url, &body).await;
        let next = match page.and_then(|page| listing.add(page, "entries")) {
            Ok(next) => next,
            Err(failure) => {
                listing.failure = Some(failure);
                return listing;
            }
        };
        // An empty page with a token means that the search goes on.
        if next.is_empty() || listing.items.len() >= MOST_ENTRIES {
            listing.items.truncate(MOST_ENTRIES);
            return listing;
        }
        token = next;
    }
    let text = format!("the search had not ended after {MOST_PAGES} pages");
    listing.failure = Some(Failure::new(CoverageStatus::Unreachable, text));
    listing
}

/// How far back load is looked at.
const LOAD: SignedDuration = SignedDuration::from_hours(1);

/// Lists the load of the connectors of a project over the last hour, one point a minute.
pub async fn connector_load(google: &Google, project: &str, now: Timestamp) -> Listing {
    let mut url = path(&google.monitoring, &["v3", "projects", project, "timeSeries"]);
    let start = now.checked_sub(LOAD).unwrap_or(Timestamp::MIN);
    url.query_pairs_mut()
        .append_pair("filter", "metric.type = starts_with(\"vpcaccess.googleapis.com/connector/\")")
        .append_pair("interval.startTime", &start.to_string())
        .append_pair("interval.endTime", &now.to_string());
    list(&google.transport, &url, "timeSeries", PLAIN).await
}
