//! Which path serves what.
//!
//! | path | what |
//! | --- | --- |
//! | `/v2/projects/P/locations/R/services[/S]` | Cloud Run services |
//! | `/v2/projects/P/locations/R/services/{S,-}/revisions[/V]` | Cloud Run revisions |
//! | `/v1/projects/P/locations/R/connectors[/C]` | VPC Access connectors |
//! | `/v1/projects/P/locations` | locations |
//! | `/storage/v1/b/B/o/O?alt=media` | an object of Cloud Storage |
//! | `/v1/projects/P`, `/v3/projects/P` | id and number of a project |
//! | `POST /v{1,3}/projects/P:testIamPermissions` | what the caller may do |
//! | `/v1/projects/P/services`, `services:batchGet` | which APIs are enabled |

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::reply::{Listed, Reply};
use super::request::Request;
use super::state::{Answer, State};
use super::{failures, resource_manager, service_usage};

/// The methods of the APIs that read by POST.
const READING_POSTS: [&str; 2] = [":testIamPermissions", ":getIamPolicy"];

/// True for a request that changes nothing.
pub(super) fn reads(request: &Request) -> bool {
    match request.method {
        Method::GET | Method::HEAD => true,
        Method::POST => {
            let projects = ["v1", "v3"].iter().any(|version| {
                request.segments.len() == 3 && request.segments[0] == *version && request.segments[1] == "projects"
            });
            projects && READING_POSTS.iter().any(|method| request.path.ends_with(method))
        }
        _ => false,
    }
}

/// Answers one read.
pub(super) fn answer(state: &State, request: &Request, cap: usize) -> Reply {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    if let Err(refusal) = request.page(cap) {
        return refusal;
    }
    if request.method == Method::POST {
        return post(state, request, &segments);
    }
    match segments.as_slice() {
        ["v2", "projects", _, "locations", "-", ..] => {
            Reply::invalid("The location must be a Google Cloud region and cannot be the \"-\" wildcard.")
        }
        ["v2", "projects", project, "locations", region, "services"] => {
            list(state, ("run.services", project, region), (request, cap, "services"), |_| true)
        }
        ["v2", "projects", project, "locations", region, "services", service] => {
            get(state, ("run.services", project, region), |name| last(name) == *service)
        }
        ["v2", "projects", project, "locations", region, "services", service, "revisions"] => {
            let of_service = |name: &str| *service == "-" || parent(name) == *service;
            list(state, ("run.revisions", project, region), (request, cap, "revisions"), of_service)
        }
        ["v2", "projects", project, "locations", region, "services", service, "revisions", revision] => {
            get(state, ("run.revisions", project, region), |name| last(name) == *revision && parent(name) == *service)
        }
        ["v1", "projects", project, "locations", region, "connectors"] => {
            list(state, ("vpcaccess.connectors", project, region), (request, cap, "connectors"), |_| true)
        }
        ["v1", "projects", project, "locations", region, "connectors", connector] => {
            get(state, ("vpcaccess.connectors", project, region), |name| last(name) == *connector)
        }
        ["storage", "v1", "b", bucket, "o", name] => object(state, bucket, name),
        ["v1", "projects", project, "locations"] => locations(state, project, request, cap),
        ["v1", "projects", project, "services"] => service_usage::list(state, project, request, cap),
        ["v1", "projects", project, "services:batchGet"] => service_usage::batch_get(state, project, request),
        ["v1", "projects", project, "services", name] => service_usage::get(state, project, name),
        [version @ ("v1" | "v3"), "projects", project] => resource_manager::project(state, version, project),
        _ => Reply::not_found(&format!("Requested entity was not found: {}", request.path)),
    }
}

fn post(state: &State, request: &Request, segments: &[&str]) -> Reply {
    match segments {
        ["v1" | "v3", "projects", target] => match target.rsplit_once(':') {
            Some((project, "testIamPermissions")) => resource_manager::test_permissions(state, project, request),
            Some((project, "getIamPolicy")) => resource_manager::policy(state, project),
            _ => Reply::not_found("Requested entity was not found."),
        },
        _ => Reply::not_found("Requested entity was not found."),
    }
}

/// Collection, project as the path spells it, region.
type Key<'a> = (&'static str, &'a str, &'a str);

/// The answer of a key, where it lists its items.
fn answered<'a>(state: &'a State, key: Key<'_>) -> Result<&'a Answer, Reply> {
    let (api, project, region) = key;
    let project = state.project_id(project);
    let Some(answer) = state.answer(api, project, Some(region)) else {
        return Err(Reply::not_found(&format!("the state holds no answer of {api} in {project}/{region}")));
    };
    failures::of(answer).map_or(Ok(answer), Err)
}

fn list(
    state: &State,
    key: Key<'_>,
    (request, cap, items): (&Request, usize, &'static str),
    wanted: impl Fn(&str) -> bool,
) -> Reply {
    let answer = match answered(state, key) {
        Ok(answer) => answer,
        Err(refusal) => return refusal,
    };
    // An item without a name is served too: what a client makes of it is the client's business.
    let here = |name: &str| answer.region.is_some() || region_of(name).is_none_or(|own| own == key.2);
    let wanted = |item: &&Value| item.get("name").and_then(Value::as_str).is_none_or(|name| here(name) && wanted(name));
    let found = answer.items.iter().filter(wanted).collect();
    Reply::list(request, cap, &Listed { key: items, items: found, unreachable: &answer.unreachable })
}

fn get(state: &State, key: Key<'_>, wanted: impl Fn(&str) -> bool) -> Reply {
    let answer = match answered(state, key) {
        Ok(answer) => answer,
        Err(refusal) => return refusal,
    };
    let wanted = |item: &&Value| item.get("name").and_then(Value::as_str).is_some_and(&wanted);
    Reply::one(answer.items.iter().filter(wanted))
}

/// An object's content, whose name stands in the path as one escaped segment.
fn object(state: &State, bucket: &str, name: &str) -> Reply {
    let Some(found) = state.object(bucket, name) else {
        return Reply::not_found("No such object");
    };
    failures::of(&found.answer()).unwrap_or_else(|| Reply::json(StatusCode::OK, found.content.clone()))
}

fn locations(state: &State, project: &str, request: &Request, cap: usize) -> Reply {
    let project = state.project_id(project);
    let regions = state.regions(project);
    if regions.is_empty() {
        let recorded = state.project_answer(project).and_then(failures::of);
        return recorded.unwrap_or_else(|| Reply::not_found(&format!("the state holds nothing of {project}")));
    }
    let location =
        |region: &&str| json!({"name": format!("projects/{project}/locations/{region}"), "locationId": region});
    let all: Vec<Value> = regions.iter().map(location).collect();
    Reply::list(request, cap, &Listed::of("locations", all.iter().collect()))
}

/// The region in a resource's name. An answer without a region holds the items of all of them.
fn region_of(name: &str) -> Option<&str> {
    name.split("/locations/").nth(1)?.split('/').next()
}

/// The short name.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// The short name of the resource that holds the named one.
fn parent(name: &str) -> &str {
    name.rsplit('/').nth(2).unwrap_or_default()
}
