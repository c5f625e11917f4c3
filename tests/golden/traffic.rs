//! Who serves: traffic, tags, instance splits, rollouts.

use serde_json::{Value, json};

use super::scene::{Case, Live, PROJECT, REGION};
use super::services::{CONNECTOR, connector_block, connector_item, service_block, service_item};

const LATEST: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
const REVISION: &str = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

fn own() -> Value {
    json!({ "connector": CONNECTOR, "egress": "PRIVATE_RANGES_ONLY" })
}

/// A service with these lines beside its template.
fn declared(lines: &str) -> String {
    let service = service_block("    vpc_access {\n      connector = google_vpc_access_connector.c.id\n    }");
    let at = service.rfind('}').unwrap();
    format!("{}{}{lines}}}\n", connector_block(), &service[..at])
}

fn traffic(targets: &str) -> String {
    targets.split('|').map(|target| format!("\n  traffic {{\n    {}\n  }}\n", target.replace(';', "\n   "))).collect()
}

/// A live service whose traffic goes here, with an older revision that has this access.
fn live(statuses: &Value, older: &Value) -> Live {
    live_as(statuses, older, |_| {})
}

fn live_as(statuses: &Value, older: &Value, change: impl Fn(&mut Value)) -> Live {
    let (mut service, revision) = service_item(&own());
    let mut old = revision.clone();
    old["name"] = revision["name"].as_str().unwrap().replace("00007-abc", "00006-old").into();
    old["vpcAccess"] = older.clone();
    old["createTime"] = "2025-12-01T00:00:00Z".into();
    service["traffic"] = statuses.clone();
    service["trafficStatuses"] = statuses.clone();
    change(&mut service);
    Live::default()
        .with("vpcaccess.connectors", connector_item())
        .with("run.services", service)
        .with("run.revisions", revision)
        .with("run.revisions", old)
}

fn pool_block(lines: &str) -> String {
    format!(
        "{}resource \"google_cloud_run_v2_worker_pool\" \"queue\" {{\n  name     = \"queue\"\n  location = \"{REGION}\"\n{lines}\n  template {{\n    vpc_access {{\n      connector = google_vpc_access_connector.c.id\n    }}\n    containers {{\n      image = \"queue\"\n    }}\n  }}\n}}\n",
        connector_block()
    )
}

fn pool(splits: &Value, older: &Value) -> Live {
    let name = format!("projects/{PROJECT}/locations/{REGION}/workerPools/queue");
    let revision = |short: &str, vpc: &Value| json!({ "name": format!("{name}/revisions/{short}"), "vpcAccess": vpc, "createTime": "2026-01-01T00:00:00Z" });
    let latest = format!("{name}/revisions/queue-2");
    let pool = json!({
        "name": name, "generation": "2", "observedGeneration": "2", "template": { "vpcAccess": own() },
        "terminalCondition": { "type": "Ready", "state": "CONDITION_SUCCEEDED" },
        "latestReadyRevision": latest, "latestCreatedRevision": latest,
        "instanceSplits": splits, "instanceSplitStatuses": splits,
    });
    Live::default()
        .with("vpcaccess.connectors", connector_item())
        .with("run.workerPools", pool)
        .with("run.revisions", revision("queue-2", &own()))
        .with("run.revisions", revision("queue-1", older))
}

