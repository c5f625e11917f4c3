//! Which findings are consequences of others, so that one change gives one root finding.

use std::collections::BTreeMap;

use crate::finding::{Finding, LiveValue, Part, Subject};

/// The rules whose findings bring others about.
const CAUSES: [&str; 12] = [
    "connector-missing",
    "connector-not-ready",
    "connector-changed",
    "workload-connector-changed",
    "workload-egress-changed",
    "workload-interfaces-changed",
    "traffic-pinned",
    "traffic-changed",
    "rollout-failed",
    "router-missing",
    "firewall-changed",
    "declared-conflict",
];

/// Adds `caused_by` links between findings about one subject, and between a workload and its connector.
pub fn link(findings: &mut [Finding]) {
    let causes: Vec<Finding> = findings.iter().filter(|found| CAUSES.contains(&&*found.rule)).cloned().collect();
    let mut by_subject: BTreeMap<&Subject, Vec<&Finding>> = BTreeMap::new();
    let mut by_resource: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for cause in &causes {
        by_subject.entry(&cause.subject).or_default().push(cause);
        if let Some(live) = &cause.live {
            by_resource.entry(&live.resource).or_default().push(cause);
        }
    }
    for later in findings {
        let named = later.declared.iter().filter_map(|declared| by_resource.get(declared.value.as_deref()?));
        // What it is a part of.
        let above = later.live.iter().flat_map(|live| {
            let resource = live.resource.as_str();
            resource.rmatch_indices('/').filter_map(|(at, _)| by_resource.get(resource.get(..at)?))
        });
        let near = by_subject.get(&later.subject).into_iter().chain(named).chain(above).flatten().copied();
        let own = near.filter(|cause| cause.id != later.id && is_consequence(later, cause));
        let ids: Vec<String> = own.map(|cause| cause.id.clone()).collect();
        later.caused_by.extend(ids);
        later.caused_by.sort();
        later.caused_by.dedup();
    }
}

fn is_consequence(later: &Finding, cause: &Finding) -> bool {
    // A workload cannot have the connector that is not there.
    if let ("workload-connector-changed", "connector-missing" | "connector-not-ready") = (&*later.rule, &*cause.rule) {
        let connector = cause.live.as_ref().map(|live| &live.resource);
        return later.declared.iter().any(|declared| connector.is_some() && declared.value.as_ref() == connector);
    }
    // A NAT gateway is a part of its router.
    if let ("nat-missing", "router-missing") = (&*later.rule, &*cause.rule) {
        let below = |live: &LiveValue, router: &LiveValue| live.resource.starts_with(&format!("{}/", router.resource));
        return later.live.as_ref().zip(cause.live.as_ref()).is_some_and(|(nat, router)| below(nat, router));
    }
    if later.subject != cause.subject {
        return false;
    }
    match (&*later.rule, &*cause.rule) {
        // The live value breaks a policy because it drifted from a declaration.
        (
            _,
            "connector-changed"
            | "workload-connector-changed"
            | "workload-egress-changed"
            | "workload-interfaces-changed",
        ) if later.part == Part::Policies => {
            later.live.is_some() && later.field.is_some() && quantity(later) == quantity(cause)
        }
        // What serves is another revision than what is configured, for one of these reasons.
        (
            "traffic-on-stale-revision",
            "traffic-pinned"
            | "traffic-changed"
            | "rollout-failed"
            | "workload-connector-changed"
            | "workload-egress-changed"
            | "workload-interfaces-changed",
        ) => true,
        // What the deploy would be refused for is there because it drifted.
        ("deploy-refused", "workload-connector-changed" | "workload-interfaces-changed") => later.live.is_some(),
        // A rule that denies what it allowed lost the one and got the other.
        ("firewall-changed", "firewall-changed") => {
            later.field.as_deref() == Some("deny") && cause.field.as_deref() == Some("allow")
        }
        // It was attached elsewhere than declared: the drift is the cause of where it ended up.
        (
            "workload-connector-foreign" | "workload-connector-missing",
            "workload-connector-changed" | "workload-interfaces-changed",
        ) => true,
        // The live value is the one that the other declaration sets.
        (
            "workload-egress-changed"
            | "workload-connector-changed"
            | "workload-interfaces-changed"
            | "connector-changed",
            "declared-conflict",
        ) => {
            let live = later.live.as_ref().and_then(|live| live.value.as_deref());
            later.field == cause.field
                && live.is_some()
                && cause.declared.iter().any(|declared| declared.value.as_deref() == live)
        }
        _ => false,
    }
}

