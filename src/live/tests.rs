//! Whole runs of [`gather`] against the emulator, over real HTTP.

use std::time::Instant;

use serde_json::json;

use super::*;
use crate::emulator::{self, Emulator, Fault, FaultKind, Options};
use crate::model::live::Answer;
use crate::model::{AllowedVariables, Api, Inventory, WhyKind};

const SAMPLE: &str = include_str!("../../tests/live/state.json");
const PROJECT: &str = "shop-staging";
const NUMBER: &str = "482913377105";
const REGION: &str = "europe-west1";

fn sample() -> Value {
    serde_json::from_str(SAMPLE).unwrap()
}

/// Fast enough that a test which retries does not wait.
fn limits() -> Limits {
    Limits {
        attempt: Duration::from_secs(5),
        attempts: 4,
        backoff: Duration::from_millis(2),
        max_backoff: Duration::from_millis(8),
        total: Duration::from_secs(20),
        ..Limits::default()
    }
}

fn request(emulator: &Emulator) -> Request {
    Request {
        source: LiveSource::Emulator("live/state.json".into()),
        repo: ".".into(),
        projects: vec![PROJECT.into()],
        regions: vec![REGION.into()],
        needs: Needs::default(),
        variables: AllowedVariables::default(),
        project_numbers: BTreeMap::new(),
        endpoint: Some(emulator.base_url.clone()),
        limits: limits(),
        tokens: Tokens::default(),
    }
}

async fn start(state: Value, faults: Vec<Fault>) -> Emulator {
    emulator::start(state, Options { faults, ..Options::default() }).await.unwrap()
}

async fn state(request: &Request) -> LiveState {
    gather(request).await.unwrap().state.unwrap()
}

/// What was answered, whenever that was.
fn timeless(mut state: LiveState) -> LiveState {
    state.answers.iter_mut().for_each(|answer| answer.time = None);
    state
}

fn timeless_inventory(state: &LiveState) -> Inventory {
    inventory(&timeless(state.clone()))
}

fn fault(path: &str, times: u32, kind: FaultKind) -> Fault {
    Fault { path: path.into(), after: 0, times: Some(times), kind }
}

fn status(code: u16, status: &str) -> FaultKind {
    FaultKind::Status { code, status: status.into(), retry_after: None }
}

fn answer_of(state: &LiveState, api: Api) -> &Answer {
    state.answers.iter().find(|answer| answer.api == api).unwrap()
}

/// A state whose connectors answer like this.
fn connectors(fields: Value) -> Value {
    let mut state = sample();
    let answer = state["answers"][2].as_object_mut().unwrap();
    answer.extend(fields.as_object().unwrap().clone());
    state
}

#[tokio::test]
async fn a_run_reads_every_page_with_gets_alone_and_sends_no_credentials() {
    let emulator = start(sample(), vec![]).await;
    let gathered = gather(&request(&emulator)).await.unwrap();
    assert_eq!(gathered.description, "emulated from live/state.json");
    let state = gathered.state.unwrap();
    let found: Vec<(Api, CoverageStatus, usize)> =
        state.answers.iter().map(|answer| (answer.api, answer.status, answer.items.len())).collect();
    assert_eq!(
        found,
        [
            (Api::RunServices, CoverageStatus::Answered, 2),
            // Those that serve; two more do not.
            (Api::RunRevisions, CoverageStatus::Answered, 3),
            (Api::RunJobs, CoverageStatus::Answered, 0),
            (Api::RunWorkerPools, CoverageStatus::Answered, 0),
            (Api::VpcAccessConnectors, CoverageStatus::Answered, 1),
        ]
    );
    let log = emulator.log();
    let bad = log.iter().find(|seen| seen.method != "GET" || seen.authorized || seen.status != 200);
    assert_eq!(bad, None);
    let revisions = log.iter().filter(|seen| seen.target.contains("/services/-/revisions?")).count();
    let by_name = log.iter().filter(|seen| seen.target.contains("/revisions/")).count();
    assert_eq!(
        (revisions, by_name),
        (1, 1),
        "one page has two of the three that serve; the third is asked for by name"
    );
}

