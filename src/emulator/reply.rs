//! Answers in Google's shapes: pages, single resources and `google.rpc` errors.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::state::{Answer, Status};

/// A page of a list: which items, and how they are named.
pub(super) struct Page<'a> {
    /// The key of the items, such as `services`.
    pub key: &'static str,
    /// The path of the request; page tokens are bound to it.
    pub path: &'a str,
    /// Most items a page, already capped.
    pub size: usize,
    /// The token of the request; empty for the first page.
    pub token: &'a str,
    /// Answers every page with the token of the first, as a server with a fault would.
    pub repeat_token: bool,
}

/// One JSON body.
pub(super) fn body(status: StatusCode, value: &Value) -> Response<Body> {
    text(status, value.to_string())
}

fn text(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// A `google.rpc` error over REST.
pub(super) fn error(code: StatusCode, status: &str, message: &str) -> Response<Body> {
    body(code, &json!({"error": {"code": code.as_u16(), "message": message, "status": status}}))
}

/// Most pages of a list. Clients give up on lists that seem to have no end.
const MOST_PAGES: usize = 100;

/// A page of items. Empty fields are left out, as Google leaves them out.
pub(super) fn page(items: &[&Value], unreachable: &[String], page: &Page<'_>) -> Response<Body> {
    let size = page.size.max(items.len().div_ceil(MOST_PAGES));
    let start = match page.token {
        "" => Some(0),
        token => (0..items.len()).find(|&offset| page_token(page.path, offset) == token),
    };
    let Some(start) = start else {
        return error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", "The page token is invalid.");
    };
    let shown: Vec<Value> = items.iter().skip(start).take(size).map(|&item| item.clone()).collect();
    let next = start + shown.len();
    let mut fields = Map::new();
    if !shown.is_empty() {
        fields.insert(page.key.to_owned(), Value::Array(shown));
    }
    if page.repeat_token {
        fields.insert("nextPageToken".to_owned(), page_token(page.path, 0).into());
    } else if next < items.len() {
        fields.insert("nextPageToken".to_owned(), page_token(page.path, next).into());
    }
    if !unreachable.is_empty() {
        fields.insert("unreachable".to_owned(), unreachable.into());
    }
    body(StatusCode::OK, &Value::Object(fields))
}

/// An opaque token that means an offset in one list only.
fn page_token(path: &str, offset: usize) -> String {
    let mut hasher = DefaultHasher::new();
    (path, offset).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The failure that an answer was recorded with, or `None` where it lists its items.
pub(super) fn failure(answer: &Answer) -> Option<Response<Body>> {
    let Answer { project, detail, .. } = answer;
    let service = match answer.api.split('.').next() {
        Some("vpcaccess") => "vpcaccess.googleapis.com",
        Some("storage") => "storage.googleapis.com",
        _ => "run.googleapis.com",
    };
    let message = |default: String| if detail.is_empty() { default } else { detail.clone() };
    let recorded =
        answer.http_status.and_then(|code| StatusCode::from_u16(code).ok()).filter(|code| !code.is_success());
    let own = |code: StatusCode| answer.error.as_ref().map(|own| body(code, own));
    let mut response = match answer.status {
        Status::Answered => return None,
        // The list itself came through, and names locations that it could not reach.
        Status::Unreachable if !answer.unreachable.is_empty() => return None,
        Status::Denied => {
            let code = recorded.unwrap_or(StatusCode::FORBIDDEN);
            let word = if code == StatusCode::UNAUTHORIZED { "UNAUTHENTICATED" } else { "PERMISSION_DENIED" };
            let verb = if answer.api == "storage.objects" { "get" } else { "list" };
            let permission = format!("{}.{verb}", answer.api);
            let message = message(format!(
                "Permission '{permission}' denied on resource 'projects/{project}' (or resource may not exist)."
            ));
            let made = || {
                json!({"error": {"code": code.as_u16(), "message": message, "status": word, "details": [{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "IAM_PERMISSION_DENIED",
                    "domain": "iam.googleapis.com",
                    "metadata": {"permission": permission, "resource": format!("projects/{project}")},
                }]}})
            };
            own(code).unwrap_or_else(|| body(code, &made()))
        }
        Status::Disabled => {
            let code = recorded.unwrap_or(StatusCode::FORBIDDEN);
            let message = message(format!(
                "{service} has not been used in project {project} before or it is disabled. Enable it, then retry."
            ));
            let made = || {
                json!({"error": {"code": code.as_u16(), "message": message, "status": "PERMISSION_DENIED", "details": [{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "SERVICE_DISABLED",
                    "domain": "googleapis.com",
                    "metadata": {"service": service, "consumer": format!("projects/{project}")},
                }]}})
            };
            own(code).unwrap_or_else(|| body(code, &made()))
        }
        Status::Unreachable => {
            let code = recorded.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            let message = message("The service is currently unavailable.".to_owned());
            own(code).unwrap_or_else(|| error(code, "UNAVAILABLE", &message))
        }
        Status::RateLimited => {
            let message = message(format!("Quota exceeded for quota metric 'Read requests' of service '{service}'."));
            let code = StatusCode::TOO_MANY_REQUESTS;
            own(code).unwrap_or_else(|| error(code, "RESOURCE_EXHAUSTED", &message))
        }
        Status::Malformed => broken_json(),
        Status::NotAsked => not_found("the state holds no answer of this collection"),
    };
    // What was recorded stays as it is: to wait before asking again, as a recorded body may advise, is of no use.
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("0"));
    Some(response)
}

/// A body that stops in the middle.
pub(super) fn broken_json() -> Response<Body> {
    text(StatusCode::OK, "{\"services\": [{\"name\": \"projects/".to_owned())
}

/// 404 in Google's shape.
pub(super) fn not_found(message: &str) -> Response<Body> {
    error(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}
