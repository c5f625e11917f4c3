//! Which path serves what. The APIs share one address, so the path decides; it is Google's own.
//!
//! | path | what |
//! | --- | --- |
//! | `/v2/projects/P/locations/R/{services,jobs,workerPools}[/NAME]` | Cloud Run v2 |
//! | `/v2/projects/P/locations/R/{services,workerPools}/{NAME,-}/revisions[/NAME]` | Cloud Run v2 |
//! | `/apis/serving.knative.dev/v1/namespaces/P/{services,revisions}[/NAME]` | Cloud Run v1; see `Request::region` |
//! | `/apis/run.googleapis.com/v1/namespaces/P/{jobs,workerpools}[/NAME]` | Cloud Run v1 |
//! | `/v1/projects/P/locations/{R,-}/{services,revisions}[/NAME]` | Cloud Run v1 |
//! | `/v1/projects/P/locations` | locations of Cloud Run v1 and of VPC Access |
//! | `/v1/projects/P/locations/{R,-}/{connectors,operations}[/NAME]` | VPC Access |
//! | `/v1/projects/P/locations/{R,-}/{instances,clusters}[/NAME]` | Memorystore for Redis |
//! | `/compute/v1/projects/P/…` | Compute Engine, see `compute` |
//! | `/v1/projects/P/instances[/NAME]`, `/sql/v1beta4/projects/P/instances[/NAME]` | Cloud SQL |
//! | `/v1/services/{-,servicenetworking.googleapis.com}/connections?network=N` | Service Networking |
//! | `/v1/projects/P/services[/NAME]`, `/v1/projects/P/services:batchGet` | Service Usage |
//! | `/v1/projects/P`, `/v3/projects/P` | id and number of a project |
//! | `POST /v{1,3}/projects/P:{getIamPolicy,testIamPermissions}` | Resource Manager |
//! | `POST /v1/projects/P/locations/R/{services,jobs,workerpools}/NAME:testIamPermissions` | Cloud Run v1, as of the project |
//! | `POST /v2/entries:list`, `/v3/projects/P/timeSeries` | Cloud Logging, Cloud Monitoring |
//! | `/storage/v1/b/B/o/O?alt=media` | an object of Cloud Storage |

use axum::http::Method;
use serde_json::{Value, json};

use super::collections::{Context, item, named};
use super::reply::{Listed, Reply};
use super::request::Request;
use super::state::State;
use super::{
    compute, failures, numbers, observability, resource_manager, run_v1, run_v2, service_networking, service_usage, sql,
};

/// Most items of a page, for APIs whose documentation names a limit.
const LARGEST_PAGE: usize = 1_000;

/// True for the methods that only read, whatever the path.
pub(super) fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD].contains(method)
}

/// True for a request that changes nothing.
pub(super) fn reads(request: &Request) -> bool {
    is_safe(&request.method) || request.method == Method::POST && reading_post(&request.segments()).is_some()
}

/// A method that reads by POST.
enum ReadingPost<'a> {
    Policy(&'a str),
    TestPermissions(&'a str),
    Entries,
}

fn reading_post<'a>(segments: &[&'a str]) -> Option<ReadingPost<'a>> {
    match segments {
        ["v2", "entries:list"] => Some(ReadingPost::Entries),
        ["v1" | "v3", "projects", target] => match target.rsplit_once(':')? {
            (project, "getIamPolicy") => Some(ReadingPost::Policy(project)),
            (project, "testIamPermissions") => Some(ReadingPost::TestPermissions(project)),
            _ => None,
        },
        ["v1", "projects", project, "locations", _, "services" | "jobs" | "workerpools", target] => {
            target.ends_with(":testIamPermissions").then_some(ReadingPost::TestPermissions(project))
        }
        _ => None,
    }
}

