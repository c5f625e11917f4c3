//! The one place that sends requests, and all it can send is a [`Read`].

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use reqwest::header::{ACCEPT, CONTENT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use super::auth::{Token, Tokens, install_tls_provider};
use super::failure::{Failure, retry_delay};
use super::rate::{Lane, Named, NoTurn, Rates, named_quota};
use super::read::{Read, ReadPost};
use super::retry::{Backoff, retry_after};
use crate::model::CoverageStatus;

/// Limits on what a run asks of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// One attempt of one request, its body included.
    pub attempt: Duration,
    /// Attempts a request.
    pub attempts: u32,
    /// Longest pause before the first retry; it doubles with every further one.
    pub backoff: Duration,
    /// Longest pause that the doubling leads to. A pause that the server asks for may be longer.
    pub max_backoff: Duration,
    /// All attempts of one request together, pauses and waiting for a turn included.
    pub call: Duration,
    /// All requests of the run together, pauses included.
    pub total: Duration,
    /// Requests under way at the same time.
    pub concurrency: usize,
    /// Requests a second to one API host, project and region. A tenth of it, and at least one, may leave at once.
    pub rate: f64,
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
            // Longer than a minute, which is what a quota a minute asks to wait.
            call: Duration::from_secs(75),
            total: Duration::from_secs(90),
            concurrency: 16,
            // Under the 50 a second that Cloud Run commonly grants a project and region.
            rate: 30.0,
            body_bytes: 64 << 20,
            pages: 2_000,
        }
    }
}

