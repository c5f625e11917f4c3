//! The hop over the firewall: the rules of what sends, and those of what receives where that lies in the same network.

use super::attachment::{Attachment, By};
use super::firewall::{Decision, End, Flow, Rule, decide};
use super::scene::Scene;
use super::step::{Judgement, Step};
use super::target::{Aim, Resource};
use super::{address, modes};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{HopKind, Likelihood, Remedy};
use crate::model::{Direction, NetworkName, Protocol};

/// A rule that denies what has to get through.
pub fn denied(rule: &Rule, user: &str, what: &str) -> Judgement {
    let title = format!("{} denies {what}", rule.name);
    let mut judgement = Judgement::cause(&modes::FIREWALL_DENIES, &rule.resource, title);
    for proof in &rule.evidence {
        judgement = judgement.proof(proof.clone());
    }
    judgement.remedy(match &rule.own {
        Some(own) => {
            let project = rule.resource.split('/').nth(1).unwrap_or_default();
            let update = |flag: &str| {
                let (own, project) = (gcloud_command::quoted(own), gcloud_command::quoted(project));
                format!("gcloud compute firewall-rules {flag} {own} --project {project}")
            };
            Remedy::command(
                format!("{} --disabled", update("update")),
                update("describe"),
                format!("{} --no-disabled", update("update")),
            )
        }
        None => Remedy::words(format!("let whoever keeps {} except {user}", rule.name)),
    })
}

/// The hop over the firewall of the network.
pub fn follow(scene: &Scene<'_>, network: &NetworkName, attachment: &Attachment, aim: &Aim<'_>) -> Step {
    let text = format!("no rule of {} denies the traffic", network.name);
    let mut step = Step::new(HopKind::Firewall, &network.name, text);
    let port = aim.port();
    let end = match aim.destination.as_ref() {
        Some(address::Destination::Address(address)) => End::Address(*address),
        Some(address::Destination::InternalName(name)) => End::Unknown(crate::model::Why::new(
            crate::model::WhyKind::Dynamic,
            format!("the address of {name} is not known"),
        )),
        Some(_) => End::AnyPublic,
        None => return step,
    };
    let what = |port: Option<u16>| match port {
        Some(port) => format!("tcp:{port} from {} to {}", attachment.name(), aim.shown.name),
        None => format!("tcp from {} to {}", attachment.name(), aim.shown.name),
    };
    match decide(scene, network, &attachment.outgoing(end.clone(), port)) {
        Decision::Allowed(rule) => {
            let said = rule.as_ref().map_or("no rule denies it on its way out".to_owned(), |rule| {
                format!("{} allows it on its way out", rule.name)
            });
            let mut judgement = Judgement::ruled_out(&modes::FIREWALL_DENIES, network, said);
            for proof in rule.iter().flat_map(|rule| &rule.evidence) {
                judgement = judgement.proof(proof.clone());
            }
            step.judge(judgement);
        }
        Decision::Denied(Some(rule)) => {
            step.judge(denied(&rule, &attachment.name(), &what(port)));
        }
        Decision::Denied(None) => {}
        Decision::Unknown(why) => {
            step.unknown(&modes::FIREWALL_DENIES, network, why);
        }
    }
    inwards(scene, &mut step, network, attachment, aim, end, &what(port));
    step
}

