//! The one place that sends requests, and all it can send is a [`Read`].

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{ACCEPT, RETRY_AFTER};
use reqwest::{Client, Response, Url};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use super::auth::{Tokens, install_tls_provider};
use super::failure::{Failure, retry_delay};
use super::read::{Read, ReadPost};
use crate::model::CoverageStatus;

/// Limits on what a run asks of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One attempt of one request, its body included.
    pub attempt: Duration,
    /// Attempts a request.
    pub attempts: u32,
    /// Longest pause before the first retry; it doubles with every further one.
    pub backoff: Duration,
    /// Longest pause that the doubling leads to. A pause that the server asks for may be longer.
    pub max_backoff: Duration,
    /// All requests of the run together, pauses included.
    pub total: Duration,
    /// Requests under way at the same time.
    pub concurrency: usize,
    /// Bytes of one response.
    pub body_bytes: usize,
    /// Pages of one list.
    pub pages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(10),
            attempts: 5,
            backoff: Duration::from_millis(250),
            max_backoff: Duration::from_secs(8),
            total: Duration::from_secs(90),
            concurrency: 16,
            body_bytes: 64 << 20,
            pages: 2_000,
        }
    }
}

/// Sends requests, a limited number at a time, and repeats those that may be repeated.
#[derive(Debug)]
pub struct Transport {
    client: Client,
    auth: Auth,
    limits: Limits,
    permits: Semaphore,
    started: Instant,
}

/// Who is asked, and with which credentials.
#[derive(Debug)]
enum Auth {
    /// Google Cloud, with a token.
    Google(Tokens),
    /// A server on the loopback address. It never gets a token.
    Loopback,
}

impl Transport {
    /// Asks Google Cloud, over HTTPS only. The run's time limit starts now.
    ///
    /// # Errors
    /// Where no TLS client can be built, such as on a system without root certificates.
    pub fn google(limits: Limits, tokens: Tokens) -> Result<Self, String> {
        install_tls_provider();
        let builder = Client::builder().https_only(true);
        Self::new(builder, Auth::Google(tokens), limits)
    }

    /// Asks a server on the loopback address, without credentials. The run's time limit starts now.
    ///
    /// # Errors
    /// Where no client can be built.
    pub fn loopback(limits: Limits) -> Result<Self, String> {
        install_tls_provider();
        // Nothing here needs a certificate, so a system without any can run the demo.
        let builder = Client::builder().no_proxy().tls_certs_only([]);
        Self::new(builder, Auth::Loopback, limits)
    }

    fn new(builder: reqwest::ClientBuilder, auth: Auth, limits: Limits) -> Result<Self, String> {
        let client = builder
            .user_agent(concat!("gcp-drift/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the token to another host.
            .redirect(reqwest::redirect::Policy::none())
            // Retries are counted and paused here.
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| format!("no HTTP client could be built: {error}"))?;
        let permits = Semaphore::new(limits.concurrency.max(1));
        Ok(Self { client, auth, limits, permits, started: Instant::now() })
    }

    /// The limits of the run.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Gets a token now where one is needed, so that missing credentials are told once.
    ///
    /// # Errors
    /// Which sources of credentials were tried, and what to do.
    pub async fn sign_in(&self) -> Result<(), String> {
        match &self.auth {
            Auth::Google(tokens) => tokens.get().await.map(|_| ()),
            Auth::Loopback => Ok(()),
        }
    }

    /// Gets the JSON that a URL answers with. See [`Transport::send`].
    ///
    /// # Errors
    /// What the last attempt met.
    pub async fn get(&self, url: &Url) -> Result<Value, Failure> {
        self.send(&Read::get(url.clone())).await
    }

    /// Sends a POST that reads, and gives the JSON that it is answered with. See [`Transport::send`].
    ///
    /// # Errors
    /// A URL that is not the one of this POST; what the last attempt met.
    pub async fn post(&self, post: ReadPost, url: &Url, body: &Value) -> Result<Value, Failure> {
        let read = Read::post(post, url.clone(), body);
        self.send(&read.map_err(|text| Failure::new(CoverageStatus::NotAsked, text))?).await
    }

    /// Sends a read, and gives the JSON that it is answered with.
    ///
    /// Repeated are 429, 403 with the reason "rate limit exceeded", 502, 503, 504, faults of the connection and
    /// attempts that take too long; no other answer is. A pause that the server asks for is kept to.
    ///
    /// # Errors
    /// What the last attempt met.
    pub async fn send(&self, read: &Read) -> Result<Value, Failure> {
        let mut attempt = 1;
        loop {
            let (failure, pause) = match self.attempt(read).await {
                Ok(value) => return Ok(value),
                Err(Attempt::Final(failure)) => return Err(failure),
                Err(Attempt::Again(failure, pause)) => (failure, pause),
            };
            if attempt >= self.limits.attempts {
                return Err(after(failure, attempt));
            }
            let pause = pause.unwrap_or_else(|| self.backoff(attempt));
            if pause >= self.left() {
                return Err(after(failure, attempt));
            }
            sleep(pause).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, read: &Read) -> Result<Value, Attempt> {
        let used_up = || {
            let seconds = self.limits.total.as_secs_f64();
            let text = format!("the run's time limit of {seconds:.1} s was used up");
            Attempt::Final(Failure::new(CoverageStatus::Unreachable, text))
        };
        // Held for one attempt only, so that nobody waits for another request's pause.
        let Ok(Ok(_permit)) = timeout(self.left(), self.permits.acquire()).await else { return Err(used_up()) };
        let limit = self.limits.attempt.min(self.left());
        if limit.is_zero() {
            return Err(used_up());
        }
        let mut request = read.request(&self.client).header(ACCEPT, "application/json").timeout(limit);
        if let Auth::Google(tokens) = &self.auth {
            let no_credentials = |text| {
                Attempt::Final(Failure::new(CoverageStatus::Denied, format!("no credentials were found: {text}")))
            };
            let token = tokens.get().await.map_err(no_credentials)?;
            request = request.bearer_auth(token.as_str());
        }
        let broken = |error| Attempt::Again(Failure::from_transport(error, limit), None);
        let response = request.send().await.map_err(broken)?;
        let code = response.status();
        let asked = asked_pause(&response);
        let body = self.body(response, limit).await?;
        if code.is_success() {
            return parse(&body, code.as_u16()).map_err(Attempt::Final);
        }
        let failure = Failure::from_http(code.as_u16(), &body);
        let asked = asked.or_else(|| failure.error.as_ref().and_then(retry_delay));
        let again = failure.status == CoverageStatus::RateLimited || matches!(code.as_u16(), 502..=504);
        Err(if again { Attempt::Again(failure, asked) } else { Attempt::Final(failure) })
    }

    async fn body(&self, mut response: Response, limit: Duration) -> Result<Vec<u8>, Attempt> {
        let most = self.limits.body_bytes;
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(body),
                Ok(Some(chunk)) if body.len() + chunk.len() <= most => body.extend_from_slice(&chunk),
                Ok(Some(_)) => {
                    let text = format!("the answer is larger than {most} bytes");
                    let failure = Failure::new(CoverageStatus::Malformed, text);
                    return Err(Attempt::Final(Failure { http_status: Some(response.status().as_u16()), ..failure }));
                }
                Err(error) => return Err(Attempt::Again(Failure::from_transport(error, limit), None)),
            }
        }
    }

