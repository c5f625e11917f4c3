//! The command itself: names, targets, formats, recordings, probes.

use std::fs;

use serde_json::{Value, json};

use super::super::common::{Repository, list};
use super::cases::{apply, ask, base, cases, modes, outcomes, repository};

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
fn both_ends_of_the_scaling_of_a_connector_are_one_cause() {
    let causes = |fields: &[(&str, Value)]| {
        let repository = base();
        let mut state: Value = serde_json::from_str(&repository.read("state.json")).unwrap();
        for (path, value) in fields {
            apply(
                &mut state,
                &json!({"in": "vpcaccess.connectors shop-staging", "item": "connectors/main", "op": "replace", "path": path, "value": value}),
            );
        }
        repository.write("state.json", &state.to_string());
        let diagnosis = repository.run(&["diagnose", "api", "--format", "json"]).expect_code(2).json();
        list(&diagnosis, "causes").to_vec()
    };
    let title = |cause: &Value| cause["title"].as_str().unwrap().to_owned();
    let ends = [("/minInstances", json!(3)), ("/maxInstances", json!(20))];
    let found = causes(&ends);
    let titles: Vec<String> = found.iter().map(title).collect();
    assert_eq!(titles, ["connector main has min_instances 3 and max_instances 20 live; 2 and 10 were declared"]);
    let cause = &found[0];
    assert_eq!(list(cause, "findings").len(), 2, "{cause}");
    let evidence = cause["evidence"].to_string();
    assert!(evidence.contains("minInstances") && evidence.contains("maxInstances"), "{evidence}");
    let mut fix = list(cause, "fix").to_vec();
    let all = fix.len();
    fix.dedup();
    assert_eq!(fix.len(), all, "nothing is to be done twice: {cause}");
    // One end alone, and another setting beside it.
    assert_eq!(causes(&ends[..1]).len(), 1);
    assert_eq!(causes(&[ends[1].clone(), ("/machineType", json!("f1-micro"))]).len(), 2);
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
    let blocked = super::cases::repository(&case);
    blocked.write("probe.json", &probe(&blocked, "api", true).to_string());
    let diagnosis =
        blocked.run(&["diagnose", "api", "--target", "orders-db", "--probe", "probe.json", "--format", "json"]);
    let diagnosis = diagnosis.expect_code(2).json();
    assert_eq!(diagnosis["paths"][0]["contradicted"], true);
}
