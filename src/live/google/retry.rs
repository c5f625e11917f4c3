//! When a request is sent again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// Pauses before a retry: anything up to a limit that doubles, so that clients that failed together do not come back
/// together.
#[derive(Debug)]
pub struct Backoff {
    /// Longest pause before the first retry.
    first: Duration,
    /// Longest pause that the doubling leads to.
    most: Duration,
    random: Mutex<fastrand::Rng>,
}

impl Backoff {
    /// Pauses that begin with at most `first` and never exceed `most`. The same seed gives the same pauses.
    pub fn new(first: Duration, most: Duration, seed: Option<u64>) -> Self {
        let random = seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self { first, most, random: Mutex::new(random) }
    }

    /// The longest pause after this attempt, counted from 1.
    fn limit(&self, attempt: u32) -> Duration {
        let doubled = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first.saturating_mul(doubled).min(self.most)
    }

    /// The pause after this attempt, counted from 1.
    pub fn pause(&self, attempt: u32) -> Duration {
        // A number below one.
        let part = self.random.lock().unwrap_or_else(PoisonError::into_inner).f64();
        self.limit(attempt).mul_f64(part)
    }
}

/// The pause that `Retry-After` asks for: seconds, or a date. A date is measured against the server's own `Date`, so
/// that clocks which disagree do not matter; only where there is none, against this machine's.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(asked).ok()?;
    let now = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    // A date that has passed asks for no pause.
    Some(until.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn pauses_double_up_to_their_limit_and_are_spread_below_it() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(300), Some(7));
        for (attempt, most) in [(0, 100), (1, 100), (2, 200), (3, 300), (40, 300), (u32::MAX, 300)] {
            let most = Duration::from_millis(most);
            assert_eq!(backoff.limit(attempt), most, "{attempt}");
            let pauses: Vec<Duration> = (0..200).map(|_| backoff.pause(attempt)).collect();
            assert!(pauses.iter().all(|pause| *pause < most), "{attempt}");
            // Full jitter: pauses fall in the lowest and in the highest fifth alike.
            assert!(pauses.iter().any(|pause| *pause < most / 5), "{attempt}");
            assert!(pauses.iter().any(|pause| *pause > most / 5 * 4), "{attempt}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_pauses() {
        let pauses = |seed| {
            let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60), seed);
            (1..9).map(|attempt| backoff.pause(attempt)).collect::<Vec<_>>()
        };
        assert_eq!(pauses(Some(1)), pauses(Some(1)));
        assert_ne!(pauses(Some(1)), pauses(Some(2)));
    }

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_pause_is_read_as_seconds_or_as_a_date() {
        let now = httpdate::parse_http_date("Thu, 26 Nov 2026 10:00:00 GMT").unwrap();
        let later = "Thu, 26 Nov 2026 10:00:07 GMT";
        for (pairs, pause) in [
            (vec![(RETRY_AFTER, "3")], Some(3)),
            (vec![(RETRY_AFTER, " 0 ")], Some(0)),
            (vec![(RETRY_AFTER, later)], Some(7)),
            // The server's clock is an hour ahead.
            (vec![(RETRY_AFTER, "Thu, 26 Nov 2026 11:00:07 GMT"), (DATE, "Thu, 26 Nov 2026 11:00:00 GMT")], Some(7)),
            (vec![(RETRY_AFTER, later), (DATE, "yesterday")], Some(7)),
            (vec![(RETRY_AFTER, "Thu, 26 Nov 2026 09:00:00 GMT")], Some(0)),
            (vec![(RETRY_AFTER, "-3")], None),
            (vec![(RETRY_AFTER, "soon")], None),
            (vec![(RETRY_AFTER, "99999999999999999999999")], None),
            (vec![], None),
        ] {
            assert_eq!(retry_after(&headers(&pairs), now), pause.map(Duration::from_secs), "{pairs:?}");
        }
    }
}