#[tokio::test]
async fn an_object_is_read_with_one_get_and_no_credentials() {
    let mut state = sample();
    state["storage"] = json!([
        {"bucket": "b", "name": "a b/c%2F/é.tfstate", "content": {"version": 4}},
        {"bucket": "b", "name": "denied", "status": "denied"},
    ]);
    let emulator = start(state, vec![]).await;
    let request = request(&emulator);
    assert_eq!(object(&request, "b", "a b/c%2F/é.tfstate").await, Ok(json!({"version": 4})));
    let log = emulator.log();
    let path = "/storage/v1/b/b/o/a%20b%2Fc%252F%2F%C3%A9.tfstate?alt=media";
    let seen = emulator::Seen {
        time: log[0].time,
        method: "GET".into(),
        host: log[0].host.clone(),
        target: path.into(),
        status: 200,
        ..emulator::Seen::default()
    };
    assert_eq!(log, [seen]);
    for (bucket, name, said) in [
        ("b", "denied", "denied: HTTP 403 PERMISSION_DENIED: Permission 'storage.objects.get' denied"),
        ("b", "none", "there is no such object, or none that may be seen (HTTP 404"),
        ("../../b", "x", "HTTP 404"),
        ("b", "..", "not-asked: this names no object"),
        ("", "x", "not-asked: this names no object"),
    ] {
        let told = object(&request, bucket, name).await.unwrap_err();
        assert!(told.contains(said), "{bucket}/{name}: {told}");
    }
    let others =
        emulator.log().into_iter().filter(|seen| seen.method != "GET" || !seen.target.starts_with("/storage/v1/b/"));
    assert_eq!(others.count(), 0);
    for source in [LiveSource::None, LiveSource::Snapshot("x".into())] {
        let before = emulator.log().len();
        let told = object(&Request { source, ..request.clone() }, "b", "denied").await.unwrap_err();
        assert!(told.starts_with("not asked: ") && emulator.log().len() == before, "{told}");
    }
}

#[tokio::test]
async fn nothing_secret_is_kept() {
    let emulator = start(sample(), vec![]).await;
    let text = serde_json::to_string(&state(&request(&emulator)).await).unwrap();
    assert!(SAMPLE.contains("10.20.0.5") && !text.contains("10.20.0.5"));
    assert!(text.contains("POSTGRES_HOST") && text.contains("postgres-password"));
}

#[tokio::test]
async fn a_recorded_run_read_as_a_snapshot_is_the_same_inventory() {
    let emulator = start(sample(), vec![]).await;
    let mut request = request(&emulator);
    let live = state(&request).await;
    let folder = tempfile::tempdir().unwrap();
    snapshot::write(&folder.path().join("recorded.json"), &live).unwrap();

    request.source = LiveSource::Snapshot("recorded.json".into());
    request.repo = folder.path().to_owned();
    request.endpoint = None;
    let gathered = gather(&request).await.unwrap();
    assert_eq!(gathered.description, "snapshot recorded.json");
    assert_eq!(gathered.state.as_ref(), Some(&live));

    // The hand-written state read as a snapshot says the same, and so does the recording when it is emulated.
    let direct = snapshot::read(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/state.json").as_path(),
        &AllowedVariables::default(),
    )
    .unwrap();
    let mut direct = timeless_inventory(&direct);
    direct.revisions.retain(|revision| !["catalog-00008-sib", "checkout-00013-ram"].contains(&&*revision.name));
    let mut asked = timeless_inventory(&live);
    // How many were read is another number: those that do not serve were not asked for.
    for coverage in [&mut direct.coverage, &mut asked.coverage] {
        coverage.entries.retain(|entry| entry.api != Api::RunRevisions);
    }
    assert_eq!(direct, asked);
    let again = start(serde_json::to_value(&live).unwrap(), vec![]).await;
    request.source = LiveSource::Emulator("recorded.json".into());
    request.endpoint = Some(again.base_url.clone());
    assert_eq!(timeless(state(&request).await), timeless(live));
}

