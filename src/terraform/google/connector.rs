//! Serverless VPC Access.
//!
//! Sources: the provider's `google_vpc_access_connector` (6.50 and 7.46), the discovery document of
//! `vpcaccess.googleapis.com/v1` (throughput and instances), gcloud's `vpc-access connectors create` (instances, machine
//! types).

use super::schema::*;

pub(super) static CONNECTOR: Resource = Resource {
    kind: "google_vpc_access_connector",
    // Since 6.0 the provider plans no throughput of its own: what is left out is the API's.
    body: &body(&[
        required("name", Shape::Text).limit(Limit::Form(Form::ConnectorName)),
        provider("project"),
        provider("region"),
        either("network", Shape::Text),
        // That it is a /28 is held by the policy `policy-connector-range`.
        optional("ip_cidr_range", Shape::Text).limit(Limit::Form(Form::ConnectorRange)),
        text("machine_type", "e2-micro").limit(Limit::OneOf(&["f1-micro", "e2-micro", "e2-standard-4"])),
        either("min_instances", Shape::Number).limit(Limit::Between { least: 2, most: 9, step: 1 }),
        either("max_instances", Shape::Number).limit(Limit::Between { least: 3, most: 10, step: 1 }),
        either("min_throughput", Shape::Number).limit(Limit::Between { least: 200, most: 900, step: 100 }),
        either("max_throughput", Shape::Number).limit(Limit::Between { least: 300, most: 1000, step: 100 }),
        optional("subnet", Shape::Block(&SUBNET)),
        computed("connected_projects", Shape::List),
        computed("self_link", Shape::Text),
        computed("state", Shape::Text),
    ]),
    id: Some("projects/{project}/locations/{region}/connectors/{name}"),
    link: Some(""),
    together: &[
        plan(Demand::ExactlyOne(&["network", "subnet.name"])),
        plan(Demand::Needs("ip_cidr_range", "network")),
        plan(Demand::AtMostOne(&["min_instances", "min_throughput"])),
        plan(Demand::AtMostOne(&["max_instances", "max_throughput"])),
        api(Demand::Less("min_instances", "max_instances")),
        api(Demand::Less("min_throughput", "max_throughput")),
    ],
};

static SUBNET: Body = body(&[optional("name", Shape::Text), either("project_id", Shape::Text)]);
