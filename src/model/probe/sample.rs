//! A realistic run for tests.

use super::*;

/// A database that answers.
pub(crate) fn reached() -> ProbedTarget {
    let percentiles = |min: f64| Percentiles { min, p50: min * 2.0, p90: min * 3.0, p99: min * 3.0, max: min * 3.0 };
    ProbedTarget {
        name: "db".to_owned(),
        kind: TargetKind::Postgres,
        host: "10.60.0.3".to_owned(),
        port: 5432,
        tls: TlsMode::Prefer,
        outcome: ProbeOutcome::Reached,
        stage: Some(ProbeStage::Answer),
        tries: 3,
        succeeded: 3,
        failures: Vec::new(),
        answer: Some("it asks for a login (SCRAM-SHA-256)".to_owned()),
        unchecked: None,
        addresses: vec![ProbedAddress { address: "10.60.0.3".to_owned(), connect: AddressOutcome::Connected }],
        latency: Some(ProbeLatency { connect: percentiles(0.001), total: percentiles(0.004) }),
    }
}

/// A cache to which no packet gets through.
pub(crate) fn dropped() -> ProbedTarget {
    let failure = ProbeFailure {
        fault: ProbeFault::ConnectTimedOut,
        stage: ProbeStage::Connect,
        detail: "nothing in 5 s".to_owned(),
        seconds: 5.0,
        count: 3,
    };
    let connect = AddressOutcome::Failed(ProbeFault::ConnectTimedOut);
    ProbedTarget {
        name: "cache".to_owned(),
        kind: TargetKind::Redis,
        host: "cache.internal".to_owned(),
        port: 6379,
        tls: TlsMode::Disable,
        outcome: ProbeOutcome::Failed,
        stage: Some(ProbeStage::Resolve),
        succeeded: 0,
        failures: vec![failure],
        answer: None,
        addresses: vec![ProbedAddress { address: "10.60.0.4".to_owned(), connect }],
        latency: None,
        ..reached()
    }
}

/// A run from a Cloud Run job, with both.
pub(crate) fn run() -> ProbeRun {
    ProbeRun {
        tool: "0.1.0".to_owned(),
        started: "2026-11-26T12:00:00.5Z".to_owned(),
        from: ProbedFrom {
            hostname: Some("localhost".to_owned()),
            job: Some("vpc-probe".to_owned()),
            execution: Some("vpc-probe-x7k2m".to_owned()),
            ..ProbedFrom::default()
        },
        timeout: 5.0,
        slow: 1.0,
        targets: vec![reached(), dropped()],
    }
}
