//! The clean repository with some more of everything, its evidence, and how changes of it are judged.

use std::collections::{BTreeMap, BTreeSet};

use gcp_drift::checks::registry::{self, Judged, Settings};
use gcp_drift::checks::{Limits, Scene};
use gcp_drift::config::Config;
use gcp_drift::finding::Part;
use gcp_drift::model::{CoverageStatus, Evidence, LiveState, NameContext};
use gcp_drift::{live, policy, reconcile};
use serde_json::{Value, json};

use super::super::common::Repository;

pub const PROJECT: &str = "netra-staging";

/// What is declared beside the clean repository: what it has none of.
const MORE: &str = include_str!("more.tf");

pub struct Base {
    pub repository: Repository,
    /// The live state, as JSON.
    pub state: Value,
    evidence: Evidence,
    config: Config,
    policies: policy::Policies,
}

impl Base {
    /// Gathers the evidence through the built binary. Nothing is found, and everything is checked.
    pub fn new() -> Self {
        let repository = Repository::copy_of("clean");
        repository.write("terraform/more.tf", MORE);
        repository.change_state(add);
        let config = repository.read("gcp-drift.toml");
        let environments = "[environments]\nstaging = [\"netra-staging\"]\nproduction = [\"netra-production\"]\n";
        repository.write("gcp-drift.toml", &format!("{config}\n{environments}"));
        let outcome =
            repository.run(&["check", "--only", "vpc,policies", "--format", "json", "--record", "recording.json"]);
        assert_eq!(outcome.code, 0, "the base is not clean\n{}\n{}", outcome.stdout, outcome.stderr);
        let report = outcome.json();
        assert_eq!((&report["findings"], &report["not_checked"]), (&json!([]), &json!([])));
        let recording: Value = serde_json::from_str(&repository.read("recording.json")).unwrap();
        let evidence: Evidence = serde_json::from_value(recording["evidence"].clone()).unwrap();
        let config: Config = serde_json::from_value(recording["config"].clone()).unwrap();
        // What the emulator serves: a run reads of it what it needs, such as the revisions that serve.
        let state = serde_json::from_str(&repository.read("live/state.json")).unwrap();
        let (policies, broken) = policy::load(&evidence.policies);
        assert!(broken.is_empty());
        Self { repository, state, evidence, config, policies }
    }

    /// Judges a live state as `check --replay` would.
    pub fn judge(&self, state: Value, with_policies: bool) -> Judged {
        self.judge_state(serde_json::from_value(state).unwrap(), with_policies)
    }

    /// The same of a state that is read already.
    pub fn judge_state(&self, state: LiveState, with_policies: bool) -> Judged {
        let evidence = Evidence { inventory: live::inventory(&state), live: Some(state), ..self.evidence.clone() };
        let numbers = self.config.project_numbers.iter();
        let numbers: BTreeMap<String, String> = numbers.map(|(id, number)| (number.clone(), id.clone())).collect();
        let context = NameContext { project: self.config.project.clone(), region: None, project_numbers: numbers };
        let reconciled = reconcile::reconcile(&evidence, &context);
        let limits = Limits { max_files: 10_000, max_seconds: 1000.0 };
        let environments = &self.config.environments;
        let scene = Scene { evidence: &evidence, reconciled: &reconciled, limits, environments };
        let verdicts = match with_policies {
            true => self.policies.judge(&reconciled, &self.config.policies.params),
            false => Vec::new(),
        };
        let verdicts = verdicts.into_iter().map(|verdict| (Part::Policies, verdict)).collect();
        let settings = Settings { only: [Part::Vpc, Part::Policies].into(), ..Settings::default() };
        registry::judge(&scene, verdicts, &settings)
    }

    /// The collections that were read.
    pub fn apis(&self) -> Vec<String> {
        let answers = self.state["answers"].as_array().unwrap();
        let apis: BTreeSet<String> = answers.iter().map(|own| own["api"].as_str().unwrap().to_owned()).collect();
        apis.into_iter().collect()
    }
}

/// Refuses a collection wherever it was read.
pub fn deny(state: &mut LiveState, api: &str) {
    for answer in state.answers.iter_mut().filter(|own| own.api.word() == api) {
        answer.status = CoverageStatus::Denied;
        answer.http_status = Some(403);
        answer.items.clear();
    }
}

fn is_called(item: &Value, name: &str) -> bool {
    item["name"].as_str().is_some_and(|own| own == name || own.ends_with(&format!("/{name}")))
}

/// An item of a collection, by its short name.
pub fn item<'a>(state: &'a mut Value, api: &str, name: &str) -> &'a mut Value {
    let answers = state["answers"].as_array_mut().unwrap().iter_mut().filter(|answer| answer["api"] == api);
    let mut items = answers.flat_map(|answer| answer["items"].as_array_mut().into_iter().flatten());
    items.find(|item| is_called(item, name)).unwrap_or_else(|| panic!("{api} has no {name}"))
}

/// The only item of a collection.
pub fn only<'a>(state: &'a mut Value, api: &str) -> &'a mut Value {
    let answers = state["answers"].as_array_mut().unwrap().iter_mut().filter(|answer| answer["api"] == api);
    let mut items = answers.flat_map(|answer| answer["items"].as_array_mut().into_iter().flatten());
    items.next().unwrap()
}

/// Takes an item out of a collection.
pub fn delete(state: &mut Value, api: &str, name: &str) {
    let answers = state["answers"].as_array_mut().unwrap().iter_mut().filter(|answer| answer["api"] == api);
    for items in answers.filter_map(|answer| answer["items"].as_array_mut()) {
        items.retain(|item| !is_called(item, name));
    }
}

