//! A Terraform estate of any size: stacks that call their own and shared modules, as a platform team keeps them.
//!
//! Everything follows from the number of a stack, so that the same size gives the same files. A stack has 20 files:
//! a root with its variables file, and two modules of its own; one shared module stands for every ten stacks.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

const PORTS: [(&str, u16); 10] = [
    ("postgres", 5432),
    ("redis", 6379),
    ("https", 443),
    ("metrics", 9090),
    ("clickhouse", 8123),
    ("clickhouse_native", 9000),
    ("kafka", 9092),
    ("grpc", 50051),
    ("health", 8080),
    ("tracing", 4317),
];

/// Files of one stack.
pub const FILES_PER_STACK: usize = 20;

const REGIONS: [&str; 4] = ["us-central1", "us-east1", "europe-west1", "asia-northeast1"];
const TEAMS: [&str; 5] = ["payments", "identity", "search", "ledger", "media"];
const SERVICES: [&str; 5] = ["gateway", "accounts", "billing", "worker", "notifier"];

const SETTINGS: [&str; 24] = [
    "alert_email",
    "ops_group",
    "dns_zone",
    "artifact_host",
    "kms_ring",
    "log_bucket",
    "billing_account",
    "folder",
    "audit_dataset",
    "backup_window",
    "maintenance_day",
    "support_tier",
    "pager_key_name",
    "owner_email",
    "cost_centre",
    "data_class",
    "retention_days",
    "status_page",
    "chat_channel",
    "release_train",
    "incident_board",
    "quota_project",
    "image_policy",
    "budget_amount",
];

/// Writes an estate of about `files` files below `root`, and gives the number of files and bytes.
///
/// # Errors
/// Where a file cannot be written.
pub fn write(root: &Path, files: usize) -> io::Result<(usize, usize)> {
    let mut count = 0;
    let mut bytes = 0;
    let mut put = |path: String, text: String| -> io::Result<()> {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        count += 1;
        bytes += text.len();
        fs::write(path, text)
    };
    for at in 0..files / FILES_PER_STACK {
        let stack = Stack::new(at);
        let dir = format!("stacks/{}-{at:03}", stack.team);
        for (name, text) in stack.root() {
            put(format!("{dir}/{name}"), text)?;
        }
        for (name, text) in stack.service_module() {
            put(format!("{dir}/modules/service/{name}"), text)?;
        }
        for (name, text) in stack.network_module() {
            put(format!("{dir}/modules/network/{name}"), text)?;
        }
        if at % 10 == 0 {
            put(format!("shared/labels-{}/main.tf", at / 10), shared_labels(at / 10))?;
        }
    }
    Ok((count, bytes))
}

struct Stack {
    at: usize,
    team: &'static str,
    region: &'static str,
}

