//! Cloud SQL Admin API: instances.

use serde_json::{Map, Value, json};

use super::collections::{Context, item, last, named};
use super::reply::{Page, Reply};

const API: &str = "sqladmin.instances";

/// The largest page that the API gives.
const LARGEST_PAGE: usize = 1_000;

/// A page of the instances of a project.
pub(super) fn list(context: Context<'_>, project: &str) -> Reply {
    let context = context.at_most(LARGEST_PAGE);
    let paged = context.everywhere(API, project).and_then(|found| {
        let page = Page::of(context.request, context.cap, found.items.len())?;
        Ok((found, page))
    });
    let (found, page) = match paged {
        Ok(paged) => paged,
        Err(refusal) => return refusal,
    };
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), "sql#instancesList".into());
    let shown: Vec<Value> = found.items[page.range].iter().map(|&item| item.clone()).collect();
    if !shown.is_empty() {
        fields.insert("items".to_owned(), shown.into());
    }
    if let Some(next) = page.next {
        fields.insert("nextPageToken".to_owned(), next.into());
    }
    if !found.unreachable.is_empty() {
        let warning = |place: &String| {
            let region = last(place);
            let message = format!("The region {region} could not be reached.");
            json!({"code": "REGION_UNREACHABLE", "message": message, "region": region})
        };
        fields.insert("warnings".to_owned(), found.unreachable.iter().map(warning).collect());
    }
    Reply::ok(Value::Object(fields))
}

/// One instance.
pub(super) fn get(context: Context<'_>, project: &str, name: &str) -> Reply {
    item(named(context.everywhere(API, project), name))
}
