//! Names of Google Cloud resources: parsed once at the edge, from any spelling, into a canonical form.
//!
//! Spellings seen: short name, `projects/…` name, self link (`https://www.googleapis.com/compute/v1/projects/…`,
//! `https://compute.googleapis.com/compute/v1/projects/…`), full resource name (`//vpcaccess.googleapis.com/projects/…`),
//! each with a project id or a project number.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::redact;

/// What a short name is relative to, and how project numbers translate to ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameContext {
    /// Project id of the resource that holds the name, where it is known.
    pub project: Option<String>,
    /// Region of the resource that holds the name, where it is known.
    pub region: Option<String>,
    /// Project number → project id.
    pub project_numbers: BTreeMap<String, String>,
}

impl NameContext {
    /// A context of one project and region.
    pub fn new(project: Option<&str>, region: Option<&str>) -> Self {
        Self { project: project.map(str::to_owned), region: region.map(str::to_owned), ..Self::default() }
    }

    /// The id of a project that is given by id or number. A number without a known id is an error: two projects may
    /// hold resources of the same name, so a number is never taken for "some project".
    pub(super) fn project_id(&self, text: &str) -> Result<String, NameError> {
        if text.is_empty() {
            return Err(NameError::new(text, "the project is empty"));
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return self
                .project_numbers
                .get(text)
                .cloned()
                .ok_or_else(|| NameError::new(text, "a project number whose project id is not known"));
        }
        Ok(text.to_owned())
    }

    pub(super) fn own_project(&self, text: &str) -> Result<String, NameError> {
        let project = self.project.as_deref();
        let project = project.ok_or_else(|| NameError::new(text, "a short name, and the project is not known"))?;
        self.project_id(project)
    }

    fn own_region(&self, text: &str) -> Result<String, NameError> {
        self.region.clone().ok_or_else(|| NameError::new(text, "a short name, and the region is not known"))
    }
}

/// A text that names nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is {problem}")]
pub struct NameError {
    /// The text, without what is a secret by its shape.
    pub text: String,
    /// A lower-case fragment that reads after "is".
    pub problem: &'static str,
}

impl NameError {
    pub(super) fn new(text: &str, problem: &'static str) -> Self {
        Self { text: redact::identifier(text), problem }
    }
}

/// The part of a name from `projects/` on, without host and API version, without leading and trailing `/`.
pub(crate) fn relative(text: &str) -> &str {
    let text = text.trim().trim_end_matches('/');
    match text.find("projects/") {
        Some(0) => text,
        Some(at) if text.as_bytes().get(at - 1) == Some(&b'/') => text.get(at..).unwrap_or(text),
        _ => text,
    }
}

/// A VPC Access connector: `projects/{project}/locations/{region}/connectors/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectorName {
    /// Project id.
    pub project: String,
    /// Region.
    pub region: String,
    /// Short name.
    pub name: String,
}

impl ConnectorName {
    /// Parses any spelling; a short name takes project and region from the context.
    ///
    /// # Errors
    /// Where the text is no connector's name, or the context lacks what a short name needs.
    pub fn parse(text: &str, context: &NameContext) -> Result<Self, NameError> {
        let path = relative(text);
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            [name] if is_short_name(name) => Ok(Self {
                project: context.own_project(text)?,
                region: context.own_region(text)?,
                name: (*name).to_owned(),
            }),
            ["projects", project, "locations", region, "connectors", name]
                if is_short_name(name) && is_short_name(region) =>
            {
                Ok(Self {
                    project: context.project_id(project)?,
                    region: (*region).to_owned(),
                    name: (*name).to_owned(),
                })
            }
            _ => Err(NameError::new(text, "no name of a VPC Access connector")),
        }
    }
}

impl fmt::Display for ConnectorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "projects/{}/locations/{}/connectors/{}", self.project, self.region, self.name)
    }
}

/// A VPC network: `projects/{project}/global/networks/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NetworkName {
    /// Project id.
    pub project: String,
    /// Short name.
    pub name: String,
}

impl NetworkName {
    /// Parses any spelling. A short name belongs to the context's own project, never to a Shared VPC host.
    ///
    /// # Errors
    /// Where the text is no network's name, or the context lacks the project.
    pub fn parse(text: &str, context: &NameContext) -> Result<Self, NameError> {
        let parts: Vec<&str> = relative(text).split('/').collect();
        match parts.as_slice() {
            [name] | ["global", "networks", name] if is_short_name(name) => {
                Ok(Self { project: context.own_project(text)?, name: (*name).to_owned() })
            }
            ["projects", project, "global", "networks", name] if is_short_name(name) => {
                Ok(Self { project: context.project_id(project)?, name: (*name).to_owned() })
            }
            _ => Err(NameError::new(text, "no name of a network")),
        }
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "projects/{}/global/networks/{}", self.project, self.name)
    }
}

