//! Version 1 of the JSON of `probe`: its shape, writing it, and reading it again. docs/probe.md explains it.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    AddressOutcome, Percentiles, ProbeFailure, ProbeFault, ProbeLatency, ProbeOutcome, ProbeRun, ProbeStage,
    ProbedAddress, ProbedFrom, ProbedTarget, TargetKind, TlsMode,
};

/// What `probe` found out, version 1. Fields may be added within this version; none is renamed, removed or given
/// another meaning.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(title = "gcp-drift probe, version 1")]
struct Probe {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    schema_version: u32,
    tool: Tool,
    run: Run,
    /// One entry a target, in the order in which they were asked for.
    targets: Vec<Target>,
    exit: Exit,
}

/// The program that wrote this.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Tool {
    /// Always `gcp-drift`.
    name: String,
    version: String,
}

/// The run.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Run {
    /// When it began, RFC 3339.
    started: String,
    from: From,
    /// Time limit on one try, in seconds.
    timeout: f64,
    /// An answer that takes longer than this is slow, in seconds.
    slow: f64,
}

/// Where it ran, as far as the machine tells; null where it does not.
#[derive(Serialize, Deserialize, JsonSchema)]
struct From {
    /// The host's name.
    hostname: Option<String>,
    /// The Cloud Run service.
    service: Option<String>,
    /// The revision of that service.
    revision: Option<String>,
    /// The Cloud Run job.
    job: Option<String>,
    /// The execution of that job.
    execution: Option<String>,
}

/// What was found out about a target.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Target {
    /// What config calls it, or its URL without secrets.
    name: String,
    #[schemars(schema_with = "kinds")]
    kind: String,
    /// Host name or IP address.
    host: String,
    /// TCP port.
    port: u16,
    #[schemars(schema_with = "tls_modes")]
    tls: String,
    #[schemars(schema_with = "outcomes")]
    outcome: String,
    /// The furthest stage that any try completed; null where not even the name was resolved.
    #[schemars(schema_with = "stages_or_null")]
    stage: Option<String>,
    /// How often it was tried.
    tries: usize,
    /// How many of the tries got the answer that was hoped for.
    succeeded: usize,
    /// What the other tries failed with, the most frequent first.
    failures: Vec<Failure>,
    /// What it answered, in words; null where it did not.
    answer: Option<String>,
    /// What could not be looked at although it was asked for, and why; null where there is no such thing.
    unchecked: Option<String>,
    /// The addresses of its name, in the resolver's order.
    addresses: Vec<Address>,
    /// How long the tries took that succeeded; null where none did.
    latency: Option<Latency>,
}

/// Tries that failed in the same way.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Failure {
    #[schemars(schema_with = "faults")]
    fault: String,
    /// The stage in which it failed.
    #[schemars(schema_with = "stages")]
    stage: String,
    /// What was seen, in words.
    detail: String,
    /// The longest of them, from its beginning to the failure, in seconds.
    seconds: f64,
    /// Number of tries.
    count: usize,
}

/// An address of a target.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Address {
    /// The IP address.
    address: String,
    /// What came of connecting to it in the last try: `connected`, `not-waited-for`, or a fault.
    #[schemars(schema_with = "address_outcomes")]
    connect: String,
}

/// How long tries took, in seconds.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Latency {
    /// The TCP connection alone.
    connect: Durations,
    /// From the name to the last answer.
    total: Durations,
}

/// Durations in seconds, by nearest rank.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Durations {
    min: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
}

/// How the run ended.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Exit {
    /// The exit code.
    code: u8,
    /// The reason for it, one line.
    reason: String,
}

fn words(words: impl IntoIterator<Item = &'static str>) -> Schema {
    let words: Vec<&str> = words.into_iter().collect();
    json_schema!({ "type": "string", "enum": words })
}

fn kinds(_: &mut SchemaGenerator) -> Schema {
    words(TargetKind::ALL.map(TargetKind::word))
}

fn tls_modes(_: &mut SchemaGenerator) -> Schema {
    words(TlsMode::ALL.map(TlsMode::word))
}

