use std::sync::Arc;

use serde_json::json;

use super::super::auth;
use super::super::test_server::{Reply, Seen, Server};
use super::*;

#[test]
fn only_a_loopback_address_stands_in_for_google() {
    for good in ["http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:80/"] {
        assert!(loopback_url(good).is_ok(), "{good}");
    }
    for bad in [
        "https://127.0.0.1:8080",
        "http://10.0.0.1",
        "http://localhost:8080",
        "http://run.googleapis.com",
        "http://user:pass@127.0.0.1",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1/?a=b",
        "file:///etc/passwd",
        "127.0.0.1:80",
        "",
    ] {
        assert!(loopback_url(bad).is_err(), "{bad}");
    }
}

const PATH: &str = "v2/projects/p/locations/r/services";

/// Fast enough that a test which retries does not wait.
fn limits() -> Limits {
    Limits {
        attempt: Duration::from_millis(300),
        attempts: 4,
        backoff: Duration::from_millis(2),
        max_backoff: Duration::from_millis(8),
        total: Duration::from_secs(20),
        rate: 1_000.0,
        ..Limits::default()
    }
}

fn loopback(limits: Limits) -> Transport {
    Transport::loopback(limits).unwrap()
}

/// Credentials that are one token of the environment.
fn fixed() -> Tokens {
    let variable = |name: &str| (name == "GOOGLE_OAUTH_ACCESS_TOKEN").then(|| "the-token".into());
    let quota_project = Some("quota-project".to_owned());
    Tokens::new(auth::Options { variable, quota_project, ..auth::Options::default() })
}

fn error(code: u16, reason: &str) -> Reply {
    let details = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]);
    Reply::json(code, &json!({"error": {"code": code, "status": "X", "message": "no", "details": details}}))
}

