//! Connectors and workloads: changes that matter.

use serde_json::{Value, json};

use super::base::{PROJECT, delete, insert, item};
use super::{Change, copy_of};

/// Name, region, connector and previous revision of the services of the clean repository.
const SERVICES: [(&str, &str); 5] = [
    ("netra-backend-staging", "us-central1"),
    ("netra-auth-staging", "us-central1"),
    ("netra-frontend-staging", "us-central1"),
    ("netra-analytics-staging", "us-central1"),
    ("netra-backend-dr", "us-east1"),
];

fn subject(kind: &str, name: &str, region: &str) -> String {
    format!("{kind} {name} ({PROJECT}/{region})")
}

pub fn connectors() -> Vec<Change> {
    let mut all = Vec::new();
    for (name, region) in [("netra-vpc-connector", "us-central1"), ("netra-dr-connector", "us-east1")] {
        let at = subject("connector", name, region);
        let mut set = |field: &'static str, values: &[&[(&'static str, Value)]]| {
            for value in values {
                let pairs: Vec<(&'static str, Value)> = value.to_vec();
                let words = pairs.iter().map(|(key, value)| format!("{key} {value}")).collect::<Vec<_>>().join(", ");
                all.push(Change::real(format!("{name}: {words}"), "connector-changed", &at, field, move |state| {
                    let own = item(state, "vpcaccess.connectors", name);
                    for (key, value) in &pairs {
                        own[*key] = value.clone();
                    }
                }));
            }
        };
        set("network", &[&[("network", "default".into())], &[("network", "netra-production-vpc".into())]]);
        set(
            "ip_cidr_range",
            &[
                &[("ipCidrRange", "10.8.0.32/28".into())],
                &[("ipCidrRange", "10.9.0.0/28".into())],
                &[("ipCidrRange", "10.8.0.0/27".into())],
            ],
        );
        set("machine_type", &[&[("machineType", "f1-micro".into())], &[("machineType", "e2-standard-4".into())]]);
        set(
            "min_throughput",
            &[
                &[("minThroughput", 200.into()), ("minInstances", 2.into())],
                &[("minThroughput", 400.into()), ("minInstances", 4.into())],
            ],
        );
        set(
            "max_throughput",
            &[
                &[("maxThroughput", 400.into()), ("maxInstances", 4.into())],
                &[("maxThroughput", 700.into()), ("maxInstances", 7.into())],
                &[("maxThroughput", 900.into()), ("maxInstances", 9.into())],
            ],
        );
        all.push(Change::real(format!("{name} fails"), "connector-not-ready", &at, "state", move |state| {
            item(state, "vpcaccess.connectors", name)["state"] = "ERROR".into();
        }));
        all.push(Change::real(format!("{name} is deleted"), "connector-missing", &at, "", move |state| {
            delete(state, "vpcaccess.connectors", name);
        }));
        let other = subject("connector", "hand-made", region);
        all.push(Change::real(format!("a connector beside {name}"), "connector-unmanaged", other, "", move |state| {
            let copy = copy_of(state, "vpcaccess.connectors", name, "hand-made");
            insert(state, "vpcaccess.connectors", Some(region), copy);
        }));
    }
    all
}

/// The short name of a revision of a workload: the one that serves, or the one before it.
fn revision(state: &mut Value, api: &str, name: &str, previous: bool) -> String {
    let latest = item(state, api, name)["latestReadyRevision"].as_str().unwrap().to_owned();
    if !previous {
        return latest;
    }
    let workload = latest.rsplit_once("/revisions/").unwrap().0.to_owned();
    let answers = state["answers"].as_array().unwrap();
    let answers = answers.iter().filter(|answer| answer["api"] == "run.revisions");
    let items = answers.flat_map(|answer| answer["items"].as_array().into_iter().flatten());
    let names = items.map(|item| item["name"].as_str().unwrap().to_owned());
    let mut names: Vec<String> =
        names.filter(|own| own.starts_with(&format!("{workload}/revisions/")) && *own != latest).collect();
    names.sort();
    names.pop().unwrap_or_else(|| panic!("{name} has one revision only"))
}

/// Gives the template and the revision that serves this access.
fn deploy(state: &mut Value, api: &str, name: &str, vpc: &Value) {
    item(state, api, name)["template"]["vpcAccess"] = vpc.clone();
    let own = revision(state, api, name, false);
    let short = own.rsplit('/').next().unwrap().to_owned();
    item(state, "run.revisions", &short)["vpcAccess"] = vpc.clone();
}

