use std::time::Duration;

use serde_json::json;

use super::super::google::{Limits, Tokens};
use super::needs::needs;
use super::*;
use crate::live::Needs;

fn request(needs: Needs) -> Request {
    Request {
        source: LiveSource::Gcp,
        repo: ".".into(),
        projects: vec!["own".into()],
        regions: vec!["r".into()],
        needs,
        variables: crate::model::AllowedVariables::default(),
        project_numbers: BTreeMap::new(),
        endpoint: None,
        limits: Limits::default(),
        tokens: Tokens::default(),
    }
}

/// Everything that a run can be asked to read.
fn everything() -> Needs {
    Needs { connectivity: true, audit_logs: Some(Duration::ZERO), load: true, ..Needs::default() }
}

#[test]
fn every_collection_is_needed_by_some_run_with_its_own_permission_and_role() {
    let found = needs("own", &request(everything()));
    for api in Api::ALL {
        let need = found.iter().find(|need| need.permission == api.permission()).unwrap();
        assert!(need.unchecked.contains(&api.word()), "{api}: {need:?}");
        assert_eq!((need.role, &need.service), (api.role(), &api.service()), "{api}");
    }
    let names: BTreeSet<&str> = found.iter().map(|need| need.permission).collect();
    assert_eq!(names.len(), found.len());
}

#[test]
fn the_project_of_a_network_alone_is_asked_for_its_networks_alone() {
    let networks = BTreeSet::from(["host".to_owned()]);
    let found = needs("host", &request(Needs { networks, ..Needs::default() }));
    let names: Vec<&str> = found.iter().map(|need| need.permission).collect();
    assert_eq!(names, ["compute.networks.list", "compute.subnetworks.list"]);
    let plain = needs("own", &request(Needs::default()));
    assert!(plain.iter().all(|need| !need.permission.starts_with("compute.")), "{plain:?}");
}

#[test]
fn a_caller_is_named_as_iam_names_it() {
    for (principal, member) in [
        (Some("a@b.iam.gserviceaccount.com"), Some("serviceAccount:a@b.iam.gserviceaccount.com")),
        (Some("me@example.com"), Some("user:me@example.com")),
        (Some("projects/7/locations/global/workloadIdentityPools/ci/providers/github"), None),
        (None, None),
    ] {
        assert_eq!(advice::member(principal).as_deref(), member);
    }
}

#[test]
fn an_api_that_is_off_elsewhere_is_told_with_the_project() {
    let error = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "off", "details": [
        {"reason": "SERVICE_DISABLED", "metadata": {"consumer": "projects/764086051850"}}]}});
    let failure = Failure::from_http(403, error.to_string().as_bytes());
    assert_eq!(told(&failure), "HTTP 403 PERMISSION_DENIED: off (to be enabled in projects/764086051850)");
}

#[test]
fn what_an_answer_does_not_tell_stays_unknown() {
    let mut project = blank("own", &request(Needs::default()));
    let items = [
        json!({"name": "projects/1/services/run.googleapis.com", "state": "ENABLED"}),
        json!({"name": "projects/1/services/vpcaccess.googleapis.com", "state": "STATE_UNSPECIFIED"}),
        json!({"name": 7, "state": "ENABLED"}),
        json!("x"),
    ];
    judge_services(&mut project, &items);
    let states: Vec<Enabled> = project.services.iter().map(|service| service.state).collect();
    assert_eq!(states, [Enabled::Yes, Enabled::Unknown]);
    let held = Held { held: vec!["run.jobs.list".into()], odd: vec!["run.workerpools.list".into()] };
    judge_permissions(&mut project, &held);
    let granted = |permission: &str| {
        let found = project.permissions.iter().find(|asked| asked.need.permission == permission);
        found.unwrap().granted.clone()
    };
    assert_eq!(granted("run.jobs.list"), Granted::Yes);
    assert_eq!(granted("run.services.list"), Granted::No);
    assert!(matches!(granted("run.workerpools.list"), Granted::Unknown(_)));
}

#[test]
fn docs_credentials_md_names_every_role_and_what_plain_runs_use_of_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/credentials.md");
    let docs = std::fs::read_to_string(path).unwrap();
    let mut all = request(everything());
    all.regions.clear();
    for need in needs("own", &all) {
        assert!(docs.contains(&format!("`{}`", need.role)), "{}", need.role);
    }
    let mut plain = request(Needs { networks: BTreeSet::from(["own".to_owned()]), ..Needs::default() });
    plain.regions.clear();
    for need in needs("own", &plain) {
        assert!(docs.contains(&format!("`{}`", need.permission)), "{}", need.permission);
    }
}
