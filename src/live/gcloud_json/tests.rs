//! From printed objects to an inventory and its coverage.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::model::{AllowedVariables, Api, CoverageStatus, Egress, Inventory};

const NUMBER: &str = "482913377105";

fn numbers() -> BTreeMap<String, String> {
    [("shop".to_owned(), NUMBER.to_owned())].into()
}

/// Reads what was printed, of which no variable may be read.
fn read(path: &Path, numbers: &BTreeMap<String, String>) -> Result<Printed, GcloudError> {
    super::read(path, numbers, &AllowedVariables::default())
}

/// Reads files of these contents.
fn printed(files: &[(&str, Value)]) -> Printed {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content.to_string()).unwrap();
    }
    read(folder.path(), &numbers()).unwrap()
}

fn inventory_of(printed: &Printed) -> Inventory {
    crate::live::inventory(&printed.state)
}

/// A service as gcloud prints it.
fn service(name: &str, generation: u32) -> Value {
    json!({
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": NUMBER,
            "generation": generation,
            "creationTimestamp": "2026-03-02T09:14:11.902317Z",
            "labels": {"cloud.googleapis.com/location": "r"},
            "annotations": {"serving.knative.dev/lastModifier": "ada@example.com"},
        },
        "spec": {"template": {
            "metadata": {"annotations": {
                "run.googleapis.com/vpc-access-connector": "c",
                "run.googleapis.com/vpc-access-egress": "all-traffic",
            }},
            "spec": {"containers": [{"image": "i"}]},
        }},
        "status": {
            "observedGeneration": generation,
            "conditions": [
                {"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-19T16:40:52.118406Z"},
            ],
            "latestReadyRevisionName": format!("{name}-1"),
            "latestCreatedRevisionName": format!("{name}-2"),
            "traffic": [{"revisionName": format!("{name}-1"), "percent": 100, "latestRevision": true}],
        },
    })
}

fn with(mut value: Value, pointer: &str, to: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap()[key] = to;
    value
}

fn connector(name: &str) -> Value {
    json!({"name": format!("projects/shop/locations/r/connectors/{name}"), "network": "n", "ipCidrRange": "10.8.0.0/28",
        "state": "READY", "minInstances": 2, "maxInstances": 3})
}

/// An entry of the audit log that carries a service in its response or request.
fn entry(time: &str, method: &str, key: &str, service: Value) -> Value {
    let mut entry = json!({
        "insertId": time,
        "timestamp": time,
        "resource": {"labels": {"project_id": "shop", "location": "r"}},
        "protoPayload": {"serviceName": "run.googleapis.com", "methodName": method, "status": {},
            "resourceName": "namespaces/shop/services/a"},
    });
    entry["protoPayload"][key] = service;
    entry
}

fn coverage(printed: &Printed, api: Api) -> (CoverageStatus, String) {
    let entries = inventory_of(printed).coverage.entries;
    let entry = entries.iter().find(|entry| entry.api == api).expect("an entry");
    (entry.status, entry.detail.clone())
}

#[test]
fn a_service_says_the_same_in_both_forms() {
    let printed = printed(&[("a.json", json!([service("a", 3)]))]);
    let inventory = inventory_of(&printed);
    let live = &inventory.workloads[0];
    assert_eq!(live.name.to_string(), "projects/shop/locations/r/services/a");
    let vpc = &live.workload.vpc;
    assert_eq!(vpc.connector.known().unwrap().to_string(), "projects/shop/locations/r/connectors/c");
    assert_eq!(vpc.egress.known(), Some(&Egress::AllTraffic));
    assert_eq!(live.latest_ready_revision.as_deref(), Some("a-1"));
    assert_eq!(live.latest_created_revision.as_deref(), Some("a-2"));
    assert_eq!((live.serving[0].revision.as_deref(), live.serving[0].latest), (Some("a-1"), true));
    assert_eq!(live.last_modifier.as_deref(), Some("ada@example.com"));
    assert_eq!(live.settling, None);
}

