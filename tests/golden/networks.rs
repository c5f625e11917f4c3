//! Connectors, and the networks around them.

use serde_json::{Value, json};

use super::scene::{Case, Live, PROJECT, REGION};

const PLACE: &str = "  network       = \"shop\"\n  ip_cidr_range = \"10.8.0.0/28\"\n";
const SUBNET: &str = "  subnet {\n    name = \"s\"\n  }\n";
const SCALE: &str = "  min_instances = 2\n  max_instances = 3\n";

fn declared(lines: &[&str]) -> String {
    format!("resource \"google_vpc_access_connector\" \"c\" {{\n  name = \"c\"\n{}}}\n", lines.concat())
}

fn item(change: impl Fn(&mut Value)) -> Live {
    let mut item = super::services::connector_item();
    change(&mut item);
    Live::default().with("vpcaccess.connectors", item)
}

fn scaled(instances: (i64, i64), throughput: (i64, i64)) -> Live {
    item(|item| {
        item["minInstances"] = instances.0.into();
        item["maxInstances"] = instances.1.into();
        item["minThroughput"] = throughput.0.into();
        item["maxThroughput"] = throughput.1.into();
    })
}

fn of_subnet(subnet: Value) -> Live {
    item(|item| {
        item.as_object_mut().unwrap().remove("ipCidrRange");
        item["subnet"] = subnet.clone();
    })
}

