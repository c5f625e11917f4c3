//! Declared resources in the words of the model.
//!
//! Schemas: `google_vpc_access_connector`, `google_cloud_run_v2_service` (`_job`, `_worker_pool`),
//! `google_cloud_run_service`, `google_compute_network` and `google_compute_subnetwork`, and what `settings` lists, of the Google provider.

mod annotations;
mod connector;
mod facts;
mod network;
mod problems;
mod settings;
mod settings_blocks;
mod settings_names;
mod traffic;
mod workload;
mod workload_v1;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Deployment;
use super::evaluate::Scope;
use super::module::{Address, Expansion, Key, Mode, ModuleId, VariableProblems, World, children, expand, key_scope};
use super::syntax::Block;
use super::value::Whys;
use crate::model::{
    Declared, DeclaredSource, Origin, Presence, ResourceKind, TerraformDeclarations, Why, WhyKind, WorkloadKind,
};
use facts::Reader;

/// One instance of a resource or data source.
#[derive(Clone, Debug)]
pub struct ResourceInstance {
    /// The full address, with module and key.
    pub address: String,
    /// The address of the module; empty for a root.
    pub module_address: String,
    /// The address in the module.
    pub resource: Address,
    /// The key.
    pub key: Key,
    /// The block.
    pub block: Arc<Block>,
    /// The scope of its arguments.
    pub scope: Scope,
    /// Why it cannot be told whether it exists; empty where it certainly does.
    pub presence: Whys,
}

impl ResourceInstance {
    /// Where the block begins.
    pub fn origin(&self, world: &World) -> Origin {
        world.origin(self.scope.module, self.block.header)
    }
}

/// The module instances of a deployment, callers first.
pub(super) fn instances(world: &World, root: ModuleId) -> Vec<ModuleId> {
    let mut all = vec![root];
    let mut at = 0;
    while let Some(&id) = all.get(at) {
        at += 1;
        let Some(instance) = world.instance(id) else { continue };
        for name in instance.module.calls.keys() {
            if let Some(called) = children(world, id, name) {
                all.extend(called.instances.values());
            }
        }
    }
    all
}

/// The largest number of resource instances of a deployment.
const MAX_RESOURCES: usize = 200_000;

/// The resource instances of a deployment, by address.
pub(super) fn resources<'a>(world: &World, deployment: &'a Deployment) -> &'a [ResourceInstance] {
    deployment.resources.get_or_init(|| list(world, deployment))
}

fn list(world: &World, deployment: &Deployment) -> Vec<ResourceInstance> {
    let mut all = Vec::new();
    for id in instances(world, deployment.instance) {
        let Some(instance) = world.instance(id) else { continue };
        for (resource, block) in &instance.module.resources {
            let expansion = expand(world, id, resource, &block.body);
            for key in expansion.keys() {
                if all.len() >= MAX_RESOURCES {
                    let text = format!("{} declares more than {MAX_RESOURCES} resources", deployment.root);
                    world.miss(Why::new(WhyKind::Limit, text));
                    return all;
                }
                all.push(one(id, &instance.address, resource, block, &expansion, key, &instance.presence));
            }
        }
    }
    all
}

fn one(
    module: ModuleId,
    module_address: &str,
    resource: &Address,
    block: &Arc<Block>,
    expansion: &Expansion,
    key: Key,
    presence: &Whys,
) -> ResourceInstance {
    let local = format!("{resource}{key}");
    ResourceInstance {
        address: if module_address.is_empty() { local } else { format!("{module_address}.{local}") },
        module_address: module_address.to_owned(),
        resource: resource.clone(),
        scope: key_scope(module, expansion, &key),
        key,
        block: block.clone(),
        presence: presence.and(&expansion.presence()),
    }
}

