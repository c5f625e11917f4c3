//! Who changed what and when, from Cloud Audit Logs.

use std::fmt;

use jiff::Timestamp;

use super::fact::Fact;
use super::names::{ConnectorName, WorkloadName};

/// An entry of Cloud Audit Logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// The project whose log holds it.
    pub project: String,
    /// The entry's identity in the log; empty where the log gives none.
    pub id: String,
    /// When it happened.
    pub time: Timestamp,
    /// Who did it, as the log says; absent where the log withholds it.
    pub who: Fact<String>,
    /// The API's method, such as `google.cloud.run.v2.Services.UpdateService`.
    pub method: Fact<String>,
    /// What it was done to, as the log says.
    pub resource: Fact<String>,
    /// What it was done to, where it is one of these.
    pub subject: Option<AuditSubject>,
    /// How it ended.
    pub status: AuditStatus,
    /// Which step of a long operation this is.
    pub step: AuditStep,
}

/// What an audit log entry is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditSubject {
    /// A workload.
    Workload(WorkloadName),
    /// A connector.
    Connector(ConnectorName),
}

impl fmt::Display for AuditSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workload(name) => name.fmt(f),
            Self::Connector(name) => name.fmt(f),
        }
    }
}

/// How a call ended: `google.rpc.Status`. No code means success.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditStatus {
    /// The error's code; `None` or 0 where the call was taken.
    pub code: Option<i64>,
    /// The error's message.
    pub message: Option<String>,
}

impl AuditStatus {
    /// True where the call was taken.
    pub fn is_ok(&self) -> bool {
        self.code.is_none_or(|code| code == 0)
    }
}

/// Which step of a long operation an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditStep {
    /// There is only this one.
    Only,
    /// The operation begins.
    First,
    /// The operation ends.
    Last,
    /// In between.
    Middle,
}

impl AuditStep {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::First => "first",
            Self::Last => "last",
            Self::Middle => "middle",
        }
    }
}
