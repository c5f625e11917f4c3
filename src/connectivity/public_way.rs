//! From a network to public addresses and to Google's APIs: the default route, Cloud NAT, Private Google Access.

use super::address::{Class, Destination, class};
use super::attachment::Attachment;
use super::scene::Scene;
use super::step::{Judgement, Step};
use super::target::Aim;
use super::{modes, nat};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{Proof, Remedy};
use crate::model::{Api, Fact, LiveWorkload, NetworkName, NextHop, Why, WhyKind};

/// Follows a network towards a public address or Google's APIs.
pub fn follow(
    scene: &Scene<'_>,
    step: &mut Step,
    live: &LiveWorkload,
    network: &NetworkName,
    attachment: &Attachment,
    aim: &Aim<'_>,
) {
    default_route(scene, step, network, attachment);
    let covering = nat::covering(scene, network, attachment);
    let to_google = match &aim.destination {
        Some(Destination::GoogleApi(_)) => true,
        Some(Destination::Address(address)) => class(*address) == Class::GoogleApis,
        _ => false,
    };
    if let Ok(Some(found)) = &covering {
        step.text = format!("Cloud NAT {} covers {}", found.name(), attachment.name());
        for proof in &found.evidence {
            step.proof(proof.clone());
        }
        let mode = if to_google { &modes::GOOGLE_ACCESS_OFF } else { &modes::NAT_MISSING };
        let mut judgement = Judgement::ruled_out(mode, &live.name, step.text.clone());
        for proof in &found.evidence {
            judgement = judgement.proof(proof.clone());
        }
        step.judge(judgement);
        return;
    }
    if to_google {
        google(scene, step, live, attachment, covering.err());
    } else {
        match covering {
            Err(why) => {
                step.unknown(&modes::NAT_MISSING, &live.name, why);
            }
            _ => {
                step.judge(missing(scene, live, network, attachment));
            }
        }
    }
}

/// #12.
pub fn missing(scene: &Scene<'_>, live: &LiveWorkload, network: &NetworkName, attachment: &Attachment) -> Judgement {
    let own = &live.name;
    let finding = scene.workload_finding("workload-egress-changed", own);
    let since = if finding.is_some() {
        "egress was changed to all traffic, and "
    } else {
        "all traffic goes through the VPC, and "
    };
    let hidden =
        if attachment.hidden { "; its hidden subnetwork can only be covered by a NAT for all subnetworks" } else { "" };
    let title = format!(
        "{since}network {} has no Cloud NAT in {} that covers {}: calls to public addresses time out{hidden}",
        network.name,
        attachment.region,
        attachment.name()
    );
    let (project, short) = (gcloud_command::quoted(&network.project), gcloud_command::quoted(&network.name));
    let region = gcloud_command::quoted(&attachment.region);
    // Either the workload was changed, or the network was.
    let subject = if finding.is_some() { own.to_string() } else { network.to_string() };
    let mut judgement = Judgement::cause(&modes::NAT_MISSING, subject, title)
        .proof(Proof::new(own, "template.vpcAccess.egress", "ALL_TRAFFIC"))
        .proof(Proof::absent(network, &format!("routers[{}].nats[]", attachment.region)));
    for router in scene.inventory().routers.iter().filter(|router| router.network.known() == Some(network)) {
        if router.name.region.as_deref() == Some(&*attachment.region) {
            for nat in router.nats.known().into_iter().flatten() {
                judgement = judgement.fact(&nat.sources);
            }
            judgement = judgement.proof(Proof::new(&router.name, "nats", router.nats.known().map_or(0, Vec::len)));
        }
    }
    judgement = judgement
        .remedy(Remedy::command(
            gcloud_command::update_workload(own, "--vpc-egress private-ranges-only"),
            gcloud_command::describe_workload(own),
            gcloud_command::update_workload(own, "--vpc-egress all-traffic"),
        ))
        .remedy(Remedy::command(
            format!("gcloud compute routers nats create run-nat --router ROUTER_OF_{short} --project {project} --region {region} --nat-all-subnet-ip-ranges --auto-allocate-nat-external-ips"),
            format!("gcloud compute routers nats list --router ROUTER_OF_{short} --project {project} --region {region}"),
            format!("gcloud compute routers nats delete run-nat --router ROUTER_OF_{short} --project {project} --region {region}"),
        ));
    match finding {
        Some(finding) => judgement.finding(&finding.id),
        None => judgement,
    }
}

