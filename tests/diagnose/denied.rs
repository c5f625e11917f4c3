//! One API denied at a time, and damaged states: nothing is claimed that was not seen.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::common::list;
use super::cases::{ask, base, cases, modes, repository};

/// The collections that a path to a target needs, by collection and project.
fn needed(workload: &str, target: &str) -> Vec<&'static str> {
    let of_workload: &[&str] = match workload {
        "mailer" => &["run.workerPools shop-staging", "run.revisions shop-staging"],
        "export" => &["run.jobs shop-staging"],
        _ => &["run.services shop-staging", "run.revisions shop-staging"],
    };
    let connector: &[&str] = match workload {
        "mailer" => &["vpcaccess.connectors shop-net"],
        "export" => &["compute.subnetworks shop-staging"],
        "direct" => &["compute.subnetworks shop-net"],
        _ => &["vpcaccess.connectors shop-staging"],
    };
    let rest: &[&str] = match target {
        "orders-db" => &[
            "compute.networks shop-staging",
            "compute.effectiveFirewalls shop-staging",
            "sqladmin.instances shop-staging",
        ],
        "sessions" => &[
            "compute.networks shop-staging",
            "compute.effectiveFirewalls shop-staging",
            "redis.instances shop-staging",
        ],
        "partner" | "bucket" => &["compute.effectiveFirewalls shop-staging", "compute.routes shop-staging"],
        "ledger-db" | "ledger" => {
            &["compute.networks shop-net", "compute.effectiveFirewalls shop-net", "sqladmin.instances shop-net"]
        }
        // It is reached straight from Cloud Run.
        "payments" => return of_workload.to_vec(),
        other => panic!("{other} is no target of the base"),
    };
    let nat: &[&str] = if target == "partner" { &["compute.routers shop-staging"] } else { &[] };
    [of_workload, connector, rest, nat].concat()
}

#[test]
#[allow(clippy::print_stdout)]
fn with_one_api_denied_nothing_is_claimed_that_was_not_seen() {
    let base = base();
    let state: Value = serde_json::from_str(&base.read("state.json")).unwrap();
    let (mut runs, mut withheld) = (0, 0);
    for at in 0..list(&state, "answers").len() {
        let mut state = state.clone();
        let answer = &mut state["answers"][at];
        let mut name = format!("{} {}", answer["api"].as_str().unwrap(), answer["project"].as_str().unwrap());
        // Nothing is attached to this one.
        if answer["of"].as_str().is_some_and(|of| of.ends_with("legacy-vpc")) {
            name.push_str(" legacy-vpc");
        }
        answer["status"] = json!("denied");
        answer["http_status"] = json!(403);
        answer["items"] = json!([]);
        base.write("state.json", &state.to_string());
        for workload in ["api", "checkout", "reports", "direct", "export", "mailer"] {
            runs += 1;
            let outcome = base.run(&["diagnose", workload, "--format", "json"]);
            let diagnosis = outcome.json();
            let titles = &diagnosis["causes"];
            assert_eq!(modes(&diagnosis, "causes"), Vec::<String>::new(), "{name} denied, {workload}: {titles:#}");
            assert!(matches!(outcome.code, 0 | 3), "{name} denied, {workload}: {}", outcome.code);
            for path in list(&diagnosis, "paths") {
                let target = path["target"]["name"].as_str().unwrap();
                let needs = needed(workload, target).contains(&&*name);
                let reaches = path["outcome"] == "reaches";
                assert!(!(needs && reaches), "{name} denied: {workload} reaches {target}");
                withheld += usize::from(needs);
                if needs {
                    assert_eq!(outcome.code, 3);
                    let text = path.to_string() + &diagnosis["undecided"].to_string();
                    let (api, _) = name.split_once(' ').unwrap();
                    assert!(text.contains(api), "{name} denied, {workload} to {target}: the API is not named");
                }
            }
            if list(&diagnosis, "paths").is_empty() {
                assert_eq!(outcome.code, 3, "{name} denied, {workload}");
                withheld += 1;
            }
        }
    }
    println!("diagnose: {runs} runs with one API denied, {withheld} paths withheld");
}