/// Answers one read. What belongs to the regions of `unreachable` is missing.
pub(super) fn answer(state: &State, request: &Request, cap: usize, unreachable: &[String]) -> Reply {
    let context = Context { state, request, cap, unreachable };
    if let Err(refusal) = request.page(cap) {
        return refusal;
    }
    let segments = request.segments();
    let reply = if request.method == Method::POST { post(context, &segments) } else { get(context, &segments) };
    let reply = reply.unwrap_or_else(|| {
        Reply::not_found(&format!("The requested URL {} was not found on this server.", request.path))
    });
    if request.wants_numbers() { numbers::instead_of_names(reply) } else { reply }
}

fn post(context: Context<'_>, segments: &[&str]) -> Option<Reply> {
    Some(match reading_post(segments)? {
        ReadingPost::Policy(project) => resource_manager::policy(context.state, project),
        ReadingPost::TestPermissions(project) => {
            resource_manager::test_permissions(context.state, project, context.request)
        }
        ReadingPost::Entries => observability::entries(context),
    })
}

fn get(context: Context<'_>, segments: &[&str]) -> Option<Reply> {
    let Context { state, request, cap, .. } = context;
    Some(match segments {
        ["v2", "projects", project, "locations", region, rest @ ..] => {
            return run_v2::answer(context, project, region, rest);
        }
        ["apis", "serving.knative.dev" | "run.googleapis.com", "v1", "namespaces", project, rest @ ..] => {
            return run_v1::answer(context, project, request.region().unwrap_or("-"), rest);
        }
        ["v1", "projects", project, "locations", region, rest @ ..] => {
            return located(context, project, region, rest);
        }
        ["compute", "v1", "projects", project, rest @ ..] => return compute::answer(context, project, rest),
        ["v1", "projects", project, "instances"] | ["sql", "v1" | "v1beta4", "projects", project, "instances"] => {
            sql::list(context, project)
        }
        ["v1", "projects", project, "instances", name]
        | ["sql", "v1" | "v1beta4", "projects", project, "instances", name] => sql::get(context, project, name),
        ["v1", "services", service, "connections"] => service_networking::connections(context, service),
        ["v3", "projects", project, "timeSeries"] => observability::time_series(context, project),
        ["storage", "v1", "b", bucket, "o", name] => object(state, bucket, name),
        ["v1", "projects", project, "locations"] => locations(context, project),
        ["v1", "projects", project, "services"] => service_usage::list(state, project, request, cap),
        ["v1", "projects", project, "services:batchGet"] => service_usage::batch_get(state, project, request),
        ["v1", "projects", project, "services", name] => service_usage::get(state, project, name),
        [version @ ("v1" | "v3"), "projects", project] => resource_manager::project(state, version, project),
        _ => return None,
    })
}

/// What stands below `/v1/projects/P/locations/R/`: the last segment but the name tells the API.
fn located(context: Context<'_>, project: &str, location: &str, rest: &[&str]) -> Option<Reply> {
    let (word, key) = match *rest.first()? {
        "services" | "revisions" => return run_v1::answer(context, project, location, rest),
        "connectors" => ("vpcaccess.connectors", "connectors"),
        "operations" => ("vpcaccess.operations", "operations"),
        "instances" => ("redis.instances", "instances"),
        "clusters" => ("redis.clusters", "clusters"),
        _ => return None,
    };
    let found = context.at(word, project, location);
    match rest {
        [_] => Some(context.at_most(LARGEST_PAGE).page(key, found)),
        [_, name] => Some(item(named(found, name))),
        _ => None,
    }
}

/// An object's content, whose name stands in the path as one escaped segment.
fn object(state: &State, bucket: &str, name: &str) -> Reply {
    let Some(found) = state.object(bucket, name) else {
        return Reply::not_found("No such object");
    };
    failures::of(&found.answer()).unwrap_or_else(|| Reply::ok(found.content.clone()))
}

fn locations(context: Context<'_>, project: &str) -> Reply {
    let Context { state, request, cap, .. } = context;
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
