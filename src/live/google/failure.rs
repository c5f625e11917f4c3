//! What went wrong with a request, in the words of coverage.

use std::error::Error;
use std::time::Duration;

use serde_json::Value;

use crate::live::redaction;
use crate::model::CoverageStatus;
use crate::model::redact;

/// The longest message of an error that is kept, in characters.
const MAX_DETAIL: usize = 400;

/// A request that gave no usable answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The class that coverage knows.
    pub status: CoverageStatus,
    /// HTTP status, where there was an answer.
    pub http_status: Option<u16>,
    /// What went wrong, secrets redacted.
    pub detail: String,
    /// The error body, secrets redacted, where it was JSON.
    pub error: Option<Value>,
}

impl Failure {
    /// A failure without an answer of a server.
    pub fn new(status: CoverageStatus, detail: impl Into<String>) -> Self {
        Self { status, http_status: None, detail: detail.into(), error: None }
    }

    /// An answer that came, and cannot be understood.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self { http_status: Some(200), ..Self::new(CoverageStatus::Malformed, detail) }
    }

    /// Reads an answer whose HTTP status is no success.
    ///
    /// 403 has three meanings, told apart by the reason in the body: the API is not enabled, the caller is too fast
    /// (older APIs), or a permission is missing. A project that does not exist is answered like the last.
    pub fn from_http(code: u16, body: &[u8]) -> Self {
        let error: Option<Value> = serde_json::from_slice(body).ok();
        let inner = error.as_ref().and_then(|error| error.get("error"));
        let reasons = inner.map(reasons).unwrap_or_default();
        let has = |words: &[&str]| reasons.iter().any(|reason| words.contains(reason));
        let status = match code {
            401 => CoverageStatus::Denied,
            403 if has(&["SERVICE_DISABLED", "accessNotConfigured"]) => CoverageStatus::Disabled,
            403 if has(&RATE_REASONS) => CoverageStatus::RateLimited,
            403 => CoverageStatus::Denied,
            429 => CoverageStatus::RateLimited,
            _ => CoverageStatus::Unreachable,
        };
        let text = |key: &str| inner.and_then(|inner| inner.get(key)).and_then(Value::as_str).unwrap_or_default();
        let mut detail = format!("HTTP {code}");
        if !text("status").is_empty() {
            detail = format!("{detail} {}", redact::line(text("status")));
        }
        if !text("message").is_empty() {
            let message: String = text("message").chars().take(MAX_DETAIL).collect();
            detail = format!("{detail}: {}", redact::line(&message));
        }
        let error = error.map(redaction::redacted);
        Self { status, http_status: Some(code), detail, error }
    }

    /// Reads a fault of the connection.
    pub fn from_transport(error: reqwest::Error, limit: Duration) -> Self {
        let error = error.without_url();
        if error.is_timeout() {
            let seconds = limit.as_secs_f64();
            return Self::new(CoverageStatus::Unreachable, format!("no answer within {seconds:.1} s"));
        }
        // The outermost text only says that something failed; the innermost says what.
        let mut cause: &dyn Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        Self::new(CoverageStatus::Unreachable, format!("the connection failed: {cause}"))
    }
}

/// Reasons that mean "too fast", in new and old error bodies.
const RATE_REASONS: [&str; 3] = ["RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"];

/// The reasons of an error: `details[].reason` (google.rpc.ErrorInfo) and `errors[].reason` (older APIs).
fn reasons(error: &Value) -> Vec<&str> {
    let lists = ["details", "errors"].into_iter().filter_map(|key| error.get(key).and_then(Value::as_array));
    lists.flatten().filter_map(|entry| entry.get("reason").and_then(Value::as_str)).collect()
}

/// The pause that an error body asks for (google.rpc.RetryInfo), such as `"3s"` or `"0.5s"`.
pub fn retry_delay(error: &Value) -> Option<Duration> {
    let details = error.get("error")?.get("details")?.as_array()?;
    let text = details.iter().find_map(|entry| entry.get("retryDelay").and_then(Value::as_str))?;
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_classified_by_status_first_and_reason_second() {
        let disabled = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "not used before",
            "details": [{"@type": "x"}, {"reason": "SERVICE_DISABLED"}]}});
        let old_rate = json!({"error": {"code": 403, "errors": [{"reason": "rateLimitExceeded"}]}});
        let denied = json!({"error": {"status": "PERMISSION_DENIED", "message": "Permission denied"}});
        let odd = json!({"error": {"details": "x", "errors": {"a": 1}, "message": 7}});
        for (code, body, status, detail) in [
            (403, &disabled, CoverageStatus::Disabled, "HTTP 403 PERMISSION_DENIED: not used before"),
            (403, &old_rate, CoverageStatus::RateLimited, "HTTP 403"),
            (403, &denied, CoverageStatus::Denied, "HTTP 403 PERMISSION_DENIED: Permission denied"),
            (401, &denied, CoverageStatus::Denied, "HTTP 401 PERMISSION_DENIED: Permission denied"),
            (429, &odd, CoverageStatus::RateLimited, "HTTP 429"),
            (404, &odd, CoverageStatus::Unreachable, "HTTP 404"),
            (500, &json!([1]), CoverageStatus::Unreachable, "HTTP 500"),
        ] {
            let failure = Failure::from_http(code, body.to_string().as_bytes());
            assert_eq!((failure.status, &*failure.detail), (status, detail));
            assert_eq!(failure.http_status, Some(code));
        }
        let page = Failure::from_http(502, b"<html>bad gateway</html>");
        assert_eq!((page.status, page.error), (CoverageStatus::Unreachable, None));
    }

    #[test]
    fn a_message_is_kept_short_and_without_secrets() {
        let body = json!({"error": {"message": format!("token ya29.abc is bad {}", "é".repeat(1_000))}});
        let failure = Failure::from_http(401, body.to_string().as_bytes());
        assert!(!failure.detail.contains("ya29.abc"), "{}", failure.detail);
        assert!(!failure.error.unwrap().to_string().contains("ya29.abc"));
        assert!(failure.detail.chars().count() < 450);
    }

    #[test]
    fn the_pause_asked_for_is_read_where_it_is_sensible() {
        let body = |text: &str| json!({"error": {"details": [{"reason": "x"}, {"retryDelay": text}]}});
        assert_eq!(retry_delay(&body("3s")), Some(Duration::from_secs(3)));
        assert_eq!(retry_delay(&body("0.5s")), Some(Duration::from_millis(500)));
        for text in ["-1s", "1e999s", "NaNs", "3", ""] {
            assert_eq!(retry_delay(&body(text)), None, "{text}");
        }
    }
}
