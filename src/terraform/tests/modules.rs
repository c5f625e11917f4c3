//! Modules, repetition, dynamic blocks, overrides, providers.

use serde_json::json;

use super::{error, load_dir, load_files, unknown, value, write};
use crate::config::TerraformConfig;
use crate::model::{Fact, Presence, WhyKind};

const NETWORK: &str = r#"
variable "name" { type = string }
variable "regions" { type = map(string) }
resource "google_compute_network" "this" {
  name                    = var.name
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "this" {
  for_each      = var.regions
  name          = "${var.name}-${each.key}"
  region        = each.key
  network       = google_compute_network.this.id
  ip_cidr_range = each.value
}
output "id" { value = google_compute_network.this.id }
output "subnets" { value = { for key, own in google_compute_subnetwork.this : key => own.self_link } }
output "dir" { value = path.module }
"#;

#[test]
fn inputs_outputs_keys_and_call_chains_go_through_modules() {
    let loaded = load_files(&[
        (
            "infra/main.tf",
            r#"
provider "google" {
  project = "p1"
  region  = "europe-west1"
}
module "net" {
  source   = "./modules/outer"
  for_each = toset(["blue", "green"])
  name     = each.key
}
output "ids" { value = [for key, own in module.net : own.id] }
"#,
        ),
        (
            "infra/modules/outer/main.tf",
            r#"
variable "name" {}
module "inner" {
  source  = "../network"
  name    = "vpc-${var.name}"
  regions = { us-central1 = "10.0.0.0/24" }
}
output "id" { value = module.inner.id }
output "subnets" { value = module.inner.subnets }
output "dir" { value = module.inner.dir }
"#,
        ),
        ("infra/modules/network/main.tf", NETWORK),
    ]);
    let declared = loaded.declarations();
    assert_eq!(declared.roots, ["infra"]);
    assert_eq!(declared.diagnostics, []);
    let ids = json!(["projects/p1/global/networks/vpc-blue", "projects/p1/global/networks/vpc-green"]);
    assert_eq!(value(&loaded, "[for key, own in module.net : own.id]"), ids);
    let link = "https://www.googleapis.com/compute/v1/projects/p1/regions/us-central1/subnetworks/vpc-blue-us-central1";
    assert_eq!(value(&loaded, "module.net[\"blue\"].subnets[\"us-central1\"]"), json!(link));
    assert_eq!(value(&loaded, "module.net[\"blue\"].dir"), json!("modules/network"));
    let subnet = &declared.subnetworks[0];
    assert_eq!(
        subnet.source.to_string(),
        "module.net[\"blue\"].module.inner.google_compute_subnetwork.this[\"us-central1\"]"
    );
    let Fact::Known(name, origin) = &subnet.value.name else { panic!("{:?}", subnet.value.name) };
    assert_eq!(name.to_string(), "projects/p1/regions/us-central1/subnetworks/vpc-blue-us-central1");
    let span = origin.source().unwrap();
    assert_eq!((span.file.as_str(), span.start.line), ("infra/modules/network/main.tf", 10));
    let callers: Vec<String> = span
        .callers
        .as_slice()
        .iter()
        .map(|call| format!("{} {}:{}", call.name, call.file, call.position.line))
        .collect();
    assert_eq!(callers, ["module.inner infra/modules/outer/main.tf:3", "module.net infra/main.tf:6"]);
    assert!(error(&loaded, "module.net[\"blue\"].nothing").contains("no output \"nothing\""));
}

#[test]
fn count_and_for_each_give_keys_and_an_unknown_one_gives_a_symbolic_instance() {
    let loaded = load_files(&[(
        "main.tf",
        r#"
provider "google" {
  project = "p"
  region  = "r"
}
variable "on" {}
variable "names" {}
resource "google_compute_network" "two" {
  count = 2
  name  = "n${count.index}"
}
resource "google_compute_network" "none" {
  count = 0
  name  = "none"
}
resource "google_compute_network" "maybe" {
  count = var.on ? 1 : 0
  name  = "maybe"
}
resource "google_compute_network" "some" {
  for_each = toset(var.names)
  name     = "some-${each.key}"
}
resource "google_compute_network" "wrong" {
  for_each = ["a"]
  name     = each.key
}
"#,
    )]);
    let declared = loaded.declarations();
    let names: Vec<String> = declared.networks.iter().map(|own| own.source.to_string()).collect();
    let expected = [
        "google_compute_network.maybe[?]",
        "google_compute_network.some[?]",
        "google_compute_network.two[0]",
        "google_compute_network.two[1]",
        "google_compute_network.wrong[?]",
    ];
    assert_eq!(names, expected);
    let presence =
        |name: &str| &declared.networks.iter().find(|own| own.source.to_string().contains(name)).unwrap().presence;
    assert_eq!(*presence("two[1]"), Presence::Certain);
    let Presence::Unknown(whys) = presence("maybe") else { panic!() };
    assert_eq!(whys[0].kind, WhyKind::VariableUnset);
    let Presence::Unknown(whys) = presence("wrong") else { panic!() };
    assert_eq!(whys[0].kind, WhyKind::EvaluationFailed);
    assert_eq!(declared.diagnostics.len(), 1);
    let maybe = &declared.networks[0].value;
    assert_eq!(maybe.name.known().unwrap().name, "maybe", "what it would be called is known");
    assert!(declared.networks[1].value.name.is_unknown());
    assert_eq!(value(&loaded, "google_compute_network.two[*].name"), json!(["n0", "n1"]));
    assert_eq!(value(&loaded, "google_compute_network.none"), json!([]));
    assert!(error(&loaded, "google_compute_network.two[2].name").contains("no element 2"));
    assert_eq!(value(&loaded, "try(google_compute_network.none[0].name, \"fallback\")"), json!("fallback"));
    assert!(unknown(&loaded, "google_compute_network.maybe[0].name").contains("var.on"));
}

#[test]
fn a_module_whose_source_is_not_here_is_opaque_and_counted() {
    let loaded = load_files(&[(
        "main.tf",
        r#"
module "registry" {
  source  = "terraform-google-modules/network/google"
  version = "9.0.0"
}
module "outside" {
  source = "../../elsewhere"
}
module "missing" {
  source = "./nowhere"
}
locals { all = [module.registry.network_id, module.outside.x, module.missing.x] }
terraform {
  required_providers {}
}
"#,
    )]);
    let declared = loaded.declarations();
    assert_eq!(declared.incomplete.len(), 3, "{:?}", declared.incomplete);
    assert!(declared.incomplete.iter().all(|why| why.kind == WhyKind::ModuleUnavailable && why.place.is_some()));
    assert!(
        unknown(&loaded, "local.all[0]")
            .contains("terraform-google-modules/network/google of module.registry is not in the repository")
    );
    assert!(unknown(&loaded, "local.all[1]").contains("outside the repository"));
    assert!(unknown(&loaded, "local.all[2]").contains("does not exist"));
}

#[test]
fn modules_that_init_fetched_into_the_repository_are_found() {
    let loaded = load_files(&[
        ("main.tf", "module \"net\" {\n  source = \"some/registry/google\"\n}\nprovider \"google\" {}"),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"net","Source":"x","Dir":".terraform/modules/net"}]}"#,
        ),
        (".terraform/modules/net/main.tf", "output \"x\" { value = \"fetched\" }"),
    ]);
    assert_eq!(value(&loaded, "module.net.x"), json!("fetched"));
    assert_eq!(loaded.declarations().incomplete, []);
}