fn outcomes(_: &mut SchemaGenerator) -> Schema {
    words(ProbeOutcome::ALL.map(ProbeOutcome::word))
}

fn stages(_: &mut SchemaGenerator) -> Schema {
    words(ProbeStage::ALL.map(ProbeStage::word))
}

fn stages_or_null(_: &mut SchemaGenerator) -> Schema {
    let words: Vec<Value> = ProbeStage::ALL.iter().map(|stage| stage.word().into()).chain([Value::Null]).collect();
    json_schema!({ "enum": words })
}

fn faults(_: &mut SchemaGenerator) -> Schema {
    words(ProbeFault::ALL.iter().map(|fault| fault.word()))
}

const CONNECTED: &str = "connected";
const NOT_WAITED_FOR: &str = "not-waited-for";

fn address_outcomes(_: &mut SchemaGenerator) -> Schema {
    words([CONNECTED, NOT_WAITED_FOR].into_iter().chain(ProbeFault::ALL.iter().map(|fault| fault.word())))
}

/// The JSON schema of the document.
pub fn schema() -> Value {
    schemars::schema_for!(Probe).into()
}

/// The document, on one line where it goes to a log that takes each line for an entry.
pub fn render(run: &ProbeRun, exit: (u8, &str), one_line: bool) -> String {
    let document = document(run, exit);
    let text = if one_line { serde_json::to_string(&document) } else { serde_json::to_string_pretty(&document) };
    // Numbers and strings can always be written.
    text.unwrap_or_default() + "\n"
}

fn document(run: &ProbeRun, (code, reason): (u8, &str)) -> Probe {
    let ProbedFrom { hostname, service, revision, job, execution } = run.from.clone();
    Probe {
        schema_version: 1,
        tool: Tool { name: "gcp-drift".to_owned(), version: run.tool.clone() },
        run: Run {
            started: run.started.clone(),
            from: From { hostname, service, revision, job, execution },
            timeout: run.timeout,
            slow: run.slow,
        },
        targets: run.targets.iter().map(target).collect(),
        exit: Exit { code, reason: reason.to_owned() },
    }
}

fn target(target: &ProbedTarget) -> Target {
    Target {
        name: target.name.clone(),
        kind: target.kind.word().to_owned(),
        host: target.host.clone(),
        port: target.port,
        tls: target.tls.word().to_owned(),
        outcome: target.outcome.word().to_owned(),
        stage: target.stage.map(|stage| stage.word().to_owned()),
        tries: target.tries,
        succeeded: target.succeeded,
        failures: target
            .failures
            .iter()
            .map(|failure| Failure {
                fault: failure.fault.word().to_owned(),
                stage: failure.stage.word().to_owned(),
                detail: failure.detail.clone(),
                seconds: rounded(failure.seconds),
                count: failure.count,
            })
            .collect(),
        answer: target.answer.clone(),
        unchecked: target.unchecked.clone(),
        addresses: target
            .addresses
            .iter()
            .map(|address| Address {
                address: address.address.clone(),
                connect: match address.connect {
                    AddressOutcome::Connected => CONNECTED.to_owned(),
                    AddressOutcome::NotWaitedFor => NOT_WAITED_FOR.to_owned(),
                    AddressOutcome::Failed(fault) => fault.word().to_owned(),
                },
            })
            .collect(),
        latency: target
            .latency
            .map(|latency| Latency { connect: durations(&latency.connect), total: durations(&latency.total) }),
    }
}

fn durations(of: &Percentiles) -> Durations {
    let Percentiles { min, p50, p90, p99, max } = *of;
    Durations { min: rounded(min), p50: rounded(p50), p90: rounded(p90), p99: rounded(p99), max: rounded(max) }
}

/// To microseconds.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e6
}

