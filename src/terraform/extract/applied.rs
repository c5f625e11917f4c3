//! What a state says was applied last, in the canonical spelling of findings.
//!
//! Only what can be told for certain is kept: single words, numbers and flags, and names in full. A list, or a value that
//! may be a secret, is not there, so that nothing is said of it.

use std::collections::BTreeMap;

use super::super::Deployment;
use super::super::module::World;
use super::super::observed::{Kind, Resource};
use super::super::value::{Fields, Kind as Form, Value};
use super::ResourceInstance;
use super::connector::{cidr, last_segment};
use crate::model::{AppliedState, ConnectorName, Egress, NameContext};

/// The fields of a connector that are single values of their own.
const CONNECTOR: [&str; 5] = ["machine_type", "min_instances", "max_instances", "min_throughput", "max_throughput"];

/// What the state of the root module holds of a resource; `None` where there is no state, or the resource is not in it.
pub(super) fn applied(world: &World, deployment: &Deployment, resource: &ResourceInstance) -> Option<AppliedState> {
    let root = if deployment.root == "." { "" } else { deployment.root.as_str() };
    let sources = world.settings.observed.of_root(root).filter(|source| source.kind == Kind::State);
    let (source, held) =
        sources.filter_map(|source| Some((source, source.resources.get(&resource.address)?))).next()?;
    held.stale.is_none().then(|| AppliedState {
        root: deployment.root.clone(),
        address: resource.address.clone(),
        label: source.label.to_string(),
        values: values(&resource.resource.kind, held),
    })
}

/// The values by the name of the field; `None` for one that is not set.
fn values(kind: &str, held: &Resource) -> BTreeMap<String, Option<String>> {
    let own = &held.attributes;
    let mut values = BTreeMap::new();
    let mut add = |field: &str, value: Option<Option<String>>| {
        if let Some(value) = value {
            values.insert(field.to_owned(), value);
        }
    };
    let project = text(own, &["project"]).flatten();
    match kind {
        "google_vpc_access_connector" => {
            for field in CONNECTOR {
                add(field, text(own, &[field]));
            }
            let range =
                text(own, &["ip_cidr_range"]).map(|own| own.and_then(|own| cidr(&own).ok()).map(|own| own.to_string()));
            add("ip_cidr_range", range);
            let network = text(own, &["network"]).flatten().zip(project);
            let network =
                network.map(|(own, project)| format!("projects/{project}/global/networks/{}", last_segment(own)));
            add("network", network.map(Some));
        }
        "google_cloud_run_v2_service" | "google_cloud_run_v2_job" | "google_cloud_run_v2_worker_pool" => {
            let outer: &[&str] =
                if kind == "google_cloud_run_v2_job" { &["template", "template"] } else { &["template"] };
            let at = |name: &'static str| text(own, &[outer, &["vpc_access", name]].concat());
            let egress = at("egress").map(|own| own.and_then(|own| Egress::parse(&own).ok().flatten()));
            add("vpc_access.egress", egress.map(|own| own.map(|own| own.to_string())));
            let context = NameContext::new(project.as_deref(), text(own, &["location"]).flatten().as_deref());
            let parse = |text: String| ConnectorName::parse(&text, &context).ok().map(|name| name.to_string());
            add(
                "vpc_access.connector",
                match at("connector") {
                    Some(Some(text)) => parse(text).map(Some),
                    other => other,
                },
            );
        }
        _ => {
            for (name, _) in own {
                add(name, text(own, &[name]).map(|own| own.map(in_full)));
            }
            for path in [
                "settings.activation_policy",
                "settings.ip_configuration.ipv4_enabled",
                "settings.ip_configuration.private_network",
                "settings.ip_configuration.ssl_mode",
                "settings.ip_configuration.allocated_ip_range",
            ] {
                let parts: Vec<&str> = path.split('.').collect();
                add(path, text(own, &parts).map(|own| own.map(in_full)));
            }
        }
    }
    values
}

/// A link as the name that it ends in.
fn in_full(text: String) -> String {
    match text.find("projects/") {
        Some(at) if text.contains("://") || at == 1 => text.get(at..).unwrap_or_default().to_owned(),
        _ => text,
    }
}

/// The text of an attribute below blocks that are there at most once: `Some(None)` where it is not set, `None` where it
/// is not told or no single value.
fn text(fields: &Fields, path: &[&str]) -> Option<Option<String>> {
    let (name, rest) = path.split_first()?;
    let Some(value) = fields.get(*name) else { return Some(None) };
    if value.is_null() {
        return Some(None);
    }
    if rest.is_empty() {
        return scalar(value);
    }
    match &value.kind {
        Form::Tuple(items) => match items.as_slice() {
            [] => Some(None),
            [only] => match &only.kind {
                Form::Object(object) => text(&object.fields, rest),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// An empty string or a zero of a state stands for what is not set.
fn scalar(value: &Value) -> Option<Option<String>> {
    if value.contains_unknown() || value.is_marked() {
        return None;
    }
    let told = value
        .as_str()
        .map(str::to_owned)
        .or_else(|| value.as_int().map(|number| number.to_string()))
        .or_else(|| value.as_bool().map(|flag| flag.to_string()))?;
    Some((!told.is_empty()).then_some(told))
}
