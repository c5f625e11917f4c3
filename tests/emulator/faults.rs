//! Every fault, as a client sees it.

use std::error::Error;
use std::time::{Duration, Instant};

use gcp_drift::emulator::{Fault, FaultKind, Options};
use serde_json::{Value, json};

use super::{Served, state};

const CONNECTORS: &str = "/v1/projects/shop-staging/locations/europe-west1/connectors";
const SERVICES: &str = "/v2/projects/shop-staging/locations/europe-west1/services";
const NETWORKS: &str = "/compute/v1/projects/shop-staging/global/networks";

/// A server whose state names one fault.
async fn faulty(path: &str, kind: Value) -> Served {
    let mut state = state();
    state["faults"] = json!([{"path": path, "kind": kind}]);
    Served::start(state).await
}

/// The innermost text of an error.
fn cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[tokio::test]
async fn refusals_have_googles_bodies() {
    for (kind, code, status, reason) in [
        (json!("unauthenticated"), 401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"),
        (json!("permission-denied"), 403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED"),
        (json!("api-disabled"), 403, "PERMISSION_DENIED", "SERVICE_DISABLED"),
        (json!("not-found"), 404, "NOT_FOUND", ""),
        (json!({"too-many-requests": {}}), 429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"),
        (json!("internal-error"), 500, "INTERNAL", ""),
        (json!("unavailable"), 503, "UNAVAILABLE", ""),
        (json!({"status": {"code": 409, "status": "ABORTED"}}), 409, "ABORTED", ""),
    ] {
        let served = faulty("/connectors", kind.clone()).await;
        let (got, body) = served.get(CONNECTORS).await;
        assert_eq!((got, &body["error"]["code"], &body["error"]["status"]), (code, &json!(code), &json!(status)));
        assert_eq!(body["error"]["details"][0]["reason"].as_str().unwrap_or_default(), reason, "{kind}: {body}");
        assert_eq!(served.get(SERVICES).await.0, 200, "other paths are well");
    }
    let served = faulty("/networks", json!("permission-denied")).await;
    let (_, body) = served.get(NETWORKS).await;
    assert_eq!(body["error"]["details"][0]["metadata"]["permission"], "compute.networks.list");
    assert_eq!(body["error"]["errors"][0]["reason"], "forbidden");
    let served = faulty("/networks", json!("rate-limit-exceeded")).await;
    let (code, body) = served.get(NETWORKS).await;
    assert_eq!((code, &body["error"]["errors"][0]["reason"]), (403, &json!("rateLimitExceeded")));
}

#[tokio::test]
async fn too_many_requests_name_the_quota_and_the_time_to_wait() {
    let kind = json!({"too-many-requests": {"retry_after": 3, "quota_limit": "ReadPerMinute", "quota_limit_value": 60,
        "quota_location": "europe-west1"}});
    let served = faulty("/services$", kind).await;
    let response = served.send(SERVICES).await.unwrap();
    assert_eq!(response.headers()["retry-after"], "3");
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    let details = &body["error"]["details"];
    let metadata = json!({
        "service": "run.googleapis.com", "quota_metric": "Read requests", "quota_limit": "ReadPerMinute",
        "quota_limit_value": "60", "quota_location": "europe-west1", "consumer": "projects/shop-staging",
    });
    assert_eq!(details[0]["metadata"], metadata);
    assert_eq!(details[1]["retryDelay"], "3s");
}

#[tokio::test]
async fn bodies_may_be_anything() {
    let served = faulty("/connectors", json!("bad-gateway")).await;
    let response = served.send(CONNECTORS).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (502, &"text/html; charset=UTF-8".parse().unwrap())
    );
    assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    for (kind, text) in [(json!("malformed"), "{\"services\": [{"), (json!({"body": "<p>sign in"}), "<p>sign in")] {
        let served = faulty("/connectors", kind).await;
        let response = served.send(CONNECTORS).await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.text().await.unwrap().starts_with(text));
    }
    for (target, expected) in [
        (CONNECTORS.to_owned(), json!({"connectors": 7})),
        (format!("{SERVICES}?pageSize=1"), json!({"services": 7, "nextPageToken": "…"})),
        (format!("{CONNECTORS}/shop-connector"), json!({"connectedProjects": 7})),
    ] {
        let served = faulty(".", json!("wrong-type")).await;
        let (code, mut body) = served.get(&target).await;
        if body["nextPageToken"].is_string() {
            body["nextPageToken"] = json!("…");
        }
        assert_eq!(code, 200);
        super::assert_holds(&body, &expected, &target);
    }
}

#[tokio::test]
async fn a_reset_connection_is_seen_as_one() {
    let served = faulty("/connectors", json!("reset")).await;
    for _ in 0..3 {
        let error = served.send(CONNECTORS).await.unwrap_err();
        let cause = cause(&error);
        assert!(cause.contains("reset"), "{cause}");
    }
    assert_eq!(served.get(SERVICES).await.0, 200);
    let statuses: Vec<u16> = served.emulator.log().iter().map(|seen| seen.status).collect();
    assert_eq!(statuses[statuses.len() - 1], 200);
    assert!(statuses[..statuses.len() - 1].iter().all(|status| *status == 0), "{statuses:?}");
}

#[tokio::test]
async fn a_body_ends_before_its_announced_length() {
    let served = faulty("/connectors", json!("truncated")).await;
    let response = served.send(CONNECTORS).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.content_length().unwrap() > 100);
    let error = response.text().await.unwrap_err();
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(served.get(SERVICES).await.0, 200);
}

