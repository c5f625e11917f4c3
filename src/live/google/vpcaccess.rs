//! Serverless VPC Access API, v1.

use super::pages::{Listing, list};
use super::{Google, path};

/// Lists the connectors of a region. That `-` stands for every region is documented nowhere, and an answer would not
/// name the regions that it lacks.
pub async fn connectors(google: &Google, project: &str, region: &str) -> Listing {
    let segments = ["v1", "projects", project, "locations", region, "connectors"];
    list(&google.transport, &path(&google.vpcaccess, &segments), "connectors").await
}
