//! Secrets planted wherever the tool reads, and looked for in everything that it writes.

use serde_json::json;

use super::common::Repository;

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nhunter2hunter2\nhunter2==\n-----END PRIVATE KEY-----\n";

fn planted() -> Repository {
    let repository = Repository::copy_of("staging");
    repository.change_state(|state| {
        let answers = state["answers"].as_array_mut().unwrap();
        let service = &mut answers[0]["items"][0];
        service["labels"]["cert"] = json!(KEY);
        service["annotations"]["cache"] = json!("redis://:hunter2@10.0.0.3:6379/0");
        service["passwords"] = json!(["hunter2", {"of": "hunter2"}]);
        service["uri"] = json!("https://u:hunter2@x.run.app");
        let container = &mut service["template"]["containers"][0];
        container["env"] = json!([{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "DSN", "value": "a hunter2"}]);
        container["args"] = json!(["--db-password hunter2", "--token", "hunter2", "postgres://u:p@hunter2@h/db"]);
        container["command"] = json!(["sh", "-c", "run --password hunter2"]);
        let revisions =
            answers.iter_mut().find(|answer| answer["api"] == "run.revisions" && answer["region"] == "us-east1");
        let revisions = revisions.unwrap();
        revisions["status"] = json!("denied");
        revisions["detail"] = json!("password=hunter2 postgres://u:hunter2@h/db");
        revisions["error"] = json!({"error": {"code": 403, "message": "password=hunter2"}});
    });
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
    repository
}

#[test]
fn nothing_that_is_written_holds_a_planted_secret() {
    let repository = planted();
    let snapshot = "snapshot:live/state.json";
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--record", "recorded.json"],
        &["check", "--replay", "recorded.json"],
        &["check", "--live", snapshot, "--record", "recorded-snapshot.json"],
        &["snapshot", "--to", "snapshot.json"],
        &["snapshot", "--to", "snapshot-again.json", "--live", snapshot],
        &["show", "terraform"],
        &["show", "deploy", "scripts/leaks.sh", "scripts/leaks.py"],
        &["show", "live"],
        &["show", "live", "--live", snapshot],
        &["show", "tests"],
        &["eval", "--dir", "terraform", "var.api_token", "local.one_line", "local.url"],
    ] {
        let outcome = repository.run(arguments);
        assert!([0, 2, 3].contains(&outcome.code), "{arguments:?}: {}", outcome.stderr);
        for text in [&outcome.stdout, &outcome.stderr] {
            let leak = text.lines().find(|line| line.to_lowercase().contains("hunter2"));
            assert_eq!(leak, None, "{arguments:?}");
        }
    }
    for file in ["recorded.json", "recorded-snapshot.json", "snapshot.json", "snapshot-again.json"] {
        let leak = repository.read(file).lines().find(|line| line.contains("hunter2")).map(str::to_owned);
        assert_eq!(leak, None, "{file}");
    }
    // What was planted was also read: the sources are not simply skipped.
    let shown = repository.run(&["show", "deploy", "scripts/leaks.sh", "scripts/leaks.py"]).json();
    assert!(shown["commands"].as_array().unwrap().len() >= 2, "{shown}");
    assert!(repository.read("snapshot.json").contains("DB_PASSWORD"));
}
