//! Networks and what stands in them: subnetworks, firewall rules, addresses.
//!
//! Sources: the provider's `google_compute_network`, `_subnetwork`, `_firewall`, `_address`, `_global_address` (6.50,
//! with what 7.x adds). Links are in the form of v1 also where the beta API answers: the provider converts them.

use super::schema::*;

/// What stands before the id in the links of Compute Engine.
pub(super) const COMPUTE: &str = "https://www.googleapis.com/compute/v1/";

const NAME: Limit = Limit::Form(Form::ComputeName);

pub(super) static NETWORK: Resource = Resource {
    kind: "google_compute_network",
    body: &body(&[
        required("name", Shape::Text).limit(NAME),
        provider("project"),
        flag("auto_create_subnetworks", true),
        either("bgp_always_compare_med", Shape::Flag),
        either("bgp_best_path_selection_mode", Shape::Text).limit(Limit::OneOf(&["LEGACY", "STANDARD"])),
        either("bgp_inter_region_cost", Shape::Text).limit(Limit::OneOf(&["DEFAULT", "ADD_COST_TO_MED"])),
        either("delete_bgp_always_compare_med", Shape::Flag),
        flag("delete_default_routes_on_create", false),
        optional("description", Shape::Text),
        optional("enable_ula_internal_ipv6", Shape::Flag),
        either("internal_ipv6_range", Shape::Text),
        either("mtu", Shape::Number),
        text("network_firewall_policy_enforcement_order", "AFTER_CLASSIC_FIREWALL")
            .limit(Limit::OneOf(&["BEFORE_CLASSIC_FIREWALL", "AFTER_CLASSIC_FIREWALL"])),
        either("network_profile", Shape::Text),
        optional("params", Shape::Block(&UNDESCRIBED)),
        either("routing_mode", Shape::Text).limit(Limit::OneOf(&["REGIONAL", "GLOBAL"])),
        computed("gateway_ipv4", Shape::Text),
        computed("network_id", Shape::Text),
        computed("numeric_id", Shape::Text),
        computed("self_link", Shape::Text),
    ]),
    id: Some("projects/{project}/global/networks/{name}"),
    link: Some(COMPUTE),
    together: &[],
};

pub(super) static SUBNETWORK: Resource = Resource {
    kind: "google_compute_subnetwork",
    body: &body(&[
        required("name", Shape::Text).limit(NAME),
        provider("project"),
        provider("region"),
        required("network", Shape::Text),
        either("ip_cidr_range", Shape::Text).limit(Limit::Form(Form::Range)),
        either("allow_subnet_cidr_routes_overlap", Shape::Flag),
        optional("description", Shape::Text),
        either("enable_flow_logs", Shape::Flag),
        either("external_ipv6_prefix", Shape::Text),
        optional("ip_collection", Shape::Text),
        either("ipv6_access_type", Shape::Text),
        optional("log_config", Shape::Block(&UNDESCRIBED)),
        optional("params", Shape::Block(&UNDESCRIBED)),
        either("private_ip_google_access", Shape::Flag),
        either("private_ipv6_google_access", Shape::Text),
        either("purpose", Shape::Text),
        optional("reserved_internal_range", Shape::Text),
        either("resolve_subnet_mask", Shape::Text),
        optional("role", Shape::Text).limit(Limit::OneOf(&["ACTIVE", "BACKUP"])),
        either("secondary_ip_range", Shape::Block(&UNDESCRIBED)),
        either("send_secondary_ip_range_if_empty", Shape::Flag),
        either("stack_type", Shape::Text),
        computed("creation_timestamp", Shape::Text),
        computed("fingerprint", Shape::Text),
        computed("gateway_address", Shape::Text),
        computed("internal_ipv6_prefix", Shape::Text),
        computed("ipv6_cidr_range", Shape::Text),
        computed("ipv6_gce_endpoint", Shape::Text),
        computed("self_link", Shape::Text),
        computed("state", Shape::Text),
        computed("subnetwork_id", Shape::Number),
    ]),
    id: Some("projects/{project}/regions/{region}/subnetworks/{name}"),
    link: Some(COMPUTE),
    together: &[],
};

static RULE: Body = body(&[required("protocol", Shape::Text), optional("ports", Shape::List)]);

