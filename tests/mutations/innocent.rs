//! Changes of the live state that do not matter: spelling, order, defaults, what the API keeps.

use serde_json::{Value, json};

use super::Change;
use super::base::{item, only};
use super::networks::put;

const NUMBER: &str = "701982941522";

/// One change for each value at a JSON pointer of an item; null takes the field away.
fn set(all: &mut Vec<Change>, api: &'static str, name: &'static str, values: Vec<(&'static str, Value)>) {
    for (pointer, value) in values {
        all.push(Change::idle(format!("{api} {name} {pointer} = {value}"), move |state| {
            put(item(state, api, name), pointer, &value);
        }));
    }
}

pub fn changes() -> Vec<Change> {
    let mut all = Vec::new();
    for name in ["netra-vpc-connector", "netra-dr-connector"] {
        set(
            &mut all,
            "vpcaccess.connectors",
            name,
            vec![
                ("/network", "projects/netra-staging/global/networks/netra-staging-vpc".into()),
                ("/network", format!("projects/{NUMBER}/global/networks/netra-staging-vpc").into()),
                (
                    "/network",
                    "https://www.googleapis.com/compute/beta/projects/netra-staging/global/networks/netra-staging-vpc"
                        .into(),
                ),
                ("/machineType", Value::Null),
                ("/minThroughput", Value::Null),
                ("/minInstances", Value::Null),
                ("/maxInstances", Value::Null),
                ("/connectedProjects", json!(["netra-other", "netra-staging"])),
                ("/createTime", "2026-01-01T00:00:00Z".into()),
                ("/lastRestartTime", "2026-01-01T00:00:00Z".into()),
                ("/subnet", json!({ "name": "aet-uscentral1-netra" })),
            ],
        );
        all.push(Change::idle(format!("{name}: host bits in its range"), move |state| {
            let own = item(state, "vpcaccess.connectors", name);
            let range = own["ipCidrRange"].as_str().unwrap().replace(".0/28", ".5/28").replace(".16/28", ".21/28");
            own["ipCidrRange"] = range.into();
        }));
    }
    for (name, connector, region) in [
        ("netra-auth-staging", "netra-vpc-connector", "us-central1"),
        ("netra-frontend-staging", "netra-vpc-connector", "us-central1"),
        ("netra-backend-dr", "netra-dr-connector", "us-east1"),
        ("netra-legacy", "netra-vpc-connector", "us-central1"),
    ] {
        let path = format!("locations/{region}/connectors/{connector}");
        set(
            &mut all,
            "run.services",
            name,
            vec![
                ("/template/vpcAccess/connector", connector.into()),
                ("/template/vpcAccess/connector", format!("projects/{NUMBER}/{path}").into()),
                (
                    "/template/vpcAccess/connector",
                    format!("//vpcaccess.googleapis.com/projects/netra-staging/{path}").into(),
                ),
                ("/template/vpcAccess/egress", Value::Null),
                ("/template/vpcAccess/egress", "VPC_EGRESS_UNSPECIFIED".into()),
                ("/template/vpcAccess/networkInterfaces", json!([])),
                ("/template/revision", "by-hand-1".into()),
                (
                    "/template/annotations",
                    json!({ "run.googleapis.com/operation-id": "1", "client.knative.dev/user-image": "i" }),
                ),
                ("/annotations", json!({ "run.googleapis.com/client-name": "cloud-console" })),
                ("/client", "cloud-console".into()),
                ("/clientVersion", "999.0.0".into()),
                ("/etag", "\"other\"".into()),
                ("/uid", "00000000-0000-0000-0000-000000000000".into()),
                ("/launchStage", "BETA".into()),
                ("/labels", json!({ "commit-sha": "abc" })),
                ("/lastModifier", "somebody@netra.example".into()),
                ("/urls", json!([])),
                ("/satisfiesPzs", false.into()),
                ("/template/scaling", json!({ "minInstanceCount": 2, "maxInstanceCount": 99 })),
            ],
        );
        all.push(Change::idle(format!("{name}: the latest revision named in its traffic"), move |state| {
            let own = item(state, "run.services", name);
            let latest = own["latestReadyRevision"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            own["trafficStatuses"][0]["revision"] = latest.into();
        }));
        all.push(Change::idle(format!("{name}: the generation as a number"), move |state| {
            let own = item(state, "run.services", name);
            let number: i64 = own["generation"].as_str().unwrap().parse().unwrap();
            own["generation"] = number.into();
        }));
        all.push(Change::idle(format!("{name}: a tag on the revision that serves"), move |state| {
            let own = item(state, "run.services", name);
            let latest = own["latestReadyRevision"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let target = json!({ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": latest, "tag": "now" });
            own["trafficStatuses"].as_array_mut().unwrap().push(target);
        }));
    }
    all.push(Change::idle("netra-direct: tags in another order", |state| {
        item(state, "run.services", "netra-direct")["template"]["vpcAccess"]["networkInterfaces"][0]["tags"] =
            json!(["db", "web"]);
    }));
    all.push(Change::idle("netra-direct: names by number and link", |state| {
        let interface =
            &mut item(state, "run.services", "netra-direct")["template"]["vpcAccess"]["networkInterfaces"][0];
        interface["network"] = format!("projects/{NUMBER}/global/networks/netra-staging-vpc").into();
        interface["subnetwork"] = "netra-staging-vpc-main".into();
    }));
    set(
        &mut all,
        "compute.networks",
        "netra-staging-vpc",
        vec![
            ("/mtu", 0.into()),
            ("/mtu", Value::Null),
            ("/networkFirewallPolicyEnforcementOrder", Value::Null),
            ("/id", "1".into()),
            ("/description", "x".into()),
        ],
    );
    set(
        &mut all,
        "compute.subnetworks",
        "netra-staging-vpc-main",
        vec![
            ("/purpose", Value::Null),
            ("/purpose", "PRIVATE_RFC_1918".into()),
            ("/fingerprint", "x".into()),
            ("/secondaryIpRanges", json!([{ "rangeName": "a", "ipCidrRange": "10.99.0.0/24" }])),
            (
                "/network",
                "https://compute.googleapis.com/compute/v1/projects/netra-staging/global/networks/netra-staging-vpc"
                    .into(),
            ),
        ],
    );
    set(
        &mut all,
        "compute.firewalls",
        "netra-staging-allow-connectors",
        vec![
            ("/sourceRanges", json!(["10.8.0.16/28", "10.8.0.0/28"])),
            ("/allowed", json!([{ "IPProtocol": "6", "ports": ["9000", "8123", "6379", "5432"] }])),
            ("/priority", Value::Null),
            ("/disabled", Value::Null),
            ("/direction", Value::Null),
            ("/logConfig", json!({ "enable": true })),
            ("/targetTags", json!([])),
        ],
    );
    set(
        &mut all,
        "compute.routers",
        "netra-staging-router",
        vec![
            ("/nats/0/type", Value::Null),
            ("/nats/0/minPortsPerVm", 128.into()),
            ("/nats/0/udpIdleTimeoutSec", 30.into()),
            ("/nats/0/tcpEstablishedIdleTimeoutSec", 1200.into()),
            ("/nats/0/endpointTypes", json!(["ENDPOINT_TYPE_VM"])),
            ("/nats/0/enableEndpointIndependentMapping", true.into()),
            (
                "/nats/1/natIps",
                json!([
                    "projects/netra-staging/regions/us-central1/addresses/netra-partner-2",
                    "projects/netra-staging/regions/us-central1/addresses/netra-partner-1"
                ]),
            ),
            ("/bgp", json!({ "asn": 64512 })),
        ],
    );
    set(
        &mut all,
        "compute.globalAddresses",
        "netra-staging-services",
        vec![("/status", "IN_USE".into()), ("/address", "10.77.0.0".into()), ("/users", json!(["x"]))],
    );
    all.push(Change::idle("the private connection by project id", |state| {
        only(state, "servicenetworking.connections")["network"] =
            "projects/netra-staging/global/networks/netra-staging-vpc".into();
    }));
    set(
        &mut all,
        "sqladmin.instances",
        "netra-staging-postgres",
        vec![
            (
                "/settings/ipConfiguration/privateNetwork",
                "/projects/netra-staging/global/networks/netra-staging-vpc".into(),
            ),
            (
                "/settings/ipConfiguration/privateNetwork",
                format!("projects/{NUMBER}/global/networks/netra-staging-vpc").into(),
            ),
            (
                "/settings/ipConfiguration/privateNetwork",
                "https://www.googleapis.com/compute/v1/projects/netra-staging/global/networks/netra-staging-vpc".into(),
            ),
            ("/settings/ipConfiguration/sslMode", "ALLOW_UNENCRYPTED_AND_ENCRYPTED".into()),
            ("/settings/ipConfiguration/authorizedNetworks", Value::Null),
            ("/settings/tier", "db-custom-4-15360".into()),
            ("/ipAddresses", json!([])),
            ("/gceZone", "us-central1-a".into()),
            ("/state", "ONLINE_MAINTENANCE".into()),
        ],
    );
    set(
        &mut all,
        "redis.instances",
        "netra-staging-cache",
        vec![
            ("/authEnabled", Value::Null),
            ("/transitEncryptionMode", Value::Null),
            ("/reservedIpRange", "other".into()),
            ("/host", "10.60.0.99".into()),
            ("/authorizedNetwork", format!("projects/{NUMBER}/global/networks/netra-staging-vpc").into()),
            ("/memorySizeGb", 5.into()),
        ],
    );
    set(
        &mut all,
        "redis.instances",
        "netra-sessions",
        vec![
            ("/authorizedNetwork", Value::Null),
            ("/connectMode", Value::Null),
            ("/secondaryIpRange", "10.62.1.0/29".into()),
        ],
    );
    all.push(Change::idle("what is listed in another order", |state| {
        for answer in state["answers"].as_array_mut().unwrap() {
            if let Some(items) = answer["items"].as_array_mut() {
                items.reverse();
            }
        }
    }));
    all.push(Change::idle("the answers in another order", |state| state["answers"].as_array_mut().unwrap().reverse()));
    all.push(Change::idle("a firewall rule of Google's own", |state| {
        let copy = super::copy_of(
            state,
            "compute.firewalls",
            "netra-staging-allow-connectors",
            "aet-uscentral1-netra--vpc--connector-sbntfw",
        );
        super::base::insert(state, "compute.firewalls", None, copy);
    }));
    all.push(Change::idle("a service that Cloud Run functions made", |state| {
        let mut copy = super::copy_of(state, "run.services", "netra-legacy", "made-by-functions");
        copy["labels"] = json!({ "goog-managed-by": "cloudfunctions" });
        let revision = super::copy_of(state, "run.revisions", "netra-legacy-00002-new", "made-by-functions-00002-new");
        let revision: Value =
            serde_json::from_str(&revision.to_string().replace("netra-legacy", "made-by-functions")).unwrap();
        super::base::insert(state, "run.services", Some("us-central1"), copy);
        super::base::insert(state, "run.revisions", Some("us-central1"), revision);
    }));
    all
}