/// The quantity that a field is a view of: both ends and both units of a connector's scaling are one, and so are the
/// ways in which a workload is attached.
fn quantity(finding: &Finding) -> Option<&str> {
    match finding.field.as_deref() {
        Some("min_throughput" | "max_throughput" | "min_instances" | "max_instances" | "throughput") => Some("scaling"),
        Some("vpc_access.connector" | "vpc_access.network_interfaces") => Some("attachment"),
        field => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Rule, Severity};
    use crate::model::Origin;

    fn finding(rule: &'static str, part: Part, name: &str, field: &str, live: Option<&str>) -> Finding {
        let rule = Rule::new(rule, part, Severity::High, "");
        let builder = Finding::builder(&rule, Subject::local("service", name), "t").field(field);
        builder.live(live.map(str::to_owned), "r", "f").build()
    }

    fn conflict(name: &str, values: [&str; 2]) -> Finding {
        let mut finding = finding("declared-conflict", Part::Vpc, name, "vpc_access.egress", None);
        finding.declared = values
            .iter()
            .map(|&value| crate::finding::DeclaredValue {
                value: Some(value.to_owned()),
                source: "s".to_owned(),
                origin: Origin::live("r", "f"),
            })
            .collect();
        finding
    }

    /// Indices of the causes of the first finding.
    fn causes(mut findings: Vec<Finding>) -> Vec<String> {
        link(&mut findings);
        findings[0].caused_by.iter().filter_map(|id| id.split(':').next().map(str::to_owned)).collect()
    }

    #[test]
    fn a_policy_broken_by_drift_follows_from_the_drift() {
        let policy = |field| finding("policy-x", Part::Policies, "a", field, Some("300"));
        let drift = |name, field| finding("connector-changed", Part::Vpc, name, field, Some("300"));
        assert_eq!(causes(vec![policy("throughput"), drift("a", "max_throughput")]), ["connector-changed"]);
        assert_eq!(causes(vec![policy("network"), drift("a", "network")]), ["connector-changed"]);
        assert_eq!(causes(vec![policy("network"), drift("a", "max_throughput")]), Vec::<String>::new());
        assert_eq!(causes(vec![policy("network"), drift("b", "network")]), Vec::<String>::new());
    }

    #[test]
    fn a_policy_that_the_declaration_breaks_follows_from_no_drift() {
        let mut policy = finding("policy-x", Part::Policies, "a", "network", None);
        policy.live = None;
        let drift = finding("connector-changed", Part::Vpc, "a", "network", Some("n"));
        assert_eq!(causes(vec![policy, drift]), Vec::<String>::new());
    }

    #[test]
    fn drift_to_what_the_other_declaration_sets_follows_from_the_conflict() {
        let drift = |live| finding("workload-egress-changed", Part::Vpc, "a", "vpc_access.egress", live);
        let both = || conflict("a", ["PRIVATE_RANGES_ONLY", "ALL_TRAFFIC"]);
        assert_eq!(causes(vec![drift(Some("ALL_TRAFFIC")), both()]), ["declared-conflict"]);
        assert_eq!(causes(vec![drift(Some("SOMETHING_ELSE")), both()]), Vec::<String>::new());
        assert_eq!(causes(vec![drift(None), both()]), Vec::<String>::new());
        assert_eq!(causes(vec![drift(Some("ALL_TRAFFIC")), conflict("b", ["X", "ALL_TRAFFIC"])]), Vec::<String>::new());
    }

    #[test]
    fn a_workload_without_its_connector_follows_from_the_missing_connector() {
        let workload = |wanted: &str| {
            let mut finding = conflict("a", [wanted, wanted]);
            finding.rule = "workload-connector-changed".to_owned();
            finding
        };
        let mut missing = finding("connector-missing", Part::Vpc, "c", "", None);
        missing.live = missing.live.map(|live| crate::finding::LiveValue { resource: "projects/p/c".into(), ..live });
        assert_eq!(causes(vec![workload("projects/p/c"), missing.clone()]), ["connector-missing"]);
        assert_eq!(causes(vec![workload("projects/q/c"), missing]), Vec::<String>::new());
    }

    #[test]
    fn linking_twice_adds_nothing() {
        let mut findings = vec![
            finding("workload-egress-changed", Part::Vpc, "a", "vpc_access.egress", Some("ALL_TRAFFIC")),
            conflict("a", ["PRIVATE_RANGES_ONLY", "ALL_TRAFFIC"]),
        ];
        link(&mut findings);
        let once = findings.clone();
        link(&mut findings);
        assert_eq!(findings, once);
    }
}
