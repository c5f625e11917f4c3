//! Secrets planted wherever the tool reads, and looked for in everything that it writes: see [`leaks`] for the table.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::common::leaks::{self, assert_none, assert_none_in_files, private_key, secret};
use super::common::{Outcome, Repository, binary};

/// The staging fixture with secrets in its state, its Terraform, its scripts and in what gcloud printed.
fn planted() -> Repository {
    let repository = Repository::copy_of("staging");
    repository.change_state(|state| {
        leaks::plant_state(state, "netra-staging", "us-central1");
        let answers = state["answers"].as_array_mut().unwrap();
        let denied =
            answers.iter_mut().find(|answer| answer["api"] == "run.revisions" && answer["region"] == "us-east1");
        let denied = denied.unwrap();
        denied["status"] = json!("denied");
        denied["detail"] = json!(format!("password={0} postgres://u:{0}@h/db", secret("detail")));
        denied["error"] = leaks::error_body(403);
    });
    plant_printed(&repository);
    plant_declarations(&repository);
    repository
}

/// Secrets in what gcloud prints: a service by itself, and one in an entry of the audit log.
fn plant_printed(repository: &Repository) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gcloud_json");
    let read =
        |name: &str| -> Value { serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap() };
    let plant = |service: &mut Value, place: &str| {
        let container = &mut service["spec"]["template"]["spec"]["containers"][0];
        container["env"] =
            json!([{"name": "DSN", "value": secret(place)}, {"name": "API_KEY", "value": secret(place)}]);
        container["args"] = json!(["--token", secret(place), format!("--db-password {}", secret(place))]);
        let manifest = json!({"env": [{"name": "A", "value": secret(place)}]}).to_string();
        service["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = json!(manifest);
        service["status"]["conditions"][0]["message"] = json!(format!("password={}", secret(place)));
    };
    let mut service = read("single/checkout.json");
    plant(&mut service, "printed-service");
    let mut log = read("printed/log.json");
    plant(&mut log[0]["protoPayload"]["response"], "printed-log");
    log[0]["protoPayload"]["authenticationInfo"]["accessToken"] = json!(secret("printed-principal"));
    repository.write("printed/checkout.json", &service.to_string());
    repository.write("printed/log.json", &log.to_string());
    repository.write("printed/broken.json", &format!("[{{\"password\": \"{}\", ", secret("printed-broken")));
    repository.write("printed/odd.json", &json!({"kind": format!("password={}", secret("printed-kind"))}).to_string());
}

/// Secrets in Terraform and deploy scripts.
fn plant_declarations(repository: &Repository) {
    repository.write(
        "terraform/leaks.tf",
        r#"
variable "api_token" {
  default = "hunter2"
}
locals {
  one_line = [{ name = "DB_PASSWORD", value = "hunter2" }]
  url      = "redis://:hunter2@10.0.0.3:6379/0"
}
resource "google_cloud_run_v2_service" "leaks" {
  name     = "leaks"
  project  = "netra-staging"
  location = "us-central1"
  template {
    vpc_access {
      connector = local.url
      egress    = "redis://:hunter2@10.0.0.3:6379/0"
    }
    containers {
      image = "x"
      args  = ["--db-password", "hunter2", "--password hunter2"]
      env {
        name  = "DB_PASSWORD"
        value = "hunter2"
      }
      env {
        name  = "OTHER"
        value = var.api_token
      }
    }
  }
}
output "innocent" {
  value = "x-${var.api_token}"
}
"#,
    );
    repository.write(
        "scripts/leaks.sh",
        r#"#!/bin/bash
gcloud run deploy netra-backend-staging --project netra-staging --region us-central1 --vpc-connector other --set-env-vars=DB_PASSWORD=hunter2,FOO=1 --vpc-egress all-traffic
if [ "$API_TOKEN" = "hunter2" ]; then
  gcloud run deploy netra-auth-staging --project netra-staging --region us-central1 --vpc-connector "redis://:hunter2@h/0" --set-env-vars "DB_PASS=a hunter2" --password hunter2
fi
"#,
    );
    repository.write(
        "scripts/leaks.py",
        r#"import subprocess
subprocess.run(["gcloud", "run", "deploy", "netra-backend-staging", "--project", "netra-staging", "--region", "us-central1", "--vpc-connector", "zz", "--set-env-vars", "DATABASE_URL=postgres://app:hunter2@10.0.0.3/db"])
ENV = {"name": "DB_PASSWORD", "value": "hunter2"}; subprocess.run(["gcloud", "run", "deploy", "netra-auth-staging", "--project", "netra-staging", "--region", "us-central1", "--vpc-connector", "zz", "--password", "hunter2"])
"#,
    );
    repository.replace(
        "gcp-drift.toml",
        r#"paths = ["scripts/deploy_to_gcp.py", "#,
        r#"paths = ["scripts/leaks.sh", "scripts/leaks.py", "scripts/deploy_to_gcp.py", "#,
    );
}

