//! Why a connector is in the state ERROR. The connector itself carries no reason: its failed operation, the ranges of
//! its network and the roles of its service agent do.

use ipnet::IpNet;

use super::scene::Scene;
use super::step::{Judgement, Step};
use super::{modes, permission};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{Likelihood, Proof, Remedy};
use crate::model::{Api, Connector, ConnectorName, Fact, FailedOperation, NetworkName, NextHop, ReservedRange, Why};

/// Judges a connector in the state ERROR.
pub fn judge(scene: &Scene<'_>, step: &mut Step, name: &ConnectorName, connector: &Connector) {
    let health = scene.inventory().connector_health.iter().find(|own| own.connector == *name);
    let failure = health.map(|own| &own.failure);
    let failed = failure.and_then(Fact::known);
    let said = failed.map(|failed| format!(": {}", failed.message.trim_end_matches('.'))).unwrap_or_default();
    let title = format!("connector {} is in the state ERROR{said}", name.name);
    let mut judgement = Judgement::cause(&modes::CONNECTOR_ERROR, name, title).fact(&connector.state);
    if let Some(failed) = failed {
        judgement = judgement.proof(operation(failed));
    }
    let finding = scene.connector_finding("connector-not-ready", name);
    step.judge(match finding {
        Some(finding) => judgement.remedies_of(finding).finding(&finding.id),
        None => judgement.remedy(replace(name)),
    });
    match failure {
        Some(Fact::Unknown(whys)) => {
            for mode in [&modes::RANGE_OVERLAPS, &modes::AGENT_LACKS_ROLE, &modes::IMAGE_REFUSED] {
                if let Some(why) = whys.first() {
                    step.judge(Judgement::unknown(mode, name, why.clone()));
                }
            }
        }
        _ => {
            overlap(scene, step, name, connector, failed);
            image(step, name, failed);
        }
    }
    permission::connector_agent(scene, step, name, failed);
}

/// It cannot be repaired in place, and its name is free only when it is deleted.
fn replace(name: &ConnectorName) -> Remedy {
    Remedy::command(gcloud_command::connector("delete", name, ""), gcloud_command::connector("describe", name, ""), "")
}

/// What the operation said.
pub fn operation(failed: &FailedOperation) -> Proof {
    Proof::new(&failed.name, "error.message", &failed.message)
}

fn overlap(
    scene: &Scene<'_>,
    step: &mut Step,
    name: &ConnectorName,
    connector: &Connector,
    failed: Option<&FailedOperation>,
) {
    let said = failed.filter(|failed| {
        let text = failed.message.to_ascii_lowercase();
        text.contains("conflicts with an existing") || text.contains("overlap") || text.contains("ip cidr range")
    });
    let (range, network) = (connector.ip_cidr_range.known(), connector.network.known());
    let found = range.zip(network).map(|(range, network)| (range, others(scene, network, *range)));
    let other = found.as_ref().and_then(|(_, found)| found.as_ref().ok()).and_then(|found| found.first());
    match (said, other) {
        (None, None) => match found {
            Some((_, Err(why))) => {
                step.judge(Judgement::unknown(&modes::RANGE_OVERLAPS, name, why));
            }
            Some((range, Ok(_))) => {
                let text = format!("nothing that was listed overlaps {range}");
                step.judge(Judgement::ruled_out(&modes::RANGE_OVERLAPS, name, text));
            }
            None => {}
        },
        (said, other) => {
            let range = range.map_or_else(|| "its range".to_owned(), |range| format!("range {range}"));
            let title = match other {
                Some(other) => format!("{range} of connector {} overlaps {}", name.name, other.name),
                None => format!("{range} of connector {} conflicts with one that exists", name.name),
            };
            let mut judgement = Judgement::cause(&modes::RANGE_OVERLAPS, name, title).fact(&connector.ip_cidr_range);
            if let Some(other) = other {
                judgement = judgement.proof(other.proof.clone());
            }
            if let Some(failed) = said {
                judgement = judgement.proof(operation(failed));
            }
            let network = network.map_or("NETWORK", |network| &*network.name);
            let new = ConnectorName { name: format!("{}-2", name.name), ..name.clone() };
            step.judge(judgement.remedy(Remedy::command(
                gcloud_command::connector("create", &new, &format!("--network {network} --range UNUSED_RANGE_28")),
                gcloud_command::connector("describe", &new, ""),
                gcloud_command::connector("delete", &new, ""),
            )));
        }
    }
}

