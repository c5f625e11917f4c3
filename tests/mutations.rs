//! Single changes of the live state, from the clean repository: each that matters gives one finding that nothing else
//! causes, on the right subject and field, and every other finding names it; none that does not matter gives any.
//!
//! The evidence is gathered once by the built binary; every change is then judged in this process, as a replay would be,
//! and a sample of them through the binary. The same is done with one collection at a time denied.

mod base;
mod innocent;
mod networks;
mod workloads;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gcp_drift::checks::registry::Judged;
use gcp_drift::finding::Finding;
use gcp_drift::model::LiveState;
use serde_json::Value;

use base::{Base, item};

/// One change of the live state.
pub struct Change {
    /// What is changed, in words.
    pub what: String,
    /// Rule, subject and field of the one finding; `None` where it does not matter.
    pub gives: Option<(&'static str, String, &'static str)>,
    /// Makes the change.
    pub make: Box<dyn Fn(&mut Value) + Send + Sync>,
}

impl Change {
    /// One that matters.
    pub fn real(
        what: impl Into<String>,
        rule: &'static str,
        subject: impl Into<String>,
        field: &'static str,
        make: impl Fn(&mut Value) + Send + Sync + 'static,
    ) -> Self {
        Self { what: what.into(), gives: Some((rule, subject.into(), field)), make: Box::new(make) }
    }

    /// One that does not.
    pub fn idle(what: impl Into<String>, make: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self { what: what.into(), gives: None, make: Box::new(make) }
    }
}

fn real() -> Vec<Change> {
    let mut all = workloads::connectors();
    all.extend(workloads::services());
    all.extend(workloads::others());
    all.extend(networks::networks());
    all.extend(networks::nat());
    all.extend(networks::databases());
    all
}

/// What is wrong with the judgement of a change.
fn wrong(change: &Change, judged: &Judged) -> Option<String> {
    let describe = |own: &Finding| format!("{} <- {:?}", own.id, own.caused_by);
    let all: Vec<String> = judged.findings.iter().map(describe).collect();
    let open: Vec<String> = judged.not_checked.iter().map(|own| format!("{} {:?}", own.rule, own.reason)).collect();
    let fail = |text: String| Some(format!("{}: {text}\n  findings {all:#?}\n  not checked {open:#?}", change.what));
    if !open.is_empty() {
        return fail("something is not checked".to_owned());
    }
    let Some((rule, subject, field)) = &change.gives else {
        return if all.is_empty() { None } else { fail("nothing was to be found".to_owned()) };
    };
    let roots: Vec<&Finding> = judged.findings.iter().filter(|own| own.caused_by.is_empty()).collect();
    let [root] = roots.as_slice() else { return fail(format!("{} findings have no cause", roots.len())) };
    let found = (&*root.rule, root.subject.to_string(), root.field.as_deref().unwrap_or_default());
    if found != (*rule, subject.clone(), *field) {
        return fail(format!("expected {rule} on {subject}, field `{field}`"));
    }
    let unrelated = judged.findings.iter().filter(|own| own.id != root.id && !own.caused_by.contains(&root.id));
    match unrelated.map(|own| own.id.clone()).next() {
        Some(id) => fail(format!("{id} does not name it as its cause")),
        None => None,
    }
}

/// Runs a piece of work on each item, on as many threads as the machine has.
fn on_all<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, |own| own.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}

// The counts are what the test is for.
#[allow(clippy::print_stdout)]
#[test]
fn each_change_that_matters_gives_one_root_and_no_other_change_gives_any() {
    let base = Base::new();
    let (real, idle) = (real(), innocent::changes());
    let failures = Mutex::new(Vec::new());
    let judge = |change: &Change| {
        let mut state = base.state.clone();
        (change.make)(&mut state);
        assert_ne!(state, base.state, "{} changes nothing", change.what);
        if let Some(text) = wrong(change, &base.judge(state, true)) {
            failures.lock().unwrap().push(text);
        }
    };
    on_all(&real, judge);
    on_all(&idle, judge);
    let failures = failures.into_inner().unwrap();
    let words: BTreeSet<&str> = real.iter().chain(&idle).map(|change| &*change.what).collect();
    assert_eq!(words.len(), real.len() + idle.len(), "two changes have the same words");
    println!("changes that matter: {}, that do not: {}, judged wrongly: {}", real.len(), idle.len(), failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(real.len() >= 120 && idle.len() >= 80, "{} and {} are too few", real.len(), idle.len());
}

// The counts are what the test is for.
#[allow(clippy::print_stdout)]
#[test]
fn nothing_more_is_claimed_where_one_collection_is_denied() {
    let base = Base::new();
    let changes: Vec<Change> = real().into_iter().chain(innocent::changes().into_iter().step_by(4)).collect();
    let apis = base.apis();
    let (judgements, lost) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failures = Mutex::new(Vec::new());
    on_all(&changes, |change| {
        let mut state = base.state.clone();
        (change.make)(&mut state);
        let ids = |judged: &Judged| -> BTreeSet<String> { judged.findings.iter().map(|own| own.id.clone()).collect() };
        let state: LiveState = serde_json::from_value(state).unwrap();
        let full = ids(&base.judge_state(state.clone(), false));
        for api in &apis {
            let mut denied = state.clone();
            base::deny(&mut denied, api);
            let judged = base.judge_state(denied, false);
            let found = ids(&judged);
            judgements.fetch_add(1, Ordering::Relaxed);
            let invented: Vec<&String> = found.difference(&full).collect();
            if !invented.is_empty() {
                failures.lock().unwrap().push(format!("{} without {api}: {invented:?} is claimed", change.what));
            }
            // What is no longer found has to be told as not checked.
            if found.len() < full.len() {
                lost.fetch_add(1, Ordering::Relaxed);
                if judged.not_checked.is_empty() {
                    let gone: Vec<&String> = full.difference(&found).collect();
                    failures
                        .lock()
                        .unwrap()
                        .push(format!("{} without {api}: {gone:?} is gone in silence", change.what));
                }
            }
        }
    });
    let failures = failures.into_inner().unwrap();
    let (judgements, lost) = (judgements.into_inner(), lost.into_inner());
    println!("collections: {}, judgements: {judgements}, with something that was not seen: {lost}", apis.len());
    assert!(failures.is_empty(), "{} of them\n{}", failures.len(), failures[..failures.len().min(40)].join("\n"));
    assert!(lost > 50, "only {lost} judgements lost anything");
}

/// The binary asks the emulator over HTTP, and says the same.
#[test]
fn a_sample_of_the_changes_is_judged_alike_by_the_binary() {
    let base = Base::new();
    let changes = real();
    for change in changes.iter().step_by(29) {
        let mut state = base.state.clone();
        (change.make)(&mut state);
        let mut in_process: Vec<String> =
            base.judge(state.clone(), true).findings.into_iter().map(|own| own.id).collect();
        in_process.sort();
        base.repository.write("live/state.json", &state.to_string());
        let outcome = base.repository.run(&["check", "--only", "vpc,policies", "--format", "json"]);
        assert_eq!(outcome.finding_ids(), in_process, "{}", change.what);
    }
}

/// An item of the base, for changes that copy one.
pub fn copy_of(state: &mut Value, api: &str, name: &str, renamed: &str) -> Value {
    let text = item(state, api, name).to_string();
    serde_json::from_str(&text.replace(name, renamed)).unwrap()
}
