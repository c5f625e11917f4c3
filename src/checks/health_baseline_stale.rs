//! The saved baseline is old, or cannot be used at all.

use super::health::{file, save_again};
use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::health::{BaselineFound, HealthBaseline};
use crate::model::{Why, WhyKind};

/// The rule.
pub static RULE: Rule =
    Rule::new("health-baseline-stale", Part::Health, Severity::Low, "the baseline of the tests' health is old");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(health) = &scene.evidence.health else { return vec![Verdict::NotApplicable] };
    let path = health.baseline.path.as_str();
    let subject = Subject::local("baseline", path);
    let verdict = match &health.baseline.found {
        BaselineFound::Absent if !health.baseline.expected => Verdict::NotApplicable,
        BaselineFound::Absent => {
            let text = "there is no baseline to compare with: gcp-drift health --save-baseline saves one";
            Verdict::not_checked(&RULE, subject, None, Why::new(WhyKind::FileUnreadable, text))
        }
        BaselineFound::Refused(why) => {
            let text = format!("the baseline `{path}` cannot be compared with: {}", why.text);
            Verdict::not_checked(&RULE, subject, None, Why { text, ..why.clone() })
        }
        BaselineFound::Read(baseline) => match age(baseline, &scene.evidence.date) {
            None => {
                let why = Why::new(WhyKind::Invalid, "how old the baseline is cannot be told");
                Verdict::not_checked(&RULE, subject, None, why)
            }
            Some(days) if days <= health.thresholds.baseline_days as i64 => Verdict::Clean,
            Some(days) => {
                let limit = health.thresholds.baseline_days;
                Finding::builder(&RULE, subject, format!("the baseline is {days} days old; {limit} are allowed"))
                    .place(file(path))
                    .why("what changed little by little since then is measured as one change")
                    .edit(save_again("look at the comparison once more"), None)
                    .build()
                    .into()
            }
        },
    };
    vec![verdict]
}

/// How many days old a baseline is on a day (`YYYY-MM-DD`).
pub fn age(baseline: &HealthBaseline, today: &str) -> Option<i64> {
    let day = |text: &str| text.parse::<jiff::civil::Date>().ok();
    let span = day(baseline.day())?.until(day(today)?).ok()?;
    Some(i64::from(span.get_days()))
}
