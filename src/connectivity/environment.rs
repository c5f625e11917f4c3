//! What a workload uses by its environment variables, as far as `gcp-drift.toml` lets it be read where they lead.

use super::address::Destination;
use super::scene::Scene;
use super::sender::Sender;
use super::target::{self, Aim, Resource, SQL_PROXY_PORT, private_address};
use crate::model::diagnosis::{PathTarget, Proof};
use crate::model::{Api, Endpoint, Fact, LiveVariable, LiveWorkload, SqlAddressKind, SqlConnectionName, endpoint};

/// Adds what the allowed variables of a sender lead to. Where a declared target or a mounted instance is the same, the
/// variable is named there.
pub fn add<'a>(
    scene: &Scene<'a>,
    live: &LiveWorkload,
    sender: &Sender<'_>,
    aims: &mut Vec<Aim<'a>>,
    unknown: &mut Vec<String>,
) {
    for variable in sender.variables.iter().filter(|own| scene.variables.allow(&own.name)) {
        let found = match &variable.endpoint {
            Fact::Known(Endpoint::Host { host, .. }, _) if stays_inside(host) => {
                Err(format!("{host} is the instance itself, and what listens there, such as a proxy, is not known"))
            }
            Fact::Known(own @ Endpoint::Host { host, .. }, _) => Ok(of_host(scene, variable, own, host)),
            Fact::Known(Endpoint::CloudSql { instance, socket }, _) => {
                match aims.iter_mut().find(|aim| aim.mounted && aim.mount.as_ref() == Some(instance)) {
                    Some(mounted) => {
                        name(mounted, variable);
                        continue;
                    }
                    None if *socket => Err(not_mounted(sender, instance)),
                    None => of_instance(scene, variable, instance),
                }
            }
            // A glob may match much that is no address at all.
            Fact::Unknown(_) if !scene.variables.name(&variable.name) && !endpoint::names_a_place(&variable.name) => {
                continue;
            }
            Fact::Unknown(whys) => Err(whys.first().map_or_else(String::new, |why| why.text.clone())),
            Fact::Absent(_) => continue,
        };
        match found {
            Ok(aim) => put(aims, aim, variable),
            Err(why) => unknown.push(format!("{} of {}: {why}", variable.name, live.name.name)),
        }
    }
}

/// A host, by the name of the variable.
fn of_host<'a>(scene: &Scene<'a>, variable: &LiveVariable, own: &Endpoint, host: &str) -> Aim<'a> {
    let mut aim = target::at(scene, &variable.name, own.kind(), host, own.port(), "");
    aim.shown.kind = aim.shown.kind.or_else(|| target::kind_of(&aim.resource));
    aim
}

/// Adds an aim, or names the variable at the one that leads to the same place.
fn put<'a>(aims: &mut Vec<Aim<'a>>, aim: Aim<'a>, variable: &LiveVariable) {
    let same = |own: &&mut Aim<'_>| {
        let ports = (own.shown.port, aim.shown.port);
        !own.mounted
            && own.shown.host == aim.shown.host
            && own.shown.resource == aim.shown.resource
            && (ports.0 == ports.1 || ports.0.is_none() || ports.1.is_none())
    };
    match aims.iter_mut().find(same) {
        Some(own) => {
            own.shown.port = own.shown.port.or(aim.shown.port);
            own.shown.kind = own.shown.kind.or(aim.shown.kind);
            name(own, variable);
        }
        None => {
            // The address says more than that the instance is mounted.
            let is_it =
                |own: &Aim<'_>| own.mounted && own.destination.is_some() && own.shown.resource == aim.shown.resource;
            if aim.shown.resource.is_some() {
                aims.retain(|own| !is_it(own));
            }
            let mut aim = aim;
            name(&mut aim, variable);
            aims.push(aim);
        }
    }
}

/// Names a variable at the aim that it leads to.
fn name(aim: &mut Aim<'_>, variable: &LiveVariable) {
    let words = |names: &[String]| match names {
        [] => String::new(),
        [one] => format!("environment variable {one}"),
        many => format!("environment variables {}", many.join(" and ")),
    };
    let known = aim.shown.known_from.strip_suffix(&words(&aim.variables)).unwrap_or_default().to_owned();
    let separator = if known.is_empty() || !aim.variables.is_empty() { "" } else { ", and " };
    aim.variables.push(variable.name.clone());
    aim.shown.known_from = format!("{known}{separator}{}", words(&aim.variables));
    aim.evidence.extend(Proof::of(&variable.endpoint));
}

/// True for what does not leave the instance: the container itself, its sidecars, and the metadata server.
fn stays_inside(host: &str) -> bool {
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    match host.parse() {
        Ok(std::net::IpAddr::V4(address)) => {
            address.is_loopback() || address.is_unspecified() || address.is_link_local()
        }
        Ok(std::net::IpAddr::V6(address)) => address.is_loopback() || address.is_unspecified(),
        Err(_) => {
            matches!(&*name, "localhost" | "metadata" | "metadata.google.internal") || name.ends_with(".localhost")
        }
    }
}

fn not_mounted(sender: &Sender<'_>, instance: &SqlConnectionName) -> String {
    if sender.mounts.iter().any(Fact::is_unknown) {
        return format!("it names the socket of {instance}, and which instances are mounted cannot be told");
    }
    format!("it names the socket of {instance}, which is not mounted, so that there is no such socket")
}

/// An instance by its connection name alone: a client library finds its address and goes to the port of the proxy.
fn of_instance<'a>(
    scene: &Scene<'a>,
    variable: &LiveVariable,
    instance: &SqlConnectionName,
) -> Result<Aim<'a>, String> {
    let Some(sql) = target::instance(scene, instance) else {
        scene.coverage().answered_in_project(Api::SqlInstances, &instance.project).map_err(|why| why.text)?;
        let shown = PathTarget {
            name: variable.name.clone(),
            kind: None,
            host: None,
            port: None,
            resource: Some(target::full_name_of(instance)),
            known_from: String::new(),
        };
        return Ok(Aim { shown, destination: None, resource: Resource::MissingSql, ..Aim::default() });
    };
    let Fact::Known(addresses, _) = &sql.addresses else {
        return Err(format!("the addresses of {instance} cannot be told"));
    };
    let public = addresses.iter().find(|own| own.kind.known() == Some(&SqlAddressKind::Primary));
    let public = public.and_then(|own| own.address.known().copied());
    let address = match (private_address(sql), public) {
        (Some(private), None) => private,
        (None, Some(public)) => public,
        (Some(_), Some(_)) => {
            return Err(format!("{instance} has a private and a public address, and which one is used is not told"));
        }
        (None, None) => return Err(format!("{instance} has no address that is known")),
    };
    let mut aim = target::of_sql(sql, "");
    aim.shown.name.clone_from(&variable.name);
    aim.shown.host = Some(address.to_string());
    aim.shown.port = Some(SQL_PROXY_PORT);
    aim.destination = Some(Destination::Address(address));
    Ok(aim)
}

/// Variables that look as if they named a target, and may not be read.
pub fn hints<'n>(scene: &Scene<'_>, live: &'n LiveWorkload) -> Vec<&'n str> {
    let names = live.environment.iter().map(String::as_str);
    names.filter(|name| endpoint::names_a_place(name) && !scene.variables.allow(name)).collect()
}