#[test]
fn what_still_changes_is_settling() {
    for (pointer, value) in [
        ("/status/observedGeneration", json!(2)),
        ("/status/conditions/0/status", json!("Unknown")),
        ("/status/conditions", json!([])),
    ] {
        let changing = with(service("a", 3), pointer, value);
        let inventory = inventory_of(&printed(&[("a.json", changing)]));
        assert!(inventory.workloads[0].settling.is_some(), "{pointer}");
    }
    let failed = with(service("a", 3), "/status/conditions/0/status", json!("False"));
    assert_eq!(inventory_of(&printed(&[("a.json", failed)])).workloads[0].settling, None);
}

#[test]
fn annotations_that_cannot_be_read_are_not_taken_for_none() {
    let at = "/spec/template/metadata/annotations";
    for (key, value, problem) in [
        ("run.googleapis.com/network-interfaces", json!("[{]"), "that is no JSON list of objects"),
        ("run.googleapis.com/vpc-access-connector", json!(7), "that is no text"),
    ] {
        let mut broken = service("a", 1);
        broken.pointer_mut(at).unwrap()[key] = value;
        let printed = printed(&[("a.json", json!([broken, service("b", 1)]))]);
        assert_eq!(inventory_of(&printed).workloads.len(), 1, "the others count");
        assert!(printed.notes[0].contains(problem), "{:?}", printed.notes);
        let (status, detail) = coverage(&printed, Api::RunServices);
        assert_eq!(status, CoverageStatus::NotAsked);
        assert!(detail.contains("a.json could not be read in full"), "{detail}");
    }
    let odd = with(service("a", 1), &format!("{at}/run.googleapis.com~1vpc-access-egress"), json!("x"));
    let odd = {
        let mut odd = odd;
        odd.pointer_mut(at).unwrap()["run.googleapis.com/vpc-access-egress"] = json!("sideways");
        odd
    };
    let inventory = inventory_of(&printed(&[("a.json", odd)]));
    assert!(inventory.workloads[0].workload.vpc.egress.whys()[0].text.contains("sideways"));
}

#[test]
fn a_list_answers_for_what_appears_in_it_and_a_description_for_nothing() {
    let listed = printed(&[("l.json", json!([connector("a"), connector("b")]))]);
    let inventory = inventory_of(&listed);
    assert_eq!(inventory.coverage.answered(Api::VpcAccessConnectors, "shop", "r"), Ok(()));
    assert!(inventory.coverage.answered(Api::VpcAccessConnectors, "shop", "other").is_err());

    let described = printed(&[("d.json", connector("a"))]);
    assert_eq!(inventory_of(&described).connectors.len(), 1);
    let why = inventory_of(&described).coverage.answered(Api::VpcAccessConnectors, "shop", "r").unwrap_err();
    assert!(why.text.contains("there is no list of them"), "{}", why.text);

    let nothing = printed(&[("e.json", json!([]))]);
    assert_eq!(nothing.state.answers, []);
    assert!(nothing.reason().contains("e.json is an empty list, which does not tell of what"), "{}", nothing.reason());
}

#[test]
fn lists_that_contradict_each_other_or_a_description_answer_nothing() {
    let both = printed(&[("a.json", json!([connector("a")])), ("b.json", json!([connector("b")]))]);
    assert_eq!(inventory_of(&both).connectors.len(), 2);
    assert!(coverage(&both, Api::VpcAccessConnectors).1.contains("the lists of them differ"));

    let same = printed(&[("a.json", json!([connector("a")])), ("b.json", json!([connector("a")]))]);
    assert_eq!(coverage(&same, Api::VpcAccessConnectors).0, CoverageStatus::Answered);

    let beside = printed(&[("a.json", json!([connector("a")])), ("b.json", connector("b"))]);
    assert_eq!(inventory_of(&beside).connectors.len(), 2);
    let (status, detail) = coverage(&beside, Api::VpcAccessConnectors);
    assert_eq!(status, CoverageStatus::NotAsked);
    assert!(detail.contains("b.json tells of connectors/b, which is in no list"), "{detail}");

    // `jq -s` of lists, and what somebody put together by hand.
    let of_lists = printed(&[("a.json", json!([[connector("a")], [connector("a")]]))]);
    assert_eq!(coverage(&of_lists, Api::VpcAccessConnectors).0, CoverageStatus::Answered);
    let mixed = printed(&[("a.json", json!([connector("a"), service("a", 1)]))]);
    assert!(coverage(&mixed, Api::RunServices).1.contains("there is no list of them"));
}

