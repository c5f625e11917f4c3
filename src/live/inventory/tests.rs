use serde_json::json;

use super::*;
use crate::model::live::Reach;
use crate::model::{
    Connector, ConnectorState, CoverageStatus, Egress, Fact, LiveRevision, LiveWorkload, Origin, Serving, VpcAccess,
    WhyKind,
};

const SAMPLE: &str = include_str!("../../../tests/live/state.json");
const WHOLE: &str = include_str!("../../../tests/inventory/state.json");
const SERVICE: &str = "projects/p/locations/r/services/s";

mod access;
mod connectors;
mod coverage;
mod databases;
mod networks;
mod workloads;

fn sample() -> LiveState {
    serde_json::from_str(SAMPLE).unwrap()
}

/// A state with an answer of every collection.
fn whole() -> LiveState {
    serde_json::from_str(WHOLE).unwrap()
}

/// How many resources of all kinds there are.
fn resources(inventory: &Inventory) -> usize {
    let run = inventory.workloads.len() + inventory.revisions.len();
    let connectors = inventory.connectors.len() + inventory.connector_health.len() + inventory.connector_load.len();
    let networks = inventory.networks.len() + inventory.subnetworks.len() + inventory.service_connections.len();
    let firewalls = inventory.firewall_rules.len() + inventory.effective_firewalls.len();
    let routing = inventory.routes.len() + inventory.routers.len() + inventory.addresses.len();
    let databases = inventory.sql_instances.len() + inventory.redis_instances.len() + inventory.redis_clusters.len();
    let access = inventory.apis.len() + inventory.iam_policies.len() + inventory.audit_entries.len();
    run + connectors + networks + firewalls + routing + databases + access
}

/// The inventory of one answer that was understood in full.
fn understood(api: Api, of: Option<&str>, items: Vec<Value>) -> Inventory {
    let mut state = state_of(api, items);
    state.answers[0].of = of.map(str::to_owned);
    let inventory = inventory(&state);
    assert_eq!(inventory.coverage.entries[0].status, CoverageStatus::Answered, "{:?}", inventory.coverage);
    inventory
}

/// Why the collection of one item is not covered.
fn refused(api: Api, of: Option<&str>, item: Value) -> String {
    let mut state = state_of(api, vec![item]);
    state.answers[0].of = of.map(str::to_owned);
    let inventory = inventory(&state);
    let entry = &inventory.coverage.entries[0];
    assert_eq!((entry.status, resources(&inventory)), (CoverageStatus::Malformed, 0), "{entry:?}");
    entry.detail.clone()
}

/// An item with some fields replaced or added.
fn with(mut item: Value, fields: Value) -> Value {
    item.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    item
}

fn state_of(api: Api, items: Vec<Value>) -> LiveState {
    let answer = Answer {
        api,
        project: "p".into(),
        region: (api.reach() == Reach::Region).then(|| "r".into()),
        of: None,
        time: None,
        status: CoverageStatus::Answered,
        http_status: Some(200),
        detail: String::new(),
        items,
        unreachable: vec![],
        error: None,
    };
    let project_numbers = [("host".to_owned(), "77".to_owned())].into();
    LiveState {
        format: LiveState::FORMAT.into(),
        version: 1,
        project_numbers,
        answers: vec![answer],
        ..LiveState::default()
    }
}

/// A service with some fields replaced.
fn service(fields: Value) -> LiveWorkload {
    let item = with(json!({"name": SERVICE, "generation": "3", "observedGeneration": "3"}), fields);
    understood(Api::RunServices, None, vec![item]).workloads.remove(0)
}

fn vpc(access: Value) -> VpcAccess {
    service(json!({"template": {"vpcAccess": access}})).workload.vpc
}

fn connector(fields: Value) -> Connector {
    let item = with(json!({"name": "projects/p/locations/r/connectors/c"}), fields);
    understood(Api::VpcAccessConnectors, None, vec![item]).connectors.remove(0)
}

fn revision_names(revisions: &[LiveRevision]) -> Vec<&str> {
    revisions.iter().map(|revision| &*revision.name).collect()
}

