//! One test run out of its reports: shards, repetitions and retries. Each test counts once.
//!
//! Within one report, and then from report to report in their order:
//!
//! - A test that was bad (failed, error, timed out) and passed later is *flaky*.
//! - A test that passed and was bad later is bad: the later run counts.
//! - Of several bad ends the worst counts: timed out, error, failed.
//! - A run that skipped the test says nothing against a run that did not.
//! - Where one suite lists a test several times, and all of its cases but perhaps the last are bare, they are
//!   repetitions by pytest-rerunfailures, which writes a failed run as a bare case: flaky if the last one passed. Other
//!   runners may have several tests of one name; theirs are taken for repetitions only where the suite counts fewer
//!   tests than it lists.

use std::collections::BTreeMap;

use super::junit::{Case, Report};
use crate::model::health::{Durations, Outcome, RunHealth};

/// A test, as far as it is known.
#[derive(Clone, Copy, Debug)]
struct Known {
    outcome: Outcome,
    seconds: Option<f64>,
}

/// Merges reports, in this order.
pub fn merge<'a>(reports: impl IntoIterator<Item = &'a Report>) -> RunHealth {
    let mut run = RunHealth::default();
    let mut tests: BTreeMap<String, Known> = BTreeMap::new();
    for report in reports {
        let mut own: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
        for case in &report.cases {
            if case.uncollected {
                run.uncollected.insert(case.id.clone());
            } else {
                own.entry(&case.id).or_default().push(case);
            }
        }
        for (id, cases) in own {
            let Some(known) = within(&cases) else { continue };
            tests.entry(id.to_owned()).and_modify(|earlier| *earlier = after(*earlier, known)).or_insert(known);
        }
    }
    let mut durations = Vec::new();
    for (id, test) in tests {
        match test.outcome {
            Outcome::Skipped => run.skipped += 1,
            Outcome::Passed => run.passed += 1,
            bad => {
                run.unwell.insert(id, bad);
            }
        }
        if test.outcome != Outcome::Skipped {
            durations.extend(test.seconds);
        }
    }
    run.durations = summary(durations);
    run
}

/// What the cases of one report say of one test.
fn within(cases: &[&Case]) -> Option<Known> {
    let bare = cases.iter().filter(|case| case.outcome == Outcome::Passed).count();
    let mut known = cases.iter().map(|case| Known { outcome: case.outcome, seconds: case.seconds }).reduce(after)?;
    let repeated = cases.len() > 1 && cases.iter().all(|case| case.repeats);
    if repeated && bare == cases.len() {
        known.outcome = Outcome::Flaky;
    }
    Some(known)
}

/// What is known of a test after another run of it.
fn after(earlier: Known, later: Known) -> Known {
    use Outcome::{Flaky, Passed, Skipped};
    let outcome = match (earlier.outcome, later.outcome) {
        (one, Skipped) | (Skipped, one) => one,
        (Passed, later) => later,
        (Flaky, Passed | Flaky) => Flaky,
        (Flaky, bad) => bad,
        (_, Passed | Flaky) => Flaky,
        (bad, worse) => bad.max(worse),
    };
    let seconds = match (earlier.seconds, later.seconds) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    };
    Known { outcome, seconds }
}

fn summary(mut seconds: Vec<f64>) -> Durations {
    seconds.sort_by(f64::total_cmp);
    let measured = seconds.len();
    if measured == 0 {
        return Durations::default();
    }
    let total: f64 = seconds.iter().sum();
    // The nearest rank: the smallest value that this share of the tests does not exceed.
    let rank = |share: f64| {
        let at = (share * measured as f64).ceil() as usize;
        seconds.get(at.clamp(1, measured) - 1).copied().unwrap_or_default()
    };
    Durations { measured, total, mean: total / measured as f64, median: rank(0.5), p95: rank(0.95) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(id: &str, outcome: Outcome, seconds: f64) -> Case {
        Case { id: id.to_owned(), outcome, seconds: Some(seconds), uncollected: false, repeats: false }
    }

    fn report(outcomes: &[Outcome]) -> Report {
        Report { cases: outcomes.iter().map(|&outcome| case("t", outcome, 1.0)).collect(), ..Report::default() }
    }

    fn ended(reports: &[Report]) -> Outcome {
        let run = merge(reports);
        match (run.passed, run.skipped, run.unwell.get("t")) {
            (1, 0, None) => Outcome::Passed,
            (0, 1, None) => Outcome::Skipped,
            (0, 0, Some(&outcome)) => outcome,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn retries_in_order_decide() {
        use Outcome::{Error, Failed, Flaky, Passed, Skipped, TimedOut};
        for (runs, expected) in [
            (vec![Failed, Passed], Flaky),
            (vec![TimedOut, Passed], Flaky),
            (vec![Passed, Failed], Failed),
            (vec![Failed, Error], Error),
            (vec![TimedOut, Failed], TimedOut),
            (vec![Skipped, Passed], Passed),
            (vec![Failed, Skipped], Failed),
            (vec![Passed, Passed], Passed),
            (vec![Failed, Passed, Failed], Failed),
            (vec![Flaky, Passed], Flaky),
            (vec![Skipped, Skipped], Skipped),
        ] {
            // In one report, and each run in a report of its own.
            assert_eq!(ended(&[report(&runs)]), expected, "{runs:?}");
            let files: Vec<Report> = runs.iter().map(|&run| report(&[run])).collect();
            assert_eq!(ended(&files), expected, "{runs:?} in several files");
        }
    }

    #[test]
    fn bare_cases_of_one_test_are_repetitions_only_where_the_suite_says_so() {
        let mut twice = report(&[Outcome::Passed, Outcome::Passed]);
        assert_eq!(ended(std::slice::from_ref(&twice)), Outcome::Passed);
        twice.cases.iter_mut().for_each(|case| case.repeats = true);
        assert_eq!(ended(std::slice::from_ref(&twice)), Outcome::Flaky);
        // The last of the repetitions failed as well.
        twice.cases[1].outcome = Outcome::Failed;
        assert_eq!(ended(&[twice]), Outcome::Failed);
    }

    #[test]
    fn durations_leave_out_what_did_not_run() {
        let cases = (1..=20).map(|at| case(&format!("t{at}"), Outcome::Passed, f64::from(at)));
        let cases = cases.chain([case("s", Outcome::Skipped, 99.0)]).collect();
        let run = merge(&[Report { cases, ..Report::default() }]);
        assert_eq!((run.passed, run.skipped, run.executed()), (20, 1, 20));
        let expected = Durations { measured: 20, total: 210.0, mean: 10.5, median: 10.0, p95: 19.0 };
        assert_eq!(run.durations, expected);
        assert_eq!(merge(&[]).durations, Durations::default());
    }
}
