# Cloud Run reaches Postgres, Redis and ClickHouse through these connectors.
# The throughput was raised from the provider's 200/300 after the load test of the spring release.

resource "google_vpc_access_connector" "main" {
  name          = "${var.product}-vpc-connector"
  region        = var.region
  network       = module.network.network_name
  ip_cidr_range = var.connector_cidr

  min_throughput = 300
  max_throughput = 1000

  depends_on = [google_project_service.required]
}

resource "google_vpc_access_connector" "dr" {
  count = var.enable_dr ? 1 : 0

  name          = "${var.product}-dr-connector"
  region        = var.dr_region
  network       = module.network.network_name
  ip_cidr_range = var.dr_connector_cidr

  min_throughput = 300
  max_throughput = 1000

  depends_on = [google_project_service.required]
}
