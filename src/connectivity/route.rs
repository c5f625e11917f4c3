//! The hop from where packets enter the network towards the target: a subnetwork's own route, private service access,
//! another route, or the way to public addresses.

use std::net::IpAddr;

use super::address::{Class, Destination, class};
use super::attachment::{Attachment, By};
use super::scene::Scene;
use super::step::{Judgement, Step};
use super::target::{Aim, Resource};
use super::{modes, public_way};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{HopKind, Likelihood, Mode, Proof, Remedy};
use crate::model::{
    Api, ConnectMode, Fact, LiveWorkload, NetworkName, NextHop, PeeringState, Route, RouteStatus, Why, WhyKind,
};

/// The peering that carries private service access.
const SERVICE_PEERING: &str = "servicenetworking-googleapis-com";

/// Follows a network towards a target.
pub fn follow(
    scene: &Scene<'_>,
    live: &LiveWorkload,
    network: &NetworkName,
    attachment: &Attachment,
    aim: &Aim<'_>,
) -> Step {
    let mut step = Step::new(HopKind::Route, &network.name, format!("network {} leads to the target", network.name));
    match aim.resource {
        Resource::Sql(sql) if super::target::needs_vpc(aim) => {
            let subject = sql.name.to_string();
            // Where it is absent there is no private path at all, which the target itself says.
            if let Fact::Known(other, _) = &sql.private_network {
                same_network(
                    scene,
                    &mut step,
                    (live, network, attachment),
                    (other, &subject),
                    Proof::of(&sql.private_network),
                );
            }
            step.doubts.extend(sql.private_network.whys().iter().cloned());
            private_service_access(scene, &mut step, network);
        }
        Resource::Redis(redis) => {
            let own = match &redis.authorized_network {
                Fact::Known(own, _) => Ok(own.clone()),
                // "If it is not provided, the default network will be used" (Memorystore API).
                Fact::Absent(_) => Ok(NetworkName { project: redis.name.project.clone(), name: "default".to_owned() }),
                Fact::Unknown(whys) => Err(whys.clone()),
            };
            match own {
                Ok(own) => {
                    let proof = Proof::of(&redis.authorized_network);
                    same_network(scene, &mut step, (live, network, attachment), (&own, &redis.name.to_string()), proof);
                }
                Err(whys) => step.doubts.extend(whys),
            }
            step.fact(&redis.connect_mode);
            if redis.connect_mode.known() == Some(&ConnectMode::PrivateServiceAccess) {
                private_service_access(scene, &mut step, network);
            }
        }
        Resource::Cluster(cluster) => {
            let address = aim.destination.as_ref().and_then(Destination::address);
            let endpoints = cluster.discovery_endpoints.known().into_iter().flatten();
            for endpoint in endpoints.filter(|endpoint| endpoint.address.known().copied() == address) {
                match &endpoint.network {
                    Fact::Known(own, _) => {
                        let proof = Proof::of(&endpoint.network);
                        same_network(
                            scene,
                            &mut step,
                            (live, network, attachment),
                            (own, &cluster.name.to_string()),
                            proof,
                        );
                    }
                    fact => {
                        step.fact(fact);
                    }
                }
            }
        }
        _ => match &aim.destination {
            Some(Destination::Address(address)) => match class(*address) {
                Class::Public | Class::GoogleApis => {
                    public_way::follow(scene, &mut step, live, network, attachment, aim)
                }
                _ => private_address(scene, &mut step, network, attachment, *address, aim),
            },
            Some(Destination::InternalName(name)) => {
                let text = format!("private zones of Cloud DNS are not read, so the address of {name} is not known");
                step.doubt(Why::new(WhyKind::NotAsked, text));
            }
            Some(Destination::GoogleApi(_) | Destination::Name(_)) => {
                public_way::follow(scene, &mut step, live, network, attachment, aim);
            }
            None => {}
        },
    }
    step
}

