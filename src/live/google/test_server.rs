//! A small HTTP server for tests, which answers what a test says and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Url;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What was asked.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// All header lines, in lower case names.
    pub head: String,
    /// The body.
    pub body: String,
    /// When it came.
    pub at: Instant,
}

impl Seen {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// How a request is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, further header lines, and a body.
    Full(u16, &'static str, String),
    /// A body that ends before it is complete.
    Truncated,
    /// The connection is closed without an answer.
    Closed,
    /// No answer at all.
    Nothing,
    /// A head, and a body that comes to no end.
    Drip,
}

impl Reply {
    /// An answer of JSON.
    pub fn json(code: u16, body: &Value) -> Self {
        Self::Full(code, "", body.to_string())
    }
}

type Answer = dyn Fn(usize, &Seen) -> Reply + Send + Sync;

/// The server. It stops when it is dropped.
pub struct Server {
    /// Such as `http://127.0.0.1:41234`.
    pub base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts a server; `answer` gets the number of requests before and the request.
    pub async fn start(answer: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (log, answer): (_, Arc<Answer>) = (Arc::clone(&seen), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&log), Arc::clone(&answer)));
            }
        });
        Self { base, seen, task }
    }

    /// What was asked so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// A URL of this server.
    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}/{path}", self.base)).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Mutex<Vec<Seen>>>, answer: Arc<Answer>) {
    let Some(seen) = read(&mut stream).await else { return };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    let head = |code: u16, more: &str, length: usize| {
        format!("HTTP/1.1 {code} x\r\nConnection: close\r\nContent-Length: {length}\r\n{more}\r\n")
    };
    match answer(number, &seen) {
        Reply::Full(code, more, body) => {
            let text = format!("{}{body}", head(code, more, body.len()));
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Reply::Truncated => {
            let _ = stream.write_all(format!("{}{{\"a\"", head(200, "", 100)).as_bytes()).await;
        }
        Reply::Closed => {}
        Reply::Nothing => tokio::time::sleep(Duration::from_secs(60)).await,
        Reply::Drip => {
            let _ = stream.write_all(head(200, "", 10_000).as_bytes()).await;
            while stream.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let at = Instant::now();
    let mut bytes = Vec::new();
    let mut part = [0_u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let (first, head) = head.split_once("\r\n").unwrap_or((head, ""));
            let mut words = first.split(' ');
            let seen = Seen {
                method: words.next()?.to_owned(),
                target: words.next()?.to_owned(),
                head: head.to_owned(),
                body: body.to_owned(),
                at,
            };
            let length: usize = seen.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return Some(seen);
            }
        }
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&part[..count]),
        }
    }
}
