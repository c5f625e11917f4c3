//! Connectors, workloads, networks and subnetworks in the words of the model.

use super::load_files;
use crate::model::{Egress, Fact, Origin, WhyKind, WorkloadKind};

fn line(origin: Option<&Origin>) -> (String, u32, u32) {
    let span = origin.and_then(Origin::source).unwrap();
    (span.file.to_string(), span.start.line, span.start.column)
}

const PROVIDER: &str = "provider \"google\" {\n  project = \"p\"\n  region  = \"us-central1\"\n}\n";

#[test]
fn a_connector_has_its_facts_with_their_places() {
    let loaded = load_files(&[
        ("providers.tf", PROVIDER),
        (
            "connector.tf",
            r#"resource "google_vpc_access_connector" "main" {
  name           = "netra-vpc-connector"
  network        = "staging-vpc"
  ip_cidr_range  = "10.8.0.1/28"
  min_throughput = 300
  max_throughput = "1000"
}
resource "google_vpc_access_connector" "subnet" {
  name   = "by-subnet"
  region = "europe-west1"
  subnet {
    name       = "connectors"
    project_id = "host"
  }
  min_instances = 2
  max_instances = var.max
}
variable "max" {}
"#,
        ),
    ]);
    let declared = loaded.declarations();
    let main = &declared.connectors[0].value;
    assert_eq!(
        main.name.known().unwrap().to_string(),
        "projects/p/locations/us-central1/connectors/netra-vpc-connector"
    );
    assert_eq!(line(main.name.origin()), ("connector.tf".into(), 2, 20));
    assert_eq!(main.network.known().unwrap().to_string(), "projects/p/global/networks/staging-vpc");
    assert_eq!(main.ip_cidr_range.known().unwrap().to_string(), "10.8.0.0/28");
    assert_eq!((main.min_throughput.known(), main.max_throughput.known()), (Some(&300), Some(&1000)));
    assert!(main.min_instances.is_absent() && main.subnet.is_absent() && main.machine_type.is_absent());
    assert_eq!(line(main.min_instances.origin()), ("connector.tf".into(), 1, 1), "an absent fact points at the block");
    let subnet = &declared.connectors[1].value;
    assert_eq!(subnet.subnet.known().unwrap().to_string(), "projects/host/regions/europe-west1/subnetworks/connectors");
    assert!(subnet.network.is_absent());
    assert_eq!(subnet.max_instances.whys()[0].kind, WhyKind::VariableUnset);
}

#[test]
fn a_short_name_without_a_project_is_unknown_and_keeps_its_short_name() {
    let loaded = load_files(&[(
        "main.tf",
        "resource \"google_vpc_access_connector\" \"c\" {\n  name = \"c\"\n  region = \"r\"\n  network = \"projects/424242/global/networks/n\"\n}\nresource \"google_compute_subnetwork\" \"s\" {\n  name = \"s\"\n  network = \"projects/424242/global/networks/n\"\n}\nresource \"google_cloud_run_v2_service\" \"s\" {\n  name = \"s\"\n  location = \"r\"\n  template {\n    vpc_access { connector = google_vpc_access_connector.c.id }\n  }\n}",
    )]);
    let declared = loaded.declarations();
    let connector = &declared.connectors[0].value;
    assert_eq!(connector.short_name.known().unwrap(), "c");
    let why = &connector.name.whys()[0];
    assert_eq!(why.kind, WhyKind::ProviderDefault);
    assert!(why.text.contains("configured"), "{why}");
    assert_eq!(connector.network.whys()[0].kind, WhyKind::ProviderDefault, "it is one of the connector's own project");
    let subnet = &declared.subnetworks[0].value;
    assert_eq!(subnet.network.known().unwrap().to_string(), "projects/numbered/global/networks/n");
    let service = &declared.workloads[0].value;
    assert_eq!(service.name.whys()[0].kind, WhyKind::ProviderDefault);
    assert_eq!(service.vpc.connector.whys()[0].kind, WhyKind::ProviderDefault);
}

