//! How fast each API is asked: a rate for every API host, project and region, which gives way to the quota that a
//! server names.
//!
//! Every attempt takes its turn here, so a repeated request costs what the first one did. In any second at most
//! rate + burst requests of one lane are let go.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use reqwest::Url;
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout_at};

/// A lowered rate is raised after this time without another refusal.
const RAISE_AFTER: Duration = Duration::from_secs(10);

/// Refusals within this time of another are one event: requests that were under way together are refused together.
const ONE_EVENT: Duration = Duration::from_secs(1);

/// The slowest pace that refusals alone lead to, in requests a second. A quota that the server names may be lower.
const SLOWEST: f64 = 1.0;

/// Requests that may leave at once, at a rate: a tenth of it, and at least one.
pub fn burst(rate: f64) -> u32 {
    // The conversion saturates.
    ((rate / 10.0) as u32).max(1)
}

/// The lanes of a run.
#[derive(Debug)]
pub struct Rates {
    /// Requests a second in one lane.
    rate: f64,
    /// Who is charged for every request, where that is configured.
    charged: Option<String>,
    lanes: Mutex<HashMap<Key, Arc<Lane>>>,
}

/// Who is asked, and whose quota is used. Where one host stands in for several APIs, the URL's fragment tells them apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    host: String,
    project: String,
    region: String,
}

impl Key {
    fn of(url: &Url, charged: Option<&str>) -> Self {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let api = url.fragment().map(|api| format!("#{api}")).unwrap_or_default();
        let after = |words: &[&str]| {
            let mut segments = url.path_segments().into_iter().flatten();
            segments.find(|segment| words.contains(segment))?;
            segments.next()
        };
        // A verb follows the project after a colon; the colon of an old project id has a domain before it.
        let project = after(&["projects"]).unwrap_or_default();
        let project = match project.rsplit_once(':') {
            Some((project, verb)) if verb.bytes().any(|byte| byte.is_ascii_uppercase()) => project,
            _ => project,
        };
        Self {
            host: format!("{}{port}{api}", url.host_str().unwrap_or_default()),
            project: charged.unwrap_or(project).to_owned(),
            region: after(&["locations", "regions"]).unwrap_or("global").to_owned(),
        }
    }
}

impl Rates {
    /// Lanes at this rate, in requests a second. Requests are charged to `charged` where it is given, else to the
    /// project that is asked about.
    pub fn new(rate: f64, charged: Option<String>) -> Self {
        Self { rate, charged, lanes: Mutex::default() }
    }

    /// The lane of a URL.
    pub fn lane(&self, url: &Url) -> Arc<Lane> {
        let key = Key::of(url, self.charged.as_deref());
        let mut lanes = unpoisoned(&self.lanes);
        Arc::clone(lanes.entry(key).or_insert_with(|| Arc::new(Lane::new(self.rate))))
    }
}

/// A lock whose holder never leaves it half changed.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The requests to one API that share a quota.
#[derive(Debug)]
pub struct Lane {
    /// Who holds it is next; others wait in the order in which they came.
    next: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
}

impl Lane {
    fn new(rate: f64) -> Self {
        Self { next: tokio::sync::Mutex::default(), pace: Mutex::new(Pace::new(rate)) }
    }

    /// Waits until a request may leave, and takes one of the run's slots for it. The request leaves at once then:
    /// who waited for a slot with a turn in hand would leave together with others.
    ///
    /// # Errors
    /// That the lane is stopped until after `end`, or that `end` passed while waiting.
    pub async fn turn<'a>(&self, slots: &'a Semaphore, end: Instant) -> Result<SemaphorePermit<'a>, NoTurn> {
        timeout_at(end, self.wait(slots, end)).await.unwrap_or(Err(NoTurn::TooLate))
    }

    async fn wait<'a>(&self, slots: &'a Semaphore, end: Instant) -> Result<SemaphorePermit<'a>, NoTurn> {
        let _next = self.next.lock().await;
        loop {
            let wait = {
                let slot = slots.acquire().await.map_err(|_| NoTurn::TooLate)?;
                let mut pace = unpoisoned(&self.pace);
                match pace.take() {
                    Ok(()) => return Ok(slot),
                    Err(_) if pace.stopped_until >= end => return Err(NoTurn::Stopped(pace.stopped())),
                    Err(wait) => wait,
                }
            };
            sleep(wait).await;
        }
    }

    /// Stops the lane for a time and lowers its rate, after the server said that it is asked too fast.
    pub fn slow_down(&self, pause: Duration, named: Option<NamedQuota>) {
        unpoisoned(&self.pace).slow_down(pause, named);
    }

    /// The rate at present, in requests a second.
    #[cfg(test)]
    pub fn rate(&self) -> f64 {
        unpoisoned(&self.pace).rate
    }
}

