//! Version 1 of the JSON of `check`: its shape, and nothing else. docs/json.md explains it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::report;

mod apply;
mod before_deploy;
pub(super) mod change;

pub(super) use apply::{AppliedValue, ApplyAction, ApplyEffect, CutOff, Standing};
use before_deploy::BeforeDeploy;
use change::{Base, Fixed, Undecided};

/// The report as JSON, with two spaces of indent, fields and items in a stable order, and a line end.
pub fn render(report: &report::Report) -> String {
    // Nothing in these structs can fail to serialise (keys are text, numbers are finite); were it so one day, the
    // answer is no report rather than half of one.
    let mut text = serde_json::to_string_pretty(&Report::from(report))
        .unwrap_or_else(|error| serde_json::json!({ "error": error.to_string() }).to_string());
    text.push('\n');
    text
}

/// The JSON schema (draft 2020-12) that every [`render`] meets.
pub fn schema() -> Value {
    schema_of::<Report>()
}

/// The JSON schema (draft 2020-12) of a document.
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// The report of one run of `gcp-drift check`, version 1. Fields may be added within this version; none is renamed,
/// removed or given another meaning.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "gcp-drift check, version 1")]
pub(super) struct Report {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub(super) schema_version: u32,
    pub(super) tool: Tool,
    pub(super) run: Run,
    /// One entry a part, always in the same order.
    pub(super) parts: Vec<PartSummary>,
    pub(super) summary: Summary,
    /// Findings that count, worst first, causes before consequences.
    pub(super) findings: Vec<Finding>,
    /// What a rule needed and could not be told, and counts.
    pub(super) not_checked: Vec<NotChecked>,
    /// Accepted items, which do not count.
    pub(super) suppressed: Vec<Suppressed>,
    /// What the deploy that is about to run would do; only with `--before-deploy`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) before_deploy: Option<BeforeDeploy>,
    /// The commit that the change is compared with; only with `--base`, as everything up to `coverage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<Base>,
    /// Ids of the findings that the base does not have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) introduced: Option<Vec<String>>,
    /// The base's findings that are gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fixed: Option<Vec<Fixed>>,
    /// Of what it cannot be told whether it is new or gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) undecided: Option<Vec<Undecided>>,
    /// What is not checked, and is at the base.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) introduced_not_checked: Option<Vec<NotChecked>>,
    /// What was really looked at in Google Cloud.
    pub(super) coverage: Vec<Coverage>,
}

/// The program that made the report.
#[derive(Serialize, JsonSchema)]
pub(super) struct Tool {
    /// Always `gcp-drift`.
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

impl Tool {
    /// This program.
    pub(super) fn this() -> Self {
        Self { name: "gcp-drift", version: env!("CARGO_PKG_VERSION") }
    }
}

/// The run itself. Clocks and durations stand only here and in the metrics of parts.
#[derive(Serialize, JsonSchema)]
pub(super) struct Run {
    /// Where the live state comes from, in words.
    pub(super) live_source: String,
    /// When the run started, RFC 3339.
    pub(super) started: String,
    /// How long it took.
    pub(super) seconds: f64,
}

/// One part of the report.
#[derive(Serialize, JsonSchema)]
pub(super) struct PartSummary {
    pub(super) part: Part,
    pub(super) verdict: PartVerdict,
    /// Number of findings.
    pub(super) findings: usize,
    /// Number of not-checked items.
    pub(super) not_checked: usize,
    /// Number of pairs of rule and subject that were judged clean.
    pub(super) clean: usize,
    /// Named numbers and texts; which ones there are depends on the part.
    pub(super) metrics: BTreeMap<String, Value>,
}

/// The parts of a report.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Part {
    Imports,
    Discovery,
    Classes,
    Vpc,
    Health,
    Policies,
}

/// A part's verdict: `clean` (all that was judged is clean), `findings`, `not-checked` (no findings, but something could
/// not be checked), `not-applicable` (nothing of the kind is there), `not-asked` (the run does not look at it).
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PartVerdict {
    Clean,
    Findings,
    NotChecked,
    NotApplicable,
    NotAsked,
}

/// Totals, and the exit code with its reason.
#[derive(Serialize, JsonSchema)]
pub(super) struct Summary {
    pub(super) findings: usize,
    pub(super) by_severity: BySeverity,
    pub(super) not_checked: usize,
    pub(super) suppressed: usize,
    pub(super) clean: usize,
    pub(super) exit: Exit,
}

/// Number of findings a severity.
#[derive(Default, Serialize, JsonSchema)]
pub(super) struct BySeverity {
    pub(super) critical: usize,
    pub(super) high: usize,
    pub(super) medium: usize,
    pub(super) low: usize,
    pub(super) info: usize,
}

/// How the process ends.
#[derive(Serialize, JsonSchema)]
pub(super) struct Exit {
    /// The exit code.
    pub(super) code: u8,
    /// The reason for it, one line.
    pub(super) reason: String,
}