/// What all deployments declare. One after the other, so that what one needs stays at hand while it is looked at.
pub(super) fn declarations(world: &World, deployments: &[Deployment], unread: &[String]) -> TerraformDeclarations {
    let mut all = TerraformDeclarations::default();
    let mut variables = VariableProblems::default();
    // What is wrong is looked for with steps of its own, which are not taken from the declarations.
    let mut steps_of_problems = 0;
    for deployment in deployments {
        all.roots.push(deployment.root.clone());
        let resources = resources(world, deployment);
        for resource in resources.iter().filter(|resource| resource.resource.mode == Mode::Managed) {
            add(world, deployment, resource, &mut all);
        }
        let steps = world.steps.replace(steps_of_problems);
        variables.judge(world, &instances(world, deployment.instance));
        problems::collect(world, deployment, resources, &mut all);
        steps_of_problems = world.steps.replace(steps);
    }
    let roots: Vec<ModuleId> = deployments.iter().map(|own| own.instance).collect();
    all.variable_problems = variables.finish(world, &roots, unread);
    all.judged = true;
    // Two deployments may read the same file.
    let mut seen = BTreeSet::new();
    all.diagnostics = world.diagnostics();
    all.diagnostics.retain(|diagnostic| seen.insert((diagnostic.text.clone(), diagnostic.origin.clone())));
    all.incomplete = world.incomplete();
    all.observed = world.settings.observed.listed();
    all.files = world.file_count();
    all
}

/// The kind of what is compared field by field.
fn compared(kind: &str) -> Option<ResourceKind> {
    Some(match kind {
        "google_compute_network" => ResourceKind::Network,
        "google_compute_subnetwork" => ResourceKind::Subnetwork,
        "google_compute_firewall" => ResourceKind::Firewall,
        "google_compute_router" => ResourceKind::Router,
        "google_compute_router_nat" => ResourceKind::Nat,
        "google_compute_address" | "google_compute_global_address" => ResourceKind::Address,
        "google_service_networking_connection" => ResourceKind::Peering,
        "google_sql_database_instance" => ResourceKind::Database,
        "google_redis_instance" => ResourceKind::Cache,
        _ => return None,
    })
}

fn add(world: &World, deployment: &Deployment, resource: &ResourceInstance, all: &mut TerraformDeclarations) {
    let kind = &*resource.resource.kind;
    if let Some(kind) = compared(kind) {
        let reader = Reader::of(world, resource);
        let value = settings::resource(&reader, resource, kind);
        let name = value.id.origin().cloned();
        all.resources.push(declared(world, deployment, resource, name, value));
    }
    match kind {
        "google_vpc_access_connector" => {
            let value = connector::connector(world, resource);
            let name = value.name.origin().cloned();
            all.connectors.push(declared(world, deployment, resource, name, value));
        }
        "google_cloud_run_v2_service" | "google_cloud_run_v2_job" | "google_cloud_run_v2_worker_pool" => {
            let kind = match kind {
                "google_cloud_run_v2_service" => WorkloadKind::Service,
                "google_cloud_run_v2_job" => WorkloadKind::Job,
                _ => WorkloadKind::WorkerPool,
            };
            let value = workload::workload(world, resource, kind);
            let name = value.name.origin().cloned();
            all.workloads.push(declared(world, deployment, resource, name, value));
        }
        "google_cloud_run_service" => {
            let value = workload_v1::service(world, resource);
            let name = value.name.origin().cloned();
            all.workloads.push(declared(world, deployment, resource, name, value));
        }
        "google_compute_network" => {
            let value = network::network(world, resource);
            let name = value.name.origin().cloned();
            all.networks.push(declared(world, deployment, resource, name, value));
        }
        "google_compute_subnetwork" => {
            let value = network::subnetwork(world, resource);
            let name = value.name.origin().cloned();
            all.subnetworks.push(declared(world, deployment, resource, name, value));
        }
        _ => {}
    }
}

fn declared<T>(
    world: &World,
    deployment: &Deployment,
    resource: &ResourceInstance,
    name: Option<Origin>,
    value: T,
) -> Declared<T> {
    // What supplied the name decides which resource this is.
    let label = name.as_ref().and_then(Origin::observed).map(Arc::from);
    let whys = resource.presence.to_vec();
    Declared {
        source: DeclaredSource::Terraform { address: resource.address.clone(), root: deployment.root.clone() },
        presence: if whys.is_empty() { Presence::Certain } else { Presence::Unknown(whys) },
        origin: resource.origin(world).observed_in(label),
        value,
    }
}
