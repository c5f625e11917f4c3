//! `show` and `eval` print what was understood.

use serde_json::{Value, json};

use super::common::{Repository, list};

#[test]
fn show_terraform_prints_resources_with_values_and_reasons() {
    let repository = Repository::copy_of("staging");
    let shown = repository.run(&["show", "terraform"]).expect_code(0).json();
    assert_eq!(shown["schema_version"], 1);
    let resource = |address: &str| {
        list(&shown, "resources")
            .iter()
            .find(|resource| resource["address"] == address)
            .unwrap_or_else(|| panic!("{address} is not shown"))
            .clone()
    };
    let main = resource("google_vpc_access_connector.main");
    assert_eq!(main["values"]["min_throughput"], 300);
    assert_eq!(main["values"]["name"], "netra-vpc-connector");
    assert_eq!(main["origin"]["file"], "terraform/connector.tf");
    let id = "projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector";
    assert_eq!(main["derived"], json!({ "id": id, "self_link": id, "project": "netra-staging" }));
    assert_eq!(resource("google_vpc_access_connector.dr[0]")["index"], 0);
    let service = resource("google_cloud_run_v2_service.service[\"netra-backend-staging\"]");
    let access = &service["values"]["template"][0]["vpc_access"][0];
    assert_eq!(access["connector"], "projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector");
    assert_eq!(access["egress"], "PRIVATE_RANGES_ONLY");
    for key in ["deployments", "modules", "diagnostics"] {
        list(&shown, key);
    }
}

#[test]
fn show_deploy_prints_an_entry_a_workload() {
    let repository = Repository::copy_of("staging");
    let shown = repository.run(&["show", "deploy"]).expect_code(0).json();
    let commands = list(&shown, "commands");
    for service in ["backend", "auth", "frontend", "analytics"] {
        let name = format!("netra-{service}-staging");
        let found: Vec<&Value> =
            commands.iter().filter(|command| command["workload"]["name"]["value"] == *name).collect();
        assert!(!found.is_empty(), "{name} is not deployed");
        let connector = "projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector";
        assert!(found.iter().all(|command| command["connector"]["canonical"] == connector), "{found:#?}");
    }
    // Dead code, comments and docstrings deploy nothing.
    assert!(!shown.to_string().contains("netra-worker-staging"));
    assert!(!shown.to_string().contains("netra-legacy-staging"));
}

#[test]
fn show_tests_prints_the_index() {
    let repository = Repository::copy_of("staging");
    let shown = repository.run(&["show", "tests"]).expect_code(0).json();
    assert_eq!(shown["schema_version"], 1);
    assert!(shown["summary"]["test_files"].as_u64().unwrap() >= 40, "{}", shown["summary"]);
    assert_eq!(list(&shown["imports"], "critical").len(), 5);
    let stub = list(&shown, "classes").iter().find(|class| class["name"] == "TestServiceHealth").unwrap();
    assert_ne!(stub["verdict"], "ok");
}

#[test]
fn show_live_prints_the_inventory_with_its_coverage() {
    let repository = Repository::copy_of("staging");
    let shown = repository.run(&["show", "live"]).expect_code(0).json();
    assert!(shown.to_string().contains("legacy-connector"));
    assert!(list(&shown, "coverage").len() >= 6);
}

#[test]
fn eval_prints_one_json_line_an_expression() {
    let repository = Repository::copy_of("staging");
    let expressions = [
        "1 + 2",
        "var.region",
        "google_sql_database_instance.postgres.connection_name",
        "tonumber(\"x\")",
        "upper(local.nothing)",
    ];
    let mut arguments = vec!["eval", "--dir", "terraform"];
    arguments.extend(expressions);
    let outcome = repository.run(&arguments).expect_code(0);
    let lines: Vec<Value> = outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), expressions.len());
    assert_eq!(lines[0], json!({ "value": 3 }));
    assert_eq!(lines[1], json!({ "value": "us-central1" }));
    assert!(lines[2]["unknown"][0].as_str().unwrap().contains("google_sql_database_instance"), "{}", lines[2]);
    assert!(lines[3]["error"].is_string(), "{}", lines[3]);
    assert!(lines[4]["error"].is_string(), "{}", lines[4]);
}
