use super::*;
use crate::model::{Evidence, LiveState, Origin, Why, WhyKind};
use crate::reconcile::Reconciled;

/// Judges an empty scene, so that every verdict is one of `verdicts`.
fn judged(verdicts: Vec<Verdict>, settings: &Settings) -> Judged {
    let evidence = Evidence { live: Some(LiveState::default()), ..Evidence::default() };
    let limits = super::super::Limits { max_files: 10, max_seconds: 1.0 };
    let scene = Scene {
        evidence: &evidence,
        reconciled: &Reconciled::default(),
        limits,
        environments: &std::collections::BTreeMap::new(),
    };
    let verdicts = verdicts.into_iter().map(|verdict| (part_of(&verdict), verdict)).collect();
    judge(&scene, verdicts, settings)
}

fn part_of(verdict: &Verdict) -> Part {
    match verdict {
        Verdict::Finding(finding) => finding.part,
        Verdict::NotChecked(item) => item.part,
        Verdict::Clean | Verdict::NotApplicable => Part::Vpc,
    }
}

fn rule(id: &'static str, severity: Severity) -> Rule {
    let part = super::super::rules().find(|rule| rule.id == id).map_or(Part::Policies, |rule| rule.part);
    Rule::new(id, part, severity, "")
}

fn finding(id: &'static str, severity: Severity, name: &str) -> Finding {
    Finding::builder(&rule(id, severity), Subject::local("connector", name), "t").build()
}

fn found(id: &'static str, severity: Severity, name: &str) -> Verdict {
    finding(id, severity, name).into()
}

fn open(id: &'static str, name: &str) -> Verdict {
    let why = Why::new(WhyKind::Denied, "the API was denied");
    Verdict::not_checked(&rule(id, Severity::High), Subject::local("connector", name), None, why)
}

fn acceptance(rule: &str, resource: &str, until: Option<&str>) -> Acceptance {
    Acceptance {
        rule: rule.to_owned(),
        resource: resource.to_owned(),
        reason: "known".to_owned(),
        until: until.map(str::to_owned),
        place: "gcp-drift.toml:7".to_owned(),
    }
}

fn settings() -> Settings {
    Settings { fail_on: Some(Severity::High), today: "2026-11-23".to_owned(), ..Settings::default() }
}

fn accepting(acceptances: Vec<Acceptance>) -> Settings {
    Settings { accept: acceptances, ..settings() }
}

fn rules_of(findings: &[Finding]) -> Vec<(&str, &str)> {
    findings.iter().map(|finding| (&*finding.rule, &*finding.subject.name)).collect()
}

#[test]
fn an_acceptance_takes_what_its_glob_matches_and_nothing_else() {
    let settings = accepting(vec![acceptance("connector-missing", "old-*", Some("2026-11-23"))]);
    let verdicts = vec![
        found("connector-missing", Severity::Critical, "old-a"),
        found("connector-missing", Severity::Critical, "new"),
        found("connector-changed", Severity::High, "old-a"),
        open("connector-missing", "old-b"),
    ];
    let judged = judged(verdicts, &settings);
    assert_eq!(rules_of(&judged.findings), [("connector-missing", "new"), ("connector-changed", "old-a")]);
    assert_eq!(judged.accepted_findings.len(), 1);
    assert_eq!(judged.accepted_not_checked.len(), 1, "what cannot be checked can be accepted as well");
    assert_eq!(judged.not_checked.len(), 0);
}

#[test]
fn the_day_after_its_last_an_acceptance_counts_no_more_and_is_reported() {
    let settings = accepting(vec![acceptance("connector-missing", "c", Some("2026-11-22"))]);
    let judged = judged(vec![found("connector-missing", Severity::Critical, "c")], &settings);
    assert_eq!(judged.accepted_findings.len(), 0);
    let own = ("acceptance-expired", "connector-missing c");
    assert_eq!(rules_of(&judged.findings), [("connector-missing", "c"), own]);
    assert!(judged.findings[1].why.contains("gcp-drift.toml:7") && judged.findings[1].why.contains("known"));
}

#[test]
fn a_later_acceptance_takes_over_from_an_expired_one() {
    let settings = accepting(vec![
        acceptance("connector-missing", "c", Some("2026-01-01")),
        acceptance("connector-missing", "*", None),
    ]);
    let judged = judged(vec![found("connector-missing", Severity::Critical, "c")], &settings);
    assert_eq!(judged.accepted_findings.iter().map(|(_, by)| *by).collect::<Vec<_>>(), [1]);
    assert_eq!(rules_of(&judged.findings), [("acceptance-expired", "connector-missing c")]);
}

#[test]
fn an_acceptance_that_matches_nothing_is_reported_once() {
    let twice = vec![acceptance("connector-missing", "gone", None), acceptance("connector-missing", "gone", None)];
    let judged = judged(Vec::new(), &accepting(twice));
    assert_eq!(rules_of(&judged.findings), [("acceptance-unused", "connector-missing gone")]);
}

#[test]
fn an_acceptance_is_not_called_unused_where_its_rule_was_not_looked_at_in_full() {
    let mut settings = accepting(vec![acceptance("connector-missing", "c", None)]);
    // Its region did not answer: tomorrow it may match again.
    let unanswered = judged(vec![open("connector-missing", "other")], &settings);
    assert_eq!(unanswered.findings, []);
    // The run does not look at its part.
    settings.only = [Part::Policies].into();
    assert_eq!(judged(Vec::new(), &settings).findings, []);
}

