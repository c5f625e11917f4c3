//! The last hop: whether the target itself answers where it is looked for.

use std::net::IpAddr;

use super::modes;
use super::scene::Scene;
use super::step::{Judgement, Step};
use super::target::{Aim, Resource, SQL_PROXY_PORT, private_address};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{HopKind, Likelihood, Mode, Proof, Remedy};
use crate::model::{
    Api, ClusterState, Fact, NetworkName, RedisInstance, RedisState, ResourceName, SqlActivation, SqlInstance,
    SqlState, TargetKind, Why, WhyKind,
};

/// The hop at the target; `project` is that of the network which leads there, or else of the workload.
pub fn follow(scene: &Scene<'_>, project: &str, aim: &Aim<'_>) -> Step {
    let mut step = Step::new(HopKind::Target, &aim.shown.name, "the target serves");
    step.evidence.clone_from(&aim.evidence);
    match aim.resource {
        Resource::Sql(sql) => of_sql(&mut step, sql, aim),
        Resource::Redis(redis) => of_redis(&mut step, redis, aim),
        Resource::Cluster(cluster) => match &cluster.state {
            Fact::Known(ClusterState::Active | ClusterState::Updating, _) => {
                step.fact(&cluster.state);
            }
            Fact::Known(state, _) => {
                let title = format!("Redis cluster {} is {state}", cluster.name.name);
                let judgement = Judgement::cause(&modes::REDIS_BROKEN, &cluster.name, title);
                step.judge(judgement.fact(&cluster.state).remedy(describe_redis(&cluster.name, "clusters")));
            }
            fact => not_told(&mut step, &modes::REDIS_BROKEN, &cluster.name, fact),
        },
        Resource::MissingSql => {
            let subject = aim.shown.resource.clone().unwrap_or_default();
            let project = subject.split('/').nth(1).unwrap_or_default().to_owned();
            match scene.coverage().answered_in_project(Api::SqlInstances, &project) {
                Ok(()) => {
                    let instance = subject.rsplit('/').next().unwrap_or_default();
                    let used = if aim.mounted { "mounted".to_owned() } else { format!("named {}", aim.written_in()) };
                    let title = format!("Cloud SQL instance {instance} is {used}, and is not there");
                    let judgement = Judgement::cause(&modes::SQL_BROKEN, &subject, title);
                    step.judge(
                        judgement
                            .proof(Proof::absent(&subject, ""))
                            .remedy(Remedy::words("name an instance that exists, or restore this one from a backup")),
                    );
                }
                Err(why) => {
                    step.unknown(&modes::SQL_BROKEN, &subject, why);
                }
            }
        }
        Resource::None => {
            step.text = "nothing is known of the target itself".to_owned();
            // That no instance has a private address can only be said where all were listed.
            if super::target::needs_vpc(aim)
                && let Err(why) = super::target::databases_listed(scene, project)
            {
                step.doubt(why);
            }
        }
    }
    step
}

fn not_told<T: ToString>(step: &mut Step, mode: &'static Mode, subject: &impl ToString, fact: &Fact<T>) {
    let why = match fact {
        Fact::Absent(origin) => Why::at(WhyKind::Malformed, "the API did not say the state", origin.clone()),
        fact => {
            fact.whys().first().cloned().unwrap_or_else(|| Why::new(WhyKind::Malformed, "the state cannot be told"))
        }
    };
    step.unknown(mode, subject.to_string(), why);
}

/// #9.
fn of_sql(step: &mut Step, sql: &SqlInstance, aim: &Aim<'_>) {
    const MODE: &Mode = &modes::SQL_BROKEN;
    let name = &sql.name;
    let patch = |flag: &str| {
        let (own, project) = (gcloud_command::quoted(&name.name), gcloud_command::quoted(&name.project));
        format!("gcloud sql instances {flag} {own} --project {project}").trim_end().to_owned()
    };
    let describe = patch("describe");
    let mut fine = true;
    match &sql.state {
        Fact::Known(SqlState::Runnable | SqlState::OnlineMaintenance, _) => {
            step.fact(&sql.state);
        }
        Fact::Known(state, _) => {
            fine = false;
            let title = format!("Cloud SQL instance {} is {state}", name.name);
            let judgement = Judgement::cause(MODE, name, title).fact(&sql.state);
            step.judge(judgement.remedy(Remedy::command(patch("restart"), &*describe, "")));
        }
        fact => {
            fine = false;
            not_told(step, MODE, name, fact);
        }
    }
    match &sql.activation_policy {
        Fact::Known(SqlActivation::Never, _) => {
            fine = false;
            let title = format!("Cloud SQL instance {} is stopped (activation policy NEVER)", name.name);
            step.judge(Judgement::cause(MODE, name, title).fact(&sql.activation_policy).remedy(Remedy::command(
                format!("{} --activation-policy ALWAYS", patch("patch")),
                &*describe,
                format!("{} --activation-policy NEVER", patch("patch")),
            )));
        }
        Fact::Unknown(whys) => {
            fine = false;
            step.doubts.extend(whys.iter().cloned());
        }
        _ => {}
    }
    if needs_private(sql, aim) {
        fine &= private_path(step, sql, &describe, &patch("patch"));
    }
    // Client libraries and the proxy go to a port of their own, for which roles decide and no list of addresses.
    if is_at_public_address(aim) && aim.port() != Some(SQL_PROXY_PORT) {
        let text = format!("which addresses may connect to {} at its public address is not looked at", name.name);
        step.doubt(Why::new(WhyKind::Unsupported, text));
    }
    if fine {
        let which = if is_at_public_address(aim) { "public" } else { "private" };
        let judgement = Judgement::ruled_out(MODE, name, format!("{} serves at its {which} address", name.name));
        step.judge(judgement.fact(&sql.state).fact(&sql.private_network));
    }
}

