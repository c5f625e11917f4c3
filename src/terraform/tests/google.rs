//! What the provider knows: derived identities, what is left out, and what stays unknown.

use serde_json::json;

use super::{load_files, unknown, value};

const PROVIDER: &str = "provider \"google\" {\n  project = \"p\"\n  region  = \"us-central1\"\n}\n";

const RESOURCES: &str = r#"
resource "google_vpc_access_connector" "c" {
  name           = "c"
  network        = google_compute_network.n.self_link
  ip_cidr_range  = "10.8.0.0/28"
  min_throughput = "300"
}
resource "google_compute_network" "n" { name = "n" }
resource "google_compute_subnetwork" "s" {
  name          = "s"
  region        = "https://www.googleapis.com/compute/v1/projects/p/regions/us-east1"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.0.0/24"
}
resource "google_compute_router" "r" {
  name    = "r"
  network = google_compute_network.n.name
}
resource "google_compute_router_nat" "nat" {
  name   = "nat"
  router = google_compute_router.r.name
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"
}
resource "google_cloud_run_v2_service" "s" {
  name     = "s"
  location = "us-central1"
  template {
    vpc_access { connector = google_vpc_access_connector.c.id }
  }
}
resource "google_cloud_run_v2_service" "ignoring" {
  name     = "i"
  location = "us-central1"
  template {}
  lifecycle { ignore_changes = [description, template[0].annotations] }
}
resource "google_cloud_run_service" "v1" {
  name     = "v1"
  location = "us-central1"
}
resource "google_sql_database_instance" "db" {
  database_version = "POSTGRES_15"
  settings {
    tier = "db-f1-micro"
    ip_configuration { private_network = google_compute_network.n.id }
  }
}
resource "google_redis_instance" "r" {
  name           = "r"
  memory_size_gb = 1
}
resource "google_compute_router" "lacking" {}
resource "google_compute_firewall" "f" {
  name          = "f"
  network       = "n"
  source_ranges = ["10.8.0.0/28"]
}
resource "google_project_service" "api" { service = "vpcaccess.googleapis.com" }
data "google_compute_subnetwork" "linked" { self_link = "projects/p/regions/us-east1/subnetworks/x" }
"#;

#[test]
fn identities_follow_from_what_is_configured() {
    let loaded = load_files(&[("main.tf", PROVIDER), ("r.tf", RESOURCES)]);
    let link = "https://www.googleapis.com/compute/v1/projects/p";
    for (expression, expected) in [
        ("google_vpc_access_connector.c.self_link", "projects/p/locations/us-central1/connectors/c".to_owned()),
        ("google_vpc_access_connector.c.network", format!("{link}/global/networks/n")),
        ("google_vpc_access_connector.c.project", "p".to_owned()),
        ("google_compute_subnetwork.s.id", "projects/p/regions/us-east1/subnetworks/s".to_owned()),
        ("google_compute_subnetwork.s.self_link", format!("{link}/regions/us-east1/subnetworks/s")),
        ("google_compute_router.r.id", "projects/p/regions/us-central1/routers/r".to_owned()),
        ("google_compute_router_nat.nat.id", "p/us-central1/r/nat".to_owned()),
        ("google_compute_firewall.f.self_link", format!("{link}/global/firewalls/f")),
        ("google_cloud_run_service.v1.id", "locations/us-central1/namespaces/p/services/v1".to_owned()),
        ("google_redis_instance.r.region", "us-central1".to_owned()),
        ("google_redis_instance.r.id", "projects/p/locations/us-central1/instances/r".to_owned()),
        ("google_project_service.api.id", "p/vpcaccess.googleapis.com".to_owned()),
    ] {
        assert_eq!(value(&loaded, expression), json!(expected), "{expression}");
    }
    let shown = loaded.show();
    let connector = shown["resources"].as_array().unwrap().iter().find(|own| own["name"] == "c").unwrap();
    assert_eq!(
        connector["derived"],
        json!({
            "id": "projects/p/locations/us-central1/connectors/c",
            "self_link": "projects/p/locations/us-central1/connectors/c",
            "project": "p",
            "region": "us-central1",
        })
    );
    assert_eq!(connector["values"].get("id"), None, "what is derived is told from what is configured");
}

