//! The emulator, as other clients meet it.

mod discovery;
mod faults;
mod gcloud;
mod models;
mod program;
mod python;
mod routes;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use gcp_drift::emulator::{self, Emulator, Options};
use serde_json::Value;

use super::common::binary;

/// A state of every collection.
pub fn state_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator/state.yaml")
}

pub fn state() -> Value {
    gcp_drift::live::yaml::value(include_str!("emulator/state.yaml")).unwrap()
}

/// The items of a collection of the state.
pub fn items(state: &Value, api: &str) -> Vec<Value> {
    let answers = state["answers"].as_array().unwrap().iter().filter(|answer| answer["api"] == api);
    answers.flat_map(|answer| answer["items"].as_array().unwrap().clone()).collect()
}

/// An emulator in this process, and a client.
pub struct Served {
    pub emulator: Emulator,
    client: reqwest::Client,
}

impl Served {
    pub async fn start(state: Value) -> Self {
        Self::with(state, Options::default()).await
    }

    pub async fn with(state: Value, options: Options) -> Self {
        gcp_drift::live::google::auth::install_tls_provider();
        let emulator = emulator::start(state, options).await.unwrap();
        Self { emulator, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    pub fn request(&self, method: reqwest::Method, target: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{target}", self.emulator.base_url))
    }

    pub async fn send(&self, target: &str) -> reqwest::Result<reqwest::Response> {
        self.request(reqwest::Method::GET, target).send().await
    }

    pub async fn get(&self, target: &str) -> (u16, Value) {
        Self::read(self.send(target).await.unwrap()).await
    }

    pub async fn post(&self, target: &str, body: Value) -> (u16, Value) {
        let request = self.request(reqwest::Method::POST, target).body(body.to_string());
        Self::read(request.send().await.unwrap()).await
    }

    async fn read(response: reqwest::Response) -> (u16, Value) {
        let code = response.status().as_u16();
        let text = response.text().await.unwrap();
        (code, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    /// The items of all pages of a list.
    pub async fn all(&self, target: &str, key: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut token = String::new();
        loop {
            let with = if target.contains('?') { '&' } else { '?' };
            let (code, page) = self.get(&format!("{target}{with}pageToken={token}")).await;
            assert_eq!(code, 200, "{target}: {page}");
            items.extend(page[key].as_array().cloned().unwrap_or_default());
            match page["nextPageToken"].as_str() {
                Some(next) => token = next.to_owned(),
                None => return items,
            }
        }
    }
}

/// The built binary's `emulate` with the state of every collection, until it is dropped.
pub struct Program {
    child: Child,
    pub base_url: String,
}

impl Program {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = binary()
            .args(["emulate", "--from"])
            .arg(state_path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, base_url: line.trim_end().to_owned() }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says that a test could not run. Other than `eprintln!`, this is shown for tests that pass.
pub fn skip(reason: &str) {
    std::io::stderr().write_all(format!("SKIPPED: {reason}\n").as_bytes()).unwrap();
}

/// Asserts that all that is expected is there. More may be.
#[track_caller]
pub fn assert_holds(actual: &Value, expected: &Value, place: &str) {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            for (key, value) in expected {
                assert_holds(actual.get(key).unwrap_or(&Value::Null), value, &format!("{place}.{key}"));
            }
        }
        (Value::Array(actual), Value::Array(expected)) => {
            assert_eq!(actual.len(), expected.len(), "{place}: {actual:?}");
            let pairs = actual.iter().zip(expected).enumerate();
            pairs.for_each(|(at, (actual, expected))| assert_holds(actual, expected, &format!("{place}[{at}]")));
        }
        _ => assert_eq!(actual, expected, "{place}"),
    }
}
