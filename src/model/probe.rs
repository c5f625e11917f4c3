//! What `probe` found out about targets from inside the network, as a run reads it from the file that it wrote.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fact::Why;
use super::target::{TargetKind, TlsMode, authority};

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

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $text:literal;)+) => {
        /// What a try failed with. There is no other.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum ProbeFault {
            $($(#[doc = $doc])+ $name,)+
        }

        impl ProbeFault {
            /// All of them, in the order of the stages in which they arise.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word in JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What it is, in a sentence's words.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

faults! {
    /// The resolver says that the name does not exist (NXDOMAIN).
    NameNotFound = "name-not-found", "the name does not exist (NXDOMAIN)";
    /// The name exists and has no address.
    NameWithoutAddress = "name-without-address", "the name has no address";
    /// The resolver gave no usable answer (SERVFAIL, a refusal, or silence).
    ResolverFailed = "resolver-failed", "the resolver gave no answer";
    /// The resolver took longer than the time limit.
    ResolveTimedOut = "resolve-timed-out", "the name was not resolved in time";
    /// The host answered with a reset: nothing listens on the port, or a firewall rejects.
    ConnectionRefused = "connection-refused", "connection refused: nothing listens on the port, or a firewall rejects";
    /// A router or the own host says that there is no way to the address.
    NoRoute = "no-route", "no route to the address";
    /// The own host forbids the connection.
    ConnectForbidden = "connect-forbidden", "this host forbids the connection";
    /// No answer to the connection request.
    ConnectTimedOut = "connect-timed-out", "no answer to SYN: firewall drop, no route, or full backlog";
    /// The peer reset the connection after it was made.
    ConnectionReset = "connection-reset", "the connection was reset";
    /// The peer closed the connection without the answer that was due.
    ConnectionClosed = "connection-closed", "the connection was closed without an answer";
    /// The connection was accepted, and then nothing came.
    Silent = "silent", "accepted, then silent";
    /// The server does not do TLS.
    TlsRefused = "tls-refused", "the server refuses TLS";
    /// The server takes encrypted connections only.
    TlsWanted = "tls-wanted", "the server wants TLS";
    /// The certificate is not signed by a trusted authority.
    CertificateNotTrusted = "certificate-not-trusted", "the certificate is not trusted";
    /// The certificate is for another name.
    CertificateWrongName = "certificate-wrong-name", "the certificate is for another name";
    /// The certificate is past its end, or not yet valid.
    CertificateExpired = "certificate-expired", "the certificate is not valid at this time";
    /// The server wants a certificate of the client.
    ClientCertificateWanted = "client-certificate-wanted", "the server wants a certificate of the client";
    /// The handshake failed for another reason, such as no common protocol version.
    TlsFailed = "tls-failed", "the TLS handshake failed";
    /// What came is not the protocol that was expected.
    WrongProtocol = "wrong-protocol", "not the protocol that was expected";
    /// The server refuses this client, host, user or database by its rules, before any password (`pg_hba.conf`).
    AccessRefused = "access-refused", "the server's access rules refuse this client";
    /// The server wants a password, and none was given, or one in a way that is not supported.
    LoginNotSupported = "login-not-supported", "the server wants a way to log in that is not supported";
    /// The server refused the password.
    WrongPassword = "wrong-password", "wrong password";
    /// The user does not exist, or may not log in.
    UserNotFound = "user-not-found", "the user is not there, or may not log in";
    /// The database does not exist.
    DatabaseNotFound = "database-not-found", "the database is not there";
    /// The server takes no more connections.
    TooManyConnections = "too-many-connections", "too many connections";
    /// The server is up and does not serve yet, or no longer.
    NotServing = "not-serving", "the server is starting up, shutting down or recovering";
    /// The server answered with another error.
    ServerError = "server-error", "the server answered with an error";
    /// The HTTP status is not one that was expected.
    HttpStatus = "http-status", "an HTTP status that was not expected";
    /// The server answered and then was silent until the time limit.
    Stalled = "stalled", "it answered, then stopped in the middle";
}

impl fmt::Display for ProbeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
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
        use ProbeOutcome as Outcome;
        for outcome in [Outcome::Reached, Outcome::Slow, Outcome::Intermittent, Outcome::Failed, Outcome::NotChecked] {
            assert_eq!(word(serde_json::to_value(outcome).unwrap()), outcome.word());
        }
        use ProbeStage as Stage;
        for stage in [Stage::Resolve, Stage::Connect, Stage::Tls, Stage::Answer, Stage::Login, Stage::Query] {
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
        let at = |stage| ProbedTarget {
            name: String::new(),
            kind: TargetKind::Tcp,
            host: "fd00::1".to_owned(),
            port: 1,
            tls: TlsMode::Disable,
            outcome: ProbeOutcome::Failed,
            stage,
            tries: 1,
            succeeded: 0,
            failures: Vec::new(),
            answer: None,
            unchecked: None,
            addresses: Vec::new(),
            latency: None,
        };
        assert!(!at(None).connected());
        assert!(!at(Some(ProbeStage::Resolve)).connected());
        assert!(at(Some(ProbeStage::Connect)).connected());
        assert!(at(Some(ProbeStage::Query)).connected());
        assert_eq!(at(None).authority(), "[fd00::1]:1");
    }
}