type Files = Vec<(&'static str, String)>;

impl Stack {
    fn new(at: usize) -> Self {
        Self { at, team: TEAMS[at % TEAMS.len()], region: REGIONS[at % REGIONS.len()] }
    }

    fn root(&self) -> Files {
        vec![
            ("versions.tf", self.versions()),
            ("variables.tf", self.variables()),
            ("terraform.tfvars", self.values()),
            ("locals.tf", self.locals()),
            ("network.tf", self.network()),
            ("services.tf", self.services()),
            ("iam.tf", self.iam()),
            ("data.tf", self.databases()),
            ("firewall.tf", self.firewalls()),
            ("outputs.tf", self.outputs()),
        ]
    }

    fn versions(&self) -> String {
        let Self { at, team, region } = self;
        format!(
            r#"# Providers and state of the {team} stack.
terraform {{
  required_version = ">= 1.5"

  backend "gcs" {{
    bucket = "acme-{team}-state"
    prefix = "stacks/{at:03}"
  }}

  required_providers {{
    google = {{
      source  = "hashicorp/google"
      version = "~> 6.10"
    }}
    google-beta = {{
      source  = "hashicorp/google-beta"
      version = "~> 6.10"
    }}
  }}
}}

provider "google" {{
  project = var.project
  region  = var.region

  default_labels = {{
    team  = local.team
    stack = "{at:03}"
  }}
}}

provider "google" {{
  alias   = "dr"
  project = var.project
  region  = "{region}"
}}

provider "google-beta" {{
  project = var.project
  region  = var.region
}}
"#
        )
    }

    fn variables(&self) -> String {
        let mut text = String::from(
            r#"variable "project" {
  description = "Project that holds everything of this stack"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "The project must be a project id."
  }
}

variable "region" {
  description = "Region of services and connectors"
  type        = string
  default     = "us-central1"
}

variable "environment" {
  description = "One of staging and production"
  type        = string
  default     = "staging"

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "The environment must be staging or production."
  }
}

variable "services" {
  description = "Services by name"
  type = map(object({
    image   = optional(string)
    cpu     = optional(string, "1")
    memory  = optional(string, "512Mi")
    public  = optional(bool, false)
    egress  = optional(string, "PRIVATE_RANGES_ONLY")
    scaling = optional(object({
      min = optional(number, 0)
      max = optional(number, 10)
    }), {})
    env     = optional(map(string), {})
    secrets = optional(map(object({
      name    = string
      version = optional(string, "latest")
    })), {})
  }))
  default = {}
}

variable "subnets" {
  description = "Subnetworks by name"
  type = map(object({
    range  = string
    region = optional(string)
    flows  = optional(bool, true)
  }))
  default = {}
}

variable "labels" {
  description = "Labels beside those of the team"
  type        = map(string)
  default     = {}
}

"#,
        );
        for (number, name) in SETTINGS.iter().enumerate() {
            let _ = write!(
                text,
                r#"variable "{name}" {{
  description = "Setting {number} that the platform team hands down to each stack; ask them before changing it, as other stacks read it too"
  type        = string
  default     = "{name}-{}"
  nullable    = false
}}

"#,
                self.at
            );
        }
        text
    }

    fn values(&self) -> String {
        let Self { at, team, region } = self;
        let mut text = format!(
            r#"project     = "acme-{team}-{at:03}"
region      = "{region}"
environment = "{}"

services = {{
"#,
            if at % 2 == 0 { "staging" } else { "production" }
        );
        for (number, service) in SERVICES.iter().enumerate() {
            let _ = write!(
                text,
                r#"  {service} = {{
    image  = "{region}-docker.pkg.dev/acme-{team}/apps/{service}:v1.{at}.{number}"
    public = {}
    scaling = {{
      min = {}
      max = {}
    }}
    env = {{
      LOG_LEVEL       = "info"
      FEATURE_FLAGS   = "checkout,search-v{number}"
      REQUEST_TIMEOUT = "{}"
    }}
    secrets = {{
      DATABASE_URL = {{ name = "{team}-{service}-db" }}
      API_KEY      = {{ name = "{team}-{service}-key", version = "{}" }}
    }}
  }}
"#,
                number == 0,
                number % 3,
                10 + number,
                30 + number,
                1 + number
            );
        }
        text.push_str("}\n\nsubnets = {\n");
        for number in 0..4 {
            let _ = writeln!(
                text,
                "  apps-{number} = {{ range = \"10.{}.{}.0/24\", flows = {} }}",
                at % 200,
                number * 16,
                number % 2 == 0
            );
        }
        text.push_str("}\n\nlabels = {\n  cost-centre = \"cc-");
        let _ = write!(text, "{at:04}\"\n  tier = \"backend\"\n}}\n");
        text
    }

    fn locals(&self) -> String {
        let Self { at, team, .. } = self;
        format!(
            r#"# Everything that several files of the stack need is put together here once.
locals {{
  team   = "{team}"
  prefix = "${{local.team}}-${{var.environment}}"

  labels = merge(
    {{
      team        = local.team
      environment = var.environment
      stack       = "{at:03}"
      managed-by  = "terraform"
    }},
    var.labels,
  )

  # Services that are reachable from the internet.
  public_services = toset([for name, service in var.services : name if service.public])

  service_env = {{
    for name, service in var.services : name => merge(
      {{
        SERVICE     = name
        ENVIRONMENT = var.environment
        PROJECT     = var.project
      }},
      service.env,
    )
  }}

  service_accounts = {{
    for name in keys(var.services) : name => "${{local.prefix}}-${{name}}@${{var.project}}.iam.gserviceaccount.com"
  }}

  iam_pairs = flatten([
    for name in keys(var.services) : [
      for role in ["roles/cloudsql.client", "roles/secretmanager.secretAccessor"] : {{
        key     = "${{name}}/${{role}}"
        service = name
        role    = role
      }}
    ]
  ])

  connector_range  = cidrsubnet("10.${{{at} % 250}}.240.0/24", 4, 1)
  subnet_regions   = {{ for name, subnet in var.subnets : name => coalesce(subnet.region, var.region) }}
  max_instances    = max([for service in var.services : service.scaling.max]...)
  is_production    = var.environment == "production"
  throughput       = local.is_production ? {{ min = 300, max = 1000 }} : {{ min = 200, max = 300 }}
  allowed_sources  = distinct(concat(["10.0.0.0/8"], [for subnet in values(var.subnets) : subnet.range]))
  notification     = format("%s <%s>", upper(local.team), var.alert_email)
  dns_names        = {{ for name in local.public_services : name => "${{name}}.${{local.prefix}}.acme.example." }}
  secret_names     = distinct(flatten([for service in var.services : [for secret in service.secrets : secret.name]]))
  budget_message   = <<-EOT
    The budget of ${{local.prefix}} is watched by ${{local.notification}}.
    %{{ for name in sort(keys(var.services)) ~}}
    - ${{name}} may grow to ${{var.services[name].scaling.max}} instances
    %{{ endfor ~}}
  EOT
}}
"#
        )
    }

    fn network(&self) -> String {
        format!(
            r#"module "network" {{
  source = "./modules/network"

  name    = "${{local.prefix}}-vpc"
  project = var.project
  region  = var.region
  subnets = {{ for name, subnet in var.subnets : name => merge(subnet, {{ region = local.subnet_regions[name] }}) }}
}}

