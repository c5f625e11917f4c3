//! Lists, page by page, until the last one or a fault.

use std::collections::HashSet;

use reqwest::Url;
use serde_json::Value;

use super::failure::Failure;
use super::transport::Transport;
use crate::live::redaction;
use crate::model::CoverageStatus;

/// All pages of a list. With a failure, the items are those of the pages before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The raw items, in the order answered.
    pub items: Vec<Value>,
    /// Locations that some page names as unreachable.
    pub unreachable: Vec<String>,
    /// Why the list is not complete.
    pub failure: Option<Failure>,
}

impl Listing {
    /// A collection that nobody asked for, and why.
    pub fn not_asked(why: &str) -> Self {
        Self::one(Err(Failure::new(CoverageStatus::NotAsked, why)))
    }

    /// Both, and the first failure.
    pub fn and(mut self, other: Self) -> Self {
        self.items.extend(other.items);
        self.unreachable.extend(other.unreachable);
        self.failure = self.failure.or(other.failure);
        self
    }

    /// Adds one page; returns the token of the next one, empty after the last.
    pub(super) fn add(&mut self, page: Value, key: &str) -> Result<String, Failure> {
        let page = plain(page, key)?;
        self.items.extend(page.items);
        self.unreachable.extend(page.unreachable);
        Ok(page.next)
    }

    /// A collection that is one resource.
    pub fn one(answer: Result<Value, Failure>) -> Self {
        match answer {
            Ok(item) => Self { items: vec![item], ..Self::default() },
            Err(failure) => Self { failure: Some(failure), ..Self::default() },
        }
    }
}

/// How an API lists: what a page is asked with, and how it is read.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The name of the parameter for the number of items a page, and the number; the server may give fewer.
    size: (&'static str, &'static str),
    /// Whether what could be reached is to be given where something could not.
    partial: bool,
    read: fn(Value, &str) -> Result<Page, Failure>,
}

/// The form of most APIs: `pageSize`, and `unreachable` for what is missing.
pub const PLAIN: Form = Form { size: ("pageSize", "500"), partial: false, read: plain };

/// The Compute API's form for one list.
pub const COMPUTE: Form = Form { size: ("maxResults", "500"), partial: true, read: plain };

/// The Compute API's form for the lists of all regions and zones at once.
pub const AGGREGATED: Form = Form { size: ("maxResults", "500"), partial: true, read: aggregated };

/// The Cloud SQL Admin API's form, with `warnings` for what is missing.
pub const SQL: Form = Form { size: ("maxResults", "1000"), partial: false, read: warned };

/// Lists a collection; `key` is the name of the items in the answer.
pub async fn list(transport: &Transport, collection: &Url, key: &str, form: Form) -> Listing {
    list_until(transport, collection, key, form, |_| false).await
}

/// Lists a collection until `enough` says so of the items that came so far, which is asked after each page.
pub async fn list_until(
    transport: &Transport,
    collection: &Url,
    key: &str,
    form: Form,
    mut enough: impl FnMut(&[Value]) -> bool,
) -> Listing {
    let mut listing = Listing::default();
    let mut seen = HashSet::new();
    let mut token = String::new();
    loop {
        let mut url = collection.clone();
        url.query_pairs_mut().append_pair(form.size.0, form.size.1);
        if form.partial {
            url.query_pairs_mut().append_pair("returnPartialSuccess", "true");
        }
        if !token.is_empty() {
            url.query_pairs_mut().append_pair("pageToken", &token);
        }
        let page = transport.get(&url).await.and_then(|body| (form.read)(body, key));
        match page {
            Ok(page) => {
                listing.items.extend(page.items);
                listing.unreachable.extend(page.unreachable);
                token = page.next;
            }
            Err(failure) => {
                listing.failure = Some(failure);
                break;
            }
        }
        if token.is_empty() || enough(&listing.items) {
            break;
        }
        if !seen.insert(token.clone()) {
            let text = format!("page {} leads back to a page that was read before", seen.len() + 1);
            listing.failure = Some(Failure::malformed(text));
            break;
        }
        let most = transport.limits().pages;
        if seen.len() >= most {
            let text = format!("the list has more than {most} pages");
            listing.failure = Some(Failure::new(CoverageStatus::Unreachable, text));
            break;
        }
    }
    listing.unreachable.iter_mut().for_each(|place| *place = redaction::message(place));
    listing.unreachable.sort();
    listing.unreachable.dedup();
    listing
}

struct Page {
    items: Vec<Value>,
    unreachable: Vec<String>,
    next: String,
}

/// A field that is left out is empty; one of another type makes the whole answer unusable.
struct Body(serde_json::Map<String, Value>);

impl Body {
    fn of(body: Value) -> Result<Self, Failure> {
        match body {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(Failure::malformed("the answer is no JSON object")),
        }
    }

    fn items(&mut self, key: &str) -> Result<Vec<Value>, Failure> {
        match self.0.remove(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(Failure::malformed(format!("`{key}` is no list"))),
        }
    }

    fn next(&mut self) -> Result<String, Failure> {
        match self.0.remove("nextPageToken") {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(token)) => Ok(token),
            Some(_) => Err(Failure::malformed("`nextPageToken` is no text")),
        }
    }

    fn texts(&mut self, key: &str) -> Result<Vec<String>, Failure> {
        let texts: Option<Vec<String>> =
            self.items(key)?.into_iter().map(|item| item.as_str().map(str::to_owned)).collect();
        texts.ok_or_else(|| Failure::malformed(format!("`{key}` is no list of texts")))
    }
}

