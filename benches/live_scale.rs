//! What asking costs: calls, rounds, time and memory of `gcp-drift check` against the emulator, each answer 50 ms away.
//!
//! `cargo bench --bench live_scale` serves 1,000 services in 10 regions, each with three revisions that serve and with
//! connectors in every region, and ten times as many; it reads the emulator's log and ends with an error where a limit
//! is passed. Beside it stands what the same reads take by `gcloud`, where that is installed.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use gcp_drift::emulator::{self, Fault, FaultKind, Options, Seen};
use serde_json::{Value, json};

const LATENCY: Duration = Duration::from_millis(50);
const PROJECT: &str = "scale-staging";
const REGIONS: [&str; 10] = [
    "us-central1",
    "us-east1",
    "us-east4",
    "us-west1",
    "europe-west1",
    "europe-west4",
    "europe-north1",
    "asia-east1",
    "asia-northeast1",
    "australia-southeast1",
];
/// Services that are measured first; then ten times as many.
const SERVICES: usize = 1_000;
const SERVING: usize = 3;
const MAX_SECONDS: f64 = 1.5;
const MAX_MEGABYTES: f64 = 150.0;
/// What docs/config.md gives as the rate: requests a second to one API, project and region. A tenth of it is the burst.
const RATE: f64 = 30.0;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!(
        "{:>8} {:>9} {:>7} {:>7} {:>9} {:>10} {:>16}",
        "services", "revisions", "calls", "rounds", "wall s", "memory MB", "most in a second"
    );
    let mut failures = Vec::new();
    let mut calls = Vec::new();
    for services in [SERVICES, 10 * SERVICES] {
        let repository = tempfile::tempdir().unwrap();
        write_repository(repository.path());
        let latency = FaultKind::Latency { ms: LATENCY.as_millis() as u64, jitter_ms: 0, seed: 0 };
        let fault = Fault { path: "/".to_owned(), after: 0, times: None, kind: latency };
        let options = Options { page_size_cap: 500, faults: vec![fault], ..Options::default() };
        let emulator = runtime.block_on(emulator::start(state(services), options)).unwrap();
        // The first run reads the program from the disk.
        check(repository.path(), &emulator.base_url);
        let before = emulator.log().len();
        let (wall, megabytes) = check(repository.path(), &emulator.base_url);
        let log: Vec<Seen> = emulator.log().into_iter().skip(before).collect();
        let most = most_in_a_second(&log);
        println!(
            "{services:>8} {:>9} {:>7} {:>7} {wall:>9.2} {megabytes:>10.1} {most:>16}",
            services * SERVING,
            log.len(),
            rounds(&log)
        );
        let mut limit = |what: &str, is: f64, most: f64| {
            if is > most {
                failures.push(format!("{services} services: {what}: {is:.2}, at most {most}"));
            }
        };
        limit("requests of one lane in a second", most as f64, RATE + (RATE / 10.0).floor().max(1.0));
        if services == SERVICES {
            limit("seconds", wall, MAX_SECONDS);
            limit("megabytes", megabytes, MAX_MEGABYTES);
        }
        calls.push(log.len() as f64);
        if services == SERVICES {
            by_gcloud(&emulator.base_url);
        }
    }
    let growth = calls[1] / calls[0];
    println!("ten times the services take {growth:.1} times the calls");
    if growth > 10.0 {
        failures.push(format!("ten times the services: {growth:.1} times the calls, at most 10"));
    }
    for failure in &failures {
        println!("FAILED {failure}");
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write_repository(folder: &Path) {
    let regions = REGIONS.map(|region| format!("{region:?}")).join(", ");
    let config = format!("project = \"{PROJECT}\"\nregions = [{regions}]\n");
    std::fs::write(folder.join("gcp-drift.toml"), config).unwrap();
    let connector = format!(
        "resource \"google_vpc_access_connector\" \"main\" {{\n  project = \"{PROJECT}\"\n  region = \"{}\"\n  \
         name = \"main\"\n  network = \"scale-vpc\"\n  ip_cidr_range = \"10.8.0.0/28\"\n  min_instances = 2\n  \
         max_instances = 3\n}}\n",
        REGIONS[0]
    );
    std::fs::write(folder.join("main.tf"), connector).unwrap();
}

/// Wall time in seconds and the most memory in megabytes that a run took.
fn check(repository: &Path, endpoint: &str) -> (f64, f64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_gcp-drift"))
        .args(["check", "--only", "vpc", "--fail-on", "none", "--format", "json", "--endpoint", endpoint])
        .current_dir(repository)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The high-water mark only rises, so the last look is the whole.
    let status = format!("/proc/{}/status", child.id());
    let mut kilobytes = 0.0_f64;
    let done = loop {
        if let Ok(text) = std::fs::read_to_string(&status)
            && let Some(line) = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))
        {
            kilobytes = kilobytes.max(line.split_whitespace().next().unwrap().parse().unwrap());
        }
        if let Some(done) = child.try_wait().unwrap() {
            break done;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let wall = started.elapsed().as_secs_f64();
    let stderr = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    assert_eq!(done.code(), Some(0), "{stderr}");
    (wall, kilobytes / 1e3)
}

/// The most requests of one API, project and region that came within a second.
fn most_in_a_second(log: &[Seen]) -> usize {
    let mut lanes: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    for seen in log {
        let region = seen.target.split("/locations/").nth(1).and_then(|rest| rest.split(['/', '?']).next());
        lanes.entry(region.unwrap_or("global").to_owned()).or_default().push(seen.time);
    }
    let most = |times: &mut Vec<Duration>| {
        times.sort();
        let end = |from: usize| times.partition_point(|time| *time < times[from] + Duration::from_secs(1));
        (0..times.len()).map(|from| end(from) - from).max().unwrap_or_default()
    };
    lanes.values_mut().map(most).max().unwrap_or_default()
}

/// The longest chain of requests each of which came after the one before it was answered.
fn rounds(log: &[Seen]) -> usize {
    let mut starts: Vec<Duration> = log.iter().map(|seen| seen.time).collect();
    starts.sort();
    let mut free = Duration::ZERO;
    let mut chain = 0;
    for start in starts {
        if start >= free {
            chain += 1;
            free = start + LATENCY;
        }
    }
    chain
}

/// The lists that `check` reads, one command a region and collection, as a person would.
fn by_gcloud(endpoint: &str) {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let endpoint = format!("{endpoint}/");
        Command::new("gcloud")
            .args(args)
            .args(["--project", PROJECT, "--format", "value(name)"])
            .env("CLOUDSDK_CONFIG", folder.path())
            .env("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true")
            .env("CLOUDSDK_CORE_DISABLE_PROMPTS", "1")
            .env("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "true")
            .env("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "true")
            .env("CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN", &endpoint)
            .env("CLOUDSDK_API_ENDPOINT_OVERRIDES_VPCACCESS", &endpoint)
            // Regional commands put the region in front of the host: they reach the emulator as their proxy.
            .env("http_proxy", &endpoint)
            .output()
    };
    if run(&["version"]).is_err() {
        println!("gcloud: SKIPPED: gcloud is not on PATH");
        return;
    }
    let started = Instant::now();
    let mut names = 0;
    for region in REGIONS {
        for command in ["run services list", "run revisions list", "compute networks vpc-access connectors list"] {
            let args: Vec<&str> = command.split(' ').chain(["--region", region]).collect();
            let output = run(&args).unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            names += String::from_utf8_lossy(&output.stdout).lines().count();
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("gcloud: the same lists by {} commands: {names} names in {seconds:.1} s", 3 * REGIONS.len());
}

fn state(services: usize) -> Value {
    let mut answers = Vec::new();
    for (at, region) in REGIONS.iter().enumerate() {
        let parent = format!("projects/{PROJECT}/locations/{region}");
        let connector = format!("{parent}/connectors/main");
        let (mut listed, mut revisions) = (Vec::new(), Vec::new());
        for service in 0..services / REGIONS.len() {
            let name = format!("{parent}/services/service-{service}");
            let access = json!({"connector": connector, "egress": "PRIVATE_RANGES_ONLY"});
            let mut traffic = Vec::new();
            for revision in 0..SERVING {
                let short = format!("service-{service}-{revision:05}-abc");
                let percent = if revision == 0 { 34 } else { 33 };
                let target = json!({
                    "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": short, "percent": percent,
                });
                traffic.push(target);
                revisions.push(json!({
                    "name": format!("{name}/revisions/{short}"),
                    "uid": format!("{at}-{service}-{revision}"),
                    "generation": "1",
                    "createTime": "2026-11-01T08:00:00Z",
                    "service": format!("service-{service}"),
                    "containers": [{"image": format!("{region}-docker.pkg.dev/{PROJECT}/app/service:{revision}")}],
                    "vpcAccess": access,
                    "conditions": [{"type": "Ready", "state": "CONDITION_SUCCEEDED"}],
                }));
            }
            listed.push(json!({
                "name": name,
                "uid": format!("{at}-{service}"),
                "generation": "7",
                "observedGeneration": "7",
                "createTime": "2026-10-01T08:00:00Z",
                "updateTime": "2026-11-01T08:00:00Z",
                "lastModifier": "deploy@scale-staging.iam.gserviceaccount.com",
                "template": {
                    "containers": [{
                        "image": format!("{region}-docker.pkg.dev/{PROJECT}/app/service:2"),
                        "env": [{"name": "MODE", "value": "staging"}],
                        "resources": {"limits": {"cpu": "1", "memory": "512Mi"}},
                    }],
                    "vpcAccess": access,
                },
                "traffic": traffic,
                "trafficStatuses": traffic,
                "latestReadyRevision": format!("{name}/revisions/service-{service}-00000-abc"),
                "latestCreatedRevision": format!("{name}/revisions/service-{service}-00000-abc"),
                "terminalCondition": {"type": "Ready", "state": "CONDITION_SUCCEEDED"},
            }));
        }
        let connectors = vec![json!({
            "name": connector, "network": "scale-vpc", "ipCidrRange": format!("10.8.{at}.0/28"), "state": "READY",
            "minInstances": 2, "maxInstances": 3, "machineType": "e2-micro",
        })];
        for (api, items) in [
            ("run.services", listed),
            ("run.revisions", revisions),
            ("run.jobs", vec![]),
            ("run.workerPools", vec![]),
            ("vpcaccess.connectors", connectors),
        ] {
            answers.push(json!({"api": api, "project": PROJECT, "region": region, "items": items}));
        }
    }
    json!({
        "format": "gcp-drift/live-state", "version": 1,
        "project_numbers": {PROJECT: "490021337788"}, "answers": answers,
    })
}
