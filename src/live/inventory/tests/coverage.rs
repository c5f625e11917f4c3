//! What is covered where a list came through in part.

use super::*;

fn partial(unreachable: &[&str]) -> Inventory {
    let item = json!({"name": "s", "region": "east1"});
    let mut state = state_of(Api::ComputeSubnetworks, vec![item]);
    state.answers[0].unreachable = unreachable.iter().map(|place| (*place).to_owned()).collect();
    inventory(&state)
}

#[test]
fn only_the_regions_that_a_list_names_are_not_covered() {
    let api = Api::ComputeSubnetworks;
    let found = partial(&["regions/us-west1", "projects/p/zones/us-south1-b", "zones/us-west1-a"]);
    assert_eq!(found.subnetworks.len(), 1);
    for region in ["us-west1", "us-south1"] {
        let why = found.coverage.answered(api, "p", region).unwrap_err();
        assert_eq!(why.kind, WhyKind::Unreachable);
        assert_eq!(why.text, format!("{api} did not answer in p/{region}: the answer names it as unreachable"));
    }
    assert_eq!(found.coverage.answered(api, "p", "us-east1"), Ok(()));
    assert_eq!(found.coverage.answered_in_project(api, "p").unwrap_err().kind, WhyKind::Unreachable);
    let shown: Vec<(Option<&str>, CoverageStatus)> =
        found.coverage.entries.iter().map(|entry| (entry.region.as_deref(), entry.status)).collect();
    let unreachable = CoverageStatus::Unreachable;
    let expected =
        [(None, CoverageStatus::Answered), (Some("us-south1"), unreachable), (Some("us-west1"), unreachable)];
    assert_eq!(shown, expected);
}

#[test]
fn a_place_that_is_no_region_uncovers_the_whole_list() {
    for place in ["global", "somewhere", "", "projects/p", "regions/us west1"] {
        let found = partial(&["regions/us-west1", place]);
        let why = found.coverage.answered(Api::ComputeSubnetworks, "p", "us-east1").unwrap_err();
        assert_eq!(why.kind, WhyKind::Unreachable, "{place}");
        assert_eq!(found.coverage.entries.len(), 1);
    }
}

#[test]
fn a_broken_item_beside_unreachable_regions_uncovers_the_rest() {
    let mut state = state_of(Api::ComputeSubnetworks, vec![json!({"name": "s"})]);
    state.answers[0].unreachable = vec!["regions/us-west1".into()];
    let coverage = inventory(&state).coverage;
    let kind = |region: &str| coverage.answered(Api::ComputeSubnetworks, "p", region).unwrap_err().kind;
    assert_eq!((kind("us-west1"), kind("us-east1")), (WhyKind::Unreachable, WhyKind::Malformed));
}

#[test]
fn a_list_that_failed_is_not_covered_whatever_it_names() {
    let mut state = state_of(Api::ComputeSubnetworks, vec![]);
    state.answers[0].unreachable = vec!["regions/us-west1".into()];
    state.answers[0].status = CoverageStatus::RateLimited;
    let coverage = inventory(&state).coverage;
    assert_eq!(coverage.entries.len(), 1);
    assert_eq!(coverage.answered(Api::ComputeSubnetworks, "p", "us-east1").unwrap_err().kind, WhyKind::RateLimited);
}

#[test]
fn the_resource_that_was_asked_about_has_one_spelling() {
    let api = Api::ServiceNetworkingConnections;
    let mut state = state_of(api, vec![]);
    state.answers[0].project = "77".into();
    state.answers[0].of = Some("projects/77/global/networks/n".into());
    state.answers[0].time = Some("2026-11-25T08:00:05Z".into());
    let coverage = inventory(&state).coverage;
    assert_eq!(coverage.answered_of(api, "host", "projects/host/global/networks/n"), Ok(()));
    assert_eq!(
        coverage.answered_of(api, "host", "projects/host/global/networks/m").unwrap_err().kind,
        WhyKind::NotAsked
    );
    assert_eq!(coverage.entries[0].time.as_deref(), Some("2026-11-25T08:00:05Z"));
}