fn pin(state: &mut Value, api: &str, name: &str, percent: i64) {
    let old = revision(state, api, name, true);
    let old = old.rsplit('/').next().unwrap();
    let (word, keys) = match api {
        "run.services" => ("TRAFFIC_TARGET_ALLOCATION_TYPE", ["traffic", "trafficStatuses"]),
        _ => ("INSTANCE_SPLIT_ALLOCATION_TYPE", ["instanceSplits", "instanceSplitStatuses"]),
    };
    let mut shares = vec![json!({ "type": format!("{word}_REVISION"), "revision": old, "percent": percent })];
    if percent < 100 {
        shares.push(json!({ "type": format!("{word}_LATEST"), "percent": 100 - percent }));
    }
    for key in keys {
        item(state, api, name)[key] = shares.clone().into();
    }
}

/// The newest revision failed: the one before it is the latest that is ready.
fn fail(state: &mut Value, api: &str, name: &str) {
    let old = revision(state, api, name, true);
    let own = item(state, api, name);
    own["latestReadyRevision"] = old.into();
    own["terminalCondition"] = json!({
        "type": "Ready", "state": "CONDITION_FAILED", "revisionReason": "HEALTH_CHECK_CONTAINER_ERROR",
        "message": "The user-provided container failed to start and listen on the port.",
    });
}

fn attached(region: &str, project: &str, connector: &str) -> Value {
    json!({
        "connector": format!("projects/{project}/locations/{region}/connectors/{connector}"),
        "egress": "PRIVATE_RANGES_ONLY",
    })
}

const CHANGED: &str = "workload-connector-changed";
const CONNECTOR: &str = "vpc_access.connector";

/// What can happen to a workload that has a connector.
fn drifts(api: &'static str, kind: &str, name: &'static str, region: &'static str, own: &'static str) -> Vec<Change> {
    let at = subject(kind, name, region);
    let mut all = Vec::new();
    let all_traffic = {
        let mut vpc = attached(region, PROJECT, own);
        vpc["egress"] = "ALL_TRAFFIC".into();
        vpc
    };
    let interface =
        json!({ "networkInterfaces": [{ "network": "netra-staging-vpc" }], "egress": "PRIVATE_RANGES_ONLY" });
    for (words, rule, field, vpc) in [
        ("is detached", CHANGED, CONNECTOR, json!({})),
        ("uses another connector", CHANGED, CONNECTOR, attached(region, PROJECT, "netra-other")),
        ("uses production's connector", CHANGED, CONNECTOR, attached(region, "netra-production", own)),
        ("uses another region's connector", CHANGED, CONNECTOR, attached("europe-west1", PROJECT, own)),
        ("uses an interface instead", CHANGED, CONNECTOR, interface),
        ("sends all traffic", "workload-egress-changed", "vpc_access.egress", all_traffic),
    ] {
        let elsewhere = vpc["connector"].as_str().filter(|_| words.ends_with("'s connector")).map(str::to_owned);
        all.push(Change::real(format!("{name} {words}"), rule, &at, field, move |state| {
            match api {
                "run.jobs" => item(state, api, name)["template"]["template"]["vpcAccess"] = vpc.clone(),
                _ => deploy(state, api, name, &vpc),
            }
            // A run asks for it by its name, and learns that there is none.
            if let Some(of) = &elsewhere {
                let parts: Vec<&str> = of.split('/').collect();
                let answer =
                    json!({ "api": "vpcaccess.connectors", "project": parts[1], "region": parts[3], "of": of });
                state["answers"].as_array_mut().unwrap().push(answer);
            }
        }));
    }
    all.push(Change::real(format!("{name} is deleted"), "workload-missing", &at, "", move |state| {
        delete(state, api, name)
    }));
    all
}