/// Why a request may not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTurn {
    /// The server asked everybody to wait so long.
    Stopped(Duration),
    /// Time is up.
    TooLate,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, RunClock, NoOpMiddleware<Duration>>;

/// How fast a lane goes.
#[derive(Debug)]
struct Pace {
    clock: RunClock,
    limiter: Limiter,
    /// Requests a second at present.
    rate: f64,
    /// What the rate may rise to.
    most: f64,
    stopped_until: Instant,
    slowed: Option<Instant>,
    changed: Instant,
}

impl Pace {
    fn new(rate: f64) -> Self {
        let clock = RunClock(Instant::now());
        let now = clock.0;
        Self { clock, limiter: limiter(rate, clock), rate, most: rate, stopped_until: now, slowed: None, changed: now }
    }

    /// Takes a turn, or says how long there is none.
    fn take(&mut self) -> Result<(), Duration> {
        let now = Instant::now();
        let stopped = self.stopped();
        if !stopped.is_zero() {
            return Err(stopped);
        }
        if self.rate < self.most && now.saturating_duration_since(self.changed) >= RAISE_AFTER {
            self.set_rate((self.rate + self.most / 10.0).min(self.most), now);
        }
        // A wait of nothing would not let the others run.
        let wait = |wait: Duration| wait.max(Duration::from_millis(1));
        self.limiter.check().map_err(|refused| wait(refused.wait_time_from(self.clock.now())))
    }

    /// How long the lane is still stopped.
    fn stopped(&self) -> Duration {
        self.stopped_until.saturating_duration_since(Instant::now())
    }

    fn slow_down(&mut self, pause: Duration, named: Option<NamedQuota>) {
        let now = Instant::now();
        self.stopped_until = now.checked_add(pause).map_or(self.stopped_until, |until| until.max(self.stopped_until));
        if let Some(named) = named {
            self.most = self.most.min(named.0);
        }
        let same_event = self.slowed.is_some_and(|slowed| now.saturating_duration_since(slowed) < ONE_EVENT);
        let halved = if same_event { self.rate } else { (self.rate / 2.0).max(SLOWEST) };
        self.slowed = self.slowed.filter(|_| same_event).or(Some(now));
        self.set_rate(halved.min(self.most), now);
    }

    /// Goes on at another rate. What may leave at once was used up under the one before.
    fn set_rate(&mut self, rate: f64, now: Instant) {
        self.changed = now;
        if rate.to_bits() == self.rate.to_bits() {
            return;
        }
        self.rate = rate;
        self.limiter = limiter(rate, self.clock);
        if let Some(all) = NonZeroU32::new(burst(rate)) {
            let _ = self.limiter.check_n(all);
        }
    }
}

/// A limiter of this rate. One that cannot be expressed is as slow as can be.
fn limiter(rate: f64, clock: RunClock) -> Limiter {
    /// The slowest rate: one request an hour.
    const HOUR: Duration = Duration::from_secs(3_600);
    let period = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(HOUR).clamp(Duration::from_micros(1), HOUR);
    let slowest = Quota::per_hour(NonZeroU32::MIN);
    let quota = Quota::with_period(period).unwrap_or(slowest);
    RateLimiter::direct_with_clock(quota.allow_burst(NonZeroU32::new(burst(rate)).unwrap_or(NonZeroU32::MIN)), clock)
}

/// The clock of the runtime, so that limits and pauses are measured by one clock.
#[derive(Clone, Copy, Debug)]
struct RunClock(Instant);

impl Clock for RunClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A quota that a refusal names, in requests a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NamedQuota(f64);

/// What a refusal says of the quota that was used up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Named {
    /// So many requests a second.
    Rate(NamedQuota),
    /// A day's quota: no pause helps.
    Day,
}

/// The quota that an error body names: google.rpc.ErrorInfo has `quota_limit_value` (a number as text) and `quota_unit`
/// (such as `1/min/{project}/{region}`) in its metadata.
pub fn named_quota(error: &Value) -> Option<Named> {
    let details = error.get("error")?.get("details")?.as_array()?;
    let metadata = details.iter().filter_map(|detail| detail.get("metadata"));
    let text = |metadata: &Value, key: &str| metadata.get(key).and_then(Value::as_str).map(str::to_owned);
    let (unit, value) =
        metadata.filter_map(|it| Some((text(it, "quota_unit")?, text(it, "quota_limit_value")))).next()?;
    let seconds = match unit.split('/').nth(1)? {
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3_600.0,
        "d" => return Some(Named::Day),
        _ => return None,
    };
    let value: f64 = value?.parse().ok()?;
    // A quota of nothing is no rate: the API is closed to this caller.
    (value.is_finite() && value > 0.0).then_some(Named::Rate(NamedQuota(value / seconds)))
}

#[cfg(test)]
mod tests {
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
}