fn field(fact: &Fact<impl Sized>) -> String {
    fact.origin().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_state_in_googles_shapes_becomes_an_inventory_sorted_by_name() {
    let inventory = inventory(&sample());
    let [catalog, checkout] = inventory.workloads.as_slice() else { panic!("{:?}", inventory.workloads) };

    assert_eq!(catalog.name.to_string(), "projects/shop-staging/locations/europe-west1/services/catalog");
    assert_eq!(catalog.workload.vpc.egress.known(), Some(&Egress::AllTraffic));
    assert_eq!(
        field(&catalog.workload.vpc.egress),
        "projects/shop-staging/locations/europe-west1/services/catalog (template.vpcAccess.egress)"
    );
    let pinned = |revision: &str, percent, tag: Option<&str>| Serving {
        revision: Some(revision.into()),
        percent,
        tag: tag.map(Into::into),
        latest: false,
    };
    assert_eq!(
        catalog.serving,
        [pinned("catalog-00007-wop", 100, None), pinned("catalog-00009-luf", 0, Some("canary"))]
    );
    assert_eq!(catalog.settling, None);
    assert_eq!(catalog.client.as_deref(), Some("gcloud 546.0.0"));
    assert_eq!(catalog.update_time.as_deref(), Some("2026-11-19T16:40:52.118406Z"));

    let latest = Serving { latest: true, ..pinned("checkout-00014-kux", 100, None) };
    assert_eq!(checkout.serving, [latest]);
    // The API echoes the project number here; it is the same connector.
    assert_eq!(checkout.workload.vpc.connector.known(), catalog.workload.vpc.connector.known());

    assert_eq!(
        revision_names(&inventory.revisions),
        ["catalog-00007-wop", "catalog-00008-sib", "catalog-00009-luf", "checkout-00013-ram", "checkout-00014-kux"]
    );
    assert!(inventory.revisions[0].vpc.is_detached());
    assert!(inventory.revisions[1].vpc.egress.is_absent());
    let interfaces = inventory.revisions[3].vpc.interfaces.known().unwrap();
    assert_eq!(interfaces[0].network.known().unwrap().to_string(), "projects/shop-staging/global/networks/shop-vpc");
    assert_eq!(
        interfaces[0].subnetwork.known().unwrap().to_string(),
        "projects/shop-staging/regions/europe-west1/subnetworks/run-egress"
    );

    let [connector] = inventory.connectors.as_slice() else { panic!("{:?}", inventory.connectors) };
    assert_eq!(connector.network.known().unwrap().to_string(), "projects/shop-staging/global/networks/shop-vpc");
    assert_eq!(connector.ip_cidr_range.known().unwrap().to_string(), "10.8.0.0/28");
    assert_eq!(connector.min_throughput.known(), Some(&200));
    assert_eq!(connector.state.known(), Some(&ConnectorState::Ready));

    let details: Vec<&str> = inventory.coverage.entries.iter().map(|entry| &*entry.detail).collect();
    assert_eq!(details, ["2 items", "5 items", "0 items", "0 items", "1 item"]);
}

#[test]
fn latest_traffic_follows_the_revision_that_became_ready() {
    let target = json!({"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100});
    let failed = service(json!({
        "latestReadyRevision": format!("{SERVICE}/revisions/s-1"),
        "latestCreatedRevision": format!("{SERVICE}/revisions/s-2"),
        "trafficStatuses": [target],
    }));
    assert_eq!(failed.serving[0].revision.as_deref(), Some("s-1"));
    assert_eq!(failed.latest_created_revision.as_deref(), Some("s-2"));

    // Where nothing ever became ready, "latest" names no revision.
    let never = service(json!({"trafficStatuses": [target]}));
    let expected = Serving { revision: None, percent: 100, tag: None, latest: true };
    assert_eq!(never.serving, [expected]);

    let without_share = json!([{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "s-9"}]);
    assert_eq!(service(json!({"trafficStatuses": without_share})).serving, []);
    let full_name = json!([{"revision": format!("{SERVICE}/revisions/s-9"), "percent": 10}]);
    assert_eq!(service(json!({"trafficStatuses": full_name})).serving[0].revision.as_deref(), Some("s-9"));
}

#[test]
fn a_service_under_change_is_settling() {
    assert_eq!(service(json!({})).settling, None);
    for (fields, text) in [
        (json!({"reconciling": true}), "under way"),
        (json!({"generation": "4"}), "generation 3 is observed, 4 is wanted"),
        (json!({"generation": 4}), "generation 3 is observed, 4 is wanted"),
        (json!({"observedGeneration": null}), "generation 0 is observed, 3 is wanted"),
    ] {
        let settling = service(fields).settling.unwrap();
        assert_eq!(settling.kind, WhyKind::Settling);
        assert!(settling.text.contains(text), "{}", settling.text);
    }
}

#[test]
fn egress_is_absent_where_unspecified_and_unknown_where_the_word_is_new() {
    for unspecified in [json!({}), json!({"egress": "VPC_EGRESS_UNSPECIFIED"}), json!({"egress": 0})] {
        assert!(vpc(unspecified).egress.is_absent());
    }
    for (word, egress) in [
        (json!("ALL_TRAFFIC"), Egress::AllTraffic),
        (json!(1), Egress::AllTraffic),
        (json!("PRIVATE_RANGES_ONLY"), Egress::PrivateRangesOnly),
    ] {
        assert_eq!(vpc(json!({"egress": word})).egress.known(), Some(&egress));
    }
    for new in [json!("SOME_TRAFFIC"), json!(9)] {
        let egress = vpc(json!({"egress": new})).egress;
        assert_eq!(egress.whys()[0].kind, WhyKind::Invalid, "{egress:?}");
    }
}

#[test]
fn names_are_relative_to_their_resource_and_numbers_are_never_guessed() {
    let name = |text: &str| vpc(json!({"connector": text})).connector;
    assert_eq!(name("c").known().unwrap().to_string(), "projects/p/locations/r/connectors/c");
    assert_eq!(name("projects/77/locations/r/connectors/c").known().unwrap().project, "host");
    for unknown in ["projects/78/locations/r/connectors/c", "a/b"] {
        assert_eq!(name(unknown).whys()[0].kind, WhyKind::Invalid);
    }
    assert!(name("").is_absent());
    let access = vpc(json!({"networkInterfaces": [{"network": "projects/77/global/networks/n", "tags": ["b", "a"]}]}));
    let interfaces = access.interfaces.known().unwrap();
    assert_eq!(interfaces[0].network.known().unwrap().project, "host");
    assert!(interfaces[0].subnetwork.is_absent());
    assert_eq!(interfaces[0].tags.known().unwrap().iter().collect::<Vec<_>>(), ["a", "b"]);
    assert!(service(json!({})).workload.vpc.is_detached());
}

#[test]
fn an_item_of_a_project_shows_what_its_number_stands_for() {
    let revision = "projects/4711/locations/r/services/s/revisions/s-1";
    let access = json!({"connector": "projects/4711/locations/r/connectors/c"});
    let state = state_of(Api::RunRevisions, vec![json!({"name": revision, "vpcAccess": access})]);
    let inventory = inventory(&state);
    assert_eq!(inventory.revisions[0].service.project, "p");
    assert_eq!(inventory.revisions[0].vpc.connector.known().unwrap().project, "p");
    assert_eq!(inventory.project_numbers["4711"], "p");

    // A number that would stand for two projects stands for none.
    let mut state = state;
    state.project_numbers.insert("q".into(), "4711".into());
    let ambiguous = super::inventory(&state);
    assert!(!ambiguous.project_numbers.contains_key("4711"));
    assert_eq!(ambiguous.coverage.entries[0].status, CoverageStatus::Malformed);
}

#[test]
fn connectors_of_every_shape() {
    let from_subnet = connector(json!({"subnet": {"name": "sub", "projectId": "host"}, "state": "ERROR"}));
    assert_eq!(from_subnet.subnet.known().unwrap().to_string(), "projects/host/regions/r/subnetworks/sub");
    assert_eq!(from_subnet.state.known(), Some(&ConnectorState::Error));
    assert!(from_subnet.ip_cidr_range.is_absent() && from_subnet.network.is_absent());
    assert!(from_subnet.min_instances.is_absent() && from_subnet.machine_type.is_absent());

    let own_subnet = connector(json!({"subnet": {"name": "sub"}, "ipCidrRange": "10.8.0.0/99", "state": 5}));
    assert_eq!(own_subnet.subnet.known().unwrap().project, "p");
    assert_eq!(own_subnet.ip_cidr_range.whys()[0].kind, WhyKind::Invalid);
    assert_eq!(own_subnet.state.known(), Some(&ConnectorState::Updating));

    // No state is no health.
    for nothing in [json!({}), json!({"state": "STATE_UNSPECIFIED"})] {
        assert!(connector(nothing).state.is_unknown());
    }
    for (word, text) in [(json!("PAUSED"), "PAUSED"), (json!(17), "17")] {
        assert_eq!(connector(json!({"state": word})).state.known(), Some(&ConnectorState::Other(text.into())));
    }
    let origin = Origin::live("projects/p/locations/r/connectors/c", "maxInstances");
    assert_eq!(connector(json!({})).max_instances, Fact::Absent(origin));
}

#[test]
fn an_item_that_cannot_be_read_uncovers_its_collection_and_keeps_the_others() {
    for bad in [
        json!({"name": "projects/p/locations/r/services/bad", "generation": {"a": 1}}),
        json!({"name": "projects/p/locations/r/services/bad", "updateTime": "yesterday"}),
        json!({"name": "projects/p/locations/r/connectors/bad"}),
        json!({"name": "projects/p/locations/elsewhere/services/bad"}),
        json!({"name": "projects/other/locations/r/services/bad"}),
        json!({"name": "projects/p/locations/r/services/bad/revisions/x"}),
        json!({"name": "projects/p/locations/r/services/"}),
        json!({"name": "projects/p/locations/r/services/a b"}),
        json!({"uid": "no name"}),
        json!("bad"),
        json!(null),
    ] {
        let good = json!({"name": SERVICE});
        let inventory = inventory(&state_of(Api::RunServices, vec![bad.clone(), good]));
        assert_eq!(inventory.workloads.len(), 1, "{bad}");
        let entry = &inventory.coverage.entries[0];
        assert_eq!(entry.status, CoverageStatus::Malformed, "{bad}");
        let name = bad.get("name").map_or("item 1: ".to_owned(), |name| format!("`{}`: ", name.as_str().unwrap()));
        assert!(entry.detail.starts_with(&name) && entry.detail.len() > name.len(), "{}", entry.detail);
    }
}

#[test]
fn what_was_not_looked_at_in_full_is_not_covered() {
    let mut state = state_of(Api::RunServices, vec![json!({"name": SERVICE})]);
    state.answers[0].unreachable = vec!["projects/p/locations/r".into()];
    let partial = inventory(&state);
    assert_eq!(partial.workloads.len(), 1);
    assert_eq!(partial.coverage.answered(Api::RunServices, "p", "r").unwrap_err().kind, WhyKind::Unreachable);

    state.answers[0].unreachable.clear();
    state.answers[0].status = CoverageStatus::Denied;
    state.answers[0].detail = "HTTP 403".into();
    let denied = inventory(&state).coverage.answered(Api::RunServices, "p", "r").unwrap_err();
    assert_eq!((denied.kind, denied.text.ends_with("HTTP 403")), (WhyKind::Denied, true));
}

#[test]
fn deleted_and_repeated_items_count_once_or_not_at_all() {
    let deleted = json!({"name": "projects/p/locations/r/services/gone", "deleteTime": "2026-11-01T00:00:00Z"});
    let old = json!({"name": SERVICE, "client": "old"});
    let new = json!({"name": SERVICE, "client": "new"});
    let inventory = inventory(&state_of(Api::RunServices, vec![deleted, old, new]));
    let clients: Vec<Option<&str>> = inventory.workloads.iter().map(|workload| workload.client.as_deref()).collect();
    assert_eq!(clients, [Some("new")]);
    assert_eq!(inventory.coverage.entries[0].status, CoverageStatus::Answered);
}

/// The path of every value below `value`, as JSON pointers.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, field)| pointers(field, &format!("{at}/{}", escaped(key)), into));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), into));
        }
        _ => {}
    }
    into.push(at.to_owned());
}