/// A subnetwork: `projects/{project}/regions/{region}/subnetworks/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SubnetworkName {
    /// Project id.
    pub project: String,
    /// Region.
    pub region: String,
    /// Short name.
    pub name: String,
}

impl SubnetworkName {
    /// Parses any spelling; a short name takes project and region from the context.
    ///
    /// # Errors
    /// Where the text is no subnetwork's name, or the context lacks what a short name needs.
    pub fn parse(text: &str, context: &NameContext) -> Result<Self, NameError> {
        let parts: Vec<&str> = relative(text).split('/').collect();
        match parts.as_slice() {
            [name] if is_short_name(name) => Ok(Self {
                project: context.own_project(text)?,
                region: context.own_region(text)?,
                name: (*name).to_owned(),
            }),
            ["projects", project, "regions", region, "subnetworks", name] if is_short_name(name) => Ok(Self {
                project: context.project_id(project)?,
                region: (*region).to_owned(),
                name: (*name).to_owned(),
            }),
            _ => Err(NameError::new(text, "no name of a subnetwork")),
        }
    }
}

impl fmt::Display for SubnetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "projects/{}/regions/{}/subnetworks/{}", self.project, self.region, self.name)
    }
}

/// The kinds of Cloud Run workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkloadKind {
    /// A service.
    Service,
    /// A job.
    Job,
    /// A worker pool.
    WorkerPool,
}

impl WorkloadKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Service, Self::Job, Self::WorkerPool];

    /// The collection in resource names.
    pub fn collection(self) -> &'static str {
        match self {
            Self::Service => "services",
            Self::Job => "jobs",
            Self::WorkerPool => "workerPools",
        }
    }

    /// The word in reports and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Job => "job",
            Self::WorkerPool => "worker-pool",
        }
    }
}

/// A Cloud Run workload: `projects/{project}/locations/{region}/{services|jobs|workerPools}/{name}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkloadName {
    /// What it is.
    pub kind: WorkloadKind,
    /// Project id.
    pub project: String,
    /// Region.
    pub region: String,
    /// Short name.
    pub name: String,
}

impl fmt::Display for WorkloadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let collection = self.kind.collection();
        write!(f, "projects/{}/locations/{}/{collection}/{}", self.project, self.region, self.name)
    }
}

/// True for a text that can be one segment of a name: not empty, no `/`, no white space, no template.
pub(super) fn is_short_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> NameContext {
        NameContext {
            project: Some("p".into()),
            region: Some("r".into()),
            project_numbers: [("42".to_owned(), "p".to_owned())].into(),
        }
    }

    #[test]
    fn every_spelling_of_a_connector_is_one_name() {
        let expected = "projects/p/locations/r/connectors/c";
        for text in [
            "c",
            "projects/p/locations/r/connectors/c",
            "projects/42/locations/r/connectors/c",
            "//vpcaccess.googleapis.com/projects/p/locations/r/connectors/c",
            "https://vpcaccess.googleapis.com/v1/projects/p/locations/r/connectors/c",
            "/projects/p/locations/r/connectors/c",
        ] {
            assert_eq!(ConnectorName::parse(text, &context()).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_named_is_an_error_not_a_guess() {
        for text in ["", "a/b", "projects/7/locations/r/connectors/c", "projects/p/locations/r/services/c", "${var.c}"]
        {
            assert!(ConnectorName::parse(text, &context()).is_err(), "{text}");
        }
        assert!(ConnectorName::parse("c", &NameContext::new(Some("p"), None)).is_err());
        let error = ConnectorName::parse("redis://:hunter2@10.0.0.3:6379", &context()).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn every_spelling_of_a_network_is_one_name() {
        for text in [
            "n",
            "projects/p/global/networks/n",
            "projects/42/global/networks/n",
            "https://www.googleapis.com/compute/v1/projects/p/global/networks/n",
            "https://compute.googleapis.com/compute/beta/projects/p/global/networks/n",
            "global/networks/n",
        ] {
            let name = NetworkName::parse(text, &context()).unwrap();
            assert_eq!(name.to_string(), "projects/p/global/networks/n", "{text}");
        }
        let name = SubnetworkName::parse("s", &context()).unwrap();
        assert_eq!(name.to_string(), "projects/p/regions/r/subnetworks/s");
    }
}
