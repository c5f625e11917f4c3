//! `diagnose` on a healthy state and on changes of it: each failure mode alone, its innocent look-alike, two at once,
//! nothing at all, and one API denied at a time.
//!
//! `base/` is the healthy state. A case is a file of edits over it, in the manner of RFC 6902: `in` names the answer
//! (collection and project), `item` the item by the end of its name, `path` the place in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::common::{Outcome, Repository, copy, list};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnose").join(name)
}

/// The cases of a group, by name.
fn cases(group: &str) -> Vec<(String, Value)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(group)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let case = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.file_stem().unwrap().to_string_lossy().into_owned(), case)
    };
    files.iter().map(read).collect()
}

fn base() -> Repository {
    let repository = Repository::empty();
    copy(&folder("base"), repository.path());
    repository
}

/// A copy of the base with the edits of a case.
fn repository(case: &Value) -> Repository {
    let repository = base();
    let mut state: Value = serde_json::from_str(&repository.read("state.json")).unwrap();
    for edit in list(case, "edits") {
        apply(&mut state, edit);
    }
    repository.write("state.json", &state.to_string());
    for (file, replacements) in case["files"].as_object().into_iter().flatten() {
        for pair in replacements.as_array().unwrap() {
            repository.replace(file, pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        }
    }
    repository
}

/// Applies one edit.
fn apply(state: &mut Value, edit: &Value) {
    let answers = state["answers"].as_array_mut().unwrap();
    if let Some(answer) = edit.get("answer") {
        answers.push(answer.clone());
        return;
    }
    if let Some(project) = edit["firewall"].as_str() {
        let mut seen = false;
        for answer in answers.iter_mut().filter(|answer| answer["project"] == project) {
            let rules = match answer["api"].as_str().unwrap() {
                "compute.firewalls" => &mut answer["items"],
                "compute.effectiveFirewalls" => &mut answer["items"][0]["firewalls"],
                _ => continue,
            };
            change_rules(rules, edit);
            seen = true;
        }
        assert!(seen, "no firewalls of {project}");
        return;
    }
    let wanted: Vec<&str> = edit["in"].as_str().unwrap().split(' ').collect();
    let of_answer = |answer: &&mut Value| {
        answer["api"] == wanted[0]
            && answer["project"] == wanted[1]
            && wanted.get(2).is_none_or(|end| answer["of"].as_str().is_some_and(|of| of.ends_with(end)))
    };
    let answer = answers.iter_mut().find(of_answer).unwrap_or_else(|| panic!("no answer for {edit}"));
    let target = match edit["item"].as_str() {
        None => answer,
        Some(end) => {
            let items = answer["items"].as_array_mut().unwrap();
            let at = items.iter().position(|item| item["name"].as_str().is_some_and(|name| name.ends_with(end)));
            let at = at.unwrap_or_else(|| panic!("no item for {edit}"));
            if edit["op"] == "remove" && edit["path"] == "" {
                items.remove(at);
                return;
            }
            &mut items[at]
        }
    };
    change(target, edit);
}

fn change_rules(rules: &mut Value, edit: &Value) {
    let rules = rules.as_array_mut().unwrap();
    match edit["op"].as_str().unwrap() {
        "add" => rules.push(edit["value"].clone()),
        "remove" => {
            let before = rules.len();
            rules.retain(|rule| rule["name"] != edit["item"]);
            assert_eq!(rules.len() + 1, before, "{edit}");
        }
        "replace" => {
            let rule = rules.iter_mut().find(|rule| rule["name"] == edit["item"]).unwrap();
            change(rule, edit);
        }
        other => panic!("{other} is no edit of rules"),
    }
}

fn change(target: &mut Value, edit: &Value) {
    let path = edit["path"].as_str().unwrap();
    let (parent, key) = path.rsplit_once('/').unwrap_or_else(|| panic!("no path in {edit}"));
    let parent = target.pointer_mut(parent).unwrap_or_else(|| panic!("no parent for {edit}"));
    let op = edit["op"].as_str().unwrap();
    match parent {
        Value::Object(fields) => match op {
            "remove" => assert!(fields.remove(key).is_some(), "{edit}"),
            "replace" => assert!(fields.insert(key.to_owned(), edit["value"].clone()).is_some(), "{edit}"),
            "add" => {
                fields.insert(key.to_owned(), edit["value"].clone());
            }
            other => panic!("{other} is no operation"),
        },
        Value::Array(items) => match (op, key) {
            ("add", "-") => items.push(edit["value"].clone()),
            ("remove", at) => {
                items.remove(at.parse().unwrap());
            }
            ("replace", at) => items[at.parse::<usize>().unwrap()] = edit["value"].clone(),
            (other, _) => panic!("{other} is no operation on a list"),
        },
        other => panic!("{edit}: {other} holds nothing"),
    }
}

fn ask(repository: &Repository, case: &Value) -> Outcome {
    let mut arguments = vec!["diagnose", "--format", "json"];
    arguments.extend(list(case, "ask").iter().map(|word| word.as_str().unwrap()));
    repository.run(&arguments)
}

/// The modes of a list, as number, or slug where there is none.
fn modes(diagnosis: &Value, key: &str) -> Vec<String> {
    let name = |one: &Value| match one["mode"]["number"].as_u64() {
        Some(number) => number.to_string(),
        None => one["mode"]["slug"].as_str().unwrap_or("-").to_owned(),
    };
    list(diagnosis, key).iter().map(name).collect()
}

/// What a case expects of a list, as [`modes`] has it.
fn expected(case: &Value, key: &str) -> Vec<String> {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    case[key].as_array().into_iter().flatten().map(word).collect()
}

fn outcomes(diagnosis: &Value) -> Vec<&str> {
    list(diagnosis, "paths").iter().map(|path| path["outcome"].as_str().unwrap()).collect()
}

/// Collects what went wrong over all cases, so that one run shows all of it.
fn check(group: &str, judge: impl Fn(&Value, &Value, i32) -> Result<(), String>) -> usize {
    let cases = cases(group);
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        let outcome = ask(&repository(case), case);
        if !matches!(outcome.code, 0 | 2 | 3) {
            wrong.push(format!("{group}/{name}: exit code {}: {}", outcome.code, outcome.stderr));
            continue;
        }
        let diagnosis = outcome.json();
        if let Err(problem) = judge(case, &diagnosis, outcome.code) {
            let titles: Vec<String> = list(&diagnosis, "causes")
                .iter()
                .map(|cause| format!("{} {}: {}", cause["mode"], cause["likelihood"], cause["title"]))
                .collect();
            wrong.push(format!("{group}/{name}: {problem}\n    {}", titles.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    cases.len()
}

#[test]
fn the_healthy_base_reaches_everything() {
    let base = base();
    let mut paths = 0;
    for workload in ["api", "checkout", "reports", "direct", "export", "mailer"] {
        let diagnosis = base.run(&["diagnose", workload, "--format", "json"]).expect_code(0).json();
        assert_eq!(modes(&diagnosis, "causes"), Vec::<String>::new(), "{workload}");
        assert!(outcomes(&diagnosis).iter().all(|outcome| *outcome == "reaches"), "{workload}: {diagnosis:#}");
        assert_eq!(modes(&diagnosis, "undecided"), Vec::<String>::new(), "{workload}");
        assert!(!outcomes(&diagnosis).is_empty(), "{workload}");
        paths += outcomes(&diagnosis).len();
    }
    assert_eq!(paths, 8);
}

#[test]
#[allow(clippy::print_stdout)]
fn each_mode_alone_is_named_first() {
    let mut named = BTreeSet::new();
    for (_, case) in cases("modes") {
        named.extend(expected(&case, "causes").first().cloned());
    }
    let provable: Vec<String> =
        (1..=29).filter(|number| ![14, 22, 28, 29].contains(number)).map(|number: u8| number.to_string()).collect();
    let missing: Vec<&String> = provable.iter().filter(|number| !named.contains(*number)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
    let count = check("modes", |case, diagnosis, code| {
        let (found, wanted) = (modes(diagnosis, "causes"), expected(case, "causes"));
        if found != wanted || code != 2 {
            return Err(format!("causes {found:?}, expected {wanted:?}; exit code {code}"));
        }
        let first = &diagnosis["causes"][0];
        let complete = [("chain", 2), ("evidence", 1), ("fix", 1)];
        match complete.iter().find(|(key, least)| list(first, key).len() < *least) {
            Some((key, _)) => Err(format!("its {key} is {}", first[key])),
            None => Ok(()),
        }
    });
    println!("diagnose: {}/{} modes named first, {count} cases", provable.len(), provable.len());
}

#[test]
#[allow(clippy::print_stdout)]
fn the_innocent_look_alike_of_a_mode_does_not_name_it() {
    let count = check("innocent", |case, diagnosis, _| {
        let (found, not) = (modes(diagnosis, "causes"), expected(case, "not"));
        match not.iter().find(|mode| found.contains(mode)) {
            Some(mode) => Err(format!("it names {mode}")),
            None => {
                let wanted = expected(case, "causes");
                if found == wanted { Ok(()) } else { Err(format!("causes {found:?}, expected {wanted:?}")) }
            }
        }
    });
    assert!(count >= 25, "{count}");
    println!("diagnose: {count} look-alikes pass");
}

#[test]
#[allow(clippy::print_stdout)]
fn of_two_causes_neither_hides_the_other() {
    let count = check("pairs", |case, diagnosis, code| {
        let (found, wanted) = (modes(diagnosis, "causes"), expected(case, "causes"));
        let set = |modes: &[String]| modes.iter().cloned().collect::<BTreeSet<String>>();
        if set(&found) != set(&wanted) || code != 2 {
            return Err(format!("causes {found:?}, expected {wanted:?}; exit code {code}"));
        }
        Ok(())
    });
    assert!(count >= 10, "{count}");
    println!("diagnose: {count} pairs of causes named");
}

#[test]
fn where_nothing_explains_it_that_is_said() {
    let count = check("nothing", |_, diagnosis, code| {
        let causes = modes(diagnosis, "causes");
        let advice = modes(diagnosis, "advice");
        match () {
            () if !causes.is_empty() => Err(format!("causes {causes:?}")),
            () if code != 0 => Err(format!("exit code {code}: {}", diagnosis["undecided"])),
            () if !advice.contains(&"29".to_owned()) => Err(format!("advice {advice:?}")),
            () => Ok(()),
        }
    });
    assert!(count >= 5, "{count}");
}

#[test]
fn what_no_field_proves_is_advice() {
    check("advice", |case, diagnosis, code| {
        let (found, wanted) = (modes(diagnosis, "advice"), expected(case, "advice"));
        match wanted.iter().find(|mode| !found.contains(mode)) {
            Some(mode) => Err(format!("advice {found:?} lacks {mode}")),
            None if code != 0 => Err(format!("exit code {code}")),
            None => Ok(()),
        }
    });
}

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

/// The first mode that is named, and how every path ends.
fn summary(diagnosis: &Value) -> (Vec<String>, Vec<String>) {
    (modes(diagnosis, "causes"), outcomes(diagnosis).into_iter().map(str::to_owned).collect())
}

#[test]
fn the_embedded_emulator_and_a_recording_give_the_same_diagnosis() {
    for (group, name) in [
        ("modes", "16-firewall-denies-egress"),
        ("modes", "02-connector-not-permitted"),
        ("modes", "24-connector-of-other-environment"),
    ] {
        let (_, case) = cases(group).into_iter().find(|(own, _)| own == name).unwrap();
        let repository = repository(&case);
        let workload = case["ask"][0].as_str().unwrap();
        let from_file = repository.run(&["diagnose", workload, "--format", "json"]).expect_code(2).json();
        let record =
            ["diagnose", workload, "--format", "json", "--live", "emulator:state.json", "--record", "run.json"];
        let asked = repository.run(&record).expect_code(2).json();
        assert_eq!(summary(&asked), summary(&from_file), "{name}");
        let replayed =
            repository.run(&["diagnose", workload, "--format", "json", "--replay", "run.json"]).expect_code(2);
        assert_eq!(replayed.json(), asked, "{name}");
    }
}

#[test]
fn the_order_of_the_answers_changes_nothing() {
    let repository = base();
    let mut state: Value = serde_json::from_str(&repository.read("state.json")).unwrap();
    let before = repository.run(&["diagnose", "api", "--format", "json"]).stdout;
    let answers = state["answers"].as_array_mut().unwrap();
    answers.reverse();
    answers.iter_mut().for_each(|answer| answer["items"].as_array_mut().unwrap().reverse());
    repository.write("state.json", &state.to_string());
    assert_eq!(repository.run(&["diagnose", "api", "--format", "json"]).stdout, before);
}

#[test]
fn the_change_behind_a_cause_is_told_where_the_log_or_the_workload_tells() {
    let change = |name: &str| {
        let (_, case) = cases("modes").into_iter().find(|(own, _)| own == name).unwrap();
        let diagnosis = ask(&repository(&case), &case).json();
        diagnosis["causes"][0]["change"].clone()
    };
    for (name, who, how) in [
        ("16-firewall-denies-egress", "ben@example.com", "v1.compute.firewalls.insert"),
        ("12-nat-missing", "ben@example.com", "v1.compute.routers.patch"),
        ("09-sql-private-address-removed", "ben@example.com", "cloudsql.instances.update"),
        (
            "27-connector-deletion-on-record",
            "ben@example.com",
            "google.cloud.vpcaccess.v1.VpcAccessService.DeleteConnector",
        ),
        ("13-nat-bypassed", "ben@example.com", "terraform"),
    ] {
        let change = change(name);
        assert_eq!((&change["who"], &change["how"]), (&json!(who), &json!(how)), "{name}: {change}");
    }
    let unknown = change("10-peering-inactive");
    assert_eq!(unknown["known"], false);
    assert!(unknown["source"].as_str().unwrap().contains("audit log"), "{unknown}");
}

#[test]
fn a_name_that_is_unknown_or_ambiguous_is_told_with_those_that_are_near() {
    let repository = base();
    let outcome = repository.run(&["diagnose", "chekout"]).expect_code(64);
    assert!(outcome.stderr.contains("no workload is called chekout; did you mean checkout?"), "{}", outcome.stderr);
    let outcome = repository.run(&["diagnose", "api", "--target", "mongo"]).expect_code(64);
    assert!(outcome.stderr.contains("target called mongo; there are "), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("orders-db"), "{}", outcome.stderr);
    repository.run(&["diagnose"]).expect_code(64);
    repository.run(&["diagnose", "api", "--live", "none"]).expect_code(64);
    // A job of the same name.
    let mut state: Value = serde_json::from_str(&repository.read("state.json")).unwrap();
    let job = json!({"name": "projects/shop-staging/locations/europe-west1/jobs/api", "generation": "1", "observedGeneration": "1", "template": {"template": {}}});
    apply(&mut state, &json!({"in": "run.jobs shop-staging", "op": "add", "path": "/items/-", "value": job}));
    repository.write("state.json", &state.to_string());
    let outcome = repository.run(&["diagnose", "api"]).expect_code(64);
    let full = "projects/shop-staging/locations/europe-west1/services/api";
    assert!(
        outcome.stderr.contains("api names several workloads") && outcome.stderr.contains(full),
        "{}",
        outcome.stderr
    );
    repository.run(&["diagnose", full]).expect_code(0);
}

#[test]
fn a_target_alone_asks_for_every_workload_that_uses_it() {
    let repository = base();
    let diagnosis = repository.run(&["diagnose", "--target", "postgres", "--format", "json"]).expect_code(0).json();
    let names: Vec<&str> =
        list(&diagnosis, "workloads").iter().map(|name| name.as_str().unwrap().rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["api", "direct", "reports", "mailer"]);
    assert_eq!(list(&diagnosis, "paths").len(), 4);
    let diagnosis = repository.run(&["diagnose", "--target", "sessions", "--format", "json"]).expect_code(0).json();
    assert_eq!(list(&diagnosis, "paths").len(), 1);
}

#[test]
fn a_password_in_a_target_is_never_printed() {
    let repository = base();
    for format in ["text", "json", "mermaid", "dot"] {
        let url = "postgres://app:hunter2@10.30.0.3:5432/orders?password=hunter2";
        let outcome = repository.run(&["diagnose", "api", "--target", url, "--format", format]).expect_code(0);
        assert!(!outcome.stdout.contains("hunter2") && !outcome.stderr.contains("hunter2"), "{}", outcome.stdout);
        assert!(outcome.stdout.contains("10.30.0.3"), "{}", outcome.stdout);
    }
}

#[test]
fn what_is_not_known_to_be_used_is_said() {
    let repository = base();
    repository.replace("gcp-drift.toml", "workloads = [\"checkout\"]", "workloads = [\"elsewhere\"]");
    let mut state: Value = serde_json::from_str(&repository.read("state.json")).unwrap();
    let path = "/template/containers/0/env/0/name";
    apply(
        &mut state,
        &json!({"in": "run.services shop-staging", "item": "services/checkout", "op": "replace", "path": path, "value": "MONGO_URL"}),
    );
    repository.write("state.json", &state.to_string());
    let diagnosis = repository.run(&["diagnose", "checkout", "--format", "json"]).expect_code(3).json();
    assert_eq!(list(&diagnosis, "paths").len(), 0);
    assert!(diagnosis["unknown_targets"][0].as_str().unwrap().starts_with("MONGO_URL of checkout"), "{diagnosis}");
}

#[test]
fn the_json_meets_its_schema_and_the_drawings_hold_every_hop() {
    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/diagnose-v1.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for group in ["modes", "innocent", "pairs"] {
        for (name, case) in cases(group).into_iter().step_by(4) {
            let repository = repository(&case);
            let diagnosis = ask(&repository, &case).json();
            let errors: Vec<String> = validator.iter_errors(&diagnosis).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{group}/{name}");
            let hops: usize = list(&diagnosis, "paths").iter().map(|path| list(path, "hops").len()).sum();
            let mut arguments = vec!["diagnose", "--format", "mermaid"];
            arguments.extend(list(&case, "ask").iter().map(|word| word.as_str().unwrap()));
            let mermaid = repository.run(&arguments).stdout;
            assert!(mermaid.starts_with("flowchart LR\n"), "{mermaid}");
            assert_eq!(mermaid.matches("]:::").count(), hops, "{group}/{name}: {mermaid}");
            arguments[2] = "dot";
            let dot = repository.run(&arguments).stdout;
            assert_eq!(dot.matches(" [label=").count(), hops, "{group}/{name}: {dot}");
            assert_eq!(dot.matches('{').count(), dot.matches('}').count(), "{dot}");
        }
    }
    let mut wrong = base().run(&["diagnose", "api", "--format", "json"]).json();
    wrong["paths"][0]["outcome"] = "fine".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn a_person_reads_the_chain_the_change_and_the_fix() {
    let (_, case) = cases("modes").into_iter().find(|(name, _)| name == "05-connector-range-overlaps").unwrap();
    let text = repository(&case).run(&["diagnose", "api"]).expect_code(2).stdout;
    for line in [
        "  1. #5 connector-range-overlaps: range 10.8.0.0/28 of connector main overlaps subnetwork jobs",
        "     symptom   requests of api to orders-db (10.30.0.3:5432) do not arrive",
        "     why       #4 connector-in-error: connector main is in the state ERROR",
        "     fix       gcloud compute networks vpc-access connectors create main-2 --project shop-staging",
        "     finding   connector-not-ready:connector/shop-staging/europe-west1/main:state",
    ] {
        assert!(text.contains(line), "`{line}` is not in:\n{text}");
    }
}

/// What a probe from a service wrote of the database of the base: that of a closed port here, with other names.
fn probe(repository: &Repository, service: &str, connected: bool) -> Value {
    let mut probe =
        repository.run(&["probe", "--target", "tcp://127.0.0.1:1", "--tries", "1", "--format", "json"]).json();
    probe["run"]["from"]["service"] = service.into();
    let target = &mut probe["targets"][0];
    for (key, value) in
        [("name", json!("orders-db")), ("kind", json!("postgres")), ("host", json!("10.30.0.3")), ("port", json!(5432))]
    {
        target[key] = value;
    }
    if connected {
        for (key, value) in [
            ("outcome", json!("reached")),
            ("stage", json!("answer")),
            ("succeeded", json!(1)),
            ("failures", json!([])),
        ] {
            target[key] = value;
        }
    }
    probe
}

#[test]
fn a_probe_that_went_the_same_way_can_contradict() {
    let repository = base();
    let ask = |service: &str, connected: bool| {
        let probe = probe(&repository, service, connected);
        repository.write("probe.json", &probe.to_string());
        repository.run(&["diagnose", "api", "--target", "orders-db", "--probe", "probe.json", "--format", "json"])
    };
    let agrees = ask("api", true).expect_code(0).json();
    assert!(agrees["paths"][0]["probe"].as_str().unwrap().contains("says reached"), "{agrees}");
    assert_eq!(agrees["paths"][0]["contradicted"], false);
    let contradicts = ask("api", false).expect_code(3).json();
    assert_eq!(contradicts["paths"][0]["contradicted"], true);
    assert_eq!(contradicts["paths"][0]["outcome"], "reaches");
    assert!(modes(&contradicts, "advice").contains(&"29".to_owned()));
    // One from elsewhere says nothing of this way.
    let elsewhere = ask("reports", false).expect_code(0).json();
    assert_eq!(elsewhere["paths"][0]["contradicted"], false);
    let (_, case) = cases("modes").into_iter().find(|(name, _)| name == "16-firewall-denies-egress").unwrap();
    let blocked = super::diagnose::repository(&case);
    blocked.write("probe.json", &probe(&blocked, "api", true).to_string());
    let diagnosis =
        blocked.run(&["diagnose", "api", "--target", "orders-db", "--probe", "probe.json", "--format", "json"]);
    let diagnosis = diagnosis.expect_code(2).json();
    assert_eq!(diagnosis["paths"][0]["contradicted"], true);
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