#[test]
fn a_module_that_calls_itself_ends() {
    let loaded = load_files(&[
        ("main.tf", "module \"a\" {\n  source = \"./a\"\n}\nprovider \"google\" {}"),
        ("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}"),
        ("b/main.tf", "module \"a\" {\n  source = \"../a\"\n}"),
    ]);
    let incomplete = loaded.declarations().incomplete;
    assert_eq!(incomplete.len(), 1);
    assert_eq!(incomplete[0].kind, WhyKind::Cycle);
}

#[test]
fn providers_are_inherited_passed_on_and_chosen_by_alias() {
    let loaded = load_files(&[
        (
            "main.tf",
            r#"
provider "google" {
  project = "main"
  region  = "r1"
}
provider "google" {
  alias   = "other"
  project = "other"
  region  = "r2"
}
resource "google_compute_network" "a" { name = "a" }
resource "google_compute_network" "b" {
  provider = google.other
  name     = "b"
}
module "plain" { source = "./m" }
module "passed" {
  source    = "./m"
  providers = { google = google.other }
}
data "google_client_config" "current" {}
data "google_project" "own" {}
data "google_project" "numbered" { project_id = "numbered" }
"#,
        ),
        (
            "m/main.tf",
            "resource \"google_compute_network\" \"n\" { name = \"n\" }\noutput \"id\" { value = google_compute_network.n.id }",
        ),
    ]);
    let all = value(
        &loaded,
        "[google_compute_network.a.id, google_compute_network.b.project, module.plain.id, module.passed.id]",
    );
    assert_eq!(
        all,
        json!([
            "projects/main/global/networks/a",
            "other",
            "projects/main/global/networks/n",
            "projects/other/global/networks/n"
        ])
    );
    let data = value(
        &loaded,
        "[data.google_client_config.current.region, data.google_project.own.project_id, data.google_project.numbered.number]",
    );
    assert_eq!(data, json!(["r1", "main", "424242"]));
    assert!(
        unknown(&loaded, "data.google_project.own.number")
            .contains("data.google_project.own.number is read by the data source")
    );
}

#[test]
fn override_files_replace_arguments_and_blocks() {
    let loaded = load_files(&[
        (
            "main.tf",
            "locals {\n  a = 1\n  b = 1\n}\nresource \"google_compute_network\" \"n\" {\n  name    = \"n\"\n  project = \"p\"\n}\nvariable \"v\" { default = \"x\" }",
        ),
        ("a_override.tf", "locals { a = 2 }\nvariable \"v\" { default = \"y\" }"),
        ("override.tf", "resource \"google_compute_network\" \"n\" { project = \"over\" }\nlocals { a = 3 }"),
    ]);
    assert_eq!(
        value(&loaded, "[local.a, local.b, var.v, google_compute_network.n.id]"),
        json!([3, 1, "y", "projects/over/global/networks/n"])
    );
}

#[test]
fn roots_are_found_and_configured_ones_must_exist() {
    let files = [
        ("a/main.tf", "provider \"google\" {}\nmodule \"m\" {\n  source = \"../m\"\n}"),
        ("b/main.tf", "terraform {\n  backend \"gcs\" {}\n}"),
        ("c/main.tf", "resource \"google_compute_network\" \"n\" {}"),
        ("m/main.tf", "terraform {\n  required_providers {}\n}"),
        (".hidden/main.tf", "provider \"google\" {}"),
    ];
    assert_eq!(load_files(&files).declarations().roots, ["a", "b"]);
    assert_eq!(load_files(&files[2..3]).declarations().roots, ["c"], "the only one is a root");
    let dir = write(&files);
    let roots = vec!["b".to_owned(), "nowhere".to_owned(), "../out".to_owned()];
    let declared = load_dir(dir.path(), &TerraformConfig { roots, ..TerraformConfig::default() }).declarations();
    assert_eq!(declared.roots, ["b"]);
    assert_eq!(declared.incomplete.len(), 2);
    assert_eq!(declared.diagnostics.len(), 2);
}
