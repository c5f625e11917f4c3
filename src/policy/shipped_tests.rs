//! What the shipped policies say of whole resources on both sides.

use std::collections::BTreeMap;

use serde_json::json;

use crate::finding::{Baseline, FixKind, Severity, Verdict};
use crate::model::{
    Connector, ConnectorState, Egress, Fact, LiveWorkload, Presence, SubnetworkName, Why, WhyKind, Workload,
    WorkloadKind, workload::NetworkInterface,
};
use crate::reconcile::{LiveSide, Reconciled};

use super::testing::*;
use super::{Policies, load, shipped};

fn all() -> Policies {
    let (policies, errors) = load(&shipped());
    assert_eq!(errors, []);
    policies
}

fn declared_connector(connector: Connector) -> Reconciled<'static> {
    connectors(vec![declared(connector, Presence::Certain)], LiveSide::NotAsked)
}

fn declared_service(workload: Workload) -> Reconciled<'static> {
    workloads(vec![declared(workload, Presence::Certain)], LiveSide::NotAsked, WorkloadKind::Service)
}

fn live_service(workload: Workload) -> LiveSide<LiveWorkload> {
    LiveSide::Present(live_workload(workload))
}

fn service() -> Workload {
    workload(WorkloadKind::Service)
}

/// Rule and field of each finding.
fn found(verdicts: &[Verdict]) -> Vec<(&str, &str)> {
    findings(verdicts).iter().map(|finding| (&*finding.rule, finding.field.as_deref().unwrap_or_default())).collect()
}

/// Rule and field of each not-checked item.
fn open(verdicts: &[Verdict]) -> Vec<(&str, &str)> {
    not_checked(verdicts).iter().map(|item| (&*item.rule, item.field.as_deref().unwrap_or_default())).collect()
}

#[test]
fn the_rules_are_those_of_the_report() {
    let rules = all().rules();
    let ids: Vec<&str> = rules.iter().map(|rule| &*rule.id).collect();
    assert_eq!(
        ids,
        [
            "policy-connector-range",
            "policy-connector-throughput",
            "policy-egress-private-ranges-only",
            "policy-service-attached"
        ]
    );
    assert!(rules.iter().all(|rule| rule.severity == Severity::High && !rule.title.is_empty()));
}

#[test]
fn what_keeps_every_policy_is_clean() {
    let mut both = connectors(vec![declared(connector(), Presence::Certain)], LiveSide::Present(live_connector()));
    both.workloads =
        workloads(vec![declared(service(), Presence::Certain)], live_service(service()), WorkloadKind::Service)
            .workloads;
    let verdicts = judge(&all(), &both);
    assert_eq!(verdicts, vec![Verdict::Clean; 4]);
}

/// Every path that a policy reads, unknown while all else is as required: not checked, neither clean nor a finding.
#[test]
fn each_path_that_is_read_and_unknown_is_not_checked() {
    type SetConnector = fn(&mut Connector);
    let connector_paths: [(&str, &str, SetConnector); 6] = [
        ("policy-connector-throughput", "min_throughput", |it| it.min_throughput = unknown("min_throughput")),
        ("policy-connector-throughput", "max_throughput", |it| it.max_throughput = unknown("max_throughput")),
        ("policy-connector-throughput", "min_instances", |it| it.min_instances = unknown("min_instances")),
        ("policy-connector-throughput", "max_instances", |it| it.max_instances = unknown("max_instances")),
        ("policy-connector-range", "ip_cidr_range", |it| it.ip_cidr_range = unknown("ip_cidr_range")),
        ("policy-connector-range", "subnet", |it| it.subnet = unknown("subnet")),
    ];
    type SetWorkload = fn(&mut Workload);
    let workload_paths: [(&str, &str, SetWorkload); 3] = [
        ("policy-egress-private-ranges-only", "egress", |it| it.vpc.egress = unknown("egress")),
        ("policy-service-attached", "connector", |it| it.vpc.connector = unknown("connector")),
        ("policy-service-attached", "network_interfaces", |it| it.vpc.interfaces = unknown("network_interfaces")),
    ];
    let policies = all();
    let mut tested: Vec<(&str, &str)> = Vec::new();
    for (rule, path, set) in connector_paths {
        for (mut one, live) in [(connector(), false), (live_connector(), true)] {
            set(&mut one);
            let pair = if live { connectors(vec![], LiveSide::Present(one)) } else { declared_connector(one) };
            check(&policies, &pair, rule, path);
        }
        tested.push((rule, path));
    }
    for (rule, path, set) in workload_paths {
        let mut one = service();
        set(&mut one);
        check(&policies, &declared_service(one.clone()), rule, path);
        check(&policies, &workloads(vec![], live_service(one), WorkloadKind::Service), rule, path);
        tested.push((rule, path));
    }
    for (rule, policy) in &policies.ready {
        for path in policy.metadata.reads.as_ref().expect("a shipped policy says what it reads") {
            assert!(tested.contains(&(rule, path)), "{rule} reads {path}, which no test makes unknown");
        }
    }
}

