//! Findings of the checks about what a workload's packets pass: each goes with the cause that it says the same of, and
//! is a cause of its own where there is none.

use super::chain::Found;
use super::modes;
use super::step::Judgement;
use crate::finding::{Finding, Severity};
use crate::model::diagnosis::{Likelihood, Mode};

/// Which modes a rule's finding goes with.
const GOES_WITH: &[(&str, &[&Mode])] = &[
    ("connector-missing", &[&modes::CONNECTOR_MISSING, &modes::DELETED_IN_USE, &modes::API_DISABLED]),
    (
        "connector-not-ready",
        &[&modes::CONNECTOR_ERROR, &modes::RANGE_OVERLAPS, &modes::AGENT_LACKS_ROLE, &modes::IMAGE_REFUSED],
    ),
    ("connector-changed", &[&modes::OTHER_NETWORK, &modes::RANGE_OVERLAPS]),
    ("traffic-on-stale-revision", &[&modes::STALE_REVISION]),
    ("traffic-pinned", &[&modes::STALE_REVISION]),
    ("traffic-changed", &[&modes::STALE_REVISION]),
    ("database-missing", &[&modes::SQL_BROKEN]),
    ("database-changed", &[&modes::SQL_BROKEN, &modes::OTHER_NETWORK]),
    ("database-not-ready", &[&modes::SQL_BROKEN]),
    ("cache-missing", &[&modes::REDIS_BROKEN]),
    ("cache-changed", &[&modes::REDIS_BROKEN, &modes::OTHER_NETWORK]),
    ("peering-missing", &[&modes::PEERING_BROKEN]),
    ("peering-changed", &[&modes::PEERING_BROKEN]),
    ("peering-not-active", &[&modes::PEERING_BROKEN]),
    ("router-missing", &[&modes::NAT_MISSING, &modes::GOOGLE_ACCESS_OFF]),
    ("nat-missing", &[&modes::NAT_MISSING, &modes::GOOGLE_ACCESS_OFF]),
    ("nat-changed", &[&modes::NAT_MISSING, &modes::GOOGLE_ACCESS_OFF]),
    ("subnetwork-changed", &[&modes::GOOGLE_ACCESS_OFF, &modes::SUBNETWORK_TOO_SMALL]),
    ("firewall-missing", &[&modes::HOST_RULE_MISSING, &modes::FIREWALL_DENIES]),
    ("firewall-changed", &[&modes::FIREWALL_DENIES, &modes::HOST_RULE_MISSING]),
    ("rollout-failed", &[&modes::ROLLOUT_FAILED]),
    ("network-missing", &[&modes::NETWORK_NOT_FOUND]),
    (
        "workload-connector-changed",
        &[
            &modes::DETACHED,
            &modes::LEFT_OVER,
            &modes::OTHER_NETWORK,
            &modes::OTHER_ENVIRONMENT,
            &modes::OTHER_REGION,
            &modes::CONNECTOR_MISSING,
        ],
    ),
    (
        "workload-connector-missing",
        &[
            &modes::CONNECTOR_MISSING,
            &modes::DELETED_IN_USE,
            &modes::API_DISABLED,
            &modes::OTHER_REGION,
            &modes::OTHER_ENVIRONMENT,
        ],
    ),
    ("workload-connector-foreign", &[&modes::OTHER_ENVIRONMENT]),
    (
        "workload-interfaces-changed",
        &[&modes::DETACHED, &modes::NETWORK_NOT_FOUND, &modes::SUBNETWORK_TOO_SMALL, &modes::OTHER_NETWORK],
    ),
    ("workload-egress-changed", &[&modes::NAT_MISSING, &modes::NAT_BYPASSED, &modes::GOOGLE_ACCESS_OFF]),
    ("target-unreachable", &[]),
];

/// Gives findings to the causes that they go with, and returns those that go with none.
pub fn give<'f>(all: &mut [Found], findings: &[&'f Finding]) -> Vec<&'f Finding> {
    let mut rest = Vec::new();
    for &finding in findings {
        if all.iter().any(|found| found.findings.contains(&finding.id)) {
            continue;
        }
        let modes =
            GOES_WITH.iter().find(|(rule, _)| *rule == finding.rule).map(|(_, modes)| *modes).unwrap_or_default();
        let resource = finding.live.as_ref().map(|live| &*live.resource);
        let same =
            |found: &&mut Found| modes.contains(&found.judgement.mode) || resource == Some(&*found.judgement.subject);
        match all.iter_mut().find(same) {
            Some(found) => found.findings.push(finding.id.clone()),
            None => rest.push(finding),
        }
    }
    rest
}

/// Causes that only findings say: something is otherwise than declared, and nothing that is known to be used is hit.
pub fn causes(findings: &[&Finding]) -> Vec<Judgement> {
    let counts = |finding: &&&Finding| finding.severity >= Severity::High && finding.caused_by.is_empty();
    let mut all: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings.iter().filter(counts) {
        let other_end = all.iter_mut().find(|own| matches!(own.as_slice(), [one] if are_ends(one, finding)));
        match other_end {
            // The smaller end goes first, as in every command.
            Some(own) if is_smaller_end(finding) == Some(true) => own.insert(0, finding),
            Some(own) => own.push(finding),
            None => all.push(vec![finding]),
        }
    }
    all.iter().filter_map(|own| cause(own)).collect()
}

/// Whether a finding is about the smaller end of a connector's scaling; `None` where it is about another setting.
fn is_smaller_end(finding: &Finding) -> Option<bool> {
    match finding.field.as_deref() {
        Some("min_instances" | "min_throughput") => Some(true),
        Some("max_instances" | "max_throughput") => Some(false),
        _ => None,
    }
}

/// True for both ends of one connector's scaling, which are one setting: whoever changes it gives both.
fn are_ends(one: &Finding, other: &Finding) -> bool {
    let ends = is_smaller_end(one).zip(is_smaller_end(other));
    one.rule == other.rule && one.subject == other.subject && ends.is_some_and(|(one, other)| one != other)
}

fn cause(findings: &[&Finding]) -> Option<Judgement> {
    let (first, rest) = findings.split_first()?;
    let subject = first.live.as_ref().map_or_else(|| first.subject.to_string(), |live| live.resource.clone());
    let judgement = rest.iter().fold(
        Judgement::of_finding(&modes::DECLARED_OTHERWISE, subject, first).likelihood(Likelihood::Possible),
        |judgement, finding| judgement.with_finding(finding),
    );
    Some(if rest.is_empty() { judgement } else { judgement.title(both_ends(findings)) })
}

/// What is live and what was declared of both ends, in one line.
fn both_ends(findings: &[&Finding]) -> String {
    let live = |finding: &&Finding| {
        let value = finding.live.as_ref().and_then(|live| live.value.as_deref());
        format!("{} {}", finding.field.as_deref().unwrap_or_default(), value.unwrap_or("nothing"))
    };
    let declared = |finding: &&Finding| {
        let value = finding.declared.iter().find_map(|declared| declared.value.clone());
        value.unwrap_or_else(|| "the default".to_owned())
    };
    let joined = |words: Vec<String>| words.join(" and ");
    let name = findings.first().map_or("", |first| &*first.subject.name);
    format!(
        "connector {name} has {} live; {} were declared",
        joined(findings.iter().map(live).collect()),
        joined(findings.iter().map(declared).collect())
    )
}
