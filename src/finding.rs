//! Findings, verdicts and rules: what checks and policies say.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{DeclaredSource, Origin, Why, WorkloadName};

mod apply;
mod builder;
mod standing;

pub use apply::{ApplyAction, ApplyEffect, CutOff};
pub use builder::FindingBuilder;
pub use standing::{AppliedValue, Standing};

/// The parts of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Imports of the tests.
    Imports,
    /// Discovery of the tests.
    Discovery,
    /// Required test classes.
    Classes,
    /// VPC connectors, networks and workloads, declared against live.
    Vpc,
    /// Health of the tests over time.
    Health,
    /// Policies.
    Policies,
}

impl Part {
    /// Every part, in the order of reports.
    pub const ALL: [Self; 6] = [Self::Vpc, Self::Policies, Self::Imports, Self::Discovery, Self::Classes, Self::Health];

    /// The parts that `--only tests` means.
    pub const TESTS: [Self; 3] = [Self::Imports, Self::Discovery, Self::Classes];

    /// The word in reports and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Imports => "imports",
            Self::Discovery => "discovery",
            Self::Classes => "classes",
            Self::Vpc => "vpc",
            Self::Health => "health",
            Self::Policies => "policies",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How bad a finding is. The order is from harmless to critical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth mending some day.
    Low,
    /// Worth mending soon.
    Medium,
    /// Breaks something that is used.
    High,
    /// Breaks what everything else stands on.
    Critical,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word in config and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The word in a finding's first line.
    pub fn label(self) -> &'static str {
        match self {
            Self::Critical | Self::High => "error",
            Self::Medium => "warning",
            Self::Low | Self::Info => "note",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.word() == word)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a check can say. A check declares its rule beside its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Kebab-case slug that says the problem.
    pub id: Cow<'static, str>,
    /// One line.
    pub title: Cow<'static, str>,
    /// Severity unless config maps it to another.
    pub severity: Severity,
    /// Part of the report.
    pub part: Part,
}

impl Rule {
    /// A rule of a check.
    pub const fn new(id: &'static str, part: Part, severity: Severity, title: &'static str) -> Self {
        Self { id: Cow::Borrowed(id), title: Cow::Borrowed(title), severity, part }
    }
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// `service`, `job`, `worker-pool`, `connector`, `network`, `module`, `resource`, `reference`, `class`, `category`, `file`, `policy`, …
    pub kind: String,
    /// Short name of a resource, or the name of a module, class, file, …
    pub name: String,
    /// Project id, for cloud resources.
    pub project: Option<String>,
    /// Region, for regional cloud resources.
    pub region: Option<String>,
}

impl Subject {
    /// Something that lives in the repository.
    pub fn local(kind: &str, name: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), name: name.into(), project: None, region: None }
    }

    /// A cloud resource.
    pub fn cloud(kind: &str, name: &str, project: &str, region: Option<&str>) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            project: Some(project.to_owned()),
            region: region.map(str::to_owned),
        }
    }
}

impl From<&WorkloadName> for Subject {
    fn from(name: &WorkloadName) -> Self {
        Self::cloud(name.kind.word(), &name.name, &name.project, Some(&name.region))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)?;
        match (&self.project, &self.region) {
            (Some(project), Some(region)) => write!(f, " ({project}/{region})"),
            (Some(project), None) => write!(f, " ({project})"),
            _ => Ok(()),
        }
    }
}

/// What a finding was measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// Terraform configuration.
    Terraform,
    /// Deploy config.
    Deploy,
    /// The API's documented default.
    ApiDefault,
    /// A Terraform state.
    State,
    /// A policy.
    Policy,
}

impl Baseline {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Deploy => "deploy",
            Self::ApiDefault => "api-default",
            Self::State => "state",
            Self::Policy => "policy",
        }
    }
}

impl From<&DeclaredSource> for Baseline {
    fn from(source: &DeclaredSource) -> Self {
        match source {
            DeclaredSource::Terraform { .. } => Self::Terraform,
            DeclaredSource::Deploy { .. } => Self::Deploy,
        }
    }
}

/// A declared value with its source and place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredValue {
    /// The value in canonical spelling; `None` where the source does not mention it.
    pub value: Option<String>,
    /// Resource address or command.
    pub source: String,
    /// Where.
    pub origin: Origin,
}

