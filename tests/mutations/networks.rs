//! Networks, firewall rules, NAT, private connections, databases and caches: changes that matter.

use serde_json::{Value, json};

use super::base::{PROJECT, delete, insert, item, only};
use super::{Change, copy_of};

const LINK: &str = "https://www.googleapis.com/compute/v1/projects/netra-staging";

fn here(kind: &str, name: &str) -> String {
    format!("{kind} {name} ({PROJECT})")
}

fn there(kind: &str, name: &str, region: &str) -> String {
    format!("{kind} {name} ({PROJECT}/{region})")
}

/// One change for each value at a JSON pointer of an item; null takes the field away.
fn set(
    all: &mut Vec<Change>,
    what: (&'static str, &'static str),
    finding: (&'static str, &str, &'static str),
    pointer: &'static str,
    values: Vec<Value>,
) {
    let (api, name) = what;
    let (rule, subject, field) = finding;
    for value in values {
        all.push(Change::real(format!("{name} {pointer} = {value}"), rule, subject, field, move |state| {
            put(item(state, api, name), pointer, &value);
        }));
    }
}

/// Puts a value at a JSON pointer whose last key may not be there yet.
pub fn put(target: &mut Value, pointer: &str, value: &Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = target.pointer_mut(parent).unwrap_or_else(|| panic!("no {pointer}"));
    match value {
        Value::Null => {
            parent.as_object_mut().unwrap().remove(key).unwrap_or_else(|| panic!("no {pointer}"));
        }
        value => parent[key] = value.clone(),
    }
}

pub fn networks() -> Vec<Change> {
    let mut all = Vec::new();
    let network = ("compute.networks", "netra-staging-vpc");
    let at = here("network", network.1);
    let mut of_network =
        |field, pointer, values| set(&mut all, network, ("network-changed", &at, field), pointer, values);
    of_network("auto_create_subnetworks", "/autoCreateSubnetworks", vec![true.into(), Value::Null]);
    of_network("routing_mode", "/routingConfig/routingMode", vec!["REGIONAL".into()]);
    of_network("mtu", "/mtu", vec![1500.into(), 8896.into()]);
    of_network(
        "network_firewall_policy_enforcement_order",
        "/networkFirewallPolicyEnforcementOrder",
        vec!["BEFORE_CLASSIC_FIREWALL".into()],
    );
    all.push(Change::real("the network is deleted", "network-missing", &at, "", |state| {
        delete(state, "compute.networks", "netra-staging-vpc")
    }));
    for (name, region) in [("netra-staging-vpc-main", "us-central1"), ("netra-staging-vpc-dr", "us-east1")] {
        let subnetwork = ("compute.subnetworks", name);
        let at = there("subnetwork", name, region);
        let mut of =
            |field, pointer, values| set(&mut all, subnetwork, ("subnetwork-changed", &at, field), pointer, values);
        of("ip_cidr_range", "/ipCidrRange", vec!["10.20.0.0/19".into(), "10.30.0.0/20".into()]);
        of("private_ip_google_access", "/privateIpGoogleAccess", vec![false.into(), Value::Null]);
        of("purpose", "/purpose", vec!["REGIONAL_MANAGED_PROXY".into()]);
        of("network", "/network", vec![format!("{LINK}/global/networks/default").into()]);
        all.push(Change::real(format!("{name} is deleted"), "subnetwork-missing", &at, "", move |state| {
            delete(state, "compute.subnetworks", name)
        }));
    }
    let rule = ("compute.firewalls", "netra-staging-allow-connectors");
    let at = here("firewall", rule.1);
    let mut of_rule = |field, pointer, values| set(&mut all, rule, ("firewall-changed", &at, field), pointer, values);
    of_rule("disabled", "/disabled", vec![true.into()]);
    of_rule("priority", "/priority", vec![900.into(), 65_534.into()]);
    of_rule("network", "/network", vec![format!("{LINK}/global/networks/default").into()]);
    of_rule("target_tags", "/targetTags", vec![json!(["db"])]);
    of_rule("source_tags", "/sourceTags", vec![json!(["web"])]);
    of_rule(
        "source_ranges",
        "/sourceRanges",
        vec![json!(["10.8.0.0/28"]), json!(["0.0.0.0/0"]), json!(["10.8.0.0/28", "10.8.0.16/28", "10.0.0.0/8"])],
    );
    of_rule(
        "allow",
        "/allowed",
        vec![
            json!([{ "IPProtocol": "tcp", "ports": ["5432", "6379", "8123"] }]),
            json!([{ "IPProtocol": "tcp", "ports": ["5432", "6379", "8123", "9000", "22"] }]),
            json!([{ "IPProtocol": "udp", "ports": ["5432", "6379", "8123", "9000"] }]),
            json!([{ "IPProtocol": "tcp" }]),
        ],
    );
    let egress = ("compute.firewalls", "netra-egress-https");
    let egress_at = here("firewall", egress.1);
    let mut of_egress =
        |field, pointer, values| set(&mut all, egress, ("firewall-changed", &egress_at, field), pointer, values);
    of_egress(
        "deny",
        "/denied",
        vec![json!([{ "IPProtocol": "all" }]), json!([{ "IPProtocol": "tcp", "ports": ["443"] }])],
    );
    of_egress("destination_ranges", "/destinationRanges", vec![json!(["10.0.0.0/8"])]);
    of_egress("target_tags", "/targetTags", vec![json!(["db"]), Value::Null]);
    of_egress("priority", "/priority", vec![Value::Null]);
    of_egress(
        "target_service_accounts",
        "/targetServiceAccounts",
        vec![json!(["a@netra-staging.iam.gserviceaccount.com"])],
    );
    all.push(Change::real("the rule that denies allows", "firewall-changed", &egress_at, "allow", |state| {
        let own = item(state, "compute.firewalls", "netra-egress-https");
        let layers = own["denied"].clone();
        put(own, "/denied", &Value::Null);
        own["allowed"] = layers;
    }));
    for name in ["netra-staging-allow-connectors", "netra-egress-https"] {
        all.push(Change::real(
            format!("{name} is deleted"),
            "firewall-missing",
            here("firewall", name),
            "",
            move |state| delete(state, "compute.firewalls", name),
        ));
    }
    for (words, key, priority) in [("a rule that denies", "denied", 800), ("a rule that allows", "allowed", 1000)] {
        all.push(Change::real(words, "firewall-unmanaged", here("firewall", "hand-made"), "", move |state| {
            let mut copy = copy_of(state, "compute.firewalls", "netra-staging-allow-connectors", "hand-made");
            let layers = copy["allowed"].take();
            copy.as_object_mut().unwrap().remove("allowed");
            copy[key] = layers;
            copy["priority"] = priority.into();
            insert(state, "compute.firewalls", None, copy);
        }));
    }
    all
}