#[tokio::test]
async fn refusals_are_told_apart_and_leave_the_rest_alone() {
    let error = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "own words"}});
    for (fields, status, detail) in [
        (json!({"status": "denied"}), CoverageStatus::Denied, "HTTP 403 PERMISSION_DENIED: Permission 'vpcaccess"),
        (json!({"status": "denied", "error": error}), CoverageStatus::Denied, "HTTP 403 PERMISSION_DENIED: own words"),
        (json!({"status": "denied", "http_status": 401}), CoverageStatus::Denied, "HTTP 401 UNAUTHENTICATED"),
        (json!({"status": "disabled"}), CoverageStatus::Disabled, "HTTP 403 PERMISSION_DENIED: vpcaccess.googleapis"),
        (json!({"status": "unreachable"}), CoverageStatus::Unreachable, "HTTP 503 UNAVAILABLE: The service"),
        (json!({"status": "rate-limited"}), CoverageStatus::RateLimited, "HTTP 429 RESOURCE_EXHAUSTED: Quota"),
        (json!({"status": "malformed"}), CoverageStatus::Malformed, "the answer is no JSON (line 1, column "),
        (json!({"region": "elsewhere"}), CoverageStatus::Unreachable, "HTTP 404 NOT_FOUND: the state holds no"),
    ] {
        let emulator = start(connectors(fields.clone()), vec![]).await;
        let state = state(&request(&emulator)).await;
        let answer = answer_of(&state, Api::VpcAccessConnectors);
        assert_eq!(answer.status, status, "{fields}");
        assert!(answer.detail.starts_with(detail), "{}", answer.detail);
        let inventory = inventory(&state);
        let why = inventory.coverage.answered(Api::VpcAccessConnectors, PROJECT, REGION).unwrap_err();
        assert_eq!(why.kind, status.why_kind());
        assert_eq!(inventory.coverage.answered(Api::RunServices, PROJECT, REGION), Ok(()));
        assert_eq!(inventory.workloads.len(), 2);
    }
}

