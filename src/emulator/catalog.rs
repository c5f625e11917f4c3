//! What is fixed for each collection that a state file can hold.

use super::request::Request;

/// A collection of a Google API.
#[derive(Debug)]
pub(super) struct Collection {
    /// The word in the state file.
    pub word: &'static str,
    /// The name under which its API is enabled.
    pub service: &'static str,
    /// The permission that reading needs.
    pub permission: &'static str,
}

const fn row(word: &'static str, service: &'static str, permission: &'static str) -> Collection {
    Collection { word, service, permission }
}

const RUN: &str = "run.googleapis.com";
const VPC_ACCESS: &str = "vpcaccess.googleapis.com";
const COMPUTE: &str = "compute.googleapis.com";
const REDIS: &str = "redis.googleapis.com";

/// Every collection. The permissions are those that Google's IAM reference names for the method.
pub(super) const COLLECTIONS: [Collection; 24] = [
    row("run.services", RUN, "run.services.list"),
    row("run.revisions", RUN, "run.revisions.list"),
    row("run.jobs", RUN, "run.jobs.list"),
    row("run.workerPools", RUN, "run.workerpools.list"),
    row("vpcaccess.connectors", VPC_ACCESS, "vpcaccess.connectors.list"),
    row("vpcaccess.operations", VPC_ACCESS, "vpcaccess.operations.list"),
    row("compute.networks", COMPUTE, "compute.networks.list"),
    row("compute.subnetworks", COMPUTE, "compute.subnetworks.list"),
    row("compute.firewalls", COMPUTE, "compute.firewalls.list"),
    row("compute.effectiveFirewalls", COMPUTE, "compute.networks.getEffectiveFirewalls"),
    row("compute.routes", COMPUTE, "compute.routes.list"),
    row("compute.routers", COMPUTE, "compute.routers.list"),
    row("compute.addresses", COMPUTE, "compute.addresses.list"),
    row("compute.globalAddresses", COMPUTE, "compute.globalAddresses.list"),
    row("compute.subnetworkIamPolicy", COMPUTE, "compute.subnetworks.getIamPolicy"),
    row("sqladmin.instances", "sqladmin.googleapis.com", "cloudsql.instances.list"),
    row("redis.instances", REDIS, "redis.instances.list"),
    row("redis.clusters", REDIS, "redis.clusters.list"),
    row("servicenetworking.connections", "servicenetworking.googleapis.com", "servicenetworking.services.get"),
    row("serviceusage.services", "serviceusage.googleapis.com", "serviceusage.services.get"),
    row(
        "cloudresourcemanager.iamPolicy",
        "cloudresourcemanager.googleapis.com",
        "resourcemanager.projects.getIamPolicy",
    ),
    row("logging.entries", "logging.googleapis.com", "logging.logEntries.list"),
    row("monitoring.timeSeries", "monitoring.googleapis.com", "monitoring.timeSeries.list"),
    row("storage.objects", "storage.googleapis.com", "storage.objects.get"),
];

/// The collection of a word.
pub(super) fn collection(word: &str) -> Option<&'static Collection> {
    COLLECTIONS.iter().find(|collection| collection.word == word)
}

/// What a request asks about, as far as its path tells: the collection, and the project as it is spelled.
pub(super) fn asked(request: &Request) -> (Option<&'static Collection>, &str) {
    let segments = request.segments();
    let at = segments.iter().position(|segment| ["projects", "namespaces"].contains(segment));
    let project = at.and_then(|at| segments.get(at + 1)).copied().unwrap_or_default();
    let has = |name: &str| segments.contains(&name);
    let last = segments.last().copied().unwrap_or_default();
    let word = match segments.first().copied().unwrap_or_default() {
        "compute" if last == "getEffectiveFirewalls" => "compute.effectiveFirewalls",
        "compute" if last == "getIamPolicy" => "compute.subnetworkIamPolicy",
        "compute" if has("global") && has("addresses") => "compute.globalAddresses",
        "compute" => {
            let names = ["networks", "subnetworks", "firewalls", "routes", "routers", "addresses"];
            let found = names.iter().find(|name| has(name)).copied().unwrap_or_default();
            return (COLLECTIONS.iter().find(|known| known.word.strip_prefix("compute.") == Some(found)), project);
        }
        "storage" => "storage.objects",
        "sql" => "sqladmin.instances",
        "v2" if last == "entries:list" => "logging.entries",
        _ if last.ends_with(":getIamPolicy") => "cloudresourcemanager.iamPolicy",
        _ if last == "timeSeries" => "monitoring.timeSeries",
        _ if last == "connections" => "servicenetworking.connections",
        _ if has("connectors") => "vpcaccess.connectors",
        _ if has("operations") => "vpcaccess.operations",
        _ if has("clusters") => "redis.clusters",
        _ if has("instances") && has("locations") => "redis.instances",
        _ if has("instances") => "sqladmin.instances",
        _ if has("revisions") => "run.revisions",
        _ if has("jobs") => "run.jobs",
        _ if has("workerPools") || has("workerpools") => "run.workerPools",
        _ if has("services") && (has("locations") || has("namespaces")) => "run.services",
        _ if has("services") || last == "services:batchGet" => "serviceusage.services",
        _ if last == "locations" => "run.services",
        _ => "",
    };
    (collection(word), project.split(':').next().unwrap_or_default())
}
