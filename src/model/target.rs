//! What a workload depends on: a database, a cache or an endpoint, as `[[targets]]` declares it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A database, a cache or an endpoint that must be reachable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What reports call it.
    pub name: String,
    /// What it speaks.
    pub kind: TargetKind,
    /// Host name or IP address (IPv6 without brackets).
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: TlsMode,
    /// A PEM file in the repository with the certificates that are trusted; `None`: those that the system trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// The database; `None`: the server's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The user; `None`: the protocol's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The environment variable that holds the password. The password itself is held nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_env: Option<String>,
    /// The path that is asked for over HTTP, with its query; `None`: that of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// HTTP statuses that are an answer as it should be. Empty: those below 400.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<u16>,
    /// The workloads that use it, by name. Empty: not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<String>,
}

impl Target {
    /// Host and port as they stand in a URL.
    pub fn authority(&self) -> String {
        authority(&self.host, self.port)
    }
}

/// Host and port as they stand in a URL: an IPv6 address in brackets.
pub fn authority(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// True for a text that can be a host name.
pub fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    text.len() <= 253 && text.strip_suffix('.').unwrap_or(text).split('.').all(label)
}

/// The schemes of URLs: what is spoken, and whether it is encrypted; `None` where that is not said.
pub const SCHEMES: [(&str, TargetKind, Option<bool>); 11] = [
    ("postgres", TargetKind::Postgres, None),
    ("postgresql", TargetKind::Postgres, None),
    ("redis", TargetKind::Redis, Some(false)),
    ("rediss", TargetKind::Redis, Some(true)),
    ("clickhouse", TargetKind::Clickhouse, Some(false)),
    ("clickhouse+http", TargetKind::Clickhouse, Some(false)),
    ("clickhouse+https", TargetKind::Clickhouse, Some(true)),
    ("http", TargetKind::Http, Some(false)),
    ("https", TargetKind::Http, Some(true)),
    ("tcp", TargetKind::Tcp, Some(false)),
    ("tls", TargetKind::Tcp, Some(true)),
];

/// What a target speaks. In config, JSON and text they are these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// PostgreSQL's protocol, version 3.
    Postgres,
    /// Redis' protocol, RESP2.
    Redis,
    /// ClickHouse's HTTP interface.
    Clickhouse,
    /// HTTP/1.1.
    Http,
    /// Anything that accepts TCP connections.
    Tcp,
}

impl TargetKind {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Postgres, Self::Redis, Self::Clickhouse, Self::Http, Self::Tcp];

    /// The word in config and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Clickhouse => "clickhouse",
            Self::Http => "http",
            Self::Tcp => "tcp",
        }
    }

    /// The name of the protocol in a sentence.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
            Self::Clickhouse => "ClickHouse over HTTP",
            Self::Http => "HTTP",
            Self::Tcp => "TCP",
        }
    }

    /// The port that its servers listen on unless they are told otherwise; `None` where there is no such port.
    pub fn default_port(self, tls: bool) -> Option<u16> {
        match (self, tls) {
            (Self::Postgres, _) => Some(5432),
            (Self::Redis, _) => Some(6379),
            (Self::Clickhouse, false) => Some(8123),
            (Self::Clickhouse, true) => Some(8443),
            (Self::Http, false) => Some(80),
            (Self::Http, true) => Some(443),
            (Self::Tcp, _) => None,
        }
    }
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How a connection is encrypted, in the words of libpq's `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Not at all.
    Disable,
    /// Where the server offers it (PostgreSQL only); its certificate is not checked.
    Prefer,
    /// Always; the server's certificate is not checked.
    Require,
    /// Always, with a certificate that a trusted authority has signed, whatever name it is for.
    VerifyCa,
    /// Always, with a certificate that a trusted authority has signed for the target's host.
    VerifyFull,
}

impl TlsMode {
    /// All of them, from none to the strictest.
    pub const ALL: [Self; 5] = [Self::Disable, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull];

    /// The word in config and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl fmt::Display for TlsMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
