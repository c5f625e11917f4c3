//! One try, stage by stage, under its time limit.

use std::time::{Duration, Instant};

use super::tls::Tls;
use super::wire::{Ended, Seen, Wire};
use super::{Question, clickhouse, connect, http, postgres, redis, resolve};
use crate::model::{ProbeFault, ProbeStage, ProbedAddress, TargetKind};

/// What is known of a try while it runs, and after it was given up.
#[derive(Debug)]
pub(super) struct Trace {
    at: ProbeStage,
    done: Option<ProbeStage>,
    seen: Seen,
    /// The addresses of the target.
    pub(super) addresses: Vec<ProbedAddress>,
    /// How long the connection took.
    pub(super) connect: Option<Duration>,
}

impl Trace {
    fn new() -> Self {
        Self { at: ProbeStage::Resolve, done: None, seen: Seen::default(), addresses: Vec::new(), connect: None }
    }

    /// A stage begins.
    pub(super) fn begin(&mut self, stage: ProbeStage) {
        self.at = stage;
    }

    /// The stage is completed.
    pub(super) fn done(&mut self) {
        self.done = Some(self.at);
    }

    /// The stage that runs.
    pub(super) fn at(&self) -> ProbeStage {
        self.at
    }

    /// The connection, or the encrypted one over it, has been made: from now on it should say something.
    pub(super) fn listen(&mut self, seen: Seen) {
        self.seen = seen;
    }

    /// The time is over.
    fn timed_out(&self, limit: Duration) -> Ended {
        let limit = limit.as_secs_f64();
        let fault = match self.at {
            ProbeStage::Resolve => ProbeFault::ResolveTimedOut,
            ProbeStage::Connect => ProbeFault::ConnectTimedOut,
            _ if self.seen.is_empty() => ProbeFault::Silent,
            _ => ProbeFault::Stalled,
        };
        let detail = match fault {
            ProbeFault::Silent if self.at == ProbeStage::Tls => {
                format!("no byte in {limit} s after the offer of TLS: it may not speak TLS")
            }
            ProbeFault::Silent => format!("no byte in {limit} s"),
            ProbeFault::Stalled => format!("no end of the answer in {limit} s; it began with {}", self.seen.quoted()),
            _ => format!("nothing in {limit} s"),
        };
        Ended::Failed(fault, detail)
    }
}

/// What came of a try.
pub(super) struct Attempt {
    /// What the target answered, or why it did not.
    pub(super) result: Result<String, Ended>,
    /// The stage in which it ended.
    pub(super) at: ProbeStage,
    /// The last stage that it completed.
    pub(super) done: Option<ProbeStage>,
    /// The addresses of the target.
    pub(super) addresses: Vec<ProbedAddress>,
    /// How long the connection took.
    pub(super) connect: Option<Duration>,
    /// How long all of it took.
    pub(super) total: Duration,
}

/// Tries once. It ends when the time is over, whatever the target does.
pub(super) async fn attempt(question: &Question, tls: Option<&Tls>, limit: Duration) -> Attempt {
    let started = Instant::now();
    let mut trace = Trace::new();
    let result = match tokio::time::timeout(limit, stages(question, tls, &mut trace)).await {
        Ok(result) => result,
        Err(_) => Err(trace.timed_out(limit)),
    };
    let Trace { at, done, addresses, connect, .. } = trace;
    Attempt { result, at, done, addresses, connect, total: started.elapsed() }
}

async fn stages(question: &Question, tls: Option<&Tls>, trace: &mut Trace) -> Result<String, Ended> {
    let target = &question.target;
    let addresses = resolve::resolve(&target.host, target.port).await?;
    trace.done();
    trace.begin(ProbeStage::Connect);
    let (stream, took) = connect::connect(&addresses, &mut trace.addresses).await?;
    trace.connect = Some(took);
    trace.done();
    let wire = Wire::new(stream);
    trace.listen(wire.seen());
    let wire = match (target.kind, tls) {
        (TargetKind::Postgres, _) => postgres::encrypt(wire, target, tls, trace).await?,
        (_, None) => wire,
        (_, Some(tls)) => {
            trace.begin(ProbeStage::Tls);
            let wire = tls.handshake(wire).await?;
            trace.done();
            trace.listen(wire.seen());
            wire
        }
    };
    let password = question.password.as_ref().map(super::Secret::reveal);
    match target.kind {
        TargetKind::Postgres => postgres::speak(wire, target, password, trace).await,
        TargetKind::Redis => redis::speak(wire, target, password, trace).await,
        TargetKind::Clickhouse => clickhouse::speak(wire, target, password, trace).await,
        TargetKind::Http => http::speak(wire, target, trace).await,
        TargetKind::Tcp if tls.is_some() => Ok("it accepts connections and does TLS".to_owned()),
        TargetKind::Tcp => Ok("it accepts connections".to_owned()),
    }
}