pub fn cases() -> Vec<Case> {
    let latest = json!([{ "type": LATEST, "percent": 100 }]);
    let pinned = json!([{ "type": REVISION, "revision": "api-00006-old", "percent": 100 }]);
    let detached = json!({});
    let of_latest = format!("type = \"{LATEST}\";percent = 100");
    let of_old = format!("type = \"{REVISION}\";revision = \"api-00006-old\";percent = 100");
    let mut all = vec![
        Case::equal("equal 16", "no traffic declared, all of it on the latest", &declared(""), live(&latest, &own())),
        Case::equal(
            "equal 16b",
            "the latest declared, and live",
            &declared(&traffic(&of_latest)),
            live(&latest, &own()),
        ),
        Case::equal(
            "equal 16c",
            "the latest ready revision by name in the observed traffic of the latest",
            &declared(""),
            live(&json!([{ "type": LATEST, "revision": "api-00007-abc", "percent": 100 }]), &own()),
        ),
        Case::equal("equal 16d", "a revision declared, and live", &declared(&traffic(&of_old)), live(&pinned, &own())),
        Case::equal(
            "equal 16e",
            "a split in another order",
            &declared(&traffic(&format!(
                "type = \"{LATEST}\";percent = 80|type = \"{REVISION}\";revision = \"api-00006-old\";percent = 20"
            ))),
            live(
                &json!([
                    { "type": REVISION, "revision": "api-00006-old", "percent": 20 }, { "type": LATEST, "percent": 80 },
                ]),
                &own(),
            ),
        ),
        Case::equal(
            "equal 16f",
            "a tag without traffic beside the latest, on a revision of the same access",
            &declared(""),
            live(
                &json!([{ "type": LATEST, "percent": 100 }, { "type": REVISION, "revision": "api-00006-old", "tag": "old" }]),
                &own(),
            ),
        ),
        Case::equal(
            "equal 22b",
            "a worker pool: no split declared, all instances on the latest",
            &pool_block(""),
            pool(&json!([{ "type": "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", "percent": 100 }]), &own()),
        ),
        Case::drift(
            "drift 11",
            "traffic pinned, nothing declared: plan is silent",
            "traffic-pinned",
            &declared(""),
            live(&pinned, &own()),
        ),
        Case::drift(
            "drift 11b",
            "traffic pinned, the latest declared",
            "traffic-pinned",
            &declared(&traffic(&of_latest)),
            live(&pinned, &own()),
        ),
        Case::drift(
            "drift 11c",
            "a part of the traffic pinned: plan is silent",
            "traffic-pinned",
            &declared(""),
            live(
                &json!([{ "type": LATEST, "percent": 90 }, { "type": REVISION, "revision": "api-00006-old", "percent": 10 }]),
                &own(),
            ),
        ),
        Case::drift(
            "drift 11d",
            "pinned to the newest revision, so that the next one gets no traffic: plan is silent",
            "traffic-pinned",
            &declared(""),
            live(&json!([{ "type": REVISION, "revision": "api-00007-abc", "percent": 100 }]), &own()),
        ),
        Case::drift(
            "drift 11e",
            "a revision declared, and all traffic on the latest",
            "traffic-changed",
            &declared(&traffic(&of_old)),
            live(&latest, &own()),
        ),
        Case::drift(
            "drift 11f",
            "other percentages than declared",
            "traffic-changed",
            &declared(&traffic(&format!(
                "type = \"{LATEST}\";percent = 80|type = \"{REVISION}\";revision = \"api-00006-old\";percent = 20"
            ))),
            live(
                &json!([
                    { "type": LATEST, "percent": 20 }, { "type": REVISION, "revision": "api-00006-old", "percent": 80 },
                ]),
                &own(),
            ),
        ),
        Case::drift(
            "drift 12",
            "the template is right, and an older revision without access serves: plan is silent",
            "traffic-pinned",
            &declared(""),
            live(&pinned, &detached),
        ),
        Case::drift(
            "drift 12b",
            "the same with the older revision declared: what serves is not what is configured",
            "traffic-on-stale-revision",
            &declared(&traffic(&of_old)),
            live(&pinned, &detached),
        ),
        Case::drift(
            "drift 12c",
            "a tag on a revision with other access",
            "traffic-on-stale-revision",
            &declared(""),
            live(
                &json!([{ "type": LATEST, "percent": 100 }, { "type": REVISION, "revision": "api-00006-old", "tag": "old" }]),
                &detached,
            ),
        ),
        Case::drift(
            "drift 12d",
            "the newest revision failed, and the older one serves",
            "rollout-failed",
            &declared(""),
            live_as(&latest, &own(), |service| {
                let old = service["latestReadyRevision"].as_str().unwrap().replace("00007-abc", "00006-old");
                service["latestReadyRevision"] = old.into();
                service["terminalCondition"] = json!({
                    "type": "Ready", "state": "CONDITION_FAILED", "revisionReason": "HEALTH_CHECK_CONTAINER_ERROR",
                    "message": "The user-provided container failed to start.",
                });
            }),
        ),
        Case::drift(
            "drift 12e",
            "the newest revision failed, and the older one has other access",
            "rollout-failed",
            &declared(""),
            live_as(&latest, &detached, |service| {
                let old = service["latestReadyRevision"].as_str().unwrap().replace("00007-abc", "00006-old");
                service["latestReadyRevision"] = old.into();
                service["terminalCondition"] = json!({ "type": "Ready", "state": "CONDITION_FAILED" });
            }),
        ),
        Case::drift(
            "drift 22",
            "a worker pool's instances pinned, nothing declared: plan is silent",
            "traffic-pinned",
            &pool_block(""),
            pool(
                &json!([{ "type": "INSTANCE_SPLIT_ALLOCATION_TYPE_REVISION", "revision": "queue-1", "percent": 100 }]),
                &own(),
            ),
        ),
        Case::drift(
            "drift 22b",
            "a worker pool's declared split is not the live one",
            "traffic-changed",
            &pool_block(
                "\n  instance_splits {\n    type     = \"INSTANCE_SPLIT_ALLOCATION_TYPE_REVISION\"\n    revision = \"queue-1\"\n    percent  = 100\n  }\n",
            ),
            pool(&json!([{ "type": "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", "percent": 100 }]), &own()),
        ),
    ];
    all.push(Case::open(
        "drift 24d",
        "a service that is still changing is not judged",
        "traffic-pinned",
        &declared(""),
        live_as(&pinned, &own(), |service| service["reconciling"] = true.into()),
    ));
    all
}