#[tokio::test]
async fn google_gets_the_token_and_who_is_charged_and_a_stand_in_neither() {
    let server = Server::start(|_, _| Reply::json(200, &json!({"permissions": []}))).await;
    let google = Transport::google_on_loopback(limits(), fixed());
    google.get(&server.url(PATH)).await.unwrap();
    let url = server.url("v3/projects/p:testIamPermissions");
    google.post(ReadPost::TestIamPermissions, &url, &json!({"permissions": ["a"]})).await.unwrap();
    loopback(limits()).get(&server.url(PATH)).await.unwrap();
    let seen = server.seen();
    for asked in &seen[..2] {
        assert_eq!(asked.header("authorization"), Some("Bearer the-token"));
        assert_eq!(asked.header("x-goog-user-project"), Some("quota-project"));
        assert_eq!(asked.header("accept"), Some("application/json"));
    }
    assert_eq!((&*seen[0].method, &*seen[0].target), ("GET", &*format!("/{PATH}")));
    assert_eq!((&*seen[1].method, &*seen[1].body), ("POST", r#"{"permissions":["a"]}"#));
    assert_eq!(seen[1].header("content-type"), Some("application/json"));
    assert_eq!((seen[2].header("authorization"), seen[2].header("x-goog-user-project")), (None, None));
    // A write is not even sent.
    let write = server.url("v3/projects/p:setIamPolicy");
    let refused = google.post(ReadPost::GetIamPolicy, &write, &json!({})).await.unwrap_err();
    assert!(refused.detail.contains("is no read"), "{}", refused.detail);
    assert_eq!(server.seen().len(), 3);
    assert!(!format!("{google:?}").contains("the-token"));
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_nothing_else() {
    let again = [
        error(429, "RATE_LIMIT_EXCEEDED"),
        error(403, "RATE_LIMIT_EXCEEDED"),
        Reply::json(403, &json!({"error": {"errors": [{"reason": "rateLimitExceeded"}]}})),
        Reply::Full(502, "", "<html>".to_owned()),
        error(503, "x"),
        error(504, "x"),
        Reply::Truncated,
        Reply::Closed,
        Reply::Nothing,
        Reply::Drip,
    ];
    let day = json!({"error": {"details": [{"metadata": {"quota_unit": "1/d/{project}", "quota_limit_value": "9"}}]}});
    let once = [
        error(400, "x"),
        error(401, "x"),
        error(403, "IAM_PERMISSION_DENIED"),
        error(403, "SERVICE_DISABLED"),
        error(404, "x"),
        error(408, "x"),
        error(409, "x"),
        error(500, "x"),
        error(501, "x"),
        Reply::Full(302, "Location: http://127.0.0.1:1/\r\n", String::new()),
        Reply::Full(200, "", "{\"a\":".to_owned()),
        Reply::Full(200, "Content-Encoding: gzip\r\n", "{}".to_owned()),
        Reply::Full(200, "", format!("\"{}\"", "x".repeat(3_000))),
        Reply::json(429, &day),
    ];
    let again = again.into_iter().map(|reply| (reply, 4));
    for (reply, times) in again.chain(once.into_iter().map(|reply| (reply, 1))) {
        let shown = format!("{reply:?}");
        let server = Server::start(move |_, _| reply.clone()).await;
        let transport = loopback(Limits { body_bytes: 2_000, ..limits() });
        let failure = transport.get(&server.url(PATH)).await.unwrap_err();
        assert_eq!(server.seen().len(), times, "{shown}: {}", failure.detail);
        assert_eq!(failure.detail.contains("(after 4 attempts)"), times == 4, "{shown}: {}", failure.detail);
    }
}

#[tokio::test]
async fn what_passes_is_answered() {
    for fault in [error(429, "x"), error(503, "x"), Reply::Truncated, Reply::Closed, Reply::Nothing, Reply::Drip] {
        let shown = format!("{fault:?}");
        let answer =
            move |number: usize, _: &Seen| if number < 2 { fault.clone() } else { Reply::json(200, &json!(7)) };
        let server = Server::start(answer).await;
        assert_eq!(loopback(limits()).get(&server.url(PATH)).await, Ok(json!(7)), "{shown}");
    }
}

/// How long the second request came after the first.
async fn pause_after(refusal: Reply) -> Duration {
    let answer = move |number: usize, _: &Seen| if number == 0 { refusal.clone() } else { Reply::json(200, &json!(7)) };
    let server = Server::start(answer).await;
    loopback(limits()).get(&server.url(PATH)).await.unwrap();
    let seen = server.seen();
    seen[1].at.duration_since(seen[0].at)
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_kept_to() {
    let second = Duration::from_millis(990);
    let retry_info = |pause: &str| json!({"error": {"details": [{"retryDelay": pause}]}}).to_string();
    for refusal in [
        Reply::Full(429, "Retry-After: 1\r\n", String::new()),
        Reply::Full(503, "Retry-After: 1\r\n", String::new()),
        // By the server's own clock, which is years behind.
        Reply::Full(
            429,
            "Date: Thu, 26 Nov 2015 10:00:00 GMT\r\nRetry-After: Thu, 26 Nov 2015 10:00:01 GMT\r\n",
            String::new(),
        ),
        Reply::Full(429, "", retry_info("1s")),
        // The header goes before the body, whichever asks for more.
        Reply::Full(429, "Retry-After: 1\r\n", retry_info("0.1s")),
    ] {
        let shown = format!("{refusal:?}");
        let pause = pause_after(refusal).await;
        assert!(pause >= second && pause < second * 3, "{shown}: {pause:?}");
    }
    let pause = pause_after(Reply::Full(503, "Retry-After: 0\r\n", retry_info("30s"))).await;
    assert!(pause < second, "{pause:?}");
}

#[tokio::test]
async fn a_pause_past_the_limit_is_not_waited_for() {
    let server = Server::start(|_, _| Reply::Full(429, "Retry-After: 3600\r\n", String::new())).await;
    let started = Instant::now();
    let failure = loopback(limits()).get(&server.url(PATH)).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(failure.status, CoverageStatus::RateLimited);
    assert!(failure.detail.contains("due in 3600.0 s"), "{}", failure.detail);
}

#[tokio::test]
async fn a_pause_holds_for_everybody_who_shares_the_quota() {
    let answer = |number: usize, _: &Seen| match number {
        0 => Reply::Full(429, "Retry-After: 1\r\n", String::new()),
        _ => Reply::json(200, &json!(7)),
    };
    let server = Server::start(answer).await;
    let transport = loopback(limits());
    let (own, other) = (server.url(PATH), server.url("v2/projects/p/locations/r2/services"));
    let first = transport.get(&own);
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::join!(transport.get(&own), transport.get(&other))
    };
    let (first, (same, elsewhere)) = tokio::join!(first, later);
    assert!(first.is_ok() && same.is_ok() && elsewhere.is_ok());
    let seen = server.seen();
    let after = |of: &Seen| of.at.duration_since(seen[0].at);
    assert!(seen[1].target.contains("/r2/") && after(&seen[1]) < Duration::from_millis(800), "{:?}", after(&seen[1]));
    assert!(seen[2..].iter().all(|seen| after(seen) >= Duration::from_millis(990)), "{seen:?}");
}

#[tokio::test]
async fn every_limit_ends_a_call_in_time() {
    let server = Server::start(|_, _| Reply::Nothing).await;
    let short = Duration::from_millis(700);
    for (limits, text) in [
        (Limits { call: short, attempts: 100, ..limits() }, "the request's time limit of 0.7 s"),
        (Limits { total: short, attempts: 100, ..limits() }, "the run's time limit of 0.7 s"),
        (Limits { attempts: 2, ..limits() }, "no answer within 0.3 s (after 2 attempts)"),
        (Limits { call: Duration::MAX, total: Duration::MAX, attempts: 1, ..limits() }, "no answer within 0.3 s"),
    ] {
        let transport = loopback(limits);
        let started = Instant::now();
        let failure = transport.get(&server.url(PATH)).await.unwrap_err();
        assert!(started.elapsed() < Duration::from_millis(1_500), "{text}: {:?}", started.elapsed());
        assert_eq!(failure.status, CoverageStatus::Unreachable);
        let near = ["no answer within", "time limit"].iter().any(|part| failure.detail.contains(part));
        assert!(near, "{text}: {}", failure.detail);
    }
    // What waits for a slot or for its turn is ended as well.
    let transport = loopback(Limits { call: short, concurrency: 1, attempt: Duration::from_secs(9), ..limits() });
    let (a, b) = (server.url(PATH), server.url(PATH));
    let started = Instant::now();
    let (first, second) = tokio::join!(transport.get(&a), transport.get(&b));
    assert!(started.elapsed() < Duration::from_millis(1_500), "{:?}", started.elapsed());
    assert!(first.is_err());
    assert_eq!(second.unwrap_err().detail, "the request's time limit of 0.7 s was used up");
}

#[tokio::test]
async fn no_second_has_more_requests_than_rate_and_burst_retries_included() {
    let answer =
        |number: usize, _: &Seen| if number.is_multiple_of(3) { error(503, "x") } else { Reply::json(200, &json!(7)) };
    let server = Server::start(answer).await;
    let transport = Arc::new(loopback(Limits { rate: 20.0, concurrency: 50, attempts: 9, ..limits() }));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let (transport, url) = (Arc::clone(&transport), server.url(PATH));
        tasks.spawn(async move { transport.get(&url).await.is_ok() });
    }
    assert!(tasks.join_all().await.into_iter().all(|ok| ok));
    let seen = server.seen();
    assert!(seen.len() >= 55, "{}", seen.len());
    let within = |from: &Seen| {
        let second = |seen: &&Seen| seen.at >= from.at && seen.at.duration_since(from.at) < Duration::from_secs(1);
        seen.iter().filter(second).count()
    };
    let busiest = seen.iter().map(within).max().unwrap();
    assert!(busiest <= 22, "{busiest}");
}

#[tokio::test]
async fn a_named_quota_lowers_the_rate() {
    let metadata = json!({"quota_unit": "1/min/{project}/{region}", "quota_limit_value": "300"});
    let body = json!({"error": {"details": [{"reason": "RATE_LIMIT_EXCEEDED", "metadata": metadata}]}});
    let answer = move |number: usize, _: &Seen| match number {
        0 => Reply::json(429, &body),
        _ => Reply::json(200, &json!(7)),
    };
    let server = Server::start(answer).await;
    let transport = loopback(limits());
    transport.get(&server.url(PATH)).await.unwrap();
    assert!((transport.rates.lane(&server.url(PATH)).rate() - 5.0).abs() < 1e-9);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    for (first, second, answered) in [("stale", "fresh", true), ("stale", "stale too", false)] {
        std::fs::write(&file, first).unwrap();
        let (path, second) = (file.clone(), second.replace(' ', "-"));
        let answer = move |number: usize, seen: &Seen| {
            // Somebody else writes a new token meanwhile.
            std::fs::write(&path, if number == 0 { &*second } else { "never-asked-for" }).unwrap();
            match seen.header("authorization") {
                Some("Bearer fresh") => Reply::json(200, &json!(7)),
                _ => error(401, "ACCESS_TOKEN_EXPIRED"),
            }
        };
        let server = Server::start(answer).await;
        let options = auth::Options { token_file: Some(file.clone()), variable: |_| None, ..auth::Options::default() };
        let transport = Transport::google_on_loopback(limits(), Tokens::new(options));
        let got = transport.get(&server.url(PATH)).await;
        assert_eq!(got.is_ok(), answered, "{got:?}");
        assert_eq!(server.seen().len(), 2);
        if let Err(failure) = got {
            assert_eq!((failure.status, failure.http_status), (CoverageStatus::Denied, Some(401)));
        }
    }
    // A token of the environment is the only one there is.
    let server = Server::start(|_, _| error(401, "x")).await;
    let transport = Transport::google_on_loopback(limits(), fixed());
    assert!(transport.get(&server.url(PATH)).await.is_err());
    assert_eq!(server.seen().len(), 1);
}
