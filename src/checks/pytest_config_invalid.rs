//! What is wrong in the pytest configuration that applies.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::declared::DiagnosticLevel;

/// The rule.
pub static RULE: Rule = Rule::new(
    "pytest-config-invalid",
    Part::Discovery,
    Severity::High,
    "pytest would reject or ignore part of its configuration",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.config.is_empty() {
        return vec![if tests.summary.python_files == 0 { Verdict::NotApplicable } else { Verdict::Clean }];
    }
    let one = |problem: &crate::model::Diagnostic| {
        let file = problem.origin.as_ref().and_then(|origin| origin.source()).map(|span| span.file.to_string());
        let subject = Subject::local("file", file.unwrap_or_else(|| "pytest configuration".to_owned()));
        let severity = match problem.level {
            DiagnosticLevel::Error => Severity::High,
            DiagnosticLevel::Warning => Severity::Low,
        };
        let builder = Finding::builder(&RULE, subject, problem.text.clone()).severity(severity);
        let builder = match &problem.origin {
            Some(origin) => builder.place(origin.clone()).edit("correct it", origin.clone()),
            None => builder,
        };
        builder.why("what pytest collects is not what the file seems to say").build().into()
    };
    tests.config.iter().map(one).collect()
}
