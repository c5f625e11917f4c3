//! What the firewall rules and policies in force on a network do with a flow, in three values.
//!
//! Hierarchical policies go first, then the network's own rules and its policies in the network's order. Within one
//! tier the lowest priority decides, and of two rules of one priority the one that denies (VPC firewall rules,
//! "priority"). Where no rule matches, traffic out is allowed and traffic in is denied.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::scene::{Scene, told};
use crate::model::diagnosis::Proof;
use crate::model::{
    Api, Direction, EffectiveFirewalls, Fact, FirewallAction, FirewallPolicy, FirewallPolicyKind, FirewallPolicyOrder,
    FirewallPolicyRule, FirewallRule, Layer4, NetworkName, Protocol, Why, WhyKind,
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

/// Whether a rule applies to a flow.
#[derive(Clone, Debug)]
enum Matches {
    Yes,
    No,
    Maybe(Why),
}

impl Matches {
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Maybe(why) => match other() {
                Self::No => Self::No,
                Self::Yes | Self::Maybe(_) => Self::Maybe(why),
            },
        }
    }

    fn of(fact: bool) -> Self {
        if fact { Self::Yes } else { Self::No }
    }

    fn maybe(text: impl Into<String>) -> Self {
        Self::Maybe(Why::new(WhyKind::Dynamic, text))
    }
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
        let matches = in_force(&rule.disabled)
            .and(|| direction(&rule.direction, flow, true))
            .and(|| layers4(layers, flow))
            .and(|| match flow.direction {
                Direction::Ingress => source(rule, flow).and(|| range(&rule.destination_ranges, &flow.destination)),
                _ => {
                    range(&rule.destination_ranges, &flow.destination).and(|| range(&rule.source_ranges, &flow.source))
                }
            })
            .and(|| target(&rule.target_tags, &rule.target_service_accounts, flow));
        (matches, Some(decision))
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

fn policy_rule(rule: &FirewallPolicyRule, network: &NetworkName, flow: &Flow) -> Matches {
    in_force(&rule.disabled)
        .and(|| direction(&rule.direction, flow, false))
        .and(|| match &rule.target_networks {
            Fact::Known(networks, _) => Matches::of(networks.contains(network)),
            Fact::Absent(_) => Matches::Yes,
            Fact::Unknown(whys) => unclear(whys),
        })
        .and(|| layers4(&rule.layer4, flow))
        .and(|| range(&rule.source_ranges, &flow.source))
        .and(|| range(&rule.destination_ranges, &flow.destination))
        .and(|| match rule.other_conditions.first() {
            Some(condition) => Matches::maybe(format!("a firewall policy decides by {condition}")),
            None => Matches::Yes,
        })
        .and(|| match (&rule.target_secure_tags, &rule.target_service_accounts) {
            (Fact::Absent(_), Fact::Absent(_)) => Matches::Yes,
            _ => Matches::maybe("a firewall policy is limited to secure tags or service accounts"),
        })
}

fn unclear(whys: &[Why]) -> Matches {
    let why = whys.first().cloned();
    Matches::Maybe(why.unwrap_or_else(|| Why::new(WhyKind::Malformed, "a condition cannot be told")))
}

fn in_force(disabled: &Fact<bool>) -> Matches {
    match disabled {
        Fact::Known(disabled, _) => Matches::of(!disabled),
        Fact::Absent(_) => Matches::Yes,
        Fact::Unknown(whys) => unclear(whys),
    }
}

/// A rule of a network that names no direction is for traffic in; a rule of a policy always names one.
fn direction(direction: &Fact<Direction>, flow: &Flow, default: bool) -> Matches {
    match direction {
        Fact::Known(direction, _) => Matches::of(*direction == flow.direction),
        Fact::Absent(_) if default => Matches::of(flow.direction == Direction::Ingress),
        Fact::Absent(_) => Matches::maybe("a rule does not say its direction"),
        Fact::Unknown(whys) => unclear(whys),
    }
}

