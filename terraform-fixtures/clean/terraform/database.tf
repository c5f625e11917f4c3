resource "google_compute_global_address" "services" {
  name          = "${local.name_prefix}-services"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 16
  network       = module.network.network_id
}

resource "google_service_networking_connection" "services" {
  network                 = module.network.network_id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services.name]
}

resource "google_sql_database_instance" "postgres" {
  name                = "${local.name_prefix}-postgres"
  region              = var.region
  database_version    = var.database.version
  deletion_protection = true

  settings {
    tier              = var.database.tier
    disk_size         = var.database.disk_size_gb
    availability_type = var.database.availability_type
    user_labels       = local.labels

    ip_configuration {
      ipv4_enabled    = false
      private_network = module.network.network_id
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "03:00"
      point_in_time_recovery_enabled = true
    }

    database_flags {
      name  = "max_connections"
      value = "200"
    }
  }

  depends_on = [google_service_networking_connection.services]
}

resource "google_sql_database" "app" {
  for_each = toset(["backend", "auth"])

  name     = each.key
  instance = google_sql_database_instance.postgres.name
}

resource "random_password" "postgres" {
  length  = 32
  special = false
}

resource "google_sql_user" "app" {
  name     = var.product
  instance = google_sql_database_instance.postgres.name
  password = random_password.postgres.result
}