/// What is behind a peering is filtered by its own network, which is not this one.
fn inwards(
    scene: &Scene<'_>,
    step: &mut Step,
    network: &NetworkName,
    attachment: &Attachment,
    aim: &Aim<'_>,
    end: End,
    what: &str,
) {
    let Some(address) = aim.destination.as_ref().and_then(address::Destination::address) else { return };
    let range_of = |subnetwork: &crate::model::LiveSubnetwork| subnetwork.ip_cidr_range.known().copied();
    let is_inside = scene.subnetworks_of(network).filter_map(range_of).any(|range| range.contains(&address));
    let flow = Flow {
        direction: Direction::Ingress,
        source: attachment.start(),
        source_tags: attachment.tags.clone(),
        destination: end,
        tags: None,
        protocol: Protocol::Tcp,
        port: aim.port(),
    };
    // "a DENY with priority lower than 1000 overrides the implicit firewall rule" that lets connectors in.
    let implicit = matches!(attachment.by, By::Connector(_)) && !attachment.is_on_shared_vpc();
    if !is_inside || !matches!(aim.resource, Resource::None) {
        return;
    }
    match decide(scene, network, &flow) {
        Decision::Denied(Some(rule)) if !implicit || rule.priority.is_none_or(|priority| priority < 1000) => {
            step.judge(denied(&rule, &attachment.name(), what));
        }
        Decision::Denied(None) if !implicit => {
            let title = format!("no rule of {} lets {what} in", network.name);
            let mode = if attachment.is_on_shared_vpc() { &modes::HOST_RULE_MISSING } else { &modes::FIREWALL_DENIES };
            let (project, short) = (gcloud_command::quoted(&network.project), gcloud_command::quoted(&network.name));
            let from = match &attachment.by {
                By::Connector(_) => "--source-tags vpc-connector".to_owned(),
                By::Interface => format!(
                    "--source-ranges {}",
                    attachment.range.map_or_else(|| "RANGE".to_owned(), |range| range.to_string())
                ),
            };
            let rule = format!("allow-run-to-{}", short_name(&aim.shown.name));
            let rules = aim.port().map_or("tcp".to_owned(), |port| format!("tcp:{port}"));
            step.judge(Judgement::cause(mode, network, title).remedy(Remedy::command(
                format!("gcloud compute firewall-rules create {rule} --project {project} --network {short} --action ALLOW --direction INGRESS --rules {rules} {from} --priority 990"),
                format!("gcloud compute firewall-rules describe {rule} --project {project}"),
                format!("gcloud compute firewall-rules delete {rule} --project {project}"),
            )));
        }
        Decision::Unknown(why) => {
            step.unknown(&modes::FIREWALL_DENIES, network, why);
        }
        _ => {}
    }
}

/// A name as Compute Engine takes it: lower-case letters, digits and hyphens.
fn short_name(text: &str) -> String {
    let allowed = |char: char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' };
    text.chars().map(allowed).take(50).collect::<String>().trim_end_matches('-').to_owned()
}

/// A rule that denies what comes from the connector's range, whatever it is for: Google's documentation asks for none
/// with a priority below 1000. It hits machines and load balancers of the network, not what is behind a peering.
pub fn denies_range(scene: &Scene<'_>, step: &mut Step, network: &NetworkName, attachment: &Attachment) {
    let By::Connector(name) = &attachment.by else { return };
    let Some(range) = attachment.range else { return };
    let Ok(effective) = super::firewall::effective(scene, network) else { return };
    for rule in effective.rules.known().into_iter().flatten() {
        let priority = rule.priority.known().copied().unwrap_or(1000);
        let in_force = !matches!(rule.disabled.known(), Some(true));
        let inwards = !matches!(rule.direction.known(), Some(Direction::Egress));
        let by_range = rule.source_ranges.known().is_some_and(|ranges| {
            // A rule for every source is the network's own default, not one about the connector.
            ranges.iter().any(|own| own.prefix_len() > 0 && own.contains(&range))
        });
        let by_tag = rule.source_tags.known().is_some_and(|tags| !tags.is_disjoint(&attachment.tags));
        if rule.denied.known().is_none() || !in_force || !inwards || priority >= 1000 || !(by_range || by_tag) {
            continue;
        }
        let layers: Vec<String> = rule.denied.known().into_iter().flatten().map(ToString::to_string).collect();
        let found = Rule {
            name: format!("rule {} (priority {priority})", rule.name.name),
            resource: rule.name.to_string(),
            priority: Some(priority),
            own: Some(rule.name.name.clone()),
            evidence: super::firewall::rule_evidence(rule, priority),
        };
        let what = format!(
            "{} from connector {} ({range}) to machines of {}; it goes before the implicit rule of priority 1000",
            layers.join(" "),
            name.name,
            network.name
        );
        step.judge(denied(&found, &attachment.name(), &what).likelihood(Likelihood::Possible));
    }
}
