//! What is wrong with a configuration in itself, whatever is live.

use serde::{Deserialize, Serialize};

use super::names::NetworkName;
use super::origin::Origin;

/// Something that Terraform or the API would refuse, found without asking either.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigProblem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The resource or reference, with its modules and without keys of instances.
    pub address: String,
    /// The path of the argument in the resource, such as `template.vpc_access.connector`.
    pub field: Option<String>,
    /// What is wrong, as a fragment that reads after the address.
    pub text: String,
    /// Who refuses it.
    pub refused_by: RefusedBy,
    /// The edit that mends it, as a fragment; may be empty.
    pub edit: String,
    /// What is written, and where; the place to edit first.
    pub places: Vec<Written>,
}

/// A piece of configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The value, where one is known and may be shown.
    pub value: Option<String>,
    /// Where it stands, or would stand.
    pub origin: Origin,
}

/// The kinds of [`ConfigProblem`]; one rule each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// An argument or block that the resource does not have.
    ArgumentUnsupported,
    /// A required argument, or the choice between some, is left out.
    ArgumentMissing,
    /// Arguments that exclude each other.
    ArgumentsConflict,
    /// A value that is not accepted.
    ArgumentInvalid,
    /// A reference to something that nothing declares.
    ReferenceUndeclared,
    /// A resource type that is almost one of the provider's.
    ResourceTypeUnknown,
    /// An annotation of the VPC access where it has no effect or is refused.
    AnnotationMisplaced,
}

/// When a mistake comes to light. The order is from sooner to later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusedBy {
    /// `terraform plan` fails.
    Plan,
    /// The plan looks fine, and the API refuses the apply.
    Api,
    /// Perhaps nobody: a newer provider than the one that this version knows may take it.
    Perhaps,
}

/// A network that a resource names by a literal text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkUse {
    /// The resource that names it.
    pub address: String,
    /// The argument.
    pub field: String,
    /// The network.
    pub network: NetworkName,
    /// Where it is named.
    pub origin: Origin,
}

/// An address without the keys of instances: `module.a["k.x"].module.b[0]` becomes `module.a.module.b`.
pub fn without_keys(address: &str) -> String {
    let mut plain = String::new();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for char in address.chars() {
        match char {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            _ if quoted => {}
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(char),
            _ => {}
        }
    }
    plain
}