/// What can happen to what serves through revisions.
fn serving(api: &'static str, kind: &str, name: &'static str, region: &'static str) -> Vec<Change> {
    let at = subject(kind, name, region);
    let field = if api == "run.services" { "traffic" } else { "instance_splits" };
    let mut all = Vec::new();
    for percent in [100, 40] {
        all.push(Change::real(format!("{percent} % of {name} pinned"), "traffic-pinned", &at, field, move |state| {
            pin(state, api, name, percent);
        }));
    }
    let detach_old = move |state: &mut Value| {
        let old = revision(state, api, name, true);
        let old = old.rsplit('/').next().unwrap().to_owned();
        item(state, "run.revisions", &old).as_object_mut().unwrap().remove("vpcAccess");
    };
    all.push(Change::real(
        format!("{name} pinned to a revision without access"),
        "traffic-pinned",
        &at,
        field,
        move |state| {
            detach_old(state);
            pin(state, api, name, 100);
        },
    ));
    all.push(Change::real(
        format!("the newest revision of {name} fails"),
        "rollout-failed",
        &at,
        "latest_ready_revision",
        move |state| {
            fail(state, api, name);
        },
    ));
    all.push(Change::real(
        format!("the newest revision of {name} fails, and the one before has no access"),
        "rollout-failed",
        &at,
        "latest_ready_revision",
        move |state| {
            detach_old(state);
            fail(state, api, name);
        },
    ));
    if api == "run.services" {
        all.push(Change::real(format!("a tag of {name} on a revision without access"), "traffic-on-stale-revision", &at, "traffic", move |state| {
            detach_old(state);
            let old = revision(state, api, name, true);
            let target = json!({ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": old.rsplit('/').next().unwrap(), "tag": "preview" });
            for key in ["traffic", "trafficStatuses"] {
                item(state, api, name)[key].as_array_mut().unwrap().push(target.clone());
            }
        }));
    }
    all
}

pub fn services() -> Vec<Change> {
    let mut all = Vec::new();
    for (name, region) in SERVICES {
        let own = if region == "us-east1" { "netra-dr-connector" } else { "netra-vpc-connector" };
        all.extend(drifts("run.services", "service", name, region, own));
        all.extend(serving("run.services", "service", name, region));
        let at = subject("service", name, region);
        all.push(Change::real(
            format!("only the template of {name} is detached"),
            CHANGED,
            at,
            CONNECTOR,
            move |state| {
                item(state, "run.services", name)["template"].as_object_mut().unwrap().remove("vpcAccess");
            },
        ));
    }
    all
}

/// Jobs, worker pools, the v1 service, the one with an interface, and what nobody declares.
pub fn others() -> Vec<Change> {
    let region = "us-central1";
    let connector = "netra-vpc-connector";
    let mut all = drifts("run.jobs", "job", "netra-nightly", region, connector);
    all.push(Change::real(
        "the newest change of netra-nightly fails",
        "rollout-failed",
        subject("job", "netra-nightly", region),
        "latest_ready_revision",
        |state| {
            item(state, "run.jobs", "netra-nightly")["terminalCondition"] =
                json!({ "type": "Ready", "state": "CONDITION_FAILED" });
        },
    ));
    all.extend(drifts("run.workerPools", "worker-pool", "netra-queue", region, connector));
    all.extend(serving("run.workerPools", "worker-pool", "netra-queue", region));
    all.extend(drifts("run.services", "service", "netra-legacy", region, connector));
    all.extend(serving("run.services", "service", "netra-legacy", region));
    let at = subject("service", "netra-direct", region);
    let network = "projects/netra-staging/global/networks/netra-staging-vpc";
    let subnetwork = "projects/netra-staging/regions/us-central1/subnetworks/netra-staging-vpc-main";
    let interface = |network: &str, subnetwork: &str, tags: &[&str]| json!({ "egress": "PRIVATE_RANGES_ONLY", "networkInterfaces": [{ "network": network, "subnetwork": subnetwork, "tags": tags }] });
    let changed = "workload-interfaces-changed";
    let field = "vpc_access.network_interfaces";
    for (words, rule, field, vpc) in [
        ("is on another network", changed, field, interface("default", "default", &["web", "db"])),
        ("is on another subnetwork", changed, field, interface(network, "other", &["web", "db"])),
        (
            "is on production's network",
            changed,
            field,
            interface("projects/netra-production/global/networks/netra-staging-vpc", subnetwork, &["web", "db"]),
        ),
        ("lost a tag", changed, field, interface(network, subnetwork, &["web"])),
        ("has another tag", changed, field, interface(network, subnetwork, &["web", "admin"])),
        ("has one more tag", changed, field, interface(network, subnetwork, &["web", "db", "admin"])),
        ("is detached", changed, field, json!({})),
        ("uses a connector instead", CHANGED, CONNECTOR, attached(region, PROJECT, connector)),
    ] {
        all.push(Change::real(format!("netra-direct {words}"), rule, &at, field, move |state| {
            deploy(state, "run.services", "netra-direct", &vpc);
        }));
    }
    for (api, kind, name) in [
        ("run.services", "service", "netra-auth-staging"),
        ("run.jobs", "job", "netra-nightly"),
        ("run.workerPools", "worker-pool", "netra-queue"),
    ] {
        let at = subject(kind, "hand-made", region);
        all.push(Change::real(format!("a {kind} that nobody declares"), "workload-unmanaged", at, "", move |state| {
            let copy = copy_of(state, api, name, "hand-made");
            if api != "run.jobs" {
                let own = revision(state, api, name, false);
                let own = own.rsplit('/').next().unwrap().to_owned();
                let text = item(state, "run.revisions", &own).to_string().replace(name, "hand-made");
                insert(state, "run.revisions", Some(region), serde_json::from_str(&text).unwrap());
            }
            insert(state, api, Some(region), copy);
        }));
    }
    all
}