/// #8. Peerings do not lead on from one to the next, so that only the network itself reaches what is peered with it.
fn same_network(
    scene: &Scene<'_>,
    step: &mut Step,
    (live, network, attachment): (&LiveWorkload, &NetworkName, &Attachment),
    (other, subject): (&NetworkName, &str),
    proof: Option<Proof>,
) {
    let short = subject.rsplit('/').next().unwrap_or(subject);
    if network == other {
        let text = format!("{short} has its private address on network {}, too", network.name);
        step.judge(Judgement::ruled_out(&modes::OTHER_NETWORK, subject, text).proof(proof));
        return;
    }
    let own = &live.name;
    let shown = |one: &NetworkName| {
        if one.project == network.project && one.project == other.project {
            one.name.clone()
        } else {
            format!("{} of {}", one.name, one.project)
        }
    };
    let title = format!(
        "{} enters network {}, and the private address of {short} is on network {}; private service access does not lead on over a peering",
        own.name,
        shown(network),
        shown(other)
    );
    // One cause for all that lies on the other network.
    let mut judgement = Judgement::cause(&modes::OTHER_NETWORK, other, title);
    if let By::Connector(name) = &attachment.by {
        judgement = judgement.proof(Proof::new(name, "network", network));
    }
    judgement = judgement.proof(Proof::new(own, "template.vpcAccess", network)).proof(proof);
    let on_other = scene.inventory().connectors.iter().find(|connector| {
        let name = connector.name.known();
        connector.network.known().is_some_and(|own| own.name == other.name && own.project == other.project)
            && name.is_some_and(|name| name.region == own.region)
    });
    let other_connector = on_other.and_then(|connector| connector.name.known());
    let declared = super::connector::declared_connector(scene, live);
    let used = live.workload.vpc.connector.known();
    judgement = match declared.as_ref().filter(|declared| Some(*declared) != used).or(other_connector) {
        Some(connector) => {
            let undo = used.map(|used| gcloud_command::update_workload(own, &format!("--vpc-connector {used}")));
            judgement.remedy(Remedy::command(
                gcloud_command::update_workload(own, &format!("--vpc-connector {connector}")),
                gcloud_command::describe_workload(own),
                undo.unwrap_or_default(),
            ))
        }
        None => judgement.remedy(Remedy::words(format!("attach {} to network {}", own.name, other.name))),
    };
    if let Some(finding) = scene.workload_finding("workload-connector-changed", own) {
        judgement = judgement.finding(&finding.id);
    }
    step.judge(judgement);
}

/// #10.
fn private_service_access(scene: &Scene<'_>, step: &mut Step, network: &NetworkName) {
    const MODE: &Mode = &modes::PEERING_BROKEN;
    let live = match scene.network(network) {
        Ok(live) => live,
        Err(why) => {
            step.unknown(MODE, network, why);
            return;
        }
    };
    let peerings = match live.map(|live| &live.peerings) {
        Some(Fact::Known(peerings, _)) => peerings.as_slice(),
        Some(Fact::Unknown(whys)) => {
            step.doubts.extend(whys.iter().cloned());
            return;
        }
        Some(Fact::Absent(_)) | None => &[],
    };
    let peering = peerings.iter().find(|peering| peering.name.known().is_some_and(|name| name == SERVICE_PEERING));
    let (project, short) = (gcloud_command::quoted(&network.project), gcloud_command::quoted(&network.name));
    let ranges: Vec<&str> = scene.reserved_of(network).map(|(address, _)| &*address.name.name).collect();
    let ranges = if ranges.is_empty() { "RESERVED_RANGE".to_owned() } else { ranges.join(",") };
    let remedy = Remedy::command(
        format!(
            "gcloud services vpc-peerings connect --service servicenetworking.googleapis.com --project {project} --network {short} --ranges {ranges}"
        ),
        format!("gcloud services vpc-peerings list --project {project} --network {short}"),
        format!(
            "gcloud services vpc-peerings delete --service servicenetworking.googleapis.com --project {project} --network {short}"
        ),
    );
    match peering {
        None => {
            let title =
                format!("network {} has no peering {SERVICE_PEERING}: private service access is gone", network.name);
            let mut judgement = Judgement::cause(MODE, network, title)
                .proof(Proof::absent(network, &format!("peerings[{SERVICE_PEERING}]")));
            let connections = &scene.inventory().service_connections;
            let listed =
                scene.coverage().answered_of(Api::ServiceNetworkingConnections, &network.project, &network.to_string());
            if listed.is_ok() && !connections.iter().any(|own| own.network == *network) {
                judgement = judgement.proof(Proof::absent(network, "connections"));
            }
            step.judge(judgement.remedy(remedy));
        }
        Some(peering) => match &peering.state {
            Fact::Known(PeeringState::Active, _) => {
                step.proof(Proof::of(&peering.state));
                let text = format!("peering {SERVICE_PEERING} is ACTIVE");
                step.judge(
                    Judgement::ruled_out(MODE, network, text)
                        .fact(&peering.state)
                        .fact(&peering.export_custom_routes)
                        .fact(&peering.import_custom_routes),
                );
            }
            Fact::Known(state, _) => {
                let details = peering.state_details.known().map(|text| format!(" ({text})")).unwrap_or_default();
                let title = format!("peering {SERVICE_PEERING} of network {} is {state}{details}", network.name);
                let judgement = Judgement::cause(MODE, network, title).fact(&peering.state);
                step.judge(judgement.fact(&peering.state_details).remedy(remedy));
            }
            Fact::Absent(origin) => {
                let why = Why::at(WhyKind::Malformed, "the API did not say the peering's state", origin.clone());
                step.unknown(MODE, network, why);
            }
            Fact::Unknown(whys) => step.doubts.extend(whys.iter().cloned()),
        },
    }
}

