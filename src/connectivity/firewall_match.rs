//! Whether a firewall rule applies to a flow, in three values.

use std::collections::BTreeSet;

use ipnet::IpNet;

use super::address::{Class, class};
use super::firewall::{End, Flow};
use crate::model::{Direction, Fact, FirewallPolicyRule, FirewallRule, Layer4, NetworkName, Protocol, Why, WhyKind};

/// Whether a rule applies to a flow.
#[derive(Clone, Debug)]
pub enum Matches {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It cannot be told.
    Maybe(Why),
}

impl Matches {
    /// Both conditions.
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
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

/// Whether a rule of the network itself applies; `layers` is what it allows or denies.
pub fn own_rule(rule: &FirewallRule, layers: &Fact<Vec<Layer4>>, flow: &Flow) -> Matches {
    in_force(&rule.disabled)
        .and(|| direction(&rule.direction, flow, true))
        .and(|| layers4(layers, flow))
        .and(|| match flow.direction {
            Direction::Ingress => source(rule, flow),
            _ => range(&rule.source_ranges, &flow.source),
        })
        .and(|| range(&rule.destination_ranges, &flow.destination))
        .and(|| target(&rule.target_tags, &rule.target_service_accounts, flow))
}

/// Whether a rule of a policy applies.
pub fn policy_rule(rule: &FirewallPolicyRule, network: &NetworkName, flow: &Flow) -> Matches {
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
            let private = |range: &IpNet| class(range.network()) != Class::Public;
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
