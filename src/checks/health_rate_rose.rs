//! More of the tests that run fail, break, take too long or are flaky than when the baseline was saved.

use super::health::{Comparison, counted, file, names, save_again};
use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::health::{HealthEvidence, Rate, RunHealth};
use crate::model::{Why, WhyKind};

/// The rule.
pub static RULE: Rule =
    Rule::new("health-rate-rose", Part::Health, Severity::High, "more of the tests that run end badly than before");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(health) = &scene.evidence.health else { return vec![Verdict::NotApplicable] };
    // Without a report nobody asks for rates.
    let Some(reports) = &health.reports else { return vec![Verdict::NotApplicable] };
    let Some(now) = &health.state.run else {
        let why = reports.problems.iter().map(|why| not_measured(why.clone()));
        return why.collect();
    };
    let Some(comparison) = Comparison::of(scene) else { return vec![Verdict::NotApplicable] };
    let Some(before) = &comparison.before().run else {
        let text = format!("{} was saved without the report of a test run", comparison.words());
        return vec![not_measured(Why::new(WhyKind::NotAsked, text))];
    };
    let rates = Rate::ALL.into_iter().map(|rate| one(comparison, health, rate, before, now));
    rates.chain(lacking(comparison, before, now)).collect()
}

/// Where the reports tell of less than half as many tests as before, the rates are those of other tests: a shard, or
/// the report of one, is missing.
fn lacking(comparison: Comparison<'_>, before: &RunHealth, now: &RunHealth) -> Option<Verdict> {
    let told = |run: &RunHealth| run.executed() + run.skipped;
    let (is, was) = (told(now), told(before));
    // Where none ran, that is said of each rate.
    if now.executed() == 0 || is.saturating_mul(2) >= was {
        return None;
    }
    let text = format!(
        "the reports tell of {}, {} of {was}: how the others would have ended is not known",
        counted(is, "test"),
        comparison.words()
    );
    Some(not_measured(Why::new(WhyKind::NotAsked, text)))
}

fn not_measured(why: Why) -> Verdict {
    Verdict::not_checked(&RULE, Subject::local("report", "of the test run"), None, why)
}

fn one(
    comparison: Comparison<'_>,
    health: &HealthEvidence,
    rate: Rate,
    before: &RunHealth,
    now: &RunHealth,
) -> Verdict {
    let subject = Subject::local("rate", rate.word());
    let unknown = |which: &str| {
        let why = Why::new(WhyKind::Invalid, format!("no test ran in {which}: there is no rate"));
        Verdict::not_checked(&RULE, subject.clone(), None, why)
    };
    let Some(was) = before.rate(rate) else { return unknown(&comparison.words()) };
    let Some(is) = now.rate(rate) else { return unknown("the reported test run") };
    // What lies between two numbers that are printed alike is no rise.
    if is - was <= health.thresholds.rate_rise + 1e-9 {
        return Verdict::Clean;
    }
    let ended = |run: &RunHealth| format!("{} of {}", run.ended(rate.outcome()), run.executed());
    let title = format!("the {} rate rose from {} to {}", rate.word(), percent(was), percent(is));
    let outcome = rate.outcome();
    let new = now.unwell.iter().filter(|(id, ended)| **ended == outcome && before.unwell.get(*id) != Some(&outcome));
    let new: Vec<&String> = new.map(|(id, _)| id).collect();
    let mut why = format!("{} now, {} in {}", ended(now), ended(before), comparison.words());
    if !new.is_empty() {
        why.push_str(&format!("; new: {}", names(&new)));
    }
    let mut builder = Finding::builder(&RULE, subject, title).why(why);
    for report in health.reports.iter().flat_map(|reports| &reports.files).take(3) {
        builder = builder.place(file(&report.path));
    }
    builder.edit(save_again("mend the new ones first"), None).build().into()
}

/// A share as a percentage with one decimal.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