/// A mounted instance with a public address is reached over that, by Google's own tunnel; one that is used by its
/// public address needs no other.
fn needs_private(sql: &SqlInstance, aim: &Aim<'_>) -> bool {
    if aim.mounted { sql.ipv4_enabled.known() != Some(&true) } else { !is_at_public_address(aim) }
}

fn is_at_public_address(aim: &Aim<'_>) -> bool {
    !aim.mounted && aim.destination.as_ref().is_some_and(|own| !super::address::is_private(own))
}

fn private_path(step: &mut Step, sql: &SqlInstance, describe: &str, patch: &str) -> bool {
    let name = &sql.name;
    let addresses = &sql.addresses;
    match (&sql.private_network, addresses) {
        (Fact::Unknown(whys), _) | (_, Fact::Unknown(whys)) => {
            step.doubts.extend(whys.iter().cloned());
            false
        }
        (Fact::Known(..), _) if private_address(sql).is_some() => true,
        (network, _) => {
            let title = format!("Cloud SQL instance {} has no private address any more", name.name);
            let network_name = network.known().map_or_else(|| "NETWORK".to_owned(), ToString::to_string);
            let judgement = Judgement::cause(&modes::SQL_BROKEN, name, title)
                .fact(network)
                .fact(&sql.ipv4_enabled)
                .proof(Proof::absent(name, "ipAddresses[PRIVATE]"));
            step.judge(judgement.remedy(Remedy::command(
                format!("{patch} --network {network_name}"),
                describe,
                // The API does not take a private network back out.
                "",
            )));
            false
        }
    }
}

/// #11.
fn of_redis(step: &mut Step, redis: &RedisInstance, aim: &Aim<'_>) {
    const MODE: &Mode = &modes::REDIS_BROKEN;
    let mut fine = true;
    match &redis.state {
        Fact::Known(RedisState::Ready, _) => {
            step.fact(&redis.state);
        }
        // It serves while it is updated.
        Fact::Known(RedisState::Updating, origin) => {
            fine = false;
            let why =
                Why::at(WhyKind::Settling, format!("Redis instance {} is UPDATING", redis.name.name), origin.clone());
            step.unknown(MODE, &redis.name, why);
        }
        Fact::Known(state, _) => {
            fine = false;
            let said = redis.status_message.known().map(|text| format!(" ({text})")).unwrap_or_default();
            let title = format!("Redis instance {} is {state}{said}", redis.name.name);
            let judgement = Judgement::cause(MODE, &redis.name, title).fact(&redis.state).fact(&redis.status_message);
            step.judge(judgement.remedy(describe_redis(&redis.name, "instances")));
        }
        fact => {
            fine = false;
            not_told(step, MODE, &redis.name, fact);
        }
    }
    let ports = [&redis.port, &redis.read_endpoint_port];
    let serves = |port: u16| ports.iter().any(|own| own.known().is_some_and(|own| *own == i64::from(port)));
    if let (Some(used), Some(own)) = (aim.shown.port, redis.port.known())
        && !serves(used)
    {
        fine = false;
        let title = format!("Redis instance {} serves on port {own}; {} uses {used}", redis.name.name, aim.shown.name);
        let judgement = Judgement::cause(MODE, &redis.name, title).fact(&redis.port);
        step.judge(judgement.remedy(Remedy::words(format!("use port {own}, and correct it {}", aim.written_in()))));
    }
    if fine {
        let judgement = Judgement::ruled_out(MODE, &redis.name, "the instance is READY at this host and port");
        step.judge(judgement.fact(&redis.state).fact(&redis.host).fact(&redis.port));
    }
}

fn describe_redis(name: &ResourceName, collection: &str) -> Remedy {
    let place = format!(
        "{} --project {} --region {}",
        gcloud_command::quoted(&name.name),
        gcloud_command::quoted(&name.project),
        gcloud_command::quoted(name.region.as_deref().unwrap_or_default())
    );
    Remedy::command(format!("gcloud redis {collection} describe {place}"), "the state is READY or ACTIVE again", "")
}

