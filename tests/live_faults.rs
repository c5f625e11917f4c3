//! Every way in which an API can fail to answer, and states that nobody should have written: each run says what it
//! could not look at, says everything else, ends soon, and never ends in a panic.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::common::{Outcome, Repository, list};

/// A status of an answer, and the status that coverage then has.
const STATUSES: [(&str, &str); 6] = [
    ("denied", "denied"),
    ("disabled", "disabled"),
    ("unreachable", "unreachable"),
    ("rate-limited", "rate-limited"),
    ("malformed", "malformed"),
    // A server that is asked for what its state does not hold answers "not found".
    ("not-asked", "unreachable"),
];

/// An API, and the rules that cannot judge a region without it.
const APIS: [(&str, &[&str]); 3] = [
    (
        "run.services",
        &[
            "policy-egress-private-ranges-only",
            "policy-service-attached",
            "rollout-failed",
            "traffic-on-stale-revision",
            "traffic-pinned",
            "workload-connector-changed",
            "workload-egress-changed",
            "workload-missing",
        ],
    ),
    ("run.revisions", &["traffic-on-stale-revision"]),
    (
        "vpcaccess.connectors",
        &[
            "connector-changed",
            "connector-missing",
            "connector-not-ready",
            "connector-unmanaged",
            "policy-connector-range",
            "policy-connector-throughput",
        ],
    ),
];

const REGIONS: [&str; 2] = ["us-central1", "us-east1"];

/// The longest that a run may take, with what other tests take of the machine.
const SOON: Duration = Duration::from_secs(10);

/// Lets an API answer with a status, as a recording of such a run has it.
fn fail(repository: &Repository, api: &str, regions: &[&str], status: &str) {
    repository.change_state(|state| {
        for answer in state["answers"].as_array_mut().unwrap() {
            if answer["api"] == api && regions.iter().any(|region| answer["region"] == *region) {
                answer["status"] = json!(status);
                answer["items"] = json!([]);
                // A recorded body may advise to come back in a minute.
                if ["unreachable", "rate-limited"].contains(&status) {
                    answer["error"] = json!({"error": {"code": 503, "details": [{"retryDelay": "60s"}]}});
                }
            }
        }
    });
}

fn timed_check(repository: &Repository) -> Outcome {
    let started = Instant::now();
    let outcome = repository.run(&["check", "--format", "json"]);
    let took = started.elapsed();
    assert!(took < SOON, "the run took {took:?}\n{}", outcome.stderr);
    outcome
}

fn open_coverage(report: &Value) -> Vec<(String, String, String)> {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let open = list(report, "coverage").iter().filter(|entry| entry["status"] != "answered");
    open.map(|entry| (text(entry, "api"), text(entry, "region"), text(entry, "status"))).collect()
}

/// What is open where an API fails in some regions: without its services no revision of a region is known to ask for,
/// and where nothing serves none is asked for.
fn left_open(api: &str, regions: &[&str], serving: &[&str], covered: &str) -> Vec<(String, String, String)> {
    let mut open = Vec::new();
    for region in regions {
        if api == "run.revisions" && !serving.contains(region) {
            continue;
        }
        open.push((api.to_owned(), (*region).to_owned(), covered.to_owned()));
        if api == "run.services" {
            open.push(("run.revisions".to_owned(), (*region).to_owned(), "not-asked".to_owned()));
        }
    }
    open
}

#[test]
fn an_api_that_fails_in_a_region_takes_exactly_its_findings_along() {
    let all: BTreeSet<String> = timed_check(&Repository::copy_of("staging")).finding_ids().into_iter().collect();
    for (status, covered) in STATUSES {
        for (api, rules) in APIS {
            for region in REGIONS {
                let repository = Repository::copy_of("staging");
                fail(&repository, api, &[region], status);
                let outcome = timed_check(&repository).expect_code(2);
                let found: BTreeSet<String> = outcome.finding_ids().into_iter().collect();
                let of_api = |id: &&String| {
                    let rule = id.split(':').next().unwrap();
                    rules.contains(&rule) && id.contains(&format!("/{region}/"))
                };
                let kept: BTreeSet<String> = all.iter().filter(|id| !of_api(id)).cloned().collect();
                assert_eq!(found, kept, "{status} {api} {region}");

                let report = outcome.json();
                assert_eq!(
                    open_coverage(&report),
                    left_open(api, &[region], &["us-central1"], covered),
                    "{status} {api} {region}"
                );
                // What is no longer found is not checked: silence would read as "in sync".
                for id in all.difference(&found) {
                    let rule = id.split(':').next().unwrap();
                    let said = list(&report, "not_checked").iter().any(|item| item["rule"] == rule);
                    assert!(said, "{status} {api} {region}: nothing is said of {id}");
                }
            }
        }
    }
}

#[test]
fn an_api_that_fails_everywhere_leaves_nothing_clean_that_needs_it() {
    for (status, covered) in STATUSES {
        for (api, _) in APIS {
            let repository = Repository::copy_of("clean");
            fail(&repository, api, &REGIONS, status);
            let outcome = timed_check(&repository).expect_code(3);
            assert_eq!(outcome.finding_ids(), Vec::<String>::new(), "{status} {api}");
            let report = outcome.json();
            assert_eq!(open_coverage(&report), left_open(api, &REGIONS, &REGIONS, covered), "{status} {api}");
            let vpc = list(&report, "parts").iter().find(|part| part["part"] == "vpc").unwrap();
            assert_ne!(vpc["verdict"], "clean", "{status} {api}");
        }
    }
}

