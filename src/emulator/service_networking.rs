//! Service Networking API: the private connections of a network.

use super::collections::{Context, Found};
use super::reply::Reply;

/// `services/S/connections?network=projects/NUMBER/global/networks/N`.
pub(super) fn connections(context: Context<'_>, service: &str) -> Reply {
    if !["-", "servicenetworking.googleapis.com"].contains(&service) {
        return Reply::not_found(&format!("the service {service} is not served"));
    }
    let network = context.request.parameter("network");
    let parts: Vec<&str> = network.split('/').collect();
    let ["projects", project, "global", "networks", name] = parts.as_slice() else {
        return Reply::invalid("The network must be of the form projects/NUMBER/global/networks/NAME.");
    };
    let found = context.about("servicenetworking.connections", project, &format!("global/networks/{name}"));
    let found = found.map(|answer| Found { items: answer.items.iter().collect(), unreachable: Vec::new() });
    context.page("connections", found)
}
