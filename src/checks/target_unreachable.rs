//! A probe from inside the network did not get the answer of a target that it should have got.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::health::file;
use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::{Evidence, ProbeEvidence, ProbeFound, ProbeOutcome, ProbeRun, ProbedTarget, Why, WhyKind};

/// The rule.
pub static RULE: Rule =
    Rule::new("target-unreachable", Part::Vpc, Severity::High, "a target does not answer as it should");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

/// A probe that is older than this says nothing of now.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(24);
/// Clocks of different machines may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// What one run of `probe` says of a target.
#[derive(Clone, Copy)]
struct Seen<'a> {
    file: &'a str,
    run: &'a ProbeRun,
    target: &'a ProbedTarget,
}

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let evidence = scene.evidence;
    if evidence.probes.is_empty() {
        return vec![Verdict::NotApplicable];
    }
    let mut verdicts = Vec::new();
    let mut targets: BTreeMap<&str, Vec<Seen<'_>>> = BTreeMap::new();
    for probe in &evidence.probes {
        match usable(probe, evidence) {
            Ok(run) if run.targets.is_empty() => verdicts.push(Verdict::NotApplicable),
            Ok(run) => {
                for target in &run.targets {
                    targets.entry(&target.name).or_default().push(Seen { file: &probe.file, run, target });
                }
            }
            Err(why) => verdicts.push(Verdict::not_checked(&RULE, Subject::local("probe", &probe.file), None, why)),
        }
    }
    verdicts.extend(targets.values().map(|seen| one(seen)));
    verdicts
}

/// The run, where its file could be read and is young enough.
///
/// # Errors
/// Why it says nothing.
pub fn usable<'a>(probe: &'a ProbeEvidence, evidence: &Evidence) -> Result<&'a ProbeRun, Why> {
    let run = match &probe.found {
        ProbeFound::Refused(why) => {
            let text = format!("the probe `{}` cannot be used: {}", probe.file, why.text);
            return Err(Why { text, ..why.clone() });
        }
        ProbeFound::Read(run) => run,
    };
    let age = age(run, evidence);
    match age {
        Some(age) if age > MAX_AGE => {
            let text = format!("the probe is {} hours old; more than 24 say nothing of now", age.as_hours());
            Err(Why::new(WhyKind::NotAsked, text))
        }
        Some(age) if age < -SKEW => {
            let text = "the probe was made after this run, by its clock: how old it is cannot be told";
            Err(Why::new(WhyKind::Invalid, text))
        }
        Some(_) => Ok(run),
        None => Err(Why::new(WhyKind::Invalid, "how old the probe is cannot be told")),
    }
}

/// How old a run of `probe` was when the evidence was gathered. Where that tells only its day, as of that day's
/// beginning.
pub fn age(run: &ProbeRun, evidence: &Evidence) -> Option<SignedDuration> {
    let made: Timestamp = run.started.parse().ok()?;
    let gathered = match evidence.timings.started.parse::<Timestamp>() {
        Ok(gathered) => gathered,
        Err(_) => format!("{}T00:00:00Z", evidence.date).parse().ok()?,
    };
    Some(gathered.duration_since(made))
}