#[test]
fn a_state_that_cannot_be_read_is_a_failure_with_its_reason() {
    let head = r#""format": "gcp-drift/live-state", "version": 1"#;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let answer = r#"{"api": "run.services", "project": "p\u001b[31m", "region": "r\nforged"}"#;
    for (text, reason) in [
        (String::new(), "is no JSON"),
        ("\0\u{1}".to_owned(), "is no JSON"),
        ("[".repeat(100_000), "recursion limit exceeded"),
        (
            format!("{{{head}, \"answers\": [{{\"api\": \"run.services\", \"project\": \"p\", \"items\": {deep}}}]}}"),
            "recursion limit exceeded",
        ),
        (r#"{"format": "gcp-drift/live-state", "version": 2}"#.to_owned(), "use a newer gcp-drift"),
        (r#"{"format": "gcp-drift/live-state", "version": 1e400}"#.to_owned(), "number out of range"),
        (r#"{"format": "x\u001b[31m\nforged", "version": 1}"#.to_owned(), "its format is `x"),
        (format!("{{{head}, \"\\u001b[2J\": 1}}"), "unknown field"),
        (format!("{{{head}, \"answers\": {{}}}}"), "expected a sequence"),
        (
            format!("{{{head}, \"answers\": [{{\"api\": \"run.\\u001b[31mjobs\", \"project\": \"p\"}}]}}"),
            "unknown variant",
        ),
        (format!("{{{head}, \"answers\": [{answer}, {answer}]}}"), "holds two answers"),
    ] {
        let repository = Repository::copy_of("clean");
        repository.write("live/state.json", &text);
        for live in ["emulator:live/state.json", "snapshot:live/state.json"] {
            let outcome = repository.run(&["check", "--live", live]).expect_code(1);
            assert!(outcome.stderr.contains(reason), "{reason}: {}", outcome.stderr);
            assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
            assert!(!outcome.stderr.contains('\u{1b}') && !outcome.stderr.contains("panicked"), "{}", outcome.stderr);
        }
    }
}

#[test]
fn an_item_of_a_wrong_type_is_malformed_and_the_rest_is_judged() {
    for (pointer, value) in [
        ("/0/name", json!(null)),
        ("/0/name", json!("projects/netra-staging/locations/us-central1/services/a\u{1b}[31m\nforged")),
        ("/0/trafficStatuses", json!("x")),
        ("/0/trafficStatuses", json!([{"percent": 1e300}])),
        ("/0/template", json!([1])),
        ("/0/template/vpcAccess", json!("s\u{1b}[31m")),
        ("/0/template/vpcAccess/egress", json!({})),
        ("/0/generation", json!("999999999999999999999")),
        ("/0/latestReadyRevision", json!({"a": 1})),
        ("/0/reconciling", json!("yes")),
    ] {
        let repository = Repository::copy_of("clean");
        repository.change_state(|state| {
            let items = &mut state["answers"][0]["items"];
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            items.pointer_mut(parent).unwrap()[key] = value.clone();
        });
        for live in ["emulator:live/state.json", "snapshot:live/state.json"] {
            let outcome = repository.run(&["check", "--live", live, "--format", "json"]).expect_code(3);
            assert_eq!(outcome.finding_ids(), Vec::<String>::new(), "{pointer} {value}");
            let open = [("run.services".to_owned(), "us-central1".to_owned(), "malformed".to_owned())];
            assert_eq!(open_coverage(&outcome.json()), open, "{pointer} {value}");
            let text = repository.run(&["check", "--live", live, "--color", "never"]).expect_code(3);
            assert!(!text.stdout.contains('\u{1b}') && !text.stdout.contains("\nforged"), "{}", text.stdout);
        }
    }
}

#[test]
fn names_of_a_state_put_no_escape_codes_on_the_screen() {
    let repository = Repository::copy_of("clean");
    repository.change_state(|state| {
        let odd = json!({"api": "run.services", "project": "p\u{1b}[31m", "region": "r\nforged", "status": "denied",
            "detail": "x\u{1b}]0;title\u{7}\nforged"});
        state["answers"].as_array_mut().unwrap().push(odd);
    });
    let live = "snapshot:live/state.json";
    for arguments in [&["check", "--live", live][..], &["snapshot", "--to", "out.json", "--live", live][..]] {
        let outcome = repository.run(arguments);
        let printed = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(!printed.contains(['\u{1b}', '\u{7}']) && !printed.contains("\nforged"), "{printed}");
    }
}

#[test]
fn a_large_region_is_emulated_in_full() {
    let repository = Repository::copy_of("clean");
    repository.change_state(|state| {
        let answers = state["answers"].as_array_mut().unwrap();
        let revisions = answers.iter_mut().find(|answer| answer["api"] == "run.revisions").unwrap();
        let items = revisions["items"].as_array_mut().unwrap();
        let name = items[0]["name"].as_str().unwrap().to_owned();
        items.extend((0..6_100).map(|index| json!({"name": format!("{name}-{index}")})));
    });
    let outcome = repository.run(&["check", "--format", "json", "--only", "vpc"]).expect_code(0);
    assert_eq!(open_coverage(&outcome.json()), []);
}
