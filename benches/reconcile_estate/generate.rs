//! An estate of any number of services, declared in Terraform and live, in projects of 100 services each.
//!
//! Everything follows from the number of a service, so that the same size gives the same estate.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

const REGIONS: [&str; 4] = ["us-central1", "us-east1", "europe-west1", "asia-northeast1"];
const PER_PROJECT: usize = 100;
/// Services of a project that share a connector; each region has its own.
const PER_CONNECTOR: usize = 10;
const REVISIONS: usize = 3;
const APIS: [&str; 4] = ["run.services", "run.revisions", "run.jobs", "run.workerPools"];

/// What was written.
pub struct Written {
    /// The live state.
    pub live: Value,
    /// Number of deploy commands.
    pub commands: usize,
    /// Number of findings of each rule.
    pub planted: BTreeMap<&'static str, usize>,
}

/// Writes the declarations below a folder, and gives what is live.
///
/// # Errors
/// A file that cannot be written.
pub fn write(root: &Path, services: usize) -> io::Result<Written> {
    let mut answers = Vec::new();
    let mut planted = BTreeMap::new();
    let mut commands = 0;
    for (project, first) in (0..services).step_by(PER_PROJECT).enumerate() {
        let estate = Project { id: format!("estate-{project}"), first, last: services.min(first + PER_PROJECT) };
        fs::create_dir_all(root.join("terraform"))?;
        fs::write(root.join(format!("terraform/project_{project}.tf")), estate.terraform())?;
        let (script, number) = estate.script();
        commands += number;
        fs::create_dir_all(root.join("scripts"))?;
        fs::write(root.join(format!("scripts/deploy_{project}.sh")), script)?;
        answers.extend(estate.answers(&mut planted));
    }
    let live = json!({ "format": "gcp-drift/live-state", "version": 1, "answers": answers });
    Ok(Written { live, commands, planted })
}

/// What happened to a service: of 100, five differ from what is declared, and one is gone.
fn drift(service: usize) -> &'static str {
    match service % 100 {
        7 | 47 => "workload-egress-changed",
        27 | 67 => "workload-connector-changed",
        87 => "traffic-on-stale-revision",
        99 => "workload-missing",
        _ => "",
    }
}

/// One project: its services by number.
struct Project {
    id: String,
    first: usize,
    last: usize,
}

impl Project {
    fn services(&self) -> impl Iterator<Item = usize> + use<> {
        self.first..self.last
    }

    /// Numbers of the connectors, in the order of their services.
    fn connectors(&self) -> impl Iterator<Item = usize> + use<> {
        (self.first..self.last).step_by(PER_CONNECTOR).map(|service| service / PER_CONNECTOR)
    }

