//! Networks, subnetworks, firewalls, routes, routers, addresses, service connections.

use super::*;
use crate::model::{
    Address, EffectiveFirewalls, FirewallAction, FirewallRule, LiveNetwork, LiveSubnetwork, Nat, NatSources, NextHop,
    PeeringState, Route, SubnetworkPurpose,
};

const LINK: &str = "https://www.googleapis.com/compute/v1/projects";
const NETWORK: &str = "projects/p/global/networks/n";

fn network(fields: Value) -> LiveNetwork {
    understood(Api::ComputeNetworks, None, vec![with(json!({"name": "n"}), fields)]).networks.remove(0)
}

fn subnetwork(fields: Value) -> LiveSubnetwork {
    let item = with(json!({"name": "s", "region": format!("{LINK}/p/regions/r")}), fields);
    understood(Api::ComputeSubnetworks, None, vec![item]).subnetworks.remove(0)
}

fn rule(fields: Value) -> FirewallRule {
    let item = with(json!({"name": "f", "network": NETWORK, "allowed": [{"IPProtocol": "all"}]}), fields);
    understood(Api::ComputeFirewalls, None, vec![item]).firewall_rules.remove(0)
}

fn effective(item: Value) -> EffectiveFirewalls {
    understood(Api::ComputeEffectiveFirewalls, Some(NETWORK), vec![item]).effective_firewalls.remove(0)
}

fn route(fields: Value) -> Route {
    understood(Api::ComputeRoutes, None, vec![with(json!({"name": "r"}), fields)]).routes.remove(0)
}

fn nat(fields: Value) -> Nat {
    let item = json!({"name": "r", "region": "r", "network": NETWORK, "nats": [with(json!({"name": "n"}), fields)]});
    let router = understood(Api::ComputeRouters, None, vec![item]).routers.remove(0);
    router.nats.known().unwrap()[0].clone()
}

fn address(fields: Value) -> Address {
    understood(Api::ComputeGlobalAddresses, None, vec![with(json!({"name": "a"}), fields)]).addresses.remove(0)
}

#[test]
fn a_name_is_taken_from_the_self_link_and_must_belong_to_the_project() {
    let link = |text: &str| json!({"name": "n", "selfLink": format!("{LINK}/{text}/global/networks/n")});
    assert_eq!(network(link("p")).name.to_string(), NETWORK);
    for (item, text) in [
        (link("q"), "of another project or region"),
        (link("78"), "a project number whose project id is not known"),
        (json!({"name": "m", "selfLink": format!("{LINK}/p/global/networks/n")}), "no name of the collection"),
        (json!({"selfLink": format!("{LINK}/p/regions/r/subnetworks/n")}), "no name of a network"),
        (json!({"name": ""}), "it has no name"),
        (json!({"name": "a b"}), "no name of a network"),
        (json!({"name": 7}), "invalid type"),
        (json!(["n"]), ""),
    ] {
        let detail = refused(Api::ComputeNetworks, None, item);
        assert!(detail.contains(text), "{detail}");
    }
    let nowhere = refused(Api::ComputeSubnetworks, None, json!({"name": "s"}));
    assert!(nowhere.contains("the region is not known"), "{nowhere}");
    let global = refused(Api::ComputeAddresses, None, json!({"name": "a"}));
    assert!(global.contains("no name of the collection"), "{global}");
}

#[test]
fn peerings_tell_their_state_and_routes() {
    let peering = |fields: Value| network(json!({"peerings": [fields]})).peerings.known().unwrap()[0].clone();
    let found = peering(json!({
        "name": "x", "network": "https://www.googleapis.com/compute/beta/projects/tp/global/networks/sn",
        "state": "INACTIVE", "exportCustomRoutes": true, "importCustomRoutes": false,
    }));
    assert_eq!(found.network.known().unwrap().to_string(), "projects/tp/global/networks/sn");
    assert_eq!(found.state.known(), Some(&PeeringState::Inactive));
    assert_eq!((found.export_custom_routes.known(), found.import_custom_routes.known()), (Some(&true), Some(&false)));
    assert_eq!(field(&found.state), format!("{NETWORK} (peerings[0].state)"));
    assert_eq!(peering(json!({"state": "PENDING"})).state.known(), Some(&PeeringState::Other("PENDING".into())));
    // No state is no health.
    assert!(peering(json!({})).state.is_unknown() && peering(json!({})).export_custom_routes.is_absent());
    assert!(network(json!({"peerings": []})).peerings.is_absent());
    let bad = refused(Api::ComputeNetworks, None, json!({"name": "n", "peerings": [{"exportCustomRoutes": "yes"}]}));
    assert!(bad.contains("expected a boolean"), "{bad}");
}

