use serde_json::json;

use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(1_000_000)
}

/// Takes `count` turns and tells when each was given.
async fn turns(lane: &Lane, count: usize) -> Vec<Duration> {
    let slots = Semaphore::new(4);
    let started = Instant::now();
    let mut given = Vec::new();
    for _ in 0..count {
        drop(lane.turn(&slots, far()).await.unwrap());
        given.push(started.elapsed());
    }
    given
}

/// The most turns in any window of one second.
fn busiest(given: &[Duration]) -> usize {
    let within =
        |from: Duration| given.iter().filter(|at| **at >= from && **at < from + Duration::from_secs(1)).count();
    given.iter().map(|from| within(*from)).max().unwrap_or(0)
}

#[test]
fn a_lane_is_an_api_a_project_and_a_region() {
    let key = |text: &str| {
        let key = Key::of(&url(text), None);
        (key.host, key.project, key.region)
    };
    let is = |host: &str, project: &str, region: &str| (host.to_owned(), project.to_owned(), region.to_owned());
    for (text, expected) in [
        ("https://run.googleapis.com/v2/projects/p/locations/r/services", is("run.googleapis.com", "p", "r")),
        ("http://127.0.0.1:8/v1/projects/p/regions/r/x", is("127.0.0.1:8", "p", "r")),
        ("https://c.x/v3/projects/p:getIamPolicy", is("c.x", "p", "global")),
        ("https://c.x/v3/projects/example.com:p:testIamPermissions", is("c.x", "example.com:p", "global")),
        ("https://c.x/v3/projects/example.com:p", is("c.x", "example.com:p", "global")),
        ("https://c.x/storage/v1/b/x/o/y", is("c.x", "", "global")),
        ("https://c.x/v1/projects", is("c.x", "", "global")),
        ("http://127.0.0.1:8/v1/projects/p#redis", is("127.0.0.1:8#redis", "p", "global")),
    ] {
        assert_eq!(key(text), expected, "{text}");
    }
    // Who is charged decides whose quota it is.
    let charged = Key::of(&url("https://c.x/v1/projects/p/locations/r"), Some("q"));
    assert_eq!((charged.project.as_str(), charged.region.as_str()), ("q", "r"));
    let rates = Rates::new(10.0, None);
    let [a, b] = ["a", "b"].map(|project| rates.lane(&url(&format!("https://c.x/v1/projects/{project}"))));
    assert!(!Arc::ptr_eq(&a, &b));
    assert!(Arc::ptr_eq(&a, &rates.lane(&url("https://c.x/v2/projects/a/other"))));
}

