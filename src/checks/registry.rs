//! What happens to verdicts after they are reached: severity, acceptance, baseline of the run, order, exit code.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobMatcher};

use super::{ALL, Scene, causes};
use crate::exit_code;
use crate::finding::{Finding, NotChecked, Part, Rule, Severity, Subject, Verdict};

/// An acceptance whose last day has passed.
pub static ACCEPTANCE_EXPIRED: Rule = Rule::new(
    "acceptance-expired",
    Part::Policies,
    Severity::Medium,
    "an entry under [[accept]] has expired, and what it accepted counts again",
);
/// An acceptance that matches nothing.
pub static ACCEPTANCE_UNUSED: Rule =
    Rule::new("acceptance-unused", Part::Policies, Severity::Low, "an entry under [[accept]] matches nothing");
/// The rules of the registry itself.
pub static RULES: [&Rule; 2] = [&ACCEPTANCE_EXPIRED, &ACCEPTANCE_UNUSED];

/// What the user may set about verdicts.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Rule id → severity.
    pub severity: BTreeMap<String, Severity>,
    /// What is accepted.
    pub accept: Vec<Acceptance>,
    /// The parts that count; empty for all.
    pub only: BTreeSet<Part>,
    /// Lowest severity that fails the run; `None` for none.
    pub fail_on: Option<Severity>,
    /// Whether not-checked items may pass.
    pub allow_unchecked: bool,
    /// The day of the run, `YYYY-MM-DD`.
    pub today: String,
}

/// One accepted item.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// Rule id.
    pub rule: String,
    /// Glob on the subject's name, or on its whole text.
    pub resource: String,
    /// Why.
    pub reason: String,
    /// Last day, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// Where it stands, as `file:line`.
    pub place: String,
}

/// All verdicts of a run, sorted out.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Findings that count: causes first, then worst first.
    pub findings: Vec<Finding>,
    /// Not-checked items that count.
    pub not_checked: Vec<NotChecked>,
    /// Accepted findings, with the index of the acceptance.
    pub accepted_findings: Vec<(Finding, usize)>,
    /// Accepted not-checked items, with the index of the acceptance.
    pub accepted_not_checked: Vec<(NotChecked, usize)>,
    /// Number of clean verdicts by part.
    pub clean: BTreeMap<Part, usize>,
}

impl Judged {
    /// True where no rule had anything to judge.
    fn is_empty(&self) -> bool {
        self.findings.is_empty()
            && self.not_checked.is_empty()
            && self.accepted_findings.is_empty()
            && self.accepted_not_checked.is_empty()
            && self.clean.is_empty()
    }
}

/// Runs every check and sorts out their verdicts together with those of the policies.
pub fn judge(scene: &Scene<'_>, policies: Vec<(Part, Verdict)>, settings: &Settings) -> Judged {
    let wanted = |part: Part| settings.only.is_empty() || settings.only.contains(&part);
    let mut judged = Judged::default();
    let mut findings = Vec::new();
    let mut not_checked = Vec::new();
    let mut place = |part: Part, verdict: Verdict| match verdict {
        Verdict::Clean => *judged.clean.entry(part).or_default() += 1,
        Verdict::Finding(finding) => findings.push(*finding),
        Verdict::NotChecked(item) => not_checked.push(*item),
        Verdict::NotApplicable => {}
    };
    for check in ALL {
        let part = check.rules.first().map_or(Part::Vpc, |rule| rule.part);
        for verdict in (check.judge)(scene) {
            place(part, verdict);
        }
    }
    for (part, verdict) in policies {
        place(part, verdict);
    }
    let mut findings = merged(findings);
    for finding in &mut findings {
        if let Some(&severity) = settings.severity.get(&finding.rule) {
            finding.severity = severity;
        }
    }
    causes::link(&mut findings);
    findings.retain(|finding| wanted(finding.part));
    not_checked.retain(|item| wanted(item.part));
    not_checked.sort();
    not_checked.dedup();
    accept(&mut judged, findings, not_checked, settings, wanted(Part::Policies));
    judged.clean.retain(|&part, _| wanted(part));
    sort(&mut judged.findings);
    judged
}

/// The exit code and its reason, one line.
pub fn outcome(judged: &Judged, settings: &Settings) -> (u8, String) {
    let failing = judged
        .findings
        .iter()
        .filter(|finding| settings.fail_on.is_some_and(|least| finding.severity >= least))
        .count();
    let unchecked = judged.not_checked.len();
    let below = judged.findings.len() - failing;
    let least = settings.fail_on.map_or("none", Severity::word);
    if failing > 0 {
        let more = if unchecked > 0 { format!(", and {} not checked", items(unchecked)) } else { String::new() };
        return (exit_code::FINDINGS, format!("{} at or above {least}{more}", counted(failing, "finding")));
    }
    // A run in the wrong folder must not look like a clean one.
    if judged.is_empty() && !settings.allow_unchecked {
        return (exit_code::NOT_CHECKED, "nothing was found that could be checked".to_owned());
    }
    let rest = if below > 0 { format!("; {} below {least}", counted(below, "finding")) } else { String::new() };
    match unchecked {
        0 => (exit_code::CLEAN, format!("nothing at or above {least}, everything asked for was checked{rest}")),
        _ if settings.allow_unchecked => {
            (exit_code::CLEAN, format!("{} not checked, which --allow-unchecked lets pass{rest}", items(unchecked)))
        }
        _ => (exit_code::NOT_CHECKED, format!("{} not checked{rest}", items(unchecked))),
    }
}