#[tokio::test]
async fn answers_come_late_or_slowly() {
    let served = faulty("/connectors", json!({"latency": {"ms": 80, "jitter_ms": 40, "seed": 7}})).await;
    let mut times = Vec::new();
    for _ in 0..4 {
        let started = Instant::now();
        assert_eq!(served.get(CONNECTORS).await.0, 200);
        times.push(started.elapsed());
    }
    assert!(times.iter().all(|time| *time >= Duration::from_millis(80)), "{times:?}");

    let served = faulty("/connectors", json!({"drip": {"bytes": 200, "every_ms": 50}})).await;
    let started = Instant::now();
    let mut response = served.send(CONNECTORS).await.unwrap();
    let head = started.elapsed();
    let first = response.chunk().await.unwrap().unwrap();
    assert!(first.len() <= 200, "{}", first.len());
    let mut whole = first.to_vec();
    while let Some(chunk) = response.chunk().await.unwrap() {
        whole.extend(chunk);
    }
    let pauses = u32::try_from(whole.len().div_ceil(200) - 1).unwrap();
    assert!(pauses >= 2 && started.elapsed() - head >= Duration::from_millis(50) * (pauses - 1), "{pauses}");
    let body: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(body["connectors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn lists_do_not_end() {
    for (kind, tokens) in [("repeat-page-token", 1), ("cyclic-pages", 2), ("endless-pages", 6)] {
        let served = faulty("/services$|/networks$|/namespaces/", json!(kind)).await;
        for (target, key) in [(SERVICES, "services"), (NETWORKS, "items")] {
            let mut seen = std::collections::BTreeSet::new();
            let mut token = String::new();
            for _ in 0..6 {
                let (code, page) = served.get(&format!("{target}?pageToken={token}")).await;
                assert_eq!((code, page[key][0]["name"].is_string()), (200, true), "{kind}: {page}");
                token = page["nextPageToken"].as_str().unwrap().to_owned();
                seen.insert(token.clone());
            }
            assert_eq!(seen.len(), tokens, "{kind} {target}: {seen:?}");
        }
        let (_, list) = served.get("/apis/serving.knative.dev/v1/namespaces/shop-staging/services").await;
        assert!(list["metadata"]["continue"].is_string(), "{list}");
    }
}

#[tokio::test]
async fn a_region_is_not_reached() {
    let served = faulty(".", json!({"unreachable": {"locations": ["europe-west1"]}})).await;
    let name = "projects/shop-staging/locations/europe-west1";
    for (target, field) in [
        (SERVICES.to_owned(), "unreachable"),
        ("/v1/projects/shop-staging/locations/-/instances".to_owned(), "unreachable"),
        ("/v1/projects/shop-staging/locations/-/services".to_owned(), "unreachable"),
    ] {
        let (code, body) = served.get(&target).await;
        assert_eq!((code, &body[field][0]), (200, &json!(name)), "{target}: {body}");
        assert!(!body["items"].to_string().contains("checkout"), "{body}");
        assert!(body.get("services").is_none() && body.get("instances").is_none(), "{body}");
    }
    let (_, subnetworks) = served.get("/compute/v1/projects/shop-staging/aggregated/subnetworks").await;
    assert_eq!(subnetworks["items"]["regions/europe-west1"]["warning"]["code"], "UNREACHABLE");
    assert!(subnetworks["items"]["regions/europe-west1"].get("subnetworks").is_none());
    assert_eq!(subnetworks["items"]["regions/us-central1"]["subnetworks"].as_array().unwrap().len(), 1);
    let (_, instances) = served.get("/v1/projects/shop-staging/instances").await;
    assert_eq!(instances["warnings"][0]["code"], "REGION_UNREACHABLE");
    assert_eq!((&instances["warnings"][0]["region"], instances.get("items")), (&json!("europe-west1"), None));
    let (_, networks) = served.get(NETWORKS).await;
    assert_eq!(networks["items"].as_array().unwrap().len(), 1, "a network is in no region");
    assert_eq!(networks.get("warning"), None);
}

#[tokio::test]
async fn the_state_changes_between_two_reads() {
    let name = "projects/shop-staging/locations/europe-west1/connectors/shop-connector";
    let mut state = state();
    let change = |after: u32, patch: Value| {
        let kind = json!({"change": {"name": name, "patch": patch}});
        json!({"path": "/shop-connector$", "after": after, "kind": kind})
    };
    state["faults"] = json!([
        change(1, json!({"state": "UPDATING", "machineType": null})), change(2, json!({"state": "READY"})),
        {"path": "/shop-vpc$", "kind": {"change": {"name": "global/networks/shop-vpc", "patch": null}}},
    ]);
    let served = Served::start(state).await;
    let target = format!("{CONNECTORS}/shop-connector");
    let mut seen = Vec::new();
    for _ in 0..3 {
        let (_, body) = served.get(&target).await;
        seen.push((body["state"].as_str().unwrap().to_owned(), body.get("machineType").is_some()));
    }
    let expected = [("READY", true), ("UPDATING", false), ("READY", false)].map(|(state, is)| (state.to_owned(), is));
    assert_eq!(seen, expected);
    assert_eq!(served.get(&format!("{NETWORKS}/shop-vpc")).await.0, 404);
}

#[tokio::test]
async fn faults_begin_and_end_where_they_say() {
    let fault = |path: &str, after, times, kind| Fault { path: path.into(), after, times, kind };
    let faults = vec![
        fault("/connectors", 1, Some(2), FaultKind::Unavailable),
        fault("/connectors", 0, Some(1), FaultKind::NotFound),
        fault("pageSize=9", 0, None, FaultKind::InternalError),
    ];
    let served = Served::with(state(), Options { faults, ..Options::default() }).await;
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(served.get(CONNECTORS).await.0);
    }
    // The second fault does not count what the first has answered.
    assert_eq!(codes, [404, 503, 503, 200, 200]);
    assert_eq!(served.get(&format!("{SERVICES}?pageSize=9")).await.0, 500, "the query counts");
    assert_eq!(served.get(&format!("{SERVICES}?pageSize=8")).await.0, 200);
}

/// The page on the emulator names every kind that there is, and its example works.
#[tokio::test]
async fn the_documentation_knows_the_faults() {
    let page = include_str!("../../docs/emulator.md");
    let example = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mut state = state();
    state["faults"] = gcp_drift::live::yaml::value(example).unwrap()["faults"].clone();
    let served = Served::start(state).await;
    assert_eq!(served.get(CONNECTORS).await.0, 503);
    assert_eq!(served.get(NETWORKS).await.0, 429);

    let error = serde_json::from_value::<FaultKind>(json!("explode")).unwrap_err().to_string();
    let known: Vec<&str> =
        error.split("expected one of ").nth(1).unwrap().split(", ").map(|word| word.trim_matches('`')).collect();
    let rows = page.split("| kind | what the client meets |").nth(1).unwrap().lines().skip(2);
    let rows = rows.take_while(|row| row.starts_with('|'));
    let mut told: Vec<&str> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
    assert!(known.len() > 20, "{error}");
    told.sort_unstable();
    let mut known = known;
    known.sort_unstable();
    assert_eq!(told, known);
}

#[tokio::test]
async fn a_header_asks_for_one_fault() {
    let served = Served::start(state()).await;
    let with =
        |fault: &'static str| served.request(reqwest::Method::GET, CONNECTORS).header("x-emulator-fault", fault).send();
    assert_eq!(with("unavailable").await.unwrap().status(), 503);
    assert_eq!(with(r#"{"status": {"code": 418, "status": "X"}}"#).await.unwrap().status(), 418);
    assert!(with("reset").await.is_err());
    assert_eq!(with("explode").await.unwrap().status(), 400);
    assert_eq!(served.get(CONNECTORS).await.0, 200);
}