/// Something is wrong.
#[derive(Serialize, JsonSchema)]
pub(super) struct Finding {
    /// Stable over runs: made of rule, subject and field; no line, no value.
    pub(super) id: String,
    /// Rule id; `gcp-drift explain RULE` tells more.
    pub(super) rule: String,
    pub(super) part: Part,
    pub(super) severity: Severity,
    /// One line that says what is wrong here.
    pub(super) title: String,
    pub(super) subject: Subject,
    /// The field, in the API's or the language's spelling; null where it is about the whole subject.
    pub(super) field: Option<String>,
    /// What it was measured against; null where it is about one side alone.
    pub(super) baseline: Option<Baseline>,
    /// What was declared, best source first.
    pub(super) declared: Vec<DeclaredValue>,
    /// What is live; null where nothing live is involved.
    pub(super) live: Option<LiveValue>,
    /// The places of the repository to look at, the primary one first.
    pub(super) places: Vec<Origin>,
    /// The fields of API resources to look at, beyond `live`.
    pub(super) live_places: Vec<LiveField>,
    /// Why it matters here; may be empty.
    pub(super) why: String,
    /// What `terraform apply` would do about it; left out where that is no question of Terraform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) apply: Option<ApplyEffect>,
    /// What a state (`--state`) says of the field; left out where none says anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) applied: Option<AppliedValue>,
    /// What to do, best first.
    pub(super) fix: Vec<Fix>,
    /// Ids of the findings of which this one is a consequence.
    pub(super) caused_by: Vec<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Severity {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

/// What a finding or a not-checked item is about.
#[derive(Serialize, JsonSchema)]
pub(super) struct Subject {
    /// Such as `service`, `connector`, `import`, `module`, `class`, `category`, `file`.
    pub(super) kind: String,
    /// Short name of a resource, or the name of a module, class, file, …
    pub(super) name: String,
    /// Project id; null for what lives in the repository.
    pub(super) project: Option<String>,
    /// Region; null for what is not regional.
    pub(super) region: Option<String>,
}

/// What a finding was measured against.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Baseline {
    Terraform,
    Deploy,
    ApiDefault,
    State,
    Policy,
}

/// A declared value with its source and place.
#[derive(Serialize, JsonSchema)]
pub(super) struct DeclaredValue {
    /// The value in canonical spelling; null where the source was read and does not set it.
    pub(super) value: Option<String>,
    /// Resource address or command.
    pub(super) source: String,
    /// Where; null where it was not read from a file of the repository.
    pub(super) origin: Option<Origin>,
}

/// A live value with its place.
#[derive(Serialize, JsonSchema)]
pub(super) struct LiveValue {
    /// The value in canonical spelling; null where it is not set, or the resource is not there.
    pub(super) value: Option<String>,
    /// Full resource name.
    pub(super) resource: String,
    /// Field path in the API's spelling; empty for the whole resource.
    pub(super) field: String,
    /// More about it, such as the revision and its share of the traffic; may be empty.
    pub(super) note: String,
}

/// A field of an API resource.
#[derive(Serialize, JsonSchema)]
pub(super) struct LiveField {
    /// Full resource name.
    pub(super) resource: String,
    /// Field path in the API's spelling; empty for the whole resource.
    pub(super) field: String,
}

/// What to do about a finding.
#[derive(Serialize, JsonSchema)]
pub(super) struct Fix {
    pub(super) kind: FixKind,
    /// The command line, or the edit in words.
    pub(super) text: String,
    /// Where to edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<Origin>,
    /// The edit as a unified diff without context lines, for `git apply --unidiff-zero` or `patch -p1` in the
    /// repository; left out where it is no change of one line or no new file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) diff: Option<String>,
    /// How to see that it worked; may be empty.
    pub(super) verify: String,
    /// How to undo it; may be empty.
    pub(super) undo: String,
}

/// `command` is run in a shell, `edit` changes a file of the repository.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FixKind {
    Command,
    Edit,
}

/// A place in a file of the repository. Lines and columns count from 1, columns in characters.
#[derive(Serialize, JsonSchema)]
pub(super) struct Origin {
    /// Relative to the repository, with `/`.
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
    /// Line of the end.
    pub(super) end_line: u32,
    /// Column just after the last character.
    pub(super) end_column: u32,
    /// The calls that led here (Terraform modules, functions of a script), innermost first.
    pub(super) callers: Vec<Caller>,
    /// The state or plan that supplied the value, or a part of it; left out where the configuration alone decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) observed: Option<String>,
}

