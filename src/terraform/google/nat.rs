//! Cloud Router and Cloud NAT.
//!
//! Sources: the provider's `google_compute_router` and `google_compute_router_nat` (6.50, with what 7.x adds).

use super::network::COMPUTE;
use super::schema::*;

pub(super) static ROUTER: Resource = Resource {
    kind: "google_compute_router",
    body: &body(&[
        required("name", Shape::Text).limit(Limit::Form(Form::ComputeName)),
        required("network", Shape::Text),
        provider("project"),
        provider("region"),
        optional("bgp", Shape::Block(&UNDESCRIBED)),
        optional("description", Shape::Text),
        optional("encrypted_interconnect_router", Shape::Flag),
        optional("md5_authentication_keys", Shape::Block(&UNDESCRIBED)),
        either("ncc_gateway", Shape::Text),
        either("params", Shape::Block(&UNDESCRIBED)),
        computed("creation_timestamp", Shape::Text),
        computed("self_link", Shape::Text),
    ]),
    id: Some("projects/{project}/regions/{region}/routers/{name}"),
    link: Some(COMPUTE),
    together: &[],
};

static SUBNETWORK: Body = body(&[
    required("name", Shape::Text),
    required("source_ip_ranges_to_nat", Shape::Set),
    optional("secondary_ip_range_names", Shape::Set),
]);

static LOG_CONFIG: Body = body(&[
    required("enable", Shape::Flag),
    required("filter", Shape::Text).limit(Limit::OneOf(&["ERRORS_ONLY", "TRANSLATIONS_ONLY", "ALL"])),
]);

pub(super) static ROUTER_NAT: Resource = Resource {
    kind: "google_compute_router_nat",
    body: &body(&[
        required("name", Shape::Text).limit(Limit::Form(Form::ComputeName)),
        required("router", Shape::Text),
        provider("project"),
        provider("region"),
        required("source_subnetwork_ip_ranges_to_nat", Shape::Text).limit(Limit::OneOf(&[
            "ALL_SUBNETWORKS_ALL_IP_RANGES",
            "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
            "LIST_OF_SUBNETWORKS",
        ])),
        either("auto_network_tier", Shape::Text).limit(Limit::OneOf(&["PREMIUM", "STANDARD"])),
        either("drain_nat_ips", Shape::Set),
        either("enable_dynamic_port_allocation", Shape::Flag),
        either("enable_endpoint_independent_mapping", Shape::Flag),
        either("endpoint_types", Shape::List),
        number("icmp_idle_timeout_sec", 30),
        either("initial_nat_ips", Shape::Set),
        optional("log_config", Shape::Block(&LOG_CONFIG)),
        either("max_ports_per_vm", Shape::Number),
        either("min_ports_per_vm", Shape::Number),
        either("nat64_subnetwork", Shape::Block(&UNDESCRIBED)),
        optional("nat_ip_allocate_option", Shape::Text).limit(Limit::OneOf(&["MANUAL_ONLY", "AUTO_ONLY"])),
        either("nat_ips", Shape::Set),
        optional("rules", Shape::Block(&UNDESCRIBED)),
        either("source_subnetwork_ip_ranges_to_nat64", Shape::Text),
        either("subnetwork", Shape::Block(&SUBNETWORK)),
        number("tcp_established_idle_timeout_sec", 1200),
        number("tcp_time_wait_timeout_sec", 120),
        number("tcp_transitory_idle_timeout_sec", 30),
        text("type", "PUBLIC").limit(Limit::OneOf(&["PUBLIC", "PRIVATE"])),
        number("udp_idle_timeout_sec", 30),
    ]),
    id: Some("{project}/{region}/{router}/{name}"),
    link: None,
    together: &[],
};
