//! The part `before_deploy` of version 1: its shape, and what it is made from.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Origin, Reason, Subject};
use crate::model::declared::TrafficChange;
use crate::model::effect::{Apply, Before, CommandEffect, FieldEffect};
use crate::model::{Fact, Guard};
use crate::report::DeployOutlook;

/// What the deploy that is about to run would do.
#[derive(Serialize, JsonSchema)]
pub(in crate::report::json) struct BeforeDeploy {
    /// The file or folder that it is run from; null for all of the repository's deploy config.
    path: Option<String>,
    /// The workloads that it deploys.
    workloads: Vec<WorkloadOutlook>,
}

/// What the deploy would do to one workload.
#[derive(Serialize, JsonSchema)]
struct WorkloadOutlook {
    subject: Subject,
    /// Its commands in the order of files and lines; each file starts from what is live.
    commands: Vec<CommandOutlook>,
}

/// What one command would do.
#[derive(Serialize, JsonSchema)]
struct CommandOutlook {
    /// The tool and its command, such as `gcloud` and `run deploy`.
    tool: String,
    action: String,
    origin: Option<Origin>,
    /// The conditions under which it runs; empty where it certainly does.
    guards: Vec<Condition>,
    /// What is there before it runs.
    before: BeforeWord,
    /// Why that cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    before_unknown: Option<Reason>,
    fields: Vec<FieldOutlook>,
    /// What happens to the traffic, other than that the new revision gets what the latest one had.
    traffic: Vec<TrafficOutlook>,
    /// Why Google Cloud would refuse it; null where nothing says so.
    refused: Option<String>,
}

/// One thing that a command does to traffic.
#[derive(Serialize, JsonSchema)]
struct TrafficOutlook {
    /// The word of gcloud's flag, such as `no-traffic` or `to-revisions`.
    change: String,
    /// Targets with percentages, or tags with revisions, as `target=value`; null where that is not known.
    entries: Option<Vec<String>>,
}

/// A condition of a command.
#[derive(Serialize, JsonSchema)]
struct Condition {
    /// As it is written.
    text: String,
    /// True where the command runs when the condition is false.
    negated: bool,
    origin: Option<Origin>,
}

/// What is there before a command runs: the `workload`, `nothing` (it is created), or that is `unknown`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum BeforeWord {
    Workload,
    Nothing,
    Unknown,
}

/// What a command would do to one field.
#[derive(Serialize, JsonSchema)]
struct FieldOutlook {
    /// In Terraform's spelling.
    field: String,
    /// `set` (another value), `cleared`, `kept` (the command names the value that it has), `left` (the command does not
    /// mention it) or `unknown`.
    effect: String,
    /// Why the effect cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<Reason>,
    before: Value,
    after: Value,
    /// What the next `terraform apply` would do to the value after.
    terraform_apply: Vec<ApplyOutlook>,
}

/// A value. Of the three members one is there: `value`, `absent`, `unknown`.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Value {
    /// It is known.
    Known {
        /// In canonical spelling.
        value: String,
    },
    /// There is none.
    Absent {
        /// Always true.
        absent: bool,
    },
    /// It cannot be told.
    Unknown {
        /// Why.
        unknown: Vec<String>,
    },
}

/// What `terraform apply` would do to a value that the deploy leaves.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "does", rename_all = "kebab-case")]
enum ApplyOutlook {
    /// It would set it back.
    TurnsBack {
        /// To this value; null where it takes the value away.
        to: Option<String>,
        /// The resource's address.
        source: String,
        /// Where it is declared.
        origin: Option<Origin>,
    },
    /// That cannot be told.
    Unknown {
        /// Why.
        reason: Box<Reason>,
    },
}

impl From<&DeployOutlook> for BeforeDeploy {
    fn from(outlook: &DeployOutlook) -> Self {
        let workloads = outlook.workloads.iter().map(|(subject, commands)| WorkloadOutlook {
            subject: subject.into(),
            commands: commands.iter().map(Into::into).collect(),
        });
        Self { path: outlook.path.as_ref().map(ToString::to_string), workloads: workloads.collect() }
    }
}

impl From<&CommandEffect> for CommandOutlook {
    fn from(effect: &CommandEffect) -> Self {
        let command = &effect.command;
        let (before, before_unknown) = match &effect.before {
            Before::Workload => (BeforeWord::Workload, None),
            Before::Nothing => (BeforeWord::Nothing, None),
            Before::Unknown(why) => (BeforeWord::Unknown, Some(why.into())),
        };
        let conditions = command.guards.iter().chain(&command.assumes);
        let open = conditions.filter(|guard| guard.decided != Some(true));
        Self {
            tool: command.tool.clone(),
            action: command.action.clone(),
            origin: command.origin.source().map(Into::into),
            guards: open.map(Into::into).collect(),
            before,
            before_unknown,
            fields: effect.fields.iter().map(Into::into).collect(),
            traffic: command.traffic.iter().map(Into::into).collect(),
            refused: effect.refused.as_ref().map(|refused| refused.words().to_owned()),
        }
    }
}

impl From<&TrafficChange> for TrafficOutlook {
    fn from(change: &TrafficChange) -> Self {
        let entries = match &change.entries {
            Fact::Known(entries, _) => Some(entries.iter().map(ToString::to_string).collect()),
            Fact::Absent(_) => Some(Vec::new()),
            Fact::Unknown(_) => None,
        };
        Self { change: change.kind.word().to_owned(), entries }
    }
}

impl From<&Guard> for Condition {
    fn from(guard: &Guard) -> Self {
        Self { text: guard.text.clone(), negated: guard.negated, origin: guard.origin.source().map(Into::into) }
    }
}

impl From<&FieldEffect> for FieldOutlook {
    fn from(field: &FieldEffect) -> Self {
        Self {
            field: field.field.to_owned(),
            effect: field.effect.word().to_owned(),
            unknown: field.effect.unknown().map(Into::into),
            before: (&field.before).into(),
            after: (&field.after).into(),
            terraform_apply: field.apply.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Fact<String>> for Value {
    fn from(fact: &Fact<String>) -> Self {
        match fact {
            Fact::Known(value, _) => Self::Known { value: value.clone() },
            Fact::Absent(_) => Self::Absent { absent: true },
            Fact::Unknown(whys) => Self::Unknown { unknown: whys.iter().map(ToString::to_string).collect() },
        }
    }
}

impl From<&Apply> for ApplyOutlook {
    fn from(apply: &Apply) -> Self {
        match apply {
            Apply::TurnsBack { to, source, origin } => {
                Self::TurnsBack { to: to.clone(), source: source.clone(), origin: origin.source().map(Into::into) }
            }
            Apply::Unknown(why) => Self::Unknown { reason: Box::new(why.into()) },
        }
    }
}