/// Routers, NAT, addresses and private connections.
pub fn nat() -> Vec<Change> {
    let mut all = Vec::new();
    let region = "us-central1";
    let router = there("router", "netra-staging-router", region);
    all.push(Change::real("the router is deleted", "router-missing", &router, "", |state| {
        delete(state, "compute.routers", "netra-staging-router")
    }));
    all.push(Change::real("the router serves another network", "router-changed", &router, "network", |state| {
        item(state, "compute.routers", "netra-staging-router")["network"] =
            format!("{LINK}/global/networks/default").into();
    }));
    let subnetwork = |name: &str, ranges: &str| json!([{ "name": format!("{LINK}/regions/us-central1/subnetworks/{name}"), "sourceIpRangesToNat": [ranges] }]);
    for (index, name) in [(0, "netra-staging-nat"), (1, "netra-partner-nat")] {
        let at = there("nat", name, region);
        all.push(Change::real(format!("{name} is deleted"), "nat-missing", &at, "", move |state| {
            let own = item(state, "compute.routers", "netra-staging-router")["nats"].as_array_mut().unwrap();
            own.retain(|nat| nat["name"] != name);
        }));
        let mut values = vec![
            ("type", "type", json!("PRIVATE")),
            ("udp_idle_timeout_sec", "udpIdleTimeoutSec", 60.into()),
            ("icmp_idle_timeout_sec", "icmpIdleTimeoutSec", 60.into()),
            ("tcp_established_idle_timeout_sec", "tcpEstablishedIdleTimeoutSec", 300.into()),
            ("tcp_transitory_idle_timeout_sec", "tcpTransitoryIdleTimeoutSec", 60.into()),
            ("tcp_time_wait_timeout_sec", "tcpTimeWaitTimeoutSec", 30.into()),
            ("endpoint_types", "endpointTypes", json!(["ENDPOINT_TYPE_SWG"])),
            (
                "source_subnetwork_ip_ranges_to_nat",
                "sourceSubnetworkIpRangesToNat",
                json!("ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES"),
            ),
        ];
        if index == 0 {
            values.push(("nat_ip_allocate_option", "natIpAllocateOption", json!("MANUAL_ONLY")));
        } else {
            values.push(("subnetwork", "subnetworks", subnetwork("netra-staging-vpc-main", "PRIMARY_IP_RANGE")));
            values.push(("subnetwork", "subnetworks", subnetwork("other", "ALL_IP_RANGES")));
            values.push((
                "nat_ips",
                "natIps",
                json!([format!("{LINK}/regions/us-central1/addresses/netra-partner-1")]),
            ));
            values.push((
                "nat_ips",
                "natIps",
                json!([
                    format!("{LINK}/regions/us-central1/addresses/netra-partner-1"),
                    format!("{LINK}/regions/us-central1/addresses/netra-partner-3")
                ]),
            ));
        }
        for (field, key, value) in values {
            all.push(Change::real(format!("{name} {key} = {value}"), "nat-changed", &at, field, move |state| {
                item(state, "compute.routers", "netra-staging-router")["nats"][index][key] = value.clone();
            }));
        }
    }
    for name in ["netra-staging-services", "netra-extra-range"] {
        let address = ("compute.globalAddresses", name);
        let at = here("address", name);
        let mut of = |field, pointer, values| set(&mut all, address, ("address-changed", &at, field), pointer, values);
        of("prefix_length", "/prefixLength", vec![24.into()]);
        of("purpose", "/purpose", vec!["PRIVATE_SERVICE_CONNECT".into()]);
        of("network", "/network", vec![format!("{LINK}/global/networks/default").into()]);
        if name == "netra-extra-range" {
            of("address", "/address", vec!["10.99.0.0".into()]);
        }
        all.push(Change::real(format!("{name} is deleted"), "address-missing", &at, "", move |state| {
            delete(state, "compute.globalAddresses", name)
        }));
    }
    let at = here("peering", "netra-staging-vpc");
    for ranges in [json!(["other"]), json!(["netra-staging-services", "other"]), json!([])] {
        all.push(Change::real(
            format!("reserved ranges {ranges}"),
            "peering-changed",
            &at,
            "reserved_peering_ranges",
            move |state| {
                only(state, "servicenetworking.connections")["reservedPeeringRanges"] = ranges.clone();
            },
        ));
    }
    all.push(Change::real("the private connection is deleted", "peering-missing", &at, "", |state| {
        let answers = state["answers"].as_array_mut().unwrap();
        answers
            .iter_mut()
            .filter(|own| own["api"] == "servicenetworking.connections")
            .for_each(|own| own["items"] = json!([]));
    }));
    all.push(Change::real("the peering is inactive", "peering-not-active", &at, "state", |state| {
        item(state, "compute.networks", "netra-staging-vpc")["peerings"][0]["state"] = "INACTIVE".into();
    }));
    all
}

