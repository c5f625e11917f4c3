//! Service Usage API (which APIs are enabled) and Service Networking API (private connections to Google's services),
//! both v1.

use super::pages::{Listing, PLAIN, list};
use super::{Google, path};
use crate::model::Api;

/// Asks which of the APIs that this program knows are enabled in a project: one request.
pub async fn enabled(google: &Google, project: &str) -> Listing {
    let mut url = path(&google.serviceusage, &["v1", "projects", project, "services:batchGet"]);
    let mut names: Vec<String> = Api::ALL.iter().map(|api| api.service()).collect();
    names.sort();
    names.dedup();
    for name in names {
        url.query_pairs_mut().append_pair("names", &format!("projects/{project}/services/{name}"));
    }
    match google.transport.get(&url).await {
        Ok(mut body) => match body.get_mut("services").map(serde_json::Value::take) {
            Some(serde_json::Value::Array(items)) => Listing { items, ..Listing::default() },
            _ => Listing::one(Err(super::Failure::malformed("the answer has no list of services"))),
        },
        Err(failure) => Listing::one(Err(failure)),
    }
}

/// Lists the private connections of a network. The API takes the network's project by number only.
pub async fn connections(google: &Google, project_number: &str, network: &str) -> Listing {
    let mut url = path(&google.servicenetworking, &["v1", "services", "-", "connections"]);
    url.query_pairs_mut().append_pair("network", &format!("projects/{project_number}/global/networks/{network}"));
    list(&google.transport, &url, "connections", PLAIN).await
}
