//! HTTP/1.1: one request, of whose answer the status counts.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, HeaderMap, HeaderValue, LOCATION, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;

use super::attempt::Trace;
use super::wire::{Ended, Seen, Wire, broken, closed, said, wrong_protocol};
use crate::model::{ProbeFault, ProbeStage, Target, TargetKind, TlsMode};

/// Asks for the target's path.
pub(super) async fn speak(wire: Wire, target: &Target, trace: &mut Trace) -> Result<String, Ended> {
    trace.begin(ProbeStage::Answer);
    let mut session = Session::start(wire, target).await?;
    let (answer, _) = session.get(target.path.as_deref().unwrap_or("/")).await?;
    let expected = if target.statuses.is_empty() {
        answer.status.as_u16() < 400
    } else {
        target.statuses.contains(&answer.status.as_u16())
    };
    let text = answer.text();
    if expected {
        trace.done();
        Ok(text)
    } else {
        Err(Ended::failed(ProbeFault::HttpStatus, text))
    }
}

/// A connection that speaks HTTP.
pub(super) struct Session {
    sender: SendRequest<Empty<Bytes>>,
    seen: Seen,
    authority: String,
}

/// What came back, without the body.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
}

/// So much of a body is read, in bytes.
const MAX_BODY: usize = 4 << 10;

impl Answer {
    /// The status in words. Of a redirect only the host is told: the rest may hold secrets.
    fn text(&self) -> String {
        let location = self.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        match location.filter(|_| self.status.is_redirection()) {
            Some(location) => {
                let uri = location.parse::<Uri>().ok();
                let host = uri.as_ref().and_then(|uri| Some(format!("{}://{}", uri.scheme_str()?, uri.host()?)));
                let to = host.unwrap_or_else(|| "the same host".to_owned());
                format!("HTTP {}, a redirect to {to} that is not followed", self.status)
            }
            None => format!("HTTP {}", self.status),
        }
    }
}

impl Session {
    pub(super) async fn start(wire: Wire, target: &Target) -> Result<Self, Ended> {
        let seen = wire.seen();
        let started = handshake(TokioIo::new(wire)).await;
        let (sender, connection) = started.map_err(|error| of_http(&error, &seen))?;
        // It ends when the sender is dropped; its errors come with the answer.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        let usual = TargetKind::Http.default_port(target.tls != TlsMode::Disable);
        let authority = target.authority();
        let authority = match authority.rsplit_once(':') {
            Some((host, _)) if usual == Some(target.port) => host.to_owned(),
            _ => authority,
        };
        Ok(Self { sender, seen, authority })
    }

    /// Asks for a path. The body may have no end, and is not waited for.
    async fn get(&mut self, path: &str) -> Result<(Answer, Incoming), Ended> {
        self.ask(path, &HeaderMap::new()).await
    }

    /// Asks for a path, and waits for the body; of one that is too long nothing is told.
    pub(super) async fn read(&mut self, path: &str, headers: &HeaderMap) -> Result<(Answer, String), Ended> {
        let (answer, body) = self.ask(path, headers).await?;
        let body = Limited::new(body, MAX_BODY).collect().await;
        Ok((answer, body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned()).unwrap_or_default()))
    }

    async fn ask(&mut self, path: &str, headers: &HeaderMap) -> Result<(Answer, Incoming), Ended> {
        let mut request = Request::get(path).body(Empty::new());
        if let Ok(request) = &mut request {
            request.headers_mut().clone_from(headers);
            request.headers_mut().insert(USER_AGENT, HeaderValue::from_static("gcp-drift-probe"));
            if let Ok(host) = HeaderValue::from_str(&self.authority) {
                request.headers_mut().insert(HOST, host);
            }
        }
        let request = request.map_err(|error| Ended::NotChecked(format!("the request cannot be written: {error}")))?;
        self.sender.ready().await.map_err(|error| of_http(&error, &self.seen))?;
        let response = self.sender.send_request(request).await.map_err(|error| of_http(&error, &self.seen))?;
        let (head, body) = response.into_parts();
        Ok((Answer { status: head.status, headers: head.headers }, body))
    }
}

fn of_http(error: &hyper::Error, seen: &Seen) -> Ended {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return broken(io, seen);
        }
        source = inner.source();
    }
    if error.is_parse() {
        return wrong_protocol("HTTP", seen);
    }
    if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        let other = !seen.is_empty() && !seen.first().starts_with(b"HTTP/");
        return if other { wrong_protocol("HTTP", seen) } else { closed(seen) };
    }
    Ended::failed(ProbeFault::WrongProtocol, said(&error.to_string(), None))
}
