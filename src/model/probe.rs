//! What `probe` found out about targets from inside the network, as a run reads it from the file that it wrote.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fact::Why;
use super::target::{TargetKind, TlsMode, authority};

mod fault;
#[cfg(test)]
pub(crate) mod sample;

pub use fault::ProbeFault;

/// A file that `probe` wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeEvidence {
    /// Its path as it was named.
    pub file: String,
    /// What was read of it.
    pub found: ProbeFound,
}

/// What was read of a file that `probe` wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeFound {
    /// Nothing that can be used.
    Refused(Why),
    /// All of it.
    Read(Box<ProbeRun>),
}

/// One run of `probe`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeRun {
    /// The version of the program.
    pub tool: String,
    /// When it began, RFC 3339.
    pub started: String,
    /// Where it ran.
    pub from: ProbedFrom,
    /// Time limit on one try, in seconds.
    pub timeout: f64,
    /// An answer that takes longer than this is slow, in seconds.
    pub slow: f64,
    /// The targets, in the order in which they were asked for.
    pub targets: Vec<ProbedTarget>,
}

/// Where `probe` ran, as far as the machine tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbedFrom {
    /// The host's name.
    pub hostname: Option<String>,
    /// The Cloud Run service (`K_SERVICE`).
    pub service: Option<String>,
    /// The revision of that service (`K_REVISION`).
    pub revision: Option<String>,
    /// The Cloud Run job (`CLOUD_RUN_JOB`).
    pub job: Option<String>,
    /// The execution of that job (`CLOUD_RUN_EXECUTION`).
    pub execution: Option<String>,
}

impl fmt::Display for ProbedFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.service, &self.job, &self.hostname) {
            (Some(service), _, _) => match &self.revision {
                Some(revision) => write!(f, "the Cloud Run service {service} (revision {revision})"),
                None => write!(f, "the Cloud Run service {service}"),
            },
            (None, Some(job), _) => match &self.execution {
                Some(execution) => write!(f, "the Cloud Run job {job} (execution {execution})"),
                None => write!(f, "the Cloud Run job {job}"),
            },
            (None, None, Some(hostname)) => write!(f, "the host {hostname}"),
            (None, None, None) => f.write_str("a host that does not tell its name"),
        }
    }
}

/// What was found out about a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbedTarget {
    /// What config calls it, or its URL without secrets.
    pub name: String,
    /// What it should speak.
    pub kind: TargetKind,
    /// Host name or IP address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection was to be encrypted.
    pub tls: TlsMode,
    /// What came of it.
    pub outcome: ProbeOutcome,
    /// The furthest stage that any try completed; `None` where not even the name was resolved.
    pub stage: Option<ProbeStage>,
    /// How often it was tried.
    pub tries: usize,
    /// How many of the tries got the answer that was hoped for.
    pub succeeded: usize,
    /// What the other tries failed with, the most frequent first.
    pub failures: Vec<ProbeFailure>,
    /// What it answered, in words.
    pub answer: Option<String>,
    /// What could not be looked at although it was asked for, and why.
    pub unchecked: Option<String>,
    /// The addresses of its name, in the resolver's order.
    pub addresses: Vec<ProbedAddress>,
    /// How long the tries took that succeeded; `None` where none did.
    pub latency: Option<ProbeLatency>,
}

impl ProbedTarget {
    /// Host and port as they stand in a URL.
    pub fn authority(&self) -> String {
        authority(&self.host, self.port)
    }

    /// Whether a TCP connection was made: packets travel both ways, whatever was said over it.
    pub fn connected(&self) -> bool {
        self.stage >= Some(ProbeStage::Connect)
    }

    /// The most frequent failure.
    pub fn failure(&self) -> Option<&ProbeFailure> {
        self.failures.first()
    }
}

/// What came of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeOutcome {
    /// Every try got an answer in its protocol.
    Reached,
    /// Every try got one, and at least one took longer than is accepted.
    Slow,
    /// Some tries got one and some did not.
    Intermittent,
    /// No try got one, or the answer was a refusal.
    Failed,
    /// It could not be tried.
    NotChecked,
}

