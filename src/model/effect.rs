//! What a deploy would do to what is live.

use super::declared::DeployCommand;
use super::fact::{Fact, Why};
use super::origin::Origin;

/// What one command would do to one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandEffect {
    /// The command.
    pub command: DeployCommand,
    /// What is there before it runs.
    pub before: Before,
    /// Its effect on each field, in a fixed order.
    pub fields: Vec<FieldEffect>,
    /// Why Google Cloud would refuse it.
    pub refused: Option<Refused>,
}

/// What is there before a command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// The workload.
    Workload,
    /// Nothing: the command creates it.
    Nothing,
    /// That cannot be told.
    Unknown(Why),
}

/// What a command would do to one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldEffect {
    /// The field, in Terraform's spelling.
    pub field: &'static str,
    /// What it does.
    pub effect: Effect,
    /// The value before.
    pub before: Fact<String>,
    /// The value after.
    pub after: Fact<String>,
    /// What the next `terraform apply` would do to the value after.
    pub apply: Vec<Apply>,
}

/// What a command does to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It gets another value.
    Set,
    /// Its value is taken away.
    Cleared,
    /// The command names the value that it has.
    Kept,
    /// The command does not mention it.
    Left,
    /// Whether it changes cannot be told.
    Unknown(Why),
}

impl Effect {
    /// The word in reports and JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Cleared => "cleared",
            Self::Kept => "kept",
            Self::Left => "left",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why it cannot be told, where it cannot.
    pub fn unknown(&self) -> Option<&Why> {
        match self {
            Self::Unknown(why) => Some(why),
            _ => None,
        }
    }
}

/// What `terraform apply` would do to a value that a deploy has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Apply {
    /// It would turn it back.
    TurnsBack {
        /// To this value; `None` where it takes the value away.
        to: Option<String>,
        /// The resource's address.
        source: String,
        /// Where it is declared.
        origin: Origin,
    },
    /// That cannot be told.
    Unknown(Why),
}

/// Why Google Cloud refuses what a command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A connector and a direct interface at once. "One and only one of connector and network_interfaces must be set"
    /// (Cloud Run Admin API, error of services.update).
    Both,
    /// An egress setting, and nothing that it could be the egress of (the same check of the API).
    EgressAlone,
    /// An update of what is not there.
    NotThere,
}

impl Refused {
    /// In words, without the workload.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Both => "a workload has a connector or a direct interface, not both",
            Self::EgressAlone => "an egress setting needs a connector or a direct interface",
            Self::NotThere => "an update needs a workload that exists",
        }
    }
}
