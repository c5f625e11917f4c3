//! The hop over an interface of the workload's own (direct VPC egress).

use super::attachment::{Attachment, By};
use super::modes;
use super::permission::failed_rollout;
use super::scene::Scene;
use super::step::{Judgement, Step};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{HopKind, Proof, Remedy};
use crate::model::{Fact, LiveWorkload, NetworkInterface, NetworkName, SubnetworkName, Why, WhyKind};

/// "must be /26 or larger" (gcloud, `--subnet`).
const LONGEST_PREFIX: u8 = 26;

/// Follows an interface: the hop, and where packets come out of it as far as that is known.
pub fn follow(scene: &Scene<'_>, live: &LiveWorkload, interface: &NetworkInterface) -> (Step, Option<Attachment>) {
    let mut step =
        Step::new(HopKind::Interface, "interface", "packets enter the VPC through an interface of their own");
    step.fact(&interface.network).fact(&interface.subnetwork);
    let (network, subnetwork) = match names(interface, &live.name.region) {
        Ok(names) => names,
        Err(why) => {
            step.unknown(&modes::NETWORK_NOT_FOUND, &live.name, why);
            return (step, None);
        }
    };
    step.name = subnetwork.name.clone();
    let found = match scene.subnetwork(&subnetwork) {
        Ok(found) => found,
        Err(why) => {
            step.judge(Judgement::unknown(&modes::SUBNETWORK_TOO_SMALL, &subnetwork, why.clone()));
            step.unknown(&modes::NETWORK_NOT_FOUND, &subnetwork, why);
            return (step, None);
        }
    };
    let Some(found) = found else {
        not_found(&mut step, live, &subnetwork.to_string(), &subnetwork.project);
        return (step, None);
    };
    let network = match (network, found.network.known()) {
        (Some(named), Some(own)) if named != *own => {
            let title = format!("subnetwork {} is of network {}, not of {}", subnetwork.name, own.name, named.name);
            let judgement = Judgement::cause(&modes::NETWORK_NOT_FOUND, &live.name, title);
            step.judge(judgement.fact(&interface.network).fact(&found.network));
            Ok(own.clone())
        }
        (_, Some(own)) => Ok(own.clone()),
        (named, None) => named.ok_or_else(|| {
            let why = found.network.whys().first().cloned();
            why.unwrap_or_else(|| Why::new(WhyKind::Malformed, "the API did not say the subnetwork's network"))
        }),
    };
    if let Ok(network) = &network {
        match scene.network(network) {
            Ok(Some(_)) => {
                let judgement =
                    Judgement::ruled_out(&modes::NETWORK_NOT_FOUND, &subnetwork, "network and subnetwork are there");
                step.judge(judgement.fact(&found.network));
            }
            Ok(None) => not_found(&mut step, live, &network.to_string(), &network.project),
            Err(why) => {
                step.unknown(&modes::NETWORK_NOT_FOUND, network, why);
            }
        }
    }
    size(scene, &mut step, live, &subnetwork, &found.ip_cidr_range);
    let attachment = Attachment {
        network,
        region: subnetwork.region.clone(),
        range: found.ip_cidr_range.known().copied(),
        hidden: false,
        subnetwork: Some(subnetwork),
        tags: interface.tags.known().cloned().unwrap_or_default(),
        by: By::Interface,
    };
    (step, Some(attachment))
}