impl ProbeOutcome {
    /// All of them, from the best to what is not known.
    pub const ALL: [Self; 5] = [Self::Reached, Self::Slow, Self::Intermittent, Self::Failed, Self::NotChecked];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Slow => "slow",
            Self::Intermittent => "intermittent",
            Self::Failed => "failed",
            Self::NotChecked => "not-checked",
        }
    }

    /// Whether every try got an answer.
    pub fn is_reached(self) -> bool {
        matches!(self, Self::Reached | Self::Slow)
    }
}

/// The stages of a try, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProbeStage {
    /// From the name to addresses.
    Resolve,
    /// The TCP connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// The first answer in the target's protocol.
    Answer,
    /// The server accepts the user and the password.
    Login,
    /// The server answers a query.
    Query,
}

impl ProbeStage {
    /// All of them, in their order.
    pub const ALL: [Self; 6] = [Self::Resolve, Self::Connect, Self::Tls, Self::Answer, Self::Login, Self::Query];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Answer => "answer",
            Self::Login => "login",
            Self::Query => "query",
        }
    }
}

/// Tries that failed in the same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeFailure {
    /// What failed.
    pub fault: ProbeFault,
    /// The stage in which it failed.
    pub stage: ProbeStage,
    /// What was seen, in words, such as the server's own message.
    pub detail: String,
    /// The longest of them, from its beginning to the failure, in seconds.
    pub seconds: f64,
    /// Number of tries.
    pub count: usize,
}

/// An address of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbedAddress {
    /// The IP address.
    pub address: String,
    /// What came of connecting to it in the last try.
    pub connect: AddressOutcome,
}

/// What came of connecting to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressOutcome {
    /// It accepted the connection.
    Connected,
    /// It did not.
    Failed(ProbeFault),
    /// Another address was faster, and this one was not waited for.
    NotWaitedFor,
}

/// How long the tries took that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeLatency {
    /// The TCP connection alone.
    pub connect: Percentiles,
    /// From the name to the last answer.
    pub total: Percentiles,
}

/// Durations in seconds, by nearest rank.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// The shortest.
    pub min: f64,
    /// Half of them took no longer.
    pub p50: f64,
    /// 90 of 100 took no longer.
    pub p90: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Percentiles {
    /// Of these durations; `None` where there are none.
    pub fn of(durations: &[f64]) -> Option<Self> {
        let mut sorted = durations.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = |percent: usize| {
            let rank = (sorted.len() * percent).div_ceil(100).max(1);
            sorted.get(rank - 1).copied()
        };
        Some(Self { min: *sorted.first()?, p50: rank(50)?, p90: rank(90)?, p99: rank(99)?, max: *sorted.last()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_serialised_form() {
        let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        for &fault in ProbeFault::ALL {
            assert_eq!(word(serde_json::to_value(fault).unwrap()), fault.word());
        }
        for outcome in ProbeOutcome::ALL {
            assert_eq!(word(serde_json::to_value(outcome).unwrap()), outcome.word());
        }
        for stage in ProbeStage::ALL {
            assert_eq!(word(serde_json::to_value(stage).unwrap()), stage.word());
        }
        for kind in TargetKind::ALL {
            assert_eq!(word(serde_json::to_value(kind).unwrap()), kind.word());
        }
        for mode in TlsMode::ALL {
            assert_eq!(word(serde_json::to_value(mode).unwrap()), mode.word());
        }
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        assert_eq!(Percentiles::of(&[]), None);
        assert_eq!(Percentiles::of(&[3.0]), Some(Percentiles { min: 3.0, p50: 3.0, p90: 3.0, p99: 3.0, max: 3.0 }));
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let expected = Percentiles { min: 1.0, p50: 50.0, p90: 90.0, p99: 99.0, max: 100.0 };
        assert_eq!(Percentiles::of(&hundred), Some(expected));
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(Percentiles::of(&ten), Some(Percentiles { min: 1.0, p50: 5.0, p90: 9.0, p99: 10.0, max: 10.0 }));
    }

    #[test]
    fn only_a_connection_counts_as_one() {
        let at = |stage| ProbedTarget { stage, host: "fd00::1".to_owned(), port: 1, ..sample::reached() };
        assert!(!at(None).connected());
        assert!(!at(Some(ProbeStage::Resolve)).connected());
        assert!(at(Some(ProbeStage::Connect)).connected());
        assert!(at(Some(ProbeStage::Query)).connected());
        assert_eq!(at(None).authority(), "[fd00::1]:1");
    }
}