#[test]
fn lists_that_may_be_a_part_answer_nothing() {
    let redis = json!([{"name": "projects/shop/locations/r/instances/x", "state": "READY", "redisVersion": "REDIS_7_0",
        "authorizedNetwork": "n"}]);
    let (status, detail) = coverage(&printed(&[("r.json", redis)]), Api::RedisInstances);
    assert_eq!(status, CoverageStatus::NotAsked);
    assert!(detail.contains("a part of them looks the same (`gcloud redis instances list --region`)"), "{detail}");
}

#[test]
fn of_two_descriptions_the_newer_counts_and_of_none_known_neither() {
    let egress = |mut service: Value, word: &str| {
        service["spec"]["template"]["metadata"]["annotations"]["run.googleapis.com/vpc-access-egress"] = json!(word);
        service
    };
    let read = |files: &[(&str, Value)]| {
        let inventory = inventory_of(&printed(files));
        inventory.workloads.first().and_then(|live| live.workload.vpc.egress.known().copied())
    };
    let (old, new) = (egress(service("a", 3), "all-traffic"), egress(service("a", 4), "private-ranges-only"));
    for files in
        [[("1.json", old.clone()), ("2.json", new.clone())], [("1.json", new.clone()), ("2.json", old.clone())]]
    {
        assert_eq!(read(&files), Some(Egress::PrivateRangesOnly));
    }
    // Deleted and made again: generations count anew.
    let again = with(
        egress(service("a", 1), "private-ranges-only"),
        "/metadata/creationTimestamp",
        json!("2026-11-25T00:00:00Z"),
    );
    assert_eq!(read(&[("1.json", old.clone()), ("2.json", again)]), Some(Egress::PrivateRangesOnly));

    let twin = egress(service("a", 3), "private-ranges-only");
    let undecided = printed(&[("1.json", old), ("2.json", twin)]);
    assert_eq!(inventory_of(&undecided).workloads.len(), 0);
    let (_, detail) = coverage(&undecided, Api::RunServices);
    assert!(detail.contains("1.json and 2.json describe services/a differently"), "{detail}");
}

#[test]
fn a_log_entry_counts_where_it_is_newer() {
    const REPLACE: &str = "/Services.ReplaceService";
    let logged = |generation, time: &str| entry(time, REPLACE, "response", service("a", generation));
    let generation = |files: &[(&str, Value)]| {
        let printed = printed(files);
        let answer = printed.state.answers.iter().find(|answer| answer.api == Api::RunServices);
        answer.and_then(|answer| answer.items.first()?["generation"].as_str().map(str::to_owned))
    };
    let described = ("d.json", service("a", 3));
    assert_eq!(
        generation(&[described.clone(), ("l.json", json!([logged(4, "2026-11-20T00:00:00Z")]))]).as_deref(),
        Some("4")
    );
    assert_eq!(
        generation(&[described.clone(), ("l.json", json!([logged(2, "2026-11-20T00:00:00Z")]))]).as_deref(),
        Some("3")
    );
    let older_first = json!([logged(5, "2026-11-21T00:00:00Z"), logged(4, "2026-11-20T00:00:00Z")]);
    assert_eq!(generation(&[("l.json", older_first)]).as_deref(), Some("5"));

    // A list that does not have it: which of both is newer, nothing tells.
    let listed = ("list.json", json!([service("b", 1)]));
    let printed = printed(&[listed, ("l.json", json!([logged(4, "2026-11-20T00:00:00Z")]))]);
    assert_eq!(inventory_of(&printed).workloads.len(), 1);
    assert_eq!(coverage(&printed, Api::RunServices).0, CoverageStatus::NotAsked);
}

