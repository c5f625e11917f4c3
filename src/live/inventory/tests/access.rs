//! IAM policies, enabled APIs, audit logs.

use super::*;
use crate::model::{ApiState, AuditEntry, AuditStep, IamPolicy};

const SUBNETWORK: &str = "projects/p/regions/r/subnetworks/s";

fn policy(bindings: Value) -> IamPolicy {
    let item = json!({"version": 3, "bindings": bindings});
    understood(Api::ProjectIamPolicy, None, vec![item]).iam_policies.remove(0)
}

fn entry(fields: Value) -> AuditEntry {
    let item = with(
        json!({
            "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity", "insertId": "a",
            "timestamp": "2026-11-19T16:40:52Z", "protoPayload": {},
        }),
        fields,
    );
    understood(Api::LoggingEntries, None, vec![item]).audit_entries.remove(0)
}

#[test]
fn a_policy_binds_members_to_roles() {
    let found = policy(json!([
        {"role": "roles/b", "members": ["user:y", "user:x", "user:y"]},
        {"role": "roles/a", "members": ["user:x"], "condition": {"expression": "true"}},
        {"role": "roles/c_withcond_0123456789abcdef", "members": ["user:x"]},
        {"role": "roles/d", "condition": null},
    ]));
    assert_eq!(found.resource.to_string(), "projects/p");
    let roles: Vec<(&str, usize, bool)> =
        found.bindings.iter().map(|binding| (&*binding.role, binding.members.len(), binding.conditional)).collect();
    assert_eq!(roles, [("roles/a", 1, true), ("roles/b", 2, false), ("roles/c", 1, true), ("roles/d", 0, false)]);
    // A policy that grants nothing is an answer; none at all is not.
    assert_eq!(policy(json!(null)).bindings, []);
    for odd in [json!({"bindings": [{"members": ["user:x"]}]}), json!({"bindings": {}}), json!([]), json!("x")] {
        refused(Api::ProjectIamPolicy, None, odd);
    }
    let none = inventory(&state_of(Api::ProjectIamPolicy, vec![]));
    assert_eq!(none.coverage.entries[0].status, CoverageStatus::Malformed);
}

#[test]
fn the_policy_of_a_subnetwork_is_known_by_what_was_asked() {
    let api = Api::ComputeSubnetworkIamPolicy;
    let item = json!({"bindings": [{"role": "roles/compute.networkUser", "members": ["user:x"]}]});
    let found = understood(api, Some(SUBNETWORK), vec![item.clone()]);
    assert_eq!(found.iam_policies[0].resource.to_string(), SUBNETWORK);
    assert_eq!(found.coverage.answered_of(api, "p", SUBNETWORK), Ok(()));
    assert!(refused(api, None, item.clone()).contains("which subnetwork"));
    assert!(refused(api, Some("projects/q/regions/r/subnetworks/s"), item).contains("of another project"));
}

#[test]
fn an_api_is_enabled_or_not() {
    let api = |state: Value| {
        let item = json!({"name": "projects/4711/services/run.googleapis.com", "state": state});
        let inventory = understood(Api::ServiceUsageServices, None, vec![item]);
        assert_eq!(inventory.project_numbers["4711"], "p");
        inventory.apis.into_iter().next().unwrap()
    };
    let found = api(json!("ENABLED"));
    assert_eq!((&*found.project, &*found.service), ("p", "run.googleapis.com"));
    assert_eq!(found.state.known(), Some(&ApiState::Enabled));
    assert_eq!(api(json!("DISABLED")).state.known(), Some(&ApiState::Disabled));
    assert!(api(json!("STATE_UNSPECIFIED")).state.is_unknown() && api(json!(null)).state.is_unknown());
    for name in ["run.googleapis.com", "projects/77/services/run.googleapis.com", "projects/p/services/a b"] {
        refused(Api::ServiceUsageServices, None, json!({"name": name, "state": "ENABLED"}));
    }
}

#[test]
fn an_audit_entry_tells_who_did_what_to_which_workload() {
    let payload = |name: &str| {
        json!({
            "authenticationInfo": {"principalEmail": "ana@example.com"}, "resourceName": name,
            "methodName": "google.cloud.run.v2.Services.UpdateService", "status": {"code": 7, "message": "denied"},
        })
    };
    let labels = json!({"labels": {"location": "r", "service_name": "s"}});
    for (name, expected) in [
        (SERVICE, Some(SERVICE)),
        ("projects/4711/locations/r/services/s", None),
        ("projects/77/locations/r/jobs/j", Some("projects/host/locations/r/jobs/j")),
        ("namespaces/p/services/s", Some(SERVICE)),
        ("projects/p/locations/r/connectors/c", Some("projects/p/locations/r/connectors/c")),
        ("projects/p/locations/r/services/s/revisions/s-1", None),
        ("namespaces/p/revisions/s-1", None),
        ("projects/_/buckets/b", None),
        ("projects/p/locations/r/services/a b", None),
    ] {
        let found = entry(json!({"protoPayload": payload(name), "resource": labels}));
        assert_eq!(found.subject.map(|subject| subject.to_string()).as_deref(), expected, "{name}");
        assert_eq!(found.resource.known().map(String::as_str), Some(name));
        assert_eq!(found.who.known().unwrap(), "ana@example.com");
        assert_eq!((found.status.code, found.status.is_ok()), (Some(7), false));
    }
    // Without the location nobody knows which service it is.
    assert_eq!(entry(json!({"protoPayload": payload("namespaces/p/services/s")})).subject, None);
}

#[test]
fn what_an_audit_entry_leaves_out_is_absent() {
    let bare = entry(json!({}));
    assert!(bare.who.is_absent() && bare.method.is_absent() && bare.resource.is_absent());
    assert!(bare.status.is_ok() && bare.step == AuditStep::Only);
    let federated =
        json!({"protoPayload": {"authenticationInfo": {"principalEmail": "", "principalSubject": "principal://x"}}});
    assert_eq!(entry(federated).who.known().unwrap(), "principal://x");
    for (operation, step) in [
        (json!({"first": true}), AuditStep::First),
        (json!({"last": true}), AuditStep::Last),
        (json!({"first": true, "last": true}), AuditStep::Only),
        (json!({"id": "x"}), AuditStep::Middle),
    ] {
        assert_eq!(entry(json!({"operation": operation})).step, step);
    }
}

#[test]
fn audit_entries_come_newest_first_and_once() {
    let item = |id: &str, time: &str| json!({"insertId": id, "timestamp": time, "protoPayload": {}});
    let items = vec![
        item("a", "2026-11-19T16:40:52Z"),
        item("b", "2026-11-19T16:40:52.5Z"),
        item("c", "2026-11-19T18:00:00+02:00"),
        item("a", "2026-11-19T16:40:52Z"),
    ];
    let found = understood(Api::LoggingEntries, None, items).audit_entries;
    let ids: Vec<&str> = found.iter().map(|entry| &*entry.id).collect();
    assert_eq!(ids, ["b", "a", "c"]);
    for odd in [
        json!({"insertId": "a", "protoPayload": {}}),
        json!({"insertId": "a", "timestamp": "2026-11-19T16:40:52Z", "textPayload": "hello"}),
        json!({"timestamp": "yesterday", "protoPayload": {}}),
        json!({"timestamp": "2026-11-19T16:40:52Z", "protoPayload": {}, "logName": "projects/q/logs/x"}),
        json!({"timestamp": "2026-11-19T16:40:52Z", "protoPayload": {"methodName": 7}}),
    ] {
        refused(Api::LoggingEntries, None, odd);
    }
}
