//! What the firewall rules and policies in force on a network do with a flow, in three values.
//!
//! Hierarchical policies go first, then the network's own rules and its policies in the network's order. Within one
//! tier the lowest priority decides, and of two rules of one priority the one that denies (VPC firewall rules,
//! "priority"). Where no rule matches, traffic out is allowed and traffic in is denied.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::firewall_match::{Matches, own_rule, policy_rule};
use super::scene::{Scene, told};
use crate::model::diagnosis::Proof;
use crate::model::{
    Api, Direction, EffectiveFirewalls, Fact, FirewallAction, FirewallPolicy, FirewallPolicyKind, FirewallPolicyOrder,
    FirewallRule, Layer4, NetworkName, Protocol, Why, WhyKind,
};

/// One end of a flow.
#[derive(Clone, Debug)]
pub enum End {
    /// An address.
    Address(IpAddr),
    /// Any address of a range.
    Range(IpNet),
    /// A public address that is not known.
    AnyPublic,
    /// An address that is not known.
    Unknown(Why),
}

/// A flow as the rules of one machine see it.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Which way it goes, seen from the machine whose rules are asked.
    pub direction: Direction,
    /// Where it comes from.
    pub source: End,
    /// Network tags of the source, where it is a machine of the network.
    pub source_tags: BTreeSet<String>,
    /// Where it goes.
    pub destination: End,
    /// The network tags of the machine whose rules are asked; `None` where they are not known.
    pub tags: Option<BTreeSet<String>>,
    /// The protocol.
    pub protocol: Protocol,
    /// The port; `None` for a protocol that has none, or a port that is not known.
    pub port: Option<u16>,
}

/// The rule that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// In words, such as `rule deny-db (priority 900)`.
    pub name: String,
    /// Full name of the resource.
    pub resource: String,
    /// Where it is a rule of the network itself: its priority.
    pub priority: Option<i64>,
    /// Its short name, where it is a rule of the network itself.
    pub own: Option<String>,
    /// What it rests on.
    pub evidence: Vec<Proof>,
}

/// What becomes of a flow.
#[derive(Clone, Debug)]
pub enum Decision {
    /// A rule allows it, or none denies it (`None`).
    Allowed(Option<Rule>),
    /// A rule denies it, or none allows it (`None`).
    Denied(Option<Rule>),
    /// It cannot be told.
    Unknown(Why),
}

/// A rule that may match: whether it would allow or deny, where it would decide at all, and why it is open.
type Open = (Option<bool>, Why);

/// The firewalls of a network, as they were answered.
///
/// # Errors
/// Why nothing may be said of them.
pub fn effective<'a>(scene: &Scene<'a>, network: &NetworkName) -> Result<&'a EffectiveFirewalls, Why> {
    let of = network.to_string();
    scene.coverage().answered_of(Api::ComputeEffectiveFirewalls, &network.project, &of)?;
    let found = scene.inventory().effective_firewalls.iter().find(|own| own.network == *network);
    found.ok_or_else(|| Why::new(WhyKind::Malformed, format!("the firewalls of {network} were answered with nothing")))
}

/// What becomes of a flow in a network.
pub fn decide(scene: &Scene<'_>, network: &NetworkName, flow: &Flow) -> Decision {
    let effective = match effective(scene, network) {
        Ok(effective) => effective,
        Err(why) => return Decision::Unknown(why),
    };
    let (rules, policies) = match (told(&effective.rules, "its rules"), &effective.policies) {
        (Ok(rules), Fact::Known(policies, _)) => (rules, policies.as_slice()),
        (Ok(rules), Fact::Absent(_)) => (rules, &[][..]),
        (Err(why), _) => return Decision::Unknown(why),
        (_, Fact::Unknown(whys)) => {
            let why = whys.first().cloned();
            return Decision::Unknown(
                why.unwrap_or_else(|| Why::new(WhyKind::Malformed, "the policies cannot be told")),
            );
        }
    };
    let of_network = |policy: &&FirewallPolicy| policy.kind.known() == Some(&FirewallPolicyKind::Network);
    let first = policies.iter().filter(|policy| !of_network(policy));
    let policies_first = match scene.network(network) {
        Ok(Some(live)) => live.firewall_policy_order.known() == Some(&FirewallPolicyOrder::BeforeRules),
        // Without a policy of the network the order decides nothing.
        _ if policies.iter().any(|policy| of_network(&policy)) => {
            let text = "the network's order of policies and rules is not known";
            return Decision::Unknown(Why::new(WhyKind::NotAsked, text));
        }
        _ => false,
    };
    let mut open = Vec::new();
    let mut decided = first.into_iter().find_map(|policy| of_policy(policy, network, flow, &mut open));
    for of_policies in [policies_first, !policies_first] {
        if decided.is_some() {
            break;
        }
        decided = if of_policies {
            policies.iter().filter(of_network).find_map(|policy| of_policy(policy, network, flow, &mut open))
        } else {
            of_rules(rules, flow, &mut open)
        };
    }
    let decided = decided.unwrap_or(match flow.direction {
        Direction::Ingress => Decision::Denied(None),
        _ => Decision::Allowed(None),
    });
    // A rule that may match and would decide otherwise leaves it open.
    let allowed = allows(&decided);
    match open.into_iter().find(|(would, _)| would.is_none() || *would != allowed) {
        Some((_, why)) if allowed.is_some() => Decision::Unknown(why),
        _ => decided,
    }
}