/// A private address that no instance has which was read.
fn private_address(
    scene: &Scene<'_>,
    step: &mut Step,
    network: &NetworkName,
    attachment: &Attachment,
    address: IpAddr,
    aim: &Aim<'_>,
) {
    let holds =
        |own: &&crate::model::LiveSubnetwork| own.ip_cidr_range.known().is_some_and(|range| range.contains(&address));
    if let Some(own) = scene.subnetworks_of(network).find(holds) {
        step.text = format!("{address} lies in subnetwork {}", own.name.name);
        step.fact(&own.ip_cidr_range);
        return;
    }
    if scene.is_reserved(network, address) {
        match super::target::databases_listed(scene, &network.project) {
            Ok(()) => super::database::unused(scene, step, network, aim, address),
            Err(why) => {
                step.doubt(why);
            }
        }
        return;
    }
    match best(scene, network, attachment, address) {
        Err(why) => {
            step.doubt(why);
        }
        Ok(None) => no_route(step, network, address, aim, None),
        Ok(Some(route)) => over(scene, step, network, address, aim, route),
    }
}

/// The route that wins: the longest prefix, then the lowest priority; those for other tags do not count.
fn best<'a>(
    scene: &Scene<'a>,
    network: &NetworkName,
    attachment: &Attachment,
    address: IpAddr,
) -> Result<Option<&'a Route>, Why> {
    scene.coverage().answered_in_project(Api::ComputeRoutes, &network.project)?;
    scene.coverage().answered_in_project(Api::ComputeSubnetworks, &network.project)?;
    let own = scene.inventory().routes.iter().filter(|route| route.network.known() == Some(network));
    let applies = |route: &&Route| {
        let is_active = matches!(route.status.known(), None | Some(RouteStatus::Active));
        let for_tags = route.tags.known().is_none_or(|tags| tags.is_empty() || !tags.is_disjoint(&attachment.tags));
        is_active && for_tags && route.destination.known().is_some_and(|range| range.contains(&address))
    };
    Ok(own.filter(applies).max_by_key(|route| {
        let prefix = route.destination.known().map(ipnet::IpNet::prefix_len);
        (prefix, std::cmp::Reverse(route.priority.known().copied().unwrap_or(1000)))
    }))
}

fn over(scene: &Scene<'_>, step: &mut Step, network: &NetworkName, address: IpAddr, aim: &Aim<'_>, route: &Route) {
    step.fact(&route.destination).fact(&route.next_hop);
    match route.next_hop.known() {
        Some(NextHop::InternetGateway) => no_route(step, network, address, aim, Some(route)),
        Some(NextHop::Network(_)) => {
            step.text = format!("{address} lies in network {}", network.name);
        }
        Some(NextHop::Peering(name)) => {
            let peerings = scene.network(network).ok().flatten().and_then(|live| live.peerings.known());
            let state = peerings.into_iter().flatten().find(|peering| peering.name.known() == Some(name));
            match state.map(|peering| &peering.state) {
                Some(Fact::Known(PeeringState::Active, _)) => {
                    step.text = format!("peering {name} leads to {address}");
                }
                Some(Fact::Known(state, _)) => {
                    let title = format!("peering {name} of network {} is {state}", network.name);
                    step.judge(
                        Judgement::cause(&modes::NO_ROUTE, network, title)
                            .proof(Proof::new(network, &format!("peerings[{name}].state"), state))
                            .remedy(Remedy::words("make the peering again on the side that lacks it")),
                    );
                }
                _ => {
                    let text = format!("the state of peering {name} is not known");
                    step.doubt(Why::new(WhyKind::NotAsked, text));
                }
            }
        }
        Some(next) => {
            let text = format!("{address} lies beyond {} {next}, where nothing is read", next.word());
            step.doubt(Why::new(WhyKind::NotAsked, text));
        }
        None => {
            let text = format!("where route {} leads cannot be told", route.name.name);
            step.doubt(Why::new(WhyKind::Malformed, text));
        }
    }
}

fn no_route(step: &mut Step, network: &NetworkName, address: IpAddr, aim: &Aim<'_>, route: Option<&Route>) {
    let title = match route {
        Some(route) => format!(
            "no route of network {} leads to {address} but the default one to the internet ({}), where private addresses are dropped",
            network.name, route.name.name
        ),
        None => format!("no route of network {} leads to {address}", network.name),
    };
    let mut judgement = Judgement::cause(&modes::NO_ROUTE, format!("target {}", aim.shown.name), title)
        .likelihood(Likelihood::Certain)
        .proof(Proof::absent(network, &format!("routes[{address}]")));
    if let Some(route) = route {
        judgement = judgement.fact(&route.destination).fact(&route.next_hop);
    }
    step.judge(judgement.remedy(Remedy::words(format!(
        "correct the address of {}, or add the route, peering or tunnel that leads there",
        aim.shown.name
    ))));
}
