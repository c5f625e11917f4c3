//! What happens to verdicts after they are reached: severity, acceptance, baseline of the run, order, exit code.

pub mod change;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobMatcher};

use super::{ALL, Scene, causes, standing};
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
    /// True where no file was read that declares or tests anything.
    pub nothing_read: bool,
    /// Acceptances (by index) that matched something.
    used: BTreeSet<usize>,
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
        for verdict in (check.judge)(scene) {
            place(check.part(), verdict);
        }
    }
    // An estate has thousands: all is said of one while it is at hand.
    let of_workloads: Vec<_> = ALL.iter().filter_map(|check| Some((check.part(), check.workload?))).collect();
    for pair in &scene.reconciled.workloads {
        for &(part, workload) in &of_workloads {
            for verdict in workload(scene, pair) {
                place(part, verdict);
            }
        }
    }
    for (part, verdict) in policies {
        place(part, verdict);
    }
    let mut findings = merged(findings);
    standing::tell(&mut findings, scene.evidence);
    remap(&mut findings, settings);
    causes::link(&mut findings);
    findings.retain(|finding| wanted(finding.part));
    not_checked.retain(|item| wanted(item.part));
    not_checked.sort();
    not_checked.dedup();
    judged.clean.retain(|&part, _| wanted(part));
    judged.nothing_read = nothing_read(scene);
    accept(&mut judged, findings, not_checked, settings);
    if wanted(Part::Policies) {
        let mut own = judge_acceptances(&judged, settings, scene.evidence.live.is_some());
        remap(&mut own, settings);
        judged.findings.extend(own);
    }
    sort(&mut judged.findings);
    judged
}

/// Gives findings the severities that are configured for their rules.
fn remap(findings: &mut [Finding], settings: &Settings) {
    for finding in findings {
        if let Some(&severity) = settings.severity.get(&finding.rule) {
            finding.severity = severity;
        }
    }
}

/// True where the repository holds nothing that any check looks at: most likely it is the wrong folder.
fn nothing_read(scene: &Scene<'_>) -> bool {
    let evidence = scene.evidence;
    let python = evidence.tests.as_ref().map_or(0, |tests| tests.summary.python_files);
    evidence.terraform.files == 0 && evidence.deploy.files == 0 && python == 0
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
    let accepted = judged.accepted_findings.len() + judged.accepted_not_checked.len();
    let judged_any = below + unchecked + accepted + judged.clean.values().sum::<usize>() > 0;
    if !judged_any && judged.nothing_read && !settings.allow_unchecked {
        let reason = "nothing was checked: this folder holds nothing of what was asked for";
        return (exit_code::NOT_CHECKED, reason.to_owned());
    }
    if !judged_any {
        return (exit_code::CLEAN, "nothing was there to be checked".to_owned());
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
                first.severity = first.severity.max(finding.severity);
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
    let mut effects: Vec<Vec<usize>> = vec![Vec::new(); findings.len()];
    for &one in candidates.iter().rev() {
        for &cause in causes.get(one).into_iter().flatten() {
            if let Some(own) = effects.get_mut(cause) {
                own.push(one);
            }
        }
    }
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
                open.extend(effects.get(next).into_iter().flatten());
            }
        }
    }
    let mut taken: Vec<Option<Finding>> = std::mem::take(findings).into_iter().map(Some).collect();
    findings.extend(order.into_iter().filter_map(|one| taken.get_mut(one).and_then(Option::take)));
}

fn accept(judged: &mut Judged, findings: Vec<Finding>, not_checked: Vec<NotChecked>, settings: &Settings) {
    let matchers: Vec<Option<GlobMatcher>> = settings
        .accept
        .iter()
        .map(|acceptance| Glob::new(&acceptance.resource).ok().map(|glob| glob.compile_matcher()))
        .collect();
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
                if !expired(acceptance, settings) {
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
    judged.used = used;
}

/// True where the last day of an acceptance has passed.
fn expired(acceptance: &Acceptance, settings: &Settings) -> bool {
    acceptance.until.as_ref().is_some_and(|until| *until < settings.today)
}

/// What is wrong with the acceptances themselves. One that matches nothing is only reported where all that it could
/// match was looked at: its rule's part was asked for, Google Cloud too where that counts, and nothing of its rule was
/// left unchecked.
fn judge_acceptances(judged: &Judged, settings: &Settings, live: bool) -> Vec<Finding> {
    let items = judged.not_checked.iter().chain(judged.accepted_not_checked.iter().map(|(item, _)| item));
    let open: BTreeSet<&str> = items.map(|item| item.rule.as_str()).collect();
    let looked_at = |rule: &str| {
        // What is no rule of a check is a policy.
        let part = super::rules().find(|known| known.id == rule).map_or(Part::Policies, |known| known.part);
        let asked = settings.only.is_empty() || settings.only.contains(&part);
        asked && (live || !matches!(part, Part::Vpc | Part::Policies)) && !open.contains(rule)
    };
    let mut findings: Vec<Finding> = Vec::new();
    for (index, acceptance) in settings.accept.iter().enumerate() {
        let subject = Subject::local("acceptance", format!("{} {}", acceptance.rule, acceptance.resource));
        let finding = if !judged.used.contains(&index) {
            if !looked_at(&acceptance.rule) {
                continue;
            }
            Finding::builder(
                &ACCEPTANCE_UNUSED,
                subject,
                format!("the acceptance of {} for {} matches nothing", acceptance.rule, acceptance.resource),
            )
            .why(format!("it stands at {}: remove it, so that it hides nothing later", acceptance.place))
        } else if expired(acceptance, settings) {
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
        let finding = finding.build();
        // The same entry twice is one finding.
        if findings.iter().all(|other| other.id != finding.id) {
            findings.push(finding);
        }
    }
    findings
}

#[cfg(test)]
mod tests;