fn check(policies: &Policies, pair: &Reconciled<'_>, rule: &str, path: &str) {
    let verdicts = judge(policies, pair);
    assert_eq!(found(&verdicts), [], "{rule} {path}");
    assert_eq!(open(&verdicts), [(rule, path)], "{rule} {path}");
    let reason = &not_checked(&verdicts)[0].reason;
    assert_eq!((reason.kind, &*reason.text), (WhyKind::VariableUnset, &*format!("var.{path} is not set")));
    // The other policy of that kind of resource, which does not read the path, is clean.
    assert_eq!(clean(&verdicts), 1, "{rule} {path}");
}

#[test]
fn what_violates_a_policy_is_a_finding_with_its_place() {
    let policies = all();
    type Set = fn(&mut Connector);
    let cases: [(Set, &str, &str, &str); 6] = [
        (
            |it| it.min_throughput = known(200, 5),
            "throughput",
            "min_throughput = 200",
            "minimum throughput of 200 Mbps",
        ),
        (|it| it.max_throughput = known(500, 6), "throughput", "max_throughput = 500", "can grow to 500 Mbps"),
        (|it| it.min_instances = known(2, 7), "throughput", "min_instances = 2", "200 Mbps"),
        (|it| it.ip_cidr_range = known("10.8.0.0/24".parse().unwrap(), 4), "ip_cidr_range", "10.8.0.0/24", "/28"),
        (|it| it.min_throughput = absent(), "throughput", "", "200 Mbps"),
        (|it| it.ip_cidr_range = absent(), "ip_cidr_range", "", "neither a range nor a subnet"),
    ];
    for (set, field, value, text) in cases {
        let mut one = connector();
        set(&mut one);
        let verdicts = judge(&policies, &declared_connector(one));
        let [finding] = findings(&verdicts)[..] else { panic!("{field} {value}: {verdicts:?}") };
        assert_eq!(finding.field.as_deref(), Some(field));
        assert_eq!(finding.id, format!("{}:connector/p/us-central1/c:{field}", finding.rule));
        assert!(finding.title.contains(text) && finding.title.ends_with("(declared)"), "{}", finding.title);
        assert_eq!(finding.baseline, Some(Baseline::Policy));
        assert_eq!(finding.declared[0].value.as_deref().unwrap_or_default(), value);
        assert_eq!(finding.declared[0].source, "x.main");
        assert!(!finding.places.is_empty() && !finding.why.is_empty() && finding.live.is_none());
        assert_eq!(finding.fix[0].kind, FixKind::Edit);
        assert_eq!(not_checked(&verdicts), [] as [&crate::finding::NotChecked; 0]);
    }
    for (verdicts, field) in [
        (
            judge(&policies, &declared_service(with(|it| it.vpc.egress = known(Egress::AllTraffic, 22)))),
            "vpc_access.egress",
        ),
        (judge(&policies, &declared_service(with(|it| it.vpc.connector = absent()))), "vpc_access.connector"),
    ] {
        assert_eq!(findings(&verdicts).len(), 1, "{field}");
        assert_eq!(findings(&verdicts)[0].field.as_deref(), Some(field));
    }
}

fn with(set: fn(&mut Workload)) -> Workload {
    let mut service = service();
    set(&mut service);
    service
}

