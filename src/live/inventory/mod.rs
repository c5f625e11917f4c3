//! Raw answers → the model's words. Pure: the same state gives the same inventory, whether it was just asked for or
//! read from a file.
//!
//! | file | subject |
//! | --- | --- |
//! | `coverage` | what was really looked at |
//! | `resource` | a listed resource: its own name, and the origin of its fields |
//! | `run`, `service`, `job`, `worker_pool`, `revision`, `vpc` | Cloud Run |
//! | `connector`, `operation`, `load` | VPC Access connectors |
//! | `network`, `subnetwork`, `firewall`, `firewall_policy`, `route`, `router`, `address` | Compute Engine |
//! | `sql`, `redis`, `redis_cluster`, `service_connection` | databases, caches, and how they are attached |
//! | `access`, `audit` | IAM policies, enabled APIs, audit logs |
//!
//! Items are parsed into Google's own model types where the program has them, else into structs of the fields that are
//! needed. An item that does not parse is left out, and the collection that held it is no longer covered: nothing may
//! be called missing from it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::model::live::Answer;
use crate::model::{Api, Inventory, LiveRevision, LiveState, NameContext, WorkloadName};

mod access;
mod address;
mod audit;
mod connector;
mod coverage;
mod firewall;
mod firewall_policy;
mod job;
mod load;
mod network;
mod operation;
mod redis;
mod redis_cluster;
mod resource;
mod revision;
mod route;
mod router;
mod run;
mod service;
mod service_connection;
mod sql;
mod subnetwork;
mod vpc;
mod worker_pool;

/// Derives the inventory of a state.
pub fn inventory(state: &LiveState) -> Inventory {
    let project_numbers = project_numbers(state);
    let mut inventory = Inventory { project_numbers, ..Inventory::default() };
    let mut connectors = Vec::new();
    let mut failures = Vec::new();
    for answer in &state.answers {
        let context = NameContext {
            project: Some(project_id(&answer.project, &inventory.project_numbers).to_owned()),
            region: answer.region.clone(),
            project_numbers: inventory.project_numbers.clone(),
        };
        let mut faults = match answer.api {
            Api::VpcAccessConnectors => collect(answer, &context, connector::connector, &mut connectors),
            Api::VpcAccessOperations => collect(answer, &context, operation::failed, &mut failures),
            _ => read(answer, &context, &mut inventory),
        };
        faults.sort();
        inventory.coverage.entries.extend(coverage::entries(answer, &context, &faults));
    }
    sort_resources(&mut inventory);
    sort_findings(&mut inventory);
    let compare = |a: &connector::Listed, b: &connector::Listed| a.name.cmp(&b.name);
    once(&mut connectors, compare);
    inventory.connector_health =
        connectors.iter().map(|listed| connector::health(listed, &failures, &inventory.coverage)).collect();
    inventory.connectors = connectors.into_iter().map(|listed| listed.connector).collect();
    inventory
}

/// Reads the items of one answer of any collection but those of connectors, of which one needs the other.
fn read(answer: &Answer, context: &NameContext, into: &mut Inventory) -> Vec<String> {
    let of = answer.of.as_deref();
    match answer.api {
        Api::RunServices => collect(answer, context, service::service, &mut into.workloads),
        Api::RunJobs => collect(answer, context, job::job, &mut into.workloads),
        Api::RunWorkerPools => collect(answer, context, worker_pool::worker_pool, &mut into.workloads),
        Api::RunRevisions => collect(answer, context, revision::revision, &mut into.revisions),
        Api::ComputeNetworks => collect(answer, context, network::network, &mut into.networks),
        Api::ComputeSubnetworks => collect(answer, context, subnetwork::subnetwork, &mut into.subnetworks),
        Api::ComputeFirewalls => collect(answer, context, firewall::rule, &mut into.firewall_rules),
        Api::ComputeEffectiveFirewalls => {
            let read = |item: &Value, context: &NameContext| firewall_policy::effective(item, of, context);
            only(answer, collect(answer, context, read, &mut into.effective_firewalls))
        }
        Api::ComputeRoutes => collect(answer, context, route::route, &mut into.routes),
        Api::ComputeRouters => collect(answer, context, router::router, &mut into.routers),
        Api::ComputeAddresses => collect(answer, context, address::regional, &mut into.addresses),
        Api::ComputeGlobalAddresses => collect(answer, context, address::global, &mut into.addresses),
        Api::ComputeSubnetworkIamPolicy => {
            let read = |item: &Value, context: &NameContext| access::subnetwork_policy(item, of, context);
            only(answer, collect(answer, context, read, &mut into.iam_policies))
        }
        Api::ProjectIamPolicy => only(answer, collect(answer, context, access::project_policy, &mut into.iam_policies)),
        Api::ServiceUsageServices => collect(answer, context, access::api, &mut into.apis),
        Api::SqlInstances => collect(answer, context, sql::instance, &mut into.sql_instances),
        Api::RedisInstances => collect(answer, context, redis::instance, &mut into.redis_instances),
        Api::RedisClusters => collect(answer, context, redis_cluster::cluster, &mut into.redis_clusters),
        Api::ServiceNetworkingConnections => {
            let read = |item: &Value, context: &NameContext| service_connection::connection(item, of, context);
            collect(answer, context, read, &mut into.service_connections)
        }
        Api::LoggingEntries => collect(answer, context, audit::entry, &mut into.audit_entries),
        Api::MonitoringTimeSeries => collect(answer, context, load::series, &mut into.connector_load),
        Api::VpcAccessConnectors | Api::VpcAccessOperations => Vec::new(),
    }
}