/// A range that overlaps.
struct Other {
    name: String,
    proof: Proof,
}

/// Everything of the network that overlaps a range: subnetworks and their secondary ranges, ranges that are reserved
/// for service producers, ranges of Redis instances, routes to elsewhere. Google's own helpers are left out.
fn others(scene: &Scene<'_>, network: &NetworkName, range: IpNet) -> Result<Vec<Other>, Why> {
    let overlaps = |other: &IpNet| other.contains(&range.network()) || range.contains(&other.network());
    let mut found = Vec::new();
    for own in scene.subnetworks_of(network).filter(|own| !own.name.name.starts_with("aet-")) {
        let secondary = own.secondary_ranges.known().into_iter().flatten();
        let ranges = [&own.ip_cidr_range].into_iter().chain(secondary.map(|range| &range.ip_cidr_range));
        for fact in ranges {
            if let Some(other) = fact.known().filter(|other| overlaps(other)) {
                let name = format!("subnetwork {} {other}", own.name.name);
                found.extend(Proof::of(fact).map(|proof| Other { name, proof }));
            }
        }
    }
    for (address, other) in scene.reserved_of(network).filter(|(_, other)| overlaps(other)) {
        let name = format!("the reserved range {} {other}", address.name.name);
        found.push(Other { name, proof: Proof::new(&address.name, "address", other) });
    }
    for redis in &scene.inventory().redis_instances {
        if let Fact::Known(ReservedRange::Range(other), _) = &redis.reserved_ip_range
            && redis.authorized_network.known() == Some(network)
            && overlaps(other)
        {
            let name = format!("the range {other} of Redis instance {}", redis.name.name);
            found.extend(Proof::of(&redis.reserved_ip_range).map(|proof| Other { name, proof }));
        }
    }
    for route in scene.inventory().routes.iter().filter(|route| route.network.known() == Some(network)) {
        let elsewhere = !matches!(route.next_hop.known(), Some(NextHop::Network(_) | NextHop::InternetGateway) | None);
        if let Some(other) = route.destination.known().filter(|other| elsewhere && other.prefix_len() > 0)
            && overlaps(other)
        {
            let name = format!("route {} to {other}", route.name.name);
            found.extend(Proof::of(&route.destination).map(|proof| Other { name, proof }));
        }
    }
    if found.is_empty() {
        let coverage = scene.coverage();
        for api in [Api::ComputeSubnetworks, Api::ComputeGlobalAddresses, Api::ComputeRoutes] {
            coverage.answered_in_project(api, &network.project)?;
        }
    }
    Ok(found)
}

fn image(step: &mut Step, name: &ConnectorName, failed: Option<&FailedOperation>) {
    let Some(failed) = failed else { return };
    let text = failed.message.to_ascii_lowercase();
    if !text.contains("serverless-vpc-access-images") && !text.contains("trustedimageprojects") {
        step.judge(
            Judgement::ruled_out(&modes::IMAGE_REFUSED, name, "the failed operation names no policy on images")
                .proof(operation(failed)),
        );
        return;
    }
    let title = format!("an organization policy refuses the images of connector {}", name.name);
    let project = gcloud_command::quoted(&name.project);
    step.judge(
        Judgement::cause(&modes::IMAGE_REFUSED, name, title).proof(operation(failed)).remedy(Remedy::command(
            format!("gcloud resource-manager org-policies allow compute.trustedImageProjects projects/serverless-vpc-access-images --project {project}"),
            format!("gcloud resource-manager org-policies describe compute.trustedImageProjects --project {project} --effective"),
            format!("gcloud resource-manager org-policies delete compute.trustedImageProjects --project {project}"),
        )).likelihood(Likelihood::Certain),
    );
}