/// Sends reads, a limited number at a time, and repeats those that may be repeated.
#[derive(Debug)]
pub struct Transport {
    client: Client,
    auth: Auth,
    limits: Limits,
    slots: Semaphore,
    rates: Rates,
    backoff: Backoff,
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

/// The header that names the project whose quota is used and that is charged.
const QUOTA_PROJECT: &str = "x-goog-user-project";

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
        Self::new(Self::plain(), Auth::Loopback, limits)
    }

    /// Asks a server on the loopback address as if it were Google Cloud: with a token.
    #[cfg(test)]
    pub fn google_on_loopback(limits: Limits, tokens: Tokens) -> Self {
        Self::new(Self::plain(), Auth::Google(tokens), limits).unwrap()
    }

    /// A client for plain HTTP. Nothing needs a certificate, so a system without any can run the demo.
    fn plain() -> reqwest::ClientBuilder {
        install_tls_provider();
        Client::builder().no_proxy().tls_certs_only([])
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
        let charged = match &auth {
            Auth::Google(tokens) => tokens.quota_project(),
            Auth::Loopback => None,
        };
        Ok(Self {
            client,
            auth,
            slots: Semaphore::new(limits.concurrency.max(1)),
            rates: Rates::new(limits.rate, charged),
            backoff: Backoff::new(limits.backoff, limits.max_backoff, None),
            limits,
            started: Instant::now(),
        })
    }

    /// When a share of the run's time is over.
    pub fn after(&self, share: f64) -> Instant {
        self.started + self.limits.total.mul_f64(share)
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
    /// Repeated are 429, 403 with the reason "rate limit exceeded", 502, 503, 504, faults of the connection, bodies
    /// that end too early, and attempts that take too long; no other answer is. A pause that the server asks for is
    /// kept to. 401 is answered once with a new token.
    ///
    /// # Errors
    /// What the last attempt met.
    pub async fn send(&self, read: &Read) -> Result<Value, Failure> {
        let lane = self.rates.lane(read.url());
        let limit = Limit::of(&self.limits, self.started);
        let mut renewed = false;
        let mut attempt = 1;
        loop {
            let token = self.token(&limit).await?;
            let (failure, pause) = match self.attempt(read, &lane, token.as_ref(), &limit).await {
                Ok(value) => return Ok(value),
                Err(Attempt::Final(failure)) => return Err(after(failure, attempt)),
                Err(Attempt::Unauthenticated(failure)) => {
                    if renewed || !self.renews(token.as_ref()).await {
                        return Err(after(failure, attempt));
                    }
                    renewed = true;
                    (failure, Some(Duration::ZERO))
                }
                Err(Attempt::Again(failure, pause)) => (failure, pause),
            };
            let pause = pause.unwrap_or_else(|| self.backoff.pause(attempt));
            if failure.status == CoverageStatus::RateLimited {
                lane.slow_down(pause, quota_rate(&failure));
            }
            if attempt >= self.limits.attempts {
                return Err(after(failure, attempt));
            }
            if pause >= limit.left() {
                return Err(too_long(after(failure, attempt), pause));
            }
            sleep(pause).await;
            attempt += 1;
        }
    }

    /// The token to send, where one is sent.
    async fn token(&self, limit: &Limit) -> Result<Option<Token>, Failure> {
        let Auth::Google(tokens) = &self.auth else { return Ok(None) };
        let Ok(token) = timeout_at(limit.end, tokens.get()).await else { return Err(limit.used_up()) };
        let missing = |text| Failure::new(CoverageStatus::Denied, format!("no credentials were found: {text}"));
        token.map(Some).map_err(missing)
    }

    /// True where another token may be had after this one was refused.
    async fn renews(&self, refused: Option<&Token>) -> bool {
        match (&self.auth, refused) {
            (Auth::Google(tokens), Some(refused)) => tokens.refused(refused).await,
            _ => false,
        }
    }

    async fn attempt(&self, read: &Read, lane: &Lane, token: Option<&Token>, limit: &Limit) -> Result<Value, Attempt> {
        let mut request = read.request(&self.client).header(ACCEPT, "application/json");
        if let Auth::Google(tokens) = &self.auth {
            if let Some(token) = token {
                request = request.bearer_auth(token.as_str());
            }
            if let Some(project) = tokens.quota_project().and_then(|project| HeaderValue::try_from(project).ok()) {
                request = request.header(QUOTA_PROJECT, project);
            }
        }
        // Held for one attempt only, so that nobody waits for another request's pause.
        let _slot = lane.turn(&self.slots, limit.end).await.map_err(|refused| limit.no_turn(refused))?;
        let most = self.limits.attempt.min(limit.left());
        if most.is_zero() {
            return Err(Attempt::Final(limit.used_up()));
        }
        let broken = |error| Attempt::Again(Failure::from_transport(error, most), None);
        let response = request.timeout(most).send().await.map_err(broken)?;
        let (code, headers) = (response.status(), response.headers().clone());
        let body = self.body(response, most).await?;
        if code.is_success() {
            return parse(&body, &headers, code.as_u16()).map_err(Attempt::Final);
        }
        Err(refused(code, &headers, &body))
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
}

/// When a request must have ended, and why.
struct Limit {
    end: Instant,
    text: String,
}

impl Limit {
    /// The limit of a call that begins now, or of the run, whichever is earlier.
    fn of(limits: &Limits, started: Instant) -> Self {
        let text =
            |what: &str, limit: Duration| format!("the {what} time limit of {:.1} s was used up", limit.as_secs_f64());
        let now = Instant::now();
        // A limit that lies beyond all time is none.
        const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        let at = |from: Instant, limit: Duration| from + limit.min(FAR);
        let (call, run) = (at(now, limits.call), at(started, limits.total));
        if call < run {
            Self { end: call, text: text("request's", limits.call) }
        } else {
            Self { end: run, text: text("run's", limits.total) }
        }
    }

    fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    fn no_turn(&self, refused: NoTurn) -> Attempt {
        Attempt::Final(match refused {
            NoTurn::TooLate => self.used_up(),
            NoTurn::Stopped(pause) => {
                let seconds = pause.as_secs_f64();
                let text =
                    format!("an answer to another request asked to wait, still {seconds:.1} s, past the time limit");
                Failure::new(CoverageStatus::RateLimited, text)
            }
        })
    }

    fn used_up(&self) -> Failure {
        Failure::new(CoverageStatus::Unreachable, self.text.clone())
    }
}

/// What an attempt that failed means.
enum Attempt {
    /// Trying again would be answered the same.
    Final(Failure),
    /// The token was not accepted.
    Unauthenticated(Failure),
    /// Trying again may help, after the pause that the server asked for.
    Again(Failure, Option<Duration>),
}

/// What an answer that is no success means.
fn refused(code: StatusCode, headers: &HeaderMap, body: &[u8]) -> Attempt {
    let failure = Failure::from_http(code.as_u16(), body);
    let error = failure.error.as_ref();
    if code == StatusCode::UNAUTHORIZED {
        return Attempt::Unauthenticated(failure);
    }
    if error.and_then(named_quota) == Some(Named::Day) {
        let detail = format!("{}; this is a quota of a day, so nothing was tried again", failure.detail);
        return Attempt::Final(Failure { detail, ..failure });
    }
    let again = failure.status == CoverageStatus::RateLimited || matches!(code.as_u16(), 502..=504);
    if !again {
        return Attempt::Final(failure);
    }
    // Where both are given, the longer one holds.
    let asked = retry_after(headers, SystemTime::now()).or_else(|| error.and_then(retry_delay));
    Attempt::Again(failure, asked)
}

fn quota_rate(failure: &Failure) -> Option<super::rate::NamedQuota> {
    match failure.error.as_ref().and_then(named_quota)? {
        Named::Rate(quota) => Some(quota),
        Named::Day => None,
    }
}

fn after(failure: Failure, attempts: u32) -> Failure {
    let detail = match attempts {
        1 => failure.detail,
        _ => format!("{} (after {attempts} attempts)", failure.detail),
    };
    Failure { detail, ..failure }
}

fn too_long(failure: Failure, pause: Duration) -> Failure {
    let detail =
        format!("{}; the next attempt was due in {:.1} s, past the time limit", failure.detail, pause.as_secs_f64());
    Failure { detail, ..failure }
}

fn parse(body: &[u8], headers: &HeaderMap, code: u16) -> Result<Value, Failure> {
    let malformed = |text| Failure { http_status: Some(code), ..Failure::new(CoverageStatus::Malformed, text) };
    let encoding = headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes);
    // No compression is asked for, so that the limit on a body is one on what it holds.
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
        return Err(malformed("the answer is compressed, which was not asked for".to_owned()));
    }
    serde_json::from_slice(body)
        .map_err(|error| malformed(format!("the answer is no JSON (line {}, column {})", error.line(), error.column())))
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
mod tests;
