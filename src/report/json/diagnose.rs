//! Version 1 of the JSON of `diagnose`: its shape, and nothing else. docs/diagnose.md explains it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::v1::{self, Tool};
use crate::model::diagnosis as model;
use crate::model::{Place, Why};
use crate::report::diagnosis::Told;

/// A diagnosis, version 1. Fields may be added within this version; none is renamed, removed or given another meaning.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "gcp-drift diagnose, version 1")]
struct Diagnosis {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    schema_version: u32,
    tool: Tool,
    /// Where the live state comes from, in words.
    live_source: String,
    exit_code: u8,
    /// Why it is that code.
    reason: String,
    /// Full names of the workloads.
    workloads: Vec<String>,
    paths: Vec<Path>,
    /// The likeliest first. A cause that another one explains stands in that one's chain.
    causes: Vec<Cause>,
    ruled_out: Vec<Hypothesis>,
    undecided: Vec<Doubt>,
    advice: Vec<Advice>,
    /// Targets that a workload may have and that are not known.
    unknown_targets: Vec<String>,
    /// What this reasoning never looks at.
    limits: Vec<String>,
}

/// The way of a workload's packets to a target.
#[derive(Serialize, JsonSchema)]
struct Path {
    /// Full name of the workload.
    workload: String,
    /// The revisions that take it; empty for a job, and for a template that does not serve.
    revisions: Vec<String>,
    /// Who takes it, in words.
    share: String,
    /// Whether something takes it now.
    serves: bool,
    target: Target,
    outcome: Outcome,
    /// The hop at which it is blocked, by index; null unless it is.
    blocked_at: Option<usize>,
    hops: Vec<Hop>,
    /// What a probe found, in words; null where none was made.
    probe: Option<String>,
    /// Whether a probe from the workload found the opposite of `outcome`.
    contradicted: bool,
}

/// How a path ends.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    /// Nothing that was looked at keeps packets from the target, and everything that decides was looked at.
    Reaches,
    /// Packets do not get past a hop.
    Blocked,
    /// It cannot be told.
    NotDecidable,
}

/// Where a path leads.
#[derive(Serialize, JsonSchema)]
struct Target {
    name: String,
    /// What it speaks; null where that is not known.
    kind: Option<String>,
    host: Option<String>,
    port: Option<u16>,
    /// Full name of the resource, where it is one.
    resource: Option<String>,
    /// How it is known that the workload uses it.
    known_from: String,
}

/// One step of a path.
#[derive(Serialize, JsonSchema)]
struct Hop {
    kind: String,
    name: String,
    state: HopState,
    text: String,
    /// Why it cannot be told; null unless it cannot.
    why: Option<Reason>,
    evidence: Vec<Proof>,
}

/// Whether packets get past a hop.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum HopState {
    /// They do.
    Open,
    /// They do not.
    Blocked,
    /// It cannot be told.
    Unknown,
}

/// A field that was read.
#[derive(Serialize, JsonSchema)]
struct Proof {
    /// Full resource name, or a file with its line.
    resource: String,
    /// Field path in the API's spelling; empty for the whole resource.
    field: String,
    /// Null where it is not set, or the resource is not there.
    value: Option<String>,
}

/// A failure mode.
#[derive(Serialize, JsonSchema)]
struct Mode {
    /// Its number in docs/diagnose.md; null for what is only a step on the way to another one.
    number: Option<u8>,
    slug: String,
}

/// Something that is wrong.
#[derive(Serialize, JsonSchema)]
struct Cause {
    mode: Mode,
    /// Full name of the resource.
    subject: String,
    title: String,
    likelihood: Likelihood,
    /// The paths that it blocks, by index.
    blocks: Vec<usize>,
    /// From the symptom to this cause: each line is the reason of the one before it.
    chain: Vec<Link>,
    evidence: Vec<Proof>,
    change: Change,
    fix: Vec<Fix>,
    /// Ids of findings of `check` that say the same.
    findings: Vec<String>,
}

/// How sure a cause is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Likelihood {
    /// Its fields prove it, and packets cannot get past it.
    Certain,
    /// Its fields prove it; whether it is what is seen depends on what the workload does.
    Likely,
    /// It is there; nothing that is known to be used is hit by it.
    Possible,
}

/// One line of a chain.
#[derive(Serialize, JsonSchema)]
struct Link {
    /// Null for the symptom.
    mode: Option<Mode>,
    text: String,
}

/// The change behind a cause.
#[derive(Serialize, JsonSchema)]
struct Change {
    /// Whether an API or the audit log tells.
    known: bool,
    who: Option<String>,
    /// RFC 3339.
    when: Option<String>,
    /// The API's method, or the tool.
    how: Option<String>,
    /// Where that is told, or why it is not.
    source: String,
}

/// What to do.
#[derive(Serialize, JsonSchema)]
struct Fix {
    /// Whether `text` is a command line.
    command: bool,
    text: String,
    verify: String,
    undo: String,
}

/// A failure mode that is not there.
#[derive(Serialize, JsonSchema)]
struct Hypothesis {
    mode: Mode,
    subject: String,
    text: String,
    evidence: Vec<Proof>,
}

/// Something that cannot be told.
#[derive(Serialize, JsonSchema)]
struct Doubt {
    /// Null for a hop that could not be looked at.
    mode: Option<Mode>,
    subject: String,
    why: Reason,
}

/// Why something cannot be told.
#[derive(Serialize, JsonSchema)]
struct Reason {
    kind: String,
    text: String,
    /// The API that was not answered, where it is one.
    api: Option<String>,
    /// The permission that asking it needs.
    permission: Option<String>,
}