#[tokio::test]
async fn what_may_pass_is_asked_again_and_what_cannot_is_not() {
    let too_fast = FaultKind::Status { code: 429, status: "RESOURCE_EXHAUSTED".into(), retry_after: Some(0) };
    for (kind, times, requests, outcome) in [
        (status(503, "UNAVAILABLE"), 2, 3, CoverageStatus::Answered),
        (status(502, "UNAVAILABLE"), 1, 2, CoverageStatus::Answered),
        (status(504, "DEADLINE_EXCEEDED"), 3, 4, CoverageStatus::Answered),
        (too_fast.clone(), 2, 3, CoverageStatus::Answered),
        (too_fast, 9, 4, CoverageStatus::RateLimited),
        (status(503, "UNAVAILABLE"), 9, 4, CoverageStatus::Unreachable),
        (status(500, "INTERNAL"), 9, 1, CoverageStatus::Unreachable),
        (status(400, "INVALID_ARGUMENT"), 9, 1, CoverageStatus::Unreachable),
        (status(403, "PERMISSION_DENIED"), 9, 1, CoverageStatus::Denied),
        (status(302, "FOUND"), 9, 1, CoverageStatus::Unreachable),
        (FaultKind::Body("{\"connectors\": 7}".into()), 9, 1, CoverageStatus::Malformed),
        (FaultKind::Body("<html>sign in</html>".into()), 9, 1, CoverageStatus::Malformed),
    ] {
        let emulator = start(sample(), vec![fault("/connectors", times, kind.clone())]).await;
        let state = state(&request(&emulator)).await;
        let answer = answer_of(&state, Api::VpcAccessConnectors);
        assert_eq!(answer.status, outcome, "{kind:?}: {}", answer.detail);
        let asked = emulator.log().iter().filter(|seen| seen.target.contains("/connectors")).count();
        assert_eq!(asked, requests, "{kind:?}");
        assert_eq!(answer.detail.ends_with("(after 4 attempts)"), requests == 4 && outcome != CoverageStatus::Answered);
    }
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_kept_to_unless_it_is_longer_than_the_run() {
    let pause = |seconds| FaultKind::Status { code: 429, status: "R".into(), retry_after: Some(seconds) };
    let started = Instant::now();
    let emulator = start(sample(), vec![fault("/connectors", 1, pause(1))]).await;
    let patient = state(&request(&emulator)).await;
    assert_eq!(answer_of(&patient, Api::VpcAccessConnectors).status, CoverageStatus::Answered);
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());

    let started = Instant::now();
    let emulator = start(sample(), vec![fault("/connectors", 1, pause(3_600))]).await;
    let hurried = state(&request(&emulator)).await;
    assert_eq!(answer_of(&hurried, Api::VpcAccessConnectors).status, CoverageStatus::RateLimited);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn slow_and_absent_servers_are_unreachable_within_the_limits() {
    let slow = FaultKind::Latency { ms: 3_000, jitter_ms: 0, seed: 0 };
    let emulator = start(sample(), vec![fault("/connectors", 1, slow.clone())]).await;
    let mut brief = request(&emulator);
    brief.limits.attempt = Duration::from_millis(400);
    let again = state(&brief).await;
    assert_eq!(answer_of(&again, Api::VpcAccessConnectors).status, CoverageStatus::Answered);

    let emulator = start(sample(), vec![fault("/connectors", 99, slow)]).await;
    brief.endpoint = Some(emulator.base_url.clone());
    brief.limits.total = Duration::from_secs(1);
    let started = Instant::now();
    let stuck = state(&brief).await;
    let answer = answer_of(&stuck, Api::VpcAccessConnectors);
    assert_eq!(answer.status, CoverageStatus::Unreachable);
    let said = ["no answer within 0.", "used up", "its share of the run's time limit"];
    assert!(said.iter().any(|said| answer.detail.contains(said)), "{}", answer.detail);
    assert!(started.elapsed() < Duration::from_millis(2_500), "{:?}", started.elapsed());
    assert_eq!(answer_of(&stuck, Api::RunServices).status, CoverageStatus::Answered);

    // A port where nobody listens: one that was just given back.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut absent = request(&emulator);
    absent.endpoint = Some(format!("http://{free}"));
    let nobody = state(&absent).await;
    let statuses: Vec<CoverageStatus> = nobody.answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == CoverageStatus::Unreachable).count(), 4);
    // Without services there is no revision to ask for.
    assert_eq!(answer_of(&nobody, Api::RunRevisions).status, CoverageStatus::NotAsked);
    assert!(nobody.answers[0].detail.contains("the connection failed"), "{}", nobody.answers[0].detail);
}

#[tokio::test]
async fn lists_that_never_end_are_left() {
    let emulator = start(sample(), vec![fault("/services$", 99, FaultKind::RepeatPageToken)]).await;
    let looped = state(&request(&emulator)).await;
    let answer = answer_of(&looped, Api::RunServices);
    assert_eq!(answer.status, CoverageStatus::Malformed);
    assert!(answer.detail.contains("leads back"), "{}", answer.detail);

    let emulator = emulator::start(sample(), Options { page_size_cap: 1, ..Options::default() }).await.unwrap();
    let mut few = request(&emulator);
    few.limits.pages = 1;
    let cut = state(&few).await;
    let answer = answer_of(&cut, Api::RunServices);
    assert_eq!((answer.status, answer.items.len()), (CoverageStatus::Unreachable, 1));
    assert_eq!(answer.detail, "the list has more than 1 pages");
    assert_eq!(
        answer_of(&cut, Api::VpcAccessConnectors).status,
        CoverageStatus::Answered,
        "one page is within the limit"
    );

    let mut small = request(&emulator);
    small.limits.body_bytes = 40;
    let large = state(&small).await;
    assert_eq!(answer_of(&large, Api::RunServices).status, CoverageStatus::Malformed);
    assert_eq!(answer_of(&large, Api::RunServices).detail, "the answer is larger than 40 bytes");
}

