//! A file that could be collected in the test run of the baseline cannot be in the reported one: none of its tests ran,
//! so that no rate tells of them.

use super::health::{Comparison, counted, file, names, save_again};
use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};

/// The rule.
pub static RULE: Rule = Rule::new(
    "health-collection-broke",
    Part::Health,
    Severity::High,
    "test files could be collected in the run before and could not be now",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    // What keeps a run from being measured is said beside the rates.
    let Some(comparison) = Comparison::of(scene) else { return vec![Verdict::NotApplicable] };
    let (Some(before), Some(now)) = (&comparison.before().run, &comparison.now().run) else {
        return vec![Verdict::NotApplicable];
    };
    let new: Vec<&String> = now.uncollected.difference(&before.uncollected).collect();
    if new.is_empty() {
        return vec![Verdict::Clean];
    }
    let title = format!("{} could not be collected in the reported run", counted(new.len(), "test file"));
    let why =
        format!("not so in {}: {}; their tests did not run, and no rate counts them", comparison.words(), names(&new));
    let mut builder = Finding::builder(&RULE, Subject::local("run", "collection"), title).why(why);
    for report in comparison.health.reports.iter().flat_map(|reports| &reports.files).take(3) {
        builder = builder.place(file(&report.path));
    }
    vec![builder.edit(save_again("mend what the report says of their collection"), None).build().into()]
}
