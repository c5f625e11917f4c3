//! What no control plane can prove, and what is worth knowing beside the causes.

use super::attachment::{Attachment, By};
use super::scene::Scene;
use super::target::{Aim, Resource};
use super::{address, modes, nat};
use crate::model::diagnosis::Advice;
use crate::model::{Egress, LiveWorkload, VpcAccess};

/// "Use the default MTU setting for Cloud Run".
const DEFAULT_MTU: i64 = 1460;
/// The smallest number of instances at most that is not called few.
const FEW_INSTANCES: i64 = 4;

/// What is worth knowing about a workload with a way into the VPC.
pub fn of_workload(
    scene: &Scene<'_>,
    live: &LiveWorkload,
    vpc: &VpcAccess,
    attachment: Option<&Attachment>,
    aims: &[Aim<'_>],
) -> Vec<Advice> {
    let mut all = Vec::new();
    let own = live.name.to_string();
    let private = vpc.egress.known() != Some(&Egress::AllTraffic);
    let attached = attachment.is_some();
    for aim in aims {
        if let Some(address::Destination::Name(host)) = &aim.destination
            && private
            && attached
            && host.ends_with(".run.app")
        {
            all.push(Advice {
                mode: &modes::PUBLIC_NAME,
                subject: own.clone(),
                text: format!("{host} resolves to a public address, so calls to it do not go through the VPC: a service that takes internal traffic only refuses them"),
            });
        }
    }
    let Some((attachment, network)) = attachment.and_then(|own| Some((own, own.network.as_ref().ok()?))) else {
        return all;
    };
    if let Ok(Some(live)) = scene.network(network)
        && let Some(mtu) = live.mtu.known().filter(|mtu| **mtu != DEFAULT_MTU && **mtu != 0)
    {
        let text = format!(
            "network {} has an MTU of {mtu}; Cloud Run asks for the default of {DEFAULT_MTU}: large answers may hang",
            network.name
        );
        all.push(Advice { mode: &modes::MTU, subject: network.to_string(), text });
    }
    if let By::Connector(name) = &attachment.by {
        let found = scene.inventory().connectors.iter().find(|own| own.name.known() == Some(name));
        let most = found.and_then(|own| own.max_instances.known()).copied();
        let machine = found.and_then(|own| own.machine_type.known()).map(String::as_str);
        if most.is_some_and(|most| most < FEW_INSTANCES) && machine.is_none_or(|machine| machine.ends_with("-micro")) {
            let text = format!(
                "connector {} has {} {} instances at most: under load it may drop packets; the metrics vpcaccess.googleapis.com/connector/* tell",
                name.name,
                most.unwrap_or_default(),
                machine.unwrap_or("e2-micro")
            );
            all.push(Advice { mode: &modes::UNDERSIZED, subject: name.to_string(), text });
        }
    }
    let uses_public = aims.iter().any(|aim| !super::target::needs_vpc(aim) && matches!(aim.resource, Resource::None));
    if !private && !uses_public && matches!(nat::covering(scene, network, attachment), Ok(None)) {
        let text = format!(
            "all traffic of {} goes through the VPC, where no Cloud NAT covers {}: calls to public addresses would time out, and none is known",
            live.name.name,
            attachment.name()
        );
        all.push(Advice { mode: &modes::NAT_MISSING, subject: own, text });
    }
    all
}
