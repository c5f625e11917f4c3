//! How the bytes of an answer reach the client.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, header};
use http_body::Frame;
use tokio::time::Sleep;

use super::reply::Reply;

/// How an answer is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Delivery {
    #[default]
    Whole,
    /// Not at all: the connection is reset.
    Reset,
    /// Half of the body, though the head announces all of it.
    Truncated,
    /// In pieces.
    Drip { bytes: usize, every: Duration },
}

/// An answer as it is sent. That a connection is reset is for the caller to see to.
pub(super) fn send(reply: Reply, delivery: Delivery) -> Response<Body> {
    let (text, content_type) = reply.bytes();
    let bytes = Bytes::from(text);
    let length = HeaderValue::from(bytes.len());
    let pieces = match delivery {
        Delivery::Whole | Delivery::Reset => return reply.into_response(),
        Delivery::Truncated => Pieces::new([bytes.slice(..bytes.len() / 2)].into(), BREAK_OFF),
        Delivery::Drip { bytes: size, every } => {
            let starts = (0..bytes.len()).step_by(size);
            Pieces::new(starts.map(|start| bytes.slice(start..bytes.len().min(start + size))).collect(), every)
        }
    };
    let mut response = Response::new(Body::new(pieces));
    reply.head(&mut response, content_type);
    // A body of unknown length beside a length in the head: the server ends the connection where the body is shorter.
    response.headers_mut().insert(header::CONTENT_LENGTH, length);
    response
}

/// How long a body waits before it breaks off, so that head and first half are on their way.
const BREAK_OFF: Duration = Duration::from_millis(20);

/// A body in pieces, with a pause after each.
struct Pieces {
    left: VecDeque<Bytes>,
    every: Duration,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Pieces {
    fn new(left: VecDeque<Bytes>, every: Duration) -> Self {
        Self { left, every, pause: None }
    }
}

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
        }
        let Some(piece) = self.left.pop_front() else { return Poll::Ready(None) };
        self.pause = Some(Box::pin(tokio::time::sleep(self.every)));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }
}
