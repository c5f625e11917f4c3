//! The table itself.

use std::collections::BTreeSet;

use super::names::{meant_field, meant_type};
use super::schema::{Body, Demand, Form, Given, Limit, Resource, Shape};
use super::{RESOURCES, limits, resource};
use crate::terraform::value::Value;

fn bodies(body: &'static Body, path: &str, each: &mut dyn FnMut(&'static Body, &str)) {
    each(body, path);
    for field in body.fields {
        if let Shape::Block(inner) = field.shape {
            bodies(inner, &format!("{path}.{}", field.name), each);
        }
    }
}

fn leads_somewhere(resource: &Resource, path: &str) -> bool {
    let mut body = resource.body;
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        let Some(field) = body.field(step) else { return false };
        match field.shape {
            Shape::Block(inner) => body = inner,
            _ => return steps.peek().is_none(),
        }
    }
    true
}

#[test]
fn the_table_agrees_with_itself() {
    let mut kinds = BTreeSet::new();
    for resource in RESOURCES {
        assert!(kinds.insert(resource.kind), "{} twice", resource.kind);
        bodies(resource.body, resource.kind, &mut |body, path| {
            let names: BTreeSet<&str> = body.fields.iter().map(|field| field.name).collect();
            assert_eq!(names.len(), body.fields.len(), "{path} names a field twice");
            for field in body.fields {
                if field.given == Given::Provider {
                    assert!(["project", "region", "zone"].contains(&field.name), "{path}.{}", field.name);
                }
                if let Given::Default(_) = field.given {
                    let value = super::unset::unset(
                        body,
                        field.name,
                        crate::model::Why::new(crate::model::WhyKind::Computed, ""),
                    );
                    assert_eq!(value.ty(), field.shape.ty(), "{path}.{}", field.name);
                    assert_eq!(limits::problem(field.limit, &value), None, "{path}.{}", field.name);
                }
            }
        });
        for part in resource.id.into_iter().flat_map(|id| id.split('{').skip(1)) {
            let name = part.split('}').next().unwrap();
            let field = resource.body.field(name);
            assert!(field.is_some_and(|field| field.is_configurable()), "{}: {name}", resource.kind);
        }
        assert_eq!(resource.link.is_some(), resource.link.is_some() && resource.body.field("self_link").is_some());
        for together in resource.together {
            let paths: Vec<&str> = match &together.demand {
                Demand::AtMostOne(paths) | Demand::ExactlyOne(paths) => paths.to_vec(),
                Demand::Needs(one, other) | Demand::Less(one, other) => vec![one, other],
            };
            for path in paths {
                assert!(leads_somewhere(resource, path), "{}: {path}", resource.kind);
            }
        }
    }
}

#[test]
fn near_misses_are_told_from_other_types() {
    for (kind, meant) in [
        ("google_vpc_access_conector", Some("google_vpc_access_connector")),
        ("google_vpcaccess_connector", Some("google_vpc_access_connector")),
        ("google_cloud_run_v2_services", Some("google_cloud_run_v2_service")),
        ("google_compute_netwrok", Some("google_compute_network")),
        ("google_compute_network", None),
        ("google_compute_route", None),
        ("google_compute_networks", None),
        ("google_storage_bucket", None),
        ("google_compute_instance", None),
        ("aws_vpc_access_connector", None),
    ] {
        assert_eq!(meant_type(kind), meant, "{kind}");
    }
    let connector = resource("google_vpc_access_connector").unwrap().body;
    for (name, meant) in [
        ("ip_cidr_rage", Some("ip_cidr_range")),
        ("min_throughtput", Some("min_throughput")),
        ("max-instances", Some("max_instances")),
        ("stat", None),
        ("labels", None),
        ("max_instants", Some("max_instances")),
    ] {
        assert_eq!(meant_field(connector, name, false), meant, "{name}");
    }
    assert_eq!(meant_field(connector, "max_instants", true), None, "another field may be near");
    assert_eq!(limits::problem(Limit::OneOf(&["A"]), &Value::string("")), None, "an empty text is not set");
}

#[test]
fn limits_hold_on_both_sides() {
    let throughput = Limit::Between { least: 200, most: 900, step: 100 };
    for (number, fits) in [(200, true), (900, true), (100, false), (1000, false), (250, false)] {
        assert_eq!(limits::problem(throughput, &Value::int(number)).is_none(), fits, "{number}");
    }
    assert!(limits::problem(throughput, &Value::string("many")).is_some());
    let words = Limit::OneOf(&["A", "B"]);
    assert_eq!(limits::problem(words, &Value::string("C")).unwrap(), "one of A, B is required");
    assert_eq!(limits::problem(words, &Value::string("")), None);
    let connector = |text: &str| limits::problem(Limit::Form(Form::ConnectorName), &Value::string(text)).is_none();
    assert!(connector("netra-vpc-connector") && connector("projects/p/locations/r/connectors/c"));
    assert!(!connector("Netra") && !connector("netra_vpc") && !connector("c-") && !connector("4c") && !connector(""));
    assert!(connector(&"c".repeat(25)) && !connector(&"c".repeat(26)));
    let of_connector = |text: &str| limits::problem(Limit::Form(Form::ConnectorRange), &Value::string(text)).is_none();
    assert!(of_connector("10.8.0.0/28") && of_connector(""));
    assert!(!of_connector("10.8.0.0/27") && !of_connector("10.8.0.0") && !of_connector("fd20::/28"));
    let range = |text: &str| limits::problem(Limit::Form(Form::Range), &Value::string(text)).is_none();
    assert!(range("10.8.0.0/28") && range("10.8.0.5/28") && range("") && !range("10.8.0.0") && !range("10.8.0/28"));
    let network = |text: &str| limits::problem(Limit::Form(Form::FullNetwork), &Value::string(text)).is_none();
    assert!(network("projects/p/global/networks/n") && network("https://x/compute/v1/projects/p/global/networks/n"));
    assert!(!network("n") && !network("projects/p/networks/n"));
}