/// "If subnetwork is not specified, the subnetwork with the same name with the network will be used"; "if network is
/// not specified, it will be looked up from the subnetwork" (Cloud Run Admin API v2).
fn names(interface: &NetworkInterface, region: &str) -> Result<(Option<NetworkName>, SubnetworkName), Why> {
    match (&interface.network, &interface.subnetwork) {
        (Fact::Unknown(whys), _) | (_, Fact::Unknown(whys)) => {
            let why = whys.first().cloned();
            Err(why.unwrap_or_else(|| Why::new(WhyKind::Malformed, "the interface cannot be told")))
        }
        (network, Fact::Known(subnetwork, _)) => Ok((network.known().cloned(), subnetwork.clone())),
        (Fact::Known(network, _), Fact::Absent(_)) => {
            let subnetwork = SubnetworkName {
                project: network.project.clone(),
                region: region.to_owned(),
                name: network.name.clone(),
            };
            Ok((Some(network.clone()), subnetwork))
        }
        (Fact::Absent(origin), Fact::Absent(_)) => {
            let text = "the interface names neither network nor subnetwork";
            Err(Why::at(WhyKind::Malformed, text, origin.clone()))
        }
    }
}

/// A network or subnetwork that was listed for and is not there.
fn not_found(step: &mut Step, live: &LiveWorkload, what: &str, project: &str) {
    let own = &live.name;
    let short = what.rsplit('/').next().unwrap_or(what);
    let hint = if *project == own.project {
        format!("; on a Shared VPC it is named in full, as projects/HOST/…/{short}")
    } else {
        String::new()
    };
    let title = format!("{short} is not found in project {project}{hint}");
    let mut judgement = Judgement::cause(&modes::NETWORK_NOT_FOUND, own, title).proof(Proof::absent(what, ""));
    if let Some(failed) = failed_rollout(live) {
        let reason = failed.reason.clone().unwrap_or_default();
        judgement = judgement.proof(Proof::new(own, "terminalCondition.reason", reason));
    }
    step.judge(judgement.remedy(attach(live)));
}

/// The command that names another network and subnetwork.
pub fn attach(live: &LiveWorkload) -> Remedy {
    let own = &live.name;
    Remedy::command(
        gcloud_command::update_workload(own, "--network NETWORK --subnet SUBNETWORK"),
        gcloud_command::describe_workload(own),
        gcloud_command::update_workload(own, "--clear-network"),
    )
}

fn size(
    scene: &Scene<'_>,
    step: &mut Step,
    live: &LiveWorkload,
    subnetwork: &SubnetworkName,
    range: &Fact<ipnet::IpNet>,
) {
    step.fact(range);
    let Some(prefix) = range.known().map(ipnet::IpNet::prefix_len) else { return };
    let shared = scene.inventory().connectors.iter().find(|own| own.subnet.known() == Some(subnetwork));
    let shared = shared.and_then(|own| own.name.known());
    let title = match shared {
        Some(connector) => format!("subnetwork {} is used by connector {} as well", subnetwork.name, connector.name),
        None if prefix > LONGEST_PREFIX => {
            format!("subnetwork {} is a /{prefix}; direct VPC egress needs /26 or larger", subnetwork.name)
        }
        None => {
            let text = format!("subnetwork {} is a /{prefix}, which is large enough", subnetwork.name);
            step.judge(Judgement::ruled_out(&modes::SUBNETWORK_TOO_SMALL, subnetwork, text).fact(range));
            return;
        }
    };
    let mut judgement = Judgement::cause(&modes::SUBNETWORK_TOO_SMALL, subnetwork, title).fact(range);
    if let Some(connector) = shared {
        judgement = judgement.proof(Proof::new(connector, "subnet.name", &subnetwork.name));
    }
    if let Some(failed) = failed_rollout(live) {
        judgement = judgement.proof(Proof::new(&live.name, "terminalCondition.message", &failed.message));
    }
    let place = format!(
        "{} --project {} --region {}",
        gcloud_command::quoted(&subnetwork.name),
        gcloud_command::quoted(&subnetwork.project),
        gcloud_command::quoted(&subnetwork.region)
    );
    step.judge(match shared {
        Some(_) => judgement.remedy(attach(live)),
        None => judgement.remedy(Remedy::command(
            format!("gcloud compute networks subnets expand-ip-range {place} --prefix-length 26"),
            format!("gcloud compute networks subnets describe {place}"),
            // A range is never made smaller again.
            "",
        )),
    });
}
