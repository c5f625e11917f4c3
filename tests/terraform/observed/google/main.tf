terraform {
  backend "gcs" {
    bucket = "shop-tfstate"
    prefix = "/staging/network/"
  }
}

provider "google" {
  project = "shop-staging"
  region  = "europe-west1"
}

variable "egress" {
  type = string
}

data "google_compute_network" "shared" {
  name = "shop-vpc"
}

data "google_secret_manager_secret_version" "password" {
  secret = "db-password"
}

resource "random_id" "suffix" {
  byte_length = 2
}

resource "google_vpc_access_connector" "main" {
  name          = "shop-${random_id.suffix.hex}"
  network       = data.google_compute_network.shared.name
  ip_cidr_range = "10.8.0.0/28"
  min_instances = 2
  max_instances = 3
}

resource "google_vpc_access_connector" "renamed" {
  name          = "shop-new"
  network       = "shop-vpc"
  ip_cidr_range = "10.9.0.0/28"
}

module "service" {
  source    = "./modules/service"
  for_each  = toset(["api", "worker"])
  name      = each.key
  connector = google_vpc_access_connector.main.id
  egress    = var.egress
}

locals {
  subnets     = data.google_compute_network.shared.subnetworks_self_links
  numeric_id  = data.google_compute_network.shared.numeric_id
  secret      = data.google_secret_manager_secret_version.password.secret_data
  connected   = google_vpc_access_connector.main.connected_projects
  throughput  = google_vpc_access_connector.main.max_throughput
  cidr        = google_vpc_access_connector.main.ip_cidr_range
  renamed     = google_vpc_access_connector.renamed.state
  uris        = { for name, own in module.service : name => own.uri }
  environment = module.service["api"].environment
}
