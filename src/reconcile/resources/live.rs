//! The live side, field by field, in the form of the declared one.

use std::collections::BTreeMap;

use super::{Health, LiveResource};
use crate::model::{
    Address, Api, Fact, FirewallRule, Inventory, LiveNetwork, LiveSubnetwork, Nat, NatSubnetwork, NetworkName, Origin,
    PeeringState, RedisInstance, RedisState, Resource, ResourceId, ResourceKind, ResourceName, Router,
    ServiceConnection, Setting, SqlInstance, SqlState, Why, WhyKind,
};

/// Every live resource that is compared field by field.
pub(super) fn resources(inventory: &Inventory) -> Vec<LiveResource> {
    let mut all: Vec<LiveResource> = inventory.networks.iter().map(network).collect();
    all.extend(inventory.subnetworks.iter().map(subnetwork));
    all.extend(inventory.firewall_rules.iter().map(firewall));
    all.extend(inventory.routers.iter().flat_map(router));
    all.extend(inventory.addresses.iter().map(address));
    all.extend(inventory.service_connections.iter().filter_map(|own| peering(inventory, own)));
    all.extend(inventory.sql_instances.iter().map(database));
    all.extend(inventory.redis_instances.iter().map(cache));
    all
}

type Settings = Vec<(&'static str, Fact<Setting>)>;

fn resource(kind: ResourceKind, id: ResourceId, settings: Settings) -> Resource {
    let origin = Origin::live(id.full.clone(), "name");
    let settings: BTreeMap<String, Fact<Setting>> =
        settings.into_iter().map(|(path, fact)| (path.to_owned(), fact)).collect();
    Resource { kind, id: Fact::Known(id, origin), settings }
}

fn plain(resource: Resource) -> LiveResource {
    LiveResource { resource, settling: None, health: None }
}

fn named(name: &ResourceName) -> ResourceId {
    ResourceId {
        project: name.project.clone(),
        region: name.region.clone(),
        short: name.name.clone(),
        full: name.to_string(),
    }
}

fn of_network(name: &NetworkName) -> ResourceId {
    ResourceId { project: name.project.clone(), region: None, short: name.name.clone(), full: name.to_string() }
}

fn text<T: ToString>(fact: &Fact<T>) -> Fact<Setting> {
    fact.as_ref().map(|value| Setting::Text(value.to_string()))
}

fn number(fact: &Fact<i64>) -> Fact<Setting> {
    fact.clone().map(Setting::Number)
}

fn flag(fact: &Fact<bool>) -> Fact<Setting> {
    fact.clone().map(Setting::Flag)
}

fn set<'a, T: ToString + 'a, C>(fact: &'a Fact<C>) -> Fact<Setting>
where
    &'a C: IntoIterator<Item = &'a T>,
{
    fact.as_ref().map(|values| Setting::Set(values.into_iter().map(ToString::to_string).collect()))
}

fn network(own: &LiveNetwork) -> LiveResource {
    // A legacy network has no subnetworks, so the field is neither true nor false.
    let subnetworks = match flag(&own.auto_create_subnetworks) {
        Fact::Absent(origin) => Fact::Known(Setting::from("legacy network"), origin),
        told => told,
    };
    let mtu = match &own.mtu {
        Fact::Known(0, origin) => Fact::Absent(origin.clone()),
        told => number(told),
    };
    plain(resource(
        ResourceKind::Network,
        of_network(&own.name),
        vec![
            ("auto_create_subnetworks", subnetworks),
            ("routing_mode", text(&own.routing_mode)),
            ("mtu", mtu),
            ("network_firewall_policy_enforcement_order", text(&own.firewall_policy_order)),
        ],
    ))
}

fn subnetwork(own: &LiveSubnetwork) -> LiveResource {
    let secondary = match &own.secondary_ranges {
        Fact::Unknown(whys) => Fact::Unknown(whys.clone()),
        Fact::Absent(origin) => Fact::Absent(origin.clone()),
        Fact::Known(ranges, origin) => {
            let unknown = ranges.iter().flat_map(|range| range.name.whys().iter().chain(range.ip_cidr_range.whys()));
            let whys: Vec<Why> = unknown.cloned().collect();
            let texts = ranges
                .iter()
                .filter_map(|range| Some(format!("{} {}", range.name.known()?, range.ip_cidr_range.known()?.trunc())));
            if whys.is_empty() {
                Fact::Known(Setting::Set(texts.collect()), origin.clone())
            } else {
                Fact::Unknown(whys)
            }
        }
    };
    let id = ResourceId {
        project: own.name.project.clone(),
        region: Some(own.name.region.clone()),
        short: own.name.name.clone(),
        full: own.name.to_string(),
    };
    plain(resource(
        ResourceKind::Subnetwork,
        id,
        vec![
            ("network", text(&own.network)),
            ("ip_cidr_range", text(&own.ip_cidr_range.clone().map(|range| range.trunc()))),
            ("private_ip_google_access", flag(&own.private_ip_google_access)),
            ("purpose", text(&own.purpose)),
            ("secondary_ip_range", secondary),
        ],
    ))
}

fn firewall(own: &FirewallRule) -> LiveResource {
    plain(resource(
        ResourceKind::Firewall,
        named(&own.name),
        vec![
            ("network", text(&own.network)),
            ("direction", text(&own.direction)),
            ("priority", number(&own.priority)),
            ("disabled", flag(&own.disabled)),
            ("allow", set(&own.allowed)),
            ("deny", set(&own.denied)),
            ("source_ranges", set(&own.source_ranges)),
            ("destination_ranges", set(&own.destination_ranges)),
            ("source_tags", set(&own.source_tags)),
            ("target_tags", set(&own.target_tags)),
            ("source_service_accounts", set(&own.source_service_accounts)),
            ("target_service_accounts", set(&own.target_service_accounts)),
        ],
    ))
}

fn router(own: &Router) -> Vec<LiveResource> {
    let mut all = vec![plain(resource(ResourceKind::Router, named(&own.name), vec![("network", text(&own.network))]))];
    all.extend(own.nats.known().into_iter().flatten().filter_map(|one| nat(&own.name, one)));
    all
}

fn nat(router: &ResourceName, own: &Nat) -> Option<LiveResource> {
    let short = own.name.known()?;
    let id = ResourceId { short: short.clone(), full: format!("{router}/nats/{short}"), ..named(router) };
    let mut settings = vec![
        ("source_subnetwork_ip_ranges_to_nat", text(&own.sources)),
        ("subnetwork", nat_subnetworks(&own.subnetworks)),
        ("nat_ip_allocate_option", text(&own.allocation)),
        ("nat_ips", set(&own.ips)),
        ("drain_nat_ips", set(&own.drained_ips)),
        ("min_ports_per_vm", number(&own.min_ports_per_vm)),
        ("type", text(&own.kind)),
        ("endpoint_types", set(&own.endpoint_types)),
    ];
    for (path, field) in [
        ("udp_idle_timeout_sec", "udpIdleTimeoutSec"),
        ("icmp_idle_timeout_sec", "icmpIdleTimeoutSec"),
        ("tcp_established_idle_timeout_sec", "tcpEstablishedIdleTimeoutSec"),
        ("tcp_transitory_idle_timeout_sec", "tcpTransitoryIdleTimeoutSec"),
        ("tcp_time_wait_timeout_sec", "tcpTimeWaitTimeoutSec"),
    ] {
        settings.extend(own.timeouts.get(field).map(|fact| (path, number(fact))));
    }
    Some(plain(resource(ResourceKind::Nat, id, settings)))
}

fn nat_subnetworks(fact: &Fact<Vec<NatSubnetwork>>) -> Fact<Setting> {
    let listed = match fact {
        Fact::Known(listed, origin) => (listed, origin),
        Fact::Absent(origin) => return Fact::Absent(origin.clone()),
        Fact::Unknown(whys) => return Fact::Unknown(whys.clone()),
    };
    let joined = |fact: &Fact<std::collections::BTreeSet<String>>| match fact {
        Fact::Known(texts, _) => Ok(texts.iter().cloned().collect::<Vec<_>>().join("+")),
        Fact::Absent(_) => Ok(String::new()),
        Fact::Unknown(whys) => Err(whys.clone()),
    };
    let one = |own: &NatSubnetwork| -> Result<String, Vec<Why>> {
        let name = match &own.name {
            Fact::Known(name, _) => name.to_string(),
            other => return Err(other.whys().to_vec()),
        };
        let (ranges, secondary) = (joined(&own.ranges)?, joined(&own.secondary_ranges)?);
        Ok(if secondary.is_empty() { format!("{name} {ranges}") } else { format!("{name} {ranges} {secondary}") })
    };
    match listed.0.iter().map(one).collect() {
        Ok(texts) => Fact::Known(Setting::Set(texts), listed.1.clone()),
        Err(whys) => Fact::Unknown(whys),
    }
}

fn address(own: &Address) -> LiveResource {
    let prefix = match &own.prefix_length {
        Fact::Known(0, origin) => Fact::Absent(origin.clone()),
        told => number(told),
    };
    plain(resource(
        ResourceKind::Address,
        named(&own.name),
        vec![
            ("address", text(&own.address)),
            ("prefix_length", prefix),
            ("address_type", text(&own.address_type)),
            ("purpose", text(&own.purpose)),
            ("network", text(&own.network)),
        ],
    ))
}

/// A private connection, and the peering of its network that carries it.
fn peering(inventory: &Inventory, own: &ServiceConnection) -> Option<LiveResource> {
    let service = own.service.known()?;
    let service = service.rsplit('/').next().unwrap_or(service);
    let id = ResourceId { full: format!("{}/connections/{service}", own.network), ..of_network(&own.network) };
    let ranges =
        own.reserved_ranges.as_ref().map(|names| Setting::Set(names.iter().map(|name| name.name.clone()).collect()));
    let network = inventory.networks.iter().find(|network| network.name == own.network);
    let peerings = network.and_then(|network| network.peerings.known()).into_iter().flatten();
    let carrier = own.peering.known().and_then(|name| peerings.into_iter().find(|one| one.name.known() == Some(name)));
    let unseen = || {
        let answered = inventory.coverage.answered_in_project(Api::ComputeNetworks, &own.network.project);
        let why = answered.err().filter(|_| network.is_none())?;
        Some(Health { field: "peerings[].state", state: Fact::unknown(why), serves: None, text: String::new() })
    };
    let health = carrier.map(|one| Health {
        field: "peerings[].state",
        serves: one.state.known().and_then(|state| match state {
            PeeringState::Active => Some(true),
            PeeringState::Inactive => Some(false),
            PeeringState::Other(_) => None,
        }),
        state: one.state.as_ref().map(ToString::to_string),
        text: one.state_details.known().cloned().unwrap_or_default(),
    });
    let health = health.or_else(unseen);
    let resource = resource(ResourceKind::Peering, id, vec![("reserved_peering_ranges", ranges)]);
    Some(LiveResource { resource, settling: None, health })
}

fn settling<T: ToString>(state: &Fact<T>, noun: &str, is_settling: impl Fn(&T) -> bool) -> Option<Why> {
    let Fact::Known(state, origin) = state else { return None };
    let text = || format!("the {noun} is {}", state.to_string());
    is_settling(state).then(|| Why::at(WhyKind::Settling, text(), origin.clone()))
}

fn database(own: &SqlInstance) -> LiveResource {
    let allocated = own.allocated_ip_range.as_ref().map(|name| Setting::Text(name.name.clone()));
    let ranges = own
        .authorized_networks
        .clone()
        .map(|ranges| ranges.into_iter().map(|range| range.trunc().to_string()).collect::<Vec<_>>());
    let settings = vec![
        ("region", text(&own.region)),
        ("database_version", text(&own.database_version)),
        ("settings.activation_policy", text(&own.activation_policy)),
        ("settings.ip_configuration.ipv4_enabled", flag(&own.ipv4_enabled)),
        ("settings.ip_configuration.private_network", text(&own.private_network)),
        ("settings.ip_configuration.allocated_ip_range", allocated),
        ("settings.ip_configuration.ssl_mode", text(&own.ssl_mode)),
        ("settings.ip_configuration.authorized_networks", set(&ranges)),
    ];
    let moving = |state: &SqlState| {
        matches!(state, SqlState::PendingCreate | SqlState::PendingDelete | SqlState::Maintenance | SqlState::Repairing)
    };
    LiveResource {
        settling: settling(&own.state, "database", moving),
        health: Some(Health {
            field: "state",
            serves: own.state.known().and_then(|state| match state {
                SqlState::Runnable | SqlState::OnlineMaintenance => Some(true),
                SqlState::Suspended | SqlState::Failed => Some(false),
                _ => None,
            }),
            state: own.state.as_ref().map(ToString::to_string),
            text: String::new(),
        }),
        resource: resource(ResourceKind::Database, named(&own.name), settings),
    }
}

fn cache(own: &RedisInstance) -> LiveResource {
    let settings = vec![
        ("authorized_network", text(&own.authorized_network)),
        ("connect_mode", text(&own.connect_mode)),
        ("reserved_ip_range", text(&own.reserved_ip_range)),
        ("auth_enabled", flag(&own.auth_enabled)),
        ("transit_encryption_mode", text(&own.transit_encryption)),
    ];
    let moving = |state: &RedisState| !matches!(state, RedisState::Ready | RedisState::Other(_));
    LiveResource {
        settling: settling(&own.state, "cache", moving),
        health: Some(Health {
            field: "state",
            serves: own.state.known().and_then(|state| (*state == RedisState::Ready).then_some(true)),
            state: own.state.as_ref().map(ToString::to_string),
            text: own.status_message.known().cloned().unwrap_or_default(),
        }),
        resource: resource(ResourceKind::Cache, named(&own.name), settings),
    }
}
