//! Compute Engine API, v1: networks and what decides where a packet goes.

use super::pages::{AGGREGATED, COMPUTE, Listing, list};
use super::{Google, path};
use crate::model::{Api, NetworkName, SubnetworkName};

/// Lists a collection of a whole project: networks, subnetworks, firewall rules, routes, routers or addresses.
pub async fn of_project(google: &Google, api: Api, project: &str) -> Listing {
    let (scope, collection, form) = match api {
        Api::ComputeNetworks => ("global", "networks", COMPUTE),
        Api::ComputeFirewalls => ("global", "firewalls", COMPUTE),
        Api::ComputeRoutes => ("global", "routes", COMPUTE),
        Api::ComputeGlobalAddresses => ("global", "addresses", COMPUTE),
        Api::ComputeSubnetworks => ("aggregated", "subnetworks", AGGREGATED),
        Api::ComputeRouters => ("aggregated", "routers", AGGREGATED),
        _ => ("aggregated", "addresses", AGGREGATED),
    };
    let url = path(&google.compute, &["compute", "v1", "projects", project, scope, collection]);
    let key = if scope == "global" { "items" } else { collection };
    list(&google.transport, &url, key, form).await
}

/// The firewall rules of a network together with the firewall policies above it, which the list of rules lacks.
pub async fn effective_firewalls(google: &Google, network: &NetworkName) -> Listing {
    let NetworkName { project, name } = network;
    let segments = ["compute", "v1", "projects", project, "global", "networks", name, "getEffectiveFirewalls"];
    Listing::one(google.transport.get(&path(&google.compute, &segments)).await)
}

/// Who may do what with a subnetwork.
pub async fn subnetwork_iam_policy(google: &Google, subnetwork: &SubnetworkName) -> Listing {
    let SubnetworkName { project, region, name } = subnetwork;
    let segments = ["compute", "v1", "projects", project, "regions", region, "subnetworks", name, "getIamPolicy"];
    Listing::one(google.transport.get(&path(&google.compute, &segments)).await)
}
