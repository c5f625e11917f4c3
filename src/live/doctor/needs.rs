//! Which permissions a run needs, and what is not checked without each.

use std::collections::BTreeMap;

use crate::live::{Needs, Request};
use crate::model::Api;

/// A permission that a run needs on a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The permission, such as `run.services.list`.
    pub permission: &'static str,
    /// The narrowest predefined role that holds it.
    pub role: &'static str,
    /// The API that must be enabled for it, such as `run.googleapis.com`.
    pub service: String,
    /// What is not checked without it.
    pub unchecked: Vec<&'static str>,
    /// Whether a run can do without: it then knows less, and everything that it needs is still checked.
    pub optional: bool,
}

/// What a run of `check` needs on a project, by permission.
pub fn needs(project: &str, request: &Request) -> Vec<Need> {
    let own = request.projects.iter().any(|asked| asked == project);
    let mut found: BTreeMap<&'static str, Need> = BTreeMap::new();
    let mut add = |need: Need| {
        let known = found.entry(need.permission).or_insert_with(|| Need { unchecked: Vec::new(), ..need.clone() });
        known.unchecked.extend(need.unchecked);
    };
    for api in Api::ALL.into_iter().filter(|api| is_read(*api, project, own, &request.needs)) {
        let (permission, role) = (api.permission(), api.role());
        add(Need { permission, role, service: api.service(), unchecked: vec![api.word()], optional: false });
    }
    if own {
        let run = |permission, unchecked| Need {
            permission,
            role: Api::RunServices.role(),
            service: Api::RunServices.service(),
            unchecked: vec![unchecked],
            optional: false,
        };
        add(run("run.revisions.get", "revisions that serve, read by name"));
        if request.regions.is_empty() {
            add(run("run.locations.list", "everything in regions: none is configured, so they are listed"));
        }
        add(Need {
            permission: "resourcemanager.projects.get",
            role: "roles/browser",
            service: "cloudresourcemanager.googleapis.com".to_owned(),
            unchecked: vec!["names that carry a project number which [project_numbers] does not give"],
            optional: true,
        });
    }
    found.into_values().collect()
}

/// Whether a run reads a collection of a project. `own` is true for a project that is asked for its workloads, which
/// the project of a network alone is not.
fn is_read(api: Api, project: &str, own: bool, needs: &Needs) -> bool {
    match api {
        Api::RunServices
        | Api::RunRevisions
        | Api::RunJobs
        | Api::RunWorkerPools
        | Api::VpcAccessConnectors
        | Api::VpcAccessOperations => own,
        Api::ComputeNetworks | Api::ComputeSubnetworks => needs.connectivity || needs.networks.contains(project),
        Api::ComputeFirewalls
        | Api::ComputeEffectiveFirewalls
        | Api::ComputeRoutes
        | Api::ComputeRouters
        | Api::ComputeAddresses
        | Api::ComputeGlobalAddresses
        | Api::ComputeSubnetworkIamPolicy
        | Api::SqlInstances
        | Api::RedisInstances
        | Api::RedisClusters
        | Api::ServiceNetworkingConnections
        | Api::ServiceUsageServices
        | Api::ProjectIamPolicy => needs.connectivity,
        Api::LoggingEntries => needs.audit_logs.is_some(),
        Api::MonitoringTimeSeries => needs.load && own,
    }
}
