//! Cloud Run Admin API v1: the resources of version 2 in the shape of Knative, as `gcloud` reads them.

use serde_json::{Map, Value, json};

use super::collections::{Context, Found, last, name_of, parent, pick, text};
use super::knative;
use super::reply::{Page, Reply};

/// A kind of resource, by the segment of its collection.
struct Kind {
    segment: &'static str,
    word: &'static str,
    name: &'static str,
    version: &'static str,
    convert: fn(&Value, &knative::Place<'_>) -> Value,
}

const SERVING: &str = "serving.knative.dev/v1";
const RUN: &str = "run.googleapis.com/v1";

const KINDS: [Kind; 4] = [
    Kind { segment: "services", word: "run.services", name: "Service", version: SERVING, convert: knative::service },
    Kind {
        segment: "revisions",
        word: "run.revisions",
        name: "Revision",
        version: SERVING,
        convert: knative::revision,
    },
    Kind { segment: "jobs", word: "run.jobs", name: "Job", version: RUN, convert: knative::job },
    Kind {
        segment: "workerpools",
        word: "run.workerPools",
        name: "WorkerPool",
        version: RUN,
        convert: knative::worker_pool,
    },
];

/// Answers what follows `/apis/API/v1/namespaces/P/`, or the collections of `/v1/projects/P/locations/{R,-}/`; `None`
/// where nothing is served there. `location` is `-` for all regions.
pub(super) fn answer(context: Context<'_>, project: &str, location: &str, rest: &[&str]) -> Option<Reply> {
    let kind = KINDS.iter().find(|kind| Some(&kind.segment) == rest.first())?;
    let place = knative::Place { namespace: context.state.number(project), version: kind.version, kind: kind.name };
    let found = context.at(kind.word, project, location);
    Some(match rest {
        [_] => list(context, kind, &place, found),
        [_, name] => match pick(found, |item| last(name_of(item)) == *name) {
            Ok(item) => Reply::ok((kind.convert)(item, &place)),
            Err(refusal) => refusal,
        },
        _ => return None,
    })
}

fn list(context: Context<'_>, kind: &Kind, place: &knative::Place<'_>, found: Result<Found<'_>, Reply>) -> Reply {
    let found = match found {
        Ok(found) => found,
        Err(refusal) => return refusal,
    };
    let selector = context.request.parameter("labelSelector");
    let converted = found.items.iter().map(|item| (kind.convert)(item, place));
    let items: Vec<Value> = converted.filter(|item| selected(item, selector)).collect();
    // Clients of this version follow pages only where they ask for them.
    let cap = if context.request.parameter("limit").is_empty() { items.len() } else { context.cap };
    let page = match Page::of(context.request, cap, items.len()) {
        Ok(page) => page,
        Err(refusal) => return refusal,
    };
    let mut metadata = Map::new();
    if let Some(next) = page.next {
        metadata.insert("continue".to_owned(), next.into());
    }
    let mut body = json!({
        "apiVersion": kind.version,
        "kind": format!("{}List", kind.name),
        "metadata": metadata,
        "items": items[page.range],
    });
    if !found.unreachable.is_empty() {
        body["unreachable"] = found.unreachable.into();
    }
    Reply::ok(body)
}

/// True where an item has every label that a selector such as `a = b, c` names.
fn selected(item: &Value, selector: &str) -> bool {
    let labels = item.pointer("/metadata/labels");
    let has = |requirement: &str| {
        let (key, value) = requirement.split_once('=').unwrap_or((requirement, ""));
        let label = labels.and_then(|labels| labels.get(key.trim())).and_then(Value::as_str);
        let value = value.trim_start_matches('=').trim();
        if requirement.contains('=') { label == Some(value) } else { label.is_some() }
    };
    selector.split(',').map(str::trim).filter(|requirement| !requirement.is_empty()).all(has)
}

/// The service or worker pool that holds a revision.
pub(super) fn owner(revision: &Value) -> &str {
    match text(revision, "service") {
        "" => parent(name_of(revision)),
        service => last(service),
    }
}
