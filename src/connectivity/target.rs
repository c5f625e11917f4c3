//! What a workload is known to use: instances that it mounts, and the targets that `gcp-drift.toml` declares. What
//! cannot be told is said, never guessed.

use std::net::IpAddr;

use super::address::{Destination, is_private};
use super::environment;
use super::scene::Scene;
use super::sender::Sender;
use crate::model::diagnosis::{PathTarget, Proof};
use crate::model::{
    Endpoint, Fact, LiveWorkload, NetworkName, RedisCluster, RedisInstance, SqlAddressKind, SqlConnectionName,
    SqlInstance, Target, TargetKind, Why, WorkloadName,
};

/// Where a path leads, and what is there.
#[derive(Clone, Debug, Default)]
pub struct Aim<'a> {
    /// As a report shows it.
    pub shown: PathTarget,
    /// Where packets are to go; `None` for a mounted instance that has no private address.
    pub destination: Option<Destination>,
    /// What is there.
    pub resource: Resource<'a>,
    /// True for a Cloud SQL instance that the workload mounts.
    pub mounted: bool,
    /// The connection name by which it is mounted.
    pub mount: Option<SqlConnectionName>,
    /// The environment variables that lead there.
    pub variables: Vec<String>,
    /// What says that it is used.
    pub evidence: Vec<Proof>,
}

/// What a target is in Google Cloud.
#[derive(Clone, Copy, Debug, Default)]
pub enum Resource<'a> {
    /// A Cloud SQL instance.
    Sql(&'a SqlInstance),
    /// A Redis instance.
    Redis(&'a RedisInstance),
    /// A Redis cluster.
    Cluster(&'a RedisCluster),
    /// An instance that is mounted and was not found.
    MissingSql,
    /// Nothing that was read has the address.
    #[default]
    None,
}

/// The port of the tunnel to a Cloud SQL instance that is mounted, or found by a client library (Cloud SQL Auth Proxy).
pub const SQL_PROXY_PORT: u16 = 3307;

impl Aim<'_> {
    /// The port that packets go to.
    pub fn port(&self) -> Option<u16> {
        if self.mounted { Some(SQL_PROXY_PORT) } else { self.shown.port }
    }

    /// Where its address is to be corrected, in words.
    pub fn written_in(&self) -> String {
        match self.variables.as_slice() {
            [] => "in gcp-drift.toml".to_owned(),
            names => format!("in the environment variable {}", names.join(" and ")),
        }
    }
}

/// The private address of an instance.
pub fn private_address(sql: &SqlInstance) -> Option<IpAddr> {
    let addresses = sql.addresses.known()?;
    let private = addresses.iter().find(|own| own.kind.known() == Some(&SqlAddressKind::Private))?;
    private.address.known().copied()
}

/// The kind of an instance, where it is one that targets have.
fn sql_kind(sql: &SqlInstance) -> Option<TargetKind> {
    sql.database_version.known().filter(|version| version.starts_with("POSTGRES")).map(|_| TargetKind::Postgres)
}

/// The kind of what has the address of a target.
pub fn kind_of(resource: &Resource<'_>) -> Option<TargetKind> {
    match resource {
        Resource::Sql(sql) => sql_kind(sql),
        Resource::Redis(_) | Resource::Cluster(_) => Some(TargetKind::Redis),
        Resource::MissingSql | Resource::None => None,
    }
}

/// Everything that a workload is known to use where this sends.
pub fn of_workload<'a>(
    scene: &Scene<'a>,
    live: &LiveWorkload,
    sender: &Sender<'_>,
    unknown: &mut Vec<String>,
) -> Vec<Aim<'a>> {
    let attached = is_attached(scene, live);
    let mut aims: Vec<Aim<'a>> = scene
        .targets
        .iter()
        .filter(|target| uses(target, &live.name) || target.workloads.is_empty() && attached)
        .map(|target| declared(scene, target))
        .collect();
    for mount in sender.mounts {
        match mount {
            Fact::Known(name, _) => {
                let aim = mounted(scene, name);
                let same = |own: &Aim<'_>| own.shown.resource.is_some() && own.shown.resource == aim.shown.resource;
                // The declared target says more: its address and port.
                if !(aim.destination.is_some() && aims.iter().any(same)) {
                    aims.push(aim);
                }
            }
            Fact::Unknown(whys) => {
                let why = whys.first().map_or("it cannot be told", |why| &*why.text);
                unknown.push(format!("an instance that {} mounts: {why}", live.name.name));
            }
            Fact::Absent(_) => {}
        }
    }
    environment::add(scene, live, sender, &mut aims, unknown);
    aims
}

/// True where something of the workload goes into a VPC, or is declared to.
fn is_attached(scene: &Scene<'_>, live: &LiveWorkload) -> bool {
    let pair = scene.pair(&live.name);
    let serving = pair.into_iter().flat_map(|pair| &pair.serving).filter_map(|serving| serving.vpc.as_ref().ok());
    let declared = pair.into_iter().flat_map(|pair| &pair.terraform).map(|declared| &declared.value.vpc);
    serving.copied().chain(declared).chain([&live.workload.vpc]).any(|vpc| !vpc.is_detached())
}