fn allows(decision: &Decision) -> Option<bool> {
    match decision {
        Decision::Allowed(_) => Some(true),
        Decision::Denied(_) => Some(false),
        Decision::Unknown(_) => None,
    }
}

/// What the rules of a tier say, in their order; `None` where the next tier decides.
fn first_match(rules: impl Iterator<Item = (Matches, Option<Decision>)>, open: &mut Vec<Open>) -> Option<Decision> {
    for (matches, decision) in rules {
        match matches {
            Matches::No => {}
            Matches::Maybe(why) => open.push((decision.as_ref().and_then(allows), why)),
            Matches::Yes => return decision,
        }
    }
    None
}

fn of_rules(rules: &[FirewallRule], flow: &Flow, open: &mut Vec<Open>) -> Option<Decision> {
    let mut order: Vec<(i64, bool, &FirewallRule)> = Vec::new();
    for rule in rules {
        let priority = match &rule.priority {
            Fact::Known(priority, _) => *priority,
            Fact::Absent(_) => 1000,
            Fact::Unknown(_) => -1,
        };
        order.push((priority, rule.denied.is_absent(), rule));
    }
    order.sort_by_key(|(priority, allows, rule)| (*priority, *allows, rule.name.clone()));
    let rules = order.into_iter().map(|(priority, _, rule)| {
        let found = Rule {
            name: format!("rule {} (priority {priority})", rule.name.name),
            resource: rule.name.to_string(),
            priority: Some(priority),
            own: Some(rule.name.name.clone()),
            evidence: rule_evidence(rule, priority),
        };
        let allows = rule.denied.is_absent();
        let layers = if allows { &rule.allowed } else { &rule.denied };
        let decision = if allows { Decision::Allowed(Some(found)) } else { Decision::Denied(Some(found)) };
        (own_rule(rule, layers, flow), Some(decision))
    });
    first_match(rules, open)
}

/// The fields of a rule that decide.
pub fn rule_evidence(rule: &FirewallRule, priority: i64) -> Vec<Proof> {
    let name = rule.name.to_string();
    let list = |layers: &Fact<Vec<Layer4>>| {
        layers.known().map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    let ranges = |ranges: &Fact<Vec<IpNet>>| {
        ranges.known().map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
    };
    let tags =
        |tags: &Fact<BTreeSet<String>>| tags.known().map(|set| set.iter().cloned().collect::<Vec<_>>().join(" "));
    [
        ("priority", Some(priority.to_string())),
        ("direction", rule.direction.known().map(ToString::to_string)),
        ("denied", list(&rule.denied)),
        ("allowed", list(&rule.allowed)),
        ("sourceRanges", ranges(&rule.source_ranges)),
        ("destinationRanges", ranges(&rule.destination_ranges)),
        ("sourceTags", tags(&rule.source_tags)),
        ("targetTags", tags(&rule.target_tags)),
    ]
    .into_iter()
    .filter_map(|(field, value)| Some(Proof::new(&name, field, value?)))
    .collect()
}

fn of_policy(policy: &FirewallPolicy, network: &NetworkName, flow: &Flow, open: &mut Vec<Open>) -> Option<Decision> {
    let rules = match &policy.rules {
        Fact::Known(rules, _) => rules,
        Fact::Absent(_) => return None,
        Fact::Unknown(whys) => {
            let why = whys.first().cloned();
            let why = why.unwrap_or_else(|| Why::new(WhyKind::Malformed, "a policy's rules cannot be told"));
            return Some(Decision::Unknown(why));
        }
    };
    let name = policy.name.known().cloned().unwrap_or_else(|| "without a name".to_owned());
    let rules = rules.iter().map(|rule| {
        let priority = rule.priority.known().copied().unwrap_or_default();
        let found = Rule {
            name: format!("policy {name}, rule of priority {priority}"),
            resource: network.to_string(),
            priority: None,
            own: None,
            evidence: [Proof::of(&rule.action), Proof::of(&rule.priority), Proof::of(&rule.direction)]
                .into_iter()
                .flatten()
                .chain([Proof::new(network, "firewallPolicys[].name", &name)])
                .collect(),
        };
        let decision = match rule.action.known() {
            Some(FirewallAction::Allow) => Some(Decision::Allowed(Some(found))),
            Some(FirewallAction::Deny) => Some(Decision::Denied(Some(found))),
            Some(FirewallAction::GoToNext) => None,
            _ => {
                let text = format!("what {} does with the traffic is decided elsewhere", found.name);
                Some(Decision::Unknown(Why::new(WhyKind::Dynamic, text)))
            }
        };
        (policy_rule(rule, network, flow), decision)
    });
    first_match(rules, open)
}