/// Connectors.
pub fn connectors() -> Vec<Case> {
    let same = || item(|_| {});
    let mut all = vec![
        Case::equal(
            "equal 6e",
            "a connector's network by its link",
            &declared(&[
                "  network = \"https://www.googleapis.com/compute/v1/projects/shop-staging/global/networks/shop\"\n  ip_cidr_range = \"10.8.0.0/28\"\n",
                SCALE,
            ]),
            same(),
        ),
        Case::equal("equal 9", "the machine type left out", &declared(&[PLACE, SCALE]), same()),
        Case::equal(
            "equal 9b",
            "the machine type declared, and left out live",
            &declared(&[PLACE, SCALE, "  machine_type = \"e2-micro\"\n"]),
            item(|item| {
                item.as_object_mut().unwrap().remove("machineType");
            }),
        ),
        Case::equal(
            "equal 10",
            "instances declared, throughput live beside them",
            &declared(&[PLACE, SCALE]),
            scaled((2, 3), (200, 300)),
        ),
        Case::equal(
            "equal 10b",
            "instances declared, and a throughput of the older provider beside them",
            &declared(&[PLACE, SCALE]),
            scaled((2, 3), (200, 1000)),
        ),
        Case::equal(
            "equal 11",
            "throughput declared, instances live",
            &declared(&[PLACE, "  min_throughput = 200\n  max_throughput = 1000\n"]),
            scaled((2, 10), (200, 1000)),
        ),
        Case::equal(
            "equal 11b",
            "throughput declared, only instances live",
            &declared(&[PLACE, "  min_throughput = 400\n  max_throughput = 800\n"]),
            item(|item| {
                for key in ["minThroughput", "maxThroughput"] {
                    item.as_object_mut().unwrap().remove(key);
                }
                item["minInstances"] = 4.into();
                item["maxInstances"] = 8.into();
            }),
        ),
        Case::equal(
            "equal 11c",
            "no scaling declared: the API chooses",
            &declared(&[PLACE]),
            scaled((2, 10), (200, 1000)),
        ),
        Case::equal(
            "equal 12",
            "a subnetwork declared, its network live as well",
            &declared(&[SUBNET, SCALE]),
            of_subnet(json!({ "name": "s" })),
        ),
        Case::equal(
            "equal 13",
            "network and range declared, Google's own subnetwork live",
            &declared(&[PLACE, SCALE]),
            item(|item| item["subnet"] = json!({ "name": "aet-uscentral1-c" })),
        ),
        Case::equal(
            "equal 14",
            "the subnetwork's project left out",
            &declared(&[SUBNET, SCALE]),
            of_subnet(json!({ "name": "s", "projectId": PROJECT })),
        ),
        Case::equal(
            "equal 14b",
            "the subnetwork's project by number",
            &declared(&["  subnet {\n    name       = \"s\"\n    project_id = \"420000000001\"\n  }\n", SCALE]),
            of_subnet(json!({ "name": "s" })),
        ),
        Case::equal(
            "equal 14c",
            "the subnetwork of a host project",
            &declared(&["  subnet {\n    name       = \"s\"\n    project_id = \"shop-prod\"\n  }\n", SCALE]),
            of_subnet(json!({ "name": "s", "projectId": "420000000002" })),
        ),
        Case::equal(
            "equal 15",
            "a range with host bits",
            &declared(&["  network = \"shop\"\n  ip_cidr_range = \"10.8.0.5/28\"\n", SCALE]),
            same(),
        ),
        Case::equal(
            "equal 26b",
            "what only Terraform knows of a connector",
            &declared(&[PLACE, SCALE, "  deletion_policy = \"ABANDON\"\n\n  timeouts {\n    create = \"10m\"\n  }\n"]),
            same(),
        ),
        Case::equal(
            "equal 26c",
            "what only the API knows of a connector",
            &declared(&[PLACE, SCALE]),
            item(|item| {
                item["connectedProjects"] = json!(["b", PROJECT, "a"]);
                item["createTime"] = "2026-01-01T00:00:00Z".into();
                item["lastRestartTime"] = "2026-01-01T00:00:00Z".into();
            }),
        ),
        Case::open(
            "equal 28",
            "a connector that is being updated is pending",
            "connector-changed",
            &declared(&[PLACE, SCALE]),
            item(|item| {
                item["state"] = "UPDATING".into();
                item["maxInstances"] = 10.into();
            }),
        ),
        Case::open(
            "equal 28b",
            "the same where the values are still the old ones",
            "connector-changed",
            &declared(&[PLACE, SCALE]),
            item(|item| item["state"] = "UPDATING".into()),
        ),
    ];
    let drift = |number, words, lines: &[&str], live: Live| {
        Case::drift(number, words, "connector-changed", &declared(lines), live)
    };
    all.extend([
        drift("drift 6", "more instances live than declared", &[PLACE, SCALE], scaled((2, 10), (200, 1000))),
        drift(
            "drift 6b",
            "fewer instances live than declared",
            &[PLACE, "  min_instances = 2\n  max_instances = 10\n"],
            scaled((2, 3), (200, 300)),
        ),
        drift(
            "drift 6c",
            "less throughput than declared",
            &[PLACE, "  min_throughput = 300\n  max_throughput = 1000\n"],
            scaled((2, 10), (200, 1000)),
        ),
        drift(
            "drift 6d",
            "both pairs declared: instances count",
            &[PLACE, "  min_instances = 3\n  max_instances = 10\n"],
            scaled((2, 10), (300, 1000)),
        ),
        drift(
            "drift 7",
            "another machine type",
            &[PLACE, SCALE],
            item(|item| item["machineType"] = "e2-standard-4".into()),
        ),
        drift(
            "drift 7b",
            "the default where another machine type is declared",
            &[PLACE, SCALE, "  machine_type = \"f1-micro\"\n"],
            item(|_| {}),
        ),
        drift("drift 8", "another network", &[PLACE, SCALE], item(|item| item["network"] = "other".into())),
        drift("drift 8b", "another range", &[PLACE, SCALE], item(|item| item["ipCidrRange"] = "10.8.1.0/28".into())),
        drift(
            "drift 8c",
            "a range of another size",
            &[PLACE, SCALE],
            item(|item| item["ipCidrRange"] = "10.8.0.0/27".into()),
        ),
        drift("drift 8d", "another subnetwork", &[SUBNET, SCALE], of_subnet(json!({ "name": "t" }))),
        drift(
            "drift 8e",
            "the subnetwork of another project",
            &[SUBNET, SCALE],
            of_subnet(json!({ "name": "s", "projectId": "shop-prod" })),
        ),
        drift("drift 8f", "a range where a subnetwork is declared", &[SUBNET, SCALE], item(|_| {})),
    ]);
    all.push(Case::drift(
        "drift 19",
        "a connector in the state ERROR",
        "connector-not-ready",
        &declared(&[PLACE, SCALE]),
        item(|item| item["state"] = "ERROR".into()),
    ));
    all.push(Case::drift(
        "drift 20",
        "a connector that is not there",
        "connector-missing",
        &declared(&[PLACE, SCALE]),
        Live::default(),
    ));
    all.push(Case::drift("drift 20b", "a connector that nothing declares", "connector-unmanaged", &declared(&[PLACE, SCALE]), item(|_| {}).with("vpcaccess.connectors", json!({
        "name": format!("projects/{PROJECT}/locations/{REGION}/connectors/d"), "network": "shop", "ipCidrRange": "10.8.2.0/28",
        "state": "READY", "machineType": "e2-micro", "minInstances": 2, "maxInstances": 3,
    }))));
    all
}