/// True where a target names the workload.
pub fn uses(target: &Target, name: &WorkloadName) -> bool {
    let full = name.to_string();
    target.workloads.iter().any(|own| *own == name.name || *own == full)
}

/// A target of `gcp-drift.toml`.
pub fn declared<'a>(scene: &Scene<'a>, target: &Target) -> Aim<'a> {
    let known_from = if target.workloads.is_empty() {
        "declared in gcp-drift.toml for no workload in particular"
    } else {
        "declared in gcp-drift.toml"
    };
    at(scene, &target.name, Some(target.kind), &target.host, Some(target.port), known_from)
}

/// A host, with what has its address.
pub fn at<'a>(
    scene: &Scene<'a>,
    name: &str,
    kind: Option<TargetKind>,
    host: &str,
    port: Option<u16>,
    known_from: &str,
) -> Aim<'a> {
    let destination = Destination::of(host);
    let resource = resource_at(scene, host, &destination);
    let shown = PathTarget {
        name: name.to_owned(),
        kind,
        host: Some(host.to_owned()),
        port,
        resource: full_name(&resource),
        known_from: known_from.to_owned(),
    };
    Aim { shown, destination: Some(destination), resource, ..Aim::default() }
}

/// The full name of what a target is.
fn full_name(resource: &Resource<'_>) -> Option<String> {
    match resource {
        Resource::Sql(sql) => Some(sql.name.to_string()),
        Resource::Redis(redis) => Some(redis.name.to_string()),
        Resource::Cluster(cluster) => Some(cluster.name.to_string()),
        Resource::MissingSql | Resource::None => None,
    }
}

fn resource_at<'a>(scene: &Scene<'a>, host: &str, destination: &Destination) -> Resource<'a> {
    let inventory = scene.inventory();
    let address = destination.address();
    let has = |sql: &&SqlInstance| {
        let own = sql.addresses.known().into_iter().flatten();
        own.filter_map(|own| own.address.known()).any(|own| Some(*own) == address)
    };
    let serves = |redis: &&RedisInstance| {
        let hosts = [&redis.host, &redis.read_endpoint];
        hosts.into_iter().filter_map(Fact::known).any(|own| own == host)
    };
    let begins = |cluster: &&RedisCluster| {
        let own = cluster.discovery_endpoints.known().into_iter().flatten();
        own.filter_map(|own| own.address.known()).any(|own| Some(*own) == address)
    };
    if address.is_some()
        && let Some(sql) = inventory.sql_instances.iter().find(has)
    {
        return Resource::Sql(sql);
    }
    if let Some(redis) = inventory.redis_instances.iter().find(serves) {
        return Resource::Redis(redis);
    }
    if address.is_some()
        && let Some(cluster) = inventory.redis_clusters.iter().find(begins)
    {
        return Resource::Cluster(cluster);
    }
    Resource::None
}

/// The full name of an instance that was not found.
pub fn full_name_of(name: &SqlConnectionName) -> String {
    format!("projects/{}/instances/{}", name.project, name.instance)
}

/// An instance by its connection name.
pub fn instance<'a>(scene: &Scene<'a>, name: &SqlConnectionName) -> Option<&'a SqlInstance> {
    let is_named = |sql: &&SqlInstance| match sql.connection_name.known() {
        Some(own) => own == name,
        None => sql.name.project == name.project && sql.name.name == name.instance,
    };
    scene.inventory().sql_instances.iter().find(is_named)
}

/// An instance that is mounted.
pub fn mounted<'a>(scene: &Scene<'a>, name: &SqlConnectionName) -> Aim<'a> {
    let known_from = "mounted by the workload";
    let mount = Some(name.clone());
    match instance(scene, name) {
        Some(sql) => Aim { mounted: true, mount, ..of_sql(sql, known_from) },
        None => Aim {
            shown: PathTarget {
                name: name.instance.clone(),
                kind: None,
                host: None,
                port: None,
                resource: Some(full_name_of(name)),
                known_from: known_from.to_owned(),
            },
            destination: None,
            resource: Resource::MissingSql,
            mounted: true,
            mount,
            ..Aim::default()
        },
    }
}

/// An instance by its private address.
pub fn of_sql<'a>(sql: &'a SqlInstance, known_from: &str) -> Aim<'a> {
    let address = private_address(sql);
    let kind = sql_kind(sql);
    Aim {
        shown: PathTarget {
            name: sql.name.name.clone(),
            kind,
            host: address.map(|address| address.to_string()),
            port: kind.and_then(|kind| kind.default_port(false)),
            resource: Some(sql.name.to_string()),
            known_from: known_from.to_owned(),
        },
        destination: address.map(Destination::Address),
        resource: Resource::Sql(sql),
        ..Aim::default()
    }
}