#[test]
fn what_was_only_asked_for_is_not_taken_for_what_is() {
    let asked = with(service("a", 3), "/spec/traffic", json!([{"percent": 100, "latestRevision": true}]));
    for time in ["2026-11-20T00:00:00Z", "2026-11-18T00:00:00Z"] {
        let requested = entry(time, "/Services.ReplaceService", "request", json!({"service": asked}));
        let alone = inventory_of(&printed(&[("l.json", requested.clone())]));
        assert!(alone.workloads[0].settling.is_some(), "nobody knows whether it became so");
        let beside = inventory_of(&printed(&[("l.json", requested), ("d.json", service("a", 3))]));
        let newer = time > "2026-11-19";
        assert_eq!(beside.workloads[0].settling.is_some(), newer, "{time}");
    }
    let v2 = json!({"service": {"name": "projects/shop/locations/r/services/a", "template": {"containers": [{}]}}});
    let method = "google.cloud.run.v2.Services.UpdateService";
    let alone = inventory_of(&printed(&[("l.json", entry("2026-11-20T00:00:00Z", method, "request", v2))]));
    assert!(alone.workloads[0].settling.is_some());

    for change in [("/protoPayload/status", json!({"code": 7})), ("/protoPayload/serviceName", json!("other"))] {
        let refused = entry("2026-11-20T00:00:00Z", "/Services.ReplaceService", "response", service("a", 4));
        let refused = with(refused, change.0, change.1);
        assert_eq!(inventory_of(&printed(&[("l.json", refused)])).workloads.len(), 0, "{}", change.0);
    }
    let tried =
        entry("2026-11-20T00:00:00Z", "X.UpdateService", "request", json!({"validateOnly": true, "service": asked}));
    assert_eq!(inventory_of(&printed(&[("l.json", tried)])).workloads.len(), 0, "a dry run changes nothing");
}

#[test]
fn what_was_deleted_since_is_gone_but_not_missing() {
    let deleted = |time: &str| entry(time, "google.cloud.run.v1.Services.DeleteService", "response", json!({}));
    let list = ("list.json", json!([service("a", 3), service("b", 1)]));
    let after = printed(&[list.clone(), ("l.json", deleted("2026-11-20T00:00:00Z"))]);
    assert_eq!(inventory_of(&after).workloads.len(), 1);
    let (status, detail) = coverage(&after, Api::RunServices);
    assert_eq!(status, CoverageStatus::NotAsked);
    assert!(detail.contains("l.json says that services/a was deleted since"), "{detail}");

    let before = printed(&[list, ("l.json", deleted("2026-11-01T00:00:00Z"))]);
    assert_eq!(inventory_of(&before).workloads.len(), 2);
    assert_eq!(coverage(&before, Api::RunServices).0, CoverageStatus::Answered);
}

