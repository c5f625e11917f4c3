//! A path, hop by hop: workload → egress → connector or interface → route → firewall → target.

use super::address::{self, Way};
use super::attachment::Attachment;
use super::scene::Scene;
use super::sender::Sender;
use super::step::{Judgement, Step};
use super::target::{Aim, Resource, needs_vpc};
use super::{connector, database, firewall_hop, interface, modes, route};
use crate::checks::gcloud_command;
use crate::model::diagnosis::{Hop, HopKind, HopState, Outcome, Proof, Remedy};
use crate::model::{Egress, Fact, LiveWorkload, SqlInstance, VpcAccess, Why, WhyKind};
use crate::reconcile::equivalence::DEFAULT_EGRESS;

/// Where a sender's packets enter a network, with the hops up to there.
#[derive(Debug, Default)]
pub struct Entry {
    /// The hop over the connector or interface, where there is one.
    pub step: Option<Step>,
    /// Where packets come out, as far as it is known.
    pub attachment: Option<Attachment>,
}

/// Follows a sender's connector or interface.
pub fn enter(scene: &Scene<'_>, live: &LiveWorkload, vpc: &VpcAccess) -> Entry {
    if let Some(name) = vpc.connector.known() {
        let (mut step, attachment) = connector::follow(scene, live, name);
        if let Some((network, attachment)) = attachment.as_ref().and_then(|own| Some((own.network.as_ref().ok()?, own)))
        {
            firewall_hop::denies_range(scene, &mut step, network, attachment);
        }
        return Entry { step: Some(step), attachment };
    }
    if let Some(first) = vpc.interfaces.known().and_then(|list| list.first()) {
        let (step, attachment) = interface::follow(scene, live, first);
        return Entry { step: Some(step), attachment };
    }
    Entry::default()
}

/// Follows a sender towards a target.
pub fn walk(scene: &Scene<'_>, live: &LiveWorkload, sender: &Sender<'_>, entry: &Entry, aim: &Aim<'_>) -> Vec<Step> {
    let mut steps = vec![sender.step(live)];
    let vpc = match &sender.vpc {
        Ok(vpc) => vpc,
        Err(_) => {
            steps.push(database::follow(scene, &live.name.project, aim));
            return steps;
        }
    };
    let (step, through) = decide(live, vpc, aim);
    steps.push(step);
    if through == Through::Vpc {
        steps.extend(entry.step.clone());
        match &entry.attachment {
            Some(attachment) => match &attachment.network {
                Ok(network) => {
                    steps.push(route::follow(scene, live, network, attachment, aim));
                    steps.push(firewall_hop::follow(scene, network, attachment, aim));
                }
                Err(why) => {
                    let mut step = Step::new(HopKind::Route, "network", "the network leads to the target");
                    step.doubt(why.clone());
                    steps.push(step);
                }
            },
            // What keeps packets from entering is said at the hop before.
            None if entry.step.as_ref().is_some_and(Step::is_blocked) => {}
            None => {
                let mut step = Step::new(HopKind::Route, "network", "the network leads to the target");
                step.doubt(Why::new(WhyKind::NotAsked, "where packets enter a network is not known"));
                steps.push(step);
            }
        }
    }
    let network = entry.attachment.as_ref().and_then(|own| own.network.as_ref().ok());
    let project = network.map_or(&*live.name.project, |network| &*network.project);
    steps.push(database::follow(scene, project, aim));
    steps
}

/// Which way packets leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Through {
    Vpc,
    Elsewhere,
}

/// The egress decision.
fn decide(live: &LiveWorkload, vpc: &VpcAccess, aim: &Aim<'_>) -> (Step, Through) {
    let own = &live.name;
    let mut step = Step::new(HopKind::Egress, "egress", "");
    step.proof(Proof::of(&vpc.egress));
    if aim.mounted
        && let Some(text) = by_tunnel(aim)
    {
        step.text = text;
        return (step, Through::Elsewhere);
    }
    let Some(destination) = &aim.destination else {
        step.text = format!("{} has no private address, so no way into the VPC is needed", aim.shown.name);
        return (step, Through::Elsewhere);
    };
    if let Some(why) = vpc.connector.whys().first().or_else(|| vpc.interfaces.whys().first()) {
        step.doubt(why.clone());
        return (step, Through::Vpc);
    }
    let no_interface = vpc.interfaces.known().is_none_or(Vec::is_empty);
    if vpc.connector.known().is_none() && no_interface {
        if !needs_vpc(aim) {
            step.text = format!("{} has no VPC access: packets to {destination} go straight to the internet", own.name);
            return (step, Through::Elsewhere);
        }
        let title = format!("{} has no VPC access, and {destination} is a private address", own.name);
        let judgement = Judgement::cause(&modes::NO_VPC_ACCESS, own, title)
            .proof(Proof::absent(own, "template.vpcAccess"))
            .remedy(Remedy::command(
                gcloud_command::update_workload(own, "--vpc-connector CONNECTOR"),
                gcloud_command::describe_workload(own),
                gcloud_command::update_workload(own, "--clear-vpc-connector"),
            ));
        step.judge(judgement);
        return (step, Through::Elsewhere);
    }
    let egress = match &vpc.egress {
        Fact::Known(egress, _) => *egress,
        Fact::Absent(_) => DEFAULT_EGRESS,
        Fact::Unknown(whys) => {
            step.doubts.extend(whys.iter().cloned());
            return (step, Through::Vpc);
        }
    };
    let word = match egress {
        Egress::AllTraffic => "all traffic goes through the VPC",
        Egress::PrivateRangesOnly => "private ranges go through the VPC",
    };
    match address::way(egress, destination) {
        Ok(Way::Vpc) => {
            step.text = format!("{word}, {destination} with it");
            (step, Through::Vpc)
        }
        Ok(Way::Internet) => {
            step.text = format!("only {word}; {destination} is public and is reached straight from Cloud Run");
            (step, Through::Elsewhere)
        }
        Err(why) => {
            step.doubt(why);
            (step, Through::Vpc)
        }
    }
}

/// A mounted instance with a public address is reached by Google's own tunnel ("Connect from Cloud Run", public IP).
fn by_tunnel(aim: &Aim<'_>) -> Option<String> {
    let Resource::Sql(SqlInstance { ipv4_enabled: Fact::Known(true, _), .. }) = aim.resource else { return None };
    Some(format!(
        "{} is mounted and has a public address: Google's own tunnel leads there, not the VPC",
        aim.shown.name
    ))
}

/// The hops as a report shows them, and how the path ends.
pub fn outcome(steps: &[Step]) -> (Vec<Hop>, Outcome) {
    let hops: Vec<Hop> = steps.iter().map(Step::hop).collect();
    let outcome = match hops.iter().position(|hop| hop.state == HopState::Blocked) {
        Some(at) => Outcome::Blocked(at),
        None => {
            let mut whys: Vec<Why> = steps.iter().flat_map(|step| step.doubts.iter().cloned()).collect();
            whys.dedup();
            if whys.is_empty() { Outcome::Reaches } else { Outcome::Undecidable(whys) }
        }
    };
    (hops, outcome)
}