#[test]
fn both_sides_of_one_field_are_one_finding() {
    let mut declares = connector();
    declares.min_throughput = known(200, 5);
    let mut live = live_connector();
    live.min_instances = live.min_instances.map(|_| 2);
    live.max_instances = live.max_instances.map(|_| 3);
    let both = connectors(vec![declared(declares, Presence::Certain)], LiveSide::Present(live));
    let verdicts = judge(&all(), &both);
    assert_eq!(found(&verdicts), [("policy-connector-throughput", "throughput")]);
    let finding = findings(&verdicts)[0];
    assert_eq!(
        finding.title,
        "c has a minimum throughput of 200 Mbps, and at least 300 Mbps is required (declared); c can grow to 300 Mbps \
         only, and 1000 Mbps is required; it has a minimum throughput of 200 Mbps, and at least 300 Mbps is required (live)"
    );
    let live = finding.live.as_ref().unwrap();
    assert_eq!(live.resource, "projects/p/locations/us-central1/connectors/c");
    assert!(live.field.contains("minInstances"), "{}", live.field);
    // The declaration is at fault, and what is live follows from it.
    assert!(finding.fix.iter().all(|fix| fix.kind == FixKind::Edit));
}

#[test]
fn a_violation_that_is_live_only_shows_the_declared_value_beside_it() {
    let service_pair = workloads(
        vec![declared(service(), Presence::Certain)],
        live_service(with(|it| {
            it.vpc.egress = Fact::Known(
                Egress::AllTraffic,
                crate::model::Origin::live(
                    "projects/p/locations/us-central1/services/api",
                    "template.vpcAccess.egress",
                ),
            );
        })),
        WorkloadKind::Service,
    );
    let verdicts = judge(&all(), &service_pair);
    assert_eq!(found(&verdicts), [("policy-egress-private-ranges-only", "vpc_access.egress")]);
    let finding = findings(&verdicts)[0];
    assert!(finding.title.ends_with("(live)"), "{}", finding.title);
    assert_eq!(finding.declared[0].value.as_deref(), Some("PRIVATE_RANGES_ONLY"));
    let live = finding.live.as_ref().unwrap();
    assert_eq!((live.value.as_deref(), &*live.field), (Some("ALL_TRAFFIC"), "template.vpcAccess.egress"));
    assert_eq!(
        finding.fix[0].text,
        "gcloud run services update api --region us-central1 --project p --vpc-egress private-ranges-only"
    );
}

#[test]
fn absent_values_mean_their_documented_defaults() {
    let policies = all();
    let egress = judge(&policies, &declared_service(with(|it| it.vpc.egress = absent())));
    assert_eq!((found(&egress), clean(&egress)), (vec![], 2));
    let mut from_subnet = connector();
    from_subnet.ip_cidr_range = absent();
    let subnet = SubnetworkName { project: "p".into(), region: "us-central1".into(), name: "s".into() };
    from_subnet.subnet = known(subnet, 4);
    let range = judge(&policies, &declared_connector(from_subnet));
    assert_eq!((found(&range), clean(&range)), (vec![], 2));
    let interface = NetworkInterface { network: absent(), subnetwork: unknown("s"), tags: absent() };
    let mut direct = service();
    direct.vpc.connector = absent();
    direct.vpc.interfaces = known(vec![interface], 23);
    let attached = judge(&policies, &declared_service(direct));
    assert_eq!((found(&attached), open(&attached), clean(&attached)), (vec![], vec![], 2));
}

/// Instances take precedence over throughput, so that a small throughput beside unknown instances decides nothing;
/// but small instances are a finding whatever the throughput is.
#[test]
fn an_unknown_that_could_mend_it_is_not_checked_and_one_that_could_not_is_a_finding() {
    let policies = all();
    let mut open_instances = connector();
    open_instances.min_throughput = known(200, 5);
    open_instances.min_instances = unknown("min_instances");
    let verdicts = judge(&policies, &declared_connector(open_instances));
    assert_eq!(found(&verdicts), []);
    assert_eq!(open(&verdicts), [("policy-connector-throughput", "min_instances")]);

    let mut open_throughput = connector();
    open_throughput.min_throughput = unknown("min_throughput");
    open_throughput.min_instances = known(2, 7);
    let verdicts = judge(&policies, &declared_connector(open_throughput));
    assert_eq!(found(&verdicts), [("policy-connector-throughput", "throughput")]);
}

