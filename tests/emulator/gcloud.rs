//! The real `gcloud`, pointed at the emulator.

use std::ffi::OsString;
use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Program, assert_holds, items, skip, state};

/// A `gcloud` that knows nobody but the emulator.
struct Gcloud {
    config: TempDir,
    program: Program,
}

impl Gcloud {
    /// `None` where there is none on this machine.
    fn start(arguments: &[&str]) -> Option<Self> {
        let version = Command::new("gcloud").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if version.is_err() {
            skip("gcloud is not on PATH");
            return None;
        }
        Some(Self { config: TempDir::new().unwrap(), program: Program::start(arguments) })
    }

    /// What a command prints as JSON.
    #[track_caller]
    fn json(&self, command: &str) -> Value {
        let output = self.run(command);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "gcloud {command}: {stderr}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("gcloud {command}: {error}: {stderr}"))
    }

    fn run(&self, command: &str) -> Output {
        let base_url = &self.program.base_url;
        let mut gcloud = Command::new("gcloud");
        gcloud.args(command.split(' ')).args(["--format=json", "--project=shop-staging", "--quiet"]);
        for api in ["RUN", "VPCACCESS", "COMPUTE", "SQL", "REDIS", "CLOUDRESOURCEMANAGER", "SERVICEUSAGE", "LOGGING"] {
            gcloud.env(format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}"), format!("{base_url}/"));
        }
        gcloud
            .env("CLOUDSDK_CONFIG", self.config.path())
            .env("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true")
            .env("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "true")
            .env("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "true")
            // Regional commands put the region in front of the host, which only a proxy can resolve.
            .env("http_proxy", base_url)
            .env("no_proxy", OsString::new());
        gcloud.output().unwrap()
    }
}

fn names(list: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        list.as_array().unwrap().iter().map(|item| item["metadata"]["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn gcloud_run_lists_and_describes() {
    let Some(gcloud) = Gcloud::start(&[]) else { return };
    let everywhere = gcloud.json("run services list");
    assert_eq!(names(&everywhere), ["catalog", "checkout", "mailer", "search", "stock"]);
    let here = gcloud.json("run services list --region europe-west1");
    assert_eq!(names(&here), ["catalog", "checkout", "search", "stock"]);

    let service = gcloud.json("run services describe checkout --region europe-west1");
    let connector = "projects/shop-staging/locations/europe-west1/connectors/shop-connector";
    let annotations = json!({
        "run.googleapis.com/vpc-access-connector": connector,
        "run.googleapis.com/vpc-access-egress": "private-ranges-only",
        "autoscaling.knative.dev/minScale": "1",
    });
    let expected = json!({
        "metadata": {"generation": 14, "labels": {"team": "payments"}},
        "spec": {"template": {
            "metadata": {"annotations": annotations},
            "spec": {"serviceAccountName": "runtime@shop-staging.iam.gserviceaccount.com"},
        }},
        "status": {"url": "https://checkout-x7k2c5qzva-ew.a.run.app", "latestReadyRevisionName": "checkout-00014-kux"},
    });
    assert_holds(&service, &expected, "service");

    let revisions = gcloud.json("run revisions list --region europe-west1 --service checkout");
    assert_eq!(names(&revisions), ["checkout-00013-abc", "checkout-00014-kux"]);
    let revision = gcloud.json("run revisions describe checkout-00013-abc --region europe-west1");
    let annotations = json!({
        "run.googleapis.com/vpc-access-connector":
            "projects/shop-staging/locations/europe-west1/connectors/old-connector",
        "run.googleapis.com/vpc-access-egress": "all-traffic",
    });
    assert_holds(&revision, &json!({"metadata": {"annotations": annotations}}), "revision");

    assert_eq!(names(&gcloud.json("run jobs list")), ["migrate"]);
    let job = gcloud.json("run jobs describe migrate --region europe-west1");
    let annotations = json!({
        "run.googleapis.com/vpc-access-connector": connector, "run.googleapis.com/vpc-access-egress": "all-traffic",
    });
    let expected = json!({
        "spec": {"template": {"metadata": {"annotations": annotations}}},
        "status": {"executionCount": 7, "latestCreatedExecution": {"name": "migrate-8zkwq"}},
    });
    assert_holds(&job, &expected, "job");
}

#[test]
fn gcloud_lists_and_describes_what_workloads_connect_to() {
    let Some(gcloud) = Gcloud::start(&[]) else { return };
    let state = state();
    for (api, list, describe) in [
        (
            "vpcaccess.connectors",
            "compute networks vpc-access connectors list --region europe-west1",
            "compute networks vpc-access connectors describe shop-connector --region europe-west1",
        ),
        ("compute.networks", "compute networks list", "compute networks describe shop-vpc"),
        (
            "compute.subnetworks",
            "compute networks subnets list",
            "compute networks subnets describe connectors --region europe-west1",
        ),
        ("sqladmin.instances", "sql instances list", "sql instances describe shop-db"),
        (
            "redis.instances",
            "redis instances list --region europe-west1",
            "redis instances describe sessions --region europe-west1",
        ),
        ("compute.firewalls", "compute firewall-rules list", "compute firewall-rules describe allow-connector-to-db"),
        ("compute.routers", "compute routers list", "compute routers describe shop-router --region europe-west1"),
    ] {
        let items = items(&state, api);
        let listed = gcloud.json(list);
        let listed = listed.as_array().unwrap();
        assert_eq!(listed.len(), items.len(), "{list}");
        for item in &items {
            let own = listed.iter().find(|found| found["name"] == item["name"]);
            assert_holds(own.unwrap_or(&Value::Null), item, list);
        }
        assert_holds(&gcloud.json(describe), &items[0], describe);
    }
}

#[test]
fn gcloud_understands_the_refusals() {
    let folder = TempDir::new().unwrap();
    let faults = folder.path().join("faults.yaml");
    let text = "- {path: /-/services, kind: permission-denied}\n- {path: /connectors, kind: api-disabled}\n\
                - {path: /networks, kind: {too-many-requests: {retry_after: 1}}}\n\
                - {path: /sql/, times: 1, kind: unavailable}\n";
    fs::write(&faults, text).unwrap();
    let Some(gcloud) = Gcloud::start(&["--faults", faults.to_str().unwrap()]) else { return };
    for (command, said) in [
        ("run services list", "PERMISSION_DENIED: Permission 'run.services.list' denied"),
        ("compute networks vpc-access connectors list --region europe-west1", "reason: SERVICE_DISABLED"),
        ("compute networks list", "Quota exceeded for quota metric 'Read requests'"),
    ] {
        let output = gcloud.run(command);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && stderr.contains(said), "gcloud {command}: {stderr}");
    }
    assert_eq!(gcloud.json("sql instances list")[0]["name"], "shop-db", "what may pass is asked again");
}