/// Reads the items of one answer; returns what is wrong with those that cannot be read.
fn collect<T>(
    answer: &Answer,
    context: &NameContext,
    read: impl Fn(&Value, &NameContext) -> Result<Option<T>, String>,
    into: &mut Vec<T>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, item) in answer.items.iter().enumerate() {
        match read(item, context) {
            Ok(found) => into.extend(found),
            Err(problem) => {
                let name = item.get("name").and_then(Value::as_str);
                let name = name.map_or_else(|| format!("item {}", index + 1), |name| format!("`{name}`"));
                faults.push(crate::model::redact::line(&format!("{name}: {problem}")));
            }
        }
    }
    faults
}

/// The faults of a collection that is one item: none is no answer, and of two nobody knows which holds.
fn only(answer: &Answer, mut faults: Vec<String>) -> Vec<String> {
    let count = answer.items.len();
    if count != 1 {
        faults.push(format!("the answer holds {count} items, where there is one"));
    }
    faults
}

fn sort_resources(inventory: &mut Inventory) {
    once(&mut inventory.workloads, |a, b| a.name.cmp(&b.name));
    once(&mut inventory.revisions, |a, b| (&a.service, &a.name).cmp(&(&b.service, &b.name)));
    share_names(&mut inventory.revisions);
    once(&mut inventory.networks, |a, b| a.name.cmp(&b.name));
    once(&mut inventory.subnetworks, |a, b| a.name.cmp(&b.name));
    once(&mut inventory.firewall_rules, |a, b| a.name.cmp(&b.name));
    once(&mut inventory.effective_firewalls, |a, b| a.network.cmp(&b.network));
    once(&mut inventory.routes, |a, b| a.name.cmp(&b.name));
    once(&mut inventory.routers, |a, b| a.name.cmp(&b.name));
    once(&mut inventory.addresses, |a, b| a.name.cmp(&b.name));
    once(&mut inventory.sql_instances, |a, b| a.name.cmp(&b.name));
    once(&mut inventory.redis_instances, |a, b| a.name.cmp(&b.name));
    once(&mut inventory.redis_clusters, |a, b| a.name.cmp(&b.name));
}

fn sort_findings(inventory: &mut Inventory) {
    once(&mut inventory.service_connections, |a, b| {
        let key =
            |found: &crate::model::ServiceConnection| (found.service.known().cloned(), found.peering.known().cloned());
        a.network.cmp(&b.network).then_with(|| key(a).cmp(&key(b)))
    });
    once(&mut inventory.apis, |a, b| (&a.project, &a.service).cmp(&(&b.project, &b.service)));
    once(&mut inventory.iam_policies, |a, b| a.resource.cmp(&b.resource));
    once(&mut inventory.audit_entries, audit::compare);
    once(&mut inventory.connector_load, |a, b| {
        (&a.connector, &a.metric, &a.labels).cmp(&(&b.connector, &b.metric, &b.labels))
    });
    let entries = &mut inventory.coverage.entries;
    entries.sort_by(|a, b| (&a.project, &a.region, a.api, &a.of).cmp(&(&b.project, &b.region, b.api, &b.of)));
}

/// One name for the revisions of a service, which stand beside each other: there are several times as many as services.
fn share_names(revisions: &mut [LiveRevision]) {
    let mut shared: Option<Arc<WorkloadName>> = None;
    for revision in revisions {
        match &shared {
            Some(name) if *name == revision.service => revision.service = Arc::clone(name),
            _ => shared = Some(Arc::clone(&revision.service)),
        }
    }
}

/// Sorts; a resource that is listed twice (lists may shift while they are paged) counts once, as listed last.
fn once<T>(list: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    list.reverse();
    list.sort_by(&compare);
    list.dedup_by(|a, b| compare(a, b) == Ordering::Equal);
}

/// Project number → project id: what the state says, and what the items themselves show (an item in the list of a
/// project belongs to that project, also where its name carries a number). A number that would stand for two projects
/// stands for none.
pub(super) fn project_numbers(state: &LiveState) -> BTreeMap<String, String> {
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    let mut ambiguous = BTreeSet::new();
    let told = state.project_numbers.iter().map(|(id, number)| (number.as_str(), id.as_str()));
    let shown = state.answers.iter().flat_map(|answer| {
        let names = answer.items.iter().filter_map(|item| item.get("name")?.as_str());
        names.filter_map(|name| Some((name.strip_prefix("projects/")?.split('/').next()?, answer.project.as_str())))
    });
    for (number, id) in told.chain(shown.filter(|(number, id)| is_number(number) && !is_number(id))) {
        match numbers.get(number) {
            Some(known) if known != id => {
                ambiguous.insert(number.to_owned());
            }
            _ => {
                numbers.insert(number.to_owned(), id.to_owned());
            }
        }
    }
    numbers.retain(|number, _| !ambiguous.contains(number));
    numbers
}

/// The id of a project that may be given by number.
fn project_id<'a>(project: &'a str, numbers: &'a BTreeMap<String, String>) -> &'a str {
    numbers.get(project).map_or(project, String::as_str)
}

/// True for a project number.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for a text that can be one segment of a name. Project ids may carry a domain (`example.com:shop`).
fn is_short_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    !text.is_empty() && text.bytes().all(allowed)
}

/// The short name at the end of a name that may be short already; `None` where there is none.
fn short(name: &str) -> Option<String> {
    name.rsplit('/').next().filter(|short| !short.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests;
