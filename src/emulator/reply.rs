//! Answers in Google's shapes: pages, single resources and `google.rpc` errors.

use std::ops::Range;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::request::Request;

/// Most pages of a list. Clients give up on lists that seem to have no end.
const MOST_PAGES: usize = 100;

/// An answer before it is sent.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub code: StatusCode,
    pub content: Content,
    /// Value of `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
}

/// What is sent.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Json(Value),
    /// A text that may be no JSON, with its content type.
    Text(String, &'static str),
}

/// The content type of JSON bodies.
pub(super) const JSON: &str = "application/json; charset=UTF-8";
const HTML: &str = "text/html; charset=UTF-8";

/// A list to show in pages.
#[derive(Debug)]
pub(super) struct Listed<'a> {
    /// The key of the items, such as `services`.
    pub key: &'static str,
    pub items: Vec<&'a Value>,
    /// Locations that the answer names as not reached.
    pub unreachable: &'a [String],
}

impl<'a> Listed<'a> {
    /// A list that reached all locations.
    pub fn of(key: &'static str, items: Vec<&'a Value>) -> Self {
        Self { key, items, unreachable: &[] }
    }
}

/// One page of a list: which items, and the token of the next.
#[derive(Debug)]
pub(super) struct Page {
    pub range: Range<usize>,
    pub next: Option<String>,
}

impl Page {
    /// The page that a request wants of a list of this length.
    ///
    /// # Errors
    /// 400 where size or token are none of this list.
    pub fn of(request: &Request, cap: usize, length: usize) -> Result<Self, Reply> {
        let (size, token) = request.page(cap)?;
        let size = size.max(length.div_ceil(MOST_PAGES));
        let start = match token {
            "" => Some(0),
            token => request.offset(token).filter(|offset| *offset < length.max(1)),
        };
        let start = start.ok_or_else(|| Reply::invalid("The page token is invalid."))?;
        let end = (start + size).min(length);
        Ok(Self { range: start..end, next: (end < length).then(|| request.token(end)) })
    }
}

impl Reply {
    /// A JSON body.
    pub fn json(code: StatusCode, value: Value) -> Self {
        Self { code, content: Content::Json(value), retry_after: None }
    }

    /// 200 with a JSON body.
    pub fn ok(value: Value) -> Self {
        Self::json(StatusCode::OK, value)
    }

    /// A page in HTML, as a proxy in front of an API sends it.
    pub fn html(code: StatusCode, text: &str) -> Self {
        Self { code, content: Content::Text(text.to_owned(), HTML), retry_after: None }
    }

    /// A body that claims to be JSON.
    pub fn text(text: impl Into<String>) -> Self {
        Self { code: StatusCode::OK, content: Content::Text(text.into(), JSON), retry_after: None }
    }

    /// A `google.rpc` error over REST.
    pub fn error(code: StatusCode, status: &str, message: &str) -> Self {
        Self::json(code, json!({"error": {"code": code.as_u16(), "message": message, "status": status}}))
    }

    /// 400 in Google's shape.
    pub fn invalid(message: &str) -> Self {
        Self::error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", message)
    }

    /// 404 in Google's shape.
    pub fn not_found(message: &str) -> Self {
        Self::error(StatusCode::NOT_FOUND, "NOT_FOUND", message)
    }

    /// A page of a list in the shape of most APIs. Empty fields are left out, as Google leaves them out.
    pub fn list(request: &Request, cap: usize, list: &Listed<'_>) -> Self {
        let page = match Page::of(request, cap, list.items.len()) {
            Ok(page) => page,
            Err(refusal) => return refusal,
        };
        let mut fields = Map::new();
        let shown: Vec<Value> = list.items[page.range].iter().map(|&item| item.clone()).collect();
        if !shown.is_empty() {
            fields.insert(list.key.to_owned(), Value::Array(shown));
        }
        if let Some(next) = page.next {
            fields.insert("nextPageToken".to_owned(), next.into());
        }
        if !list.unreachable.is_empty() {
            fields.insert("unreachable".to_owned(), list.unreachable.into());
        }
        Self::json(StatusCode::OK, Value::Object(fields))
    }

    /// The bytes of the body, and its content type.
    pub fn bytes(&self) -> (String, &'static str) {
        match &self.content {
            Content::Json(value) => (value.to_string(), JSON),
            Content::Text(text, content_type) => (text.clone(), content_type),
        }
    }

    /// The answer as it is sent when nothing disturbs it.
    pub fn into_response(self) -> Response<Body> {
        let (text, content_type) = self.bytes();
        let mut response = Response::new(Body::from(text));
        self.head(&mut response, content_type);
        response
    }

    /// Sets status and headers.
    pub fn head(&self, response: &mut Response<Body>, content_type: &'static str) {
        *response.status_mut() = self.code;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
    }
}
