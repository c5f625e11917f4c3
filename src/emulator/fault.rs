//! Faults: what may go wrong, and which request meets which.

use std::time::Duration;

use axum::http::StatusCode;
use regex::Regex;
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalog;
use super::delivery::Delivery;
use super::failures::{self, Quota};
use super::reply::{Content, Reply};
use super::request::Request;
use super::state::State;

/// A fault that some requests meet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// A regular expression that is looked for in the path, and in the path with its query.
    pub path: String,
    /// How many requests of this path pass before.
    #[serde(default)]
    pub after: u32,
    /// How many requests meet it then; `None` for all of them.
    #[serde(default)]
    pub times: Option<u32>,
    /// What they meet.
    pub kind: FaultKind,
}

/// What a request meets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum FaultKind {
    /// The answer comes later.
    Latency {
        /// Milliseconds.
        ms: u64,
        /// Up to so many milliseconds more, evenly spread.
        #[serde(default)]
        jitter_ms: u64,
        /// The same seed gives the same times.
        #[serde(default)]
        seed: u64,
    },
    /// Any HTTP status with Google's error body.
    Status {
        /// HTTP status.
        code: u16,
        /// Google's status word, such as `UNAVAILABLE`.
        status: String,
        /// Value of `Retry-After`, in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
    },
    /// Any body with status 200.
    Body(String),
    /// 401.
    Unauthenticated,
    /// 403 that names the missing permission.
    PermissionDenied,
    /// 403 of an API that is not enabled.
    ApiDisabled,
    /// 403 with the reason `rateLimitExceeded`, as Compute Engine says "too fast".
    RateLimitExceeded,
    /// 404.
    NotFound,
    /// 429 that names the quota.
    TooManyRequests {
        /// Value of `Retry-After` and of `RetryInfo`, in seconds.
        #[serde(default)]
        retry_after: Option<u32>,
        /// Name of the limit.
        #[serde(default)]
        quota_limit: Option<String>,
        /// Requests a minute.
        #[serde(default)]
        quota_limit_value: Option<u32>,
        /// Region of the limit.
        #[serde(default)]
        quota_location: Option<String>,
    },
    /// 500.
    InternalError,
    /// 502 with a page in HTML, as a proxy in front of the API answers.
    BadGateway,
    /// 503.
    Unavailable,
    /// The connection is reset before anything was answered.
    Reset,
    /// The connection ends in the middle of the body, of which the head announced more.
    Truncated,
    /// 200 with a body that is no JSON.
    Malformed,
    /// Each list and map of the answer is a number.
    WrongType,
    /// Every page is the first, and names a next one that was never named before.
    EndlessPages,
    /// Every page is the first, and names itself as the next.
    RepeatPageToken,
    /// Every page is the first, and the tokens of the next pages go round.
    CyclicPages,
    /// Locations are named as not reached, and their items are missing.
    Unreachable {
        /// The regions.
        locations: Vec<String>,
    },
    /// The body comes in pieces.
    Drip {
        /// Bytes a piece.
        bytes: usize,
        /// Milliseconds between two pieces.
        every_ms: u64,
    },
    /// The state changes before the answer, for good.
    Change {
        /// The item's `name`, or the end of its `selfLink`.
        name: String,
        /// A JSON merge patch; null removes the item.
        patch: Value,
    },
}

impl FaultKind {
    /// Reads the header of a request: a word, or JSON.
    pub(super) fn from_header(text: &str) -> Option<Self> {
        serde_json::from_str(text).or_else(|_| serde_json::from_value(text.into())).ok()
    }

    /// True where the state is not asked any more.
    fn replaces(&self) -> bool {
        !matches!(
            self,
            Self::Latency { .. }
                | Self::Truncated
                | Self::WrongType
                | Self::EndlessPages
                | Self::RepeatPageToken
                | Self::CyclicPages
                | Self::Unreachable { .. }
                | Self::Drip { .. }
                | Self::Change { .. }
        )
    }
}

/// The faults of a server, each with the number of requests that came by.
#[derive(Debug)]
pub(super) struct Faults(Vec<Counted>);

#[derive(Debug)]
struct Counted {
    pattern: Regex,
    fault: Fault,
    seen: u32,
}

impl Faults {
    /// Reads the patterns.
    ///
    /// # Errors
    /// A lower-case fragment that says which pattern is none, or which change has nothing to change.
    pub fn new(faults: Vec<Fault>, state: &State) -> Result<Self, String> {
        for fault in &faults {
            if let FaultKind::Change { name, .. } = &fault.kind
                && !state.holds(name)
            {
                return Err(format!("a fault changes `{name}`, which the state does not hold"));
            }
        }
        let counted = |fault: Fault| match Regex::new(&fault.path) {
            Ok(pattern) => Ok(Counted { pattern, fault, seen: 0 }),
            Err(error) => Err(format!("the path `{}` of a fault is no regular expression: {error}", fault.path)),
        };
        faults.into_iter().map(counted).collect::<Result<_, _>>().map(Self)
    }

    /// Counts a request, and tells what it meets, in order. A fault that answers in place of the state hides those
    /// behind it, which do not count the request either.
    pub fn met(&mut self, path: &str, target: &str) -> Vec<Met> {
        let mut met = Vec::new();
        for counted in &mut self.0 {
            if !counted.pattern.is_match(path) && !counted.pattern.is_match(target) {
                continue;
            }
            counted.seen = counted.seen.saturating_add(1);
            let Some(nth) = counted.seen.checked_sub(counted.fault.after).filter(|nth| *nth > 0) else { continue };
            if counted.fault.times.is_some_and(|times| nth > times) {
                continue;
            }
            met.push(Met { kind: counted.fault.kind.clone(), nth });
            if counted.fault.kind.replaces() {
                break;
            }
        }
        met
    }
}