/// What is worth knowing although no field proves that it hurts.
#[derive(Serialize, JsonSchema)]
struct Advice {
    mode: Mode,
    subject: String,
    text: String,
}

/// The diagnosis as JSON; ends with a line end.
///
/// # Errors
/// What does not serialise.
pub fn render(told: &Told<'_>) -> serde_json::Result<String> {
    let diagnosis = told.diagnosis;
    let copy = Diagnosis {
        schema_version: 1,
        tool: Tool::this(),
        live_source: told.live_source.to_owned(),
        exit_code: told.exit_code,
        reason: told.exit_reason.to_owned(),
        workloads: diagnosis.workloads.iter().map(ToString::to_string).collect(),
        paths: diagnosis.paths.iter().map(path).collect(),
        causes: diagnosis.causes.iter().map(cause).collect(),
        ruled_out: diagnosis
            .ruled_out
            .iter()
            .map(|own| Hypothesis {
                mode: mode(own.mode),
                subject: own.subject.clone(),
                text: own.text.clone(),
                evidence: proofs(&own.evidence),
            })
            .collect(),
        undecided: diagnosis
            .undecided
            .iter()
            .map(|own| Doubt { mode: own.mode.map(mode), subject: own.subject.clone(), why: reason(&own.why) })
            .collect(),
        advice: diagnosis
            .advice
            .iter()
            .map(|own| Advice { mode: mode(own.mode), subject: own.subject.clone(), text: own.text.clone() })
            .collect(),
        unknown_targets: diagnosis.unknown_targets.clone(),
        limits: diagnosis.limits.clone(),
    };
    Ok(serde_json::to_string_pretty(&copy)? + "\n")
}

/// The JSON schema (draft 2020-12) that every [`render`] meets.
pub fn schema() -> Value {
    v1::schema_of::<Diagnosis>()
}

fn mode(mode: &'static model::Mode) -> Mode {
    Mode { number: mode.number, slug: mode.slug.to_owned() }
}

fn proofs(proofs: &[model::Proof]) -> Vec<Proof> {
    let copy = |proof: &model::Proof| Proof {
        resource: proof.resource.clone(),
        field: proof.field.clone(),
        value: proof.value.clone(),
    };
    proofs.iter().map(copy).collect()
}

fn reason(why: &Why) -> Reason {
    let api = match &why.place {
        Some(Place::Api { api, .. }) => Some(*api),
        _ => None,
    };
    Reason {
        kind: why.kind.word().to_owned(),
        text: why.text.clone(),
        api: api.map(|api| api.word().to_owned()),
        permission: api.map(|api| api.permission().to_owned()),
    }
}

fn path(path: &model::Path) -> Path {
    Path {
        workload: path.workload.to_string(),
        revisions: path.revisions.clone(),
        share: path.share.clone(),
        serves: path.serves,
        target: Target {
            name: path.target.name.clone(),
            kind: path.target.kind.map(|kind| kind.word().to_owned()),
            host: path.target.host.clone(),
            port: path.target.port,
            resource: path.target.resource.clone(),
            known_from: path.target.known_from.clone(),
        },
        outcome: match &path.outcome {
            model::Outcome::Reaches => Outcome::Reaches,
            model::Outcome::Blocked(_) => Outcome::Blocked,
            model::Outcome::Undecidable(_) => Outcome::NotDecidable,
        },
        blocked_at: match &path.outcome {
            model::Outcome::Blocked(at) => Some(*at),
            _ => None,
        },
        hops: path
            .hops
            .iter()
            .map(|hop| Hop {
                kind: hop.kind.word().to_owned(),
                name: hop.name.clone(),
                state: match &hop.state {
                    model::HopState::Open => HopState::Open,
                    model::HopState::Blocked => HopState::Blocked,
                    model::HopState::Unknown(_) => HopState::Unknown,
                },
                text: hop.text.clone(),
                why: match &hop.state {
                    model::HopState::Unknown(why) => Some(reason(why)),
                    _ => None,
                },
                evidence: proofs(&hop.evidence),
            })
            .collect(),
        probe: path.probe.clone(),
        contradicted: path.contradicted,
    }
}

fn cause(cause: &model::Cause) -> Cause {
    Cause {
        mode: mode(cause.mode),
        subject: cause.subject.clone(),
        title: cause.title.clone(),
        likelihood: match cause.likelihood {
            model::Likelihood::Certain => Likelihood::Certain,
            model::Likelihood::Likely => Likelihood::Likely,
            model::Likelihood::Possible => Likelihood::Possible,
        },
        blocks: cause.blocks.clone(),
        chain: cause.chain.iter().map(|link| Link { mode: link.mode.map(mode), text: link.text.clone() }).collect(),
        evidence: proofs(&cause.evidence),
        change: match &cause.change {
            model::Behind::Change(change) => Change {
                known: true,
                who: change.who.clone(),
                when: change.when.clone(),
                how: change.how.clone(),
                source: change.source.clone(),
            },
            model::Behind::Unknown(why) => {
                Change { known: false, who: None, when: None, how: None, source: why.clone() }
            }
        },
        fix: cause
            .fix
            .iter()
            .map(|fix| Fix {
                command: fix.command,
                text: fix.text.clone(),
                verify: fix.verify.clone(),
                undo: fix.undo.clone(),
            })
            .collect(),
        findings: cause.findings.clone(),
    }
}