/// Puts an item into a collection.
pub fn insert(state: &mut Value, api: &str, region: Option<&str>, item: Value) {
    let answers = state["answers"].as_array_mut().unwrap();
    let own = |answer: &&mut Value| answer["api"] == api && region.is_none_or(|region| answer["region"] == region);
    let answer = answers.iter_mut().find(own).unwrap();
    match answer["items"].as_array_mut() {
        Some(items) => items.push(item),
        None => answer["items"] = json!([item]),
    }
}

/// The live side of what is declared beside the clean repository.
fn add(state: &mut Value) {
    let connector = format!("projects/{PROJECT}/locations/us-central1/connectors/netra-vpc-connector");
    let own = json!({ "connector": connector, "egress": "PRIVATE_RANGES_ONLY" });
    let ready = json!({ "type": "Ready", "state": "CONDITION_SUCCEEDED" });
    let at = format!("projects/{PROJECT}/locations/us-central1");
    insert(
        state,
        "run.jobs",
        Some("us-central1"),
        json!({
            "name": format!("{at}/jobs/netra-nightly"), "generation": "4", "observedGeneration": "4",
            "template": { "taskCount": 1, "template": { "vpcAccess": own } }, "terminalCondition": ready,
            "lastModifier": "ops@netra.example", "updateTime": "2025-09-01T00:00:00Z",
        }),
    );
    let pool = format!("{at}/workerPools/netra-queue");
    let split = json!([{ "type": "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", "percent": 100 }]);
    insert(
        state,
        "run.workerPools",
        Some("us-central1"),
        json!({
            "name": pool, "generation": "2", "observedGeneration": "2", "template": { "vpcAccess": own },
            "terminalCondition": ready, "latestReadyRevision": format!("{pool}/revisions/netra-queue-2"),
            "latestCreatedRevision": format!("{pool}/revisions/netra-queue-2"),
            "instanceSplits": split, "instanceSplitStatuses": split,
        }),
    );
    for (revision, vpc) in [("netra-queue-2", own.clone()), ("netra-queue-1", own.clone())] {
        insert(
            state,
            "run.revisions",
            Some("us-central1"),
            json!({
                "name": format!("{pool}/revisions/{revision}"), "vpcAccess": vpc, "createTime": "2025-08-01T00:00:00Z",
            }),
        );
    }
    for (name, vpc) in [
        ("netra-legacy", own.clone()),
        (
            "netra-direct",
            json!({ "egress": "PRIVATE_RANGES_ONLY", "networkInterfaces": [{
            "network": format!("projects/{PROJECT}/global/networks/netra-staging-vpc"),
            "subnetwork": format!("projects/{PROJECT}/regions/us-central1/subnetworks/netra-staging-vpc-main"),
            "tags": ["web", "db"],
        }] }),
        ),
    ] {
        let service = format!("{at}/services/{name}");
        let (newest, older) =
            (format!("{service}/revisions/{name}-00002-new"), format!("{service}/revisions/{name}-00001-old"));
        let latest = json!([{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100 }]);
        insert(
            state,
            "run.services",
            Some("us-central1"),
            json!({
                "name": service, "generation": "2", "observedGeneration": "2", "template": { "vpcAccess": vpc },
                "terminalCondition": ready, "latestReadyRevision": newest, "latestCreatedRevision": newest,
                "traffic": latest, "trafficStatuses": latest,
            }),
        );
        for revision in [newest, older] {
            insert(
                state,
                "run.revisions",
                Some("us-central1"),
                json!({
                    "name": revision, "service": name, "vpcAccess": vpc, "createTime": "2025-08-01T00:00:00Z",
                }),
            );
        }
    }
    let router = item(state, "compute.routers", "netra-staging-router");
    let link = format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/regions/us-central1");
    let subnetwork = json!({
        "name": format!("{link}/subnetworks/netra-staging-vpc-main"), "sourceIpRangesToNat": ["ALL_IP_RANGES"],
    });
    router["nats"].as_array_mut().unwrap().push(json!({
        "name": "netra-partner-nat", "natIpAllocateOption": "MANUAL_ONLY", "subnetworks": [subnetwork],
        "sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS",
        "natIps": [format!("{link}/addresses/netra-partner-1"), format!("{link}/addresses/netra-partner-2")],
    }));
    let network = format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/networks/netra-staging-vpc");
    insert(
        state,
        "compute.firewalls",
        None,
        json!({
            "name": "netra-egress-https", "network": network, "direction": "EGRESS", "priority": 900,
            "destinationRanges": ["0.0.0.0/0"], "targetTags": ["web"], "denied": [{ "IPProtocol": "udp", "ports": ["443"] }],
            "selfLink": format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/firewalls/netra-egress-https"),
        }),
    );
    let range = json!({
        "name": "netra-extra-range", "address": "10.61.0.0", "prefixLength": 20, "addressType": "INTERNAL",
        "purpose": "VPC_PEERING", "network": network, "status": "RESERVED",
        "selfLink": format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/addresses/netra-extra-range"),
    });
    insert(state, "compute.globalAddresses", None, range);
    insert(
        state,
        "redis.instances",
        None,
        json!({
            "name": format!("{at}/instances/netra-sessions"), "host": "10.62.0.4", "port": 6379, "state": "READY",
            "tier": "BASIC", "authorizedNetwork": format!("projects/{PROJECT}/global/networks/default"),
            "connectMode": "DIRECT_PEERING", "reservedIpRange": "10.62.0.0/29", "transitEncryptionMode": "DISABLED",
        }),
    );
}
