//! Attributes that follow from what is configured: ids and links of the Google resources that the tool models, and
//! the few results of data sources that the provider configuration decides.
//!
//! Formats: the provider's documentation of each resource's `id` and `self_link`.

use super::{Address, Mode, World, configured, provider_default};
use crate::model::{Why, WhyKind};
use crate::terraform::evaluate::Scope;
use crate::terraform::syntax::Block;
use crate::terraform::value::{Type, Value, convert};

/// How a resource's id and link are put together.
struct Format {
    kind: &'static str,
    id: &'static str,
    /// What stands before the id in `self_link`; `None` where the resource has no such attribute.
    link: Option<&'static str>,
}

const COMPUTE: &str = "https://www.googleapis.com/compute/v1/";

const FORMATS: [Format; 6] = [
    Format {
        kind: "google_vpc_access_connector",
        id: "projects/{project}/locations/{region}/connectors/{name}",
        link: Some(""),
    },
    Format { kind: "google_compute_network", id: "projects/{project}/global/networks/{name}", link: Some(COMPUTE) },
    Format {
        kind: "google_compute_subnetwork",
        id: "projects/{project}/regions/{region}/subnetworks/{name}",
        link: Some(COMPUTE),
    },
    Format {
        kind: "google_cloud_run_v2_service",
        id: "projects/{project}/locations/{location}/services/{name}",
        link: None,
    },
    Format { kind: "google_cloud_run_v2_job", id: "projects/{project}/locations/{location}/jobs/{name}", link: None },
    Format {
        kind: "google_cloud_run_v2_worker_pool",
        id: "projects/{project}/locations/{location}/workerPools/{name}",
        link: None,
    },
];

/// The value of an attribute that is not configured, where it follows from what is.
pub(super) fn derived(world: &World, scope: &Scope, address: &Address, block: &Block, name: &str) -> Option<Value> {
    let part = |part: &str| own_or_provider(world, scope, address, block, part);
    match (address.mode, &*address.kind, name) {
        (Mode::Data, "google_client_config", "project" | "region" | "zone") => Some(part(name)),
        (Mode::Data, "google_project", "project_id") => Some(part("project")),
        (Mode::Data, "google_project", "id") => fill("projects/{project}", part),
        (Mode::Data, "google_project", "number") => project_number(world, block, scope),
        _ => {
            let format = FORMATS.iter().find(|format| format.kind == &*address.kind)?;
            match name {
                "id" => fill(format.id, part),
                "self_link" => fill(&format!("{}{}", format.link?, format.id), part),
                "project" | "region" => {
                    let is_part = format.id.contains(&format!("{{{name}}}"));
                    is_part.then(|| part(name))
                }
                _ => None,
            }
        }
    }
}

/// An argument of the resource, else what the provider supplies.
fn own_or_provider(world: &World, scope: &Scope, address: &Address, block: &Block, name: &str) -> Value {
    let own = configured(
        world,
        scope,
        &block.body,
        if &*address.kind == "google_project" && name == "project" { "project_id" } else { name },
    );
    let own = own.filter(|value| !value.is_null());
    if let Some(value) = own {
        return convert(&value, &Type::String).unwrap_or_else(|text| {
            let why = Why::at(
                WhyKind::Invalid,
                format!("{address}.{name}: {text}"),
                world.origin(scope.module, block.header),
            );
            Value::unknown_because(Type::String, why)
        });
    }
    match name {
        "project" | "region" | "zone" => provider_default(world, scope, &address.kind, block, name),
        _ => {
            let text = format!("{address} has no {name}");
            let why = Why::at(WhyKind::Computed, text, world.origin(scope.module, block.header));
            Value::unknown_because(Type::String, why)
        }
    }
}

/// Fills in `{part}`s; unknown parts make the text unknown.
fn fill(format: &str, part: impl Fn(&str) -> Value) -> Option<Value> {
    let mut text = String::new();
    let mut whys = crate::terraform::value::Whys::default();
    let mut sensitive = false;
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let value = part(name);
        sensitive |= value.sensitive;
        if whys.is_empty() {
            text.push_str(before);
        }
        match value.as_str() {
            // A part that is itself a full name, such as a connector whose name holds slashes, gives no id.
            Some(known) if whys.is_empty() => text.push_str(known),
            Some(_) => {}
            None => whys = whys.and(&value.whys()),
        }
        rest = after;
    }
    if !whys.is_empty() {
        return Some(Value::unknown_string(&text, whys).marked(sensitive));
    }
    text.push_str(rest);
    Some(Value::string(&text).marked(sensitive))
}

/// The number of a project that the tool's configuration knows.
fn project_number(world: &World, block: &Block, scope: &Scope) -> Option<Value> {
    let address = Address { mode: Mode::Data, kind: "google_project".into(), name: block.label(1).into() };
    let project = own_or_provider(world, scope, &address, block, "project");
    let id = project.as_str()?;
    let number = world.settings.project_numbers.iter().find(|(_, known)| *known == id)?.0;
    Some(Value::string(number))
}
