//! What the real `gcloud` sends for a command line, or how it refuses it. `gcloud_cli/rows.txt` holds the command lines;
//! `GCLOUD_CLI_RECORD=all cargo test --test it gcloud_cli` writes `gcloud_cli/recorded.jsonl`, with which the unit tests of
//! `deploy::gcloud` compare their reading. Without it, some of the rows are asked again where there is a gcloud.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::common::binary;
use super::emulator::skip;

/// Rows that are asked again in a run of the tests.
const CHOSEN: usize = 15;
/// What is left of a body's annotations.
const ANNOTATIONS: [&str; 4] = ["vpc-access-connector", "vpc-access-egress", "network-interfaces", "regions"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gcloud_cli")
}

fn rows() -> Vec<String> {
    let text = fs::read_to_string(folder().join("rows.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

fn recorded() -> Vec<Value> {
    let text = fs::read_to_string(folder().join("recorded.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A gcloud with an emulator of its own.
struct Gcloud {
    emulator: Child,
    base_url: String,
    work: TempDir,
}

impl Gcloud {
    fn start() -> Self {
        let work = TempDir::new().unwrap();
        let mut emulator = binary()
            .args(["emulate", "--from"])
            .arg(folder().join("state.yaml"))
            .arg("--log")
            .arg(work.path().join("log"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(emulator.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { emulator, base_url: line.trim_end().to_owned(), work }
    }

    /// Runs a row, and says what came of it.
    fn run(&self, row: &str) -> Value {
        let before = self.log().len();
        let words = shlex::split(row).unwrap();
        let program = words.iter().position(|word| word == "gcloud").unwrap();
        let base_url = &self.base_url;
        let mut gcloud = Command::new("gcloud");
        gcloud.args(&words[program + 1..]).current_dir(folder().join("files")).stdin(Stdio::null());
        for api in ["RUN", "VPCACCESS", "COMPUTE", "CLOUDRESOURCEMANAGER", "SERVICEUSAGE", "ARTIFACTREGISTRY"] {
            gcloud.env(format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}"), format!("{base_url}/"));
        }
        gcloud
            .env("CLOUDSDK_CONFIG", self.work.path())
            .env("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true")
            .env("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "true")
            .env("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "true")
            .env("CLOUDSDK_CORE_SHOULD_PROMPT_TO_ENABLE_API", "false")
            .env("CLOUDSDK_CORE_PROJECT", "shop")
            // Regional commands put the region in front of the host, which only a proxy can resolve.
            .env("http_proxy", base_url)
            .env("no_proxy", "");
        gcloud.envs(words[..program].iter().map(|word| word.split_once('=').unwrap()));
        let output = gcloud.output().unwrap();
        let log = self.log();
        let requests: Vec<Value> =
            log[before..].iter().filter(|entry| entry.get("body").is_some()).map(request).collect();
        if !requests.is_empty() {
            return json!({"command": row, "outcome": "sent", "requests": requests});
        }
        if output.status.success() {
            return json!({"command": row, "outcome": "nothing"});
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        // Worker pools are asked for over gRPC, with credentials: by then the arguments are accepted.
        if stderr.contains("Unable to load credentials") {
            return json!({"command": row, "outcome": "accepted"});
        }
        let said = said(&stderr);
        let class = match output.status.code() {
            Some(2) if said.contains("unrecognized arguments") => "unrecognized",
            Some(2) => "usage",
            _ => "failed",
        };
        json!({"command": row, "outcome": "refused", "class": class, "said": said})
    }

    fn log(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.work.path().join("log")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Gcloud {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.emulator.kill();
        let _ = self.emulator.wait();
    }
}

/// The first lines of an error, as far as they are the same in every run: gcloud looks for a command that may have been
/// meant for a set time only.
fn said(stderr: &str) -> String {
    let error = stderr.find("ERROR:").map_or(stderr, |at| &stderr[at + 6..]);
    let lines =
        error.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:") && !line.starts_with("To search"));
    let text: Vec<&str> = lines.filter(|line| !line.is_empty()).take(3).collect();
    let text = text.join(" ");
    let (text, _) = text.split_once(" Maybe you meant: ").unwrap_or((&text, ""));
    text.chars().take(200).collect()
}

/// What matters of a logged write.
fn request(entry: &Value) -> Value {
    let text = |key: &str| entry[key].as_str().unwrap_or_default();
    let body: Value = serde_json::from_str(text("body")).unwrap_or_default();
    let (path, query) = text("target").split_once('?').unwrap_or((text("target"), ""));
    let mut kept = Map::new();
    kept.insert("method".to_owned(), entry["method"].clone());
    kept.insert("path".to_owned(), path.into());
    let pair = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)).map(str::to_owned);
    for (key, name) in [("update_mask", "updateMask="), ("connector", "connectorId=")] {
        if let Some(value) = pair(name) {
            kept.insert(key.to_owned(), value.into());
        }
    }
    if let Some((region, _)) = text("host").split_once("-127.") {
        kept.insert("region".to_owned(), region.into());
    }
    if body.get("kind").is_some() {
        let template = &body["spec"]["template"];
        let of = |metadata: &Value| -> BTreeMap<String, Value> {
            let all = metadata["annotations"].as_object().into_iter().flatten();
            all.filter_map(|(key, value)| {
                let key = key.strip_prefix("run.googleapis.com/")?;
                ANNOTATIONS.contains(&key).then(|| (key.to_owned(), value.clone()))
            })
            .collect()
        };
        kept.insert("kind".to_owned(), body["kind"].clone());
        kept.insert("name".to_owned(), body["metadata"]["name"].clone());
        kept.insert("annotations".to_owned(), json!(of(&template["metadata"])));
        if let Some(regions) = of(&body["metadata"]).get("regions") {
            kept.insert("regions".to_owned(), regions.clone());
        }
        if let Some(traffic) = body["spec"].get("traffic") {
            let generated = template["metadata"]["name"].as_str().unwrap_or("\0");
            let traffic = traffic.to_string().replace(generated, "NEW");
            kept.insert("traffic".to_owned(), serde_json::from_str(&traffic).unwrap());
        }
    } else {
        kept.insert("body".to_owned(), body);
    }
    kept.into()
}

/// Runs rows with as many gclouds as there are processors, in the order of the rows.
fn run_all(rows: &[String]) -> Vec<Value> {
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, Value)> = std::thread::scope(|scope| {
        let work = || {
            let gcloud = Gcloud::start();
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(row) = rows.get(at) else { return done };
                done.push((at, gcloud.run(row)));
            }
        };
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, row)| row).collect()
}

fn version() -> Option<String> {
    let output = Command::new("gcloud").arg("version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().find_map(|line| line.strip_prefix("Google Cloud SDK ")).map(str::to_owned)
}

#[test]
fn the_real_gcloud_does_what_is_recorded_of_it() {
    let Some(version) = version() else { return skip("gcloud is not on PATH") };
    let rows = rows();
    if std::env::var_os("GCLOUD_CLI_RECORD").is_some() {
        let mut text = format!("{}\n", json!({"gcloud": version}));
        // `all` asks for every row again, anything else only for new ones.
        let known = if std::env::var("GCLOUD_CLI_RECORD").unwrap() == "all" { Vec::new() } else { recorded() };
        let find = |row: &String| known.iter().find(|known| known["command"] == row.as_str());
        let new: Vec<String> = rows.iter().filter(|row| find(row).is_none()).cloned().collect();
        let mut answers = run_all(&new).into_iter();
        for row in &rows {
            let answer = find(row).cloned().or_else(|| answers.next()).unwrap();
            text.push_str(&format!("{answer}\n"));
        }
        return fs::write(folder().join("recorded.jsonl"), text).unwrap();
    }
    let recorded = recorded();
    assert_eq!(recorded.len(), rows.len() + 1, "rows.txt has changed: record it again");
    // Another version has other flags and other words for what it refuses.
    let same_version = recorded[0]["gcloud"] == version.as_str();
    let mut seed = u64::from(std::process::id());
    let mut chosen: Vec<String> = Vec::new();
    while chosen.len() < CHOSEN {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let row = &rows[(seed >> 33) as usize % rows.len()];
        if !chosen.contains(row) {
            chosen.push(row.clone());
        }
    }
    for now in run_all(&chosen) {
        let then = recorded.iter().find(|row| row["command"] == now["command"]).unwrap();
        if same_version {
            assert_eq!(&now, then, "seed of process {}", std::process::id());
        } else if then["outcome"] == "sent" {
            assert_eq!(now["outcome"], "sent", "gcloud {version}: {now}");
        }
    }
}
