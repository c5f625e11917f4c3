//! Workloads: how they reach the VPC.

use serde_json::{Value, json};

use super::scene::{Case, Live, NUMBER, PROJECT, REGION};

pub const CONNECTOR: &str = "projects/shop-staging/locations/us-central1/connectors/c";

/// The connector that services use, declared.
pub fn connector_block() -> &'static str {
    "resource \"google_vpc_access_connector\" \"c\" {\n  name          = \"c\"\n  network       = \"shop\"\n  ip_cidr_range = \"10.8.0.0/28\"\n  min_instances = 2\n  max_instances = 3\n}\n\n"
}

/// The same as it is live.
pub fn connector_item() -> Value {
    json!({
        "name": CONNECTOR, "network": "shop", "ipCidrRange": "10.8.0.0/28", "state": "READY", "machineType": "e2-micro",
        "minInstances": 2, "maxInstances": 3, "minThroughput": 200, "maxThroughput": 300, "connectedProjects": [PROJECT],
    })
}

/// A v2 service with this text in its template.
pub fn service_block(template: &str) -> String {
    format!(
        "resource \"google_cloud_run_v2_service\" \"api\" {{\n  name     = \"api\"\n  location = \"{REGION}\"\n\n  template {{\n{template}\n    containers {{\n      image = \"api\"\n    }}\n  }}\n}}\n"
    )
}

/// A service with this `vpcAccess`, served by a revision that has it too.
pub fn service_item(vpc: &Value) -> (Value, Value) {
    let name = format!("projects/{PROJECT}/locations/{REGION}/services/api");
    let revision = format!("{name}/revisions/api-00007-abc");
    let service = json!({
        "name": name, "generation": "7", "observedGeneration": "7", "template": { "vpcAccess": vpc },
        "terminalCondition": { "type": "Ready", "state": "CONDITION_SUCCEEDED" },
        "latestReadyRevision": revision, "latestCreatedRevision": revision,
        "traffic": [{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100 }],
        "trafficStatuses": [{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100 }],
        "lastModifier": "someone@example.com", "updateTime": "2026-01-02T03:04:05Z",
    });
    let revision =
        json!({ "name": revision, "service": "api", "vpcAccess": vpc, "createTime": "2026-01-02T03:04:05Z" });
    (service, revision)
}

/// A live service beside the connector.
pub fn live(vpc: &Value) -> Live {
    let (service, revision) = service_item(vpc);
    Live::default()
        .with("vpcaccess.connectors", connector_item())
        .with("run.services", service)
        .with("run.revisions", revision)
}

fn changed(vpc: &Value, change: impl Fn(&mut Value, &mut Value)) -> Live {
    let (mut service, mut revision) = service_item(vpc);
    change(&mut service, &mut revision);
    Live::default()
        .with("vpcaccess.connectors", connector_item())
        .with("run.services", service)
        .with("run.revisions", revision)
}

pub fn attached(vpc: &str) -> String {
    let body: String = vpc.lines().map(|line| format!("      {line}\n")).collect();
    format!("{}{}", connector_block(), service_block(&format!("    vpc_access {{\n{body}    }}")))
}

/// A repository that uses the connector elsewhere, so that a service without one leaves nothing unused.
pub fn detached(template: &str) -> String {
    format!(
        "{}output \"c\" {{\n  value = google_vpc_access_connector.c.id\n}}\n\n{}",
        connector_block(),
        service_block(template)
    )
}

pub fn by_interface(fields: &str) -> String {
    let body: String = fields.lines().map(|line| format!("        {line}\n")).collect();
    detached(&format!("    vpc_access {{\n      network_interfaces {{\n{body}      }}\n    }}"))
}

pub fn annotated(annotations: &str) -> String {
    let body: String = annotations.lines().map(|line| format!("        {line}\n")).collect();
    let metadata = match annotations {
        "" => String::new(),
        _ => format!("    metadata {{\n      annotations = {{\n{body}      }}\n    }}\n"),
    };
    format!(
        "{}output \"c\" {{\n  value = google_vpc_access_connector.c.id\n}}\n\nresource \"google_cloud_run_service\" \"api\" {{\n  name     = \"api\"\n  location = \"{REGION}\"\n\n  template {{\n{metadata}    spec {{\n      containers {{\n        image = \"api\"\n      }}\n    }}\n  }}\n}}\n",
        connector_block()
    )
}

pub fn own() -> Value {
    json!({ "connector": CONNECTOR, "egress": "PRIVATE_RANGES_ONLY" })
}

