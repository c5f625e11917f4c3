//! The gcloud commands that findings offer, quoted for a POSIX shell.

use std::borrow::Cow;

use crate::model::{ConnectorName, ResourceId, ResourceKind, WorkloadKind, WorkloadName};

/// A word as a shell reads it back.
pub fn quoted(word: &str) -> Cow<'_, str> {
    shlex::try_quote(word).unwrap_or(Cow::Borrowed("''"))
}

/// `gcloud run <kind> update` with these flags.
pub fn update_workload(name: &WorkloadName, flags: &str) -> String {
    format!("{} {} {flags}", run_group(name.kind, "update"), place(&name.name, &name.project, &name.region))
}

/// `gcloud run <kind> describe`, printing the VPC access of the template.
pub fn describe_workload(name: &WorkloadName) -> String {
    let at = place(&name.name, &name.project, &name.region);
    format!("{} {at} --format=export", run_group(name.kind, "describe"))
}

/// `gcloud run revisions describe`.
pub fn describe_revision(name: &WorkloadName, revision: &str) -> String {
    let group = if name.kind == WorkloadKind::WorkerPool { "worker-pools revisions" } else { "revisions" };
    format!("gcloud run {group} describe {}", place(revision, &name.project, &name.region))
}

/// `gcloud run services update-traffic` with these flags.
pub fn update_traffic(name: &WorkloadName, flags: &str) -> String {
    format!("gcloud run services update-traffic {} {flags}", place(&name.name, &name.project, &name.region))
}

/// `gcloud compute networks vpc-access connectors <verb>`.
pub fn connector(verb: &str, name: &ConnectorName, flags: &str) -> String {
    let at = place(&name.name, &name.project, &name.region);
    format!("gcloud compute networks vpc-access connectors {verb} {at} {flags}").trim_end().to_owned()
}

/// The command that shows a network, firewall rule, NAT gateway, database, …
pub fn describe_resource(kind: ResourceKind, id: &ResourceId) -> String {
    let (short, project) = (quoted(&id.short), quoted(&id.project));
    let region = id.region.as_deref().map(|region| format!(" --region {}", quoted(region))).unwrap_or_default();
    let describe = |group: &str| format!("gcloud {group} describe {short} --project {project}{region}");
    match kind {
        ResourceKind::Network => describe("compute networks"),
        ResourceKind::Subnetwork => describe("compute networks subnets"),
        ResourceKind::Firewall => describe("compute firewall-rules"),
        ResourceKind::Router => describe("compute routers"),
        ResourceKind::Nat => {
            let router = id.full.split("/routers/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
            format!("{} --router {}", describe("compute routers nats"), quoted(router))
        }
        ResourceKind::Address if id.region.is_none() => format!("{} --global", describe("compute addresses")),
        ResourceKind::Address => describe("compute addresses"),
        ResourceKind::Peering => format!("gcloud services vpc-peerings list --network {short} --project {project}"),
        ResourceKind::Database => describe("sql instances"),
        ResourceKind::Cache => describe("redis instances"),
    }
}

/// `gcloud compute networks vpc-access connectors list`.
pub fn connectors(project: &str, region: &str) -> String {
    let (project, region) = (quoted(project), quoted(region));
    format!("gcloud compute networks vpc-access connectors list --project {project} --region {region}")
}

/// `terraform apply` of one resource.
pub fn apply(root: &str, address: &str) -> String {
    format!("terraform -chdir={} apply -target={}", quoted(root), quoted(address))
}

fn place(name: &str, project: &str, region: &str) -> String {
    format!("{} --project {} --region {}", quoted(name), quoted(project), quoted(region))
}

fn run_group(kind: WorkloadKind, verb: &str) -> String {
    let group = match kind {
        WorkloadKind::Service => "services",
        WorkloadKind::Job => "jobs",
        WorkloadKind::WorkerPool => "worker-pools",
    };
    format!("gcloud run {group} {verb}")
}