module "labels" {{
  source = "../../shared/labels-{}"

  base = local.labels
}}

# Services reach private addresses through this connector.
resource "google_vpc_access_connector" "main" {{
  name           = "${{local.prefix}}-conn"
  project        = var.project
  region         = var.region
  network        = module.network.name
  ip_cidr_range  = local.connector_range
  min_throughput = local.throughput.min
  max_throughput = local.throughput.max
  machine_type   = local.is_production ? "e2-standard-4" : "e2-micro"

  depends_on = [google_project_service.apis]
}}

resource "google_vpc_access_connector" "dr" {{
  count    = local.is_production ? 1 : 0
  provider = google.dr

  name          = "${{local.prefix}}-dr"
  network       = module.network.name
  ip_cidr_range = cidrsubnet(local.connector_range, 0, 0)
  min_instances = 2
  max_instances = 3
}}

resource "google_compute_router" "nat" {{
  name    = "${{local.prefix}}-router"
  project = var.project
  region  = var.region
  network = module.network.id

  bgp {{
    asn               = 64514
    advertise_mode    = "CUSTOM"
    advertised_groups = ["ALL_SUBNETS"]
  }}
}}

resource "google_compute_router_nat" "nat" {{
  name                               = "${{local.prefix}}-nat"
  router                             = google_compute_router.nat.name
  region                             = google_compute_router.nat.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  dynamic "subnetwork" {{
    for_each = module.network.subnet_ids

    content {{
      name                    = subnetwork.value
      source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
    }}
  }}

  log_config {{
    enable = true
    filter = "ERRORS_ONLY"
  }}
}}

resource "google_project_service" "apis" {{
  for_each = toset([
    "run.googleapis.com",
    "vpcaccess.googleapis.com",
    "compute.googleapis.com",
    "secretmanager.googleapis.com",
    "sqladmin.googleapis.com",
    "redis.googleapis.com",
    "servicenetworking.googleapis.com",
  ])

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}}
"#,
            self.at / 10
        )
    }

    fn services(&self) -> String {
        r#"module "service" {
  source   = "./modules/service"
  for_each = var.services

  name            = "${local.prefix}-${each.key}"
  project         = var.project
  region          = var.region
  image           = coalesce(each.value.image, "${var.region}-docker.pkg.dev/${var.project}/apps/${each.key}:latest")
  service_account = local.service_accounts[each.key]
  connector       = google_vpc_access_connector.main.id
  egress          = each.value.egress
  scaling         = each.value.scaling
  limits          = { cpu = each.value.cpu, memory = each.value.memory }
  env             = local.service_env[each.key]
  secrets         = each.value.secrets
  public          = contains(local.public_services, each.key)
  labels          = module.labels.all
}