/// All that was seen of a target. One place from which it cannot be reached is enough.
fn one(seen: &[Seen<'_>]) -> Verdict {
    let subject = |seen: &Seen<'_>| Subject::local("target", &seen.target.name);
    let failed: Vec<&Seen<'_>> = seen.iter().filter(|seen| seen.target.failure().is_some()).collect();
    let Some(first) = failed.first() else {
        let open = seen.iter().find(|seen| seen.target.outcome == ProbeOutcome::NotChecked);
        return open.map_or(Verdict::Clean, |seen| {
            let text = seen.target.unchecked.clone().unwrap_or_else(|| "the probe could not ask it".to_owned());
            Verdict::not_checked(&RULE, subject(seen), None, Why::new(WhyKind::NotAsked, text))
        });
    };
    let mut why = failed.iter().map(|seen| described(seen)).collect::<Vec<_>>().join("; ");
    let reached: Vec<String> = seen
        .iter()
        .filter(|seen| seen.target.outcome.is_reached())
        .map(|seen| format!("from {} it answers", seen.run.from))
        .collect();
    for reached in reached {
        why.push_str(&format!("; {reached}"));
    }
    let Some(failure) = first.target.failure() else { return Verdict::Clean };
    let verb = match first.target.outcome {
        ProbeOutcome::Intermittent => "does not always answer",
        _ if first.target.connected() => "accepts connections and does not answer as it should",
        _ => "cannot be reached",
    };
    let title = format!("{} at {} {verb}: {}", first.target.name, first.target.authority(), failure.fault.text());
    let mut builder = Finding::builder(&RULE, subject(first), title).why(why);
    for seen in &failed {
        builder = builder.place(file(seen.file));
    }
    let mut advice: Vec<&str> = failed.iter().filter_map(|seen| Some(seen.target.failure()?.fault.advice())).collect();
    advice.dedup();
    for advice in advice {
        builder = builder.edit(advice, None);
    }
    builder.build().into()
}

fn described(seen: &Seen<'_>) -> String {
    let words: Vec<String> = seen
        .target
        .failures
        .iter()
        .map(|failure| {
            let (fault, stage, number) = (failure.fault, failure.stage.word(), failure.count);
            let tries = seen.target.tries;
            let noun = if tries == 1 { "try" } else { "tries" };
            format!("{number} of {tries} {noun} ended with {fault} at the stage {stage}")
        })
        .collect();
    format!("from {}, {}", seen.run.from, words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Limits;
    use crate::model::probe::sample;
    use crate::reconcile::Reconciled;

    fn verdicts(probes: Vec<ProbeEvidence>) -> Vec<Verdict> {
        let mut evidence = Evidence { probes, date: "2026-11-27".to_owned(), ..Evidence::default() };
        evidence.timings.started = "2026-11-27T11:00:00Z".to_owned();
        let limits = Limits { max_files: 1, max_seconds: 1.0 };
        judge(&Scene {
            evidence: &evidence,
            reconciled: &Reconciled::default(),
            limits,
            environments: &BTreeMap::new(),
        })
    }

    fn read(file: &str, change: impl FnOnce(&mut ProbeRun)) -> ProbeEvidence {
        let mut run = sample::run();
        change(&mut run);
        ProbeEvidence { file: file.to_owned(), found: ProbeFound::Read(Box::new(run)) }
    }

    fn reason(verdicts: &[Verdict]) -> String {
        match verdicts {
            [Verdict::NotChecked(item)] => item.reason.text.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_target_that_does_not_answer_is_a_finding_and_its_neighbour_is_clean() {
        let found = verdicts(vec![read("probe.json", |_| {})]);
        let [Verdict::Finding(finding), Verdict::Clean] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(finding.id, "target-unreachable:target/cache");
        let expected = "cache at cache.internal:6379 cannot be reached: no answer to SYN: firewall drop, no route, \
                        or full backlog";
        assert_eq!(finding.title, expected);
        assert!(finding.why.contains("3 of 3 tries ended with connect-timed-out at the stage connect"));
        assert!(finding.why.contains("Cloud Run job vpc-probe"), "{}", finding.why);
    }

    #[test]
    fn two_places_give_one_finding() {
        let reached = read("vm.json", |run| {
            run.from = crate::model::ProbedFrom { hostname: Some("vm".to_owned()), ..Default::default() };
            run.targets = vec![ProbedTarget { name: "cache".to_owned(), ..sample::reached() }];
        });
        let found = verdicts(vec![reached, read("probe.json", |run| run.targets = vec![sample::dropped()])]);
        let [Verdict::Finding(finding)] = found.as_slice() else { panic!("{found:?}") };
        assert!(finding.why.ends_with("from the host vm it answers"), "{}", finding.why);
        assert_eq!(finding.places.len(), 1);
    }

    #[test]
    fn slow_and_reached_are_clean_and_intermittent_is_not() {
        let of = |outcome, succeeded| {
            verdicts(vec![read("p", |run| {
                let failures = if outcome == ProbeOutcome::Slow { Vec::new() } else { sample::dropped().failures };
                run.targets = vec![ProbedTarget { outcome, succeeded, failures, ..sample::reached() }];
            })])
        };
        assert!(matches!(of(ProbeOutcome::Slow, 3).as_slice(), [Verdict::Clean]));
        let found = of(ProbeOutcome::Intermittent, 1);
        let [Verdict::Finding(finding)] = found.as_slice() else { panic!("{found:?}") };
        assert!(finding.title.contains("does not always answer"), "{}", finding.title);
    }

    #[test]
    fn what_was_not_seen_is_not_checked() {
        assert!(matches!(verdicts(Vec::new()).as_slice(), [Verdict::NotApplicable]));
        let started = |text: &str| verdicts(vec![read("p", |run| run.started = text.to_owned())]);
        assert!(reason(&started("2026-11-26T10:59:59Z")).contains("24 hours old"));
        assert!(reason(&started("2026-11-27T12:00:00Z")).contains("cannot be told"));
        assert!(reason(&started("yesterday")).contains("cannot be told"));
        assert_eq!(started("2026-11-26T11:00:01Z").len(), 2);
        let refused = ProbeFound::Refused(Why::new(WhyKind::ParseFailed, "it is not JSON"));
        let refused = verdicts(vec![ProbeEvidence { file: "p.json".to_owned(), found: refused }]);
        assert_eq!(reason(&refused), "the probe `p.json` cannot be used: it is not JSON");
        let open = verdicts(vec![read("p", |run| {
            let unchecked = Some("no certificates".to_owned());
            let outcome = ProbeOutcome::NotChecked;
            run.targets = vec![ProbedTarget { outcome, unchecked, succeeded: 0, ..sample::reached() }];
        })]);
        assert_eq!(reason(&open), "no certificates");
    }
}
