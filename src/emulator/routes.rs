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

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::Query;
use axum::http::{Response, StatusCode, Uri};
use serde_json::{Value, json};

use super::reply::{self, Page};
use super::state::State;

/// Answers one read. `repeat_token` makes every page name the first page as the next.
pub(super) fn answer(state: &State, uri: &Uri, page_size_cap: usize, repeat_token: bool) -> Response<Body> {
    let path = uri.path();
    let page = match page(uri, page_size_cap, repeat_token) {
        Ok(page) => page,
        Err(refusal) => return *refusal,
    };
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match segments.as_slice() {
        ["v2", "projects", _, "locations", "-", ..] => reply::error(
            StatusCode::BAD_REQUEST,
            "INVALID_ARGUMENT",
            "The location must be a Google Cloud region and cannot be the \"-\" wildcard.",
        ),
        ["v2", "projects", project, "locations", region, "services"] => {
            list(state, ("run.services", project, region), &page.of("services", path), |_| true)
        }
        ["v2", "projects", project, "locations", region, "services", service] => {
            get(state, ("run.services", project, region), |name| last(name) == *service)
        }
        ["v2", "projects", project, "locations", region, "services", service, "revisions"] => {
            let of_service = |name: &str| *service == "-" || parent(name) == *service;
            list(state, ("run.revisions", project, region), &page.of("revisions", path), of_service)
        }
        ["v2", "projects", project, "locations", region, "services", service, "revisions", revision] => {
            get(state, ("run.revisions", project, region), |name| last(name) == *revision && parent(name) == *service)
        }
        ["v1", "projects", project, "locations", region, "connectors"] => {
            list(state, ("vpcaccess.connectors", project, region), &page.of("connectors", path), |_| true)
        }
        ["v1", "projects", project, "locations", region, "connectors", connector] => {
            get(state, ("vpcaccess.connectors", project, region), |name| last(name) == *connector)
        }
        ["storage", "v1", "b", bucket, "o", name] => object(state, bucket, name),
        ["v1", "projects", project, "locations"] => locations(state, project, &page.of("locations", path)),
        [version @ ("v1" | "v3"), "projects", project] => project_of(state, version, project),
        _ => reply::not_found(&format!("Requested entity was not found: {path}")),
    }
}

/// What a request says of paging, before it is known what is listed.
struct PageQuery {
    size: usize,
    token: String,
    repeat_token: bool,
}

impl PageQuery {
    fn of<'a>(&'a self, key: &'static str, path: &'a str) -> Page<'a> {
        Page { key, path, size: self.size, token: &self.token, repeat_token: self.repeat_token }
    }
}

fn page(uri: &Uri, cap: usize, repeat_token: bool) -> Result<PageQuery, Box<Response<Body>>> {
    let refuse = |message: &str| Box::new(reply::error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", message));
    let Query(query) = Query::<HashMap<String, String>>::try_from_uri(uri)
        .map_err(|_| refuse("The query string could not be read."))?;
    let asked = match query.get("pageSize").map(|text| text.parse::<usize>()) {
        None | Some(Ok(0)) => cap,
        Some(Ok(size)) => size.min(cap),
        Some(Err(_)) => return Err(refuse("Invalid value at 'page_size'.")),
    };
    let token = query.get("pageToken").cloned().unwrap_or_default();
    Ok(PageQuery { size: asked.max(1), token, repeat_token })
}

/// Collection, project as the path spells it, region.
type Key<'a> = (&'static str, &'a str, &'a str);

fn list(state: &State, key: Key<'_>, page: &Page<'_>, wanted: impl Fn(&str) -> bool) -> Response<Body> {
    let (api, project, region) = key;
    let project = state.project_id(project);
    let Some(answer) = state.answer(api, project, region) else {
        return reply::not_found(&format!("the state holds no answer of {api} in {project}/{region}"));
    };
    if let Some(failure) = reply::failure(answer) {
        return failure;
    }
    // An item without a name is served too: what a client makes of it is the client's business.
    let here = |name: &str| answer.region.is_some() || region_of(name).is_none_or(|own| own == region);
    let wanted = |item: &&Value| item.get("name").and_then(Value::as_str).is_none_or(|name| here(name) && wanted(name));
    let items: Vec<&Value> = answer.items.iter().filter(wanted).collect();
    reply::page(&items, &answer.unreachable, page)
}

fn get(state: &State, key: Key<'_>, wanted: impl Fn(&str) -> bool) -> Response<Body> {
    let (api, project, region) = key;
    let project = state.project_id(project);
    let Some(answer) = state.answer(api, project, region) else {
        return reply::not_found(&format!("the state holds no answer of {api} in {project}/{region}"));
    };
    if let Some(failure) = reply::failure(answer) {
        return failure;
    }
    let wanted = |item: &&Value| item.get("name").and_then(Value::as_str).is_some_and(&wanted);
    match answer.items.iter().find(wanted) {
        Some(item) => reply::body(StatusCode::OK, item),
        None => reply::not_found("Requested entity was not found."),
    }
}

/// An object's content, whose name stands in the path as one escaped segment.
fn object(state: &State, bucket: &str, name: &str) -> Response<Body> {
    let Some(found) = unescaped(name).and_then(|name| state.object(bucket, &name)) else {
        return reply::not_found("No such object");
    };
    reply::failure(&found.answer()).unwrap_or_else(|| reply::body(StatusCode::OK, &found.content))
}

/// A segment of a path without its `%XX`; `None` where it is not escaped well.
fn unescaped(segment: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn locations(state: &State, project: &str, page: &Page<'_>) -> Response<Body> {
    let project = state.project_id(project);
    let regions = state.regions(project);
    if regions.is_empty() {
        let recorded = state.project_answer(project).and_then(reply::failure);
        return recorded.unwrap_or_else(|| reply::not_found(&format!("the state holds nothing of {project}")));
    }
    let location =
        |region: &&str| json!({"name": format!("projects/{project}/locations/{region}"), "locationId": region});
    let all: Vec<Value> = regions.iter().map(location).collect();
    reply::page(&all.iter().collect::<Vec<_>>(), &[], page)
}

fn project_of(state: &State, version: &str, project: &str) -> Response<Body> {
    match state.project(project) {
        Some((id, number)) if version == "v1" => {
            let found = json!({"projectNumber": number, "projectId": id, "lifecycleState": "ACTIVE"});
            reply::body(StatusCode::OK, &found)
        }
        Some((id, number)) => {
            let found = json!({"name": format!("projects/{number}"), "projectId": id, "state": "ACTIVE"});
            reply::body(StatusCode::OK, &found)
        }
        // Google does not tell a project that is not there from one that may not be seen.
        None => reply::error(StatusCode::FORBIDDEN, "PERMISSION_DENIED", "The caller does not have permission"),
    }
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
