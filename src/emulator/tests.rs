//! Plain HTTP against the emulator, with no client of this program in between.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::*;

fn sample() -> Value {
    serde_json::from_str(include_str!("../../tests/live/state.json")).unwrap()
}

/// Sends one request and returns head and body.
async fn send(emulator: &Emulator, method: &str, target: &str) -> (String, String) {
    exchange(emulator, &format!("{method} {target}"), "").await
}

/// Posts a body.
async fn post(emulator: &Emulator, target: &str, body: Value) -> (u16, Value) {
    let (head, body) = exchange(emulator, &format!("POST {target}"), &body.to_string()).await;
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(&body).unwrap())
}

async fn exchange(emulator: &Emulator, line: &str, body: &str) -> (String, String) {
    let address = emulator.base_url.strip_prefix("http://").unwrap().to_owned();
    let length = body.len();
    let request = format!("{line} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let text = tokio::task::spawn_blocking(exchange).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

async fn get(emulator: &Emulator, target: &str) -> (u16, Value) {
    let (head, body) = send(emulator, "GET", target).await;
    let code = head.split(' ').nth(1).unwrap().parse().unwrap();
    (code, serde_json::from_str(&body).unwrap())
}

const REGION: &str = "projects/shop-staging/locations/europe-west1";
const BY_NUMBER: &str = "projects/482913377105/locations/europe-west1";

#[tokio::test]
async fn writes_are_refused_and_logged() {
    let emulator = start(sample(), Options::default()).await.unwrap();
    let target = format!("/v2/{REGION}/services/checkout");
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let (head, _) = send(&emulator, method, &target).await;
        assert!(head.starts_with("HTTP/1.1 405 "), "{method}: {head}");
    }
    let (head, body) = send(&emulator, "HEAD", &target).await;
    assert!(head.starts_with("HTTP/1.1 200 ") && body.is_empty(), "{head}");
    let log = emulator.log();
    let seen = Seen {
        time: log[3].time,
        method: "DELETE".into(),
        host: log[3].host.clone(),
        target,
        status: 405,
        body: Some(String::new()),
        ..Seen::default()
    };
    assert_eq!(log[3], seen);
    assert_eq!(log.len(), 6);
}

#[tokio::test]
async fn resources_are_served_untouched_by_id_and_by_number() {
    let mut state = sample();
    state["answers"][0]["items"][0]["fancyNewField"] = json!({"a": [1, "2"]});
    let emulator = start(state.clone(), Options::default()).await.unwrap();
    let items = &state["answers"];
    for (target, item) in [
        (format!("/v2/{REGION}/services/checkout"), &items[0]["items"][0]),
        (format!("/v2/{BY_NUMBER}/services/checkout"), &items[0]["items"][0]),
        (format!("/v2/{REGION}/services/catalog/revisions/catalog-00008-sib"), &items[1]["items"][1]),
        (format!("/v1/{REGION}/connectors/shop-connector"), &items[2]["items"][0]),
    ] {
        assert_eq!(get(&emulator, &target).await, (200, item.clone()), "{target}");
    }
    for target in [
        format!("/v2/{REGION}/services/nobody"),
        format!("/v2/{REGION}/services/checkout/revisions/catalog-00008-sib"),
        "/v2/projects/other/locations/europe-west1/services".to_owned(),
        "/v1/projects/other/locations".to_owned(),
        "/v2/projects".to_owned(),
        "/".to_owned(),
    ] {
        let (code, body) = get(&emulator, &target).await;
        assert_eq!((code, &body["error"]["status"]), (404, &json!("NOT_FOUND")), "{target}");
    }
    let (code, body) = get(&emulator, "/v2/projects/shop-staging/locations/-/services").await;
    assert_eq!((code, &body["error"]["status"]), (400, &json!("INVALID_ARGUMENT")));
}

#[tokio::test]
async fn lists_are_paged_with_tokens_that_belong_to_them() {
    let emulator = start(sample(), Options::default()).await.unwrap();
    let list = format!("/v2/{REGION}/services/-/revisions");
    let (_, first) = get(&emulator, &format!("{list}?pageSize=1000")).await;
    assert_eq!(first["revisions"].as_array().unwrap().len(), 3, "the cap holds");
    let token = first["nextPageToken"].as_str().unwrap();
    let (_, second) = get(&emulator, &format!("{list}?pageSize=1&pageToken={token}")).await;
    assert_eq!(second["revisions"].as_array().unwrap().len(), 1, "a smaller page is granted");
    let (_, last) = get(&emulator, &format!("{list}?pageToken={token}")).await;
    assert_eq!((last["revisions"].as_array().unwrap().len(), last.get("nextPageToken")), (2, None));

    let of_one = format!("/v2/{REGION}/services/checkout/revisions");
    assert_eq!(get(&emulator, &of_one).await.1["revisions"].as_array().unwrap().len(), 2);
    for bad in [
        format!("{of_one}?pageToken={token}"),
        format!("{list}?pageToken=x"),
        format!("{list}?pageSize=-1"),
        format!("{list}?pageSize=many"),
    ] {
        assert_eq!(get(&emulator, &bad).await.0, 400, "{bad}");
    }
    assert_eq!(get(&emulator, &format!("/v2/{REGION}/services/nobody/revisions")).await, (200, json!({})));
    let (_, locations) = get(&emulator, "/v1/projects/482913377105/locations").await;
    assert_eq!(locations["locations"][0]["locationId"], "europe-west1");
}

#[tokio::test]
async fn a_long_list_has_larger_pages() {
    let mut state = sample();
    let item = state["answers"][1]["items"][0].clone();
    state["answers"][1]["items"] = json!(vec![item; 1_001]);
    let emulator = start(state, Options::default()).await.unwrap();
    let (_, first) = get(&emulator, &format!("/v2/{REGION}/services/-/revisions?pageSize=1000")).await;
    assert_eq!(first["revisions"].as_array().unwrap().len(), 11);
}

#[tokio::test]
async fn an_answer_of_the_whole_project_gives_each_region_its_own_items() {
    let mut state = sample();
    state["answers"][2].as_object_mut().unwrap().remove("region");
    state["answers"][2]["items"][0]["name"] = json!("projects/shop-staging/locations/asia-east1/connectors/c");
    let emulator = start(state, Options::default()).await.unwrap();
    let list = |region: &str| format!("/v1/projects/shop-staging/locations/{region}/connectors");
    assert_eq!(get(&emulator, &list("europe-west1")).await, (200, json!({})));
    assert_eq!(get(&emulator, &list("asia-east1")).await.1["connectors"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_recorded_failure_never_asks_for_a_pause() {
    let advice = json!({"error": {"code": 503, "details": [{"retryDelay": "60s"}]}});
    for (status, code) in [("unreachable", 503), ("rate-limited", 429)] {
        let mut state = sample();
        state["answers"][2]["status"] = json!(status);
        state["answers"][2]["error"] = advice.clone();
        let emulator = start(state, Options::default()).await.unwrap();
        let (head, _) = send(&emulator, "GET", &format!("/v1/{REGION}/connectors")).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {code} ")), "{head}");
        assert!(head.to_ascii_lowercase().contains("retry-after: 0"), "{head}");
    }
}

#[tokio::test]
async fn the_caller_has_what_no_answer_denies() {
    let mut state = sample();
    state["answers"][2]["status"] = json!("denied");
    let emulator = start(state.clone(), Options::default()).await.unwrap();
    let asked = json!({"permissions": ["run.services.list", "vpcaccess.connectors.list", "cloudsql.instances.list"]});
    let left = json!({"permissions": ["run.services.list", "cloudsql.instances.list"]});
    for version in ["v1", "v3"] {
        for project in ["shop-staging", "482913377105"] {
            let target = format!("/{version}/projects/{project}:testIamPermissions");
            assert_eq!(post(&emulator, &target, asked.clone()).await, (200, left.clone()), "{target}");
            assert_eq!(post(&emulator, &target, json!({"permissions": []})).await.0, 400);
        }
    }
    state["permissions"] = json!({"shop-staging": ["cloudsql.instances.list", "vpcaccess.connectors.list"]});
    let emulator = start(state, Options::default()).await.unwrap();
    let target = "/v1/projects/shop-staging:testIamPermissions";
    let left = json!({"permissions": ["cloudsql.instances.list"]});
    assert_eq!(post(&emulator, target, asked).await, (200, left));
    let none = json!({"permissions": ["run.services.list"]});
    assert_eq!(post(&emulator, target, none).await, (200, json!({})));
    assert_eq!(post(&emulator, "/v1/projects/shop-staging:setIamPolicy", json!({})).await.0, 405);
}

#[tokio::test]
async fn services_are_enabled_unless_the_state_says_otherwise() {
    let mut state = sample();
    state["answers"][2]["status"] = json!("disabled");
    let emulator = start(state.clone(), Options::default()).await.unwrap();
    let named = |name: &str| format!("names=projects/shop-staging/services/{name}.googleapis.com");
    let batch = format!("/v1/projects/shop-staging/services:batchGet?{}&{}", named("run"), named("vpcaccess"));
    let states = |body: &Value| -> Vec<(String, String)> {
        let text = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
        body["services"].as_array().unwrap().iter().map(|item| (text(item, "name"), text(item, "state"))).collect()
    };
    let full = |name: &str| format!("projects/482913377105/services/{name}.googleapis.com");
    let (run, vpcaccess) = ((full("run"), "ENABLED".to_owned()), (full("vpcaccess"), "DISABLED".to_owned()));
    assert_eq!(states(&get(&emulator, &batch).await.1), [run.clone(), vpcaccess.clone()]);
    let all = get(&emulator, "/v1/projects/shop-staging/services?filter=state:DISABLED").await.1;
    assert_eq!(states(&all), [vpcaccess]);
    assert_eq!(get(&emulator, "/v1/projects/shop-staging/services:batchGet").await.0, 400);

    let item = json!({"name": full("vpcaccess"), "state": "ENABLED", "parent": "projects/482913377105"});
    let answer = json!({"api": "serviceusage.services", "project": "shop-staging", "items": [item]});
    state["answers"].as_array_mut().unwrap().push(answer);
    let emulator = start(state, Options::default()).await.unwrap();
    let recorded = [(run.0, "DISABLED".to_owned()), (full("vpcaccess"), "ENABLED".to_owned())];
    assert_eq!(states(&get(&emulator, &batch).await.1), recorded);
    assert_eq!(states(&get(&emulator, "/v1/projects/shop-staging/services").await.1), recorded[1..]);
}

#[tokio::test]
async fn a_project_that_the_state_does_not_know_may_not_be_seen() {
    let emulator = start(sample(), Options::default()).await.unwrap();
    let asked = json!({"permissions": ["run.services.list"]});
    assert_eq!(post(&emulator, "/v1/projects/other:testIamPermissions", asked).await.0, 403);
    for target in ["services", "services/run.googleapis.com", "services:batchGet?names=a"] {
        assert_eq!(get(&emulator, &format!("/v1/projects/other/{target}")).await.0, 403, "{target}");
    }
}

#[tokio::test]
async fn hostile_requests_get_an_answer() {
    let emulator = start(sample(), Options::default()).await.unwrap();
    let deep = "[".repeat(100_000);
    let long = format!("/v1/projects/{}/locations", "x".repeat(50_000));
    let test = "POST /v1/projects/shop-staging:testIamPermissions";
    let large = "x".repeat(super::server::MAX_BODY + 1);
    for (line, body, code) in [
        ("GET /%zz", "", 400),
        ("GET /v1/projects/%ff/locations", "", 400),
        ("GET /v1/projects/%2e%2e%2f/locations", "", 404),
        ("GET //////", "", 404),
        ("GET /apis/serving.knative.dev/v1/namespaces", "", 404),
        ("GET /v2/projects/shop-staging/locations/europe-west1/services?pageToken=%00%ff", "", 400),
        ("GET /v2/projects/shop-staging/locations/europe-west1/services?pageToken=fffffffffffffffffffffffff", "", 400),
        ("GET /v2/projects/shop-staging/locations/europe-west1/services?pageSize=99999999999999999999999", "", 400),
        (&format!("GET {long}"), "", 404),
        (test, &deep, 400),
        (test, "\u{0}", 400),
        (test, "{\"permissions\": [1]}", 400),
        (test, &large, 413),
    ] {
        let (head, _) = exchange(&emulator, line, body).await;
        let shown: String = line.chars().take(80).collect();
        assert!(head.starts_with(&format!("HTTP/1.1 {code} ")), "{shown}: {head}");
    }
    assert_eq!(get(&emulator, "/v1/projects/shop-staging/locations").await.0, 200);
}

#[tokio::test]
async fn what_is_no_state_is_not_served() {
    for (state, problem) in [
        (json!(7), "it is no live state"),
        (json!({"format": "x", "version": 1}), "its format is `x`"),
        (json!({"format": "gcp-drift/live-state", "version": 2}), "its version is 2"),
        (
            json!({"format": "gcp-drift/live-state", "version": 1, "faults": [{"path": "x", "kind": "explode"}]}),
            "unknown variant `explode`",
        ),
        (
            json!({"format": "gcp-drift/live-state", "version": 1, "faults": [
                {"path": ".", "kind": {"change": {"name": "projects/p/nothing", "patch": null}}},
            ]}),
            "a fault changes `projects/p/nothing`, which the state does not hold",
        ),
        (
            json!({"format": "gcp-drift/live-state", "version": 1, "faults": [{"path": "[", "kind": "reset"}]}),
            "the path `[` of a fault is no regular expression",
        ),
        (json!({"format": "gcp-drift/live-state", "version": 1, "answers": [{"api": "x"}]}), "missing field `project`"),
    ] {
        let error = start(state, Options::default()).await.unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[tokio::test]
async fn it_binds_the_loopback_address_and_stops_when_dropped() {
    let emulator = start(sample(), Options::default()).await.unwrap();
    let address = emulator.base_url.strip_prefix("http://").unwrap().to_owned();
    let port: u16 = address.strip_prefix("127.0.0.1:").unwrap().parse().unwrap();
    let taken = start(sample(), Options { port, ..Options::default() }).await.unwrap_err();
    assert!(taken.to_string().contains(&port.to_string()), "{taken}");
    drop(emulator);
    for _ in 0..200 {
        if TcpStream::connect(&address).is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{address} still answers");
}
