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
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

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
    let other = clash.other.as_str();
    let is_file = other.ends_with(".py");
    let (title, why, severity) = match (is_file, clash.together) {
        (true, true) => (
            format!("pytest refuses {path}: {other} is imported by the same name"),
            "outside of packages a file goes by its name alone; none of its tests runs, and the session fails",
            RULE.severity,
        ),
        (true, false) => (
            format!("pytest refuses {path} in one run with {other}, which is imported by the same name"),
            "outside of packages a file goes by its name alone; a run without arguments does not collect both",
            Severity::Low,
        ),
        // What has the name is a folder where the file lies in a package, of which only the first one is found.
        (false, true) => (
            format!("pytest cannot import {path}: the package {other} has the name of its own package"),
            "a package in a folder that is none goes by its name alone, and Python looks for the file in the one that \
             was imported first; none of its tests runs, and the session fails",
            RULE.severity,
        ),
        (false, false) => (
            format!("pytest cannot import {path} in one run with the package {other}, which has the name of its own"),
            "a package in a folder that is none goes by its name alone, and Python looks for the file in the one that \
             was imported first; a run without arguments does not collect both",
            Severity::Low,
        ),
    };
    let fix = if is_file {
        "rename it, or put an `__init__.py` into both folders".to_owned()
    } else {
        format!(
            "put an `__init__.py` into the folder above each of the packages, or rename the one that is not {other}"
        )
    };
    let builder = Finding::builder(&RULE, Subject::local("file", path), title)
        .severity(severity)
        .why(why)
        .edit(fix, clash.origin.clone());
    match &clash.origin {
        Some(origin) => builder.place(origin.clone()).build().into(),
        None => builder.build().into(),
    }
}
