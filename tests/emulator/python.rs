//! Google's Python clients, which `make clients` installs outside of version control.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{Program, items, skip, state};

/// The folder of the virtual environment.
pub fn environment() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target")).join("clients")
}

/// What a workload's access to the VPC should read like.
fn vpc_access(access: &Value) -> Value {
    let text = |value: &Value| json!(value.as_str().unwrap_or_default());
    let interfaces = access["networkInterfaces"].as_array().into_iter().flatten();
    let interfaces: Vec<Value> =
        interfaces.map(|item| json!([text(&item["network"]), text(&item["subnetwork"])])).collect();
    let egress = access["egress"].as_str().unwrap_or("VPC_EGRESS_UNSPECIFIED");
    json!({"connector": text(&access["connector"]), "egress": egress, "interfaces": interfaces})
}

#[test]
fn the_python_clients_list_what_the_state_holds() {
    let python = environment().join("bin/python");
    if !python.is_file() {
        return skip("make clients has not been run");
    }
    let program = Program::start(&[]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/list.py");
    let output = Command::new(python)
        .arg(script)
        .args([&*program.base_url, "shop-staging", "europe-west1"])
        .env_remove("http_proxy")
        .env("NO_PROXY", "*")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();

    let state = state();
    let west = |item: &Value| item["name"].as_str().unwrap().contains("/europe-west1/");
    let of = |api: &str, convert: fn(&Value) -> Value| -> Value {
        items(&state, api).iter().filter(|item| west(item)).map(convert).collect()
    };
    let services = of("run.services", |item| {
        json!({
            "name": item["name"], "ingress": item["ingress"], "state": item["terminalCondition"]["state"],
            "generation": item["generation"].as_str().unwrap().parse::<u64>().unwrap(),
            "vpc": vpc_access(&item["template"]["vpcAccess"]),
        })
    });
    assert_eq!(seen["services"], services);
    let revisions = of("run.revisions", |item| json!({"name": item["name"], "vpc": vpc_access(&item["vpcAccess"])}));
    let of_services: Value = revisions
        .as_array()
        .unwrap()
        .iter()
        .filter(|revision| revision["name"].as_str().unwrap().contains("/services/"))
        .cloned()
        .collect();
    assert_eq!(seen["revisions"], of_services);
    let jobs = of("run.jobs", |item| {
        let vpc = vpc_access(&item["template"]["template"]["vpcAccess"]);
        json!({"name": item["name"], "executions": item["executionCount"], "vpc": vpc})
    });
    assert_eq!(seen["jobs"], jobs);
    let pools =
        of("run.workerPools", |item| json!({"name": item["name"], "vpc": vpc_access(&item["template"]["vpcAccess"])}));
    assert_eq!(seen["worker_pools"], pools);
    let connectors = of("vpcaccess.connectors", |item| {
        json!({
            "name": item["name"], "state": item["state"], "network": item["network"], "max": item["maxThroughput"],
            "range": item["ipCidrRange"].as_str().unwrap_or_default(),
        })
    });
    assert_eq!(seen["connectors"], connectors);
    assert_eq!(seen["service"], "https://checkout-x7k2c5qzva-ew.a.run.app");
}