/// `unreachable` is the usual name of what is missing, `unreachables` the Compute API's.
fn plain(body: Value, key: &str) -> Result<Page, Failure> {
    let mut body = Body::of(body)?;
    let mut unreachable = body.texts("unreachable")?;
    unreachable.extend(body.texts("unreachables")?.iter().map(|scope| location(scope)));
    if let Some(warning) = body.0.get("warning").filter(|warning| is_loss(warning)) {
        unreachable.push(words(warning));
    }
    Ok(Page { items: body.items(key)?, unreachable, next: body.next()? })
}

/// The items of all scopes. A scope without items says so with a warning, which is no fault.
fn aggregated(body: Value, key: &str) -> Result<Page, Failure> {
    let mut body = Body::of(body)?;
    let scopes = match body.0.remove("items") {
        None | Some(Value::Null) => serde_json::Map::new(),
        Some(Value::Object(scopes)) => scopes,
        Some(_) => return Err(Failure::malformed("`items` is no object")),
    };
    let Page { mut unreachable, next, .. } = plain(Value::Object(body.0), key)?;
    let mut items = Vec::new();
    for (name, scope) in scopes {
        // What belongs to no region has a list of its own.
        if name == "global" {
            continue;
        }
        let mut scope = Body::of(scope).map_err(|_| Failure::malformed(format!("`items.{name}` is no object")))?;
        items.extend(scope.items(key)?);
        if scope.0.get("warning").is_some_and(is_loss) {
            unreachable.push(location(&name));
        }
    }
    Ok(Page { items, unreachable, next })
}

/// A warning without a region stands for an instance list that is not complete somewhere.
fn warned(body: Value, key: &str) -> Result<Page, Failure> {
    let mut body = Body::of(body)?;
    let place = |warning: &Value| match warning.get("region").and_then(Value::as_str) {
        Some(region) if !region.is_empty() => region.to_owned(),
        _ => words(warning),
    };
    let warnings = body.items("warnings")?.iter().map(place).collect::<Vec<_>>();
    let mut page = plain(Value::Object(body.0), key)?;
    page.unreachable.extend(warnings);
    Ok(page)
}

/// True for a warning that something is missing in the answer.
fn is_loss(warning: &Value) -> bool {
    let code = warning.get("code").and_then(Value::as_str);
    !matches!(code, Some("NO_RESULTS_ON_PAGE" | "DEPRECATED_RESOURCE_USED" | "EXPERIMENTAL_TYPE_USED"))
}

fn words(warning: &Value) -> String {
    let text = |key: &str| warning.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let text = text("message").or_else(|| text("code")).unwrap_or("a warning without words");
    redaction::message(text)
}

/// The location in a scope such as `regions/europe-west1` or `projects/p/zones/europe-west1-b`.
fn location(scope: &str) -> String {
    scope.rsplit('/').next().unwrap_or(scope).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_of_wrong_types_is_malformed_not_empty() {
        for (body, problem) in [
            (json!([]), "the answer is no JSON object"),
            (json!({"services": {}}), "`services` is no list"),
            (json!({"services": [], "nextPageToken": 7}), "`nextPageToken` is no text"),
            (json!({"unreachable": [1]}), "`unreachable` is no list of texts"),
        ] {
            let failure = plain(body, "services").map(|_| ()).unwrap_err();
            assert_eq!((failure.status, &*failure.detail), (CoverageStatus::Malformed, problem));
        }
        let empty = plain(json!({"nextPageToken": null}), "services").unwrap();
        assert!(empty.items.is_empty() && empty.next.is_empty() && empty.unreachable.is_empty());
    }
    #[test]
    fn scopes_without_items_are_empty_and_scopes_that_were_not_reached_are_named() {
        let body = json!({
            "items": {
                "global": {"subnetworks": [{"name": "of no region"}]},
                "regions/europe-west1": {"subnetworks": [{"name": "a"}]},
                "regions/us-east1": {"warning": {"code": "NO_RESULTS_ON_PAGE", "message": "nothing"}},
                "regions/us-west1": {"warning": {"code": "UNREACHABLE", "message": "not reached"}},
            },
            "unreachables": ["projects/p/regions/asia-east1"],
            "nextPageToken": "t",
        });
        let page = aggregated(body, "subnetworks").unwrap();
        assert_eq!(page.items, [json!({"name": "a"})]);
        assert_eq!(page.unreachable, ["asia-east1", "us-west1"]);
        assert_eq!(page.next, "t");
        for (body, problem) in [
            (json!({"items": []}), "`items` is no object"),
            (json!({"items": {"regions/r": 1}}), "`items.regions/r` is no object"),
            (json!({"items": {"regions/r": {"subnetworks": 1}}}), "`subnetworks` is no list"),
        ] {
            assert_eq!(aggregated(body, "subnetworks").map(|_| ()).unwrap_err().detail, problem);
        }
    }

    #[test]
    fn a_warning_makes_a_list_incomplete() {
        let page = warned(json!({"items": [1], "warnings": [{"code": "REGION_UNREACHABLE", "region": "r"}]}), "items");
        assert_eq!(page.unwrap().unreachable, ["r"]);
        let page = plain(json!({"items": [], "warning": {"code": "PARTIAL_SUCCESS", "message": "some"}}), "items");
        assert_eq!(page.unwrap().unreachable, ["some"]);
        let page = plain(json!({"warning": {"code": "NO_RESULTS_ON_PAGE"}}), "items");
        assert!(page.unwrap().unreachable.is_empty());
    }
}
