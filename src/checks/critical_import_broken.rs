//! A module that must be importable is not, judged as CPython would import it.

use super::{Check, Scene, broken_imports};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::TestIndex;
use crate::model::tests::{BrokenImport, Certainty, CriticalImport, ImportVerdict};
use crate::model::{Why, WhyKind};

/// The rule.
pub static RULE: Rule =
    Rule::new("critical-import-broken", Part::Imports, Severity::Critical, "a critical module cannot be imported");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    tests.critical.iter().map(|critical| one(tests, critical)).collect()
}

fn one(tests: &TestIndex, critical: &CriticalImport) -> Verdict {
    let subject = Subject::local("module", critical.module.clone());
    match critical.verdict {
        ImportVerdict::Ok => Verdict::Clean,
        ImportVerdict::NotChecked => {
            let why = critical.whys.first().cloned();
            let why = why.unwrap_or_else(|| Why::new(WhyKind::Dynamic, "whether it can be imported cannot be told"));
            Verdict::not_checked(&RULE, subject, None, why)
        }
        ImportVerdict::Broken => {
            let root = critical.whys.first().map_or_else(|| "it fails".to_owned(), |why| why.text.clone());
            let title = format!("critical module `{}` cannot be imported: {root}", critical.module);
            let mut builder = Finding::builder(&RULE, subject, title);
            // The root statement leads, then the way to it.
            for link in critical.chain.last().into_iter().chain(&critical.chain) {
                builder = builder.place(link.origin.clone());
            }
            let chain: Vec<String> = critical.chain.iter().map(broken_imports::link_text).collect();
            builder = builder.why(match chain.len() {
                0 | 1 => "every test that needs it fails at import".to_owned(),
                _ => format!("every test that needs it fails at import: {}", chain.join(" → ")),
            });
            if let Some(cause) = cause(tests, critical) {
                builder = builder.caused_by(cause);
            }
            if let Some(last) = critical.chain.last() {
                builder = builder.edit("mend the last statement of the chain", last.origin.clone());
            }
            builder.build().into()
        }
    }
}

/// The id of the finding about the root statement, where there is one of its own.
fn cause(tests: &TestIndex, critical: &CriticalImport) -> Option<String> {
    let statement = critical.chain.last()?.origin.source()?;
    // The finding stands at the alias, the link at its statement.
    let within = |broken: &&BrokenImport| {
        broken.origin.source().is_some_and(|alias| {
            alias.file == statement.file && alias.start >= statement.start && alias.start <= statement.end
        })
    };
    let broken = tests.broken.iter().find(within)?;
    if broken.certainty == Certainty::Unknown {
        return None;
    }
    Some(Finding::id_of(&broken_imports::rule_of(broken).id, &broken_imports::subject_of(broken), None))
}
