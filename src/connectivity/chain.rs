//! Which cause is behind which: what was found on all paths becomes causes, each with the chain from the symptom to it.

use std::collections::BTreeSet;

use super::modes;
use super::step::{Judgement, Said};
use crate::model::diagnosis::{ChainLink, Likelihood, Mode, Path, Proof, Remedy};

/// A judgement with where it was found.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The judgement.
    pub judgement: Judgement,
    /// The workload, by index.
    pub workload: usize,
    /// The sender, by index; `None` for what is judged of the workload itself.
    pub sender: Option<usize>,
    /// True where the sender's VPC access is not the template's.
    pub stale: bool,
    /// The path, by index, where it was found on one.
    pub path: Option<usize>,
}

/// A cause as it was found, once for each mode and resource.
#[derive(Clone, Debug)]
pub struct Found {
    /// The first judgement, with the evidence, remedies and findings of all.
    pub judgement: Judgement,
    /// One line that says what is wrong here.
    pub title: String,
    /// How sure it is: that of the surest judgement.
    pub likelihood: Likelihood,
    /// What to do.
    pub fix: Vec<Remedy>,
    /// Ids of findings that say the same.
    pub findings: Vec<String>,
    /// The workloads that it was found for.
    pub workloads: BTreeSet<usize>,
    /// The paths that it blocks.
    pub blocks: BTreeSet<usize>,
    /// True where it was found on the ways of stale revisions only.
    pub only_stale: bool,
    /// The cause that explains it, by index.
    pub explained_by: Option<usize>,
}

/// One cause for each mode and resource.
pub fn merge(seen: &[Seen]) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for one in seen {
        let Said::Cause { title, likelihood, fix, findings } = &one.judgement.said else { continue };
        let same = |own: &&mut Found| {
            own.judgement.mode == one.judgement.mode && own.judgement.subject == one.judgement.subject
        };
        let stale = one.stale && one.sender.is_some();
        let blocks = one.path.filter(|_| *likelihood == Likelihood::Certain);
        match all.iter_mut().find(same) {
            Some(own) => {
                if *likelihood < own.likelihood {
                    own.likelihood = *likelihood;
                    own.title.clone_from(title);
                }
                add(&mut own.judgement.evidence, &one.judgement.evidence);
                add(&mut own.fix, fix);
                add(&mut own.findings, findings);
                own.workloads.insert(one.workload);
                own.blocks.extend(blocks);
                own.only_stale &= stale;
            }
            None => all.push(Found {
                judgement: one.judgement.clone(),
                title: title.clone(),
                likelihood: *likelihood,
                fix: fix.clone(),
                findings: findings.clone(),
                workloads: [one.workload].into(),
                blocks: blocks.into_iter().collect(),
                only_stale: stale,
                explained_by: None,
            }),
        }
    }
    all
}

fn add<T: PartialEq + Clone>(own: &mut Vec<T>, more: &[T]) {
    for one in more {
        if !own.contains(one) {
            own.push(one.clone());
        }
    }
}

/// Which mode brings which other one about, on one workload.
const EXPLAINS: &[(&Mode, &[&Mode])] = &[
    (&modes::DELETED_IN_USE, &[&modes::CONNECTOR_MISSING, &modes::ROLLOUT_FAILED]),
    (&modes::API_DISABLED, &[&modes::CONNECTOR_MISSING, &modes::CONNECTOR_ERROR, &modes::ROLLOUT_FAILED]),
    (&modes::CONNECTOR_MISSING, &[&modes::ROLLOUT_FAILED]),
    (&modes::CONNECTOR_NOT_PERMITTED, &[&modes::ROLLOUT_FAILED]),
    (&modes::OTHER_REGION, &[&modes::ROLLOUT_FAILED, &modes::CONNECTOR_MISSING, &modes::OTHER_NETWORK]),
    (&modes::NETWORK_NOT_FOUND, &[&modes::ROLLOUT_FAILED]),
    (&modes::SUBNETWORK_TOO_SMALL, &[&modes::ROLLOUT_FAILED]),
    (&modes::RANGE_OVERLAPS, &[&modes::CONNECTOR_ERROR]),
    (&modes::AGENT_LACKS_ROLE, &[&modes::CONNECTOR_ERROR]),
    (&modes::IMAGE_REFUSED, &[&modes::CONNECTOR_ERROR]),
    (&modes::HOST_RULE_MISSING, &[&modes::CONNECTOR_ERROR]),
    (&modes::DETACHED, &[&modes::NO_VPC_ACCESS]),
    (&modes::OTHER_ENVIRONMENT, &[&modes::OTHER_NETWORK]),
    // What never became ready takes no traffic, so that an older revision keeps it.
    (&modes::ROLLOUT_FAILED, &[&modes::STALE_REVISION]),
    (&modes::SQL_BROKEN, &[&modes::ADDRESS_UNUSED]),
    (&modes::REDIS_BROKEN, &[&modes::ADDRESS_UNUSED]),
];

