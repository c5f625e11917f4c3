//! What the Google provider knows of the resources that this tool models: one table, with its sources beside it.
//!
//! | file | what |
//! | --- | --- |
//! | [`schema`] | the words of the table |
//! | `connector`, `run`, `network`, `nat`, `data`, `access` | the table, by product |
//! | [`limits`] | whether a value is one that is accepted |
//! | [`unset`] | the value of a field that a configuration leaves out |
//! | [`names`] | names that are almost those of the table |
//!
//! `google-beta` has the same types; arguments that only it has are in the table as well, so that they are never
//! called unsupported.

mod access;
mod connector;
mod data;
pub mod limits;
pub mod names;
mod nat;
mod network;
mod run;
pub mod schema;
pub mod unset;

use schema::Resource;

/// The version of the provider as of which the table is complete.
pub const PROVIDER: &str = "7.46";

/// Arguments that every resource takes: the second since 7.46 (`google_vpc_access_connector` first).
pub const UNIVERSAL: [&str; 2] = ["timeouts", "deletion_policy"];

/// Every modelled resource.
pub static RESOURCES: &[&Resource] = &[
    &connector::CONNECTOR,
    &run::SERVICE,
    &run::JOB,
    &run::WORKER_POOL,
    &run::SERVICE_V1,
    &network::NETWORK,
    &network::SUBNETWORK,
    &network::FIREWALL,
    &network::ADDRESS,
    &network::GLOBAL_ADDRESS,
    &nat::ROUTER,
    &nat::ROUTER_NAT,
    &data::SQL_INSTANCE,
    &data::REDIS_INSTANCE,
    &data::REDIS_CLUSTER,
    &data::SERVICE_CONNECTION,
    &access::PROJECT_SERVICE,
    &access::PROJECT_MEMBER,
    &access::PROJECT_BINDING,
    &access::SUBNETWORK_MEMBER,
    &access::SUBNETWORK_BINDING,
    &access::SERVICE_MEMBER,
    &access::SERVICE_BINDING,
];

/// What is known of a resource type.
pub fn resource(kind: &str) -> Option<&'static Resource> {
    RESOURCES.iter().copied().find(|resource| resource.kind == kind)
}

#[cfg(test)]
mod tests;
