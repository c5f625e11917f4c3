//! Compute Engine API v1, below `/compute/v1/projects/P/`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::collections::{Context, Found, item, last, named, region_of, text};
use super::reply::{Page, Reply};

/// The largest page that the API gives.
const LARGEST_PAGE: usize = 500;

/// A collection: the word in the state, the segment of its path, and what its resources are called.
struct Collection {
    word: &'static str,
    segment: &'static str,
    kind: &'static str,
    regional: bool,
}

const COLLECTIONS: [Collection; 7] = [
    Collection { word: "compute.networks", segment: "networks", kind: "network", regional: false },
    Collection { word: "compute.firewalls", segment: "firewalls", kind: "firewall", regional: false },
    Collection { word: "compute.routes", segment: "routes", kind: "route", regional: false },
    Collection { word: "compute.globalAddresses", segment: "addresses", kind: "address", regional: false },
    Collection { word: "compute.subnetworks", segment: "subnetworks", kind: "subnetwork", regional: true },
    Collection { word: "compute.routers", segment: "routers", kind: "router", regional: true },
    Collection { word: "compute.addresses", segment: "addresses", kind: "address", regional: true },
];

fn collection(segment: &str, regional: bool) -> Option<&'static Collection> {
    COLLECTIONS.iter().find(|known| known.segment == segment && known.regional == regional)
}

/// Answers what follows the project; `None` where nothing is served there.
pub(super) fn answer(context: Context<'_>, project: &str, rest: &[&str]) -> Option<Reply> {
    let context = context.at_most(LARGEST_PAGE);
    // What belongs to no region is reached even where a region is not.
    let global = Context { unreachable: &[], ..context };
    Some(match rest {
        ["global", segment] => {
            let known = collection(segment, false)?;
            list(context, known, &scope(project, rest), global.everywhere(known.word, project))
        }
        ["global", segment, name] => {
            let known = collection(segment, false)?;
            item(named(context.everywhere(known.word, project), name))
        }
        ["aggregated", segment] => aggregated(context, collection(segment, true)?, project),
        ["regions", region, segment] => {
            let known = collection(segment, true)?;
            list(context, known, &scope(project, rest), in_region(context, known.word, project, region))
        }
        ["regions", region, segment, name] => {
            let known = collection(segment, true)?;
            item(named(in_region(context, known.word, project, region), name))
        }
        ["global", "networks", name, "getEffectiveFirewalls"] => {
            about(context, "compute.effectiveFirewalls", project, &format!("global/networks/{name}"))
        }
        ["regions", region, "subnetworks", name, "getIamPolicy"] => {
            let resource = format!("regions/{region}/subnetworks/{name}");
            about(context, "compute.subnetworkIamPolicy", project, &resource)
        }
        _ => return None,
    })
}

fn scope(project: &str, rest: &[&str]) -> String {
    format!("projects/{project}/{}", rest.join("/"))
}

/// The items of one region, from an answer of the whole project.
fn in_region<'a>(context: Context<'a>, word: &str, project: &str, region: &str) -> Result<Found<'a>, Reply> {
    let mut found = context.everywhere(word, project)?;
    found.items.retain(|item| region_of(item) == Some(region));
    if found.unreachable.iter().any(|place| last(place) == region) && found.items.is_empty() {
        let code = axum::http::StatusCode::SERVICE_UNAVAILABLE;
        return Err(Reply::error(code, "UNAVAILABLE", &format!("The region {region} is unavailable.")));
    }
    Ok(found)
}

/// The one item of an answer about a resource. Empty where there is nothing, as Google answers it.
fn about(context: Context<'_>, word: &str, project: &str, resource: &str) -> Reply {
    match context.about(word, project, resource) {
        Ok(answer) => Reply::ok(answer.items.first().cloned().unwrap_or_else(|| json!({}))),
        Err(refusal) => refusal,
    }
}