#[test]
fn whatever_an_item_holds_nothing_vanishes_in_silence() {
    let all = whole();
    let mut tried = 0;
    for answer in sample().answers.into_iter().chain(all.answers.clone()) {
        let mut state = LiveState { answers: vec![answer], ..all.clone() };
        let before = resources(&inventory(&state));
        for index in 0..state.answers[0].items.len() {
            let item = state.answers[0].items[index].clone();
            let mut paths = Vec::new();
            pointers(&item, "", &mut paths);
            for pointer in paths {
                for odd in [json!(null), json!(-7), json!("9".repeat(40)), json!({"a": {}}), json!([[1]]), json!(true)]
                {
                    let mut changed = item.clone();
                    *changed.pointer_mut(&pointer).unwrap() = odd.clone();
                    state.answers[0].items[index] = changed;
                    let found = inventory(&state);
                    let covered = found.coverage.entries[0].status == CoverageStatus::Answered;
                    let api = state.answers[0].api;
                    assert!(resources(&found) == before || !covered, "{api} {pointer} = {odd}");
                    tried += 1;
                }
            }
            state.answers[0].items[index] = item;
        }
    }
    assert!(tried > 5_000, "{tried}");
}

#[test]
fn the_order_of_answers_and_items_changes_nothing() {
    let state = whole();
    let before = inventory(&state);
    let mut reversed = state.clone();
    reversed.answers.reverse();
    reversed.answers.iter_mut().for_each(|answer| answer.items.reverse());
    assert_eq!(inventory(&reversed), before);
    let mut rotated = state;
    rotated.answers.rotate_left(7);
    rotated.answers.iter_mut().filter(|answer| !answer.items.is_empty()).for_each(|answer| answer.items.rotate_left(1));
    assert_eq!(inventory(&rotated), before);
}

#[test]
fn the_state_of_the_tests_holds_every_collection() {
    let state = whole();
    let held: std::collections::BTreeSet<Api> = state.answers.iter().map(|answer| answer.api).collect();
    assert_eq!(held, Api::ALL.into());
    assert!(state.answers.iter().all(|answer| !answer.items.is_empty()));
    let unknown: Vec<_> = inventory(&state).coverage.entries;
    assert_eq!(unknown.iter().filter(|entry| entry.status != CoverageStatus::Answered).count(), 2);
}