# A migration runs before each rollout, through the same connector as the services.
resource "google_cloud_run_v2_job" "migrate" {
  name     = "${local.prefix}-migrate"
  location = var.region
  project  = var.project
  labels   = local.labels

  template {
    task_count = 1

    template {
      max_retries     = 1
      timeout         = "900s"
      service_account = local.service_accounts["accounts"]

      containers {
        image   = module.service["accounts"].image
        command = ["python", "-m", "migrate"]
        args    = concat(["--environment", var.environment], local.is_production ? ["--lock"] : [])

        dynamic "env" {
          for_each = local.service_env["accounts"]

          content {
            name  = env.key
            value = env.value
          }
        }
      }

      vpc_access {
        connector = google_vpc_access_connector.main.id
        egress    = "PRIVATE_RANGES_ONLY"
      }
    }
  }

  lifecycle {
    ignore_changes = [client, client_version]
  }
}

resource "google_cloud_run_domain_mapping" "public" {
  for_each = local.dns_names

  name     = trimsuffix(each.value, ".")
  location = var.region

  metadata {
    namespace = var.project
  }

  spec {
    route_name = module.service[each.key].name
  }
}
"#
        .to_owned()
    }

    fn iam(&self) -> String {
        let mut text = String::from(
            r#"resource "google_service_account" "service" {
  for_each = var.services

  account_id   = "${local.prefix}-${each.key}"
  project      = var.project
  display_name = title("${local.team} ${each.key}")
}

resource "google_project_iam_member" "service" {
  for_each = { for pair in local.iam_pairs : pair.key => pair }

  project = var.project
  role    = each.value.role
  member  = "serviceAccount:${local.service_accounts[each.value.service]}"
}

resource "google_secret_manager_secret" "service" {
  for_each = toset(local.secret_names)

  project   = var.project
  secret_id = each.key
  labels    = local.labels

  replication {
    auto {}
  }
}

"#,
        );
        for role in [
            "viewer",
            "run.admin",
            "monitoring.editor",
            "logging.viewer",
            "cloudsql.viewer",
            "redis.viewer",
            "vpcaccess.user",
            "compute.networkViewer",
            "artifactregistry.reader",
            "errorreporting.user",
            "cloudtrace.user",
            "dns.reader",
        ] {
            let name = role.replace('.', "_");
            let _ = write!(
                text,
                r#"# People of the team keep this role while they are on call.
resource "google_project_iam_binding" "{name}" {{
  project = var.project
  role    = "roles/{role}"
  members = [
    "group:${{var.ops_group}}@acme.example",
    "group:{}-oncall@acme.example",
    "serviceAccount:deploy@${{var.project}}.iam.gserviceaccount.com",
  ]

  condition {{
    title       = "working hours"
    description = "Only while the team is there"
    expression  = "request.time.getHours('Europe/Berlin') >= 7 && request.time.getHours('Europe/Berlin') <= 19"
  }}
}}

"#,
                self.team
            );
        }
        text
    }

    fn databases(&self) -> String {
        r#"resource "google_compute_global_address" "private" {
  name          = "${local.prefix}-private"
  project       = var.project
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 16
  network       = module.network.id
}

resource "google_service_networking_connection" "private" {
  network                 = module.network.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.private.name]
}

resource "google_sql_database_instance" "main" {
  name                = "${local.prefix}-pg"
  project             = var.project
  region              = var.region
  database_version    = "POSTGRES_16"
  deletion_protection = local.is_production

  settings {
    tier              = local.is_production ? "db-custom-4-15360" : "db-custom-1-3840"
    availability_type = local.is_production ? "REGIONAL" : "ZONAL"
    disk_autoresize   = true

    ip_configuration {
      ipv4_enabled    = false
      private_network = module.network.id

      dynamic "authorized_networks" {
        for_each = local.is_production ? [] : local.allowed_sources

        content {
          name  = "range-${authorized_networks.key}"
          value = authorized_networks.value
        }
      }
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = local.is_production
      start_time                     = "03:00"
    }

    user_labels = local.labels
  }

  depends_on = [google_service_networking_connection.private]
}

