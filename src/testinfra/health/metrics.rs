//! Everything that was measured, now and in the baseline, in one list: for the table, the JSON and the report of a check.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::model::health::{BaselineFound, ClassHealth, HealthEvidence, HealthState, Outcome, Rate, RunHealth};
use crate::model::tests::ImportVerdict;

/// A number with what it was in the baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    name: String,
    /// What it is now.
    pub now: Measured,
    /// What it was; `None` where there is no baseline.
    pub before: Option<Measured>,
}

/// A number, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// It was measured.
    Number(Value),
    /// It was not, for this reason.
    Not(String),
}

impl Metric {
    /// Its name, such as `failure_rate`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Measured {
    /// The number; null where there is none.
    pub fn number(&self) -> Value {
        match self {
            Self::Number(value) => value.clone(),
            Self::Not(_) => Value::Null,
        }
    }

    /// Why there is none.
    pub fn why_not(self) -> Option<String> {
        match self {
            Self::Number(_) => None,
            Self::Not(why) => Some(why),
        }
    }

    /// As a table shows it.
    pub fn text(&self) -> String {
        match self {
            Self::Number(value) => value.to_string(),
            Self::Not(_) => "not measured".to_owned(),
        }
    }
}

/// All metrics, in the order of reports.
pub fn metrics(health: &HealthEvidence) -> Vec<Metric> {
    let why = match &health.reports {
        None => "no report of a test run is named".to_owned(),
        Some(reports) => reports.problems.first().map_or_else(|| "no test ran".to_owned(), ToString::to_string),
    };
    let before = match &health.baseline.found {
        BaselineFound::Read(baseline) => Some(&baseline.state),
        BaselineFound::Absent | BaselineFound::Refused(_) => None,
    };
    let categories: BTreeSet<&String> =
        [Some(&health.state), before].into_iter().flatten().flat_map(|state| state.categories.keys()).collect();
    let now = measured(&health.state, &categories, &why);
    let mut before = before.map(|state| measured(state, &categories, "the baseline was saved without it").into_iter());
    now.into_iter()
        .map(|(name, now)| {
            let before = before.as_mut().and_then(Iterator::next).map(|(_, before)| before);
            Metric { name, now, before }
        })
        .collect()
}

/// The metrics as a part of a larger report has them: what is now, and under `baseline` only what was another number.
pub fn summary(health: &HealthEvidence) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let mut baseline = serde_json::Map::new();
    let mut reasons = BTreeSet::new();
    for Metric { name, now, before } in metrics(health) {
        if let Some(Measured::Number(before)) = before.filter(|before| *before != now) {
            baseline.insert(name.clone(), before);
        }
        match now {
            Measured::Number(now) => drop(all.insert(name, now)),
            Measured::Not(why) => drop(reasons.insert(why)),
        }
    }
    if !baseline.is_empty() {
        all.insert("baseline".to_owned(), Value::Object(baseline));
    }
    if !reasons.is_empty() {
        all.insert("not_measured".to_owned(), json!(reasons));
    }
    all
}

/// The same names in the same order for every state.
fn measured(state: &HealthState, categories: &BTreeSet<&String>, no_run: &str) -> Vec<(String, Measured)> {
    let mut all: Vec<(String, Measured)> = Vec::new();
    let mut add = |name: &str, value: Value| all.push((name.to_owned(), Measured::Number(value)));
    add("broad_test_files", json!(state.discovery.broad_test_files));
    add("test_files", json!(state.discovery.test_files));
    add("discovery_seconds", json!(rounded(state.discovery.seconds)));
    add("broken_imports", json!(state.imports.broken));
    add("critical_imports", json!(state.imports.critical.len()));
    let whole = state.imports.critical.values().filter(|verdict| **verdict == ImportVerdict::Ok).count();
    add("critical_imports_whole", json!(whole));
    add("required_classes", json!(state.classes.len()));
    let whole = state.classes.values().filter(|class| **class == ClassHealth::Ok).count();
    add("required_classes_whole", json!(whole));
    add("tests", json!(state.tests().len()));
    for name in categories {
        let tests = state.categories.get(*name).map_or(0, |category| category.tests.len());
        add(&format!("tests_{name}"), json!(tests));
    }
    let run = state.run.as_ref();
    all.extend(of_run(run).into_iter().map(|(name, value)| {
        let measured = value.map_or_else(|| Measured::Not(no_run.to_owned()), Measured::Number);
        (name, measured)
    }));
    all
}

fn of_run(run: Option<&RunHealth>) -> Vec<(String, Option<Value>)> {
    let mut all: Vec<(String, Option<Value>)> = Vec::new();
    let mut add = |name: String, value: Option<Value>| all.push((name, value));
    add("tests_run".to_owned(), run.map(|run| json!(run.executed())));
    let outcomes =
        [Outcome::Passed, Outcome::Failed, Outcome::Error, Outcome::TimedOut, Outcome::Flaky, Outcome::Skipped];
    for outcome in outcomes {
        add(format!("run_{}", outcome.word().replace('-', "_")), run.map(|run| json!(run.ended(outcome))));
    }
    add("run_uncollected".to_owned(), run.map(|run| json!(run.uncollected.len())));
    for rate in Rate::ALL {
        let share = run.and_then(|run| run.rate(rate));
        add(format!("{}_rate", rate.word()), share.map(|share| json!((share * 1e6).round() / 1e6)));
    }
    let durations = run.map(|run| &run.durations).filter(|durations| durations.measured > 0);
    add("test_seconds_total".to_owned(), durations.map(|durations| json!(rounded(durations.total))));
    add("test_seconds_average".to_owned(), durations.map(|durations| json!(rounded(durations.mean))));
    add("test_seconds_median".to_owned(), durations.map(|durations| json!(rounded(durations.median))));
    add("test_seconds_p95".to_owned(), durations.map(|durations| json!(rounded(durations.p95))));
    all
}

/// Milliseconds are enough.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
