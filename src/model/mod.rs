//! The shared vocabulary of the house. It knows nobody: every other folder speaks in these words.
//!
//! | file | words |
//! | --- | --- |
//! | [`source`] | [`RepoPath`], [`SourceFile`], [`Excerpts`]: text of the repository and the lines that are cited |
//! | [`origin`] | [`Origin`]: where a value was read |
//! | [`fact`] | [`Fact`], [`Why`], [`Presence`], [`Guard`], [`Change`]: what a source says, in three values |
//! | [`names`] | [`ConnectorName`], [`NetworkName`], [`SubnetworkName`], [`WorkloadName`]: parsed once, compared as values |
//! | [`connector`], [`workload`], [`network`] | what both the declared and the live side describe |
//! | [`declared`] | what Terraform and deploy config declare |
//! | [`problem`] | [`ConfigProblem`]: what is wrong with a configuration in itself
//! | [`live`] | [`LiveState`], [`Inventory`], [`Coverage`]: what Google Cloud answered |
//! | [`tests`] | [`TestIndex`]: the pytest code base |
//! | [`evidence`] | [`Evidence`]: all of it in one serialisable value |

pub mod connector;
pub mod declared;
pub mod evidence;
pub mod fact;
pub mod live;
pub mod names;
pub mod network;
pub mod origin;
pub mod problem;
pub mod redact;
pub mod source;
pub mod tests;
pub mod workload;

pub use connector::{Connector, ConnectorState};
pub use declared::{
    Declared, DeclaredSource, DeployCommand, DeployDeclarations, Diagnostic, ObservedSource, Spelled,
    TerraformDeclarations, VariableProblem, VariableProblemKind,
};
pub use evidence::Evidence;
pub use fact::{Change, Fact, Guard, Presence, Why, WhyKind};
pub use live::{
    Api, Coverage, CoverageEntry, CoverageStatus, Inventory, LiveRevision, LiveState, LiveWorkload, Serving,
};
pub use names::{ConnectorName, NameContext, NameError, NetworkName, SubnetworkName, WorkloadKind, WorkloadName};
pub use network::{Network, Subnetwork};
pub use origin::{Caller, LiveField, Origin, Place, SourceSpan};
pub use problem::{ConfigProblem, NetworkUse, ProblemKind, RefusedBy, Written};
pub use source::{Excerpts, Position, RepoPath, SourceFile};
pub use tests::TestIndex;
pub use workload::{Egress, NetworkInterface, VpcAccess, Workload};
