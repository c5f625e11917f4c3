//! What `terraform show -json` prints of a state; a plan holds the same of the state before it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::attributes::Attributes;
use super::secrets::{Marks, Secrets};
use super::{Parsed, Resource, address};

/// Reads a state as it is shown.
///
/// # Errors
/// A version that is not read.
pub(super) fn parse(json: &Json, name: &str) -> Result<Parsed, String> {
    check_version(json)?;
    let mut secrets = Secrets::default();
    collect(&mut secrets, json);
    let secrets = secrets.close();
    Ok(Parsed { what: "state shown in", serial: None, resources: resources(json, name, &secrets) })
}

/// Only additions are made within a major version.
pub(super) fn check_version(json: &Json) -> Result<(), String> {
    match json.get("format_version").and_then(Json::as_str) {
        Some(version) if version.split('.').next() == Some("1") => Ok(()),
        Some(version) => {
            let version: String = version.chars().take(20).collect();
            Err(format!("its format version is {version}; versions 1.x are read"))
        }
        None => Err("it has no format version; Terraform since 1.1 writes one that is read".to_owned()),
    }
}

/// The secrets of a state.
pub(super) fn collect(secrets: &mut Secrets, state: &Json) {
    let Some(values) = state.get("values") else { return };
    collect_outputs(secrets, values.get("outputs"));
    for (_, resource) in listed(values) {
        if let Some(json) = resource.get("values") {
            secrets.collect(json, &Marks::from_shape(resource.get("sensitive_values")).of_type(resource), "");
        }
    }
}

/// The secrets among outputs, which also say themselves whether they are.
pub(super) fn collect_outputs(secrets: &mut Secrets, outputs: Option<&Json>) {
    for (name, output) in outputs.and_then(Json::as_object).into_iter().flatten() {
        let is_sensitive = output.get("sensitive").and_then(Json::as_bool) == Some(true);
        let marks = if is_sensitive { Marks::All } else { Marks::None };
        if let Some(value) = output.get("value") {
            secrets.collect(value, &marks, name);
        }
    }
}

/// The resource instances of a state.
pub(super) fn resources(state: &Json, name: &str, secrets: &Secrets) -> BTreeMap<String, Resource> {
    let mut resources = BTreeMap::new();
    let Some(values) = state.get("values") else { return resources };
    for (module, resource) in listed(values) {
        let Some(address) = address::resource(module, resource, resource.get("index")) else { continue };
        if resource.get("deposed_key").is_some() {
            continue;
        }
        let Some(json) = resource.get("values") else { continue };
        let sensitive = Marks::from_shape(resource.get("sensitive_values")).of_type(resource);
        let reader = Attributes { address: &address, name, secrets, typed: false };
        let attributes = reader.read(json, &sensitive, &Marks::None);
        let is_tainted = resource.get("tainted").and_then(Json::as_bool) == Some(true);
        resources
            .insert(address, Resource { attributes, stale: is_tainted.then_some("is marked there to be replaced") });
    }
    resources
}

/// All resources, with the address of their module. The parser bounds how deep modules nest.
fn listed(values: &Json) -> Vec<(Option<&str>, &Json)> {
    let mut all = Vec::new();
    let mut open: Vec<&Json> = values.get("root_module").into_iter().collect();
    while let Some(module) = open.pop() {
        let address = module.get("address").and_then(Json::as_str);
        let own = module.get("resources").and_then(Json::as_array).into_iter().flatten();
        all.extend(own.map(|resource| (address, resource)));
        open.extend(module.get("child_modules").and_then(Json::as_array).into_iter().flatten());
    }
    all
}