#[tokio::test]
async fn a_region_that_the_answer_names_as_unreachable_is_not_covered() {
    let fields = json!({"unreachable": [format!("projects/{PROJECT}/locations/{REGION}")]});
    let emulator = start(connectors(fields), vec![]).await;
    let partial = state(&request(&emulator)).await;
    let answer = answer_of(&partial, Api::VpcAccessConnectors);
    assert_eq!((answer.status, answer.items.len()), (CoverageStatus::Unreachable, 1));
    let again = start(serde_json::to_value(&partial).unwrap(), vec![]).await;
    let emulated = timeless(state(&request(&again)).await);
    assert_eq!(emulated, timeless(partial), "a recording of it is emulated as it was");
}

#[tokio::test]
async fn regions_are_listed_where_none_is_given() {
    let emulator = start(sample(), vec![]).await;
    let mut all = request(&emulator);
    all.regions.clear();
    let found = timeless(state(&all).await);
    assert_eq!(found, timeless(state(&request(&emulator)).await));

    let emulator = start(sample(), vec![fault("/locations", 1, status(403, "PERMISSION_DENIED"))]).await;
    all.endpoint = Some(emulator.base_url.clone());
    let denied = inventory(&state(&all).await);
    let why = denied.coverage.answered(Api::RunServices, PROJECT, REGION).unwrap_err();
    assert_eq!(why.kind, WhyKind::Denied);
    assert!(why.text.contains("its regions could not be listed: HTTP 403"), "{}", why.text);
}

#[tokio::test]
async fn project_numbers_are_asked_for_where_they_are_not_known() {
    let asked = |emulator: &Emulator| {
        let about_projects = |target: &String| !target.contains("/locations");
        emulator.log().into_iter().map(|seen| seen.target).filter(about_projects).collect::<Vec<_>>()
    };
    let emulator = start(sample(), vec![]).await;
    let learned = state(&request(&emulator)).await;
    assert_eq!(learned.project_numbers, [(PROJECT.to_owned(), NUMBER.to_owned())].into());
    assert_eq!(asked(&emulator), ["/v1/projects/shop-staging"]);

    let emulator = start(sample(), vec![]).await;
    let mut told = request(&emulator);
    told.project_numbers = learned.project_numbers.clone();
    told.projects = vec![NUMBER.into(), PROJECT.into()];
    let same = timeless(state(&told).await);
    assert_eq!(same, timeless(learned), "a project given by number is the same project");
    assert!(asked(&emulator).is_empty());
}

#[tokio::test]
async fn a_number_of_another_project_is_asked_for_and_stays_unknown_where_it_is_refused() {
    let connector_of = |state: &LiveState| inventory(state).workloads[1].workload.vpc.connector.clone();
    let mut hosted = sample();
    hosted["answers"][0]["items"][0]["template"]["vpcAccess"]["connector"] =
        json!("projects/99/locations/europe-west1/connectors/shared");
    hosted["project_numbers"]["shop-host"] = json!("99");
    let emulator = start(hosted.clone(), vec![]).await;
    let known = connector_of(&state(&request(&emulator)).await);
    assert_eq!(known.known().unwrap().to_string(), "projects/shop-host/locations/europe-west1/connectors/shared");

    hosted["project_numbers"]["shop-subnets"] = json!("98");
    hosted["answers"][2]["items"][0]["subnet"] = json!({"name": "s", "projectId": "98"});
    hosted["answers"][0]["items"][0]["template"]["vpcAccess"]["connector"] =
        json!("//vpcaccess.googleapis.com/projects/99/locations/europe-west1/connectors/shared");
    let emulator = start(hosted.clone(), vec![]).await;
    let learned = state(&request(&emulator)).await;
    assert_eq!(connector_of(&learned).known(), known.known(), "any spelling of the name");
    let subnet = inventory(&learned).connectors[0].subnet.clone();
    assert_eq!(subnet.known().unwrap().to_string(), "projects/shop-subnets/regions/europe-west1/subnetworks/s");

    hosted["project_numbers"] = json!({});
    let emulator = start(hosted, vec![]).await;
    let refused = state(&request(&emulator)).await;
    assert!(refused.answers.iter().all(|answer| answer.status == CoverageStatus::Answered));
    assert_eq!(connector_of(&refused).whys()[0].kind, WhyKind::Invalid);
    assert!(emulator.log().iter().any(|seen| seen.target == "/v3/projects/99" && seen.status == 403));
}

