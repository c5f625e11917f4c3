//! Test classes that must exist: seven rules over one list, one for each thing that can be wrong.

use super::{Check, Scene};
use crate::finding::{Finding, FindingBuilder, Part, Rule, Severity, Subject, Verdict};
use crate::model::tests::{ClassProblem, RequiredClass};
use crate::model::{Origin, Why};

const fn rule(id: &'static str, title: &'static str) -> Rule {
    Rule::new(id, Part::Classes, Severity::High, title)
}

/// Defined nowhere.
pub static MISSING: Rule = rule("smoke-class-missing", "a required test class is not defined");
/// Defined only in a backup file.
pub static ONLY_IN_BACKUP: Rule =
    rule("smoke-class-only-in-backup", "a required test class exists only in a backup file");
/// All bodies are stubs.
pub static STUB: Rule = rule("smoke-class-stub", "a required test class does nothing");
/// The marker is missing.
pub static UNMARKED: Rule = rule("smoke-class-unmarked", "a required test class lacks its marker");
/// pytest does not collect it.
pub static NOT_COLLECTABLE: Rule = rule("smoke-class-not-collectable", "pytest does not collect a required test class");
/// Required methods are missing.
pub static METHODS_MISSING: Rule = rule("smoke-class-methods-missing", "a required test class lacks required methods");
/// No test method.
pub static WITHOUT_TESTS: Rule = rule("smoke-class-without-tests", "a required test class has no test");
/// The check.
pub static CHECK: Check = Check::of_scene(
    &[&MISSING, &ONLY_IN_BACKUP, &STUB, &UNMARKED, &NOT_COLLECTABLE, &METHODS_MISSING, &WITHOUT_TESTS],
    judge,
);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    tests.classes.iter().flat_map(one).collect()
}

fn one(class: &RequiredClass) -> Vec<Verdict> {
    // Without a place it may be in a file that could not be read; else its marks or bases are not known.
    let rule = if class.places.is_empty() { &MISSING } else { &NOT_COLLECTABLE };
    let unknown =
        |why: &Why| Verdict::not_checked(rule, Subject::local("class", class.name.clone()), None, why.clone());
    let verdicts: Vec<Verdict> =
        class.problems.iter().map(|problem| finding(class, problem)).chain(class.unknown.iter().map(unknown)).collect();
    if verdicts.is_empty() { vec![Verdict::Clean] } else { verdicts }
}

fn finding(class: &RequiredClass, problem: &ClassProblem) -> Verdict {
    let name = &class.name;
    let start = |rule: &Rule, title: String| Finding::builder(rule, Subject::local("class", name.clone()), title);
    let builder = match problem {
        ClassProblem::Missing => return missing(class).build().into(),
        ClassProblem::NotCollectable(reason) => {
            start(&NOT_COLLECTABLE, format!("pytest does not collect {name}: {reason}"))
                .why("its tests never run, and nothing says so")
        }
        ClassProblem::NoTests => start(&WITHOUT_TESTS, format!("{name} has no test method"))
            .why("it passes whatever is deployed")
            .edit("give it tests", class.places.first().cloned()),
        ClassProblem::Stub(methods) => {
            let builder = start(&STUB, format!("all tests of {name} are stubs"))
                .why("a docstring and `pass`, or a skip, tell nothing of what is deployed")
                .edit("make its tests assert something", methods.first().or(class.places.first()).cloned());
            methods.iter().fold(places(builder, &class.places), |builder, origin| builder.place(origin.clone()))
        }
        ClassProblem::Unmarked(marker) => start(&UNMARKED, format!("{name} is not marked `{marker}`"))
            .why(format!("`pytest -m {marker}` does not run it"))
            .edit(format!("add @pytest.mark.{marker}"), class.places.first().cloned()),
        ClassProblem::MethodsMissing(methods) => {
            start(&METHODS_MISSING, format!("{name} lacks {}", methods.join(", ")))
                .why("what they guard is not tested")
                .edit(format!("write {}", methods.join(", ")), class.places.first().cloned())
        }
    };
    places(builder, &class.places).build().into()
}

fn missing(class: &RequiredClass) -> FindingBuilder {
    let name = &class.name;
    let looked = class.files.join(", ");
    let Some(best) = class.candidates.first() else {
        let builder = Finding::builder(
            &MISSING,
            Subject::local("class", name.clone()),
            format!("required class {name} is not defined"),
        )
        .why(format!("no file of category {} defines it ({looked})", class.category));
        return match &class.elsewhere {
            Some(origin) => {
                builder.edit("it is defined here, where it does not count", origin.clone()).place(origin.clone())
            }
            None => builder,
        };
    };
    let mut builder = Finding::builder(
        &ONLY_IN_BACKUP,
        Subject::local("class", name.clone()),
        format!("required class {name} exists only in a backup file"),
    )
    .why(format!("pytest never collects a backup; no file of category {} defines it ({looked})", class.category));
    for candidate in &class.candidates {
        builder = builder.place(candidate.origin.clone());
    }
    match &best.why_not {
        None => builder.command(
            format!("gcp-drift restore {name} --apply"),
            "gcp-drift check --only tests",
            "gcp-drift rollback --last",
        ),
        Some(reason) => builder.edit(format!("the backup should not be restored: {reason}"), best.origin.clone()),
    }
}

fn places(builder: FindingBuilder, places: &[Origin]) -> FindingBuilder {
    places.iter().fold(builder, |builder, origin| builder.place(origin.clone()))
}
