//! Serverless VPC Access API, v1.

use super::pages::{Listing, PLAIN, list};
use super::{Google, path};

/// Lists the connectors of a region. That `-` stands for every region is documented nowhere, and an answer would not
/// name the regions that it lacks.
pub async fn connectors(google: &Google, project: &str, region: &str) -> Listing {
    of_region(google, project, region, "connectors").await
}

/// Lists the operations of a region: a connector in the state `ERROR` does not tell why, the operation that failed
/// does.
pub async fn operations(google: &Google, project: &str, region: &str) -> Listing {
    of_region(google, project, region, "operations").await
}

async fn of_region(google: &Google, project: &str, region: &str, collection: &str) -> Listing {
    let segments = ["v1", "projects", project, "locations", region, collection];
    list(&google.transport, &path(&google.vpcaccess, &segments), collection, PLAIN).await
}