fn items(count: usize) -> String {
    format!("{} {}", counted(count, "item"), if count == 1 { "was" } else { "were" })
}

fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Findings with one id are one finding: two deployments may declare one resource. Places and declarations add up.
fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut by_id: BTreeMap<String, Finding> = BTreeMap::new();
    for finding in findings {
        match by_id.get_mut(&finding.id) {
            None => {
                by_id.insert(finding.id.clone(), finding);
            }
            Some(first) => {
                first.declared.extend(
                    finding.declared.into_iter().filter(|one| !first.declared.contains(one)).collect::<Vec<_>>(),
                );
                first
                    .places
                    .extend(finding.places.into_iter().filter(|one| !first.places.contains(one)).collect::<Vec<_>>());
            }
        }
    }
    by_id.into_values().collect()
}

/// Root causes by the worst that they bring about, each followed by what it brings about; of equals by id.
fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|left, right| left.id.cmp(&right.id));
    let at: BTreeMap<&str, usize> = findings.iter().enumerate().map(|(at, finding)| (&*finding.id, at)).collect();
    let known = |finding: &Finding| -> Vec<usize> {
        finding.caused_by.iter().filter_map(|cause| at.get(&**cause).copied()).collect()
    };
    let causes: Vec<Vec<usize>> = findings.iter().map(known).collect();
    // Severities climb from consequences to causes; a chain is at most as long as the list.
    let mut worst: Vec<Severity> = findings.iter().map(|finding| finding.severity).collect();
    for _ in 0..findings.len() {
        let before = worst.clone();
        for (consequence, causes) in causes.iter().enumerate() {
            for &cause in causes {
                if let (Some(&below), Some(above)) = (before.get(consequence), worst.get_mut(cause)) {
                    *above = (*above).max(below);
                }
            }
        }
        if worst == before {
            break;
        }
    }
    let mut candidates: Vec<usize> = (0..findings.len()).collect();
    candidates.sort_by_key(|&one| Reverse(worst.get(one).copied()));
    let mut order: Vec<usize> = Vec::new();
    let mut placed = BTreeSet::new();
    // The second round takes what stands in a circle of causes.
    for ready in [true, false] {
        for &root in &candidates {
            let mut open = vec![root];
            while let Some(next) = open.pop() {
                let waits = causes.get(next).is_some_and(|causes| causes.iter().any(|cause| !placed.contains(cause)));
                if placed.contains(&next) || (ready && waits) {
                    continue;
                }
                placed.insert(next);
                order.push(next);
                let follow =
                    candidates.iter().rev().filter(|&&one| causes.get(one).is_some_and(|all| all.contains(&next)));
                open.extend(follow);
            }
        }
    }
    let mut taken: Vec<Option<Finding>> = std::mem::take(findings).into_iter().map(Some).collect();
    findings.extend(order.into_iter().filter_map(|one| taken.get_mut(one).and_then(Option::take)));
}

fn accept(
    judged: &mut Judged,
    findings: Vec<Finding>,
    not_checked: Vec<NotChecked>,
    settings: &Settings,
    report_own: bool,
) {
    let matchers: Vec<Option<GlobMatcher>> = settings
        .accept
        .iter()
        .map(|acceptance| Glob::new(&acceptance.resource).ok().map(|glob| glob.compile_matcher()))
        .collect();
    let expired = |acceptance: &Acceptance| acceptance.until.as_ref().is_some_and(|until| *until < settings.today);
    let mut used = BTreeSet::new();
    let mut accepted_by = |rule: &str, subject: &Subject| {
        let mut by = None;
        for (index, (acceptance, matcher)) in settings.accept.iter().zip(&matchers).enumerate() {
            let matches = acceptance.rule == rule
                && matcher
                    .as_ref()
                    .is_some_and(|glob| glob.is_match(&subject.name) || glob.is_match(subject.to_string()));
            if matches {
                used.insert(index);
                if !expired(acceptance) {
                    by = by.or(Some(index));
                }
            }
        }
        by
    };
    for finding in findings {
        match accepted_by(&finding.rule, &finding.subject) {
            Some(index) => judged.accepted_findings.push((finding, index)),
            None => judged.findings.push(finding),
        }
    }
    for item in not_checked {
        match accepted_by(&item.rule, &item.subject) {
            Some(index) => judged.accepted_not_checked.push((item, index)),
            None => judged.not_checked.push(item),
        }
    }
    if !report_own {
        return;
    }
    for (index, acceptance) in settings.accept.iter().enumerate() {
        let subject = Subject::local("acceptance", format!("{} {}", acceptance.rule, acceptance.resource));
        let finding = if !used.contains(&index) {
            Finding::builder(
                &ACCEPTANCE_UNUSED,
                subject,
                format!("the acceptance of {} for {} matches nothing", acceptance.rule, acceptance.resource),
            )
            .why(format!("it stands at {}: remove it, so that it hides nothing later", acceptance.place))
        } else if expired(acceptance) {
            let until = acceptance.until.as_deref().unwrap_or_default();
            Finding::builder(
                &ACCEPTANCE_EXPIRED,
                subject,
                format!("the acceptance of {} for {} expired on {until}", acceptance.rule, acceptance.resource),
            )
            .why(format!("it stands at {}, reason given: {}", acceptance.place, acceptance.reason))
        } else {
            continue;
        };
        judged.findings.push(finding.build());
    }
}