resource "google_redis_instance" "cache" {
  name               = "${local.prefix}-cache"
  project            = var.project
  region             = var.region
  tier               = local.is_production ? "STANDARD_HA" : "BASIC"
  memory_size_gb     = local.is_production ? 5 : 1
  redis_version      = "REDIS_7_2"
  authorized_network = module.network.id
  connect_mode       = "PRIVATE_SERVICE_ACCESS"
  labels             = local.labels

  maintenance_policy {
    weekly_maintenance_window {
      day = "SUNDAY"

      start_time {
        hours   = 4
        minutes = 0
      }
    }
  }
}

data "google_project" "current" {
  project_id = var.project
}
"#
        .to_owned()
    }

    fn firewalls(&self) -> String {
        let mut text = String::new();
        for (name, port) in PORTS {
            let _ = write!(
                text,
                r#"resource "google_compute_firewall" "{name}" {{
  name        = "${{local.prefix}}-{name}"
  project     = var.project
  network     = module.network.name
  description = "Lets the connector and the subnetworks of the stack reach {name}"
  direction   = "INGRESS"
  priority    = {}

  source_ranges = concat([local.connector_range], local.allowed_sources)
  target_tags   = ["{name}", "${{local.prefix}}-{name}"]

  allow {{
    protocol = "tcp"
    ports    = ["{port}"]
  }}

  log_config {{
    metadata = "INCLUDE_ALL_METADATA"
  }}
}}

"#,
                900 + port % 100
            );
        }
        text
    }

    fn outputs(&self) -> String {
        r#"output "service_urls" {
  description = "Address of each service"
  value       = { for name, service in module.service : name => service.uri }
}

output "service_names" {
  description = "Full name of each service"
  value       = { for name, service in module.service : name => service.id }
}

output "connector" {
  description = "The connector that services use"
  value = {
    id     = google_vpc_access_connector.main.id
    range  = google_vpc_access_connector.main.ip_cidr_range
    region = google_vpc_access_connector.main.region
  }
}

output "database" {
  description = "How services reach the database"
  value       = google_sql_database_instance.main.connection_name
  sensitive   = true
}

output "network" {
  value = module.network.name
}

output "budget_message" {
  value = local.budget_message
}

output "number" {
  value = data.google_project.current.number
}
"#
        .to_owned()
    }

    fn service_module(&self) -> Files {
        vec![
            ("main.tf", SERVICE_MAIN.to_owned()),
            ("variables.tf", SERVICE_VARIABLES.to_owned()),
            ("locals.tf", SERVICE_LOCALS.to_owned()),
            ("outputs.tf", SERVICE_OUTPUTS.to_owned()),
            ("alerts.tf", alerts(self.at)),
        ]
    }

    fn network_module(&self) -> Files {
        vec![
            ("main.tf", NETWORK_MAIN.to_owned()),
            ("variables.tf", NETWORK_VARIABLES.to_owned()),
            ("outputs.tf", NETWORK_OUTPUTS.to_owned()),
            ("routes.tf", routes(self.at)),
            ("dns.tf", dns(self.at)),
        ]
    }
}

const SERVICE_MAIN: &str = r#"resource "google_cloud_run_v2_service" "this" {
  name                = var.name
  project             = var.project
  location            = var.region
  ingress             = var.public ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_ONLY"
  deletion_protection = false
  labels              = local.labels

  template {
    service_account                  = var.service_account
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.concurrency

    scaling {
      min_instance_count = var.scaling.min
      max_instance_count = var.scaling.max
    }

    vpc_access {
      connector = var.connector
      egress    = var.egress
    }

    containers {
      image = var.image

      ports {
        container_port = 8080
      }

      resources {
        limits            = var.limits
        cpu_idle          = true
        startup_cpu_boost = var.scaling.min == 0
      }

      dynamic "env" {
        for_each = local.env

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secrets

        content {
          name = env.key

          value_source {
            secret_key_ref {
              secret  = env.value.name
              version = env.value.version
            }
          }
        }
      }

      startup_probe {
        initial_delay_seconds = 2
        timeout_seconds       = 3
        period_seconds        = 5
        failure_threshold     = 6

        http_get {
          path = "/health"
        }
      }
    }
  }

  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = 100
  }

  lifecycle {
    ignore_changes = [
      client,
      client_version,
      template[0].containers[0].image,
    ]
  }
}

