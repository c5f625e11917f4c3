//! Where a value was read.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::live::Api;
use super::source::{Position, RepoPath};

/// Where a value was read: a place in a file, or a field of an API resource. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A span of a file of the repository.
    Source(SourceSpan),
    /// A field of a resource of a Google API.
    Live(LiveField),
}

/// A span of a file, with the chain of module calls that led there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceSpan {
    /// The file, relative to the repository.
    pub file: RepoPath,
    /// The first character.
    pub start: Position,
    /// Just after the last character.
    pub end: Position,
    /// The calls that led here, innermost first; empty at the top level.
    #[serde(default, skip_serializing_if = "Callers::is_empty")]
    pub callers: Callers,
    /// What supplied the value, or a part of it, where the configuration alone does not decide it, such as
    /// `state file terraform.tfstate, serial 81`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Arc<str>>,
}

/// A chain of calls, innermost first. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Callers(Option<Arc<[Caller]>>);

impl Callers {
    /// Wraps a chain, innermost call first.
    pub fn new(chain: Vec<Caller>) -> Self {
        Self((!chain.is_empty()).then(|| chain.into()))
    }

    /// The calls, innermost first.
    pub fn as_slice(&self) -> &[Caller] {
        self.0.as_deref().unwrap_or_default()
    }

    /// True at the top level.
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

/// One call in a chain: a Terraform `module` block, or a call site in a script.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Caller {
    /// What is called, such as `module.network`.
    pub name: String,
    /// The file of the call.
    pub file: RepoPath,
    /// Where the call stands.
    pub position: Position,
}

/// A field of an API resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LiveField {
    /// Full resource name, such as `projects/p/locations/r/connectors/c`.
    pub resource: Arc<str>,
    /// Field path in the API's spelling, such as `template.vpcAccess.egress`; empty for the whole resource.
    pub field: Arc<str>,
}

impl Origin {
    /// A field of an API resource.
    pub fn live(resource: impl Into<Arc<str>>, field: impl Into<Arc<str>>) -> Self {
        Self::Live(LiveField { resource: resource.into(), field: field.into() })
    }

    /// The span, where this is a place in a file.
    pub fn source(&self) -> Option<&SourceSpan> {
        match self {
            Self::Source(span) => Some(span),
            Self::Live(_) => None,
        }
    }

    /// The same place, for a value that a state or plan supplied.
    pub fn observed_in(mut self, label: Option<Arc<str>>) -> Self {
        if let (Self::Source(span), Some(label)) = (&mut self, label) {
            span.observed = Some(label);
        }
        self
    }

    /// What supplied the value, where the configuration alone does not decide it.
    pub fn observed(&self) -> Option<&str> {
        self.source()?.observed.as_deref()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(span) => write!(f, "{}:{}:{}", span.file, span.start.line, span.start.column),
            Self::Live(live) if live.field.is_empty() => f.write_str(&live.resource),
            Self::Live(live) => write!(f, "{} ({})", live.resource, live.field),
        }
    }
}

/// What a reason points at: a place that was read, or an API that was asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A file or a field.
    Origin(Origin),
    /// One API in one project and region; `region` is `None` for a global API.
    Api {
        /// The API.
        api: Api,
        /// Project id.
        project: String,
        /// Region, or `None` for a global API.
        region: Option<String>,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(origin) => origin.fmt(f),
            Self::Api { api, project, region: Some(region) } => write!(f, "{api} in {project}/{region}"),
            Self::Api { api, project, region: None } => write!(f, "{api} in {project}"),
        }
    }
}
