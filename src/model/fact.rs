//! What a source says of one value, in three values: known, absent, unknown.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::origin::{Origin, Place};

/// What a source says of one value. What absence means belongs to the source: in Terraform and in an API answer it
/// is the API's default; in a deploy command see [`Change`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact<T> {
    /// The value, and where it was read.
    Known(T, Origin),
    /// The source was read and does not mention the value; the origin is where it would stand.
    Absent(Origin),
    /// The value cannot be told, for these reasons (at least one).
    Unknown(Vec<Why>),
}

impl<T> Fact<T> {
    /// An unknown with one reason.
    pub fn unknown(why: Why) -> Self {
        Self::Unknown(vec![why])
    }

    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value, _) => Some(value),
            _ => None,
        }
    }

    /// Where the value was read or would stand.
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Self::Known(_, origin) | Self::Absent(origin) => Some(origin),
            Self::Unknown(_) => None,
        }
    }

    /// The reasons, where the value is unknown.
    pub fn whys(&self) -> &[Why] {
        match self {
            Self::Unknown(whys) => whys,
            _ => &[],
        }
    }

    /// True where the source was read and does not mention the value.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent(_))
    }

    /// True where the value cannot be told.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// The same fact over another type.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value, origin) => Fact::Known(f(value), origin),
            Self::Absent(origin) => Fact::Absent(origin),
            Self::Unknown(whys) => Fact::Unknown(whys),
        }
    }

    /// The same fact parsed into another type; a value that does not parse becomes unknown, never absent.
    pub fn try_map<U>(self, f: impl FnOnce(T) -> Result<U, String>) -> Fact<U> {
        match self {
            Self::Known(value, origin) => match f(value) {
                Ok(value) => Fact::Known(value, origin),
                Err(text) => Fact::unknown(Why::at(WhyKind::Invalid, text, origin)),
            },
            Self::Absent(origin) => Fact::Absent(origin),
            Self::Unknown(whys) => Fact::Unknown(whys),
        }
    }

    /// A borrowed view.
    pub fn as_ref(&self) -> Fact<&T> {
        match self {
            Self::Known(value, origin) => Fact::Known(value, origin.clone()),
            Self::Absent(origin) => Fact::Absent(origin.clone()),
            Self::Unknown(whys) => Fact::Unknown(whys.clone()),
        }
    }
}

/// Why something is not known, with the place that decides it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Why {
    /// The class of reason.
    pub kind: WhyKind,
    /// A lower-case fragment that reads after "because".
    pub text: String,
    /// The place or API that decides.
    pub place: Option<Place>,
}

impl Why {
    /// A reason that has no place.
    pub fn new(kind: WhyKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), place: None }
    }

    /// A reason found at a place that was read.
    pub fn at(kind: WhyKind, text: impl Into<String>, origin: Origin) -> Self {
        Self { kind, text: text.into(), place: Some(Place::Origin(origin)) }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{} ({place})", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// The classes of reasons. In JSON and text they are kebab-case words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyKind {
    /// An attribute that the provider computes at apply.
    Computed,
    /// A data source's result.
    DataSource,
    /// A variable without default and without a value in any file that is read.
    VariableUnset,
    /// A value that the environment or a secret store supplies at run time.
    Environment,
    /// A module whose source is not in the repository.
    ModuleUnavailable,
    /// A file that could not be parsed.
    ParseFailed,
    /// A file that could not be read (missing, too large, outside the repository, not text).
    FileUnreadable,
    /// A project, region or zone that comes from the provider's environment.
    ProviderDefault,
    /// The workspace is not known.
    Workspace,
    /// A function whose result differs from run to run, or is secret.
    NonDeterministic,
    /// A language form, function or API that this version does not evaluate.
    Unsupported,
    /// A value that depends on itself.
    Cycle,
    /// An expression that fails when it is evaluated.
    EvaluationFailed,
    /// A limit on size, depth or count was reached.
    Limit,
    /// Code whose result is known only when it runs.
    Dynamic,
    /// A text that is not a valid name, word or number of its kind.
    Invalid,
    /// A condition that cannot be decided statically.
    Guarded,
    /// A module that belongs to nobody in the repository and is not declared as a dependency.
    ThirdParty,
    /// No credentials were found.
    NoCredentials,
    /// The API refused: a permission is missing.
    Denied,
    /// The API is not enabled in the project.
    ApiDisabled,
    /// The API or region did not answer.
    Unreachable,
    /// The API asked to slow down until the limit was used up.
    RateLimited,
    /// The answer could not be understood.
    Malformed,
    /// Nobody asked: switched off by configuration, or nothing named a project or region.
    NotAsked,
    /// The resource is still changing.
    Settling,
    /// A policy or check met an error of its own.
    PolicyFailed,
}

impl WhyKind {
    /// The kebab-case word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::DataSource => "data-source",
            Self::VariableUnset => "variable-unset",
            Self::Environment => "environment",
            Self::ModuleUnavailable => "module-unavailable",
            Self::ParseFailed => "parse-failed",
            Self::FileUnreadable => "file-unreadable",
            Self::ProviderDefault => "provider-default",
            Self::Workspace => "workspace",
            Self::NonDeterministic => "non-deterministic",
            Self::Unsupported => "unsupported",
            Self::Cycle => "cycle",
            Self::EvaluationFailed => "evaluation-failed",
            Self::Limit => "limit",
            Self::Dynamic => "dynamic",
            Self::Invalid => "invalid",
            Self::Guarded => "guarded",
            Self::ThirdParty => "third-party",
            Self::NoCredentials => "no-credentials",
            Self::Denied => "denied",
            Self::ApiDisabled => "api-disabled",
            Self::Unreachable => "unreachable",
            Self::RateLimited => "rate-limited",
            Self::Malformed => "malformed",
            Self::NotAsked => "not-asked",
            Self::Settling => "settling",
            Self::PolicyFailed => "policy-failed",
        }
    }
}

/// Whether a declaration exists at all. Only [`Presence::Certain`] can ever give "missing".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It is declared, whatever happens.
    Certain,
    /// It is declared when these conditions hold.
    Conditional(Vec<Guard>),
    /// Whether it is declared cannot be told.
    Unknown(Vec<Why>),
}

impl Presence {
    /// True for [`Presence::Certain`].
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::Certain)
    }
}

/// A condition under which a declaration holds or a command runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// The condition as it is written.
    pub text: String,
    /// Where it stands.
    pub origin: Origin,
    /// True where the declaration holds when the condition is false (an `else` branch).
    pub negated: bool,
    /// Whether the guard as a whole (with `negated`) is known to hold; `None` where it cannot be told.
    pub decided: Option<bool>,
}

/// A deploy command is a patch on the live workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change<T> {
    /// The command sets the value.
    Set(Fact<T>),
    /// The command clears the value; the origin is the clearing flag.
    Clear(Origin),
    /// The command does not mention the value: what is live stays.
    Leave,
}

impl<T> Change<T> {
    /// The fact that is set, where one is.
    pub fn set(&self) -> Option<&Fact<T>> {
        match self {
            Self::Set(fact) => Some(fact),
            _ => None,
        }
    }

    /// True for [`Change::Leave`].
    pub fn is_leave(&self) -> bool {
        matches!(self, Self::Leave)
    }
}
