//! Two test files of one module name: pytest imports the first, and refuses the other.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};

/// The rule.
pub static RULE: Rule = Rule::new(
    "test-module-duplicate",
    Part::Discovery,
    Severity::High,
    "pytest refuses a test file because another one has its module name",
);
/// The check.
pub static CHECK: Check = Check { rules: &[&RULE], judge };

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    if tests.summary.python_files == 0 {
        return vec![Verdict::NotApplicable];
    }
    if tests.discovered.clashes.is_empty() {
        return vec![Verdict::Clean];
    }
    tests.discovered.clashes.iter().map(one).collect()
}

fn one(clash: &crate::model::discovered::NameClash) -> Verdict {
    let path = clash.path.to_string();
    let (title, severity, why) = if clash.together {
        let why = "outside of packages a file goes by its name alone; none of its tests runs, and the session fails";
        (format!("pytest refuses {path}: {} is imported by the same name", clash.other), RULE.severity, why)
    } else {
        let why = "outside of packages a file goes by its name alone; a run without arguments does not collect both";
        let title =
            format!("pytest refuses {path} in one run with {}, which is imported by the same name", clash.other);
        (title, Severity::Low, why)
    };
    let builder = Finding::builder(&RULE, Subject::local("file", path), title)
        .severity(severity)
        .why(why)
        .edit("rename it, or put an `__init__.py` into both folders", clash.origin.clone());
    match &clash.origin {
        Some(origin) => builder.place(origin.clone()).build().into(),
        None => builder.build().into(),
    }
}
