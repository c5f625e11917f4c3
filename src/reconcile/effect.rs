//! What a deploy would do: the deploy commands of a workload, one after the other, applied to how it is live.
//!
//! A command is a patch. What it does not mention stays, so its effect is told only where the live workload is known.

use std::collections::BTreeMap;

use crate::model::effect::{Apply, Before, CommandEffect, Effect, FieldEffect, Refused};
use crate::model::{Declared, DeployCommand, Fact, Guard, NetworkInterface, Origin, VpcAccess, Why, WhyKind, Workload};

use super::compare::{Comparison, certain, compare, conditions};
use super::equivalence::compare_interfaces;
use super::fields::{CONNECTOR, EGRESS, Field, INTERFACES, interfaces_after, value_after};
use super::{LiveSide, WorkloadPair};

/// The effects of all commands of a workload, in their order. Commands of different files are different deploys, and so
/// are command lines and configs of one script, of which the order is not known: each starts from what is live.
pub fn effects(pair: &WorkloadPair<'_>) -> Vec<CommandEffect> {
    let mut files: BTreeMap<(String, &str), Vec<&DeployCommand>> = BTreeMap::new();
    for command in &pair.deploy {
        let file = command.origin.source().map(|span| span.file.as_str().to_owned()).unwrap_or_default();
        files.entry((file, &command.tool)).or_default().push(command);
    }
    files.values().flat_map(|commands| of_file(pair, commands)).collect()
}

fn of_file(pair: &WorkloadPair<'_>, commands: &[&DeployCommand]) -> Vec<CommandEffect> {
    let mut effects: Vec<CommandEffect> = Vec::new();
    for (at, command) in commands.iter().enumerate() {
        let (mut before, mut state) = live(pair);
        for earlier in commands.iter().take(at) {
            match order(earlier, command) {
                Order::Before => {
                    state = after(&state, earlier);
                    if before == Before::Nothing {
                        before = Before::Workload;
                    }
                }
                Order::MaybeBefore(why) => {
                    state = either(&state, &after(&state, earlier), &why);
                    if before == Before::Nothing {
                        before = Before::Unknown(why);
                    }
                }
                Order::Excluded => {}
            }
        }
        effects.push(one(pair, command, before, &state));
    }
    effects
}

fn one(pair: &WorkloadPair<'_>, command: &DeployCommand, before: Before, state: &VpcAccess) -> CommandEffect {
    let next = after(state, command);
    let fields = vec![
        CONNECTOR.effect(pair, command.connector.is_leave(), state, &next),
        EGRESS.effect(pair, command.egress.is_leave(), state, &next),
        INTERFACES.effect(pair, command.interfaces.is_leave(), state, &next),
    ];
    let only_updates = command.action.ends_with("update");
    let refused = if only_updates && before == Before::Nothing {
        Some(Refused::NotThere)
    } else if has(&next.connector) && has_interfaces(&next.interfaces) {
        Some(Refused::Both)
    } else if has(&next.egress) && next.connector.is_absent() && none(&next.interfaces) {
        Some(Refused::EgressAlone)
    } else {
        None
    };
    // What is wrong without the command is not its doing.
    let mentions = [command.connector.is_leave(), command.egress.is_leave(), command.interfaces.is_leave()];
    let refused = refused.filter(|refused| *refused == Refused::NotThere || mentions.contains(&false));
    CommandEffect { command: command.clone(), before, fields, refused }
}

fn has<T>(fact: &Fact<T>) -> bool {
    fact.known().is_some()
}

fn has_interfaces(fact: &Fact<Vec<NetworkInterface>>) -> bool {
    fact.known().is_some_and(|list| !list.is_empty())
}

fn none(fact: &Fact<Vec<NetworkInterface>>) -> bool {
    fact.is_absent() || fact.known().is_some_and(Vec::is_empty)
}

/// The live workload before any command.
fn live(pair: &WorkloadPair<'_>) -> (Before, VpcAccess) {
    let unknown = |why: Why| {
        let vpc = VpcAccess {
            connector: Fact::unknown(why.clone()),
            egress: Fact::unknown(why.clone()),
            interfaces: Fact::unknown(why.clone()),
        };
        (Before::Unknown(why), vpc)
    };
    match &pair.live {
        LiveSide::Present(live) => (Before::Workload, live.workload.vpc.clone()),
        LiveSide::Absent => {
            let name = pair.name.as_ref().map(ToString::to_string).unwrap_or_default();
            let origin = Origin::live(name, "template.vpcAccess");
            let vpc = VpcAccess {
                connector: Fact::Absent(origin.clone()),
                egress: Fact::Absent(origin.clone()),
                interfaces: Fact::Absent(origin),
            };
            (Before::Nothing, vpc)
        }
        LiveSide::Unknown(why) => unknown(why.clone()),
        LiveSide::NotAsked => unknown(Why::new(WhyKind::NotAsked, "the run asks nothing of Google Cloud")),
    }
}