#[tokio::test(start_paused = true)]
async fn no_second_has_more_requests_than_rate_and_burst() {
    for rate in [1.0, 5.0, 30.0, 100.0] {
        let lane = Lane::new(rate);
        let given = turns(&lane, 250).await;
        let most = rate as usize + burst(rate) as usize;
        assert!(busiest(&given) <= most, "{rate}: {}", busiest(&given));
        let took = given.last().unwrap().as_secs_f64();
        assert!(took <= 250.0 / rate * 1.2 + 1.0, "{rate}: {took}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_stops_the_lane_and_halves_its_rate_once() {
    let lane = Lane::new(40.0);
    turns(&lane, 10).await;
    for _ in 0..16 {
        lane.slow_down(Duration::from_secs(3), None);
    }
    assert!((lane.rate() - 20.0).abs() < 1e-9, "{}", lane.rate());
    let given = turns(&lane, 60).await;
    assert!(given[0] >= Duration::from_secs(3), "{:?}", given[0]);
    assert!(busiest(&given) <= 22, "{}", busiest(&given));
    // A shorter pause does not take back a longer one.
    lane.slow_down(Duration::from_secs(9), None);
    lane.slow_down(Duration::from_secs(1), None);
    assert!(turns(&lane, 1).await[0] >= Duration::from_secs(9));
}

#[tokio::test(start_paused = true)]
async fn a_rate_comes_back_bit_by_bit_up_to_the_quota_that_was_named() {
    let lane = Lane::new(40.0);
    let named = named_quota(&refusal("1/min/{project}/{region}", "600"));
    let Some(Named::Rate(quota)) = named else { panic!("{named:?}") };
    lane.slow_down(Duration::ZERO, Some(quota));
    assert!((lane.rate() - 10.0).abs() < 1e-9, "{}", lane.rate());
    let mut rates = Vec::new();
    for _ in 0..8 {
        lane.slow_down(Duration::ZERO, None);
        sleep(Duration::from_secs(2)).await;
    }
    for _ in 0..12 {
        sleep(RAISE_AFTER).await;
        turns(&lane, 1).await;
        rates.push(lane.rate().round());
    }
    assert_eq!(rates, [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 10.0, 10.0, 10.0]);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_rate_gives_no_further_burst() {
    let lane = Lane::new(50.0);
    let slots = Semaphore::new(1);
    let started = Instant::now();
    let mut given = Vec::new();
    for round in 0..400 {
        drop(lane.turn(&slots, far()).await.unwrap());
        given.push(started.elapsed());
        if round % 7 == 0 {
            lane.slow_down(Duration::ZERO, None);
        }
    }
    assert!(busiest(&given) <= 55, "{}", busiest(&given));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_turn_holds_no_slot() {
    let slow = Lane::new(1.0);
    let fast = Lane::new(100.0);
    slow.slow_down(Duration::from_secs(60), None);
    let slots = Arc::new(Semaphore::new(1));
    let waiting = Arc::clone(&slots);
    let blocked = tokio::spawn(async move { slow.turn(&waiting, far()).await.is_ok() });
    tokio::task::yield_now().await;
    let started = Instant::now();
    assert!(fast.turn(&slots, far()).await.is_ok());
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert!(blocked.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_lane_that_is_stopped_for_longer_than_they_may_wait() {
    let lane = Lane::new(10.0);
    lane.slow_down(Duration::from_secs(60), None);
    let slots = Semaphore::new(1);
    let started = Instant::now();
    let refused = lane.turn(&slots, started + Duration::from_secs(5)).await.map(drop);
    assert_eq!((refused, started.elapsed()), (Err(NoTurn::Stopped(Duration::from_secs(60))), Duration::ZERO));
    let _held = slots.acquire().await.unwrap();
    let late = lane.turn(&slots, started + Duration::from_secs(90)).await.map(drop);
    assert_eq!((late, started.elapsed()), (Err(NoTurn::TooLate), Duration::from_secs(90)));
}

fn refusal(unit: &str, value: &str) -> Value {
    json!({"error": {"code": 429, "details": [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"},
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED",
         "metadata": {"quota_unit": unit, "quota_limit_value": value, "quota_location": "us-central1"}}]}})
}

#[test]
fn a_quota_is_read_where_it_is_sensible() {
    let rate = |unit: &str, value: &str| match named_quota(&refusal(unit, value)) {
        Some(Named::Rate(NamedQuota(rate))) => Some(rate),
        _ => None,
    };
    assert_eq!(rate("1/min/{project}/{region}", "3000"), Some(50.0));
    assert_eq!(rate("1/s/{project}", "7"), Some(7.0));
    assert_eq!(named_quota(&refusal("1/d/{project}", "10")), Some(Named::Day));
    for (unit, value) in [
        ("1/min", "0"),
        ("1/min", "-5"),
        ("1/min", "NaN"),
        ("1/min", "inf"),
        ("1/min", "x"),
        ("1/100s", "5"),
        ("", "5"),
        ("min", "5"),
    ] {
        assert_eq!(named_quota(&refusal(unit, value)), None, "{unit} {value}");
    }
    assert_eq!(named_quota(&json!({"error": {"details": [{"metadata": 7}, 8]}})), None);
    assert_eq!(named_quota(&json!([])), None);
}

#[tokio::test(start_paused = true)]
async fn an_odd_rate_is_slow_and_ends_nothing() {
    for rate in [f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, 0.0, -1.0] {
        let lane = Lane::new(rate);
        assert_eq!(turns(&lane, 2).await.len(), 2, "{rate}");
    }
}
