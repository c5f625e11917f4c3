//! What is served, in the types of Google's own Rust clients.

use std::fmt::Debug;

use google_cloud_run_v2::model as run;
use google_cloud_vpcaccess_v1::model as vpcaccess;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Served, state};

/// Reads a body as a type, and asserts that the type knows every field of it: it shows those that it only keeps.
fn known<T: DeserializeOwned + Debug>(body: &Value) {
    let message: T = serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error}: {body}"));
    let text = format!("{message:?}");
    assert!(!text.contains("_unknown_fields"), "{text}");
}

#[tokio::test]
async fn every_payload_is_one_of_the_model_without_an_unknown_field() {
    let served = Served::start(state()).await;
    let west = "projects/shop-staging/locations/europe-west1";
    let mut read = 0;
    for encoding in ["", "?%24alt=json%3Benum-encoding%3Dint"] {
        for (path, judge) in [
            (format!("/v2/{west}/services"), known::<run::ListServicesResponse> as fn(&Value)),
            (format!("/v2/{west}/services/checkout"), known::<run::Service>),
            (format!("/v2/{west}/services/-/revisions"), known::<run::ListRevisionsResponse>),
            (format!("/v2/{west}/workerPools/-/revisions"), known::<run::ListRevisionsResponse>),
            (format!("/v2/{west}/jobs"), known::<run::ListJobsResponse>),
            (format!("/v2/{west}/workerPools"), known::<run::ListWorkerPoolsResponse>),
            (format!("/v1/{west}/connectors"), known::<vpcaccess::ListConnectorsResponse>),
            (format!("/v1/{west}/connectors/broken-connector"), known::<vpcaccess::Connector>),
        ] {
            let mut token = String::new();
            loop {
                let with = if encoding.is_empty() { '?' } else { '&' };
                let (code, body) = served.get(&format!("{path}{encoding}{with}pageToken={token}")).await;
                assert_eq!(code, 200, "{path}: {body}");
                judge(&body);
                read += 1;
                match body["nextPageToken"].as_str() {
                    Some(next) => token = next.to_owned(),
                    None => break,
                }
            }
        }
    }
    assert!(read > 16, "{read} pages: more than one of some list");
}

#[test]
#[should_panic(expected = "_unknown_fields")]
fn a_field_that_the_model_does_not_know_is_seen() {
    known::<run::Service>(&json!({"template": {"vpcAccess": {"egress": "ALL_TRAFFIC", "tunnel": true}}}));
}