/// One call that led to a place.
#[derive(Serialize, JsonSchema)]
pub(super) struct Caller {
    /// What is called, such as `module.network`.
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// Something that a rule needed could not be told.
#[derive(Serialize, JsonSchema)]
pub(super) struct NotChecked {
    /// Rule id.
    pub(super) rule: String,
    pub(super) part: Part,
    pub(super) subject: Subject,
    /// The field that could not be judged; null where nothing of the subject could be.
    pub(super) field: Option<String>,
    pub(super) reason: Reason,
}

/// Why something could not be told. At most one of `origin`, `api` and `live` is there.
#[derive(Serialize, JsonSchema)]
pub(super) struct Reason {
    pub(super) kind: ReasonKind,
    /// Reads after "because".
    pub(super) text: String,
    /// The place of the repository that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<Origin>,
    /// The API that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) api: Option<AskedApi>,
    /// The field of an API resource that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) live: Option<LiveField>,
}

/// The classes of reasons.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReasonKind {
    Computed,
    DataSource,
    VariableUnset,
    Environment,
    ModuleUnavailable,
    ParseFailed,
    FileUnreadable,
    ProviderDefault,
    Workspace,
    NonDeterministic,
    Unsupported,
    Cycle,
    EvaluationFailed,
    Limit,
    Dynamic,
    Invalid,
    Guarded,
    ThirdParty,
    NoCredentials,
    Denied,
    ApiDisabled,
    Unreachable,
    RateLimited,
    Malformed,
    NotAsked,
    Settling,
    PolicyFailed,
}

/// One API in one project and region.
#[derive(Serialize, JsonSchema)]
pub(super) struct AskedApi {
    pub(super) api: Api,
    pub(super) project: String,
    /// Null for a global API.
    pub(super) region: Option<String>,
}

/// A collection of a Google API that is read.
#[derive(Clone, Copy, Serialize, JsonSchema)]
pub(super) enum Api {
    #[serde(rename = "run.services")]
    RunServices,
    #[serde(rename = "run.revisions")]
    RunRevisions,
    #[serde(rename = "run.jobs")]
    RunJobs,
    #[serde(rename = "run.workerPools")]
    RunWorkerPools,
    #[serde(rename = "vpcaccess.connectors")]
    VpcAccessConnectors,
    #[serde(rename = "vpcaccess.operations")]
    VpcAccessOperations,
    #[serde(rename = "compute.networks")]
    ComputeNetworks,
    #[serde(rename = "compute.subnetworks")]
    ComputeSubnetworks,
    #[serde(rename = "compute.firewalls")]
    ComputeFirewalls,
    #[serde(rename = "compute.effectiveFirewalls")]
    ComputeEffectiveFirewalls,
    #[serde(rename = "compute.routes")]
    ComputeRoutes,
    #[serde(rename = "compute.routers")]
    ComputeRouters,
    #[serde(rename = "compute.addresses")]
    ComputeAddresses,
    #[serde(rename = "compute.globalAddresses")]
    ComputeGlobalAddresses,
    #[serde(rename = "compute.subnetworkIamPolicy")]
    ComputeSubnetworkIamPolicy,
    #[serde(rename = "sqladmin.instances")]
    SqlInstances,
    #[serde(rename = "redis.instances")]
    RedisInstances,
    #[serde(rename = "redis.clusters")]
    RedisClusters,
    #[serde(rename = "servicenetworking.connections")]
    ServiceNetworkingConnections,
    #[serde(rename = "serviceusage.services")]
    ServiceUsageServices,
    #[serde(rename = "cloudresourcemanager.iamPolicy")]
    ProjectIamPolicy,
    #[serde(rename = "logging.entries")]
    LoggingEntries,
    #[serde(rename = "monitoring.timeSeries")]
    MonitoringTimeSeries,
}

/// An accepted item. The one of `finding` and `not_checked` that `kind` names is there, the other is null.
#[derive(Serialize, JsonSchema)]
pub(super) struct Suppressed {
    pub(super) kind: SuppressedKind,
    pub(super) finding: Option<Finding>,
    pub(super) not_checked: Option<NotChecked>,
    /// The reason that was given for accepting it.
    pub(super) reason: String,
    /// Last day of the acceptance, `YYYY-MM-DD`; null where it has no end.
    pub(super) until: Option<String>,
}

/// What is accepted.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SuppressedKind {
    Finding,
    NotChecked,
}

/// One collection of one project and region, and whether it was really looked at.
#[derive(Serialize, JsonSchema)]
pub(super) struct Coverage {
    /// Project id.
    pub(super) project: String,
    /// Null for a collection that belongs to no region.
    pub(super) region: Option<String>,
    pub(super) api: Api,
    /// The resource that was asked about, for a collection that belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<String>,
    /// When it was answered, RFC 3339, where that is on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) time: Option<String>,
    pub(super) status: CoverageStatus,
    /// What the API said, or how much was read.
    pub(super) detail: String,
}

/// Whether a collection was really looked at; only `answered` means that it was listed in full.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum CoverageStatus {
    Answered,
    Denied,
    Disabled,
    Unreachable,
    RateLimited,
    Malformed,
    NotAsked,
}
