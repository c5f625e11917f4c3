//! What `terraform show -json` prints of a plan.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::attributes::Attributes;
use super::secrets::{Marks, Secrets};
use super::{Parsed, Resource, address, shown};
use crate::model::redact::is_secret_name;

/// Reads a plan: the resources as they will be, and the data sources that were read for it.
///
/// # Errors
/// A version that is not read, a plan that failed, or another shape.
pub(super) fn parse(json: &Json, name: &str) -> Result<Parsed, String> {
    shown::check_version(json)?;
    if json.get("errored").and_then(Json::as_bool) == Some(true) {
        return Err("planning failed, so the plan is not complete".to_owned());
    }
    let changes = match json.get("resource_changes") {
        None | Some(Json::Null) => &[][..],
        Some(Json::Array(changes)) => changes,
        Some(_) => return Err("its resource_changes are no list".to_owned()),
    };
    let secrets = secrets(json, changes);
    let prior = json.get("prior_state").map(|prior| shown::resources(prior, name, &secrets)).unwrap_or_default();
    let mut resources: BTreeMap<String, Resource> = prior.into_iter().filter(|(address, _)| is_data(address)).collect();
    for listed in changes {
        let module = listed.get("module_address").and_then(Json::as_str);
        let Some(address) = address::resource(module, listed, listed.get("index")) else { continue };
        if listed.get("deposed").is_some_and(|key| !key.is_null()) {
            continue;
        }
        let Some(change) = listed.get("change") else { continue };
        let sensitive = Marks::from_shape(change.get("after_sensitive")).of_type(listed);
        let unknown = Marks::from_shape(change.get("after_unknown"));
        let reader = Attributes { address: &address, name, secrets: &secrets, typed: false };
        let attributes = change.get("after").map(|after| reader.read(after, &sensitive, &unknown)).unwrap_or_default();
        let stale = is_deleted(change).then_some("is deleted by it");
        resources.insert(address, Resource { attributes, stale });
    }
    Ok(Parsed { what: "plan", serial: None, resources })
}

/// A data source's address ends in `data.type.name`, with or without a key.
fn is_data(address: &str) -> bool {
    address.starts_with("data.") || address.contains(".data.")
}

fn is_deleted(change: &Json) -> bool {
    let actions: Vec<&str> =
        change.get("actions").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
    matches!(actions.as_slice(), ["delete"] | ["forget"])
}

fn secrets(json: &Json, changes: &[Json]) -> Secrets {
    let mut secrets = Secrets::default();
    let declared = json.pointer("/configuration/root_module/variables");
    for (name, variable) in json.get("variables").and_then(Json::as_object).into_iter().flatten() {
        let says_so = declared.and_then(|all| all.get(name)).and_then(|own| own.get("sensitive"));
        let is_sensitive = says_so.and_then(Json::as_bool) == Some(true) || is_secret_name(name);
        let marks = if is_sensitive { Marks::All } else { Marks::None };
        if let Some(value) = variable.get("value") {
            secrets.collect(value, &marks, name);
        }
    }
    for (listed, change) in changes.iter().filter_map(|listed| Some((listed, listed.get("change")?))) {
        for (value, marks) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
            if let Some(value) = change.get(value) {
                secrets.collect(value, &Marks::from_shape(change.get(marks)).of_type(listed), "");
            }
        }
    }
    for key in ["prior_state", "planned_values"] {
        // The planned values are no state of their own: they stand where those of a state do.
        match (key, json.get(key)) {
            ("prior_state", Some(state)) => shown::collect(&mut secrets, state),
            (_, Some(values)) => shown::collect_outputs(&mut secrets, values.get("outputs")),
            _ => {}
        }
    }
    secrets.close()
}