/// Whether an earlier command of a file has run when a later one does.
enum Order {
    /// It has.
    Before,
    /// It may have.
    MaybeBefore(Why),
    /// It has not: their conditions exclude each other.
    Excluded,
}

fn order(earlier: &DeployCommand, later: &DeployCommand) -> Order {
    let same = |one: &Guard, other: &Guard| one.text == other.text && one.origin == other.origin;
    let open: Vec<&Guard> = earlier.guards.iter().filter(|guard| guard.decided != Some(true)).collect();
    let excluded = |guard: &Guard| later.guards.iter().any(|one| same(guard, one) && guard.negated != one.negated);
    if open.iter().any(|guard| excluded(guard)) {
        return Order::Excluded;
    }
    let shared = |guard: &Guard| later.guards.iter().any(|one| same(guard, one) && guard.negated == one.negated);
    let own: Vec<Guard> = open.into_iter().filter(|guard| !shared(guard)).cloned().collect();
    if own.is_empty() {
        return Order::Before;
    }
    let text = format!("the command at {} runs before only if {}", earlier.origin, conditions(&own));
    Order::MaybeBefore(Why::at(WhyKind::Guarded, text, earlier.origin.clone()))
}

/// The VPC access after a command.
fn after(state: &VpcAccess, command: &DeployCommand) -> VpcAccess {
    VpcAccess {
        connector: value_after(&command.connector).unwrap_or_else(|| state.connector.clone()),
        egress: value_after(&command.egress).unwrap_or_else(|| state.egress.clone()),
        interfaces: interfaces_after(command).unwrap_or_else(|| state.interfaces.clone()),
    }
}

/// The VPC access where a command may or may not have run.
fn either(without: &VpcAccess, with: &VpcAccess, why: &Why) -> VpcAccess {
    let pick = |same: Comparison| same == Comparison::Same;
    let open = || vec![why.clone()];
    VpcAccess {
        connector: if pick(compare(&without.connector, &with.connector)) {
            without.connector.clone()
        } else {
            Fact::Unknown(open())
        },
        egress: if pick(compare(&without.egress, &with.egress)) {
            without.egress.clone()
        } else {
            Fact::Unknown(open())
        },
        interfaces: if pick(compare_interfaces(&without.interfaces, &with.interfaces)) {
            without.interfaces.clone()
        } else {
            Fact::Unknown(open())
        },
    }
}

impl<T: Clone> Field<T> {
    fn effect(&self, pair: &WorkloadPair<'_>, left: bool, before: &VpcAccess, after: &VpcAccess) -> FieldEffect {
        let (before, after) = ((self.of)(before), (self.of)(after));
        let effect = match (self.compare)(before, after) {
            _ if left => Effect::Left,
            Comparison::Same => Effect::Kept,
            Comparison::Undecidable(why) => Effect::Unknown(why),
            Comparison::Different if after.is_absent() => Effect::Cleared,
            Comparison::Different => Effect::Set,
        };
        let changes = !matches!(effect, Effect::Left | Effect::Kept);
        let apply = pair.terraform.iter().filter(|_| changes).filter_map(|declared| self.apply(declared, after));
        let text = |fact: &Fact<T>| fact.clone().map(|value| (self.shown)(&value));
        FieldEffect { field: self.name, before: text(before), after: text(after), apply: apply.collect(), effect }
    }

    /// What applying a declaration does to the value that a deploy leaves.
    fn apply(&self, declared: &Declared<Workload>, after: &Fact<T>) -> Option<Apply> {
        let fact = (self.of)(&declared.value.vpc);
        if (self.is_hidden)(declared.value.hidden) && fact.is_absent() {
            return None;
        }
        match (self.compare)(fact, after) {
            Comparison::Same => None,
            Comparison::Undecidable(why) => Some(Apply::Unknown(why)),
            Comparison::Different => Some(match certain(&declared.presence) {
                Ok(()) => Apply::TurnsBack {
                    to: fact.known().map(self.shown),
                    source: declared.source.to_string(),
                    origin: fact.origin().unwrap_or(&declared.origin).clone(),
                },
                Err(why) => Apply::Unknown(why),
            }),
        }
    }
}
