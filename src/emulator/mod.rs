//! An embedded stand-in for the Google APIs, over real HTTP: for the demo, for tests, and to look at a recorded state
//! with other clients.
//!
//! It serves a live-state file in Google's shapes, reads only: any other method gets 405 and is logged. It binds the
//! loopback address only.
//!
//! | file | subject |
//! | --- | --- |
//! | `state` | the file as it is served |
//! | `catalog` | what is fixed for each collection |
//! | `request` | a request as the routes see it |
//! | `routes` | which path serves what |
//! | `reply` | pages, resources and errors in Google's shapes |
//! | `failures` | the failures that a state was recorded with |
//! | `resource_manager`, `service_usage` | one API each |

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode, header};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

mod catalog;
mod failures;
mod reply;
mod request;
mod resource_manager;
mod routes;
mod service_usage;
mod state;

use reply::{Content, Reply};
use request::Request;
use state::State;

/// How the emulator behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Port on the loopback address; 0 takes a free one.
    pub port: u16,
    /// Most items a page, whatever the request asks for. Small, so that clients have to follow pages; a collection
    /// that would have more than a hundred pages has larger ones.
    pub page_size_cap: usize,
    /// Faults to answer with, in front of the state.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, page_size_cap: 3, faults: Vec::new() }
    }
}

/// A fault that the first requests of some path meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A part of the request's path.
    pub path: String,
    /// How many requests meet it.
    pub times: u32,
    /// What they meet.
    pub kind: FaultKind,
}

/// What a request meets instead of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// This HTTP status with Google's error body, and `Retry-After` in seconds where given.
    Status {
        /// HTTP status.
        code: u16,
        /// Google's status word, such as `UNAVAILABLE`.
        status: String,
        /// Value of `Retry-After`.
        retry_after: Option<u32>,
    },
    /// Any body with status 200.
    Body(String),
    /// The next page is always the first page again.
    RepeatPageToken,
    /// The answer comes after this time.
    Slow(Duration),
}

/// A request that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Method, such as `GET`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// Whether it carried credentials.
    pub authorized: bool,
}

/// Why the emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The state is not one that can be served.
    #[error("the state cannot be served: {0}")]
    State(String),
    /// The port could not be bound.
    #[error("port {port} of the loopback address could not be bound: {error}")]
    Bind {
        /// The port asked for.
        port: u16,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
}

/// A running emulator. It stops when it is dropped.
#[derive(Debug)]
pub struct Emulator {
    /// Such as `http://127.0.0.1:41233`, without a trailing `/`.
    pub base_url: String,
    log: Arc<Mutex<Vec<Seen>>>,
    _stop: oneshot::Sender<()>,
}

impl Emulator {
    /// The requests seen so far, in order.
    pub fn log(&self) -> Vec<Seen> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Serves the content of a live-state file until the returned value is dropped. Needs a Tokio runtime.
///
/// # Errors
/// Where the state is not one that can be served, or the port cannot be bound.
pub async fn start(state: Value, options: Options) -> Result<Emulator, StartError> {
    let state = State::parse(state).map_err(StartError::State)?;
    let bind = |error| StartError::Bind { port: options.port, error };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    let log = Arc::new(Mutex::new(Vec::new()));
    let server = Arc::new(Server {
        state,
        page_size_cap: options.page_size_cap.max(1),
        faults: Mutex::new(options.faults),
        log: Arc::clone(&log),
    });
    let router = Router::new().fallback(serve).with_state(server);
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let stopped = async move {
            // Both a message and the drop of the sender mean "stop".
            let _ = stopped.await;
        };
        // Without a listener there is nobody to tell: clients meet a closed port.
        let _ = axum::serve(listener, router).with_graceful_shutdown(stopped).await;
    });
    Ok(Emulator { base_url: format!("http://{address}"), log, _stop: stop })
}

struct Server {
    state: State,
    page_size_cap: usize,
    faults: Mutex<Vec<Fault>>,
    log: Arc<Mutex<Vec<Seen>>>,
}

/// The largest body of a request that is read, in bytes.
const MAX_BODY: usize = 1 << 20;

async fn serve(
    axum::extract::State(server): axum::extract::State<Arc<Server>>,
    incoming: axum::extract::Request,
) -> Response<Body> {
    let (parts, body) = incoming.into_parts();
    let body = axum::body::to_bytes(body, MAX_BODY).await;
    let response = match &body {
        Ok(body) => respond(&server, &parts, body).await,
        Err(_) => Reply::error(StatusCode::PAYLOAD_TOO_LARGE, "INVALID_ARGUMENT", "The body could not be read.")
            .into_response(),
    };
    let seen = Seen {
        method: parts.method.to_string(),
        target: parts.uri.path_and_query().map_or_else(|| parts.uri.path().to_owned(), ToString::to_string),
        status: response.status().as_u16(),
        authorized: parts.headers.contains_key(header::AUTHORIZATION),
    };
    server.log.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    response
}

async fn respond(server: &Server, parts: &Parts, body: &[u8]) -> Response<Body> {
    let mut request = match Request::read(&parts.method, &parts.uri, &parts.headers, body) {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(),
    };
    if !routes::reads(&request) {
        let message = format!("{} is refused: this emulator serves reads only", parts.method);
        return Reply::error(StatusCode::METHOD_NOT_ALLOWED, "UNIMPLEMENTED", &message).into_response();
    }
    let mut repeat_token = false;
    match take_fault(server, &request.path) {
        Some(FaultKind::Status { code, status, retry_after }) => {
            let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let reply = Reply::error(code, &status, "an injected fault");
            return Reply { retry_after, ..reply }.into_response();
        }
        Some(FaultKind::Body(text)) => return Reply::text(text).into_response(),
        Some(FaultKind::Slow(time)) => tokio::time::sleep(time).await,
        Some(FaultKind::RepeatPageToken) => repeat_token = true,
        None => {}
    }
    if repeat_token {
        request.rewind();
    }
    let mut reply = routes::answer(&server.state, &request, server.page_size_cap);
    if let Content::Json(Value::Object(body)) = &mut reply.content
        && repeat_token
    {
        body.insert("nextPageToken".to_owned(), request.token(0).into());
    }
    reply.into_response()
}

/// The first fault that this path still has to meet.
fn take_fault(server: &Server, path: &str) -> Option<FaultKind> {
    let mut faults = server.faults.lock().unwrap_or_else(PoisonError::into_inner);
    let fault = faults.iter_mut().find(|fault| fault.times > 0 && path.contains(&fault.path))?;
    fault.times -= 1;
    Some(fault.kind.clone())
}

#[cfg(test)]
mod tests;
