//! Drift since the last apply, told apart from configuration that is not applied yet, where a state says what was
//! applied last.

use std::collections::BTreeMap;

use crate::finding::{AppliedValue, Baseline, Finding, Severity, Standing};
use crate::model::{AppliedState, Evidence};
use crate::reconcile::equivalence::{DEFAULT_EGRESS, DEFAULT_MACHINE_TYPE};

/// Says of each finding about a declared field how it stands to the state of its root module.
pub fn tell(findings: &mut [Finding], evidence: &Evidence) {
    let by_address: BTreeMap<(&str, &str), &AppliedState> =
        evidence.terraform.applied.iter().map(|own| ((&*own.root, &*own.address), own)).collect();
    if by_address.is_empty() {
        return;
    }
    for finding in findings {
        let Some(effect) = &finding.apply else { continue };
        let Some(state) = by_address.get(&(&*effect.root, &*effect.address)) else { continue };
        let Some(applied) = finding.field.as_ref().and_then(|field| state.values.get(field)) else { continue };
        if let Some(standing) = standing(finding, applied.as_deref()) {
            told(finding, AppliedValue { value: applied.clone(), source: state.label.clone(), standing });
        }
    }
}

/// `None` where one of the three sides is not told.
fn standing(finding: &Finding, applied: Option<&str>) -> Option<Standing> {
    if finding.baseline == Some(Baseline::Deploy) {
        return None;
    }
    let default = match finding.field.as_deref()? {
        "vpc_access.egress" => Some(DEFAULT_EGRESS.to_string()),
        "machine_type" => Some(DEFAULT_MACHINE_TYPE.to_owned()),
        _ => None,
    };
    let or_default = |value: Option<&str>| value.map(str::to_owned).or(default.clone());
    let declared = or_default(finding.declared.first()?.value.as_deref());
    let live = or_default(finding.live.as_ref()?.value.as_deref());
    let applied = or_default(applied);
    Some(match (applied == declared, applied == live) {
        (true, false) => Standing::ChangedOutside,
        (false, true) if finding.baseline == Some(Baseline::Terraform) => Standing::NotApplied,
        (false, false) if finding.baseline == Some(Baseline::Terraform) => Standing::Both,
        // What the configuration leaves out is written into the state as it is live.
        _ => return None,
    })
}

fn told(finding: &mut Finding, applied: AppliedValue) {
    let shown = |value: Option<&str>| value.unwrap_or("nothing").to_owned();
    let last = shown(applied.value.as_deref());
    match applied.standing {
        Standing::ChangedOutside => {
            finding.why.push_str(&format!("; it was changed outside Terraform since the last apply ({})", applied.source));
        }
        Standing::Both => finding.why.push_str(&format!(
            "; it was changed outside Terraform since the last apply, which left {last} ({}), and the configuration says another value by now",
            applied.source
        )),
        Standing::NotApplied => {
            let declared = shown(finding.declared.first().and_then(|own| own.value.as_deref()));
            let field = finding.field.as_deref().unwrap_or_default();
            finding.title = format!(
                "{} {}: {field} {declared} is declared and not applied yet; live is {last}, as it was applied last",
                finding.subject.kind, finding.subject.name
            );
            finding.why = format!("the live side is as {} says; the next terraform apply changes it", applied.source);
            finding.baseline = Some(Baseline::State);
            finding.severity = finding.severity.min(Severity::Low);
        }
    }
    finding.applied = Some(applied);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Part, Rule, Subject};
    use crate::model::Origin;

    fn finding(declared: Option<&str>, live: Option<&str>, field: &str) -> Finding {
        let rule = Rule::new("connector-changed", Part::Vpc, Severity::High, "");
        Finding::builder(&rule, Subject::local("connector", "c"), "t")
            .field(field)
            .baseline(Baseline::Terraform)
            .declared(declared.map(str::to_owned), "s", Origin::live("r", "f"))
            .live(live.map(str::to_owned), "r", "f")
            .build()
    }

    #[test]
    fn the_state_tells_which_side_moved() {
        let one = |declared, live, applied| standing(&finding(declared, live, "max_instances"), applied);
        assert_eq!(one(Some("3"), Some("10"), Some("3")), Some(Standing::ChangedOutside));
        assert_eq!(one(Some("3"), Some("10"), Some("10")), Some(Standing::NotApplied));
        assert_eq!(one(Some("3"), Some("10"), Some("5")), Some(Standing::Both));
    }

    #[test]
    fn a_default_that_is_left_out_is_the_default() {
        let egress = finding(None, Some("ALL_TRAFFIC"), "vpc_access.egress");
        assert_eq!(standing(&egress, Some("PRIVATE_RANGES_ONLY")), Some(Standing::ChangedOutside));
        let hidden = Finding { baseline: Some(Baseline::ApiDefault), ..egress };
        assert_eq!(standing(&hidden, Some("ALL_TRAFFIC")), None, "a refresh writes what is live into the state");
    }

    #[test]
    fn what_is_not_applied_yet_is_no_drift_of_the_live_side() {
        let mut own = finding(Some("3"), Some("10"), "max_instances");
        let applied =
            AppliedValue { value: Some("10".into()), source: "state s".into(), standing: Standing::NotApplied };
        told(&mut own, applied);
        assert_eq!(own.severity, Severity::Low);
        assert_eq!(own.baseline, Some(Baseline::State));
        assert!(own.title.contains("max_instances 3 is declared and not applied yet; live is 10"), "{}", own.title);
    }
}
