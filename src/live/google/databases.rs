//! Cloud SQL Admin API (v1) and Memorystore for Redis API (v1): what workloads reach through the VPC.

use super::pages::{Listing, PLAIN, SQL, list};
use super::{Google, path};

/// Lists the Cloud SQL instances of a project, in all regions.
pub async fn sql_instances(google: &Google, project: &str) -> Listing {
    let url = path(&google.sqladmin, &["v1", "projects", project, "instances"]);
    list(&google.transport, &url, "items", SQL).await
}

/// Lists the Redis instances of a project, in all regions.
pub async fn redis_instances(google: &Google, project: &str) -> Listing {
    redis(google, project, "instances").await
}

/// Lists the Redis clusters of a project, in all regions.
pub async fn redis_clusters(google: &Google, project: &str) -> Listing {
    redis(google, project, "clusters").await
}

async fn redis(google: &Google, project: &str, collection: &str) -> Listing {
    let segments = ["v1", "projects", project, "locations", "-", collection];
    list(&google.transport, &path(&google.redis, &segments), collection, PLAIN).await
}