fn layers4(layers: &Fact<Vec<Layer4>>, flow: &Flow) -> Matches {
    let layers = match layers {
        Fact::Known(layers, _) => layers,
        Fact::Absent(_) => return Matches::Yes,
        Fact::Unknown(whys) => return unclear(whys),
    };
    let mut outcome = Matches::No;
    for layer in layers {
        if layer.protocol != Protocol::All && layer.protocol != flow.protocol {
            continue;
        }
        match flow.port {
            _ if layer.ports.is_empty() || layer.protocol == Protocol::All => return Matches::Yes,
            Some(port) if layer.ports.iter().any(|range| range.holds(port)) => return Matches::Yes,
            Some(_) => {}
            None => outcome = Matches::maybe("the port is not known"),
        }
    }
    outcome
}

/// Whether an end lies in the ranges. No ranges mean all.
fn range(ranges: &Fact<Vec<IpNet>>, end: &End) -> Matches {
    let ranges = match ranges {
        Fact::Known(ranges, _) => ranges,
        Fact::Absent(_) => return Matches::Yes,
        Fact::Unknown(whys) => return unclear(whys),
    };
    if ranges.iter().any(|range| range.prefix_len() == 0) {
        return Matches::Yes;
    }
    match end {
        End::Address(address) => Matches::of(ranges.iter().any(|range| range.contains(address))),
        End::Range(own) => {
            let overlaps = |range: &&IpNet| range.contains(&own.network()) || own.contains(&range.network());
            match ranges.iter().find(overlaps) {
                Some(range) if range.contains(own) => Matches::Yes,
                Some(range) => Matches::maybe(format!("a rule is for {range}, a part of {own}")),
                None => Matches::No,
            }
        }
        End::AnyPublic => {
            let private = |range: &IpNet| super::address::class(range.network()) != super::address::Class::Public;
            if ranges.iter().all(private) {
                Matches::No
            } else {
                Matches::maybe("a rule is for some public addresses, and the target's is not known")
            }
        }
        End::Unknown(why) => Matches::Maybe(why.clone()),
    }
}

/// Whether the source of a flow is one of an ingress rule: by range, tag or account, whichever it has.
fn source(rule: &FirewallRule, flow: &Flow) -> Matches {
    let by_range = match &rule.source_ranges {
        Fact::Absent(_) => None,
        ranges => Some(range(ranges, &flow.source)),
    };
    let by_tag = match &rule.source_tags {
        Fact::Known(tags, _) => Some(Matches::of(!tags.is_disjoint(&flow.source_tags))),
        Fact::Absent(_) => None,
        Fact::Unknown(whys) => Some(unclear(whys)),
    };
    let by_account = match &rule.source_service_accounts {
        Fact::Absent(_) => None,
        _ => Some(Matches::maybe("a rule is for sources with a service account")),
    };
    let mut outcome = None;
    for matches in [by_range, by_tag, by_account].into_iter().flatten() {
        outcome = Some(match (outcome, matches) {
            (Some(Matches::Yes), _) | (_, Matches::Yes) => Matches::Yes,
            (Some(Matches::Maybe(why)), _) | (_, Matches::Maybe(why)) => Matches::Maybe(why),
            _ => Matches::No,
        });
    }
    // A rule that names no source is for all of them.
    outcome.unwrap_or(Matches::Yes)
}

/// Whether a rule is for the machine whose rules are asked.
fn target(tags: &Fact<BTreeSet<String>>, accounts: &Fact<BTreeSet<String>>, flow: &Flow) -> Matches {
    match (tags, accounts) {
        (Fact::Absent(_), Fact::Absent(_)) => Matches::Yes,
        (Fact::Known(tags, _), _) => match &flow.tags {
            Some(own) => Matches::of(!tags.is_disjoint(own)),
            None => Matches::maybe("a rule is for machines with certain tags, and the target's are not known"),
        },
        (Fact::Unknown(whys), _) => unclear(whys),
        (_, _) => Matches::maybe("a rule is for machines with certain service accounts"),
    }
}