/// Files with credentials, and an environment that leads to them.
fn plant_credentials(repository: &Repository) -> Vec<(&'static str, String)> {
    let key = json!({
        "type": "service_account",
        "project_id": "netra-staging",
        "private_key_id": secret("key-id"),
        "private_key": private_key("key-file"),
        "client_email": "drift@netra-staging.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": format!("http://u:{}@127.0.0.1:9/token", secret("token-uri")),
    });
    repository.write("credentials/key.json", &key.to_string());
    let user = json!({"type": "authorized_user", "client_id": "1", "client_secret": secret("client-secret"),
        "refresh_token": secret("refresh-token")});
    repository.write("credentials/user.json", &user.to_string());
    repository.write("credentials/broken.json", &format!("{{\"private_key\": \"{}", secret("broken-key")));
    vec![
        ("GOOGLE_OAUTH_ACCESS_TOKEN", format!("ya29.{}", secret("access-token"))),
        ("CLOUDSDK_AUTH_ACCESS_TOKEN", format!("ya29.{}", secret("sdk-token"))),
        ("GCP_DRIFT_REDACTION_KEY", format!("{0}{0}", secret("redaction-key"))),
        ("TF_VAR_api_token", secret("terraform-variable")),
        ("RUST_LOG", "trace".to_owned()),
        ("RUST_BACKTRACE", "full".to_owned()),
    ]
}