/// A fault that a request meets, and how many met it so far.
#[derive(Clone, Debug)]
pub(super) struct Met {
    pub kind: FaultKind,
    pub nth: u32,
}

/// What all faults of one request come to.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub delay: Duration,
    pub changes: Vec<(String, Value)>,
    pub unreachable: Vec<String>,
    pub delivery: Delivery,
    /// The answer in place of the state's.
    pub instead: Option<Reply>,
    wrong_type: bool,
    /// The token of the next page, in place of the list's own.
    next_page: Option<String>,
}

impl Plan {
    /// Adds up faults. The request is changed where a fault wants another page answered.
    pub fn of(met: Vec<Met>, request: &mut Request) -> Self {
        let mut plan = Self::default();
        for Met { kind, nth } in met {
            match kind {
                FaultKind::Latency { ms, jitter_ms, seed } => {
                    let jitter = if jitter_ms == 0 { 0 } else { mixed(seed, nth) % jitter_ms.saturating_add(1) };
                    plan.delay = plan.delay.saturating_add(Duration::from_millis(ms.saturating_add(jitter)));
                }
                FaultKind::Change { name, patch } => plan.changes.push((name, patch)),
                FaultKind::Unreachable { locations } => plan.unreachable.extend(locations),
                FaultKind::WrongType => plan.wrong_type = true,
                FaultKind::Reset => plan.delivery = Delivery::Reset,
                FaultKind::Truncated => plan.delivery = Delivery::Truncated,
                FaultKind::Drip { bytes, every_ms } => {
                    plan.delivery = Delivery::Drip { bytes: bytes.max(1), every: Duration::from_millis(every_ms) };
                }
                FaultKind::EndlessPages | FaultKind::RepeatPageToken | FaultKind::CyclicPages => {
                    plan.next_page = Some(next_page(&kind, nth, request));
                    request.rewind();
                }
                other => plan.instead = plan.instead.or_else(|| instead(&other, request)),
            }
        }
        plan
    }

    /// The answer of the state, as the faults change it.
    pub fn disturb(&self, reply: &mut Reply) {
        let Content::Json(body) = &mut reply.content else { return };
        if !reply.code.is_success() {
            return;
        }
        if self.wrong_type {
            let wrong = json!(7);
            let mut any = false;
            for field in body.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
                if field.is_array() || field.is_object() {
                    *field = wrong.clone();
                    any = true;
                }
            }
            if !any {
                *body = json!([wrong]);
            }
        }
        if let (Some(token), Value::Object(fields)) = (&self.next_page, body) {
            let knative = fields.get("kind").and_then(Value::as_str).is_some_and(|_| fields.contains_key("apiVersion"));
            match fields.get_mut("metadata").and_then(Value::as_object_mut).filter(|_| knative) {
                Some(metadata) => metadata.insert("continue".to_owned(), token.clone().into()),
                None => fields.insert("nextPageToken".to_owned(), token.clone().into()),
            };
        }
    }
}

/// The token of a next page that there is not.
fn next_page(kind: &FaultKind, nth: u32, request: &Request) -> String {
    match kind {
        FaultKind::EndlessPages => format!("page-{nth}"),
        FaultKind::CyclicPages if request.page(1).is_ok_and(|(_, token)| token == "page-a") => "page-b".to_owned(),
        FaultKind::CyclicPages => "page-a".to_owned(),
        _ => request.token(0),
    }
}

/// The answer in place of the state's.
fn instead(kind: &FaultKind, request: &Request) -> Option<Reply> {
    let (collection, project) = catalog::asked(request);
    let (service, permission) = collection.map_or(("googleapis.com", ""), |known| (known.service, known.permission));
    let quota = Quota { service: service.to_owned(), consumer: format!("projects/{project}"), ..Quota::default() };
    Some(match kind {
        FaultKind::Status { code, status, retry_after } => {
            let code = StatusCode::from_u16(*code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Reply { retry_after: *retry_after, ..Reply::error(code, status, "an injected fault") }
        }
        FaultKind::Body(text) => Reply::text(text.clone()),
        FaultKind::Unauthenticated => failures::unauthenticated(service),
        FaultKind::PermissionDenied => failures::denied(StatusCode::FORBIDDEN, service, permission, project),
        FaultKind::ApiDisabled => failures::disabled(service, project),
        FaultKind::RateLimitExceeded => failures::too_many_old(&quota),
        FaultKind::NotFound => Reply::not_found("Requested entity was not found."),
        FaultKind::TooManyRequests { retry_after, quota_limit, quota_limit_value, quota_location } => {
            failures::too_many(&Quota {
                retry_after: *retry_after,
                limit: quota_limit.clone().unwrap_or(quota.limit),
                limit_value: quota_limit_value.map_or(quota.limit_value, |value| value.to_string()),
                location: quota_location.clone().unwrap_or(quota.location),
                ..quota
            })
        }
        FaultKind::InternalError => {
            Reply::error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "Internal error encountered.")
        }
        FaultKind::BadGateway => Reply::html(
            StatusCode::BAD_GATEWAY,
            "<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n<p><b>502.</b>\n",
        ),
        FaultKind::Unavailable => {
            let message = "The service is currently unavailable.";
            Reply::error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
        }
        FaultKind::Malformed => failures::broken_json(),
        _ => return None,
    })
}

/// Evenly spread numbers (SplitMix64).
fn mixed(seed: u64, nth: u32) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(u64::from(nth)));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
