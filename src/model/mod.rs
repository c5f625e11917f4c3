//! The shared vocabulary of the house. It knows nobody: every other folder speaks in these words.
//!
//! | file | words |
//! | --- | --- |
//! | [`source`] | [`RepoPath`], [`SourceFile`], [`Excerpts`]: text of the repository and the lines that are cited |
//! | [`origin`] | [`Origin`]: where a value was read |
//! | [`fact`] | [`Fact`], [`Why`], [`Presence`], [`Guard`], [`Change`]: what a source says, in three values |
//! | [`names`], [`resource_name`] | [`ConnectorName`], [`WorkloadName`], [`ResourceName`], …: parsed once |
//! | [`connector`], [`workload`], [`network`] | what both the declared and the live side describe |
//! | [`declared`] | what Terraform and deploy config declare |
//! | [`applied`] | [`AppliedState`]: what Terraform applied last |
//! | [`lifecycle`] | [`Lifecycle`]: what a declaration says of changes |
//! | [`annotations`] | the annotations of Cloud Run's v1 form that say how a workload reaches a VPC |
//! | [`problem`] | [`ConfigProblem`]: what is wrong with a configuration in itself |
//! | [`live`] | [`LiveState`], [`Inventory`], [`Coverage`]: what Google Cloud answered |
//! | [`live_workload`], [`connector_health`] | [`LiveWorkload`], [`LiveRevision`], [`ConnectorHealth`]: live only |
//! | [`live_network`], [`firewall`], [`routing`] | [`LiveNetwork`], [`FirewallRule`], [`Route`], …: how packets travel |
//! | [`resource`] | [`Resource`], [`Setting`]: what is compared field by field |
//! | [`database`] | [`SqlInstance`], [`RedisInstance`], [`RedisCluster`] |
//! | [`access`], [`audit`] | [`IamPolicy`], [`ApiUse`], [`AuditEntry`]: who may do what, and who did what |
//! | [`diagnosis`] | [`Path`](diagnosis::Path), [`Cause`](diagnosis::Cause), …: what `diagnose` says |
//! | [`tests`] | [`TestIndex`]: the pytest code base |
//! | [`health`] | [`HealthEvidence`], [`HealthState`], [`HealthBaseline`]: the health of the tests over time |
//! | [`target`], [`probe`] | [`Target`], [`ProbeEvidence`]: what must be reachable, and what `probe` found out about it |
//! | [`endpoint`], [`variables`] | [`Endpoint`], [`AllowedVariables`]: where a value leads, and which may be read |
//! | [`evidence`] | [`Evidence`]: all of it in one serialisable value |

pub mod access;
pub mod annotations;
pub mod applied;
pub mod audit;
pub mod connector;
pub mod connector_health;
pub mod database;
pub mod declared;
pub mod diagnosis;
pub mod discovered;
pub mod effect;
pub mod endpoint;
pub mod evidence;
pub mod fact;
pub mod firewall;
pub mod health;
pub mod lifecycle;
pub mod live;
pub mod live_network;
pub mod live_workload;
pub mod names;
pub mod network;
pub mod origin;
pub mod probe;
pub mod problem;
pub mod redact;
pub mod resource;
pub mod resource_name;
pub mod routing;
pub mod source;
pub mod target;
pub mod tests;
pub mod variables;
mod words;
pub mod workload;

pub use access::{ApiState, ApiUse, Binding, IamPolicy, PolicyResource};
pub use applied::AppliedState;
pub use audit::{AuditEntry, AuditStatus, AuditStep, AuditSubject};
pub use connector::{Connector, ConnectorState};
pub use connector_health::{ConnectorHealth, ConnectorLoad, FailedOperation, LoadPoint};
pub use database::{
    ClusterState, ConnectMode, DiscoveryEndpoint, PscConnection, PscStatus, RedisCluster, RedisInstance, RedisState,
    ReservedRange, SqlActivation, SqlAddress, SqlAddressKind, SqlInstance, SqlState, SslMode, TransitEncryption,
};
pub use declared::{
    ConnectorAction, ConnectorCommand, Declared, DeclaredSource, DeployCommand, DeployDeclarations, DeployFile,
    Diagnostic, ObservedSource, RefusedCommand, Spelled, TerraformDeclarations, TrafficChange, TrafficChangeKind,
    TrafficEntry, VariableProblem, VariableProblemKind,
};
pub use endpoint::Endpoint;
pub use evidence::Evidence;
pub use fact::{Change, Fact, Guard, Presence, Why, WhyKind};
pub use firewall::{
    Direction, EffectiveFirewalls, FirewallAction, FirewallPolicy, FirewallPolicyKind, FirewallPolicyRule,
    FirewallRule, Layer4, PortRange, Protocol,
};
pub use health::{HealthBaseline, HealthEvidence, HealthState};
pub use lifecycle::Lifecycle;
pub use live::{Api, Coverage, CoverageEntry, CoverageStatus, Inventory, LiveState};
pub use live_network::{
    Address, AddressPurpose, AddressStatus, AddressType, FirewallPolicyOrder, LiveNetwork, LiveSubnetwork, Peering,
    PeeringState, RoutingMode, SecondaryRange, ServiceConnection, SubnetworkPurpose,
};
pub use live_workload::{
    Condition, ConditionState, Execution, ExecutionStatus, Ingress, LiveRevision, LiveVariable, LiveWorkload, Serving,
};
pub use names::{ConnectorName, NameContext, NameError, NetworkName, SubnetworkName, WorkloadKind, WorkloadName};
pub use network::{Network, Subnetwork};
pub use origin::{Caller, LiveField, Origin, Place, SourceSpan};
pub use probe::{
    AddressOutcome, Percentiles, ProbeEvidence, ProbeFailure, ProbeFault, ProbeFound, ProbeLatency, ProbeOutcome,
    ProbeRun, ProbeStage, ProbedAddress, ProbedFrom, ProbedTarget,
};
pub use problem::{ConfigProblem, NetworkUse, ProblemKind, RefusedBy, Written};
pub use resource::{Resource, ResourceId, ResourceKind, Setting};
pub use resource_name::{Collection, ResourceName, SqlConnectionName};
pub use routing::{Nat, NatAllocation, NatKind, NatSources, NatSubnetwork, NextHop, Route, RouteStatus, Router};
pub use source::{Excerpts, Position, RepoPath, SourceFile};
pub use target::{Target, TargetKind, TlsMode};
pub use tests::TestIndex;
pub use variables::AllowedVariables;
pub use workload::{Egress, Hidden, NetworkInterface, Share, VpcAccess, Workload};
