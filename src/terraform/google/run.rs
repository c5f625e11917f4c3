//! Cloud Run: the v2 service, job and worker pool, and the v1 service.
//!
//! Sources: the provider's `google_cloud_run_v2_service`, `_job`, `_worker_pool` and `google_cloud_run_service` (6.50,
//! with what 7.x and the beta provider add), the discovery document of `run.googleapis.com/v2` (limits on names; a
//! connector or an interface, not both). Containers and volumes are not described.

use super::schema::*;

const EGRESS: Limit = Limit::OneOf(&["ALL_TRAFFIC", "PRIVATE_RANGES_ONLY"]);

/// `template.vpc_access`. The block itself is not computed: leaving it out detaches the workload.
static VPC_ACCESS: Body = body(&[
    optional("connector", Shape::Text),
    either("egress", Shape::Text).limit(EGRESS),
    optional("network_interfaces", Shape::Block(&NETWORK_INTERFACE)),
]);

static NETWORK_INTERFACE: Body =
    body(&[either("network", Shape::Text), either("subnetwork", Shape::Text), optional("tags", Shape::List)]);

static BINARY_AUTHORIZATION: Body = body(&[
    optional("breakglass_justification", Shape::Text),
    optional("policy", Shape::Text),
    optional("use_default", Shape::Flag),
]);

pub(super) static SERVICE: Resource = Resource {
    kind: "google_cloud_run_v2_service",
    body: &body(&[
        required("name", Shape::Text).limit(Limit::Form(Form::RunName)),
        required("location", Shape::Text),
        provider("project"),
        required("template", Shape::Block(&SERVICE_TEMPLATE)),
        optional("annotations", Shape::Map),
        optional("binary_authorization", Shape::Block(&BINARY_AUTHORIZATION)),
        either("build_config", Shape::Block(&UNDESCRIBED)),
        optional("client", Shape::Text),
        optional("client_version", Shape::Text),
        optional("custom_audiences", Shape::List),
        either("default_uri_disabled", Shape::Flag),
        flag("deletion_protection", true),
        optional("description", Shape::Text),
        either("iap_enabled", Shape::Flag),
        either("ingress", Shape::Text).limit(Limit::OneOf(&[
            "INGRESS_TRAFFIC_ALL",
            "INGRESS_TRAFFIC_INTERNAL_ONLY",
            "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
        ])),
        either("invoker_iam_disabled", Shape::Flag),
        optional("labels", Shape::Map),
        either("launch_stage", Shape::Text),
        either("multi_region_settings", Shape::Block(&UNDESCRIBED)),
        either("scaling", Shape::Block(&UNDESCRIBED)),
        either("traffic", Shape::Block(&UNDESCRIBED)),
        computed("conditions", Shape::Other),
        computed("create_time", Shape::Text),
        computed("creator", Shape::Text),
        computed("delete_time", Shape::Text),
        computed("effective_annotations", Shape::Map),
        computed("effective_labels", Shape::Map),
        computed("etag", Shape::Text),
        computed("expire_time", Shape::Text),
        computed("generation", Shape::Text),
        computed("last_modifier", Shape::Text),
        computed("latest_created_revision", Shape::Text),
        computed("latest_ready_revision", Shape::Text),
        computed("observed_generation", Shape::Text),
        computed("reconciling", Shape::Flag),
        computed("terminal_condition", Shape::Other),
        computed("terraform_labels", Shape::Map),
        computed("traffic_statuses", Shape::Other),
        computed("uid", Shape::Text),
        computed("update_time", Shape::Text),
        computed("uri", Shape::Text),
        computed("urls", Shape::List),
    ]),
    id: Some("projects/{project}/locations/{location}/services/{name}"),
    link: None,
    together: &[plan(Demand::AtMostOne(&["template.vpc_access.connector", "template.vpc_access.network_interfaces"]))],
};

