//! An embedded stand-in for the Google APIs, over real HTTP: for the demo, for tests, and to look at a recorded state
//! with other clients.
//!
//! It serves a live-state file in Google's shapes, reads only: any other method gets 405 and is logged. It binds the
//! loopback address only.
//!
//! | file | subject |
//! | --- | --- |
//! | `server` | connections, and what becomes of one request |
//! | `listener`, `delivery` | connections and bodies that break, where a fault wants it |
//! | `fault` | the faults, and which request meets which |
//! | `log` | the requests seen |
//! | `state` | the file as it is served |
//! | `catalog` | what is fixed for each collection |
//! | `collections` | finding the items of a collection in the state |
//! | `request` | a request as the routes see it |
//! | `routes` | which path serves what |
//! | `reply`, `numbers` | pages, resources and errors in Google's shapes |
//! | `failures` | the error bodies |
//! | `run_v2`, `run_v1`, `compute`, `sql` | one API each |
//! | `service_networking`, `service_usage`, `resource_manager`, `observability` | one API each |
//! | `knative`, `knative_container` | resources of Cloud Run v2 in the shape of v1 |

use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Instant;

use axum::Router;
use serde_json::Value;
use tokio::sync::oneshot;

mod catalog;
mod collections;
mod compute;
mod delivery;
mod failures;
mod fault;
mod knative;
mod knative_container;
mod listener;
mod log;
mod numbers;
mod observability;
mod reply;
mod request;
mod resource_manager;
mod routes;
mod run_v1;
mod run_v2;
mod server;
mod service_networking;
mod service_usage;
mod sql;
mod state;

pub use fault::{Fault, FaultKind};
pub use log::Seen;

use fault::Faults;
use listener::{Breaker, Loopback};
use log::Log;
use server::Server;
use state::State;

/// How the emulator behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Port on the loopback address; 0 takes a free one.
    pub port: u16,
    /// Most items a page, whatever the request asks for. Small, so that clients have to follow pages; a collection
    /// that would have more than a hundred pages has larger ones.
    pub page_size_cap: usize,
    /// Faults to answer with, in front of those that the state names.
    pub faults: Vec<Fault>,
    /// File that gets one JSON line a request.
    pub log: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, page_size_cap: 3, faults: Vec::new(), log: None }
    }
}

/// Why the emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The state is not one that can be served.
    #[error("the state cannot be served: {0}")]
    State(String),
    /// The log cannot be written.
    #[error("the log {} cannot be written: {error}", path.display())]
    Log {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
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
    log: Arc<Log>,
    _stop: oneshot::Sender<()>,
}

impl Emulator {
    /// The requests answered so far, in the order of the answers.
    pub fn log(&self) -> Vec<Seen> {
        self.log.seen()
    }
}

/// Serves the content of a live-state file until the returned value is dropped. Needs a Tokio runtime.
///
/// # Errors
/// Where the state is not one that can be served, the port cannot be bound, or the log cannot be written.
pub async fn start(state: Value, options: Options) -> Result<Emulator, StartError> {
    let mut state = State::parse(state).map_err(StartError::State)?;
    let faults = options.faults.into_iter().chain(std::mem::take(&mut state.faults)).collect();
    let faults = Faults::new(faults, &state).map_err(StartError::State)?;
    let bound = Loopback::bind(options.port).await;
    let (listener, address) = bound.map_err(|error| StartError::Bind { port: options.port, error })?;
    let log = Log::to_file(options.log.as_deref())
        .map_err(|error| StartError::Log { path: options.log.unwrap_or_default(), error })?;
    let log = Arc::new(log);
    let server = Arc::new(Server {
        state: RwLock::new(state),
        page_size_cap: options.page_size_cap.max(1),
        faults: Mutex::new(faults),
        log: Arc::clone(&log),
        started: Instant::now(),
    });
    let router = Router::new().fallback(server::serve).with_state(server);
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let stopped = async move {
            // Both a message and the drop of the sender mean "stop".
            let _ = stopped.await;
        };
        let service = router.into_make_service_with_connect_info::<Breaker>();
        // Without a listener there is nobody to tell: clients meet a closed port.
        let _ = axum::serve(listener, service).with_graceful_shutdown(stopped).await;
    });
    Ok(Emulator { base_url: format!("http://{address}"), log, _stop: stop })
}

#[cfg(test)]
mod tests;
