//! A file of deploy config that is not valid in its language: bad YAML, a script with a syntax error.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::{Origin, Place, Why, WhyKind};

/// The rule.
pub static RULE: Rule = Rule::new(
    "deploy-config-broken",
    Part::Vpc,
    Severity::High,
    "a file of deploy config is not valid in its language",
);
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let deploy = &scene.evidence.deploy;
    if deploy.files == 0 {
        return vec![Verdict::NotApplicable];
    }
    // A file of the tests' tree has its own rule.
    let errors = scene.evidence.tests.iter().flat_map(|tests| &tests.parse_errors);
    let told: BTreeSet<String> = errors.filter_map(|error| file_of(error.origin.as_ref()?)).collect();
    let mut broken: BTreeMap<String, Vec<(&Why, &Origin)>> = BTreeMap::new();
    for why in deploy.incomplete.iter().filter(|why| why.kind == WhyKind::ParseFailed) {
        if let Some(Place::Origin(origin)) = &why.place
            && let Some(file) = file_of(origin).filter(|file| !told.contains(file))
        {
            broken.entry(file).or_default().push((why, origin));
        }
    }
    if broken.is_empty() {
        return vec![Verdict::Clean];
    }
    broken.iter().filter_map(|(file, places)| finding(file, places)).collect()
}

fn file_of(origin: &Origin) -> Option<String> {
    origin.source().map(|span| span.file.to_string())
}

fn finding(file: &str, places: &[(&Why, &Origin)]) -> Option<Verdict> {
    let (first, origin) = places.first()?;
    let mut builder = Finding::builder(&RULE, Subject::local("file", file), format!("{file}: {}", first.text))
        .why("whoever runs the file fails, and what it would deploy cannot be told");
    for (_, origin) in places {
        builder = builder.place((*origin).clone());
    }
    Some(builder.edit("mend the syntax", (*origin).clone()).build().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Limits;
    use crate::model::{Diagnostic, Evidence, Excerpts, RepoPath, SourceFile, TestIndex, declared::DiagnosticLevel};
    use crate::reconcile::Reconciled;

    fn judged(evidence: &Evidence) -> Vec<Verdict> {
        let limits = Limits { max_files: 10, max_seconds: 1.0 };
        judge(&Scene {
            evidence,
            reconciled: &Reconciled::default(),
            limits,
            environments: &std::collections::BTreeMap::new(),
        })
    }

    fn origin(path: &str) -> Origin {
        SourceFile::new(RepoPath::new(path), "a: [", &Excerpts::default()).origin(3..4)
    }

    #[test]
    fn each_broken_file_is_one_finding() {
        let mut evidence = Evidence::default();
        assert_eq!(judged(&evidence), [Verdict::NotApplicable]);
        evidence.deploy.files = 2;
        assert_eq!(judged(&evidence), [Verdict::Clean]);
        let why = |kind, path: &str| Why::at(kind, "it is no valid YAML: x", origin(path));
        evidence.deploy.incomplete =
            vec![why(WhyKind::ParseFailed, "a.yml"), why(WhyKind::ParseFailed, "b.py"), why(WhyKind::Limit, "c.yml")];
        let mut tests = TestIndex::default();
        tests.parse_errors.push(Diagnostic {
            level: DiagnosticLevel::Error,
            text: "x".to_owned(),
            origin: Some(origin("b.py")),
        });
        evidence.tests = Some(tests);
        let verdicts = judged(&evidence);
        let [Verdict::Finding(finding)] = verdicts.as_slice() else { panic!("{verdicts:?}") };
        assert_eq!(finding.id, "deploy-config-broken:file/a.yml");
        assert_eq!(finding.title, "a.yml: it is no valid YAML: x");
        assert_eq!(finding.severity, Severity::High);
    }
}
