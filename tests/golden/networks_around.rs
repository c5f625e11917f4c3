//! Networks, subnetworks, firewall rules, NAT and private connections.

use serde_json::{Value, json};

use super::scene::{Case, Live, NUMBER, PROJECT, REGION};

const LINK: &str = "https://www.googleapis.com/compute/v1/projects/shop-staging";

fn block(kind: &str, lines: &str) -> String {
    let body: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    format!("resource \"{kind}\" \"x\" {{\n{body}}}\n\n")
}

fn of(api: &'static str, item: Value, change: impl Fn(&mut Value)) -> Live {
    let mut item = item;
    change(&mut item);
    Live::default().with(api, item)
}

fn network(change: impl Fn(&mut Value)) -> Live {
    let item = json!({
        "name": "shop", "selfLink": format!("{LINK}/global/networks/shop"), "autoCreateSubnetworks": false, "mtu": 1460,
        "routingConfig": { "routingMode": "REGIONAL" }, "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
    });
    of("compute.networks", item, change)
}

fn subnetwork(change: impl Fn(&mut Value)) -> Live {
    let item = json!({
        "name": "s", "region": format!("{LINK}/regions/{REGION}"), "selfLink": format!("{LINK}/regions/{REGION}/subnetworks/s"),
        "network": format!("{LINK}/global/networks/shop"), "ipCidrRange": "10.0.0.0/24", "purpose": "PRIVATE",
        "privateIpGoogleAccess": false, "fingerprint": "x", "gatewayAddress": "10.0.0.1",
    });
    of("compute.subnetworks", item, change)
}

const FIREWALL: &str = "name = \"allow-db\"\nnetwork = \"shop\"\nsource_ranges = [\"10.8.0.0/28\", \"10.8.0.16/28\"]\nallow {\n  protocol = \"tcp\"\n  ports = [\"5432\", \"6379\"]\n}\nallow {\n  protocol = \"icmp\"\n}";

fn firewall(change: impl Fn(&mut Value)) -> Live {
    let item = json!({
        "name": "allow-db", "selfLink": format!("{LINK}/global/firewalls/allow-db"),
        "network": format!("{LINK}/global/networks/shop"), "direction": "INGRESS", "priority": 1000, "disabled": false,
        "sourceRanges": ["10.8.0.16/28", "10.8.0.0/28"],
        "allowed": [{ "IPProtocol": "icmp" }, { "IPProtocol": "tcp", "ports": ["6379", "5432"] }],
    });
    of("compute.firewalls", item, change)
}

const NAT: &str = "name = \"nat\"\nrouter = \"router\"\nnat_ip_allocate_option = \"MANUAL_ONLY\"\nnat_ips = [\"nat-1\", \"nat-2\"]\nsource_subnetwork_ip_ranges_to_nat = \"LIST_OF_SUBNETWORKS\"\nsubnetwork {\n  name = \"s\"\n  source_ip_ranges_to_nat = [\"ALL_IP_RANGES\"]\n}\nsubnetwork {\n  name = \"t\"\n  source_ip_ranges_to_nat = [\"ALL_IP_RANGES\"]\n}";

fn router(nats: Value) -> Live {
    let item = json!({
        "name": "router", "region": format!("{LINK}/regions/{REGION}"), "selfLink": format!("{LINK}/regions/{REGION}/routers/router"),
        "network": format!("{LINK}/global/networks/shop"), "nats": nats,
    });
    Live::default().with("compute.routers", item)
}

fn nat(change: impl Fn(&mut Value)) -> Live {
    let subnetwork = |name: &str| json!({ "name": format!("{LINK}/regions/{REGION}/subnetworks/{name}"), "sourceIpRangesToNat": ["ALL_IP_RANGES"] });
    let mut item = json!({
        "name": "nat", "natIpAllocateOption": "MANUAL_ONLY", "sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS",
        "natIps": [format!("{LINK}/regions/{REGION}/addresses/nat-2"), format!("{LINK}/regions/{REGION}/addresses/nat-1")],
        "subnetworks": [subnetwork("t"), subnetwork("s")],
    });
    change(&mut item);
    router(json!([item]))
}

const PEERING: &str = "network = \"projects/shop-staging/global/networks/shop\"\nservice = \"servicenetworking.googleapis.com\"\nreserved_peering_ranges = [\"a\", \"b\"]";

fn peering(change: impl Fn(&mut Value)) -> Live {
    let item = json!({
        "network": format!("projects/{NUMBER}/global/networks/shop"), "service": "services/servicenetworking.googleapis.com",
        "peering": "servicenetworking-googleapis-com", "reservedPeeringRanges": ["b", "a"],
    });
    of("servicenetworking.connections", item, change)
}