    fn left(&self) -> Duration {
        self.limits.total.saturating_sub(self.started.elapsed())
    }

    /// The pause before a retry: anything up to a limit that doubles, so that clients that failed together do not
    /// come back together.
    fn backoff(&self, attempt: u32) -> Duration {
        let doubled = self.limits.backoff.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
        let random = RandomState::new().hash_one(attempt) % 1_000;
        doubled.min(self.limits.max_backoff).mul_f64(random as f64 / 1_000.0)
    }
}

/// What an attempt that failed means.
enum Attempt {
    /// Trying again would be answered the same.
    Final(Failure),
    /// Trying again may help, after the pause that the server asked for.
    Again(Failure, Option<Duration>),
}

fn after(failure: Failure, attempts: u32) -> Failure {
    let detail = match attempts {
        1 => failure.detail,
        _ => format!("{} (after {attempts} attempts)", failure.detail),
    };
    Failure { detail, ..failure }
}

/// `Retry-After` in seconds. Its other form, a date, needs a clock that agrees with the server's, and is passed over.
fn asked_pause(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

fn parse(body: &[u8], code: u16) -> Result<Value, Failure> {
    serde_json::from_slice(body).map_err(|error| {
        let text = format!("the answer is no JSON (line {}, column {})", error.line(), error.column());
        Failure { http_status: Some(code), ..Failure::new(CoverageStatus::Malformed, text) }
    })
}

/// Checks a base URL that stands in place of Google's: plain HTTP, on the loopback address, nothing else in it.
///
/// # Errors
/// What is wrong with it.
pub fn loopback_url(text: &str) -> Result<Url, String> {
    let refuse = |problem: &str| Err(format!("`{text}` cannot stand in for Google Cloud: {problem}"));
    let Ok(url) = Url::parse(text) else { return refuse("it is no URL") };
    if url.scheme() != "http" {
        return refuse("only plain http is taken");
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return refuse("only a scheme, an address and a port are taken");
    }
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    // A name would have to be looked up, and may resolve to anything.
    match host.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => Ok(url),
        _ => refuse("only a loopback address is taken, such as 127.0.0.1"),
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn pauses_double_up_to_their_limit() {
        let limits = Limits {
            backoff: Duration::from_millis(100),
            max_backoff: Duration::from_millis(300),
            ..Limits::default()
        };
        let transport = Transport::loopback(limits).unwrap();
        for (attempt, most) in [(1, 100), (2, 200), (3, 300), (40, 300), (u32::MAX, 300)] {
            assert!(transport.backoff(attempt) <= Duration::from_millis(most), "{attempt}");
        }
    }
}
