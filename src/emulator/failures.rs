//! The failures that answers of a state file were recorded with, as Google's error bodies.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::catalog;
use super::reply::Reply;
use super::state::{Answer, Status};

/// The failure of an answer, or `None` where it lists its items.
pub(super) fn of(answer: &Answer) -> Option<Reply> {
    let recorded =
        answer.http_status.and_then(|code| StatusCode::from_u16(code).ok()).filter(|code| !code.is_success());
    let (usual, made) = match answer.status {
        Status::Answered => return None,
        // The list itself came through, and names locations that it could not reach.
        Status::Unreachable if !answer.unreachable.is_empty() => return None,
        Status::Malformed => return Some(broken_json()),
        Status::NotAsked => return Some(Reply::not_found("the state holds no answer of this collection")),
        Status::Denied => {
            let (service, permission) = names(&answer.api);
            let code = recorded.unwrap_or(StatusCode::FORBIDDEN);
            (code, denied(code, service, permission, &answer.project))
        }
        Status::Disabled => (StatusCode::FORBIDDEN, disabled(names(&answer.api).0, &answer.project)),
        Status::Unreachable => {
            let message = "The service is currently unavailable.";
            (StatusCode::SERVICE_UNAVAILABLE, Reply::error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message))
        }
        Status::RateLimited => {
            let quota = Quota { service: names(&answer.api).0.to_owned(), ..Quota::default() };
            (StatusCode::TOO_MANY_REQUESTS, too_many(&quota))
        }
    };
    let code = if answer.status == Status::RateLimited { usual } else { recorded.unwrap_or(usual) };
    let content = match &answer.error {
        Some(own) => Reply::json(code, own.clone()).content,
        None => coded(made, code, &answer.detail).content,
    };
    // What was recorded stays as it is: to wait before asking again, as a recorded body may advise, is of no use.
    Some(Reply { code, content, retry_after: Some(0) })
}

/// The API of a collection, and the permission that reading needs.
fn names(api: &str) -> (&'static str, &'static str) {
    catalog::collection(api).map_or(("googleapis.com", ""), |known| (known.service, known.permission))
}

/// An error that was made up, with the code and message that the state names.
fn coded(mut made: Reply, code: StatusCode, detail: &str) -> Reply {
    if let super::reply::Content::Json(body) = &mut made.content
        && let Some(error) = body.get_mut("error").and_then(Value::as_object_mut)
    {
        error.insert("code".to_owned(), code.as_u16().into());
        if !detail.is_empty() {
            error.insert("message".to_owned(), detail.into());
        }
    }
    made
}

/// An error in the shape that all APIs share, and for Compute Engine and Cloud SQL the older form beside it.
fn error(code: StatusCode, status: &str, message: &str, service: &str, old_reason: &str, details: Value) -> Reply {
    let mut inner = json!({"code": code.as_u16(), "message": message, "status": status, "details": details});
    if service.starts_with("compute.") || service.starts_with("sqladmin.") {
        inner["errors"] = json!([{"message": message, "domain": "global", "reason": old_reason}]);
    }
    Reply::json(code, json!({"error": inner}))
}

fn info(reason: &str, domain: &str, metadata: Value) -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": domain, "metadata": metadata,
    })
}

/// A missing permission (403), or no credentials (401).
pub(super) fn denied(code: StatusCode, service: &str, permission: &str, project: &str) -> Reply {
    if code == StatusCode::UNAUTHORIZED {
        return unauthenticated(service);
    }
    let message =
        format!("Permission '{permission}' denied on resource 'projects/{project}' (or resource may not exist).");
    let metadata = json!({"permission": permission, "resource": format!("projects/{project}")});
    let details = json!([info("IAM_PERMISSION_DENIED", "iam.googleapis.com", metadata)]);
    error(code, "PERMISSION_DENIED", &message, service, "forbidden", details)
}

/// No usable credentials: 401.
pub(super) fn unauthenticated(service: &str) -> Reply {
    let message = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or \
                   other valid authentication credential.";
    let details = json!([info("ACCESS_TOKEN_EXPIRED", "googleapis.com", json!({"service": service}))]);
    error(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message, service, "authError", details)
}

/// An API that is not enabled: 403.
pub(super) fn disabled(service: &str, project: &str) -> Reply {
    let url = format!("https://console.developers.google.com/apis/api/{service}/overview?project={project}");
    let message = format!(
        "{service} has not been used in project {project} before or it is disabled. Enable it by visiting {url} then \
         retry."
    );
    let metadata = json!({
        "service": service, "consumer": format!("projects/{project}"), "serviceTitle": service, "activationUrl": url,
        "containerInfo": project,
    });
    let details = json!([
        info("SERVICE_DISABLED", "googleapis.com", metadata),
        {"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US", "message": message},
        {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"description": "API activation", "url": url}]},
    ]);
    error(StatusCode::FORBIDDEN, "PERMISSION_DENIED", &message, service, "accessNotConfigured", details)
}

/// The quota that a request is over.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    pub service: String,
    pub metric: String,
    pub limit: String,
    pub limit_value: String,
    pub location: String,
    pub consumer: String,
    /// Seconds to wait, where the answer says so.
    pub retry_after: Option<u32>,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            service: "run.googleapis.com".to_owned(),
            metric: "Read requests".to_owned(),
            limit: "ReadRequestsPerMinutePerProjectPerRegion".to_owned(),
            limit_value: "3000".to_owned(),
            location: "global".to_owned(),
            consumer: "projects/0".to_owned(),
            retry_after: None,
        }
    }
}

impl Quota {
    fn message(&self) -> String {
        let Self { metric, limit, service, consumer, .. } = self;
        format!(
            "Quota exceeded for quota metric '{metric}' and limit '{limit}' of service '{service}' for consumer \
                 '{consumer}'."
        )
    }

    fn info(&self) -> Value {
        let metadata = json!({
            "service": self.service, "quota_metric": self.metric, "quota_limit": self.limit,
            "quota_limit_value": self.limit_value, "quota_location": self.location, "consumer": self.consumer,
        });
        info("RATE_LIMIT_EXCEEDED", "googleapis.com", metadata)
    }
}

/// Too many requests: 429.
pub(super) fn too_many(quota: &Quota) -> Reply {
    let mut details = vec![quota.info()];
    if let Some(seconds) = quota.retry_after {
        let delay = format!("{seconds}s");
        details.push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}));
    }
    let code = StatusCode::TOO_MANY_REQUESTS;
    let message = quota.message();
    let reply = error(code, "RESOURCE_EXHAUSTED", &message, &quota.service, "rateLimitExceeded", details.into());
    Reply { retry_after: quota.retry_after, ..reply }
}

/// Too many requests as Compute Engine says it: 403 with an old reason.
pub(super) fn too_many_old(quota: &Quota) -> Reply {
    let message = quota.message();
    let old = json!([{"message": message, "domain": "usageLimits", "reason": "rateLimitExceeded"}]);
    Reply::json(
        StatusCode::FORBIDDEN,
        json!({"error": {"code": 403, "message": message, "errors": old, "status": "PERMISSION_DENIED"}}),
    )
}

/// A body that stops in the middle.
pub(super) fn broken_json() -> Reply {
    Reply::text("{\"services\": [{\"name\": \"projects/")
}