/// The run that a document tells of.
///
/// # Errors
/// What is wrong with it, without quoting it.
pub fn read(text: &str) -> Result<ProbeRun, String> {
    let wrong = |error: serde_json::Error| format!("it is not JSON of `probe`: {error}");
    let mut value: Value = serde_json::from_str(text).map_err(wrong)?;
    whole_numbers(&mut value);
    match value.get("schema_version").and_then(Value::as_u64) {
        Some(1) => {}
        Some(version) => return Err(format!("its schema_version is {version}; this program reads version 1")),
        None => return Err("it is not JSON of `probe`: it has no schema_version".to_owned()),
    }
    let document: Probe = serde_json::from_value(value).map_err(wrong)?;
    if document.tool.name != "gcp-drift" {
        return Err("it is not JSON of `probe`: another program wrote it".to_owned());
    }
    let Run { started, from, timeout, slow } = document.run;
    let From { hostname, service, revision, job, execution } = from;
    Ok(ProbeRun {
        tool: document.tool.version,
        started,
        from: ProbedFrom { hostname, service, revision, job, execution },
        timeout,
        slow,
        targets: document.targets.into_iter().map(target_of).collect::<Result<_, _>>()?,
    })
}

/// Cloud Logging keeps every number as a double, so that a document that was read from there may say `1.0` for 1.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(members) => members.values_mut().for_each(whole_numbers),
        Value::Number(number) if number.is_f64() => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
            if let Some(whole) = whole {
                // It is whole, and small enough to be exact.
                *value = Value::from(whole as i64);
            }
        }
        _ => {}
    }
}

fn target_of(target: Target) -> Result<ProbedTarget, String> {
    let read = ProbedTarget {
        kind: word(&target.kind, "kind")?,
        host: target.host,
        port: target.port,
        tls: word(&target.tls, "TLS mode")?,
        outcome: word(&target.outcome, "outcome")?,
        stage: target.stage.map(|stage| word(&stage, "stage")).transpose()?,
        tries: target.tries,
        succeeded: target.succeeded,
        failures: target.failures.into_iter().map(failure_of).collect::<Result<_, _>>()?,
        answer: target.answer,
        unchecked: target.unchecked,
        addresses: target.addresses.into_iter().map(address_of).collect::<Result<_, _>>()?,
        latency: target
            .latency
            .map(|latency| ProbeLatency { connect: percentiles(latency.connect), total: percentiles(latency.total) }),
        name: target.name,
    };
    // A document that contradicts itself was not written by `probe`, and says nothing.
    let failed: usize = read.failures.iter().fold(0, |sum, failure| sum.saturating_add(failure.count));
    let consistent = match read.outcome {
        ProbeOutcome::Reached | ProbeOutcome::Slow => read.succeeded > 0 && failed == 0,
        ProbeOutcome::Intermittent => read.succeeded > 0 && failed > 0,
        ProbeOutcome::Failed => read.succeeded == 0 && failed > 0,
        ProbeOutcome::NotChecked => read.succeeded == 0 && failed == 0,
    };
    if consistent { Ok(read) } else { Err(format!("what it says of the target `{}` is contradictory", read.name)) }
}

fn failure_of(failure: Failure) -> Result<ProbeFailure, String> {
    Ok(ProbeFailure {
        fault: word(&failure.fault, "fault")?,
        stage: word(&failure.stage, "stage")?,
        detail: failure.detail,
        seconds: failure.seconds,
        count: failure.count,
    })
}

fn address_of(address: Address) -> Result<ProbedAddress, String> {
    let connect = match address.connect.as_str() {
        CONNECTED => AddressOutcome::Connected,
        NOT_WAITED_FOR => AddressOutcome::NotWaitedFor,
        fault => AddressOutcome::Failed(word(fault, "fault")?),
    };
    Ok(ProbedAddress { address: address.address, connect })
}

fn percentiles(of: Durations) -> Percentiles {
    let Durations { min, p50, p90, p99, max } = of;
    Percentiles { min, p50, p90, p99, max }
}

/// A word of one of the closed lists.
fn word<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, String> {
    serde_json::from_value(Value::from(text))
        .map_err(|_| format!("it has a word for a {what} that this version does not know"))
}

#[cfg(test)]
mod tests;