/// A list of one scope.
fn list(context: Context<'_>, known: &Collection, id: &str, found: Result<Found<'_>, Reply>) -> Reply {
    let (found, page) = match paged(context, found) {
        Ok(paged) => paged,
        Err(refusal) => return refusal,
    };
    let mut fields = head(known, "List", id, page.next.as_deref());
    let shown: Vec<Value> = found.items[page.range].iter().map(|&item| item.clone()).collect();
    if !shown.is_empty() {
        fields.insert("items".to_owned(), shown.into());
    }
    if let Some(place) = found.unreachable.first() {
        fields.insert("warning".to_owned(), warning("UNREACHABLE", place));
    }
    Reply::ok(Value::Object(fields))
}

fn paged<'a>(context: Context<'_>, found: Result<Found<'a>, Reply>) -> Result<(Found<'a>, Page), Reply> {
    let found = found?;
    let page = Page::of(context.request, context.cap, found.items.len())?;
    Ok((found, page))
}

fn head(known: &Collection, suffix: &str, id: &str, next: Option<&str>) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), format!("compute#{}{suffix}", known.kind).into());
    fields.insert("id".to_owned(), id.into());
    fields.insert("selfLink".to_owned(), format!("https://www.googleapis.com/compute/v1/{id}").into());
    if let Some(next) = next {
        fields.insert("nextPageToken".to_owned(), next.into());
    }
    fields
}

fn warning(code: &str, place: &str) -> Value {
    let message = match code {
        "UNREACHABLE" => format!("The scope '{place}' could not be reached."),
        _ => format!("There are no results for scope '{place}' on this page."),
    };
    json!({"code": code, "message": message, "data": [{"key": "scope", "value": place}]})
}

/// All scopes of a regional collection in one list. Global addresses stand beside the regional ones, as in the API.
fn aggregated(context: Context<'_>, known: &Collection, project: &str) -> Reply {
    let mut found = context.everywhere(known.word, project);
    if let Ok(regional) = &mut found
        && let Some(global) = collection(known.segment, false)
        && let Ok(global) = (Context { unreachable: &[], ..context }).everywhere(global.word, project)
    {
        let links: BTreeSet<&str> = regional.items.iter().map(|item| text(item, "selfLink")).collect();
        let new = |item: &&&Value| !links.contains(text(item, "selfLink"));
        let new: Vec<&Value> = global.items.iter().filter(new).copied().collect();
        regional.items.extend(new);
    }
    // A page is a piece of the list of all scopes, one after the other.
    if let Ok(found) = &mut found {
        found.items.sort_by_key(|item| region_of(item).map(str::to_owned));
    }
    let (found, page) = match paged(context, found) {
        Ok(paged) => paged,
        Err(refusal) => return refusal,
    };
    let place = |region: Option<&str>| region.map_or_else(|| "global".to_owned(), |region| format!("regions/{region}"));
    let mut scopes: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let regions = context.state.regions(context.state.project_id(project));
    let regions = regions.into_iter().chain(found.items.iter().filter_map(|item| region_of(item)));
    scopes.extend(regions.map(|region| (place(Some(region)), Vec::new())));
    scopes.extend(found.unreachable.iter().map(|name| (place(Some(last(name))), Vec::new())));
    for &item in &found.items[page.range] {
        scopes.entry(place(region_of(item))).or_default().push(item.clone());
    }
    let unreachable: BTreeSet<String> = found.unreachable.iter().map(|name| place(Some(last(name)))).collect();
    let scope = |(name, items): (String, Vec<Value>)| {
        let code = if unreachable.contains(&name) { "UNREACHABLE" } else { "NO_RESULTS_ON_PAGE" };
        let mut fields = Map::new();
        if items.is_empty() || unreachable.contains(&name) {
            fields.insert("warning".to_owned(), warning(code, &name));
        }
        if !items.is_empty() {
            fields.insert(known.segment.to_owned(), items.into());
        }
        (name, Value::Object(fields))
    };
    let id = format!("projects/{project}/aggregated/{}", known.segment);
    let mut fields = head(known, "AggregatedList", &id, page.next.as_deref());
    fields.insert("items".to_owned(), Value::Object(scopes.into_iter().map(scope).collect()));
    if !found.unreachable.is_empty() {
        fields.insert("unreachables".to_owned(), found.unreachable.into());
    }
    Reply::ok(Value::Object(fields))
}