#[test]
fn a_part_of_an_object_is_refused() {
    for (object, problem) in [
        (json!({"metadata": {"name": "a"}}), "it has neither kind nor full name"),
        (with(service("a", 1), "/metadata/namespace", json!(null)), "`a` holds no namespace"),
        (with(service("a", 1), "/metadata/labels", json!({})), "`a` holds no label cloud.googleapis.com/location"),
        (with(service("a", 1), "/status", json!(null)), "`a` holds no status, as with `--format export`"),
        (with(service("a", 1), "/spec", json!({})), "`a` holds no template"),
        (json!({"name": "projects/shop/locations/r/connectors/a", "state": "READY"}), "holds no subnet"),
        (json!({"name": "projects/shop/locations/r/services/a", "template": {}}), "holds no generation"),
        (json!({"kind": "compute#network", "name": "n"}), "is a compute#network without selfLink"),
        (json!({"kind": "sql#instance", "name": "n"}), "is a sql#instance without project"),
        (json!({"kind": "storage#bucket"}), "is of the kind `storage#bucket`, which is not read"),
        (json!({"format": "gcp-drift/live-state", "version": 1}), "is a snapshot of gcp-drift (use `snapshot:FILE`)"),
        (json!({"password": "hunter2", "kind": "password=hunter2\u{1b}[31m"}), "which is not read"),
        (json!(7), "is nothing that is read"),
    ] {
        let printed = printed(&[("x.json", json!([object]))]);
        assert_eq!(printed.state.answers, [], "{object}");
        let [note] = printed.notes.as_slice() else { panic!("{:?}", printed.notes) };
        assert!(note.contains(problem), "{note}");
        assert!(!note.contains("hunter2") && !note.contains('\u{1b}'), "{note}");
    }
}

#[test]
fn a_project_that_only_has_a_number_is_said_to() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: Value| std::fs::write(folder.path().join(name), content.to_string()).unwrap();
    write("a.json", json!([service("a", 1)]));
    let unknown = read(folder.path(), &BTreeMap::new()).unwrap();
    assert_eq!(unknown.state.answers[0].project, NUMBER);
    assert!(unknown.reason().contains(&format!("nothing says which project has the number {NUMBER}")));

    write("p.json", json!({"projectId": "shop", "projectNumber": NUMBER, "lifecycleState": "ACTIVE"}));
    let known = read(folder.path(), &BTreeMap::new()).unwrap();
    assert_eq!((&*known.state.answers[0].project, known.notes.len()), ("shop", 0));

    // What the configuration says goes first, and a contradiction is told.
    let configured = [("other".to_owned(), NUMBER.to_owned())].into();
    let told = read(folder.path(), &configured).unwrap();
    assert_eq!(told.state.answers[0].project, "other");
    assert!(told.notes[0].contains(&format!("gives {NUMBER} as the number of shop, but {NUMBER} is that of other")));
}

#[test]
fn jobs_worker_pools_and_revisions_are_converted_as_well() {
    let annotations = json!({"run.googleapis.com/vpc-access-connector": "c",
        "run.googleapis.com/network-interfaces": "[{\"network\":\"n\",\"subnetwork\":\"s\",\"tags\":[\"t\"]}]",
        "run.googleapis.com/cloudsql-instances": "shop:r:db, shop:r:other"});
    let head = |kind: &str, api: &str| {
        json!({"apiVersion": api, "kind": kind, "metadata": {"name": "x", "namespace": NUMBER, "generation": 1,
            "labels": {"cloud.googleapis.com/location": "r", "serving.knative.dev/service": "a"},
            "annotations": annotations}, "status": {"observedGeneration": 1}})
    };
    let containers = json!([{"env": [{"name": "P", "valueFrom": {"secretKeyRef": {"name": "s", "key": "3"}}}]}]);
    let execution = json!({"metadata": {"annotations": annotations},
        "spec": {"taskCount": 2, "template": {"spec": {"containers": containers, "timeoutSeconds": "600"}}}});
    let job = with(head("Job", "run.googleapis.com/v1"), "/spec", json!({"template": execution}));
    let template = json!({"metadata": {"annotations": annotations}, "spec": {"containers": containers}});
    let pool = with(head("WorkerPool", "run.googleapis.com/v1"), "/spec", json!({"template": template}));
    let splits = json!([{"revisionName": "x-1", "percent": 100, "latestRevision": true}]);
    let pool = with(pool, "/status/instanceSplits", splits);
    let revision = with(head("Revision", "serving.knative.dev/v1"), "/spec", json!({"containers": containers}));
    let printed = printed(&[("j.json", job), ("p.json", pool), ("r.json", revision)]);
    assert_eq!(printed.notes, Vec::<String>::new());
    let item = |api: Api| {
        let answer = printed.state.answers.iter().find(|answer| answer.api == api).unwrap();
        answer.items[0].clone()
    };
    let place = format!("projects/{NUMBER}/locations/r");
    for (api, name, at) in [
        (Api::RunJobs, "jobs/x", "/template/template"),
        (Api::RunWorkerPools, "workerPools/x", "/template"),
        (Api::RunRevisions, "services/a/revisions/x", ""),
    ] {
        let item = item(api);
        assert_eq!(item["name"], format!("{place}/{name}"));
        let template = item.pointer(at).unwrap();
        assert_eq!(template["vpcAccess"]["connector"], "c", "{item}");
        assert_eq!(template["vpcAccess"]["networkInterfaces"][0]["tags"], json!(["t"]));
        assert_eq!(template["volumes"][0]["cloudSqlInstance"]["instances"], json!(["shop:r:db", "shop:r:other"]));
        let reference = &template["containers"][0]["env"][0]["valueSource"]["secretKeyRef"];
        assert_eq!(reference, &json!({"secret": "s", "version": "3"}));
    }
    assert_eq!(item(Api::RunJobs)["template"]["template"]["timeout"], "600s");
    let split = &item(Api::RunWorkerPools)["instanceSplitStatuses"][0];
    let latest = json!({"type": "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", "percent": 100, "revision": "x-1"});
    assert_eq!(split, &latest);
    use google_cloud_run_v2::model;
    assert!(serde_json::from_value::<model::Job>(item(Api::RunJobs)).is_ok());
    assert!(serde_json::from_value::<model::WorkerPool>(item(Api::RunWorkerPools)).is_ok());
    assert!(serde_json::from_value::<model::Revision>(item(Api::RunRevisions)).is_ok());
}