/// A Redis instance by its host.
pub fn of_redis<'a>(redis: &'a RedisInstance, known_from: &str) -> Aim<'a> {
    let host = redis.host.known();
    Aim {
        shown: PathTarget {
            name: redis.name.name.clone(),
            kind: Some(TargetKind::Redis),
            host: host.cloned(),
            port: redis.port.known().and_then(|port| u16::try_from(*port).ok()),
            resource: Some(redis.name.to_string()),
            known_from: known_from.to_owned(),
        },
        destination: host.map(|host| Destination::of(host)),
        resource: Resource::Redis(redis),
        ..Aim::default()
    }
}

/// True for a target that only a VPC leads to.
pub fn needs_vpc(aim: &Aim<'_>) -> bool {
    aim.destination.as_ref().is_some_and(is_private)
}

/// Why nothing may be said of an instance that was not found, on a network of this project.
///
/// # Errors
/// Where the instances of the projects that play a part were not all listed.
pub fn databases_listed(scene: &Scene<'_>, project: &str) -> Result<(), Why> {
    use crate::model::Api;
    let coverage = scene.coverage();
    for api in [Api::SqlInstances, Api::RedisInstances, Api::RedisClusters] {
        let asked = coverage.entries.iter().filter(|entry| entry.api == api).map(|entry| &*entry.project);
        for project in asked.chain([project]) {
            coverage.answered_in_project(api, project)?;
        }
    }
    Ok(())
}

/// True for a target that is meant by a word: its name, protocol, instance, host, or host and port.
pub fn is_called(aim: &Aim<'_>, word: &str) -> bool {
    let shown = &aim.shown;
    let host = shown.host.as_deref();
    let full = host.zip(shown.port).map(|(host, port)| crate::model::target::authority(host, port));
    let instance = shown.resource.as_deref().and_then(|resource| resource.rsplit('/').next());
    shown.name == word
        || aim.variables.iter().any(|name| name == word)
        || shown.kind.is_some_and(|kind| kind.word() == word)
        || instance == Some(word)
        || shown.resource.as_deref() == Some(word)
        || host == Some(word)
        || full.as_deref() == Some(word)
}

/// The only one on the workload's network, or the only one at all.
fn only<'a, T>(all: &[&'a T], on_network: impl Fn(&T) -> bool) -> Option<&'a T> {
    let mut here = all.iter().filter(|own| on_network(own));
    match (here.next(), here.next(), all) {
        (Some(own), None, _) => Some(own),
        (None, _, [own]) => Some(own),
        _ => None,
    }
}

/// The instances of the workload's network, which it may use, in words.
pub fn on_network(scene: &Scene<'_>, network: &NetworkName) -> Vec<String> {
    let inventory = scene.inventory();
    let sql = inventory.sql_instances.iter().filter(|sql| sql.private_network.known() == Some(network));
    let redis = inventory.redis_instances.iter().filter(|redis| redis.authorized_network.known() == Some(network));
    sql.map(|sql| sql.name.name.clone()).chain(redis.map(|redis| redis.name.name.clone())).collect()
}

/// A target that nothing declares: an instance by its name, the only instance of a kind, or a host with its port.
/// `network` is that of the workload, where it is known.
pub fn explicit<'a>(scene: &Scene<'a>, word: &str, network: Option<&NetworkName>) -> Option<Aim<'a>> {
    const ASKED: &str = "asked for with --target";
    let inventory = scene.inventory();
    if let Some(target) = scene.targets.iter().find(|target| target.name == word) {
        return Some(declared(scene, target));
    }
    if let Some(sql) = inventory.sql_instances.iter().find(|sql| sql.name.name == word) {
        return Some(of_sql(sql, ASKED));
    }
    if let Some(redis) = inventory.redis_instances.iter().find(|redis| redis.name.name == word) {
        return Some(of_redis(redis, ASKED));
    }
    if word == TargetKind::Postgres.word() {
        let all: Vec<&SqlInstance> =
            inventory.sql_instances.iter().filter(|sql| sql_kind(sql) == Some(TargetKind::Postgres)).collect();
        let text = "asked for with --target; it is the only PostgreSQL instance";
        return only(&all, |sql| sql.private_network.known() == network).map(|sql| of_sql(sql, text));
    }
    if word == TargetKind::Redis.word() {
        let all: Vec<&RedisInstance> = inventory.redis_instances.iter().collect();
        let text = "asked for with --target; it is the only Redis instance";
        return only(&all, |redis| redis.authorized_network.known() == network).map(|redis| of_redis(redis, text));
    }
    let found = if word.contains("://") { Endpoint::of_url(word) } else { Endpoint::of_variable("HOST", word) };
    let endpoint = found.ok()?;
    let Endpoint::Host { host, .. } = &endpoint else { return None };
    if !host.contains(['.', ':']) {
        return None;
    }
    Some(at(scene, host, endpoint.kind(), host, endpoint.port(), ASKED))
}