#[tokio::test]
async fn what_a_snapshot_does_not_hold_was_not_asked() {
    let repo = Path::new(env!("CARGO_MANIFEST_DIR")).to_owned();
    let mut request = Request {
        source: LiveSource::Snapshot("tests/live/state.json".into()),
        repo,
        projects: vec![PROJECT.into(), "other".into()],
        regions: vec![REGION.into(), "us-central1".into()],
        needs: Needs::default(),
        variables: AllowedVariables::default(),
        project_numbers: BTreeMap::new(),
        endpoint: None,
        limits: limits(),
        tokens: Tokens::default(),
    };
    let coverage = inventory(&state(&request).await).coverage;
    for (project, region, covered) in
        [(PROJECT, REGION, true), (PROJECT, "us-central1", false), ("other", REGION, false)]
    {
        let answered = coverage.answered(Api::RunRevisions, project, region);
        assert_eq!(answered.is_ok(), covered, "{project}/{region}");
        assert!(answered.is_ok() || answered.unwrap_err().text.ends_with("the snapshot holds no answer"));
    }
    assert_eq!(coverage.entries.len(), 20);

    request.regions.clear();
    let whole = inventory(&state(&request).await).coverage;
    assert_eq!(whole.answered(Api::RunServices, PROJECT, REGION), Ok(()));
    assert_eq!(whole.answered(Api::RunServices, "other", REGION).unwrap_err().kind, WhyKind::NotAsked);

    request.source = LiveSource::Snapshot("tests/live/none.json".into());
    let error = gather(&request).await.unwrap_err().to_string();
    assert!(error.starts_with("the snapshot ") && error.contains("none.json cannot be read"), "{error}");
}

#[tokio::test]
async fn odd_requests_are_answered_without_asking() {
    let emulator = start(sample(), vec![]).await;
    let mut odd = request(&emulator);
    odd.projects = vec!["..".into(), "a/b".into(), String::new()];
    odd.regions = vec![REGION.into(), "-".into()];
    let refused = state(&odd).await;
    assert!(refused.answers.iter().all(|answer| answer.status == CoverageStatus::NotAsked));
    odd.projects = vec![PROJECT.into()];
    let statuses: Vec<CoverageStatus> = state(&odd).await.answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses[..5], [CoverageStatus::NotAsked; 5]);
    assert_eq!(statuses[5..], [CoverageStatus::Answered; 5]);

    odd.endpoint = Some("http://10.0.0.1:80".into());
    assert!(matches!(gather(&odd).await, Err(GatherError::Endpoint(_))));
    odd.endpoint = None;
    assert!(matches!(gather(&odd).await, Err(GatherError::Endpoint(_))));
    odd.source = LiveSource::None;
    let nothing = gather(&odd).await.unwrap();
    assert_eq!((nothing.state, &*nothing.description), (None, "nothing asked"));
}

#[tokio::test]
async fn without_credentials_everything_asked_is_denied() {
    let emulator = start(sample(), vec![]).await;
    let refused = refused(&request(&emulator), CoverageStatus::Denied, "no credentials: none found");
    assert_eq!(refused.answers.len(), 5);
    let why = inventory(&refused).coverage.answered(Api::VpcAccessConnectors, PROJECT, REGION).unwrap_err();
    assert_eq!(why.kind, WhyKind::Denied);
    assert!(why.text.ends_with("no credentials: none found"), "{}", why.text);
}

#[tokio::test]
async fn the_number_of_requests_under_way_is_limited() {
    let emulator = start(sample(), vec![fault("/v", 99, FaultKind::Latency { ms: 60, jitter_ms: 0, seed: 0 })]).await;
    let mut one = request(&emulator);
    one.limits.concurrency = 1;
    let started = Instant::now();
    let state = state(&one).await;
    let requests = emulator.log().len() as u32;
    assert!(started.elapsed() >= Duration::from_millis(60) * requests, "{requests} in {:?}", started.elapsed());
    assert!(state.answers.iter().all(|answer| answer.status == CoverageStatus::Answered));
}
