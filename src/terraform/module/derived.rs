//! Attributes that follow from what is configured: ids and links of the Google resources that the tool models, and
//! the few results of data sources that the provider configuration decides.
//!
//! How an id or link is put together stands in the table of [`google`].

use std::sync::Arc;

use super::{Address, Mode, World, configured, provider_default};
use crate::model::{Why, WhyKind};
use crate::terraform::evaluate::Scope;
use crate::terraform::google;
use crate::terraform::google::schema::Given;
use crate::terraform::syntax::Block;
use crate::terraform::value::{Fields, Type, Value, convert};

/// The value of an attribute that is not configured, where it follows from what is.
pub(super) fn derived(world: &World, scope: &Scope, address: &Address, block: &Block, name: &str) -> Option<Value> {
    let part = |part: &str| own_or_provider(world, scope, address, block, part);
    match (address.mode, &*address.kind, name) {
        (Mode::Data, "google_client_config", "project" | "region" | "zone") => Some(part(name)),
        (Mode::Data, "google_project", "project_id") => Some(part("project")),
        (Mode::Data, "google_project", "id") => fill("projects/{project}", part),
        (Mode::Data, "google_project", "number") => project_number(world, block, scope),
        _ => {
            let resource = google::resource(&address.kind)?;
            // A data source that is given a link takes everything else from it.
            if address.mode == Mode::Data && block.body.attribute("self_link").is_some() {
                return None;
            }
            match name {
                "id" => fill(resource.id?, part),
                "self_link" => fill(&format!("{}{}", resource.link?, resource.id?), part),
                _ => {
                    let field = resource.body.field(name)?;
                    (field.given == Given::Provider).then(|| part(name))
                }
            }
        }
    }
}

/// Everything that follows from what a resource configures, by name, as far as it is known.
pub fn derived_values(world: &World, scope: &Scope, address: &Address, block: &Block) -> Fields {
    let fields = google::resource(&address.kind).map_or(&[][..], |resource| resource.body.fields);
    let supplied = fields.iter().filter(|field| field.given == Given::Provider).map(|field| field.name);
    let names = ["id", "self_link"].into_iter().chain(supplied);
    let left_out = names.filter(|name| block.body.attribute(name).is_none());
    left_out
        .filter_map(|name| Some((Arc::from(name), derived(world, scope, address, block, name)?)))
        .filter(|(_, value)| !value.contains_unknown())
        .collect()
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
            // The provider cuts full names and links of regions and routers to their last segment.
            Some(known) if whys.is_empty() => text.push_str(known.rsplit('/').next().unwrap_or_default()),
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
