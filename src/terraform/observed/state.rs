//! State files, version 4.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::attributes::Attributes;
use super::secrets::{Marks, Secrets};
use super::{Parsed, Resource, address};

/// The version that is read, which every Terraform since 0.12 writes.
const VERSION: u64 = 4;

/// Reads a state file.
///
/// # Errors
/// A version that is not read, or another shape.
pub(super) fn parse(json: &Json, name: &str) -> Result<Parsed, String> {
    match json.get("version").and_then(Json::as_u64) {
        Some(VERSION) => {}
        Some(version @ 1..VERSION) => {
            return Err(format!(
                "it has version {version}, of Terraform before 0.12; any newer Terraform rewrites it in version {VERSION}"
            ));
        }
        Some(version) => return Err(format!("it has version {version}; version {VERSION} is read")),
        None => return Err("its version is no whole number".to_owned()),
    }
    let listed = match json.get("resources") {
        None | Some(Json::Null) => &[][..],
        Some(Json::Array(listed)) => listed,
        Some(_) => return Err("its resources are no list".to_owned()),
    };
    let secrets = secrets(json, listed);
    let mut resources = BTreeMap::new();
    for listed in listed {
        let module = listed.get("module").and_then(Json::as_str);
        for instance in instances(listed) {
            let Some(address) = address::resource(module, listed, instance.get("index_key")) else { continue };
            // An object that is left over from a replacement is not the resource any more.
            if instance.get("deposed").is_some_and(|key| !key.is_null()) {
                continue;
            }
            let sensitive = Marks::from_paths(instance.get("sensitive_attributes")).of_type(listed);
            let reader = Attributes { address: &address, name, secrets: &secrets, typed: true };
            let attributes =
                instance.get("attributes").map(|json| reader.read(json, &sensitive, &Marks::None)).unwrap_or_default();
            let is_tainted = instance.get("status").and_then(Json::as_str) == Some("tainted");
            let stale = is_tainted.then_some("is marked there to be replaced");
            resources.insert(address, Resource { attributes, stale });
        }
    }
    Ok(Parsed { what: "state file", serial: json.get("serial").and_then(Json::as_u64), resources })
}

fn instances(resource: &Json) -> impl Iterator<Item = &Json> {
    resource.get("instances").and_then(Json::as_array).into_iter().flatten()
}

fn secrets(json: &Json, listed: &[Json]) -> Secrets {
    let mut secrets = Secrets::default();
    super::shown::collect_outputs(&mut secrets, json.get("outputs"));
    for (listed, instance) in listed.iter().flat_map(|listed| instances(listed).map(move |own| (listed, own))) {
        if let Some(Json::Object(attributes)) = instance.get("attributes") {
            let marks = Marks::from_paths(instance.get("sensitive_attributes")).of_type(listed);
            for (name, attribute) in attributes {
                // The value of an attribute of an open type lies one level deeper.
                let inner = attribute.get("value").filter(|_| attribute.get("type").is_some()).unwrap_or(attribute);
                secrets.collect(inner, marks.part(name), name);
            }
        }
    }
    secrets.close()
}
