//! What is wrong with a configuration in itself.

use super::load_files;
use crate::model::{ConfigProblem, ProblemKind, RefusedBy};

const PROVIDER: &str = "provider \"google\" {\n  project = \"p\"\n  region  = \"us-central1\"\n}\n";

fn problems(files: &[(&str, &str)]) -> Vec<ConfigProblem> {
    let mut all = files.to_vec();
    all.push(("providers.tf", PROVIDER));
    let declared = load_files(&all).declarations();
    assert!(declared.judged);
    declared.problems
}

/// Kind, address and field of each problem of one file.
fn found(text: &str) -> Vec<(ProblemKind, String, String)> {
    let all = problems(&[("main.tf", text)]);
    all.into_iter().map(|own| (own.kind, own.address, own.field.unwrap_or_default())).collect()
}

fn connector(body: &str) -> Vec<(ProblemKind, String)> {
    let text = format!("resource \"google_vpc_access_connector\" \"c\" {{\n{body}\n}}\nvariable \"u\" {{}}\n");
    let all = found(&text);
    assert!(all.iter().all(|(_, address, _)| address == "google_vpc_access_connector.c"), "{all:?}");
    all.into_iter().map(|(kind, _, field)| (kind, field)).collect()
}

const RANGE: &str = "name = \"c\"\nnetwork = \"n\"\nip_cidr_range = \"10.8.0.0/28\"\n";

#[test]
fn a_sound_connector_has_no_problem() {
    for body in [
        "min_throughput = 300\nmax_throughput = 1000\nmachine_type = \"e2-standard-4\"",
        "min_instances = 2\nmax_instances = 10\ndeletion_policy = \"ABANDON\"",
        "timeouts { create = \"10m\" }\nlifecycle { ignore_changes = [nothing] }\ndepends_on = []",
        "min_throughput = var.u\nmachine_type = var.u\nregion = null",
        "min_instances = var.u\nmin_throughput = 300",
    ] {
        assert_eq!(connector(&format!("{RANGE}{body}")), [], "{body}");
    }
    assert_eq!(connector("name = \"c\"\nsubnet { name = var.u }"), []);
    assert_eq!(connector("name = \"c\"\ndynamic \"subnet\" {\n  for_each = var.u\n  content { name = \"s\" }\n}"), []);
}

#[test]
fn arguments_that_the_provider_does_not_take_are_named_with_the_near_one() {
    use ProblemKind::ArgumentUnsupported as Unsupported;
    for (body, field, near) in [
        ("min_throughputs = 300", "min_throughputs", Some("min_throughput")),
        ("depend_on = []", "depend_on", Some("depends_on")),
        ("state = \"READY\"", "state", None),
        ("labels = {}", "labels", None),
        ("tags { a = 1 }", "tags", None),
        ("subnet = { name = \"s\" }", "subnet", None),
    ] {
        let text = format!("resource \"google_vpc_access_connector\" \"c\" {{\n{RANGE}{body}\n}}\n");
        let all = problems(&[("main.tf", &text)]);
        assert_eq!(all.len(), 1, "{body}: {all:?}");
        assert_eq!((all[0].kind, all[0].field.as_deref()), (Unsupported, Some(field)), "{body}");
        match near {
            Some(near) => assert!(all[0].text.contains(near), "{}", all[0].text),
            None => assert!(!all[0].text.contains("is near"), "{}", all[0].text),
        }
        let refused_by = if matches!(field, "labels" | "tags") { RefusedBy::Perhaps } else { RefusedBy::Plan };
        assert_eq!(all[0].refused_by, refused_by, "{body}");
        assert_eq!(all[0].places[0].origin.source().unwrap().start.line, 5, "{body}");
    }
    // What the beta provider takes is not known in full.
    assert_eq!(connector(&format!("{RANGE}provider = google-beta\nlabels = {{}}")), []);
    let run = "resource \"google_cloud_run_v2_service\" \"s\" {\n  name = \"s\"\n  location = \"l\"\n  template {\n    containers { anything = 1 }\n    vpc_acces { connector = \"c\" }\n    dynamic \"vpc_access\" {\n      for_each = [1]\n      content { conector = \"c\" }\n    }\n  }\n}\n";
    assert_eq!(
        found(run).into_iter().map(|(_, _, field)| field).collect::<Vec<_>>(),
        ["template.vpc_acces", "template.vpc_access.conector"]
    );
}

