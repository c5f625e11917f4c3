//! Everything that can go wrong on the way to an API × the APIs: each run ends within its limit, says what it could not
//! see and nothing else, claims nothing because of it, and still reports everything else.
//!
//! `make faults` prints the table.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::common::{Repository, list};

/// What is asked, and who needs it.
struct Api {
    word: &'static str,
    /// A regular expression for the paths of its reads.
    path: &'static str,
    /// The regions of its entries in coverage; none for a list of the whole project.
    region: Option<&'static str>,
    /// The rules that cannot judge without it.
    rules: &'static [&'static str],
    /// True where nothing that a rule needs is lost with it.
    is_spare: bool,
}

const APIS: [Api; 6] = [
    Api {
        word: "run.services",
        path: "/locations/us-central1/services$",
        region: Some("us-central1"),
        rules: &[
            "rollout-failed",
            "traffic-on-stale-revision",
            "traffic-pinned",
            "workload-connector-changed",
            "workload-egress-changed",
            "workload-interfaces-changed",
            "workload-missing",
            "workload-unmanaged",
        ],
        is_spare: false,
    },
    Api {
        word: "run.revisions",
        path: "/us-central1/services/[^/]+/revisions",
        region: Some("us-central1"),
        rules: &["traffic-on-stale-revision"],
        is_spare: false,
    },
    Api {
        word: "vpcaccess.connectors",
        path: "/locations/us-central1/connectors$",
        region: Some("us-central1"),
        rules: &["connector-changed", "connector-missing", "connector-not-ready", "connector-unmanaged"],
        is_spare: false,
    },
    Api {
        word: "compute.networks",
        path: "/global/networks$",
        region: None,
        rules: &["network-changed", "network-missing", "peering-not-active"],
        is_spare: false,
    },
    Api {
        word: "sqladmin.instances",
        path: "/v1/projects/[^/]+/instances$",
        region: None,
        rules: &["database-changed", "database-missing", "database-not-ready"],
        is_spare: false,
    },
    Api { word: "compute.routes", path: "/global/routes$", region: None, rules: &[], is_spare: true },
];

/// What a fault leads to.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// The answer comes after all.
    Answered,
    /// Coverage says so.
    Open(&'static str),
}

struct FaultCase {
    name: &'static str,
    kind: fn() -> Value,
    /// How many requests meet it; for ever where there is none.
    times: Option<u32>,
    end: End,
}

const fn case(name: &'static str, kind: fn() -> Value, times: Option<u32>, end: End) -> FaultCase {
    FaultCase { name, kind, times, end }
}

const FAULTS: [FaultCase; 27] = [
    case("300 ms late", || json!({"latency": {"ms": 300}}), None, End::Answered),
    case("401", || json!("unauthenticated"), None, End::Open("denied")),
    case("403, a permission", || json!("permission-denied"), None, End::Open("denied")),
    case("403, not enabled", || json!("api-disabled"), None, End::Open("disabled")),
    case("403 rateLimitExceeded, twice", || json!("rate-limit-exceeded"), Some(2), End::Answered),
    case("403 rateLimitExceeded", || json!("rate-limit-exceeded"), None, End::Open("rate-limited")),
    case("404", || json!("not-found"), None, End::Open("unreachable")),
    case("429, twice, wait 1 s", || json!({"too-many-requests": {"retry_after": 1}}), Some(2), End::Answered),
    case("429", || json!({"too-many-requests": {"retry_after": 0}}), None, End::Open("rate-limited")),
    case("429, wait an hour", || json!({"too-many-requests": {"retry_after": 3600}}), None, End::Open("rate-limited")),
    case("500", || json!("internal-error"), None, End::Open("unreachable")),
    case("502 in HTML, once", || json!("bad-gateway"), Some(1), End::Answered),
    case("502 in HTML", || json!("bad-gateway"), None, End::Open("unreachable")),
    case("503, three times", || json!("unavailable"), Some(3), End::Answered),
    case("503", || json!("unavailable"), None, End::Open("unreachable")),
    case("reset, once", || json!("reset"), Some(1), End::Answered),
    case("reset", || json!("reset"), None, End::Open("unreachable")),
    case("cut off, once", || json!("truncated"), Some(1), End::Answered),
    case("cut off", || json!("truncated"), None, End::Open("unreachable")),
    case("no JSON", || json!("malformed"), None, End::Open("malformed")),
    case("wrong types", || json!("wrong-type"), None, End::Open("malformed")),
    case("pages without end", || json!("endless-pages"), None, End::Open("unreachable")),
    case("a page that leads to itself", || json!("repeat-page-token"), None, End::Open("malformed")),
    case("pages in a circle", || json!("cyclic-pages"), None, End::Open("malformed")),
    case("unreachable", || json!({"unreachable": {"locations": ["us-central1"]}}), None, End::Open("unreachable")),
    case("8 bytes a second", || json!({"drip": {"bytes": 8, "every_ms": 1000}}), None, End::Open("unreachable")),
    case("silence", || json!({"latency": {"ms": 60_000}}), None, End::Open("unreachable")),
];