static SERVICE_TEMPLATE: Body = body(&[
    optional("annotations", Shape::Map),
    either("containers", Shape::Block(&UNDESCRIBED)),
    optional("encryption_key", Shape::Text),
    either("execution_environment", Shape::Text)
        .limit(Limit::OneOf(&["EXECUTION_ENVIRONMENT_GEN1", "EXECUTION_ENVIRONMENT_GEN2"])),
    either("gpu_zonal_redundancy_disabled", Shape::Flag),
    either("health_check_disabled", Shape::Flag),
    optional("labels", Shape::Map),
    either("max_instance_request_concurrency", Shape::Number),
    optional("node_selector", Shape::Block(&UNDESCRIBED)),
    optional("revision", Shape::Text),
    either("scaling", Shape::Block(&UNDESCRIBED)),
    either("service_account", Shape::Text),
    either("service_mesh", Shape::Block(&UNDESCRIBED)),
    either("session_affinity", Shape::Flag),
    either("timeout", Shape::Text),
    either("volumes", Shape::Block(&UNDESCRIBED)),
    optional("vpc_access", Shape::Block(&VPC_ACCESS)),
]);

pub(super) static JOB: Resource = Resource {
    kind: "google_cloud_run_v2_job",
    body: &body(&[
        required("name", Shape::Text).limit(Limit::Form(Form::RunName)),
        required("location", Shape::Text),
        provider("project"),
        required("template", Shape::Block(&JOB_TEMPLATE)),
        optional("annotations", Shape::Map),
        optional("binary_authorization", Shape::Block(&BINARY_AUTHORIZATION)),
        optional("client", Shape::Text),
        optional("client_version", Shape::Text),
        flag("deletion_protection", true),
        optional("labels", Shape::Map),
        either("launch_stage", Shape::Text),
        either("run_execution_token", Shape::Text),
        either("start_execution_token", Shape::Text),
        computed("conditions", Shape::Other),
        computed("create_time", Shape::Text),
        computed("creator", Shape::Text),
        computed("delete_time", Shape::Text),
        computed("effective_annotations", Shape::Map),
        computed("effective_labels", Shape::Map),
        computed("etag", Shape::Text),
        computed("execution_count", Shape::Number),
        computed("expire_time", Shape::Text),
        computed("generation", Shape::Text),
        computed("last_modifier", Shape::Text),
        computed("latest_created_execution", Shape::Other),
        computed("observed_generation", Shape::Text),
        computed("reconciling", Shape::Flag),
        computed("terminal_condition", Shape::Other),
        computed("terraform_labels", Shape::Map),
        computed("uid", Shape::Text),
        computed("update_time", Shape::Text),
    ]),
    id: Some("projects/{project}/locations/{location}/jobs/{name}"),
    link: None,
    // The provider names a wrong path for this conflict, so that only the API refuses it.
    together: &[api(Demand::AtMostOne(&[
        "template.template.vpc_access.connector",
        "template.template.vpc_access.network_interfaces",
    ]))],
};

static JOB_TEMPLATE: Body = body(&[
    optional("annotations", Shape::Map),
    optional("labels", Shape::Map),
    either("parallelism", Shape::Number),
    either("task_count", Shape::Number),
    required("template", Shape::Block(&TASK_TEMPLATE)),
]);

static TASK_TEMPLATE: Body = body(&[
    either("containers", Shape::Block(&UNDESCRIBED)),
    optional("encryption_key", Shape::Text),
    either("execution_environment", Shape::Text)
        .limit(Limit::OneOf(&["EXECUTION_ENVIRONMENT_GEN1", "EXECUTION_ENVIRONMENT_GEN2"])),
    either("gpu_zonal_redundancy_disabled", Shape::Flag),
    number("max_retries", 3),
    optional("node_selector", Shape::Block(&UNDESCRIBED)),
    either("service_account", Shape::Text),
    either("timeout", Shape::Text),
    either("volumes", Shape::Block(&UNDESCRIBED)),
    optional("vpc_access", Shape::Block(&VPC_ACCESS)),
]);