resource "google_cloud_run_v2_service_iam_member" "public" {
  count = var.public ? 1 : 0

  name     = google_cloud_run_v2_service.this.name
  location = google_cloud_run_v2_service.this.location
  project  = google_cloud_run_v2_service.this.project
  role     = "roles/run.invoker"
  member   = "allUsers"
}
"#;

const SERVICE_VARIABLES: &str = r#"variable "name" {
  description = "Name of the service"
  type        = string

  validation {
    condition     = length(var.name) <= 49
    error_message = "The name of a service has at most 49 characters."
  }
}

variable "project" {
  type = string
}

variable "region" {
  type = string
}

variable "image" {
  description = "Container image with its tag"
  type        = string
}

variable "service_account" {
  type = string
}

variable "connector" {
  description = "Full name of the connector"
  type        = string
}

variable "egress" {
  description = "What goes through the connector"
  type        = string
  default     = "PRIVATE_RANGES_ONLY"

  validation {
    condition     = contains(["PRIVATE_RANGES_ONLY", "ALL_TRAFFIC"], var.egress)
    error_message = "The egress must be PRIVATE_RANGES_ONLY or ALL_TRAFFIC."
  }
}

variable "scaling" {
  type = object({
    min = optional(number, 0)
    max = optional(number, 10)
  })
  default = {}
}

variable "limits" {
  type    = map(string)
  default = {}
}

variable "env" {
  type    = map(string)
  default = {}
}

variable "secrets" {
  type = map(object({
    name    = string
    version = optional(string, "latest")
  }))
  default = {}
}

variable "labels" {
  type    = map(string)
  default = {}
}

variable "public" {
  type    = bool
  default = false
}

variable "concurrency" {
  type    = number
  default = 80
}

variable "timeout_seconds" {
  type    = number
  default = 300
}
"#;

const SERVICE_LOCALS: &str = r#"locals {
  labels = merge(var.labels, { service = var.name })

  # What every container of the company reads.
  env = merge(
    {
      PORT_METRICS = "9090"
      TRACING      = "on"
      REGION       = var.region
    },
    { for name, value in var.env : upper(name) => value if value != "" },
  )

  alert_name = replace(var.name, "-", "_")
}
"#;

const SERVICE_OUTPUTS: &str = r#"output "id" {
  value = google_cloud_run_v2_service.this.id
}

output "name" {
  value = google_cloud_run_v2_service.this.name
}

output "uri" {
  value = google_cloud_run_v2_service.this.uri
}

output "image" {
  value = var.image
}

output "labels" {
  value = local.labels
}
"#;

fn alerts(at: usize) -> String {
    let mut text = String::from(
        r#"# One policy a service: any of the conditions calls the people on duty.
resource "google_monitoring_alert_policy" "service" {
  project      = var.project
  display_name = "${local.alert_name} is not well"
  combiner     = "OR"
  user_labels  = local.labels

"#,
    );
    for (name, metric, limit) in [
        ("latency", "run.googleapis.com/request_latencies", 1500 + at % 7),
        ("errors", "run.googleapis.com/request_count", 5 + at % 3),
        ("memory", "run.googleapis.com/container/memory/utilizations", 90),
        ("cpu", "run.googleapis.com/container/cpu/utilizations", 85),
        ("instances", "run.googleapis.com/container/instance_count", 9 + at % 5),
        ("start-up", "run.googleapis.com/container/startup_latencies", 8000),
        ("network", "run.googleapis.com/container/network/received_bytes_count", 1_000_000 + at),
    ] {
        let _ = write!(
            text,
            r#"  conditions {{
    display_name = "{name} of ${{var.name}}"

    condition_threshold {{
      filter          = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${{var.name}}\" AND metric.type = \"{metric}\""
      comparison      = "COMPARISON_GT"
      threshold_value = {limit}
      duration        = "300s"

      aggregations {{
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_PERCENTILE_99"
      }}
    }}
  }}

"#
        );
    }
    text.push_str("}\n");
    text
}