/// Runs the binary with an environment.
fn run(repository: &Repository, arguments: &[&str], environment: &[(&'static str, String)]) -> Outcome {
    let output = binary()
        .args(arguments)
        .current_dir(repository.path())
        .env("HOME", repository.join("home"))
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    Outcome {
        code: output.status.code().expect("the program was not killed"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs a command and searches all that it printed.
#[track_caller]
fn silent(repository: &Repository, arguments: &[&str], environment: &[(&'static str, String)]) -> Outcome {
    let outcome = run(repository, arguments, environment);
    assert!(!outcome.stderr.contains("panicked"), "{arguments:?}: {}", outcome.stderr);
    assert_none(&format!("stdout of {arguments:?}"), &outcome.stdout);
    assert_none(&format!("stderr of {arguments:?}"), &outcome.stderr);
    outcome
}

/// The formats that `check` knows, from its own help, so that a new one is searched as well.
fn formats(repository: &Repository) -> Vec<String> {
    let help = repository.run(&["check", "--help"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let known = help.split("Formats: ").nth(1).unwrap().split(" -").next().unwrap();
    let words = known.split([',', ' ', '[']).map(str::trim).filter(|word| !word.is_empty());
    words.take_while(|word| word.chars().all(char::is_alphanumeric)).map(str::to_owned).collect()
}

#[test]
fn nothing_that_is_written_holds_a_planted_secret() {
    let repository = planted();
    let environment = plant_credentials(&repository);
    let formats = formats(&repository);
    assert!(formats.contains(&"text".to_owned()) && formats.contains(&"json".to_owned()), "{formats:?}");
    for (at, live) in ["emulator:live/state.json", "snapshot:live/state.json", "gcloud:printed"].into_iter().enumerate()
    {
        let (recording, snapshot) = (format!("recorded-{at}.json"), format!("snapshot-{at}.json"));
        for format in &formats {
            let output = format!("{format}=report-{at}.{format}");
            let arguments = ["check", "--live", live, "--format", format, "--output", &output, "--record", &recording];
            let outcome = silent(&repository, &arguments, &environment);
            assert!([2, 3].contains(&outcome.code), "{live}: {}", outcome.stderr);
            silent(&repository, &["check", "--replay", &recording, "--format", format], &environment);
            assert_none(&output, &repository.read(&format!("report-{at}.{format}")));
        }
        silent(&repository, &["show", "live", "--live", live], &environment);
        silent(&repository, &["snapshot", "--to", &snapshot, "--live", live], &environment);
        let again = format!("again-{at}.json");
        silent(&repository, &["snapshot", "--to", &again, "--live", &format!("snapshot:{snapshot}")], &environment);
        assert_none_in_files(&repository, &[&recording, &snapshot, &again]);
        // What was planted was also read: the sources are not simply skipped.
        assert!(repository.read(&snapshot).contains("[redacted:"), "{live}");
    }
    for arguments in [
        &["show", "terraform"][..],
        &["show", "deploy", "scripts/leaks.sh", "scripts/leaks.py"],
        &["show", "tests"],
        &["eval", "--dir", "terraform", "var.api_token", "local.one_line", "local.url"],
        &["init", "--force"],
        &["explain", "connector-missing"],
        &["--help"],
        &["check", "--help"],
    ] {
        silent(&repository, arguments, &environment);
    }
    let shown = repository.run(&["show", "deploy", "scripts/leaks.sh", "scripts/leaks.py"]).json();
    assert!(shown["commands"].as_array().unwrap().len() >= 2, "{shown}");
}

#[test]
fn of_variables_that_may_be_read_no_secret_is_written() {
    let repository = planted();
    let environment = plant_credentials(&repository);
    let config = repository.read("gcp-drift.toml");
    repository.write("gcp-drift.toml", &format!("{config}\n[connectivity]\nenvironment = [\"*\"]\n"));
    for (at, live) in ["emulator:live/state.json", "snapshot:live/state.json", "gcloud:printed"].into_iter().enumerate()
    {
        let (recording, snapshot) = (format!("recorded-{at}.json"), format!("snapshot-{at}.json"));
        silent(&repository, &["check", "--live", live, "--format", "json", "--record", &recording], &environment);
        silent(&repository, &["show", "live", "--live", live], &environment);
        silent(&repository, &["snapshot", "--to", &snapshot, "--live", live], &environment);
        assert_none_in_files(&repository, &[&recording, &snapshot]);
        for format in ["text", "json", "mermaid", "dot"] {
            let workload = if at == 2 { "checkout" } else { "netra-backend-staging" };
            let arguments = ["diagnose", workload, "--live", live, "--format", format, "--record", &recording];
            silent(&repository, &arguments, &environment);
            silent(&repository, &["diagnose", workload, "--replay", &recording, "--format", format], &environment);
        }
        assert_none_in_files(&repository, &[&recording]);
    }
    // The variables were read, and what they lead to was kept.
    assert!(repository.read("snapshot-1.json").contains("redis://10.0.0.3:6379"));
}

#[test]
fn every_planted_secret_of_a_state_is_read_and_none_is_kept() {
    let repository = Repository::copy_of("staging");
    repository.change_state(|state| leaks::plant_state(state, "netra-staging", "us-central1"));
    let outcome = repository.run(&["snapshot", "--to", "out.json", "--live", "snapshot:live/state.json"]);
    assert!([0, 3].contains(&outcome.code), "{}", outcome.stderr);
    let state = |file: &str| serde_json::from_str::<Value>(&repository.read(file)).unwrap();
    let (before, after) = (state("live/state.json"), state("out.json"));
    for plant in leaks::plants() {
        let find = |state: &Value| {
            let answers = state["answers"].as_array().unwrap().iter().filter(|answer| answer["api"] == plant.api);
            answers.filter_map(|answer| answer["items"][0].pointer(plant.at)).next().unwrap().to_string()
        };
        let (planted, kept) = (find(&before), find(&after));
        let place = format!("{} {}", plant.api, plant.at);
        assert!(planted.contains(leaks::SECRET), "{place}: {planted}");
        assert!(kept.contains("[redacted"), "{place}: {kept}");
        assert_none(&place, &kept);
    }
}

#[test]
fn errors_that_hold_secrets_are_told_without_them() {
    for (status, code) in
        [("denied", 403), ("disabled", 403), ("unreachable", 500), ("malformed", 200), ("not-asked", 404)]
    {
        let repository = planted();
        let environment = plant_credentials(&repository);
        repository.change_state(|state| leaks::fail_all(state, status, code));
        for live in ["emulator:live/state.json", "snapshot:live/state.json"] {
            let arguments = ["check", "--only", "vpc", "--format", "json", "--live", live, "--record", "recorded.json"];
            let outcome = silent(&repository, &arguments, &environment);
            assert!([2, 3].contains(&outcome.code), "{status} {live}: {}", outcome.stderr);
            silent(&repository, &["check", "--replay", "recorded.json"], &environment);
            silent(&repository, &["show", "live", "--live", live], &environment);
            silent(&repository, &["snapshot", "--to", "snapshot.json", "--live", live], &environment);
            assert_none_in_files(&repository, &["recorded.json", "snapshot.json"]);
        }
    }
}

/// Every kind of fault once, for ever, whatever is asked.
fn every_fault() -> Vec<Value> {
    let mut all: Vec<Value> = [
        "unauthenticated",
        "permission-denied",
        "api-disabled",
        "rate-limit-exceeded",
        "not-found",
        "internal-error",
        "bad-gateway",
        "unavailable",
        "reset",
        "truncated",
        "malformed",
        "wrong-type",
        "repeat-page-token",
        "cyclic-pages",
    ]
    .map(|word| json!(word))
    .into();
    let value = secret("fault");
    all.push(json!({"too-many-requests": {"retry_after": 0, "quota_limit": format!("token={value}")}}));
    all.push(json!({"body": format!("{{\"password\": \"{value}\", \"error\": \"token={value}\"")}));
    all.push(json!({"body": json!({"services": [{"description": format!("password={value}")}]}).to_string()}));
    all.push(json!({"status": {"code": 403, "status": format!("token={value}")}}));
    all.push(json!({"unreachable": {"locations": [format!("password={value}")]}}));
    all.push(json!({"drip": {"bytes": 4096, "every_ms": 5}}));
    all
}

#[test]
fn whatever_goes_wrong_no_command_repeats_a_secret() {
    let each = |fault: Value| {
        let repository = planted();
        let environment = plant_credentials(&repository);
        repository.replace("gcp-drift.toml", "[live]\n", "[live]\nmax_seconds = 4\nrequests_per_second = 1000\n");
        repository.change_state(|state| state["faults"] = json!([{"path": "/", "kind": fault}]));
        let asked = ["--connectivity", "--audit-logs", "--connector-load"];
        let with = |arguments: &[&'static str]| [arguments, &asked[..]].concat();
        silent(&repository, &with(&["check", "--only", "vpc", "--record", "recorded.json"]), &environment);
        silent(&repository, &with(&["check", "--only", "vpc", "--format", "json"]), &environment);
        silent(&repository, &with(&["show", "live"]), &environment);
        silent(&repository, &with(&["snapshot", "--to", "snapshot.json"]), &environment);
        silent(&repository, &with(&["doctor"]), &environment);
        silent(&repository, &with(&["doctor", "--format", "json"]), &environment);
        assert_none_in_files(&repository, &["recorded.json", "snapshot.json"]);
    };
    // Most of them wait most of the time.
    std::thread::scope(|scope| {
        for fault in every_fault() {
            scope.spawn(|| each(fault));
        }
    });
}

#[test]
fn credentials_that_cannot_be_used_are_not_repeated() {
    let repository = planted();
    let environment = plant_credentials(&repository);
    for file in ["key.json", "user.json", "broken.json", "none.json"] {
        let path = repository.join("credentials").join(file).display().to_string();
        let with_file: Vec<_> = environment.iter().cloned().chain([("GOOGLE_APPLICATION_CREDENTIALS", path)]).collect();
        let arguments = ["check", "--live", "gcp", "--only", "vpc", "--format", "json", "--record", "recorded.json"];
        let outcome = silent(&repository, &arguments, &with_file);
        assert!([2, 3].contains(&outcome.code), "{file}: {}", outcome.stderr);
        silent(&repository, &["snapshot", "--to", "snapshot.json", "--live", "gcp"], &with_file);
        assert_none_in_files(&repository, &["recorded.json", "snapshot.json"]);
    }
}

#[test]
fn files_that_cannot_be_read_are_not_repeated() {
    let repository = planted();
    let environment = plant_credentials(&repository);
    let value = secret("damaged");
    for (file, text) in [
        ("state.json", format!("{{\"format\": \"password={value}\", \"version\": 1}}")),
        ("state.json", format!("{{\"format\": \"gcp-drift/live-state\", \"version\": 1, \"token={value}\": 1}}")),
        ("state.json", format!("{{\"format\": \"gcp-drift/live-state\", \"version\": \"password={value}\"}}")),
    ] {
        repository.write(file, &text);
        for live in ["snapshot:state.json", "emulator:state.json", "gcloud:state.json"] {
            silent(&repository, &["check", "--only", "vpc", "--live", live], &environment);
        }
    }
}

#[test]
fn an_emulator_serves_no_secret() {
    use std::io::{BufRead, BufReader, Read, Write};
    let repository = planted();
    let mut child = Command::new(env!("CARGO_BIN_EXE_gcp-drift"))
        .args(["emulate", "--from", "live/state.json"])
        .current_dir(repository.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().trim_start_matches("http://").to_owned();
    let get = |path: &str| {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let place = "projects/netra-staging/locations";
    let services = get(&format!("/v2/{place}/us-central1/services"));
    let refused = get(&format!("/v2/{place}/us-east1/services/-/revisions"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(services.contains("200 OK") && services.contains("DB_PASSWORD"), "{services}");
    assert!(refused.contains("403"), "{refused}");
    assert_none("services", &services);
    assert_none("refused", &refused);
}
