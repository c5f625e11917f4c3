//! Networks and all that decides how packets travel in them.

use serde_json::{Value, json};

use super::{Shown, objects, texts};
use crate::model::{
    Address, AddressPurpose, AddressStatus, AddressType, Direction, EffectiveFirewalls, FirewallAction, FirewallPolicy,
    FirewallPolicyKind, FirewallPolicyOrder, FirewallPolicyRule, FirewallRule, Layer4, LiveNetwork, LiveSubnetwork,
    Nat, NatAllocation, NatKind, NatSources, NatSubnetwork, NextHop, Peering, PeeringState, PortRange, Route,
    RouteStatus, Router, RoutingMode, SecondaryRange, ServiceConnection, SubnetworkPurpose,
};

texts!(
    AddressPurpose,
    AddressStatus,
    AddressType,
    Direction,
    FirewallAction,
    FirewallPolicyKind,
    FirewallPolicyOrder,
    NatAllocation,
    NatKind,
    NatSources,
    PeeringState,
    PortRange,
    RouteStatus,
    RoutingMode,
    SubnetworkPurpose,
);

objects! {
    LiveNetwork { name, mtu, auto_create_subnetworks, routing_mode, firewall_policy_order, peerings }
    Peering {
        name, network, state, state_details, export_custom_routes, import_custom_routes, export_public_subnet_routes,
        import_public_subnet_routes,
    }
    LiveSubnetwork { name, network, ip_cidr_range, secondary_ranges, purpose, private_ip_google_access }
    SecondaryRange { name, ip_cidr_range }
    Address { name, address, prefix_length, address_type, purpose, network, subnetwork, status, users }
    ServiceConnection { network, service, peering, reserved_ranges }
    FirewallRule {
        name, network, direction, priority, disabled, allowed, denied, source_ranges, destination_ranges, source_tags,
        target_tags, source_service_accounts, target_service_accounts,
    }
    EffectiveFirewalls { network, rules, policies }
    FirewallPolicy { name, kind, priority, rules }
    FirewallPolicyRule {
        priority, action, direction, disabled, source_ranges, destination_ranges, layer4, other_conditions,
        target_networks, target_service_accounts, target_secure_tags,
    }
    Route { name, network, destination, priority, next_hop, tags, status }
    Router { name, network, nats }
    Nat {
        name, kind, sources, subnetworks, allocation, ips, drained_ips, min_ports_per_vm, endpoint_types,
    }
    NatSubnetwork { name, ranges, secondary_ranges }
}

impl Shown for Layer4 {
    fn shown(&self) -> Value {
        json!({ "protocol": self.protocol.to_string(), "ports": self.ports.shown() })
    }
}

impl Shown for NextHop {
    fn shown(&self) -> Value {
        json!({ "kind": self.word(), "name": self.to_string() })
    }
}
