//! The health and load of connectors.

use super::*;
use crate::model::{ConnectorHealth, FailedOperation};

const NAME: &str = "projects/p/locations/r/connectors/c";

/// A state with one connector and the operations of its region; `None` where nobody asked for these.
fn health(connector: Value, operations: Option<Vec<Value>>) -> ConnectorHealth {
    let mut state = state_of(Api::VpcAccessConnectors, vec![with(json!({"name": NAME}), connector)]);
    if let Some(operations) = operations {
        state.answers.insert(0, state_of(Api::VpcAccessOperations, operations).answers.remove(0));
    }
    inventory(&state).connector_health.remove(0)
}

fn operation(id: &str, end: Value, message: Option<&str>) -> Value {
    let mut item = json!({
        "name": format!("projects/p/locations/r/operations/{id}"),
        "metadata": {
            "@type": "type.googleapis.com/google.cloud.vpcaccess.v1.OperationMetadata",
            "method": "google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector",
            "createTime": "2026-11-01T00:00:00Z", "endTime": end, "target": NAME,
        },
        "done": true,
    });
    if let Some(message) = message {
        item["error"] = json!({"code": 9, "message": message});
    }
    item
}

fn failure(health: &ConnectorHealth) -> Option<&FailedOperation> {
    health.failure.known()
}

#[test]
fn a_connector_in_error_carries_the_newest_failure() {
    let error = json!({"state": "ERROR"});
    let operations = vec![
        operation("a", json!("2026-11-20T10:00:00.5Z"), Some("newest")),
        // As a text this would be later than the one above.
        operation("b", json!("2026-11-20T10:00:00Z"), Some("older")),
        operation("c", json!("2026-11-21T10:00:00Z"), None),
    ];
    let found = health(error.clone(), Some(operations.clone()));
    let failed = failure(&found).unwrap();
    assert_eq!((&*failed.message, failed.code), ("newest", Some(9)));
    assert_eq!(failed.method.as_deref(), Some("google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector"));
    assert_eq!(failed.time.unwrap().to_string(), "2026-11-20T10:00:00.5Z");
    assert_eq!(field(&found.failure), "projects/p/locations/r/operations/a (error.message)");

    // An operation that has no end is as old as its beginning.
    let open = operation("d", json!(null), Some("open"));
    assert_eq!(failure(&health(error.clone(), Some(vec![open]))).unwrap().message, "open");

    // What is well needs no explanation, whatever failed before.
    assert!(health(json!({"state": "READY"}), Some(operations)).failure.is_absent());
    assert!(health(json!({"state": "READY"}), None).failure.is_absent());
    assert!(health(json!({}), None).failure.is_unknown());
}

#[test]
fn without_the_operations_the_cause_is_not_known() {
    let error = json!({"state": "ERROR"});
    assert!(health(error.clone(), Some(vec![])).failure.is_absent());
    let not_asked = health(error.clone(), None).failure;
    assert_eq!(not_asked.whys()[0].kind, WhyKind::NotAsked);
    assert_eq!(not_asked.whys()[0].text, "vpcaccess.operations was not asked in p/r");
    // A failure that names no connector may be this one's.
    let mut nobody = operation("a", json!("2026-11-20T10:00:00Z"), Some("x"));
    nobody["metadata"]["target"] = json!(null);
    assert_eq!(health(error, Some(vec![nobody])).failure.whys()[0].kind, WhyKind::Malformed);
}

#[test]
fn a_connector_under_change_is_settling() {
    for state in ["CREATING", "DELETING", "UPDATING"] {
        let why = health(json!({"state": state}), None).settling.unwrap();
        assert_eq!((why.kind, why.text), (WhyKind::Settling, format!("the connector is {state}")));
    }
    for state in ["READY", "ERROR", "PAUSED"] {
        assert_eq!(health(json!({"state": state}), None).settling, None);
    }
}

#[test]
fn connected_projects_are_ids_where_the_number_is_known() {
    let found = health(json!({"connectedProjects": ["p", "77", "78"]}), None);
    assert_eq!(found.connected_projects.known().unwrap().iter().collect::<Vec<_>>(), ["78", "host", "p"]);
    assert!(health(json!({}), None).connected_projects.is_absent());
}

#[test]
fn operations_of_the_wrong_shape_uncover_their_collection() {
    let api = Api::VpcAccessOperations;
    assert!(refused(api, None, json!({"name": NAME})).contains("no name of the collection"));
    let odd = operation("a", json!("yesterday"), Some("x"));
    assert!(refused(api, None, odd).ends_with("a time was expected, as RFC 3339 writes it"));
    let nothing = json!({"name": "projects/p/locations/r/operations/a", "error": {}});
    assert!(refused(api, None, nothing).ends_with("it failed, and does not say on what"));
}

/// A series of one point.
fn series(value: Value) -> Value {
    json!({
        "metric": {"type": "vpcaccess.googleapis.com/connector/instances"},
        "resource": {
            "type": "vpc_access_connector",
            "labels": {"project_id": "77", "location": "r", "connector_name": "c"},
        },
        "points": [{"interval": {"endTime": "2026-11-25T07:59:00Z"}, "value": value}],
    })
}

#[test]
fn load_is_read_in_every_type_of_number() {
    let value = |value: Value| {
        let load = understood(Api::MonitoringTimeSeries, None, vec![series(value)]).connector_load.remove(0);
        assert_eq!(load.connector.to_string(), "projects/host/locations/r/connectors/c");
        load.points.first().map(|point| point.value.to_string())
    };
    assert_eq!(value(json!({"int64Value": "3"})).as_deref(), Some("3"));
    assert_eq!(value(json!({"doubleValue": 0.25})).as_deref(), Some("0.25"));
    assert_eq!(value(json!({"distributionValue": {"count": "4", "mean": 0.5}})).as_deref(), Some("0.5"));
    assert_eq!(value(json!({"distributionValue": {"count": "4"}})).as_deref(), Some("0"));
    assert_eq!(value(json!({"distributionValue": {}})), None);
    for odd in [json!({"stringValue": "x"}), json!({}), json!({"int64Value": "x"}), json!({"doubleValue": "NaN"})] {
        refused(Api::MonitoringTimeSeries, None, series(odd));
    }
    let mut nobody = series(json!({"int64Value": "3"}));
    nobody["resource"]["labels"] = json!({"instance_id": "1"});
    assert!(refused(Api::MonitoringTimeSeries, None, nobody).ends_with("it names no connector"));
}

#[test]
fn the_newest_points_are_kept() {
    let mut long = series(json!({"int64Value": "1"}));
    let point = |minute: usize| {
        let time = format!("2026-11-25T{:02}:{:02}:00Z", minute / 60, minute % 60);
        json!({"interval": {"endTime": time}, "value": {"int64Value": minute.to_string()}})
    };
    long["points"] = (0..150).map(point).collect();
    let load = understood(Api::MonitoringTimeSeries, None, vec![long]).connector_load.remove(0);
    assert_eq!(load.points.len(), 100);
    assert_eq!(load.points[0].value.as_i64(), Some(149));
    assert_eq!(load.points[99].value.as_i64(), Some(50));
}
