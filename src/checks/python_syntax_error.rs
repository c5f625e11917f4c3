//! A Python file of the tests' tree that CPython of the project's version does not compile.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::declared::DiagnosticLevel;

/// The rule.
pub static RULE: Rule =
    Rule::new("python-syntax-error", Part::Imports, Severity::High, "a Python file does not compile");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    if tests.parse_errors.is_empty() {
        return vec![Verdict::Clean];
    }
    let one = |error: &crate::model::Diagnostic| {
        let file = error.origin.as_ref().and_then(|origin| origin.source()).map(|span| span.file.to_string());
        let file = file.unwrap_or_else(|| "?".to_owned());
        let builder = Finding::builder(&RULE, Subject::local("file", file.clone()), format!("{file}: {}", error.text));
        let builder = match &error.origin {
            Some(origin) => builder.place(origin.clone()).edit("mend the syntax", origin.clone()),
            None => builder,
        };
        match error.level {
            DiagnosticLevel::Error => builder.why("the file cannot be imported, nor can anything that imports it"),
            DiagnosticLevel::Warning => builder
                .severity(Severity::Low)
                .why("the oldest Python that the project supports refuses the file; a later one takes it"),
        }
        .build()
        .into()
    };
    tests.parse_errors.iter().map(one).collect()
}
