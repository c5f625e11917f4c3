//! *Fix in this order*: root causes first, each with the findings that go away with it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Fix};

/// One thing to do.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// The findings that it mends itself; more than one where the same fix mends findings of one rule.
    pub findings: Vec<&'a Finding>,
    /// The findings that are consequences of those, directly or over others, in the order of the report.
    pub consequences: Vec<&'a Finding>,
}

impl<'a> Step<'a> {
    /// The fix to make, where one is known.
    pub fn fix(&self) -> Option<&'a Fix> {
        self.findings.first().and_then(|finding| finding.fix.first())
    }
}

/// The steps, worst first, in the order of the report among equals. Every finding is in exactly one step: one whose
/// causes are not in the list is a root cause itself, and so is one of a circle of causes.
pub fn steps(findings: &[Finding]) -> Vec<Step<'_>> {
    let by_id: BTreeMap<&str, usize> = findings.iter().enumerate().map(|(at, finding)| (&*finding.id, at)).collect();
    let mut consequences: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut roots = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let causes: BTreeSet<usize> = finding
            .caused_by
            .iter()
            .filter_map(|id| by_id.get(id.as_str()).copied())
            .filter(|&cause| cause != at)
            .collect();
        if causes.is_empty() {
            roots.push(at);
        }
        for cause in causes {
            consequences.entry(cause).or_default().push(at);
        }
    }
    // Findings of a circle have causes, but no root leads to them: they follow in the order of the report.
    let is_root: BTreeSet<usize> = roots.iter().copied().collect();
    let candidates = roots.iter().copied().chain(0..findings.len());
    let mut seen = BTreeSet::new();
    let mut groups: Vec<(Vec<usize>, BTreeSet<usize>)> = Vec::new();
    let mut group_of: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for root in candidates {
        let Some(finding) = findings.get(root) else { continue };
        if !seen.insert(root) {
            continue;
        }
        let mut follow = BTreeSet::new();
        let mut open = vec![root];
        while let Some(cause) = open.pop() {
            for &next in consequences.get(&cause).map_or(&[][..], Vec::as_slice) {
                if !is_root.contains(&next) && seen.insert(next) {
                    follow.insert(next);
                    open.push(next);
                }
            }
        }
        let text = finding.fix.first().map_or("", |fix| fix.text.as_str());
        let key = (finding.rule.as_str(), text);
        match group_of.get(&key).and_then(|&at| groups.get_mut(at)) {
            Some((members, all)) if !text.is_empty() => {
                members.push(root);
                all.extend(follow);
            }
            _ => {
                group_of.insert(key, groups.len());
                groups.push((vec![root], follow));
            }
        }
    }
    let pick = |indices: &mut dyn Iterator<Item = usize>| indices.filter_map(|at| findings.get(at)).collect::<Vec<_>>();
    let mut steps: Vec<Step<'_>> = groups
        .into_iter()
        .map(|(members, follow)| Step {
            findings: pick(&mut members.into_iter()),
            consequences: pick(&mut follow.into_iter()),
        })
        .collect();
    // A root cause is as bad as the worst of what it brings about.
    let worst = |step: &Step<'_>| step.findings.iter().chain(&step.consequences).map(|finding| finding.severity).max();
    steps.sort_by_key(|step| Reverse(worst(step)));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Part, Rule, Severity, Subject};

    fn finding(name: &str, severity: Severity, causes: &[&str], fix: &str) -> Finding {
        let rule = Rule::new("r", Part::Vpc, severity, "");
        let mut builder = Finding::builder(&rule, Subject::local("s", name), name);
        for cause in causes {
            builder = builder.caused_by(format!("r:s/{cause}"));
        }
        if !fix.is_empty() {
            builder = builder.command(fix, "", "");
        }
        builder.build()
    }

    fn told(findings: &[Finding]) -> Vec<String> {
        let names = |list: &[&Finding]| list.iter().map(|finding| &*finding.subject.name).collect::<Vec<_>>().join("+");
        steps(findings)
            .iter()
            .map(|step| format!("{} > {}", names(&step.findings), names(&step.consequences)))
            .collect()
    }

    #[test]
    fn consequences_stand_under_their_root_and_severity_decides() {
        use Severity::{Critical, High, Medium};
        let findings = [
            finding("low", Medium, &[], "x"),
            finding("root", Critical, &[], "y"),
            finding("direct", High, &["root"], "z"),
            finding("indirect", High, &["direct"], "z"),
            finding("orphan", High, &["not-in-the-report"], "w"),
        ];
        assert_eq!(told(&findings), ["root > direct+indirect", "orphan > ", "low > "]);
    }

    #[test]
    fn a_root_is_as_bad_as_its_worst_consequence() {
        let findings = [
            finding("high", Severity::High, &[], "x"),
            finding("root", Severity::Medium, &[], "y"),
            finding("effect", Severity::Critical, &["root"], "z"),
        ];
        assert_eq!(told(&findings), ["root > effect", "high > "]);
    }

    #[test]
    fn a_circle_of_causes_is_told_once() {
        let findings = [
            finding("a", Severity::High, &["b"], "x"),
            finding("b", Severity::High, &["a"], "y"),
            finding("self", Severity::High, &["self"], "z"),
        ];
        assert_eq!(told(&findings), ["self > ", "a > b"]);
    }

    #[test]
    fn one_fix_for_many_findings_is_one_step() {
        let findings = [
            finding("a", Severity::High, &[], "same"),
            finding("b", Severity::High, &[], ""),
            finding("c", Severity::High, &[], "same"),
            finding("d", Severity::High, &[], ""),
        ];
        assert_eq!(told(&findings), ["a+c > ", "b > ", "d > "]);
    }

    #[test]
    fn a_long_chain_of_causes_is_followed_without_recursion() {
        let mut findings = vec![finding("0", Severity::High, &[], "x")];
        for at in 1..20_000_u32 {
            findings.push(finding(&at.to_string(), Severity::High, &[&(at - 1).to_string()], ""));
        }
        let steps = steps(&findings);
        assert_eq!(steps.len(), 1);
        assert_eq!(steps[0].consequences.len(), 19_999);
    }
}