/// A live value with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveValue {
    /// The value in canonical spelling; `None` where it is not set, or the resource is not there.
    pub value: Option<String>,
    /// Full resource name.
    pub resource: String,
    /// Field path in the API's spelling; empty for the whole resource.
    pub field: String,
    /// More about it, such as "revision 00702-cs6, 100 % of traffic"; may be empty.
    pub note: String,
}

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// A command to run or an edit to make.
    pub kind: FixKind,
    /// The command line, or the edit in words.
    pub text: String,
    /// Where to edit.
    pub origin: Option<Origin>,
    /// The edit as a unified diff without context; `None` where it is no change of known lines.
    pub diff: Option<String>,
    /// How to see that it worked; may be empty.
    pub verify: String,
    /// How to undo it; may be empty.
    pub undo: String,
}

/// The kinds of [`Fix`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FixKind {
    /// A shell command.
    Command,
    /// An edit of a file of the repository.
    Edit,
}

/// Something is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable over runs: rule, subject and field; no line, no value.
    pub id: String,
    /// Rule id.
    pub rule: String,
    /// Part of the report.
    pub part: Part,
    /// How bad.
    pub severity: Severity,
    /// One line that says what is wrong here.
    pub title: String,
    /// What it is about.
    pub subject: Subject,
    /// The field, in the API's or the language's spelling.
    pub field: Option<String>,
    /// What it was measured against.
    pub baseline: Option<Baseline>,
    /// What was declared, best source first.
    pub declared: Vec<DeclaredValue>,
    /// What is live.
    pub live: Option<LiveValue>,
    /// The places to look at, the primary one first.
    pub places: Vec<Origin>,
    /// Why it matters here.
    pub why: String,
    /// What `terraform apply` would do about it; `None` where that is no question of Terraform.
    pub apply: Option<ApplyEffect>,
    /// What a state says of the field; `None` where none says anything.
    pub applied: Option<AppliedValue>,
    /// What to do, best first.
    pub fix: Vec<Fix>,
    /// Ids of the findings of which this one is a consequence.
    pub caused_by: Vec<String>,
}

impl Finding {
    /// Starts a finding of a rule; [`FindingBuilder::build`] ends it.
    pub fn builder(rule: &Rule, subject: Subject, title: impl Into<String>) -> FindingBuilder {
        FindingBuilder::new(Self {
            id: String::new(),
            rule: rule.id.clone().into_owned(),
            part: rule.part,
            severity: rule.severity,
            title: title.into(),
            subject,
            field: None,
            baseline: None,
            declared: Vec::new(),
            live: None,
            places: Vec::new(),
            why: String::new(),
            apply: None,
            applied: None,
            fix: Vec::new(),
            caused_by: Vec::new(),
        })
    }

    /// The id that a finding of this rule, subject and field has.
    pub fn id_of(rule: &str, subject: &Subject, field: Option<&str>) -> String {
        let mut id = format!("{rule}:{}", subject.kind);
        for segment in
            [subject.project.as_deref(), subject.region.as_deref(), Some(&subject.name)].into_iter().flatten()
        {
            id.push('/');
            id.push_str(segment);
        }
        if let Some(field) = field {
            id.push(':');
            id.push_str(field);
        }
        id
    }
}

/// Something that a rule needed could not be told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotChecked {
    /// Rule id.
    pub rule: String,
    /// Part of the report.
    pub part: Part,
    /// What it is about.
    pub subject: Subject,
    /// The field that could not be judged.
    pub field: Option<String>,
    /// Why.
    pub reason: Why,
}

/// The outcome of one rule on one subject. There is no fifth: "still changing" is a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Looked at, and fine.
    Clean,
    /// Looked at, and wrong.
    Finding(Box<Finding>),
    /// Could not be looked at.
    NotChecked(Box<NotChecked>),
    /// There is nothing of the kind that the rule judges.
    NotApplicable,
}

impl Verdict {
    /// A rule that could not be decided on a subject, for the first of these reasons.
    pub fn not_checked(rule: &Rule, subject: Subject, field: Option<&str>, reason: Why) -> Self {
        Self::NotChecked(Box::new(NotChecked {
            rule: rule.id.clone().into_owned(),
            part: rule.part,
            subject,
            field: field.map(str::to_owned),
            reason,
        }))
    }
}

impl From<Finding> for Verdict {
    fn from(finding: Finding) -> Self {
        Self::Finding(Box::new(finding))
    }
}
