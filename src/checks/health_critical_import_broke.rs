//! A critical module that could be imported when the baseline was saved cannot be imported now.

use super::health::{Comparison, save_again};
use super::{Check, Scene, critical_import_broken};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::tests::ImportVerdict;
use crate::model::{Why, WhyKind};

/// The rule.
pub static RULE: Rule = Rule::new(
    "health-critical-import-broke",
    Part::Health,
    Severity::Critical,
    "a critical module could be imported before and cannot be now",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(comparison) = Comparison::of(scene) else { return vec![Verdict::NotApplicable] };
    let before = comparison.before().imports.critical.iter();
    before
        .filter(|(_, verdict)| **verdict == ImportVerdict::Ok)
        .map(|(module, _)| one(scene, comparison, module))
        .collect()
}

fn one(scene: &Scene<'_>, comparison: Comparison<'_>, module: &str) -> Verdict {
    let subject = Subject::local("module", module);
    let critical =
        scene.evidence.tests.as_ref().and_then(|tests| tests.critical.iter().find(|import| import.module == module));
    match comparison.now().imports.critical.get(module) {
        Some(ImportVerdict::Ok) => Verdict::Clean,
        Some(ImportVerdict::NotChecked) => {
            let why = critical.and_then(|critical| critical.whys.first().cloned());
            let why = why.unwrap_or_else(|| Why::new(WhyKind::Dynamic, "whether it can be imported cannot be told"));
            Verdict::not_checked(&RULE, subject, None, why)
        }
        None => {
            let text = format!("{} has it, and `tests.critical_imports` no longer names it", comparison.words());
            Verdict::not_checked(&RULE, subject, None, Why::new(WhyKind::NotAsked, text))
        }
        Some(ImportVerdict::Broken) => {
            let title = format!("critical module `{module}` could be imported before and cannot be now");
            let mut builder = Finding::builder(&RULE, subject.clone(), title);
            for link in critical.iter().flat_map(|critical| critical.chain.last().into_iter().chain(&critical.chain)) {
                builder = builder.place(link.origin.clone());
            }
            builder
                .why(format!("it was whole in {}", comparison.words()))
                .caused_by(Finding::id_of(&critical_import_broken::RULE.id, &subject, None))
                .edit(save_again("mend what the chain of the import ends in"), None)
                .build()
                .into()
        }
    }
}
