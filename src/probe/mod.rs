//! Asks targets from inside the network, each in its own protocol, and names what is wrong.
//!
//! | file | subject |
//! | --- | --- |
//! | `target` | all tries of one target → what is said of it |
//! | `attempt` | one try, stage by stage, under its time limit |
//! | `resolve`, `connect`, `tls` | the stages before anything is said |
//! | `trust` | which certificates are trusted |
//! | `postgres`, `redis`, `http`, `clickhouse` | one protocol each |
//! | `wire` | reading and writing, and what broken connections mean |
//! | [`from`] | where this program runs |

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::model::{ProbeRun, ProbedTarget, Target};

mod attempt;
mod clickhouse;
mod connect;
pub mod from;
mod http;
mod postgres;
mod redis;
mod resolve;
mod target;
mod tls;
mod trust;
mod wire;

/// What a run of probes is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Time limit on one try.
    pub timeout: Duration,
    /// An answer that takes longer than this is slow.
    pub slow: Duration,
    /// How often each target is tried.
    pub tries: usize,
}

/// A target with what is needed to ask it.
#[derive(Clone, Debug)]
pub struct Question {
    /// The target.
    pub target: Target,
    /// The password; `None` where none is named, or its variable is not set.
    pub password: Option<Secret>,
    /// What cannot be looked at although it was asked for, and why.
    pub unchecked: Option<String>,
    /// The file of the certificates that are trusted; `None`: those that the system trusts.
    pub ca: Option<PathBuf>,
}

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a secret.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret, to be sent to where it belongs.
    fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Targets that are asked at one time. Each holds a few connections for as long as its time limit.
const AT_ONCE: usize = 64;

/// Asks all targets, concurrently, each as often as the options say. The answers stand in the order of the questions.
///
/// # Errors
/// Where the machine gives no thread to wait with.
pub fn run(questions: Vec<Question>, options: &Options) -> std::io::Result<ProbeRun> {
    let started = jiff::Timestamp::now().to_string();
    // Another part of the program may have installed it before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let targets = runtime.block_on(ask(questions, *options));
    // A resolver that is not done cannot be stopped, and is not waited for.
    runtime.shutdown_background();
    Ok(ProbeRun {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        started,
        from: from::here(),
        timeout: options.timeout.as_secs_f64(),
        slow: options.slow.as_secs_f64(),
        targets,
    })
}

async fn ask(questions: Vec<Question>, options: Options) -> Vec<ProbedTarget> {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut answers: Vec<ProbedTarget> =
        questions.iter().map(|question| target::blank(&question.target, Some(STOPPED.to_owned()))).collect();
    let mut running = JoinSet::new();
    for (index, question) in questions.into_iter().enumerate() {
        let permits = Arc::clone(&permits);
        running.spawn(async move {
            // The semaphore is never closed.
            let _permit = permits.acquire().await;
            (index, target::ask(&question, &options).await)
        });
    }
    while let Some(joined) = running.join_next().await {
        if let Ok((index, answer)) = joined
            && let Some(blank) = answers.get_mut(index)
        {
            *blank = answer;
        }
    }
    answers
}

/// What is said of a target where asking it did not end.
const STOPPED: &str = "asking it stopped unexpectedly";