#[test]
fn a_configured_severity_holds_for_every_rule() {
    let mut settings = accepting(vec![acceptance("connector-missing", "gone", None)]);
    settings.severity =
        [("connector-changed".to_owned(), Severity::Info), ("acceptance-unused".to_owned(), Severity::Critical)].into();
    let judged = judged(vec![found("connector-changed", Severity::High, "c")], &settings);
    let severities: Vec<Severity> = judged.findings.iter().map(|finding| finding.severity).collect();
    assert_eq!(rules_of(&judged.findings)[0].0, "acceptance-unused", "worst first");
    assert_eq!(severities, [Severity::Critical, Severity::Info]);
}

#[test]
fn findings_with_one_id_are_one_with_all_places_and_the_worst_severity() {
    let at = |field: &str| Origin::live("r", field);
    let one = |severity, field: &str| {
        let rule = rule("connector-changed", severity);
        let builder = Finding::builder(&rule, Subject::local("connector", "c"), "t").field("network");
        builder.declared(Some(field.to_owned()), "s", at(field)).build()
    };
    let verdicts =
        vec![one(Severity::Low, "a").into(), one(Severity::High, "b").into(), one(Severity::Low, "a").into()];
    let judged = judged(verdicts, &settings());
    assert_eq!(judged.findings.len(), 1);
    assert_eq!(judged.findings[0].places, [at("a"), at("b")]);
    assert_eq!(judged.findings[0].declared.len(), 2);
    assert_eq!(judged.findings[0].severity, Severity::High);
}

#[test]
fn causes_stand_before_their_consequences_and_count_as_the_worst_of_them() {
    let mut effect = finding("connector-missing", Severity::Critical, "effect");
    let cause = finding("connector-unmanaged", Severity::Low, "cause");
    let other = finding("connector-changed", Severity::High, "other");
    effect.caused_by = vec![cause.id.clone()];
    let mut findings = vec![effect, other, cause];
    sort(&mut findings);
    let names: Vec<&str> = findings.iter().map(|finding| &*finding.subject.name).collect();
    assert_eq!(names, ["cause", "effect", "other"]);
}

#[test]
fn thousands_of_findings_are_sorted_in_no_time() {
    let root = finding("connector-missing", Severity::Low, "root");
    let mut findings: Vec<Finding> =
        (0..20_000).map(|at| finding("connector-changed", Severity::High, &format!("{at:05}"))).collect();
    for finding in findings.iter_mut().step_by(2) {
        finding.caused_by = vec![root.id.clone()];
    }
    findings.push(root);
    let started = std::time::Instant::now();
    sort(&mut findings);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    let name = |at: usize| findings.get(at).map(|finding| finding.subject.name.as_str());
    // The consequences follow their cause, which counts as high as they do.
    assert_eq!((name(0), name(1), name(2)), (Some("00001"), Some("00003"), Some("00005")));
    assert_eq!((name(10_000), name(10_001)), (Some("root"), Some("00000")));
}

#[test]
fn a_circle_of_causes_loses_nothing() {
    let mut left = finding("connector-missing", Severity::High, "left");
    let mut right = finding("connector-missing", Severity::High, "right");
    left.caused_by = vec![right.id.clone(), left.id.clone()];
    right.caused_by = vec![left.id.clone()];
    let mut findings = vec![left, right, finding("connector-missing", Severity::Low, "alone")];
    sort(&mut findings);
    let mut names: Vec<&str> = findings.iter().map(|finding| &*finding.subject.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["alone", "left", "right"]);
}

#[test]
fn the_exit_code_says_the_worst_and_its_reason_says_the_rest() {
    let high = || found("connector-changed", Severity::High, "c");
    let low = || found("connector-unmanaged", Severity::Low, "c");
    let unchecked = || open("connector-missing", "c");
    let pass = Settings { allow_unchecked: true, ..settings() };
    let never = Settings { fail_on: None, ..settings() };
    for (verdicts, settings, code, reason) in [
        (vec![high(), unchecked()], settings(), 2, "1 finding at or above high, and 1 item was not checked"),
        (vec![low(), unchecked()], settings(), 3, "1 item was not checked; 1 finding below high"),
        (vec![unchecked()], pass.clone(), 0, "1 item was not checked, which --allow-unchecked lets pass"),
        (vec![high(), unchecked()], pass, 2, "1 finding at or above high, and 1 item was not checked"),
        (vec![high()], never, 0, "nothing at or above none, everything asked for was checked; 1 finding below none"),
        (vec![Verdict::Clean], settings(), 0, "nothing at or above high, everything asked for was checked"),
    ] {
        assert_eq!(outcome(&judged(verdicts, &settings), &settings), (code, reason.to_owned()));
    }
}

#[test]
fn nothing_at_all_is_not_clean() {
    let (code, reason) = outcome(&judged(vec![Verdict::NotApplicable], &settings()), &settings());
    assert_eq!(code, exit_code::NOT_CHECKED, "{reason}");
    assert!(reason.starts_with("nothing was checked"), "{reason}");
    let pass = Settings { allow_unchecked: true, ..settings() };
    assert_eq!(outcome(&judged(Vec::new(), &pass), &pass).0, exit_code::CLEAN);
}

#[test]
fn only_the_parts_asked_for_count() {
    let settings = Settings { only: [Part::Classes].into(), ..settings() };
    let verdicts = vec![
        found("connector-missing", Severity::Critical, "c"),
        open("connector-changed", "c"),
        Verdict::Clean,
        found("smoke-class-stub", Severity::High, "C"),
    ];
    let judged = judged(verdicts, &settings);
    assert_eq!(rules_of(&judged.findings), [("smoke-class-stub", "C")]);
    assert_eq!((judged.not_checked.len(), judged.clean.len()), (0, 0));
}