#[test]
fn numbers_are_read_in_both_spellings_and_never_made_up() {
    for (mtu, expected) in [(json!(1460), Some(1460)), (json!("8896"), Some(8896)), (json!(null), None)] {
        assert_eq!(network(json!({"mtu": mtu})).mtu.known().copied(), expected);
    }
    for odd in [json!("big"), json!(1460.5), json!([1460]), json!(true)] {
        let detail = refused(Api::ComputeNetworks, None, json!({"name": "n", "mtu": odd}));
        assert!(detail.ends_with("a whole number was expected"), "{detail}");
    }
    assert_eq!(rule(json!({"priority": 0})).priority.known(), Some(&0));
    assert!(rule(json!({})).priority.is_absent() && rule(json!({})).disabled.is_absent());
}

#[test]
fn a_subnetwork_has_ranges_and_a_purpose() {
    let found = subnetwork(json!({
        "network": format!("{LINK}/p/global/networks/n"), "ipCidrRange": "10.0.0.0/26",
        "secondaryIpRanges": [{"rangeName": "b", "ipCidrRange": "10.1.0.0/16"}, {"rangeName": "a", "ipCidrRange": "x"}],
        "purpose": "PRIVATE_NAT", "privateIpGoogleAccess": false,
    }));
    assert_eq!(found.name.to_string(), "projects/p/regions/r/subnetworks/s");
    assert_eq!(found.ip_cidr_range.known().unwrap().to_string(), "10.0.0.0/26");
    let secondary = found.secondary_ranges.known().unwrap();
    assert_eq!(secondary[0].ip_cidr_range.whys()[0].text, "`x` is no address range");
    assert_eq!(secondary[1].name.known().unwrap(), "b");
    assert_eq!(found.purpose.known(), Some(&SubnetworkPurpose::PrivateNat));
    assert_eq!(found.private_ip_google_access.known(), Some(&false));
    let bare = subnetwork(json!({}));
    assert!(bare.ip_cidr_range.is_unknown() && bare.network.is_unknown() && bare.purpose.is_absent());
}