/// Every pointer into a value.
fn pointers(value: &Value, here: &str, all: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(key, field)| (key.replace('~', "~0").replace('/', "~1"), field)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    for (key, field) in inner {
        let pointer = format!("{here}/{key}");
        pointers(field, &pointer, all);
        all.push(pointer);
    }
}

#[test]
fn whatever_an_object_holds_nothing_vanishes_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    let job = with(with(service("a", 3), "/kind", json!("Job")), "/apiVersion", json!("run.googleapis.com/v1"));
    let job = with(job, "/spec/template/spec", json!({"template": {"spec": {"containers": [{"image": "i"}]}}}));
    for (object, api) in [
        (service("a", 3), Api::RunServices),
        (job, Api::RunJobs),
        (connector("a"), Api::VpcAccessConnectors),
        (entry("2026-11-20T00:00:00Z", "/Services.ReplaceService", "response", service("a", 4)), Api::RunServices),
    ] {
        let mut all = Vec::new();
        pointers(&object, "", &mut all);
        for pointer in all {
            for odd in
                [json!(null), json!(7), json!(-1.5), json!("../\u{1b}[2J"), json!([[]]), json!({"a": {}}), json!(true)]
            {
                let mut mutated = object.clone();
                *mutated.pointer_mut(&pointer).unwrap() = odd.clone();
                std::fs::write(&path, json!([mutated]).to_string()).unwrap();
                let printed = read(&path, &numbers()).unwrap();
                let inventory = inventory_of(&printed);
                let held: usize = printed.state.answers.iter().map(|answer| answer.items.len()).sum();
                let told = !printed.notes.is_empty()
                    || inventory.coverage.entries.iter().any(|entry| entry.status != CoverageStatus::Answered);
                assert!(held > 0 || told, "{api} {pointer} {odd}");
                let text = format!("{}{}", printed.description("x"), printed.reason());
                assert!(!text.contains('\u{1b}'), "{text}");
                let answered =
                    inventory.coverage.entries.iter().filter(|entry| entry.status == CoverageStatus::Answered);
                let read = inventory.workloads.len() + inventory.connectors.len();
                let jobs = usize::from(api == Api::RunJobs);
                assert!(answered.count() <= read + jobs, "{api} {pointer} {odd}: answered, but nothing was read");
            }
        }
    }
}
