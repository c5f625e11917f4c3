//! Serverless VPC Access API, v1.

use super::pages::{Listing, PLAIN, list};
use super::{Google, path};
use crate::model::ConnectorName;

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

/// Reads one connector: of another project, perhaps, in which not all are to be looked at. That there is none is an
/// answer too.
pub async fn connector(google: &Google, name: &ConnectorName) -> Listing {
    let ConnectorName { project, region, name } = name;
    let segments = ["v1", "projects", project, "locations", region, "connectors", name];
    match google.transport.get(&path(&google.vpcaccess, &segments)).await {
        Err(failure) if failure.http_status == Some(404) => Listing::default(),
        answer => Listing::one(answer),
    }
}

async fn of_region(google: &Google, project: &str, region: &str, collection: &str) -> Listing {
    let segments = ["v1", "projects", project, "locations", region, collection];
    list(&google.transport, &path(&google.vpcaccess, &segments), collection, PLAIN).await
}