    /// The region of a connector and of its services.
    fn region(connector: usize) -> &'static str {
        REGIONS[connector % REGIONS.len()]
    }

    fn connector(&self, connector: usize) -> String {
        format!("projects/{}/locations/{}/connectors/connector-{connector}", self.id, Self::region(connector))
    }

    fn terraform(&self) -> String {
        let id = &self.id;
        let label = id.replace('-', "_");
        let mut text = format!(
            "resource \"google_compute_network\" \"{label}\" {{\n  project = \"{id}\"\n  name = \"vpc\"\n  \
             auto_create_subnetworks = false\n}}\n\nresource \"google_compute_firewall\" \"{label}\" {{\n  \
             project = \"{id}\"\n  name = \"allow\"\n  network = google_compute_network.{label}.id\n  \
             source_ranges = [\"10.8.0.0/16\"]\n  allow {{\n    protocol = \"tcp\"\n    ports = [\"5432\", \"6379\"]\n  }}\n}}\n"
        );
        for (at, region) in REGIONS.iter().enumerate() {
            let _ = write!(
                text,
                "\nresource \"google_compute_subnetwork\" \"{label}_{at}\" {{\n  project = \"{id}\"\n  name = \"subnet-{at}\"\n  \
                 region = \"{region}\"\n  network = google_compute_network.{label}.id\n  ip_cidr_range = \"10.2{at}.0.0/20\"\n}}\n\
                 \nresource \"google_compute_router\" \"{label}_{at}\" {{\n  project = \"{id}\"\n  name = \"router-{at}\"\n  \
                 region = \"{region}\"\n  network = google_compute_network.{label}.id\n}}\n\
                 \nresource \"google_compute_router_nat\" \"{label}_{at}\" {{\n  project = \"{id}\"\n  name = \"nat\"\n  \
                 region = \"{region}\"\n  router = google_compute_router.{label}_{at}.name\n  \
                 nat_ip_allocate_option = \"AUTO_ONLY\"\n  \
                 source_subnetwork_ip_ranges_to_nat = \"ALL_SUBNETWORKS_ALL_IP_RANGES\"\n}}\n"
            );
        }
        for (at, connector) in self.connectors().enumerate() {
            let _ = write!(
                text,
                "\nresource \"google_vpc_access_connector\" \"c{connector}\" {{\n  project = \"{id}\"\n  \
                 name = \"connector-{connector}\"\n  region = \"{}\"\n  network = google_compute_network.{label}.name\n  \
                 ip_cidr_range = \"10.8.{at}.0/28\"\n  min_throughput = 200\n  max_throughput = 1000\n}}\n",
                Self::region(connector)
            );
        }
        for service in self.services() {
            let connector = service / PER_CONNECTOR;
            let _ = write!(
                text,
                "\nresource \"google_cloud_run_v2_service\" \"s{service}\" {{\n  project = \"{id}\"\n  \
                 name = \"service-{service}\"\n  location = \"{}\"\n  template {{\n    vpc_access {{\n      \
                 connector = google_vpc_access_connector.c{connector}.id\n      egress = \"PRIVATE_RANGES_ONLY\"\n    }}\n    \
                 containers {{\n      image = \"gcr.io/x/y\"\n    }}\n  }}\n}}\n",
                Self::region(connector)
            );
        }
        text
    }

    /// A deploy command for every tenth service, and how many there are.
    fn script(&self) -> (String, usize) {
        let mut text = String::from("#!/bin/sh\nset -eu\n");
        let deployed: Vec<usize> = self.services().filter(|service| service % 10 == 3).collect();
        for service in &deployed {
            let connector = service / PER_CONNECTOR;
            let _ = writeln!(
                text,
                "gcloud run deploy service-{service} --project {} --region {} --image gcr.io/x/y \
                 --vpc-connector {} --vpc-egress private-ranges-only",
                self.id,
                Self::region(connector),
                self.connector(connector)
            );
        }
        (text, deployed.len())
    }

    fn answers(&self, planted: &mut BTreeMap<&'static str, usize>) -> Vec<Value> {
        let mut plant = |rule: &'static str| *planted.entry(rule).or_default() += 1;
        let mut items: BTreeMap<(&str, &str), Vec<Value>> = BTreeMap::new();
        for region in REGIONS {
            for api in APIS.into_iter().chain(["vpcaccess.connectors"]) {
                items.insert((api, region), Vec::new());
            }
        }
        for (at, connector) in self.connectors().enumerate() {
            // One of ten has another size than the declared one.
            let most = if connector % 10 == 5 { 900 } else { 1000 };
            if most != 1000 {
                plant("connector-changed");
            }
            let item = json!({
                "name": self.connector(connector), "network": "vpc", "ipCidrRange": format!("10.8.{at}.0/28"),
                "state": "READY", "minThroughput": 200, "maxThroughput": most, "machineType": "e2-micro",
                "minInstances": 2, "maxInstances": most / 100,
            });
            items.get_mut(&("vpcaccess.connectors", Self::region(connector))).unwrap().push(item);
        }
        for service in self.services() {
            let rule = drift(service);
            if !rule.is_empty() {
                plant(rule);
            }
            if rule == "workload-missing" {
                continue;
            }
            // What serves is stale because the traffic is pinned to it, and that is a finding of its own.
            if rule == "traffic-on-stale-revision" {
                plant("traffic-pinned");
            }
            let region = Self::region(service / PER_CONNECTOR);
            let (service, revisions) = self.live(service, rule);
            items.get_mut(&("run.services", region)).unwrap().push(service);
            items.get_mut(&("run.revisions", region)).unwrap().extend(revisions);
        }
        let regional = items.into_iter().map(|((api, region), items)| {
            json!({ "api": api, "project": self.id, "region": region, "status": "answered", "http_status": 200, "items": items })
        });
        regional.chain(self.networks()).collect()
    }

    /// A service and its revisions, the newest first.
    fn live(&self, service: usize, rule: &str) -> (Value, Vec<Value>) {
        let connector = service / PER_CONNECTOR;
        let name = format!("projects/{}/locations/{}/services/service-{service}", self.id, Self::region(connector));
        let egress = if rule == "workload-egress-changed" { "ALL_TRAFFIC" } else { "PRIVATE_RANGES_ONLY" };
        let vpc = match rule {
            "workload-connector-changed" => json!(null),
            _ => json!({ "connector": self.connector(connector), "egress": egress }),
        };
        let revision = |number: usize| format!("service-{service}-{number:05}-abc");
        let ready =
            json!([{ "type": "Ready", "state": "CONDITION_SUCCEEDED", "lastTransitionTime": "2025-08-28T15:44:18Z" }]);
        let revisions = (1..=REVISIONS).rev().map(|number| {
            // What serves last and is stale had no connector.
            let is_stale = rule == "traffic-on-stale-revision" && number == 1;
            json!({
                "name": format!("{name}/revisions/{}", revision(number)), "service": format!("service-{service}"),
                "createTime": format!("2025-08-2{number}T10:00:00Z"), "generation": "1",
                "vpcAccess": if is_stale { json!(null) } else { vpc.clone() },
                "conditions": ready, "containers": [{ "image": "gcr.io/x/y" }],
            })
        });
        let serving = if rule == "traffic-on-stale-revision" { 1 } else { REVISIONS };
        let kind = if serving == REVISIONS {
            json!([{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100 }])
        } else {
            json!([{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": revision(serving), "percent": 100 }])
        };
        let status = json!([{
            "type": kind[0]["type"], "revision": revision(serving), "percent": 100,
        }]);
        let item = json!({
            "name": name, "generation": "3", "observedGeneration": "3", "createTime": "2025-03-04T10:02:11Z",
            "updateTime": "2025-08-28T15:44:02Z", "template": { "vpcAccess": vpc, "containers": [{ "image": "gcr.io/x/y" }] },
            "latestReadyRevision": format!("{name}/revisions/{}", revision(REVISIONS)),
            "latestCreatedRevision": format!("{name}/revisions/{}", revision(REVISIONS)),
            "traffic": kind, "trafficStatuses": status, "terminalCondition": ready[0], "conditions": ready,
        });
        (item, revisions.collect())
    }

    fn networks(&self) -> Vec<Value> {
        let base = format!("https://www.googleapis.com/compute/v1/projects/{}", self.id);
        let network = format!("{base}/global/networks/vpc");
        let regional = |kind: &'static str, at: usize| format!("{base}/regions/{}/{kind}-{at}", REGIONS[at]);
        let subnetwork = |at: usize| {
            json!({
                "name": format!("subnet-{at}"), "network": network, "ipCidrRange": format!("10.2{at}.0.0/20"),
                "region": format!("{base}/regions/{}", REGIONS[at]), "selfLink": regional("subnetworks/subnet", at),
            })
        };
        let router = |at: usize| {
            json!({
                "name": format!("router-{at}"), "network": network, "region": format!("{base}/regions/{}", REGIONS[at]),
                "selfLink": regional("routers/router", at),
                "nats": [{ "name": "nat", "type": "PUBLIC", "natIpAllocateOption": "AUTO_ONLY",
                    "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES" }],
            })
        };
        let subnetworks: Vec<Value> = (0..REGIONS.len()).map(subnetwork).collect();
        let routers: Vec<Value> = (0..REGIONS.len()).map(router).collect();
        let firewall = json!({
            "name": "allow", "network": network, "priority": 1000, "sourceRanges": ["10.8.0.0/16"], "direction": "INGRESS",
            "allowed": [{ "IPProtocol": "tcp", "ports": ["5432", "6379"] }], "selfLink": format!("{base}/global/firewalls/allow"),
        });
        let answer = |api: &str, items: Value| json!({ "api": api, "project": self.id, "status": "answered", "http_status": 200, "items": items });
        vec![
            answer("compute.networks", json!([{ "name": "vpc", "selfLink": network, "autoCreateSubnetworks": false }])),
            answer("compute.subnetworks", json!(subnetworks)),
            answer("compute.routers", json!(routers)),
            answer("compute.firewalls", json!([firewall])),
            answer("compute.routes", json!([])),
        ]
    }
}
