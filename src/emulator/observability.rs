//! Cloud Logging and Cloud Monitoring: entries and time series.

use std::cmp::Reverse;

use serde_json::Value;

use super::collections::{Context, Found, text};
use super::reply::Reply;

/// The largest page of log entries.
const LARGEST_PAGE: usize = 1_000;

/// `entries:list`: the entries of the named projects in the order that is asked for. The filter is not evaluated.
pub(super) fn entries(context: Context<'_>) -> Reply {
    let body = &context.request.body;
    let names = body.get("resourceNames").and_then(Value::as_array).into_iter().flatten();
    let projects: Vec<&str> = names.filter_map(|name| name.as_str()?.strip_prefix("projects/")).collect();
    if projects.is_empty() {
        return Reply::invalid("At least one resource name of the form projects/PROJECT is wanted.");
    }
    let mut items = Vec::new();
    for project in projects {
        match context.everywhere("logging.entries", project) {
            Ok(found) => items.extend(found.items),
            Err(refusal) => return refusal,
        }
    }
    if text(body, "orderBy") == "timestamp desc" {
        items.sort_by_key(|entry| Reverse(text(entry, "timestamp")));
    } else {
        items.sort_by_key(|entry| text(entry, "timestamp"));
    }
    context.at_most(LARGEST_PAGE).page("entries", Ok(Found { items, unreachable: Vec::new() }))
}

/// `timeSeries`: those of the metric that the filter names; the rest of the filter and the interval are not evaluated.
pub(super) fn time_series(context: Context<'_>, project: &str) -> Reply {
    let metric = metric(context.request.parameter("filter"));
    let context = Context { unreachable: &[], ..context };
    let found = context.everywhere("monitoring.timeSeries", project).map(|mut found| {
        let own = |item: &Value| item.pointer("/metric/type").and_then(Value::as_str) == metric;
        found.items.retain(|item| metric.is_none() || own(item));
        found
    });
    context.page("timeSeries", found)
}

/// The metric's type in a filter such as `metric.type = "a/b" AND …`.
fn metric(filter: &str) -> Option<&str> {
    let value = filter.split("metric.type").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    value.strip_prefix('"')?.split('"').next()
}