#[test]
fn a_side_that_could_not_be_looked_at_is_not_checked() {
    let policies = all();
    let denied = Why::new(WhyKind::Denied, "vpcaccess.connectors was denied");
    let one = declared(connector(), Presence::Certain);
    let verdicts = judge(&policies, &connectors(vec![one], LiveSide::Unknown(denied.clone())));
    assert_eq!((found(&verdicts), clean(&verdicts)), (vec![], 0));
    assert_eq!(open(&verdicts), [("policy-connector-range", ""), ("policy-connector-throughput", "")]);
    assert!(not_checked(&verdicts).iter().all(|item| item.reason == denied));

    let maybe = Presence::Unknown(vec![Why::new(WhyKind::Computed, "count is computed")]);
    let verdicts = judge(&policies, &connectors(vec![declared(connector(), maybe)], LiveSide::Absent));
    assert_eq!((clean(&verdicts), not_checked(&verdicts).len()), (0, 2));
    assert_eq!(not_checked(&verdicts)[0].reason.text, "count is computed");

    let mut updating = live_connector();
    updating.min_instances = updating.min_instances.map(|_| 2);
    updating.state = updating.state.map(|_| ConnectorState::Updating);
    let verdicts = judge(&policies, &connectors(vec![], LiveSide::Present(updating)));
    assert_eq!(found(&verdicts), []);
    assert!(not_checked(&verdicts).iter().all(|item| item.reason.kind == WhyKind::Settling));
    assert_eq!(not_checked(&verdicts).len(), 2);

    let mut settling = live_workload(with(|it| it.vpc.connector = absent()));
    settling.settling = Some(Why::new(WhyKind::Settling, "a revision is rolling out"));
    let verdicts = judge(&policies, &workloads(vec![], LiveSide::Present(settling), WorkloadKind::Service));
    assert_eq!((found(&verdicts), not_checked(&verdicts).len()), (vec![], 2));
}

#[test]
fn a_conditional_declaration_is_judged_and_one_that_cannot_hold_is_not() {
    let policies = all();
    let guard = |decided| crate::model::Guard { text: "var.on".into(), origin: at(9), negated: false, decided };
    let mut small = connector();
    small.min_throughput = known(200, 5);
    let conditional = declared(small.clone(), Presence::Conditional(vec![guard(None)]));
    assert_eq!(found(&judge(&policies, &connectors(vec![conditional], LiveSide::Absent))).len(), 1);
    let never = declared(small, Presence::Conditional(vec![guard(Some(false))]));
    let verdicts = judge(&policies, &connectors(vec![never], LiveSide::Absent));
    assert_eq!(verdicts, vec![Verdict::NotApplicable; 4]);
}

#[test]
fn jobs_are_not_judged_and_what_judged_nothing_says_so() {
    let policies = all();
    let job = Workload { kind: WorkloadKind::Job, ..with(|it| it.vpc.connector = absent()) };
    let jobs = workloads(vec![declared(job, Presence::Certain)], LiveSide::NotAsked, WorkloadKind::Job);
    assert_eq!(judge(&policies, &jobs), vec![Verdict::NotApplicable; 4]);
    assert_eq!(policies.idle(&jobs).len(), 4);
    assert_eq!(policies.metrics(&jobs)["policies_failed"], json!(0));
    assert_eq!(policies.idle(&declared_service(service())), ["policy-connector-range", "policy-connector-throughput"]);
}

#[test]
fn the_numbers_are_parameters() {
    let policies = all();
    let params = |name: &str, value| BTreeMap::from([(name.to_owned(), value)]);
    let small = {
        let mut one = connector();
        one.min_throughput = known(200, 5);
        declared_connector(one)
    };
    assert_eq!(found(&policies.judge(&small, &params("min_throughput", json!(200)))), []);
    assert_eq!(found(&policies.judge(&small, &params("min_throughput", json!(300)))).len(), 1);
    let all_traffic = declared_service(with(|it| it.vpc.egress = known(Egress::AllTraffic, 22)));
    assert_eq!(found(&policies.judge(&all_traffic, &params("egress", json!("all-traffic")))), []);
}

#[test]
fn a_parameter_of_a_wrong_type_is_not_checked_instead_of_compared() {
    let params = BTreeMap::from([("min_throughput".to_owned(), json!("300"))]);
    let verdicts = all().judge(&declared_connector(connector()), &params);
    assert_eq!(found(&verdicts), []);
    assert_eq!(open(&verdicts), [("policy-connector-throughput", "")]);
    let reason = &not_checked(&verdicts)[0].reason;
    assert_eq!(reason.kind, WhyKind::PolicyFailed);
    assert!(reason.to_string().contains("`min_throughput` must be a number"), "{reason}");
    assert!(reason.to_string().contains("connector_throughput.rego:5"), "{reason}");
}