pub(super) static WORKER_POOL: Resource = Resource {
    kind: "google_cloud_run_v2_worker_pool",
    body: &body(&[
        required("name", Shape::Text).limit(Limit::Form(Form::RunName)),
        required("location", Shape::Text),
        provider("project"),
        required("template", Shape::Block(&POOL_TEMPLATE)),
        optional("annotations", Shape::Map),
        optional("binary_authorization", Shape::Block(&BINARY_AUTHORIZATION)),
        optional("client", Shape::Text),
        optional("client_version", Shape::Text),
        optional("custom_audiences", Shape::List),
        flag("deletion_protection", true),
        optional("description", Shape::Text),
        either("instance_splits", Shape::Block(&UNDESCRIBED)),
        optional("labels", Shape::Map),
        either("launch_stage", Shape::Text),
        either("scaling", Shape::Block(&UNDESCRIBED)),
        computed("conditions", Shape::Other),
        computed("create_time", Shape::Text),
        computed("creator", Shape::Text),
        computed("delete_time", Shape::Text),
        computed("effective_annotations", Shape::Map),
        computed("effective_labels", Shape::Map),
        computed("etag", Shape::Text),
        computed("expire_time", Shape::Text),
        computed("generation", Shape::Text),
        computed("instance_split_statuses", Shape::Other),
        computed("last_modifier", Shape::Text),
        computed("latest_created_revision", Shape::Text),
        computed("latest_ready_revision", Shape::Text),
        computed("observed_generation", Shape::Text),
        computed("reconciling", Shape::Flag),
        computed("terminal_condition", Shape::Other),
        computed("terraform_labels", Shape::Map),
        computed("uid", Shape::Text),
        computed("update_time", Shape::Text),
    ]),
    id: Some("projects/{project}/locations/{location}/workerPools/{name}"),
    link: None,
    together: &[api(Demand::AtMostOne(&["template.vpc_access.connector", "template.vpc_access.network_interfaces"]))],
};

static POOL_TEMPLATE: Body = body(&[
    optional("annotations", Shape::Map),
    either("containers", Shape::Block(&UNDESCRIBED)),
    optional("encryption_key", Shape::Text),
    either("encryption_key_revocation_action", Shape::Text),
    either("encryption_key_shutdown_duration", Shape::Text),
    either("gpu_zonal_redundancy_disabled", Shape::Flag),
    optional("labels", Shape::Map),
    optional("node_selector", Shape::Block(&UNDESCRIBED)),
    optional("revision", Shape::Text),
    either("service_account", Shape::Text),
    either("volumes", Shape::Block(&UNDESCRIBED)),
    optional("vpc_access", Shape::Block(&VPC_ACCESS)),
]);

/// The v1 service, a Knative one: its VPC access stands in annotations of the template.
pub(super) static SERVICE_V1: Resource = Resource {
    kind: "google_cloud_run_service",
    body: &body(&[
        required("name", Shape::Text),
        required("location", Shape::Text),
        provider("project"),
        flag("autogenerate_revision_name", false),
        either("metadata", Shape::Block(&METADATA)),
        optional("template", Shape::Block(&TEMPLATE_V1)),
        either("traffic", Shape::Block(&UNDESCRIBED)),
        computed("status", Shape::Other),
    ]),
    id: Some("locations/{location}/namespaces/{project}/services/{name}"),
    link: None,
    together: &[],
};

static TEMPLATE_V1: Body =
    body(&[either("metadata", Shape::Block(&TEMPLATE_METADATA)), either("spec", Shape::Block(&UNDESCRIBED))]);

static METADATA: Body = body(&[
    optional("annotations", Shape::Map),
    optional("labels", Shape::Map),
    either("namespace", Shape::Text),
    computed("effective_annotations", Shape::Map),
    computed("effective_labels", Shape::Map),
    computed("generation", Shape::Number),
    computed("resource_version", Shape::Text),
    computed("self_link", Shape::Text),
    computed("terraform_labels", Shape::Map),
    computed("uid", Shape::Text),
]);

/// Its annotations are computed: a map that is left out accepts whatever is live.
static TEMPLATE_METADATA: Body = body(&[
    either("annotations", Shape::Map),
    either("labels", Shape::Map),
    either("name", Shape::Text),
    either("namespace", Shape::Text),
    computed("generation", Shape::Number),
    computed("resource_version", Shape::Text),
    computed("self_link", Shape::Text),
    computed("uid", Shape::Text),
]);