#[test]
fn a_rule_allows_or_denies_protocols_and_ports() {
    let shown = |fields: Value, allowed: bool| {
        let rule = rule(fields);
        let layers = if allowed { rule.allowed } else { rule.denied };
        layers.known().map(|layers| layers.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let tcp = json!({"allowed": [{"IPProtocol": "udp"}, {"IPProtocol": "6", "ports": ["8000-9000", "80"]}]});
    assert_eq!(shown(tcp, true).unwrap(), ["tcp:80,8000-9000", "udp"]);
    let denied = json!({"allowed": null, "denied": [{"IPProtocol": "ESP"}]});
    assert_eq!(shown(denied, false).unwrap(), ["esp"]);
    for (fields, text) in [
        (json!({"allowed": [{"IPProtocol": "tcp", "ports": ["80-"]}]}), "`80-` is no port range"),
        (json!({"allowed": [{"IPProtocol": "tcp", "ports": ["90-80"]}]}), "`90-80` is no port range"),
        (json!({"allowed": [{"IPProtocol": "tcp", "ports": ["70000"]}]}), "`70000` is no port range"),
        (json!({"allowed": [{"ports": ["80"]}]}), "a protocol is missing"),
        (json!({"allowed": null}), "the rule neither allows nor denies"),
        (json!({"denied": [{"IPProtocol": "all"}]}), "the rule allows and denies"),
    ] {
        assert_eq!(rule(fields).allowed.whys()[0].text, text);
    }
    refused(Api::ComputeFirewalls, None, json!({"name": "f", "allowed": [{"IPProtocol": "tcp", "ports": [80]}]}));
}

#[test]
fn the_sources_and_targets_of_a_rule_are_sets() {
    let found = rule(json!({
        "direction": "EGRESS", "disabled": true, "sourceRanges": ["10.1.0.0/16", "10.0.0.7", "fd00::/8"],
        "targetTags": ["b", "a", "b"], "sourceTags": [],
    }));
    let ranges: Vec<String> = found.source_ranges.known().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(ranges, ["10.0.0.7/32", "10.1.0.0/16", "fd00::/8"]);
    assert_eq!(found.target_tags.known().unwrap().iter().collect::<Vec<_>>(), ["a", "b"]);
    assert!(found.source_tags.is_absent());
    // One range that is not understood: nobody knows what the rule matches.
    assert!(rule(json!({"sourceRanges": ["10.0.0.0/8", "ten"]})).source_ranges.is_unknown());
}

#[test]
fn effective_firewalls_keep_the_order_of_policies_and_sort_their_rules() {
    let found = effective(json!({
        "firewalls": [{"name": "f", "allowed": [{"IPProtocol": "tcp"}]}],
        "firewallPolicys": [
            {"name": "2", "shortName": "org", "type": "HIERARCHY", "rules": [
                {"priority": 20, "action": "goto_next", "direction": "EGRESS"},
                {"priority": 10, "action": "deny", "direction": "EGRESS", "match": {
                    "destIpRanges": ["10.0.0.1"], "layer4Configs": [{"ipProtocol": "tcp", "ports": ["5432"]}],
                }, "targetResources": [format!("{LINK}/p/global/networks/n")]},
            ]},
            {"name": "1", "type": "NETWORK", "priority": 1000},
        ],
    }));
    assert_eq!(found.network.to_string(), NETWORK);
    assert_eq!(found.rules.known().unwrap()[0].name.to_string(), "projects/p/global/firewalls/f");
    let policies = found.policies.known().unwrap();
    let names: Vec<&str> = policies.iter().map(|policy| &**policy.name.known().unwrap()).collect();
    assert_eq!(names, ["org", "1"]);
    let rules = policies[0].rules.known().unwrap();
    assert_eq!(rules[0].action.known(), Some(&FirewallAction::Deny));
    assert_eq!(rules[0].destination_ranges.known().unwrap()[0].to_string(), "10.0.0.1/32");
    assert_eq!(rules[0].target_networks.known().unwrap().iter().next(), Some(&found.network));
    assert_eq!(field(&rules[0].action), format!("{NETWORK} (firewallPolicys[0].rules[1].action)"));
    assert!(policies[1].rules.is_absent());
    assert!(effective(json!({})).policies.is_absent());
}

#[test]
fn conditions_that_ranges_do_not_tell_are_named() {
    let conditions = |fields: Value| {
        let rule = with(json!({"priority": 1, "action": "deny", "direction": "EGRESS"}), fields);
        let found = effective(json!({"firewallPolicys": [{"type": "NETWORK", "rules": [rule]}]}));
        let rule = &found.policies.known().unwrap()[0].rules.known().unwrap()[0];
        rule.other_conditions.iter().cloned().collect::<Vec<_>>()
    };
    let matched = json!({
        "destFqdns": ["x.com"], "srcRegionCodes": [], "destNetworkType": "NETWORK_TYPE_UNSPECIFIED", "newThing": 1,
        "srcIpRanges": ["10.0.0.0/8"],
    });
    let rule =
        json!({"match": matched, "targetType": "INTERNAL_MANAGED_LB", "enableLogging": true, "ruleTupleCount": 2});
    assert_eq!(conditions(rule), ["destFqdns", "newThing", "targetType"]);
    assert_eq!(conditions(json!({"match": {}})), [""; 0]);
    let bare = effective(json!({"firewallPolicys": [{"rules": [{}]}]}));
    let policy = &bare.policies.known().unwrap()[0];
    let rule = &policy.rules.known().unwrap()[0];
    assert!(policy.kind.is_unknown() && rule.action.is_unknown() && rule.priority.is_unknown());
}

#[test]
fn an_answer_of_one_resource_needs_that_resource_and_one_item() {
    let api = Api::ComputeEffectiveFirewalls;
    assert!(refused(api, None, json!({})).ends_with("which network was asked about"));
    assert!(refused(api, Some("projects/q/global/networks/n"), json!({})).contains("of another project"));
    assert!(refused(api, Some("n/m"), json!({})).contains("no name of a network"));
    let broken = json!({"firewalls": [{"name": "f"}, {"name": 7}]});
    assert!(refused(api, Some(NETWORK), broken).contains("invalid type"));
    for items in [vec![], vec![json!({}), json!({})]] {
        let count = items.len();
        let mut state = state_of(api, items);
        state.answers[0].of = Some(NETWORK.into());
        let entry = inventory(&state).coverage.entries.remove(0);
        assert_eq!(entry.status, CoverageStatus::Malformed);
        assert_eq!(entry.detail, format!("the answer holds {count} items, where there is one"));
    }
}

#[test]
fn a_route_has_one_next_hop() {
    let hop = |fields: Value| route(fields).next_hop;
    let gateway = format!("{LINK}/p/global/gateways/default-internet-gateway");
    let tunnel = NextHop::VpnTunnel("projects/p/regions/r/vpnTunnels/t".into());
    for (fields, expected) in [
        (json!({"nextHopGateway": gateway}), NextHop::InternetGateway),
        (
            json!({"nextHopGateway": "projects/p/global/gateways/x"}),
            NextHop::Gateway("projects/p/global/gateways/x".into()),
        ),
        (json!({"nextHopVpnTunnel": format!("{LINK}/p/regions/r/vpnTunnels/t")}), tunnel),
        (json!({"nextHopPeering": "x", "nextHopNetwork": NETWORK}), NextHop::Peering("x".into())),
        (json!({"nextHopIp": "10.0.0.7"}), NextHop::Ip("10.0.0.7".parse().unwrap())),
        (json!({"nextHopIlb": "10.0.0.8"}), NextHop::LoadBalancer("10.0.0.8".into())),
        (json!({"nextHopHub": "h"}), NextHop::Hub("h".into())),
    ] {
        assert_eq!(hop(fields.clone()).known(), Some(&expected), "{fields}");
    }
    assert!(matches!(hop(json!({"nextHopNetwork": NETWORK})).known(), Some(NextHop::Network(_))));
    assert_eq!(hop(json!({})).whys()[0].text, "the route names no next hop");
    assert_eq!(hop(json!({"nextHopIp": "x"})).whys()[0].text, "`x` is no address");
    let found = route(json!({"destRange": "10.0.0.0/8", "priority": "900", "tags": ["b", "a"], "network": NETWORK}));
    assert_eq!((found.priority.known(), found.tags.known().unwrap().len()), (Some(&900), 2));
    assert!(route(json!({})).destination.is_unknown() && found.status.is_absent());
    refused(Api::ComputeRoutes, None, json!({"name": "r", "nextHopIp": 7}));
}

#[test]
fn a_nat_serves_all_or_what_it_lists() {
    let found = nat(json!({
        "sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS", "natIpAllocateOption": "MANUAL_ONLY",
        "subnetworks": [{"name": format!("{LINK}/p/regions/r/subnetworks/s"), "sourceIpRangesToNat": ["ALL_IP_RANGES"]}],
        "natIps": [format!("{LINK}/p/regions/r/addresses/a")], "drainNatIps": ["b"], "minPortsPerVm": "64",
    }));
    assert_eq!(found.sources.known(), Some(&NatSources::Listed));
    let listed = &found.subnetworks.known().unwrap()[0];
    assert_eq!(listed.name.known().unwrap().to_string(), "projects/p/regions/r/subnetworks/s");
    let names = |fact: &Fact<std::collections::BTreeSet<crate::model::ResourceName>>| {
        fact.known().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(names(&found.ips), ["projects/p/regions/r/addresses/a"]);
    assert_eq!(names(&found.drained_ips), ["projects/p/regions/r/addresses/b"]);
    assert_eq!(found.min_ports_per_vm.known(), Some(&64));
    assert!(found.kind.is_absent());
    let odd = nat(json!({"sourceSubnetworkIpRangesToNat": "SOME", "natIps": ["projects/x"]}));
    assert_eq!(odd.sources.known(), Some(&NatSources::Other("SOME".into())));
    assert!(odd.ips.is_unknown() && nat(json!({})).sources.is_unknown());
}

#[test]
fn an_address_may_be_a_range() {
    let range = |fields: Value| address(fields).range().map(|range| range.to_string());
    assert_eq!(range(json!({"address": "10.20.0.0", "prefixLength": 22})).as_deref(), Some("10.20.0.0/22"));
    assert_eq!(range(json!({"address": "34.0.0.1"})).as_deref(), Some("34.0.0.1/32"));
    assert_eq!(range(json!({"address": "fd00::1", "prefixLength": 0})).as_deref(), Some("fd00::1/128"));
    assert_eq!(range(json!({"address": "10.20.0.0", "prefixLength": 99})), None);
    assert_eq!(range(json!({"address": "ten"})), None);
    assert_eq!(address(json!({})).name.to_string(), "projects/p/global/addresses/a");
    let regional = json!({"name": "a", "region": format!("{LINK}/p/regions/west"), "address": "10.0.0.1"});
    let regional = understood(Api::ComputeAddresses, None, vec![regional]).addresses.remove(0);
    assert_eq!(regional.name.to_string(), "projects/p/regions/west/addresses/a");
}

#[test]
fn a_service_connection_belongs_to_the_network_that_was_asked_about() {
    let api = Api::ServiceNetworkingConnections;
    let item = |network: &str| {
        json!({
            "network": network, "service": "services/servicenetworking.googleapis.com",
            "peering": "servicenetworking-googleapis-com", "reservedPeeringRanges": ["b", "a", "b"],
        })
    };
    // The number of the project is not known here; the network was asked for by name.
    for network in ["projects/999/global/networks/n", NETWORK, ""] {
        let found = understood(api, Some(NETWORK), vec![item(network)]).service_connections.remove(0);
        assert_eq!(found.network.to_string(), NETWORK);
        assert_eq!(found.service.known().unwrap(), "servicenetworking.googleapis.com");
        let ranges: Vec<String> = found.reserved_ranges.known().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(ranges, ["projects/p/global/addresses/a", "projects/p/global/addresses/b"]);
    }
    for other in ["projects/999/global/networks/m", "projects/77/global/networks/n"] {
        assert!(refused(api, Some(NETWORK), item(other)).contains("of another network"));
    }
    assert!(refused(api, None, item(NETWORK)).contains("which network"));
    // No connection at all is an answer.
    assert_eq!(understood(api, Some(NETWORK), vec![]).service_connections, []);
}