const NETWORK_MAIN: &str = r#"resource "google_compute_network" "this" {
  name                    = var.name
  project                 = var.project
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"
}

resource "google_compute_subnetwork" "this" {
  for_each = var.subnets

  name                     = "${var.name}-${each.key}"
  project                  = var.project
  region                   = coalesce(each.value.region, var.region)
  network                  = google_compute_network.this.id
  ip_cidr_range            = each.value.range
  private_ip_google_access = true

  dynamic "log_config" {
    for_each = each.value.flows ? [1] : []

    content {
      aggregation_interval = "INTERVAL_5_SEC"
      flow_sampling        = 0.5
      metadata             = "INCLUDE_ALL_METADATA"
    }
  }
}
"#;

const NETWORK_VARIABLES: &str = r#"variable "name" {
  type = string
}

variable "project" {
  type = string
}

variable "region" {
  type = string
}

variable "subnets" {
  description = "Subnetworks by name"
  type = map(object({
    range  = string
    region = optional(string)
    flows  = optional(bool, true)
  }))
  default = {}

  validation {
    condition     = alltrue([for subnet in var.subnets : can(cidrhost(subnet.range, 0))])
    error_message = "Each range must be a CIDR range."
  }
}
"#;

const NETWORK_OUTPUTS: &str = r#"output "id" {
  value = google_compute_network.this.id
}

output "name" {
  value = google_compute_network.this.name
}

output "subnet_ids" {
  value = { for name, subnet in google_compute_subnetwork.this : name => subnet.id }
}

output "ranges" {
  value = [for subnet in google_compute_subnetwork.this : subnet.ip_cidr_range]
}
"#;

fn routes(at: usize) -> String {
    let mut text = String::new();
    for number in 0..10 {
        let _ = write!(
            text,
            r#"# Traffic to the partner network {number} leaves through its own gateway.
resource "google_compute_route" "partner_{number}" {{
  name             = "${{var.name}}-partner-{number}"
  project          = var.project
  network          = google_compute_network.this.name
  dest_range       = cidrsubnet("172.{}.0.0/16", 8, {number})
  next_hop_gateway = "default-internet-gateway"
  priority         = {}
  tags             = [for name in keys(var.subnets) : "${{var.name}}-${{name}}"]
}}

"#,
            16 + at % 15,
            1000 + number
        );
    }
    text
}

const HOSTS: [&str; 10] =
    ["postgres", "redis", "clickhouse", "queue", "search", "vault", "registry", "proxy", "mail", "metrics"];

fn dns(at: usize) -> String {
    let mut text = String::from(
        r#"resource "google_dns_managed_zone" "private" {
  name       = "${var.name}-private"
  project    = var.project
  dns_name   = "${var.name}.internal."
  visibility = "private"

  private_visibility_config {
    networks {
      network_url = google_compute_network.this.id
    }
  }
}

"#,
    );
    for (number, host) in HOSTS.iter().enumerate() {
        let _ = write!(
            text,
            r#"resource "google_dns_record_set" "{host}" {{
  name         = "{host}.${{google_dns_managed_zone.private.dns_name}}"
  project      = var.project
  managed_zone = google_dns_managed_zone.private.name
  type         = "A"
  ttl          = 300
  rrdatas      = [cidrhost("10.{}.{number}.0/24", {})]
}}

"#,
            at % 200,
            10 + number
        );
    }
    text
}

fn shared_labels(number: usize) -> String {
    format!(
        r#"# Labels that the whole company carries, generation {number}.
variable "base" {{
  description = "Labels of the caller"
  type        = map(string)

  validation {{
    condition     = alltrue([for key in keys(var.base) : can(regex("^[a-z][a-z0-9_-]*$", key))])
    error_message = "A label's key starts with a letter."
  }}
}}

locals {{
  all = {{ for key, value in merge(var.base, {{ company = "acme", generation = "{number}" }}) : lower(key) => lower(value) }}
}}

output "all" {{
  value = local.all
}}
"#
    )
}
