//! The requests that were seen, in memory and in a file.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use regex::Regex;
use serde_json::json;

/// The longest body that is kept, in bytes.
const LONGEST_BODY: usize = 64 << 10;

/// A request that was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// When its head had come, since the emulator's start.
    pub time: Duration,
    /// Method, such as `GET`.
    pub method: String,
    /// The host that was asked, without a port: regional APIs have one a region.
    pub host: String,
    /// Path and query, without tokens.
    pub target: String,
    /// HTTP status of the answer; 0 where the connection was reset.
    pub status: u16,
    /// Whether it carried credentials.
    pub authorized: bool,
    /// The body of a write, without tokens; cut where it is long.
    pub body: Option<String>,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    seen: Vec<Seen>,
    file: Option<File>,
}

impl Log {
    /// A log that is written to a file as well.
    ///
    /// # Errors
    /// What the system says of the file.
    pub fn to_file(path: Option<&Path>) -> std::io::Result<Self> {
        let file = path.map(File::create).transpose()?;
        Ok(Self(Mutex::new(Entries { seen: Vec::new(), file })))
    }

    /// Adds a request.
    pub fn push(&self, seen: Seen) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &mut entries.file {
            // One write a line: whoever reads along sees whole lines. A disk that is full stops no answer.
            let _ = file.write_all(line(&seen).as_bytes());
        }
        entries.seen.push(seen);
    }

    /// All that was added, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).seen.clone()
    }
}

fn line(seen: &Seen) -> String {
    let mut entry = json!({
        "time_ms": seen.time.as_secs_f64() * 1_000.0,
        "method": seen.method,
        "host": seen.host,
        "target": seen.target,
        "status": seen.status,
        "authorized": seen.authorized,
    });
    if let Some(body) = &seen.body {
        entry["body"] = body.as_str().into();
    }
    format!("{entry}\n")
}

/// A body as it is logged.
pub(super) fn body(bytes: &[u8]) -> String {
    let kept = bytes.get(..LONGEST_BODY).unwrap_or(bytes);
    let text = without_tokens(&String::from_utf8_lossy(kept));
    if kept.len() < bytes.len() { format!("{text}… ({} bytes)", bytes.len()) } else { text }
}

/// A text without access tokens, keys and identity tokens, whether by their shape or by the name of their field.
pub(super) fn without_tokens(text: &str) -> String {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let names = "(?:(?:access|oauth|id|refresh)?_?token|(?:client_?)?secret|assertion|(?:private_?|api_?)?key\
                     |authorization|password)";
        let in_json = format!(r#"(?P<json>"{names}"\s*:\s*")(?:[^"\\]|\\.)*"#);
        let in_query = format!(r"(?P<query>(?:^|[?&\s]){names}=)[^&\s]+");
        let shapes = r"ya29\.[\w.-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bBearer\s+[\w.~+/=-]+";
        let pem = "-----BEGIN[^-]*-----.*?(?:-----END[^-]*-----|$)";
        Regex::new(&format!("(?is){in_json}|{in_query}|{shapes}|{pem}")).ok()
    });
    match &*PATTERN {
        Some(pattern) => pattern.replace_all(text, "${json}${query}[redacted]").into_owned(),
        // Without a way to tell, nothing is kept.
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_not_logged() {
        for (text, kept) in [
            ("/a?access_token=s3cret&pageToken=x", "/a?access_token=[redacted]&pageToken=x"),
            ("/a?pageToken=x&key=AIza", "/a?pageToken=x&key=[redacted]"),
            (r#"{"password": "p", "name": "n"}"#, r#"{"password": "[redacted]", "name": "n"}"#),
            (r#"{"private_key": "a b\"c\n", "n": 1}"#, r#"{"private_key": "[redacted]", "n": 1}"#),
            (r#"{"token":"x","pageToken":"y"}"#, r#"{"token":"[redacted]","pageToken":"y"}"#),
            ("a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- b", "a [redacted] b"),
            ("a -----BEGIN PRIVATE KEY-----\nMIIE", "a [redacted]"),
            ("ya29.a-b_c d", "[redacted] d"),
            ("x eyJhbGciOi.eyJzdWIi.sig y", "x [redacted] y"),
            (
                "/a?labelSelector=serving.knative.dev%2Fservice+%3D+S",
                "/a?labelSelector=serving.knative.dev%2Fservice+%3D+S",
            ),
        ] {
            assert_eq!(without_tokens(text), kept);
        }
    }

    #[test]
    fn a_long_body_is_cut() {
        let logged = body(&vec![b'a'; LONGEST_BODY + 1]);
        assert!(logged.ends_with("a… (65537 bytes)"), "{}", logged.len());
    }
}