/// Names for each cause the one that explains it.
pub fn explain(all: &mut [Found]) {
    let explains = |root: &Found, other: &Found| {
        if root.workloads.is_disjoint(&other.workloads) {
            return false;
        }
        // What is wrong only on the way of a revision that should not serve follows from that it does.
        let (own, mode) = (root.judgement.mode, other.judgement.mode);
        if root.only_stale && mode == &modes::STALE_REVISION {
            return false;
        }
        if own == &modes::STALE_REVISION && other.only_stale {
            return true;
        }
        EXPLAINS.iter().any(|(root, others)| *root == own && others.contains(&mode))
    };
    let snapshot = all.to_vec();
    for (at, other) in all.iter_mut().enumerate() {
        other.explained_by = snapshot.iter().enumerate().position(|(index, root)| index != at && explains(root, other));
    }
}

/// The root of a cause: itself, where nothing explains it. A circle, which the table does not have, ends at its start.
pub fn root(all: &[Found], at: usize) -> usize {
    let mut current = at;
    for _ in 0..all.len() {
        match all.get(current).and_then(|found| found.explained_by) {
            Some(next) if next != at => current = next,
            _ => return current,
        }
    }
    current
}

/// Everything that a root explains, the nearest to the symptom first.
pub fn explained(all: &[Found], of: usize) -> Vec<usize> {
    let depth = |at: usize| {
        let (mut current, mut depth) = (at, 0);
        while let Some(next) = all.get(current).and_then(|found| found.explained_by) {
            (current, depth) = (next, depth + 1);
            if depth > all.len() {
                break;
            }
        }
        depth
    };
    let mut found: Vec<usize> = (0..all.len()).filter(|&at| at != of && root(all, at) == of).collect();
    found.sort_by_key(|&at| std::cmp::Reverse(depth(at)));
    found
}

/// The chain from the symptom to a root.
pub fn chain(all: &[Found], of: usize, paths: &[Path]) -> Vec<ChainLink> {
    let Some(own) = all.get(of) else { return Vec::new() };
    let explained = explained(all, of);
    let blocks: BTreeSet<usize> = explained
        .iter()
        .chain([&of])
        .filter_map(|&at| all.get(at))
        .flat_map(|found| found.blocks.iter().copied())
        .collect();
    let mut links = Vec::new();
    let hit: Vec<String> = blocks.iter().filter_map(|&at| paths.get(at)).map(symptom).collect();
    if hit.is_empty() {
        let symptom = explained.first().and_then(|&at| all.get(at)).unwrap_or(own).judgement.mode.symptom;
        links.push(ChainLink { mode: None, text: symptom.to_owned() });
    }
    links.extend(hit.into_iter().map(|text| ChainLink { mode: None, text }));
    for found in explained.iter().chain([&of]).filter_map(|&at| all.get(at)) {
        links.push(ChainLink { mode: Some(found.judgement.mode), text: found.title.clone() });
    }
    links
}

fn symptom(path: &Path) -> String {
    let place = match (&path.target.host, path.target.port) {
        (Some(host), Some(port)) => format!(" ({})", crate::model::target::authority(host, port)),
        (Some(host), None) => format!(" ({host})"),
        _ => String::new(),
    };
    let who =
        if path.serves { path.workload.name.clone() } else { format!("the next revision of {}", path.workload.name) };
    format!("requests of {who} to {}{place} do not arrive", path.target.name)
}

/// The evidence of a root with that of what it explains.
pub fn evidence(all: &[Found], of: usize) -> Vec<Proof> {
    let mut evidence: Vec<Proof> = Vec::new();
    for found in [of].iter().chain(&explained(all, of)).filter_map(|&at| all.get(at)) {
        add(&mut evidence, &found.judgement.evidence);
    }
    evidence
}
