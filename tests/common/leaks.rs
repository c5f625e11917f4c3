//! Secrets to plant wherever the tool reads, and the search for them in whatever it writes.
//!
//! Every secret holds [`SECRET`] and says after it where it was planted, so that a leak names its source.

use serde_json::{Value, json};

use super::Repository;

/// What every planted secret holds.
pub const SECRET: &str = "hunter2";

/// The secret in the encodings in which a program might write it without meaning to.
const ENCODED: [&str; 4] = [
    // base64, at each of the three offsets
    "aHVudGVyM",
    "h1bnRlcjI",
    "odW50ZXIy",
    // hexadecimal
    "68756e74657232",
];

/// A secret that says where it was planted.
pub fn secret(place: &str) -> String {
    format!("{SECRET}-{place}")
}

/// A private key in PEM form.
pub fn private_key(place: &str) -> String {
    let body = secret(place);
    format!("-----BEGIN PRIVATE KEY-----\n{body}{body}\n{body}==\n-----END PRIVATE KEY-----\n")
}

/// Fails where a text holds a planted secret, with the line that does.
#[track_caller]
pub fn assert_none(what: &str, text: &str) {
    let leaks =
        |line: &&str| line.to_lowercase().contains(SECRET) || ENCODED.iter().any(|encoded| line.contains(encoded));
    if let Some(line) = text.lines().find(leaks) {
        panic!("{what} holds a planted secret: {line}");
    }
}

/// Every file below a folder, as text.
#[track_caller]
pub fn assert_none_in_files(repository: &Repository, files: &[&str]) {
    for file in files {
        assert_none(file, &repository.read(file));
    }
}

/// One place of an answer that gets a secret.
pub struct Plant {
    /// The collection.
    pub api: &'static str,
    /// Where in its first item, as a JSON pointer; what is missing on the way is made.
    pub at: &'static str,
    /// What is put there.
    pub value: Value,
}

fn plant(api: &'static str, at: &'static str, value: Value) -> Plant {
    Plant { api, at, value }
}

/// Environment variables, named like secrets and innocently.
fn environment(place: &str) -> Value {
    json!([
        {"name": "DB_PASSWORD", "value": secret(place)},
        {"name": "DSN", "value": format!("host=10.0.0.3 {}", secret(place))},
        {"name": "PIN", "value": secret(place).len()},
        {"name": "NESTED", "value": {"inner": [secret(place)]}},
        {"name": "CACHE_URL", "value": format!("redis://{0}:{0}@10.0.0.3:6379/{0}?{0}#{0}", secret(place))},
        {"name": "BROKEN_URL", "value": format!("postgres://u:12/{}@10.0.0.3/db", secret(place))},
        {"name": "USER_ENDPOINTS", "value": format!("jane.{}:1234", secret(place))},
    ])
}

/// Command-line arguments that hold secrets.
fn arguments(place: &str) -> Value {
    let secret = secret(place);
    json!([
        format!("--db-password {secret}"),
        "--token",
        secret,
        format!("--api-key={secret}"),
        format!("DB_PASS={secret}"),
        format!("postgres://app:p@{secret}@10.0.0.3/db"),
        format!("Authorization: Basic {secret}")
    ])
}

/// A manifest in a text, as `kubectl` leaves it in an annotation.
fn manifest(place: &str) -> Value {
    Value::String(json!({"spec": {"containers": [{"env": [{"name": "DSN", "value": secret(place)}]}]}}).to_string())
}