#[test]
fn workloads_of_every_kind_and_form() {
    let text = r#"
variable "attach" {}
locals { services = { a = true, b = false } }
resource "google_vpc_access_connector" "c" { name = "c" }
resource "google_cloud_run_v2_service" "each" {
  for_each = local.services
  name     = "svc-${each.key}"
  location = "us-central1"
  template {
    dynamic "vpc_access" {
      for_each = each.value ? [google_vpc_access_connector.c] : []
      content {
        connector = vpc_access.value.id
        egress    = "ALL_TRAFFIC"
      }
    }
  }
}
resource "google_cloud_run_v2_service" "open" {
  name     = "open"
  location = "us-central1"
  template {
    dynamic "vpc_access" {
      for_each = var.attach
      content { connector = "c" }
    }
  }
}
resource "google_cloud_run_v2_service" "bare" {
  name     = "bare"
  location = "us-central1"
}
resource "google_cloud_run_v2_job" "job" {
  name     = "job"
  location = "us-central1"
  template {
    template {
      vpc_access {
        egress = ""
        network_interfaces {
          network    = "vpc"
          subnetwork = "projects/host/regions/us-central1/subnetworks/s"
          tags       = ["b", "a"]
        }
      }
    }
  }
}
resource "google_cloud_run_v2_worker_pool" "pool" {
  name     = "pool"
  location = "us-central1"
  template {
    vpc_access { egress = "SOMETIMES" }
  }
}
"#;
    let loaded = load_files(&[("providers.tf", PROVIDER), ("run.tf", text)]);
    let declared = loaded.declarations();
    assert_eq!(declared.diagnostics, []);
    let of = |name: &str| {
        let found = declared.workloads.iter().find(|own| own.value.short_name.known().is_some_and(|own| own == name));
        &found.unwrap_or_else(|| panic!("{name}")).value
    };
    let a = of("svc-a");
    assert_eq!(a.name.known().unwrap().to_string(), "projects/p/locations/us-central1/services/svc-a");
    assert_eq!(a.vpc.connector.known().unwrap().to_string(), "projects/p/locations/us-central1/connectors/c");
    assert_eq!(line(a.vpc.connector.origin()), ("run.tf".into(), 13, 21));
    assert_eq!(a.vpc.egress.known(), Some(&Egress::AllTraffic));
    assert!(a.vpc.interfaces.is_absent());
    assert!(of("svc-b").vpc.is_detached());
    assert_eq!(line(of("svc-b").vpc.connector.origin()).1, 9, "an absent block points at the enclosing one");
    let open = of("open");
    assert!(open.vpc.connector.is_unknown() && open.vpc.egress.is_unknown() && open.vpc.interfaces.is_unknown());
    assert!(of("bare").vpc.is_detached());
    let job = of("job");
    assert_eq!(job.kind, WorkloadKind::Job);
    assert!(job.vpc.connector.is_absent() && job.vpc.egress.is_absent());
    let Fact::Known(interfaces, _) = &job.vpc.interfaces else { panic!() };
    assert_eq!(interfaces[0].network.known().unwrap().to_string(), "projects/p/global/networks/vpc");
    assert_eq!(interfaces[0].subnetwork.known().unwrap().project, "host");
    let tags: Vec<&str> = interfaces[0].tags.known().unwrap().iter().map(String::as_str).collect();
    assert_eq!(tags, ["a", "b"]);
    let pool = of("pool");
    assert_eq!(pool.kind, WorkloadKind::WorkerPool);
    assert_eq!(pool.vpc.egress.whys()[0].kind, WhyKind::Invalid);
}

#[test]
fn a_name_that_is_computed_is_unknown_not_absent() {
    let loaded = load_files(&[
        ("providers.tf", PROVIDER),
        (
            "main.tf",
            "resource \"random_id\" \"r\" { byte_length = 2 }\nresource \"google_compute_network\" \"n\" { name = \"vpc-${random_id.r.hex}\" }\nresource \"google_vpc_access_connector\" \"c\" {\n  network = google_compute_network.n.name\n}\nresource \"google_compute_subnetwork\" \"s\" {\n  name = \"s\"\n  ip_cidr_range = \"10.0.0/24\"\n  private_ip_google_access = true\n  network = null\n}",
        ),
    ]);
    let declared = loaded.declarations();
    assert_eq!(declared.networks[0].value.name.whys()[0].kind, WhyKind::Computed);
    assert!(declared.networks[0].value.auto_create_subnetworks.is_absent());
    let connector = &declared.connectors[0].value;
    assert!(connector.name.is_unknown(), "a connector without a name has some name");
    assert_eq!(connector.network.whys()[0].kind, WhyKind::Computed);
    let subnet = &declared.subnetworks[0].value;
    assert_eq!(subnet.ip_cidr_range.whys()[0].kind, WhyKind::Invalid);
    assert_eq!(subnet.private_ip_google_access.known(), Some(&true));
    assert!(subnet.network.is_absent());
}

#[test]
fn a_v1_service_reaches_the_vpc_by_annotations_of_its_template() {
    let service = |annotations: &str| {
        let text = format!(
            "variable \"open\" {{}}\nresource \"google_cloud_run_service\" \"s\" {{\n  name     = \"s\"\n  location = \"us-central1\"\n  template {{\n    metadata {{\n      annotations = {annotations}\n    }}\n  }}\n}}\n"
        );
        let loaded = load_files(&[("providers.tf", PROVIDER), ("run.tf", &text)]);
        loaded.declarations().workloads[0].value.clone()
    };
    let attached = service(
        "{\n    \"run.googleapis.com/vpc-access-connector\" = \"c\"\n    \"run.googleapis.com/vpc-access-egress\" = \"all-traffic\"\n    \"autoscaling.knative.dev/maxScale\" = var.open\n  }",
    );
    assert_eq!(attached.kind, WorkloadKind::Service);
    assert_eq!(attached.name.known().unwrap().to_string(), "projects/p/locations/us-central1/services/s");
    assert_eq!(attached.vpc.connector.known().unwrap().to_string(), "projects/p/locations/us-central1/connectors/c");
    assert_eq!(line(attached.vpc.connector.origin()), ("run.tf".into(), 8, 49));
    assert_eq!(attached.vpc.egress.known(), Some(&Egress::AllTraffic));
    assert!(attached.vpc.interfaces.is_absent(), "an unknown annotation does not hide the others");
    let direct = service(
        "{ \"run.googleapis.com/network-interfaces\" = jsonencode([{ network = \"n\", tags = [\"b\", \"a\"] }]) }",
    );
    let Fact::Known(interfaces, _) = &direct.vpc.interfaces else { panic!("{:?}", direct.vpc) };
    assert_eq!(interfaces[0].network.known().unwrap().to_string(), "projects/p/global/networks/n");
    assert!(interfaces[0].subnetwork.is_absent() && interfaces[0].tags.known().unwrap().len() == 2);
    assert!(service("{}").vpc.is_detached());
    assert!(service("var.open").vpc.connector.is_unknown());
    let broken = service("{ \"run.googleapis.com/network-interfaces\" = \"[1]\" }");
    assert_eq!(broken.vpc.interfaces.whys()[0].kind, WhyKind::Invalid);
}