pub(super) static FIREWALL: Resource = Resource {
    kind: "google_compute_firewall",
    body: &body(&[
        required("name", Shape::Text).limit(NAME),
        required("network", Shape::Text),
        provider("project"),
        optional("allow", Shape::Block(&RULE)),
        optional("deny", Shape::Block(&RULE)),
        optional("description", Shape::Text),
        either("destination_ranges", Shape::Set),
        either("direction", Shape::Text).limit(Limit::OneOf(&["INGRESS", "EGRESS"])),
        optional("disabled", Shape::Flag),
        either("enable_logging", Shape::Flag),
        optional("log_config", Shape::Block(&UNDESCRIBED)),
        optional("params", Shape::Block(&UNDESCRIBED)),
        number("priority", 1000).limit(Limit::Between { least: 0, most: 65_535, step: 1 }),
        either("source_ranges", Shape::Set),
        optional("source_service_accounts", Shape::Set),
        optional("source_tags", Shape::Set),
        optional("target_service_accounts", Shape::Set),
        optional("target_tags", Shape::Set),
        computed("creation_timestamp", Shape::Text),
        computed("self_link", Shape::Text),
    ]),
    id: Some("projects/{project}/global/firewalls/{name}"),
    link: Some(COMPUTE),
    together: &[
        plan(Demand::AtMostOne(&["allow", "deny"])),
        plan(Demand::AtMostOne(&["source_service_accounts", "source_tags"])),
        plan(Demand::AtMostOne(&["source_service_accounts", "target_tags"])),
        plan(Demand::AtMostOne(&["target_service_accounts", "source_tags"])),
        plan(Demand::AtMostOne(&["target_service_accounts", "target_tags"])),
    ],
};

const ADDRESS_TYPE: Limit = Limit::OneOf(&["EXTERNAL", "INTERNAL"]);

pub(super) static ADDRESS: Resource = Resource {
    kind: "google_compute_address",
    body: &body(&[
        required("name", Shape::Text).limit(NAME),
        provider("project"),
        provider("region"),
        either("address", Shape::Text),
        text("address_type", "EXTERNAL").limit(ADDRESS_TYPE),
        optional("description", Shape::Text),
        either("ip_collection", Shape::Text),
        either("ip_version", Shape::Text),
        either("ipv6_endpoint_type", Shape::Text),
        optional("labels", Shape::Map),
        optional("network", Shape::Text),
        either("network_tier", Shape::Text).limit(Limit::OneOf(&["PREMIUM", "STANDARD"])),
        either("prefix_length", Shape::Number),
        either("purpose", Shape::Text),
        either("subnetwork", Shape::Text),
        computed("creation_timestamp", Shape::Text),
        computed("effective_labels", Shape::Map),
        computed("label_fingerprint", Shape::Text),
        computed("self_link", Shape::Text),
        computed("terraform_labels", Shape::Map),
        computed("users", Shape::List),
    ]),
    id: Some("projects/{project}/regions/{region}/addresses/{name}"),
    link: Some(COMPUTE),
    together: &[],
};

pub(super) static GLOBAL_ADDRESS: Resource = Resource {
    kind: "google_compute_global_address",
    body: &body(&[
        required("name", Shape::Text).limit(NAME),
        provider("project"),
        either("address", Shape::Text),
        text("address_type", "EXTERNAL").limit(ADDRESS_TYPE),
        optional("description", Shape::Text),
        either("ip_version", Shape::Text),
        optional("labels", Shape::Map),
        optional("network", Shape::Text),
        either("network_tier", Shape::Text),
        either("prefix_length", Shape::Number),
        optional("purpose", Shape::Text).limit(Limit::OneOf(&[
            "VPC_PEERING",
            "PRIVATE_SERVICE_CONNECT",
            "GCE_ENDPOINT",
        ])),
        computed("creation_timestamp", Shape::Text),
        computed("effective_labels", Shape::Map),
        computed("label_fingerprint", Shape::Text),
        computed("self_link", Shape::Text),
        computed("terraform_labels", Shape::Map),
        computed("users", Shape::List),
    ]),
    id: Some("projects/{project}/global/addresses/{name}"),
    link: Some(COMPUTE),
    together: &[],
};
