//! Service Usage API: which APIs are enabled.

use serde_json::{Value, json};

use super::catalog::COLLECTIONS;
use super::reply::{Listed, Reply};
use super::request::Request;
use super::state::{Answer, State, Status};
use super::{failures, resource_manager};

/// Most names in one request, as the API has it.
const MOST_NAMES: usize = 30;

/// `services:batchGet`: the named services, in the order of their names.
pub(super) fn batch_get(state: &State, project: &str, request: &Request) -> Reply {
    let names: Vec<&str> = request.parameters("names").collect();
    if names.is_empty() || names.len() > MOST_NAMES {
        return Reply::invalid(&format!("Between 1 and {MOST_NAMES} service names are wanted."));
    }
    let recorded = match recorded(state, project) {
        Ok(recorded) => recorded,
        Err(refusal) => return refusal,
    };
    let services = names.iter().map(|name| service(state, project, recorded, last(name)));
    Reply::ok(json!({"services": services.collect::<Vec<_>>()}))
}

/// The largest page that the API gives.
const LARGEST_PAGE: usize = 200;

/// `services`: all that are known, or only those of a state.
pub(super) fn list(state: &State, project: &str, request: &Request, cap: usize) -> Reply {
    let recorded = match recorded(state, project) {
        Ok(recorded) => recorded,
        Err(refusal) => return refusal,
    };
    let all: Vec<Value> = match recorded {
        Some(answer) => answer.items.clone(),
        None => known().map(|name| service(state, project, None, name)).collect(),
    };
    let wanted = request.parameter("filter").strip_prefix("state:").unwrap_or_default();
    let wanted = |item: &&Value| wanted.is_empty() || item.get("state").and_then(Value::as_str) == Some(wanted);
    Reply::list(request, cap.min(LARGEST_PAGE), &Listed::of("services", all.iter().filter(wanted).collect()))
}

/// `services/NAME`.
pub(super) fn get(state: &State, project: &str, name: &str) -> Reply {
    match recorded(state, project) {
        Ok(recorded) => Reply::ok(service(state, project, recorded, name)),
        Err(refusal) => refusal,
    }
}

/// The recorded list, where there is one.
fn recorded<'a>(state: &'a State, project: &str) -> Result<Option<&'a Answer>, Reply> {
    if !state.knows(project) {
        return Err(resource_manager::unseen());
    }
    let recorded = state.answer("serviceusage.services", state.project_id(project), None);
    recorded.and_then(failures::of).map_or(Ok(recorded), Err)
}

/// One service: as it was recorded, or else enabled unless an answer of one of its collections says otherwise.
fn service(state: &State, project: &str, recorded: Option<&Answer>, name: &str) -> Value {
    let of_name = |item: &&Value| item.get("name").and_then(Value::as_str).is_some_and(|full| last(full) == name);
    if let Some(item) = recorded.and_then(|answer| answer.items.iter().find(of_name)) {
        return item.clone();
    }
    let id = state.project_id(project);
    let collections = COLLECTIONS.iter().filter(|collection| collection.service == name);
    let disabled = collections.into_iter().any(|collection| {
        let own = |answer: &&Answer| answer.api == collection.word && answer.project == id;
        state.answers.iter().filter(own).any(|answer| answer.status == Status::Disabled)
    });
    let enabled = recorded.is_none() && !disabled;
    let parent = format!("projects/{}", state.project(project).map_or(id, |(_, number)| number));
    json!({
        "name": format!("{parent}/services/{name}"),
        "parent": parent,
        "config": {"name": name},
        "state": if enabled { "ENABLED" } else { "DISABLED" },
    })
}

/// The services whose collections the emulator knows, each once.
fn known() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&str> = COLLECTIONS.iter().map(|collection| collection.service).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}
