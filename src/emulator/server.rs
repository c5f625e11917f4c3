//! What becomes of one request.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response, StatusCode, header};

use super::delivery::{self, Delivery};
use super::fault::{FaultKind, Faults, Met, Plan};
use super::listener::Breaker;
use super::log::{self, Log, Seen};
use super::reply::Reply;
use super::request::{self, Request};
use super::routes;
use super::state::State;

/// The largest body of a request that is read, in bytes.
pub(super) const MAX_BODY: usize = 1 << 20;
/// A fault for one request.
const FAULT_HEADER: &str = "x-emulator-fault";

/// All that a request needs.
#[derive(Debug)]
pub(super) struct Server {
    pub state: RwLock<State>,
    pub page_size_cap: usize,
    pub faults: Mutex<Faults>,
    pub log: Arc<Log>,
    pub started: Instant,
}

/// Answers a request, and logs it.
pub(super) async fn serve(
    axum::extract::State(server): axum::extract::State<Arc<Server>>,
    ConnectInfo(breaker): ConnectInfo<Breaker>,
    incoming: axum::extract::Request,
) -> Response<Body> {
    let time = server.started.elapsed();
    let (parts, body) = incoming.into_parts();
    let body = axum::body::to_bytes(body, MAX_BODY).await.ok();
    let answer = match &body {
        Some(body) => server.answer(&parts, body).await,
        None => {
            let refusal = Reply::error(StatusCode::PAYLOAD_TOO_LARGE, "INVALID_ARGUMENT", "The body cannot be read.");
            Answer { reply: refusal, delivery: Delivery::Whole, write: true }
        }
    };
    let reset = answer.delivery == Delivery::Reset;
    server.log.push(Seen {
        time,
        method: parts.method.to_string(),
        host: log::without_tokens(&request::host_of(&parts.uri, &parts.headers)),
        target: log::without_tokens(parts.uri.path_and_query().map_or(parts.uri.path(), |target| target.as_str())),
        status: if reset { 0 } else { answer.reply.code.as_u16() },
        authorized: parts.headers.contains_key(header::AUTHORIZATION),
        body: answer.write.then(|| log::body(&body.unwrap_or_else(Bytes::new))),
    });
    if reset {
        breaker.trip();
    }
    delivery::send(answer.reply, answer.delivery)
}

/// An answer, and whether the request was one that would have changed something.
struct Answer {
    reply: Reply,
    delivery: Delivery,
    write: bool,
}

impl Server {
    async fn answer(&self, parts: &Parts, body: &[u8]) -> Answer {
        let whole = |reply, write| Answer { reply, delivery: Delivery::Whole, write };
        let mut request = match Request::read(&parts.method, &parts.uri, &parts.headers, body) {
            Ok(request) => request,
            Err(refusal) => return whole(refusal, !routes::is_safe(&parts.method)),
        };
        if !routes::reads(&request) {
            let message = format!("{} is refused: this emulator serves reads only", parts.method);
            return whole(Reply::error(StatusCode::METHOD_NOT_ALLOWED, "UNIMPLEMENTED", &message), true);
        }
        let mut met = self.met(parts, &request);
        match wanted(&parts.headers) {
            Some(Some(kind)) => met.push(Met { kind, nth: 1 }),
            Some(None) => return whole(Reply::invalid(&format!("{FAULT_HEADER} names no fault")), false),
            None => {}
        }
        let plan = Plan::of(met, &mut request);
        if plan.delay > Duration::ZERO {
            tokio::time::sleep(plan.delay).await;
        }
        Answer { reply: self.reply(&plan, &request), delivery: plan.delivery, write: false }
    }

    fn met(&self, parts: &Parts, request: &Request) -> Vec<Met> {
        let target = parts.uri.path_and_query().map_or(&*request.path, |target| target.as_str());
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).met(&request.path, target)
    }

    fn reply(&self, plan: &Plan, request: &Request) -> Reply {
        if !plan.changes.is_empty() {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            for (name, patch) in &plan.changes {
                state.patch(name, patch);
            }
        }
        if let Some(reply) = &plan.instead {
            return reply.clone();
        }
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let mut reply = routes::answer(&state, request, self.page_size_cap, &plan.unreachable);
        plan.disturb(&mut reply);
        reply
    }
}

/// The fault that a request's header asks for: `Some(None)` where it names none that there is.
fn wanted(headers: &HeaderMap) -> Option<Option<FaultKind>> {
    headers.get(FAULT_HEADER).map(|value| value.to_str().ok().and_then(FaultKind::from_header))
}