#[test]
fn what_is_left_out_and_not_computed_is_null_or_its_default() {
    let loaded = load_files(&[("main.tf", PROVIDER), ("r.tf", RESOURCES)]);
    for (expression, expected) in [
        ("google_compute_network.n.description", json!(null)),
        ("google_compute_network.n.auto_create_subnetworks", json!(true)),
        ("google_vpc_access_connector.c.machine_type", json!("e2-micro")),
        ("google_vpc_access_connector.c.subnet", json!([])),
        ("length(google_vpc_access_connector.c.subnet[*].name)", json!(0)),
        ("google_vpc_access_connector.c.min_throughput == 300", json!(true)),
        ("google_compute_router_nat.nat.type", json!("PUBLIC")),
        ("google_compute_router_nat.nat.tcp_established_idle_timeout_sec", json!(1200)),
        ("google_cloud_run_v2_service.s.template[0].vpc_access[0].network_interfaces", json!([])),
        ("google_cloud_run_v2_service.s.deletion_protection", json!(true)),
        ("google_cloud_run_v2_service.ignoring.labels", json!(null)),
        ("google_sql_database_instance.db.settings[0].ip_configuration[0].ipv4_enabled", json!(true)),
        ("google_redis_instance.r.connect_mode", json!("DIRECT_PEERING")),
        // The same through the whole resource.
        ("[google_compute_network.n][0].auto_create_subnetworks", json!(true)),
        ("[for own in [google_cloud_run_v2_service.s] : own.project]", json!(["p"])),
        // A set has no order that a configuration could rely on.
        ("contains(google_compute_firewall.f.source_ranges, \"10.8.0.0/28\")", json!(true)),
    ] {
        assert_eq!(value(&loaded, expression), expected, "{expression}");
    }
}

#[test]
fn what_the_api_decides_is_unknown_and_says_so() {
    let loaded = load_files(&[("main.tf", PROVIDER), ("r.tf", RESOURCES)]);
    for (expression, reason) in [
        ("google_vpc_access_connector.c.state", "google_vpc_access_connector.c.state is computed by the provider"),
        ("google_vpc_access_connector.c.max_throughput", "is computed by the provider"),
        ("google_compute_network.n.routing_mode", "is computed by the provider"),
        ("google_compute_subnetwork.s.private_ip_google_access", "is computed by the provider"),
        (
            "google_cloud_run_v2_service.s.template[0].vpc_access[0].egress",
            "vpc_access.egress is computed by the provider",
        ),
        ("google_cloud_run_v2_service.s.traffic", "is computed by the provider"),
        ("google_sql_database_instance.db.name", "is computed by the provider"),
        ("google_sql_database_instance.db.private_ip_address", "is computed by the provider"),
        ("google_cloud_run_v2_service.ignoring.description", "ignore_changes leaves it alone"),
        ("google_cloud_run_v2_service.ignoring.template[0].labels", "is computed by the provider"),
        ("[google_cloud_run_v2_service.ignoring][0].description", "ignore_changes leaves it alone"),
        ("google_compute_router.lacking.network", "google_compute_router.lacking.network is required, and is not set"),
        ("google_cloud_run_v2_service.s.nothing_like_it", "is computed by the provider"),
        ("data.google_compute_subnetwork.linked.region", "is read by the data source"),
        ("data.google_compute_subnetwork.linked.project", "is read by the data source"),
    ] {
        assert!(unknown(&loaded, expression).contains(reason), "{expression}: {}", unknown(&loaded, expression));
    }
}

#[test]
fn a_state_fills_what_the_api_decides_and_nothing_else() {
    use crate::config::TerraformConfig;
    use crate::model::Excerpts;
    use crate::terraform::observed::{Document, Kind};
    use crate::terraform::{Options, load};

    let dir = super::write(&[("main.tf", PROVIDER), ("r.tf", RESOURCES)]);
    let content = json!({
        "format_version": "1.0",
        "terraform_version": "1.9.0",
        "values": { "root_module": { "resources": [{
            "address": "google_cloud_run_v2_service.s",
            "mode": "managed",
            "type": "google_cloud_run_v2_service",
            "name": "s",
            "values": {
                "name": "s",
                "location": "us-central1",
                "description": "somebody wrote it by hand",
                "uri": "https://s.run.app",
                "template": [{
                    "vpc_access": [{
                        "connector": "projects/p/locations/us-central1/connectors/c",
                        "egress": "ALL_TRAFFIC",
                        "network_interfaces": [],
                    }],
                    "encryption_key": "old",
                }],
            },
        }] } },
    });
    let state = Document { root: ".".into(), kind: Kind::State, name: "state.json".into(), content: Ok(content) };
    let (config, numbers) = (TerraformConfig::default(), std::collections::BTreeMap::new());
    let options = Options {
        config: &config,
        project: None,
        project_numbers: &numbers,
        environment: &std::collections::BTreeMap::new(),
        observed: &[state],
    };
    let loaded = load(dir.path(), &options, &Excerpts::default());
    let service = "google_cloud_run_v2_service.s";
    for (attribute, expected) in [
        ("uri", json!("https://s.run.app")),
        ("template[0].vpc_access[0].egress", json!("ALL_TRAFFIC")),
        // What is left out is null, whatever was there when Terraform last ran.
        ("description", json!(null)),
        ("template[0].encryption_key", json!(null)),
    ] {
        assert_eq!(value(&loaded, &format!("{service}.{attribute}")), expected, "{attribute}");
    }
}
