//! The traffic that a connector itself lives on: from and to the address ranges of the serverless infrastructure.
//!
//! For a connector in the project of its network Google makes the rules itself, and only a rule that goes before them
//! takes the traffic away. For one in a service project the host network has to allow it ("Connecting to a VPC
//! network", Shared VPC, connectors in service projects).

use ipnet::IpNet;

use super::attachment::Attachment;
use super::firewall::{Decision, End, Flow, decide};
use super::scene::Scene;
use super::step::{Judgement, Step};
use super::{firewall_hop, modes};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{Proof, Remedy};
use crate::model::{ConnectorName, Direction, NetworkName, Protocol};

/// One kind of traffic that connectors need.
struct Needed {
    /// Which way, seen from the connector's machines.
    direction: Direction,
    /// The other end.
    ranges: &'static [&'static str],
    /// Protocols with ports.
    layers: &'static [(Protocol, &'static [u16])],
    /// As gcloud spells protocols and ports.
    allow: &'static str,
    /// What the rule is called in the fix.
    name: &'static str,
}

const SERVERLESS: &[&str] = &["35.199.224.0/19"];
const HEALTH: &[&str] = &["35.191.0.0/16", "35.191.192.0/18", "130.211.0.0/22"];
const SERVERLESS_LAYERS: &[(Protocol, &[u16])] =
    &[(Protocol::Tcp, &[667]), (Protocol::Udp, &[665, 666]), (Protocol::Icmp, &[])];

/// "Connecting to a VPC network", copy of 2026-03-18.
const NEEDED: [Needed; 3] = [
    Needed {
        direction: Direction::Ingress,
        ranges: SERVERLESS,
        layers: SERVERLESS_LAYERS,
        allow: "tcp:667,udp:665-666,icmp",
        name: "serverless-to-vpc-connector",
    },
    Needed {
        direction: Direction::Egress,
        ranges: SERVERLESS,
        layers: SERVERLESS_LAYERS,
        allow: "tcp:667,udp:665-666,icmp",
        name: "vpc-connector-to-serverless",
    },
    Needed {
        direction: Direction::Ingress,
        ranges: HEALTH,
        layers: &[(Protocol::Tcp, &[667])],
        allow: "tcp:667",
        name: "vpc-connector-health-checks",
    },
];

/// Judges whether the traffic that a connector lives on gets through.
pub fn judge(scene: &Scene<'_>, step: &mut Step, name: &ConnectorName, attachment: &Attachment) {
    let Ok(network) = &attachment.network else { return };
    let shared = attachment.is_on_shared_vpc();
    let mut fine = true;
    for needed in &NEEDED {
        match first_trouble(scene, network, attachment, needed) {
            // Google's own rules allow it where the connector lies in the network's project.
            Some(Decision::Denied(None)) if shared => {
                fine = false;
                step.judge(missing(network, name, needed));
            }
            // "a priority lower than 1000 … overrides the implicit firewall rule"
            Some(Decision::Denied(Some(rule))) if shared || rule.priority.is_none_or(|own| own < 1000) => {
                fine = false;
                let what = format!("{} {}", needed.allow, towards(needed));
                step.judge(firewall_hop::denied(&rule, &name.to_string(), &what));
            }
            Some(Decision::Unknown(why)) => {
                fine = false;
                let mode = if shared { &modes::HOST_RULE_MISSING } else { &modes::FIREWALL_DENIES };
                step.unknown(mode, network, why);
            }
            Some(Decision::Allowed(_) | Decision::Denied(_)) | None => {}
        }
    }
    if fine && shared {
        let text = "the host network allows the traffic that the connector needs";
        step.judge(Judgement::ruled_out(&modes::HOST_RULE_MISSING, network, text));
    }
}

fn towards(needed: &Needed) -> String {
    let ranges = needed.ranges.join(", ");
    match needed.direction {
        Direction::Ingress => format!("from {ranges} to the connector"),
        _ => format!("from the connector to {ranges}"),
    }
}

/// The first part of the needed traffic that does not get through.
fn first_trouble(
    scene: &Scene<'_>,
    network: &NetworkName,
    attachment: &Attachment,
    needed: &Needed,
) -> Option<Decision> {
    for range in needed.ranges.iter().filter_map(|range| range.parse::<IpNet>().ok()) {
        for (protocol, ports) in needed.layers {
            let ports: Vec<Option<u16>> =
                if ports.is_empty() { vec![None] } else { ports.iter().copied().map(Some).collect() };
            for port in ports {
                let flow = flow(attachment, needed, range, protocol.clone(), port);
                let decision = decide(scene, network, &flow);
                if !matches!(decision, Decision::Allowed(_)) {
                    return Some(decision);
                }
            }
        }
    }
    None
}

fn flow(attachment: &Attachment, needed: &Needed, range: IpNet, protocol: Protocol, port: Option<u16>) -> Flow {
    let (own, other) = (attachment.start(), End::Range(range));
    let (source, destination) = match needed.direction {
        Direction::Ingress => (other, own),
        _ => (own, other),
    };
    Flow {
        direction: needed.direction.clone(),
        source,
        source_tags: Default::default(),
        destination,
        tags: Some(attachment.tags.clone()),
        protocol,
        port,
    }
}

fn missing(network: &NetworkName, name: &ConnectorName, needed: &Needed) -> Judgement {
    let title = format!(
        "host network {} lacks the rule that allows {} {}, which connector {} needs",
        network.name,
        needed.allow,
        towards(needed),
        name.name
    );
    let (project, short) = (gcloud_command::quoted(&network.project), gcloud_command::quoted(&network.name));
    let ends = match needed.direction {
        Direction::Ingress => format!("--direction INGRESS --source-ranges {}", needed.ranges.join(",")),
        _ => format!("--direction EGRESS --destination-ranges {}", needed.ranges.join(",")),
    };
    let rule = needed.name;
    Judgement::cause(&modes::HOST_RULE_MISSING, network, title)
        .proof(Proof::absent(network, &format!("firewalls[{} {}]", needed.allow, towards(needed))))
        .remedy(Remedy::command(
            format!(
                "gcloud compute firewall-rules create {rule} --project {project} --network {short} --action ALLOW --rules {} {ends} --target-tags vpc-connector --priority 980",
                needed.allow
            ),
            format!("gcloud compute firewall-rules describe {rule} --project {project}"),
            format!("gcloud compute firewall-rules delete {rule} --project {project}"),
        ))
}
