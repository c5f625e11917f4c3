resource "google_cloud_run_v2_job" "nightly" {
  name     = "netra-nightly"
  location = var.region

  template {
    template {
      vpc_access {
        connector = google_vpc_access_connector.main.id
        egress    = "PRIVATE_RANGES_ONLY"
      }
      containers {
        image = "nightly"
      }
    }
  }
}

resource "google_cloud_run_v2_worker_pool" "queue" {
  name     = "netra-queue"
  location = var.region

  template {
    vpc_access {
      connector = google_vpc_access_connector.main.id
      egress    = "PRIVATE_RANGES_ONLY"
    }
    containers {
      image = "queue"
    }
  }
}

resource "google_cloud_run_service" "legacy" {
  name     = "netra-legacy"
  location = var.region

  template {
    metadata {
      annotations = {
        "run.googleapis.com/vpc-access-connector" = google_vpc_access_connector.main.name
        "run.googleapis.com/vpc-access-egress"    = "private-ranges-only"
      }
    }
    spec {
      containers {
        image = "legacy"
      }
    }
  }
}

resource "google_cloud_run_v2_service" "direct" {
  name     = "netra-direct"
  location = var.region

  template {
    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        network    = module.network.network_id
        subnetwork = module.network.subnets["main"]
        tags       = ["web", "db"]
      }
    }
    containers {
      image = "direct"
    }
  }
}

resource "google_compute_router_nat" "partner" {
  name                               = "netra-partner-nat"
  router                             = google_compute_router.main.name
  region                             = var.region
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = ["netra-partner-1", "netra-partner-2"]
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  subnetwork {
    name                    = module.network.subnets["main"]
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }
}

resource "google_compute_firewall" "https" {
  name               = "netra-egress-https"
  network            = module.network.network_name
  direction          = "EGRESS"
  priority           = 900
  destination_ranges = ["0.0.0.0/0"]
  target_tags        = ["web"]

  deny {
    protocol = "udp"
    ports    = ["443"]
  }
}

resource "google_compute_global_address" "extra" {
  name          = "netra-extra-range"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = "10.61.0.0"
  prefix_length = 20
  network       = module.network.network_id
}

resource "google_redis_instance" "sessions" {
  name              = "netra-sessions"
  region            = var.region
  memory_size_gb    = 1
  reserved_ip_range = "10.62.0.0/29"
}
