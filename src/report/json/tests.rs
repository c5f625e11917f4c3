//! Version 1 against its committed schema.

use serde_json::Value;

use super::v1::{render, schema};
use crate::report::{Report, samples};

const SCHEMA_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/check-v1.json");

fn parsed(report: &Report) -> Value {
    serde_json::from_str(&render(report)).unwrap()
}

#[test]
fn the_committed_schema_is_that_of_the_code() {
    crate::testing::committed_schema("check-v1.json", &schema());
    crate::testing::committed_schema("diagnose-v1.json", &super::diagnose::schema());
    crate::testing::committed_schema("health-v1.json", &super::health::schema());
    crate::testing::committed_schema("premigrate-v1.json", &super::premigrate::schema());
    crate::testing::committed_schema("premigrate-compare-v1.json", &super::premigrate::schema_of_compared());
}

#[test]
fn rendered_reports_meet_the_committed_schema() {
    let committed = std::fs::read_to_string(SCHEMA_FILE).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&committed).unwrap()).unwrap();
    for report in samples::all() {
        let instance = parsed(&report);
        let errors: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
}

#[test]
fn the_schema_is_closed_where_it_must_be() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let good = parsed(&samples::drift());
    assert!(validator.is_valid(&good));
    for (pointer, bad) in [
        ("/schema_version", Value::from(2)),
        ("/findings/0/severity", Value::from("terrible")),
        ("/findings/0/baseline", Value::from("guess")),
        ("/findings/0/fix/0/kind", Value::from("prayer")),
        ("/parts/0/part", Value::from("other")),
        ("/parts/0/verdict", Value::from("fine")),
        ("/not_checked/0/reason/kind", Value::from("other")),
        ("/coverage/0/status", Value::from("ok")),
        ("/coverage/0/api", Value::from("compute.everything")),
        ("/suppressed/0/kind", Value::from("other")),
        ("/findings/0/places/0/line", Value::from("7")),
        ("/findings/0/field", Value::from(7)),
    ] {
        let mut instance = good.clone();
        *instance.pointer_mut(pointer).unwrap() = bad;
        assert!(!validator.is_valid(&instance), "{pointer}");
    }
    for (pointer, field) in [("", "coverage"), ("/findings/0", "live"), ("/run", "live_source"), ("/summary", "exit")] {
        let mut instance = good.clone();
        instance.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&instance), "{pointer}/{field} is required");
    }
}

#[test]
fn field_names_are_those_that_others_build_on() {
    let report = parsed(&samples::drift());
    let keys = |pointer: &str| {
        let value = report.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}"));
        value.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    for (pointer, expected) in [
        ("", "coverage findings not_checked parts run schema_version summary suppressed tool"),
        ("/run", "live_source seconds started"),
        ("/parts/0", "clean findings metrics not_checked part verdict"),
        (
            "/findings/0",
            "baseline caused_by declared field fix id live live_places part places rule severity subject title why",
        ),
        ("/findings/0/subject", "kind name project region"),
        ("/findings/0/declared/0", "origin source value"),
        ("/findings/0/live", "field note resource value"),
        ("/findings/0/fix/0", "kind text undo verify"),
        ("/findings/0/places/0", "callers column end_column end_line file line"),
        ("/not_checked/0", "field part reason rule subject"),
        ("/not_checked/0/reason", "api kind text"),
        ("/coverage/0", "api detail project region status time"),
    ] {
        let mut sorted: Vec<&str> = expected.split(' ').collect();
        sorted.sort_unstable();
        let mut found: Vec<String> = keys(pointer).split(' ').map(str::to_owned).collect();
        found.sort_unstable();
        assert_eq!(found, sorted, "{pointer}");
    }
}

#[test]
fn values_are_carried_over_without_loss() {
    let report = parsed(&samples::drift());
    let at = |pointer: &str| report.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(at("/run/live_source"), "emulated from live/state.json");
    assert_eq!(at("/summary/exit/code"), 2);
    assert_eq!(at("/summary/by_severity/critical"), 2);
    assert_eq!(at("/findings/0/id"), "connector-missing:connector/netra-staging/us-central1/netra-vpc-connector");
    assert_eq!(at("/findings/0/places/0/file"), "terraform/modules/network/connector.tf");
    assert_eq!(at("/findings/0/places/0/callers/0/name"), "module.network");
    assert_eq!(at("/findings/0/live/value"), Value::Null);
    assert_eq!(at("/findings/1/caused_by/0"), at("/findings/0/id"));
    assert_eq!(at("/findings/2/declared/0/value"), "PRIVATE_RANGES_ONLY");
    assert_eq!(at("/not_checked/0/reason/api/api"), "vpcaccess.connectors");
    assert_eq!(at("/suppressed/0/finding/rule"), "connector-unmanaged");
    assert_eq!(at("/suppressed/0/not_checked"), Value::Null);
    assert_eq!(at("/coverage/2/status"), "denied");
}

#[test]
fn a_report_is_pretty_stable_and_ends_its_last_line() {
    let text = render(&samples::drift());
    assert!(text.starts_with("{\n  \"schema_version\": 1,\n  \"tool\": {"), "{text}");
    assert!(text.ends_with("}\n"));
    assert_eq!(text, render(&samples::drift()));
}

#[test]
fn a_number_that_json_cannot_hold_does_not_break_the_report() {
    let mut report = samples::clean();
    report.run.seconds = f64::NAN;
    let validator = jsonschema::validator_for(&schema()).unwrap();
    assert!(validator.is_valid(&parsed(&report)));
}
