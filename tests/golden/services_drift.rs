//! Workloads that reach the VPC otherwise than declared.

use serde_json::{Value, json};

use super::scene::{Case, Live, PROJECT, REGION};
use super::services::{
    CONNECTOR, annotated, attached, by_interface, connector_block, connector_item, detached, live, own,
};

/// The cases; `full` is a connector's argument with its full name.
pub fn drifts(full: &str) -> Vec<Case> {
    let mut all = Vec::new();
    let elsewhere = |name: &str, region: &str| {
        json!({
            "api": "vpcaccess.connectors", "project": "shop-prod", "region": region, "of": name,
            "items": [{
                "name": name, "network": "shop", "ipCidrRange": "10.9.0.0/28", "state": "READY",
                "machineType": "e2-micro", "minInstances": 2, "maxInstances": 3,
            }],
        })
    };
    let foreign = "projects/shop-prod/locations/us-central1/connectors/c";
    let other_region = "projects/shop-staging/locations/us-east1/connectors/c";
    all.push(Case::drift(
        "drift 1",
        "a connector of the same name in another project",
        "workload-connector-changed",
        &attached(full),
        live(&json!({ "connector": foreign })).answer(elsewhere(foreign, REGION)),
    ));
    all.push(Case::drift(
        "drift 1b",
        "the same by the other project's number",
        "workload-connector-changed",
        &attached("connector = \"c\""),
        live(&json!({ "connector": "projects/420000000002/locations/us-central1/connectors/c" }))
            .answer(elsewhere(foreign, REGION)),
    ));
    all.push(Case::drift(
        "drift 1c",
        "a connector of another environment that is declared as well",
        "workload-connector-foreign",
        &detached(&format!("    vpc_access {{\n      connector = \"{foreign}\"\n    }}")),
        live(&json!({ "connector": foreign })).answer(elsewhere(foreign, REGION)),
    ));
    all.push(Case::drift(
        "drift 20c",
        "a connector that nothing declares, and that is not there",
        "workload-connector-missing",
        &detached("    vpc_access {\n      connector = \"gone\"\n    }"),
        live(&json!({ "connector": "gone" })),
    ));
    all.push(Case::drift(
        "drift 2",
        "a connector of the same name in another region",
        "workload-connector-changed",
        &attached(full),
        live(&json!({ "connector": other_region })).answer(json!({
            "api": "vpcaccess.connectors", "project": PROJECT, "region": "us-east1", "of": other_region,
            "items": [{
                "name": other_region, "network": "shop", "ipCidrRange": "10.9.0.0/28", "state": "READY",
                "machineType": "e2-micro", "minInstances": 2, "maxInstances": 3,
            }],
        })),
    ));
    let all_traffic = json!({ "connector": CONNECTOR, "egress": "ALL_TRAFFIC" });
    all.push(Case::drift(
        "drift 3",
        "all traffic live, no egress declared: plan is silent",
        "workload-egress-changed",
        &attached(full),
        live(&all_traffic),
    ));
    let private = format!("{full}\negress = \"PRIVATE_RANGES_ONLY\"");
    all.push(Case::drift(
        "drift 3b",
        "all traffic live, private ranges declared",
        "workload-egress-changed",
        &attached(&private),
        live(&all_traffic),
    ));
    let everything = format!("{full}\negress = \"ALL_TRAFFIC\"");
    all.push(Case::drift(
        "drift 3c",
        "all traffic declared, nothing live",
        "workload-egress-changed",
        &attached(&everything),
        live(&json!({ "connector": CONNECTOR })),
    ));
    all.push(Case::drift(
        "drift 4",
        "an interface in place of the connector",
        "workload-connector-changed",
        &attached(full),
        live(&json!({ "networkInterfaces": [{ "network": "shop", "subnetwork": "s" }] })),
    ));
    let interface = |value: Value| live(&json!({ "networkInterfaces": [value] }));
    all.push(Case::drift(
        "drift 4b",
        "the connector in place of an interface",
        "workload-connector-changed",
        &by_interface("network = \"shop\""),
        live(&json!({ "connector": CONNECTOR })),
    ));
    let subnetwork = |network: &str| {
        json!({
            "name": "s", "region": REGION, "network": format!("projects/shop-staging/global/networks/{network}"), "ipCidrRange": "10.0.0.0/24",
            "selfLink": "https://www.googleapis.com/compute/v1/projects/shop-staging/regions/us-central1/subnetworks/s",
        })
    };
    let declared_subnetwork = "resource \"google_compute_subnetwork\" \"s\" {\n  name          = \"s\"\n  network       = \"shop\"\n  ip_cidr_range = \"10.0.0.0/24\"\n}\n\n";
    all.push(Case::drift(
        "drift 5",
        "only the subnetwork declared, and another network live",
        "workload-interfaces-changed",
        &format!("{declared_subnetwork}{}", by_interface("subnetwork = \"s\"")),
        interface(json!({ "network": "other", "subnetwork": "s" })).with("compute.subnetworks", subnetwork("shop")),
    ));
    all.push(Case::drift(
        "drift 5b",
        "another network live",
        "workload-interfaces-changed",
        &by_interface("network = \"shop\""),
        interface(json!({ "network": "other" })),
    ));
    all.push(Case::drift(
        "drift 5c",
        "the network of another project",
        "workload-interfaces-changed",
        &by_interface("network = \"shop\""),
        interface(json!({ "network": "projects/shop-prod/global/networks/shop" })),
    ));
    all.push(Case::drift(
        "drift 5d",
        "a subnetwork of another region",
        "workload-interfaces-changed",
        &by_interface("network = \"shop\"\nsubnetwork = \"s\""),
        interface(json!({ "network": "shop", "subnetwork": "projects/shop-staging/regions/us-east1/subnetworks/s" })),
    ));
    all.push(Case::drift(
        "drift 5e",
        "the network declared, a subnetwork of another name live",
        "workload-interfaces-changed",
        &by_interface("network = \"default\""),
        interface(json!({ "network": "default", "subnetwork": "s" })),
    ));
    all.push(Case::drift(
        "drift 9",
        "a connector live where there is no block",
        "workload-connector-changed",
        &detached(""),
        live(&own()),
    ));
    all.push(Case::drift(
        "drift 9b",
        "an interface live where there is no block",
        "workload-interfaces-changed",
        &detached(""),
        interface(json!({ "network": "shop" })),
    ));
    all.push(Case::drift(
        "drift 9c",
        "no access live where a connector is declared",
        "workload-connector-changed",
        &attached(full),
        live(&Value::Null),
    ));
    all.push(Case::drift(
        "drift 10",
        "v1: a connector live where there are no annotations: plan is silent",
        "workload-connector-changed",
        &annotated(""),
        live(&own()),
    ));
    all.push(Case::drift(
        "drift 10b",
        "v1: all traffic live where the annotation is left out",
        "workload-egress-changed",
        &annotated("\"run.googleapis.com/vpc-access-connector\" = \"c\""),
        live(&all_traffic),
    ));
    all.push(Case::drift(
        "drift 13",
        "another tag",
        "workload-interfaces-changed",
        &by_interface("network = \"shop\"\ntags = [\"a\", \"b\"]"),
        interface(json!({ "network": "shop", "tags": ["a", "c"] })),
    ));
    all.push(Case::drift(
        "drift 13b",
        "a tag taken away",
        "workload-interfaces-changed",
        &by_interface("network = \"shop\"\ntags = [\"a\"]"),
        interface(json!({ "network": "shop" })),
    ));
    all.push(Case::drift(
        "drift 13c",
        "a tag added where none is declared",
        "workload-interfaces-changed",
        &by_interface("network = \"shop\""),
        interface(json!({ "network": "shop", "tags": ["a"] })),
    ));
    let job = |vpc: &Value| {
        Live::default().with("vpcaccess.connectors", connector_item()).with(
            "run.jobs",
            json!({
                "name": format!("projects/{PROJECT}/locations/{REGION}/jobs/nightly"), "generation": "3", "observedGeneration": "3",
                "template": { "template": { "vpcAccess": vpc } },
                "terminalCondition": { "type": "Ready", "state": "CONDITION_SUCCEEDED" },
            }),
        )
    };
    let job_block = format!(
        "{}resource \"google_cloud_run_v2_job\" \"nightly\" {{\n  name     = \"nightly\"\n  location = \"{REGION}\"\n\n  template {{\n    template {{\n      vpc_access {{\n        connector = google_vpc_access_connector.c.id\n      }}\n      containers {{\n        image = \"nightly\"\n      }}\n    }}\n  }}\n}}\n",
        connector_block()
    );
    all.push(Case::equal("equal 2g", "a job: egress left out", &job_block, job(&own())));
    all.push(Case::drift(
        "drift 21",
        "a job's inner template lost its connector",
        "workload-connector-changed",
        &job_block,
        job(&json!({})),
    ));
    all.push(Case::drift(
        "drift 21b",
        "a job sends all traffic, no egress declared: plan is silent",
        "workload-egress-changed",
        &job_block,
        job(&all_traffic),
    ));
    all.push(Case::drift(
        "drift 21c",
        "a job that is not there",
        "workload-missing",
        &job_block,
        Live::default().with("vpcaccess.connectors", connector_item()),
    ));
    all.push(Case::open(
        "drift 24",
        "a list that was denied is no empty list",
        "workload-missing",
        &attached(full),
        Live::default().with("vpcaccess.connectors", connector_item()).denied("run.services"),
    ));
    all.push(Case::open(
        "drift 24b",
        "connectors that were denied",
        "connector-missing",
        connector_block(),
        Live::default().denied("vpcaccess.connectors"),
    ));
    all.push(Case::open(
        "drift 24c",
        "a connector by a project number that nobody knows",
        "workload-connector-changed",
        &attached(full),
        live(&json!({ "connector": "projects/999/locations/us-central1/connectors/c" })),
    ));
    all
}