/// An address of a range of Google's services that no instance has which was listed. The instance that had it may have
/// another one now; one of a project that was not asked may have it.
pub fn unused(scene: &Scene<'_>, step: &mut Step, network: &NetworkName, aim: &Aim<'_>, address: IpAddr) {
    let found = match aim.shown.kind {
        Some(TargetKind::Redis) => moved_redis(scene, network, aim, address),
        Some(TargetKind::Postgres) => moved_sql(scene, network, aim, address),
        _ => None,
    };
    let is_certain = found.as_ref().is_some_and(Judgement::blocks);
    let title = format!("no Cloud SQL or Redis instance has the address {address} of {}", aim.shown.name);
    let range = scene.reserved_of(network).find(|(_, range)| range.contains(&address));
    let judgement = Judgement::cause(&modes::ADDRESS_UNUSED, format!("target {}", aim.shown.name), title)
        .likelihood(if is_certain { Likelihood::Certain } else { Likelihood::Likely })
        .proof(range.map(|(own, range)| Proof::new(&own.name, "address", range)))
        .remedy(Remedy::words(format!(
            "correct the address of {} where the workload gets it from, and {}",
            aim.shown.name,
            aim.written_in()
        )));
    step.judge(judgement);
    if let Some(found) = found {
        step.judge(found);
    }
    if !is_certain {
        let text = format!("an instance of a project that was not asked may have the address {address}");
        step.doubt(Why::new(WhyKind::NotAsked, text));
    }
}

/// The one instance that a target meant: the one that is called so, or else the only one, where no other target is it.
fn meant<'i, T>(
    scene: &Scene<'_>,
    all: &[&'i T],
    aim: &Aim<'_>,
    name: impl Fn(&T) -> &ResourceName,
    host: impl Fn(&T) -> Option<String>,
) -> Option<(&'i T, Likelihood)> {
    let target = &*aim.shown.name;
    let related = |own: &&&'i T| {
        let own = &*name(own).name;
        own == target || target.contains(own) || own.contains(target)
    };
    let is_taken = |own: &T| host(own).is_some_and(|host| scene.targets.iter().any(|target| target.host == host));
    match (all.iter().find(related), all) {
        (Some(found), _) => Some((found, Likelihood::Certain)),
        (None, [only]) if !is_taken(only) => Some((only, Likelihood::Likely)),
        _ => None,
    }
}

fn moved_redis(scene: &Scene<'_>, network: &NetworkName, aim: &Aim<'_>, address: IpAddr) -> Option<Judgement> {
    let on_network = scene.inventory().redis_instances.iter();
    let on_network: Vec<_> = on_network.filter(|redis| redis.authorized_network.known() == Some(network)).collect();
    let (redis, likelihood) =
        meant(scene, &on_network, aim, |redis: &RedisInstance| &redis.name, |redis| redis.host.known().cloned())?;
    let host = redis.host.known()?;
    let port = redis.port.known().copied().unwrap_or(6379);
    let title =
        format!("Redis instance {} is at {host}:{port} now; {} still uses {address}", redis.name.name, aim.shown.name);
    let fix = format!("give the workload the host {host}, and correct it {}", aim.written_in());
    let judgement = Judgement::cause(&modes::REDIS_BROKEN, &redis.name, title).likelihood(likelihood);
    Some(judgement.fact(&redis.host).fact(&redis.port).remedy(Remedy::words(fix)))
}

fn moved_sql(scene: &Scene<'_>, network: &NetworkName, aim: &Aim<'_>, address: IpAddr) -> Option<Judgement> {
    let is_candidate = |sql: &&SqlInstance| {
        let here = sql.private_network.known().map_or(sql.name.project == network.project, |own| own == network);
        let postgres = sql.database_version.known().is_none_or(|version| version.starts_with("POSTGRES"));
        here && postgres && !sql.addresses.is_unknown()
    };
    let candidates: Vec<&SqlInstance> = scene.inventory().sql_instances.iter().filter(is_candidate).collect();
    let (sql, likelihood) = meant(
        scene,
        &candidates,
        aim,
        |sql: &SqlInstance| &sql.name,
        |sql| private_address(sql).map(|own| own.to_string()),
    )?;
    let name = &sql.name;
    let (own, project) = (gcloud_command::quoted(&name.name), gcloud_command::quoted(&name.project));
    let describe = format!("gcloud sql instances describe {own} --project {project}");
    let (title, remedy, proof) = match private_address(sql) {
        Some(now) => (
            format!("Cloud SQL instance {} is at {now} now; {} still uses {address}", name.name, aim.shown.name),
            Remedy::words(format!("give the workload the host {now}, and correct it {}", aim.written_in())),
            Proof::new(name, "ipAddresses[PRIVATE]", now),
        ),
        None => (
            format!("Cloud SQL instance {} has no private address any more", name.name),
            Remedy::command(
                format!("gcloud sql instances patch {own} --project {project} --network {network}"),
                describe,
                // The API does not take a private network back out.
                "",
            ),
            Proof::absent(name, "ipAddresses[PRIVATE]"),
        ),
    };
    let judgement = Judgement::cause(&modes::SQL_BROKEN, name, title).likelihood(likelihood);
    Some(judgement.fact(&sql.private_network).fact(&sql.ipv4_enabled).proof(proof).remedy(remedy))
}
