//! A mark that nobody registers, where pytest is told to refuse such marks.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::tests::UnregisteredMark;

/// The most places that are listed for one mark.
const MAX_PLACES: usize = 20;

/// The rule.
pub static RULE: Rule = Rule::new(
    "marker-unregistered",
    Part::Discovery,
    Severity::High,
    "pytest refuses a mark, and with it the files that use it",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    if tests.marks.is_empty() { vec![Verdict::Clean] } else { tests.marks.iter().map(one).collect() }
}

fn one(mark: &UnregisteredMark) -> Verdict {
    let subject = Subject::local("mark", mark.name.clone());
    if let Some(why) = &mark.doubt {
        return Verdict::not_checked(&RULE, subject, None, why.clone());
    }
    let title = match &mark.suggestion {
        Some(other) => format!("the mark `{}` is not registered; `{other}` is", mark.name),
        None => format!("the mark `{}` is not registered", mark.name),
    };
    let mut builder = Finding::builder(&RULE, subject, title);
    for place in mark.places.iter().take(MAX_PLACES) {
        builder = builder.place(place.clone());
    }
    builder = builder.why(match mark.test_files {
        1 => "pytest ends the collection of the file with an error: 1 test file is not run".to_owned(),
        count => format!("pytest ends the collection of each file with an error: {count} test files are not run"),
    });
    if let Some(place) = mark.places.first() {
        let edit = match &mark.suggestion {
            Some(other) => format!("write `{other}`, or register `{}` under `markers`", mark.name),
            None => format!("register `{}` under `markers` of the pytest configuration, or drop it", mark.name),
        };
        builder = builder.edit(edit, place.clone());
    }
    builder.build().into()
}