#[test]
fn arguments_that_are_missing_or_exclude_each_other() {
    use ProblemKind::{ArgumentInvalid as Invalid, ArgumentMissing as Missing, ArgumentsConflict as Conflict};
    for (body, expected) in [
        ("network = \"n\"\nip_cidr_range = \"10.8.0.0/28\"", vec![(Missing, "name")]),
        ("name = null\nnetwork = \"n\"", vec![(Missing, "name")]),
        ("name = \"c\"", vec![(Missing, "network")]),
        ("name = \"c\"\nnetwork = \"n\"\nsubnet { name = \"s\" }", vec![(Conflict, "network")]),
        ("name = \"c\"\nip_cidr_range = \"10.8.0.0/28\"\nsubnet { name = \"s\" }", vec![(Conflict, "ip_cidr_range")]),
        ("name = \"c\"\nnetwork = \"n\"\nmin_instances = 2\nmin_throughput = 200", vec![(Conflict, "min_instances")]),
        ("name = \"c\"\nnetwork = \"n\"\nmin_instances = 5\nmax_instances = 5", vec![(Invalid, "min_instances")]),
    ] {
        let expected: Vec<_> = expected.into_iter().map(|(kind, field)| (kind, field.to_owned())).collect();
        assert_eq!(connector(body), expected, "{body}");
    }
    let workload = |kind: &str, open: &str, close: &str| {
        found(&format!(
            "resource \"google_cloud_run_v2_{kind}\" \"w\" {{\n  name = \"w\"\n  location = \"l\"\n  {open}\n    vpc_access {{\n      connector = \"c\"\n      network_interfaces {{ network = \"n\" }}\n    }}\n  {close}\n}}\n"
        ))
    };
    let all = workload("service", "template {", "}");
    assert_eq!((all[0].0, &*all[0].2), (Conflict, "template.vpc_access.connector"));
    let all = workload("job", "template {\n  template {", "}\n  }");
    assert_eq!((all[0].0, &*all[0].2), (Conflict, "template.template.vpc_access.connector"));
    // In a file that cannot be read may be what is missing.
    let all = problems(&[
        ("main.tf", "resource \"google_vpc_access_connector\" \"c\" {}\n"),
        ("main_override.tf", "resource \"google_vpc_access_connector\" \"c\" {\n"),
    ]);
    assert_eq!(all, []);
}

#[test]
fn known_values_are_held_against_the_limits() {
    use ProblemKind::ArgumentInvalid as Invalid;
    for (body, field) in [
        ("min_throughput = 150", "min_throughput"),
        ("min_throughput = 1000", "min_throughput"),
        ("max_throughput = 1050", "max_throughput"),
        ("min_instances = 1", "min_instances"),
        ("max_instances = \"11\"", "max_instances"),
        ("min_instances = \"two\"", "min_instances"),
        ("machine_type = \"e2-small\"", "machine_type"),
    ] {
        assert_eq!(connector(&format!("{RANGE}{body}")), [(Invalid, field.to_owned())], "{body}");
    }
    assert_eq!(connector("name = \"Netra_VPC\"\nnetwork = \"n\""), [(Invalid, "name".to_owned())]);
    assert_eq!(connector("name = \"c\"\nnetwork = \"n\"\nip_cidr_range = \"10.8.0/28\"").len(), 1);
    let egress = "resource \"google_cloud_run_v2_service\" \"s\" {\n  for_each = toset([\"a\", \"b\"])\n  name = each.key\n  location = \"l\"\n  template {\n    vpc_access {\n      connector = \"c\"\n      egress = \"private-ranges-only\"\n    }\n  }\n}\n";
    let all = problems(&[("main.tf", egress)]);
    assert_eq!(all.len(), 1, "instances of one block are one problem");
    assert_eq!(all[0].address, "google_cloud_run_v2_service.s");
    assert_eq!(all[0].places[0].value.as_deref(), Some("private-ranges-only"));
    let secret = "variable \"s\" {\n  default = \"hush hush\"\n  sensitive = true\n}\nresource \"google_compute_network\" \"n\" { name = var.s }\n";
    let all = problems(&[("main.tf", secret)]);
    assert!(all.len() == 1 && !format!("{all:?}").contains("hush"), "{all:?}");
}