pub fn databases() -> Vec<Change> {
    let mut all = Vec::new();
    let sql = ("sqladmin.instances", "netra-staging-postgres");
    let at = here("database", sql.1);
    let mut of = |field, pointer, values| set(&mut all, sql, ("database-changed", &at, field), pointer, values);
    of("database_version", "/databaseVersion", vec!["POSTGRES_14".into()]);
    of("region", "/region", vec!["us-east1".into()]);
    of("settings.activation_policy", "/settings/activationPolicy", vec!["NEVER".into()]);
    of("settings.ip_configuration.ipv4_enabled", "/settings/ipConfiguration/ipv4Enabled", vec![true.into()]);
    of(
        "settings.ip_configuration.private_network",
        "/settings/ipConfiguration/privateNetwork",
        vec![
            Value::Null,
            "projects/netra-staging/global/networks/default".into(),
            "projects/netra-production/global/networks/netra-staging-vpc".into(),
        ],
    );
    of(
        "settings.ip_configuration.allocated_ip_range",
        "/settings/ipConfiguration/allocatedIpRange",
        vec!["other".into()],
    );
    of(
        "settings.ip_configuration.authorized_networks",
        "/settings/ipConfiguration/authorizedNetworks",
        vec![json!([{ "value": "0.0.0.0/0" }]), json!([{ "value": "192.0.2.0/24", "name": "office" }])],
    );
    for state_word in ["SUSPENDED", "FAILED"] {
        all.push(Change::real(
            format!("the database is {state_word}"),
            "database-not-ready",
            &at,
            "state",
            move |state| {
                item(state, "sqladmin.instances", "netra-staging-postgres")["state"] = state_word.into();
            },
        ));
    }
    all.push(Change::real("the database is deleted", "database-missing", &at, "", |state| {
        delete(state, "sqladmin.instances", "netra-staging-postgres")
    }));
    for (name, mode) in [("netra-staging-cache", "DIRECT_PEERING"), ("netra-sessions", "PRIVATE_SERVICE_ACCESS")] {
        let cache = ("redis.instances", name);
        let at = there("cache", name, "us-central1");
        let mut of = |field, pointer, values| set(&mut all, cache, ("cache-changed", &at, field), pointer, values);
        of(
            "authorized_network",
            "/authorizedNetwork",
            vec![
                "projects/netra-staging/global/networks/other".into(),
                "projects/netra-production/global/networks/netra-staging-vpc".into(),
            ],
        );
        of("connect_mode", "/connectMode", vec![mode.into()]);
        of("auth_enabled", "/authEnabled", vec![true.into()]);
        of("transit_encryption_mode", "/transitEncryptionMode", vec!["SERVER_AUTHENTICATION".into()]);
        if name == "netra-sessions" {
            of("reserved_ip_range", "/reservedIpRange", vec!["10.63.0.0/29".into()]);
        }
        all.push(Change::real(format!("{name} is deleted"), "cache-missing", &at, "", move |state| {
            delete(state, "redis.instances", name)
        }));
    }
    all
}