/// Where secrets may stand in what Google Cloud answers. The table grows with the collections that are read.
pub fn plants() -> Vec<Plant> {
    let text = |place: &str| json!(format!("password={} redis://:{}@10.0.0.3/0", secret(place), secret(place)));
    vec![
        plant("run.services", "/template/containers/0/env", environment("service-env")),
        plant("run.services", "/template/containers/0/args", arguments("service-args")),
        plant(
            "run.services",
            "/template/containers/0/command",
            json!(["sh", "-c", format!("run --password {}", secret("command"))]),
        ),
        plant("run.services", "/template/annotations/last-applied", manifest("manifest")),
        plant("run.services", "/labels/cert", json!(private_key("label"))),
        plant(
            "run.services",
            "/annotations/cache",
            json!(format!("redis://:{}@10.0.0.3:6379/0", secret("annotation"))),
        ),
        plant("run.services", "/annotations/deploy-token", json!(secret("annotation-name"))),
        plant("run.services", "/uri", json!(format!("https://u:{}@x.run.app", secret("uri")))),
        plant("run.services", "/passwords", json!([secret("new-field"), {"of": secret("new-field")}])),
        plant("run.services", "/terminalCondition/message", text("condition")),
        plant("run.revisions", "/containers/0/env", environment("revision-env")),
        plant("run.revisions", "/containers/0/args", arguments("revision-args")),
        plant("run.revisions", "/containers/0/livenessProbe/httpGet/httpHeaders", environment("header")),
        plant("run.jobs", "/template/template/containers/0/env", environment("job-env")),
        plant("run.jobs", "/template/template/containers/0/args", arguments("job-args")),
        plant("run.workerPools", "/template/containers/0/env", environment("pool-env")),
        plant("vpcaccess.operations", "/error/message", text("operation")),
        plant("vpcaccess.operations", "/metadata/apiKey", json!(secret("operation-metadata"))),
        plant("sqladmin.instances", "/rootPassword", json!(secret("root-password"))),
        plant("sqladmin.instances", "/settings/databaseFlags", environment("database-flag")),
        plant(
            "sqladmin.instances",
            "/replicaConfiguration/mysqlReplicaConfiguration/password",
            json!(secret("replica")),
        ),
        plant("redis.instances", "/authString", json!(secret("auth-string"))),
        plant("redis.clusters", "/authString", json!(secret("cluster-auth"))),
        plant("cloudresourcemanager.iamPolicy", "/bindings/0/condition/expression", text("iam-expression")),
        plant("cloudresourcemanager.iamPolicy", "/bindings/0/condition/description", text("iam-description")),
        plant(
            "logging.entries",
            "/protoPayload/request/service/spec/template/spec/containers/0/env",
            environment("log-request"),
        ),
        plant(
            "logging.entries",
            "/protoPayload/response/spec/template/spec/containers/0/args",
            arguments("log-response"),
        ),
        plant("logging.entries", "/protoPayload/status/message", text("log-status")),
        plant("monitoring.timeSeries", "/metric/labels/token", json!(secret("metric"))),
        plant("serviceusage.services", "/config/authentication/clientSecret", json!(secret("service-config"))),
        plant("servicenetworking.connections", "/privateKey", json!(private_key("connection"))),
    ]
}

/// An error body with secrets wherever Google writes texts.
pub fn error_body(code: u16) -> Value {
    let secret = secret("error-body");
    json!({"error": {
        "code": code,
        "status": "PERMISSION_DENIED",
        "message": format!("password={secret} postgres://u:{secret}@h/db Authorization: Bearer {secret}{secret}"),
        "errors": [{"reason": "forbidden", "message": format!("token={secret}")}],
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED",
            "metadata": {"access_token": secret, "authorization": format!("Bearer {secret}{secret}")}}],
    }})
}

/// Plants every secret of the table in a state. Collections that it does not hold are added.
pub fn plant_state(state: &mut Value, project: &str, region: &str) {
    let answers = state["answers"].as_array_mut().unwrap();
    for plant in plants() {
        let held = answers.iter().position(|answer| answer["api"] == plant.api && answer["items"][0].is_object());
        let held = held.or_else(|| answers.iter().position(|answer| answer["api"] == plant.api));
        let at = held.unwrap_or_else(|| {
            let regional = ["run.", "vpcaccess."].iter().any(|start| plant.api.starts_with(start));
            let mut answer = json!({"api": plant.api, "project": project, "items": [{"name": "planted"}]});
            if regional {
                answer["region"] = json!(region);
            }
            answers.push(answer);
            answers.len() - 1
        });
        if !answers[at]["items"][0].is_object() {
            answers[at]["items"] = json!([{"name": "planted"}]);
        }
        put(&mut answers[at]["items"][0], plant.at, plant.value);
    }
}

/// Puts a value at a pointer; objects and lists that are missing on the way are made.
fn put(into: &mut Value, pointer: &str, value: Value) {
    let mut here = into;
    for part in pointer.split('/').skip(1) {
        if let Ok(index) = part.parse::<usize>() {
            if !here.is_array() {
                *here = json!([]);
            }
            let items = here.as_array_mut().unwrap();
            while items.len() <= index {
                items.push(json!({}));
            }
            here = &mut items[index];
        } else {
            if !here.is_object() {
                *here = json!({});
            }
            here = &mut here[part];
        }
    }
    *here = value;
}

/// Lets every answer fail with a status, and with secrets in its error.
pub fn fail_all(state: &mut Value, status: &str, code: u16) {
    for answer in state["answers"].as_array_mut().unwrap() {
        answer["status"] = json!(status);
        answer["http_status"] = json!(code);
        answer["detail"] = json!(format!("password={}", secret("detail")));
        answer["error"] = error_body(code);
    }
}