/// #15. Without a NAT, Google's APIs are reached from a subnetwork with Private Google Access only.
fn google(scene: &Scene<'_>, step: &mut Step, live: &LiveWorkload, attachment: &Attachment, open: Option<Why>) {
    let Some(name) = &attachment.subnetwork else {
        let text = "the connector's hidden subnetwork is not shown, nor whether it has Private Google Access";
        step.unknown(&modes::GOOGLE_ACCESS_OFF, &live.name, Why::new(WhyKind::NotAsked, text));
        return;
    };
    let access = match scene.subnetwork(name) {
        Ok(Some(found)) => &found.private_ip_google_access,
        Ok(None) => {
            step.doubt(Why::new(WhyKind::Unreachable, format!("subnetwork {} was not found", name.name)));
            return;
        }
        Err(why) => {
            step.unknown(&modes::GOOGLE_ACCESS_OFF, name, why);
            return;
        }
    };
    match access {
        Fact::Known(true, _) => {
            step.text = format!("subnetwork {} has Private Google Access", name.name);
            step.proof(Proof::of(access));
            let judgement = Judgement::ruled_out(&modes::GOOGLE_ACCESS_OFF, name, step.text.clone());
            step.judge(judgement.fact(access));
        }
        Fact::Unknown(whys) => step.doubts.extend(whys.iter().cloned()),
        Fact::Known(false, _) | Fact::Absent(_) => {
            if let Some(why) = open {
                step.unknown(&modes::GOOGLE_ACCESS_OFF, name, why);
                return;
            }
            let title = format!(
                "all traffic of {} goes through subnetwork {}, which has neither Private Google Access nor a Cloud NAT: calls to Google APIs time out",
                live.name.name, name.name
            );
            let place = format!(
                "{} --project {} --region {}",
                gcloud_command::quoted(&name.name),
                gcloud_command::quoted(&name.project),
                gcloud_command::quoted(&name.region)
            );
            step.judge(Judgement::cause(&modes::GOOGLE_ACCESS_OFF, name, title).fact(access).remedy(Remedy::command(
                format!("gcloud compute networks subnets update {place} --enable-private-ip-google-access"),
                format!("gcloud compute networks subnets describe {place} --format 'value(privateIpGoogleAccess)'"),
                format!("gcloud compute networks subnets update {place} --no-enable-private-ip-google-access"),
            )));
        }
    }
}

fn default_route(scene: &Scene<'_>, step: &mut Step, network: &NetworkName, attachment: &Attachment) {
    if let Err(why) = scene.coverage().answered_in_project(Api::ComputeRoutes, &network.project) {
        step.unknown(&modes::NO_ROUTE, network, why);
        return;
    }
    let own = scene.inventory().routes.iter().filter(|route| route.network.known() == Some(network));
    let mut defaults = own.filter(|route| {
        let for_tags = route.tags.known().is_none_or(|tags| tags.is_empty() || !tags.is_disjoint(&attachment.tags));
        for_tags && route.destination.known().is_some_and(|range| range.prefix_len() == 0)
    });
    let first = defaults.clone().min_by_key(|route| route.priority.known().copied().unwrap_or(1000));
    if defaults.any(|route| route.next_hop.known() == Some(&NextHop::InternetGateway)) {
        step.proof(first.and_then(|route| Proof::of(&route.next_hop)));
        return;
    }
    match first {
        Some(route) => {
            let text = format!("route {} takes all traffic to a hop beyond which nothing is read", route.name.name);
            step.unknown(&modes::NO_ROUTE, network, Why::new(WhyKind::NotAsked, text));
        }
        None => {
            let title = format!("network {} has no default route to the internet", network.name);
            let (project, short) = (gcloud_command::quoted(&network.project), gcloud_command::quoted(&network.name));
            let judgement = Judgement::cause(&modes::NO_ROUTE, network, title);
            step.judge(judgement.proof(Proof::absent(network, "routes[0.0.0.0/0]")).remedy(Remedy::command(
                format!("gcloud compute routes create {short}-default --project {project} --network {short} --destination-range 0.0.0.0/0 --next-hop-gateway default-internet-gateway"),
                format!("gcloud compute routes list --project {project} --filter network={short}"),
                format!("gcloud compute routes delete {short}-default --project {project}"),
            )));
        }
    }
}
