//! Enabled APIs, and who may use what.
//!
//! Sources: the provider's `google_project_service` and its IAM resources (6.50).

use super::schema::*;

pub(super) static PROJECT_SERVICE: Resource = Resource {
    kind: "google_project_service",
    body: &body(&[
        required("service", Shape::Text),
        provider("project"),
        either("check_if_service_has_usage_on_destroy", Shape::Flag),
        optional("disable_dependent_services", Shape::Flag),
        // Its default is true up to 6.x, and something else later.
        either("disable_on_destroy", Shape::Flag),
    ]),
    id: Some("{project}/{service}"),
    link: None,
    together: &[],
};

static CONDITION: Body =
    body(&[required("title", Shape::Text), required("expression", Shape::Text), optional("description", Shape::Text)]);

/// The fields of a member resource, with those that name what it belongs to.
macro_rules! member {
    ($kind:literal, $($place:expr),+) => {
        Resource {
            kind: $kind,
            body: &body(&[
                $($place,)+
                required("role", Shape::Text),
                required("member", Shape::Text),
                optional("condition", Shape::Block(&CONDITION)),
                computed("etag", Shape::Text),
            ]),
            id: None,
            link: None,
            together: &[],
        }
    };
}

/// The same of a binding resource.
macro_rules! binding {
    ($kind:literal, $($place:expr),+) => {
        Resource {
            kind: $kind,
            body: &body(&[
                $($place,)+
                required("role", Shape::Text),
                required("members", Shape::Set),
                optional("condition", Shape::Block(&CONDITION)),
                computed("etag", Shape::Text),
            ]),
            id: None,
            link: None,
            together: &[],
        }
    };
}

pub(super) static PROJECT_MEMBER: Resource = member!("google_project_iam_member", required("project", Shape::Text));
pub(super) static PROJECT_BINDING: Resource = binding!("google_project_iam_binding", required("project", Shape::Text));
pub(super) static SUBNETWORK_MEMBER: Resource = member!(
    "google_compute_subnetwork_iam_member",
    required("subnetwork", Shape::Text),
    provider("project"),
    provider("region")
);
pub(super) static SUBNETWORK_BINDING: Resource = binding!(
    "google_compute_subnetwork_iam_binding",
    required("subnetwork", Shape::Text),
    provider("project"),
    provider("region")
);
pub(super) static SERVICE_MEMBER: Resource = member!(
    "google_cloud_run_v2_service_iam_member",
    required("name", Shape::Text),
    provider("project"),
    either("location", Shape::Text)
);
pub(super) static SERVICE_BINDING: Resource = binding!(
    "google_cloud_run_v2_service_iam_binding",
    required("name", Shape::Text),
    provider("project"),
    either("location", Shape::Text)
);
