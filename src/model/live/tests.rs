use super::*;

#[test]
fn what_is_said_of_a_region_goes_before_what_is_said_of_its_project() {
    let entry = |region: Option<&str>, status| CoverageEntry {
        project: "p".into(),
        region: region.map(str::to_owned),
        api: Api::RunServices,
        of: None,
        time: None,
        status,
        detail: String::new(),
    };
    let entries = vec![entry(None, CoverageStatus::Answered), entry(Some("west"), CoverageStatus::Denied)];
    let coverage = Coverage { entries };
    assert_eq!(coverage.answered(Api::RunServices, "p", "west").unwrap_err().kind, WhyKind::Denied);
    assert!(coverage.answered(Api::RunServices, "p", "east").is_ok());
    assert_eq!(coverage.answered(Api::RunServices, "q", "west").unwrap_err().kind, WhyKind::NotAsked);
}

#[test]
fn a_whole_project_is_covered_where_none_of_its_regions_failed() {
    let api = Api::ComputeSubnetworks;
    let entry = |region: Option<&str>, of: Option<&str>, status| CoverageEntry {
        project: "p".into(),
        region: region.map(str::to_owned),
        api,
        of: of.map(str::to_owned),
        time: None,
        status,
        detail: String::new(),
    };
    let whole = entry(None, None, CoverageStatus::Answered);
    let coverage = Coverage { entries: vec![whole.clone()] };
    assert!(coverage.answered_in_project(api, "p").is_ok() && coverage.answered(api, "p", "west").is_ok());
    assert_eq!(coverage.answered_in_project(api, "q").unwrap_err().kind, WhyKind::NotAsked);

    let west = entry(Some("west"), None, CoverageStatus::Unreachable);
    let coverage = Coverage { entries: vec![whole, west.clone()] };
    let why = coverage.answered_in_project(api, "p").unwrap_err();
    assert_eq!(why.to_string(), "compute.subnetworks did not answer in p/west (compute.subnetworks in p/west)");
    assert!(coverage.answered(api, "p", "west").is_err() && coverage.answered(api, "p", "east").is_ok());

    // Some regions are not the project.
    let east = entry(Some("east"), None, CoverageStatus::Answered);
    let coverage = Coverage { entries: vec![east, west] };
    assert_eq!(coverage.answered_in_project(api, "p").unwrap_err().kind, WhyKind::Unreachable);
    let coverage = Coverage { entries: vec![entry(Some("east"), None, CoverageStatus::Answered)] };
    assert_eq!(coverage.answered_in_project(api, "p").unwrap_err().kind, WhyKind::NotAsked);
}

#[test]
fn what_is_said_of_one_resource_covers_no_other() {
    let api = Api::ComputeEffectiveFirewalls;
    let entry = |of: &str, status| CoverageEntry {
        project: "p".into(),
        region: None,
        api,
        of: Some(of.to_owned()),
        time: None,
        status,
        detail: "HTTP 403".into(),
    };
    let entries = vec![entry("n", CoverageStatus::Answered), entry("m", CoverageStatus::Denied)];
    let coverage = Coverage { entries };
    assert!(coverage.answered_of(api, "p", "n").is_ok());
    let why = coverage.answered_of(api, "p", "m").unwrap_err();
    assert_eq!(why.kind, WhyKind::Denied);
    assert!(why.text.starts_with("compute.effectiveFirewalls was denied in m; it needs compute.networks."), "{why}");
    assert_eq!(coverage.answered_of(api, "p", "o").unwrap_err().kind, WhyKind::NotAsked);
    assert_eq!(coverage.answered_in_project(api, "p").unwrap_err().kind, WhyKind::NotAsked);
    assert_eq!(coverage.answered(api, "p", "west").unwrap_err().kind, WhyKind::NotAsked);
}
