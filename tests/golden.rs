//! Golden pairs of a declaration and a live state: what must be the same, and what must be a difference.
//!
//! The numbers are those of the lists that every release is held against; cases with a letter are further spellings.
//! Everything is judged as `check` judges it, in this process: the configuration is evaluated, the raw answers are read,
//! and all checks run.

mod databases;
mod deploys;
mod fixes;
mod networks;
mod networks_around;
mod scene;
mod services;
mod services_drift;
mod traffic;

use std::collections::BTreeMap;

use gcp_drift::finding::{Baseline, Finding};

use super::common::Repository;
use scene::{Case, Verdict};

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    all.extend(services::cases());
    all.extend(traffic::cases());
    all.extend(networks::connectors());
    all.extend(networks_around::cases());
    all.extend(databases::cases());
    all.extend(deploys::cases());
    all
}

/// What a case says, and what came of it where that differs.
fn failures(cases: &[Case]) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
        let judged = case.judge();
        let found: Vec<String> = judged
            .findings
            .iter()
            .map(|one| format!("{}: {} ({:?}; {})", one.id, one.title, one.baseline, one.why))
            .collect();
        let open: Vec<String> = judged.not_checked.iter().map(|one| format!("{} {:?}", one.rule, one.reason)).collect();
        let is_right = match case.verdict {
            Verdict::Equal => found.is_empty() && open.is_empty(),
            Verdict::Drift(rule) => {
                let roots: Vec<_> = judged.findings.iter().filter(|one| one.caused_by.is_empty()).collect();
                let silent = case.words.ends_with("plan is silent");
                let says_so = |one: &Finding| {
                    one.why.contains("terraform plan does not show this") == silent
                        && (one.baseline == Some(Baseline::ApiDefault)) == silent
                };
                open.is_empty() && roots.len() == 1 && roots.iter().all(|one| one.rule == rule && says_so(one))
            }
            Verdict::Open(rule) => found.is_empty() && judged.not_checked.iter().any(|one| one.rule == rule),
        };
        if !is_right {
            wrong.push(format!(
                "{} {}: expected {:?}\n  found {found:#?}\n  not checked {open:#?}",
                case.number, case.words, case.verdict
            ));
        }
    }
    wrong
}

// The counts are what the test is for.
#[allow(clippy::print_stdout)]
#[test]
fn golden() {
    let cases = cases();
    let wrong = failures(&cases);
    let count = |kind: &str| {
        let own = |case: &&Case| case.number.starts_with(kind);
        let all = cases.iter().filter(own).count();
        let bad = wrong.iter().filter(|text| text.starts_with(kind)).count();
        (all - bad, all)
    };
    let ((equal, equal_all), (drift, drift_all)) = (count("equal"), count("drift"));
    println!("equal: {equal}/{equal_all}");
    println!("drift: {drift}/{drift_all}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Both lists are complete, and there is much beyond them.
    let mut numbers: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for case in &cases {
        let (kind, number) = case.number.split_once(' ').unwrap();
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        numbers.entry(kind).or_default().push(digits.parse().unwrap());
    }
    for (kind, listed) in [("equal", 28), ("drift", 24)] {
        let missing: Vec<u32> = (1..=listed).filter(|number| !numbers[kind].contains(number)).collect();
        assert!(missing.is_empty(), "{kind}: no case for {missing:?}");
    }
    assert!(cases.len() >= 28 + 24 + 60, "only {} cases", cases.len());
}

/// The same through the built binary, for a case of each kind.
#[test]
fn golden_cases_are_judged_alike_by_the_binary() {
    for case in cases().iter().filter(|case| case.number.ends_with(" 3") || case.number.ends_with(" 17")) {
        let repository = Repository::empty();
        case.write(repository.path());
        let outcome = repository.run(&["check", "--only", "vpc", "--format", "json"]);
        let mut in_process: Vec<String> = case.judge().findings.into_iter().map(|one| one.id).collect();
        in_process.sort();
        assert_eq!(outcome.finding_ids(), in_process, "{}", case.number);
    }
}
