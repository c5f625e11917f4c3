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
mod tests;