#[test]
#[allow(clippy::print_stdout)]
fn with_one_api_denied_no_mode_is_named_that_the_full_view_does_not_know() {
    let all_modes = |diagnosis: &Value| -> BTreeSet<String> {
        let causes = list(diagnosis, "causes").iter();
        causes
            .flat_map(|cause| list(cause, "chain"))
            .filter_map(|link| Some(link["mode"]["slug"].as_str()?.to_owned()))
            .collect()
    };
    let mut runs = 0;
    let groups = ["modes", "pairs"].into_iter().flat_map(cases);
    for (number, (name, case)) in groups.enumerate() {
        let repository = repository(&case);
        let full = ask(&repository, &case).json();
        let mut known = all_modes(&full);
        // Where an instance is not seen, its address is looked up in the routes, which are.
        known.insert("no-route".to_owned());
        let state: Value = serde_json::from_str(&repository.read("state.json")).unwrap();
        // A ninth of the answers a case, other ones each time.
        for at in (0..list(&state, "answers").len()).filter(|at| (at + number) % 9 == 0) {
            let mut state = state.clone();
            let answer = &mut state["answers"][at];
            let denied = format!("{} {}", answer["api"], answer["project"]);
            answer["status"] = json!("denied");
            answer["items"] = json!([]);
            repository.write("state.json", &state.to_string());
            let outcome = ask(&repository, &case);
            runs += 1;
            if outcome.code == 64 {
                // The workload itself, or the target that was asked for, was not seen.
                continue;
            }
            let diagnosis = outcome.json();
            let more: Vec<String> = all_modes(&diagnosis).difference(&known).cloned().collect();
            assert!(more.is_empty(), "{name}, {denied} denied: {more:?} beside {known:?}\n{}", diagnosis["causes"]);
            let reaches = |diagnosis: &Value| -> BTreeSet<String> {
                let paths = list(diagnosis, "paths").iter().filter(|path| path["outcome"] == "reaches");
                paths.map(|path| format!("{} {}", path["target"]["name"], path["revisions"])).collect()
            };
            let more: Vec<String> = reaches(&diagnosis).difference(&reaches(&full)).cloned().collect();
            assert!(more.is_empty(), "{name}, {denied} denied: {more:?} is reached now");
        }
    }
    println!("diagnose: {runs} runs of planted modes with one API denied");
}

/// A pseudo-random sequence that is the same in every run.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// The pointers of everything in a value.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| {
                pointers(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), all)
            });
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), all));
        }
        _ => {}
    }
    all.push(at.to_owned());
}

#[test]
fn a_damaged_state_gives_an_answer_or_an_error_and_never_a_panic() {
    let repository = base();
    let state: Value = serde_json::from_str(&repository.read("state.json")).unwrap();
    let mut all = Vec::new();
    for at in 0..list(&state, "answers").len() {
        pointers(&state["answers"][at]["items"], &format!("/answers/{at}/items"), &mut all);
    }
    let mut sequence = Sequence(7);
    let values = [
        json!(null),
        json!(""),
        json!(-1),
        json!(u64::MAX),
        json!([]),
        json!({}),
        json!("0.0.0.0/0"),
        json!("::/0"),
        json!("projects/x"),
        json!("\u{1b}[31m\u{202e}"),
        json!(true),
        json!([null]),
        json!("10.8.0.0/33"),
    ];
    for _ in 0..60 {
        let mut damaged = state.clone();
        for _ in 0..25 {
            let pointer = &all[sequence.below(all.len())];
            if let Some(place) = damaged.pointer_mut(pointer) {
                *place = values[sequence.below(values.len())].clone();
            }
        }
        repository.write("state.json", &damaged.to_string());
        for workload in ["api", "direct", "mailer"] {
            let outcome = repository.run(&["diagnose", workload, "--format", "text"]);
            assert!(matches!(outcome.code, 0 | 1 | 2 | 3 | 64), "{}: {}", outcome.code, outcome.stderr);
            assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
            assert!(!outcome.stdout.contains(['\u{1b}', '\u{202e}']), "{}", outcome.stdout);
        }
    }
}
