//! Reading and writing, and what broken connections mean.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::tls;
use crate::model::ProbeFault;

/// Why a try ended without the answer that was hoped for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Something is wrong with the target or the way to it.
    Failed(ProbeFault, String),
    /// It cannot be told here.
    NotChecked(String),
}

impl Ended {
    /// A failure with what was seen.
    pub(super) fn failed(fault: ProbeFault, detail: impl Into<String>) -> Self {
        Self::Failed(fault, detail.into())
    }
}

/// A stream of bytes, plain or encrypted.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// The first bytes that came over a connection: they tell what speaks at the other end.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Arc<Mutex<Vec<u8>>>);

/// So many of the first bytes are kept.
const KEPT: usize = 64;

impl Seen {
    fn add(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(kept.len());
        kept.extend(bytes.iter().take(room));
    }

    /// The first bytes.
    pub(super) fn first(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether nothing has come.
    pub(super) fn is_empty(&self) -> bool {
        self.first().is_empty()
    }

    /// Whether a TLS server answered what was not encrypted: an alert of TLS 1.0 or later.
    pub(super) fn is_tls_alert(&self) -> bool {
        self.first().starts_with(&[0x15, 0x03])
    }

    /// The first line, as it may be printed.
    pub(super) fn quoted(&self) -> String {
        let first = self.first();
        let line = first.split(|&byte| byte == b'\n').next().unwrap_or_default();
        format!("\"{}\"", line.trim_ascii_end().escape_ascii())
    }
}

/// A connection that remembers the first bytes that came over it.
///
/// A peer that refuses may say why and close before it was sent anything. Writing then fails while the reason still
/// waits to be read, so that such an error is kept back until there is nothing more to read.
pub(super) struct Wire {
    io: Box<dyn Io>,
    seen: Seen,
    unsent: Option<io::Error>,
}

impl Wire {
    /// Over a stream.
    pub(super) fn new(io: impl Io + 'static) -> Self {
        Self { io: Box::new(io), seen: Seen::default(), unsent: None }
    }

    /// What came first.
    pub(super) fn seen(&self) -> Seen {
        self.seen.clone()
    }

    /// Sends all of it. That the peer has gone is told by the answer.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        let sent = async {
            self.write_all(bytes).await?;
            self.flush().await
        };
        let sent = sent.await;
        sent.map_err(|error| broken(&error, &self.seen))
    }

    /// Waits for more bytes, and appends them.
    pub(super) async fn receive(&mut self, buffer: &mut Vec<u8>) -> Result<(), Ended> {
        if buffer.len() >= MAX_ANSWER {
            let detail = format!("an answer of more than {MAX_ANSWER} bytes without an end");
            return Err(Ended::failed(ProbeFault::WrongProtocol, detail));
        }
        let mut bytes = [0; 4096];
        let count = self.read(&mut bytes).await.map_err(|error| broken(&error, &self.seen))?;
        match bytes.get(..count) {
            Some(bytes) if !bytes.is_empty() => {
                buffer.extend_from_slice(bytes);
                Ok(())
            }
            _ => Err(closed(&self.seen)),
        }
    }
}

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 << 10;

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.io).poll_read(cx, buf);
        let bytes = buf.filled().get(before..).unwrap_or_default();
        self.seen.add(bytes);
        match (&polled, bytes.is_empty()) {
            (Poll::Ready(Ok(())), true) => self.unsent.take().map_or(polled, |error| Poll::Ready(Err(error))),
            _ => polled,
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.io).poll_write(cx, buf) {
            Poll::Ready(Err(error)) if is_gone(&error) => {
                self.unsent = Some(error);
                Poll::Ready(Ok(buf.len()))
            }
            polled => polled,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.io).poll_flush(cx) {
            Poll::Ready(Err(error)) if is_gone(&error) => {
                self.unsent = Some(error);
                Poll::Ready(Ok(()))
            }
            polled => polled,
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted
    )
}

/// What an error of a connection means.
pub(super) fn broken(error: &io::Error, seen: &Seen) -> Ended {
    if let Some(ended) = tls::of_io(error) {
        return ended;
    }
    let fault = match error.kind() {
        io::ErrorKind::UnexpectedEof => return closed(seen),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => ProbeFault::NoRoute,
        io::ErrorKind::TimedOut => ProbeFault::Silent,
        // Whatever else breaks a connection that was made.
        _ => ProbeFault::ConnectionReset,
    };
    Ended::failed(fault, error.to_string())
}

/// The peer closed the connection although an answer was due.
pub(super) fn closed(seen: &Seen) -> Ended {
    let detail = if seen.is_empty() {
        "the peer closed the connection before it said anything".to_owned()
    } else {
        format!("the peer closed the connection after it said {}", seen.quoted())
    };
    Ended::failed(ProbeFault::ConnectionClosed, detail)
}

/// What came is something else.
pub(super) fn wrong_protocol(expected: &str, seen: &Seen) -> Ended {
    if seen.is_tls_alert() {
        let detail = format!("the answer to unencrypted {expected} is a TLS alert");
        return Ended::failed(ProbeFault::TlsWanted, detail);
    }
    Ended::failed(ProbeFault::WrongProtocol, format!("{expected} was expected; it said {}", seen.quoted()))
}

/// A text of a server as it is kept: without what steers a terminal, without the password, and not too long.
pub(super) fn said(text: &str, password: Option<&str>) -> String {
    const MAX: usize = 300;
    let text = match password {
        Some(password) if !password.is_empty() => text.replace(password, crate::model::redact::REDACTED),
        _ => text.to_owned(),
    };
    let mut kept: String = text.chars().take(MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MAX).is_some() {
        kept.push('…');
    }
    kept.trim().to_owned()
}
