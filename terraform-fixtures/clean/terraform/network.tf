module "network" {
  source = "./modules/network"

  project_id = var.project_id
  name       = "${local.name_prefix}-vpc"
  subnets    = local.subnets
}

resource "google_compute_firewall" "from_connectors" {
  name    = "${local.name_prefix}-allow-connectors"
  network = module.network.network_name

  direction     = "INGRESS"
  source_ranges = compact([var.connector_cidr, var.enable_dr ? var.dr_connector_cidr : ""])

  allow {
    protocol = "tcp"
    ports    = ["5432", "6379", "8123", "9000"]
  }
}