#[test]
fn references_to_nothing_are_found_wherever_they_stand() {
    let text = r#"
variable "connector_name" {}
locals { names = { for key, own in var.connector_names : key => "${own}-${local.nothing}" } }
module "net" { source = "./net" }
resource "google_vpc_access_connector" "main" {
  count         = 0
  name          = var.connector_name
  network       = module.net.network_nam
  ip_cidr_range = true ? "10.8.0.0/28" : google_compute_subnetwork.gone.ip_cidr_range
  depends_on    = [google_project_service.api]
  lifecycle { ignore_changes = [min_instances] }
}
resource "google_cloud_run_v2_service" "s" {
  name     = "s"
  location = "l"
  template {
    dynamic "vpc_access" {
      for_each = [1]
      iterator = access
      content { connector = access.value == 1 ? google_vpc_access_connector.mian[0].id : data.google_client_config.x.region }
    }
  }
}
output "all" { value = [module.net, module.net.network_name, module.other.x, path.module, terraform.workspace, google_vpc_access_connector.main[*].selflink, google_vpc_access_connector.main[0].id] }
"#;
    let net = "output \"network_name\" { value = each_is_bound }\nlocals { a = [for each_is_bound in [1] : each_is_bound] }\n";
    let all = problems(&[("main.tf", text), ("net/main.tf", net)]);
    let references: Vec<(&str, bool)> = all
        .iter()
        .filter(|own| own.kind == ProblemKind::ReferenceUndeclared)
        .map(|own| (&*own.address, own.text.contains("is near")))
        .collect();
    assert_eq!(
        references,
        [
            ("data.google_client_config.x", false),
            ("google_compute_subnetwork.gone", false),
            ("google_project_service.api", false),
            ("google_vpc_access_connector.main.selflink", true),
            ("google_vpc_access_connector.mian", true),
            ("local.nothing", false),
            ("module.net.network_nam", true),
            ("module.other", false),
            ("var.connector_names", true),
        ]
    );
    // What may stand in a file that could not be read is not called undeclared.
    let all = problems(&[("main.tf", "output \"o\" { value = var.gone }"), ("broken.tf", "variable \"gone\" {")]);
    assert_eq!(all, []);
}

#[test]
fn types_and_annotations_that_are_not_where_they_belong() {
    let text = r#"
resource "google_vpc_access_conector" "c" { name = "c" }
resource "google_compute_route" "r" { name = "r" }
resource "google_cloud_run_service" "v1" {
  name     = "v1"
  location = "l"
  metadata {
    annotations = {
      "run.googleapis.com/vpc-access-connector" = "c"
      "run.googleapis.com/ingress"              = "all"
    }
  }
  template {
    metadata { annotations = { "run.googleapis.com/vpc-access-egress" = "all-traffic" } }
  }
}
resource "google_cloud_run_service" "misspelt" {
  name     = "misspelt"
  location = "l"
  template {
    metadata { annotations = { "run.googleapis.com/vpc-connector" = "c" } }
  }
}
resource "google_cloud_run_v2_service" "v2" {
  name     = "v2"
  location = "l"
  template { annotations = { "run.googleapis.com/vpc-access-connector" = "c" } }
}
"#;
    let all: Vec<(ProblemKind, String)> = found(text).into_iter().map(|(kind, address, _)| (kind, address)).collect();
    assert_eq!(
        all,
        [
            (ProblemKind::ResourceTypeUnknown, "google_vpc_access_conector.c".to_owned()),
            (ProblemKind::AnnotationMisplaced, "google_cloud_run_service.misspelt".to_owned()),
            (ProblemKind::AnnotationMisplaced, "google_cloud_run_service.v1".to_owned()),
            (ProblemKind::AnnotationMisplaced, "google_cloud_run_v2_service.v2".to_owned()),
        ]
    );
}

#[test]
fn modules_and_networks_keep_their_addresses() {
    let net = "resource \"google_vpc_access_connector\" \"c\" {\n  name = \"c\"\n  network = \"shop\"\n  min_instance = 2\n}\nresource \"google_compute_network\" \"n\" { name = \"n\" }\nresource \"google_compute_subnetwork\" \"s\" {\n  name = \"s\"\n  network = google_compute_network.n.id\n}\ndata \"google_compute_network\" \"old\" { name = \"old\" }\n";
    let main = "module \"m\" {\n  source   = \"./m\"\n  for_each = toset([\"a.b\", \"c\"])\n}\n";
    let declared = load_files(&[("main.tf", main), ("m/main.tf", net), ("providers.tf", PROVIDER)]).declarations();
    assert_eq!(declared.problems.len(), 1, "{:?}", declared.problems);
    let problem = &declared.problems[0];
    assert_eq!(problem.address, "module.m.google_vpc_access_connector.c");
    assert_eq!(problem.places[0].origin.source().unwrap().callers.as_slice()[0].name, "module.m");
    assert_eq!(declared.network_uses.len(), 1, "{:?}", declared.network_uses);
    assert_eq!(declared.network_uses[0].network.name, "shop");
    assert!(declared.networks_elsewhere.iter().all(|own| own.known().is_some_and(|name| name.name == "old")));
    let network = (".".to_owned(), "module.m.google_compute_network.n".to_owned());
    assert_eq!(declared.referenced.into_iter().collect::<Vec<_>>(), [network]);
}
