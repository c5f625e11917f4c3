//! Resources for the tests of policies.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::finding::{Finding, NotChecked, Verdict};
use crate::model::{
    Connector, ConnectorName, ConnectorState, Declared, DeclaredSource, Egress, Fact, Hidden, LiveWorkload,
    NetworkName, Origin, Position, Presence, RepoPath, SourceSpan, VpcAccess, Why, WhyKind, Workload, WorkloadKind,
    WorkloadName,
};
use crate::reconcile::{ConnectorPair, LiveSide, Reconciled, WorkloadPair};

use super::{Policies, load};

/// A place in a Terraform file.
pub fn at(line: u32) -> Origin {
    let start = Position { line, column: 3 };
    let end = Position { line, column: 9 };
    Origin::Source(SourceSpan {
        file: RepoPath::new("main.tf"),
        start,
        end,
        callers: Default::default(),
        observed: None,
    })
}

/// A known value at a line.
pub fn known<T>(value: T, line: u32) -> Fact<T> {
    Fact::Known(value, at(line))
}

/// A value that the source does not mention.
pub fn absent<T>() -> Fact<T> {
    Fact::Absent(at(1))
}

/// A value that cannot be told; the reason names the field.
pub fn unknown<T>(field: &str) -> Fact<T> {
    Fact::unknown(Why::at(WhyKind::VariableUnset, format!("var.{field} is not set"), at(2)))
}

/// A connector that every shipped policy accepts.
pub fn connector() -> Connector {
    let name = ConnectorName { project: "p".into(), region: "us-central1".into(), name: "c".into() };
    Connector {
        name: known(name, 1),
        short_name: known("c".into(), 1),
        network: known(NetworkName { project: "p".into(), name: "n".into() }, 3),
        ip_cidr_range: known("10.8.0.0/28".parse().unwrap(), 4),
        subnet: absent(),
        machine_type: absent(),
        min_instances: absent(),
        max_instances: absent(),
        min_throughput: known(300, 5),
        max_throughput: known(1000, 6),
        state: absent(),
    }
}

/// The same connector as it is live, with both views of its size.
pub fn live_connector() -> Connector {
    let field = |name: &str| Origin::live("projects/p/locations/us-central1/connectors/c", name);
    let mut live = connector();
    live.ip_cidr_range = Fact::Known("10.8.0.0/28".parse().unwrap(), field("ipCidrRange"));
    live.subnet = Fact::Absent(field("subnet"));
    live.min_instances = Fact::Known(3, field("minInstances"));
    live.max_instances = Fact::Known(10, field("maxInstances"));
    live.min_throughput = Fact::Known(300, field("minThroughput"));
    live.max_throughput = Fact::Known(1000, field("maxThroughput"));
    live.state = Fact::Known(ConnectorState::Ready, field("state"));
    live
}

/// A workload that every shipped policy accepts.
pub fn workload(kind: WorkloadKind) -> Workload {
    let name = WorkloadName { kind, project: "p".into(), region: "us-central1".into(), name: "api".into() };
    let connector = ConnectorName { project: "p".into(), region: "us-central1".into(), name: "c".into() };
    Workload {
        kind,
        name: known(name, 20),
        short_name: known("api".into(), 20),
        vpc: VpcAccess {
            connector: known(connector, 21),
            egress: known(Egress::PrivateRangesOnly, 22),
            interfaces: absent(),
        },
        traffic: absent(),
        hidden: Hidden::Nothing,
    }
}

/// A workload as it is live.
pub fn live_workload(workload: Workload) -> LiveWorkload {
    LiveWorkload {
        name: workload.name.known().unwrap().clone(),
        workload,
        serving: Vec::new(),
        latest_ready_revision: None,
        latest_created_revision: None,
        settling: None,
        terminal_condition: None,
        creator: None,
        last_modifier: None,
        update_time: None,
        client: None,
        ingress: absent(),
        service_account: absent(),
        environment: BTreeSet::new(),
        variables: Vec::new(),
        sql_instances: Vec::new(),
        labels: BTreeMap::new(),
        latest_execution: None,
    }
}

/// A Terraform declaration.
pub fn declared<T>(value: T, presence: Presence) -> Declared<T> {
    let source = DeclaredSource::Terraform { address: "x.main".into(), root: "terraform".into() };
    Declared { source, presence, origin: at(1), value }
}

/// Evidence that lasts as long as the tests run.
fn kept<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn kept_side<T>(side: LiveSide<T>) -> LiveSide<&'static T> {
    match side {
        LiveSide::Present(value) => LiveSide::Present(kept(value)),
        LiveSide::Absent => LiveSide::Absent,
        LiveSide::Unknown(why) => LiveSide::Unknown(why),
        LiveSide::NotAsked => LiveSide::NotAsked,
    }
}

/// A connector on both sides.
pub fn connectors(declared_as: Vec<Declared<Connector>>, live: LiveSide<Connector>) -> Reconciled<'static> {
    let pair = ConnectorPair {
        name: kept(connector()).name.known(),
        declared: declared_as.into_iter().map(|own| kept(own) as &_).collect(),
        live: kept_side(live),
        is_foreign: false,
    };
    Reconciled { connectors: vec![pair], ..Reconciled::default() }
}

/// A workload on both sides.
pub fn workloads(
    terraform: Vec<Declared<Workload>>,
    live: LiveSide<LiveWorkload>,
    kind: WorkloadKind,
) -> Reconciled<'static> {
    let name = workload(kind).name.known().unwrap().clone();
    let pair = WorkloadPair {
        kind: name.kind,
        name: Some(Cow::Owned(name)),
        terraform: terraform.into_iter().map(|own| kept(own) as &_).collect(),
        deploy: Vec::new(),
        live: kept_side(live),
        serving: Vec::new(),
    };
    Reconciled { workloads: vec![pair], ..Reconciled::default() }
}

/// Policies of a repository, which must load without an error.
pub fn policies(sources: &[(&str, &str)]) -> Policies {
    let (policies, errors) = load(&texts(sources));
    assert_eq!(errors, []);
    policies
}

/// Texts by path.
pub fn texts(sources: &[(&str, &str)]) -> BTreeMap<String, String> {
    sources.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// What policies without parameters say.
pub fn judge(policies: &Policies, reconciled: &Reconciled<'_>) -> Vec<Verdict> {
    policies.judge(reconciled, &BTreeMap::<String, Value>::new())
}

/// The findings among verdicts.
pub fn findings(verdicts: &[Verdict]) -> Vec<&Finding> {
    let mut found = Vec::new();
    for verdict in verdicts {
        if let Verdict::Finding(finding) = verdict {
            found.push(&**finding);
        }
    }
    found
}

/// The not-checked items among verdicts.
pub fn not_checked(verdicts: &[Verdict]) -> Vec<&NotChecked> {
    let mut found = Vec::new();
    for verdict in verdicts {
        if let Verdict::NotChecked(item) = verdict {
            found.push(&**item);
        }
    }
    found
}

/// How many verdicts are clean.
pub fn clean(verdicts: &[Verdict]) -> usize {
    verdicts.iter().filter(|verdict| **verdict == Verdict::Clean).count()
}
