//! Which findings are consequences of others, so that one change gives one root finding.

use crate::finding::{Finding, Part};

/// Adds `caused_by` links between findings about one subject.
pub fn link(findings: &mut [Finding]) {
    let links: Vec<(usize, String)> = (0..findings.len())
        .flat_map(|consequence| {
            let found: &[Finding] = findings;
            let later = found.get(consequence);
            found
                .iter()
                .filter(move |cause| later.is_some_and(|later| is_consequence(later, cause)))
                .map(move |cause| (consequence, cause.id.clone()))
        })
        .collect();
    for (consequence, cause) in links {
        if let Some(finding) = findings.get_mut(consequence)
            && !finding.caused_by.contains(&cause)
        {
            finding.caused_by.push(cause);
        }
    }
    for finding in findings {
        finding.caused_by.sort();
    }
}

fn is_consequence(later: &Finding, cause: &Finding) -> bool {
    if later.subject != cause.subject || later.id == cause.id {
        return false;
    }
    match (&*later.rule, &*cause.rule) {
        // The live value breaks a policy because it drifted from a declaration.
        (_, "connector-changed" | "workload-connector-changed" | "workload-egress-changed")
            if later.part == Part::Policies =>
        {
            later.live.is_some() && quantity(later) == quantity(cause)
        }
        // The live value is the one that the other declaration sets.
        ("workload-egress-changed" | "workload-connector-changed", "declared-conflict") => {
            let live = later.live.as_ref().and_then(|live| live.value.as_deref());
            later.field == cause.field
                && live.is_some()
                && cause.declared.iter().skip(1).any(|declared| declared.value.as_deref() == live)
        }
        _ => false,
    }
}

/// The quantity that a field is a view of: both ends and both units of a connector's scaling are one.
fn quantity(finding: &Finding) -> Option<&str> {
    match finding.field.as_deref() {
        Some("min_throughput" | "max_throughput" | "min_instances" | "max_instances" | "throughput") => Some("scaling"),
        field => field,
    }
}
