//! Lists, page by page, until the last one or a fault.

use std::collections::HashSet;

use reqwest::Url;
use serde_json::Value;

use super::failure::Failure;
use super::transport::Transport;
use crate::model::CoverageStatus;

/// Items asked for a page; the server may give fewer.
const PAGE_SIZE: &str = "500";

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

/// Lists a collection; `key` is the name of the items in the answer.
pub async fn list(transport: &Transport, collection: &Url, key: &str) -> Listing {
    let mut listing = Listing::default();
    let mut seen = HashSet::new();
    let mut token = String::new();
    loop {
        let mut url = collection.clone();
        url.query_pairs_mut().append_pair("pageSize", PAGE_SIZE);
        if !token.is_empty() {
            url.query_pairs_mut().append_pair("pageToken", &token);
        }
        let page = transport.get(&url).await.and_then(|body| read(body, key));
        match page {
            Ok(page) => {
                listing.items.extend(page.items);
                listing.unreachable.extend(page.unreachable);
                token = page.next;
            }
            Err(failure) => {
                listing.failure = Some(failure);
                return listing;
            }
        }
        if token.is_empty() {
            return listing;
        }
        if !seen.insert(token.clone()) {
            let text = format!("page {} leads back to a page that was read before", seen.len() + 1);
            listing.failure = Some(malformed(text));
            return listing;
        }
        let most = transport.limits().pages;
        if seen.len() >= most {
            let text = format!("the list has more than {most} pages");
            listing.failure = Some(Failure::new(CoverageStatus::Unreachable, text));
            return listing;
        }
    }
}

struct Page {
    items: Vec<Value>,
    unreachable: Vec<String>,
    next: String,
}

/// Reads one page. A field that is left out is empty; one of another type makes the whole answer unusable.
fn read(body: Value, key: &str) -> Result<Page, Failure> {
    let Value::Object(mut body) = body else {
        return Err(malformed("the answer is no JSON object"));
    };
    let items = match body.remove(key) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(malformed(format!("`{key}` is no list"))),
    };
    let next = match body.remove("nextPageToken") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(token)) => token,
        Some(_) => return Err(malformed("`nextPageToken` is no text")),
    };
    let unreachable = match body.remove("unreachable") {
        None | Some(Value::Null) => Vec::new(),
        Some(value) => serde_json::from_value(value).map_err(|_| malformed("`unreachable` is no list of texts"))?,
    };
    Ok(Page { items, unreachable, next })
}

fn malformed(detail: impl Into<String>) -> Failure {
    Failure { http_status: Some(200), ..Failure::new(CoverageStatus::Malformed, detail) }
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
            let failure = read(body, "services").map(|_| ()).unwrap_err();
            assert_eq!((failure.status, &*failure.detail), (CoverageStatus::Malformed, problem));
        }
        let empty = read(json!({"nextPageToken": null}), "services").unwrap();
        assert!(empty.items.is_empty() && empty.next.is_empty() && empty.unreachable.is_empty());
    }
}