/// The run's own limit, and what starting and judging take on a busy machine beside it.
const LIMIT: Duration = Duration::from_secs(12);
const BESIDE: Duration = Duration::from_secs(20);

/// Findings and entries of coverage that are not answered, by what they name.
#[derive(Debug, PartialEq)]
struct Said {
    findings: BTreeSet<String>,
    open: BTreeSet<String>,
}

fn said(report: &Value) -> Said {
    let findings = list(report, "findings").iter().map(|finding| finding["id"].as_str().unwrap().to_owned());
    let open = list(report, "coverage").iter().filter(|entry| entry["status"] != "answered").map(|entry| {
        let word = |key: &str| entry[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", word("api"), word("region"), word("status"))
    });
    Said { findings: findings.collect(), open: open.collect() }
}

fn run(fixture: &str, api: &Api, fault: &FaultCase) -> (Value, i32, Duration) {
    let repository = Repository::copy_of(fixture);
    let limit = format!("[live]\nmax_seconds = {}\n", LIMIT.as_secs());
    repository.replace("gcp-drift.toml", "[live]\n", &limit);
    let mut one = json!({"path": api.path, "kind": (fault.kind)()});
    if let Some(times) = fault.times {
        one["times"] = json!(times);
    }
    repository.change_state(|state| state["faults"] = json!([one]));
    let started = Instant::now();
    let outcome = repository.run(&["check", "--only", "vpc", "--connectivity", "--format", "json"]);
    let took = started.elapsed();
    assert!([0, 2, 3].contains(&outcome.code), "{} × {}: {}", api.word, fault.name, outcome.stderr);
    (outcome.json(), outcome.code, took)
}

/// How a fault ends for an API. The list of revisions is left as soon as it has shown those that serve, so that a list
/// without end does no harm; a network belongs to no region that could be unreachable.
fn end(api: &Api, fault: &FaultCase) -> End {
    let pages = ["pages without end", "a page that leads to itself", "pages in a circle"];
    match api.word {
        "run.revisions" if pages.contains(&fault.name) => End::Answered,
        "compute.networks" | "compute.routes" if fault.name == "unreachable" => End::Answered,
        _ => fault.end,
    }
}

/// What is wrong with the runs of one case, and what they said was open.
fn judge(api: &Api, fault: &FaultCase, drifted: &BTreeSet<String>) -> Result<String, String> {
    let (clean, code, took) = run("clean", api, fault);
    let (staging, _, staging_took) = run("staging", api, fault);
    let took = took.max(staging_took);
    if took > LIMIT + BESIDE {
        return Err(format!("a run took {took:?}"));
    }
    let said_clean = said(&clean);
    if !said_clean.findings.is_empty() {
        return Err(format!("claimed of a clean project: {:?}", said_clean.findings));
    }
    let End::Open(status) = end(api, fault) else {
        let all = Said { findings: drifted.clone(), open: BTreeSet::new() };
        return match (said_clean.open.is_empty() && code == 0, said(&staging) == all) {
            (true, true) => Ok("answered".to_owned()),
            _ => Err(format!("something is missing though it was answered: {said_clean:?} {:?}", said(&staging))),
        };
    };
    let own = |entry: &String| {
        entry.starts_with(&format!("{} ", api.word)) && (api.region.is_none_or(|region| entry.contains(region)))
    };
    // Requests of the same API and region share a quota: where it is refused for good they are refused with it. What
    // hangs on a list that failed is not asked.
    let beside = |entry: &String| {
        let family = api.word.split('.').next().unwrap();
        let shares_quota = status == "rate-limited" && entry.starts_with(family) && entry.ends_with(status);
        let hangs_on_it = api.word == "run.services" && entry.starts_with("run.revisions us-central1 not-asked");
        shares_quota || hangs_on_it
    };
    for (report, fixture) in [(&clean, "clean"), (&staging, "staging")] {
        let open = said(report).open;
        let named = open.iter().filter(|entry| own(entry)).any(|entry| entry.ends_with(status));
        let others: Vec<&String> = open.iter().filter(|entry| !own(entry) && !beside(entry)).collect();
        if !named || !others.is_empty() {
            return Err(format!("{fixture}: {status} was to be said of {} alone: {open:?}", api.word));
        }
    }
    // Not clean, and not checked, where a rule needs it; else nothing is lost.
    // The declared network or database may stand on a page that came.
    let is_seen = ["compute.networks", "sqladmin.instances"].contains(&api.word)
        && ["a page that leads to itself", "pages in a circle"].contains(&fault.name);
    // Where a quota is refused for good, what was not asked yet is refused with it: a rule may need that.
    let shared = |report: &Value| status == "rate-limited" && said(report).open.iter().any(|entry| !own(entry));
    let may_pass = api.is_spare || is_seen;
    if !(code == if may_pass { 0 } else { 3 } || code == 3 && shared(&clean)) {
        return Err(format!("exit code {code} where {} failed: {:?}", api.word, said_clean.open));
    }
    // Everything that does not need it is found as ever, and nothing else is.
    let found = said(&staging).findings;
    let needs_it = |id: &&String| api.rules.contains(&id.split(':').next().unwrap());
    let invented: Vec<&String> = found.difference(drifted).collect();
    let open: BTreeSet<&str> = list(&staging, "not_checked").iter().filter_map(|item| item["rule"].as_str()).collect();
    let is_told = |id: &&String| shared(&staging) && open.contains(id.split(':').next().unwrap());
    let lost: Vec<&String> = drifted.difference(&found).filter(|id| !needs_it(id) && !is_told(id)).collect();
    if !invented.is_empty() || !lost.is_empty() {
        return Err(format!("invented {invented:?}, lost {lost:?}"));
    }
    Ok(said_clean.open.iter().find(|entry| own(entry)).cloned().unwrap_or_default())
}

// The table is what the test is for.
#[allow(clippy::print_stdout)]
#[test]
fn every_fault_of_every_api_is_told_and_nothing_is_claimed_because_of_it() {
    let repository = Repository::copy_of("staging");
    let whole = repository.run(&["check", "--only", "vpc", "--connectivity", "--format", "json"]).json();
    assert!(said(&whole).open.is_empty(), "{:?}", said(&whole).open);
    let drifted = said(&whole).findings;
    assert!(drifted.len() >= 8, "{drifted:?}");

    let cases: Vec<(&Api, &FaultCase)> =
        FAULTS.iter().flat_map(|fault| APIS.iter().map(move |api| (api, fault))).collect();
    assert!(cases.len() >= 60);
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    // Most of them wait most of the time.
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                while let Some((api, fault)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = judge(api, fault, &drifted);
                    results.lock().unwrap().push((fault.name, api.word, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    let position = |name: &str| FAULTS.iter().position(|fault| fault.name == name);
    results.sort_by_key(|(fault, api, _)| (position(fault), *api));
    println!("{:<28} {:<22} what the run says", "fault", "API");
    for (fault, api, result) in &results {
        let words = result.as_ref().map_or_else(|problem| format!("WRONG: {problem}"), String::clone);
        println!("{fault:<28} {api:<22} {words}");
    }
    let wrong = results.iter().filter(|(_, _, result)| result.is_err()).count();
    println!("{} of {} cases as they should be", results.len() - wrong, results.len());
    assert_eq!(wrong, 0, "the table above says which");
}

#[test]
fn what_changes_between_two_calls_is_settling_or_not_checked() {
    for (change, path, rule, kind) in [
        (
            json!({"change": {
                "name": "projects/netra-staging/locations/us-central1/services/netra-auth-staging",
                "patch": {"reconciling": true},
            }}),
            "/locations/us-central1/services$",
            "workload-connector-changed",
            "settling",
        ),
        (
            json!({"change": {
                "name": "projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector",
                "patch": {"state": "UPDATING"},
            }}),
            "/locations/us-central1/connectors$",
            "connector-changed",
            "settling",
        ),
    ] {
        let repository = Repository::copy_of("clean");
        repository.change_state(|state| state["faults"] = json!([{"path": path, "kind": change, "times": 1}]));
        let report = repository.run(&["check", "--only", "vpc", "--format", "json"]).expect_code(3).json();
        assert!(list(&report, "findings").is_empty(), "{report}");
        let told =
            list(&report, "not_checked").iter().any(|item| item["rule"] == rule && item["reason"]["kind"] == kind);
        assert!(told, "{rule}: {}", report["not_checked"]);
    }
}

#[test]
fn what_was_being_changed_is_read_once_more_when_asked_for() {
    let settle = |patch: Value| {
        let repository = Repository::copy_of("clean");
        repository.change_state(|state| {
            for answer in state["answers"].as_array_mut().unwrap() {
                if answer["api"] == "vpcaccess.connectors" && answer["region"] == "us-central1" {
                    answer["items"][0]["state"] = json!("UPDATING");
                }
            }
            let name = "projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector";
            // The second read finds what the patch makes of it.
            state["faults"] = json!([{
                "path": "/locations/us-central1/connectors$", "after": 1, "times": 1,
                "kind": {"change": {"name": name, "patch": patch}},
            }]);
        });
        let report = repository.run(&["check", "--only", "vpc", "--settle", "1", "--format", "json"]);
        (report.code, report.json())
    };
    let (code, report) = settle(json!({"state": "READY"}));
    assert_eq!(code, 0, "{}", report["not_checked"]);
    // Still under way: not checked, as without the flag.
    let (code, report) = settle(json!({"state": "UPDATING", "machineType": "e2-micro"}));
    assert_eq!(code, 3);
    assert!(list(&report, "not_checked").iter().all(|item| item["reason"]["kind"] == "settling"), "{report}");
}