pub fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let full = format!("connector = \"{CONNECTOR}\"");
    let by_number = format!("projects/{NUMBER}/locations/{REGION}/connectors/c");
    for (number, words, declared, live_name) in [
        ("equal 1", "a short name declared, a full one live", "connector = \"c\"".to_owned(), CONNECTOR.to_owned()),
        ("equal 1b", "a full name declared, a short one live, as a v1 client left it", full.clone(), "c".to_owned()),
        ("equal 1c", "the project by number live", full.clone(), by_number.clone()),
        ("equal 1d", "the project by number declared", format!("connector = \"{by_number}\""), CONNECTOR.to_owned()),
        (
            "equal 1e",
            "a full resource name",
            format!("connector = \"//vpcaccess.googleapis.com/{CONNECTOR}\""),
            CONNECTOR.to_owned(),
        ),
        (
            "equal 1f",
            "a link of the beta API",
            format!("connector = \"https://vpcaccess.googleapis.com/v1beta1/{CONNECTOR}\""),
            CONNECTOR.to_owned(),
        ),
        ("equal 1g", "a reference", "connector = google_vpc_access_connector.c.id".to_owned(), CONNECTOR.to_owned()),
        ("equal 1h", "a leading slash live", full.clone(), format!("/{CONNECTOR}")),
    ] {
        all.push(Case::equal(number, words, &attached(&declared), live(&json!({ "connector": live_name }))));
    }
    for (number, words, declared, egress) in [
        ("equal 2", "egress absent on both sides", "", None),
        ("equal 2b", "egress left out, the default live", "", Some("PRIVATE_RANGES_ONLY")),
        ("equal 2c", "egress empty, unspecified live", "egress = \"\"", Some("VPC_EGRESS_UNSPECIFIED")),
        ("equal 2d", "the default declared, nothing live", "egress = \"PRIVATE_RANGES_ONLY\"", None),
        ("equal 2e", "egress null", "egress = null", Some("PRIVATE_RANGES_ONLY")),
        ("equal 3", "all traffic on both sides", "egress = \"ALL_TRAFFIC\"", Some("ALL_TRAFFIC")),
    ] {
        let mut vpc = json!({ "connector": CONNECTOR });
        if let Some(egress) = egress {
            vpc["egress"] = egress.into();
        }
        all.push(Case::equal(number, words, &attached(&format!("{full}\n{declared}")), live(&vpc)));
    }
    const CONNECTOR_KEY: &str = "\"run.googleapis.com/vpc-access-connector\" = \"c\"";
    for (number, words, egress, api) in [
        ("equal 2f", "v1: private-ranges-only", "private-ranges-only", "PRIVATE_RANGES_ONLY"),
        ("equal 3b", "v1: all-traffic", "all-traffic", "ALL_TRAFFIC"),
        ("equal 3c", "v1: all, the older word", "all", "ALL_TRAFFIC"),
    ] {
        let declared = annotated(&format!("{CONNECTOR_KEY}\n\"run.googleapis.com/vpc-access-egress\" = \"{egress}\""));
        all.push(Case::equal(number, words, &declared, live(&json!({ "connector": CONNECTOR, "egress": api }))));
    }
    all.push(Case::equal("equal 4", "no block, and no access live", &detached(""), live(&Value::Null)));
    all.push(Case::equal("equal 4b", "no block, an empty object live", &detached(""), live(&json!({}))));
    all.push(Case::equal(
        "equal 4c",
        "no block, an unspecified egress live",
        &detached(""),
        live(&json!({ "egress": "VPC_EGRESS_UNSPECIFIED", "networkInterfaces": [] })),
    ));
    all.push(Case::equal(
        "equal 4d",
        "a dynamic block of nothing",
        &detached("    dynamic \"vpc_access\" {\n      for_each = []\n      content {}\n    }"),
        live(&json!({})),
    ));
    all.push(Case::equal("equal 4e", "v1: no annotations, and no access live", &annotated(""), live(&Value::Null)));
    let interface = |value: Value| live(&json!({ "networkInterfaces": [value] }));
    for (number, words, declared, api) in [
        (
            "equal 5",
            "tags in another order",
            "network = \"shop\"\ntags = [\"a\", \"b\"]",
            json!({"network": "shop", "tags": ["b", "a"]}),
        ),
        (
            "equal 5b",
            "a tag twice",
            "network = \"shop\"\ntags = [\"b\", \"a\", \"a\"]",
            json!({"network": "shop", "tags": ["a", "b"]}),
        ),
        ("equal 5c", "no tags and an empty list", "network = \"shop\"\ntags = []", json!({"network": "shop"})),
        ("equal 5d", "null tags", "network = \"shop\"\ntags = null", json!({"network": "shop", "tags": []})),
        (
            "equal 6",
            "a network by its link",
            "network = \"shop\"",
            json!({"network": "https://www.googleapis.com/compute/v1/projects/shop-staging/global/networks/shop"}),
        ),
        (
            "equal 6b",
            "a network by the other host and the beta API",
            "network = \"projects/shop-staging/global/networks/shop\"",
            json!({"network": "https://compute.googleapis.com/compute/beta/projects/shop-staging/global/networks/shop"}),
        ),
        (
            "equal 6c",
            "a network by project number",
            "network = \"shop\"",
            json!({"network": "projects/420000000001/global/networks/shop"}),
        ),
        (
            "equal 6d",
            "a subnetwork by its link",
            "subnetwork = \"https://www.googleapis.com/compute/v1/projects/shop-staging/regions/us-central1/subnetworks/s\"",
            json!({"subnetwork": "projects/shop-staging/regions/us-central1/subnetworks/s"}),
        ),
        (
            "equal 7",
            "only the subnetwork declared, its network live as well",
            "subnetwork = \"s\"",
            json!({"network": "shop", "subnetwork": "s"}),
        ),
        (
            "equal 8",
            "only the network declared, the subnetwork of the same name live",
            "network = \"default\"",
            json!({"network": "default", "subnetwork": "default"}),
        ),
    ] {
        let network = "resource \"google_compute_subnetwork\" \"s\" {\n  name          = \"s\"\n  network       = \"shop\"\n  ip_cidr_range = \"10.0.0.0/24\"\n}\n\n";
        let subnetwork = json!({
            "name": "s", "region": REGION, "network": "projects/shop-staging/global/networks/shop",
            "ipCidrRange": "10.0.0.0/24",
            "selfLink": "https://www.googleapis.com/compute/v1/projects/shop-staging/regions/us-central1/subnetworks/s",
        });
        let state = interface(api).with("compute.subnetworks", subnetwork);
        all.push(Case::equal(number, words, &format!("{network}{}", by_interface(declared)), state));
    }
    let kept = json!({
        "client": "gcloud", "clientVersion": "534.0.0", "etag": "\"x\"", "uid": "1", "urls": ["https://x"],
        "annotations": {"client.knative.dev/user-image": "i", "run.googleapis.com/operation-id": "1"},
        "labels": {"managed-by": "github-actions", "commit-sha": "abc", "gcb-trigger-region": "global"},
        "launchStage": "GA", "conditions": [{"type": "RoutesReady", "state": "CONDITION_SUCCEEDED"}],
        "customAudiences": [], "satisfiesPzs": true, "expireTime": "2030-01-01T00:00:00Z",
    });
    all.push(Case::equal(
        "equal 17",
        "what gcloud and the API write on their own",
        &attached(&full),
        changed(&own(), |service, revision| {
            service.as_object_mut().unwrap().extend(kept.as_object().unwrap().clone());
            service["template"]["annotations"] =
                json!({"run.googleapis.com/sandbox": "gvisor", "client.knative.dev/user-image": "i"});
            service["template"]["labels"] = json!({"run.googleapis.com/startupProbeType": "Default"});
            service["template"]["revision"] = "api-00007-abc".into();
            revision["annotations"] = json!({"run.googleapis.com/sandbox": "gvisor"});
        }),
    ));
    all.push(Case::equal(
        "equal 18",
        "the generation as a number beside one as a text",
        &attached(&full),
        changed(&own(), |service, _| service["generation"] = 7.into()),
    ));
    for (number, words, text) in [
        (
            "equal 19",
            "v1: interfaces with other white space",
            "[{ \\\"subnetwork\\\": \\\"s\\\",  \\\"network\\\": \\\"shop\\\" }]",
        ),
        (
            "equal 19b",
            "v1: interfaces with the keys in order",
            "[{\\\"network\\\":\\\"shop\\\",\\\"subnetwork\\\":\\\"s\\\",\\\"tags\\\":[]}]",
        ),
    ] {
        let declared = annotated(&format!("\"run.googleapis.com/network-interfaces\" = \"{text}\""));
        all.push(Case::equal(number, words, &declared, interface(json!({"network": "shop", "subnetwork": "s"}))));
    }
    all.push(Case::equal(
        "equal 19c",
        "v1: interfaces by jsonencode",
        &annotated(
            "\"run.googleapis.com/network-interfaces\" = jsonencode([{ network = \"shop\", tags = [\"b\", \"a\"] }])",
        ),
        interface(json!({"network": "shop", "tags": ["a", "b"]})),
    ));
    for (number, words, line) in [
        ("equal 25", "the launch stage left out", ""),
        ("equal 25b", "the launch stage declared", "  launch_stage = \"GA\"\n"),
    ] {
        let declared =
            attached(&full).replace("  location = \"us-central1\"\n", &format!("  location = \"us-central1\"\n{line}"));
        all.push(Case::equal(
            number,
            words,
            &declared,
            changed(&own(), |service, _| service["launchStage"] = "GA".into()),
        ));
    }
    let terraform_only = "  location = \"us-central1\"\n  deletion_protection = false\n\n  timeouts {\n    create = \"20m\"\n  }\n\n  lifecycle {\n    prevent_destroy = true\n  }\n";
    all.push(Case::equal(
        "equal 26",
        "what only Terraform knows: timeouts, deletion protection, lifecycle",
        &attached(&full).replace("  location = \"us-central1\"\n", terraform_only),
        live(&own()),
    ));
    let scaled =
        format!("    scaling {{\n      min_instance_count = 1\n    }}\n    vpc_access {{\n      {full}\n    }}");
    all.push(Case::equal(
        "equal 27",
        "scaling and other fields that are no business of the network",
        &format!("{}{}", connector_block(), service_block(&scaled)),
        changed(&own(), |service, _| {
            service["template"]["scaling"] = json!({"minInstanceCount": 3, "maxInstanceCount": 40});
            service["template"]["timeout"] = "60s".into();
        }),
    ));
    all.extend(super::services_drift::drifts(&full));
    all
}