pub fn cases() -> Vec<Case> {
    let nothing = |_: &mut Value| {};
    let network_block = |more: &str| {
        block("google_compute_network", &format!("name = \"shop\"\nauto_create_subnetworks = false\n{more}"))
    };
    let subnetwork_block = |more: &str| {
        block(
            "google_compute_subnetwork",
            &format!("name = \"s\"\nnetwork = \"shop\"\nip_cidr_range = \"10.0.0.0/24\"\n{more}"),
        )
    };
    let firewall_block = |text: &str| block("google_compute_firewall", text);
    let nat_block = |text: &str| block("google_compute_router_nat", text);
    let peering_block = |text: &str| block("google_service_networking_connection", text);
    let mut all = vec![
        Case::equal("equal 20", "reserved ranges in another order, the network by number", &peering_block(PEERING), peering(nothing)),
        Case::equal("equal 21", "the network of a private connection by link, live by number", &peering_block(&PEERING.replace("projects/shop-staging", LINK)), peering(nothing)),
        Case::equal("equal 23", "NAT: time-outs and type left out, addresses by name and by link", &nat_block(NAT), nat(nothing)),
        Case::equal("equal 23b", "NAT: the defaults live", &nat_block(NAT), nat(|item| {
            item.as_object_mut().unwrap().extend(json!({
                "type": "PUBLIC", "udpIdleTimeoutSec": 30, "icmpIdleTimeoutSec": 30, "tcpEstablishedIdleTimeoutSec": 1200,
                "tcpTransitoryIdleTimeoutSec": 30, "tcpTimeWaitTimeoutSec": 120, "endpointTypes": ["ENDPOINT_TYPE_VM"],
                "minPortsPerVm": 64, "enableEndpointIndependentMapping": false, "logConfig": { "enable": true, "filter": "ALL" },
            }).as_object().unwrap().clone());
        })),
        Case::equal("equal 23c", "NAT: the defaults declared", &nat_block(&format!("{NAT}\nudp_idle_timeout_sec = 30\ntype = \"PUBLIC\"")), nat(nothing)),
        Case::equal("equal 20b", "a network's MTU left out, the default live", &network_block(""), network(nothing)),
        Case::equal("equal 20c", "a network's MTU of 0 means the default", &network_block("mtu = 1460"), network(|item| item["mtu"] = 0.into())),
        Case::equal("equal 20d", "a subnetwork's network by its short name, live by link", &subnetwork_block(""), subnetwork(nothing)),
        Case::equal("equal 20e", "the older word of a subnetwork's purpose", &subnetwork_block("purpose = \"PRIVATE\""), subnetwork(|item| item["purpose"] = "PRIVATE_RFC_1918".into())),
        Case::equal("equal 20f", "Private Google Access left out on both sides", &subnetwork_block(""), subnetwork(|item| {
            item.as_object_mut().unwrap().remove("privateIpGoogleAccess");
        })),
        Case::equal("equal 20g", "secondary ranges that are left out are the API's", &subnetwork_block(""), subnetwork(|item| {
            item["secondaryIpRanges"] = json!([{ "rangeName": "pods", "ipCidrRange": "10.4.0.0/16" }]);
        })),
        Case::equal("equal 20h", "a firewall rule: protocols, ports and ranges in another order", &firewall_block(FIREWALL), firewall(nothing)),
        Case::equal("equal 20i", "a firewall rule: a protocol by number, the defaults left out live", &firewall_block(FIREWALL), firewall(|item| {
            item["allowed"] = json!([{ "IPProtocol": "1" }, { "IPProtocol": "6", "ports": ["5432", "6379"] }]);
            for key in ["priority", "disabled", "direction"] {
                item.as_object_mut().unwrap().remove(key);
            }
        })),
        Case::equal("equal 20j", "Google's own firewall rule beside it", &format!("{}{}", network_block(""), firewall_block(FIREWALL)), network(nothing).with("compute.firewalls", firewall_item(&firewall(nothing))).with("compute.firewalls", json!({
            "name": "aet-uscentral1-c-sbntfw", "selfLink": format!("{LINK}/global/firewalls/aet-uscentral1-c-sbntfw"),
            "network": format!("{LINK}/global/networks/shop"), "direction": "INGRESS", "priority": 1000,
            "sourceRanges": ["10.8.0.0/28"], "allowed": [{ "IPProtocol": "all" }],
        }))),
    ];
    let changed = |number, words, kind: &'static str, declared: String, live: Live| {
        Case::drift(number, words, kind, &declared, live)
    };
    all.extend([
        changed("drift 16", "NAT removed", "nat-missing", nat_block(NAT), router(json!([]))),
        changed("drift 16b", "a subnetwork dropped from the list of a NAT", "nat-changed", nat_block(NAT), nat(|item| {
            item["subnetworks"].as_array_mut().unwrap().pop();
        })),
        changed("drift 16c", "NAT: addresses given by Google instead", "nat-changed", nat_block(&NAT.replace("nat_ips = [\"nat-1\", \"nat-2\"]\n", "")), nat(|item| item["natIpAllocateOption"] = "AUTO_ONLY".into())),
        changed("drift 16d", "NAT: another address", "nat-changed", nat_block(NAT), nat(|item| item["natIps"] = json!([format!("{LINK}/regions/{REGION}/addresses/nat-1"), format!("{LINK}/regions/{REGION}/addresses/nat-3")]))),
        changed("drift 16e", "NAT: a time-out that is not the default, nothing declared", "nat-changed", nat_block(NAT), nat(|item| item["tcpEstablishedIdleTimeoutSec"] = 30.into())),
        changed("drift 16f", "NAT: only some ranges of a subnetwork", "nat-changed", nat_block(NAT), nat(|item| item["subnetworks"][0]["sourceIpRangesToNat"] = json!(["PRIMARY_IP_RANGE"]))),
        changed("drift 17", "Private Google Access switched on, nothing declared: plan is silent", "subnetwork-changed", subnetwork_block(""), subnetwork(|item| item["privateIpGoogleAccess"] = true.into())),
        changed("drift 17b", "Private Google Access switched off", "subnetwork-changed", subnetwork_block("private_ip_google_access = true"), subnetwork(nothing)),
        changed("drift 17c", "a subnetwork's range", "subnetwork-changed", subnetwork_block(""), subnetwork(|item| item["ipCidrRange"] = "10.0.0.0/23".into())),
        changed("drift 17d", "a subnetwork in another network", "subnetwork-changed", subnetwork_block(""), subnetwork(|item| item["network"] = format!("{LINK}/global/networks/other").into())),
        changed("drift 17e", "a declared secondary range that is gone", "subnetwork-changed", subnetwork_block("secondary_ip_range {\n  range_name = \"pods\"\n  ip_cidr_range = \"10.4.0.0/16\"\n}"), subnetwork(nothing)),
        changed("drift 17f", "another MTU, nothing declared: plan is silent", "network-changed", network_block(""), network(|item| item["mtu"] = 1500.into())),
        changed("drift 17g", "a network that became legacy", "network-changed", network_block(""), network(|item| {
            item.as_object_mut().unwrap().remove("autoCreateSubnetworks");
        })),
        changed("drift 17h", "a network that is gone", "network-missing", network_block(""), Live::default()),
        changed("drift 17i", "a subnetwork that is gone", "subnetwork-missing", subnetwork_block(""), Live::default()),
        changed("drift 18", "a firewall rule that denies before the others", "firewall-unmanaged", format!("{}{}", network_block(""), firewall_block(FIREWALL)), network(nothing).with("compute.firewalls", firewall_item(&firewall(nothing))).with("compute.firewalls", json!({
            "name": "deny-all", "selfLink": format!("{LINK}/global/firewalls/deny-all"), "network": format!("{LINK}/global/networks/shop"),
            "direction": "INGRESS", "priority": 900, "sourceRanges": ["0.0.0.0/0"], "denied": [{ "IPProtocol": "all" }],
        }))),
        changed("drift 18b", "a firewall rule switched off", "firewall-changed", firewall_block(FIREWALL), firewall(|item| item["disabled"] = true.into())),
        changed("drift 18c", "a port taken away", "firewall-changed", firewall_block(FIREWALL), firewall(|item| item["allowed"][1]["ports"] = json!(["5432"]))),
        changed("drift 18d", "a source range taken away", "firewall-changed", firewall_block(FIREWALL), firewall(|item| item["sourceRanges"] = json!(["10.8.0.0/28"]))),
        changed("drift 18e", "another priority, nothing declared", "firewall-changed", firewall_block(FIREWALL), firewall(|item| item["priority"] = 500.into())),
        changed("drift 18f", "limited to a tag", "firewall-changed", firewall_block(FIREWALL), firewall(|item| item["targetTags"] = json!(["db"]))),
        changed("drift 18g", "a firewall rule that is gone", "firewall-missing", firewall_block(FIREWALL), Live::default()),
        changed("drift 23", "reserved ranges taken away", "peering-changed", peering_block(PEERING), peering(|item| item["reservedPeeringRanges"] = json!(["a"]))),
        changed("drift 23b", "a private connection that is gone", "peering-missing", peering_block(PEERING), Live::default()),
    ]);
    all.push(Case::open(
        "drift 24e",
        "routers that were denied",
        "nat-missing",
        &nat_block(NAT),
        nat(nothing).denied("compute.routers"),
    ));
    all.push(Case::open(
        "drift 24f",
        "private connections that were denied",
        "peering-missing",
        &peering_block(PEERING),
        peering(nothing).denied("servicenetworking.connections"),
    ));
    all.push(Case::open(
        "drift 24g",
        "a region's subnetworks that were denied",
        "subnetwork-changed",
        &subnetwork_block(""),
        subnetwork(nothing).denied("compute.subnetworks"),
    ));
    assert_eq!(PROJECT, "shop-staging");
    all
}

/// The one firewall rule of a live state.
fn firewall_item(live: &Live) -> Value {
    live.item("compute.firewalls")
}
